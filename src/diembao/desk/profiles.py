"""Topic profiles as they were when used: the hash that rows of the corpus name, and the text behind it."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass

from diembao.desk.database import Desk
from diembao.desk.outlets import NOW


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of a topic's profile."""

    profile_hash: str
    topic_id: str
    text: str
    gazetteer_version: str


class Profiles:
    """Every profile that was ever used; the same text and gazetteer give the same hash."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put(self, topic_id: str, text: str, gazetteer_version: str) -> Profile:
        """Record a profile (once) and return it with its hash."""
        content = "\0".join((topic_id, text, gazetteer_version)).encode()
        profile = Profile(hashlib.sha256(content).hexdigest()[:16], topic_id, text, gazetteer_version)
        if self.find(profile.profile_hash) is not None:  # so that who only asks waits for no writer
            return profile
        with self._desk.transaction() as connection:
            if self.find(profile.profile_hash) is None:
                connection.execute(
                    "INSERT INTO profiles (profile_hash, topic_id, seq, text, gazetteer_version) "
                    "VALUES (?, ?, ?, ?, ?)",
                    (profile.profile_hash, topic_id, self._desk.next_seq("profile"), text, gazetteer_version),
                )
        return profile

    def find(self, profile_hash: str) -> Profile | None:
        """The profile of a hash, or None."""
        row = self._desk.row("SELECT * FROM profiles WHERE profile_hash = ?", (profile_hash,))
        return None if row is None else _from_row(row)

    def list_profiles(self, topic_id: str | None = None, *, at: int | None = None) -> list[Profile]:
        """The profiles (of a topic), in the order in which they were first used."""
        rows = self._desk.rows(
            "SELECT * FROM profiles WHERE seq <= ?1 AND (?2 IS NULL OR topic_id = ?2) ORDER BY seq",
            (NOW if at is None else at, topic_id),
        )
        return [_from_row(row) for row in rows]


def _from_row(row: sqlite3.Row) -> Profile:
    return Profile(row["profile_hash"], row["topic_id"], row["text"], row["gazetteer_version"])
