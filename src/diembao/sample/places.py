"""The places of the sample press: real names of units and sights in both layers of time, invented events."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from diembao.sample.dice import Dice
from diembao.sample.model import NEW_UNITS_FROM

HOME = "Lạng Sơn"
#: which list of an area a subject cannot do without
_NEEDS = {"border": "gates", "market": "markets", "tourism": "sights", "culture": "festivals"}
#: used where an area names none of its own
_DEFAULT_NAMES: Mapping[str, tuple[str, ...]] = {
    "gates": ("cửa khẩu",),
    "markets": ("chợ trung tâm",),
    "sights": ("đình làng",),
    "rivers": ("con suối lớn",),
    "roads": ("đường liên xã",),
    "crops": ("rau vụ đông", "khoai tây", "ngô nếp"),
    "festivals": ("hội xuân",),
    "grounds": ("sân nhà văn hóa", "sân trường trung học"),
}
_SLOTS = {
    "gates": "cuakhau",
    "markets": "cho",
    "sights": "danhthang",
    "rivers": "song",
    "roads": "duong",
    "crops": "nongsan",
    "festivals": "lehoi",
    "grounds": "san",
}
#: short names that a headline may use without "xã" or "huyện" because hardly anything else bears them
_BARE = frozenset(
    {"Cao Lộc", "Hữu Lũng", "Bình Gia", "Văn Quan", "Đồng Đăng", "Na Sầm", "Kỳ Lừa", "Lộc Bình"}
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A market, gate, sight, river… and the units on which it lies, where we know them."""

    name: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A district's ground with the units that lay on it before and after 1 July 2025."""

    district: str
    before: tuple[tuple[str, str], ...]
    after: tuple[str, ...]
    weight: float
    spots: Mapping[str, tuple[Spot, ...]]


@dataclass(frozen=True, slots=True)
class Province:
    """A province with its areas; `until` is its last day where it was merged into `successor`."""

    name: str
    is_city: bool
    until: date | None
    successor: str
    areas: tuple[Area, ...]


_DEFAULTS = {key: tuple(map(Spot, names)) for key, names in _DEFAULT_NAMES.items()}


def _read_spot(raw: str) -> Spot:
    return Spot(*(part.strip() for part in raw.split("|")))


def _read_area(raw: Mapping[str, Any]) -> Area:
    spots = {name: tuple(map(_read_spot, raw.get(name, ()))) for name in _SLOTS}
    if "district" in raw:
        pairs = tuple((unit, raw["district"]) for unit in raw["before"])
        return Area(raw["district"], pairs, tuple(raw["after"]), raw["weight"], spots)
    pairs = tuple((unit, district) for unit, district in raw["units_before"])
    return Area("", pairs, tuple(raw["units_after"]), 1, spots)


@cache
def read_provinces() -> Mapping[str, Province]:
    """All provinces by name."""
    source = resources.files(__package__).joinpath("words", "places.toml").read_text(encoding="utf-8")
    provinces = {}
    for raw in tomllib.loads(source)["province"]:
        areas = tuple(_read_area(area) for area in raw.get("area", (raw,)))
        province = Province(
            raw["name"], raw.get("city", False), raw.get("until"), raw.get("successor", ""), areas
        )
        provinces[province.name] = province
    return provinces


@cache
def _list_fitting(subject: str) -> tuple[Province, ...]:
    need = _NEEDS.get(subject)
    return tuple(
        province
        for province in read_provinces().values()
        if province.name != HOME and (need is None or any(area.spots[need] for area in province.areas))
    )


def list_provinces(day: date, subject: str) -> list[Province]:
    """Provinces other than Lạng Sơn that existed on a day and have what the subject needs."""
    return [found for found in _list_fitting(subject) if found.until is None or day <= found.until]


def fold(text: str) -> str:
    """The text without diacritics: "Lạng Sơn" -> "Lang Son"."""
    marked = unicodedata.normalize("NFD", text)
    plain = "".join(sign for sign in marked if not unicodedata.combining(sign))
    return plain.replace("đ", "d").replace("Đ", "D")


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an article plays: the words that name it and the units that it truly concerns."""

    province: str
    units: tuple[str, ...]
    values: Mapping[str, str]


def choose_setting(province: Province, subject: str, day: date, dice: Dice, *, title_unit: float) -> Setting:
    """A place in the province that fits the subject and the day, with every phrase that patterns use."""
    need = _NEEDS.get(subject)
    areas = [area for area in province.areas if need is None or area.spots[need]]
    area = dice.weigh(areas, [area.weight for area in areas])
    spots = {name: dice.pick(area.spots[name] or default) for name, default in _DEFAULTS.items()}
    full = f"thành phố {province.name}" if province.is_city else f"tỉnh {province.name}"
    unit, district, former = _choose_unit(area, spots[need] if need else None, day, dice)
    # of other provinces we do not list which commune holds which sight: then the province alone is named
    if need is not None and not area.district:
        unit = district = ""
    values = {_SLOTS[name]: spot.name for name, spot in spots.items()}
    values["tinh"] = province.name
    values.update(_phrases(unit, district, full, province, former, dice))
    values["noi2"] = _other_unit(area, unit, day, dice) or f"nơi khác ở {province.name}"
    values["T"] = _title_place(values, unit, district, province, former, dice, title_unit)
    units = tuple(name for name in (unit, district) if name and not name.startswith("địa bàn"))
    return Setting(province.name, units, values)


def _choose_unit(area: Area, spot: Spot | None, day: date, dice: Dice) -> tuple[str, str, bool]:
    """Commune, district ("" after the reform) and whether a former name is used after its end."""
    if day < NEW_UNITS_FROM:
        unit, district = dice.pick(area.before)
        if spot is not None and spot.before:
            unit = spot.before
        return ("" if dice.chance(0.2) else unit), district, False
    if area.district and dice.chance(0.07):
        return "", area.district, True
    unit = dice.pick(area.after) if area.after else ""
    if spot is not None and spot.after:
        unit = spot.after
    return unit, "", False


def _phrases(
    unit: str, district: str, full: str, province: Province, former: bool, dice: Dice
) -> dict[str, str]:
    office = unit or district
    if former:
        old = f"{district} cũ" if dice.chance(0.7) else district
        office = ""
        near = far = old
    elif unit and district:
        near, far = unit, f"{unit}, {district}"
    else:
        near = far = unit or district or full
    wide = far
    if far == full:  # nothing smaller is named: "một số xã, tỉnh X", "không riêng nơi này"
        wide, near, day_form = "một số xã", "nơi này", full
    elif province.name in far:  # "phường Tam Thanh, thành phố Lạng Sơn" needs no province behind it
        day_form = far
    else:
        day_form = f"{far} ({province.name})" if dice.chance(0.45) else f"{far}, {full}"
    committee = f"UBND {office}" if office else f"UBND {full}"
    return {"noi": wide, "noi_ngan": near, "noi_day": day_form, "uyban": committee, "tinh_day": full}


def _other_unit(area: Area, unit: str, day: date, dice: Dice) -> str:
    pool = [name for name, _ in area.before] if day < NEW_UNITS_FROM else list(area.after)
    pool = [name for name in pool if name != unit]
    return dice.pick(pool) if pool else ""


def _title_place(
    values: Mapping[str, str],
    unit: str,
    district: str,
    province: Province,
    former: bool,
    dice: Dice,
    title_unit: float,
) -> str:
    if not (unit or district) or not dice.chance(title_unit):
        return province.name
    if former:
        return values["noi_ngan"]
    name = unit or district
    short = name.split(" ", 2 if name.startswith(("thành phố", "thị trấn")) else 1)[-1]
    return short if short in _BARE and dice.chance(0.5) else name


_ENGLISH = (
    ("cửa khẩu ", "{} border gate"),
    ("chợ ", "{} market"),
    ("sông ", "the {} river"),
    ("quốc lộ ", "Highway {}"),
    ("đường ", "{} road"),
    ("tỉnh ", "{} province"),
    ("thành phố ", "{} city"),
    ("thị trấn ", "{} town"),
    ("thị xã ", "{} town"),
    ("phường ", "{} ward"),
    ("xã ", "{} commune"),
    ("huyện ", "{} district"),
    ("quận ", "{} district"),
)
_ENGLISH_WIDE = {"nơi này": "this area", "một số xã": "several communes"}
_ENGLISH_SPOTS = {
    "danhthang": "the hill resort",
    "nongsan": "custard apples",
    "lehoi": "the spring festival",
    "san": "the town stadium",
    "cho": "the town market",
}


def english_phrase(phrase: str) -> str:
    """A Vietnamese place phrase as an English paper writes it, without diacritics."""
    if phrase in _ENGLISH_WIDE:
        return _ENGLISH_WIDE[phrase]
    parts = []
    for part in phrase.replace(" (", ", ").replace(")", "").split(", "):
        body, tail = (part[:-3], "former ") if part.endswith(" cũ") else (part, "")
        for prefix, form in _ENGLISH:
            if body.startswith(prefix):
                body = form.format(body[len(prefix) :])
                break
        parts.append(fold(tail + body))
    return ", ".join(parts).replace("Ha Noi", "Hanoi")


def english_values(values: Mapping[str, str]) -> dict[str, str]:
    """The same setting in English words."""
    english = {name: english_phrase(value) for name, value in values.items()}
    if not values["duong"].startswith("quốc lộ"):
        english["duong"] = "the main road"
    if not values["song"].startswith("sông"):
        english["song"] = "the stream"
    return {**english, **_ENGLISH_SPOTS}
