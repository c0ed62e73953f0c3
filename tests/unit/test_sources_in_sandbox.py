"""Every reader of strangers' bytes in `sources` runs in the sandbox, and its records come back whole."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from diembao.errors import SourceError
from diembao.sandbox import Sandbox
from diembao.sources.discover import find_feed_links
from diembao.sources.feeds import parse_feed_body
from diembao.sources.pages import SavedOrigin, find_saved_url
from diembao.sources.sitemaps import parse_sitemap
from diembao.types import FoundLink, ParsedFeed, ParsedSitemap

URL = "https://baolangson.vn/x"
FEED = (
    "<rss version='2.0'><channel><title>Báo</title><item><title>Lạng Sơn</title><link>/1</link>"
    "<pubDate>Mon, 24 Nov 2025 10:12:00 GMT+7</pubDate></item><item/></channel></rss>"
).encode()
SITEMAP = gzip.compress(
    b"<urlset><url><loc>https://baolangson.vn/1</loc><lastmod>2025-03-01</lastmod></url><url/></urlset>"
)
PAGE = b"<link rel=canonical href='https://baolangson.vn/1'><a href='/x.rss'>RSS</a>"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def test_feeds(box: Sandbox) -> None:
    """A feed, with its times and counts."""
    found = box.call(
        "diembao.sources.feeds:parse_feed_body", FEED, returns=ParsedFeed, url=URL, timezone="Asia/Tokyo"
    )
    assert found == parse_feed_body(FEED, url=URL, timezone="Asia/Tokyo")
    assert len(found.entries) == 1 and found.dropped == {"no_link": 1}


def test_packed_sitemaps(box: Sandbox) -> None:
    """A sitemap is unpacked inside the sandbox."""
    found = box.call("diembao.sources.sitemaps:parse_sitemap", SITEMAP, returns=ParsedSitemap, url=URL)
    assert found == parse_sitemap(SITEMAP, url=URL) and len(found.entries) == 1


def test_links_and_origins(box: Sandbox) -> None:
    """What a page points to, and where it came from."""
    links = box.call("diembao.sources.discover:find_feed_links", PAGE, returns=list[FoundLink], url=URL)
    assert links == find_feed_links(PAGE, url=URL) and len(links) == 1
    origin = box.call(
        "diembao.sources.pages:find_saved_url",
        PAGE,
        returns=SavedOrigin,
        path="a.html",
        domains=["baolangson.vn"],
    )
    assert origin == find_saved_url(PAGE) and origin.url == "https://baolangson.vn/1"


def test_errors_keep_their_words(box: Sandbox) -> None:
    """A typed error crosses the border with its key, its values and what to do."""
    with pytest.raises(SourceError) as caught:
        box.call("diembao.sources.feeds:parse_feed_body", b"<html><body>", returns=ParsedFeed, url=URL)
    assert caught.value.key == "sources.feed_is_html" and URL in str(caught.value)
    assert "outlet discover" in str(caught.value.next_step)
