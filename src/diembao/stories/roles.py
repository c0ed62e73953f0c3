"""What each text is among those it shares passages with: original, reprint, partly another's, or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diembao.stories.copies import WHOLE, Graph, Shares, Units, prove
from diembao.stories.direction import Direction, judge_spans
from diembao.types import Confidence, DatedText, Reprint, TextRole

#: shares that differ by no more are alike: a footer more or less does not choose the source
ALIKE = 0.05
_NAMING = frozenset({"canonical", "credit", "agency"})


@dataclass(frozen=True, slots=True)
class _Source:
    """Another text that has `share` of this one; `is_implied`: the two were never compared."""

    at: int
    share: float
    direction: Direction
    is_implied: bool

    @property
    def is_named(self) -> bool:
        return self.direction.basis[0] in _NAMING


class Judge:
    """Says of each text what it is, from those it was compared with and the first texts of their units."""

    def __init__(self, graph: Graph, units: Units, agencies: Mapping[str, str]) -> None:
        self._graph = graph
        self._heart = units.unit
        self._to_heart = units.to_heart
        self._agencies = agencies
        self._first: dict[int, int] = {}
        #: the first text of each outlet, agency and address in each unit
        self._named: dict[tuple[int, str], int] = {}
        for at, heart in enumerate(units.unit):  # numbers are in the order of time
            self._first.setdefault(heart, at)
            text = graph.texts[at]
            for name in (text.outlet_id, agencies.get(text.outlet_id), _key_name(text.key)):
                if name:
                    self._named.setdefault((heart, name), at)

    def place(self, at: int, threshold: float, partial: float) -> Reprint:
        """The text's unit, role and source."""
        text = self._graph.texts[at]
        unit_id = self._graph.texts[self._first[self._heart[at]]].text_id
        found = self._list_sources(at, partial)
        earlier = [s for s in found if s.direction.earlier not in (None, text.text_id)]
        if earlier:
            return self._name_source(text, unit_id, _choose(earlier), threshold)
        outside = [s for s in found if "outside_source" in s.direction.basis]
        if outside:
            best = _choose(outside)
            role: TextRole = "reprint" if best.share >= threshold else "partial"
            return Reprint(text.text_id, unit_id, role, None, best.share, "low", best.direction.basis)
        if found and self._credits_others(text):
            kind = "agency" if any(name.startswith("agency:") for name in text.credits) else "credit"
            return Reprint(text.text_id, unit_id, "reprint", None, 0.0, "low", (kind, "outside_source"))
        return _place_first(text.text_id, unit_id, found)

    def _name_source(self, text: DatedText, unit_id: str, best: _Source, threshold: float) -> Reprint:
        role: TextRole = "reprint" if best.share >= threshold else "partial"
        confidence: Confidence = best.direction.confidence
        basis = best.direction.basis
        if not best.is_named and self._credits_others(text):
            # it names another source, which was not found: this one may come from there as well
            confidence, basis = "low", (*basis, "outside_source")
        if best.is_implied:
            basis = (*basis, "implied")
        source_id = self._graph.texts[best.at].text_id
        return Reprint(text.text_id, unit_id, role, source_id, best.share, confidence, basis)

    def _credits_others(self, text: DatedText) -> bool:
        own = (text.outlet_id, self._agencies.get(text.outlet_id))
        return any(name not in own for name in text.credits)

    def _list_sources(self, at: int, partial: float) -> list[_Source]:
        """Every text that has at least `partial` of this one, as far as is known, with its direction."""
        links = self._graph.links[at]
        implied: dict[int, float] = {}
        for middle, both in ((at, WHOLE), *links.items()):
            for first in self._list_firsts(at, middle):
                if first != at and first not in links:
                    share = prove(both, self._bridge(middle, first))[0]
                    implied[first] = max(share, implied.get(first, 0.0))
        shares = {other: (both[0], False) for other, both in links.items()}
        shares |= {first: (share, True) for first, share in implied.items()}
        return [
            _Source(other, share, self._judge(at, other), is_implied)
            for other, (share, is_implied) in sorted(shares.items())
            if share >= partial
        ]

    def _bridge(self, middle: int, first: int) -> Shares:
        """What two texts of one unit share at least: as compared, or by way of their representative."""
        if middle == first:
            return WHOLE
        known = self._graph.links[middle].get(first)
        return known or prove(self._to_heart[middle], self._to_heart[first][::-1])

    def _list_firsts(self, at: int, middle: int) -> set[int]:
        """Of the unit of a text: the first, and the first of each outlet or address that text `at` names."""
        heart, text = self._heart[middle], self._graph.texts[at]
        firsts = {self._first[heart]}
        if text.credits or text.canonical_key:
            names = (*text.credits, _key_name(text.canonical_key or ""))
            firsts |= {self._named[heart, name] for name in names if (heart, name) in self._named}
        return firsts

    def _judge(self, at: int, other: int) -> Direction:
        texts, spans = self._graph.texts, self._graph.spans
        return judge_spans(texts[at], spans[at], texts[other], spans[other], self._agencies)


def _key_name(key: str) -> str:
    return f"key {key}" if key else ""


def _choose(sources: list[_Source]) -> _Source:
    """The text that has most of this one; of those that have nearly as much the one it names, then the earliest."""
    most = max(source.share for source in sources)
    alike = [source for source in sources if source.share >= most - ALIKE]
    return min(alike, key=lambda source: (not source.is_named, source.at))


def _place_first(text_id: str, unit_id: str, found: list[_Source]) -> Reprint:
    """A text of which no source is known: the original, or one of which nobody can tell."""
    unknown = [source for source in found if source.direction.earlier is None]
    later = [source for source in found if source.direction.earlier == text_id]
    if unknown and (not later or unit_id != text_id):
        most = min(unknown, key=lambda source: (-source.share, source.at))
        return Reprint(text_id, unit_id, "unknown", None, most.share, "none", most.direction.basis)
    if not later:  # too little of it stands anywhere else
        return Reprint(text_id, unit_id, "original", None, 0.0, "high", ())
    # the weakest judgement is the one that the whole rests on
    weakest = min(later, key=lambda source: (source.direction.confidence == "high", source.at)).direction
    confidence: Confidence = "low" if unknown else weakest.confidence
    basis = (*weakest.basis, *(("overlap",) if unknown else ()))
    return Reprint(text_id, unit_id, "original", None, 0.0, confidence, tuple(dict.fromkeys(basis)))
