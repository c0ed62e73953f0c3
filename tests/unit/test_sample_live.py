"""The live sample press: what it serves on loopback is the press of the history, with the habits of real sites."""

from __future__ import annotations

import gzip
import html
import http.client
import json
import re
import socket
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from urllib.parse import urlsplit

import feedparser
import pytest
from defusedxml import ElementTree
from selectolax.lexbor import LexborHTMLParser

from diembao.sample import SamplePress, build_press
from diembao.sample.clock import VirtualClock
from diembao.sample.collector import SOCIAL_LINKS, STRANGER
from diembao.sample.faults import DEAD_FEED, MUTE_FEED
from diembao.sample.forms import HANOI
from diembao.sample.live import LIVE_FROM, LivePress, Site, list_live_outlets, list_sites
from diembao.sample.live.newsroom import Story
from diembao.sample.live.sites import FAILING_FEED, PAGE_FEED
from diembao.sample.model import SampleArticle
from diembao.text.addresses import article_key, host_of
from diembao.text.times import parse_moment
from diembao.types import Feed

pytestmark = pytest.mark.xdist_group("sample")

NOON = LIVE_FROM + timedelta(days=3, hours=12)
#: names of formats, which are no addresses that anybody fetches
FORMATS = {"schema.org", "www.w3.org", "purl.org", "jsonfeed.org", "www.sitemaps.org", "www.google.com"}
ITEM_COUNTS = {"rss": 5, "cdata": 5, "atom": 3, "rdf": 3, "json": 3}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


@dataclass(frozen=True)
class Got:
    """A response as a plain client has it."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@cache
def press() -> SamplePress:
    return build_press()


@pytest.fixture(scope="module")
def clock() -> VirtualClock:
    return VirtualClock(NOON)


@pytest.fixture(scope="module")
def live(clock: VirtualClock) -> Iterator[LivePress]:
    with LivePress(press(), clock) as served:
        yield served


def fetch(live: LivePress, url: str, method: str = "GET", **headers: str) -> Got:
    with closing(http.client.HTTPConnection("127.0.0.1", live.port, timeout=5)) as connection:
        return ask(connection, url, method, **headers)


def ask(connection: http.client.HTTPConnection, url: str, method: str = "GET", **headers: str) -> Got:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Host": parts.netloc, **{name.replace("_", "-"): value for name, value in headers.items()}}
    connection.request(method, target, headers=sent)
    response = connection.getresponse()
    got = {name.lower(): value for name, value in response.getheaders()}
    return Got(response.status, got, response.read())


def stories(live: LivePress, outlet_id: str, most: int = 12) -> list[Story]:
    newsroom = live.newsroom
    return [newsroom.tell(article) for article in newsroom.list_published(outlet_id, NOON, most)]


def normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def every_feed() -> list[tuple[Site, Feed]]:
    return [(site, feed) for site in list_sites() for feed in site.outlet.feeds]


def articles_with(live: LivePress, **traits: object) -> list[Story]:
    found = [
        story
        for site in list_sites()
        for story in stories(live, site.outlet.outlet_id, 20)
        if all(getattr(story, name) == value for name, value in traits.items())
    ]
    assert found, traits
    return found


# ------------------------------------------------------------------ feeds


def test_every_feed_reads_as_its_kind(live: LivePress) -> None:
    """Feeds of all five forms parse, hold the articles of the press and give title, lead and address back."""
    kinds = {"rss": "rss20", "cdata": "rss20", "atom": "atom10", "rdf": "rss10"}
    seen = dict.fromkeys(ITEM_COUNTS, 0)
    for site, feed in every_feed():
        if feed.feed_id in (FAILING_FEED, PAGE_FEED):
            continue
        got = fetch(live, feed.url)
        assert got.status == 200
        standing = live.newsroom.list_standing(feed, NOON)
        assert len(standing) <= site.habit.window
        if site.feed == "json":
            value = json.loads(got.body)
            read = [(item["title"], item["summary"], item["url"]) for item in value["items"]]
        else:
            parsed = feedparser.parse(
                got.body, response_headers={"content-type": got.headers["content-type"]}
            )
            assert not parsed.bozo, feed.feed_id
            assert parsed.version == kinds[site.feed]
            read = [(item.title, item.summary, item.get("link", "")) for item in parsed.entries]
        assert (feed.feed_id in (DEAD_FEED, MUTE_FEED)) == (not read)
        for (title, summary, link), entry in zip(read, standing, strict=False):
            version = live.newsroom.tell(entry.article).version_at(NOON)
            assert normal(title) == normal(version.title)
            assert normal(entry.article.lead) in normal(summary)
            assert article_key(link) == article_key(entry.article.url)
            seen[site.feed] += 1
    assert all(seen[kind] >= least for kind, least in ITEM_COUNTS.items()), seen


def test_feeds_state_the_times_of_the_history(live: LivePress) -> None:
    """A feed states the moment that the recorded history states, wrong clocks included."""
    forms = set()
    for site, feed in every_feed():
        if site.trouble or site.feed == "json" or site.habit.stated == "fetch":
            continue
        parsed = feedparser.parse(fetch(live, feed.url).body)
        for item, entry in zip(parsed.entries, live.newsroom.list_standing(feed, NOON), strict=True):
            raw = item.get("published") or item.get("updated")
            assert parse_moment(raw).at == parse_moment(entry.article.stated).at  # type: ignore[union-attr]
            forms.add(re.sub(r"[A-Za-z]{3}", "Aaa", re.sub(r"\d+", "9", raw)))
    assert {"Aaa, 9 Aaa 9 9:9:9 Aaa+9", "9-9-9", "9-9-9T9:9:9Z", "9-9-9T9:9:9+9:9"} <= forms


def test_live_feeds_stand_as_the_recorded_ones(live: LivePress) -> None:
    """What a recorded run noted stands in the live feed at the same moment under the same address."""
    feeds = {feed.url: feed for _, feed in every_feed()}
    checked = 0
    for row in press().rows:
        at = datetime.fromisoformat(row.fetched)
        if at < LIVE_FROM - timedelta(days=2) or row.article is None:
            continue
        standing = live.newsroom.list_standing(feeds[row.feed], at)
        assert row.article in {entry.article.number for entry in standing}
        checked += 1
    assert checked > 80


def test_fetch_time_is_stated_as_publication(live: LivePress) -> None:
    """The outlet whose feed states the moment of the request does so live too, without validators."""
    got = fetch(live, "https://bao-mau-song-thuong.example/rss/tin-moi.rss")
    times = {parse_moment(item.published) for item in feedparser.parse(got.body).entries}
    assert {moment.at for moment in times if moment} == {NOON.astimezone(UTC)}
    assert "etag" not in got.headers


def test_broken_feeds_are_broken(live: LivePress) -> None:
    """One feed answers 503, one with a page, and one holds entries that must be refused."""
    feeds = {feed.feed_id: feed.url for _, feed in every_feed()}
    assert fetch(live, feeds[FAILING_FEED]).status == 503
    page = fetch(live, feeds[PAGE_FEED])
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    entries = feedparser.parse(fetch(live, feeds["bao-mau-hong-hoc/tin-moi"]).body).entries
    hosts = {urlsplit(entry.get("link", "")).hostname for entry in entries}
    assert {None, urlsplit(SOCIAL_LINKS[0]).hostname, STRANGER} < hosts
    assert any("31/02" in entry.get("published", "") for entry in entries)


def test_addresses_come_in_twins(live: LivePress) -> None:
    """Second feeds and the aggregator give the same article under tracking, www, m, amp or http addresses."""
    links = {
        standing.link
        for standings in live.newsroom.standings.values()
        for standing in standings
        if standing.link != standing.article.url and standing.start <= NOON and standing.end > LIVE_FROM
    }
    assert any("utm_source=" in link or "fbclid=" in link or "zarsrc=" in link for link in links)
    hosts = {(urlsplit(link).hostname or "").partition(".")[0] for link in links}
    assert {"www", "m"} <= hosts
    for link in sorted(links)[::3]:
        got = fetch(live, link.partition("#")[0])
        assert got.status in (200, 301)


# ------------------------------------------------------------------ time


def test_time_moves_the_feed_on() -> None:
    """Hours later new items stand on top, old ones have gone, and a changed article has its new headline."""
    clock = VirtualClock(LIVE_FROM + timedelta(hours=6))
    url = "https://ban-mai-mau.example/rss/tin-moi.rss"
    with LivePress(press(), clock) as live:
        before = [entry.link for entry in feedparser.parse(fetch(live, url).body).entries]
        assert before == [entry.link for entry in feedparser.parse(fetch(live, url).body).entries]
        clock.advance(36 * 3600)
        after = [entry.link for entry in feedparser.parse(fetch(live, url).body).entries]
        new = [link for link in after if link not in before]
        assert new
        assert after[: len(new)] == new
        assert set(before) - set(after)
        unborn = live.newsroom.list_published("ban-mai-mau", clock.now() + timedelta(days=2), 1)[0]
        assert fetch(live, unborn.url).status == 200
        assert "Không tìm thấy" in html.unescape(fetch(live, unborn.url).text)
        clock.advance(48 * 3600)
        assert normal(unborn.title) in normal(html.unescape(fetch(live, unborn.url).text))


def test_nothing_new_is_not_sent_again(live: LivePress, clock: VirtualClock) -> None:
    """ETag and Last-Modified bring 304 without a body until the content moves on."""
    for url in (
        "https://thong-tan-mau.example/rss/tin-moi.rss",
        live.newsroom.list_published("ban-mai-mau", NOON, 3)[2].url,
    ):
        first = fetch(live, url)
        again = fetch(live, url, If_None_Match=first.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        since = fetch(live, url, If_Modified_Since=first.headers["last-modified"])
        assert since.status == 304
        assert fetch(live, url, If_None_Match='"other"').status == 200
    later = VirtualClock(NOON + timedelta(hours=20))
    with LivePress(press(), later) as moved:
        got = fetch(
            moved, "https://thong-tan-mau.example/rss/tin-moi.rss", If_None_Match=first.headers["etag"]
        )
        assert got.status == 200


def test_articles_change_later(live: LivePress) -> None:
    """Some pages get a new headline or a correction hours after publication, and their sitemap says so."""
    changed = [
        story
        for site in list_sites()
        for story in stories(live, site.outlet.outlet_id, 40)
        if len(story.versions) > 1 and story.versions[1].since <= NOON
    ]
    assert {story.versions[1].change for story in changed} == {"title", "text"}
    for story in changed:
        clock = VirtualClock(story.versions[1].since - timedelta(minutes=1))
        live_then = live.newsroom.find_story(story.site, path(story.article), clock.now())
        assert live_then is not None
        first, last = story.version_at(clock.now()), story.version_at(NOON)
        assert (first.title, first.text) == (story.article.title, story.article.text)
        assert (first.title, first.text) != (last.title, last.text)
        page = page_text(live, story)
        assert normal(last.title) in page
        assert all(normal(part) in page for part in last.text.split("\n\n"))


# ------------------------------------------------------------------ pages


def path(article: SampleArticle) -> str:
    parts = urlsplit(article.url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def decode(story: Story, body: bytes) -> str:
    charset = {"windows-1258": "cp1258", "utf-16": "utf-16"}.get(story.charset, "utf-8")
    return body.decode(charset)


def page_text(live: LivePress, story: Story) -> str:
    got = fetch(live, story.article.url)
    assert got.status == 200
    return normal(html.unescape(decode(story, got.body)))


def test_pages_hold_the_article_and_what_does_not_belong_to_it(live: LivePress) -> None:
    """Each page has headline, lead and text of its article, and boxes around it that name other places."""
    layouts = set()
    for site in list_sites():
        for story in stories(live, site.outlet.outlet_id, 6):
            if story.page_type != "article" or story.is_gone:
                continue
            version = story.version_at(NOON)
            tree = LexborHTMLParser(decode(story, fetch(live, story.article.url).body))
            whole = normal(tree.text())
            for part in (version.title, story.article.lead, *version.text.split("\n\n")):
                assert normal(part) in whole, (story.article.url, part)
            main = tree.css_first("main")
            assert main is not None
            assert tree.css_first("#comments, .box-comment") is not None
            assert tree.css_first(".box-related") is not None
            name = "Lang Son" if site.outlet.language == "en" else "Lạng Sơn"
            assert name in normal(tree.css_first("[style='display:none']").text())  # type: ignore[union-attr]
            related = normal(tree.css_first(".box-related").text())  # type: ignore[union-attr]
            assert "Lạng Sơn" in related
            layouts.add(
                tuple(sorted(node.attributes.get("class") or node.tag for node in tree.css("h1, td")))
            )
    assert len(layouts) >= 6


def test_unrelated_articles_are_surrounded_by_the_province(live: LivePress) -> None:
    """On a page whose article never names Lạng Sơn the name occurs in boxes, menus and hidden text only."""
    checked = 0
    for site in list_sites():
        for story in stories(live, site.outlet.outlet_id, 10):
            if story.article.truth.reason != "none" or story.page_type != "article" or story.is_gone:
                continue
            tree = LexborHTMLParser(decode(story, fetch(live, story.article.url).body))
            assert re.search("Lạng Sơn|Lang Son", normal(tree.text()))
            for box in ("header", "footer", ".box-related", ".related-inline", ".tags-list", ".box-comment",
                        "aside", "[hidden]", "[style='display:none']", "template"):  # fmt: skip
                for node in tree.css(box):
                    node.decompose()
            assert not re.search("Lạng Sơn|Lang Son", normal(tree.body.text())), story.article.url  # type: ignore[union-attr]
            checked += 1
    assert checked > 40


def test_several_layouts_and_heads(live: LivePress) -> None:
    """Outlets mix layouts; heads state the time as linked data, meta, element, visible label, or not at all."""
    by_outlet: dict[str, set[str]] = {}
    found = {
        "ld+json": 0,
        "article:published_time": 0,
        "pubdate": 0,
        "<time": 0,
        "Cập nhật lúc": 0,
        "bare": 0,
    }
    for site in list_sites():
        for story in stories(live, site.outlet.outlet_id, 12):
            if story.page_type != "article" or story.charset or story.is_gone:
                continue
            page = html.unescape(fetch(live, story.article.url).text)
            signs = [sign for sign in found if sign in page]
            for sign in signs or ["bare"]:
                found[sign] += 1
            heads = re.search(r'<(?:h1|td) class="([^"]+)"', page)
            by_outlet.setdefault(site.outlet.outlet_id, set()).add(heads[1] if heads else "")
    assert min(found.values()) > 0, found
    assert sum(len(heads) > 1 for heads in by_outlet.values()) >= 5


def test_pages_state_the_clock_of_the_outlet(live: LivePress) -> None:
    """What linked data says is the stated time of the history: seven hours behind, one ahead, or right."""
    shifts = set()
    for site in list_sites():
        for story in stories(live, site.outlet.outlet_id, 6):
            if story.page_type != "article" or story.charset or story.is_gone:
                continue
            page = fetch(live, story.article.url).text
            stated = re.search(r'"NewsArticle".*?"datePublished": "([^"]+)"', page)
            if stated is None:
                continue
            at = datetime.fromisoformat(stated[1])
            if site.habit.stated != "fetch":
                assert at == parse_moment(story.article.stated).at  # type: ignore[union-attr]
            shifts.add((at - story.article.published_at).total_seconds())
    assert {0.0, -7 * 3600.0, 3600.0} <= shifts


def test_amp_twins_point_back(live: LivePress) -> None:
    """AMP addresses by path, parameter and host give the same words and name the article as canonical."""
    for outlet_id, sign in (("ban-mai-mau", "/amp"), ("bao-mau-nong-thon", "?amp=1")):
        story = stories(live, outlet_id)[0]
        page = fetch(live, story.article.url).text
        assert f'<link rel="amphtml" href="{story.article.url}{sign}">' in page
        for url in (story.article.url + sign, story.article.url.replace("https://", "https://amp.")):
            twin = html.unescape(fetch(live, url).text)
            assert "<html amp" in twin
            assert f'<link rel="canonical" href="{story.article.url}">' in twin
            assert normal(story.article.lead) in normal(twin)
            assert article_key(url) == article_key(story.article.url)


def test_live_photo_and_video_pages(live: LivePress) -> None:
    """A live page grows with time, a photo story holds its sentences as captions, a video page has no text."""
    story = articles_with(live, page_type="live")[-1]
    grown = []
    for minutes in (2, 60, 400):
        with LivePress(
            press(), VirtualClock(story.article.published_at + timedelta(minutes=minutes))
        ) as then:
            grown.append(fetch(then, story.article.url).text.count('class="live-item"'))
    assert grown == sorted(set(grown))
    assert grown[-1] == len(story.article.sentences)
    photo = articles_with(live, page_type="photo")[0]
    page = page_text(live, photo)
    assert all(normal(sentence) in page for sentence in photo.article.sentences)
    video = articles_with(live, page_type="video")[0]
    page = page_text(live, video)
    assert "<video" in page
    assert normal(video.article.lead) in page
    assert serving() == before
    with pytest.raises(OSError):
        fetch(short, "https://thong-tan-mau.example/")
    kept.close()


# ------------------------------------------------------------------ honest about itself


def test_everything_says_that_it_is_a_sample(live: LivePress) -> None:
    """Every page, feed, sitemap and robots file says so, in Vietnamese or English."""
    said = re.compile(r"Báo chí mẫu|Sample press|sample press|báo mẫu|sample feed")
    for site in list_sites():
        urls = [
            f"https://{site.domain}{p}" for p in ("/", "/rss", "/chuyen-muc/a", "/khong-co", "/dang-nhap")
        ]
        urls += [feed.url for feed in site.outlet.feeds]
        if site.robots not in ("absent", "failing"):
            urls.append(f"https://{site.domain}/robots.txt")
        if site.sitemap != "none":
            urls.append(f"https://{site.domain}/sitemap.xml")
        for url in urls:
            got = fetch(live, url)
            charset = "cp1258" if "1258" in got.headers["content-type"] else "utf-8"
            assert said.search(normal(html.unescape(got.body.decode(charset)))), url
        for story in stories(live, site.outlet.outlet_id, 4):
            got = fetch(live, story.article.url)
            if got.status != 302:
                assert said.search(normal(html.unescape(decode(story, got.body)))), story.article.url


def test_no_address_leads_to_a_real_site(live: LivePress) -> None:
    """All addresses on all pages are under .example; formats and the planted social link are the exception."""
    social = urlsplit(SOCIAL_LINKS[0]).hostname
    for site in list_sites():
        assert "Mẫu" in site.outlet.name or "Sample" in site.outlet.name
        urls = [f"https://{site.domain}/", *(feed.url for feed in site.outlet.feeds)]
        urls += [story.article.url for story in stories(live, site.outlet.outlet_id, 4)]
        for url in urls:
            body = fetch(live, url).body.replace(b"\0", b"").decode("latin-1")
            hosts = set(re.findall(r"https?://([A-Za-z0-9.-]+)", body))
            assert {host for host in hosts if not host.endswith(".example")} <= FORMATS | {social}, url


def test_nobody_is_named(live: LivePress) -> None:
    """Signature and comments name roles; texts of the outlets without a history name nobody either."""
    named = re.compile(r"\b(?:[Ôô]ng|[Bb]à|[Cc]hị|anh|Mr\.?|Mrs\.?|Ms\.?) [A-ZĐ]")
    for outlet in list_live_outlets():
        for story in stories(live, outlet.outlet_id, 40):
            article = story.article
            assert not named.search(article.text.replace("xã Bà Nà", ""))
            assert "Bài mẫu" in article.text.rpartition("\n\n")[2]
    page = fetch(live, stories(live, "thong-tan-mau")[0].article.url).text
    assert re.findall(r'class="author signature"[^>]*><strong>([^<]+)<', page) == ["PV"]
    assert set(re.findall(r'class="nickname">([^<]+)<', page)) == {"Bạn đọc"}


def test_outlets_without_history_are_new_and_few() -> None:
    """The outlets made for trouble have ids, domains and articles of their own."""
    known = {outlet.outlet_id for outlet in press().outlets}
    extra = list_live_outlets()
    assert 5 <= len(extra) <= 10
    assert not known & {outlet.outlet_id for outlet in extra}
    assert all(host_of(feed.url) == outlet.domains[0] for outlet in extra for feed in outlet.feeds)
    assert LIVE_FROM.astimezone(HANOI).hour == 0
