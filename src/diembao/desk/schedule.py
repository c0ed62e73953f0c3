"""What is due: the plans of feeds, sitemaps and hosts, the queue of pages, and inputs in quarantine.

Rows here are changed in place: they steer the collector, and no number is computed from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from diembao.desk.database import Desk, dump_json
from diembao.desk.times import from_us, to_us

PlanKind = Literal["feed", "sitemap", "host"]


@dataclass(frozen=True, slots=True)
class QueuedPage:
    """A page that was found in a feed or a sitemap and is to be fetched; `key` is its address key."""

    key: str
    url: str
    host: str
    outlet_id: str
    feed_id: str | None
    found_at: datetime
    due_at: datetime
    tries: int = 0
    state: str = "waiting"
    outcome: str = ""


class Schedule:
    """Plans by name, the page queue, and the quarantine of the sandbox."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # -------------------------------------------------------------- plans

    def list_plans(self, kind: PlanKind) -> dict[str, dict[str, Any]]:
        """The plans of a kind by name."""
        rows = self._desk.rows("SELECT name, state FROM plans WHERE kind = ? ORDER BY name", (kind,))
        return {row["name"]: json.loads(row["state"]) for row in rows}

    def put_plans(self, kind: PlanKind, plans: Mapping[str, Mapping[str, Any]]) -> None:
        """Store the plans, each in place of the one of its name."""
        self._desk.write_many(
            "INSERT INTO plans (kind, name, state) VALUES (?, ?, ?) "
            "ON CONFLICT (kind, name) DO UPDATE SET state = excluded.state",
            [(kind, name, dump_json(dict(state))) for name, state in sorted(plans.items())],
        )

    # -------------------------------------------------------------- pages

    def add_pages(self, pages: Iterable[QueuedPage], *, again: bool = False) -> int:
        """Queue pages whose address is not queued yet; `again` makes one that was done due once more."""
        with self._desk.transaction() as connection:
            before = connection.total_changes
            action = (
                "DO UPDATE SET state = 'waiting', tries = 0, due_us = excluded.due_us, url = excluded.url "
                "WHERE state <> 'waiting'"
                if again
                else "DO NOTHING"
            )
            connection.executemany(
                "INSERT INTO page_queue (key, url, host, outlet_id, feed_id, found_us, state, tries, due_us, "
                f"outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) {action}",
                [
                    (p.key, p.url, p.host, p.outlet_id, p.feed_id, to_us(p.found_at), p.state, p.tries,
                     to_us(p.due_at), p.outcome)
                    for p in pages
                ],
            )  # fmt: skip
            return connection.total_changes - before

    def list_waiting(self, host: str | None = None, *, limit: int = 1000) -> list[QueuedPage]:
        """Pages that wait (of one host, or of all), the one that is due first first."""
        rows = self._desk.rows(
            "SELECT * FROM page_queue WHERE state = 'waiting' AND (?1 IS NULL OR host = ?1) "
            "ORDER BY due_us, key LIMIT ?2",
            (host, limit),
        )
        return [
            QueuedPage(
                row["key"],
                row["url"],
                row["host"],
                row["outlet_id"],
                row["feed_id"],
                from_us(row["found_us"]),
                from_us(row["due_us"]),
                row["tries"],
                row["state"],
                row["outcome"],
            )
            for row in rows
        ]

    def list_hosts_waiting(self) -> dict[str, int]:
        """Hosts with waiting pages, and how many."""
        rows = self._desk.rows(
            "SELECT host, count(*) AS n FROM page_queue WHERE state = 'waiting' GROUP BY host ORDER BY host"
        )
        return {row["host"]: int(row["n"]) for row in rows}

    def settle_page(self, key: str, state: str, outcome: str, *, tries: int, due_at: datetime) -> None:
        """What became of a page: done, given up, or waiting for another try."""
        self._desk.write(
            "UPDATE page_queue SET state = ?, outcome = ?, tries = ?, due_us = ? WHERE key = ?",
            (state, outcome, tries, to_us(due_at), key),
        )

    def count_pages(self) -> dict[tuple[str, str], int]:
        """How many pages stand in each state with each outcome."""
        rows = self._desk.rows(
            "SELECT state, outcome, count(*) AS n FROM page_queue GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return {(row["state"], row["outcome"]): int(row["n"]) for row in rows}

    # -------------------------------------------------------------- quarantine

    def list_quarantine(self) -> dict[str, int]:
        """How many workers died over each input, by its key."""
        rows = self._desk.rows("SELECT key, kills FROM quarantine ORDER BY key")
        return {row["key"]: int(row["kills"]) for row in rows}

    def put_quarantine(self, deaths: Iterable[tuple[str, str, int, str]]) -> None:
        """Store deaths of workers as (key, function, how many by now, reason)."""
        self._desk.write_many(
            "INSERT INTO quarantine (key, function, kills, reason, at_us) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (key) DO UPDATE SET kills = excluded.kills, reason = excluded.reason",
            [
                (key, function, kills, reason[:300], self._desk.now_us())
                for key, function, kills, reason in deaths
            ],
        )
