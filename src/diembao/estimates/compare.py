"""Whether one estimate is higher than another, at the level that the number of comparisons demands."""

from __future__ import annotations

import math
from typing import Literal

from diembao.errors import EstimateError
from diembao.types import Comparison, Estimate

Verdict = Literal["higher", "lower", "cannot_tell", "not_comparable"]


def level_for(comparisons: int) -> float:
    """The level at which bounds are computed so that k comparisons together keep 95 % (Bonferroni)."""
    if comparisons < 1:
        raise EstimateError(
            "{comparisons} comparisons cannot be made",
            key="estimates.no_comparisons",
            next_step="say how many comparisons the report makes: one or more",
            comparisons=comparisons,
        )
    return 1 - 0.05 / comparisons


def difference(first: Estimate, second: Estimate, *, comparisons: int = 1) -> Comparison:
    """second - first with bounds by MOVER (Newcombe 1998; Zou & Donner 2008).

    Both intervals must already be at `level_for(comparisons)`: an interval cannot be widened from its ends
    alone, so ask `share(..., level=level_for(k))` for them. A full count has every level.
    """
    level = _check(first, second, comparisons)
    value = second.value - first.value
    low = value - math.hypot(second.value - second.low, first.high - first.value)
    high = value + math.hypot(second.high - second.value, first.value - first.low)
    verdict = _judge(low, high, 0.0)
    return _comparison("difference", (value, low, high), level, comparisons, first, second, verdict)


def count_ratio(
    first: Estimate,
    second: Estimate,
    *,
    N1: int | Estimate,  # noqa: N803 - the notation of the design page
    N2: int | Estimate,  # noqa: N803
    comparisons: int = 1,
) -> Comparison:
    """(second x N2) / (first x N1), two numbers of articles, with bounds from squared log distances.

    A zero below (first.value or first.low = 0) leaves no upper bound: "at least x", noted `at_least`; a zero
    above gives 0 with an upper bound, noted `at_most`; both zero is refused.
    """
    above = (second, _as_estimate(N2))
    below = (first, _as_estimate(N1))
    level = _check(first, second, comparisons)
    for volume in (above[1], below[1]):
        _check_level(volume, level, comparisons)
    top = math.prod(e.value for e in above)
    bottom = math.prod(e.value for e in below)
    if top == 0 and bottom == 0:
        raise EstimateError(
            "nothing was counted in either period: there is no ratio",
            key="estimates.both_zero",
            next_step="choose periods in which at least one article was counted",
        )
    value = top / bottom if bottom else math.inf
    low = _lower_ratio(above, below, value)
    high = _upper_ratio(above, below, value)
    notes = ("at_least",) if math.isinf(high) else ("at_most",) if value == 0 else ()
    return _comparison(
        "ratio", (value, low, high), level, comparisons, first, second, _judge(low, high, 1.0), notes
    )


def _lower_ratio(above: tuple[Estimate, ...], below: tuple[Estimate, ...], value: float) -> float:
    if any(e.low <= 0 for e in above):
        return 0.0
    if math.isinf(value):  # nothing below: the ends themselves
        highest = math.prod(e.high for e in below)
        return math.prod(e.low for e in above) / highest if highest else math.inf
    squares = [math.log(e.value / e.low) ** 2 for e in above] + [
        math.log(e.high / e.value) ** 2 for e in below
    ]
    return value * math.exp(-math.sqrt(sum(squares)))


def _upper_ratio(above: tuple[Estimate, ...], below: tuple[Estimate, ...], value: float) -> float:
    if any(e.low <= 0 for e in below):
        return math.inf
    if value == 0:
        return math.prod(e.high for e in above) / math.prod(e.low for e in below)
    squares = [math.log(e.high / e.value) ** 2 for e in above] + [
        math.log(e.value / e.low) ** 2 for e in below
    ]
    return value * math.exp(math.sqrt(sum(squares)))


def full_count(value: float, *, method: str = "full_count", notes: tuple[str, ...] = ()) -> Estimate:
    """A number that was counted, not estimated: no interval, every level."""
    return Estimate(value, value, value, 1.0, round(value), round(value), method, "full count", notes=notes)


def _as_estimate(volume: int | Estimate) -> Estimate:
    return volume if isinstance(volume, Estimate) else full_count(float(volume))


def _is_exact(estimate: Estimate) -> bool:
    return estimate.low == estimate.value == estimate.high


def _check(first: Estimate, second: Estimate, comparisons: int) -> float:
    """The level, after refusing what would make the bounds wrong."""
    level = level_for(comparisons)
    if set(first.ids) & set(second.ids):
        raise EstimateError(
            "the two samples share units: their difference has no valid bounds",
            key="estimates.shared_units",
            next_step="compare disjoint periods, each with its own sample",
        )
    _check_level(first, level, comparisons)
    _check_level(second, level, comparisons)
    return level


def _check_level(estimate: Estimate, level: float, comparisons: int) -> None:
    if not _is_exact(estimate) and abs(estimate.level - level) > 1e-9:
        raise EstimateError(
            "an interval at level {level} cannot serve {comparisons} comparisons, which need {needed}",
            key="estimates.wrong_level",
            next_step="estimate again at the level that level_for gives",
            level=estimate.level,
            comparisons=comparisons,
            needed=round(level, 6),
        )


def _judge(low: float, high: float, neutral: float) -> Verdict:
    if low > neutral:
        return "higher"
    return "lower" if high < neutral else "cannot_tell"


def _comparison(
    kind: Literal["difference", "ratio"],
    numbers: tuple[float, float, float],
    level: float,
    comparisons: int,
    first: Estimate,
    second: Estimate,
    verdict: Verdict,
    notes: tuple[str, ...] = (),
) -> Comparison:
    """The record; estimates under different codebooks are shown side by side but not compared."""
    if first.codebook_version != second.codebook_version:
        verdict, notes = "not_comparable", (*notes, "codebook_changed")
    method = "mover" if kind == "difference" else "log_mover"
    value, low, high = numbers
    return Comparison(kind, value, low, high, level, comparisons, first, second, verdict, method, notes)
