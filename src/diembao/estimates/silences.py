"""Stretches in which a feed that was asked gave nothing new for improbably long, given its own rate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from diembao.estimates.holidays import find_holiday
from diembao.estimates.runs import DAY, RunRecord
from diembao.estimates.stated import Floats, local_hours, offsets_at

#: expected false alarms per feed over the whole record; a stretch needs p <= this / number of runs
FALSE_ALARMS = 0.01
#: stretches expected to hold fewer items than this are not looked at
MIN_EXPECTED = 3.0
#: on a public holiday a feed is expected to give this share of its usual day
HOLIDAY_SHARE = 0.3
#: the feed's own rate in the weeks around the stretch counts where it is lower than its rate overall
NEAR_DAYS = 28


@dataclass(frozen=True, slots=True)
class Silence:
    """Runs [first, last] brought nothing; `expected` items and the probability of none by chance."""

    first: int
    last: int
    expected: float
    probability: float
    is_leading: bool
    is_trailing: bool


def expect_items(record: RunRecord, new_items: NDArray[np.int64]) -> Floats:
    """Items expected in each run from the feed's rate by hour and weekday (both shrunk); holidays low."""
    waits = np.r_[record.usual_s, np.diff(record.at)]
    exposure = np.minimum(waits, 2 * record.usual_s)
    middle = record.at - exposure / 2
    hours = local_hours(middle, record.timezone).astype(np.int64)
    days = local_days(middle, record.timezone)
    weekdays = (days + 3) % 7  # 1970-01-01 was a Thursday
    rate = new_items.sum() / exposure.sum()
    expected = rate * exposure
    for groups, size, prior in ((hours, 24, 5.0), (weekdays, 7, 10.0)):
        got = np.bincount(groups, weights=new_items, minlength=size) + prior
        usual = np.bincount(groups, weights=expected, minlength=size) + prior
        expected = expected * (got / usual)[groups]
    expected *= new_items.sum() / expected.sum()
    is_holiday = np.isin(days, [day for day in np.unique(days) if _is_holiday(int(day))])
    result: Floats = np.where(is_holiday, HOLIDAY_SHARE, 1.0) * expected
    return result


def find_silences(record: RunRecord, new_items: NDArray[np.int64]) -> list[Silence]:
    """Stretches whose probability is at most `FALSE_ALARMS` / number of runs.

    Counts are negative binomial around the expectation. The dispersion is measured between runs and between
    days, the probability is the larger of the two answers, and the rate is the lower of the feed's rate over
    all other runs and over those within four weeks, so that a slow or slowing feed is not accused.
    """
    if new_items.sum() == 0 or len(record.at) < 3:
        return []
    expected = expect_items(record, new_items)
    days = np.floor_divide(record.at, DAY).astype(np.int64)
    stretches = list(_list_stretches(new_items == 0))
    is_quiet = np.zeros(len(expected), dtype=bool)
    for first, last in stretches:
        is_quiet[first : last + 1] |= expected[first : last + 1].sum() >= 8.0
    by_run = _dispersion(new_items[~is_quiet].astype(float), expected[~is_quiet])
    by_day = _dispersion(*_sum_days(days[~is_quiet], new_items[~is_quiet], expected[~is_quiet]))
    found = []
    for first, last in stretches:
        inside = slice(first, last + 1)
        if last == first or expected[inside].sum() < MIN_EXPECTED / 2:
            continue  # cheap: nearly all stretches end here
        usual = expected[inside] * _own_rate(record, new_items, expected, first, last)
        if usual.sum() < MIN_EXPECTED:
            continue
        daily: Floats = np.bincount(days[inside] - days[first], weights=usual).astype(np.float64)
        log_p = max(_log_none(usual, by_run), _log_none(daily, by_day))
        if log_p <= np.log(FALSE_ALARMS / len(record.at)):
            found.append(
                Silence(
                    first,
                    last,
                    float(usual.sum()),
                    float(np.exp(max(log_p, -690.0))),
                    is_leading=first == 0,
                    is_trailing=last == len(expected) - 1,
                )
            )
    return found


def _list_stretches(is_empty: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and last place of each run of True."""
    edges = np.flatnonzero(np.diff(np.r_[False, is_empty, False].astype(np.int8)))
    for start, stop in edges.reshape(-1, 2):
        yield int(start), int(stop) - 1


def _own_rate(
    record: RunRecord, new_items: NDArray[np.int64], expected: Floats, first: int, last: int
) -> float:
    """The feed's rate outside the stretch against the expectation: overall or near it, whichever is lower."""
    outside = np.ones(len(expected), dtype=bool)
    outside[first : last + 1] = False
    near = outside & (record.at >= record.at[first] - NEAR_DAYS * DAY)
    near &= record.at <= record.at[last] + NEAR_DAYS * DAY
    rates = [
        (new_items[rows].sum() + 0.5) / (expected[rows].sum() + 0.5) for rows in (outside, near) if rows.any()
    ]
    return float(min(rates, default=0.0))


def _sum_days(
    days: NDArray[np.int64], new_items: NDArray[np.int64], expected: Floats
) -> tuple[Floats, Floats]:
    _, place = np.unique(days, return_inverse=True)
    got = np.bincount(place, weights=new_items).astype(np.float64)
    return got, np.bincount(place, weights=expected).astype(np.float64)


def _dispersion(counts: Floats, expected: Floats) -> float:
    """Negative binomial dispersion a in var = m + a m^2 by moments, at least 0.02."""
    weight = float(np.sum(expected**2))
    excess = float(np.sum((counts - expected) ** 2 - expected))
    return max(excess / weight, 0.02) if weight > 0 else 0.02


def _log_none(expected: Floats, dispersion: float) -> float:
    """Log probability that independent negative binomial counts are all zero."""
    return float(-np.sum(np.log1p(dispersion * expected)) / dispersion)


def local_days(times: Floats, timezone: str) -> NDArray[np.int64]:
    """Local calendar days, counted from 1970-01-01."""
    shifted = times + offsets_at(times, ZoneInfo(timezone))
    return np.floor_divide(shifted, DAY).astype(np.int64)


def to_date(day: int) -> date:
    """The date of a day counted from 1970-01-01."""
    return datetime(1970, 1, 1).date() + timedelta(days=int(day))


def _is_holiday(day: int) -> bool:
    return find_holiday(to_date(day)) is not None
