"""What each name in an article counts for, seen from one place topic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from diembao.text.normal import place_tones
from diembao.topics.atlas import Atlas
from diembao.topics.contexts import (
    find_blocker,
    find_weakness,
    has_road_word,
    is_history,
    is_joined,
    is_journey,
    is_linked,
    is_measured,
    is_part_of_name,
    is_project,
    is_seated,
    is_travelled,
)
from diembao.topics.resolve import Reading
from diembao.topics.scoring import Judged, Others, Standing
from diembao.types import AliasClass, FieldName, Topic

_RANK = {"A": 0, "B": 1, "C": 2}


def belongs_on(since: date | None, on: date | None) -> bool:
    """Whether a unit belongs to a topic on a day, given its first day there."""
    return on is None or since is None or since <= on


class Judge:
    """Looks at the readings of an article from the standpoint of one topic."""

    def __init__(self, topic: Topic, atlas: Atlas) -> None:
        self._resolver = atlas.resolver
        places = atlas.gazetteer.places
        self._members = {p.place_id: p.belongs_from for p in topic.places}
        main = topic.place_id or (topic.places[0].place_id if topic.places else "")
        above = set(atlas.gazetteer.ancestors(main)) if main in places else set()
        self._neutral = above - set(self._members)
        self._classes: dict[str, dict[str, AliasClass]] = defaultdict(dict)
        for place in topic.places:
            for alias in place.aliases:
                self._classes[place_tones(alias.surface)][place.place_id] = alias.alias_class
        self.names = tuple(self._classes)
        rank = atlas.resolver.rank
        self.ranks = {n: {rank(i) for i in ids if i in places} for n, ids in self._classes.items()}
        parents = {a for i in self._members if i in places for a in atlas.gazetteer.ancestors(i)} | above
        self.names_above = frozenset(place_tones(a.surface) for i in parents for a in places[i].aliases)
        #: names with the units for which they may count alone (class A or B)
        self.loose_pairs = {(n, i) for n, ids in self._classes.items() for i, c in ids.items() if c != "C"}
        self.loose_names = {n for n, ids in self._classes.items() if min(_RANK[c] for c in ids.values()) < 2}

    # ---------------------------------------------------------------- whole article

    def judge(
        self,
        texts: Mapping[FieldName, str],
        readings: Sequence[Reading],
        on: date | None,
        *,
        namesakes: bool = True,
    ) -> tuple[list[Judged], Others]:
        """Every hit of the topic with its standing, and how often other places are named.

        `namesakes` adds the topic's names that mean another place here; they are set aside and decide nothing.
        """
        judged: list[Judged] = []
        others = Others()
        belongs = [self._inside(r, on) for r in readings]
        for at, reading in enumerate(readings):
            text = texts[reading.field]
            inside = belongs[at]
            if not inside:
                if reading.chain_begin == reading.begin and self._is_elsewhere(reading, text):
                    others.add(reading.field)
                if namesakes and self._is_ours(reading):
                    judged.append(_judged(reading, None, "blocked", "blocked:elsewhere"))
                continue
            judged.append(self._judge_one(at, readings, belongs, text, inside))
        return judged, others

    def _inside(self, reading: Reading, on: date | None) -> tuple[str, ...]:
        return tuple(i for i in reading.candidates if i in self._members and belongs_on(self._members[i], on))

    def _is_ours(self, reading: Reading) -> bool:
        return any(name in self._classes for name in reading.hit.names)

    def _is_elsewhere(self, reading: Reading, text: str) -> bool:
        """Another place for certain, and none above the topic's own."""
        if reading.is_certain is None:
            reading.is_certain = self._is_certain(reading, text)
        return reading.is_certain and self._neutral.isdisjoint(reading.candidates)

    def _is_certain(self, reading: Reading, text: str) -> bool:
        """A province, or a unit that its hierarchy settles, whatever the topic."""
        if not reading.candidates:
            return False
        if self._resolver.rank(reading.candidates[0]) < 3 and reading.how not in ("chain", "near"):
            return False
        return reading.kind is not None or find_blocker(text, reading.start, weakest=False) is None

    # ---------------------------------------------------------------- one hit

    def _judge_one(
        self,
        at: int,
        readings: Sequence[Reading],
        belongs: Sequence[tuple[str, ...]],
        text: str,
        inside: tuple[str, ...],
    ) -> Judged:
        reading = readings[at]
        place_id = self._choose(inside)
        cls = self._class_of(reading, inside)
        settled = reading.how in ("chain", "near") or reading.kind is not None
        weakest = not settled and (cls != "A" or self._resolver.rank(place_id) < 2)
        blocker = None if reading.kind else find_blocker(text, reading.start, weakest=weakest)
        if blocker in ("institution", "street") and self._names_project(at, readings, text):
            blocker = None
        if blocker is None and self._is_seated_elsewhere(at, readings, belongs, text):
            blocker = "institution"
        if blocker:
            return _judged(reading, None, "blocked", f"blocked:{blocker}")
        standing, rule = self._stand(reading, inside, cls)
        if cls != "A" and self._resolver.rank(place_id) == 2 and is_history(text, reading.start):
            return _judged(reading, place_id, "weak", "weak:history")
        if standing == "blocked":
            return _judged(reading, None, standing, rule)
        bare = standing == "unclear" and reading.kind is None and not text.isupper()
        if bare and is_part_of_name(text, reading.start, reading.end):
            return _judged(reading, None, "blocked", "blocked:longer_name")
        weak = find_weakness(text, reading.begin, reading.end, first=reading.chain_begin) or self._touch(
            at, readings, belongs, text
        )
        if weak:
            return _judged(reading, place_id, "weak", f"weak:{weak}")
        local = self._resolver.rank(place_id) < 3 or reading.chain_begin != reading.begin
        return _judged(reading, place_id, standing, rule + ("+former" if reading.former else ""), local)

    def _names_project(self, at: int, readings: Sequence[Reading], text: str) -> bool:
        """ "Dự án X - Y", "đường X - Y": called after its two ends, towns at least, and no street."""
        reading = readings[at]
        left, right = is_joined(text, reading.begin, reading.end)
        first = at - 1 if left else at
        if not (left or right) or first < 0 or first + 1 >= len(readings):
            return False
        ends = readings[first], readings[first + 1]
        return _adjoins(*ends) and all(map(self._resolver.is_town, ends)) and is_project(text, ends[0].begin)

    def _is_seated_elsewhere(
        self, at: int, readings: Sequence[Reading], belongs: Sequence[tuple[str, ...]], text: str
    ) -> bool:
        """ "Trường Hà Tĩnh (quận 3, TP.HCM)": an institution called after a place, standing in another."""
        reading = readings[at]
        if reading.kind or at + 1 >= len(readings):
            return False
        seat = readings[at + 1]
        return (
            seat.field == reading.field
            and not belongs[at + 1]
            and (self._is_elsewhere(seat, text) or (seat.kind is not None and self._resolver.is_one(seat)))
            and is_seated(text, reading.start, reading.end, seat.begin)
        )

    def _choose(self, inside: tuple[str, ...]) -> str:
        """The unit that the mention is filed under: the highest, the one in force before the ended."""
        return max(inside, key=self._resolver.rank)

    def _class_of(self, reading: Reading, inside: tuple[str, ...]) -> AliasClass:
        classes = [
            self._classes[name][place_id]
            for name in reading.hit.names
            for place_id in inside
            if place_id in self._classes.get(name, {})
        ]
        return min(classes, key=_RANK.__getitem__, default="C")

    def _stand(self, reading: Reading, inside: tuple[str, ...], cls: AliasClass) -> tuple[Standing, str]:
        shared = len(inside) < len(reading.candidates)
        if reading.how in ("chain", "near"):
            return "strong", reading.how
        if reading.kind is not None:
            if shared:
                return "unclear", "unclear:typed_shared"
            return "strong", "typed_with_cue" if reading.how == "cue" else "typed"
        if cls == "A":
            return "strong", "name"
        if cls == "B" and not shared and reading.how == "cue":
            return "strong", "name_with_cue"
        if cls == "B" and reading.cued_elsewhere:
            return "blocked", "blocked:other_province"
        if cls == "B":
            return "unclear", "unclear:needs_cue"
        return "blocked", "blocked:needs_hierarchy"

    def _touch(
        self, at: int, readings: Sequence[Reading], belongs: Sequence[tuple[str, ...]], text: str
    ) -> str | None:
        """Weak by its neighbours: in a list, on a route, one end of a journey."""
        reading = readings[at]
        if reading.listed >= 3:
            return "list"
        left, right = is_joined(text, reading.begin, reading.end)
        before = at - 1 if left and at and _adjoins(readings[at - 1], reading) else None
        after = at + 1 if right and at + 1 < len(readings) and _adjoins(reading, readings[at + 1]) else None
        ends = [i for i in (before, after) if i is not None]
        if any(not belongs[i] for i in ends):
            return "route"
        if (left or right) and not ends and has_road_word(text, reading.begin):
            return "route"
        pair = self._touch_pair(at, readings, belongs, text)
        if pair is not None:
            return pair or None
        if is_journey(text, reading.begin, reading.end):
            return "journey"
        if reading.field != "title" and is_measured(text, reading.end):
            return "weather"
        return None

    def _touch_pair(
        self, at: int, readings: Sequence[Reading], belongs: Sequence[tuple[str, ...]], text: str
    ) -> str | None:
        """Weak as one end of "từ X đến Y" or "nối X với Y"; "" where both ends are the topic's."""
        for first in (at, at - 1):
            if first < 0 or first + 1 >= len(readings) or readings[first].field != readings[first + 1].field:
                continue
            begin, end = readings[first], readings[first + 1]
            if not 0 < end.begin - begin.end <= 24:
                continue
            spans = (begin.begin, begin.end), (end.begin, end.end)
            both = bool(belongs[first] and belongs[first + 1])
            if is_travelled(text, *spans):
                return "" if both else "journey"
            if is_linked(text, *spans):
                return "" if both else "route"
        return None


def _adjoins(first: Reading, second: Reading) -> bool:
    return first.field == second.field and 0 <= second.begin - first.end <= 4


def _judged(
    reading: Reading, place_id: str | None, standing: Standing, rule: str, is_local: bool = False
) -> Judged:
    return Judged(
        reading.field, reading.start, reading.end, place_id, standing, rule, is_local, reading.chain_begin
    )
