"""From the ways in which feeds, files and pages write a time to a moment with its precision, or to nothing.

Whatever is not fully understood gives None: a wrong date is worse than a missing one. Input is cut at 64
characters; years outside 1970-2100 and years of two digits are refused. Flags a moment may carry:

naive        no zone was stated: the wall clock is the outlet's
odd_offset   an offset no clock keeps (`+07:07`, the old local time of Saigon): the wall clock is the outlet's
updated      its label says when the article was last changed, not when it was published
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from datetime import timezone as fixed_zone
from functools import lru_cache
from typing import Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

from diembao.errors import UsageError
from diembao.types import Moment, Precision

MAX_TIME_CHARS = 64
YEARS = range(1970, 2101)
#: what a column of bare numbers counts; a number is never taken for a time unless the column says so
Unit = Literal["text", "epoch_s", "epoch_ms"]

_OFFSET = r"(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?"
_NAMED_ZONES = {"z": 0, "utc": 0, "gmt": 0, "ut": 0, "ict": 7, "jst": 9, "kst": 9, "sgt": 8, "cet": 1} | {
    "cest": 2, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7
}  # fmt: skip
_ZONE = re.compile(
    rf"(?<![\w+-])(?:(?:utc|gmt|ut)\s?([+-])\s?{_OFFSET}|([+-]){_OFFSET}|({'|'.join(_NAMED_ZONES)}))(?!\w)",
    re.ASCII,
)
_ISO = re.compile(
    r"(\d{4})([-/]?)(\d\d?)\2(\d\d?)(?:(?:t|\s*,?\s+)(\d\d?)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?)?"
    r"\s*(\D.*)?",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})()(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()()", re.ASCII)
_CLOCK = re.compile(
    r"(?<![\d:+])(?<!gmt-)(?<!utc-)(\d\d?)(?:(?::|\s?h\s?|\s?g\s?|\s?giờ\s?)(\d\d)'?(?::(\d\d)(?:[.,](\d{1,9}))?)?|(?=\s?[hg]\b)"
    r"|(?=\s?giờ)|(?=\s?[ap]\.?m\b)|(?=\s?(?:sa|ch)\b))(?:\s?(?:[hg]\b|giờ))?"
    r"(?:\s?(sa|ch|am|pm|a\.m\.|p\.m\.|sáng|chiều|tối)(?!\w))?(?![\d:])"
)
_MORNING = frozenset({"sa", "am", "a.m.", "sáng"})
_EN_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_VI_MONTHS = {
    "giêng": 1, "một": 1, "hai": 2, "ba": 3, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
    "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12,
}  # fmt: skip
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|(?:tháng|thang|thg)\.?\s?(?:\d\d?|"
    + "|".join(reversed(_VI_MONTHS))
    + r"))"
)
_NUMBERS = re.compile(r"(?<!\d)(\d\d?)\s?([/.-])\s?(\d\d?)\s?\2\s?(\d{4})(?!\d)", re.ASCII)
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d\d?)(?:st|nd|rd|th)?[\s,.-]*{_MONTH}(?![^\W\d])\.?[\s,/-]*(?:năm\s?)?(\d{{4}})(?!\d)"
)
_MONTH_DAY = re.compile(rf"(?<!\w){_MONTH}\.?\s+(\d\d?)(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)")
_WEEKDAY = re.compile(
    r"\b(?:th[ứu]\s?(?:hai|ba|tư|tu|bốn|năm|nam|sáu|sau|bảy|bẩy|bay|[2-7])|ch[ủu]\s?nh[ậa]t|t[2-7]|cn"
    r"|mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b\.?"
)
_UPDATED = re.compile(
    r"\b(?:(?:cập nhật|cap nhat)(?: lúc| ngày)?|(?:last )?(?:updated|modified)(?: at| on)?)\b"
)
_FILLER = re.compile(
    r"\b(?:đăng|xuất bản|lúc|luc|ngày|ngay|vào|hồi|published|posted|at|on)\b|giờ việt nam"
    r"|[\s,|;:()\[\]•·–—/.-]+"
)


class _Reading(NamedTuple):
    """Wall clock, how exactly it is known, and the stated offset (None: no zone)."""

    wall: datetime
    precision: Precision
    offset_s: int | None
    flags: tuple[str, ...] = ()


def parse_moment(
    raw: object,
    *,
    timezone: str = "Asia/Ho_Chi_Minh",
    source: str = "",
    language: str = "vi",
    unit: Unit = "text",
) -> Moment | None:
    """The moment that `raw` states, read in the outlet's `timezone`; None when it is not fully understood.

    In Vietnamese `2/9/2026` is the second of September; in other languages it is refused where it could be
    either. A number is a time only when `unit` says what it counts.
    """
    zone = _find_zone(timezone)
    text = raw[:MAX_TIME_CHARS] if isinstance(raw, str) else str(raw)[:MAX_TIME_CHARS]
    try:
        if unit != "text":
            return _from_epoch(raw, text, unit, source)
        if isinstance(raw, str):
            plain = _read_plain(text)
            if type(plain) is datetime:
                return Moment(plain.astimezone(UTC), "second", source, text)
            reading = cast(_Reading | None, plain) or _read_text(text, language)
        else:
            reading = _read_value(raw)
        return None if reading is None else _place(reading, zone, source, text)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=64)
def _find_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise UsageError(
            "there is no time zone {name}",
            key="sources.no_zone",
            next_step="name a zone of the tz database, for example Asia/Ho_Chi_Minh",
            name=repr(name[:80]),
        ) from error


def _place(reading: _Reading, zone: ZoneInfo, source: str, raw: str) -> Moment | None:
    if reading.wall.year not in YEARS:
        return None
    flags = reading.flags
    if reading.precision == "day":
        at = reading.wall.replace(tzinfo=zone)
    elif reading.offset_s is None:
        at, flags = reading.wall.replace(tzinfo=zone), (*flags, "naive")
    elif _is_odd(reading.offset_s):
        at, flags = reading.wall.replace(tzinfo=zone), (*flags, "odd_offset")
    else:
        at = reading.wall.replace(tzinfo=fixed_zone(timedelta(seconds=reading.offset_s)))
    return Moment(at.astimezone(UTC), reading.precision, source, raw, flags)


def _is_odd(offset_s: int) -> bool:
    """Whether no clock keeps this offset: not a multiple of 15 minutes, or beyond -12:00 and +14:00."""
    return offset_s % 900 != 0 or not -43_200 <= offset_s <= 50_400


# ------------------------------------------------------------------ values that are no text


def _from_epoch(raw: object, text: str, unit: Unit, source: str) -> Moment | None:
    if isinstance(raw, bool) or not re.fullmatch(r"\s*\d{1,14}(?:\.\d{1,9})?\s*", text, re.ASCII):
        return None
    at = datetime.fromtimestamp(float(text) / (1000 if unit == "epoch_ms" else 1), UTC)
    return Moment(at, "second", source, text) if at.year in YEARS and at.timestamp() > 0 else None


def _read_value(raw: object) -> _Reading | None:
    """A `datetime` or `date`, as spreadsheets give them."""
    if isinstance(raw, datetime):
        offset = raw.utcoffset()
        seconds = None if offset is None else int(offset.total_seconds())
        return _Reading(raw.replace(tzinfo=None), "second", seconds)
    if isinstance(raw, date):
        return _Reading(datetime(raw.year, raw.month, raw.day), "day", None)
    return None


# ------------------------------------------------------------------ text


def _read_plain(text: str) -> datetime | _Reading | None:
    """`2026-09-02T14:05:00+07:00` and its kin by the standard library: nine of ten times in feeds.

    An aware time with an offset that clocks keep is given as it is, because nothing is left to decide.
    """
    if not (19 <= len(text) <= 35 and text[4] == "-" and text[10] in "T " and text[13] == text[16] == ":"):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    offset = at.utcoffset()
    if offset is None:
        return _Reading(at, "second", None)
    seconds = offset.days * 86_400 + offset.seconds
    if _is_odd(seconds) or at.year not in YEARS:
        return _Reading(at.replace(tzinfo=None), "second", seconds)
    return at


def _read_text(text: str, language: str) -> _Reading | None:
    plain = " ".join(unicodedata.normalize("NFC", text).lower().replace("−", "-").split())
    iso = _COMPACT.fullmatch(plain) or _ISO.fullmatch(plain)
    if iso is not None:
        return _read_iso(iso)
    flags: tuple[str, ...] = ()
    plain, count = _UPDATED.subn(" ", plain)
    if count:
        flags = ("updated",)
    clock = _CLOCK.search(plain)
    plain = plain if clock is None else _cut(plain, clock)
    found = _find_date(plain, language)
    if found is None:
        return None
    day, plain = found
    zone = _ZONE.search(plain)
    plain = plain if zone is None else _cut(plain, zone)
    if _FILLER.sub("", _WEEKDAY.sub(" ", plain)):
        return None
    if clock is None:
        return None if zone is not None else _Reading(_wall(*day), "day", None, flags)
    return _read_clock(day, clock, zone, flags)


def _cut(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _read_iso(iso: re.Match[str]) -> _Reading | None:
    year, separator, month, day, hour, minute, second, fraction, tail = iso.groups()
    if not separator and len(month) + len(day) != 4:
        return None
    zone = None
    if tail:
        tail = re.sub(r"\[[\w/+-]*\]$", "", tail).strip(" ()")
        zone = _ZONE.fullmatch(tail)
        if zone is None:
            return None
    ymd = (int(year), int(month), int(day))
    if hour is None:
        return _Reading(_wall(*ymd), "day", None)
    wall = _wall(*ymd, int(hour), int(minute or 0), int(second or 0), fraction or "")
    return _Reading(wall, _precision(minute, second), _offset(zone))


def _find_date(text: str, language: str) -> tuple[tuple[int, int, int], str] | None:
    """Year, month, day and the text without them."""
    found = _NUMBERS.search(text)
    if found is not None:
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if language != "vi" and first != second:
            if first <= 12 and second <= 12:
                return None
            if second > 12:
                first, second = second, first
        return (year, second, first), _cut(text, found)
    found = _DAY_MONTH.search(text)
    if found is not None:
        return (int(found[3]), _month_number(found[2]), int(found[1])), _cut(text, found)
    found = _MONTH_DAY.search(text)
    if found is not None:
        return (int(found[3]), _month_number(found[1]), int(found[2])), _cut(text, found)
    return None


def _month_number(word: str) -> int:
    if word[:3] in _EN_MONTHS:
        return _EN_MONTHS.index(word[:3]) + 1
    name = re.sub(r"^(?:tháng|thang|thg)\.?\s?", "", word)
    return int(name) if name.isdecimal() else _VI_MONTHS[name]


def _read_clock(
    day: tuple[int, int, int], clock: re.Match[str], zone: re.Match[str] | None, flags: tuple[str, ...]
) -> _Reading | None:
    hour, minute, second, fraction, half = clock.groups()
    number = int(hour)
    if half is not None:
        is_morning = half in _MORNING
        if number > 12 and is_morning:
            return None
        number = number % 12 + (0 if is_morning else 12) if number <= 12 else number
    wall = _wall(*day, number, int(minute or 0), int(second or 0), fraction or "")
    return _Reading(wall, _precision(minute, second), _offset(zone), flags)


def _precision(minute: str | None, second: str | None) -> Precision:
    return "second" if second else "minute" if minute else "hour"


def _offset(zone: re.Match[str] | None) -> int | None:
    if zone is None:
        return None
    if zone[9] is not None:
        return _NAMED_ZONES[zone[9]] * 3600
    sign, hours, minutes, seconds = zone.groups()[:4] if zone[1] else zone.groups()[4:8]
    total = int(hours) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return -total if sign == "-" else total


def _wall(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, fraction: str = ""
) -> datetime:
    """The wall clock; 24:00 is the next midnight, a leap second is the second after :59."""
    if year not in YEARS:
        raise ValueError(year)
    extra = timedelta()
    if hour == 24 and minute == second == 0:
        hour, extra = 0, timedelta(days=1)
    if second == 60:
        second, extra = 59, extra + timedelta(seconds=1)
    micros = int(fraction[:6].ljust(6, "0")) if fraction else 0
    return datetime(year, month, day, hour, minute, second, micros) + extra
