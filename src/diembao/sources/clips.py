"""Clippings from an office's list in Excel or CSV: rows with a link are taken, others refused with a reason.

The header is the first row that names a title or a link and one more known column, in Vietnamese or English.
Only title, outlet, day, link, summary and note are read: columns of authors or of tone are never taken.
A link may be written out, lie behind the text of a cell or in a HYPERLINK formula.
A row without a link (print, broadcast, or unlinked) cannot be matched with a collection and is refused.
"""

from __future__ import annotations

import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

from diembao.errors import SourceError
from diembao.sources.mapping import Mapping
from diembao.sources.sheets import SerialNumber, SheetRow, read_sheets
from diembao.sources.tables import clean_text, read_records
from diembao.text.addresses import host_of
from diembao.text.normal import folded_key
from diembao.text.times import parse_moment
from diembao.types import Moment, Refusal

MAX_HEADER_ROWS = 40
_NAMES = {
    "title": "tieu de|tieu de bai viet|tieu de tin bai|tieu de bai|ten bai|ten bai viet|ten tin bai|ten tin"
    "|tin bai|bai viet|tit|tit bai|title|headline|article",
    "outlet": "bao|co quan bao chi|ten co quan bao chi|ten bao|bao chi|trang bao|don vi bao chi|nguon"
    "|nguon tin|nguon dang|noi dang|toa soan|kenh|outlet|newspaper|source|publisher|media|media outlet",
    "published": "ngay dang|ngay|ngay dang bai|ngay dang tin|ngay dang tai|ngay xuat ban|ngay phat hanh"
    "|ngay thang|thoi gian|thoi gian dang|thoi gian dang tai|thoi gian xuat ban|date|published"
    "|publication date|date published",
    "url": "duong dan|duong dan bai viet|duong link|link|link bai|link bai viet|link bao|link truy cap"
    "|lien ket|dia chi|dia chi bai viet|url|web address|hyperlink",
    "summary": "tom tat|tom tat noi dung|trich yeu|noi dung tom tat|noi dung chinh|summary|abstract",
    "note": "ghi chu|chu thich|note|notes|remarks|comment",
}
_TARGET_BY_NAME = {name: target for target, names in _NAMES.items() for name in names.split("|")}


@dataclass(frozen=True, slots=True)
class ClipRow:
    """One clipping of an office's list; `line` is the row in its sheet."""

    line: int
    url: str
    host: str
    title: str
    summary: str
    outlet_label: str
    published_raw: str
    published: Moment | None
    note: str
    sheet: str = ""
    flags: tuple[str, ...] = ()


class _Columns(NamedTuple):
    """Where each target stands in a sheet."""

    positions: dict[str, int]

    def take(self, row: SheetRow, target: str) -> object:
        """The value of a target, None where it is missing."""
        position = self.positions.get(target)
        return row.values[position] if position is not None and position < len(row.values) else None

    def link(self, row: SheetRow) -> str:
        """The link behind a cell: that of the link column, else that of the title."""
        for target in ("url", "title"):
            position = self.positions.get(target)
            if position is not None and position in row.links:
                return row.links[position]
        return ""


def read_clips(
    path: Path, mapping: Mapping | None = None, *, timezone: str = "Asia/Ho_Chi_Minh"
) -> Iterator[ClipRow | Refusal]:
    """Every clipping of a list, or why it was refused; a sheet without a known header is one refusal."""
    sheets = read_sheets(path) if _is_workbook(path) else [("", _csv_rows(path))]
    found = False
    for name, rows in sheets:
        iterator = iter(rows)
        columns = yield from _find_header(iterator, mapping)
        if columns is None:
            yield Refusal(0, "no_header", name)
            continue
        found = True
        for row in iterator:
            if isinstance(row, Refusal):
                yield row
            elif any(value not in (None, "") for value in row.values) or row.links:
                yield _take_clip(row, columns, name, timezone)
    if not found:
        raise SourceError(
            "{file} has no row that names the columns of a list of clippings",
            key="sources.no_header",
            next_step="head the columns Tiêu đề, Báo, Ngày đăng, Đường dẫn, or state them with --map",
            file=path.name,
        )


def _is_workbook(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise SourceError(
            "{file} cannot be opened: {reason}",
            key="sources.unreadable",
            next_step="check the path, and that you may read the file",
            file=path.name,
            reason=error.strerror or type(error).__name__,
        ) from error
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise SourceError(
            "{file} is an old Excel file (.xls) or is protected by a password",
            key="sources.old_workbook",
            next_step="save it in Excel as .xlsx without a password",
            file=path.name,
        )
    return zipfile.is_zipfile(path) or head.startswith(b"PK")


def _csv_rows(path: Path) -> Iterator[SheetRow | Refusal]:
    for record in read_records(path):
        yield record if isinstance(record, Refusal) else SheetRow(record.line, tuple(record.fields), {})


# ------------------------------------------------------------------ header


def _find_header(
    rows: Iterator[SheetRow | Refusal], mapping: Mapping | None
) -> Generator[Refusal, None, _Columns | None]:
    """Yields refusals before the header; returns the columns, or None when there is no header."""
    for count, row in enumerate(rows, start=1):
        if isinstance(row, Refusal):
            yield row
            continue
        columns = _read_header(row.values, mapping)
        if columns is not None:
            return columns
        if count >= MAX_HEADER_ROWS:
            break
    return None


def _read_header(values: Sequence[object], mapping: Mapping | None) -> _Columns | None:
    names = [" ".join(str(value).split()) if value is not None else "" for value in values]
    if mapping is not None:
        positions = {
            target: names.index(column) for target, column in mapping.columns.items() if column in names
        }
        return _Columns(positions) if len(positions) == len(mapping.columns) else None
    positions = {}
    for position, name in enumerate(names):
        target = _TARGET_BY_NAME.get(_bare_name(name))
        if target is not None:
            positions.setdefault(target, position)
    is_header = len(positions) >= 2 and ("title" in positions or "url" in positions)
    return _Columns(positions) if is_header else None


def _bare_name(name: str) -> str:
    folded = folded_key(name[:80]).partition("(")[0]
    return " ".join("".join(letter if letter.isalnum() else " " for letter in folded).split())


# ------------------------------------------------------------------ rows


def _take_clip(row: SheetRow, columns: _Columns, sheet: str, timezone: str) -> ClipRow | Refusal:
    title = _as_text(columns.take(row, "title"))
    written = _as_text(columns.take(row, "url"))
    where = f"{sheet}: {title}"[:120] if sheet else title[:120]
    url = _full_address(written) or columns.link(row) or _full_address(title)
    if not url:
        if written and " " not in written and "." in written:
            return Refusal(row.line, "bad_address", f"{where} {written}"[:200])
        return Refusal(row.line, "no_link", f"{where} (print, broadcast or unlinked)")
    try:
        host = host_of(url)
    except SourceError as error:
        return Refusal(row.line, "bad_address", f"{sheet}: {error}" if sheet else str(error))
    raw = columns.take(row, "published")
    published = _as_moment(raw, timezone)
    shown = _as_text(raw)[:64]
    return ClipRow(
        line=row.line,
        url=url,
        host=host,
        title="" if title == written else title[:2000],
        summary=_as_text(columns.take(row, "summary"))[:20_000],
        outlet_label=_as_text(columns.take(row, "outlet"))[:200],
        published_raw=shown,
        published=published,
        note=_as_text(columns.take(row, "note"))[:2000],
        sheet=sheet,
        flags=("date_unread",) if published is None and shown else (),
    )


def _full_address(written: str) -> str:
    """The address in a cell: people leave out https:// or write words around it."""
    for word in written.split():
        if word.lower().startswith(("http://", "https://")):
            return word.rstrip(",;)")
        if word.lower().startswith("www."):
            return "https://" + word.rstrip(",;)")
    bare = written.strip()
    if bare and " " not in bare and "." in bare.partition("/")[0] and "/" in bare and ":" not in bare:
        return "https://" + bare
    return ""


def _as_text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(clean_text(str(value)).split())


def _as_moment(value: object, timezone: str) -> Moment | None:
    """The day or time of a clipping; a bare number in this column is a day as Excel counts them."""
    if isinstance(value, SerialNumber):
        value = value.day()
    if isinstance(value, datetime) and value.time() == time(0):
        value = value.date()
    if isinstance(value, datetime | date):
        return parse_moment(value, timezone=timezone, source="clip")
    if isinstance(value, str):
        return parse_moment(value.strip(), timezone=timezone, source="clip")
    return None


def known_headers() -> Iterable[str]:
    """The header names that are understood, without accents."""
    return sorted(_TARGET_BY_NAME)
