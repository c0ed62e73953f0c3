"""Which address leads to which article: the address first seen gives the id, others are aliases."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from diembao.desk.database import Desk

#: rows per lookup; SQLite takes 32,766 values in one statement
CHUNK = 5_000


def hash_address(key: str) -> bytes:
    """The compact form of an address key: 16 bytes of its SHA-256 (the first 8 name the article)."""
    return hashlib.sha256(key.encode()).digest()[:16]


def name_article(key: str) -> str:
    """The article id that an address gives when it is the first one seen."""
    return hash_address(key)[:8].hex()


class Addresses:
    """Address keys and the articles they belong to. A key never changes its article."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def find_many(self, keys: Sequence[str]) -> dict[str, str]:
        """The article of every key that is known."""
        hashes = {hash_address(key): key for key in keys}
        found: dict[str, str] = {}
        wanted = list(hashes)
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            marks = ",".join("?" * len(chunk))
            sql = f"SELECT key_hash, article_id FROM addresses WHERE key_hash IN ({marks})"
            found.update((hashes[row[0]], row[1]) for row in self._desk.rows(sql, chunk))
        return found

    def find(self, key: str) -> str | None:
        """The article of an address key, or None."""
        return self.find_many([key]).get(key)

    def add(self, articles: Mapping[str, str], seq: int) -> None:
        """Record key → article for keys that are new (inside a transaction)."""
        self._desk.write_many(
            "INSERT INTO addresses (key_hash, article_id, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(hash_address(key), article_id, seq) for key, article_id in articles.items()],
        )

    def add_aliases(self, pairs: Iterable[tuple[str, str]], seq: int) -> int:
        """Record further addresses of articles; a key that already leads somewhere keeps its article."""
        pairs = list(pairs)
        with self._desk.transaction():
            known = self.find_many([key for key, _ in pairs])
            new = {key: article_id for key, article_id in pairs if key not in known}
            self.add(new, seq)
            self._desk.write_many(
                "INSERT INTO aliases (key, article_id, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                [(key, article_id, seq) for key, article_id in new.items()],
            )
        return len(new)

    def list_aliases(self, article_id: str) -> list[str]:
        """The further address keys of an article."""
        rows = self._desk.rows("SELECT key FROM aliases WHERE article_id = ? ORDER BY key", (article_id,))
        return [row[0] for row in rows]

    def count(self) -> int:
        """How many addresses are known."""
        row = self._desk.row("SELECT count(*) FROM addresses")
        return int(row[0]) if row else 0
