"""Half a year of a real feed collection reads whole; counts only, nothing of its text is kept here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from diembao.sources.configured import read_feeds
from diembao.sources.histories import HistoryRow, read_history
from diembao.sources.mapping import parse_mapping
from diembao.sources.runs import read_runs
from diembao.text.addresses import address_time, article_key
from diembao.text.times import parse_moment

MAP = "title=title,summary=summary,url=link,published=published,fetched=fetched,outlet=source"


@pytest.mark.shared
def test_real_history_is_read_whole(shared: Path) -> None:
    """Every row is taken, every time understood; changed slugs merge only on the listed sites."""
    folder = shared / "data" / "evaluate_only" / "vn_rss_2025_08_to_2026_01"
    keys: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for row in read_history(folder / "items.jsonl.xz", parse_mapping(MAP)):
        assert isinstance(row, HistoryRow)
        keys[article_key(row.url)] += 1
        published = parse_moment(row.published_raw)
        assert published is not None
        assert row.fetched is not None
        seen.update(published.flags)
        seen[f"{row.host} address time"] += address_time(row.url) is not None
    assert sum(keys.values()) == 79_132
    assert len(keys) == 78_384
    assert seen["odd_offset"] == 22
    assert (seen["tuoitre.vn address time"], seen["thanhnien.vn address time"]) == (22_168, 25_361)
    assert seen["vnexpress.net address time"] == 0
    assert len(read_runs(f"{folder / 'snapshots.csv'}:committed_at")) == 2_081
    assert len(read_feeds(folder / "rss_sources.json")) == 8
