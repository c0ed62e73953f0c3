"""Outlets and classes of the project's own, as versions: the latest up to a sequence number holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby

from diembao.desk.database import Desk, dump_json
from diembao.desk.times import from_us
from diembao.errors import OutletError
from diembao.types import Feed, Outlet

_LATEST = """
SELECT v.* FROM outlet_versions v
JOIN (SELECT outlet_id, max(seq) AS seq FROM outlet_versions WHERE seq <= :at GROUP BY outlet_id) last
  USING (outlet_id, seq)
"""
_INSERT = """
INSERT INTO outlet_versions (outlet_id, seq, name, domains, outlet_class, place, timezone, language, feeds,
                             sitemaps, status, note)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
#: larger than any sequence number: "as of now"
NOW = 2**62


class Outlets:
    """What is registered. `at` is a desk sequence number; without it the present holds."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put(self, outlets: Iterable[Outlet]) -> int:
        """Write new versions of the outlets that differ from what holds; how many were written."""
        with self._desk.transaction():
            present = {outlet.outlet_id: outlet for outlet in self.list_outlets()}
            changed = [o for o in outlets if present.get(o.outlet_id) != o]
            if changed:
                seq = self._desk.next_seq("outlets")
                last = {outlet.outlet_id: outlet for outlet in changed}  # of two in one call the last holds
                self._desk.connection.executemany(_INSERT, [_to_row(o, seq) for o in last.values()])
        return len(changed)

    def list_outlets(self, *, at: int | None = None) -> list[Outlet]:
        """Every outlet, by id."""
        rows = self._desk.rows(_LATEST + " ORDER BY outlet_id", {"at": NOW if at is None else at})
        return [_from_row(row) for row in rows]

    def find(self, outlet_id: str, *, at: int | None = None) -> Outlet | None:
        """The outlet, or None."""
        values = {"at": NOW if at is None else at, "id": outlet_id}
        row = self._desk.row(_LATEST + " WHERE v.outlet_id = :id", values)
        return None if row is None else _from_row(row)

    def get(self, outlet_id: str, *, at: int | None = None) -> Outlet:
        """The outlet; one that is not registered is an error."""
        outlet = self.find(outlet_id, at=at)
        if outlet is None:
            raise OutletError(
                "no outlet {outlet_id!r} is registered",
                key="desk.no_outlet",
                next_step="`diembao outlet list` shows those that are",
                outlet_id=outlet_id,
            )
        return outlet

    def list_ended_feeds(self, *, at: int | None = None) -> dict[str, tuple[Feed, datetime]]:
        """Feeds that an outlet had once and has no more, by id, with the moment at which each was dropped."""
        rows = self._desk.rows(
            "SELECT v.*, s.at_us FROM outlet_versions v JOIN sequence s USING (seq) WHERE v.seq <= ? "
            "ORDER BY v.outlet_id, v.seq",
            (NOW if at is None else at,),
        )
        ended: dict[str, tuple[Feed, datetime]] = {}
        for outlet_id, versions in groupby(rows, key=lambda row: row["outlet_id"]):
            before: dict[str, Feed] = {}
            for row in versions:
                present = {feed.feed_id: feed for feed in _read_feeds(outlet_id, row["feeds"])}
                ended |= {
                    name: (f, from_us(row["at_us"])) for name, f in before.items() if name not in present
                }
                before = present
                for name in present:
                    ended.pop(name, None)
        return ended

    # -------------------------------------------------------------- classes

    def put_classes(self, definitions: Mapping[str, str]) -> int:
        """Write the classes of the project's own that are new or defined anew; how many were written."""
        with self._desk.transaction():
            present = self.list_classes()
            changed = {name: text for name, text in definitions.items() if present.get(name) != text}
            if changed:
                seq = self._desk.next_seq("classes")
                self._desk.write_many(
                    "INSERT INTO class_versions (name, seq, definition) VALUES (?, ?, ?)",
                    [(name, seq, text) for name, text in sorted(changed.items())],
                )
        return len(changed)

    def list_classes(self, *, at: int | None = None) -> dict[str, str]:
        """Each class of the project's own with its definition."""
        rows = self._desk.rows(
            "SELECT name, definition, max(seq) FROM class_versions WHERE seq <= ? GROUP BY name ORDER BY 1",
            (NOW if at is None else at,),
        )
        return {row["name"]: row["definition"] for row in rows}


def _to_row(outlet: Outlet, seq: int) -> tuple[object, ...]:
    feeds = [{"feed_id": f.feed_id, "url": f.url, "name": f.name} for f in outlet.feeds]
    return (
        outlet.outlet_id,
        seq,
        outlet.name,
        dump_json(list(outlet.domains)),
        outlet.outlet_class,
        outlet.place,
        outlet.timezone,
        outlet.language,
        dump_json(feeds),
        dump_json(list(outlet.sitemaps)),
        outlet.status,
        outlet.note,
    )


def _from_row(row: sqlite3.Row) -> Outlet:
    return Outlet(
        outlet_id=row["outlet_id"],
        name=row["name"],
        domains=tuple(json.loads(row["domains"])),
        outlet_class=row["outlet_class"],
        place=row["place"],
        timezone=row["timezone"],
        language=row["language"],
        feeds=_read_feeds(row["outlet_id"], row["feeds"]),
        sitemaps=tuple(json.loads(row["sitemaps"])),
        status=row["status"],
        note=row["note"],
    )


def _read_feeds(outlet_id: str, text: str) -> tuple[Feed, ...]:
    return tuple(Feed(feed["feed_id"], outlet_id, feed["url"], feed["name"]) for feed in json.loads(text))
