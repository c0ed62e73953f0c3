"""An office's clippings: what people chose, kept apart from the corpus and never a probability sample."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from diembao.desk.database import Desk
from diembao.desk.outlets import NOW


@dataclass(frozen=True, slots=True)
class Clip:
    """One row of a clipping list; `outlet_id` is None when its address belongs to no registered outlet."""

    line: int
    title: str
    url: str
    key: str
    outlet_id: str | None
    outlet_name: str
    day: date | None
    file_name: str = ""

    def hash(self) -> bytes:
        """What makes two rows the same clipping."""
        parts = (self.key, self.title, self.outlet_name, self.day.isoformat() if self.day else "")
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()[:16]


class Clips:
    """Clipping lists as imported; a row that is there already is not added again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, import_id: int, clips: Sequence[Clip]) -> int:
        """Record clippings of an import; how many were new."""
        with self._desk.transaction() as connection:
            before = connection.total_changes
            if clips:
                seq = self._desk.next_seq("clips")
                connection.executemany(
                    "INSERT INTO clips (clip_key, seq, import_id, line, title, url, key, outlet_id, "
                    "outlet_name, day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    [
                        (c.hash(), seq, import_id, c.line, c.title, c.url, c.key, c.outlet_id, c.outlet_name,
                         c.day.isoformat() if c.day else None)
                        for c in clips
                    ],
                )  # fmt: skip
                return connection.total_changes - before - 1  # one change is the sequence number
        return 0

    def list_clips(self, *, at: int | None = None) -> list[Clip]:
        """Every clipping, in order of its file and line."""
        rows = self._desk.rows(
            "SELECT c.*, r.file_name FROM clips c JOIN import_runs r USING (import_id) WHERE c.seq <= ? "
            "ORDER BY c.import_id, c.line, c.clip_key",
            (NOW if at is None else at,),
        )
        return [
            Clip(
                line=row["line"],
                title=row["title"],
                url=row["url"],
                key=row["key"],
                outlet_id=row["outlet_id"],
                outlet_name=row["outlet_name"],
                day=date.fromisoformat(row["day"]) if row["day"] else None,
                file_name=row["file_name"],
            )
            for row in rows
        ]
