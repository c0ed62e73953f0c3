"""Every number of a report: collected, checked against its rows, inputs and sums, and written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass

from diembao.errors import ReportError
from diembao.i18n import LANGUAGES, Language, Words, has_key
from diembao.i18n.formats import (
    format_interval,
    format_number,
    format_percent,
    format_percent_interval,
)
from diembao.report.figures import Figure
from diembao.report.model import ArticleRow, GapRow, Number, OutletDay, ReportModel

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LEAVES = (str, ArticleRow, GapRow, OutletDay)  # rows without numbers, by far the most objects of a model
_COUNTED = ("rule_count", "full_count")


def collect_numbers(model: ReportModel) -> dict[str, Number]:
    """All numbers of a model by id, in order of first appearance; one id with two contents is refused."""
    found: dict[str, Number] = {}
    for number in _walk(model):
        earlier = found.setdefault(number.number_id, number)
        if earlier is not number and earlier != number:
            raise ReportError(
                "number {number_id} stands in the report with two different contents",
                key="report.two_contents",
                next_step="give each figure its own number_id",
                number_id=number.number_id,
            )
    return found


def _walk(thing: object) -> Iterator[Number]:
    if isinstance(thing, Number):
        yield thing
    elif isinstance(thing, _LEAVES):
        return
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from _walk(value)
    elif isinstance(thing, tuple):
        for value in thing:
            yield from _walk(value)
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from _walk(getattr(thing, field.name))


# ------------------------------------------------------------------ checking


def check_model(model: ReportModel) -> dict[str, Number]:
    """The numbers of a model that may be printed; a number that contradicts its rows or parts is refused."""
    numbers = collect_numbers(model)
    _check_articles(model.articles)
    for number in numbers.values():
        _check_number(number, numbers, len(model.articles))
    _check_sums(model)
    return numbers


def _refuse(message: str, key: str, **values: object) -> None:
    raise ReportError(message, key=key, next_step="correct the query that fills the report", **values)


def _check_articles(articles: Sequence[ArticleRow]) -> None:
    for place, article in enumerate(articles, start=1):
        if article.ordinal != place:
            _refuse(
                "article {ordinal} stands at place {place}",
                "report.ordinal",
                ordinal=article.ordinal,
                place=place,
            )


def _check_number(number: Number, numbers: dict[str, Number], articles: int) -> None:
    number_id = number.number_id
    if not _ID.fullmatch(number_id):
        _refuse("{number_id} cannot be the id of a number", "report.bad_id", number_id=repr(number_id))
    if not all(has_key(language, f"report.formula.{number.formula}") for language in LANGUAGES):
        _refuse(
            "number {number_id} names no known formula: {formula}",
            "report.no_formula",
            number_id=number_id,
            formula=number.formula,
        )
    for needed in number.inputs:
        if needed not in numbers:
            _refuse(
                "number {number_id} is made of {needed}, which the report does not hold",
                "report.no_input",
                number_id=number_id,
                needed=needed,
            )
    for figure in (number.value, number.low, number.high, number.level):
        if figure is not None and (type(figure) not in (int, float) or not math.isfinite(figure)):
            _refuse(
                "number {number_id} is not a plain finite figure: {figure}",
                "report.not_finite",
                number_id=number_id,
                figure=repr(figure),
            )
    behind = number.rows.articles
    if behind and (min(behind) < 1 or max(behind) > articles):
        _refuse(
            "number {number_id} points to an article that the report does not list",
            "report.no_article",
            number_id=number_id,
        )
    # behind a count of texts stand their first articles, one each
    counted = number.unit in ("articles", "texts") and number.basis in _COUNTED
    if counted and behind and len(set(behind)) != number.value:
        _refuse(
            "number {number_id} is {value}, but {rows} articles are behind it",
            "report.not_its_rows",
            number_id=number_id,
            value=number.value,
            rows=len(set(behind)),
        )


def _check_sums(model: ReportModel) -> None:
    total = model.volume.total
    _check_sum(total, "months", [pair.now.count for pair in model.volume.months])
    _check_sum(total, "outlets", [row.count for row in model.outlets])
    _check_sum(total, "classes", [row.count for row in model.classes])
    _check_sum(total, "decisions", [row.count for row in model.decisions])
    _check_sum(total, "strata", [row.count for row in model.strata])
    if model.texts is not None:
        _check_sum(total, "roles", [row.count for row in model.texts.roles])
        _check_sum(total, "appearances", [row.appearances for row in model.texts.months])
        _check_sum(model.texts.texts, "texts", [row.texts for row in model.texts.months])


def _check_sum(total: Number, parts: str, counts: Iterable[Number | None]) -> None:
    values = [count.value or 0 for count in counts if count is not None]
    if values and sum(values) != total.value:
        _refuse(
            "the {parts} add up to {found}, the total is {total}",
            "report.not_the_sum",
            parts=parts,
            found=sum(values),
            total=total.value,
        )


# ------------------------------------------------------------------ writing


def format_value(number: Number, language: Language) -> str:
    """The value as people read it: `1.234`, `31%`, `≥ 12`; without a value the reason in words."""
    if number.value is None:
        return Words(language)(f"report.missing.{number.missing or 'unknown'}")
    if number.unit == "share":
        text = _format_share(number.value, number.decimals, language)
    else:
        text = format_number(number.value, language, number.decimals)
    return f"≥ {text}" if number.at_least else text


def _format_share(share: float, decimals: int, language: Language) -> str:
    """A share; what is not none is never printed as 0%, what is not all never as 100%."""
    text = format_percent(share, language, decimals)
    step = 10.0 ** -(decimals + 2)
    if share > 0 and text == format_percent(0, language, decimals):
        return f"<{format_percent(step, language, decimals)}"
    if share < 1 and text == format_percent(1, language, decimals):
        return f">{format_percent(1 - step, language, decimals)}"
    return text


def format_figure(figure: Figure, language: Language) -> str:
    """A figure of evidence as people read it."""
    write = format_percent if figure.is_share else format_number
    return write(figure.value, language, figure.decimals)


def read_figure(value: str, *, is_share: bool) -> Figure:
    """A figure from its machine-readable value."""
    decimals = len(value.partition(".")[2])
    return Figure(float(value), max(0, decimals - 2) if is_share else decimals, is_share)


def format_bounds(number: Number, language: Language) -> str:
    """The interval with its level, `KTC 95%: 421–477`, or an empty text where there is none.

    A total with nothing to impute has no interval and says so.
    """
    if number.low is None or number.high is None:
        is_whole = number.basis == "imputed" and number.unit == "articles" and number.value is not None
        return Words(language)("report.word.nothing_imputed") if is_whole else ""
    write = format_percent_interval if number.unit == "share" else format_interval
    bounds = write(number.low, number.high, language, number.decimals)
    level = format_percent(number.level if number.level is not None else 0.95, language)
    return f"{Words(language)('report.word.interval')} {level}: {bounds}"


def write_machine(value: float | int | None) -> str:
    """The value as programs read it: shortest exact decimal, empty for none."""
    return "" if value is None else repr(value)
