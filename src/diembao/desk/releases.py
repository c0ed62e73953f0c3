"""Press releases as issued; one that was imported wrongly is withdrawn and may then be imported anew."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Literal

from diembao.desk.database import Desk, dump_json
from diembao.desk.outlets import NOW
from diembao.desk.times import from_us, to_us
from diembao.errors import SourceError
from diembao.types import Release

#: how a release was taken: new; there already; its id stands for another text; its text stands under another id
Verdict = Literal["accepted", "known", "other_text", "same_text"]

_HOLDING = """
SELECT r.* FROM releases r
JOIN (SELECT release_id, max(seq) AS seq FROM releases WHERE seq <= :at GROUP BY release_id) last
  USING (release_id, seq)
WHERE NOT EXISTS (
  SELECT 1 FROM release_withdrawals w WHERE w.release_id = r.release_id AND w.seq > r.seq AND w.seq <= :at
)
"""
_INSERT = """
INSERT INTO releases (release_id, seq, import_id, title, text, issued_us, precision, source, sha256, flags)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class Releases:
    """The releases that hold. `at` is a desk sequence number; without it the present holds."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put(self, releases: Iterable[Release], *, import_id: int | None = None) -> list[Verdict]:
        """Record releases that are not there yet; one verdict each, in order. What is there never changes."""
        with self._desk.transaction():
            rows = self._desk.rows(f"SELECT release_id, sha256 FROM ({_HOLDING})", {"at": NOW})
            by_id = {row["release_id"]: row["sha256"] for row in rows}
            by_text = {row["sha256"]: row["release_id"] for row in rows}
            verdicts: list[Verdict] = []
            fresh: list[Release] = []
            for release in releases:
                verdict = _judge(release, by_id, by_text)
                verdicts.append(verdict)
                if verdict == "accepted":
                    fresh.append(release)
                    by_id[release.release_id] = release.sha256
                    by_text[release.sha256] = release.release_id
            if fresh:
                seq = self._desk.next_seq("releases")
                self._desk.write_many(_INSERT, [_to_row(release, seq, import_id) for release in fresh])
        return verdicts

    def list_releases(self, *, at: int | None = None) -> list[Release]:
        """Every release that holds, by moment of issue (unknown last) and id."""
        rows = self._desk.rows(
            f"{_HOLDING} ORDER BY issued_us IS NULL, issued_us, release_id", {"at": NOW if at is None else at}
        )
        return [_from_row(row) for row in rows]

    def find(self, release_id: str, *, at: int | None = None) -> Release | None:
        """The release, or None where there is none or it was withdrawn."""
        row = self._desk.row(
            f"{_HOLDING} AND r.release_id = :id", {"at": NOW if at is None else at, "id": release_id}
        )
        return None if row is None else _from_row(row)

    def find_by_text(self, sha256: str) -> Release | None:
        """The release that holds and has this text."""
        row = self._desk.row(f"{_HOLDING} AND r.sha256 = :sha256", {"at": NOW, "sha256": sha256})
        return None if row is None else _from_row(row)

    def get(self, release_id: str, *, at: int | None = None) -> Release:
        """The release; one that is not there is an error."""
        release = self.find(release_id, at=at)
        if release is None:
            raise SourceError(
                "there is no press release {release_id!r}",
                key="desk.no_release",
                next_step="`diembao releases list` shows those that are there",
                release_id=release_id,
            )
        return release

    def withdraw(self, release_id: str, reason: str = "") -> int:
        """Take a release out of all later counts; the sequence number. Earlier snapshots keep it."""
        with self._desk.transaction():
            self.get(release_id)
            seq = self._desk.next_seq("release_withdrawal")
            self._desk.write(
                "INSERT INTO release_withdrawals (release_id, seq, reason) VALUES (?, ?, ?)",
                (release_id, seq, reason),
            )
            self._desk.audit.append("release_withdrawn", {"release_id": release_id, "reason": reason})
        return seq


def _judge(release: Release, by_id: dict[str, str], by_text: dict[str, str]) -> Verdict:
    there = by_id.get(release.release_id)
    if there is not None:
        return "known" if there == release.sha256 else "other_text"
    return "same_text" if release.sha256 in by_text else "accepted"


def _to_row(release: Release, seq: int, import_id: int | None) -> tuple[object, ...]:
    return (
        release.release_id,
        seq,
        import_id,
        release.title,
        release.text,
        None if release.issued_at is None else to_us(release.issued_at),
        release.precision,
        release.source,
        release.sha256,
        dump_json(list(release.flags)),
    )


def _from_row(row: sqlite3.Row) -> Release:
    return Release(
        release_id=row["release_id"],
        title=row["title"],
        text=row["text"],
        issued_at=None if row["issued_us"] is None else from_us(row["issued_us"]),
        precision=row["precision"],
        source=row["source"],
        sha256=row["sha256"],
        flags=tuple(json.loads(row["flags"])),
    )
