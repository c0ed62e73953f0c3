"""Each import with its counts and refusals; rows read = accepted + known + refused, batch by batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from diembao.desk.database import Desk, dump_json
from diembao.desk.outlets import NOW
from diembao.desk.times import from_us
from diembao.types import Refusal

_TOTALS = """
SELECT r.*, e.finished_us,
       coalesce(sum(c.rows), 0) AS rows, coalesce(sum(c.accepted), 0) AS accepted,
       coalesce(sum(c.known), 0) AS known, coalesce(sum(c.refused), 0) AS refused
FROM import_runs r
LEFT JOIN import_counts c ON c.import_id = r.import_id AND c.seq <= :at
LEFT JOIN import_ends e ON e.import_id = r.import_id AND e.seq <= :at
WHERE (:id IS NULL OR r.import_id = :id) AND r.seq <= :at
GROUP BY r.import_id ORDER BY r.import_id
"""


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One import as recorded so far; `finished_at` is None while it runs or when it was interrupted."""

    import_id: int
    kind: str
    file_name: str
    file_sha256: str
    file_size: int
    mapping: Mapping[str, str]
    started_at: datetime
    finished_at: datetime | None
    rows: int
    accepted: int
    known: int
    refused: int

    @property
    def source(self) -> str:
        """How rows of the corpus name this file: `history:feeds.csv`."""
        return f"{self.kind}:{self.file_name}"


class Imports:
    """The account of every import."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def start(
        self, kind: str, file_name: str, *, file_sha256: str, file_size: int, mapping: Mapping[str, str]
    ) -> ImportRun:
        """Record that an import of a file begins."""
        with self._desk.transaction() as connection:
            seq = self._desk.next_seq("import")
            cursor = connection.execute(
                "INSERT INTO import_runs (seq, kind, file_name, file_sha256, file_size, mapping, started_us) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (seq, kind, file_name, file_sha256, file_size, dump_json(dict(mapping)), self._desk.now_us()),
            )
        return self.get(int(cursor.lastrowid or 0))

    def count(
        self,
        import_id: int,
        *,
        batch_no: int | None,
        accepted: int,
        known: int,
        refusals: Iterable[Refusal] = (),
    ) -> None:
        """Add the rows of one batch to the account of an import."""
        refused = list(refusals)
        rows = accepted + known + len(refused)
        if not rows:
            return
        with self._desk.transaction() as connection:
            seq = self._desk.next_seq("import_rows")
            connection.execute(
                "INSERT INTO import_counts (import_id, seq, batch_no, rows, accepted, known, refused) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (import_id, seq, batch_no, rows, accepted, known, len(refused)),
            )
            connection.executemany(
                "INSERT INTO refusals (import_id, line, seq, reason, detail) VALUES (?, ?, ?, ?, ?)",
                [(import_id, r.line, seq, r.reason, r.detail) for r in refused],
            )

    def add_drops(self, import_id: int, reasons: Mapping[str, int]) -> None:
        """Record parts of the file that are no rows, by reason."""
        counted = {reason: n for reason, n in reasons.items() if n}
        if counted:
            with self._desk.transaction():
                seq = self._desk.next_seq("import_drops")
                self._desk.write_many(
                    "INSERT INTO import_drops (import_id, seq, reason, n) VALUES (?, ?, ?, ?)",
                    [(import_id, seq, reason, n) for reason, n in sorted(counted.items())],
                )

    def count_drops(self, import_id: int, *, at: int | None = None) -> dict[str, int]:
        """Parts of the file that were no rows, by reason."""
        rows = self._desk.rows(
            "SELECT reason, sum(n) AS n FROM import_drops WHERE import_id = ? AND seq <= ? GROUP BY 1 ORDER BY 1",
            (import_id, NOW if at is None else at),
        )
        return {row["reason"]: int(row["n"]) for row in rows}

    def finish(self, import_id: int) -> ImportRun:
        """Record that the whole file was read."""
        with self._desk.transaction() as connection:
            seq = self._desk.next_seq("import_end")
            connection.execute(
                "INSERT INTO import_ends (import_id, seq, finished_us) VALUES (?, ?, ?)",
                (import_id, seq, self._desk.now_us()),
            )
        return self.get(import_id)

    def get(self, import_id: int) -> ImportRun:
        """One import; an unknown id raises KeyError."""
        for run in self._read(import_id):
            return run
        raise KeyError(import_id)

    def list_runs(self, *, at: int | None = None) -> list[ImportRun]:
        """Every import, oldest first, with its counts up to a sequence number."""
        return self._read(None, at)

    def list_refusals(self, import_id: int, *, limit: int | None = None) -> list[Refusal]:
        """The rows of an import that were not taken, by line."""
        rows = self._desk.rows(
            "SELECT line, reason, detail FROM refusals WHERE import_id = ? ORDER BY line LIMIT ?",
            (import_id, -1 if limit is None else limit),
        )
        return [Refusal(row["line"], row["reason"], row["detail"]) for row in rows]

    def count_refusals(self, import_id: int | None = None, *, at: int | None = None) -> dict[str, int]:
        """How many rows were refused for each reason, most frequent first."""
        rows = self._desk.rows(
            "SELECT reason, count(*) AS n FROM refusals WHERE (?1 IS NULL OR import_id = ?1) "
            "AND seq <= ?2 GROUP BY reason ORDER BY n DESC, reason",
            (import_id, NOW if at is None else at),
        )
        return {row["reason"]: row["n"] for row in rows}

    def _read(self, import_id: int | None, at: int | None = None) -> list[ImportRun]:
        return [
            ImportRun(
                import_id=row["import_id"],
                kind=row["kind"],
                file_name=row["file_name"],
                file_sha256=row["file_sha256"],
                file_size=row["file_size"],
                mapping=json.loads(row["mapping"]),
                started_at=from_us(row["started_us"]),
                finished_at=None if row["finished_us"] is None else from_us(row["finished_us"]),
                rows=row["rows"],
                accepted=row["accepted"],
                known=row["known"],
                refused=row["refused"],
            )
            for row in self._desk.rows(_TOTALS, {"id": import_id, "at": NOW if at is None else at})
        ]
