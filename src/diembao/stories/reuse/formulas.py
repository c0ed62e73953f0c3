"""Formulas: passages that stand in many texts without making one a copy of the other, learned from the texts.

A run is frequent if it stands in at least `MANY_TEXTS` texts of a set (copies counted once). Frequent runs that
follow one another in at least half of the places where either stands make a passage. A passage is a formula if it is
shorter than `SHORT` runs **and** makes up less than half of the median text that holds it. So a form with blanks to
fill in, a footer, a notice are formulas, however many; a wire story is not, in however many papers it stands: it is
long, or it is most of the text.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diembao.stories.reuse.lists import first_of_equal
from diembao.stories.reuse.measure import Sets, spread
from diembao.stories.reuse.runs import Counts, Runs, Wide

#: texts that hold a frequent run
MANY_TEXTS = 24
#: a passage of so many runs is a text in its own right
SHORT = 100
#: runs looked at together
_AT_ONCE = 1 << 21
#: a passage that makes up so much of the median text is the text
MOST = 0.5


def learn_formulas(runs: Runs, counts: Counts, *, many: int = MANY_TEXTS) -> Runs:
    """The runs of all formulas of the texts, ascending. `runs` in the order of the texts, `counts` of each."""
    if len(counts) < many:
        return np.empty(0, np.uint32)
    texts = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)
    frequent, held = _find_frequent(runs, texts, many)
    if not len(frequent):
        return frequent
    at, places = _find_places(runs, frequent)
    of = texts[at].astype(np.uint64)
    passages = _join_passages(at, places, of, held)
    lengths = np.bincount(passages)
    shares = _median_shares(passages[places], of, counts)
    formula = (lengths < SHORT) & (shares < MOST)
    return frequent[formula[passages]]


def _find_frequent(runs: Runs, texts: Runs, many: int) -> tuple[Runs, Counts]:
    """The runs that stand in many texts (ascending), and in how many."""
    values, times = [np.empty(0, np.uint32)], [np.empty(0, np.int64)]
    parts = len(runs) // _AT_ONCE + 1
    for part in range(parts):
        low, high = part * 2**32 // parts, (part + 1) * 2**32 // parts
        here = np.flatnonzero((runs >= low) & (runs <= high - 1))
        keys = (runs[here].astype(np.uint64) << np.uint64(32)) | texts[here]
        keys.sort()
        of = (keys[first_of_equal(keys)] >> np.uint64(32)).astype(np.uint32)
        starts = np.flatnonzero(first_of_equal(of))
        held = np.diff(starts, append=len(of))
        values.append(of[starts[held >= many]])
        times.append(held[held >= many])
    return np.concatenate(values), np.concatenate(times)


def _find_places(runs: Runs, frequent: Runs) -> tuple[Counts, Counts]:
    """Where frequent runs stand, and which of them stands there."""
    at, places = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for first in range(0, len(runs), _AT_ONCE):
        some = runs[first : first + _AT_ONCE]
        found = np.searchsorted(frequent, some)
        found[found == len(frequent)] = 0
        here = np.flatnonzero(frequent[found] == some)
        at.append(here + first)
        places.append(found[here])
    return np.concatenate(at), np.concatenate(places)


def _join_passages(at: Counts, places: Counts, texts: Wide, held: Counts) -> NDArray[np.int32]:
    """For each frequent run the number of its passage."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    follows = (np.diff(at) == 1) & (texts[1:] == texts[:-1])
    links = (places[:-1][follows].astype(np.uint64) << np.uint64(32)) | places[1:][follows].astype(np.uint64)
    values, times = np.unique(links, return_counts=True)
    left, right = (
        (values >> np.uint64(32)).astype(np.int64),
        (values & np.uint64(0xFFFFFFFF)).astype(np.int64),
    )
    usual = 2 * times >= np.maximum(held[left], held[right])
    left, right = left[usual], right[usual]
    links_of = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(len(held), len(held)))
    labels: NDArray[np.int32] = connected_components(links_of, directed=False)[1]
    return labels


def _median_shares(passages: NDArray[np.int32], texts: Wide, counts: Counts) -> NDArray[np.float64]:
    """For each passage which share of a text it makes up in the median of the texts that hold a part of it."""
    keys = (passages.astype(np.uint64) << np.uint64(32)) | texts
    values, times = np.unique(keys, return_counts=True)
    of = (values >> np.uint64(32)).astype(np.int64)
    shares = times / counts[(values & np.uint64(0xFFFFFFFF)).astype(np.int64)]
    order = np.lexsort((shares, of))
    starts = np.searchsorted(of, np.arange(int(of[-1]) + 1))
    stops = np.append(starts[1:], len(of))
    medians: NDArray[np.float64] = shares[order][(starts + stops) // 2]
    return medians


def without_runs(sets: Sets, masked: NDArray[np.bool_], formulas: Runs) -> Sets:
    """The sets with the formulas taken out of the masked texts."""
    if not len(formulas):
        return sets
    # most runs are no formula's: a look into a table of their lower bits tells, without searching
    low_bits = np.uint32((1 << 20) - 1)
    table = np.zeros(1 << 20, dtype=bool)
    table[formulas & low_bits] = True

    def masked_sets(texts: Counts) -> tuple[Runs, Counts]:
        runs, counts = sets(texts)
        flags = np.flatnonzero(masked[texts])
        touched = spread((np.cumsum(counts) - counts)[flags], counts[flags])
        owners = np.repeat(flags, counts[flags])
        likely = table[runs[touched] & low_bits]
        touched, owners = touched[likely], owners[likely]
        places = np.searchsorted(formulas, runs[touched])
        places[places == len(formulas)] = 0
        dropped = formulas[places] == runs[touched]
        if not dropped.any():
            return runs, counts
        kept = np.ones(len(runs), dtype=bool)
        kept[touched] = ~dropped
        return runs[kept], counts - np.bincount(owners[dropped], minlength=len(texts))

    return masked_sets
