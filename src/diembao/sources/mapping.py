"""Which column of a file holds what: `title=title,url=link,published=time:epoch_s`, and how a value is taken.

A name with dots reaches into objects (`title=meta.title`) where no column has that very name. A list of texts
is read as its items on lines of their own; any other object or list in a mapped column refuses the row.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import cast

from diembao.errors import SourceError, UsageError
from diembao.text.times import Unit

TARGETS = (
    "title", "summary", "text", "url", "published", "fetched", "outlet", "feed", "updated", "language", "id",
    "note", "file",
)  # fmt: skip
_ALIASES = {"lead": "summary", "link": "url"}
_UNITS = ("epoch_s", "epoch_ms")


class NestedValueError(ValueError):
    """A mapped column holds an object or a list that is no text."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Column names by target, and what columns of bare numbers count."""

    columns: MappingType[str, str]
    units: MappingType[str, Unit] = field(default_factory=dict)

    def take(self, values: MappingType[str, object], target: str) -> str:
        """The text of a target in a row; "" where it is not mapped or empty."""
        column = self.columns.get(target)
        return "" if column is None else self.take_column(values, column)

    @staticmethod
    def take_column(values: MappingType[str, object], column: str) -> str:
        """The text of a column in a row; "" where it is empty."""
        value = values.get(column)
        if type(value) is str:
            return value
        if value is None and column not in values and "." in column:
            value = _reach(values, column)
        return "" if value is None else _as_text(value)

    def unit(self, target: str) -> Unit:
        """What the numbers of a target count; "text" where they are no numbers."""
        return self.units.get(target, "text")

    def check(self, found: Iterable[str], file: str) -> None:
        """Raise `SourceError` naming the mapped columns that a file lacks and those it has."""
        present = set(found)
        missing = [
            column
            for column in self.columns.values()
            if column not in present and column.partition(".")[0] not in present
        ]
        if missing:
            raise SourceError(
                "{file} has no column {missing}; its columns are {found}",
                key="sources.missing_columns",
                next_step="name the columns as the file does: --map title=COLUMN,url=COLUMN",
                file=file,
                missing=", ".join(repr(name[:60]) for name in missing),
                found=", ".join(repr(name[:60]) for name in sorted(present)[:30]) or "—",
            )


def _reach(values: MappingType[str, object], column: str) -> object:
    value: object = values
    for name in column.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(cast(list[str], value))
    raise NestedValueError("a list" if isinstance(value, list) else "an object")


def parse_mapping(text: str, *, required: Iterable[str] = ()) -> Mapping:
    """The mapping that `target=column,…` states; an unknown target raises `UsageError` naming the nearest."""
    columns: dict[str, str] = {}
    units: dict[str, Unit] = {}
    for part in _split_parts(text):
        target, equals, column = (piece.strip() for piece in part.partition("="))
        target = _ALIASES.get(target, target)
        if not equals or not column:
            raise UsageError(
                "{part} is not of the form target=column",
                key="sources.mapping_form",
                next_step="write for example --map title=title,url=link,published=published",
                part=repr(part[:80]),
            )
        if target not in TARGETS:
            raise _unknown_target(target)
        if target in columns:
            raise UsageError(
                "{target} is mapped twice",
                key="sources.mapping_twice",
                next_step="name one column for each target",
                target=target,
            )
        name, colon, unit = column.rpartition(":")
        if colon and unit in _UNITS and name:
            column, units[target] = name, cast(Unit, unit)
        columns[target] = column
    _require(columns, required)
    return Mapping(columns, units)


def _split_parts(text: str) -> list[str]:
    """The parts between commas; a column name with a comma is put in quotes."""
    try:
        row = next(csv.reader([text[:10_000]], skipinitialspace=True), [])
    except csv.Error:
        row = text.split(",")
    return [part for part in row if part.strip()]


def _unknown_target(target: str) -> UsageError:
    nearest = difflib.get_close_matches(target, [*TARGETS, *_ALIASES], n=1, cutoff=0.5)
    return UsageError(
        "{target} is not something a column can be mapped to; the nearest is {nearest}"
        if nearest
        else "{target} is not something a column can be mapped to",
        key="sources.mapping_near" if nearest else "sources.mapping_unknown",
        next_step="use one of: {targets}",
        target=repr(target[:40]),
        nearest=nearest[0] if nearest else "",
        targets=", ".join(TARGETS),
    )


def _require(columns: dict[str, str], required: Iterable[str]) -> None:
    for target in required:
        if target not in columns:
            raise UsageError(
                "the mapping names no column for {target}",
                key="sources.mapping_lacks",
                next_step="add {target}=COLUMN to --map",
                target=target,
            )
