"""The runs of many texts, on disk, and what is known of each text in memory."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from diembao.stories.reuse.lists import PRINT_LIMIT
from diembao.stories.reuse.measure import unique_runs
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

    @property
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

    def sketches(self, texts: Counts) -> tuple[Runs, Counts]:
        """The different prints of texts."""
        runs, counts = self.read(texts)
        low = runs < PRINT_LIMIT
        owners = np.repeat(np.arange(len(texts)), counts)
        return unique_runs(runs[low], np.bincount(owners[low], minlength=len(texts)))


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
