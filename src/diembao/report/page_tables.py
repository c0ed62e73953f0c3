"""Tables and small pieces of the page, from the cells of `layout`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from diembao.report.layout_cells import Cell, Code, Link, Proof, Said, Table, list_runs
from diembao.report.markup import Child, Safe, escape, join, tag
from diembao.report.model import Number, Span
from diembao.report.printer import Printer

#: a table up to this length is kept on one printed page
_SHORT = 16


@dataclass(frozen=True, slots=True)
class Stack:
    """Several cells in one place of the page, the later ones in small print below."""

    cells: tuple[Cell, ...]


PageCell = Cell | Stack

#: columns whose spans are months rather than weeks
_MONTHS = frozenset({"month", "month_then"})
#: so many runs of ordinals are linked one by one; the rest stay text, complete but light
LINKED_RUNS = 400


def draw_table(
    printer: Printer,
    table: Table,
    *,
    without: Sequence[str] = (),
    rows: Sequence[tuple[PageCell, ...]] | None = None,
    is_headed: bool = False,
) -> Safe:
    """A table with caption and scopes, in a box that scrolls by itself where it is too wide.

    `is_headed`: a heading with the same words stands above, so the caption is for screen readers only.
    """
    kept = [place for place, column in enumerate(table.columns) if column not in without]
    shown: Sequence[tuple[PageCell, ...]] = table.rows if rows is None else rows
    figures = {place for place in kept if any(_is_figure(row[place]) for row in shown)}
    heads = [
        tag(
            "th",
            printer.word(f"column.{table.columns[place]}"),
            scope="col",
            class_="r" if place in figures else None,
        )
        for place in kept
    ]
    body = [
        tag("tr", *(_cell(printer, table, row, place, place == kept[0], place in figures) for place in kept))
        for row in shown
    ]
    title = printer.word(f"table.{table.name}")
    caption = tag("caption", title, class_="quiet" if is_headed else None)
    made = tag("table", caption, tag("thead", tag("tr", *heads)), tag("tbody", *body))
    return tag(
        "div",
        made,
        class_="scroll short" if len(shown) <= _SHORT else "scroll",
        role="group",
        aria_label=title,
        tabindex=0,
    )


def _is_figure(cell: PageCell) -> bool:
    return isinstance(cell, Number) or (isinstance(cell, Stack) and isinstance(cell.cells[0], Number))


def _cell(
    printer: Printer, table: Table, row: tuple[PageCell, ...], place: int, is_head: bool, is_figure: bool
) -> Safe:
    content = draw_cell(printer, row[place], table.columns[place])
    if is_head:
        content = content or Safe("—")
        return tag("th", content, scope="row")
    is_text = isinstance(row[place], str | Link | Stack)
    return tag("td", content, class_="r" if is_figure else "t" if is_text else None)


def draw_cell(printer: Printer, cell: PageCell, column: str = "") -> Safe:
    """One cell as people read it."""
    match cell:
        case None:
            return Safe("")
        case Stack(cells=(first, *below)):
            small = (_below(printer, part) for part in below if part)
            return join([draw_cell(printer, first), *small])
        case Stack():
            return Safe("")
        case Number():
            interval = printer.interval(cell)
            return join([printer.number(cell), tag("br") if interval else None, interval])
        case Code(table=table, code=code):
            return escape(printer.code(table, code))
        case Said(key=key, values=values):
            return printer.tell(key, values)
        case Proof(kind=kind, recorded=recorded):
            return printer.tell_proof(kind, recorded)
        case Link(title=title, url=url):
            return printer.link(url, title)
        case Span():
            return printer.month(cell) if column in _MONTHS else printer.span(cell)
        case datetime():
            return printer.at(cell)
        case date():
            return printer.day(cell)
        case int():
            return draw_ordinal(cell, cell)
    return printer.received(cell)


def _below(printer: Printer, part: Cell) -> Safe | None:
    content = draw_cell(printer, part)
    return tag("small", content) if content else None


def draw_ordinal(first: int, last: int) -> Safe:
    """The ordinal of an article, or a run of them, leading to the first."""
    text = str(first) if first == last else f"{first}–{last}"
    return tag("a", text, class_="o", href=f"#a-{first}")


def draw_ordinals(ordinals: Sequence[int]) -> Safe:
    """Articles by their ordinals: complete, neighbours as runs."""
    runs = list_runs(ordinals)
    linked = [draw_ordinal(first, last) for first, last in runs[:LINKED_RUNS]]
    rest = [str(first) if first == last else f"{first}–{last}" for first, last in runs[LINKED_RUNS:]]
    more = tag("span", ", ".join(rest), class_="o") if rest else None
    return join([*linked, more], ", ")


def fold(printer: Printer, *children: Child, words: str = "word.table") -> Safe:
    """Content that opens on demand."""
    return tag("details", tag("summary", printer.word(words)), *children)


def fold_rows(
    printer: Printer, table: Table, shown: int, *, without: Sequence[str] = (), words: str = "word.more_rows"
) -> Safe:
    """A table whose first rows stand open and whose rest opens on demand."""
    head = draw_table(printer, table, rows=table.rows[:shown], without=without, is_headed=True)
    rest = table.rows[shown:]
    if not rest:
        return head
    more = draw_table(printer, table, rows=rest, without=without, is_headed=True)
    return join([head, fold(printer, more, words=words)])


def note(*children: Child) -> Safe:
    """Small print under a figure or table."""
    return tag("p", *children, class_="note")


def name_file(printer: Printer, *tables: str) -> Safe:
    """Which CSV files hold the same rows."""
    files = join((tag("code", f"csv/{table}.csv") for table in tables), ", ")
    return note(f"{printer.word('word.files')} ", files)


def section(printer: Printer, name: str, *children: Child, sub: Child = None) -> Safe:
    """A section with its heading and what it measures."""
    heading = tag("h2", printer.word(f"section.{name}"), id=f"{name}-h")
    below = tag("p", sub, class_="sub") if sub is not None else None
    return tag("section", heading, below, *children, id=name, aria_labelledby=f"{name}-h")


def figure(drawing: Safe, *children: Child) -> Safe:
    """A drawing with its small print."""
    return tag("figure", drawing, *children)
