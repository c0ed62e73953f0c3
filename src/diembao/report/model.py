"""What a report says, free of storage and language: numbers, the rows behind them, and the sections.

The application layer fills a `ReportModel` from queries; page, workbook and tables print it.
A figure that people see is always a `Number`; names, titles and addresses are printed as received;
everything else is a code that the catalogue `report` turns into words.
The same number may stand in several sections: it then has the same `number_id` and the same value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from diembao.report.figures import Basis, FormulaValue, Missing, Number, RowsRef, Span, Unit, Word
from diembao.report.model_texts import Pickup, Stories, Texts
from diembao.types import Decision, GapKind, MatchStratum, Phrase, Snapshot, TextRole

__all__ = [
    "Account", "ArticleRow", "Basis", "Bin", "BinPair", "BusyDay", "ClassRow", "ClipRow",
    "ClipsComparison", "ClockRow", "Collection", "DayState", "DecisionRow", "FormulaValue", "GapRow",
    "GapSummary", "HealthRow", "KeyFigure", "Limits", "LowerBound", "Method", "Missing", "Notice",
    "Number", "OutletDay", "OutletNote", "OutletRow", "PlaceRow", "ReportModel", "ReportSpec", "RowsRef",
    "Span", "StratumRow", "TruthRow", "Unit", "Volume", "VolumeComparison", "Word",
]  # fmt: skip

# ------------------------------------------------------------------ head


@dataclass(frozen=True, slots=True)
class ReportSpec:
    """What was asked for; a report is a function of this and the snapshot."""

    topic_id: str
    topic_title: str
    topic_kind: Literal["place", "free"]
    period: Span
    compare: Span | None = None
    timezone: str = "Asia/Ho_Chi_Minh"
    build_command: str = ""
    verify_command: str = ""
    sample_press: bool = False


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A leading figure; `kind` is a key of `report.key` (its bold words and its sentence).

    `numbers` are further numbers of that sentence by name.
    kinds: matched (articles in the frame; needs `outlets`), about (needs `share`), mentions (needs `share`;
    with `unclear` and `unclear_share` where articles are left that the rule could not decide),
    outlets (that delivered; needs `registered`), gap_days (outlet-days lost; needs `possible`),
    matched_now (on outlet-days good in both periods; needs `then`, `days`, `possible`).
    """

    kind: Literal["matched", "about", "mentions", "outlets", "gap_days", "matched_now"]
    number: Number
    numbers: Mapping[str, Number] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The key of `report.key_line`: its sentence."""
        return "mentions_unclear" if self.kind == "mentions" and "unclear" in self.numbers else self.kind


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning above the sections; `kind` is a key of `report.notice`, filled with `numbers` and `values`.

    kinds: few_articles (n), few_a_month (n: the smallest month), many_gaps (lost, possible),
    not_running (days), unverified (outlets), never_delivered (feeds, configured), lower_bound (feeds),
    partly_unknown (value `span`: what lies before the first run), not_yet_known (value `span`: what lies after
    the last run), collection_unknown (nobody recorded how anything was collected), no_good_day (n: outlets, value `outlets`:
    their names), late_outlets (n: outlets that were first
    asked within the periods, value `outlets`: their names), texts_differ (now, then).
    """

    kind: str
    numbers: Mapping[str, Number] = field(default_factory=dict)
    values: Mapping[str, FormulaValue] = field(default_factory=dict)


# ------------------------------------------------------------------ volumes


@dataclass(frozen=True, slots=True)
class Bin:
    """One week or month: the count, and how much of the expected volume was collected in it.

    `is_thin`: below 80 % of expected volume; hatched, and the line breaks.
    `count` None: nothing was collected.
    """

    span: Span
    count: Number | None
    coverage: Number | None = None
    is_thin: bool = False


@dataclass(frozen=True, slots=True)
class BinPair:
    """The same week or month of the period and of the earlier one it is compared with."""

    now: Bin
    then: Bin | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """Articles in the frame over time."""

    months: tuple[BinPair, ...]
    weeks: tuple[BinPair, ...]
    total: Number
    total_then: Number | None = None


@dataclass(frozen=True, slots=True)
class VolumeComparison:
    """Two periods: the matched comparison leads, imputed totals come second, what was observed third.

    `reason` is a key of `report.reason` and says why no conclusion is drawn or nothing is compared:
    rule_count (words wait for coding), different_outlets, different_span, no_data, before_first_run,
    collection_unknown.
    """

    is_comparable: bool
    reason: str
    matched_days: Number
    possible_days: Number
    matched_now: Number
    matched_then: Number
    observed_now: Number
    observed_then: Number
    imputed_now: Number | None = None
    imputed_then: Number | None = None
    matched_ratio: Number | None = None
    imputed_ratio: Number | None = None


# ------------------------------------------------------------------ collection


@dataclass(frozen=True, slots=True)
class GapRow:
    """One hole in the collection; `evidence` is printed as recorded; `outlet_id` "*" = every outlet."""

    outlet_id: str
    outlet_name: str
    feed_id: str
    start: datetime
    end: datetime
    kind: GapKind
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GapSummary:
    """How much of one kind of gap touches the period."""

    kind: GapKind
    gaps: Number
    outlets: Number
    outlet_days: Number | None = None


@dataclass(frozen=True, slots=True)
class ClockRow:
    """What is wrong with the stated times of an outlet, and what was done about it."""

    outlet_id: str
    outlet_name: str
    feed_id: str
    kind: Literal["shift", "fetch_time", "odd_offset"]
    shift: Number | None
    articles: Number
    first: datetime
    last: datetime
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LowerBound:
    """A feed whose window was full: its counts are lower bounds."""

    outlet_id: str
    outlet_name: str
    feed_id: str
    times: Number


@dataclass(frozen=True, slots=True)
class Collection:
    """What touches these numbers."""

    gap_summary: tuple[GapSummary, ...] = ()
    gaps: tuple[GapRow, ...] = ()
    clocks: tuple[ClockRow, ...] = ()
    lower_bounds: tuple[LowerBound, ...] = ()


#: state of an outlet on a day: good; low (below 80 % of expected); gap (not collected); partial (first or
#: last day of collection); unknown (before the first run); quiet (nothing expected, as at Tết)
DayState = Literal["good", "low", "gap", "partial", "unknown", "quiet"]


@dataclass(frozen=True, slots=True)
class OutletDay:
    """One outlet on one day: all items received, how many were expected, and how many are in the frame."""

    day: date
    state: DayState
    received: int
    expected: float | None = None
    matched: int = 0


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One outlet's calendar of the period."""

    outlet_id: str
    outlet_name: str
    days: tuple[OutletDay, ...]
    good_days: Number
    possible_days: Number


@dataclass(frozen=True, slots=True)
class OutletRow:
    """One outlet's share in the report; `status` as in `Outlet.status`."""

    outlet_id: str
    name: str
    outlet_class: str
    count: Number
    domains: tuple[str, ...] = ()
    status: str = "delivered"
    count_then: Number | None = None
    good_days: Number | None = None


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of outlets; a custom class prints its definition and members."""

    outlet_class: str
    outlets: Number
    count: Number
    share: Number
    count_then: Number | None = None
    is_custom: bool = False
    definition: str = ""
    members: tuple[str, ...] = ()


# ------------------------------------------------------------------ the topic in the articles


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """Articles by decision of the rule: about, mentions, unclear."""

    decision: Decision
    count: Number
    share: Number
    count_then: Number | None = None


@dataclass(frozen=True, slots=True)
class StratumRow:
    """Articles by where the topic stands: title, lead, body twice or more, body once, unclear."""

    stratum: MatchStratum
    count: Number
    share: Number
    count_then: Number | None = None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A unit of the topic's place and the articles that name it; `valid_to` set = a former unit."""

    place_id: str
    name: str
    kind: str
    count: Number
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    is_topic: bool = False


@dataclass(frozen=True, slots=True)
class BusyDay:
    """One of the days with most articles; `articles` are ordinals."""

    day: date
    count: Number
    articles: tuple[int, ...]
    is_thin: bool = False


# ------------------------------------------------------------------ optional sections


@dataclass(frozen=True, slots=True)
class ClipRow:
    """A clipping that the collection does not hold; `reason` is a key of `report.clip_reason`.

    reasons: not_collected, in_gap, outlet_unknown, outside_period, not_matched.
    """

    title: str
    url: str
    outlet_name: str
    day: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class ClipsComparison:
    """What an office's list of clippings and the collection each missed."""

    files: tuple[str, ...]
    clips: Number
    both: Number
    only_clips: Number
    only_collection: Number
    missed: tuple[ClipRow, ...] = ()


@dataclass(frozen=True, slots=True)
class TruthRow:
    """A number of this report beside the known truth; `subject` is a key of `report.truth`.

    `name` is printed after the subject (an outlet, a month); `is_met` says whether the promise held
    (equal, or truth inside the interval).
    """

    subject: str
    measured: Number
    truth: Number
    is_met: bool
    name: FormulaValue = ""


# ------------------------------------------------------------------ method and limits


@dataclass(frozen=True, slots=True)
class Account:
    """One account: in = passed on + dropped, each with a reason (key of `report.drop` or as is)."""

    stage: str
    name: str
    total: Number
    passed: Number
    dropped: tuple[tuple[str, Number], ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """How the numbers were made, beyond the fixed words of the page."""

    snapshot: Snapshot
    profile_hash: str
    gazetteer_version: str = ""
    accounts: tuple[Account, ...] = ()
    rules: tuple[tuple[str, Number], ...] = ()  # rule code of the matcher, articles it decided


@dataclass(frozen=True, slots=True)
class OutletNote:
    """An outlet left out or not verified, with the reason (key of `report.left_out`, else as is)."""

    outlet_id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Limits:
    """The page of limits: everything that was looked for, and what was left out."""

    phrases: tuple[Phrase, ...] = ()
    exclusions: tuple[Phrase, ...] = ()
    aliases: tuple[tuple[str, str, str], ...] = ()  # (place name, alias, class A/B/C)
    left_out: tuple[OutletNote, ...] = ()
    unverified: tuple[OutletNote, ...] = ()
    audit_head: str = ""


# ------------------------------------------------------------------ articles


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One article of the frame. Ordinals count from 1 in order of (published, outlet, id) over both periods.

    `published` is the effective local day, `precision` how exactly it is known, `is_corrected` when the
    outlet's clock was set right.
    """

    ordinal: int
    article_id: str
    revision: str
    outlet_id: str
    outlet_name: str
    title: str
    url: str
    published: date
    decision: Decision
    stratum: MatchStratum
    rule: str = ""
    places: tuple[str, ...] = ()
    precision: str = "minute"
    is_corrected: bool = False
    in_comparison: bool = False
    #: where the text comes from; `text_of` is the ordinal of the article it counts as, `source` of the one it was
    #: taken from, both None where that is no other article of the report
    role: TextRole = "original"
    text_of: int | None = None
    source: int | None = None
    #: the release that most of the text comes from, of those it uses
    release_id: str = ""


# ------------------------------------------------------------------ the whole


@dataclass(frozen=True, slots=True)
class ReportModel:
    """A whole report. Empty tuples and None leave a section out, except where emptiness itself is said."""

    spec: ReportSpec
    created_at: datetime
    key_figures: tuple[KeyFigure, ...]
    volume: Volume
    method: Method
    notices: tuple[Notice, ...] = ()
    comparison: VolumeComparison | None = None
    collection: Collection = Collection()
    health: tuple[HealthRow, ...] = ()
    outlets: tuple[OutletRow, ...] = ()
    classes: tuple[ClassRow, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()
    strata: tuple[StratumRow, ...] = ()
    places: tuple[PlaceRow, ...] = ()
    units_current: Number | None = None
    units_former: Number | None = None
    busiest: tuple[BusyDay, ...] = ()
    texts: Texts | None = None
    stories: Stories | None = None
    pickup: Pickup | None = None
    clips: ClipsComparison | None = None
    truth: tuple[TruthRow, ...] = ()
    limits: Limits = Limits()
    articles: tuple[ArticleRow, ...] = ()
    more_numbers: tuple[Number, ...] = ()  # numbers that only serve as inputs of others
