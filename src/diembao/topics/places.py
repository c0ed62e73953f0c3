"""From a place's name to a topic: which place is meant, and which units belonged to it when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from diembao.errors import TopicError
from diembao.text.normal import fold_text, place_tones, strip_accents
from diembao.topics.gazetteer import REFORM_DAY, Gazetteer, full_name
from diembao.types import Place, Topic

_LEVELS = {"province": "province", "district": "district", "commune": "commune", "spot": "spot"}
_KINDS = ("thành phố", "thị trấn", "thị xã", "đặc khu", "phường", "huyện", "quận", "tỉnh", "xã", "cửa khẩu")
_SHORT_KIND = re.compile(r"(?i)^(tp|tx|tt)[. ]\s*|^([hxpq])\.\s*")
_SHORT = {
    "tp": "thành phố",
    "tx": "thị xã",
    "tt": "thị trấn",
    "h": "huyện",
    "x": "xã",
    "p": "phường",
    "q": "quận",
}


def place_topic(
    gazetteer: Gazetteer, name: str, *, kind: str | None = None, within: str | None = None
) -> Topic:
    """The topic of a place, with every unit that belonged to it at some time.

    A bare province name means the province; so does its name with "tỉnh" or "thành phố" where it is one.
    `kind` is a unit's kind ("huyện", "phường") or a level ("province", "district", "commune"); `within` is
    the name of a unit above. A name of several places raises TopicError with what to say for each.
    """
    # "TP.HCM", "thành phố Hồ Chí Minh" are names as they stand
    wanted, kind = _split_kind(name, kind, known=bool(gazetteer.find_places(name)))
    found = _find(gazetteer, wanted, kind, within)
    if not found:
        raise TopicError(
            "no place is called {name!r}",
            key="topic.no_such_place",
            next_step="write the name with its accents; `kind` and `within` narrow it, they cannot widen it",
            name=name,
        )
    main = _choose(gazetteer, found, bare=kind is None)
    if main is None:
        raise _ambiguous(gazetteer, name, found)
    places = list(_belonging(gazetteer, main))
    return Topic(
        topic_id=slug(full_name(main) if main.parent_id else main.name),
        title=main.name if main.parent_id is None else full_name(main),
        kind="place",
        place_id=main.place_id,
        places=tuple(places),
        gazetteer_version=gazetteer.version,
    )


def slug(text: str) -> str:
    """An id from words: accent-free, lower case, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", strip_accents(fold_text(text).text).lower()).strip("-")[:60] or "topic"


def _split_kind(name: str, kind: str | None, *, known: bool = False) -> tuple[str, str | None]:
    plain = " ".join(fold_text(name).text.split())
    if kind is None and not known:
        for word in _KINDS:
            if plain.lower().startswith(word + " "):
                return plain[len(word) + 1 :], word
        short = _SHORT_KIND.match(plain)
        if short:
            return plain[short.end() :], _SHORT[(short[1] or short[2]).lower()]
    return plain, kind.strip().lower() if kind else None


def _find(gazetteer: Gazetteer, name: str, kind: str | None, within: str | None) -> list[Place]:
    found = gazetteer.find_places(name) or _find_loosely(gazetteer, name)
    if kind in _LEVELS:
        found = [p for p in found if gazetteer.level(p) == _LEVELS[kind]]
    elif kind is not None:
        exact = [p for p in found if p.kind == kind]
        # "tỉnh" and "thành phố" may both name a province
        found = exact or [p for p in found if p.parent_id is None and kind in ("tỉnh", "thành phố")]
    if within is not None:
        above_name, above_kind = _split_kind(within, None)
        above = {p.place_id for p in _find(gazetteer, above_name, above_kind, None)}
        found = [p for p in found if above.intersection(gazetteer.ancestors(p.place_id))]
    return found


def _find_loosely(gazetteer: Gazetteer, name: str) -> list[Place]:
    """Without regard to case and accents, where nothing is written exactly so ("lang son", "LẠNG SƠN")."""
    exact = place_tones(name).lower()
    same_case = [k for k in gazetteer.by_name if k.lower() == exact]
    bare = strip_accents(exact)
    loose = same_case or [k for k in gazetteer.by_name if strip_accents(k).lower() == bare and bare == exact]
    ids = dict.fromkeys(i for k in loose for i in gazetteer.by_name[k])
    return [gazetteer.places[i] for i in ids]


def _choose(gazetteer: Gazetteer, found: list[Place], *, bare: bool) -> Place | None:
    """The one place that is meant, or None: a province before its namesakes, today's before its forerunner."""
    provinces = [p for p in found if p.parent_id is None]
    if provinces and (bare or len(provinces) == len(found)):
        found = provinces
    if len(found) == 1:
        return found[0]
    latest = [p for p in found if not any(s in {q.place_id for q in found} for s in _heirs(gazetteer, p))]
    return latest[0] if len(latest) == 1 else None


def _heirs(gazetteer: Gazetteer, place: Place) -> list[str]:
    """Successors of the same name and level: the same place in a later layer."""
    level = gazetteer.level(place)
    return [
        s
        for s in place.successors
        if gazetteer.places[s].name == place.name and gazetteer.level(gazetteer.places[s]) == level
    ]


def _ambiguous(gazetteer: Gazetteer, name: str, found: list[Place]) -> TopicError:
    listed = []
    for place in found[:12]:
        above = gazetteer.places.get(place.parent_id or "")
        call = f"kind={place.kind!r}" + (f", within={above.name!r}" if above else "")
        until = "" if place.valid_to is None else f" (until {place.valid_to.isoformat()})"
        listed.append(f"{gazetteer.describe(place.place_id)}{until}: {call}")
    more = f"; and {len(found) - 12} more" if len(found) > 12 else ""
    return TopicError(
        "{name!r} names {count} places: {candidates}",
        key="topic.ambiguous_place",
        next_step="say which one with `kind` and `within` (on the command line --kind and --within)",
        name=name,
        count=len(found),
        candidates="; ".join(listed) + more,
    )


# -------------------------------------------------------------------- what belongs to it


def _belonging(gazetteer: Gazetteer, main: Place) -> Iterable[Place]:
    """The place, its forerunners and heirs, and all units below them, each once, with its first day."""
    level = gazetteer.level(main)
    chosen: dict[str, date | None] = {}
    if level == "province":
        _take_province(gazetteer, main, chosen)
    elif level == "district":
        _take_tree(gazetteer, main.place_id, None, chosen)
        _take_heirs(gazetteer, chosen)
    elif level == "commune":
        chosen[main.place_id] = None
        for other in (*main.predecessors, *main.successors):
            if _is_same_land(gazetteer, main, gazetteer.places[other]):
                chosen[other] = None
    else:
        chosen[main.place_id] = None
    for place_id, since in chosen.items():
        yield replace(gazetteer.places[place_id], belongs_from=since)


def _take_province(gazetteer: Gazetteer, main: Place, chosen: dict[str, date | None]) -> None:
    _take_tree(gazetteer, main.place_id, None, chosen)
    for before in main.predecessors:
        same = gazetteer.places[before].name == main.name
        _take_tree(gazetteer, before, None if same else REFORM_DAY, chosen)
    if main.successors:
        _take_heirs(gazetteer, chosen)


def _take_tree(
    gazetteer: Gazetteer, place_id: str, since: date | None, chosen: dict[str, date | None]
) -> None:
    chosen.setdefault(place_id, since)
    for child in gazetteer.children.get(place_id, ()):
        _take_tree(gazetteer, child, since, chosen)


def _take_heirs(gazetteer: Gazetteer, chosen: dict[str, date | None]) -> None:
    """Units of the later layer whose land came for at least half from the chosen ones."""
    heirs = {s for i in list(chosen) for s in gazetteer.places[i].successors}
    for heir in sorted(heirs - set(chosen)):
        before = gazetteer.places[heir].predecessors
        if gazetteer.places[heir].parent_id and sum(b in chosen for b in before) * 2 >= len(before):
            chosen[heir] = None


def _is_same_land(gazetteer: Gazetteer, main: Place, other: Place) -> bool:
    """A forerunner that went wholly into the commune, or an heir of the same name."""
    if other.place_id in main.predecessors:
        return other.successors == (main.place_id,) and gazetteer.level(other) == "commune"
    return other.name == main.name
