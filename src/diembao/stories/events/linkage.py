"""Average linkage on a sparse graph: the two stories that are most alike are joined until none are alike enough.

The likeness of two stories is the mean over all pairs of a text of one and a text of the other (UPGMA: Sokal and
Michener 1958), pairs that are not in the graph counting 0. Likenesses are whole numbers, so that sums do not depend
on the order in which they are made, and ties fall to the story with the lower number: the result is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

#: likenesses are counted in millionths
UNIT = 1_000_000

_Ints = NDArray[np.int64]


class Graph:
    """Stories by number, how many texts of each count, and the sums of likeness between them."""

    def __init__(self, first: _Ints, second: _Ints, likeness: _Ints, sizes: dict[int, int]) -> None:
        """Edges between stories, each pair of texts once; several edges of the same stories are summed up."""
        self._from = np.concatenate([first, second])
        self._to = np.concatenate([second, first])
        self._sums = np.concatenate([likeness, likeness])
        order = np.argsort(self._from, kind="stable")
        self._from, self._to, self._sums = self._from[order], self._to[order], self._sums[order]
        self.sizes = sizes
        self._root: dict[int, int] = {}
        self._near: dict[int, dict[int, int]] = {}
        self._version: dict[int, int] = {}

    def root(self, story: int) -> int:
        """The story that this one was joined to, or itself."""
        while story in self._root:
            story = self._root[story]
        return story

    def near(self, story: int) -> dict[int, int]:
        """The stories that a (root) story has an edge to, and the sums."""
        known = self._near.get(story)
        if known is None:
            known = {}
            start, end = np.searchsorted(self._from, [story, story + 1])
            for end_of_edge, likeness in zip(
                self._to[start:end].tolist(), self._sums[start:end].tolist(), strict=True
            ):
                other = self.root(end_of_edge)
                known[other] = known.get(other, 0) + likeness
            self._near[story] = known
        return known

    def link(self, one: int, other: int) -> float:
        """The mean likeness of two (root) stories, 0 to 1."""
        pairs = self.sizes.get(one, 0) * self.sizes.get(other, 0)
        return self.near(one).get(other, 0) / (pairs * UNIT) if pairs else 0.0

    def join(self, one: int, other: int) -> int:
        """Make one story of two (root) stories; it bears the lower number."""
        kept, gone = min(one, other), max(one, other)
        sums, more = self.near(kept), self.near(gone)
        changed = []
        for story, likeness in more.items():
            if story != kept:
                sums[story] = sums.get(story, 0) + likeness
                changed.append(story)
        sums.pop(gone, None)
        del self._near[gone]
        self._root[gone] = kept
        self.sizes[kept] = self.sizes.get(kept, 0) + self.sizes.pop(gone, 0)
        for story in changed:
            others = self._near.get(story)
            if others is not None:
                others.pop(gone, None)
                others[kept] = sums[story]
        self._version[kept] = self._version.get(kept, 0) + 1
        return kept

    def join_alike(
        self, touched: Iterable[int], threshold: float, may_join: Callable[[int, int], bool]
    ) -> Iterator[tuple[int, int]]:
        """Join the most alike pair of which one is touched, again and again; yields (kept, gone).

        Stories that are joined are touched thereby. `may_join` is asked before, the caller keeps it up to date.
        """
        heap: list[tuple[float, int, int, int, int]] = []
        for story in sorted(set(map(self.root, touched))):
            self._push(heap, story, threshold)
        while heap:
            _, one, other, *versions = heappop(heap)
            if one in self._root or other in self._root:
                continue
            if versions != [self._version.get(one, 0), self._version.get(other, 0)]:
                continue
            if not may_join(one, other):
                continue
            kept = self.join(one, other)
            yield kept, other if kept == one else one
            self._push(heap, kept, threshold)

    def _push(self, heap: list[tuple[float, int, int, int, int]], story: int, threshold: float) -> None:
        for other in self.near(story):
            if (link := self.link(story, other)) >= threshold:
                one, two = min(story, other), max(story, other)
                heappush(heap, (-link, one, two, self._version.get(one, 0), self._version.get(two, 0)))
