"""Lists of press releases: CSV and JSONL with a text or a file in each row, and feeds that carry them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from diembao.errors import SourceError, UsageError
from diembao.sources.feeds import parse_feed_body
from diembao.sources.mapping import Mapping, NestedValueError
from diembao.sources.streams import LIMITS, Limits
from diembao.sources.tables import Row, is_json_lines, read_rows
from diembao.text.markup import plain_text
from diembao.text.normal import folded_key, to_nfc
from diembao.text.times import MAX_TIME_CHARS, Unit
from diembao.types import FeedEntry, Refusal

MAX_TITLE_CHARS = 2_000
MAX_ID_CHARS = 200
_FIRST_ROWS = 50
#: column names that are understood without a mapping, bare of accents and signs
_NAMES = {
    "id": "id|release id|ma|ma thong cao|so|so hieu|so ky hieu|number|no",
    "title": "title|tieu de|ten|ten thong cao|trich yeu|headline|subject",
    "text": "text|noi dung|toan van|van ban|content|body",
    "published": "published|issued|issued at|date|ngay|ngay phat hanh|ngay dang|ngay ban hanh|thoi gian|published at",
    "file": "file|tep|ten tep|filename|duong dan tep|path",
}
_TARGET_BY_NAME = {name: target for target, names in _NAMES.items() for name in names.split("|")}


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release as a list states it: its text, or the file that holds it; the time is as written."""

    line: int
    row_id: str
    title: str
    text: str
    file: str
    published_raw: str
    published_unit: Unit = "text"
    flags: tuple[str, ...] = ()


def read_release_rows(
    path: Path, mapping: Mapping | None = None, *, limits: Limits = LIMITS
) -> Iterator[ReleaseRow | Refusal]:
    """Every release of a CSV or JSONL file, or why its row was refused.

    Without a mapping, columns are found by their usual names in Vietnamese and English. A file without a column
    for the text or the file raises `SourceError`.
    """
    rows = read_rows(path, limits=limits)
    first = list(itertools.islice(rows, _FIRST_ROWS if is_json_lines(path, limits) else 1))
    found = list(dict.fromkeys(name for row in first if isinstance(row, Row) for name in row.values))
    if not found:
        yield from (row for row in first if isinstance(row, Refusal))
        yield from (row for row in rows if isinstance(row, Refusal))
        return
    chosen = mapping or guess_mapping(found)
    if mapping is not None:
        chosen.check(found, path.name)
    if not {"text", "file"} & set(chosen.columns):
        raise _no_text_column(path.name, found, is_mapped=mapping is not None)
    for row in itertools.chain(first, rows):
        yield row if isinstance(row, Refusal) else _take_row(row, chosen)


def guess_mapping(names: list[str]) -> Mapping:
    """Which column holds what, by the usual names; of two for one target the first."""
    columns: dict[str, str] = {}
    for name in names:
        target = _TARGET_BY_NAME.get(
            " ".join(folded_key(name[:80]).replace("_", " ").replace("-", " ").split())
        )
        if target is not None:
            columns.setdefault(target, name)
    return Mapping(columns)


def _no_text_column(file: str, found: list[str], *, is_mapped: bool) -> SourceError | UsageError:
    if is_mapped:
        return UsageError(
            "the mapping names no column for the text of the releases, nor for their files",
            key="sources.release_no_text_mapped",
            next_step="add text=COLUMN or file=COLUMN to --map",
        )
    return SourceError(
        "{file} has no column that is understood as the text of releases or as their files; its columns are {found}",
        key="sources.release_no_text_column",
        next_step="name it: --map text=COLUMN,title=COLUMN,published=COLUMN,id=COLUMN, or file=COLUMN",
        file=file,
        found=", ".join(repr(name[:60]) for name in found[:30]),
    )


def _take_row(row: Row, mapping: Mapping) -> ReleaseRow | Refusal:
    try:
        given = {target: mapping.take(row.values, target).strip() for target in mapping.columns}
    except NestedValueError as error:
        return Refusal(row.line, "nested_value", f"a mapped column holds {error}")
    title = " ".join(plain_text(given.get("title", "")).split())
    text = to_nfc(plain_text(given.get("text", "")))
    file = given.get("file", "")
    if not text and not file:
        return Refusal(row.line, "no_text", title[:120])
    return ReleaseRow(
        line=row.line,
        row_id=" ".join(given.get("id", "").split())[:MAX_ID_CHARS],
        title=title[:MAX_TITLE_CHARS],
        text=text,
        file="" if text else file,
        published_raw=given.get("published", "")[:MAX_TIME_CHARS],
        published_unit=mapping.unit("published"),
        flags=row.flags,
    )


# ------------------------------------------------------------------ feeds


def is_feed(head: bytes) -> bool:
    """Whether a file begins as RSS or Atom."""
    from diembao.sources.releases import FEED

    return FEED.match(head[:4096].removeprefix(b"\xef\xbb\xbf")) is not None


def read_release_feed(body: bytes, *, name: str, timezone: str = "Asia/Ho_Chi_Minh") -> tuple[FeedEntry, ...]:
    """The entries of a saved feed of releases; runs in the sandbox.

    A feed carries what its publisher puts into it, often the first lines only: releases from feeds are flagged
    `from_feed`, and a teaser's shares are of the teaser.
    """
    # relative links are no loss here: what counts is the text
    feed = parse_feed_body(
        body, url=f"https://feed.invalid/{name[:80]}", timezone=timezone, usable_only=False
    )
    return feed.entries
