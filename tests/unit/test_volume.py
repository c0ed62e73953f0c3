"""Matched comparison, pairing of days and imputed totals on cases that can be worked out by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from diembao.errors import EstimateError
from diembao.estimates.volume import compare_volumes, impute_totals, matched_comparison, pair_days


def test_year_pairs_keep_the_weekday():
    """January against January pairs days 364 apart and names the day without a partner."""
    found = pair_days((date(2025, 1, 1), date(2025, 1, 31)), (date(2026, 1, 1), date(2026, 1, 31)))
    assert found.offset_days == 364 and len(found.pairs) == 30 and found.reason == ""
    assert all(a.weekday() == b.weekday() for a, b in found.pairs)
    assert found.only_first == (date(2025, 1, 1),) and found.only_second == (date(2026, 1, 31),)


@pytest.mark.parametrize("days", [7, 28, 30, 90])
def test_neighbouring_spans_pair(days):
    """Two spans one after the other pair by whole weeks."""
    first = (date(2025, 9, 1), date.fromordinal(date(2025, 9, 1).toordinal() + days - 1))
    second = (
        date.fromordinal(first[1].toordinal() + 1),
        date.fromordinal(first[1].toordinal() + days),
    )
    found = pair_days(first, second)
    assert found.offset_days % 7 == 0 and len(found.pairs) >= days - 3


def test_spans_of_unlike_length_are_not_comparable():
    """A month against a quarter is not the same span."""
    found = pair_days((date(2025, 1, 1), date(2025, 1, 31)), (date(2026, 1, 1), date(2026, 3, 31)))
    assert found.reason == "different_span"


def test_matched_count_uses_days_good_in_both():
    """Only outlet-days good in both periods are counted, and outlets add up to the total."""
    found = matched_comparison([[10, 20], [5, 5]], [[12, 30], [6, 6]], [[1, 1], [1, 0]], [[1, 0], [1, 1]])
    assert (found.first, found.second, found.outlet_days, found.possible_outlet_days) == (15, 18, 2, 4)
    assert found.ratio == pytest.approx(1.2)
    assert found.by_outlet == ((10, 12, 1), (5, 6, 1))
    assert all(e.low == e.value == e.high for e in found.estimates)


def test_matched_count_without_first_has_no_ratio():
    """Nothing counted first leaves the ratio open."""
    assert matched_comparison([[0]], [[3]], [[1]], [[1]]).ratio is None


def test_missing_cell_takes_share_times_level():
    """In a press without noise the missing cell is imputed exactly."""
    true = np.outer([2, 4, 6], [10, 20, 30, 40, 50, 60, 70])
    good = np.ones(true.shape, dtype=bool)
    good[1, 2:4] = False
    found = impute_totals(np.where(good, true, 0), good)
    assert found.imputed == pytest.approx(4 * 70) and found.observed == true.sum() - 4 * 70
    assert found.low < found.total < found.high and found.missing_outlet_days == 2


def test_day_lost_by_all_takes_its_weekday():
    """A day that no outlet has is filled from the same day of other weeks."""
    true = np.tile([10, 10, 10, 10, 10, 5, 2], 4)[None, :] * np.array([[1], [3]])
    good = np.ones(true.shape, dtype=bool)
    good[:, 13] = False
    found = impute_totals(np.where(good, true, 0), good)
    assert found.imputed == pytest.approx(true[:, 13].sum(), rel=0.01)


def test_partly_collected_day_counts_what_it_has():
    """Articles found on a bad day are collected, not imputed again."""
    true = np.full((3, 14), 10)
    good = np.ones(true.shape, dtype=bool)
    good[0, 3] = False
    part = true.copy()
    part[0, 3] = 4
    found = impute_totals(part, good)
    assert found.observed == true.sum() - 6 and found.imputed == pytest.approx(6)


def test_outlet_without_any_good_day_is_named():
    """An outlet that was never collected cannot be imputed and is named."""
    found = impute_totals([[5, 5, 5], [0, 0, 0]], [[1, 1, 1], [0, 0, 0]])
    assert found.never_good == (1,) and found.imputed == 0 and found.estimate.notes == ("outlets_never_good",)


def test_rule_counts_have_no_direction():
    """A count by the matching rule alone never says higher or lower."""
    one, two = impute_totals([[50] * 7], [[1] * 7]), impute_totals([[90] * 7], [[1] * 7])
    assert compare_volumes(one, two, counted_by="all").verdict == "higher"
    found = compare_volumes(one, two, counted_by="rule")
    assert (found.verdict, found.notes) == ("cannot_tell", ("rule_count",))


@pytest.mark.parametrize(
    ("counts", "good", "text"),
    [
        ([[1, 2]], [[1]], "same outlets"),
        ([[1, -2]], [[1, 1]], "negative"),
        ([[1, np.nan]], [[1, 1]], "missing"),
        ([[1, 2]], [[0, 0]], "no total"),
    ],
)
def test_wrong_input_is_refused(counts, good, text):
    """Counts that cannot be right are refused with the reason."""
    with pytest.raises(EstimateError, match=text):
        impute_totals(counts, good)


def test_imputing_twice_gives_the_same_interval():
    """The placebo outages are drawn from a fixed seed."""
    rng = np.random.default_rng(1)
    counts, good = rng.poisson(9, (5, 30)), rng.random((5, 30)) > 0.2
    assert impute_totals(counts, good) == impute_totals(counts, good)
