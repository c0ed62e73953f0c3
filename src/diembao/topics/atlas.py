"""A gazetteer made ready for reading texts, shared by all topics over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from weakref import WeakKeyDictionary

from diembao.text.normal import place_tones
from diembao.topics.gazetteer import Gazetteer
from diembao.topics.names import NameFinder
from diembao.topics.resolve import Reading, Resolver
from diembao.types import FieldName, Place


class Atlas:
    """Finds every name of a gazetteer and says which units it means."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.resolver = Resolver(gazetteer)
        self._finder: NameFinder | None = None

    @property
    def finder(self) -> NameFinder:
        """Finds every name; built when the first article needs it."""
        if self._finder is None:
            self._finder = NameFinder(self.gazetteer.by_name, strong=self.strong_names)
        return self._finder

    @cached_property
    def strong_names(self) -> frozenset[str]:
        """Names so well known that they count without accents inside an accented text too."""
        provinces = (p for p in self.gazetteer.places.values() if p.parent_id is None)
        return frozenset(place_tones(a.surface) for p in provinces for a in p.aliases if a.alias_class == "A")

    def read(self, texts: Mapping[FieldName, str], on: date | None) -> list[Reading]:
        """All names of an article in order, with the units they mean."""
        readings: list[Reading] = []
        for name, text in texts.items():
            if text:
                readings += self.resolver.read_field(name, text, self.finder.find(text), on)
        self.resolver.settle(readings, on)
        return readings

    def extended_by(self, places: Iterable[Place]) -> Atlas:
        """This atlas, or a new one where a profile gives its places names that the gazetteer lacks."""
        added: dict[str, Place] = {}
        for place in places:
            known = self.gazetteer.places.get(place.place_id)
            if known is None:
                added[place.place_id] = place
                continue
            have = {a.surface for a in known.aliases}
            more = tuple(a for a in place.aliases if a.surface not in have)
            if more:
                added[place.place_id] = replace(known, aliases=known.aliases + more)
        if not added:
            return self
        return Atlas(
            Gazetteer(self.gazetteer.version, {**self.gazetteer.places, **added}, self.gazetteer.sources)
        )


_OPEN: WeakKeyDictionary[Gazetteer, Atlas] = WeakKeyDictionary()


def open_atlas(gazetteer: Gazetteer) -> Atlas:
    """The atlas of a gazetteer, built once for it."""
    atlas = _OPEN.get(gazetteer)
    if atlas is None:
        atlas = Atlas(gazetteer)
        _OPEN[gazetteer] = atlas
    return atlas
