"""The tables about texts, stories and releases, as columns and cells."""

from __future__ import annotations

from diembao.report.layout_cells import Cell, Code, Link, Table
from diembao.report.model import ReportModel


def text_months(model: ReportModel) -> Table:
    """Articles and texts a month."""
    made = model.texts
    rows: tuple[tuple[Cell, ...], ...] = (
        tuple((row.span, row.appearances, row.texts) for row in made.months) if made else ()
    )
    return Table("text_months", ("month", "appearances", "texts"), rows)


def text_roles(model: ReportModel) -> Table:
    """Articles by where their text comes from."""
    rows = [
        (Code("role", row.role), row.count, row.share, row.count_then)
        for row in (model.texts.roles if model.texts else ())
    ]
    if all(row[-1] is None for row in rows):
        return Table("text_roles", ("role", "count", "share"), tuple(row[:-1] for row in rows))
    return Table("text_roles", ("role", "count", "share", "count_then"), tuple(rows))


def text_classes(model: ReportModel) -> Table:
    """The same by class of outlets."""
    rows = tuple(
        (
            Code("class", row.outlet_class),
            row.appearances,
            row.original,
            row.reprint,
            row.partial,
            row.unknown,
        )
        for row in (model.texts.classes if model.texts else ())
    )
    columns = ("outlet_class", "appearances", "original", "reprint", "partial", "unknown_source")
    return Table("text_classes", columns, rows)


def most_reprinted(model: ReportModel) -> Table:
    """The texts that most articles carry."""
    rows = tuple(
        (
            row.first,
            _link(model, row.first),
            model.articles[row.first - 1].outlet_name,
            model.articles[row.first - 1].published,
            row.appearances,
            row.outlets,
            row.least_share,
        )
        for row in (model.texts.most_reprinted if model.texts else ())
    )
    columns = ("ordinal", "article", "first_outlet", "day", "appearances", "outlets", "least_share")
    return Table("most_reprinted", columns, rows)


def stories(model: ReportModel) -> Table:
    """Stories of at least two texts."""
    rows = tuple(
        (
            row.first,
            _link(model, row.first),
            model.articles[row.first - 1].outlet_name,
            row.span,
            row.texts,
            row.appearances,
            row.outlets,
            row.story_id,
        )
        for row in (model.stories.rows if model.stories else ())
    )
    columns = ("ordinal", "article", "first_outlet", "days", "texts", "appearances", "outlets", "story_id")
    return Table("stories", columns, rows)


def releases(model: ReportModel) -> Table:
    """Releases of the period and what became of them."""
    rows = tuple(
        (row.title, row.issued, row.used, row.whole, row.share, row.days, row.release_id)
        for row in (model.pickup.rows if model.pickup else ())
    )
    columns = ("release", "issued", "used_by", "used_whole", "used_share", "days_to_use", "release_id")
    return Table("releases", columns, rows)


def release_classes(model: ReportModel) -> Table:
    """Release copy by class of outlets."""
    rows = tuple(
        (Code("class", row.outlet_class), row.appearances, row.used, row.mostly, row.share)
        for row in (model.pickup.classes if model.pickup else ())
    )
    columns = ("outlet_class", "appearances", "release_used", "release_mostly", "share")
    return Table("release_classes", columns, rows)


def text_sources(model: ReportModel) -> Table:
    """Every article whose text stands elsewhere too, with the article it was taken from."""
    rows = tuple(
        (
            row.ordinal,
            row.text_of,
            Code("role", row.role),
            row.source,
            row.release_id,
            row.article_id,
        )
        for row in model.articles
        if row.role != "original" or row.text_of is not None or row.release_id
    )
    columns = ("ordinal", "counted_as", "role", "taken_from", "release_id", "article_id")
    return Table("text_sources", columns, rows)


def _link(model: ReportModel, ordinal: int) -> Link:
    article = model.articles[ordinal - 1]
    return Link(article.title, article.url)
