"""What a two-hourly feed collector would have noted of the sample press, faults and all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from diembao.sample.dice import Dice
from diembao.sample.faults import (
    BATCH,
    BATCH_OUTLET,
    BATCH_WINDOW,
    COLLECTION_END,
    COLLECTION_START,
    DEAD_FEED,
    DEAD_FROM,
    FROZEN,
    FROZEN_FEED,
    MUTE_FEED,
    OUTAGE,
)
from diembao.sample.model import HistoryRow, SampleArticle
from diembao.sample.outlets import HABITS, Habit
from diembao.types import Feed

#: the collector forgets what it noted after ten days and notes it again while it is still in the feed
MEMORY = timedelta(days=10)
_TRACKING = (
    "?utm_source=rss&utm_medium=feed",
    "?fbclid=IwAR0mauMAUmau",
    "?zarsrc=30",
    "?gclid=mau-0001",
    "#comments",
)
SOCIAL_LINKS = (
    "https://www.facebook.com/diembao.sample.only/posts/{n}",
    "https://www.tiktok.com/@diembao.sample.only/video/{n}",
    "https://www.youtube.com/watch?v=sample-only-{n}",
)
STRANGER = "bao-la-mau.example"


@dataclass(frozen=True, slots=True)
class Collection:
    """The rows noted, the runs, and when each article was first noted."""

    runs: tuple[datetime, ...]
    rows: tuple[HistoryRow, ...]
    first_seen: dict[int, datetime]


@dataclass(frozen=True, slots=True)
class _Sighting:
    at: datetime
    habit: Habit
    feed: Feed
    article: SampleArticle
    again: bool


def collect(seed: int, articles: list[SampleArticle]) -> Collection:
    """Run the collector over two years of feeds."""
    runs = list_runs(seed)
    sightings: list[_Sighting] = []
    by_outlet: dict[str, list[SampleArticle]] = {}
    for article in articles:
        by_outlet.setdefault(article.outlet_id, []).append(article)
    for habit in HABITS:
        for order, feed in enumerate(habit.outlet.feeds):
            carried = list_carried(habit, feed, by_outlet.get(habit.outlet.outlet_id, []))
            sightings += _watch_feed(seed, runs, habit, feed, order, carried)
    sightings.sort(key=lambda sighting: (sighting.at, sighting.feed.feed_id, sighting.article.number))
    first_seen: dict[int, datetime] = {}
    for sighting in sightings:
        first_seen.setdefault(sighting.article.number, sighting.at)
    dice = Dice(seed, "notes")
    rows = [_note(sighting, dice) for sighting in sightings]
    return Collection(tuple(runs), tuple(_plant_bad_rows(seed, rows)), first_seen)


def list_runs(seed: int) -> list[datetime]:
    """When the collector ran: every two hours, late by minutes, now and then not at all."""
    runs = []
    dice = Dice(seed, "runs")
    slot = COLLECTION_START
    while slot <= COLLECTION_END:
        at = slot + timedelta(seconds=dice.below(1100))
        skipped = dice.chance(0.012)
        if not skipped and not OUTAGE[0] <= at < OUTAGE[1]:
            runs.append(at)
        slot += timedelta(hours=2)
    return runs


def list_carried(habit: Habit, feed: Feed, articles: list[SampleArticle]) -> list[SampleArticle]:
    """The outlet's articles that a feed of it carries."""
    if feed.feed_id == MUTE_FEED:
        return []
    wanted = habit.sections.get(feed.feed_id, ())
    return [article for article in articles if not wanted or article.truth.subject in wanted]


def _watch_feed(
    seed: int, runs: list[datetime], habit: Habit, feed: Feed, order: int, articles: list[SampleArticle]
) -> Iterator[_Sighting]:
    """Each time an article is noted: at the first run that finds it, and again when memory has faded."""
    for i, (article, start, end) in enumerate(list_standings(seed, habit, feed, articles)):
        at, again = start, False
        while at < end:
            k = bisect_left(runs, at)
            if k == len(runs) or runs[k] >= end:
                break
            yield _Sighting(runs[k] + timedelta(seconds=3 + 2 * order, milliseconds=137 * (i % 7)), habit,
                            feed, article, again)  # fmt: skip
            at, again = runs[k] + MEMORY, True


def list_standings(
    seed: int, habit: Habit, feed: Feed, articles: list[SampleArticle]
) -> Iterator[tuple[SampleArticle, datetime, datetime]]:
    """Each article that the feed carries, with the moments at which it appears and is pushed out."""
    dice = Dice(seed, "feed", feed.feed_id)
    appear = [article.published_at + timedelta(seconds=60 + dice.below(480)) for article in articles]
    appear.sort()
    for i, article in enumerate(articles):
        yield article, *_shown(habit, feed, appear, i)


def _shown(habit: Habit, feed: Feed, appear: list[datetime], i: int) -> tuple[datetime, datetime]:
    """From when to when the item stands in the feed."""
    start = appear[i]
    window = habit.window // 2 if feed.feed_id in habit.sections else habit.window
    end = appear[i + window] if i + window < len(appear) else COLLECTION_END
    if habit.outlet.outlet_id == BATCH_OUTLET and i + BATCH_WINDOW < len(appear):
        pushed_out = max(BATCH[0], appear[i + BATCH_WINDOW])
        if pushed_out < BATCH[1]:
            end = min(end, pushed_out)
    if feed.feed_id == FROZEN_FEED:
        start, end = _thaw(start), _thaw(end)
    if feed.feed_id == DEAD_FEED:
        end = min(end, DEAD_FROM)
    return start, end


def _thaw(at: datetime) -> datetime:
    return FROZEN[1] if FROZEN[0] <= at < FROZEN[1] else at


def _note(sighting: _Sighting, dice: Dice) -> HistoryRow:
    article = sighting.article
    link, twist = _twist_link(article, sighting, dice)
    fetched = sighting.at
    published = article.stated
    if sighting.habit.stated == "fetch":
        published = (fetched - timedelta(microseconds=200 + dice.below(900))).isoformat()
    title = article.title
    if sighting.again and dice.chance(0.04):
        title, twist = f"{title} (cập nhật)", "new_title"
    return HistoryRow(
        sighting.feed.name,
        sighting.feed.url,
        title,
        article.lead,
        link,
        published,
        fetched.isoformat(),
        article.number,
        twist,
    )


def _twist_link(article: SampleArticle, sighting: _Sighting, dice: Dice) -> tuple[str, str]:
    """The address as this feed gives it: other forms of one address must not become other articles."""
    second = sighting.feed is not sighting.habit.outlet.feeds[0]
    roll = dice.roll()
    if not (second or sighting.again or sighting.habit.outlet.outlet_class == "aggregator"):
        return article.url, ""
    return twist_address(article.url, roll, dice)


def twist_address(url: str, roll: float, dice: Dice) -> tuple[str, str]:
    """Another form of the same address, and how it differs ("" = not at all)."""
    if roll < 0.3 and "?" not in url:
        return url + dice.pick(_TRACKING), "tracking"
    if roll < 0.4:
        return url.replace("https://", "https://www.", 1), "www"
    if roll < 0.48:
        return url.replace("https://", "https://m.", 1), "mobile"
    if roll < 0.54:
        return url.replace("https://", "https://amp.", 1), "amp"
    if roll < 0.6:
        return url.replace("https://", "http://", 1), "scheme"
    return url, ""


def _plant_bad_rows(seed: int, rows: list[HistoryRow]) -> Iterator[HistoryRow]:
    """The rows in order, with rows that must be refused or flagged set among them."""
    dice = Dice(seed, "bad rows")
    kinds = ["no_link"] * 9 + ["bad_date"] * 7 + ["social"] * 6 + ["stranger"] * 8
    places = sorted(dice.below(len(rows)) for _ in kinds)
    order = dice.take(kinds, len(kinds))
    planted = iter(zip(places, order, strict=True))
    place, kind = next(planted)
    done = 0
    for i, row in enumerate(rows):
        while i == place:
            yield _spoil(row, kind, done)
            done += 1
            place, kind = next(planted, (-1, ""))
        yield row


def _spoil(row: HistoryRow, kind: str, n: int) -> HistoryRow:
    bad = replace(row, article=None, twist=kind, title=f"{row.title} ({n + 1})")
    if kind == "no_link":
        return replace(bad, link="")
    if kind == "social":
        return replace(bad, link=SOCIAL_LINKS[n % len(SOCIAL_LINKS)].format(n=1000 + n))
    link = row.link.split("?")[0].split("#")[0].rstrip("/")
    if kind == "stranger":
        return replace(bad, link=f"https://{STRANGER}/bai-{1000 + n}.html")
    return replace(bad, link=f"{link}/anh-{1000 + n}", published="31/02/2026 25:61")
