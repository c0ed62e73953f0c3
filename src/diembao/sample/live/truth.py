"""What is true of the live press in a span of time: each page as it should come out, and the counts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from diembao.sample.faults import DEAD_FEED, MUTE_FEED
from diembao.sample.forms import HANOI
from diembao.sample.live.newsroom import Newsroom, Standing, Story, Version
from diembao.sample.live.pages import changed_at
from diembao.sample.live.sites import FAILING_FEED, PAGE_FEED
from diembao.sample.model import SampleArticle, Truth
from diembao.types import PageType, Precision

#: why an article's text must not be there; "kept" = it must be, "none" = the page has none
Body = Literal["kept", "none", "login", "challenge", "tdm", "robots", "gone", "soft_404"]
FeedState = Literal["read", "empty", "failing", "page", "robots"]
Grouping = Literal["outlet", "page_type", "body", "decision", "language", "day"]


@dataclass(frozen=True, slots=True)
class ExpectedVersion:
    """An article as its page gives it from a moment on; `change` is "", "title" or "text"."""

    since: datetime
    title: str
    text: str
    change: str


@dataclass(frozen=True, slots=True)
class ExpectedPage:
    """One article of the live span as a faultless collector has it in the end.

    `published_at` and `updated_at` are what the page states (a wrong clock included) at the precision it
    states; `true_published_at` is when it came out. `fed_at` is what the feed states, None where that is the
    moment of the request. `in_feeds` says where it stood, from when to when (None: still there),
    `in_sitemap` whether the site's sitemaps list it as well. `title` and `text` are those of the last version
    within the span. `is_older`: out before the span, but still in a feed.
    """

    url: str
    outlet_id: str
    number: int
    page_type: PageType
    body: Body
    title: str
    lead: str
    text: str
    language: str
    published_at: datetime
    published_precision: Precision
    updated_at: datetime | None
    true_published_at: datetime
    fed_at: datetime | None
    versions: tuple[ExpectedVersion, ...]
    in_feeds: tuple[tuple[str, datetime, datetime | None], ...]
    in_sitemap: bool
    is_older: bool
    truth: Truth

    def stood_for(self, end: datetime) -> timedelta:
        """The longest time that it stood in one feed until `end`."""
        spans = [min(last or end, end) - first for _, first, last in self.in_feeds if first < end]
        return max(spans, default=timedelta(0))


_GROUPS: dict[str, Callable[[ExpectedPage], str]] = {
    "outlet": lambda page: page.outlet_id,
    "page_type": lambda page: page.page_type,
    "body": lambda page: page.body,
    "decision": lambda page: page.truth.decision,
    "language": lambda page: page.language,
    "day": lambda page: f"{page.true_published_at.astimezone(HANOI):%Y-%m-%d}",
}


def expect_live(newsroom: Newsroom, start: datetime, end: datetime) -> tuple[ExpectedPage, ...]:
    """Every article that came out in [start, end) or stood in a feed then, in order of publication."""
    stood = _collect_standings(newsroom, start, end)
    chosen = {
        article.number: article
        for own in newsroom.articles.values()
        for article in own
        if start <= article.published_at < end or article.number in stood
    }
    ordered = sorted(chosen.values(), key=lambda article: (article.published_at, article.number))
    return tuple(_expect(newsroom, article, stood.get(article.number, []), start, end) for article in ordered)


def expect_feeds(newsroom: Newsroom) -> dict[str, FeedState]:
    """What each configured feed gives in the live span."""
    return {
        feed.feed_id: _expect_feed(newsroom, feed.feed_id)
        for site in newsroom.sites.values()
        for feed in site.outlet.feeds
    }


def count_live(pages: Iterable[ExpectedPage], by: Grouping) -> dict[str, int]:
    """How many pages fall into each group, in order of the group's name."""
    return dict(sorted(Counter(map(_GROUPS[by], pages)).items()))


def describe_live(newsroom: Newsroom, start: datetime, end: datetime) -> dict[str, Any]:
    """Everything known of the span, as plain values."""
    pages = expect_live(newsroom, start, end)
    fresh = [page for page in pages if not page.is_older]
    return {
        "sample": "fictional press; every article, figure and outlet is made up",
        "from": start.isoformat(),
        "to": end.isoformat(),
        "published": len(fresh),
        "older_in_feeds": len(pages) - len(fresh),
        "about": sum(page.truth.decision == "about" for page in fresh),
        "revised": sum(len(page.versions) > 1 for page in fresh),
        **{f"by_{by}": count_live(fresh, by) for by in ("outlet", "page_type", "body", "decision", "day")},
        "feeds": expect_feeds(newsroom),
        "pages": [_plain(page) for page in pages],
    }


def write_live_truth(newsroom: Newsroom, path: Path, start: datetime, end: datetime) -> None:
    """Write `describe_live` as JSON; the same press gives the same bytes."""
    path.write_text(
        json.dumps(describe_live(newsroom, start, end), ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


# ------------------------------------------------------------------ one page


def _expect(
    newsroom: Newsroom,
    article: SampleArticle,
    stood: list[tuple[str, Standing]],
    start: datetime,
    end: datetime,
) -> ExpectedPage:
    story = newsroom.tell(article)
    body = expect_body(story)
    versions = tuple(_expect_versions(story, body, end))
    updated = changed_at(story, end)
    shift = story.shown_at - article.published_at
    return ExpectedPage(
        url=article.url,
        outlet_id=article.outlet_id,
        number=article.number,
        page_type=story.page_type,
        body=body,
        title=versions[-1].title,
        lead=article.lead,
        text=versions[-1].text,
        language=article.language,
        published_at=_cut(story.shown_at, story.precision),
        published_precision=story.precision,
        updated_at=None if updated is None else updated + shift,
        true_published_at=article.published_at,
        fed_at=None
        if story.site.habit.stated == "fetch"
        else _cut(story.shown_at, "day" if story.site.habit.stated == "day" else "second"),
        versions=versions,
        in_feeds=tuple(
            (feed_id, standing.start, standing.end if standing.end.year < 9000 else None)
            for feed_id, standing in stood
        ),
        in_sitemap=story.site.sitemap != "none" and body != "robots",
        is_older=article.published_at < start,
        truth=article.truth,
    )


def expect_body(story: Story) -> Body:
    """Whether the text of a story is to be kept, or why not."""
    if story.site.robots in ("closed", "failing"):
        return "robots"
    if story.is_gone:
        return "gone"
    if story.reserved:
        return "tdm"
    walls: dict[PageType, Body] = {
        "login": "login", "challenge": "challenge", "soft_404": "soft_404", "video": "none"
    }  # fmt: skip
    return walls.get(story.page_type, "kept")


def _expect_versions(story: Story, body: Body, end: datetime) -> Iterator[ExpectedVersion]:
    for version in story.versions:
        if version.since <= end or version is story.versions[0]:
            text = _expect_text(story, version) if body == "kept" else ""
            yield ExpectedVersion(version.since, version.title, text, version.change)


def _expect_text(story: Story, version: Version) -> str:
    """Photo stories and live pages hold the sentences as captions and entries."""
    if story.page_type in ("photo", "live"):
        return "\n\n".join(story.article.sentences)
    return version.text


def _cut(at: datetime, precision: Precision) -> datetime:
    if precision == "day":
        return at.astimezone(HANOI).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    return at.replace(second=0, microsecond=0) if precision == "minute" else at


# ------------------------------------------------------------------ feeds


def _collect_standings(
    newsroom: Newsroom, start: datetime, end: datetime
) -> dict[int, list[tuple[str, Standing]]]:
    """The feeds in which each article stood within the span."""
    found: dict[int, list[tuple[str, Standing]]] = {}
    for feed_id, standings in newsroom.standings.items():
        for standing in standings:
            if standing.start < end and standing.end > start:
                found.setdefault(standing.article.number, []).append((feed_id, standing))
    return found


def _expect_feed(newsroom: Newsroom, feed_id: str) -> FeedState:
    if newsroom.sites[feed_id.partition("/")[0]].robots in ("closed", "failing"):
        return "robots"
    special: dict[str, FeedState] = {
        FAILING_FEED: "failing", PAGE_FEED: "page", DEAD_FEED: "empty", MUTE_FEED: "empty"
    }  # fmt: skip
    return special.get(feed_id, "read")


def _plain(page: ExpectedPage) -> dict[str, Any]:
    """The page as JSON takes it."""

    def write(value: object) -> object:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        if isinstance(value, dict):
            return {key: write(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [write(inner) for inner in value]
        return value

    plain = write(asdict(page))
    assert isinstance(plain, dict)
    return plain
