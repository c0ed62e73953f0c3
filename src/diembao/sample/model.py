"""The records of the sample press: what was published, what a collector saw, and what is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from diembao.types import GapKind, Outlet

#: what an article truly is for the topic "Lạng Sơn"
TrueDecision = Literal["about", "mentions", "not"]
Origin = Literal["original", "reprint", "partial"]
Tone = Literal["good", "plain", "bad"]

FIRST_DAY = date(2024, 7, 1)
LAST_DAY = date(2026, 6, 30)
#: districts ended and communes were merged on this day
NEW_UNITS_FROM = date(2025, 7, 1)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of an article because we wrote it.

    `reason` says which trap a `mentions` or `not` article carries ("none": the place does not occur at all).
    `where` is the strongest field in which an `about` article names the place.
    `source` is the number of the article, `release_id` the release, from which text was taken.
    """

    decision: TrueDecision
    reason: str
    where: str
    units: tuple[str, ...]
    subject: str
    tone: Tone
    story_id: str
    origin: Origin = "original"
    source: int | None = None
    release_id: str | None = None


@dataclass(frozen=True, slots=True)
class SampleArticle:
    """One fictional article; `sentences` = body without lead and closing mark; `published_at` is true."""

    number: int
    outlet_id: str
    url: str
    title: str
    lead: str
    sentences: tuple[str, ...]
    text: str
    language: str
    published_at: datetime
    stated: str
    forms: tuple[str, ...]
    truth: Truth


@dataclass(frozen=True, slots=True)
class SampleRelease:
    """A fictional press release that outlets picked up wholly, partly or not at all."""

    release_id: str
    title: str
    sentences: tuple[str, ...]
    text: str
    issued_at: datetime
    picked_whole: int
    picked_partly: int


@dataclass(frozen=True, slots=True)
class PlantedGap:
    """A hole that we made; [start, end) in UTC, outlet_id "*" = every outlet."""

    outlet_id: str
    feed_id: str | None
    kind: GapKind
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class PlantedClock:
    """A wrong clock that we made; `shift_s` is what must be added to the stated time to make it true."""

    outlet_id: str
    kind: Literal["shift", "fetch_time"]
    shift_s: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of the feed history; `article` is the number of the article, None in a planted bad row."""

    source: str
    feed: str
    title: str
    summary: str
    link: str
    published: str
    fetched: str
    article: int | None
    twist: str = ""


@dataclass(frozen=True, slots=True)
class Clip:
    """One line of the office's own list; `article` is None where the clipping is of no article of ours."""

    day: str
    outlet: str
    title: str
    link: str
    article: int | None


@dataclass(frozen=True, slots=True)
class SamplePress:
    """Two years of fictional press with everything that is true about them."""

    seed: int
    outlets: tuple[Outlet, ...]
    articles: tuple[SampleArticle, ...]
    releases: tuple[SampleRelease, ...]
    runs: tuple[datetime, ...]
    gaps: tuple[PlantedGap, ...]
    clocks: tuple[PlantedClock, ...]
    rows: tuple[HistoryRow, ...]
    #: article number -> when the collector first had it
    first_seen: Mapping[int, datetime]
    clips: tuple[Clip, ...] = ()
    #: numbers of the articles whose own page a live collection was given, with the text
    read: frozenset[int] = frozenset()
