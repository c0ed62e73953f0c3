"""Reading a finished report back: every printed number is found and compared with the number it should be."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html.parser import HTMLParser
from itertools import zip_longest

from diembao.i18n import Language
from diembao.i18n.formats import format_date, format_day_month, format_month, format_number
from diembao.report.model import Number, ReportModel, Span
from diembao.report.numbers import (
    collect_numbers,
    format_bounds,
    format_figure,
    format_value,
    read_figure,
    write_machine,
)
from diembao.report.page import write_page, write_title
from diembao.report.periods import name_month, name_period
from diembao.report.printer import Printer
from diembao.report.tables import write_tables
from diembao.report.workbook import Written, list_sheets

_DIGIT = re.compile(r"\d")
_NO_END = frozenset({"meta", "br", "hr", "col", "link", "img", "input"})
#: their text is checked by a rule of its own, or is as received
_OWN_TEXT = frozenset({"bdi", "code", "style"})


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One printed figure that is not what it should be; `where` is a line, cell or row."""

    file: str
    where: str
    expected: str
    found: str
    number_id: str = ""


# ------------------------------------------------------------------ the page


def check_page(
    page: str, model: ReportModel, language: Language, *, file: str = "report.html"
) -> list[Mismatch]:
    """Every number, date and ordinal on the page, visible or machine-readable, against the model.

    Figures that belong to none of them are reported too, and in the end the page must be the very
    page that the model gives: so a changed digit is found wherever it stands, also inside a title.
    """
    reader = _PageReader(model, language, file)
    reader.feed(page)
    reader.close()
    found = reader.mismatches
    found += [
        Mismatch(file, "", reader.printer.value(number), "", number_id)
        for number_id, number in reader.numbers.items()
        if number_id not in reader.seen
    ]
    return found or list(_compare_lines(page, write_page(model, language), file))


def _compare_lines(found: str, expected: str, file: str) -> Iterator[Mismatch]:
    if found == expected:
        return
    place = next(
        (n for n, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]),
        min(len(found), len(expected)),
    )
    start = max(0, place - 30)
    yield Mismatch(file, f"character {place}", expected[start : place + 30], found[start : place + 30])


@dataclass(slots=True)
class _Element:
    """An open element with the text collected inside it."""

    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""


class _PageReader(HTMLParser):
    """Walks the page once and checks each element when it ends."""

    def __init__(self, model: ReportModel, language: Language, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self.printer = Printer(model, language)
        self.numbers = collect_numbers(model)
        self.language = language
        self.file = file
        self.mismatches: list[Mismatch] = []
        self.seen: set[str] = set()
        self._open: list[_Element] = []

    # -------------------------------------------------------------- walking

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        element = _Element(tag, attributes, self.getpos()[0])
        if "aria-label" in attributes:
            self._check_words(element, attributes["aria-label"])
        if tag not in _NO_END:
            self._open.append(element)

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open[-1].text += data

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            element = self._open.pop()
            self._check(element)
            if element.name == tag:
                return

    def close(self) -> None:
        super().close()
        while self._open:
            self._check(self._open.pop())

    # -------------------------------------------------------------- checking

    def _check(self, element: _Element) -> None:
        attributes = element.attributes
        parent = self._open[-1] if self._open else None
        if element.name in _OWN_TEXT:
            return
        if element.name == "data" and attributes.get("class", "").startswith("f"):
            self._check_figure(element)
        elif element.name == "data":
            self._check_number(element, parent)
        elif element.name == "title" and parent is not None and parent.name == "head":
            self._expect(element, write_title(self.printer), element.text)
        elif element.name == "title" and parent is not None and "data-n" in parent.attributes:
            self._check_mark(element, parent)
        elif element.name == "text" and "data-n" in attributes:
            self._check_label(element)
        elif attributes.get("class") == "ci":
            number = self._find(element, attributes.get("data-n", ""))
            if number is not None:
                self._expect(element, format_bounds(number, self.language), element.text, number)
        elif attributes.get("class") == "o":
            self._check_ordinal(element, parent)
        elif (expected := self._date_words(element)) is not None:
            self._expect(element, expected, element.text)
        else:
            self._check_words(element, element.text)

    def _find(self, element: _Element, number_id: str) -> Number | None:
        number = self.numbers.get(number_id)
        if number is None:
            self._report(element, "", element.text, number_id)
        return number

    def _check_number(self, element: _Element, parent: _Element | None) -> None:
        href = parent.attributes.get("href", "") if parent is not None else ""
        number = self._find(element, href.removeprefix("#n-"))
        if number is not None:
            self.seen.add(number.number_id)
            self._expect(element, format_value(number, self.language), element.text, number)
            self._expect(element, write_machine(number.value), element.attributes.get("value", ""), number)

    def _check_figure(self, element: _Element) -> None:
        """A figure of evidence says what its value says."""
        is_share = element.attributes["class"] == "f p"
        try:
            figure = read_figure(element.attributes.get("value", ""), is_share=is_share)
        except ValueError:
            self._report(element, "", element.text)
            return
        self._expect(element, format_figure(figure, self.language), element.text)

    def _check_label(self, element: _Element) -> None:
        number = self._find(element, element.attributes["data-n"])
        if number is not None:
            self._expect(element, format_value(number, self.language), element.text, number)
            self._expect(element, write_machine(number.value), element.attributes.get("data-v", ""), number)

    def _check_mark(self, element: _Element, parent: _Element) -> None:
        """The title of a mark: the value, then what it is about."""
        number = self._find(element, parent.attributes["data-n"])
        if number is None:
            return
        value, _, about = element.text.partition(" · ")
        self._expect(element, format_value(number, self.language), value, number)
        self._expect(element, write_machine(number.value), parent.attributes.get("data-v", ""), number)
        if "data-span" in parent.attributes:
            span = _read_span(parent.attributes["data-span"])
            self._expect(element, self.printer.text(span) if span else "", about, number)

    def _check_ordinal(self, element: _Element, parent: _Element | None) -> None:
        """A link to an article says the ordinal it leads to; an article says its own."""
        href = element.attributes.get("href")
        if href is not None:
            self._expect(element, href.removeprefix("#a-"), element.text.partition("–")[0])
        elif parent is not None and parent.name == "li":
            self._expect(element, parent.attributes.get("id", "").removeprefix("a-"), element.text)

    def _date_words(self, element: _Element) -> str | None:
        """What a date element must say, or None where the element is no date."""
        attributes = element.attributes
        try:
            if "datetime" in attributes:
                if "T" in attributes["datetime"]:
                    return self.printer.moment(datetime.fromisoformat(attributes["datetime"]))
                return format_date(date.fromisoformat(attributes["datetime"]), self.language)
            if "data-axis-day" in attributes:
                return format_day_month(date.fromisoformat(attributes["data-axis-day"]), self.language)
            if "data-axis-month" in attributes:
                return format_month(date.fromisoformat(attributes["data-axis-month"]), self.language)
            if "data-tick" in attributes:
                return format_number(int(attributes["data-tick"]), self.language)
            return self._span_words(attributes)
        except ValueError:
            return ""

    def _span_words(self, attributes: Mapping[str, str]) -> str | None:
        for name, write in (("data-month", name_month), ("data-period", name_period)):
            if name in attributes:
                span = _read_span(attributes[name])
                return write(span, self.language) if span else ""
        if "data-span" in attributes and "data-n" not in attributes:
            span = _read_span(attributes["data-span"])
            return self.printer.text(span) if span else ""
        return None

    def _check_words(self, element: _Element, text: str) -> None:
        """Words of the catalogue hold no figures; names in a drawing are as received."""
        stray = None if element.name == "text" else _DIGIT.search(text)
        if stray is not None:
            self._report(element, "", text[max(0, stray.start() - 30) : stray.end() + 30].strip())

    def _expect(self, element: _Element, expected: str, found: str, number: Number | None = None) -> None:
        if expected != found:
            self._report(element, expected, found, number.number_id if number else "")

    def _report(self, element: _Element, expected: str, found: str, number_id: str = "") -> None:
        where = f"line {element.line}, <{element.name}>"
        self.mismatches.append(Mismatch(self.file, where, expected, found, number_id))


def _read_span(text: str) -> Span | None:
    first, _, last = text.partition("/")
    try:
        return Span(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        return None


# ------------------------------------------------------------------ workbook and CSV


def check_workbook(
    content: bytes, model: ReportModel, language: Language, *, file: str = "report.xlsx"
) -> list[Mismatch]:
    """Every cell of the workbook against what the model gives; a formula where a value should be is found."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except Exception as error:  # openpyxl raises whatever a damaged file leads it into
        return [Mismatch(file, "", "a workbook", f"{type(error).__name__}: {error}")]
    expected = list_sheets(model, language)
    found: list[Mismatch] = []
    if book.sheetnames != [sheet.name for sheet in expected]:
        return [Mismatch(file, "", "; ".join(sheet.name for sheet in expected), "; ".join(book.sheetnames))]
    for sheet in expected:
        rows: list[tuple[Written, ...]] = [sheet.heads, *sheet.rows]
        read = book[sheet.name].iter_rows()
        for line, (row, cells) in enumerate(zip_longest(rows, read, fillvalue=()), start=1):
            for value, cell in zip_longest(row, cells):
                if cell is not None and cell.data_type == "f":
                    found.append(Mismatch(file, f"{sheet.name}!{cell.coordinate}", str(value), "a formula"))
                elif not _is_same(value, None if cell is None else cell.value):
                    where = f"{sheet.name}!{cell.coordinate if cell is not None else line}"
                    seen = "" if cell is None else str(cell.value)
                    found.append(Mismatch(file, where, str(value), seen))
    return found


def _is_same(expected: object, found: object) -> bool:
    if isinstance(expected, date) and not isinstance(expected, datetime) and isinstance(found, datetime):
        return datetime(expected.year, expected.month, expected.day) == found
    if isinstance(expected, str) and isinstance(found, str):
        # Excel files know no carriage return: readers give every line end as a newline
        return expected.replace("\r\n", "\n").replace("\r", "\n") == found.replace("\r\n", "\n")
    return expected == found


def check_tables(files: Mapping[str, bytes], model: ReportModel) -> list[Mismatch]:
    """Every line of the CSV files against what the model gives; missing and foreign files are named."""
    expected = write_tables(model)
    found = [
        Mismatch(name, "", "", "a file that is not of this report")
        for name in sorted(set(files) - set(expected))
    ]
    for name, content in expected.items():
        if name not in files:
            found.append(Mismatch(name, "", "a file", "missing"))
        elif files[name] != content:
            found += _compare_csv(name, files[name], content)
    return found


def _compare_csv(name: str, found: bytes, expected: bytes) -> Iterator[Mismatch]:
    lines = zip_longest(found.split(b"\n"), expected.split(b"\n"), fillvalue=b"")
    for line, (seen, wanted) in enumerate(lines, start=1):
        if seen != wanted:
            yield Mismatch(
                name, f"line {line}", wanted.decode("utf-8", "replace"), seen.decode("utf-8", "replace")
            )
