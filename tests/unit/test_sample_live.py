"""The live sample press: feeds, time, ways in and the server, asked by a plain client on loopback."""

from __future__ import annotations

import gzip
import html
import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

import feedparser
import pytest
from defusedxml import ElementTree
from selectolax.lexbor import LexborHTMLParser
from tests.live_fixture import (
    ITEM_COUNTS,
    NEWS,
    NOON,
    SITEMAP,
    ask,
    every_feed,
    fetch,
    normal,
    page_text,
    path,
    press,
    stories,
)

from diembao.sample.clock import VirtualClock
from diembao.sample.collector import SOCIAL_LINKS, STRANGER
from diembao.sample.faults import DEAD_FEED, MUTE_FEED
from diembao.sample.live import LIVE_FROM, LivePress, list_sites
from diembao.sample.live.sites import FAILING_FEED, PAGE_FEED
from diembao.text.addresses import article_key
from diembao.text.times import parse_moment

pytestmark = pytest.mark.xdist_group("sample")


@pytest.fixture(scope="module")
def live() -> Iterator[LivePress]:
    with LivePress(press(), VirtualClock(NOON)) as served:
        yield served


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


def test_nothing_new_is_not_sent_again(live: LivePress) -> None:
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


# ------------------------------------------------------------------ ways in


def test_robots_of_all_kinds(live: LivePress) -> None:
    """Rules with sitemaps, a delay, a ban, none and a failing file."""
    texts = {site.domain: fetch(live, f"https://{site.domain}/robots.txt") for site in list_sites()}
    assert "Disallow: /\n" in texts["bao-mau-cam-cua.example"].text
    assert "Crawl-delay: 3" in texts["bao-mau-song-bang.example"].text
    assert texts["dai-mau-na-sam.example"].status == 404
    assert texts["bao-mau-nghen-mang.example"].status == 503
    named = re.findall(r"Sitemap: (\S+)", texts["thong-tan-mau.example"].text)
    assert [urlsplit(url).path for url in named] == ["/sitemap.xml", "/sitemap-news.xml"]


def test_sitemaps_lead_back_to_the_first_day(live: LivePress) -> None:
    """An index of months, packed or not, a flat one and news of two days list what was published, once each."""
    for site in list_sites():
        if site.sitemap not in ("months", "months_gz") or site.trouble:
            continue
        index = ElementTree.fromstring(fetch(live, f"https://{site.domain}/sitemap.xml").body)
        months = [node.text for node in index.iter(f"{SITEMAP}loc")]
        some = {months[0], months[-1]} if site.domain != "thong-tan-mau.example" else set(months)
        addresses = []
        for url in some:
            body = fetch(live, url).body
            body = gzip.decompress(body) if url.endswith(".gz") else body
            assert url.endswith(".gz") == (site.sitemap == "months_gz")
            addresses += [node.text for node in ElementTree.fromstring(body).iter(f"{SITEMAP}loc")]
        own = {a.url for a in live.newsroom.articles[site.outlet.outlet_id] if a.published_at <= NOON}
        assert len(set(addresses)) == len(addresses) > 0
        assert set(addresses) <= own
        if site.domain == "thong-tan-mau.example":
            assert set(addresses) == own
            assert len(months) == 24
    flat = ElementTree.fromstring(fetch(live, "https://bao-mau-ky-cung.example/sitemap.xml").body)
    assert len(list(flat.iter(f"{SITEMAP}url"))) == 500


def test_news_sitemap_holds_two_days(live: LivePress) -> None:
    """The news sitemap names headline and time of what came out within 48 hours."""
    news = ElementTree.fromstring(fetch(live, "https://ban-mai-mau.example/sitemap-news.xml").body)
    recent = [
        article
        for article in live.newsroom.list_published("ban-mai-mau", NOON, 60)
        if NOON - article.published_at <= timedelta(hours=48)
    ]
    titles = [node.text for node in news.iter(f"{NEWS}title")]
    assert len(titles) == len(recent) > 3
    times = [datetime.fromisoformat(node.text or "") for node in news.iter(f"{NEWS}publication_date")]
    assert times == [article.published_at for article in recent]


def test_home_leads_to_feeds_and_sections_are_lists(live: LivePress) -> None:
    """Home names the feeds in its head and newest articles in its body; other fronts are lists, not articles."""
    for site in list_sites()[:6]:
        tree = LexborHTMLParser(fetch(live, f"https://{site.domain}/").body)
        alternates = [node.attributes["href"] for node in tree.css("link[rel=alternate]")]
        assert alternates == [feed.url for feed in site.outlet.feeds]
        assert tree.css("article.item-news a")
        listed = fetch(live, f"https://{site.domain}/rss").text
        assert all(feed.url in listed for feed in site.outlet.feeds)
        section = fetch(live, f"https://{site.domain}/chuyen-muc/kinh-te")
        assert section.status == 200
        assert 'content="website"' in section.text


def test_redirects_lead_to_the_bare_host(live: LivePress) -> None:
    """www and plain http lead to the article's own address; the mobile host answers with the same article."""
    url = stories(live, "thong-tan-mau")[0].article.url
    moved = fetch(live, url.replace("https://", "https://www."))
    assert (moved.status, moved.headers["location"]) == (301, url)
    plain = fetch(live, url, X_Forwarded_Proto="http")
    assert (plain.status, plain.headers["location"]) == (301, url)
    mobile = fetch(live, url.replace("https://", "https://m."))
    assert f'<link rel="canonical" href="{url}">' in mobile.text
    tracked = fetch(live, f"{url}?utm_source=rss&utm_medium=feed")
    assert tracked.status == 200


# ------------------------------------------------------------------ the server


def test_log_and_kept_connection(live: LivePress) -> None:
    """Requests of one kept connection carry one number, in order, with time, host, path, status and agent."""
    live.requests.clear()
    agent = "thu/1 (+mailto:a@b.example)"
    with closing(http.client.HTTPConnection("127.0.0.1", live.port, timeout=5)) as connection:
        for k in range(3):
            ask(connection, f"https://thong-tan-mau.example/robots.txt?{k}", User_Agent=agent)
    fetch(live, "https://ban-mai-mau.example/robots.txt")
    log = list(live.requests)
    assert [entry.path for entry in log] == [*(f"/robots.txt?{k}" for k in range(3)), "/robots.txt"]
    assert len({entry.connection for entry in log[:3]}) == 1
    assert log[3].connection != log[0].connection
    assert log[0].agent == agent
    assert {(entry.at, entry.status) for entry in log} == {(NOON.astimezone(UTC), 200)}
    assert all(first.ended_s <= second.began_s for first, second in pairwise(log[:3]))


def test_compressed_chunked_and_headless(live: LivePress) -> None:
    """gzip only where asked for, chunked at one outlet, HEAD without a body, other methods refused."""
    url = "https://thoi-cuoc-mau.example/rss/tin-moi.rss"
    plain, packed = fetch(live, url), fetch(live, url, Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert plain.headers["transfer-encoding"] == "chunked"
    unpacked = fetch(live, "https://trang-mau-ky-lua.example/", Accept_Encoding="gzip")
    assert "content-encoding" not in unpacked.headers
    head = fetch(live, "https://thong-tan-mau.example/", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) > 1000
    assert fetch(live, "https://thong-tan-mau.example/", "POST").status == 405


def test_same_seed_serves_the_same_bytes(live: LivePress) -> None:
    """Two servers of one press answer alike at one moment."""
    with LivePress(press(), VirtualClock(NOON)) as other:
        assert other.port != live.port
        for site, feed in every_feed():
            assert fetch(other, feed.url).body == fetch(live, feed.url).body
            for story in stories(live, site.outlet.outlet_id, 2):
                assert fetch(other, story.article.url) == fetch(live, story.article.url)


def test_strange_requests_do_not_stop_it(live: LivePress) -> None:
    """Garbage, cut requests and endless heads cost their connection only; the server ends with its block."""

    def serving() -> int:
        return sum(thread.name == "sample press" for thread in threading.enumerate())

    for noise in (b"\x00\xff\r\n\r\n", b"GET", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000, b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", live.port), timeout=5) as talk, suppress(ConnectionError):
            talk.sendall(noise)
            talk.shutdown(socket.SHUT_WR)
            while talk.recv(65536):
                pass
    assert fetch(live, "https://thong-tan-mau.example/").status == 200
    before = serving()
    with LivePress(press(), VirtualClock(NOON)) as short:
        assert serving() == before + 1
        kept = http.client.HTTPConnection("127.0.0.1", short.port, timeout=5)
        ask(kept, "https://thong-tan-mau.example/robots.txt")
    assert serving() == before
    with pytest.raises(OSError):
        fetch(short, "https://thong-tan-mau.example/")
    kept.close()
