"""Derived tables: replaced month by month, pinned by version, all in one commit or none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from diembao.corpus import Arrival, CorpusReader, CorpusWriter, check_project, create_snapshot, find_changes
from diembao.corpus.batch import to_number, to_table
from diembao.desk import Desk, name_article, steps
from diembao.types import Article, Outlet, Sighting

IDS = [name_article(f"mau.example/{number}") for number in range(4)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The desk of a project with four articles."""
    with Desk.open(tmp_path) as opened:
        opened.outlets.put([Outlet("mau", "Báo Mẫu", ("mau.example",), "central")])
        with CorpusWriter.open(tmp_path, opened) as writer:
            run = opened.imports.start("history", "a.csv", file_sha256="a", file_size=1, mapping={})
            writer.add_articles([arrive(number) for number in range(4)], run=run)
            opened.imports.finish(run.import_id)
        yield opened
    steps.listener = None


def arrive(number: int) -> Arrival:
    key = f"mau.example/{number}"
    revision = hashlib.sha256(key.encode()).hexdigest()[:16]
    article = Article(
        IDS[number], revision, "mau", f"https://{key}", key, key, "", "", "vi", "feed_item", None, None
    )
    seen = Sighting(IDS[number], revision, "mau", "mau/tin", datetime(2026, 1, 1 + number, tzinfo=UTC))
    return Arrival(article, seen, None)


def reprint(number: int, unit: int, month: str = "2026-01") -> dict[str, Any]:
    return {
        "article_id": IDS[number],
        "unit_id": IDS[unit],
        "role": "original" if number == unit else "reprint",
        "source_id": None if number == unit else IDS[unit],
        "share": 1.0,
        "confidence": "high",
        "basis": ["time"],
        "method": "m1",
        "article_no": to_number(IDS[number]),
        "month": month,
    }


def replace(folder: Path, desk: Desk, *rows: dict[str, Any], stories: int = 0) -> Any:
    told = [
        {"article_id": IDS[n], "story_id": IDS[0], "similarity": 1.0, "method": "m1",
         "article_no": to_number(IDS[n]), "month": "2026-01"}
        for n in range(stories)
    ]  # fmt: skip
    with CorpusWriter.open(folder, desk) as writer:
        return writer.replace_derived(
            {"reprints": to_table("reprints", list(rows)), "stories": to_table("stories", told)}
        )


def read_units(folder: Path, versions: dict[str, int]) -> dict[str, str]:
    with CorpusReader(folder, versions) as reader:
        return {row["article_id"]: row["unit_id"] for row in reader.rows("SELECT * FROM reprints")}


def test_only_months_that_differ_are_written(tmp_path: Path, desk: Desk) -> None:
    """The same rows again, in another order, write nothing; another month's rows leave the first month alone."""
    first = replace(tmp_path, desk, reprint(0, 0), reprint(1, 0))
    assert first.rows == {"reprints": 2}
    again = replace(tmp_path, desk, reprint(1, 0), reprint(0, 0))
    assert again.batch_no is None
    assert again.versions == first.versions
    more = replace(tmp_path, desk, reprint(0, 0), reprint(1, 0), reprint(2, 0, "2026-02"))
    assert more.rows == {"reprints": 1}
    gone = replace(tmp_path, desk, reprint(2, 2, "2026-02"))
    assert gone.rows == {"reprints": 1}  # January is emptied, February replaced
    assert read_units(tmp_path, dict(gone.versions)) == {IDS[2]: IDS[2]}


def test_a_pinned_clustering_stays(tmp_path: Path, desk: Desk) -> None:
    """A new clustering never changes what a snapshot holds."""
    replace(tmp_path, desk, reprint(0, 0), reprint(1, 0))
    pinned = create_snapshot(tmp_path, desk, hashes={}, code_version="1")
    replace(tmp_path, desk, reprint(0, 0), reprint(1, 1))
    assert read_units(tmp_path, dict(pinned.versions)) == {IDS[0]: IDS[0], IDS[1]: IDS[0]}
    with CorpusReader(tmp_path, pinned.versions) as reader:
        assert find_changes(reader, pinned) == []


def test_a_crash_between_tables_changes_nothing(tmp_path: Path, desk: Desk) -> None:
    """Units and stories change together: dying after one of them leaves both as they were."""
    before = replace(tmp_path, desk, reprint(0, 0), reprint(1, 0), stories=2)

    def die(name: str) -> None:
        if name == "replace.after reprints":
            raise KeyboardInterrupt

    steps.listener = die
    with pytest.raises(KeyboardInterrupt):
        replace(tmp_path, desk, reprint(0, 0), reprint(1, 1), stories=3)
    steps.listener = None
    with CorpusWriter.open(tmp_path, desk) as writer:
        held = dict(writer.commit.versions)
    assert read_units(tmp_path, held) == read_units(tmp_path, dict(before.versions))
    assert all(check.ok for check in check_project(tmp_path, desk))


def test_rows_of_unknown_articles_are_found(tmp_path: Path, desk: Desk) -> None:
    """`verify` names derived rows that point to nothing."""
    stranger = {**reprint(0, 0), "article_id": "00" * 8, "unit_id": IDS[3]}
    replace(tmp_path, desk, stranger)
    broken = {check.rule: check.broken for check in check_project(tmp_path, desk) if not check.ok}
    assert broken == {"reuse_of_articles": 2}  # neither the article nor its unit is there
