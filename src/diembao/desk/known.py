"""Which revisions, sightings and texts the corpus already holds, as compact keys for fast lookups."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from diembao.desk.addresses import CHUNK
from diembao.desk.database import Desk


class Known:
    """Keys of what was committed; written in the same transaction as the commit itself."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def find_revisions(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """The first-seen moment (µs) of every revision that is stored."""
        found: dict[bytes, int] = {}
        for chunk, marks in _chunks(keys):
            sql = f"SELECT key, first_us FROM revisions WHERE key IN ({marks})"
            found.update((row[0], row[1]) for row in self._desk.rows(sql, chunk))
        return found

    def find_articles(self, article_ids: Sequence[str]) -> set[str]:
        """Those of the articles of which any revision is stored."""
        found: set[str] = set()
        sql = "SELECT 1 FROM revisions WHERE key BETWEEN ? AND ? LIMIT 1"
        for article_id in article_ids:
            head = bytes.fromhex(article_id)
            if self._desk.row(sql, (head + b"\x00" * 8, head + b"\xff" * 8)) is not None:
                found.add(article_id)
        return found

    def find_sightings(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of the sightings that are stored."""
        return self._find("sightings", keys)

    def find_texts(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of the texts that are stored or were erased (an erased one does not come back)."""
        return self._find("text_keys", keys)

    def add_revisions(self, rows: Iterable[tuple[bytes, int, str]], seq: int) -> None:
        """Record (key, first seen µs, month) of new revisions (inside a transaction)."""
        self._desk.write_many(
            "INSERT INTO revisions (key, first_us, month, seq) VALUES (?, ?, ?, ?)",
            [(*row, seq) for row in sorted(rows)],
        )

    def add_sightings(self, keys: Iterable[bytes]) -> None:
        """Record new sightings (inside a transaction)."""
        self._desk.write_many("INSERT INTO sightings (key) VALUES (?)", [(key,) for key in sorted(keys)])

    def add_texts(self, keys: Iterable[bytes]) -> None:
        """Record new texts (inside a transaction)."""
        self._desk.write_many("INSERT INTO text_keys (key) VALUES (?)", [(key,) for key in sorted(keys)])

    def count(self) -> dict[str, int]:
        """How many revisions, sightings and texts are stored."""
        counts: dict[str, int] = {}
        for name, table in (("revisions", "revisions"), ("sightings", "sightings"), ("texts", "text_keys")):
            row = self._desk.row(f"SELECT count(*) FROM {table}")
            counts[name] = int(row[0]) if row else 0
        return counts

    def _find(self, table: str, keys: Sequence[bytes]) -> set[bytes]:
        found: set[bytes] = set()
        for chunk, marks in _chunks(keys):
            rows = self._desk.rows(f"SELECT key FROM {table} WHERE key IN ({marks})", chunk)
            found.update(row[0] for row in rows)
        return found


def _chunks(keys: Sequence[bytes]) -> Iterable[tuple[Sequence[bytes], str]]:
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        yield chunk, ",".join("?" * len(chunk))
