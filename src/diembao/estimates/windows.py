"""Feeds whose window was full of new items run after run, so that earlier items were probably missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]

MIN_CAP = 3
MIN_RUNS_AT_CAP = 10
MIN_SHARE = 0.02
#: runs at the cap against the largest of the three numbers below it
PILE_UP = 3.0
#: share of runs that may exceed the cap (a window that was once larger)
MAX_ABOVE = 0.005


@dataclass(frozen=True, slots=True)
class Cap:
    """The most new items a run can bring, and how often it brought that many."""

    cap: int
    runs_at_cap: int
    runs_with_items: int
    largest_below: int
    runs_above: int

    @property
    def share(self) -> float:
        """Share of the runs with news that came back full."""
        return self.runs_at_cap / self.runs_with_items


def find_cap(new_items: Counts) -> Cap | None:
    """The cap of a feed from its number of new items in each run, or None.

    A window shows as a pile at the largest number, far above its neighbours; a feed that merely varies has
    its largest number seldom. The first run is left out: it always finds a full window.
    """
    counts = np.bincount(new_items[1:][new_items[1:] > 0])
    with_items = int(counts.sum())
    above = 0
    for cap in range(len(counts) - 1, MIN_CAP - 1, -1):
        here = int(counts[cap])
        below = int(counts[max(cap - 3, 1) : cap].max(initial=0))
        if here >= max(MIN_RUNS_AT_CAP, MIN_SHARE * with_items, PILE_UP * max(below, 1)):
            return Cap(cap, here, with_items, below, above)
        above += here
        if above > MAX_ABOVE * with_items:
            return None
    return None
