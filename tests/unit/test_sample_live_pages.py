"""The pages of the live sample press: the article, what does not belong to it, and honesty about being a sample."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser
from tests.live_fixture import (
    FORMATS,
    NOON,
    articles_with,
    decode,
    fetch,
    normal,
    page_text,
    press,
    stories,
)

from diembao.sample.clock import VirtualClock
from diembao.sample.collector import SOCIAL_LINKS
from diembao.sample.forms import HANOI
from diembao.sample.live import LIVE_FROM, LivePress, list_live_outlets, list_sites
from diembao.text.addresses import article_key, host_of
from diembao.text.times import parse_moment

pytestmark = pytest.mark.xdist_group("sample")


@pytest.fixture(scope="module")
def live() -> Iterator[LivePress]:
    with LivePress(press(), VirtualClock(NOON)) as served:
        yield served


# ------------------------------------------------------------------ pages


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
    assert sum(len(heads) > 1 for heads in by_outlet.values()) >= 15


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
    assert not any(normal(sentence) in page for sentence in video.article.sentences)


def test_walls_and_challenges_give_no_text(live: LivePress) -> None:
    """Login walls, challenge pages, withdrawn and missing articles never show the text."""
    statuses = set()
    for kind in ("login", "challenge", "soft_404"):
        for story in articles_with(live, page_type=kind):
            got = fetch(live, story.article.url)
            statuses.add((kind, got.status))
            page = normal(html.unescape(got.body.decode()))
            assert normal(story.article.sentences[0]) not in page
            if (kind, got.status) == ("login", 200):
                assert 'type="password"' in page
    assert {("challenge", 200), ("challenge", 403), ("challenge", 503)} < statuses
    assert {("login", 200), ("login", 302), ("soft_404", 200)} < statuses
    assert {fetch(live, story.article.url).status for story in articles_with(live, is_gone=True)} == {410}


def test_reservation_is_stated_in_three_ways(live: LivePress) -> None:
    """Text and data mining is reserved by header, by meta element and by a file on the site."""
    site = "https://tap-chi-mau-giu-quyen.example"
    rules = json.loads(fetch(live, f"{site}/.well-known/tdmrep.json").body)
    assert rules == [{"location": "/dac-biet/", "tdm-reservation": 1}]
    kinds = {}
    for story in stories(live, "tap-chi-mau-giu-quyen"):
        got = fetch(live, story.article.url)
        kinds[story.reserved] = (
            got.headers.get("tdm-reservation") == "1",
            '<meta name="tdm-reservation" content="1">' in got.text,
            urlsplit(story.article.url).path.startswith("/dac-biet/"),
        )
    assert kinds == {
        "header": (True, False, False), "meta": (False, True, False), "tdmrep": (False, False, True)
    }  # fmt: skip
    assert fetch(live, "https://ban-mai-mau.example/.well-known/tdmrep.json").status == 200  # a soft 404
    assert fetch(live, "https://thong-tan-mau.example/.well-known/tdmrep.json").status == 404


def test_charsets_and_entities(live: LivePress) -> None:
    """Old charsets, lying labels, entities of three kinds and decomposed letters give the same words."""
    declared = {}
    for story in stories(live, "bao-mau-chu-cu"):
        got = fetch(live, story.article.url)
        claimed = re.search(rb'<meta charset="([^"]+)"', got.body.replace(b"\0", b""))
        declared[story.charset] = (got.headers["content-type"], claimed[1].decode() if claimed else "")
        assert normal(story.article.title) in normal(html.unescape(decode(story, got.body)))
    assert declared == {
        "windows-1258": ("text/html; charset=windows-1258", "windows-1258"),
        "utf-16": ("text/html", "utf-16"),
        "lying-header": ("text/html; charset=ISO-8859-1", "utf-8"),
        "lying-meta": ("text/html", "iso-8859-1"),
    }
    signs = {"tap-chi-mau-cua-khau": "&#7", "bao-mau-nong-thon": "&agrave;", "diem-tin-mau": "&#x"}
    for outlet_id, sign in signs.items():
        body = fetch(live, stories(live, outlet_id)[0].article.url).body
        assert body.isascii()
        assert sign in body.decode()
    decomposed = fetch(live, stories(live, "trang-mau-ky-lua")[0].article.url).text
    assert not unicodedata.is_normalized("NFC", decomposed)


def test_headlines_with_signs_that_also_part_outlets(live: LivePress) -> None:
    """Some headlines hold " - " or " | ", and titles of pages carry the outlet's name behind such a sign."""
    titles = [story.article.title for story in stories(live, "bao-mau-thu-phi")]
    assert any(" - " in title or " | " in title for title in titles)
    page = fetch(live, stories(live, "thoi-cuoc-mau")[0].article.url).text
    assert " | Báo Mẫu Thời Cuộc</title>" in page


def test_unknown_pages_answer_in_three_ways(live: LivePress) -> None:
    """What does not exist is 404, 410, or a page that says so with status 200; strange hosts are refused."""
    answers = [
        fetch(live, f"https://{outlet}.example/khong-co-bai-nay-9999999.html")
        for outlet in ("thong-tan-mau", "thoi-cuoc-mau", "ban-mai-mau")
    ]
    assert [got.status for got in answers] == [404, 410, 200]
    assert all("Không tìm thấy trang" in got.text for got in answers)
    assert fetch(live, "https://bao-la-mau.example/").status == 421


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
