"""Gathering copies round a representative, without chains.

A unit is a representative and the texts that share at least the threshold with it, both ways, under a headline
of the same sense. Each member is held against the representative itself. Where a text between two was compared
with both, the least that they must share follows, and that counts as shown: of a mass of copies only one text is
compared with all the others.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from diembao.errors import UsageError
from diembao.stories.direction import Span, read_span
from diembao.stories.headlines import Headline, differ, read_headline
from diembao.types import DatedText, ReuseEdge

#: what a text between two proves may miss the threshold by rounding
_ROUNDING = 1e-9
#: (share of the one in the other, share of the other in the one)
Shares = tuple[float, float]
WHOLE: Shares = (1.0, 1.0)


@dataclass(slots=True)
class Graph:
    """Texts by number, in the order of their latest possible times (then by id), and what pairs of them share."""

    texts: list[DatedText]
    spans: list[Span]
    #: for each text: with whom it was compared, and (how much of it stands there, how much of that one in it)
    links: list[dict[int, Shares]]
    _titles: dict[str, Headline] = field(default_factory=dict)

    def headline(self, at: int) -> Headline:
        """The text's headline as read."""
        title = self.texts[at].title
        found = self._titles.get(title)
        if found is None:
            found = self._titles[title] = read_headline(title)
        return found

    def agree(self, a: int, b: int) -> bool:
        """Whether the headlines of two texts have one sense."""
        return self.texts[a].title == self.texts[b].title or not differ(self.headline(a), self.headline(b))


@dataclass(slots=True)
class Units:
    """For each text its representative, and what the two share (text in representative, and back)."""

    unit: list[int]
    to_heart: list[Shares]


def build_graph(edges: Iterable[ReuseEdge], texts: Mapping[str, DatedText], timezone: str) -> Graph:
    """The texts that stand in an edge; of a pair given twice the larger shares hold."""
    shares: dict[tuple[str, str], Shares] = {}
    for edge in edges:
        if edge.a == edge.b:
            continue
        pair, both = (edge.a, edge.b), (edge.containment_a, edge.containment_b)
        if edge.a > edge.b:
            pair, both = pair[::-1], both[::-1]
        shares[pair] = max(both, shares.get(pair, both))
    ids = {text_id for pair in shares for text_id in pair}
    missing = min(ids - texts.keys(), default=None)
    if missing is not None:
        raise UsageError(
            "nothing is known of text {text}, which shares passages with others",
            key="units.unknown_text",
            next_step="give the time, title and outlet of every text that stands in an edge",
            text=missing,
        )
    spans = {text_id: read_span(texts[text_id], timezone=timezone) for text_id in ids}
    order = sorted(ids, key=lambda text_id: (spans[text_id].end, text_id))
    numbers = {text_id: at for at, text_id in enumerate(order)}
    graph = Graph([texts[i] for i in order], [spans[i] for i in order], [{} for _ in order])
    for (a, b), both in shares.items():
        graph.links[numbers[a]][numbers[b]] = both
        graph.links[numbers[b]][numbers[a]] = both[::-1]
    return graph


def prove(x_and_m: Shares, m_and_y: Shares) -> Shares:
    """The least that the outer two of three texts share, from what each shares with the middle one.

    `x_and_m` is (share of x in m, of m in x), `m_and_y` (share of m in y, of y in m); the result (share of x in y,
    of y in x), at least 0. With X, M, Y as sets of runs: |X and Y| >= |X and M| + |M and Y| - |M|.
    """
    x_in_m, m_in_x = x_and_m
    m_in_y, y_in_m = m_and_y
    both = m_in_x + m_in_y - 1
    if both <= 0:
        return 0.0, 0.0
    return min(1.0, both * x_in_m / m_in_x), min(1.0, both * y_in_m / m_in_y)


def gather_units(graph: Graph, threshold: float) -> Units:
    """Each text's representative.

    The text that represents the most texts not yet in a unit comes first (the greedy dominating set); one that
    already belongs to another's unit leaves it if it then represents two or more that nobody else does.
    """
    return _Gathering(graph, threshold).run()


class _Gathering:
    """The state of one gathering; -1 is a text not yet in a unit."""

    def __init__(self, graph: Graph, threshold: float) -> None:
        self.graph = graph
        self.threshold = threshold
        self.near = [
            [other for other, both in links.items() if min(both) >= threshold] for links in graph.links
        ]
        self.strong = [
            [other for other in others if graph.agree(at, other)] for at, others in enumerate(self.near)
        ]
        self.units = Units([-1] * len(self.near), [WHOLE] * len(self.near))
        #: how many texts not yet in a unit each would represent, itself among them
        self.gain = [len(others) + 1 for others in self.strong]

    def run(self) -> Units:
        heap = [(-size, at) for at, size in enumerate(self.gain)]
        heapq.heapify(heap)
        while heap:
            size, at = heapq.heappop(heap)
            gain = self.gain[at]
            if gain != -size:
                heapq.heappush(heap, (-gain, at))
            elif gain >= (1 if self.units.unit[at] < 0 else 2):
                self._represent(at)
        self._gather_parted()
        return self.units

    def _represent(self, at: int) -> None:
        """Make this text a representative of all that are free to be its copies."""
        links, free = self.graph.links[at], self.units.unit
        members = {other: links[other][::-1] for other in self.strong[at] if free[other] < 0}
        members |= self._find_proven(at, list(members))
        if free[at] < 0:
            members[at] = WHOLE
        else:
            free[at], self.units.to_heart[at] = at, WHOLE
        for member, shares in members.items():
            free[member] = at
            self.units.to_heart[member] = shares
            self.gain[member] -= 1
            for other in self.strong[member]:
                self.gain[other] -= 1

    def _find_proven(self, at: int, taken: list[int]) -> dict[int, Shares]:
        """Free texts, never compared with this one, that must share the threshold with it: copies of its copies."""
        links, free = self.graph.links[at], self.units.unit
        found: dict[int, Shares] = {}
        for middle in sorted(taken):
            back = links[middle][::-1]
            for other in self.strong[middle]:
                if free[other] >= 0 or other == at or other in links:
                    continue
                shares = prove(self.graph.links[other][middle], back)
                if min(shares) < self.threshold - _ROUNDING or not self.graph.agree(at, other):
                    continue
                found[other] = max(shares, found.get(other, shares))
        return found

    def _gather_parted(self) -> None:
        """Join texts whose headline parted them from the one text they were compared with, and which agree among
        themselves: of a mass of copies, those that all deny it."""
        unit, graph = self.units.unit, self.graph
        crowded = [False] * len(unit)
        for at, heart in enumerate(unit):
            if heart != at:
                crowded[heart] = True
        hearts: dict[tuple[int, Headline], int] = {}
        for at, others in enumerate(self.near):
            if unit[at] != at or crowded[at]:
                continue
            parted = set(others) - set(self.strong[at])
            if not parted:
                continue
            links = graph.links[at]
            middle = min(parted, key=lambda other: (-min(links[other]), other))
            heart = hearts.setdefault((middle, graph.headline(at)), at)
            if heart == at or heart in links:
                continue
            shares = prove(links[middle], graph.links[middle][heart])
            if min(shares) >= self.threshold - _ROUNDING:
                unit[at], self.units.to_heart[at] = heart, shares
