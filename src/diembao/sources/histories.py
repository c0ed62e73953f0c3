"""Feed histories and article files: one row a headline or article, under a column mapping.

A row needs an address with http or https and a title. Which outlet it belongs to, and whether that outlet is
registered, is decided by whoever reads the rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
#: rows of JSONL among which a mapped column must occur once; a writer may leave empty values out
_FIRST_ROWS = 50


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
    first = list(itertools.islice(rows, _FIRST_ROWS if is_json_lines(path, limits) else 1))
    found = {name for row in first if isinstance(row, Row) for name in row.values}
    if any(isinstance(row, Row) for row in first):
        mapping.check(found, path.name)
    for row in itertools.chain(first, rows):
        yield row if isinstance(row, Refusal) else _take_row(row, mapping, timezone)


def _take_row(row: Row, mapping: Mapping, timezone: str) -> HistoryRow | Refusal:
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
    title, summary = plain_text(given("title", "")), plain_text(given("summary", ""))
    if not title:
        return Refusal(row.line, "no_title", url[:200])
    fetched_raw, flags = given("fetched", ""), row.flags
    fetched = None
    if fetched_raw:
        fetched = parse_moment(fetched_raw, timezone=timezone, source="fetched", unit=mapping.unit("fetched"))
        if fetched is None and not fetched_raw.isspace():
            flags = (*flags, "fetched_unread")
    if len(title) > MAX_TITLE_CHARS or len(summary) > MAX_SUMMARY_CHARS:
        flags = (*flags, "cut")
    return HistoryRow(
        line=row.line,
        url=url,
        host=host,
        title=title[:MAX_TITLE_CHARS],
        summary=summary[:MAX_SUMMARY_CHARS],
        text=plain_text(given("text", "")),
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
