"""Which versions of the corpus tables belong together; only what is committed here exists for a reader."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from diembao.desk.database import Desk, dump_json
from diembao.desk.times import from_us

CommitKind = Literal["create", "append", "recover", "compact", "erase"]


@dataclass(frozen=True, slots=True)
class Commit:
    """One committed set of table versions; `batch_no` is the last batch in it."""

    commit_no: int
    batch_no: int
    batch_id: str
    kind: CommitKind
    versions: Mapping[str, int]
    rows: Mapping[str, int]
    at: datetime


class Commits:
    """Committed version sets, in order."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def last(self) -> Commit | None:
        """The set that holds now; None before the corpus was made."""
        row = self._desk.row("SELECT * FROM corpus_commits ORDER BY commit_no DESC LIMIT 1")
        return None if row is None else _from_row(row)

    def find(self, commit_no: int) -> Commit | None:
        """The set with a number, or None."""
        row = self._desk.row("SELECT * FROM corpus_commits WHERE commit_no = ?", (commit_no,))
        return None if row is None else _from_row(row)

    def list_commits(self, *, after: int = 0) -> list[Commit]:
        """Every set after a number, in order."""
        rows = self._desk.rows(
            "SELECT * FROM corpus_commits WHERE commit_no > ? ORDER BY commit_no", (after,)
        )
        return [_from_row(row) for row in rows]

    def has_batch(self, batch_no: int, batch_id: str) -> bool:
        """Whether this very batch was committed here."""
        sql = "SELECT 1 FROM corpus_commits WHERE batch_no = ? AND batch_id = ? LIMIT 1"
        return self._desk.row(sql, (batch_no, batch_id)) is not None

    def add(
        self,
        kind: CommitKind,
        *,
        batch_no: int,
        batch_id: str,
        versions: Mapping[str, int],
        rows: Mapping[str, int],
    ) -> int:
        """Commit a set; its number."""
        with self._desk.transaction() as connection:
            seq = self._desk.next_seq("corpus")
            cursor = connection.execute(
                "INSERT INTO corpus_commits (seq, batch_no, batch_id, kind, versions, rows, at_us) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (seq, batch_no, batch_id, kind, dump_json(dict(versions)), dump_json(dict(rows)),
                 self._desk.now_us()),
            )  # fmt: skip
        return int(cursor.lastrowid or 0)


def _from_row(row: sqlite3.Row) -> Commit:
    return Commit(
        commit_no=row["commit_no"],
        batch_no=row["batch_no"],
        batch_id=row["batch_id"],
        kind=row["kind"],
        versions=json.loads(row["versions"]),
        rows=json.loads(row["rows"]),
        at=from_us(row["at_us"]),
    )
