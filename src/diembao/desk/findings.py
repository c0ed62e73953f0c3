"""What is wrong with clocks and collection: whole lists; a new one replaces the one before, which stays."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping

from diembao.desk.database import Desk, dump_json
from diembao.desk.outlets import NOW
from diembao.desk.times import from_us, to_us
from diembao.types import ClockFinding, Gap


class Findings:
    """Clock findings and gaps. `basis` says what a list was computed from, so that a stale one is seen."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put_clocks(self, findings: Iterable[ClockFinding], *, basis: Mapping[str, object]) -> int:
        """Write a new list of clock findings; its sequence number (the present one's, if nothing changed)."""
        rows: list[tuple[object, ...]] = [
            (f.outlet_id, f.feed_id, f.kind, f.shift_s, to_us(f.first), to_us(f.last), f.n,
             dump_json(dict(f.evidence)))
            for f in findings
        ]  # fmt: skip
        columns = "outlet_id, feed_id, kind, shift_s, first_us, last_us, n, evidence"
        return self._put("clocks", "clock_findings", columns, rows, basis)

    def list_clocks(self, *, at: int | None = None) -> list[ClockFinding]:
        """The clock findings that hold."""
        return [
            ClockFinding(
                outlet_id=row["outlet_id"],
                feed_id=row["feed_id"],
                kind=row["kind"],
                shift_s=row["shift_s"],
                first=from_us(row["first_us"]),
                last=from_us(row["last_us"]),
                n=row["n"],
                evidence=json.loads(row["evidence"]),
            )
            for row in self._rows("clocks", "clock_findings", at)
        ]

    def put_gaps(self, gaps: Iterable[Gap], *, basis: Mapping[str, object]) -> int:
        """Write a new list of gaps; its sequence number (the present one's, if nothing changed)."""
        rows: list[tuple[object, ...]] = [
            (g.outlet_id, g.feed_id, to_us(g.start), to_us(g.end), g.kind, dump_json(dict(g.evidence)))
            for g in gaps
        ]
        return self._put("gaps", "gaps", "outlet_id, feed_id, start_us, end_us, kind, evidence", rows, basis)

    def list_gaps(self, *, at: int | None = None) -> list[Gap]:
        """The gaps that hold."""
        return [
            Gap(
                outlet_id=row["outlet_id"],
                feed_id=row["feed_id"],
                start=from_us(row["start_us"]),
                end=from_us(row["end_us"]),
                kind=row["kind"],
                evidence=json.loads(row["evidence"]),
            )
            for row in self._rows("gaps", "gaps", at)
        ]

    def find_basis(self, kind: str, *, at: int | None = None) -> dict[str, object] | None:
        """What the list of a kind ("clocks" or "gaps") was computed from; None before the first list."""
        seq = self._seq(kind, at)
        row = self._desk.row("SELECT basis FROM finding_lists WHERE seq = ?", (seq,))
        return None if row is None else json.loads(row["basis"])

    # -------------------------------------------------------------- details

    def _put(
        self,
        kind: str,
        table: str,
        columns: str,
        rows: list[tuple[object, ...]],
        basis: Mapping[str, object],
    ) -> int:
        with self._desk.transaction() as connection:
            present = [tuple(row)[2:] for row in self._rows(kind, table, None)]
            if present == rows and self.find_basis(kind) == json.loads(dump_json(dict(basis))):
                return self._seq(kind, None)
            seq = self._desk.next_seq(kind)
            connection.execute(
                "INSERT INTO finding_lists (seq, kind, basis) VALUES (?, ?, ?)",
                (seq, kind, dump_json(dict(basis))),
            )
            marks = ", ".join("?" * (len(columns.split(",")) + 2))
            connection.executemany(
                f"INSERT INTO {table} (seq, place, {columns}) VALUES ({marks})",
                [(seq, place, *row) for place, row in enumerate(rows)],
            )
        return seq

    def _rows(self, kind: str, table: str, at: int | None) -> list[sqlite3.Row]:
        sql = f"SELECT * FROM {table} WHERE seq = ? ORDER BY place"
        return self._desk.rows(sql, (self._seq(kind, at),))

    def _seq(self, kind: str, at: int | None) -> int:
        row = self._desk.row(
            "SELECT coalesce(max(seq), 0) FROM finding_lists WHERE kind = ? AND seq <= ?",
            (kind, NOW if at is None else at),
        )
        return int(row[0]) if row else 0
