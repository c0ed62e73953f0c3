"""Feed histories and article files: one row a headline or article, under a column mapping.

A row needs an address with http or https and a title. Which outlet it belongs to, and whether that outlet is
registered, is decided by whoever reads the rows.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from diembao.errors import SourceError
from diembao.sources.mapping import Mapping, NestedValueError
from diembao.sources.streams import LIMITS, Limits
from diembao.sources.tables import Row, is_json_lines, read_rows
from diembao.text.addresses import host_of
from diembao.text.markup import plain_text
from diembao.text.times import Unit, parse_moment
from diembao.types import Moment, Refusal

MAX_TITLE_CHARS = 2_000
MAX_SUMMARY_CHARS = 20_000
MAX_LABEL_CHARS = 200
#: of a value with markup so much is read; what lies beyond is cut off, which the row says
MAX_MARKUP_CHARS = 1_000_000
MAX_TEXT_CHARS = 1_000_000
#: rows of JSONL among which a mapped column must occur once; a writer may leave empty values out
_FIRST_ROWS = 50
#: of long rows fewer are held at once
_FIRST_CHARS = 1_000_000


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One headline or article as a file states it; times other than `fetched` are as written."""

    line: int
    url: str
    host: str
    title: str
    summary: str
    text: str
    published_raw: str
    published_unit: Unit
    updated_raw: str
    fetched: Moment | None
    outlet_label: str
    feed_label: str
    language: str
    row_id: str
    flags: tuple[str, ...] = ()


def read_history(
    path: Path,
    mapping: Mapping,
    *,
    timezone: str = "Asia/Ho_Chi_Minh",
    limits: Limits = LIMITS,
) -> Iterator[HistoryRow | Refusal]:
    """Every row of a history or article file, or why it was refused; `timezone` is the collector's own."""
    rows = read_rows(path, limits=limits)
    first = _take_first(rows, _FIRST_ROWS if is_json_lines(path, limits) else 1)
    found = {name for row in first if isinstance(row, Row) for name in row.values}
    if any(isinstance(row, Row) for row in first):
        mapping.check(found, path.name)
    del found
    # nothing here holds a row that was handed on: a long one may take 16 MB
    take = partial(_take_row, mapping=mapping, timezone=timezone)
    yield from map(take, itertools.chain((first.popleft() for _ in range(len(first))), rows))


def _take_first(rows: Iterator[Row | Refusal], count: int) -> deque[Row | Refusal]:
    first: deque[Row | Refusal] = deque()
    chars = 0
    for row in itertools.islice(rows, count):
        first.append(row)
        if isinstance(row, Row):
            chars += _measure(row.values)
        if chars > _FIRST_CHARS:
            break
    return first


def _measure(values: dict[str, object]) -> int:
    try:
        return sum(
            len(name) + len(value if isinstance(value, str) else repr(value))
            for name, value in values.items()
        )
    except RecursionError:
        return _FIRST_CHARS


def _take_row(row: Row | Refusal, mapping: Mapping, timezone: str) -> HistoryRow | Refusal:
    if isinstance(row, Refusal):
        return row
    take = mapping.take_column
    try:
        # only what is mapped is touched: half of the targets usually are not
        given = {target: take(row.values, column) for target, column in mapping.columns.items()}
        return _make_row(row, given.get, mapping, timezone)
    except SourceError as error:
        return Refusal(row.line, "bad_address", str(error))
    except NestedValueError as error:
        return Refusal(row.line, "nested_value", f"a mapped column holds {error}")


def _make_row(
    row: Row, given: Callable[[str, str], str], mapping: Mapping, timezone: str
) -> HistoryRow | Refusal:
    url = given("url", "").strip()
    if not url:
        return Refusal(row.line, "no_link", given("title", "")[:80])
    if "\n" in url:  # a list of addresses
        return Refusal(row.line, "bad_address", f"more than one line: {url[:80]!r}")
    host = host_of(url)
    raw_title, raw_summary, raw_text = given("title", ""), given("summary", ""), given("text", "")
    is_cut = max(len(raw_title), len(raw_summary)) > MAX_MARKUP_CHARS or len(raw_text) > MAX_TEXT_CHARS
    title, summary = plain_text(raw_title[:MAX_MARKUP_CHARS]), plain_text(raw_summary[:MAX_MARKUP_CHARS])
    if not title:
        return Refusal(row.line, "no_title", url[:200])
    fetched_raw, flags = given("fetched", ""), row.flags
    fetched = None
    if fetched_raw:
        fetched = parse_moment(fetched_raw, timezone=timezone, source="fetched", unit=mapping.unit("fetched"))
        if fetched is None and not fetched_raw.isspace():
            flags = (*flags, "fetched_unread")
    if is_cut or len(title) > MAX_TITLE_CHARS or len(summary) > MAX_SUMMARY_CHARS:
        flags = (*flags, "cut")
    return HistoryRow(
        line=row.line,
        url=url,
        host=host,
        title=title[:MAX_TITLE_CHARS],
        summary=summary[:MAX_SUMMARY_CHARS],
        text=plain_text(raw_text[:MAX_TEXT_CHARS]),
        published_raw=given("published", "").strip()[:64],
        published_unit=mapping.unit("published"),
        updated_raw=given("updated", "").strip()[:64],
        fetched=fetched,
        outlet_label=given("outlet", "").strip()[:MAX_LABEL_CHARS],
        feed_label=given("feed", "").strip()[:MAX_LABEL_CHARS],
        language=given("language", "").strip()[:16],
        row_id=given("id", "").strip()[:MAX_LABEL_CHARS],
        flags=flags,
    )
