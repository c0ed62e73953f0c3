"""The rows of an Excel workbook with the links behind its cells, read within caps.

openpyxl reads rows one at a time only in a mode that leaves links out; they are read from the sheet's own
XML, together with HYPERLINK formulas, of which that mode gives the shown text only.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from diembao.errors import SourceError
from diembao.types import Refusal

MAX_UNPACKED_BYTES = 64 * 2**20
MAX_ENTRY_EXPANSION = 400
MAX_ENTRIES = 5_000
MAX_COLUMNS = 100
MAX_ROWS = 200_000
MAX_BLANK_ROWS = 1_000
MAX_LINKS = 200_000
#: Excel serial days from 1990 to 2064; other bare numbers are no dates
SERIAL_DAYS = (32_874.0, 60_000.0)
_FORMULA = re.compile(r'^\s*HYPERLINK\(\s*"((?:[^"]|"")*)"', re.IGNORECASE)
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class SheetRow(NamedTuple):
    """The values of one row (counted from 1) and the links behind its cells by position from 0."""

    line: int
    values: tuple[object, ...]
    links: dict[int, str]


def read_sheets(path: Path) -> Iterator[tuple[str, Iterator[SheetRow | Refusal]]]:
    """Name and rows of every visible sheet."""
    import openpyxl

    try:
        _check_zip(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except SourceError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers meet
        raise _broken(path) from error
    try:
        links = _read_links(path)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                yield sheet.title, _read_rows(sheet, links.get(sheet.title, {}), path, book.epoch)
    finally:
        book.close()


def _broken(path: Path) -> SourceError:
    return SourceError(
        "{file} is no Excel workbook that can be read",
        key="sources.broken_workbook",
        next_step="open it in Excel and save it again as .xlsx, or as CSV",
        file=path.name,
    )


def _check_zip(path: Path) -> None:
    """Refuse what would unpack to far more than it holds; zipfile keeps members to their declared size."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _broken(path) from error
    total = sum(entry.file_size for entry in entries)
    dense = any(
        entry.file_size > 2**20 and entry.file_size > MAX_ENTRY_EXPANSION * max(entry.compress_size, 1)
        for entry in entries
    )
    if total > MAX_UNPACKED_BYTES or len(entries) > MAX_ENTRIES or dense:
        raise SourceError(
            "{file} unpacks to far more than a list of clippings needs",
            key="sources.workbook_bomb",
            next_step="copy the list to a new workbook and save that",
            file=path.name,
        )


def _read_rows(
    sheet: Any, links: dict[tuple[int, int], str], path: Path, epoch: datetime
) -> Iterator[SheetRow | Refusal]:
    by_row: dict[int, dict[int, str]] = {}
    for (line, column), target in links.items():
        by_row.setdefault(line, {})[column] = target
    blank = 0
    line = 0
    try:
        sheet.reset_dimensions()
        for line, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
            values = tuple(_value(cell, epoch) for cell in cells)
            blank = blank + 1 if all(value is None for value in values) else 0
            if blank > MAX_BLANK_ROWS:
                return
            if line > MAX_ROWS:
                yield Refusal(line, "too_many_rows", "the rest of the sheet was not read")
                return
            yield SheetRow(line, values, by_row.get(line, {}))
    except Exception as error:  # one damaged sheet must not lose what was read before
        yield Refusal(line + 1, "file_damaged", f"{path.name}, {sheet.title}: {str(error)[:80]}")


def _value(cell: Any, epoch: datetime) -> object:
    """The value of a cell; numbers keep their kind, so that serial days can be told from text."""
    value = cell.value
    if isinstance(value, str):
        return value[:32_767]
    if (
        isinstance(value, float | int)
        and not isinstance(value, bool)
        and SERIAL_DAYS[0] < value < SERIAL_DAYS[1]
    ):
        return SerialNumber(value, epoch)
    return value


class SerialNumber(float):
    """A number that may be a day as Excel counts days; `day()` reads it as one."""

    _epoch: datetime

    def __new__(cls, value: float, epoch: datetime) -> SerialNumber:
        made = super().__new__(cls, value)
        made._epoch = epoch
        return made

    def day(self) -> datetime | None:
        """The day and time this number stands for."""
        from openpyxl.utils.datetime import from_excel

        found = from_excel(float(self), self._epoch)
        return found if isinstance(found, datetime) else None


# ------------------------------------------------------------------ links


def _read_links(path: Path) -> dict[str, dict[tuple[int, int], str]]:
    """The links of each sheet by row (from 1) and column (from 0); what cannot be read has none."""
    found: dict[str, dict[tuple[int, int], str]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            targets = _relations(archive, "xl/_rels/workbook.xml.rels", names)
            for title, relation in _list_sheets(archive):
                part = _part_name(targets.get(relation, ""))
                if part in names:
                    folder, _, file = part.rpartition("/")
                    outside = _relations(archive, f"{folder}/_rels/{file}.rels", names)
                    with archive.open(part) as stream:
                        found[title] = _sheet_links(stream, outside)
    except Exception:  # links are an addition: rows are read without them
        return found
    return found


def _iterate(stream: IO[bytes]) -> Iterator[Any]:
    from defusedxml.ElementTree import iterparse

    for _, element in iterparse(stream, forbid_dtd=True):
        yield element


def _list_sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    with archive.open("xl/workbook.xml") as stream:
        return [
            (element.get("name", ""), element.get(_RELATION, ""))
            for element in _iterate(stream)
            if element.tag.endswith("}sheet")
        ]


def _relations(archive: zipfile.ZipFile, part: str, names: set[str]) -> dict[str, str]:
    if part not in names:
        return {}
    with archive.open(part) as stream:
        return {element.get("Id", ""): element.get("Target", "") for element in _iterate(stream)}


def _part_name(target: str) -> str:
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _sheet_links(stream: IO[bytes], outside: dict[str, str]) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    formula = ""
    for element in _iterate(stream):
        tag = element.tag.rpartition("}")[2]
        target = ""
        if tag == "f":
            formula = element.text or ""
        elif tag == "c":
            link = _FORMULA.match(formula) if formula else None
            target, formula = (link[1].replace('""', '"') if link else ""), ""
            _add_link(found, element.get("r", ""), target)
            element.clear()
        elif tag == "row":
            element.clear()
        elif tag == "hyperlink":
            target = outside.get(element.get(_RELATION, ""), "")
            _add_link(found, element.get("ref", "").partition(":")[0], target)
        if len(found) >= MAX_LINKS:
            break
    return found


def _add_link(found: dict[tuple[int, int], str], cell: str, target: str) -> None:
    place = _CELL.fullmatch(cell)
    if place is None or not target.lower().startswith(("http://", "https://")):
        return
    column = 0
    for letter in place[1]:
        column = column * 26 + ord(letter) - 64
    found[int(place[2]), column - 1] = target
