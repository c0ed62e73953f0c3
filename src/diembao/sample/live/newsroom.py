"""What the sites of the live press hold at any moment: articles with their kinds, versions and addresses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from diembao.sample.collector import list_carried, list_standings, twist_address
from diembao.sample.dice import Dice
from diembao.sample.faults import COLLECTION_END, show_clock
from diembao.sample.forms import HANOI, break_norm
from diembao.sample.live.sites import FAILING_FEED, PAGE_FEED, Site, list_sites
from diembao.sample.model import LAST_DAY, SampleArticle, SamplePress
from diembao.sample.outlets import HABITS
from diembao.sample.press import publish
from diembao.sample.schedule import Memory, Plan, plan_day
from diembao.types import Feed, PageType, Precision

#: here the recorded history of the demo ends and the live collection begins
LIVE_FROM = datetime(2026, 6, 26, 0, 0, tzinfo=HANOI)
#: numbers of articles that only the live press has
FIRST_LIVE_NUMBER = 900_000
_FOREVER = datetime.max.replace(tzinfo=UTC)
_CORRECTION = {
    "vi": "Đính chính: bản đăng trước của bài mẫu này ghi sai một con số, nay đã sửa.",
    "en": "Correction: an earlier version of this sample article misstated one figure.",
}
_UPDATED = {"vi": " (cập nhật)", "en": " (updated)"}


@dataclass(frozen=True, slots=True)
class Version:
    """An article as its page shows it from a moment on."""

    since: datetime
    title: str
    text: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """An article on its site.

    `page_type` is what its page is; `reserved` says how its reservation of text and data mining is stated;
    `shown_at` is what the site's own clock says (which may lie), `precision` how exactly the page states it.
    """

    article: SampleArticle
    site: Site
    page_type: PageType
    versions: tuple[Version, ...]
    shown_at: datetime
    precision: Precision
    reserved: str = ""
    charset: str = ""
    is_gone: bool = False

    def version_at(self, at: datetime) -> Version:
        """What stands on the page at a moment."""
        return [version for version in self.versions if version.since <= at or version is self.versions[0]][
            -1
        ]


@dataclass(frozen=True, slots=True)
class Standing:
    """An article in a feed: the address given there, and from when to when."""

    article: SampleArticle
    link: str
    start: datetime
    end: datetime


@dataclass(slots=True)
class Newsroom:
    """Every site with everything that it will have published, and what of it exists at a moment."""

    seed: int
    live_from: datetime
    sites: dict[str, Site]
    by_domain: dict[str, Site]
    articles: dict[str, list[SampleArticle]]
    by_path: dict[tuple[str, str], SampleArticle]
    standings: dict[str, list[Standing]]
    #: headlines that name the province, oldest first, for boxes that have nothing to do with their page
    lures: list[tuple[datetime, str]]
    _starts: dict[str, list[datetime]] = field(default_factory=dict)

    def list_standing(self, feed: Feed, at: datetime) -> list[Standing]:
        """What a feed holds at a moment, newest first."""
        every = self.standings[feed.feed_id]
        starts = self._starts.setdefault(feed.feed_id, [standing.start for standing in every])
        k = bisect_right(starts, at)
        return [standing for standing in reversed(every[max(0, k - 60) : k]) if standing.end > at]

    def list_published(self, outlet_id: str, at: datetime, most: int) -> list[SampleArticle]:
        """The outlet's newest articles at a moment, newest first."""
        every = self.articles[outlet_id]
        k = bisect_right(every, at, key=lambda article: article.published_at)
        return every[max(0, k - most) : k][::-1]

    def find_story(self, site: Site, path: str, at: datetime) -> Story | None:
        """The story at a path (with `?id=` where the site writes addresses so), if it is out by then."""
        article = self.by_path.get((site.outlet.outlet_id, path))
        if article is None or article.published_at > at:
            return None
        return self.tell(article)

    def tell(self, article: SampleArticle) -> Story:
        """The story of an article."""
        return _tell(self, article)

    def find_lure(self, before: datetime, turn: int) -> str:
        """A headline of the last weeks that names the province."""
        k = bisect_right(self.lures, before, key=lambda lure: lure[0])
        return self.lures[max(0, k - 1 - turn % 9)][1]


def build_newsroom(press: SamplePress, live_from: datetime = LIVE_FROM) -> Newsroom:
    """The sites of a sample press; the same press gives the same sites."""
    sites = {site.outlet.outlet_id: site for site in list_sites()}
    articles: dict[str, list[SampleArticle]] = {outlet_id: [] for outlet_id in sites}
    for article in (*press.articles, *_write_extra(press.seed, sites, live_from)):
        articles[article.outlet_id].append(article)
    for own in articles.values():
        own.sort(key=lambda article: (article.published_at, article.number))
    standings = {
        feed.feed_id: list(_stand(press.seed, site, feed, order, articles[site.outlet.outlet_id]))
        for site in sites.values()
        for order, feed in enumerate(site.outlet.feeds)
    }
    return Newsroom(
        seed=press.seed,
        live_from=live_from,
        sites=sites,
        by_domain={site.domain: site for site in sites.values()},
        articles=articles,
        by_path={
            (article.outlet_id, path_of(article.url)): article for own in articles.values() for article in own
        },
        standings=standings,
        lures=[
            (article.published_at, article.title)
            for article in press.articles
            if article.truth.decision == "about" and "Lạng Sơn" in article.title
        ],
    )


def path_of(url: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _write_extra(seed: int, sites: dict[str, Site], live_from: datetime) -> Iterator[SampleArticle]:
    """What the outlets without a history publish, from two days before the live collection on."""
    plans: list[Plan] = []
    memory = Memory()
    first = (live_from - timedelta(days=2)).astimezone(HANOI).date()
    for offset in range((LAST_DAY - first).days + 1):
        day = first + timedelta(days=offset)
        for site in list(sites.values())[len(HABITS) :]:
            plans += plan_day(seed, day, site.habit, None, memory)
    plans.sort(key=lambda plan: (plan.at, plan.outlet_id, plan.draft.title))
    dice = Dice(seed, "live forms")
    turns = dict.fromkeys(sites, 0)
    for plan in plans:
        # numbered by outlet, so that each of its kinds of pages comes up in turn
        plan.number = FIRST_LIVE_NUMBER + 1000 * list(sites).index(plan.outlet_id) + turns[plan.outlet_id]
        turns[plan.outlet_id] += 1
        yield _vary(publish(plan, sites[plan.outlet_id].habit, dice), sites[plan.outlet_id])


def _vary(article: SampleArticle, site: Site) -> SampleArticle:
    """Headlines with the signs that also part a headline from an outlet's name, and a path of its own."""
    if site.trouble == "login" and ": " in article.title:
        sign = " - " if article.number % 2 else " | "
        return replace(article, title=article.title.replace(": ", sign, 1))
    if site.trouble == "tdm" and article.number % 3 == 2:
        return replace(article, url=article.url.replace(".example/", ".example/dac-biet/", 1))
    return article


def _stand(
    seed: int, site: Site, feed: Feed, order: int, articles: list[SampleArticle]
) -> Iterator[Standing]:
    if feed.feed_id in (FAILING_FEED, PAGE_FEED):
        return
    for article, start, end in list_standings(
        seed, site.habit, feed, list_carried(site.habit, feed, articles)
    ):
        link = article.url
        if order or site.outlet.outlet_class == "aggregator":
            dice = Dice(seed, "live link", feed.feed_id, article.number)
            link = twist_address(link, dice.roll(), dice)[0]
        if start < end:
            yield Standing(article, link, start, _FOREVER if end == COLLECTION_END else end)


def _tell(newsroom: Newsroom, article: SampleArticle) -> Story:
    site = newsroom.sites[article.outlet_id]
    turn = article.number % 4
    shown_at = article.published_at
    if site.habit.stated != "fetch":
        shown_at = show_clock(article.outlet_id, shown_at)
    page_type: PageType = "article"
    if site.trouble == "types":
        page_type = ("live", "photo", "video", "article")[turn]
    elif site.trouble == "challenge" and turn != 3:
        page_type = "challenge"
    elif site.trouble == "login" and turn != 1:
        page_type = "login"
    elif site.trouble == "broken" and turn == 1:
        page_type = "soft_404"
    return Story(
        article,
        site,
        page_type,
        tuple(_list_versions(newsroom, article, page_type)),
        shown_at,
        _state_precision(site, article),
        reserved=("header", "meta", "tdmrep")[article.number % 3] if site.trouble == "tdm" else "",
        charset=("windows-1258", "utf-16", "lying-header", "lying-meta")[turn]
        if site.trouble == "charsets"
        else "",
        is_gone=site.trouble == "broken" and turn == 0,
    )


def choose_layout(site: Site, number: int) -> str:
    """The name of the layout that an article of the site has."""
    return site.layouts[number // 2 % len(site.layouts)]


def _state_precision(site: Site, article: SampleArticle) -> Precision:
    from diembao.sample.live.layouts import LAYOUTS

    if site.habit.stated == "day":
        return "day"
    return "second" if LAYOUTS[choose_layout(site, article.number)].states_seconds else "minute"


def _list_versions(newsroom: Newsroom, article: SampleArticle, page_type: PageType) -> Iterator[Version]:
    yield Version(article.published_at, article.title, article.text)
    if article.published_at < newsroom.live_from or page_type != "article" or article.number % 9 != 4:
        return
    since = article.published_at + timedelta(minutes=150 + article.number % 200)
    fit = break_norm if "nfd" in article.forms else str
    if article.number % 2:
        yield Version(since, article.title + fit(_UPDATED[article.language]), article.text, "title")
        return
    body, _, mark = article.text.rpartition("\n\n")
    text = f"{body}\n\n{fit(_CORRECTION[article.language])}\n\n{mark}"
    yield Version(since, article.title, text, "text")


def local_midnight(day: date) -> datetime:
    """The beginning of a day in Vietnam."""
    return datetime.combine(day, time(), HANOI)
