"""The corpus at one state, as lists and reports see it: best known times, local days, outlets that count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any

from diembao.app.project import Project
from diembao.corpus.read import CorpusReader
from diembao.desk import Desk
from diembao.estimates.moments import AFTER_SEEN_S
from diembao.types import ClockFinding, Outlet, Snapshot


@dataclass(frozen=True, slots=True)
class State:
    """Which state is looked at: table versions, and the last desk sequence number that counts."""

    versions: dict[str, int]
    texts_version: int
    seq: int


class View:
    """An open state: DuckDB views of the corpus plus `dated`, one row per article with its best known time.

    `dated` adds to `current`: dated_at (UTC), day (date in the outlet's zone), precision_, is_corrected.
    """

    def __init__(self, project: Project, desk: Desk, state: State) -> None:
        self.project = project
        self.desk = desk
        self.state = state
        self.outlets: list[Outlet] = desk.outlets.list_outlets(at=state.seq)
        self.findings: list[ClockFinding] = desk.findings.list_clocks(at=state.seq)
        self.reader = CorpusReader(project.folder, state.versions, texts_version=state.texts_version)
        self.reader.connection.execute(f"CREATE VIEW dated AS {date_sql(self.findings, self.outlets)}")

    @property
    def outlet_names(self) -> dict[str, str]:
        """Outlet id to name."""
        return {outlet.outlet_id: outlet.name for outlet in self.outlets}

    def rows(self, sql: str, values: dict[str, object] | None = None) -> list[dict[str, Any]]:
        """The answer to a query; `dated` may be used like any view of the reader."""
        return self.reader.rows(sql, values)

    def close(self) -> None:
        """Give the memory back."""
        self.reader.close()

    def __enter__(self) -> View:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def find_state(desk: Desk, snapshot: Snapshot | None = None) -> State:
    """The present committed state, or the one of a snapshot (texts are never pinned: erased stays erased)."""
    last = desk.commits.last()
    versions = dict(last.versions) if last is not None else {}
    texts = versions.get("texts", 0)
    if snapshot is None:
        return State(versions, texts, desk.seq)
    return State(dict(snapshot.versions), texts, snapshot.desk_seq)


def open_view(project: Project, desk: Desk, snapshot: Snapshot | None = None) -> View:
    """The view of the present state, or of a snapshot."""
    return View(project, desk, find_state(desk, snapshot))


# ------------------------------------------------------------------ times


def date_sql(findings: Sequence[ClockFinding], outlets: Iterable[Outlet]) -> str:
    """The query behind `dated`: the rule of `estimates.moments.effective_time` as a CASE, row by row."""
    fetch = _any([_holds(f) for f in findings if f.kind == "fetch_time"])
    shift = _first([(_holds(f), str(f.shift_s)) for f in findings if f.kind == "shift"])
    odd = [(_holds(f), str(f.shift_s)) for f in findings if f.kind == "odd_offset"]
    odd_s = f"CASE WHEN list_contains(flags, 'odd_offset') THEN {_sum(odd)} ELSE 0 END"
    zone = _first(
        [(f"outlet_id = {_text(o.outlet_id)}", _text(o.timezone)) for o in outlets], "'Asia/Ho_Chi_Minh'"
    )
    return f"""
    WITH judged AS (
      SELECT *, {fetch} AS is_fetch_, {shift} AS shift_s_, {odd_s} AS odd_s_, {zone} AS zone_ FROM current
    ),
    moved AS (
      SELECT *, published_at + to_seconds(odd_s_) AS stated_,
             published_at + to_seconds(odd_s_ + shift_s_) AS moved_
      FROM judged
    ),
    timed AS (
      SELECT *,
        CASE WHEN published_at IS NULL OR is_fetch_ THEN coalesce(url_published_at, first_seen_at)
             WHEN shift_s_ > 0 AND moved_ > first_seen_at + to_seconds({AFTER_SEEN_S}) THEN stated_
             ELSE moved_ END AS dated_at,
        CASE WHEN published_at IS NULL OR is_fetch_
             THEN CASE WHEN url_published_at IS NULL THEN 'run' ELSE url_precision END
             ELSE published_precision END AS precision_,
        CASE WHEN published_at IS NULL THEN false WHEN is_fetch_ THEN true
             WHEN shift_s_ > 0 AND moved_ > first_seen_at + to_seconds({AFTER_SEEN_S}) THEN odd_s_ <> 0
             ELSE odd_s_ + shift_s_ <> 0 END AS is_corrected
      FROM moved
    )
    SELECT * EXCLUDE (is_fetch_, shift_s_, odd_s_, zone_, stated_, moved_),
           CAST(dated_at AT TIME ZONE zone_ AS DATE) AS day
    FROM timed
    """


def _holds(finding: ClockFinding) -> str:
    """The condition under which a finding is in force for a row."""
    parts = [
        f"outlet_id = {_text(finding.outlet_id)}",
        f"first_seen_at BETWEEN {_moment(finding.first)} AND {_moment(finding.last)}",
    ]
    if finding.feed_id is not None:
        parts.append(f"feed_id = {_text(finding.feed_id)}")
    return "(" + " AND ".join(parts) + ")"


def _any(conditions: Sequence[str]) -> str:
    return "coalesce(" + " OR ".join(conditions) + ", false)" if conditions else "false"


def _first(cases: Sequence[tuple[str, str]], otherwise: str = "0") -> str:
    if not cases:
        return otherwise
    return "CASE " + " ".join(f"WHEN {when} THEN {then}" for when, then in cases) + f" ELSE {otherwise} END"


def _sum(cases: Sequence[tuple[str, str]]) -> str:
    return " + ".join(f"CASE WHEN {when} THEN {then} ELSE 0 END" for when, then in cases) or "0"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _moment(value: datetime) -> str:
    return f"TIMESTAMPTZ '{value.isoformat()}'"
