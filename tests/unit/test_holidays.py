"""Vietnam's public holidays, checked against known Tết dates and the new moon itself."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from diembao.estimates.holidays import FIRST_YEAR, LAST_YEAR, find_holiday, find_tet, list_holidays

KNOWN_TET = {
    2016: "2016-02-08", 2018: "2018-02-16", 2020: "2020-01-25", 2021: "2021-02-12", 2022: "2022-02-01",
    2023: "2023-01-22", 2024: "2024-02-10", 2025: "2025-01-29", 2026: "2026-02-17", 2027: "2027-02-06",
}  # fmt: skip


def new_moon_day(k: int) -> date:
    """The civil day in UTC+7 of the k-th new moon since 1900 (Meeus, Astronomical Formulae, chapter 32)."""
    t = k / 1236.85
    sun = math.radians(359.2242 + 29.10535608 * k - 0.0000333 * t * t)
    moon = math.radians(306.0253 + 385.81691806 * k + 0.0107306 * t * t)
    node = math.radians(21.2964 + 390.67050646 * k - 0.0016528 * t * t)
    day = 2415020.75933 + 29.53058868 * k + 0.0001178 * t * t
    day += 0.00033 * math.sin(math.radians(166.56 + 132.87 * t))
    day += (0.1734 - 0.000393 * t) * math.sin(sun) + 0.0021 * math.sin(2 * sun) - 0.4068 * math.sin(moon)
    day += 0.0161 * math.sin(2 * moon) - 0.0004 * math.sin(3 * moon) + 0.0104 * math.sin(2 * node)
    day += -0.0051 * math.sin(sun + moon) - 0.0074 * math.sin(sun - moon) + 0.0010 * math.sin(2 * node - moon)
    day += 0.0004 * math.sin(2 * node + sun) - 0.0004 * math.sin(2 * node - sun)
    day += -0.0006 * math.sin(2 * node + moon) + 0.0005 * math.sin(2 * moon + sun)
    day -= -0.000278 + 0.000265 * t + 0.000262 * t * t
    return date.fromordinal(math.floor(day + 0.5 + 7 / 24) - 1721425)


NEW_MOONS = [new_moon_day(k) for k in range(1415, 1700)]


@pytest.mark.parametrize(("year", "day"), KNOWN_TET.items())
def test_tet_as_it_was_kept(year, day):
    """The first day of Tết is the one that was kept."""
    assert find_tet(year) == date.fromisoformat(day)


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_lunar_days_follow_the_new_moon(year):
    """Tết is a new moon day in UTC+7; Hùng Kings' day is the tenth of the third lunar month."""
    first = find_tet(year)
    assert first in NEW_MOONS
    months = 3 if year == 2023 else 2  # 2023 has a second second month
    hung = NEW_MOONS[NEW_MOONS.index(first) + months] + timedelta(days=9)
    assert find_holiday(hung) in {"hung_kings", "reunification"}


def test_vietnam_keeps_its_own_new_year_in_2030():
    """In 2030 the new moon falls before midnight in Vietnam and after it in China."""
    assert find_tet(2030) == date(2030, 2, 2)


def test_fixed_days_are_listed():
    """New Year, Reunification, Labour and National Day are holidays; ordinary days are not."""
    assert [find_holiday(date(2026, m, d)) for m, d in [(1, 1), (4, 30), (5, 1), (9, 2)]] == [
        "new_year", "reunification", "labour", "national",
    ]  # fmt: skip
    assert find_holiday(date(2026, 3, 17)) is None and find_holiday(date(2025, 1, 28)) == "tet"
    assert list(list_holidays(2026)) == sorted(list_holidays(2026))


def test_years_outside_the_table_have_fixed_days_only():
    """Outside 2015-2035 no lunar holiday is guessed."""
    assert find_tet(2040) is None and set(list_holidays(2040).values()) == {
        "new_year", "reunification", "labour", "national",
    }  # fmt: skip
