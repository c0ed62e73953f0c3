"""A feed window that is full for some weeks only is found where it was full."""

from __future__ import annotations

import numpy as np

from diembao.estimates.windows import find_caps

HOUR = 3600.0


def make_runs(days: int) -> np.ndarray:
    return np.arange(days * 12) * 2 * HOUR


def test_a_window_narrow_for_four_weeks_is_found_there() -> None:
    """One batch a day cut to five items, for 28 of 300 days, is one finding within those days."""
    at = make_runs(300)
    rng = np.random.default_rng(1)
    new_items = rng.poisson(0.4, len(at))
    batch = (at >= 200 * 24 * HOUR) & (at < 228 * 24 * HOUR)
    new_items[batch] = 0
    new_items[np.flatnonzero(batch)[3::12]] = 5
    found = find_caps(new_items, at)
    assert len(found) == 1
    cap, full = found[0]
    assert cap.cap == 5
    assert cap.runs_at_cap == len(full) == 28
    assert at[full[0]] >= 200 * 24 * HOUR
    assert at[full[-1]] < 228 * 24 * HOUR


def test_feeds_that_merely_vary_have_no_cap() -> None:
    """Poisson and bursty feeds of any rate give no finding, looked at whole and in blocks."""
    at = make_runs(300)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        rate = rng.gamma(1.5, rng.choice([0.2, 1.0, 4.0]), len(at))
        assert find_caps(rng.poisson(rate), at) == []


def test_a_window_full_throughout_is_one_finding() -> None:
    """A collector that reads fifteen items a run of a busy feed gives one finding over the whole time."""
    at = make_runs(120)
    new_items = np.minimum(np.random.default_rng(3).poisson(17, len(at)), 15)
    found = find_caps(new_items, at)
    assert [cap.cap for cap, _ in found] == [15]
    assert found[0][0].share > 0.5
