"""Numbers of a report: collected once, true to their rows and sums, written as people read them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.report_fixture import build_model

from diembao.errors import ReportError
from diembao.report.layout import write_rows
from diembao.report.layout_cells import list_runs
from diembao.report.model import KeyFigure, Number, ReportModel, RowsRef
from diembao.report.numbers import check_model, collect_numbers, format_bounds, format_value


def with_number(model: ReportModel, number: Number) -> ReportModel:
    return replace(model, more_numbers=(number,))


def test_totals_equal_the_sum_of_their_parts() -> None:
    """The headline equals the sum of months, outlets, classes, decisions and strata."""
    model = build_model()
    total = model.volume.total.value
    assert sum(pair.now.count.value for pair in model.volume.months if pair.now.count) == total
    assert sum(row.count.value or 0 for row in model.outlets) == total
    assert sum(row.share.value or 0 for row in model.strata) == pytest.approx(1)
    check_model(model)


@pytest.mark.parametrize("part", ["outlets", "classes", "decisions", "strata"])
def test_parts_that_do_not_add_up_are_refused(part: str) -> None:
    """A report whose parts miss the total is not printed."""
    model = build_model()
    with pytest.raises(ReportError, match="add up"):
        check_model(replace(model, **{part: getattr(model, part)[1:]}))


def test_one_id_with_two_values_is_refused() -> None:
    """The same number says the same everywhere."""
    model = build_model()
    other = replace(model.volume.total, value=1, rows=RowsRef())
    with pytest.raises(ReportError, match="two different contents"):
        collect_numbers(replace(model, key_figures=(KeyFigure("matched", other),)))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (Number("a b", 1, "full_count", "rows", "share"), "cannot be the id"),
        (Number('x"><script>', 1, "full_count", "rows", "share"), "cannot be the id"),
        (Number("a", 1, "full_count", "rows", "no_such_formula"), "no known formula"),
        (Number("a", 1, "share", "share", "share", inputs=("nothing",)), "does not hold"),
        (Number("a", float("nan"), "full_count", "rows", "share"), "finite"),
        (Number("a", 1, "rule_count", "articles", "share", rows=RowsRef((99_999,))), "does not list"),
        (Number("a", 3, "rule_count", "articles", "share", rows=RowsRef((1, 2))), "articles are behind it"),
    ],
)
def test_a_number_that_cannot_be_traced_is_refused(number: Number, words: str) -> None:
    """Ids, formulas, inputs, values and rows are checked before anything is printed."""
    with pytest.raises(ReportError, match=words):
        check_model(with_number(build_model(), number))


def test_articles_stand_in_order_of_their_ordinals() -> None:
    """An ordinal that does not say its place is refused: links would lead astray."""
    model = build_model()
    with pytest.raises(ReportError, match="stands at place"):
        check_model(replace(model, articles=model.articles[::-1]))


def test_values_are_written_as_people_read_them() -> None:
    """Thousands, percentages, lower bounds, intervals and missing values follow the language."""
    number = Number("a", 1234, "rule_count", "articles", "share")
    assert (format_value(number, "vi"), format_value(number, "en")) == ("1.234", "1,234")
    assert format_value(replace(number, at_least=True), "vi") == "≥ 1.234"
    assert format_value(replace(number, value=0.314, unit="share"), "en") == "31%"
    assert format_value(replace(number, value=None, missing="not_comparable"), "vi") == "không so sánh được"
    share = replace(number, value=0.0013, unit="share")
    assert [format_value(replace(share, value=value), "vi") for value in (0, 0.0013, 0.999, 1)] == [
        "0%",
        "<1%",
        ">99%",
        "100%",
    ]
    bounds = replace(number, low=421.2, high=476.9, level=0.95)
    assert format_bounds(bounds, "vi") == "KTC 95%: 421–477"
    assert format_bounds(replace(bounds, unit="share", low=0.27, high=0.35), "en") == "CI 95%: 27–35%"
    assert format_bounds(number, "vi") == ""


def test_rows_are_written_as_runs() -> None:
    """Neighbouring ordinals become one run; a table names its filter."""
    assert list_runs([3, 1, 2, 7]) == [(1, 3), (7, 7)]
    rows = RowsRef((1, 2, 5), "gaps", (("kind", "silent"),))
    assert (
        write_rows(Number("a", 1, "full_count", "gaps", "share", rows=rows))
        == "articles 1-2 5; gaps kind=silent"
    )
