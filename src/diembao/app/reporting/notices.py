"""What a reader must know before the first number of a report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from diembao.app.reporting.collected import Collected
from diembao.app.reporting.frame import Frame, Ledger
from diembao.app.view import View
from diembao.report.model import Notice, Number, RowsRef, Span
from diembao.types import Gap

#: a month with fewer articles than this is too small for any reading
FEW_A_MONTH = 30
#: lost outlet-days above this share are announced before everything else
MANY_LOST = 0.05
#: shares of articles that were read with their text, this far apart, make two periods differ
TEXTS_DIFFER = 0.02


def list_notices(
    frame: Frame,
    ledger: Ledger,
    view: View,
    collected: Collected,
    gaps: Sequence[Gap],
    *,
    total: Number,
    few: int,
    lost: Number,
    possible: Number,
) -> tuple[Notice, ...]:
    """What a reader must know before the first number."""
    span = frame.spec.period
    found = []
    months = {k: n for k, n in ledger.numbers.items() if _is_whole_month(k) and n.value is not None}
    if (total.value or 0) < few:
        found.append(Notice("few_articles", {"n": total}))
    elif months:
        smallest = min(months.values(), key=lambda n: (n.value or 0, n.number_id))
        if (smallest.value or 0) < FEW_A_MONTH:
            found.append(Notice("few_a_month", {"n": smallest}))
    if collected.first_run is not None and span.first < collected.first_run:
        unknown = Span(span.first, min(span.last, date.fromordinal(collected.first_run.toordinal() - 1)))
        found.append(Notice("partly_unknown", {}, {"span": unknown}))
    if collected.last_run is not None and span.last > collected.last_run:
        unknown = Span(max(span.first, date.fromordinal(collected.last_run.toordinal() + 1)), span.last)
        found.append(Notice("not_yet_known", {}, {"span": unknown}))
    if collected.first_run is None:
        found.append(Notice("collection_unknown"))
    found += _notice_dead(collected, ledger, span)
    found += _notice_late(collected, ledger, frame)
    found += _notice_texts(view, frame, ledger)
    if possible.value and (lost.value or 0) / possible.value > MANY_LOST:
        found.append(Notice("many_gaps", {"lost": lost, "possible": possible}))
    found += _notice_feeds(frame, ledger, view, collected, gaps)
    return tuple(found)


def _notice_dead(collected: Collected, ledger: Ledger, span: Span) -> list[Notice]:
    """Outlets without a single good day: their articles are in no total, and nothing is imputed for them."""
    dead = collected.list_dead(span)
    if not dead:
        return []
    number = Number(
        "outlets.no_good_day",
        len(dead),
        "full_count",
        "outlets",
        "outlets_no_good_day",
        {"span": span},
        rows=RowsRef(table="health", where=(("good_days", "0"),)),
    )
    return [Notice("no_good_day", {"n": ledger.add(number)}, {"outlets": ", ".join(o.name for o in dead)})]


def _notice_late(collected: Collected, ledger: Ledger, frame: Frame) -> list[Notice]:
    """Outlets that were first asked later than others: more of them may look like more articles."""
    spans = [span for _, span in frame.spans()]
    late = [o for o in collected.outlets if any(collected.was_added(o.outlet_id, span) for span in spans)]
    if not late:
        return []
    number = Number(
        "outlets.late",
        len(late),
        "full_count",
        "outlets",
        "outlets_late",
        {"span": frame.spec.period},
        rows=RowsRef(table="outlet_days"),
    )
    return [Notice("late_outlets", {"n": ledger.add(number)}, {"outlets": ", ".join(o.name for o in late)})]


def _notice_texts(view: View, frame: Frame, ledger: Ledger) -> list[Notice]:
    """Where texts were read in one period more than in the other, hits in texts alone cannot be compared."""
    if frame.spec.compare is None:
        return []
    shares, hits = [], []
    for suffix, span in frame.spans():
        row = view.rows(
            "SELECT coalesce(avg(CAST(text_chars > 0 AS INTEGER)), 0) AS share FROM dated "
            "WHERE day BETWEEN $first AND $last",
            {"first": span.first, "last": span.last},
        )[0]
        shares.append(float(row["share"]))
        only_text = [a for a in frame.pick(span) if a.stratum in ("body1", "body2")]
        hits.append((f"texts.only{suffix}", only_text, span))
    if abs(shares[0] - shares[1]) < TEXTS_DIFFER or not any(found for _, found, _ in hits):
        return []
    now, then = (ledger.count(name, found, "count_body", {"span": span}) for name, found, span in hits)
    return [Notice("texts_differ", {"now": now, "then": then})]


def _is_whole_month(number_id: str) -> bool:
    return number_id.startswith("volume.month.") and number_id.count(".") == 2


def _notice_feeds(
    frame: Frame, ledger: Ledger, view: View, collected: Collected, gaps: Sequence[Gap]
) -> list[Notice]:
    span = frame.spec.period
    found = []

    def tell(number_id: str, value: int, unit: str, formula: str, rows: RowsRef) -> Number:
        values = {"span": span}
        return ledger.add(Number(number_id, value, "full_count", unit, formula, values, rows=rows))  # type: ignore[arg-type]

    stopped = {
        day
        for gap in gaps
        if gap.kind == "not_running"
        for day in collected.list_days(span)
        if gap.start.astimezone(collected.zone).date() <= day <= gap.end.astimezone(collected.zone).date()
    }
    if stopped:
        rows = RowsRef(table="gaps", where=(("kind", "not_running"),))
        days = tell("gap.not_running.days", len(stopped), "days", "days_not_running", rows)
        found.append(Notice("not_running", {"days": days}))
    waiting = sum(outlet.status == "unverified" for outlet in view.outlets)
    if waiting:
        rows = RowsRef(command="diembao outlet list")
        found.append(
            Notice(
                "unverified",
                {"outlets": tell("outlets.unverified", waiting, "outlets", "outlets_unverified", rows)},
            )
        )
    silent = {(gap.outlet_id, gap.feed_id) for gap in gaps if gap.kind == "never_delivered"}
    if silent:
        feeds = view.desk.runs.list_feeds(at=view.state.seq)
        rows = RowsRef(table="gaps", where=(("kind", "never_delivered"),))
        found.append(
            Notice(
                "never_delivered",
                {
                    "feeds": tell("feeds.never", len(silent), "feeds", "feeds_never_delivered", rows),
                    "configured": tell(
                        "feeds.configured",
                        len(feeds),
                        "feeds",
                        "feeds_configured",
                        RowsRef(command="diembao outlet list"),
                    ),
                },
            )
        )
    full = set(collected.full_in(span))
    if full:
        rows = RowsRef(table="gaps", where=(("kind", "overflow"),))
        found.append(
            Notice("lower_bound", {"feeds": tell("feeds.full", len(full), "feeds", "feeds_full", rows)})
        )
    return found
