"""What an outlet usually publishes on such a day, and days far below it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diembao.estimates.stated import Floats

Bools = NDArray[np.bool_]

#: days of the same weekday are taken from so many weeks before and after
WEEKS = 6
MIN_SAME_WEEKDAY = 3
MIN_SAME_KIND = 5
#: a low day has less than this share of its usual day ...
LOW_SHARE = 0.5
#: ... (on a public holiday: this share) ...
LOW_SHARE_HOLIDAY = 0.15
#: ... and lies this many standard deviations below it, with the outlet's own overdispersion
LOW_Z = -3.5
MIN_USUAL = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class UsualDays:
    """Usual count of each day (NaN where too few days tell) and the variance as a multiple of it."""

    usual: Floats
    dispersion: float


def learn_usual(counts: Floats, weekday: NDArray[np.int64], may_teach: Bools) -> UsualDays:
    """The median of the same weekday within six weeks on either side, the day itself left out.

    `may_teach`: days that were fully collected and are no holidays. With fewer than three such days the
    median of five or more working days (or week-end days) near it; else NaN. The dispersion is the squared,
    scaled median absolute deviation of the Pearson residuals, at least 1: it may not be moved by outages.
    """
    n = len(counts)
    usual = np.full(n, np.nan)
    is_weekend = weekday >= 5
    for day in range(n):
        low, high = max(day - 7 * WEEKS, 0), min(day + 7 * WEEKS + 1, n)
        near = np.arange(low, high)
        near = near[may_teach[near] & (near != day)]
        same = near[weekday[near] == weekday[day]]
        if len(same) >= MIN_SAME_WEEKDAY:
            usual[day] = np.median(counts[same])
            continue
        same = near[is_weekend[near] == is_weekend[day]]
        if len(same) >= MIN_SAME_KIND:
            usual[day] = np.median(counts[same])
    taught = may_teach & (usual > 0)
    residual = (counts[taught] - usual[taught]) / np.sqrt(usual[taught])
    spread = 1.4826 * float(np.median(np.abs(residual - np.median(residual)))) if taught.any() else 1.0
    return UsualDays(usual, max(spread**2, 1.0))


def find_low_days(counts: Floats, days: UsualDays, is_holiday: Bools) -> NDArray[np.int64]:
    """Places of the days far below the usual; days without a usual count are not judged."""
    enough = np.nan_to_num(days.usual) >= MIN_USUAL
    share = np.where(is_holiday, LOW_SHARE_HOLIDAY, LOW_SHARE)
    return np.flatnonzero(enough & (counts < share * days.usual) & (score_days(counts, days) < LOW_Z))


def score_days(counts: Floats, days: UsualDays) -> Floats:
    """Standard deviations from the usual count (0 where there is none), with a half for continuity."""
    usual = np.where(np.isfinite(days.usual) & (days.usual > 0), days.usual, np.nan)
    scores: Floats = np.nan_to_num((counts - usual + 0.5) / np.sqrt(days.dispersion * usual))
    return scores
