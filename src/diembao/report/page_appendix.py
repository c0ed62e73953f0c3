"""The end of the page: every article with its address, and every number with where it comes from."""

from __future__ import annotations

from itertools import groupby

from diembao.report.layout_cells import Table
from diembao.report.markup import Child, Safe, escape, join, tag
from diembao.report.model import ArticleRow, Number, ReportModel, RowsRef, Span
from diembao.report.page_tables import draw_ordinals, name_file, section
from diembao.report.printer import Printer

Tables = dict[str, Table]

#: from here on the list is set in one line an article
_COMPACT_FROM = 2000
#: a longer list of the period is left to the screen and the CSV: paper would have dozens of pages of it
_PRINTED_UP_TO = 1000


def draw_articles(printer: Printer, model: ReportModel, tables: Tables) -> Safe:
    """All articles of the frame, by month."""
    if not model.articles:
        return section(printer, "articles", tag("p", printer.word("word.no_articles")))
    months: list[Child] = []
    # this period first: it is what a reader came for
    ordered = sorted(model.articles, key=lambda row: (row.in_comparison, row.ordinal))
    for _, group in groupby(ordered, key=lambda row: (row.in_comparison, f"{row.published:%Y-%m}")):
        rows = list(group)
        span = Span(rows[0].published, rows[-1].published)
        head = tag("h3", printer.span(span), _earlier(printer) if rows[0].in_comparison else None)
        items = [_article(printer, row) for row in rows]
        kind = "chunk screen" if rows[0].in_comparison else "chunk"
        months.append(tag("div", head, tag("ul", *items, class_="articles"), class_=kind))
    now = sum(not row.in_comparison for row in model.articles)
    is_long = now > _PRINTED_UP_TO
    kinds = ["compact"] * (len(model.articles) >= _COMPACT_FROM) + ["screen"] * is_long
    listed = tag("div", *months, class_=" ".join(kinds) or None)
    files = name_file(printer, "articles")
    paper = tag("p", printer.word(f"word.print_{_name_paper(model, is_long)}"), class_="paper")
    return section(printer, "articles", files, paper, listed, sub=printer.word("sub.articles"))


def _name_paper(model: ReportModel, is_long: bool) -> str:
    """Which line tells a reader on paper where the rest of the list is."""
    if is_long:
        return "no_articles"
    return "articles" if any(row.in_comparison for row in model.articles) else "addresses"


def _earlier(printer: Printer) -> Safe:
    return tag("span", " · ", printer.code("in_period", "then"), class_="soft")


def _article(printer: Printer, row: ArticleRow) -> Safe:
    """One article: ordinal, title, then day, outlet, decision and where the topic stands."""
    meta = [
        printer.day(row.published),
        printer.received(row.outlet_name),
    ]
    more = [printer.code("decision", row.decision)]
    if row.stratum != row.decision:  # "unclear" is told once
        more.append(printer.code("stratum", row.stratum))
    if row.is_corrected:
        more.append(printer.word("word.clock_corrected"))
    further = tag("span", "".join(f" · {words}" for words in more), class_="screen")
    small = tag("small", join(meta, " · "), further, _origin(printer, row))
    ordinal = tag("span", str(row.ordinal), class_="o")
    return tag("li", ordinal, tag("span", printer.link(row.url, row.title), small), id=f"a-{row.ordinal}")


def _origin(printer: Printer, row: ArticleRow) -> Safe | None:
    """Whose text it is, where it is not its own."""
    if row.role == "original":
        return None
    source = join([" ", draw_ordinals([row.source])]) if row.source is not None else None
    return tag("span", " · ", printer.code("role", row.role), source, class_="screen")


# ------------------------------------------------------------------ numbers


def draw_numbers(printer: Printer, model: ReportModel, numbers: dict[str, Number]) -> Safe:
    """Where each number comes from: formula, inputs, rows, and the command that counts again."""
    printed: dict[RowsRef, str] = {}
    entries = [_entry(printer, number, printed) for number in numbers.values()]
    command = model.spec.verify_command
    again = tag("p", printer.word("word.all_again"), " ", tag("code", command)) if command else None
    files = name_file(printer, "numbers")
    return section(
        printer,
        "numbers",
        tag("p", printer.word("word.print_numbers"), class_="paper"),
        again,
        files,
        tag("div", *entries, class_="nums screen"),
        sub=printer.word("sub.numbers"),
    )


def _entry(printer: Printer, number: Number, printed: dict[RowsRef, str]) -> Safe:
    head = tag(
        "p",
        tag("b", printer.number(number)),
        " ",
        tag("span", printer.code("unit_of", number.unit)) if number.unit not in ("share", "ratio") else None,
        " ",
        printer.interval(number),
        tag("span", printer.code("basis", number.basis), class_="basis"),
        tag("code", number.number_id),
    )
    parts: list[Child] = [head, tag("p", printer.tell(f"formula.{number.formula}", number.formula_values))]
    if number.inputs:
        inputs = join((_refer(number_id) for number_id in number.inputs), ", ")
        parts.append(tag("p", printer.word("word.inputs"), " ", inputs))
    parts.append(_rows(printer, number, printed))
    if number.rows.command:
        parts.append(tag("p", printer.word("word.again"), " ", tag("code", number.rows.command)))
    return tag("div", *parts, class_="num", id=f"n-{number.number_id}")


def _refer(number_id: str) -> Safe:
    return tag("a", tag("code", number_id), href=f"#n-{number_id}")


def _rows(printer: Printer, number: Number, printed: dict[RowsRef, str]) -> Safe | None:
    """The rows behind a number; the same articles are not listed twice but referred to."""
    rows = number.rows
    parts: list[Child] = []
    if rows.table:
        where = join((tag("code", f"{column} = {value}") for column, value in rows.where), ", ")
        parts.append(join([tag("code", f"csv/{rows.table}.csv"), ": " if where else None, where]))
    if rows.articles:
        same = RowsRef(articles=rows.articles)
        earlier = printed.setdefault(same, number.number_id)
        if earlier != number.number_id:
            parts.append(join([printer.word("word.same_rows"), " ", _refer(earlier)]))
        else:
            parts.append(join([printer.word("word.rows_articles"), " ", draw_ordinals(rows.articles)]))
    elif number.unit == "articles" and number.value == 0:
        parts.append(escape(printer.word("word.no_rows")))
    if not parts:
        return None
    return tag("p", printer.word("word.rows"), " ", join(parts, "; "))
