"""The starter directory of the Vietnamese press: facts to begin with, unverified until checked here."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

from diembao.errors import SourceError, UsageError
from diembao.sources.outlets import make_outlet, slug_of
from diembao.text.addresses import belongs_to, normal_host
from diembao.text.normal import folded_key
from diembao.types import OUTLET_CLASSES, Outlet

COLUMNS = ("id", "name", "domains", "class", "place", "language", "feed", "note")
DIRECTORIES = ("vn",)


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One outlet of a directory; `place` is its province since 1 July 2025, "" for the whole country."""

    outlet_id: str
    name: str
    domains: tuple[str, ...]
    outlet_class: str
    place: str
    language: str
    feed: str
    note: str


def read_directory(name: str = "vn") -> list[DirectoryEntry]:
    """The entries of a directory that ships with the package."""
    if name not in DIRECTORIES:
        raise UsageError(
            "there is no directory {name}",
            key="sources.no_directory",
            next_step="use one of: {known}",
            name=repr(name[:40]),
            known=", ".join(DIRECTORIES),
        )
    source = resources.files("diembao").joinpath("assets", "directory", f"{name}.csv")
    return load_directory(source.read_bytes())


def load_directory(data: bytes) -> list[DirectoryEntry]:
    """The entries of a directory file."""
    try:
        rows = list(csv.DictReader(data.decode("utf-8").splitlines(), strict=True))
        return [_make_entry(row) for row in rows]
    except (UnicodeDecodeError, csv.Error, KeyError, AttributeError) as error:
        raise SourceError(
            "the directory cannot be read: {reason}",
            key="sources.directory_broken",
            next_step="install the package again",
            reason=str(error)[:80],
        ) from error


def _make_entry(row: dict[str, str]) -> DirectoryEntry:
    return DirectoryEntry(
        outlet_id=row["id"],
        name=row["name"],
        domains=tuple(row["domains"].split()),
        outlet_class=row["class"],
        place=row["place"],
        language=row["language"],
        feed=row["feed"],
        note=row["note"],
    )


def filter_directory(
    entries: Iterable[DirectoryEntry],
    *,
    outlet_class: str | None = None,
    place: str | None = None,
    domain: str | None = None,
) -> list[DirectoryEntry]:
    """The entries of a class, of a place (accents, case and "tỉnh" do not matter) and with a domain."""
    if outlet_class is not None and outlet_class not in OUTLET_CLASSES:
        raise UsageError(
            "there is no outlet class {name}",
            key="sources.no_class",
            next_step="use one of: {known}",
            name=repr(outlet_class[:40]),
            known=", ".join(OUTLET_CLASSES),
        )
    host = None if domain is None else normal_host(domain.strip().rpartition("//")[2].partition("/")[0]) or ""
    return [
        entry
        for entry in entries
        if (outlet_class is None or entry.outlet_class == outlet_class)
        and (place is None or _bare_place(entry.place) == _bare_place(place))
        and (host is None or belongs_to(host, entry.domains))
    ]


def _bare_place(name: str) -> str:
    folded = " ".join(folded_key(name).replace(".", " ").replace("-", " ").split())
    for prefix in ("tinh ", "thanh pho ", "tp "):
        folded = folded.removeprefix(prefix)
    return folded


def make_from_directory(entry: DirectoryEntry) -> Outlet:
    """The outlet of an entry, unverified until it has delivered on this machine."""
    return make_outlet(
        outlet_id=entry.outlet_id,
        name=entry.name,
        domains=entry.domains,
        outlet_class=entry.outlet_class,
        place=entry.place or None,
        language=entry.language,
        feeds=[("", entry.feed)] if entry.feed else [],
        note=entry.note,
    )


def suggest_id(domain: str, taken: Sequence[str] = ()) -> str:
    """An id for the outlet of a domain that no other outlet has: `baolangson-vn`."""
    base = slug_of(domain) or "outlet"
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}-{count}"
    return name
