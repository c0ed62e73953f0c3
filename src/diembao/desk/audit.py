"""The audit chain: each entry carries the SHA-256 of the one before, so that any later change is found.

It shows changes against a head that was published earlier; it does not prove that its owner was honest
at entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from diembao.desk.database import Desk, dump_json
from diembao.desk.times import from_us

#: what the first entry has before it
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was done."""

    n: int
    at: datetime
    event: str
    payload: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """Whether the chain holds; `broken_at` is the first entry that does not, None when all do."""

    entries: int
    head: str
    broken_at: int | None

    @property
    def is_intact(self) -> bool:
        """True when no entry was changed, removed or moved."""
        return self.broken_at is None


class Audit:
    """Who coded, changed, approved, excluded or erased what."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def append(self, event: str, payload: Mapping[str, object]) -> AuditEntry:
        """Add an entry to the chain."""
        text = dump_json(dict(payload))
        with self._desk.transaction() as connection:
            last = self._desk.row("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1")
            n, previous = (last["n"] + 1, last["hash"]) if last else (1, GENESIS)
            at_us = self._desk.now_us()
            digest = hash_entry(n, at_us, event, text, previous)
            connection.execute(
                "INSERT INTO audit (n, at_us, event, payload, previous, hash) VALUES (?, ?, ?, ?, ?, ?)",
                (n, at_us, event, text, previous, digest),
            )
        return AuditEntry(n, from_us(at_us), event, json.loads(text), digest)

    def head(self) -> str:
        """The hash of the last entry; printed in each report, so that a cut tail is found too."""
        row = self._desk.row("SELECT hash FROM audit ORDER BY n DESC LIMIT 1")
        return row["hash"] if row else GENESIS

    def list_entries(self) -> list[AuditEntry]:
        """Every entry, oldest first."""
        return [
            AuditEntry(row["n"], from_us(row["at_us"]), row["event"], json.loads(row["payload"]), row["hash"])
            for row in self._desk.rows("SELECT * FROM audit ORDER BY n")
        ]

    def verify_chain(self, *, published_heads: tuple[str, ...] = ()) -> ChainCheck:
        """Recompute every hash; each head that was published before must still be in the chain."""
        previous, n, seen = GENESIS, 0, {GENESIS}
        for row in self._desk.rows("SELECT * FROM audit ORDER BY n"):
            n += 1
            digest = hash_entry(row["n"], row["at_us"], row["event"], row["payload"], previous)
            if row["n"] != n or row["previous"] != previous or row["hash"] != digest:
                return ChainCheck(n, previous, n)
            previous = digest
            seen.add(digest)
        cut = next((head for head in published_heads if head not in seen), None)
        return ChainCheck(n, previous, None if cut is None else n + 1)


def hash_entry(n: int, at_us: int, event: str, payload: str, previous: str) -> str:
    """The hash of an entry: SHA-256 over its fields and the hash before, as one JSON list."""
    return hashlib.sha256(dump_json([n, at_us, event, payload, previous]).encode()).hexdigest()
