"""Which texts hold one print: lists of texts, those of one passage folded into one with a weight.

A print is a run whose hash is among the lowest `1/SCALE` (FracMinHash, as in `diembao.text.prints`, but denser: two
texts that share 26 runs have no print in common with probability .0006, at scale 8 it would be .03).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diembao.stories.reuse.measure import spread
from diembao.stories.reuse.runs import Counts, Runs, Wide, mix

#: one run in so many is a print
SCALE = 4
#: bits of a posting that number the text, below those of the print
TEXT_BITS = 24
MAX_TEXTS = 1 << TEXT_BITS
#: texts of lists that are put in order together
_LOWEST_AT_ONCE = 1 << 21
PRINT_BITS = 64 - TEXT_BITS
#: a run whose upper bits lie below is a print
PRINT_LIMIT = np.uint32(2**32 // SCALE)
#: and one of every four prints is part of the sketch by which long lists are judged
SKETCH_SCALE = 4 * SCALE
SKETCH_LIMIT = np.uint32(2**32 // SKETCH_SCALE)
_HASH_LIMIT = np.uint64(2**64 // SCALE)
_HASH_SHIFT = np.uint64(64 - (SCALE.bit_length() - 1) - PRINT_BITS)
_TEXT_SHIFT = np.uint64(TEXT_BITS)
_TEXT_MASK = np.uint64(MAX_TEXTS - 1)
#: from a print in a posting back to the run
_RUN_SHIFT = np.uint64(32 - int(_HASH_SHIFT))


def make_postings(hashes: Wide, counts: Counts, first: int) -> Wide:
    """The prints of a batch with the numbers of their texts (from `first` on) as sorted values."""
    texts = np.repeat(np.arange(first, first + len(counts), dtype=np.uint64), counts)
    low = hashes < _HASH_LIMIT
    found: Wide = ((hashes[low] >> _HASH_SHIFT) << _TEXT_SHIFT) | texts[low]
    found.sort()
    return found[first_of_equal(found)]


def count_prints(postings: Wide, first: int, texts: int) -> Counts:
    """How many different prints each text of a batch has."""
    numbers = (postings & _TEXT_MASK).astype(np.int64) - first
    return np.bincount(numbers, minlength=texts)


def run_of(prints: Wide) -> Runs:
    """The runs that prints stand for."""
    return (prints >> _RUN_SHIFT).astype(np.uint32)


@dataclass(frozen=True, slots=True)
class PrintLists:
    """Lists of at least two texts each, with the prints that have exactly this list."""

    #: (all texts of all lists,) ascending within a list
    texts: NDArray[np.uint32]
    #: (lists,) texts in each
    counts: Counts
    #: (lists,) how many prints have the list
    weights: Counts
    #: (all prints of all lists,) list by list; empty where they are no longer needed
    prints: Wide

    @property
    def starts(self) -> Counts:
        """Where each list begins in `texts`."""
        return np.cumsum(self.counts) - self.counts

    @property
    def owners(self) -> Counts:
        """For each place in `texts` the number of its list."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @property
    def print_owners(self) -> Counts:
        """For each print the number of its list."""
        return np.repeat(np.arange(len(self.counts)), self.weights)

    def pick(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> PrintLists:
        """Some of the lists."""
        counts, weights = self.counts[chosen], self.weights[chosen]
        texts = self.texts[spread(self.starts[chosen], counts)]
        prints = self.prints
        if len(prints):
            prints = prints[spread((np.cumsum(self.weights) - self.weights)[chosen], weights)]
        return PrintLists(texts, counts, weights, prints)

    def without_prints(self) -> PrintLists:
        """The same lists without their prints."""
        return PrintLists(self.texts, self.counts, self.weights, np.empty(0, np.uint64))

    def drop_prints(self, dropped: NDArray[np.bool_]) -> PrintLists:
        """The lists without some of their prints; a list without any left goes, too."""
        weights = np.bincount(self.print_owners[~dropped], minlength=len(self.counts))
        left = weights > 0
        counts = self.counts[left]
        return PrintLists(
            self.texts[spread(self.starts[left], counts)], counts, weights[left], self.prints[~dropped]
        )


def list_texts(postings: Wide, kept: NDArray[np.bool_] | None = None) -> PrintLists:
    """The lists of the postings (which are put in order); `kept` (texts,) says which texts count."""
    if kept is not None and not kept.all():
        postings = postings[kept[(postings & _TEXT_MASK).astype(np.int64)]]
    postings.sort()
    prints = postings >> _TEXT_SHIFT
    same = prints[1:] == prints[:-1]
    common = np.zeros(len(postings), dtype=bool)
    common[1:] = same
    common[:-1] |= same
    postings, prints = postings[common], prints[common]
    starts = np.flatnonzero(first_of_equal(prints))
    counts = np.diff(starts, append=len(prints))
    texts = (postings & _TEXT_MASK).astype(np.uint32)
    return fold_lists(PrintLists(texts, counts, np.ones(len(counts), np.int64), prints[starts]))


def join_lists(parts: list[PrintLists]) -> PrintLists:
    """The lists of all parts, equal ones folded (the parts are let go)."""
    texts, counts, weights, prints = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("texts", "counts", "weights", "prints")
    )
    parts.clear()
    return fold_lists(PrintLists(texts, counts, weights, prints))


def fold_lists(lists: PrintLists) -> PrintLists:
    """Lists of the same texts become one: a shared passage has many prints, all with one list."""
    heads, groups = group_lists(mark_lists(lists))
    picked = lists.without_prints().pick(heads)
    weights = np.bincount(groups, lists.weights, minlength=len(heads)).astype(np.int64)
    prints = lists.prints
    if len(prints):
        prints = prints[np.argsort(groups[lists.print_owners], kind="stable")]
    return PrintLists(picked.texts, picked.counts, weights, prints)


def mark_lists(lists: PrintLists) -> Wide:
    """A number for each list: the same for lists of the same texts, different for others (but for 1 in 2^64)."""
    if not len(lists.counts):
        return np.empty(0, np.uint64)
    values = lists.texts.astype(np.uint64)
    values += np.uint64(1)
    sums = np.cumsum(mix(values), dtype=np.uint64, out=values)
    marks: Wide = sums[np.cumsum(lists.counts) - 1]
    marks[1:] -= marks[:-1].copy()
    return marks


def group_lists(marks: Wide) -> tuple[Counts, Counts]:
    """One list of each group of equal marks (ascending), and for each list the number of its group."""
    order = np.argsort(marks)
    first = first_of_equal(marks[order])
    heads = order[first]
    places = np.argsort(heads)
    renumbered = np.empty(len(heads), np.int64)
    renumbered[places] = np.arange(len(heads))
    groups = np.empty(len(marks), np.int64)
    groups[order] = renumbered[np.cumsum(first) - 1]
    return heads[places], groups


def lowest_texts(lists: PrintLists, ranks: Wide, count: int) -> PrintLists:
    """The lists with only the texts of lowest rank, at most `count` each, in that order."""
    chosen: list[NDArray[np.uint32]] = []
    counts = np.minimum(lists.counts, count)
    starts = lists.starts
    bounds = np.searchsorted(np.cumsum(lists.counts), np.arange(0, len(lists.texts), _LOWEST_AT_ONCE))
    bounds = np.append(np.unique(bounds), len(lists.counts))
    for begin, end in pairwise(bounds.tolist()):
        if begin == end:
            continue
        low = int(starts[begin])
        texts = lists.texts[low : int(starts[end - 1] + lists.counts[end - 1])]
        keys = np.repeat(np.arange(end - begin, dtype=np.uint64) << np.uint64(40), lists.counts[begin:end])
        keys |= ranks[texts] >> np.uint64(24)
        order = np.argsort(keys, kind="stable")
        chosen.append(texts[order[spread(starts[begin:end] - low, counts[begin:end])]])
    found = np.concatenate([np.empty(0, np.uint32), *chosen])
    return PrintLists(found, counts, lists.weights, lists.prints)


def first_of_equal(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of ordered values differ from the one before."""
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first
