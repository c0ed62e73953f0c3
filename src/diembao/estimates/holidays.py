"""Vietnam's public holidays 2015-2035, so that a quiet Tết is not taken for an outage.

Fixed days: Labour Code 2019, article 112 (and 2012, article 115). Tết and Hùng Kings' day (10th of the third
lunar month) by the new moon in UTC+7, which differs from China's in 2030; a test computes them again.
Not listed: days off in compensation for a weekend, which only make a day quieter, and 24 November, whose
change of the Labour Code was still being drafted in February 2026.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

FIRST_YEAR, LAST_YEAR = 2015, 2035

#: first day of the lunar year and Hùng Kings' day, as month-day
_LUNAR = {
    2015: ("02-19", "04-28"), 2016: ("02-08", "04-16"), 2017: ("01-28", "04-06"),
    2018: ("02-16", "04-25"), 2019: ("02-05", "04-14"), 2020: ("01-25", "04-02"),
    2021: ("02-12", "04-21"), 2022: ("02-01", "04-10"), 2023: ("01-22", "04-29"),
    2024: ("02-10", "04-18"), 2025: ("01-29", "04-07"), 2026: ("02-17", "04-26"),
    2027: ("02-06", "04-16"), 2028: ("01-26", "04-04"), 2029: ("02-13", "04-23"),
    2030: ("02-02", "04-12"), 2031: ("01-23", "04-01"), 2032: ("02-11", "04-19"),
    2033: ("01-31", "04-09"), 2034: ("02-19", "04-28"), 2035: ("02-08", "04-17"),
}  # fmt: skip

#: days of Tết around its first day; the government picks five of them each year, the press is quiet on all
TET_BEFORE, TET_AFTER = 2, 4


def find_tet(year: int) -> date | None:
    """The first day of the lunar year, or None outside 2015-2035."""
    return date.fromisoformat(f"{year}-{_LUNAR[year][0]}") if year in _LUNAR else None


@cache
def list_holidays(year: int) -> dict[date, str]:
    """Public holidays of a year: day to key (`new_year tet hung_kings reunification labour national`).

    `tet` runs from two days before to four after the first day. The national day has two days since 2021,
    the second chosen each year among 1 and 3 September: both are listed.
    """
    days = {
        date(year, 1, 1): "new_year",
        date(year, 4, 30): "reunification",
        date(year, 5, 1): "labour",
        date(year, 9, 2): "national",
    }
    if year >= 2021:
        days |= {date(year, 9, 1): "national", date(year, 9, 3): "national"}
    first = find_tet(year)
    if first is not None:
        days |= {first + timedelta(days=offset): "tet" for offset in range(-TET_BEFORE, TET_AFTER + 1)}
        hung = date.fromisoformat(f"{year}-{_LUNAR[year][1]}")
        days.setdefault(hung, "hung_kings")
    return dict(sorted(days.items()))


def find_holiday(day: date) -> str | None:
    """The key of the public holiday on this day, or None."""
    return list_holidays(day.year).get(day)
