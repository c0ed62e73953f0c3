"""All pairs of texts that share passages, each pair counted exactly; one pass over the texts, memory bounded."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from diembao.errors import UsageError
from diembao.stories.reuse.candidates import MANY, choose_pairs, count_pairs, make_pairs, sum_pairs, try_lists
from diembao.stories.reuse.formulas import learn_formulas, without_runs
from diembao.stories.reuse.lists import (
    MAX_TEXTS,
    PRINT_LIMIT,
    PrintLists,
    join_lists,
    list_texts,
    make_postings,
    run_of,
)
from diembao.stories.reuse.measure import Flags, Sets, measure_pairs, unique_runs
from diembao.stories.reuse.runs import Counts, HashedBatch, Runs, Wide, encode_texts, hash_batch, mix
from diembao.stories.reuse.shelf import Workshop
from diembao.types import ReuseEdge

#: characters and texts of a batch
_BATCH_CHARS = 120_000
_BATCH_TEXTS = 4_000
_THREADS = 2
#: postings are put in order in so many parts
_PARTS = 32
_PART_SHIFT = np.uint64(64 - 5)
#: batches whose postings are put on the shelf together
_TOGETHER = 64
#: pairs summed in memory; more go through the shelf
_PAIRS_AT_ONCE = 1 << 24
#: of one list so many texts at most serve for learning formulas
_LEARN_FROM = 64
#: runs that two texts must share at least (ten words in a row), unless one of them is shorter
MIN_SHARED = 6


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
    if not 0 < min_containment <= 1:
        raise UsageError(
            "min_containment must lie above 0 and not above 1, not {value}", value=min_containment
        )
    with Workshop(work_dir) as workshop:
        texts = Gathered(workshop)
        texts.take(articles)
        yield from texts.edges(min_containment)


class Gathered:
    """The texts of one search: their runs on disk, what is counted of them in memory."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._runs = workshop.open_runs()
        self._postings = workshop.open_shelf("postings", _PARTS)
        self._ids: list[str] = []
        self._counts: Counts = np.empty(0, np.int64)
        self._digests: Wide = np.empty(0, np.uint64)

    # ------------------------------------------------------------------ taking texts in

    def take(self, articles: Iterable[tuple[str, str]]) -> None:
        """Hash all texts; two threads hash while this one reads on."""
        counts: list[Counts] = []
        digests: list[Wide] = []
        waiting: deque[Future[HashedBatch]] = deque()
        late: list[Wide] = []
        first = 0

        def store(batch: HashedBatch) -> None:
            nonlocal first
            self._runs.append((batch.hashes >> np.uint64(32)).astype(np.uint32))
            late.append(make_postings(batch.hashes, batch.counts, first))
            first += len(batch.counts)
            counts.append(batch.counts)
            digests.append(batch.digests)
            if len(late) >= _TOGETHER:
                self._shelve(late)

        with ThreadPoolExecutor(_THREADS) as pool:
            for encoded in self._batches(articles):
                waiting.append(pool.submit(hash_batch, encoded))
                if len(waiting) > 2 * _THREADS:
                    store(waiting.popleft().result())
            while waiting:
                store(waiting.popleft().result())
        self._shelve(late)
        if counts:
            self._counts, self._digests = np.concatenate(counts), np.concatenate(digests)

    def _batches(self, articles: Iterable[tuple[str, str]]) -> Iterator[list[bytes]]:
        texts: list[str] = []
        size = 0
        for text_id, text in articles:
            self._ids.append(text_id)
            texts.append(text)
            size += len(text)
            if size >= _BATCH_CHARS or len(texts) >= _BATCH_TEXTS:
                yield encode_texts(texts)
                texts, size = [], 0
        if len(self._ids) >= MAX_TEXTS:
            raise UsageError("{count} texts are more than one search can number", count=len(self._ids))
        if texts:
            yield encode_texts(texts)

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
        leads, copies = self._fold_copies()
        self._starts = np.cumsum(self._counts) - self._counts
        is_lead = np.zeros(len(self._counts), dtype=bool)
        is_lead[leads] = True
        lists = self._list_texts(is_lead)
        lists, sets = self._judge_lists(lists)
        for copy, lead in copies:
            size = int(sets(np.array([lead]))[1][0])
            yield _edge(self._ids[copy], self._ids[lead], 1.0, 1.0, size)
        for a, b in self._candidates(lists, min_containment):
            yield from self._verify(a, b, sets, min_containment)

    def _fold_copies(self) -> tuple[Counts, list[tuple[int, int]]]:
        """The texts that stand for themselves or for copies (the least id of each), and the copies with theirs."""
        filled = np.flatnonzero(self._counts > 0)
        order = filled[np.lexsort((self._counts[filled], self._digests[filled]))]
        if not len(order):
            return order, []
        marks, counts = self._digests[order], self._counts[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (marks[1:] != marks[:-1]) | (counts[1:] != counts[:-1])
        leads = order[first]
        copies: list[tuple[int, int]] = []
        starts = np.flatnonzero(first)
        stops = np.append(starts[1:], len(order))
        for number in np.flatnonzero(stops - starts > 1).tolist():
            members = order[starts[number] : stops[number]].tolist()
            lead = min(members, key=lambda text: self._ids[text])
            leads[number] = lead
            copies += [(text, lead) for text in members if text != lead]
        return np.sort(leads), copies

    def _list_texts(self, kept: Flags) -> PrintLists:
        with ThreadPoolExecutor(_THREADS) as pool:
            return join_lists(list(pool.map(lambda part: list_texts(self._drain(part), kept), range(_PARTS))))

    def _drain(self, part: int) -> Wide:
        values = self._postings.read(part)
        self._postings.drop(part)
        return values

    def _judge_lists(self, lists: PrintLists) -> tuple[PrintLists, Sets]:
        """The lists that may give pairs, and the runs that count."""
        is_long = lists.counts > MANY
        if not is_long.any():
            return lists, self._sets
        long = lists.pick(np.flatnonzero(is_long))
        short = lists.pick(np.flatnonzero(~is_long))
        ranks = np.argsort(np.argsort(mix(self._digests.copy())))
        related = long.pick(np.flatnonzero(try_lists(long, ranks, self._sketches, self._counts)))
        if not len(related.counts):
            return short, self._sets
        formulas = self._learn(related, ranks)
        masked = np.zeros(len(self._counts), dtype=bool)
        masked[related.texts] = True
        is_formula = np.isin(run_of(related.prints), formulas)
        told = related.pick(np.flatnonzero(~is_formula))
        return join_lists([short, told]), without_runs(self._sets, masked, formulas)

    def _learn(self, related: PrintLists, ranks: Counts) -> Runs:
        owners = np.repeat(np.arange(len(related.counts)), related.counts)
        order = np.lexsort((ranks[related.texts], owners))
        within = np.arange(len(order)) - np.repeat(related.starts, related.counts)
        texts = np.unique(related.texts[order][within < _LEARN_FROM]).astype(np.int64)
        return learn_formulas(self._runs.read(self._starts[texts], self._counts[texts]), self._counts[texts])

    def _candidates(self, lists: PrintLists, min_containment: float) -> Iterator[tuple[Counts, Counts]]:
        total = count_pairs(lists)
        if total <= _PAIRS_AT_ONCE:
            packed = list(make_pairs(lists))
            if packed:
                yield choose_pairs(sum_pairs(np.concatenate(packed)), self._counts, min_containment)
            return
        parts = total // _PAIRS_AT_ONCE + 1
        bounds = np.linspace(0, len(self._counts), int(parts) + 1).astype(np.uint64)[1:-1] << np.uint64(40)
        shelf = self._workshop.open_shelf("pairs", int(parts))
        for packed_chunk in make_pairs(lists):
            packed_chunk.sort()
            for part, values in enumerate(np.split(packed_chunk, np.searchsorted(packed_chunk, bounds))):
                if len(values):
                    shelf.append(part, values)
        for part in range(int(parts)):
            yield choose_pairs(sum_pairs(shelf.read(part)), self._counts, min_containment)
            shelf.drop(part)

    def _verify(self, a: Counts, b: Counts, sets: Sets, min_containment: float) -> Iterator[ReuseEdge]:
        found = measure_pairs(a, b, sets, self._counts)
        smaller = np.minimum(found.size_a, found.size_b)
        larger = found.shared / np.maximum(smaller, 1)
        good = np.flatnonzero(
            (larger >= min_containment) & (found.shared >= np.minimum(MIN_SHARED, smaller)) & (smaller > 0)
        )
        for left, right, size_a, size_b, shared in zip(
            a[good].tolist(),
            b[good].tolist(),
            found.size_a[good].tolist(),
            found.size_b[good].tolist(),
            found.shared[good].tolist(),
            strict=True,
        ):
            yield _edge(self._ids[left], self._ids[right], shared / size_a, shared / size_b, shared)

    # ------------------------------------------------------------------ runs of texts

    def _sets(self, texts: Counts) -> tuple[Runs, Counts]:
        """The different runs of texts (ascending numbers)."""
        counts = self._counts[texts]
        return unique_runs(self._runs.read(self._starts[texts], counts), counts)

    def _sketches(self, texts: Counts) -> tuple[Runs, Counts]:
        """The different prints of texts."""
        counts = self._counts[texts]
        runs = self._runs.read(self._starts[texts], counts)
        low = runs < PRINT_LIMIT
        owners = np.repeat(np.arange(len(texts)), counts)
        return unique_runs(runs[low], np.bincount(owners[low], minlength=len(texts)))


def _edge(a: str, b: str, of_a: float, of_b: float, shared: int) -> ReuseEdge:
    if a <= b:
        return ReuseEdge(a, b, of_a, of_b, shared)
    return ReuseEdge(b, a, of_b, of_a, shared)
