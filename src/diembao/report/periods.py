"""What a period is called: a month, a quarter, a year, or its two days."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from diembao.i18n import Language, Words
from diembao.i18n.formats import format_month, format_span
from diembao.report.model import Span

_ROMAN = ("I", "II", "III", "IV")


def name_period(span: Span, language: Language) -> str:
    """`quý III/2026`, `tháng 9/2026`, `năm 2026`, other whole months, or the two days of a span."""
    first, last = span.first, span.last
    words = Words(language)
    whole_months = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if whole_months and months == 1:
        return words("report.period.month", month=format_month(first, language))
    if whole_months and months == 3 and first.month % 3 == 1:
        return words("report.period.quarter", quarter=_ROMAN[first.month // 3], year=str(first.year))
    if whole_months and months == 12 and first.month == 1:
        return words("report.period.year", year=str(first.year))
    if whole_months and months == 6 and first.month in (1, 7):
        half = "first" if first.month == 1 else "second"
        return words(f"report.period.{half}_half", year=str(first.year))
    if whole_months:
        ends = (format_month(first, language), format_month(last, language))
        return words("report.period.months", first=ends[0], last=ends[1])
    return format_span(first, last, language)


def is_cut_month(span: Span) -> bool:
    """Whether a span inside one month is less than the whole month."""
    return span.first.day != 1 or span.last.day != monthrange(span.last.year, span.last.month)[1]


def name_month(span: Span, language: Language) -> str:
    """`9/2026` for a whole month, its days for a part of one."""
    return (
        format_span(span.first, span.last, language)
        if is_cut_month(span)
        else format_month(span.first, language)
    )


def short_name(span: Span, other: Span | None, language: Language) -> str:
    """The name of a period in a chart's key: the year alone where that tells two periods apart."""
    one_year = span.first.year == span.last.year
    if one_year and other is not None and other.first.year == other.last.year != span.first.year:
        same_days = _day(span.first) == _day(other.first) and _day(span.last) == _day(other.last)
        if same_days:
            return str(span.first.year)
    return name_period(span, language)


def _day(day: date) -> tuple[int, int]:
    return day.month, day.day
