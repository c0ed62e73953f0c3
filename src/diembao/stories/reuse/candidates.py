"""Pairs of texts worth counting: those that share about as many prints as the wanted containment makes likely.

A list of up to `MANY` texts gives all its pairs. A longer list is first tried on its five texts with the lowest
ranks: either what all five share is a text in its own right (as long as `formulas` asks, or most of the median text),
or at least three of the ten pairs share an eighth of the smaller text beyond that. A stock phrase or a footer in a
thousand articles fails and gives no pairs; a wire story in a thousand articles passes and gives all. The work
therefore grows with what is found, and no list is cut off for being long. The trial is made on sketches, which are a
quarter of the prints.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from diembao.stories.reuse.formulas import MOST, SHORT
from diembao.stories.reuse.lists import SCALE, SKETCH_SCALE, PrintLists, first_of_equal, lowest_texts
from diembao.stories.reuse.measure import Sets, spread
from diembao.stories.reuse.runs import Counts, Wide

#: a list of more texts than this is tried before it gives pairs
MANY = 15
#: texts of a long list that are compared, and how many of their pairs must be related
TRIED, RELATED_PAIRS = 5, 3
#: two texts seem related from this share of the smaller one's prints on
RELATED_SHARE = 0.12
#: standard deviations that a pair's number of shared prints may lie below what is expected
_SLACK = 1.3
_WEIGHT_BITS = 16
_TEXT_BITS = 24
_A_SHIFT = np.uint64(_TEXT_BITS + _WEIGHT_BITS)
_B_SHIFT = np.uint64(_WEIGHT_BITS)
_B_MASK = np.uint64((1 << _TEXT_BITS) - 1)
_MAX_WEIGHT = (1 << _WEIGHT_BITS) - 1
#: lists tried at a time
_ROWS = 1 << 13
#: pairs made at a time
_CHUNK = 1 << 20


def try_lists(lists: PrintLists, ranks: Wide, sketches: Sets) -> NDArray[np.bool_]:
    """For each list whether its texts are related. `ranks` (texts,) orders texts by content, `sketches` gives prints."""
    if not len(lists.counts):
        return np.empty(0, dtype=bool)
    rows = lowest_texts(lists, ranks, TRIED).texts.astype(np.int64).reshape(-1, TRIED)
    tried = [_try_rows(rows[at : at + _ROWS], sketches) for at in range(0, len(rows), _ROWS)]
    return np.concatenate(tried)


def _try_rows(rows: Counts, sketches: Sets) -> NDArray[np.bool_]:
    """For each row of texts whether enough of its pairs seem related: which texts hold a print is a number of 5 bits."""
    texts, places = np.unique(rows, return_inverse=True)
    runs, counts = sketches(texts)
    starts = np.cumsum(counts) - counts
    places = places.ravel()
    sizes = counts[places]
    marks = (np.arange(rows.size) // TRIED << 35) | (np.arange(rows.size) % TRIED)
    keys = np.repeat(marks.astype(np.uint64), sizes)
    keys |= runs[spread(starts[places], sizes)].astype(np.uint64) << np.uint64(3)
    keys.sort()
    keys = keys[first_of_equal(keys)]
    groups = first_of_equal(keys >> np.uint64(3))
    heads = np.flatnonzero(groups)
    if not len(heads):
        return np.zeros(len(rows), dtype=bool)
    holders = np.add.reduceat(1 << (keys & np.uint64(7)).astype(np.int64), heads)
    owners = (keys[heads] >> np.uint64(35)).astype(np.int64)
    times = np.bincount(owners << TRIED | holders, minlength=len(rows) << TRIED).reshape(len(rows), -1)
    held = (np.arange(1 << TRIED)[:, None] >> np.arange(TRIED)) & 1
    left, right = np.triu_indices(TRIED, 1)
    own = times[:, -1]
    shared = times @ (held[:, left] & held[:, right]) - own[:, None]
    size = times @ held
    smaller = np.minimum(size[:, left], size[:, right])
    related = (shared >= 2) & (shared >= RELATED_SHARE * smaller)
    enough: NDArray[np.bool_] = related.sum(axis=1) >= RELATED_PAIRS
    enough |= (own >= SHORT / SKETCH_SCALE) | (own >= MOST * np.median(size, axis=1))
    return enough


def count_pairs(lists: PrintLists) -> int:
    """How many pairs the lists give, those in several lists counted several times."""
    return int((lists.counts * (lists.counts - 1) // 2).sum())


def make_pairs(lists: PrintLists) -> Iterator[Wide]:
    """All pairs of all lists as numbers: text a, text b > a, weight; in chunks, not ordered."""
    if not len(lists.counts):
        return
    weights = np.minimum(lists.weights, _MAX_WEIGHT).astype(np.uint64)
    starts = lists.starts
    order = np.argsort(lists.counts, kind="stable")
    sizes, firsts = np.unique(lists.counts[order], return_index=True)
    for size, chosen in zip(sizes.tolist(), np.split(order, firsts[1:]), strict=True):
        if size * (size - 1) // 2 > _CHUNK:
            for one in chosen.tolist():
                yield from _pairs_of_long(lists.texts[starts[one] : starts[one] + size], weights[one])
            continue
        step = max(1, 2 * _CHUNK // (size * (size - 1)))
        left, right = np.triu_indices(size, 1)
        for at in range(0, len(chosen), step):
            some = chosen[at : at + step]
            rows = lists.texts[starts[some][:, None] + np.arange(size)].astype(np.uint64)
            yield _pack(rows[:, left], rows[:, right], weights[some][:, None])


def _pairs_of_long(texts: NDArray[np.uint32], weight: np.uint64) -> Iterator[Wide]:
    wide = texts.astype(np.uint64)
    step = max(1, _CHUNK // len(wide))
    for at in range(0, len(wide), step):
        rows = np.arange(at, min(at + step, len(wide)))
        counts = len(wide) - 1 - rows
        yield _pack(np.repeat(wide[rows], counts), wide[spread(rows + 1, counts)], weight)


def _pack(a: Wide, b: Wide, weight: Wide | np.uint64) -> Wide:
    packed: Wide = ((a << _A_SHIFT) | (b << _B_SHIFT) | weight).ravel()
    return packed


def sum_pairs(packed: Wide) -> Wide:
    """Each pair once, its weights added up (the array is put in order)."""
    if not len(packed):
        return packed
    packed.sort()
    pairs = packed >> _B_SHIFT
    first = np.ones(len(pairs), dtype=bool)
    first[1:] = pairs[1:] != pairs[:-1]
    heads = np.flatnonzero(first)
    sums = np.add.reduceat(packed & np.uint64(_MAX_WEIGHT), heads)
    return (pairs[heads] << _B_SHIFT) | np.minimum(sums, np.uint64(_MAX_WEIGHT))


def pair_numbers(packed: Wide) -> tuple[Counts, Counts]:
    """The texts a and b of pairs."""
    return (packed >> _A_SHIFT).astype(np.int64), ((packed >> _B_SHIFT) & _B_MASK).astype(np.int64)


def choose_pairs(summed: Wide, printed: Counts, min_containment: float) -> tuple[Counts, Counts]:
    """The texts a and b of the pairs that share enough prints for their size."""
    a, b = pair_numbers(summed)
    shared = (summed & np.uint64(_MAX_WEIGHT)).astype(np.int64)
    enough = shared >= need_prints(np.minimum(printed[a], printed[b]), min_containment)
    return a[enough], b[enough]


def need_prints(printed: Counts, min_containment: float) -> Counts:
    """Prints that two texts share at least if the containment is as wanted and the smaller has so many prints.

    One pair in ten that lies right at the wanted containment is lost by this, one in a hundred that lies a third above
    it; without it, pairs that share a sentence would be counted by the million.
    """
    expected = printed * min_containment
    spare = _SLACK * np.sqrt(expected * (1 - 1 / SCALE))
    needed: Counts = np.maximum(1, np.floor(expected - spare)).astype(np.int64)
    return needed
