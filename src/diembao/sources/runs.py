"""When the collector ran: a column of times in a CSV or JSONL file, named as FILE:COLUMN."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from diembao.errors import SourceError, UsageError
from diembao.sources.mapping import Mapping, NestedValueError
from diembao.sources.tables import Row, read_rows
from diembao.text.times import parse_moment
from diembao.types import Refusal


def split_file_column(spec: str) -> tuple[Path, str]:
    """The file and the column of `FILE:COLUMN`; the colon of a Windows drive is part of the file."""
    name, colon, column = spec.rpartition(":")
    is_drive = len(name) == 1 and name.isalpha() and column[:1] in ("\\", "/")
    if not colon or not name or not column or is_drive:
        raise UsageError(
            "{spec} is not of the form FILE:COLUMN",
            key="sources.file_column",
            next_step="write for example --runs snapshots.csv:committed_at",
            spec=repr(spec[:200]),
        )
    return Path(name), column


def read_runs(
    spec: str, *, timezone: str = "Asia/Ho_Chi_Minh", refusals: list[Refusal] | None = None
) -> list[datetime]:
    """The times at which the collector ran, in order and each once, from `FILE:COLUMN`.

    Rows without a readable time are added to `refusals`; without such a list they raise, because a run that
    is left out would look like a gap.
    """
    path, column = split_file_column(spec)
    found: set[datetime] = set()
    refused: list[Refusal] = []
    for item in _read_times(path, column, timezone):
        if isinstance(item, Refusal):
            refused.append(item)
        else:
            found.add(item)
    if refused and refusals is None:
        raise SourceError(
            "line {line} of {file} holds no time in {column}",
            key="sources.run_unread",
            next_step="correct or remove that line",
            line=refused[0].line,
            file=path.name,
            column=repr(column),
        )
    if not found:
        raise SourceError(
            "{file} holds no run of the collector in {column}",
            key="sources.no_runs",
            next_step="name the column that holds the times, as FILE:COLUMN",
            file=path.name,
            column=repr(column),
        )
    if refusals is not None:
        refusals.extend(refused)
    return sorted(found)


def _read_times(path: Path, column: str, timezone: str) -> Iterator[datetime | Refusal]:
    mapping = Mapping({"fetched": column})
    checked = False
    for row in read_rows(path):
        if not isinstance(row, Row):
            yield row
            continue
        if not checked:
            mapping.check(row.values, path.name)
            checked = True
        try:
            raw = mapping.take(row.values, "fetched")
        except NestedValueError:
            raw = ""
        moment = parse_moment(raw, timezone=timezone)
        if moment is None or moment.precision == "day":
            yield Refusal(row.line, "no_time", raw[:64])
        else:
            yield moment.at
