"""Which texts were erased, and why: a tombstone stays, so that counts survive."""

from __future__ import annotations

from collections.abc import Iterable

from diembao.desk.database import Desk
from diembao.desk.outlets import NOW


class Erasures:
    """Tombstones of erased texts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, text_hashes: Iterable[str], reason: str) -> None:
        """Record that texts are erased."""
        hashes = sorted(set(text_hashes))
        if not hashes:
            return
        with self._desk.transaction() as connection:
            seq, now = self._desk.next_seq("erasure"), self._desk.now_us()
            connection.executemany(
                "INSERT INTO erasures (text_hash, seq, reason, at_us) VALUES (?, ?, ?, ?)",
                [(text_hash, seq, reason, now) for text_hash in hashes],
            )

    def list_tombstones(self, *, at: int | None = None) -> dict[str, str]:
        """Every erased text's hash with the (last) reason."""
        rows = self._desk.rows(
            "SELECT text_hash, reason, max(seq) FROM erasures WHERE seq <= ? GROUP BY text_hash ORDER BY 1",
            (NOW if at is None else at,),
        )
        return {row["text_hash"]: row["reason"] for row in rows}
