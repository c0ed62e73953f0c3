"""Differences and ratios: bounds, levels, words, and what is refused."""

from __future__ import annotations

import math

import pytest

from diembao.errors import EstimateError
from diembao.estimates.compare import count_ratio, difference, full_count, level_for
from diembao.types import Estimate


def make(value, low, high, *, level=0.95, ids=(), codebook="1"):
    return Estimate(value, low, high, level, 200, 1000, "test", codebook_version=codebook, ids=ids)


def wilson(hits, n, z=1.959964):
    """A share with its score interval."""
    middle, spread = (hits + z * z / 2) / (n + z * z), z * math.sqrt(hits * (1 - hits / n) + z * z / 4)
    return make(hits / n, middle - spread / (n + z * z), middle + spread / (n + z * z))


def test_difference_is_newcombes():
    """56/70 against 48/80 gives Newcombe's published 0.0524 to 0.3339 (1998, method 10)."""
    first, second = wilson(48, 80), wilson(56, 70)
    found = difference(first, second)
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert found.verdict == "higher"


def test_swapping_the_periods_mirrors_the_difference():
    """second - first is minus (first - second), bounds included."""
    a, b = make(0.3, 0.25, 0.36), make(0.4, 0.33, 0.45)
    one, other = difference(a, b), difference(b, a)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_zero_inside_the_bounds_means_cannot_tell():
    """A difference whose bounds contain zero has no direction."""
    assert difference(make(0.3, 0.2, 0.4), make(0.33, 0.25, 0.42)).verdict == "cannot_tell"


def test_intervals_at_another_level_are_refused():
    """With four comparisons a 95 % interval is refused, one at 98.75 % is taken, a full count always."""
    a, b = make(0.3, 0.25, 0.36), make(0.4, 0.33, 0.45)
    with pytest.raises(EstimateError, match=r"0\.9875"):
        difference(a, b, comparisons=4)
    wide = [make(e.value, e.low, e.high, level=level_for(4)) for e in (a, b)]
    assert difference(*wide, comparisons=4).level == 0.9875
    assert difference(full_count(3), full_count(5), comparisons=4).verdict == "higher"


def test_shared_units_are_refused():
    """Two samples with a common unit have no valid difference."""
    with pytest.raises(EstimateError, match="share units"):
        difference(make(0.3, 0.2, 0.4, ids=("u1", "u2")), make(0.3, 0.2, 0.4, ids=("u2",)))


def test_another_codebook_is_not_comparable():
    """Estimates under different codebooks get no verdict."""
    found = difference(make(0.1, 0.05, 0.15), make(0.5, 0.4, 0.6, codebook="2"))
    assert (found.verdict, found.notes) == ("not_comparable", ("codebook_changed",))


def test_count_ratio_adds_squared_log_distances():
    """The bounds of a ratio of counts are the root of the added squares on the log scale."""
    found = count_ratio(make(0.2, 0.16, 0.25), make(0.3, 0.25, 0.36), N1=1000, N2=1200)
    lower = math.sqrt(math.log(0.3 / 0.25) ** 2 + math.log(0.25 / 0.2) ** 2)
    assert found.value == pytest.approx(1.8)
    assert found.low == pytest.approx(1.8 * math.exp(-lower))
    assert found.verdict == "higher"


def test_uncertain_volumes_widen_the_ratio():
    """An imputed number of articles adds its own uncertainty."""
    first, second = make(0.2, 0.16, 0.25), make(0.3, 0.25, 0.36)
    sure = count_ratio(first, second, N1=1000, N2=1200)
    unsure = count_ratio(first, second, N1=make(1000, 900, 1100), N2=1200)
    assert unsure.low < sure.low and unsure.high > sure.high


def test_zero_below_gives_at_least():
    """Nothing counted before leaves only "at least x"."""
    found = count_ratio(make(0, 0, 0.02), make(0.1, 0.06, 0.15), N1=100, N2=100)
    assert math.isinf(found.high) and found.low == pytest.approx(3.0) and found.notes == ("at_least",)
    maybe = count_ratio(make(0.01, 0, 0.02), make(0.1, 0.06, 0.15), N1=100, N2=100)
    assert math.isinf(maybe.high) and 0 < maybe.low < maybe.value == pytest.approx(10)


def test_zero_above_gives_at_most():
    """Nothing counted now leaves only "at most x"."""
    found = count_ratio(make(0.1, 0.06, 0.15), make(0, 0, 0.02), N1=100, N2=100)
    assert found.value == found.low == 0 and found.high == pytest.approx(1 / 3)
    assert found.notes == ("at_most",) and found.verdict == "lower"


def test_two_zeros_are_refused():
    """Nothing against nothing has no ratio."""
    with pytest.raises(EstimateError, match="no ratio"):
        count_ratio(make(0, 0, 0.1), make(0, 0, 0.1), N1=10, N2=10)
