"""A 12-hour clock that lost its "PM": afternoons stated as mornings, mornings right."""

from __future__ import annotations

import itertools

import numpy as np

from diembao.estimates.stated import (
    HOUR,
    Bools,
    Floats,
    StatedTimes,
    describe_lags,
    local_hours,
    make_finding,
)
from diembao.types import ClockFinding

MIN_ROWS = 40
MIN_NEAR = 5
NEAR_S = 900.0
TOLERANCE_S = 300.0


def find_twelve_hour(one: StatedTimes) -> list[ClockFinding]:
    """A 12-hour clock without its "PM": no stated hour after noon, and the afternoon's lags start at 12 h.

    The correction may only be made where it does not put the article after its sighting: `effective_time`.
    """
    lag = one.seen - one.published
    late = (lag >= 12 * HOUR - TOLERANCE_S) & (lag < 18 * HOUR)
    days = np.floor_divide(one.seen, 86400.0)
    hour_of_day = local_hours(one.published, one.timezone)
    span = _longest_without(days, hour_of_day >= 12, late)
    if span is None:
        return []
    rows = (days >= span[0]) & (days <= span[1])
    inside = one.take(rows)
    lag, hour_of_day = lag[rows], hour_of_day[rows]
    near = (lag >= 12 * HOUR - TOLERANCE_S) & (lag < 12 * HOUR + NEAR_S)
    between = (lag >= 8 * HOUR) & (lag < 12 * HOUR - TOLERANCE_S)
    seen_late = float(np.mean(local_hours(inside.seen, one.timezone) >= 12))
    n_late = int(np.sum(lag >= 12 * HOUR - TOLERANCE_S))
    if len(lag) < MIN_ROWS or seen_late < 0.25 or n_late < 0.2 * len(lag):
        return []
    if near.sum() < MIN_NEAR or between.sum() > 0.1 * n_late or np.mean(hour_of_day >= 12) > 0.01:
        return []
    evidence = {
        **describe_lags(lag),
        "pattern": "twelve_hour",
        "stated_after_noon_share": round(float(np.mean(hour_of_day >= 12)), 5),
        "seen_after_noon_share": round(seen_late, 3),
        "rows_12h_late": n_late,
        "near_edge": int(near.sum()),
    }
    return [make_finding(one, rows, "shift", 12 * HOUR, evidence)]


def _longest_without(days: Floats, after_noon: Bools, late: Bools) -> tuple[float, float] | None:
    """First and last day of the longest run of days without a stated hour after noon that has late rows."""
    best: tuple[int, float, float] | None = None
    bad_days = np.unique(days[after_noon])
    borders = np.r_[-np.inf, bad_days, np.inf]
    for low, high in itertools.pairwise(borders):
        rows = (days > low) & (days < high)
        count = int(np.sum(rows & late))
        if count and (best is None or count > best[0]):
            best = (count, float(days[rows].min()), float(days[rows].max()))
    return None if best is None else best[1:]
