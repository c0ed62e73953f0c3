"""The one rule of when an article was published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from diembao.estimates.moments import effective_time
from diembao.types import ClockFinding, Moment

SEEN = datetime(2025, 9, 1, 10, 0, tzinfo=UTC)
STATED = Moment(datetime(2025, 9, 1, 2, 30, tzinfo=UTC), "second", "feed")
ADDRESS = Moment(datetime(2025, 9, 1, 9, 15, tzinfo=UTC), "second", "url")


def finding(kind, shift_s=0, feed_id=None):
    return ClockFinding("a", feed_id, kind, shift_s, SEEN - timedelta(days=9), SEEN + timedelta(days=9), 99)


def test_stated_time_stands_where_nothing_is_wrong():
    """Without a finding the stated time counts, then the address, then the sighting."""
    assert effective_time(STATED, ADDRESS, SEEN) == STATED
    assert effective_time(None, ADDRESS, SEEN) == ADDRESS
    assert effective_time(None, None, SEEN) == Moment(SEEN, "run", "first_seen")


def test_fetch_time_gives_way_to_the_address_or_the_run():
    """A stated time that is the fetch time is never used."""
    found = [finding("fetch_time")]
    assert effective_time(STATED, ADDRESS, SEEN, found) == ADDRESS
    assert effective_time(STATED, None, SEEN, found) == Moment(SEEN, "run", "first_seen")


def test_shift_is_added_with_its_reason():
    """A wrong clock is corrected by its constant and says so."""
    moved = effective_time(STATED, ADDRESS, SEEN, [finding("shift", 25200)])
    assert moved.at == datetime(2025, 9, 1, 9, 30, tzinfo=UTC) and moved.flags == ("shift_corrected",)


def test_correction_never_passes_the_first_sighting():
    """The right mornings of a 12-hour clock stay: an article is not published after it was seen."""
    assert effective_time(STATED, None, SEEN, [finding("shift", 12 * 3600)]) == STATED


def test_odd_offset_touches_flagged_rows_only():
    """Seven odd minutes are added where the row carries them, before the shift."""
    odd = Moment(STATED.at - timedelta(minutes=7), "second", "feed", flags=("odd_offset",))
    found = [finding("odd_offset", 420), finding("shift", 25200)]
    assert effective_time(odd, None, SEEN, found).at == datetime(2025, 9, 1, 9, 30, tzinfo=UTC)
    assert effective_time(STATED, None, SEEN, found).at == datetime(2025, 9, 1, 9, 30, tzinfo=UTC)


def test_findings_hold_in_their_span_and_feed_only():
    """A finding of another feed or another time changes nothing."""
    old = ClockFinding("a", None, "shift", 3600, SEEN - timedelta(days=9), SEEN - timedelta(days=5), 99)
    other = finding("shift", 3600, "a/other")
    assert effective_time(STATED, None, SEEN, [old, other], feed_id="a/main") == STATED
