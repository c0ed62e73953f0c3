"""Which topics a page may be about, told from all it shows in one pass, before it is read.

Whatever title, lead and text are taken from the page: a topic for which `Matcher.match` would decide anything but
`not` is named here. Topics named in vain cost a careful reading and nothing else. Three things make it safe: hits
that overlap all count; a word may end at any cut; and accent-free writing counts wherever a title, a lead or
a text without accents could have been taken from.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from diembao.text.pieces import CUT, Pieces
from diembao.topics.atlas import open_atlas
from diembao.topics.contexts import REACH, find_kind, is_history
from diembao.topics.free import PhraseFinder
from diembao.topics.gazetteer import Gazetteer
from diembao.topics.judge import Judge
from diembao.topics.names import NameFinder, has_accents
from diembao.topics.resolve import KIND_RANK, is_numbered
from diembao.types import Phrase, Topic

#: where a title is cut when the name of the outlet is taken off it
_TITLE_PARTS = re.compile(r"[\n|:~.–—»«·•(){}\[\]-]")
_WORD_START = re.compile(r"(?<!\S)(?=\S)|$")


@dataclass(frozen=True, slots=True)
class _Stake:
    """What a name means to a topic."""

    topic_id: str
    is_own: bool
    is_above: bool
    #: of class A or B, or with its kind in it
    is_loose: bool
    ranks: frozenset[int]


class Scanner:
    """Names the topics that a page may be about."""

    def __init__(self, topics: Iterable[Topic], gazetteer: Gazetteer) -> None:
        self._stakes: dict[str, list[_Stake]] = defaultdict(list)
        self._names: NameFinder | None = None
        self._phrases: PhraseFinder | None = None
        listed = list(topics)
        self._order = [topic.topic_id for topic in listed]
        self._add_places([t for t in listed if t.kind == "place"], gazetteer)
        self._add_phrases([t for t in listed if t.kind == "free"])

    def find(self, shown: str) -> tuple[str, ...]:
        """Ids in the order of the topics; `shown` is the page's text with `CUT` wherever markup stood."""
        pieces = Pieces(shown)
        found = self._find_phrases(pieces) | self._find_places(pieces)
        return tuple(topic_id for topic_id in self._order if topic_id in found)

    # ---------------------------------------------------------------- what is looked for

    def _add_places(self, topics: list[Topic], gazetteer: Gazetteer) -> None:
        if not topics:
            return
        strong: set[str] = set()
        names: dict[str, None] = {}
        for topic in topics:
            atlas = open_atlas(gazetteer).extended_by(topic.places)
            judge = Judge(topic, atlas)
            strong |= atlas.strong_names
            for name in dict.fromkeys((*judge.names, *judge.names_above)):
                names[name] = None
                self._stakes[name].append(
                    _Stake(
                        topic.topic_id,
                        is_own=name in judge.ranks,
                        is_above=name in judge.names_above,
                        is_loose=name in judge.loose_names or is_numbered(name),
                        ranks=frozenset(judge.ranks.get(name, ())),
                    )
                )
        self._names = NameFinder(names, strong=strong)

    def _add_phrases(self, topics: list[Topic]) -> None:
        phrases: list[Phrase] = []
        self._topic_of: list[str] = []
        for topic in topics:
            phrases += topic.phrases
            self._topic_of += [topic.topic_id] * len(topic.phrases)
        if phrases:
            self._phrases = PhraseFinder(phrases)

    # ---------------------------------------------------------------- free topics

    def _find_phrases(self, pieces: Pieces) -> set[str]:
        found: set[str] = set()
        if self._phrases is None:
            return found
        for start, end, at, bare in self._phrases.find_written(pieces.text):
            topic_id = self._topic_of[at]
            if topic_id in found or not (pieces.begins(start) and pieces.begins(end)):
                continue
            accents = _accents_around(pieces, start, end)
            surface = pieces.text[start:end]
            if any((not bare or not a) and self._phrases.case_agrees(surface, at, a) for a in accents):
                found.add(topic_id)
        return found

    # ---------------------------------------------------------------- places

    def _find_places(self, pieces: Pieces) -> set[str]:
        found: set[str] = set()
        if self._names is None:
            return found
        hits: Counter[str] = Counter()
        above: set[str] = set()
        bare: set[str] = set()
        for start, end, names in self._read_names(pieces):
            stakes = [s for name in names for s in self._stakes[name]]
            hits.update({s.topic_id for s in stakes})
            above.update(s.topic_id for s in stakes if s.is_above)
            ranks: dict[str, set[int]] = defaultdict(set)
            for stake in stakes:
                if stake.is_own and stake.topic_id not in found:
                    bare.add(stake.topic_id)
                    ranks[stake.topic_id] |= stake.ranks
                    if stake.is_loose:
                        found.add(stake.topic_id)
            undecided = {topic_id: own for topic_id, own in ranks.items() if topic_id not in found}
            if undecided:
                found |= _find_settled(pieces, start, end, undecided)
        return found | {topic_id for topic_id in bare & above if hits[topic_id] > 1}

    def _read_names(self, pieces: Pieces) -> list[tuple[int, int, list[str]]]:
        """Each written name with what it may stand for; overlapping ones too."""
        assert self._names is not None
        read = []
        for start, end, meanings in self._names.find_written(pieces.text):
            if not (pieces.begins(start) and pieces.begins(end)):
                continue
            names = {
                name
                for accented in _accents_around(pieces, start, end)
                for name, _ in self._names.read(meanings, accented=accented)
            }
            if names:
                read.append((start, end, sorted(names)))
        return read


def _accents_around(pieces: Pieces, start: int, end: int) -> tuple[bool, ...]:
    """Whether the field from which a hit is read will have accents: (True,), (False,) or either.

    A field without accents is made of whole pieces without accents, or of a part of a title.
    """
    text = pieces.text
    if has_accents(text[start:end]):
        return (True,)
    if not has_accents(text):
        return (False,)
    if text[start:end].strip() == "":
        return (True, False)
    first = text[start:end].split()[0]
    parts = _TITLE_PARTS.split(pieces.whole(start, end).replace(CUT, ""))
    words = _TITLE_PARTS.split(first)
    inside = [part for part in parts if not has_accents(part) and any(word in part for word in words)]
    return (True, False) if inside else (True,)


def _find_settled(pieces: Pieces, start: int, end: int, ranks: dict[str, set[int]]) -> set[str]:
    """The topics for which a name of class C may count without a unit above it: by a kind before it, or history.

    The kind may stand a few words before it, since the careful reading leaves out some of what a page shows.
    """
    surface = pieces.text[start:end]
    kinds: set[int] = set()
    for left in pieces.before(start, REACH):
        text = left + surface
        if is_history(text, len(left)):
            return set(ranks)
        for place in _WORD_START.finditer(left):
            for accented in (True, False):
                kind = find_kind(text, place.start(), accented=accented)
                if kind is not None:
                    kinds.add(KIND_RANK.get(kind.name, 0))
    return {topic_id for topic_id, own in ranks.items() if kinds & own or (0 in kinds and bool(own & {0, 1}))}
