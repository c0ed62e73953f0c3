"""Which unit a written name means: its kind, its hierarchy, its neighbours and the day decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from diembao.topics.contexts import Kind, find_kind, is_history
from diembao.topics.gazetteer import ANNOUNCED_DAYS, Gazetteer, Level
from diembao.topics.names import NameHit, has_accents
from diembao.types import FieldName

#: how a reading was found: its kind word, a chain of units, a near or a far cue, or the name alone
How = Literal["name", "typed", "chain", "near", "cue"]
#: a parent this many characters away still decides (PLACES.md)
NEAR = 60

_RANK: dict[Level, int] = {"spot": 0, "commune": 1, "district": 2, "province": 3}
#: the level that a kind word speaks of (spots are 0)
KIND_RANK = {
    "tỉnh": 3, "huyện": 2, "quận": 2, "thị xã": 2, "thành phố": 2, "xã": 1, "phường": 1, "thị trấn": 1, "đặc khu": 1,
}  # fmt: skip
#: what may stand between a unit and the one above it
_DOWN_UP = re.compile(
    r"(?i)\s*(?:,|\(|[-–]|/)?\s*(?:thuộc|của|ở|tại|nay là|nay thuộc|cũ,?|thuoc|cua|o|tai)?\s*\(?\s*"
)
#: numbered units carry their kind in the name ("Quận 1")
_NUMBERED = re.compile(r"(?:Quận|Phường) \d+$")
_AT = re.compile(r"(?i)\b(?:ở|tại|o|tai)\b")
_DASH = re.compile(r"\s?[-–—]\s?")
#: what may stand between the members of an enumeration
_LISTED = re.compile(
    r"(?i)\)?(?::?\s*\d+(?:[.,]\d+)?\s*(?:mm|độ(?: c)?|°c?|do(?: c)?))?"
    r"\s*(?:,|;|và|va|&|hay|hoặc|[-–]|,\s*và)\s*(?:các |cac )?(?:tỉnh|tinh|tp\.?|thành phố)?\s*"
)


@dataclass(slots=True)
class Reading:
    """A name in a field with the units that it may mean; filled in step by step."""

    field: FieldName
    start: int
    end: int
    hit: NameHit
    kind: str | None
    #: where the chain's first word begins (the kind word, or the name)
    begin: int
    candidates: tuple[str, ...]
    how: How
    #: where the chain of units that it belongs to begins ("xã X" of "xã X, huyện Y, tỉnh Z")
    chain_begin: int
    #: number of provinces in the enumeration it stands in
    listed: int = 0
    #: named a unit that its own hierarchy places elsewhere
    elsewhere: bool = False
    #: no longer valid on the day of the article
    former: bool = False
    #: the article names provinces, and none of its own
    cued_elsewhere: bool = False
    #: a battle or a rising is called by it: what else the article names does not say where
    is_event: bool = False
    #: whether it is some place for certain, no street, house or person (looked up once, when first asked)
    is_certain: bool | None = None


def is_numbered(name: str) -> bool:
    """Whether a name carries its kind: "Quận 1", "Phường 10"."""
    return _NUMBERED.match(name) is not None


class Resolver:
    """Reads the names of one article; built once for a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._places = gazetteer.places
        self._by_name = gazetteer.by_name
        self._ancestors = {i: frozenset(gazetteer.ancestors(i)) for i in gazetteer.places}
        self._rank = {i: _RANK[gazetteer.level(p)] for i, p in gazetteer.places.items()}
        self.territory = gazetteer.territory
        self._province_of = gazetteer.province_of

    def rank(self, place_id: str) -> int:
        """3 province, 2 district, 1 commune, 0 named spot."""
        return self._rank[place_id]

    def is_one(self, reading: Reading) -> bool:
        """Whether all units that it may mean lie in one province of today."""
        return len({self.territory[i] for i in reading.candidates}) == 1

    def is_town(self, reading: Reading) -> bool:
        """Whether it is a district or a province, or a commune or spot whose name no other province has."""
        return self.is_one(reading) or (bool(reading.candidates) and self._rank[reading.candidates[0]] >= 2)

    def read_field(
        self, name: FieldName, text: str, hits: Sequence[NameHit], on: date | None
    ) -> list[Reading]:
        """The readings of one field, hierarchy and near neighbours settled."""
        accented = has_accents(text)
        readings = [self._open(name, text, hit, on, accented) for hit in hits]
        self._join_chains(text, readings)
        for at, reading in enumerate(readings):
            self._prefer_province(reading)
            self._ask_neighbours(at, readings)
        self._pair_names(text, readings)
        self._count_lists(text, readings)
        return readings

    # ---------------------------------------------------------------- one name

    def _open(self, name: FieldName, text: str, hit: NameHit, on: date | None, accented: bool) -> Reading:
        kind = find_kind(text, hit.start, accented=accented)
        found = [i for n in hit.names for i in self._by_name.get(n, ()) if self._is_known(i, on)]
        if accented and hit.style not in ("given", "caps"):
            found = [i for i in found if self._rank[i] >= 2]  # never a slip for a commune
        how: How = "name"
        if kind is not None and kind.name not in KIND_RANK and not self._has_kind(found, kind.name):
            kind = None  # "chợ Hữu Lũng", "vùng núi Lạng Sơn": the name alone says where
        if kind is not None:
            found, how = self._of_kind(found, kind.name), "typed"
        elif found and is_numbered(hit.names[0]):
            how, kind = "typed", Kind(hit.names[0].split(" ")[0].lower(), hit.start)
        begin = hit.start if kind is None else kind.start
        return Reading(
            field=name,
            start=hit.start,
            end=hit.end,
            hit=hit,
            kind=kind.name if kind else None,
            begin=begin,
            candidates=tuple(dict.fromkeys(found)),
            how=how,
            chain_begin=begin,
            is_event=kind is None and is_history(text, hit.start),
        )

    def _is_known(self, place_id: str, on: date | None) -> bool:
        """Old names live on for years; new ones appear when their resolution is announced."""
        start = self._places[place_id].valid_from
        return on is None or start is None or start - timedelta(days=ANNOUNCED_DAYS) <= on

    def _has_kind(self, found: list[str], kind: str) -> bool:
        return any(self._places[i].kind == kind for i in found)

    def _of_kind(self, found: list[str], kind: str) -> list[str]:
        exact = [i for i in found if self._places[i].kind == kind]
        if exact:
            return exact
        rank = KIND_RANK.get(kind, 0)
        # towns grow: yesterday's huyện is today's thị xã
        return [i for i in found if self._rank[i] == rank]

    # ---------------------------------------------------------------- chains

    def _join_chains(self, text: str, readings: list[Reading]) -> None:
        for at in range(len(readings) - 1, -1, -1):
            reading = readings[at]
            if at + 1 >= len(readings):
                continue
            parent = readings[at + 1]
            gap = text[reading.end : parent.begin]
            if len(gap) > 24 or _DOWN_UP.fullmatch(gap) is None:
                continue
            if reading.is_event and _AT.search(gap):
                continue  # "khởi nghĩa Bắc Sơn ở Hà Nội": where it is shown or told of
            below = tuple(i for i in reading.candidates if self._ancestors[i].intersection(parent.candidates))
            if below:
                reading.candidates, reading.how = below, "chain"
                above = frozenset().union(*(self._ancestors[i] for i in below))
                parent.candidates = tuple(i for i in parent.candidates if i in above)
                continue
            self._set_apart(reading, parent, gap)
        for at, reading in enumerate(readings[:-1]):
            parent = readings[at + 1]
            if reading.how == "chain" and parent.begin - reading.end <= 24:
                parent.chain_begin = reading.chain_begin

    def _set_apart(self, reading: Reading, parent: Reading, gap: str) -> None:
        """A unit whose written parent is none of ours is a namesake elsewhere."""
        if not parent.candidates or reading.is_event:
            return
        rank = KIND_RANK.get(reading.kind or "", 0)
        if rank == 0 and reading.candidates:
            rank = max(self._rank[i] for i in reading.candidates)
        higher = min(self._rank[i] for i in parent.candidates) > rank and rank < 3
        if higher and (reading.kind is not None or "(" in gap or "thuộc" in gap or " ở " in gap):
            reading.candidates, reading.elsewhere = (), True

    # ---------------------------------------------------------------- neighbours

    def _prefer_province(self, reading: Reading) -> None:
        if reading.how == "name" and len(reading.candidates) > 1:
            provinces = tuple(i for i in reading.candidates if self._rank[i] == 3)
            reading.candidates = provinces or reading.candidates

    def _ask_neighbours(self, at: int, readings: list[Reading]) -> None:
        reading = readings[at]
        if (
            reading.how == "chain"
            or reading.is_event
            or not reading.candidates
            or self._rank[reading.candidates[0]] == 3
        ):
            return
        near: set[str] = set()
        for other in (*readings[max(0, at - 3) : at], *readings[at + 1 : at + 4]):
            gap = other.start - reading.end if other.start >= reading.end else reading.start - other.end
            if gap <= NEAR and other.candidates and not other.elsewhere:
                near.update(other.candidates)
        inside = tuple(i for i in reading.candidates if self._ancestors[i] & near)
        if inside:
            reading.candidates, reading.how = inside, "near"

    def _pair_names(self, text: str, readings: list[Reading]) -> None:
        """ "Hữu Nghị - Chi Lăng": names joined by a dash lie in the one province that has both."""
        for first, second in pairwise(readings):
            if not (self._is_bare_unit(first) and self._is_bare_unit(second)):
                continue
            if _DASH.fullmatch(text[first.end : second.begin]) is None:
                continue
            theirs = [{self.territory[i] for i in r.candidates} for r in (first, second)]
            common = theirs[0] & theirs[1]
            both = [i for r in (first, second) for i in r.candidates if self.territory[i] in common]
            # two communes may share a province by chance; a spot or a district is better known
            if len(common) == 1 and any(self._rank[i] != 1 for i in both):
                for reading in (first, second):
                    reading.candidates = tuple(i for i in reading.candidates if i in both)
                    reading.how = "near"

    def _count_lists(self, text: str, readings: list[Reading]) -> None:
        run: list[Reading] = []
        for reading in readings:
            if run and not (reading.candidates and self._is_next(text, run[-1], reading)):
                self._close_list(run)
                run = []
            if reading.candidates:
                run.append(reading)
        self._close_list(run)

    def _is_next(self, text: str, last: Reading, reading: Reading) -> bool:
        """Whether the enumeration goes on; "Sa Pa (Lào Cai)" is one member of it."""
        gap = reading.begin - last.end
        if not 0 < gap <= 40:
            return False
        if last.how == "chain" and reading.chain_begin == last.chain_begin:
            return True
        return _LISTED.fullmatch(text, last.end, reading.begin) is not None

    def _close_list(self, run: list[Reading]) -> None:
        if len(run) < 3:
            return
        tops = ({self._province_of(i) for i in r.candidates} for r in run)
        provinces = {next(iter(top)) for top in tops if len(top) == 1}
        for reading in run:
            reading.listed = len(provinces)

    # ---------------------------------------------------------------- the whole article

    def settle(self, readings: list[Reading], on: date | None) -> None:
        """Use what the whole article says: the provinces it names, and which layer is in force on its day."""
        cued = {self.territory[i] for r in readings for i in r.candidates if self._speaks_for(r, i)}
        self._keep_sense(readings)
        for reading in readings:
            if len({self.territory[i] for i in reading.candidates}) > 1 and reading.how in ("name", "typed"):
                here = tuple(i for i in reading.candidates if self.territory[i] in cued)
                if here and not reading.is_event:
                    reading.candidates, reading.how = here, "cue"
            elif self._is_bare_unit(reading) and self.territory[reading.candidates[0]] in cued:
                reading.how = "cue"
            reading.cued_elsewhere = bool(cued) and not any(
                self.territory[i] in cued for i in reading.candidates
            )
            self._choose_layer(reading, on)

    def _keep_sense(self, readings: list[Reading]) -> None:
        """A name that its hierarchy settles once means the same elsewhere in the article."""
        settled = {r.hit.names: r.candidates for r in readings if r.how in ("chain", "near") and r.candidates}
        for reading in readings:
            sense = settled.get(reading.hit.names)
            if sense and self._is_bare_unit(reading) and not reading.elsewhere:
                kept = tuple(i for i in reading.candidates if i in sense)
                reading.candidates, reading.how = (
                    (kept, "near") if kept else (reading.candidates, reading.how)
                )

    def _is_bare_unit(self, reading: Reading) -> bool:
        return reading.how == "name" and bool(reading.candidates) and self._rank[reading.candidates[0]] < 3

    def _speaks_for(self, reading: Reading, place_id: str) -> bool:
        return self._rank[place_id] == 3 or reading.how in ("chain", "near")

    def _choose_layer(self, reading: Reading, on: date | None) -> None:
        if on is None or not reading.candidates:
            return
        valid = tuple(i for i in reading.candidates if not self._has_ended(i, on))
        reading.former = not valid
        # a name in force elsewhere does not take away a former unit that the article speaks of
        if valid and {self.territory[i] for i in valid} == {self.territory[i] for i in reading.candidates}:
            reading.candidates = valid

    def _has_ended(self, place_id: str, on: date) -> bool:
        end = self._places[place_id].valid_to
        return end is not None and end < on
