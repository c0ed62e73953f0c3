"""The sections of the page about texts: counted once, reprinted, grouped into stories, taken from releases."""

from __future__ import annotations

from datetime import date

from diembao.report.charts import draw_bars
from diembao.report.layout_cells import Cell, Said, Table
from diembao.report.markup import Child, Safe, tag
from diembao.report.model import Number, ReportModel, Span
from diembao.report.page_sections import names
from diembao.report.page_tables import (
    Stack,
    draw_ordinals,
    draw_table,
    figure,
    fold,
    fold_rows,
    name_file,
    note,
    section,
)
from diembao.report.printer import Printer

Tables = dict[str, Table]

_ROWS_SHOWN = 10


def draw_texts(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """Texts against appearances, where texts come from, and the ones that most outlets carry."""
    made = model.texts
    if made is None:
        return None
    values: dict[str, Number] = {"n": made.texts, "appearances": made.appearances}
    lead: list[Child] = [printer.tell("texts.counted", values)]
    if made.texts_then is not None and made.appearances_then is not None:
        then = {"n": made.texts_then, "appearances": made.appearances_then}
        lead += [" ", printer.tell("texts.counted_then", then)]
    bars = [(printer.code("role", row.role), row.count, row.count_then) for row in made.roles]
    now, earlier = names(printer, model)
    drawing = draw_bars(
        printer, "roles-bars", bars, title=printer.word("chart.roles"), name_now=now, name_then=earlier
    )
    parts: list[Child] = [
        tag("p", *lead, class_="lead"),
        figure(drawing, note(printer.word("note.texts"))),
        fold(printer, draw_table(printer, tables["text_roles"]), draw_table(printer, tables["text_months"])),
    ]
    if "text_classes" in tables:
        parts.append(fold(printer, draw_table(printer, tables["text_classes"]), words="word.by_class"))
    if "most_reprinted" in tables:
        parts.append(tag("h3", printer.word("table.most_reprinted")))
        parts.append(_carried(printer, model, tables["most_reprinted"]))
    parts.append(
        note(printer.tell("texts.passages", {"command": tag("code", "diembao articles show --reprints")}))
    )
    parts.append(
        name_file(printer, "text_months", "text_roles", "text_classes", "most_reprinted", "text_sources")
    )
    return section(printer, "texts", *parts, sub=printer.word("sub.texts"))


def _carried(printer: Printer, model: ReportModel, table: Table) -> Safe:
    """The most reprinted texts, outlet and day in small print below the title."""
    assert model.texts is not None
    rows = tuple(
        (ordinal, Stack((link, _first(outlet, day))), outlet, day, *figures)
        for ordinal, link, outlet, day, *figures in table.rows
    )
    listed = draw_table(printer, table, rows=rows, without=("first_outlet", "day"), is_headed=True)
    members = [
        tag(
            "li", draw_ordinals([row.first]), ": ", draw_ordinals([a for a in row.articles if a != row.first])
        )
        for row in model.texts.most_reprinted
    ]
    return tag("div", listed, fold(printer, tag("ul", *members, class_="plain"), words="word.their_articles"))


def _first(outlet: Cell, day: Cell) -> Said:
    """Who carried it first, and when; a story of one day names the day once."""
    assert isinstance(outlet, str)
    assert isinstance(day, date | Span)
    when = day.first if isinstance(day, Span) and day.first == day.last else day
    return Said("first", "texts.first", {"outlet": outlet, "day": when})


def draw_stories(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """What the texts are about, event by event."""
    made = model.stories
    if made is None or "stories" not in tables:
        return None
    table = tables["stories"]
    rows = tuple(
        (ordinal, Stack((link, _first(outlet, days))), outlet, days, *figures)
        for ordinal, link, outlet, days, *figures in table.rows
    )
    shaped = Table(table.name, table.columns, rows)  # type: ignore[arg-type]
    members = [
        tag(
            "li", draw_ordinals([row.first]), ": ", draw_ordinals([a for a in row.articles if a != row.first])
        )
        for row in made.rows
    ]
    return section(
        printer,
        "stories",
        tag(
            "p",
            printer.tell("stories.counted", {"n": made.stories, "alone": made.texts_alone}),
            class_="lead",
        ),
        fold_rows(printer, shaped, _ROWS_SHOWN, without=("first_outlet", "days", "story_id")),
        fold(printer, tag("ul", *members, class_="plain"), words="word.their_articles"),
        note(printer.word("note.stories")),
        name_file(printer, "stories"),
        sub=printer.word("sub.stories"),
    )


def draw_pickup(printer: Printer, model: ReportModel, tables: Tables) -> Safe | None:
    """How many releases were used, by whom, how much, how soon."""
    made = model.pickup
    if made is None:
        return None
    values: dict[str, Number] = {"n": made.releases, "used": made.used, "articles": made.articles}
    sentence: list[Child] = [printer.tell("pickup.counted", values)]
    if made.median_share is not None and made.median_days is not None:
        sentence += [
            " ",
            printer.tell("pickup.median", {"share": made.median_share, "days": made.median_days}),
        ]
    sentence += [" ", printer.tell("pickup.mostly", {"n": made.mostly})]
    parts: list[Child] = [tag("p", *sentence, class_="lead")]
    if "release_classes" in tables:
        parts.append(draw_table(printer, tables["release_classes"]))
    if "releases" in tables:
        parts.append(fold_rows(printer, tables["releases"], _ROWS_SHOWN, without=("release_id",)))
        members = [
            tag("li", printer.received(row.title), ": ", draw_ordinals(row.articles))
            for row in made.rows
            if row.articles
        ]
        if members:
            parts.append(fold(printer, tag("ul", *members, class_="plain"), words="word.their_articles"))
    parts.append(note(printer.word("note.pickup")))
    parts.append(note(printer.tell("pickup.passages", {"command": tag("code", "diembao releases show")})))
    parts.append(name_file(printer, "releases", "release_classes"))
    return section(printer, "pickup", *parts, sub=printer.word("sub.pickup"))
