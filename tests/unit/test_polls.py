"""What single readings of a feed prove about gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from diembao.estimates.polls import judge_polls
from diembao.types import FeedPoll

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def polls(*rows: tuple[float, str, int, int]) -> list[tuple[str, FeedPoll]]:
    """Polls of one feed: hours after noon, outcome, entries, fresh ones."""
    return [("mau", FeedPoll("mau/tin", NOON + timedelta(hours=h), o, e, f)) for h, o, e, f in rows]


def test_one_failure_between_overlapping_answers_is_no_gap() -> None:
    """When the next answer still holds known entries, nothing was missed."""
    gaps, full = judge_polls(polls((0, "ok", 20, 20), (1, "timeout", 0, 0), (2, "ok", 20, 4)))
    assert (gaps, full) == ([], [])


def test_one_failure_after_which_nothing_is_known_is_a_gap() -> None:
    """When the next answer holds no known entry, the failure cost articles, and the window was full."""
    gaps, full = judge_polls(polls((0, "ok", 20, 20), (1, "timeout", 0, 0), (2, "ok", 20, 20)))
    assert [(g.kind, g.start, g.end) for g in gaps] == [
        ("unreachable", NOON, NOON + timedelta(hours=2)),
        ("overflow", NOON, NOON + timedelta(hours=2)),
    ]
    assert full == [("mau", "mau/tin", NOON, NOON + timedelta(hours=2))]


def test_the_first_answer_is_no_full_window() -> None:
    """All entries of a first answer are new by their nature; "unchanged" is an answer too."""
    gaps, full = judge_polls(polls((0, "ok", 20, 20), (1, "unchanged", 0, 0), (2, "ok", 20, 19)))
    assert (gaps, full) == ([], [])


def test_failures_go_on_until_the_next_answer() -> None:
    """Three failures in a row, or six hours of them, are a gap; at the end of the record it is open."""
    rows = ((0, "ok", 9, 9), (1, "dns", 0, 0), (2, "connect", 0, 0), (3, "unavailable", 0, 0))
    (gap,), _ = judge_polls(polls(*rows))
    assert (gap.kind, gap.start, gap.end) == ("unreachable", NOON, NOON + timedelta(hours=3))
    assert gap.evidence == {
        "tries": 3,
        "outcomes": {"connect": 1, "dns": 1, "unavailable": 1},
        "until_the_end": True,
    }
    (gap,), _ = judge_polls(polls((0, "ok", 9, 9), (3, "dns", 0, 0), (7, "ok", 9, 1)))
    assert gap.end - gap.start == timedelta(hours=7)


def test_a_failure_lasts_as_long_as_others_were_asked() -> None:
    """A feed that failed to the end has nothing to show until the last reading of any feed."""
    mine = polls((0, "dns", 0, 0), (1, "dns", 0, 0), (2, "dns", 0, 0))
    other = ("anh", FeedPoll("anh/tin", NOON + timedelta(hours=30), "ok", 9, 1))
    (gap,), _ = judge_polls([*mine, other])
    assert (gap.outlet_id, gap.kind, gap.end) == ("mau", "unreachable", NOON + timedelta(hours=30))
    assert judge_polls([*polls((0, "ok", 9, 9), (1, "dns", 0, 0)), other])[0] == []


def test_a_failure_ends_when_its_feed_is_dropped() -> None:
    """A feed that failed to its end has nothing to show until it was dropped, and not a moment longer."""
    mine = polls((0, "gone", 0, 0), (1, "gone", 0, 0), (2, "gone", 0, 0))
    other = ("anh", FeedPoll("anh/tin", NOON + timedelta(hours=30), "ok", 9, 1))
    ended = {mine[0][1].feed_id: NOON + timedelta(hours=4)}
    (gap,), _ = judge_polls([*mine, other], ended=ended)
    assert (gap.kind, gap.start, gap.end) == ("unreachable", NOON, NOON + timedelta(hours=4))


def test_a_publisher_that_says_no_is_told_from_one_that_fails() -> None:
    """robots.txt, a block or a reservation is "refused" from the first try on, also where nothing ever came."""
    (gap,), _ = judge_polls(polls((0, "robots", 0, 0), (5, "robots", 0, 0)))
    assert (gap.kind, gap.start, gap.end) == ("refused", NOON, NOON + timedelta(hours=5))
    (gap,), _ = judge_polls(polls((0, "blocked", 0, 0)))
    assert gap.kind == "refused"
    assert gap.end > gap.start
