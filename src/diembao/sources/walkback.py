"""Which sitemaps of an index can hold pages since a day, newest first; what cannot be told is walked too."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from diembao.types import SitemapEntry

_YEARS = range(1990, 2101)
#: 2025-03, 2025_3, 2025/03, 202503 with or without a day behind it
_MONTH = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[-_/.]?(\d\d)(?=[-_/.]|\d\d(?!\d)|(?!\d))|[-_/.](\d)(?!\d))", re.ASCII
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
#: a day without a zone may be that of another zone
_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WalkPlan:
    """What to fetch, in this order, and what was left out because it says that it is older."""

    walk: tuple[SitemapEntry, ...]
    older: tuple[SitemapEntry, ...]


def order_sitemaps(
    entries: Iterable[SitemapEntry], since: date, *, timezone: str = "Asia/Ho_Chi_Minh"
) -> WalkPlan:
    """The sitemaps of an index that may hold pages published on `since` or later.

    A sitemap is left out only if the month or year in its address is over before that day, or, where the
    address names none, if it was last changed before. Those that say neither come last.
    """
    listed = list(entries)
    spans = _read_spans([entry.url for entry in listed])
    zone = ZoneInfo(timezone)
    walk: list[tuple[date, int, SitemapEntry]] = []
    older: list[SitemapEntry] = []
    for number, entry in enumerate(listed):
        span = spans[number]
        changed = None if entry.modified_at is None else entry.modified_at.astimezone(zone).date()
        newest = span[1] if span is not None else changed
        if newest is not None and newest + _SLACK < since:
            older.append(entry)
        else:
            best = date.min if newest is None else newest if changed is None else min(newest, changed)
            walk.append((best, -number, entry))
    walk.sort(key=lambda row: row[:2], reverse=True)
    return WalkPlan(tuple(entry for _, _, entry in walk), tuple(older))


# ------------------------------------------------------------------ dates in addresses


def _read_spans(urls: Sequence[str]) -> list[tuple[date, date] | None]:
    """First and last day that each address names.

    Addresses that differ in their numbers only are one family: where one of them has a number that is no
    year (or no month), the others' numbers are none either (`sitemap-2024.xml` after `sitemap-3.xml`).
    """
    families: dict[str, list[int]] = defaultdict(list)
    for number, url in enumerate(urls):
        families[_DIGITS.sub("#", url)].append(number)
    spans: list[tuple[date, date] | None] = [None] * len(urls)
    for members in families.values():
        for number, span in zip(members, _read_family([urls[n] for n in members]), strict=True):
            spans[number] = span
    return spans


def _read_family(urls: list[str]) -> list[tuple[date, date] | None]:
    months = [_find_month(url) for url in urls]
    if all(found is not None and 1 <= found[1] <= 12 for found in months) and _is_calendar(urls, months):
        return [_month_span(*found) for found in months if found is not None]
    years = [_YEAR.search(_path(url)) or _MONTH.search(_path(url)) for url in urls]
    if all(found is not None and int(found[1]) in _YEARS for found in years):
        return [(date(int(f[1]), 1, 1), date(int(f[1]), 12, 31)) for f in years if f is not None]
    return [None] * len(urls)


def _path(url: str) -> str:
    """The address without scheme and host, so that a host with a number is not read as a year."""
    return url.split("//", 1)[-1].partition("/")[2]


def _find_month(url: str) -> tuple[int, int] | None:
    found = _MONTH.search(_path(url))
    return None if found is None else (int(found[1]), int(found[2] or found[3]))


def _is_calendar(urls: list[str], months: list[tuple[int, int] | None]) -> bool:
    """Whether the second numbers are months and not parts: two digits each, or a whole year of twelve."""
    if all(_is_padded(url) for url in urls):
        return True
    by_year: dict[int, set[int]] = defaultdict(set)
    for found in months:
        if found is not None:
            by_year[found[0]].add(found[1])
    return any(len(seen) == 12 for seen in by_year.values())


def _is_padded(url: str) -> bool:
    found = _MONTH.search(_path(url))
    return found is not None and found[2] is not None


def _month_span(year: int, month: int) -> tuple[date, date]:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)
