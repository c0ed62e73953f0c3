"""Which clustering holds, and what people said about stories: split, merged, pinned."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from diembao.desk.database import Desk, dump_json
from diembao.desk.outlets import NOW

EditKind = Literal["split", "merge", "pin", "withdraw"]


@dataclass(frozen=True, slots=True)
class Clustering:
    """One clustering of all texts: by which rules, and of what it was computed."""

    seq: int
    method: str
    basis: Mapping[str, object]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StoryEdit:
    """What a person said: `units` belong together (merge), or no longer with `rest` (split), or are the story
    `story_id` whatever comes (pin).
    """

    edit_id: int
    seq: int
    kind: EditKind
    units: tuple[str, ...]
    rest: tuple[str, ...] = ()
    story_id: str | None = None
    note: str = ""


class Stories:
    """Clusterings in order, and the edits that hold."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put_clustering(self, method: str, basis: Mapping[str, object], counts: Mapping[str, int]) -> int:
        """Record that a clustering was made; its sequence number."""
        with self._desk.transaction():
            seq = self._desk.next_seq("clustering")
            self._desk.write(
                "INSERT INTO clusterings (seq, method, basis, counts) VALUES (?, ?, ?, ?)",
                (seq, method, dump_json(dict(basis)), dump_json(dict(counts))),
            )
        return seq

    def find_clustering(self, *, at: int | None = None) -> Clustering | None:
        """The clustering that holds, or None before the first."""
        row = self._desk.row(
            "SELECT * FROM clusterings WHERE seq <= ? ORDER BY seq DESC LIMIT 1", (NOW if at is None else at,)
        )
        if row is None:
            return None
        return Clustering(row["seq"], row["method"], json.loads(row["basis"]), json.loads(row["counts"]))

    def add_edit(
        self,
        kind: EditKind,
        units: Sequence[str],
        *,
        rest: Sequence[str] = (),
        story_id: str | None = None,
        note: str = "",
    ) -> StoryEdit:
        """Record what a person said, also in the audit chain."""
        return self._add(kind, units, rest, story_id, None, note)

    def withdraw_edit(self, edit_id: int, *, note: str = "") -> StoryEdit:
        """Take an edit back; it stays on record."""
        return self._add("withdraw", (), (), None, edit_id, note)

    def list_edits(self, *, at: int | None = None) -> list[StoryEdit]:
        """The edits that hold, in order; those taken back are left out."""
        rows = self._desk.rows(
            "SELECT * FROM story_edits WHERE seq <= ? ORDER BY edit_id", (NOW if at is None else at,)
        )
        undone = {row["undoes"] for row in rows if row["kind"] == "withdraw"}
        return [
            StoryEdit(
                row["edit_id"],
                row["seq"],
                row["kind"],
                tuple(json.loads(row["units"])),
                tuple(json.loads(row["rest"])),
                row["story_id"],
                row["note"],
            )
            for row in rows
            if row["kind"] != "withdraw" and row["edit_id"] not in undone
        ]

    def _add(
        self,
        kind: EditKind,
        units: Sequence[str],
        rest: Sequence[str],
        story_id: str | None,
        undoes: int | None,
        note: str,
    ) -> StoryEdit:
        with self._desk.transaction() as connection:
            seq = self._desk.next_seq("stories")
            cursor = connection.execute(
                "INSERT INTO story_edits (seq, kind, units, rest, story_id, undoes, note) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (seq, kind, dump_json(list(units)), dump_json(list(rest)), story_id, undoes, note),
            )
            edit_id = int(cursor.lastrowid or 0)
            payload = {"edit": edit_id, "kind": kind, "units": list(units), "rest": list(rest), "note": note}
            self._desk.audit.append("story_edited", payload | ({"undoes": undoes} if undoes else {}))
        return StoryEdit(edit_id, seq, kind, tuple(units), tuple(rest), story_id, note)
