"""The known faults of a real half-year collection are found by the software, and nothing else."""

from __future__ import annotations

import csv
import json
import lzma
import re
from collections import defaultdict
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from diembao.estimates.clocks import check_clocks
from diembao.estimates.gaps import FeedHistory, check_collection
from diembao.estimates.stated import StatedTimes

pytestmark = pytest.mark.shared
_URL_TIME = re.compile(r"-(20\d{12})\d{3}\.htm")


@pytest.fixture(scope="module")
def collection(shared):
    """Times by feed, the runs and the configured feeds; no text is read."""
    folder = shared / "data/evaluate_only/vn_rss_2025_08_to_2026_01"
    zone = timezone(timedelta(hours=7))
    rows = defaultdict(list)
    with lzma.open(folder / "items.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            stated = datetime.fromisoformat(row["published"])
            found = _URL_TIME.search(row["link"])
            made = np.nan
            if found:
                made = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=zone).timestamp()
            seen = datetime.fromisoformat(row["fetched"]).timestamp()
            rows[row["source"]].append((stated.timestamp(), seen, made, stated.utcoffset().total_seconds()))
    feeds = {name: np.array(times) for name, times in rows.items()}
    with (folder / "snapshots.csv").open(encoding="utf-8") as file:
        runs = [datetime.fromisoformat(row["committed_at"]) for row in csv.DictReader(file)]
    configured = json.loads((folder / "rss_sources.json").read_text(encoding="utf-8"))["sources"]
    return feeds, runs, [source["name"] for source in configured]


def outlet_of(feed):
    return feed.split(" - ", maxsplit=1)[0]


def test_clocks_of_the_real_collection(collection):
    """Two outlets state times seven hours early, one states the fetch time, 22 rows carry +07:07."""
    feeds, _, _ = collection
    series = [
        StatedTimes(outlet_of(name), name, t[:, 0], t[:, 1], url=t[:, 2], offset_s=t[:, 3])
        for name, t in feeds.items()
    ]
    found = check_clocks(series)
    shifts = {f.outlet_id: (f.shift_s, f.n, f.feed_id) for f in found if f.kind == "shift"}
    assert shifts == {"VnExpress": (25200, 31603, None), "Thanh Niên": (25200, 25361, None)}
    (fetched,) = [f for f in found if f.kind == "fetch_time"]
    assert (fetched.outlet_id, fetched.n) == ("Tuổi Trẻ", 22168)
    assert fetched.evidence["address_earlier_h"] == pytest.approx(2.67, abs=0.05)
    assert sum(f.n for f in found if f.kind == "odd_offset") == 22
    vnexpress = next(f for f in found if f.kind == "shift" and f.outlet_id == "VnExpress")
    assert len(vnexpress.evidence["feeds"]) == 5
    single = check_clocks([StatedTimes(s.feed_id, s.feed_id, s.published, s.seen) for s in series])
    assert {f.outlet_id for f in single if f.kind == "shift"} == set(feeds) - {"Tuổi Trẻ"}


def test_gaps_of_the_real_collection(collection):
    """One feed never delivered, three windows were full in two thirds of their runs, two days are partial."""
    feeds, runs, configured = collection
    histories = [
        FeedHistory(outlet_of(name), name, feeds[name][:, 1] if name in feeds else np.zeros(0))
        for name in configured
    ]
    published = defaultdict(lambda: np.zeros(0))
    for name, times in feeds.items():
        published[outlet_of(name)] = np.r_[published[outlet_of(name)], times[:, 1]]
    health = check_collection(runs, histories, published)
    by_kind = defaultdict(list)
    for gap in health.gaps:
        by_kind[gap.kind].append(gap)
    assert set(by_kind) == {"never_delivered", "overflow", "partial"}
    assert [gap.feed_id for gap in by_kind["never_delivered"]] == ["Dân Trí"]
    full = {gap.feed_id: (gap.evidence["cap"], gap.evidence["runs_at_cap"]) for gap in by_kind["overflow"]}
    assert full == {"VnExpress": (15, 1271), "Thanh Niên": (15, 1368), "Tuổi Trẻ": (15, 1198)}
    assert [gap.evidence["side"] for gap in by_kind["partial"]] == ["first", "last"]
    assert health.span.seen_before == 105 and health.span.runs == 2081
