"""Cells and tables: what page, workbook and CSV files print alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from diembao.report.figures import FormulaValue, Number, Span


@dataclass(frozen=True, slots=True)
class Code:
    """A code that people read as the words of `report.<table>.<code>` and programs as it is."""

    table: str
    code: str


@dataclass(frozen=True, slots=True)
class Said:
    """A code that people read as the sentence `report.<key>` filled with values."""

    code: str
    key: str
    values: Mapping[str, FormulaValue | Number]


@dataclass(frozen=True, slots=True)
class Proof:
    """The evidence of a finding: people read its facts in words, programs all of it as recorded."""

    kind: str
    recorded: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """A title and its address."""

    title: str
    url: str


#: an int is the ordinal of a row, never a figure
Cell = Number | Code | Said | Proof | Link | Span | date | datetime | str | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `columns` are keys of `report.column`, `name` is that of its CSV and title."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def list_runs(ordinals: Iterable[int]) -> list[tuple[int, int]]:
    """Ordinals as runs of neighbours: 1 2 3 7 -> (1, 3) (7, 7)."""
    runs: list[tuple[int, int]] = []
    for ordinal in sorted(set(ordinals)):
        if runs and ordinal == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], ordinal)
        else:
            runs.append((ordinal, ordinal))
    return runs
