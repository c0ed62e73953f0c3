"""The records that rooms hand to each other: frozen, plain fields, times in UTC and aware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

# ------------------------------------------------------------------ outlets

OUTLET_CLASSES = ("central", "provincial", "local", "sector", "foreign", "aggregator")
#: registered without a class (for example from a list of configured feeds); printed as such, never guessed
UNCLASSED = "unclassed"

OutletStatus = Literal["unverified", "delivered", "checked"]


@dataclass(frozen=True, slots=True)
class Feed:
    """One of an outlet's lists of articles. `feed_id` is `<outlet_id>/<slug>` and never changes."""

    feed_id: str
    outlet_id: str
    url: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher whose articles may be counted; only its `domains` (and their sub-domains) belong to it."""

    outlet_id: str
    name: str
    domains: tuple[str, ...]
    outlet_class: str
    place: str | None = None
    timezone: str = "Asia/Ho_Chi_Minh"
    language: str = "vi"
    feeds: tuple[Feed, ...] = ()
    sitemaps: tuple[str, ...] = ()
    status: OutletStatus = "unverified"
    note: str = ""


# ------------------------------------------------------------------ times

#: how exactly a moment is known; "run" = known only to lie between two runs of the collector
Precision = Literal["second", "minute", "hour", "day", "run", "unknown"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time with its precision, where it was read and the text it was read from."""

    at: datetime
    precision: Precision
    source: str
    raw: str = ""
    flags: tuple[str, ...] = ()


# ------------------------------------------------------------------ articles

ArticleKind = Literal["feed_item", "article", "clip"]


@dataclass(frozen=True, slots=True)
class Article:
    """One article at one revision.

    `article_id` comes from the address first seen and never changes; `revision` from the content.
    `published` is as stated by the source; `url_published` as read from the address.
    `text` excludes the lead. A feed item has a lead (its summary) and an empty text.
    """

    article_id: str
    revision: str
    outlet_id: str
    url: str
    key: str
    title: str
    lead: str
    text: str
    language: str
    kind: ArticleKind
    published: Moment | None
    url_published: Moment | None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """An article seen in one feed (or file) at one time; `seen_at` is when the collector received it."""

    article_id: str
    revision: str
    outlet_id: str
    feed_id: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """One input row that was not taken, and why; `line` counts from 1 in the file as read."""

    line: int
    reason: str
    detail: str = ""


# ------------------------------------------------------------------ places and topics

AliasClass = Literal["A", "B", "C"]
Decision = Literal["about", "mentions", "not", "unclear"]
FieldName = Literal["title", "lead", "text"]


@dataclass(frozen=True, slots=True)
class Alias:
    """A written form of a place. A stands alone; B needs a province or district cue; C a hierarchy.

    `from_profile` marks a name that a person added to a topic's profile.
    """

    surface: str
    alias_class: AliasClass
    from_profile: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of administration, or a named spot, with its span of validity (None = open end).

    In a topic, `belongs_from` is the day from which the unit's land belongs to it (None = always): a
    province that was merged into another counts for that one only since then.
    """

    place_id: str
    name: str
    kind: str
    parent_id: str | None
    valid_from: date | None
    valid_to: date | None
    aliases: tuple[Alias, ...] = ()
    predecessors: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()
    belongs_from: date | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a free topic; `stated_kind` is needed where it looks like a person's name."""

    text: str
    stated_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """What we look for: a place with the units that were its own at each time, or phrases and exclusions."""

    topic_id: str
    title: str
    kind: Literal["place", "free"]
    place_id: str | None = None
    places: tuple[Place, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    exclusions: tuple[Phrase, ...] = ()
    gazetteer_version: str = ""
    #: stated kind of the title, needed where it looks like a person's name
    title_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A hit with its span in code points of the field as given, and the rule that judged it."""

    field: FieldName
    start: int
    end: int
    surface: str
    place_id: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """Whether an article is about a topic, with every hit and the reason for the decision."""

    decision: Decision
    score: float
    rule: str
    mentions: tuple[Mention, ...] = ()


#: strata of a first coding wave (ESTIMATES 9): where in the text the topic stands
MatchStratum = Literal["title", "lead", "body2", "body1", "unclear", "none"]


# ------------------------------------------------------------------ collection health

GapKind = Literal[
    "not_running",  # the collector did not run for clearly longer than its own rhythm
    "never_delivered",  # a configured feed that gave nothing at all
    "silent",  # runs happened, the feed gave nothing new for improbably long
    "frozen",  # the feed answered with the same old items
    "overflow",  # the feed's window was full of new items: earlier ones were probably missed
    "low_volume",  # an outlet-day far below its usual day of the week
    "partial",  # the first or last day of collection
]


@dataclass(frozen=True, slots=True)
class Gap:
    """A hole in what was collected; [start, end) in UTC; feed_id None = the outlet, "*" = every outlet."""

    outlet_id: str
    feed_id: str | None
    start: datetime
    end: datetime
    kind: GapKind
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClockFinding:
    """What is wrong with the stated times of an outlet (or feed), and what was done about it.

    kind: "shift" (wrong by a constant; add `shift_s`), "fetch_time" (stated time is the fetch time; the
    address's time or the first sighting is used), "odd_offset" (an offset no clock keeps, as +07:07).
    """

    outlet_id: str
    feed_id: str | None
    kind: Literal["shift", "fetch_time", "odd_offset"]
    shift_s: int
    first: datetime
    last: datetime
    n: int
    evidence: Mapping[str, object] = field(default_factory=dict)


# ------------------------------------------------------------------ numbers


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval and everything needed to trace it; `float()` is refused."""

    value: float
    low: float
    high: float
    level: float
    n: int
    population: int
    method: str
    design: str = ""
    alpha: float | None = None
    snapshot_id: str = ""
    codebook_version: str = ""
    ids: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __float__(self) -> float:
        raise TypeError("an Estimate is not a bare number: use .value together with .low and .high")


@dataclass(frozen=True, slots=True)
class Comparison:
    """A difference or ratio of two estimates with its own bounds at its own level."""

    kind: Literal["difference", "ratio"]
    value: float
    low: float
    high: float
    level: float
    comparisons: int
    first: Estimate
    second: Estimate
    verdict: Literal["higher", "lower", "cannot_tell", "not_comparable"]
    method: str
    notes: tuple[str, ...] = ()

    def __float__(self) -> float:
        raise TypeError("a Comparison is not a bare number: use .value together with .low and .high")


# ------------------------------------------------------------------ snapshots


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a report is a function of: table versions, desk sequence number, hashes, code version."""

    snapshot_id: str
    versions: Mapping[str, int]
    desk_seq: int
    hashes: Mapping[str, str]
    code_version: str
    created_at: datetime
