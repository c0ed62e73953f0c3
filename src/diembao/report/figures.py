"""One figure of a report with everything needed to trace it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

#: how a number came about; the page prints the words of `report.basis.<basis>` beside it
Basis = Literal[
    "full_count",  # everything was counted (outlets, runs, outlet-days): no interval, "thống kê toàn bộ"
    "rule_count",  # counted by the matching rule: "do máy đối chiếu, chưa phân loại"
    "imputed",  # with totals filled in for outlet-days not collected, and an interval
    "estimate",  # from a sample of human codes, with an interval
    "share",  # one number divided by another that contains it
    "ratio",  # one number divided by another
    "truth",  # known from the generator of a sample press, not measured
    "given",  # stated by the person who ran the report (for example a list of clippings)
]
#: what is counted; decides how the value is written (`share` as a percentage, the others as numbers)
Unit = Literal[
    "articles", "share", "ratio", "outlets", "feeds", "outlet_days", "days", "gaps", "runs", "rows",
    "phrases", "places", "seconds", "minutes", "hours", "items", "texts", "stories", "releases",
]  # fmt: skip
#: why a number has no value
Missing = Literal["", "not_collected", "not_comparable", "too_few", "unknown"]


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included, in the report's time zone."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the catalogue by its key ("report.class.central"), for use inside a sentence."""

    key: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of recorded evidence, rounded as printed; not one of the report's numbers, so without a link."""

    value: float
    decimals: int = 0
    is_share: bool = False


#: what may fill a sentence: a name as received, a day, a span of days, a word; figures enter only as Numbers
FormulaValue = str | date | Span | Word


@dataclass(frozen=True, slots=True)
class RowsRef:
    """Which rows are behind a number: articles of this report, or rows of one of its CSV files.

    `articles` are ordinals of `ReportModel.articles`; `table` is a CSV of the report's folder without ".csv"
    ("outlet_days", "gaps", "clips", "accounts", …) and `where` the columns and values that pick its rows.
    `command` lists the rows anew from the project; empty = the recompute command of the report.
    """

    articles: tuple[int, ...] = ()
    table: str = ""
    where: tuple[tuple[str, str], ...] = ()
    command: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """One figure with everything needed to trace it.

    `number_id` is stable ("volume.month.2025-09"; letters, digits, dot, hyphen, underscore).
    `value` None says `missing`. `low`, `high`, `level` only where there is an interval.
    `formula` is a key of `report.formula` (the catalogue lists them with the values they take), filled with
    `formula_values`; `inputs` are ids of other numbers.
    `at_least`: the true value may be higher (a feed's window was full), printed "≥".
    """

    number_id: str
    value: int | float | None
    basis: Basis
    unit: Unit
    formula: str
    formula_values: Mapping[str, FormulaValue] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    rows: RowsRef = RowsRef()
    low: float | None = None
    high: float | None = None
    level: float | None = None
    decimals: int = 0
    at_least: bool = False
    missing: Missing = ""
