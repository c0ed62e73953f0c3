"""Writes evidence: append, flush, fsync; only then may the desk acknowledge what was written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import FileIO
from pathlib import Path
from types import TracebackType

from diembao.archive import compose
from diembao.archive.foreign import ForeignRecord
from diembao.archive.reader import find_payload_digest
from diembao.archive.recovery import FOLDER, recover
from diembao.archive.trouble import half_way, translated
from diembao.desk import durable
from diembao.desk.steps import step
from diembao.errors import CorpusError
from diembao.ports import Clock
from diembao.types import Capture, Exchange

ROTATE_BYTES = 1_000_000_000


class ArchiveWriter:
    """Appends records to the newest file of an archive; one process at a time.

    `append` and `copy_record` write, `sync` makes what was written last a power cut; between the two the
    captures must not be acknowledged. After a failed write or sync the writer refuses to go on: open a new
    one with the committed ends of the desk.
    """

    def __init__(self, archive: Path, clock: Clock, rotate_bytes: int) -> None:
        self._archive = archive
        self._clock = clock
        self._rotate_bytes = rotate_bytes
        self._file: FileIO | None = None
        self._path = archive
        self._end = 0
        self._is_broken = False
        self._is_dirty = False
        self._ends: dict[str, int] = {}

    @classmethod
    def open(
        cls, folder: Path, committed: Mapping[str, int], *, clock: Clock, rotate_bytes: int = ROTATE_BYTES
    ) -> ArchiveWriter:
        """Open the archive of a project folder; `committed` says for each file where its acknowledged bytes end.

        Bytes beyond are moved to `archive/aside/`. A committed file that is missing or too short raises
        `CorpusError`, a disk that refuses `StorageError`.
        """
        archive = folder / FOLDER
        with translated(archive):
            if not archive.is_dir():
                archive.mkdir(parents=True)
                durable.sync_folder(folder)
        recover(archive, committed)
        writer = cls(archive, clock, rotate_bytes)
        writer._ends = {name: end for name, end in committed.items() if end}
        newest = max(writer._ends, default=None)
        if newest is not None and writer._ends[newest] < rotate_bytes:
            writer._reopen(archive / newest, writer._ends[newest])
        return writer

    def append(
        self, exchanges: Sequence[Exchange], *, revisit_of: Capture | None = None, keep_body: bool = True
    ) -> list[Capture]:
        """Write request and response of each hop that was answered; one capture for each, in order.

        `revisit_of` is the capture of the last hop's address that has (or had) the same body: it is pointed to
        when the server said 304, or when the body is the same byte for byte as transferred; otherwise the
        response is written in full. `keep_body=False` (a TDM reservation) writes heads and digests only.
        """
        answered = [exchange for exchange in exchanges if exchange.status is not None]
        pieces: list[bytes] = []
        drafts: list[tuple[int, Capture]] = []
        for exchange in answered:
            earlier = revisit_of if exchange is exchanges[-1] else None
            response, capture = self._compose(exchange, earlier, keep_body)
            request = compose.compose_request(exchange, capture.record_id)
            drafts.append((len(pieces) + 1, capture))
            pieces += [request, response]
        return self._write(pieces, drafts)

    def copy_record(self, record: ForeignRecord) -> Capture:
        """Append a verified record of somebody else's archive, its bytes as they were there."""
        capture = Capture(
            file="",
            offset=0,
            length=0,
            record_sha256="",
            payload_sha256=hashlib.sha256(record.body).hexdigest(),
            kind="response",
            url=record.url,
            fetched_at=record.fetched_at,
            status=record.status,
            content_type=record.content_type,
            record_id=record.record_id,
        )
        return self._write([record.evidence], [(0, capture)])[0]

    def sync(self) -> None:
        """Return once everything written is on the disk."""
        if self._is_broken:
            raise half_way(self._path)
        if self._file is not None and self._is_dirty:
            with self._guarded():
                self._sync_file()

    def committed_ends(self) -> dict[str, int]:
        """Where each file ends; to be committed with the captures, after `sync`."""
        return dict(self._ends)

    def close(self) -> None:
        """Close the file. What was not synced may be lost; a new writer moves it aside."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------------ records

    def _compose(self, exchange: Exchange, earlier: Capture | None, keep_body: bool) -> tuple[bytes, Capture]:
        record_id = compose.make_record_id()
        payload_sha256 = hashlib.sha256(exchange.body).hexdigest()
        capture = Capture(
            file="",
            offset=0,
            length=0,
            record_sha256="",
            payload_sha256=payload_sha256,
            kind="response" if keep_body else "tdm",
            url=exchange.url,
            fetched_at=exchange.started_at,
            status=exchange.status or 0,
            content_type=exchange.header("content-type"),
            record_id=record_id,
        )
        if earlier is not None:
            revisit = self._compose_revisit(exchange, record_id, earlier, keep_body)
            if revisit is not None:
                return revisit, replace(
                    capture,
                    kind="revisit",
                    payload_sha256=earlier.payload_sha256,
                    refers_to=earlier.refers_to or earlier.record_id,
                )
        return compose.compose_response(exchange, record_id, keep_body=keep_body), capture

    def _compose_revisit(
        self, exchange: Exchange, record_id: str, earlier: Capture, keep_body: bool
    ) -> bytes | None:
        refers = {
            "WARC-Refers-To": earlier.refers_to or earlier.record_id,
            "WARC-Refers-To-Target-URI": earlier.url,
            "WARC-Refers-To-Date": compose.format_date(earlier.fetched_at),
        }
        if exchange.status == 304:
            return compose.compose_revisit(exchange, record_id, refers, compose.NOT_MODIFIED)
        if not keep_body or not exchange.raw_body or earlier.kind != "response":
            return None
        digest = compose.state_digest(exchange.raw_body)
        if digest != self._stated_digest(earlier):
            return None
        refers["WARC-Payload-Digest"] = digest
        return compose.compose_revisit(exchange, record_id, refers, compose.SAME_PAYLOAD)

    def _stated_digest(self, capture: Capture) -> str:
        """The payload digest an earlier record states; empty when it cannot be read: then it is not pointed to."""
        with suppress(CorpusError, OSError):
            return find_payload_digest(self._archive.parent, capture)
        return ""

    # ------------------------------------------------------------------ files

    def _write(self, pieces: Sequence[bytes], drafts: Sequence[tuple[int, Capture]]) -> list[Capture]:
        """Write the pieces one after another; `drafts` says which piece is the record of which capture."""
        if self._is_broken:
            raise half_way(self._path)
        if not pieces:
            return []
        with self._guarded():
            if self._file is None or self._end >= self._rotate_bytes:
                self._start_file()
            start = self._end
            self._write_bytes(b"".join(pieces))
        self._ends[self._path.name] = self._end
        offsets = [start]
        for piece in pieces:
            offsets.append(offsets[-1] + len(piece))
        return [
            replace(
                capture,
                file=self._path.name,
                offset=offsets[index],
                length=len(pieces[index]),
                record_sha256=hashlib.sha256(pieces[index]).hexdigest(),
            )
            for index, capture in drafts
        ]

    def _write_bytes(self, content: bytes) -> None:
        assert self._file is not None
        step(f"archive.write.before {self._path.name}")
        rest = memoryview(content)
        self._is_dirty = True
        while rest:
            rest = rest[self._file.write(rest) :]
        self._end += len(content)
        step(f"archive.write.after {self._path.name}")

    def _start_file(self) -> None:
        """Close the full file, whole and synced, and begin the next one with its warcinfo record."""
        if self._file is not None:
            if self._is_dirty:
                self._sync_file()
            self.close()
        now = self._clock.now()
        last = max((_read_number(name) for name in self._ends), default=0)
        self._path = self._archive / f"diembao-{last + 1:06d}-{now:%Y%m%d%H%M%S}.warc.gz"
        step(f"archive.create.before {self._path.name}")
        self._file = FileIO(self._path, "xb")
        self._end = 0
        step(f"archive.create.after {self._path.name}")
        durable.sync_folder(self._archive)
        self._write_bytes(compose.compose_warcinfo(self._path.name, now))

    def _reopen(self, path: Path, end: int) -> None:
        with translated(path):
            self._file = FileIO(path, "r+b")
            self._file.seek(end)
        self._path, self._end = path, end

    def _sync_file(self) -> None:
        assert self._file is not None
        step(f"fsync.before {self._path.name}")
        os.fsync(self._file.fileno())
        step(f"fsync.after {self._path.name}")
        self._is_dirty = False

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whatever fails inside leaves the writer broken: the file may end in half a record."""
        try:
            with translated(self._path):
                yield
        except BaseException:
            self._is_broken = True
            raise


def _read_number(name: str) -> int:
    number = name.split("-")[1] if name.count("-") >= 2 else ""
    return int(number) if number.isascii() and number.isdigit() else 0
