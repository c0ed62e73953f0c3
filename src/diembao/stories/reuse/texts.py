"""The runs of many texts, on disk, and what is known of each text in memory."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import numpy as np

from diembao.stories.reuse.lists import PRINT_LIMIT, SKETCH_LIMIT
from diembao.stories.reuse.measure import spread, unique_runs
from diembao.stories.reuse.runs import Counts, Runs, Wide, mix


class RunReader(Protocol):
    """Gives runs of texts that lie one after the other."""

    def read(self, starts: Counts, counts: Counts) -> Runs:
        """The runs from `starts` (ascending), `counts` each, one after the other."""
        ...


class TextRuns:
    """Texts by number: how many runs each has, its digest, and its runs when asked for."""

    def __init__(self, reader: RunReader, counts: Counts, digests: Wide) -> None:
        self._reader = reader
        self.counts = counts
        self.digests = digests
        self._starts = np.cumsum(counts) - counts

    @cached_property
    def ranks(self) -> Wide:
        """An order of texts by content, which no order of arrival changes."""
        return mix(self.digests + self.counts.astype(np.uint64))

    def read(self, texts: Counts) -> tuple[Runs, Counts]:
        """All runs of texts (ascending numbers) in the order of each text, and how many each has."""
        counts = self.counts[texts]
        return self._reader.read(self._starts[texts], counts), counts

    def sets(self, texts: Counts) -> tuple[Runs, Counts]:
        """The different runs of texts."""
        return unique_runs(*self.read(texts))

    def prints(self, texts: Counts) -> tuple[Runs, Counts]:
        """The prints of texts (some perhaps twice)."""
        return below(*self.read(texts), PRINT_LIMIT)

    def sketches(self, texts: Counts) -> tuple[Runs, Counts]:
        """A quarter of the prints of texts (some perhaps twice)."""
        return below(*self.read(texts), SKETCH_LIMIT)


class SketchedTexts(TextRuns):
    """Texts whose sketches are in memory."""

    def __init__(
        self, reader: RunReader, counts: Counts, digests: Wide, sketches: Runs, sketched: Counts
    ) -> None:
        super().__init__(reader, counts, digests)
        self._sketches = sketches
        self._sketched = sketched
        self._sketch_starts = np.cumsum(sketched) - sketched

    def sketches(self, texts: Counts) -> tuple[Runs, Counts]:
        """A quarter of the prints of texts (some perhaps twice)."""
        counts = self._sketched[texts]
        return self._sketches[spread(self._sketch_starts[texts], counts)], counts


def below(runs: Runs, counts: Counts, limit: np.uint32) -> tuple[Runs, Counts]:
    """The runs below a limit, text by text."""
    low = runs < limit
    sums = np.concatenate(([0], np.cumsum(low)))
    stops = np.cumsum(counts)
    return runs[low], sums[stops] - sums[stops - counts]


def fold_copies(counts: Counts, digests: Wide) -> Counts:
    """For each text the number of the first with the same runs (-1 for a text without any)."""
    first = np.full(len(counts), -1, dtype=np.int64)
    filled = np.flatnonzero(counts > 0)
    if not len(filled):
        return first
    order = filled[np.lexsort((filled, counts[filled], digests[filled]))]
    marks, sizes = digests[order], counts[order]
    differs = np.ones(len(order), dtype=bool)
    differs[1:] = (marks[1:] != marks[:-1]) | (sizes[1:] != sizes[:-1])
    first[order] = order[differs][np.cumsum(differs) - 1]
    return first
