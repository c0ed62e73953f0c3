"""The sections of the page that say what was found: volumes, outlets, classes, the topic in the articles."""

from __future__ import annotations

from diembao.report.charts import draw_bars, draw_strip, draw_volume
from diembao.report.layout import Code, Table
from diembao.report.markup import Child, Safe, join, tag
from diembao.report.model import BusyDay, ReportModel
from diembao.report.page_tables import (
    PageCell,
    Stack,
    draw_ordinals,
    draw_table,
    figure,
    fold,
    name_file,
    note,
    section,
)
from diembao.report.periods import short_name
from diembao.report.printer import Printer

Tables = dict[str, Table]

#: beyond so many weeks the line is drawn by month
_WEEKS_DRAWN = 60
_OUTLETS_DRAWN = 20
_TITLES_A_DAY = 8
_PLACES_SHOWN = 20


def names(printer: Printer, model: ReportModel) -> tuple[str, str | None]:
    """What charts call the period and the earlier one."""
    period, compare = model.spec.period, model.spec.compare
    now = short_name(period, compare, printer.language)
    return now, short_name(compare, period, printer.language) if compare else None


def draw_key_figures(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """The leading figures as a ruled list."""
    if not model.key_figures:
        return None
    items = []
    for row in model.key_figures:
        basis = tag("span", printer.code("basis", row.number.basis), class_="basis")
        value = tag("dt", printer.number(row.number), printer.interval(row.number), basis)
        values = {"n": row.number, **row.numbers}
        bold = tag("b", printer.tell(f"key.{row.kind}", values))
        items.append(tag("div", value, tag("dd", bold, printer.tell(f"key_line.{row.kind}", values))))
    heading = tag("h2", printer.word("section.key"), class_="quiet", id="key-h")
    return tag("section", heading, tag("dl", *items, class_="key"), id="key", aria_labelledby="key-h")


def draw_notices(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """What a reader must know before the first figure."""
    if not model.notices:
        return None
    items = []
    for row in model.notices:
        head = tag("b", printer.word(f"notice_head.{row.kind}"))
        items.append(tag("li", head, " ", printer.tell(f"notice.{row.kind}", {**row.numbers, **row.values})))
    return tag("ul", *items, class_="notices", aria_label=printer.word("word.notices"))


def draw_volumes(printer: Printer, model: ReportModel, tables: Tables) -> Safe:
    """Articles over time."""
    volume = model.volume
    now, then = names(printer, model)
    by_week = 0 < len(volume.weeks) <= _WEEKS_DRAWN
    pairs, unit = (volume.weeks, "week") if by_week else (volume.months, "month")
    parts: list[Child] = []
    if pairs:
        name = f"volume_{unit}s"
        parts.append(
            figure(
                draw_volume(printer, pairs, unit=unit, name_now=now, name_then=then),
                note(printer.word("note.volume")),
            )
        )
        parts.append(fold(printer, _bins(printer, tables[name]), name_file(printer, name)))
    if by_week and "volume_months" in tables:
        parts.append(_bins(printer, tables["volume_months"]))
        parts.append(name_file(printer, "volume_months"))
    sub = printer.tell("sub.volume", {"n": volume.total})
    return section(printer, "volume", *parts, sub=sub)


def _bins(printer: Printer, table: Table) -> Safe:
    """Weeks or months; a thin one is marked below its coverage instead of in a column of its own."""
    rows = []
    for row in table.rows:
        cells: list[PageCell] = list(row)
        for place, column in enumerate(table.columns):
            if column.startswith("coverage") and row[place + 1] == Code("bin", "thin"):
                cells[place] = Stack((row[place], row[place + 1]))
        rows.append(tuple(cells))
    return draw_table(printer, table, rows=rows, without=("state", "state_then"))


def draw_comparison(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """Two periods, matched first; the words wait."""
    made, compare = model.comparison, model.spec.compare
    if made is None or compare is None:
        return None
    spans = {"now_span": model.spec.period, "then_span": compare}
    head = tag("b", printer.word("word.no_conclusion"))
    reason = tag("p", head, " ", printer.word(f"reason.{made.reason}"), class_="box")
    if not made.is_comparable:
        return section(printer, "comparison", reason, sub=printer.tell("sub.comparison", spans))
    values = {
        "days": made.matched_days,
        "possible": made.possible_days,
        "now": made.matched_now,
        "then": made.matched_then,
    }
    parts: list[Child] = [
        tag("p", printer.tell("compare.matched", values), class_="lead"),
        reason,
        draw_table(printer, tables["comparison"]),
        note(printer.word("note.comparison")),
        name_file(printer, "comparison"),
    ]
    return section(printer, "comparison", *parts, sub=printer.tell("sub.comparison", spans))


def draw_outlets(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """Articles of each outlet."""
    if not model.outlets:
        return None
    now, then = names(printer, model)
    most = sorted(model.outlets, key=lambda row: (-(row.count.value or 0), row.name))[:_OUTLETS_DRAWN]
    bars = [(row.name, row.count, row.count_then) for row in most if row.count.value or row.count_then]
    drawing = draw_bars(
        printer, "outlets-bars", bars, title=printer.word("chart.outlets"), name_now=now, name_then=then
    )
    lower = any(row.count.at_least for row in model.outlets)
    return section(
        printer,
        "outlets",
        figure(
            drawing,
            note(printer.word("note.outlets")),
            note(printer.word("note.at_least")) if lower else None,
        ),
        fold(
            printer,
            draw_table(printer, tables["outlets"], without=("outlet_id",)),
            name_file(printer, "outlets"),
        ),
        sub=printer.word("sub.outlets"),
    )


def draw_classes(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """Articles of each class of outlets, with definitions and members."""
    if not model.classes:
        return None
    now, then = names(printer, model)
    bars = [(printer.code("class", row.outlet_class), row.count, row.count_then) for row in model.classes]
    drawing = draw_bars(
        printer, "classes-bars", bars, title=printer.word("chart.classes"), name_now=now, name_then=then
    )
    members = [(printer.code("class", row.outlet_class), row.members) for row in model.classes if row.members]
    listed = [
        tag("li", tag("b", name), ": ", join((printer.received(member) for member in inside), "; "))
        for name, inside in members
    ]
    return section(
        printer,
        "classes",
        figure(drawing),
        draw_table(printer, tables["classes"]),
        draw_table(printer, tables["class_members"]) if "class_members" in tables else None,
        fold(printer, tag("ul", *listed, class_="plain"), words="word.members") if listed else None,
        note(printer.word("note.classes")),
        name_file(printer, "classes", "outlet_domains"),
        sub=printer.word("sub.classes"),
    )


def draw_decisions(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """About, mentions, unclear."""
    if not model.decisions:
        return None
    parts = [(printer.code("decision", row.decision), row.count, row.share) for row in model.decisions]
    drawing = draw_strip(
        printer,
        "decisions-strip",
        parts,
        title=printer.word("chart.decisions"),
        undecided=printer.code("decision", "unclear"),
    )
    return section(
        printer,
        "decisions",
        figure(drawing, note(printer.word("note.decisions"))),
        fold(printer, draw_table(printer, tables["decisions"]), name_file(printer, "decisions")),
        sub=printer.word("sub.decisions"),
    )


def draw_strata(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """Where in the text the topic stands."""
    if not model.strata:
        return None
    parts = [(printer.code("stratum", row.stratum), row.count, row.share) for row in model.strata]
    drawing = draw_strip(
        printer,
        "strata-strip",
        parts,
        title=printer.word("chart.strata"),
        undecided=printer.code("stratum", "unclear"),
    )
    return section(
        printer,
        "strata",
        figure(drawing, note(printer.word("note.strata"))),
        fold(printer, draw_table(printer, tables["strata"]), name_file(printer, "strata")),
        sub=printer.word("sub.strata"),
    )


def draw_places(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """Units of the place, those of today and former ones."""
    if not model.places:
        return None
    table = tables["places"]
    named = [row for row, place in zip(table.rows, model.places, strict=True) if place.count.value]
    parts: list[Child] = []
    if named:
        parts.append(
            draw_table(
                printer, table, rows=named[:_PLACES_SHOWN], without=("valid_from", "valid_to"), is_headed=True
            )
        )
    if len(named[:_PLACES_SHOWN]) < len(table.rows):
        parts.append(fold(printer, draw_table(printer, table), words="word.all_places"))
    parts.append(note(printer.word("note.places")))
    parts.append(name_file(printer, "places"))
    return section(printer, "places", *parts, sub=printer.word("sub.places"))


def draw_busiest(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """The days with most articles, each with its articles."""
    if not model.busiest:
        return None
    days = [_busy_day(printer, model, row) for row in model.busiest]
    return section(
        printer, "busiest", *days, note(printer.word("note.busiest")), sub=printer.word("sub.busiest")
    )


def _busy_day(printer: Printer, model: ReportModel, row: BusyDay) -> Safe:
    thin = tag("span", printer.code("bin", "thin"), class_="flag") if row.is_thin else None
    count = printer.tell("word.articles", {"n": row.count})
    head = tag("h3", printer.day(row.day), " · ", count, " " if thin else None, thin)
    items = []
    for article in (model.articles[ordinal - 1] for ordinal in row.articles[:_TITLES_A_DAY]):
        ordinal = draw_ordinals([article.ordinal])
        below = tag("small", printer.received(article.outlet_name), " · ", ordinal)
        items.append(tag("li", printer.link(article.url, article.title), below))
    rest = row.articles[_TITLES_A_DAY:]
    more = note(printer.word("word.more_articles"), " ", draw_ordinals(rest)) if rest else None
    return tag("div", head, tag("ul", *items, class_="titles"), more, class_="day")
