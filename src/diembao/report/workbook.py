"""The report as an Excel file: summary, every table, all articles, all numbers, method and limits."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from diembao.i18n import Language
from diembao.report.layout import METHOD_STEPS, articles, list_tables, numbers
from diembao.report.layout_cells import Cell, Code, Link, Proof, Said, Table
from diembao.report.markup import clean
from diembao.report.model import Number, ReportModel, Span
from diembao.report.page import write_title
from diembao.report.periods import name_month
from diembao.report.printer import Printer

#: Excel refuses longer texts in a cell
_CELL_LIMIT = 32_000
_LAST = ("articles", "numbers")

Written = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as it is written and as it must be read back; `formats` are number formats, cell by cell."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Written, ...], ...]
    formats: tuple[tuple[str, ...], ...]


# ------------------------------------------------------------------ what is written


def list_sheets(model: ReportModel, language: Language) -> list[Sheet]:
    """All sheets in order."""
    printer = Printer(model, language)
    tables = list_tables(model) | {"articles": articles(model), "numbers": numbers(model)}
    tables.pop("key_figures", None)  # the summary holds them
    middle = [name for name in tables if name not in _LAST]
    sheets = [_summary(printer, model)]
    sheets += [_table(printer, tables[name]) for name in (*middle, *_LAST)]
    sheets.append(_method(printer, model))
    return sheets


def _table(printer: Printer, table: Table) -> Sheet:
    heads: list[str] = []
    columns: list[Sequence[tuple[Written, str]]] = []
    for place, name in enumerate(table.columns):
        cells = [row[place] for row in table.rows]
        for head, written in _expand(printer, name, cells):
            heads.append(head)
            columns.append(written)
    rows = list(zip(*columns, strict=True)) if table.rows else []
    return _sheet(printer.word(f"table.{table.name}"), heads, rows)


def _sheet(name: str, heads: Sequence[str], rows: Sequence[Sequence[tuple[Written, str]]]) -> Sheet:
    return Sheet(
        name,
        tuple(heads),
        tuple(tuple(value for value, _ in row) for row in rows),
        tuple(tuple(form for _, form in row) for row in rows),
    )


def _expand(
    printer: Printer, name: str, cells: Sequence[Cell]
) -> Iterator[tuple[str, list[tuple[Written, str]]]]:
    """One column as the columns of the sheet: a number brings its bounds, a link its address."""
    head = printer.word(f"column.{name}")
    yield head, [_write_cell(printer, name, cell) for cell in cells]
    if any(isinstance(cell, Number) and cell.low is not None for cell in cells):
        for bound in ("low", "high"):
            words = f"{head}, {printer.word('word.interval')} {printer.word(f'column.{bound}')}"
            yield words, [_write_bound(cell, bound) for cell in cells]
    if any(isinstance(cell, Link) for cell in cells):
        address = printer.word("column.article_url")
        yield address, [(_text(cell.url) if isinstance(cell, Link) else None, "") for cell in cells]


def _write_cell(printer: Printer, column: str, cell: Cell) -> tuple[Written, str]:
    match cell:
        case None:
            return None, ""
        case Number():
            return _write_number(printer, cell)
        case Code(table=table, code=code):
            return _text(printer.code(table, code)), ""
        case Said(key=key, values=values):
            return _text(printer.say(key, values)), ""
        case Proof(kind=kind, recorded=recorded):
            return _text(printer.say_proof(kind, recorded)), ""
        case Link(title=title):
            return _text(printer.cut_title(title)), ""
        case Span():
            is_month = column.startswith("month")
            return (name_month(cell, printer.language) if is_month else printer.text(cell)), ""
        case datetime():
            zone = ZoneInfo(printer.model.spec.timezone)
            return cell.astimezone(zone).replace(tzinfo=None, microsecond=0), _moment_format(printer)
        case date():
            return cell, _day_format(printer)
        case int():
            return cell, "0"
    return _text(cell), ""


def _text(text: str) -> str | None:
    return clean(text)[:_CELL_LIMIT] or None


def _day_format(printer: Printer) -> str:
    return "d/m/yyyy" if printer.language == "vi" else "d mmm yyyy"


def _moment_format(printer: Printer) -> str:
    return f"hh:mm {_day_format(printer)}"


def _write_number(printer: Printer, number: Number) -> tuple[Written, str]:
    if number.value is None:
        return printer.value(number), ""
    return _figure(number.value), _number_format(number)


def _figure(value: int | float) -> int | float:
    """The figure as a workbook keeps it: sixteen digits."""
    return float(f"{value:.16G}") if isinstance(value, float) else value


def _number_format(number: Number) -> str:
    digits = "." + "0" * number.decimals if number.decimals else ""
    form = f"0{digits}%" if number.unit == "share" else f"#,##0{digits}"
    return f'"≥ "{form}' if number.at_least else form


def _write_bound(cell: Cell, bound: str) -> tuple[Written, str]:
    if not isinstance(cell, Number):
        return None, ""
    value = cell.low if bound == "low" else cell.high
    return (None if value is None else _figure(value)), _number_format(cell)


def _summary(printer: Printer, model: ReportModel) -> Sheet:
    spec, snapshot = model.spec, model.method.snapshot
    rows: list[list[tuple[Written, str]]] = [[(_text(write_title(printer)), ""), (None, "")]]
    if spec.sample_press:
        rows.append([(printer.word("word.sample"), ""), (printer.word("word.sample_note"), "")])
    rows.append([(printer.word("word.report"), ""), (printer.text(spec.period), "")])
    if spec.compare is not None:
        rows.append([(printer.word("word.compared"), ""), (printer.text(spec.compare), "")])
    rows.append([(printer.word("fact.snapshot"), ""), (snapshot.snapshot_id, "")])
    rows.append([(printer.word("fact.created_at"), ""), _write_cell(printer, "", model.created_at)])
    for row in model.key_figures:
        values = {"n": row.number, **row.numbers}
        sentence = printer.say(f"key.{row.kind}", values) + printer.say(f"key_line.{row.line}", values)
        basis = printer.code("basis", row.number.basis)
        rows.append([(_text(f"{sentence} ({basis})"), ""), _write_number(printer, row.number)])
    for notice in model.notices:
        sentence = printer.say(f"notice.{notice.kind}", {**notice.numbers, **notice.values})
        rows.append([(printer.word(f"notice_head.{notice.kind}"), ""), (_text(sentence), "")])
    if model.comparison is not None:
        reason = printer.word(f"reason.{model.comparison.reason}")
        rows.append([(printer.word("word.no_conclusion"), ""), (reason, "")])
    heads = (printer.word("column.item"), printer.word("column.value"))
    return _sheet(printer.word("table.key_figures"), heads, rows)


def _method(printer: Printer, model: ReportModel) -> Sheet:
    method = model.method
    rows: list[list[tuple[Written, str]]] = []
    for step in METHOD_STEPS:
        rows.append([(printer.word("section.method"), ""), (printer.word(f"method.{step}"), "")])
    for name in ("persons", "judgement", "opinion", "takedown", "sample", "fork"):
        rows.append([(printer.word("section.limits"), ""), (printer.word(f"limits.{name}"), "")])
    facts = [
        ("fact.snapshot", method.snapshot.snapshot_id),
        ("fact.profile", method.profile_hash),
        ("fact.gazetteer", method.gazetteer_version),
        ("fact.software", f"diembao {method.snapshot.code_version}"),
        ("fact.audit_head", model.limits.audit_head),
        ("fact.build", model.spec.build_command),
        ("fact.verify", model.spec.verify_command),
    ]
    rows += [[(printer.word(key), ""), (_text(value), "")] for key, value in facts if value]
    rows += [
        [(printer.code("hash", name), ""), (_text(value), "")]
        for name, value in sorted(method.snapshot.hashes.items())
    ]
    heads = (printer.word("column.item"), printer.word("column.words"))
    return _sheet(printer.word("table.method"), heads, rows)


# ------------------------------------------------------------------ writing


def write_workbook(model: ReportModel, language: Language) -> bytes:
    """The file; the same model and language give the same bytes."""
    import xlsxwriter

    out = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    book = xlsxwriter.Workbook(out, options)
    printer = Printer(model, language)
    created = model.created_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    book.set_properties({"title": write_title(printer), "created": created, "comments": "Diembao"})
    forms = _Forms(book)
    for sheet in list_sheets(model, language):
        _write_sheet(book, forms, sheet)
    book.close()
    return out.getvalue()


class _Forms:
    """Cell formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1})

    def get(self, form: str) -> Any:
        """The format for a number format; text is wrapped at the top."""
        if form not in self._made:
            look = {"valign": "top"} | (
                {"num_format": form} if form else {"text_wrap": True, "num_format": "@"}
            )
            self._made[form] = self._book.add_format(look)
        return self._made[form]


def _write_sheet(book: Any, forms: _Forms, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    page.freeze_panes(1, 0)
    page.hide_gridlines(2)
    for place, width in enumerate(_widths(sheet)):
        page.set_column(place, place, width)
    for place, head in enumerate(sheet.heads):
        page.write_string(0, place, head, forms.head)
    for line, (row, formats) in enumerate(zip(sheet.rows, sheet.formats, strict=True), start=1):
        for place, (value, form) in enumerate(zip(row, formats, strict=True)):
            _write_value(page, line, place, value, forms.get(form))


def _write_value(page: Any, line: int, place: int, value: Written, form: Any) -> None:
    match value:
        case None:
            return
        case str():
            # write_string, never write: a title that begins with = + - @ stays a title
            page.write_string(line, place, value, form)
        case date():
            page.write_datetime(line, place, value, form)
        case _:
            page.write_number(line, place, value, form)


def _widths(sheet: Sheet) -> list[float]:
    """Widths that fit most of a column without making a sheet of one column."""
    widths = []
    for place, head in enumerate(sheet.heads):
        longest = max((len(str(row[place])) for row in sheet.rows[:200] if row[place] is not None), default=0)
        widths.append(min(70.0, max(10.0, longest * 1.05 + 2, len(head) * 0.6 + 2)))
    return widths
