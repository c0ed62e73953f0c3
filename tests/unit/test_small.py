"""The one table for small groups, and decimals that follow the interval."""

from __future__ import annotations

import pytest

from diembao.estimates.small import choose_display, decimals_for


@pytest.mark.parametrize(
    ("n", "mode"), [(0, "raw"), (19, "raw"), (20, "dashed"), (29, "dashed"), (30, "normal")]
)
def test_mode_follows_the_number_of_units(n, mode):
    """Raw counts below 20, dashed from 20 to 29, normal from 30."""
    assert choose_display(n).mode == mode


@pytest.mark.parametrize(
    ("alpha", "mode", "careful"),
    [(0.66, "withheld", False), (0.67, "normal", True), (0.79, "normal", True), (0.80, "normal", False)],
)
def test_weak_agreement_withholds_or_warns(alpha, mode, careful):
    """Alpha below .67 withholds the variable; .67 to .80 makes the conclusion careful."""
    shown = choose_display(100, alpha=alpha)
    assert (shown.mode, shown.is_careful) == (mode, careful)


def test_no_tone_below_five_outlets():
    """Tone of a group of four outlets is withheld, other variables are not."""
    assert choose_display(100, outlets=4, is_tone=True).mode == "withheld"
    assert choose_display(100, outlets=5, is_tone=True).mode == "normal"
    assert choose_display(100, outlets=4).mode == "normal"


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [(421, 477, 0), (27.1, 34.8, 0), (0.9, 1.7, 1), (0.41, 0.58, 2), (0, float("inf"), 0), (5, 5, 0)],
)
def test_decimals_follow_the_interval(low, high, decimals):
    """No decimal is printed that half the interval's width does not support."""
    assert decimals_for(low, high) == decimals
