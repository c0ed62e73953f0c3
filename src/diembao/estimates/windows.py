"""Feeds whose window was full of new items run after run, so that earlier items were probably missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Runs = NDArray[np.int64]
Floats = NDArray[np.float64]

MIN_CAP = 3
MIN_RUNS_AT_CAP = 10
MIN_SHARE = 0.02
#: runs at the cap against the largest of the three numbers below it
PILE_UP = 3.0
#: share of runs that may exceed the cap (a window that was once larger)
MAX_ABOVE = 0.005
#: a window that is narrow for some weeks only shows in blocks of this length, and there in most runs with news
BLOCK_S = 28 * 86400.0
MIN_SHARE_BLOCK = 0.3


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


def find_caps(new_items: Counts, at: Floats) -> list[tuple[Cap, Runs]]:
    """Each cap of a feed with the runs that came back full, in order of time.

    `at` are the moments of the runs (seconds since 1970). A cap that holds throughout is one finding; else
    blocks of four weeks are asked one by one, and neighbours with the same cap are joined.
    """
    whole = find_cap(new_items)
    if whole is not None:
        full = np.flatnonzero(new_items >= whole.cap)
        return [(whole, full[full > 0])]
    found: list[tuple[Cap, Runs]] = []
    starts = np.arange(at[0], at[-1], BLOCK_S / 2) if len(at) else np.zeros(0)
    for start in starts:
        block = np.flatnonzero((at >= start) & (at < start + BLOCK_S))
        if not len(block) or block[0] == 0:
            block = block[1:]
        cap = find_cap(np.concatenate([[0], new_items[block]]), min_share=MIN_SHARE_BLOCK)
        if cap is None:
            continue
        full = block[new_items[block] >= cap.cap]
        if found and found[-1][0].cap == cap.cap and full[0] <= found[-1][1][-1]:
            joined = np.union1d(found[-1][1], full)
            found[-1] = (_recount(new_items, joined, cap.cap), joined)
        else:
            found.append((cap, full))
    return found


def _recount(new_items: Counts, full: Runs, cap: int) -> Cap:
    """A cap counted anew between its first and its last full run."""
    span = new_items[full[0] : full[-1] + 1]
    counts = np.bincount(span[span > 0])
    below = int(counts[max(cap - 3, 1) : cap].max(initial=0))
    return Cap(cap, len(full), int(counts.sum()), below, int((span > cap).sum()))


def find_cap(new_items: Counts, *, min_share: float = MIN_SHARE) -> Cap | None:
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
        if here >= max(MIN_RUNS_AT_CAP, min_share * with_items, PILE_UP * max(below, 1)):
            return Cap(cap, here, with_items, below, above)
        above += here
        if above > MAX_ABOVE * with_items:
            return None
    return None
