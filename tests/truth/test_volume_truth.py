"""Volumes with outages on simulated presses whose truth is known: the intervals must hold it.

The generator shares no code with the estimates: outlets of very different size, a week with quiet week-ends,
days of big news shared by all outlets, each outlet's own good and bad days, outages of a day to two weeks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from diembao.estimates.volume import compare_volumes, impute_totals, matched_comparison


@dataclass(frozen=True)
class Press:
    """One simulated period."""

    true: np.ndarray
    good: np.ndarray

    @property
    def collected(self):
        return np.where(self.good, self.true, 0)


def simulate(
    rng, *, outlets=20, days=92, mean=6.0, bursts=0.05, own=0.15, lost=0.15, shared=0.0, factor=1.0, size=None
):
    """True counts and the mask of collected outlet-days.

    `bursts`: share of days with two to four times the news; `own`: overdispersion of an outlet's day;
    `lost`: about the share of outlet-days lost; `shared`: share of days lost by all at once.
    """
    size = rng.lognormal(0, 1, outlets) if size is None else size
    size = size * mean / size.mean()
    week = np.array([1.05, 1.1, 1.1, 1.08, 1.05, 0.85, 0.7])[(np.arange(days) + rng.integers(7)) % 7]
    news = np.where(rng.random(days) < bursts, rng.uniform(2, 4, days), 1.0) * rng.gamma(40, 1 / 40, days)
    rate = factor * np.outer(size, week * news) * rng.gamma(1 / own, own, (outlets, days))
    true = rng.poisson(rate)
    good = np.ones((outlets, days), dtype=bool)
    while lost and (~good).mean() < lost:
        outlet, start = rng.integers(outlets), rng.integers(days)
        good[outlet, start : start + min(int(rng.exponential(4)) + 1, 15)] = False
    if shared:
        good[:, rng.random(days) < shared] = False
    for outlet in np.flatnonzero(good.sum(axis=1) < days // 3):
        good[outlet] = True
    return Press(true, good)


CELLS = {
    "usual": {},
    "small_counts": {"mean": 0.4},
    "big_counts": {"mean": 40.0},
    "month": {"days": 30, "outlets": 12},
    "few_outlets": {"outlets": 4, "mean": 30.0},
    "many_lost": {"lost": 0.4},
    "few_lost": {"lost": 0.02},
    "bursty": {"bursts": 0.15},
    "noisy_outlets": {"own": 0.4},
    "all_at_once": {"lost": 0.08, "shared": 0.05},
}


def cover(seed, replicates, **cell):
    rng = np.random.default_rng(seed)
    hits, widths, errors = [], [], []
    for _ in range(replicates):
        press = simulate(rng, **cell)
        found = impute_totals(press.collected, press.good)
        truth = press.true.sum()
        hits.append(found.low <= truth <= found.high)
        widths.append((found.high - found.low) / truth)
        errors.append(found.total / truth - 1)
    return float(np.mean(hits)), float(np.mean(widths)), float(np.mean(errors))


@pytest.mark.parametrize("name", CELLS)
def test_interval_covers_the_true_total(name):
    """The 95 % interval of an imputed total holds the truth at least 93 % of the time, without bias."""
    coverage, _, bias = cover(hash_of(name), 100, **CELLS[name])
    assert coverage >= 0.93 - 2 * np.sqrt(0.95 * 0.05 / 100), coverage
    assert abs(bias) < 0.01


def hash_of(name):
    return sum(ord(c) * 31**i for i, c in enumerate(name)) % 2**32


def test_coverage_over_all_cells():
    """Over all cells together the coverage is at least 93 %."""
    found = [cover(hash_of(name) + 1, 40, **cell)[0] for name, cell in CELLS.items()]
    assert np.mean(found) >= 0.93


def test_year_ratio_is_far_better_than_the_naive_one():
    """The error of the year-on-year ratio is a fraction of the naive one's, and its interval covers."""
    rng = np.random.default_rng(7)
    naive, imputed, matched, hits = [], [], [], []
    for _ in range(120):
        change, size = rng.uniform(0.8, 1.25), rng.lognormal(0, 1, 15)
        before = simulate(rng, outlets=15, lost=0.25, mean=20, size=size)
        after = simulate(rng, outlets=15, lost=0.05, mean=20, size=size, factor=change)
        truth = after.true.sum() / before.true.sum()
        found = compare_volumes(
            impute_totals(before.collected, before.good),
            impute_totals(after.collected, after.good),
            counted_by="all",
        )
        both = matched_comparison(before.collected, after.collected, before.good, after.good)
        naive.append(np.log(after.collected.sum() / before.collected.sum() / truth))
        imputed.append(np.log(found.value / truth))
        matched.append(np.log(both.ratio / truth))
        hits.append(found.low <= truth <= found.high)
    rmse = {k: float(np.sqrt(np.mean(np.square(v)))) for k, v in
            {"naive": naive, "imputed": imputed, "matched": matched}.items()}  # fmt: skip
    assert rmse["imputed"] < 0.2 * rmse["naive"], rmse
    assert rmse["matched"] < 0.5 * rmse["naive"], rmse
    assert np.mean(hits) >= 0.92


def test_more_gaps_widen_the_interval_on_average():
    """Where more outlet-days are lost from the same press, the interval grows."""
    rng = np.random.default_rng(11)
    widths = np.zeros(4)
    for _ in range(25):
        press = simulate(rng, lost=0)
        order = rng.permutation(press.true.size)
        for place, lost in enumerate([0.05, 0.1, 0.2, 0.4]):
            good = np.ones(press.true.size, dtype=bool)
            good[order[: int(lost * press.true.size)]] = False
            good = good.reshape(press.true.shape)
            found = impute_totals(np.where(good, press.true, 0), good)
            widths[place] += found.high - found.low
    assert np.all(np.diff(widths) > 0)


def test_outages_in_bursts_need_the_wider_interval():
    """Where the collector tends to fail on days of big news, the wider interval still covers."""
    rng = np.random.default_rng(13)
    hits = []
    for _ in range(120):
        press = simulate(rng, outlets=15, bursts=0.1, lost=0.05, mean=10)
        busy = press.true.sum(axis=0) > np.quantile(press.true.sum(axis=0), 0.9)
        good = press.good & ~(busy[None, :] & (rng.random(press.true.shape) < 0.5))
        found = impute_totals(np.where(good, press.true, 0), good, has_bursts=True)
        hits.append(found.low <= press.true.sum() <= found.high)
    assert np.mean(hits) >= 0.93
