"""The sections of the page that say what was found: volumes, outlets, classes, the topic in the articles."""

from __future__ import annotations

from collections.abc import Sequence

from diembao.report.charts import draw_bars, draw_strip, draw_volume
from diembao.report.layout_cells import Cell, Code, Said, Table
from diembao.report.markup import Child, Safe, join, tag
from diembao.report.model import ArticleRow, BusyDay, Number, ReportModel
from diembao.report.page_tables import (
    PageCell,
    Stack,
    draw_ordinal,
    draw_ordinals,
    draw_table,
    figure,
    fold,
    fold_rows,
    name_file,
    note,
    section,
)
from diembao.report.periods import short_name
from diembao.report.printer import Printer
from diembao.text.normal import strip_accents

Tables = dict[str, Table]

#: beyond so many weeks the line is drawn by month
_WEEKS_DRAWN = 60
_OUTLETS_DRAWN = 20
_TITLES_A_DAY = 8
_PLACES_SHOWN = 15
_OUTLETS_A_TITLE = 3


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
        items.append(tag("div", value, tag("dd", bold, printer.tell(f"key_line.{row.line}", values))))
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
    """Weeks or months; with two periods what was collected stands below the count: telephones are narrow."""
    if "count_then" not in table.columns:
        return draw_table(printer, table, without=("state",))
    rows = []
    for row in table.rows:
        cells: list[PageCell] = list(row)
        for place, column in enumerate(table.columns):
            if column.startswith("count"):
                cells[place] = Stack((row[place], _coverage(row[place + 1], row[place + 2])))
        rows.append(tuple(cells))
    hidden = ("coverage", "state", "coverage_then", "state_then")
    return draw_table(printer, table, rows=rows, without=hidden)


def _coverage(coverage: Cell, state: Cell) -> Cell:
    if not isinstance(coverage, Number):
        return None
    kind = "thin" if state == Code("bin", "thin") else "whole"
    return Said(kind, f"bin_line.{kind}", {"coverage": coverage})


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
        note(printer.word("note.imputed")),
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
    parts: list[Child] = []
    if model.units_current is not None and model.units_former is not None:
        values = {"current": model.units_current, "former": model.units_former}
        parts.append(tag("p", printer.tell("places.named", values)))
    for kind, hidden in (("current", ("valid_to", "successors")), ("former", ("valid_from",))):
        rows = tuple(
            row
            for row, place in zip(table.rows, model.places, strict=True)
            if bool(place.valid_to) == (kind == "former")
        )
        if not rows:
            continue
        parts.append(tag("h3", printer.word(f"places.{kind}")))
        units = Table(table.name, table.columns, rows)
        without = ("unit_state", *hidden)
        parts.append(fold_rows(printer, units, _PLACES_SHOWN, without=without, words="word.more_places"))
        parts.append(note(printer.word(f"note.places_{kind}")))
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
    by_title: dict[str, list[ArticleRow]] = {}
    for article in (model.articles[ordinal - 1] for ordinal in row.articles):
        by_title.setdefault(_title_key(article.title), []).append(article)
    # what several outlets carry says most about a day
    titles = sorted(by_title.values(), key=lambda same: (-len(same), same[0].ordinal))
    items = [_title(printer, same) for same in titles[:_TITLES_A_DAY]]
    rest = [article.ordinal for same in titles[_TITLES_A_DAY:] for article in same]
    more = note(printer.word("word.more_articles"), " ", draw_ordinals(rest)) if rest else None
    return tag("div", head, tag("ul", *items, class_="titles"), more, class_="day")


def _title_key(title: str) -> str:
    """The same for titles that differ in accents, case or spaces only: reprints of one day."""
    return " ".join(strip_accents(title).casefold().split())


def _title(printer: Printer, same: Sequence[ArticleRow]) -> Safe:
    """A title once, with every outlet that carries it and every article linked."""
    # a title without accents stands only where there is no other
    named = next((article for article in same if not article.title.isascii()), same[0])
    ordered = [named, *(article for article in same if article is not named)]
    shown, further = ordered[:_OUTLETS_A_TITLE], ordered[_OUTLETS_A_TITLE:]
    outlets: list[Child] = []
    for article in shown:
        name = printer.received(article.outlet_name)
        ordinal = draw_ordinal(article.ordinal, article.ordinal)
        # the first is linked by the title itself
        linked = name if article is named else printer.link(article.url, article.outlet_name)
        outlets.append(join([linked, " ", ordinal]))
    more = None
    if further:
        ordinals = draw_ordinals([article.ordinal for article in further])
        more = join([f" {printer.word('word.and_others')} ", ordinals])
    below = tag("small", join(outlets, " · "), more)
    return tag("li", printer.link(named.url, named.title), below)
