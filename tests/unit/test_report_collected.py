"""Outlets without a good day: named before the first figure, and never counted as zero."""

from __future__ import annotations

import json
from datetime import date, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from diembao.app.reporting.collected import Collected, _write_evidence, drop_unasked
from diembao.app.reporting.frame import Frame, Ledger
from diembao.app.reporting.notices import _notice_dead, _notice_late, _notice_texts
from diembao.estimates.outletdays import OutletDay, State
from diembao.report.model import Span
from diembao.types import Outlet

SPAN = Span(date(2026, 3, 2), date(2026, 3, 4))


def collect(**states: list[State]) -> Collected:
    """Outlets with the states of three days."""
    return Collected(
        zone=ZoneInfo("Asia/Ho_Chi_Minh"),
        outlets=tuple(Outlet(name, f"Báo {name}", (f"{name}.example",), "central") for name in states),
        days={
            (name, day): OutletDay(name, day, 0, None, state, "", 1.0, 1.0)
            for name, listed in states.items()
            for day, state in ((SPAN.first + timedelta(days=n), state) for n, state in enumerate(listed))
        },
        gaps=(),
        full_windows=(),
        first_run=SPAN.first,
        last_run=SPAN.last,
    )


def test_outlets_without_a_good_day_are_named() -> None:
    """One good day is enough; days before the first run are unknown and accuse nobody."""
    collected = collect(
        dead=["missing", "partial", "missing"],
        alive=["missing", "good", "missing"],
        later=["unknown", "unknown", "unknown"],
    )
    assert [outlet.outlet_id for outlet in collected.list_dead(SPAN)] == ["dead"]
    notice = _notice_dead(collected, Ledger(), SPAN)[0]
    assert (notice.kind, notice.numbers["n"].value, notice.values["outlets"]) == (
        "no_good_day",
        1,
        "Báo dead",
    )
    assert _notice_dead(collect(alive=["good"]), Ledger(), SPAN) == []


def test_nested_evidence_is_json_in_the_data_file() -> None:
    """Programs read what was recorded without guessing at another language's way of writing it."""
    written = _write_evidence({"feeds": {"báo/tin": {"rows": 8}}, "days": 3, "until_the_end": True})
    assert json.loads(written["feeds"]) == {"báo/tin": {"rows": 8}}
    assert (written["days"], written["until_the_end"]) == ("3", "True")


def test_an_outlet_that_was_added_later_is_not_missing_before() -> None:
    """Days on which others were asked and one not yet are unknown of it alone: no loss, no good day, but told."""
    collected = collect(
        old=["good", "missing", "good"], new=["unknown", "unknown", "good"], unfound=["unknown"] * 3
    )
    assert [collected.is_known_throughout(name, SPAN) for name in ("old", "new")] == [True, False]
    assert [collected.was_added(name, SPAN) for name in ("old", "new")] == [False, True]
    assert [collected.is_late(name, SPAN) for name in ("old", "new", "unfound")] == [False, False, True]
    kept = drop_unasked(list(collected.days.values()))
    assert [(found.outlet_id, found.day.day) for found in kept] == [
        ("old", 2),
        ("old", 3),
        ("old", 4),
        ("new", 4),
    ]
    nobody = collect(one=["unknown", "good", "good"], two=["unknown", "good", "good"])
    assert not any(nobody.was_added(name, SPAN) for name in ("one", "two"))
    assert len(drop_unasked(list(nobody.days.values()))) == 6


def test_outlets_that_were_added_are_named() -> None:
    """More outlets mean more articles, so the reader is told who was followed from midway only."""
    spec = SimpleNamespace(period=SPAN, compare=None)
    frame = Frame(spec, "", ())  # type: ignore[arg-type]
    notice = _notice_late(collect(old=["good"] * 3, new=["unknown", "good", "good"]), Ledger(), frame)[0]
    assert (notice.kind, notice.numbers["n"].value, notice.values["outlets"]) == (
        "late_outlets",
        1,
        "Báo new",
    )
    assert _notice_late(collect(old=["good"] * 3, mute=["missing"] * 3), Ledger(), frame) == []


def test_periods_that_were_not_read_alike_are_announced() -> None:
    """Hits in texts alone tilt a comparison where texts were read in one period only; the reader is told how many."""
    then = Span(SPAN.first - timedelta(days=30), SPAN.last - timedelta(days=30))
    rows = [SimpleNamespace(published=SPAN.first, stratum=stratum) for stratum in ("body1", "title", "body2")]
    for number, row in enumerate(rows):
        row.ordinal = number + 1

    def notice(now: float, before: float) -> list[object]:
        spec = SimpleNamespace(period=SPAN, compare=then)
        shares = iter((now, before))
        view = SimpleNamespace(rows=lambda query, values: [{"share": next(shares)}])
        return list(_notice_texts(view, Frame(spec, "", tuple(rows)), Ledger()))  # type: ignore[arg-type]

    found = notice(0.4, 0.0)
    assert [(n.kind, n.numbers["now"].value, n.numbers["then"].value) for n in found] == [  # type: ignore[attr-defined]
        ("texts_differ", 2, 0)
    ]
    assert notice(0.4, 0.39) == []
