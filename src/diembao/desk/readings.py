"""What was read from each capture, and what each reading of a feed brought."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from diembao.desk.captures import Kept, to_kept
from diembao.desk.database import Desk, dump_json
from diembao.desk.outlets import NOW
from diembao.desk.times import from_us, to_us
from diembao.types import FeedPoll

#: outcomes after which an article or a feed is in the corpus; all others say why a capture was dropped
READ = ("article", "look", "feed", "sitemap", "unchanged", "robots", "tdm", "discover")


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome of reading one capture; `basis` names the profiles that a page was looked through for."""

    capture_id: int
    outcome: str
    article_id: str | None = None
    revision: str | None = None
    basis: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


class Readings:
    """Readings and feed polls; a later reading of a capture replaces an earlier one for readers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, readings: Iterable[Reading], polls: Iterable[FeedPoll] = ()) -> None:
        """Record readings and polls in one transaction."""
        with self._desk.transaction() as connection:
            seq = self._desk.next_seq("readings")
            connection.executemany(
                "INSERT INTO readings (capture_id, seq, outcome, article_id, revision, basis, detail) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        r.capture_id,
                        seq,
                        r.outcome,
                        r.article_id,
                        r.revision,
                        r.basis,
                        dump_json(dict(r.detail)),
                    )
                    for r in readings
                ],
            )
            connection.executemany(
                "INSERT INTO feed_polls (feed_id, at_us, seq, outcome, entries, fresh) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(p.feed_id, to_us(p.at), seq, p.outcome, p.entries, p.fresh) for p in polls],
            )

    def find(self, capture_id: int) -> Reading | None:
        """The latest reading of a capture, or None."""
        row = self._desk.row(
            "SELECT * FROM readings WHERE capture_id = ? ORDER BY seq DESC LIMIT 1", (capture_id,)
        )
        if row is None:
            return None
        return Reading(
            row["capture_id"],
            row["outcome"],
            row["article_id"],
            row["revision"],
            row["basis"],
            json.loads(row["detail"]),
        )

    def list_evidence(self, article_id: str) -> list[tuple[Kept, Reading]]:
        """The captures that an article was read from, oldest first, each with its latest reading."""
        rows = self._desk.rows(
            "SELECT c.*, r.outcome, r.article_id, r.revision, r.basis, r.detail FROM captures c "
            "JOIN readings r USING (capture_id) "
            "WHERE r.seq = (SELECT max(seq) FROM readings x WHERE x.capture_id = c.capture_id) "
            "AND c.capture_id IN (SELECT capture_id FROM readings WHERE article_id = ?) "
            "ORDER BY c.fetched_us, c.capture_id",
            (article_id,),
        )
        return [
            (
                to_kept(row),
                Reading(
                    row["capture_id"],
                    row["outcome"],
                    row["article_id"],
                    row["revision"],
                    row["basis"],
                    json.loads(row["detail"]),
                ),
            )
            for row in rows
        ]

    def list_looked(self, basis: str, *, rows: int = 500) -> Iterator[list[Kept]]:
        """Captures of pages that were only looked at, for other profiles than `basis`; in pieces."""
        last = 0
        sql = """
        SELECT c.* FROM captures c JOIN readings r USING (capture_id)
        WHERE c.capture_id > ? AND r.outcome = 'look' AND r.basis <> ?
        AND r.seq = (SELECT max(seq) FROM readings x WHERE x.capture_id = c.capture_id)
        ORDER BY c.capture_id LIMIT ?
        """
        while found := self._desk.rows(sql, (last, basis, rows)):
            last = int(found[-1]["capture_id"])
            yield [to_kept(row) for row in found]

    def has_looked(self, basis: str) -> bool:
        """Whether any page was only looked at for other profiles than `basis`."""
        return next(self.list_looked(basis, rows=1), None) is not None

    def count_outcomes(
        self, *, import_id: int | None = None, since_capture: int = 0, at: int | None = None
    ) -> dict[str, int]:
        """How many captures of pages were read with each outcome (their latest one)."""
        rows = self._desk.rows(
            "SELECT r.outcome, count(*) AS n FROM readings r JOIN captures c USING (capture_id) "
            "WHERE (?1 IS NULL OR c.import_id = ?1) AND c.capture_id > ?2 AND r.seq <= ?3 "
            "AND c.purpose = 'page' AND r.seq = (SELECT max(seq) FROM readings x "
            "WHERE x.capture_id = r.capture_id AND x.seq <= ?3) GROUP BY 1 ORDER BY 1",
            (import_id, since_capture, NOW if at is None else at),
        )
        return {row["outcome"]: int(row["n"]) for row in rows}

    def count_by_outlet(self) -> dict[str, dict[str, int]]:
        """What the pages of each outlet were read as (their latest reading)."""
        rows = self._desk.rows(
            "SELECT c.outlet_id, r.outcome, count(*) AS n FROM readings r JOIN captures c USING (capture_id) "
            "WHERE c.purpose = 'page' AND r.seq = (SELECT max(seq) FROM readings x "
            "WHERE x.capture_id = r.capture_id) GROUP BY 1, 2 ORDER BY 1, 2"
        )
        found: dict[str, dict[str, int]] = {}
        for row in rows:
            found.setdefault(row["outlet_id"], {})[row["outcome"]] = int(row["n"])
        return found

    def count_polls(self) -> int:
        """How often feeds were read."""
        row = self._desk.row("SELECT count(*) FROM feed_polls")
        return int(row[0]) if row else 0

    def find_last_poll(self) -> datetime | None:
        """When a feed answered last, or None."""
        row = self._desk.row("SELECT max(at_us) FROM feed_polls WHERE outcome IN ('ok', 'unchanged')")
        return None if row is None or row[0] is None else from_us(row[0])

    def list_polls(self, *, at: int | None = None) -> list[FeedPoll]:
        """Every reading of a feed, by feed and time."""
        rows = self._desk.rows(
            "SELECT * FROM feed_polls WHERE seq <= ? ORDER BY feed_id, at_us", (NOW if at is None else at,)
        )
        return [
            FeedPoll(row["feed_id"], from_us(row["at_us"]), row["outcome"], row["entries"], row["fresh"])
            for row in rows
        ]
