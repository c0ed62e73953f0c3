"""Chance of the sample press: within bounds for any input, and repeatable."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from diembao.sample.dice import Dice

SEEDS = st.integers(0, 10_000)


@given(SEEDS, st.integers(0, 500), st.integers(0, 500), st.integers(1, 50))
def test_between_stays_in_its_span(seed: int, low: int, span: int, step: int) -> None:
    """A drawn number lies in the span and on a step."""
    value = Dice(seed).between(low, low + span, step)
    assert low <= value <= low + span
    assert (value - low) % step == 0


@given(SEEDS, st.lists(st.integers(), unique=True), st.integers(0, 20))
def test_take_gives_different_items(seed: int, items: list[int], n: int) -> None:
    """Taken items are different, from the list, as many as asked for or all."""
    taken = Dice(seed).take(items, n)
    assert len(taken) == min(n, len(items)) == len(set(taken))
    assert set(taken) <= set(items)


@given(SEEDS, st.text(), st.text())
def test_a_child_does_not_depend_on_draws_of_its_parent(seed: int, one: str, two: str) -> None:
    """More draws in one place do not shift the draws elsewhere."""
    used = Dice(seed, one)
    used.roll()
    assert used.child(two).roll() == Dice(seed, one).child(two).roll()
