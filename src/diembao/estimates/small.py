"""How a number from few coded units may be shown: the one table for the whole product, and its decimals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Mode = Literal["raw", "dashed", "normal", "withheld"]
Reason = Literal["few_units", "low_agreement", "few_outlets"]

RAW_BELOW = 20
DASHED_BELOW = 30
WITHHELD_ALPHA = 0.67
CAREFUL_ALPHA = 0.80
TONE_OUTLETS = 5


@dataclass(frozen=True, slots=True)
class Display:
    """`raw`: counts only; `dashed`: interval dashed, no point; `normal`; `withheld`: not shown at all.

    `is_careful` adds "kết luận dè dặt"; `reasons` say why the display is not plain.
    """

    mode: Mode
    is_careful: bool = False
    reasons: tuple[Reason, ...] = ()


def choose_display(
    n: int, *, alpha: float | None = None, outlets: int | None = None, is_tone: bool = False
) -> Display:
    """How to show an estimate from `n` coded units in its group (ESTIMATES section 5).

    `alpha` is the point estimate of agreement (None: nothing was coded twice, or nothing needs coding);
    tone is withheld for a group of fewer than five outlets.
    """
    if is_tone and outlets is not None and outlets < TONE_OUTLETS:
        return Display("withheld", reasons=("few_outlets",))
    if alpha is not None and alpha < WITHHELD_ALPHA:
        return Display("withheld", reasons=("low_agreement",))
    is_careful = alpha is not None and alpha < CAREFUL_ALPHA
    reasons: tuple[Reason, ...] = ("low_agreement",) if is_careful else ()
    if n < RAW_BELOW:
        return Display("raw", is_careful, ("few_units", *reasons))
    if n < DASHED_BELOW:
        return Display("dashed", is_careful, ("few_units", *reasons))
    return Display("normal", is_careful, reasons)


def decimals_for(low: float, high: float, *, exact: int = 0, most: int = 3) -> int:
    """Decimals an interval supports in its printed unit: the last digit is no finer than half the width.

    421-477 gives 0, 27.1-34.8 gives 0, 0.41-0.58 gives 2. A full count (low = high) has `exact` decimals.
    """
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0
    half_width = abs(high - low) / 2
    if half_width == 0:
        return exact
    return min(max(math.ceil(-math.log10(half_width)), 0), most)
