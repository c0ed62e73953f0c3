"""The ledger of evidence: every attempt with its outcome, and where in the archive each response lies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from diembao.desk.database import Desk
from diembao.desk.outlets import NOW
from diembao.desk.times import from_us, to_us
from diembao.types import Capture

_INSERT_ATTEMPT = (
    "INSERT INTO attempts (seq, purpose, outlet_id, feed_id, url, started_us, ended_us, outcome, status, "
    "bytes, hops, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_CAPTURE = (
    "INSERT INTO captures (seq, attempt_id, import_id, purpose, outlet_id, feed_id, url, file, offset, length, "
    "record_sha256, payload_sha256, kind, fetched_us, status, content_type, record_id, refers_to) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_UNREAD = """
SELECT c.* FROM captures c WHERE c.capture_id > ? AND c.purpose = ? AND (c.import_id IS NULL) = ?
AND NOT EXISTS (SELECT 1 FROM readings r WHERE r.capture_id = c.capture_id)
ORDER BY c.capture_id LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One wish for an address and how it ended; `bytes` as transferred, over all hops."""

    purpose: str
    outlet_id: str
    feed_id: str | None
    url: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    status: int | None = None
    bytes: int = 0
    hops: int = 0
    detail: str = ""
    attempt_id: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A capture as the ledger has it: what for, of which outlet, and where it lies."""

    capture_id: int
    purpose: str
    outlet_id: str
    feed_id: str | None
    capture: Capture
    attempt_id: int | None = None
    import_id: int | None = None


class Captures:
    """Attempts, captures and the committed ends of the archive's files."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # -------------------------------------------------------------- writing

    def add_attempt(
        self, attempt: Attempt, captures: Sequence[Capture], ends: Mapping[str, int]
    ) -> tuple[int, list[Kept]]:
        """Record an attempt with its captures (the archive is synced already); its number and the captures."""
        with self._desk.transaction() as connection:
            seq = self._desk.next_seq("attempt")
            cursor = connection.execute(
                _INSERT_ATTEMPT,
                (
                    seq,
                    attempt.purpose,
                    attempt.outlet_id,
                    attempt.feed_id,
                    attempt.url,
                    to_us(attempt.started_at),
                    to_us(attempt.ended_at),
                    attempt.outcome,
                    attempt.status,
                    attempt.bytes,
                    attempt.hops,
                    attempt.detail[:500],
                ),
            )
            attempt_id = int(cursor.lastrowid or 0)
            kept = [
                self._add(seq, capture, attempt.purpose, attempt.outlet_id, attempt.feed_id, attempt_id, None)
                for capture in captures
            ]
            self._add_ends(seq, ends)
        return attempt_id, kept

    def add_imported(
        self, import_id: int, rows: Sequence[tuple[str, Capture]], ends: Mapping[str, int]
    ) -> list[Kept]:
        """Record captures that came with an import, as (outlet id, capture)."""
        with self._desk.transaction():
            seq = self._desk.next_seq("captures")
            kept = [
                self._add(seq, capture, "page", outlet_id, None, None, import_id)
                for outlet_id, capture in rows
            ]
            self._add_ends(seq, ends)
        return kept

    def _add(
        self,
        seq: int,
        capture: Capture,
        purpose: str,
        outlet_id: str,
        feed_id: str | None,
        attempt_id: int | None,
        import_id: int | None,
    ) -> Kept:
        cursor = self._desk.connection.execute(
            _INSERT_CAPTURE,
            (
                seq,
                attempt_id,
                import_id,
                purpose,
                outlet_id,
                feed_id,
                capture.url,
                capture.file,
                capture.offset,
                capture.length,
                capture.record_sha256,
                capture.payload_sha256,
                capture.kind,
                to_us(capture.fetched_at),
                capture.status,
                capture.content_type,
                capture.record_id,
                capture.refers_to,
            ),
        )
        number = int(cursor.lastrowid or 0)
        return Kept(number, purpose, outlet_id, feed_id, capture, attempt_id, import_id)

    def _add_ends(self, seq: int, ends: Mapping[str, int]) -> None:
        self._desk.connection.executemany(
            "INSERT INTO archive_ends (file, end, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(file, end, seq) for file, end in sorted(ends.items())],
        )

    # -------------------------------------------------------------- reading

    def list_ends(self) -> dict[str, int]:
        """How far each file of the archive is committed."""
        rows = self._desk.rows("SELECT file, max(end) AS end FROM archive_ends GROUP BY file ORDER BY file")
        return {row["file"]: int(row["end"]) for row in rows}

    def has_end(self, file: str, end: int) -> bool:
        """Whether a file of the archive is committed exactly so far."""
        row = self._desk.row("SELECT max(end) FROM archive_ends WHERE file = ?", (file,))
        return row is not None and row[0] == end

    def get(self, capture_id: int) -> Kept:
        """One capture; an unknown number raises KeyError."""
        row = self._desk.row("SELECT * FROM captures WHERE capture_id = ?", (capture_id,))
        if row is None:
            raise KeyError(capture_id)
        return to_kept(row)

    def find_record(self, record_id: str) -> Kept | None:
        """The capture of a record id, or None."""
        row = self._desk.row("SELECT * FROM captures WHERE record_id = ? LIMIT 1", (record_id,))
        return None if row is None else to_kept(row)

    def find_last(self, url: str, *, kind: str = "response", status: int = 200) -> Kept | None:
        """The latest whole response for an address, or None."""
        row = self._desk.row(
            "SELECT * FROM captures WHERE url = ? AND kind = ? AND status = ? "
            "ORDER BY fetched_us DESC, capture_id DESC LIMIT 1",
            (url, kind, status),
        )
        return None if row is None else to_kept(row)

    def find_imported(self, url: str, fetched_at: datetime, payload_sha256: str) -> Kept | None:
        """The capture of the same address, moment and payload, or None: an import that runs twice adds none."""
        row = self._desk.row(
            "SELECT * FROM captures WHERE url = ? AND fetched_us = ? AND payload_sha256 = ? LIMIT 1",
            (url, to_us(fetched_at), payload_sha256),
        )
        return None if row is None else to_kept(row)

    def list_unread(
        self, purpose: str, *, is_imported: bool = False, rows: int = 500
    ) -> Iterator[list[Kept]]:
        """Captures (collected, or imported) that nothing was read from yet, in pieces, oldest first."""
        last = 0
        while found := self._desk.rows(_UNREAD, (last, purpose, not is_imported, rows)):
            last = int(found[-1]["capture_id"])
            yield [to_kept(row) for row in found]

    def list_unread_imports(self) -> list[int]:
        """The imports that left captures unread."""
        rows = self._desk.rows(
            "SELECT DISTINCT import_id FROM captures c WHERE import_id IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM readings r WHERE r.capture_id = c.capture_id) ORDER BY 1"
        )
        return [int(row[0]) for row in rows]

    def list_captures(self, *, at: int | None = None) -> Iterator[Kept]:
        """Every capture in order."""
        last, limit = 0, NOW if at is None else at
        sql = "SELECT * FROM captures WHERE capture_id > ? AND seq <= ? ORDER BY capture_id LIMIT 2000"
        while found := self._desk.rows(sql, (last, limit)):
            last = int(found[-1]["capture_id"])
            yield from (to_kept(row) for row in found)

    def list_attempts(
        self, *, outlet_id: str | None = None, since: datetime | None = None, at: int | None = None
    ) -> list[Attempt]:
        """Attempts in order of time."""
        rows = self._desk.rows(
            "SELECT * FROM attempts WHERE (?1 IS NULL OR outlet_id = ?1) AND started_us >= ?2 AND seq <= ?3 "
            "ORDER BY started_us, attempt_id",
            (outlet_id, 0 if since is None else to_us(since), NOW if at is None else at),
        )
        return [_to_attempt(row) for row in rows]

    def get_attempt(self, attempt_id: int) -> Attempt:
        """One attempt; an unknown number raises KeyError."""
        row = self._desk.row("SELECT * FROM attempts WHERE attempt_id = ?", (attempt_id,))
        if row is None:
            raise KeyError(attempt_id)
        return _to_attempt(row)

    def count_pages(self, since: datetime) -> dict[str, int]:
        """How many pages were asked for of each outlet since a moment."""
        rows = self._desk.rows(
            "SELECT outlet_id, count(*) AS n FROM attempts WHERE purpose = 'page' AND started_us >= ? "
            "AND hops > 0 GROUP BY 1",
            (to_us(since),),
        )
        return {row["outlet_id"]: int(row["n"]) for row in rows}

    def list_reserved(self, *, at: int | None = None) -> list[tuple[str, datetime, datetime, int]]:
        """Outlets whose bodies were not kept because mining is reserved: first and last time, how often."""
        rows = self._desk.rows(
            "SELECT outlet_id, min(started_us) AS first, max(ended_us) AS last, count(*) AS n FROM attempts "
            "WHERE outcome = 'reserved' AND seq <= ? GROUP BY 1 ORDER BY 1",
            (NOW if at is None else at,),
        )
        return [
            (row["outlet_id"], from_us(row["first"]), from_us(row["last"]), int(row["n"])) for row in rows
        ]

    def count_outcomes(self, *, since_attempt: int = 0) -> dict[tuple[str, str], int]:
        """How many attempts of each purpose ended in each way."""
        rows = self._desk.rows(
            "SELECT purpose, outcome, count(*) AS n FROM attempts WHERE attempt_id > ? GROUP BY 1, 2 ORDER BY 1, 2",
            (since_attempt,),
        )
        return {(row["purpose"], row["outcome"]): int(row["n"]) for row in rows}

    def last_attempt(self) -> int:
        """The number of the latest attempt (0 without any)."""
        row = self._desk.row("SELECT coalesce(max(attempt_id), 0) FROM attempts")
        return int(row[0]) if row else 0


def to_kept(row: sqlite3.Row) -> Kept:
    capture = Capture(
        file=row["file"],
        offset=row["offset"],
        length=row["length"],
        record_sha256=row["record_sha256"],
        payload_sha256=row["payload_sha256"],
        kind=row["kind"],
        url=row["url"],
        fetched_at=from_us(row["fetched_us"]),
        status=row["status"],
        content_type=row["content_type"],
        record_id=row["record_id"],
        refers_to=row["refers_to"],
    )
    return Kept(
        row["capture_id"],
        row["purpose"],
        row["outlet_id"],
        row["feed_id"],
        capture,
        row["attempt_id"],
        row["import_id"],
    )


def _to_attempt(row: sqlite3.Row) -> Attempt:
    return Attempt(
        purpose=row["purpose"],
        outlet_id=row["outlet_id"],
        feed_id=row["feed_id"],
        url=row["url"],
        started_at=from_us(row["started_us"]),
        ended_at=from_us(row["ended_us"]),
        outcome=row["outcome"],
        status=row["status"],
        bytes=row["bytes"],
        hops=row["hops"],
        detail=row["detail"],
        attempt_id=row["attempt_id"],
    )
