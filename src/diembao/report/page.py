"""A report as one HTML file: no script, no request, fonts inside, for screens, telephones and paper."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

from diembao.i18n import Language
from diembao.report.fonts import write_font_faces
from diembao.report.layout import list_tables
from diembao.report.layout_cells import Table
from diembao.report.markup import Child, Safe, join, tag
from diembao.report.model import ReportModel
from diembao.report.numbers import check_model
from diembao.report.page_appendix import draw_articles, draw_numbers
from diembao.report.page_collection import (
    draw_clips,
    draw_collection,
    draw_health,
    draw_limits,
    draw_method,
    draw_truth,
)
from diembao.report.page_sections import (
    draw_busiest,
    draw_classes,
    draw_comparison,
    draw_decisions,
    draw_key_figures,
    draw_notices,
    draw_outlets,
    draw_places,
    draw_strata,
    draw_volumes,
)
from diembao.report.page_texts import draw_pickup, draw_stories, draw_texts
from diembao.report.periods import name_period
from diembao.report.printer import Printer

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)

#: a topic up to this length is kept on one line of the headline
_SHORT_TOPIC = 20

Maker = Callable[[Printer, ReportModel, dict[str, Table]], Safe | None]

#: sections with an entry in the contents, in order of reading
_SECTIONS: tuple[tuple[str, Maker], ...] = (
    ("volume", draw_volumes),
    ("comparison", draw_comparison),
    ("collection", draw_collection),
    ("health", draw_health),
    ("outlets", draw_outlets),
    ("classes", draw_classes),
    ("decisions", draw_decisions),
    ("strata", draw_strata),
    ("places", draw_places),
    ("texts", draw_texts),
    ("stories", draw_stories),
    ("pickup", draw_pickup),
    ("busiest", draw_busiest),
    ("clips", draw_clips),
    ("truth", draw_truth),
    ("method", draw_method),
    ("limits", draw_limits),
    ("articles", draw_articles),
)


def write_page(model: ReportModel, language: Language) -> str:
    """The whole page; a model whose numbers contradict each other is refused."""
    numbers = check_model(model)
    printer = Printer(model, language)
    tables = list_tables(model)
    made = [(name, make(printer, model, tables)) for name, make in _SECTIONS]
    drawn = [(name, drawing) for name, drawing in made if drawing is not None]
    drawn.append(("numbers", draw_numbers(printer, model, numbers)))
    main = tag(
        "main",
        _head(printer, model),
        draw_key_figures(printer, model, tables),
        draw_notices(printer, model, tables),
        *(drawing for _, drawing in drawn),
        id="main",
    )
    aside = _aside(printer, model, [name for name, _ in drawn])
    body = tag(
        "body",
        tag("a", printer.word("word.skip"), class_="skip", href="#main"),
        _banner(printer, model),
        tag("div", main, aside, class_="page"),
        _foot(printer, model),
    )
    return "<!doctype html>\n" + tag("html", _meta(printer, model), body, lang=language) + "\n"


def write_title(printer: Printer) -> str:
    """The neutral title: what was measured and when."""
    spec = printer.model.spec
    period = name_period(spec.period, printer.language)
    return printer.say("word.title", {"topic": spec.topic_title, "period": period})


def _meta(printer: Printer, model: ReportModel) -> Safe:
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content=f"diembao {model.method.snapshot.code_version}"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", write_title(printer)),
        tag("style", Safe(write_font_faces() + "\n" + style)),
    )


def _banner(printer: Printer, model: ReportModel) -> Safe:
    sample = None
    if model.spec.sample_press:
        words = join([tag("b", printer.word("word.sample")), " ", printer.word("word.sample_note")])
        sample = tag("p", words, class_="sample")
    brand = tag("p", tag("b", "Diembao"), " ", tag("span", printer.word("word.tagline")), class_="brand")
    return tag("header", brand, sample, class_="top")


def _head(printer: Printer, model: ReportModel) -> Safe:
    spec = model.spec
    topic = printer.received(spec.topic_title)
    headline = tag("bdi", spec.topic_title, class_="long" if len(spec.topic_title) > _SHORT_TOPIC else None)
    title = printer.tell("word.title", {"topic": headline, "period": printer.period(spec.period)})
    eyebrow: list[Child] = [printer.word("word.report"), " ", printer.span(spec.period)]
    if spec.compare is not None:
        eyebrow += [", ", printer.word("word.compared"), " ", printer.span(spec.compare)]
    lead = printer.tell(f"word.lead_{spec.topic_kind}", {"topic": topic})
    return tag(
        "div",
        tag("p", *eyebrow, class_="eyebrow"),
        tag("h1", title),
        tag("p", lead, class_="lede"),
        class_="head",
    )


def _aside(printer: Printer, model: ReportModel, sections: list[str]) -> Safe:
    entries = [
        tag("li", tag("a", printer.word(f"section.{name}"), href=f"#{name}")) for name in ("key", *sections)
    ]
    if not model.key_figures:
        entries = entries[1:]
    contents = tag(
        "nav",
        tag("h2", printer.word("word.contents"), id="contents-h"),
        tag("ul", *entries),
        aria_labelledby="contents-h",
    )
    snapshot = model.method.snapshot
    facts: list[tuple[str, Child]] = [
        (printer.word("fact.snapshot"), tag("code", snapshot.snapshot_id)),
        (printer.word("fact.snapshot_at"), printer.at(snapshot.created_at)),
        (printer.word("fact.created_at"), printer.at(model.created_at)),
    ]
    commands = (("fact.build", model.spec.build_command), ("fact.verify", model.spec.verify_command))
    facts += [(printer.word(key), tag("code", command)) for key, command in commands if command]
    listed = tag("dl", *(join([tag("dt", name), tag("dd", value)]) for name, value in facts))
    return tag("aside", contents, listed, aria_label=printer.word("word.contents"))


def _foot(printer: Printer, model: ReportModel) -> Safe:
    version = tag("code", f"diembao {model.method.snapshot.code_version}")
    return tag("footer", tag("p", printer.word("word.foot"), " ", version))
