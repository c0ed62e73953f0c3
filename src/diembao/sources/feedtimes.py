"""From what a feed writes as a time to a moment in the outlet's zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from diembao.text.times import MAX_TIME_CHARS, YEARS, parse_moment
from diembao.types import Moment, Precision

#: RFC 822 had years of two digits, and feeds of large Vietnamese outlets still write them
_SHORT_YEAR = re.compile(r"^((?:[^\W\d_]{2,9}\.?,?\s+)?\d{1,2}[\s-][A-Za-z]{3,9}[\s-])(\d{2})(?=\s+\d{1,2}:)")
#: the name of the zone after its offset: "-0700 (PDT)"
_COMMENT = re.compile(r"(?<=\d)\s*\([^()]*\)\s*$")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(?=\d{4}(?!\d))")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile(r"\d:\d\d(:\d\d)?")
_OFFSET = re.compile(r"[+-]\d{2}:?\d{2}\s*$")
_ZONE_NAME = re.compile(r"([A-Za-z][\w/+-]*)\s*$")
#: the names RFC 822 defines; feedparser takes every other name for UTC
_RFC_ZONES = frozenset(["UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"])


def is_month_first(raws: Iterable[str]) -> bool:
    """Whether a feed writes 9/24/2026: some second number cannot be a month, and no first one a day."""
    seen = False
    for raw in raws:
        found = _SLASHED.search(raw[:MAX_TIME_CHARS])
        if found is not None:
            if int(found[1]) > 12:
                return False
            seen = seen or int(found[2]) > 12
    return seen


def read_time(
    raw: str, parsed: tuple[int, ...] | None, timezone: str, *, month_first: bool = False
) -> Moment | None:
    """The moment a feed states: by our reading in the outlet's zone, else by feedparser's of odd forms.

    `parsed` is feedparser's reading. It takes a time without a zone for UTC; here it is the outlet's wall
    clock. And it fills what it does not understand with today's month and day, so that its reading counts
    only where the text names that day, month and year.
    """
    if not raw:
        return None
    text = raw[: MAX_TIME_CHARS + 1]
    flags: tuple[str, ...] = ()
    if month_first and _SLASHED.search(text):
        text, flags = _SLASHED.sub(r"\2/\1/", text, count=1), ("month_first",)
    plain = _COMMENT.sub("", _SHORT_YEAR.sub(_widen_year, text))
    moment = parse_moment(plain, timezone=timezone, source="feed")
    if moment is None and parsed is not None and len(text) <= MAX_TIME_CHARS:
        moment = _read_odd(text, parsed, timezone)
    if moment is None:
        return None
    return Moment(moment.at, moment.precision, "feed", raw[:MAX_TIME_CHARS], (*moment.flags, *flags))


def _widen_year(found: re.Match[str]) -> str:
    """Years of two digits as RFC 2822 reads them: 00-49 are 2000-2049."""
    return f"{found[1]}{'20' if int(found[2]) < 50 else '19'}{found[2]}"


def _read_odd(text: str, parsed: tuple[int, ...], timezone: str) -> Moment | None:
    year, month, day, hour, minute, second = parsed[:6]
    clock, offset = _CLOCK.search(text), _OFFSET.search(text)
    if year not in YEARS or not _names_date(text, parsed, has_offset=offset is not None):
        return None
    zone = None if offset else _ZONE_NAME.search(text)
    if zone is not None and zone[1].upper() not in _RFC_ZONES:
        return None
    precision: Precision = "day" if clock is None else "second" if clock[1] else "minute"
    is_zoned = clock is not None and (zone is not None or offset is not None)
    try:
        wall = datetime(year, month, day, hour, minute, min(second, 59))
        at = wall.replace(tzinfo=UTC if is_zoned else ZoneInfo(timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Moment(at, precision, "feed", text, () if is_zoned or clock is None else ("naive",))


def _names_date(text: str, parsed: tuple[int, ...], *, has_offset: bool) -> bool:
    """Whether the text names the month in English, the year and the day (a zone may have moved the day)."""
    year, month, day = parsed[:3]
    numbers = {int(number) for number in re.findall(r"(?<![\d:+])\d{1,4}(?![\d:])", text)}
    near = {day - 1, day, day + 1} if has_offset else {day}
    return _MONTHS[month - 1] in text.lower() and bool({year, year % 100} & numbers) and bool(near & numbers)
