"""How whole the collection was in the periods of a report: gaps, wrong clocks, full windows, outlet-days."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from diembao.app.coverage import check_health, keep_touching
from diembao.app.reporting.frame import Frame, Ledger
from diembao.app.view import View
from diembao.estimates.outletdays import THIN_SHARE, mean_volumes, measure_coverage
from diembao.estimates.outletdays import OutletDay as JudgedDay
from diembao.report.model import (
    ClockRow,
    Collection,
    DayState,
    FormulaValue,
    GapRow,
    GapSummary,
    HealthRow,
    LowerBound,
    Number,
    OutletDay,
    RowsRef,
    Span,
    Word,
)
from diembao.types import Gap, GapKind, Outlet

#: order in which kinds of gaps are told
GAP_KINDS: tuple[GapKind, ...] = (
    "not_running",
    "never_delivered",
    "silent",
    "frozen",
    "overflow",
    "unreachable",
    "refused",
    "reserved",
    "low_volume",
    "partial",
)


@dataclass(frozen=True)
class Collected:
    """Outlet-days of both periods and every gap that touches them; outlets are those that delivered."""

    zone: ZoneInfo
    outlets: tuple[Outlet, ...]
    days: Mapping[tuple[str, date], JudgedDay]
    gaps: tuple[Gap, ...]
    full_windows: tuple[tuple[str, str | None, datetime, datetime], ...]
    first_run: date | None
    last_run: date | None

    def list_days(self, span: Span) -> list[date]:
        """Every day of a span."""
        return [span.first + timedelta(days=n) for n in range((span.last - span.first).days + 1)]

    def of(self, outlet_id: str, day: date) -> JudgedDay | None:
        """The outlet-day; None where nothing at all is known."""
        return self.days.get((outlet_id, day))

    def is_good(self, outlet_id: str, day: date) -> bool:
        """Whether an outlet-day may be compared."""
        found = self.of(outlet_id, day)
        return found is not None and found.state == "good"

    def is_known(self, outlet_id: str, day: date) -> bool:
        """Whether the collector was there at all (a day before its first run is unknown, not a gap)."""
        found = self.of(outlet_id, day)
        return found is not None and found.state != "unknown"

    def is_known_throughout(self, outlet_id: str, span: Span) -> bool:
        """Whether the outlet was asked on every day of a span (one that was added later was not)."""
        return all(self.is_known(outlet_id, day) for day in self.list_days(span))

    def was_added(self, outlet_id: str, span: Span) -> bool:
        """Whether the outlet was not asked yet on a day of a span on which others were."""
        asked = {day for (_, day), found in self.days.items() if found.state != "unknown"}
        return any(day in asked and not self.is_known(outlet_id, day) for day in self.list_days(span))

    def is_late(self, outlet_id: str, span: Span) -> bool:
        """Whether others were asked in a span, but this outlet only after it."""
        days = self.list_days(span)
        if any(self.is_known(outlet_id, day) for day in days):
            return False
        return any(self.is_known(o.outlet_id, day) for o in self.outlets for day in days)

    def gaps_in(self, span: Span) -> list[Gap]:
        """Gaps that touch a span."""
        first = datetime.combine(span.first, time(), self.zone)
        last = datetime.combine(span.last + timedelta(days=1), time(), self.zone)
        return keep_touching(self.gaps, first, last)

    def full_in(self, span: Span) -> list[tuple[str, str | None]]:
        """Outlet and feed of each run in a span that came back full."""
        return [
            (outlet_id, feed_id)
            for outlet_id, feed_id, _, end in self.full_windows
            if span.first <= end.astimezone(self.zone).date() <= span.last
        ]

    def list_dead(self, span: Span) -> list[Outlet]:
        """Outlets that the collector looked for in a span without one good day."""
        days = self.list_days(span)
        return [
            outlet
            for outlet in self.outlets
            if any(self.is_known(outlet.outlet_id, day) for day in days)
            and not any(self.is_good(outlet.outlet_id, day) for day in days)
        ]

    @cached_property
    def volumes(self) -> dict[str, float]:
        """The usual volume of a day of each outlet, over both periods."""
        return mean_volumes(self.days.values())

    @cached_property
    def thin_days(self) -> frozenset[date]:
        """Days on which less than 80 % of what was to be expected was collected."""
        by_day: dict[date, list[JudgedDay]] = {}
        for (_, day), found in self.days.items():
            by_day.setdefault(day, []).append(found)
        shares = {day: measure_coverage(drop_unasked(found), self.volumes) for day, found in by_day.items()}
        return frozenset(day for day, share in shares.items() if share is not None and share < THIN_SHARE)


def drop_unasked(days: Sequence[JudgedDay]) -> list[JudgedDay]:
    """Outlet-days without those on which other outlets were asked and this one was not yet."""
    asked = {found.day for found in days if found.state != "unknown"}
    return [found for found in days if found.state != "unknown" or found.day not in asked]


def read_collected(view: View, frame: Frame) -> Collected:
    """Judge every outlet-day of both periods; outlets that never delivered here are left out of it."""
    spans = [span for _, span in frame.spans()]
    first, last = min(s.first for s in spans), max(s.last for s in spans)
    health = check_health(view, first, last)
    counted = tuple(o for o in view.outlets if o.status != "unverified")
    names = {outlet.outlet_id for outlet in counted}
    zone = ZoneInfo(frame.spec.timezone)
    return Collected(
        zone=zone,
        outlets=counted,
        days={(d.outlet_id, d.day): d for d in health.days if d.outlet_id in names},
        gaps=health.gaps,
        full_windows=health.full_windows,
        first_run=health.span.start.astimezone(zone).date() if health.span else None,
        last_run=health.span.end.astimezone(zone).date() if health.span else None,
    )


# ------------------------------------------------------------------ sections


def tell_collection(view: View, frame: Frame, ledger: Ledger, collected: Collected) -> Collection:
    """Gaps of the period by kind and one by one, wrong clocks, feeds whose window was full."""
    span = frame.spec.period
    gaps = collected.gaps_in(span)
    return Collection(
        gap_summary=tuple(
            _summarise(kind, [gap for gap in gaps if gap.kind == kind], ledger, collected, span)
            for kind in GAP_KINDS
            if any(gap.kind == kind for gap in gaps)
        ),
        gaps=tuple(_tell_gap(gap, view.outlet_names) for gap in gaps),
        clocks=_tell_clocks(view, ledger),
        lower_bounds=_tell_lower_bounds(view.outlet_names, ledger, collected, span),
    )


def _summarise(
    kind: GapKind, gaps: Sequence[Gap], ledger: Ledger, collected: Collected, span: Span
) -> GapSummary:
    values: dict[str, FormulaValue] = {"kind": Word(f"report.gap.{kind}"), "span": span}
    rows = RowsRef(table="gaps", where=(("kind", kind),))
    everyone = {outlet.outlet_id for outlet in collected.outlets}
    touched: set[str] = set()
    for gap in gaps:
        touched |= everyone if gap.outlet_id == "*" else {gap.outlet_id}
    lost = [
        found
        for (_, day), found in collected.days.items()
        if span.first <= day <= span.last and found.reason == kind and found.state in ("missing", "partial")
    ]
    return GapSummary(
        kind=kind,
        gaps=ledger.add(
            Number(f"gap.{kind}", len(gaps), "full_count", "gaps", "gaps_of_kind", values, rows=rows)
        ),
        outlets=ledger.add(
            Number(
                f"gap.{kind}.outlets", len(touched), "full_count", "outlets", "gap_outlets", values, rows=rows
            )
        ),
        outlet_days=ledger.add(
            Number(
                f"gap.{kind}.outlet_days",
                len(lost),
                "full_count",
                "outlet_days",
                "gap_outlet_days",
                values,
                rows=RowsRef(table="outlet_days"),
            )
        ),
    )


def _tell_gap(gap: Gap, names: Mapping[str, str]) -> GapRow:
    return GapRow(
        outlet_id=gap.outlet_id,
        outlet_name=names.get(gap.outlet_id, gap.outlet_id),
        feed_id=gap.feed_id or "",
        start=gap.start,
        end=gap.end,
        kind=gap.kind,
        evidence=_write_evidence(gap.evidence),
    )


def _write_evidence(evidence: Mapping[str, object]) -> dict[str, str]:
    """Evidence as text, what is nested as JSON."""
    return {
        name: json.dumps(value, ensure_ascii=False, sort_keys=True)
        if isinstance(value, dict | list | tuple)
        else str(value)
        for name, value in evidence.items()
    }


def _tell_clocks(view: View, ledger: Ledger) -> tuple[ClockRow, ...]:
    rows = []
    names = view.outlet_names
    for place, finding in enumerate(view.findings, start=1):
        outlet = names.get(finding.outlet_id, finding.outlet_id)
        number_id = f"clock.{place}"
        rows_ref = RowsRef(table="clocks", where=(("outlet_id", finding.outlet_id),))
        shift = None
        if finding.kind == "shift":
            shift = ledger.add(
                Number(
                    f"{number_id}.shift",
                    finding.shift_s // 3600 if finding.shift_s % 3600 == 0 else finding.shift_s / 3600,
                    "full_count",
                    "hours",
                    "clock_shift",
                    {"outlet": outlet},
                    rows=rows_ref,
                    decimals=0 if finding.shift_s % 3600 == 0 else 2,
                )
            )
        rows.append(
            ClockRow(
                outlet_id=finding.outlet_id,
                outlet_name=outlet,
                feed_id=finding.feed_id or "",
                kind=finding.kind,
                shift=shift,
                articles=ledger.add(
                    Number(
                        f"{number_id}.articles",
                        finding.n,
                        "full_count",
                        "articles",
                        "clock_articles",
                        {"outlet": outlet},
                        rows=rows_ref,
                    )
                ),
                first=finding.first,
                last=finding.last,
                evidence=_write_evidence(finding.evidence),
            )
        )
    return tuple(rows)


def _tell_lower_bounds(
    names: Mapping[str, str], ledger: Ledger, collected: Collected, span: Span
) -> tuple[LowerBound, ...]:
    times: dict[tuple[str, str], int] = {}
    for outlet_id, feed_id in collected.full_in(span):
        key = (outlet_id, feed_id or "")
        times[key] = times.get(key, 0) + 1
    return tuple(
        LowerBound(
            outlet_id=outlet_id,
            outlet_name=names.get(outlet_id, outlet_id),
            feed_id=feed_id,
            times=ledger.add(
                Number(
                    f"full.{(feed_id or outlet_id).replace('/', '.')}",
                    count,
                    "full_count",
                    "runs",
                    "times_full",
                    {"feed": feed_id or outlet_id},
                    rows=RowsRef(table="gaps", where=(("kind", "overflow"), ("feed_id", feed_id))),
                )
            ),
        )
        for (outlet_id, feed_id), count in sorted(times.items(), key=lambda item: (-item[1], item[0]))
    )


def tell_health(frame: Frame, ledger: Ledger, collected: Collected) -> tuple[HealthRow, ...]:
    """One calendar per outlet that counts."""
    span = frame.spec.period
    matched: dict[tuple[str, date], int] = {}
    for article in frame.pick():
        key = (article.outlet_id, article.published)
        matched[key] = matched.get(key, 0) + 1
    rows = []
    for outlet in collected.outlets:
        name = outlet.outlet_id
        days = [
            _tell_day(collected.of(name, day), day, matched.get((name, day), 0))
            for day in collected.list_days(span)
        ]
        where = RowsRef(table="outlet_days", where=(("outlet_id", name),))
        rows.append(
            HealthRow(
                outlet_id=name,
                outlet_name=outlet.name,
                days=tuple(days),
                good_days=ledger.add(
                    Number(
                        f"health.{name}.good",
                        sum(collected.is_good(name, day) for day in collected.list_days(span)),
                        "full_count",
                        "days",
                        "good_days",
                        {"outlet": outlet.name, "span": span},
                        rows=where,
                    )
                ),
                possible_days=ledger.add(
                    Number(
                        f"health.{name}.possible",
                        sum(collected.is_known(name, day) for day in collected.list_days(span)),
                        "full_count",
                        "days",
                        "outlet_days_possible",
                        {"outlet": outlet.name, "span": span},
                        rows=where,
                    )
                ),
            )
        )
    return tuple(rows)


def _tell_day(found: JudgedDay | None, day: date, matched: int) -> OutletDay:
    if found is None:
        return OutletDay(day, "unknown", 0, None, matched)
    return OutletDay(day, _name_state(found), found.observed, found.expected, matched)


def _name_state(found: JudgedDay) -> DayState:
    if found.state == "good":
        return "quiet" if found.reason == "holiday" and found.observed == 0 else "good"
    if found.state == "missing":
        return "gap"
    if found.state == "unknown":
        return "unknown"
    return "partial" if found.reason == "partial" else "low"


def count_lost(frame: Frame, ledger: Ledger, health: Iterable[HealthRow]) -> tuple[Number, Number]:
    """Outlet-days lost in the period, and those that were possible from the first run on."""
    rows = list(health)
    span = frame.spec.period
    possible = sum(int(row.possible_days.value or 0) for row in rows)
    good = sum(int(row.good_days.value or 0) for row in rows)
    where = RowsRef(table="outlet_days")
    return (
        ledger.add(
            Number(
                "outlet_days.lost",
                possible - good,
                "full_count",
                "outlet_days",
                "outlet_days_lost",
                {"span": span},
                inputs=tuple(n.number_id for row in rows for n in (row.possible_days, row.good_days)),
                rows=where,
            )
        ),
        ledger.add(
            Number(
                "outlet_days.possible",
                possible,
                "full_count",
                "outlet_days",
                "possible_days",
                {"span": span},
                inputs=tuple(row.possible_days.number_id for row in rows),
                rows=where,
            )
        ),
    )
