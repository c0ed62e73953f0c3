"""Which of two texts that share passages was there first, and what that rests on.

Evidence in its order: a page that names the other's address as its own, a line that credits the other's outlet,
the times. What cannot be told stays unknown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from diembao.types import Confidence, DatedText

#: gaps below this are within what the clocks of two publishers differ
CLOSE_S = 600.0
#: how much later than its reprint a credited text may say it is (pages state the time of their last change)
CREDIT_SLACK_S = 86_400.0
#: a text seen this much before its stated time was not published at that time
SEEN_SLACK_S = 300.0
#: how long a moment of each precision lasts; a day is a local day
_LENGTHS_S = {"second": 1.0, "minute": 60.0, "hour": 3600.0}
_NO_AGENCIES: Mapping[str, str] = {}

BASES = (
    "canonical",  # one page names the other's address as its own
    "credit",  # a line credits the other's outlet
    "agency",  # a line credits an agency: the other's, or one outside
    "time",  # the stated times do not overlap
    "day_only",  # one of the times is known to the day only
    "hour_only",  # one of the times is known to the hour only
    "seen_first",  # one was seen before the other was published
    "close",  # less than ten minutes apart
    "overlap",  # the times overlap: no order
    "no_time",  # one of them has no time that could order them
    "seen_before_stated",  # one was seen before it says it was published: its stated time is not used
    "outside_source",  # both come from a third place
    "contradiction",  # two kinds of evidence disagree
    "both_credit",  # each names the other
    "implied",  # the share was not measured between the two, but follows from a text between them
)


@dataclass(frozen=True, slots=True)
class Direction:
    """The text that was there first (None: unknown, or neither), how sure that is, and codes of `BASES`."""

    earlier: str | None
    confidence: Confidence
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Between which moments a text was published: POSIX seconds, [start, end); infinite where nothing is known."""

    start: float
    end: float
    #: what limits the span: "day_only", "hour_only", "seen_first", "seen_before_stated"
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=64)
def _find_zone(timezone: str) -> ZoneInfo:
    return ZoneInfo(timezone)


@lru_cache(maxsize=4096)
def _local_day(at: datetime, timezone: str) -> tuple[float, float]:
    """The local day in which a moment lies: its first second and the first of the next."""
    zone = _find_zone(timezone)
    day = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return day.timestamp(), (day + timedelta(days=1)).timestamp()


def read_span(text: DatedText, *, timezone: str = "Asia/Ho_Chi_Minh") -> Span:
    """Between which moments the text was published.

    A time known to the day covers that local day; one known only to lie between two runs is an upper bound, as is
    the first sighting. A text seen clearly before its stated time was not published then: only the sighting counts.
    """
    start, end = -math.inf, math.inf
    notes: tuple[str, ...] = ()
    at = text.published_at
    if at is not None and text.precision == "run":
        end, notes = at.timestamp(), ("seen_first",)
    elif at is not None and text.precision != "unknown":
        start, end, notes = _stated_span(at, text.precision, timezone)
    if text.first_seen_at is None:
        return Span(start, end, notes)
    seen = text.first_seen_at.timestamp()
    if seen + SEEN_SLACK_S < start:
        return Span(-math.inf, seen, ("seen_before_stated",))
    if start < seen < end:
        end, notes = seen, (*(note for note in notes if note != "seen_first"), "seen_first")
    return Span(start, end, notes)


def _stated_span(at: datetime, precision: str, timezone: str) -> tuple[float, float, tuple[str, ...]]:
    if precision == "day":
        return *_local_day(at, timezone), ("day_only",)
    start = at.timestamp()
    return start, start + _LENGTHS_S[precision], ("hour_only",) if precision == "hour" else ()


def judge_direction(
    a: DatedText,
    b: DatedText,
    *,
    agencies: Mapping[str, str] = _NO_AGENCIES,
    timezone: str = "Asia/Ho_Chi_Minh",
) -> Direction:
    """Which of two texts that share passages was there first.

    `agencies` leads from an outlet's id to the agency whose texts it publishes ("agency:ttxvn"): who credits that
    agency credits this outlet. `timezone` is that of days known without an hour. Swapping a and b changes nothing.
    """
    return judge_spans(a, read_span(a, timezone=timezone), b, read_span(b, timezone=timezone), agencies)


def judge_spans(
    a: DatedText, a_span: Span, b: DatedText, b_span: Span, agencies: Mapping[str, str]
) -> Direction:
    """`judge_direction` for texts whose spans are known already."""
    times = _judge_times(a.text_id, a_span, b.text_id, b_span)
    if not (a.credits or b.credits or a.canonical_key or b.canonical_key):
        return times
    a_names, b_names = _names_address(a, b), _names_address(b, a)
    if a_names != b_names:
        return _with_times(b.text_id if a_names else a.text_id, "canonical", times, a_span, b_span)
    if _same_elsewhere(a, b):
        return Direction(None, "none", ("canonical", "outside_source"))
    a_credits, b_credits = _credits(a, b, agencies), _credits(b, a, agencies)
    if a_credits and b_credits:
        return _weaken(times, "both_credit")
    if a_credits or b_credits:
        origin = b.text_id if a_credits else a.text_id
        return _with_times(origin, a_credits or b_credits, times, a_span, b_span)
    shared = set(a.credits) & set(b.credits) - {a.outlet_id, b.outlet_id}
    if shared:
        kind = "agency" if any(name.startswith("agency:") for name in shared) else "credit"
        return Direction(None, "none", (kind, "outside_source"))
    return times


def _names_address(text: DatedText, other: DatedText) -> bool:
    return bool(text.canonical_key) and text.canonical_key == other.key and text.canonical_key != text.key


def _same_elsewhere(a: DatedText, b: DatedText) -> bool:
    """Whether both name one third address as their own."""
    return (
        bool(a.canonical_key) and a.canonical_key == b.canonical_key and a.canonical_key not in (a.key, b.key)
    )


def _credits(text: DatedText, other: DatedText, agencies: Mapping[str, str]) -> str:
    """How the text credits the other's outlet: "credit", "agency", or not at all (empty)."""
    if not text.credits or text.outlet_id == other.outlet_id:
        return ""
    if other.outlet_id in text.credits:
        return "credit"
    agency = agencies.get(other.outlet_id)
    is_own = agency is not None and agencies.get(text.outlet_id) == agency
    return "agency" if agency in text.credits and not is_own else ""


def _judge_times(a: str, a_span: Span, b: str, b_span: Span) -> Direction:
    if a_span.end <= b_span.start:
        earlier, first, gap = a, a_span, b_span.start - a_span.end
    elif b_span.end <= a_span.start:
        earlier, first, gap = b, b_span, a_span.start - b_span.end
    else:
        has_start = not math.isinf(a_span.start) or not math.isinf(b_span.start)
        has_order = has_start and not math.isinf(max(a_span.end, b_span.end))
        notes = sorted({*a_span.notes, *b_span.notes})
        return Direction(None, "none", ("overlap" if has_order else "no_time", *notes))
    basis: tuple[str, ...] = ("close",) if gap < CLOSE_S else ()
    if a_span.notes or b_span.notes:
        notes = sorted({*a_span.notes, *b_span.notes} - ({"seen_first"} - {*first.notes}))
        basis = (*notes, *basis)
    if not math.isinf(first.start):
        basis = ("time", *basis)
    return Direction(earlier, "low" if gap < CLOSE_S else "high", basis)


def _with_times(origin: str, kind: str, times: Direction, a_span: Span, b_span: Span) -> Direction:
    """A link or a credit decides; times that agree are named, times that disagree take the certainty away."""
    if times.earlier is None:
        return Direction(origin, "high", (kind,))
    if times.earlier == origin:
        return Direction(origin, "high", (kind, *times.basis))
    gap = max(a_span.start - b_span.end, b_span.start - a_span.end)
    basis = (kind, "contradiction", *times.basis)
    # a credited page that states the time of its last change is late by hours, hardly by days
    is_credible = kind == "canonical" or gap < CREDIT_SLACK_S
    return Direction(origin, "low", basis) if is_credible else Direction(None, "none", basis)


def _weaken(times: Direction, why: str) -> Direction:
    return Direction(times.earlier, "low" if times.earlier else "none", (why, *times.basis))
