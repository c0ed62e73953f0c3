"""Rows of JSONL and CSV files, one at a time; what is no row is refused with its line and the rest is read.

Blank lines are no rows and are passed over. JSON numbers stay as written, `null` is empty. A JSON object or
list stays what it is until a mapping asks for its column (mapping.py says how). A CSV row must have as many
fields as the header: a shorter or longer one is cut or shifted, and is refused.
"""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from diembao.errors import SourceError
from diembao.sources.streams import LIMITS, SAMPLE_BYTES, Limits, Line, LineReader
from diembao.types import Refusal

MAX_FIELDS = 1000
MAX_ROW_LINES = 20_000
#: how much may be read again after unclosed quotes before the file is given up; a line costs as 200 bytes
MAX_REREAD_BYTES = 64 * 2**20
_LINE_COST = 200
#: a long line may not hold more values than this: each takes up to 200 bytes of memory, three of the file
MAX_VALUES = 100_000
LONG_LINE_BYTES = 256 * 1024
#: of a value so many characters are handed on, one more than any reader takes, so that it knows of the rest
MAX_VALUE_CHARS = 1_000_001
_DELIMITERS = ",;\t|"
_SURROGATE = (b"\\ud", b"\\uD")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL = {code: " " for code in range(32) if chr(code) not in "\t\n\r"} | {127: " "}


class Row(NamedTuple):
    """The named values of one row; values of JSON may be objects and lists, all others are text."""

    line: int
    values: dict[str, object]
    flags: tuple[str, ...] = ()


class Record(NamedTuple):
    """The fields of one CSV row as they stand."""

    line: int
    fields: list[str]
    flags: tuple[str, ...] = ()


def read_rows(path: Path, *, limits: Limits = LIMITS) -> Iterator[Row | Refusal]:
    """Every row of a JSONL or CSV file (also packed as .gz, .xz or .bz2), or why it was refused."""
    if is_json_lines(path, limits):
        yield from _read_json(path, limits)
    else:
        yield from _read_csv(path, limits)


def is_json_lines(path: Path, limits: Limits = LIMITS) -> bool:
    """Whether a file is JSONL, by its name or else by its beginning."""
    names = {suffix.lower() for suffix in path.suffixes[-2:]}
    if names & {".jsonl", ".ndjson", ".json"}:
        return True
    if names & {".csv", ".tsv", ".txt"}:
        return False
    with LineReader(path, limits) as reader:
        return reader.sample().lstrip()[:1] in (b"{", b"[")


# ------------------------------------------------------------------ JSONL


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


#: numbers stay text: 4,300 digits would raise, and 1.10 must not become 1.1
_decoder: Any = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_constant)
_scan = _decoder.scan_once  # `decode` looks for white space with two regular expressions a row


def _read_json(path: Path, limits: Limits) -> Iterator[Row | Refusal]:
    with LineReader(path, limits) as reader:
        started = False
        for line in reader.lines():
            if isinstance(line, Refusal):
                yield line
                continue
            data = line.data
            if not data or data.isspace():
                continue
            if not started and data.lstrip()[:1] == b"[":
                yield from _refuse_list(line, path)
                continue
            started = True
            yield _json_row(line.number, data)


def _refuse_list(line: Line, path: Path) -> Iterator[Refusal]:
    """A file that begins with `[` is one JSON list, unless only this line is none of ours."""
    row = _json_row(line.number, line.data)
    if isinstance(row, Refusal) and row.reason != "json_too_deep":
        raise SourceError(
            "{file} holds one JSON list, not one object a line",
            key="sources.json_list",
            next_step="write each object on a line of its own (JSONL)",
            file=path.name,
        )
    if isinstance(row, Refusal):
        yield row


def _json_row(number: int, data: bytes) -> Row | Refusal:
    if len(data) > LONG_LINE_BYTES and data.count(b",") + data.count(b"[") + data.count(b"{") > MAX_VALUES:
        return Refusal(number, "too_many_fields", f"more than {MAX_VALUES} values")
    try:
        text = data.strip().decode("utf-8").strip()  # bytes first: of a long line every copy counts
        value, end = _scan(text, 0)
    except UnicodeDecodeError as error:
        return Refusal(number, "bad_encoding", f"byte {error.start + 1} is not UTF-8")
    except RecursionError:
        return Refusal(number, "json_too_deep", "nested too deeply")
    except (ValueError, StopIteration) as error:
        return Refusal(number, "not_json", str(error)[:120])
    if end != len(text):
        return Refusal(number, "not_json", f"more after the end of the value, at character {end + 1}")
    if type(value) is not dict:
        return Refusal(
            number, "not_an_object", f"a line must be one JSON object, found {type(value).__name__}"
        )
    if len(value) > MAX_FIELDS:
        return Refusal(number, "too_many_fields", f"more than {MAX_FIELDS} fields")
    if len(data) > MAX_VALUE_CHARS:
        del text  # a long value may take 10 MB, and so does the line
        value = {name: _cut_value(item) for name, item in value.items()}
    if b"\\u" in data and (b"\\u00" in data or _SURROGATE[0] in data or _SURROGATE[1] in data):
        value = {clean_text(name): _clean_value(item) for name, item in value.items()}
    return Row(number, value)


def _cut_value(value: object) -> object:
    return value[:MAX_VALUE_CHARS] if isinstance(value, str) else value


def _clean_value(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


def clean_text(text: str) -> str:
    """Text that every store can hold: control characters as spaces, lone surrogates replaced."""
    text = text.translate(_CONTROL)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# ------------------------------------------------------------------ CSV


def read_records(path: Path, *, limits: Limits = LIMITS) -> Iterator[Record | Refusal]:
    """The fields of every row of a CSV file, its header among them."""
    with LineReader(path, limits) as reader:
        sample = reader.sample()
    if b"\0" in sample and not sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError(
            "{file} is not a text file",
            key="sources.not_text",
            next_step="save it as CSV in UTF-8",
            file=path.name,
        )
    with LineReader(path, limits) as reader:
        if not _is_utf8(sample):
            reader.recode("cp1258")
        yield from _records(reader, _find_delimiter(sample), limits)


def _is_utf8(sample: bytes) -> bool:
    """Whether most lines with other than plain letters are UTF-8; the others are refused one by one."""
    votes = 0
    lines = sample.split(b"\n")
    if len(sample) >= SAMPLE_BYTES:
        lines.pop()  # it may be cut within a character
    for line in lines:
        if not line.isascii():
            try:
                line.decode("utf-8")
                votes += 1
            except UnicodeDecodeError:
                votes -= 1
    return votes >= 0


def _find_delimiter(sample: bytes) -> str:
    """The delimiter: stated by Excel's `sep=` line, or the most frequent candidate of the first line."""
    first = next((line for line in sample.splitlines() if line.strip()), b"").decode("utf-8", "replace")
    stated = re.fullmatch(r"sep=([,;\t|])\s*", first)
    if stated is not None:
        return stated[1]
    plain = re.sub(r'"[^"]*"', "", first)
    return max(_DELIMITERS, key=plain.count)


def _read_csv(path: Path, limits: Limits) -> Iterator[Row | Refusal]:
    names: list[str] | None = None
    for record in read_records(path, limits=limits):
        if isinstance(record, Refusal):
            yield record
        elif names is None:
            names = name_columns(record.fields)
        elif len(record.fields) != len(names):
            detail = f"{len(record.fields)} fields, the header has {len(names)}"
            yield Refusal(record.line, "wrong_field_count", detail)
        else:
            yield Row(record.line, dict(zip(names, record.fields, strict=True)), record.flags)


def name_columns(fields: list[str]) -> list[str]:
    """Names of the columns: empty ones are numbered, a second one of the same name gets `(2)`."""
    names: list[str] = []
    seen: set[str] = set()
    for position, field in enumerate(fields, start=1):
        name = base = " ".join(field.split()) or f"column {position}"
        count = 1
        while name in seen:
            count += 1
            name = f"{base} ({count})"
        seen.add(name)
        names.append(name)
    return names


class _BrokenRowError(Exception):
    """A row that cannot be put together; carries the reason."""


class _Feed:
    """Hands lines to the CSV reader and remembers those of the row that is being read."""

    def __init__(self, lines: Iterator[Line | Refusal], delimiter: str, limits: Limits) -> None:
        self._lines, self._limits, self._delimiter = lines, limits, delimiter.encode()
        self.again: deque[Line] = deque()
        self.taken: list[Line] = []
        self.refused: list[Refusal] = []
        self._size = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        while True:
            line = self.again.popleft() if self.again else next(self._lines)
            if isinstance(line, Refusal):
                self.refused.append(line)
                if self.taken:
                    raise _BrokenRowError("unclosed_quote")
            elif self.taken or (line.data and not line.data.isspace()):
                return self._take(line)

    def _take(self, line: Line) -> str:
        self.taken.append(line)
        self._size += len(line.data)
        if self._size > self._limits.line_bytes or len(self.taken) > MAX_ROW_LINES:
            raise _BrokenRowError("unclosed_quote")
        if len(line.data) > LONG_LINE_BYTES and line.data.count(self._delimiter) > MAX_VALUES:
            raise _BrokenRowError("too_many_fields")
        try:
            text = (line.data + b"\n").decode("utf-8")  # bytes first: of a long line every copy counts
        except UnicodeDecodeError:
            raise _BrokenRowError("bad_encoding") from None
        return clean_text(text) if _CONTROLS.search(text) else text

    def next_row(self) -> None:
        self.taken.clear()
        self._size = 0

    def give_back(self) -> int:
        """Put all lines of the broken row but its first one back; what reading them again costs."""
        again = self.taken[1:]
        self.again.extendleft(reversed(again))
        cost = sum(len(line.data) + _LINE_COST for line in again)
        self.next_row()
        return cost


def _records(reader: LineReader, delimiter: str, limits: Limits) -> Iterator[Record | Refusal]:
    csv.field_size_limit(max(limits.line_bytes, csv.field_size_limit()))  # one setting for the process
    feed = _Feed(reader.lines(), delimiter, limits)
    reread = 0
    while True:
        try:
            for fields in csv.reader(feed, delimiter=delimiter, strict=True):
                yield from feed.refused
                feed.refused.clear()
                number = feed.taken[0].number
                feed.next_row()
                if len(fields) > MAX_FIELDS:
                    yield Refusal(number, "too_many_fields", f"more than {MAX_FIELDS} fields")
                elif not (number == 1 and len(fields) <= 2 and fields[0].startswith("sep=")):
                    yield Record(number, fields, reader.flags)
        except (csv.Error, _BrokenRowError) as error:
            reason = str(error) if isinstance(error, _BrokenRowError) else "broken_quotes"
            number = feed.taken[0].number
            reread += feed.give_back()
            yield Refusal(number, reason, str(error)[:120])
            if reread > MAX_REREAD_BYTES:
                yield Refusal(number + 1, "too_many_broken_quotes", "the rest of the file was not read")
                return
        else:
            yield from feed.refused
            return
