"""The records that rooms hand to each other: frozen, plain fields, times in UTC and aware."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

#: "look": a page that was only looked at cheaply; it has a title and a date, and no text
ArticleKind = Literal["feed_item", "article", "clip", "look"]


@dataclass(frozen=True, slots=True)
class Article:
    """One article at one revision.

    `article_id` comes from the address first seen and never changes; `revision` from the content.
    `published` is as stated by the source; `url_published` as read from the address.
    `text` excludes the lead. A feed item has a lead (its summary) and an empty text; a page that was only
    looked at has neither.
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


# ------------------------------------------------------------------ feeds and sitemaps as read


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed. `url` is absolute; times are UTC, None where the feed states none that can be read."""

    id: str
    url: str
    title: str
    summary: str
    published_at: datetime | None = None
    published_precision: Precision = "unknown"
    published_raw: str = ""
    updated_at: datetime | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as its bytes say. in = entries + dropped: each dropped entry is counted under its reason."""

    kind: str
    title: str
    entries: tuple[FeedEntry, ...]
    encoding: str = ""
    language: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)
    #: `damaged` (not well-formed, read as far as it went), `cut_entries`, ...
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One address of a sitemap (or, in an index, one further sitemap)."""

    url: str
    modified_at: datetime | None = None
    title: str = ""
    published_at: datetime | None = None
    published_precision: Precision = "unknown"
    published_raw: str = ""
    language: str = ""
    modified_precision: Precision = "unknown"


@dataclass(frozen=True, slots=True)
class ParsedSitemap:
    """A sitemap as its bytes say; `kind` "index" lists sitemaps, "pages" lists pages."""

    kind: Literal["index", "pages"]
    entries: tuple[SitemapEntry, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A feed or sitemap that a page or a robots.txt points to."""

    url: str
    kind: Literal["feed", "sitemap"]
    title: str = ""
    where: str = ""


# ------------------------------------------------------------------ pages as read

PageType = Literal[
    "article",
    "list",
    "live",
    "video",
    "photo",
    "login",
    "challenge",
    "soft_404",
    "redirect",
    "empty",
    "other",
]


@dataclass(frozen=True, slots=True)
class ExtractedArticle:
    """What a page says of itself. Nothing of its author is read.

    `published_at` is UTC and read in the outlet's zone; `published_source` says where it stood (`json_ld`,
    `meta`, `url`, `label`, `time_element`), `published_precision` how exact it is. `text` excludes the lead.
    """

    url: str
    title: str
    lead: str
    text: str
    language: str
    published_at: datetime | None
    published_source: str
    published_precision: Precision
    published_raw: str
    updated_at: datetime | None
    updated_source: str
    canonical_url: str | None
    page_type: PageType
    flags: tuple[str, ...] = ()
    extractor: str = ""


@dataclass(frozen=True, slots=True)
class PageLook:
    """The cheap first look at a page: enough to count it, to tell whether to read it carefully, and to find
    reuse later. `in_doubt` names why it must be read carefully; `text_prints` are sorted fingerprints.
    """

    url: str
    title: str
    language: str
    published_at: datetime | None
    published_source: str
    published_precision: Precision
    published_raw: str
    updated_at: datetime | None
    canonical_url: str | None
    page_type: PageType
    text_chars: int
    text_prints: tuple[int, ...] = ()
    in_doubt: tuple[str, ...] = ()
    may_match: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


# ------------------------------------------------------------------ fetching and evidence

FetchPurpose = Literal["robots", "tdm", "feed", "sitemap", "page", "discover"]

#: how an attempt ended; "ok" and "not_modified" brought what was asked for
FetchOutcome = Literal[
    "ok",
    "not_modified",
    "redirected",  # one hop that was followed; the next exchange is the one to its target
    "http_error",  # another status than 2xx, 304 and the ones below
    "gone",  # 404, 410
    "blocked",  # 401, 403, 451 or a challenge page
    "rate_limited",  # 429
    "unavailable",  # 5xx
    "redirect_loop",  # more than 5 redirects, or one without a target
    "redirect_away",  # to a host that does not belong to the outlet
    "refused_address",  # an address that is not public, by name or by literal
    "refused_scheme",
    "refused_host",  # social networks and others that are never fetched
    "robots",  # robots.txt (or its absence by 5xx) says no
    "dns",
    "connect",
    "tls",
    "timeout",  # the one deadline around the whole exchange
    "too_large",
    "truncated",  # shorter than its stated length, or compressed data that breaks off
    "bad_encoding",  # compressed data that is broken or of a kind not asked for
    "protocol",  # not HTTP, huge headers, ...
    "reserved",  # text and data mining is reserved: the body was not kept
    "interrupted",
]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back, headers as sent (lower-case names, in order).

    `raw_body` is the body as transferred but for chunking (still compressed), `body` the decoded one; both
    are empty when nothing whole came back. `url` is the address of this hop; `location` the redirect's target.
    """

    url: str
    method: str
    request_headers: tuple[tuple[str, str], ...]
    started_at: datetime
    ended_at: datetime
    outcome: FetchOutcome
    status: int | None = None
    reason: str = ""
    http_version: str = "HTTP/1.1"
    headers: tuple[tuple[str, str], ...] = ()
    raw_body: bytes = b""
    body: bytes = b""
    peer: str = ""
    location: str | None = None
    detail: str = ""
    retry_after_s: float | None = None

    def header(self, name: str) -> str:
        """The first header of that name (any case), or an empty string."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer to one wish for an address: every hop that was made, in order, and how it ended.

    `exchanges` is empty when nothing was sent (a refused scheme, robots, an address that is not public).
    """

    url: str
    final_url: str
    outcome: FetchOutcome
    exchanges: tuple[Exchange, ...] = ()
    detail: str = ""
    retry_after_s: float | None = None
    tdm_reserved: bool = False

    @property
    def last(self) -> Exchange | None:
        """The last hop, or None when nothing was sent."""
        return self.exchanges[-1] if self.exchanges else None

    @property
    def body(self) -> bytes:
        """The decoded body of the last hop."""
        return self.exchanges[-1].body if self.exchanges else b""


@dataclass(frozen=True, slots=True)
class Capture:
    """Where in the archive a response lies. `offset` and `length` are of its compressed record in `file`;
    `payload_sha256` is over the decoded body, `record_sha256` over the compressed bytes of the record.
    """

    file: str
    offset: int
    length: int
    record_sha256: str
    payload_sha256: str
    kind: Literal["response", "revisit", "tdm", "resource"]
    url: str
    fetched_at: datetime
    status: int
    content_type: str
    record_id: str
    refers_to: str = ""


# ------------------------------------------------------------------ reuse, stories, releases


@dataclass(frozen=True, slots=True)
class ReuseEdge:
    """Two texts that share passages. `containment_a` is the share of a's runs of words that stand in b (0 to 1),
    `containment_b` the other way round; `shared` is the verified number of different runs in both.
    """

    a: str
    b: str
    containment_a: float
    containment_b: float
    shared: int

    def __iter__(self) -> Iterator[str]:
        """The two texts, so that `a, b = edge`."""
        return iter((self.a, self.b))


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that two texts share: spans in code points of each, and its length in words of a."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    words: int


@dataclass(frozen=True, slots=True)
class DatedText:
    """What is known of a text's origin: when it was published (UTC) and how exactly, when it was first seen, whom
    it credits (outlet ids, or names of agencies that are no registered outlet), and its canonical address key.
    """

    text_id: str
    outlet_id: str
    title: str
    published_at: datetime | None
    precision: Precision
    first_seen_at: datetime | None
    key: str = ""
    canonical_key: str | None = None
    credits: tuple[str, ...] = ()


#: what an article's text is: written there, a reprint of another, partly another's, or first where is unknown
TextRole = Literal["original", "reprint", "partial", "unknown"]
Confidence = Literal["high", "low", "none"]


@dataclass(frozen=True, slots=True)
class Reprint:
    """An article's place among the texts it shares passages with.

    `unit_id` is the text it counts as (itself where it stands alone), `source_id` the article it was most likely
    taken from, `share` how much of it stands in the source; `basis` names what the direction rests on.
    """

    text_id: str
    unit_id: str
    role: TextRole
    source_id: str | None = None
    share: float = 0.0
    confidence: Confidence = "none"
    basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryMember:
    """A unit in a story: what is about one event, whether or not it shares text."""

    unit_id: str
    story_id: str
    similarity: float = 1.0


@dataclass(frozen=True, slots=True)
class Release:
    """A press release as issued; `source` is the file, feed or row it came from."""

    release_id: str
    title: str
    text: str
    issued_at: datetime | None
    precision: Precision
    source: str
    sha256: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseUse:
    """An article that shares passages with a release.

    `share_of_article` comes from the release, `share_of_release` was used (0 to 1). `is_origin` is False where the
    article is older than the release (which then quotes it), None where the times do not tell.
    """

    release_id: str
    article_id: str
    share_of_article: float
    share_of_release: float
    shared: int
    is_origin: bool | None
    days_after: float | None = None
    is_best: bool = False


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
    "unreachable",  # a feed that could not be had, try after try
    "refused",  # its publisher says no: robots.txt, a block, a challenge
    "reserved",  # text and data mining is reserved: bodies were not kept
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
class FeedPoll:
    """One reading of a feed: how many entries it had, and how many of them stood not in the one before.

    `outcome`: "ok", "unchanged" (304), or why it brought nothing.
    """

    feed_id: str
    at: datetime
    outcome: str
    entries: int = 0
    fresh: int = 0


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
