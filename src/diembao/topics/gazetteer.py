"""The units of Vietnam in their layers of time: reading, finding, climbing."""

from __future__ import annotations

import json
import lzma
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal, cast

from diembao.errors import TopicError
from diembao.text.normal import fold_text, place_tones
from diembao.types import Alias, AliasClass, Place

Level = Literal["province", "district", "commune", "spot"]
FORMAT = "diembao-gazetteer/1"
#: the day on which provinces were merged, districts abolished and communes redrawn
REFORM_DAY = date(2025, 7, 1)
#: names that a resolution has announced appear in the press before they are valid
ANNOUNCED_DAYS = 120
_DISTRICT_KINDS = frozenset(("huyện", "quận", "thị xã", "thành phố"))
_COMMUNE_KINDS = frozenset(("xã", "phường", "thị trấn", "đặc khu"))
#: the first line is shorter than this
_HEAD_BYTES = 65_536
_CLASS_RANK = {"A": 0, "B": 1, "C": 2}


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """All units and named spots. `version` carries the day of the layer and the hash of the content."""

    version: str
    places: Mapping[str, Place] = field(repr=False)
    sources: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, tuple[str, ...]]:
        """Place ids under each written form (as in the aliases, tones in one place)."""
        found: dict[str, list[str]] = defaultdict(list)
        for place in self.places.values():
            for alias in place.aliases:
                ids = found[place_tones(alias.surface)]
                if place.place_id not in ids:
                    ids.append(place.place_id)
        return {name: tuple(ids) for name, ids in found.items()}

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Ids directly below each unit."""
        found: dict[str, list[str]] = defaultdict(list)
        for place in self.places.values():
            if place.parent_id:
                found[place.parent_id].append(place.place_id)
        return {parent: tuple(ids) for parent, ids in found.items()}

    def get_place(self, place_id: str) -> Place:
        """The unit with this id; raises TopicError where there is none."""
        try:
            return self.places[place_id]
        except KeyError:
            raise TopicError(
                "no place has the id {place_id!r}",
                key="topic.unknown_place",
                next_step="find the id with its name; ids look like VN-20 or VN-20-d186",
                place_id=place_id,
            ) from None

    def find_places(self, name: str, *, on: date | None = None) -> list[Place]:
        """All places written like `name` (any normal form), those valid on a day where one is given."""
        key = place_tones(" ".join(fold_text(name).text.split()))
        places = [self.places[i] for i in self.by_name.get(key, ())]
        return [p for p in places if on is None or is_valid(p, on)]

    def ancestors(self, place_id: str) -> tuple[str, ...]:
        """Ids from the parent upwards, and the provinces into which an ended province went."""
        return self._ancestors[place_id]

    @cached_property
    def _ancestors(self) -> Mapping[str, tuple[str, ...]]:
        return {place_id: self._climb(place_id) for place_id in self.places}

    def _climb(self, place_id: str) -> tuple[str, ...]:
        chain: list[str] = []
        place = self.places[place_id]
        while place.parent_id and place.parent_id in self.places:
            place = self.places[place.parent_id]
            chain.append(place.place_id)
        top = place.place_id if chain else place_id
        if self.level(self.places[top]) == "province":
            chain.extend(self.places[top].successors)
        return tuple(chain)

    def province_of(self, place_id: str) -> str:
        """The province of a unit as its own layer knows it (a province is its own)."""
        place = self.places[place_id]
        while place.parent_id and place.parent_id in self.places:
            place = self.places[place.parent_id]
        return place.place_id

    @cached_property
    def territory(self) -> Mapping[str, str]:
        """For each unit the id of today's province on whose land it lies."""
        today = {}
        for place_id in self.places:
            top = self.places[self.province_of(place_id)]
            today[place_id] = top.successors[0] if top.successors else top.place_id
        return today

    @staticmethod
    def level(place: Place) -> Level:
        """Province, district, commune or named spot."""
        if place.parent_id is None:
            return "province"
        if place.kind in _DISTRICT_KINDS:
            return "district"
        return "commune" if place.kind in _COMMUNE_KINDS else "spot"

    def describe(self, place_id: str) -> str:
        """A unit in words with its chain and, where it ended, when: "xã Tân Thanh, huyện Văn Lãng, tỉnh …"."""
        place = self.get_place(place_id)
        parts = [full_name(place)]
        while place.parent_id and place.parent_id in self.places:
            place = self.places[place.parent_id]
            parts.append(full_name(place))
        return ", ".join(parts)


def full_name(place: Place) -> str:
    """Kind and name: "huyện Hữu Lũng"; a numbered unit carries its kind already."""
    if place.name.lower().startswith(place.kind):
        return place.name[0].lower() + place.name[1:]
    return f"{place.kind} {place.name}"


def is_valid(place: Place, on: date) -> bool:
    """Whether the unit existed on that day."""
    return (place.valid_from is None or place.valid_from <= on) and (
        place.valid_to is None or on <= place.valid_to
    )


def best_class(aliases: Iterable[Alias]) -> AliasClass:
    """The most independent class among aliases; C where there is none."""
    return min((a.alias_class for a in aliases), key=_CLASS_RANK.__getitem__, default="C")


def _read_day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def parse_gazetteer(data: bytes) -> Gazetteer:
    """The gazetteer from the bytes of the shipped file (JSON lines, xz-packed or plain)."""
    try:
        raw = lzma.decompress(data) if data[:6] == b"\xfd7zXZ\x00" else data
        lines = raw.decode("utf-8").splitlines()
        head = json.loads(lines[0])
        if head["format"] != FORMAT:
            raise ValueError(head["format"])
        rows = [json.loads(line) for line in lines[1:]]
        places = _build_places(rows)
    except (ValueError, KeyError, IndexError, TypeError, lzma.LZMAError, EOFError) as error:
        raise TopicError(
            "the gazetteer cannot be read: {reason}",
            key="topic.gazetteer_broken",
            next_step="install the package again, or build the gazetteer with tools/build_gazetteer.py",
            reason=str(error) or type(error).__name__,
        ) from error
    return Gazetteer(version=head["version"], places=places, sources=tuple(head.get("sources", ())))


def read_gazetteer_version(data: bytes) -> str:
    """The version that the first line of the shipped file names, without reading the places.

    Of a file that does not begin so, `parse_gazetteer` says what is wrong.
    """
    try:
        is_packed = data[:6] == b"\xfd7zXZ\x00"
        head = lzma.LZMADecompressor().decompress(data, _HEAD_BYTES) if is_packed else data[:_HEAD_BYTES]
        return str(json.loads(head.partition(b"\n")[0])["version"])
    except (ValueError, KeyError, TypeError, lzma.LZMAError, EOFError):
        return parse_gazetteer(data).version


def _build_places(rows: list[dict[str, Any]]) -> dict[str, Place]:
    before: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for successor in row.get("succ", ()):
            before[successor].append(row["id"])
    return {
        row["id"]: Place(
            place_id=row["id"],
            name=row["name"],
            kind=row["kind"],
            parent_id=row.get("parent"),
            valid_from=_read_day(row.get("from")),
            valid_to=_read_day(row.get("to")),
            aliases=tuple(Alias(surface, cast(AliasClass, cls)) for surface, cls in row["aliases"]),
            predecessors=tuple(before.get(row["id"], ())),
            successors=tuple(row.get("succ", ())),
        )
        for row in rows
    }
