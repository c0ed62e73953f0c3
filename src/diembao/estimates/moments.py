"""When an article was published, by the best that is known: the one rule of precedence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from diembao.types import ClockFinding, Moment

#: a corrected time further after the first sighting than this shows that the row needed no correction
AFTER_SEEN_S = 300


def effective_time(
    published: Moment | None,
    url_published: Moment | None,
    first_seen: datetime,
    findings: Sequence[ClockFinding] = (),
    *,
    feed_id: str | None = None,
) -> Moment:
    """The moment to count an article by; `findings` are those of its outlet.

    In force at `first_seen` are findings of the outlet (feed None) or of `feed_id` whose span holds it.
    1. "published" is the fetch time: the address's time, else the first sighting (precision "run").
    2. The clock is wrong by a constant: stated time + shift, unless that lies after the first sighting (the
       mornings of a 12-hour clock are right as they stand).
    3. The stated time (an odd offset corrected). 4. The address's time. 5. The first sighting.
    As SQL over a table of findings the same is a CASE in this order.
    """
    in_force = [f for f in findings if f.feed_id in (None, feed_id) and f.first <= first_seen <= f.last]
    if published is None or any(f.kind == "fetch_time" for f in in_force):
        return url_published or Moment(first_seen, "run", "first_seen")
    stated = published
    if "odd_offset" in published.flags:
        odd = sum(f.shift_s for f in in_force if f.kind == "odd_offset")
        stated = _move(stated, odd, "odd_offset")
    shift = next((f.shift_s for f in in_force if f.kind == "shift"), 0)
    moved = _move(stated, shift, "shift")
    return stated if (moved.at - first_seen).total_seconds() > AFTER_SEEN_S and shift > 0 else moved


def _move(moment: Moment, seconds: int, flag: str) -> Moment:
    """The moment moved, with the reason kept."""
    if seconds == 0:
        return moment
    at = moment.at + timedelta(seconds=seconds)
    return Moment(at, moment.precision, moment.source, moment.raw, (*moment.flags, f"{flag}_corrected"))
