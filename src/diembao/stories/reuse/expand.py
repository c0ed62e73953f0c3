"""What follows from edges: the pairs they imply, and which texts count as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from diembao.types import ReuseEdge


def expand_pairs(edges: Iterable[ReuseEdge]) -> Iterator[ReuseEdge]:
    """Every pair of texts that the edges imply, each once, as an edge with a < b.

    Texts joined by edges of containment 1 both ways have the same runs: each pair of them is a pair, and what holds
    for one of them with another text holds for all. Nothing else is implied, so every pair's numbers are exact.
    """
    known = list(edges)
    leads = _join_copies(known)
    members: dict[str, list[str]] = defaultdict(list)
    sizes: dict[str, int] = {}
    between: dict[tuple[str, str], ReuseEdge] = {}
    for text in leads:
        members[_lead(leads, text)].append(text)
    for edge in known:
        a, b = _lead(leads, edge.a), _lead(leads, edge.b)
        if a == b:
            sizes[a] = max(edge.shared, sizes.get(a, 0))
        else:
            plain = ReuseEdge(a, b, edge.containment_a, edge.containment_b, edge.shared)
            key, plain = ((a, b), plain) if a < b else ((b, a), _turn(plain))
            held = between.get(key)
            if held is None or _weight(held) < _weight(plain):
                between[key] = plain
    for lead, texts in members.items():
        if len(texts) > 1:
            for a, b in combinations(sorted(texts), 2):
                yield ReuseEdge(a, b, 1.0, 1.0, sizes[lead])
    for (lead_a, lead_b), edge in between.items():
        for a in members.get(lead_a) or (lead_a,):
            for b in members.get(lead_b) or (lead_b,):
                pair = ReuseEdge(a, b, edge.containment_a, edge.containment_b, edge.shared)
                yield pair if a < b else _turn(pair)


def cluster_reprints(
    edges: Iterable[ReuseEdge], ids: Iterable[str], *, threshold: float = 0.8
) -> dict[str, str]:
    """For each id the text it counts as: itself, or one that holds it and is held by it to `threshold` or more.

    The text with most such partners is taken first (the least id among equals) and stands for those of them that
    are still free, and so on; a text then goes to that one of the standing texts to which its smaller containment is
    greatest. No text stands for one it does not share `threshold` with: similarity is not passed on from one to the
    next. The result depends neither on the order of the edges nor on that of the ids; edges to texts that are
    not among the ids are passed over.
    """
    wanted = set(ids)
    known = [edge for edge in edges if edge.a in wanted and edge.b in wanted]
    leads = _join_copies(known)
    classes: dict[str, list[str]] = defaultdict(list)
    for text in leads:
        classes[_lead(leads, text)].append(text)
    partners: dict[str, dict[str, float]] = defaultdict(dict)
    for edge in known:
        a, b = _lead(leads, edge.a), _lead(leads, edge.b)
        both = min(edge.containment_a, edge.containment_b)
        if a != b and both >= threshold:
            partners[a][b] = max(both, partners[a].get(b, 0.0))
            partners[b][a] = partners[a][b]
    count = {text: sum(len(classes.get(other, (other,))) for other in partners[text]) for text in partners}
    chosen = _choose_leads(partners, {t: count[t] + len(classes.get(t, (t,))) for t in partners})
    result = {text: _lead(leads, text) for text in sorted(wanted)}
    for text, lead in result.items():
        result[text] = chosen.get(lead, lead)
    return result


def _choose_leads(partners: dict[str, dict[str, float]], count: dict[str, int]) -> dict[str, str]:
    standing: dict[str, int] = {}
    taken: set[str] = set()
    for text in sorted(partners, key=lambda text: (-count[text], text)):
        if text not in taken:
            standing[text] = len(standing)
            taken.add(text)
            taken.update(partners[text])
    found: dict[str, str] = {}
    for text, others in partners.items():
        if text in standing:
            found[text] = text
        else:
            near = [(-share, standing[other], other) for other, share in others.items() if other in standing]
            found[text] = min(near)[2]
    return found


def _join_copies(edges: list[ReuseEdge]) -> dict[str, str]:
    """For each text that has a copy the next on the way to the least id among them (union by least id)."""
    leads: dict[str, str] = {}
    for edge in edges:
        if edge.containment_a >= 1.0 <= edge.containment_b and edge.a != edge.b:
            a, b = _lead(leads, edge.a), _lead(leads, edge.b)
            low, high = min(a, b), max(a, b)
            leads.setdefault(low, low)
            leads[high] = low
    return leads


def _lead(leads: dict[str, str], text: str) -> str:
    while (above := leads.get(text, text)) != text:
        leads[text] = leads.get(above, above)
        text = above
    return text


def _turn(edge: ReuseEdge) -> ReuseEdge:
    return ReuseEdge(edge.b, edge.a, edge.containment_b, edge.containment_a, edge.shared)


def _weight(edge: ReuseEdge) -> tuple[float, float, int]:
    return (
        max(edge.containment_a, edge.containment_b),
        min(edge.containment_a, edge.containment_b),
        edge.shared,
    )
