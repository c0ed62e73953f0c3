"""Checks evidence both ways: every row of the ledger has its record, every record has its row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import FileIO
from itertools import groupby
from pathlib import Path

from diembao.archive.compose import DISCARDED_DIGEST
from diembao.archive.frames import Frame, Loss, walk_gzip
from diembao.archive.heads import WARC, Head
from diembao.archive.reader import Lookup, check_body
from diembao.archive.recovery import FOLDER
from diembao.archive.spans import FileSpan
from diembao.types import Capture

#: what may be wrong; a sentence for each stands in the catalogue `archive`
KINDS = (
    "missing_file",  # a file that was acknowledged is not there
    "shorter",  # it ends before its acknowledged end
    "no_record",  # a row whose record is not in the file
    "not_committed",  # a row beyond the acknowledged end, or of a file without one
    "no_row",  # a record within the acknowledged end that no row names
    "alone",  # a request whose response is not there
    "doubled",  # two rows for one record
    "damaged",  # a record that cannot be read, or whose digests do not agree with its bytes
    "changed",  # a record that is not the one its row describes
    "no_earlier",  # a revisit without the record that holds its body
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the evidence; `kind` is one of KINDS."""

    kind: str
    file: str
    offset: int = 0
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.file} at byte {self.offset}" + (
            f" ({self.detail})" if self.detail else ""
        )


@dataclass(slots=True)
class Seen:
    """How much was looked at."""

    files: int = 0
    records: int = 0
    captures: int = 0
    size_bytes: int = 0
    #: bytes and files that were written but never acknowledged; the next start moves them aside
    unacknowledged_bytes: int = 0


def verify_archive(
    folder: Path,
    captures: Iterable[Capture],
    committed: Mapping[str, int],
    *,
    lookup: Lookup,
    seen: Seen | None = None,
) -> Iterator[Problem]:
    """Every problem of the evidence of a project folder; `seen` is counted up on the way.

    `captures` come ordered by file (one file's rows are held at a time); `lookup` finds one by its record id.
    Bytes beyond the committed end are no problem: nothing was acknowledged there.
    """
    seen = seen if seen is not None else Seen()
    archive = folder / FOLDER
    left = dict(committed)
    done: set[str] = set()
    for name, rows in groupby(captures, key=lambda capture: capture.file):
        if name in done:
            raise ValueError("captures must be ordered by file")
        done.add(name)
        yield from _check_file(archive, name, left.pop(name, 0), list(rows), lookup, seen)
    for name, end in sorted(left.items()):
        yield from _check_file(archive, name, end, [], lookup, seen)
    if archive.is_dir():
        for path in archive.iterdir():
            if path.is_file() and path.name not in done and path.name not in committed:
                seen.unacknowledged_bytes += path.stat().st_size


def _check_file(
    archive: Path, name: str, end: int, rows: list[Capture], lookup: Lookup, seen: Seen
) -> Iterator[Problem]:
    seen.captures += len(rows)
    inside: dict[int, Capture] = {}
    for row in rows:
        if row.offset < 0 or row.length <= 0 or row.offset + row.length > end:
            yield Problem("not_committed", name, row.offset)
        elif row.offset in inside:
            yield Problem("doubled", name, row.offset)
        else:
            inside[row.offset] = row
            if row.kind == "revisit" and not _has_earlier(row, lookup):
                yield Problem("no_earlier", name, row.offset, row.refers_to)
    path = archive / name
    if not path.is_file():
        if end:
            yield Problem("missing_file", name, detail=f"{len(inside)} captures")
        return
    seen.files += 1
    with FileIO(path, "rb") as file:
        size = FileSpan(file).size
        seen.size_bytes += min(size, end)
        seen.unacknowledged_bytes += max(0, size - end)
        if size < end:
            yield Problem("shorter", name, size, f"{end - size} bytes")
        yield from _check_records(FileSpan(file, 0, end), name, inside, seen)
    for offset in sorted(inside):
        yield Problem("no_record", name, offset)


def _has_earlier(revisit: Capture, lookup: Lookup) -> bool:
    """Whether the record that a revisit points to has a row (which is checked where it stands)."""
    earlier = lookup(revisit.refers_to)
    return earlier is not None and earlier.kind != "revisit"


def _check_records(span: FileSpan, name: str, rows: dict[int, Capture], seen: Seen) -> Iterator[Problem]:
    """Walk over the records, taking their rows out of `rows`."""
    requests: dict[str, int] = {}
    for step in walk_gzip(span, WARC, 0, _want_all):
        for event in step.events:
            seen.records += 1
            row = rows.pop(event.offset, None)
            if isinstance(event, Loss):
                yield Problem("damaged", name, event.offset, event.reason)
                continue
            head = event.record.head
            requests.pop(head.record_id, None)
            if head.kind == "request":
                requests[head.field("WARC-Concurrent-To")] = event.offset
            elif row is not None:
                trouble = _compare(span, event, row)
                if trouble:
                    yield Problem("changed", name, event.offset, trouble)
            elif head.kind != "warcinfo":
                yield Problem("no_row", name, event.offset)
    for offset in requests.values():
        yield Problem("alone", name, offset)


def _compare(span: FileSpan, frame: Frame, row: Capture) -> str:
    """How the record differs from its row; empty when it does not."""
    head = frame.record.head
    if frame.length != row.length:
        return "length"
    if hashlib.sha256(span.read(frame.offset, frame.length)).hexdigest() != row.record_sha256:
        return "bytes"
    if head.record_id and head.record_id != row.record_id:
        return "record id"
    if frame.record.message is not None and frame.record.message.status != row.status:
        return "status"
    if row.kind == "tdm":
        return "" if head.field(DISCARDED_DIGEST) == f"sha256:{row.payload_sha256}" else "digest of the body"
    if (row.kind == "revisit") != (head.kind == "revisit"):
        return "kind"
    if row.kind == "revisit" and head.field("WARC-Refers-To") != row.refers_to:
        return "what it refers to"
    return check_body(row, frame.record)


def _want_all(head: Head) -> str:
    return ""
