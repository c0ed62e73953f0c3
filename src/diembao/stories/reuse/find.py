"""All pairs of texts that share passages, each pair counted exactly; one pass over the texts, memory bounded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diembao.errors import UsageError
from diembao.stories.reuse.candidates import MANY, choose_pairs, count_pairs, make_pairs, sum_pairs, try_lists
from diembao.stories.reuse.edges import copy_edges, name_leads, pair_edges
from diembao.stories.reuse.formulas import learn_formulas, without_runs
from diembao.stories.reuse.intake import take_texts
from diembao.stories.reuse.lists import (
    PrintLists,
    group_lists,
    join_lists,
    list_texts,
    lowest_texts,
    mark_lists,
    run_of,
)
from diembao.stories.reuse.measure import Flags, Sets, measure_pairs, spread
from diembao.stories.reuse.runs import Counts, Runs, Wide
from diembao.stories.reuse.shelf import Shelf, Workshop
from diembao.stories.reuse.texts import SketchedTexts, TextRuns, fold_copies
from diembao.types import ReuseEdge

_THREADS = 2
#: what is kept in memory of each text
_COLUMNS = ("counts", "digests", "printed", "sketches", "sketched")
#: postings are put in order in so many parts
_PARTS = 64
_PART_SHIFT = np.uint64(64 - 6)
_NO_TEXTS = np.empty(0, np.uint32)
Texts = NDArray[np.uint32]
#: batches whose postings are put on the shelf together
_TOGETHER = 128
#: pairs summed in memory; more go through the shelf
_PAIRS_AT_ONCE = 1 << 22
#: of one list so many texts at most serve for learning formulas
LEARN_FROM = 48
#: and texts of so many runs in all
LEARN_RUNS = 1 << 22


def find_reuse(
    articles: Iterable[tuple[str, str]],
    *,
    min_containment: float = 0.15,
    work_dir: os.PathLike[str] | None = None,
) -> Iterator[ReuseEdge]:
    """Find which texts share passages. Takes (id, text), gives one edge a pair, in the order of ids.

    Containment of a in b is the share of a's different runs of five syllables (lower case, accents, marks and
    invisible characters left out) that stand in b; `min_containment` (over 0, up to 1) applies to the larger of the
    two. Texts whose runs are all the same are copies: the one with the least id stands for all, each other one has
    an edge to it; among the texts that stand for themselves or for others every pair found has its edge.
    `expand_pairs` gives the pairs that follow from that. Formulas do not count (see `formulas`).

    The texts are read once. `work_dir` (an existing folder; else one of the system's) takes a few KB a text while
    this runs. Raises `UsageError` for a `min_containment` out of range and for more than 16,777,215 texts.
    """
    check_containment(min_containment)
    with Workshop(work_dir) as workshop:
        texts = Gathered(workshop)
        texts.take(articles)
        yield from texts.edges(min_containment)


def check_containment(value: float) -> None:
    """Refuse a containment that cannot be meant."""
    if not 0 < value <= 1:
        raise UsageError(
            "min_containment must lie above 0 and not above 1, not {value}",
            key="reuse.containment_range",
            value=value,
        )


class Gathered:
    """The texts of one search: their runs on disk, what is counted of them in memory."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._runs = workshop.open_runs()
        self._postings = workshop.open_shelf("postings", _PARTS)
        self._ids: list[str] = []
        self._counts: Counts = np.empty(0, np.int64)
        self._digests: Wide = np.empty(0, np.uint64)
        self._printed: Counts = np.empty(0, np.int64)
        self._sketches: Runs = np.empty(0, np.uint32)
        self._sketched: Counts = np.empty(0, np.int64)

    # ------------------------------------------------------------------ taking texts in

    def take(self, articles: Iterable[tuple[str, str]]) -> None:
        """Hash all texts; two threads hash while this one reads on."""
        columns: dict[str, list[NDArray[Any]]] = {name: [] for name in _COLUMNS}
        late: list[Wide] = []
        for batch in take_texts(self._note_ids(articles), 0):
            self._runs.append(batch.runs)
            late.append(batch.postings)
            for name, parts in columns.items():
                parts.append(getattr(batch, name))
            if len(late) >= _TOGETHER:
                self._shelve(late)
        self._shelve(late)
        if columns["counts"]:
            for name, parts in columns.items():
                setattr(self, f"_{name}", np.concatenate(parts))

    def _note_ids(self, articles: Iterable[tuple[str, str]]) -> Iterator[str]:
        for text_id, text in articles:
            self._ids.append(text_id)
            yield text

    def _shelve(self, late: list[Wide]) -> None:
        if not late:
            return
        postings = np.concatenate(late)
        late.clear()
        postings.sort()
        bounds = np.searchsorted(postings, np.arange(1, _PARTS, dtype=np.uint64) << _PART_SHIFT)
        for part, values in enumerate(np.split(postings, bounds)):
            self._postings.append(part, values)

    # ------------------------------------------------------------------ edges

    def edges(self, min_containment: float) -> Iterator[ReuseEdge]:
        """The edges of copies, then of all others."""
        texts = SketchedTexts(self._runs, self._counts, self._digests, self._sketches, self._sketched)
        first = fold_copies(texts.counts, texts.digests)
        short, long = self._list_texts(first == np.arange(len(first)))
        lists, sets = judge_lists(short, long, texts)
        leads = name_leads(self._ids, first)
        yield from copy_edges(self._ids, first, leads, sets)
        for a, b in self._candidates(lists, min_containment):
            found = measure_pairs(a, b, sets, texts.counts)
            yield from pair_edges(a, b, found, leads, min_containment)

    def _list_texts(self, kept: Flags) -> tuple[PrintLists, PrintLists]:
        """The lists that give pairs as they are, and the longer ones with their prints."""

        shelf = self._workshop.open_shelf("lists", _PARTS, np.uint32)

        def shelve(part: int) -> tuple[Wide, PrintLists]:
            lists = list_texts(self._drain(part), kept)
            shelf.append(part, lists.texts)
            is_long = lists.counts > MANY
            prints = lists.prints[is_long[lists.print_owners]]
            return mark_lists(lists), PrintLists(_NO_TEXTS, lists.counts, lists.weights, prints)

        with ThreadPoolExecutor(_THREADS) as pool:
            marks, parts = zip(*pool.map(shelve, range(_PARTS)), strict=True)
        return _gather_lists(np.concatenate(marks), list(parts), shelf)

    def _drain(self, part: int) -> Wide:
        values = self._postings.read(part)
        self._postings.drop(part)
        return values

    def _candidates(self, lists: PrintLists, min_containment: float) -> Iterator[tuple[Counts, Counts]]:
        total = count_pairs(lists)
        if total <= _PAIRS_AT_ONCE:
            packed = list(make_pairs(lists))
            if packed:
                yield choose_pairs(sum_pairs(np.concatenate(packed)), self._printed, min_containment)
            return
        parts = total // _PAIRS_AT_ONCE + 1
        bounds = np.linspace(0, len(self._counts), parts + 1).astype(np.uint64)[1:-1] << np.uint64(40)
        shelf = self._workshop.open_shelf("pairs", parts)
        for chunk in make_pairs(lists):
            chunk.sort()
            for part, values in enumerate(np.split(chunk, np.searchsorted(chunk, bounds))):
                if len(values):
                    shelf.append(part, values)
        for part in range(parts):
            yield choose_pairs(sum_pairs(shelf.read(part)), self._printed, min_containment)
            shelf.drop(part)


def _gather_lists(marks: Wide, parts: list[PrintLists], shelf: Shelf) -> tuple[PrintLists, PrintLists]:
    """The lists of all parts, equal ones folded: short ones, and long ones with their prints; texts are on the shelf."""
    heads, groups = group_lists(marks)
    weights = np.concatenate([part.weights for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    is_long = counts[heads] > MANY
    print_groups = np.repeat(groups, np.where(counts > MANY, weights, 0))
    prints = np.concatenate([part.prints for part in parts])[np.argsort(print_groups, kind="stable")]
    weights = np.bincount(groups, weights, minlength=len(heads)).astype(np.int64)
    found: tuple[list[Texts], list[Texts]] = ([], [])
    first = 0
    for number, part in enumerate(parts):
        size = len(part.counts)
        chosen = heads[np.searchsorted(heads, first) : np.searchsorted(heads, first + size)] - first
        texts = shelf.read(number)
        shelf.drop(number)
        for pile, wanted in zip(
            found, (part.counts[chosen] <= MANY, part.counts[chosen] > MANY), strict=True
        ):
            pile.append(texts[spread(part.starts[chosen[wanted]], part.counts[chosen[wanted]])])
        first += size
    counts = counts[heads]
    short = PrintLists(np.concatenate(found[0]), counts[~is_long], weights[~is_long], np.empty(0, np.uint64))
    found[0].clear()
    return short, PrintLists(np.concatenate(found[1]), counts[is_long], weights[is_long], prints)


def judge_lists(short: PrintLists, long: PrintLists, texts: TextRuns) -> tuple[PrintLists, Sets]:
    """The lists that may give pairs, and the runs that count."""
    if not len(long.counts):
        return short, texts.read
    related = long.pick(try_lists(long, texts.ranks, texts.sketches))
    masked = np.zeros(len(texts.counts), dtype=bool)
    masked[related.texts] = True
    formulas = learn_from_lists(related, texts)
    told = related.drop_prints(np.isin(run_of(related.prints), formulas))
    return join_lists([short, told.without_prints()]), without_runs(texts.read, masked, formulas)


def learn_from_lists(related: PrintLists, texts: TextRuns) -> Runs:
    """The formulas of texts that share long lists; of each list, and in all, those of lowest rank are read."""
    chosen = np.unique(lowest_texts(related, texts.ranks, LEARN_FROM).texts).astype(np.int64)
    if texts.counts[chosen].sum() > LEARN_RUNS:
        chosen = chosen[np.argsort(texts.ranks[chosen])]
        chosen = np.sort(chosen[np.cumsum(texts.counts[chosen]) <= LEARN_RUNS])
    return learn_formulas(*texts.read(chosen))
