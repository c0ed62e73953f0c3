"""When a collector ran, and which feeds it was told to read (so that one that never delivered is known)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from diembao.desk.database import Desk
from diembao.desk.outlets import NOW
from diembao.desk.times import from_us, to_us
from diembao.types import Feed


class Runs:
    """Moments of collector runs and configured feeds; adding what is there already changes nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, collector: str, moments: Iterable[datetime]) -> int:
        """Record runs of a collector; how many were new."""
        with self._desk.transaction() as connection:
            wanted = sorted({to_us(moment) for moment in moments})
            present = {row[0] for row in self._rows(collector, NOW)}
            new = [at for at in wanted if at not in present]
            if new:
                seq = self._desk.next_seq("runs")
                connection.executemany(
                    "INSERT INTO collector_runs (collector, at_us, seq) VALUES (?, ?, ?)",
                    [(collector, at, seq) for at in new],
                )
        return len(new)

    def list_moments(self, collector: str | None = None, *, at: int | None = None) -> list[datetime]:
        """The moments of all runs (of one collector, or of all), in order."""
        return [from_us(row[0]) for row in self._rows(collector, NOW if at is None else at)]

    def find_last(self, collector: str) -> datetime | None:
        """When a collector ran last, or None."""
        rows = self._desk.rows("SELECT max(at_us) FROM collector_runs WHERE collector = ?", (collector,))
        return None if rows[0][0] is None else from_us(rows[0][0])

    def list_collectors(self) -> list[str]:
        """The names of the collectors that ran."""
        return [row[0] for row in self._desk.rows("SELECT DISTINCT collector FROM collector_runs ORDER BY 1")]

    def _rows(self, collector: str | None, at: int) -> list[tuple[int]]:
        rows = self._desk.rows(
            "SELECT DISTINCT at_us FROM collector_runs WHERE seq <= ?1 AND (?2 IS NULL OR collector = ?2) "
            "ORDER BY at_us",
            (at, collector),
        )
        return [(row[0],) for row in rows]

    # -------------------------------------------------------------- configured feeds

    def add_feeds(self, collector: str, feeds: Iterable[Feed]) -> int:
        """Record the feeds that a collector was told to read; how many are new or changed."""
        with self._desk.transaction() as connection:
            present = {feed.feed_id: feed for feed in self.list_feeds(collector)}
            changed = {f.feed_id: f for f in feeds if present.get(f.feed_id) != f}
            if changed:
                seq = self._desk.next_seq("feeds")
                connection.executemany(
                    "INSERT INTO configured_feeds (collector, feed_id, seq, outlet_id, url, name) "
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    [(collector, f.feed_id, seq, f.outlet_id, f.url, f.name) for f in changed.values()],
                )
        return len(changed)

    def list_feeds(self, collector: str | None = None, *, at: int | None = None) -> list[Feed]:
        """Every feed that a collector (or any) was told to read, by id."""
        rows = self._desk.rows(
            "SELECT feed_id, outlet_id, url, name, max(seq) FROM configured_feeds "
            "WHERE seq <= ?1 AND (?2 IS NULL OR collector = ?2) GROUP BY feed_id ORDER BY feed_id",
            (NOW if at is None else at, collector),
        )
        return [Feed(row["feed_id"], row["outlet_id"], row["url"], row["name"]) for row in rows]
