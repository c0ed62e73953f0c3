"""The ledger of captures, readings, polls, plans and the page queue on the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from diembao.desk import Desk
from diembao.desk.captures import Attempt
from diembao.desk.readings import Reading
from diembao.desk.schedule import QueuedPage
from diembao.errors import CorpusError
from diembao.types import Capture, FeedPoll

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ATTEMPT = Attempt("page", "mau", None, "https://mau.example/1", NOON, NOON, "ok", 200, 10, 1)
CAPTURE = Capture(
    "a.warc.gz", 100, 50, "aa", "bb", "response", "https://mau.example/1", NOON, 200, "text/html", "<urn:1>"
)
PAGE = QueuedPage("mau.example/1", "https://mau.example/1", "mau.example", "mau", None, NOON, NOON)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.open(tmp_path)


def test_a_capture_is_unread_until_it_has_a_reading(desk: Desk) -> None:
    """What was kept and not read is found again, with its attempt; a reading settles it."""
    number, (kept,) = desk.captures.add_attempt(ATTEMPT, [CAPTURE], {"a.warc.gz": 150})
    assert desk.captures.list_ends() == {"a.warc.gz": 150}
    assert list(desk.captures.list_unread("page")) == [[kept]]
    assert list(desk.captures.list_unread("feed")) == []
    assert list(desk.captures.list_unread("page", is_imported=True)) == []
    assert desk.captures.get_attempt(number).url == ATTEMPT.url
    desk.readings.add([Reading(kept.capture_id, "article", "a" * 16, "b" * 16, "topics", {"flags": ["x"]})])
    assert list(desk.captures.list_unread("page")) == []
    assert [(k, r.outcome) for k, r in desk.readings.list_evidence("a" * 16)] == [(kept, "article")]


def test_the_same_place_in_the_archive_is_never_recorded_twice(desk: Desk) -> None:
    """Two captures cannot lie at one place, and the failed transaction leaves nothing behind."""
    desk.captures.add_attempt(ATTEMPT, [CAPTURE], {"a.warc.gz": 150})
    with pytest.raises(CorpusError):
        desk.captures.add_attempt(ATTEMPT, [CAPTURE], {"a.warc.gz": 200})
    assert desk.captures.last_attempt() == 1
    assert desk.captures.list_ends() == {"a.warc.gz": 150}


def test_a_later_reading_replaces_an_earlier_one(desk: Desk) -> None:
    """A page that was looked at is listed for other topics until it was looked at for them."""
    _, (kept,) = desk.captures.add_attempt(ATTEMPT, [CAPTURE], {"a.warc.gz": 150})
    desk.readings.add([Reading(kept.capture_id, "look", "a" * 16, "b" * 16, "one")])
    assert not desk.readings.has_looked("one")
    assert [k.capture_id for piece in desk.readings.list_looked("two") for k in piece] == [kept.capture_id]
    desk.readings.add([Reading(kept.capture_id, "article", "a" * 16, "c" * 16, "two")])
    assert not desk.readings.has_looked("three")
    found = desk.readings.find(kept.capture_id)
    assert found is not None
    assert found.outcome == "article"
    assert desk.readings.count_outcomes() == {"article": 1}
    assert desk.readings.count_by_outlet() == {"mau": {"article": 1}}


def test_polls_and_captures_hold_as_of_a_sequence_number(desk: Desk) -> None:
    """A report sees the polls and reservations that were there when it was pinned."""
    desk.readings.add([], [FeedPoll("mau/tin", NOON, "ok", 3, 3)])
    desk.captures.add_attempt(replace(ATTEMPT, outcome="reserved"), [], {})
    before = desk.seq
    desk.readings.add([], [FeedPoll("mau/tin", NOON + timedelta(hours=1), "timeout")])
    desk.captures.add_attempt(replace(ATTEMPT, outcome="reserved"), [], {})
    assert [poll.outcome for poll in desk.readings.list_polls(at=before)] == ["ok"]
    assert [poll.outcome for poll in desk.readings.list_polls()] == ["ok", "timeout"]
    assert [row[3] for row in desk.captures.list_reserved(at=before)] == [1]
    assert [row[3] for row in desk.captures.list_reserved()] == [2]


def test_a_page_is_queued_once_and_again_only_when_asked(desk: Desk) -> None:
    """The same address does not wait twice; what was done is due again when its feed says that it changed."""
    assert desk.schedule.add_pages([PAGE, PAGE]) == 1
    assert desk.schedule.add_pages([PAGE]) == 0
    assert desk.schedule.list_hosts_waiting() == {"mau.example": 1}
    desk.schedule.settle_page(PAGE.key, "done", "ok", tries=1, due_at=NOON)
    assert desk.schedule.list_waiting() == []
    assert desk.schedule.add_pages([PAGE], again=True) == 1
    assert desk.schedule.list_waiting("mau.example") == [replace(PAGE, outcome="ok")]
    assert desk.schedule.count_pages() == {("waiting", "ok"): 1}


def test_plans_and_deaths_of_workers_are_kept(desk: Desk) -> None:
    """A plan replaces the one of its name; inputs over which workers died are remembered."""
    desk.schedule.put_plans("feed", {"mau/tin": {"a": 1}, "mau/the-thao": {"a": 2}})
    desk.schedule.put_plans("feed", {"mau/tin": {"a": 3}})
    desk.schedule.put_plans("host", {"mau.example": {}})
    assert desk.schedule.list_plans("feed") == {"mau/tin": {"a": 3}, "mau/the-thao": {"a": 2}}
    desk.schedule.put_quarantine([("k", "f", 1, "time")])
    desk.schedule.put_quarantine([("k", "f", 2, "time")])
    assert desk.schedule.list_quarantine() == {"k": 2}


def test_an_imports_passed_over_records_are_counted(desk: Desk) -> None:
    """Parts of a file that are no rows are counted by reason, over all pieces of the file."""
    run = desk.imports.start("warc", "a.warc", file_sha256="", file_size=1, mapping={})
    desk.imports.add_drops(run.import_id, {"not_a_response": 3, "cut": 0})
    desk.imports.add_drops(run.import_id, {"not_a_response": 2, "cut": 1})
    assert desk.imports.count_drops(run.import_id) == {"cut": 1, "not_a_response": 5}
