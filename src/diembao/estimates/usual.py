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
#: ... and so few or fewer come by chance no more often than this, with the outlet's own overdispersion
LOW_PROBABILITY = 1e-4
MIN_USUAL = 5.0
#: no outlet is more even than this
MIN_DISPERSION = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class UsualDays:
    """Usual count m of each day (NaN where too few days tell) and a in variance = m + a m^2."""

    usual: Floats
    dispersion: float


def learn_usual(counts: Floats, weekday: NDArray[np.int64], may_teach: Bools) -> UsualDays:
    """The median of the same weekday within six weeks on either side, the day itself left out.

    `may_teach`: days that were fully collected and are no holidays. With fewer than three such days the
    median of five or more working days (or week-end days) near it; else NaN. The dispersion comes
    from the median absolute deviation of the Pearson residuals, so that outages cannot move it.
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
    excess = max(spread**2 - 1.0, 0.0) / float(np.median(usual[taught])) if taught.any() else 0.0
    return UsualDays(usual, max(excess, MIN_DISPERSION))


def find_low_days(counts: Floats, days: UsualDays, is_holiday: Bools) -> NDArray[np.int64]:
    """Places of the days far below the usual; days without a usual count are not judged."""
    enough = np.nan_to_num(days.usual) >= MIN_USUAL
    share = np.where(is_holiday, LOW_SHARE_HOLIDAY, LOW_SHARE)
    return np.flatnonzero(
        enough & (counts < share * days.usual) & (find_probabilities(counts, days) < LOW_PROBABILITY)
    )


def find_probabilities(counts: Floats, days: UsualDays) -> Floats:
    """Probability of so few or fewer (negative binomial); 1 where there is no usual count."""
    from scipy.special import betainc

    known = np.isfinite(days.usual) & (days.usual > 0)
    size = 1.0 / days.dispersion
    share = size / (size + np.where(known, days.usual, 1.0))
    found: Floats = np.where(known, betainc(size, counts + 1.0, share), 1.0)
    return found
