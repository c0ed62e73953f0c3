"""The sections that say how far the numbers can be trusted: gaps, clocks, truth, method, limits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from diembao.report.charts import choose_rows, draw_calendar
from diembao.report.layout import METHOD_STEPS
from diembao.report.layout_cells import Code, Table
from diembao.report.markup import Child, Safe, join, tag
from diembao.report.model import ClockRow, GapRow, ReportModel, Span
from diembao.report.page_tables import Stack, draw_table, figure, fold, fold_rows, name_file, note, section
from diembao.report.printer import Printer

Tables = dict[str, Table]

#: so many gaps stand on the page, the longest first; the CSV has all
_GAPS_SHOWN = 30
_MISSED_SHOWN = 50
_PHRASES_SHOWN = 15


def draw_collection(printer: Printer, model: ReportModel, tables: Tables) -> Safe:
    """What touches these numbers."""
    parts: list[Child] = []
    for name in ("gap_summary", "clocks", "lower_bounds"):
        if name in tables:
            parts.append(tag("h3", printer.word(f"head.{name}")))
            parts.append(note(printer.word(f"note.{name}")))
            parts.append(_draw_finding(printer, model, tables, name))
            parts.append(
                _list_gaps(printer, model, tables) if name == "gap_summary" else name_file(printer, name)
            )
    if not parts:
        parts.append(tag("p", printer.word("word.nothing_found")))
    return section(printer, "collection", *parts, sub=printer.word("sub.collection"))


def _draw_finding(printer: Printer, model: ReportModel, tables: Tables, name: str) -> Safe:
    if name != "clocks":
        return draw_table(printer, tables[name], without=("outlet_id",), is_headed=True)
    return tag("ul", *(_clock(printer, row) for row in model.collection.clocks), class_="found")


def _clock(printer: Printer, row: ClockRow) -> Safe:
    """One wrong clock: whose, what was done, since when, and what it rests on."""
    values = {"articles": row.articles, **({"shift": row.shift} if row.shift is not None else {})}
    said = tag(
        "p", tag("b", printer.received(row.outlet_name)), ": ", printer.tell(f"clock_line.{row.kind}", values)
    )
    below = [
        printer.received(row.feed_id) if row.feed_id else None,
        _days(printer, row.first, row.last),
    ]
    return tag("li", said, _small(below), _small([printer.tell_proof(row.kind, row.evidence)]))


def _small(parts: Iterable[Safe | None]) -> Safe | None:
    """Small print of what there is."""
    kept = [part for part in parts if part]
    return tag("small", join(kept, " · ")) if kept else None


def _days(printer: Printer, first: datetime, last: datetime) -> Safe:
    """The local days that two moments fall on."""
    zone = ZoneInfo(printer.model.spec.timezone)
    span = Span(first.astimezone(zone).date(), last.astimezone(zone).date())
    return printer.day(span.first) if span.first == span.last else printer.span(span)


def _list_gaps(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    if "gaps" not in tables:
        return None
    gaps = sorted(model.collection.gaps, key=lambda row: row.start - row.end)
    is_cut = len(gaps) > _GAPS_SHOWN
    return fold(
        printer,
        note(printer.word("note.gaps_cut")) if is_cut else None,
        tag("ul", *(_gap(printer, row) for row in gaps[:_GAPS_SHOWN]), class_="found"),
        name_file(printer, "gaps"),
        words="word.gaps_longest" if is_cut else "word.gaps_all",
    )


def _gap(printer: Printer, row: GapRow) -> Safe:
    """One gap: whose, of what kind, from when to when, and what it rests on."""
    name = (
        tag("b", printer.code("everyone", "*"))
        if row.outlet_id == "*"
        else tag("b", printer.received(row.outlet_name))
    )
    said = tag("p", name, ": ", printer.code("gap", row.kind))
    times = join([printer.at(row.start), " – ", printer.at(row.end)])
    below = [printer.received(row.feed_id) if row.feed_id else None, times]
    return tag("li", said, _small(below), _small([printer.tell_proof(row.kind, row.evidence)]))


def draw_health(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """The calendar of collection."""
    if not model.health or not model.health[0].days:
        return None
    is_cut = len(choose_rows(model.health)) < len(model.health)
    return section(
        printer,
        "health",
        figure(
            draw_calendar(printer, model.health),
            note(printer.word("note.health")),
            note(printer.word("note.health_cut")) if is_cut else None,
        ),
        fold(
            printer,
            draw_table(printer, tables["health"], without=("outlet_id",)),
            name_file(printer, "health", "outlet_days"),
        ),
        sub=printer.tell("sub.health", {"span": model.spec.period}),
    )


def draw_clips(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """The list of clippings against the collection."""
    made = model.clips
    if made is None:
        return None
    files = join((printer.received(name) for name in made.files), ", ")
    parts: list[Child] = [draw_table(printer, tables["clips"], is_headed=True)]
    if "clips_missed" in tables:
        table = tables["clips_missed"]
        shown = table.rows[:_MISSED_SHOWN]
        if len(shown) < len(table.rows):
            parts.append(note(printer.word("note.clips_cut")))
        parts.append(fold(printer, draw_table(printer, table, rows=shown), words="word.clips_missed"))
    parts.append(note(printer.word("note.clips")))
    parts.append(name_file(printer, "clips", "clips_missed"))
    return section(printer, "clips", *parts, sub=join([f"{printer.word('sub.clips')} ", files]))


def draw_truth(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """Does it work? Number beside truth."""
    if not model.truth:
        return None
    rows = [(Stack((row[0], row[1] or None)), *row[2:]) for row in tables["truth"].rows]
    table = Table("truth", ("subject", "measured", "truth", "met"), ())
    parts = (
        draw_table(printer, table, rows=rows, is_headed=True),
        note(printer.word("note.truth")),
        note(printer.word("note.truth_limits")),
        name_file(printer, "truth"),
    )
    return section(printer, "truth", *parts, sub=printer.word("sub.truth"))


def draw_method(printer: Printer, model: ReportModel, tables: Tables) -> Safe:
    """How the numbers were made."""
    method = model.method
    steps = [tag("p", printer.word(f"method.{step}")) for step in METHOD_STEPS]
    facts = [
        (printer.word("fact.snapshot"), tag("code", method.snapshot.snapshot_id)),
        (printer.word("fact.snapshot_at"), printer.at(method.snapshot.created_at)),
        (printer.word("fact.profile"), tag("code", method.profile_hash)),
        (printer.word("fact.software"), tag("code", f"diembao {method.snapshot.code_version}")),
    ]
    if method.gazetteer_version:
        facts.append((printer.word("fact.gazetteer"), tag("code", method.gazetteer_version)))
    for name, digest in sorted(method.snapshot.hashes.items()):
        facts.append((printer.code("hash", name), tag("code", digest)))
    parts: list[Child] = [*steps, _facts(facts)]
    if "accounts" in tables:
        parts.append(tag("h3", printer.word("head.accounts")))
        parts.append(note(printer.word("note.accounts")))
        parts.append(draw_table(printer, tables["accounts"], is_headed=True))
    if "rules" in tables:
        parts.append(fold(printer, draw_table(printer, tables["rules"]), words="word.rules"))
    parts.append(name_file(printer, "accounts", "rules"))
    return section(printer, "method", *parts)


def _facts(facts: list[tuple[str, Safe]]) -> Safe:
    return tag("dl", *(join([tag("dt", name), tag("dd", value)]) for name, value in facts), class_="facts")


def draw_limits(printer: Printer, model: ReportModel, tables: Tables) -> Safe:
    """What this report is not for, and everything that was looked for or left out."""
    promises = [
        tag("li", printer.word(f"limits.{name}"))
        for name in ("persons", "judgement", "opinion", "takedown", "sample", "fork")
    ]
    parts: list[Child] = [tag("ul", *promises, class_="plain")]
    if "phrases" in tables:
        parts.append(tag("h3", printer.word("head.phrases")))
        parts.append(note(printer.word("note.phrases")))
        table = tables["phrases"]
        own = [row for row in table.rows if row[0] != Code("phrase", "alias")]
        if own:
            parts.append(fold_rows(printer, Table(table.name, table.columns, tuple(own)), _PHRASES_SHOWN))
        if model.limits.aliases:
            parts.append(fold(printer, _list_names(printer, model), words="word.phrases"))
    if "outlets_left_out" in tables:
        parts.append(tag("h3", printer.word("head.outlets_left_out")))
        parts.append(draw_table(printer, tables["outlets_left_out"], is_headed=True))
    if "outlet_domains" in tables:
        parts.append(fold(printer, draw_table(printer, tables["outlet_domains"]), words="word.domains"))
    if model.limits.audit_head:
        parts.append(_facts([(printer.word("fact.audit_head"), tag("code", model.limits.audit_head))]))
        parts.append(note(printer.word("note.audit")))
    parts.append(name_file(printer, "phrases", "outlets_left_out", "outlet_domains"))
    return section(printer, "limits", *parts)


def _list_names(printer: Printer, model: ReportModel) -> Safe:
    """All names of each unit, by how they must stand in a text to be believed."""
    names: dict[str, dict[str, list[str]]] = {}
    for place, alias, kind in model.limits.aliases:
        names.setdefault(place, {}).setdefault(kind, []).append(alias)
    items = []
    for place, kinds in names.items():
        listed = (
            join([f"{printer.code('alias', kind)}: ", join(map(printer.received, kinds[kind]), ", ")])
            for kind in sorted(kinds)
        )
        items.append(tag("li", tag("b", printer.received(place)), " · ", join(listed, "; ")))
    return tag("ul", *items, class_="names")
