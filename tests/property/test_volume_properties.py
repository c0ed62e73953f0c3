"""What must hold for any counts and any outages."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from diembao.estimates.volume import compare_volumes, impute_totals, matched_comparison

SHAPES = st.tuples(st.integers(1, 6), st.integers(2, 21))


@st.composite
def presses(draw):
    shape = draw(SHAPES)
    counts = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 60)))
    good = draw(hnp.arrays(bool, shape, elements=st.booleans()))
    good[0, 0] = True
    return counts, good


@given(presses())
@settings(max_examples=40, deadline=None)
def test_no_gaps_means_nothing_imputed(press):
    """Without gaps nothing is imputed and the total is exact, without an interval."""
    counts, good = press
    found = impute_totals(counts, np.ones_like(good))
    assert found.imputed == 0 and found.low == found.high == found.total == counts.sum()


@given(presses())
@settings(max_examples=40, deadline=None)
def test_total_is_inside_and_never_below_collected(press):
    """The interval holds the total, and nothing collected is taken away."""
    counts, good = press
    found = impute_totals(counts, good)
    assert found.observed == counts.sum() <= found.low <= found.total <= found.high
    assert np.isfinite(found.high)


@given(presses(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_of_outlets_changes_nothing(press, random):
    """The same outlets in another order give the same total and interval."""
    counts, good = press
    order = list(range(len(counts)))
    random.shuffle(order)
    one, two = impute_totals(counts, good), impute_totals(counts[order], good[order])
    assert np.allclose([one.total, one.low, one.high], [two.total, two.low, two.high], rtol=1e-6)


@given(presses())
@settings(max_examples=30, deadline=None)
def test_bursts_and_level_widen(press):
    """The interval for outages within bursts, or at a higher level, contains the usual one."""
    counts, good = press
    usual = impute_totals(counts, good)
    for wider in (impute_totals(counts, good, has_bursts=True), impute_totals(counts, good, level=0.99)):
        assert wider.low <= usual.low and wider.high >= usual.high


@given(presses(), presses())
@settings(max_examples=30, deadline=None)
def test_matched_counts_add_up(first, second):
    """Outlets add up to the totals; days bad in either period count nowhere."""
    counts, good = first
    rng = np.random.default_rng(second[0].sum())
    other, other_good = rng.permutation(counts.ravel()).reshape(counts.shape), rng.random(counts.shape) < 0.7
    found = matched_comparison(counts, other, good, other_good)
    both = good & other_good
    assert found.first == counts[both].sum() == sum(a for a, _, _ in found.by_outlet)
    assert found.second == other[both].sum() and found.outlet_days == both.sum()


@given(presses())
@settings(max_examples=30, deadline=None)
def test_ratio_of_a_period_with_itself_is_one(press):
    """A period compared with itself has ratio one inside its bounds and no direction."""
    counts, good = press
    total = impute_totals(counts + 1, good)
    found = compare_volumes(total, total, counted_by="all")
    assert abs(found.value - 1) < 1e-9 and found.low <= 1 <= found.high and found.verdict == "cannot_tell"
