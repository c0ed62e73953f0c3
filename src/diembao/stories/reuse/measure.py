"""Containment, counted: how many different runs two texts share, over whole sets of runs, many pairs at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from diembao.stories.reuse.runs import Counts, Runs

#: runs that a block of pairs holds on both sides together
BLOCK_RUNS = 1 << 19
#: texts in a tile; a square of two tiles with so many pairs is multiplied out as a whole
TILE, MANY_PAIRS = 512, 3000
#: columns multiplied at a time
_COLUMNS = 4096
_THREADS = 2
#: gives for texts (ascending numbers) their runs, one text after the other, and how many each has
Sets = Callable[[Counts], tuple[Runs, Counts]]
Flags = NDArray[np.bool_]
_NONE = np.empty(0, np.int64)


class Measured(NamedTuple):
    """For pairs of texts: how many different runs each has, and how many both have."""

    size_a: Counts
    size_b: Counts
    shared: Counts


def measure_pairs(a: Counts, b: Counts, sets: Sets, bounds: Counts) -> Measured:
    """Count for the pairs (a[i], b[i]). `bounds` (texts,) is at least each text's number of runs.

    Texts that are related to each other by many pairs, as the copies of a wire story are, are counted together: their
    runs as a matrix of zeros and ones, times its transpose. All others are counted pair by pair.
    """
    result = Measured(*(np.zeros(len(a), np.int64) for _ in range(3)))
    if not len(a):
        return result
    squares, single = _find_squares(a, b)
    blocks = [single[at] for at in split_pairs(bounds[a[single]] + bounds[b[single]])]
    jobs = [(_measure_square, at) for at in squares] + [(_measure_block, at) for at in blocks]

    def count(job: tuple[Callable[..., Measured], Counts]) -> None:
        measure, at = job
        for whole, part in zip(result, measure(a[at], b[at], sets), strict=True):
            whole[at] = part

    if len(jobs) == 1:
        count(jobs[0])
    else:
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(count, jobs))
    return result


def _find_squares(a: Counts, b: Counts) -> tuple[list[Counts], Counts]:
    """The pairs (by their places) that are counted square by square, and those counted one by one."""
    if len(a) < MANY_PAIRS:
        return [], np.arange(len(a))
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    texts, places = np.unique(np.concatenate((a, b)), return_inverse=True)
    left, right = places[: len(a)], places[len(a) :]
    links = coo_matrix((np.ones(len(a), np.int8), (left, right)), shape=(len(texts), len(texts)))
    labels = connected_components(links, directed=False)[1]
    tiles = np.empty(len(texts), np.int64)
    tiles[np.argsort(labels, kind="stable")] = np.arange(len(texts)) // TILE
    of = tiles[left] * (int(tiles.max()) + 1) + tiles[right]
    order = np.argsort(of, kind="stable")
    starts = np.flatnonzero(np.diff(of[order], prepend=-1))
    sizes = np.diff(starts, append=len(order))
    squares = [order[s : s + n] for s, n in zip(starts, sizes, strict=True) if n >= MANY_PAIRS]
    single = np.sort(order[np.repeat(sizes < MANY_PAIRS, sizes)])
    return squares, single


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
    """Pair by pair: the runs of both texts in order, equal ones of the two sides side by side."""
    texts, places = np.unique(np.concatenate((a, b)), return_inverse=True)
    runs, counts = sets(texts)
    starts = np.cumsum(counts) - counts
    sides = np.concatenate((np.arange(len(a)) << 33, (np.arange(len(a)) << 33) | 1)).astype(np.uint64)
    keys = runs[spread(starts[places], counts[places])].astype(np.uint64)
    keys <<= np.uint64(1)
    keys |= np.repeat(sides, counts[places])
    keys.sort()
    keys = keys[_first_of_equal(keys)]
    bounds = np.searchsorted(keys, np.arange(len(a) + 1, dtype=np.uint64) << np.uint64(33))
    of_b = keys.astype(np.uint8) & np.uint8(1)
    twice = np.zeros(len(keys), dtype=bool)  # an even one and the odd one after it: the same run of both
    np.equal(keys[1:] ^ keys[:-1], 1, out=twice[1:])
    twice &= of_b.view(bool)
    size_b, shared = _count_between(of_b, bounds), _count_between(twice, bounds)
    return Measured(np.diff(bounds) - size_b, size_b, shared)


def _count_between(flags: NDArray[Any], bounds: Counts) -> Counts:
    sums = np.zeros(len(flags) + 1, np.int64)
    np.cumsum(flags, out=sums[1:])
    return np.diff(sums[bounds])


def _measure_square(a: Counts, b: Counts, sets: Sets) -> Measured:
    """All pairs of two tiles at once; counts stay below 2^24, so single precision is exact."""
    texts, places = np.unique(np.concatenate((a, b)), return_inverse=True)
    runs, sizes = unique_runs(*sets(texts))
    _, codes, held = np.unique(runs, return_inverse=True, return_counts=True)
    common = held > 1
    columns = np.cumsum(common) - 1
    kept = common[codes]
    rows, codes = np.repeat(np.arange(len(texts)), sizes)[kept], columns[codes[kept]]
    order = np.argsort(codes, kind="stable")
    rows, codes = rows[order], codes[order]
    shared = np.zeros((len(texts), len(texts)), np.float32)
    for first in range(0, int(common.sum()), _COLUMNS):
        begin, end = np.searchsorted(codes, [first, first + _COLUMNS])
        matrix = np.zeros((len(texts), _COLUMNS), np.float32)
        matrix[rows[begin:end], codes[begin:end] - first] = 1
        shared += matrix @ matrix.T
    left, right = places[: len(a)], places[len(a) :]
    return Measured(sizes[left], sizes[right], shared[left, right].astype(np.int64))


def spread(starts: Counts, counts: Counts) -> Counts:
    """start, start + 1, … count of them, for each start in turn."""
    total = int(counts.sum())
    jumps = np.repeat(starts - (np.cumsum(counts) - counts), counts)
    jumps += np.arange(total, dtype=np.int64)
    return jumps


def unique_runs(runs: Runs, counts: Counts) -> tuple[Runs, Counts]:
    """Each text's different runs, ascending."""
    texts = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
    keys = (texts << np.uint64(32)) | runs
    keys.sort()
    keys = keys[_first_of_equal(keys)]
    sizes = np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=len(counts))
    return keys.astype(np.uint32), sizes


def _first_of_equal(values: NDArray[np.uint64]) -> Flags:
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first
