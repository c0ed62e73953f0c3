"""Gathering copies round a representative, without chains.

A unit is a representative and the texts that share at least the threshold with it, both ways, under a headline
of the same sense. Where a text between two was compared with both, the least that they must share follows: of a
mass of copies only one is compared with all the others.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from diembao.errors import UsageError
from diembao.stories.direction import Span, read_span
from diembao.stories.headlines import Headline, differ, read_headline
from diembao.stories.reuse.expand import cluster_reprints
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
        if self.texts[a].title == self.texts[b].title:
            return True
        first, second = self.headline(a), self.headline(b)
        return first.sense == second.sense or not differ(first, second)


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
    """Each text's representative, by the rule of `cluster_reprints` over pairs whose headlines agree."""
    strong = _list_strong(graph, threshold)
    edges = (
        ReuseEdge(graph.texts[a].text_id, graph.texts[b].text_id, *both, 0)
        for a, links in enumerate(strong)
        for b, both in links.items()
        if a < b
    )
    numbers = {text.text_id: at for at, text in enumerate(graph.texts)}
    leads = cluster_reprints(edges, numbers, threshold=threshold)
    unit = [numbers[leads[text.text_id]] for text in graph.texts]
    return Units(unit, _measure_hearts(strong, unit))


def _list_strong(graph: Graph, threshold: float) -> list[dict[int, Shares]]:
    """For each text those that share the threshold with it, both ways, under a headline that agrees.

    A headline may part texts from the one text of a mass that all others were compared with. Those that agree
    among themselves are held together by what that text proves: of a mass of copies, those that all deny it.
    """
    strong: list[dict[int, Shares]] = [{} for _ in graph.links]
    hearts: dict[tuple[int, object], int] = {}
    for at, links in enumerate(graph.links):
        parted: list[int] = []
        for other, both in links.items():
            if min(both) < threshold:
                continue
            if graph.agree(at, other):
                strong[at][other] = both
            else:
                parted.append(other)
        if not parted:
            continue
        middle = min(parted, key=lambda other: (-min(links[other]), other))
        heart = hearts.setdefault((middle, graph.headline(at).sense), at)
        if heart == at or heart in links:
            continue
        shares = prove(links[middle], graph.links[middle][heart])
        if min(shares) >= threshold - _ROUNDING:
            shares = max(shares[0], threshold), max(shares[1], threshold)
            strong[at][heart] = shares
            strong[heart][at] = shares[::-1]
    return strong


def _measure_hearts(strong: list[dict[int, Shares]], unit: list[int]) -> list[Shares]:
    """What each text shares with its representative at least, along the best way inside the unit."""
    to_heart = [WHOLE] * len(unit)
    for heart in sorted({heart for at, heart in enumerate(unit) if heart != at}):
        best: dict[int, Shares] = {heart: WHOLE}
        done: set[int] = set()
        heap = [(-1.0, heart)]
        while heap:
            _, at = heapq.heappop(heap)
            if at in done:
                continue
            done.add(at)
            to_heart[at] = best[at]
            for other, both in strong[at].items():
                if unit[other] != heart or other in done:
                    continue
                shares = prove(both[::-1], best[at])
                if min(shares) > min(best.get(other, (-1.0, -1.0))):
                    best[other] = shares
                    heapq.heappush(heap, (-min(shares), other))
    return to_heart
