"""Feeds and sitemaps that pages point to, and the few usual places to try."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.errors import SourceError
from diembao.sources.discover import MAX_FOUND, MAX_PAGE_BYTES, find_feed_links, guess_addresses
from diembao.types import FoundLink

URL = "https://baolangson.vn/"


def found(html: str, url: str = URL) -> list[tuple[str, str, str]]:
    return [(link.url, link.kind, link.where) for link in find_feed_links(html.encode(), url=url)]


@pytest.mark.parametrize(
    "kind",
    [
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "APPLICATION/RSS+XML; charset=utf-8",
    ],
)
def test_links_for_machines(kind: str) -> None:
    """The head's alternate links of every feed type are found, with their titles."""
    page = f'<head><link rel="alternate" type="{kind}" title=" Trang\nchủ " href="/rss/home.rss"></head>'
    assert find_feed_links(page.encode(), url=URL) == [
        FoundLink("https://baolangson.vn/rss/home.rss", "feed", "Trang chủ", "head")
    ]


def test_an_rss_page_lists_feeds() -> None:
    """A page for people with a link for each section gives each feed once, in its order."""
    page = "".join(
        f'<li><a href="/rss/{name}.rss">{name}</a></li>' for name in ("thoi-su", "kinh-te", "thoi-su")
    )
    assert found(page) == [
        ("https://baolangson.vn/rss/thoi-su.rss", "feed", "anchor"),
        ("https://baolangson.vn/rss/kinh-te.rss", "feed", "anchor"),
    ]


@pytest.mark.parametrize(
    ("href", "kind", "where"),
    [
        ("/rss", "feed", "anchor"),
        ("/feed/", "feed", "anchor"),
        ("/tin-moi.rss", "feed", "anchor"),
        ("/rss.xml", "feed", "anchor"),
        ("/rss/trang-chu.xml?v=2", "feed", "anchor"),
        ("/rss.htm", "feed", "page"),
        ("/rss.chn", "feed", "page"),
        ("/kenh-rss", "feed", "page"),
        ("/sitemap.xml", "sitemap", "anchor"),
        ("/news-sitemap-2025.xml.gz", "sitemap", "anchor"),
    ],
)
def test_anchors_that_count(href: str, kind: str, where: str) -> None:
    """What a link leads to is told by its path, as Vietnamese papers write it."""
    assert [row[1:] for row in found(f'<a href="{href}">x</a>')] == [(kind, where)]


@pytest.mark.parametrize(
    "html",
    [
        "<a href='/thoi-su/rss-la-gi-123.html'>RSS là gì</a>",
        "<a href='/thoi-su'>x</a>",
        "<a href='javascript:location=\"/x.rss\"'>x</a>",
        "<a href='data:text/xml,x.rss'>x</a>",
        "<a href='mailto:rss@bao.vn'>x</a>",
        "<a href='#rss'>x</a>",
        "<a>x</a><a href=''>x</a>",
        "<link rel='alternate' hreflang='en' href='/en'>",
        "<link rel='alternate' type='application/rss+xml' href='/comments/feed/'>",
        "<link rel='alternate' type='application/json' href='/wp-json/wp/v2/pages/1'>",
        "<link rel='stylesheet' type='text/css' href='/feed'>",
        "<link rel='alternate' type='application/rss+xml' href='https://[::1/rss'>",
        "<!-- <a href='/x.rss'>x</a> -->",
        "<script>'<a href=/x.rss>'</script>",
    ],
)
def test_what_does_not_count(html: str) -> None:
    """Articles about RSS, comment feeds, styles, scripts and addresses that are none are left out."""
    assert found(html) == []


def test_base_of_the_page_counts() -> None:
    """Relative links start from `<base>`, from the first one only."""
    page = '<base href="https://baolangson.vn/vi/"><base href="https://evil.vn/"><a href="x.rss">x</a>'
    assert found(page)[0][0] == "https://baolangson.vn/vi/x.rss"


def test_head_first_and_sitemaps_of_the_head() -> None:
    """What is meant for machines comes before what is meant for people."""
    page = '<a href="/a.rss">a</a><link rel="sitemap" href="/s.xml"><link rel=alternate type=application/rss+xml href=/b>'
    assert [row[0] for row in found(page)] == [URL + "s.xml", URL + "b", URL + "a.rss"]


def test_many_links_are_bounded() -> None:
    """A page of 100,000 links gives 500 at most."""
    assert len(found("".join(f"<a href=/{n}.rss>x</a>" for n in range(100_000)))) == MAX_FOUND


def test_utf_16_pages_are_read() -> None:
    """The charset of the page is found as for feeds."""
    links = find_feed_links("<html><a href='/x.rss'>Thời sự</a>".encode("utf-16"), url=URL)
    assert [link.title for link in links] == ["Thời sự"]


def test_too_large_a_page_is_refused() -> None:
    """A page over 20 MB is not parsed."""
    with pytest.raises(SourceError) as caught:
        find_feed_links(b" " * (MAX_PAGE_BYTES + 1), url=URL)
    assert caught.value.key == "sources.page_too_large"


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"<a href=", b"<link rel=alternate type=application/rss+xml href='"]),
)
def test_any_bytes_give_links(tail: bytes, head: bytes) -> None:
    """Whatever comes, the outcome is a list that can be encoded."""
    assert isinstance(msgspec.json.encode(find_feed_links(head + tail, url=URL)), bytes)


def test_guesses_are_few_and_on_the_site() -> None:
    """A dozen addresses at most, all on the host that was given, with or without a scheme."""
    for url in ("baolangson.vn", "https://baolangson.vn/thoi-su?x=1", "https://user@baolangson.vn/"):
        guesses = guess_addresses(url)
        assert len(guesses) == len(set(guesses)) <= 12
        assert {guess.partition("/")[2].split("/")[1] for guess in guesses} == {"baolangson.vn"}
    assert "https://baolangson.vn/rss/home.rss" in guesses and "https://baolangson.vn/sitemap.xml" in guesses


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "https://", "https://[::1/"])
def test_guesses_need_an_address_of_the_web(url: str) -> None:
    """Anything else is refused with a typed error."""
    with pytest.raises(SourceError):
        guess_addresses(url)
