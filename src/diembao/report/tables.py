"""The folder of CSV files for programs: UTF-8, byte-true, codes instead of words, one file a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from diembao.errors import ReportError
from diembao.report.layout import list_all_tables, write_evidence, write_rows
from diembao.report.layout_cells import Cell, Code, Link, Proof, Said, Table
from diembao.report.model import Number, ReportModel, Span
from diembao.report.numbers import collect_numbers, write_machine

OUTLET_DAYS = ("outlet_id", "outlet", "day", "state", "received", "expected", "matched")


def write_tables(model: ReportModel) -> dict[str, bytes]:
    """All CSV files by name ("articles.csv")."""
    files = {f"{name}.csv": write_table(table) for name, table in sorted(list_all_tables(model).items())}
    files["outlet_days.csv"] = write_outlet_days(model)
    return files


def check_rows(model: ReportModel) -> None:
    """Refuse a number whose rows are in a file, or picked by a column, that the report does not have."""
    columns = {name: set(table.columns) for name, table in list_all_tables(model).items()}
    columns["outlet_days"] = set(OUTLET_DAYS)
    for number in collect_numbers(model).values():
        table = number.rows.table
        if table and (table not in columns or not {name for name, _ in number.rows.where} <= columns[table]):
            raise ReportError(
                "number {number_id} points to rows that no file of the report has: {rows}",
                key="report.no_rows",
                next_step="correct the query that fills the report",
                number_id=number.number_id,
                rows=write_rows(number),
            )


def write_table(table: Table) -> bytes:
    """One table; a number brings its id and, where any has them, bounds, level, reason and mark."""
    heads: list[str] = []
    columns: list[Sequence[str]] = []
    for place, name in enumerate(table.columns):
        for head, values in _expand(name, [row[place] for row in table.rows]):
            heads.append(head)
            columns.append(values)
    return _write_csv(heads, zip(*columns, strict=True) if table.rows else ())


def write_outlet_days(model: ReportModel) -> bytes:
    """One row per outlet and day: its state, what was received, expected, and counted into the frame."""
    rows = (
        (
            row.outlet_id,
            row.outlet_name,
            day.day.isoformat(),
            day.state,
            str(day.received),
            write_machine(day.expected),
            str(day.matched),
        )
        for row in model.health
        for day in row.days
    )
    return _write_csv(OUTLET_DAYS, rows)


def _write_csv(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    # a half of a surrogate pair has no UTF-8 form; everything else is written as received
    return out.getvalue().encode("utf-8", errors="surrogatepass").decode("utf-8", errors="replace").encode()


def _expand(name: str, cells: Sequence[Cell]) -> list[tuple[str, list[str]]]:
    """One column as the columns of the file."""
    found = [cell for cell in cells if isinstance(cell, Number)]
    if found:
        return _expand_numbers(name, cells, found)
    if any(isinstance(cell, Span) for cell in cells):
        return [
            (f"{name}_first", [cell.first.isoformat() if isinstance(cell, Span) else "" for cell in cells]),
            (f"{name}_last", [cell.last.isoformat() if isinstance(cell, Span) else "" for cell in cells]),
        ]
    if any(isinstance(cell, Link) for cell in cells):
        return [
            (name, [cell.title if isinstance(cell, Link) else "" for cell in cells]),
            (f"{name}_url", [cell.url if isinstance(cell, Link) else "" for cell in cells]),
        ]
    return [(name, [_write_cell(cell) for cell in cells])]


_EXTRAS: tuple[tuple[str, Callable[[Number], object], Callable[[Number], str]], ...] = (
    ("low", lambda number: number.low, lambda number: write_machine(number.low)),
    ("high", lambda number: number.high, lambda number: write_machine(number.high)),
    ("level", lambda number: number.level, lambda number: write_machine(number.level)),
    ("at_least", lambda number: number.at_least or None, lambda number: "yes" if number.at_least else ""),
    ("missing", lambda number: number.missing or None, lambda number: number.missing),
)


def _expand_numbers(name: str, cells: Sequence[Cell], found: Sequence[Number]) -> list[tuple[str, list[str]]]:
    columns = [
        (name, [write_machine(cell.value) if isinstance(cell, Number) else "" for cell in cells]),
        (f"{name}_id", [cell.number_id if isinstance(cell, Number) else "" for cell in cells]),
    ]
    for suffix, has, write in _EXTRAS:
        if any(has(number) is not None for number in found):
            columns.append(
                (f"{name}_{suffix}", [write(cell) if isinstance(cell, Number) else "" for cell in cells])
            )
    return columns


def _write_cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Code(code=code) | Said(code=code):
            return code
        case Proof(recorded=recorded):
            return write_evidence(recorded)
        case datetime() | date():
            return cell.isoformat()
        case str() | int():
            return str(cell)
    raise TypeError(f"no machine form of {type(cell).__name__}")
