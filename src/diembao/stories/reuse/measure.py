"""Containment, counted: how many different runs two texts share, over whole sets of runs, many pairs at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diembao.stories.reuse.runs import Counts, Runs

#: runs that a block of pairs holds on both sides together
BLOCK_RUNS = 1 << 20
#: gives for texts (ascending numbers) their different runs, one text after the other, and how many each has
Sets = Callable[[Counts], tuple[Runs, Counts]]
Flags = NDArray[np.bool_]


class Measured(NamedTuple):
    """For pairs of texts: how many different runs each has, and how many both have."""

    size_a: Counts
    size_b: Counts
    shared: Counts


def measure_pairs(a: Counts, b: Counts, sets: Sets, bounds: Counts) -> Measured:
    """Count for the pairs (a[i], b[i]), best ordered by a. `bounds` (texts,) is at least each text's number of runs."""
    parts = [_measure_block(a[at], b[at], sets) for at in split_pairs(bounds[a] + bounds[b])]
    if not parts:
        none = np.empty(0, np.int64)
        return Measured(none, none, none)
    return Measured(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def split_pairs(costs: Counts) -> Iterator[slice]:
    """Blocks of pairs whose costs sum to `BLOCK_RUNS` (a costlier pair is a block of its own)."""
    sums = np.cumsum(costs)
    begin = 0
    while begin < len(costs):
        done = int(sums[begin - 1]) if begin else 0
        stop = max(begin + 1, int(np.searchsorted(sums, done + BLOCK_RUNS, side="right")))
        yield slice(begin, stop)
        begin = stop


def _measure_block(a: Counts, b: Counts, sets: Sets) -> Measured:
    texts, places = np.unique(np.concatenate((a, b)), return_inverse=True)
    runs, sizes = sets(texts)
    starts = np.cumsum(sizes) - sizes
    left, right = places[: len(a)], places[len(a) :]
    pairs = np.arange(len(a), dtype=np.uint64)
    keys = np.concatenate(
        [
            (np.repeat(pairs, sizes[side]) << np.uint64(32)) | runs[spread(starts[side], sizes[side])]
            for side in (left, right)
        ]
    )
    keys.sort()
    twice = keys[1:][keys[1:] == keys[:-1]] >> np.uint64(32)
    shared = np.bincount(twice.astype(np.int64), minlength=len(a))
    return Measured(sizes[left], sizes[right], shared)


def spread(starts: Counts, counts: Counts) -> Counts:
    """start, start + 1, … count of them, for each start in turn."""
    total = int(counts.sum())
    jumps = np.repeat(starts - (np.cumsum(counts) - counts), counts)
    return jumps + np.arange(total, dtype=np.int64)


def unique_runs(runs: Runs, counts: Counts) -> tuple[Runs, Counts]:
    """Each text's different runs, ascending."""
    texts = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
    keys = (texts << np.uint64(32)) | runs
    keys.sort()
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    keys = keys[first]
    sizes = np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=len(counts))
    return keys.astype(np.uint32), sizes
