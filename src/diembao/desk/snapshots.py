"""Pinned states, and the reports that were made from them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from diembao.desk.database import Desk, dump_json
from diembao.desk.times import from_us, to_us
from diembao.errors import CorpusError
from diembao.types import Snapshot


def name_snapshot(
    versions: Mapping[str, int], desk_seq: int, hashes: Mapping[str, str], code_version: str
) -> str:
    """The id of a snapshot: the same state gives the same id."""
    content = dump_json([dict(versions), desk_seq, dict(hashes), code_version])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


class Snapshots:
    """Everything a report is a function of, under one id."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put(
        self,
        *,
        commit_no: int,
        versions: Mapping[str, int],
        desk_seq: int,
        hashes: Mapping[str, str],
        code_version: str,
    ) -> Snapshot:
        """Record a snapshot (once) and return it."""
        snapshot_id = name_snapshot(versions, desk_seq, hashes, code_version)
        with self._desk.transaction() as connection:
            found = self.find(snapshot_id)
            if found is not None:
                return found
            connection.execute(
                "INSERT INTO snapshots (snapshot_id, commit_no, versions, desk_seq, hashes, code_version, "
                "created_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (snapshot_id, commit_no, dump_json(dict(versions)), desk_seq, dump_json(dict(hashes)),
                 code_version, self._desk.now_us()),
            )  # fmt: skip
        return self.get(snapshot_id)

    def find(self, snapshot_id: str) -> Snapshot | None:
        """The snapshot with an id, or None."""
        row = self._desk.row("SELECT * FROM snapshots WHERE snapshot_id = ?", (snapshot_id,))
        return None if row is None else _snapshot(row)

    def get(self, snapshot_id: str) -> Snapshot:
        """The snapshot with an id; an unknown one is an error."""
        found = self.find(snapshot_id)
        if found is None:
            raise CorpusError(
                "there is no snapshot {snapshot_id!r}",
                key="desk.no_snapshot",
                next_step="`diembao data snapshot` makes one of the present state",
                snapshot_id=snapshot_id,
            )
        return found

    def list_snapshots(self) -> list[Snapshot]:
        """Every snapshot, oldest first."""
        return [
            _snapshot(row)
            for row in self._desk.rows("SELECT * FROM snapshots ORDER BY created_us, snapshot_id")
        ]


def _snapshot(row: sqlite3.Row) -> Snapshot:
    return Snapshot(
        snapshot_id=row["snapshot_id"],
        versions=json.loads(row["versions"]),
        desk_seq=row["desk_seq"],
        hashes=json.loads(row["hashes"]),
        code_version=row["code_version"],
        created_at=from_us(row["created_us"]),
    )


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """One report that was built: from which snapshot, with which parameters, with which results."""

    report_id: str
    snapshot_id: str
    topic_id: str
    parameters: Mapping[str, Any]
    results: Mapping[str, Any]
    created_at: datetime


class Reports:
    """The reports that were built."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def put(self, report: ReportRecord) -> None:
        """Record a report; building the same one again with the same results changes nothing."""
        with self._desk.transaction() as connection:
            found = self.find(report.report_id)
            if found is not None and dump_json(dict(found.results)) == dump_json(dict(report.results)):
                return
            if found is not None:
                raise CorpusError(
                    "report {report_id!r} exists already with other results",
                    key="desk.report_differs",
                    next_step="run `diembao report verify` on it",
                    report_id=report.report_id,
                )
            connection.execute(
                "INSERT INTO reports (report_id, snapshot_id, topic_id, parameters, results, created_us) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (report.report_id, report.snapshot_id, report.topic_id, dump_json(dict(report.parameters)),
                 dump_json(dict(report.results)), to_us(report.created_at)),
            )  # fmt: skip

    def find(self, report_id: str) -> ReportRecord | None:
        """The report with an id, or None."""
        row = self._desk.row("SELECT * FROM reports WHERE report_id = ?", (report_id,))
        return None if row is None else _report(row)

    def list_reports(self, topic_id: str | None = None) -> list[ReportRecord]:
        """The reports (on a topic), oldest first."""
        rows = self._desk.rows(
            "SELECT * FROM reports WHERE (?1 IS NULL OR topic_id = ?1) ORDER BY created_us, report_id",
            (topic_id,),
        )
        return [_report(row) for row in rows]


def _report(row: sqlite3.Row) -> ReportRecord:
    return ReportRecord(
        report_id=row["report_id"],
        snapshot_id=row["snapshot_id"],
        topic_id=row["topic_id"],
        parameters=json.loads(row["parameters"]),
        results=json.loads(row["results"]),
        created_at=from_us(row["created_us"]),
    )
