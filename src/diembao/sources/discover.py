"""Where a site says its feeds and sitemaps are: links in its pages, and a few usual places to try."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urljoin, urlsplit

from diembao.errors import SourceError
from diembao.sandbox.prescan import prescan_markup
from diembao.sources.decoding import decode_body
from diembao.sources.drafts import absolute_address
from diembao.sources.xmltext import shorten_tags
from diembao.text.addresses import host_of
from diembao.types import FoundLink

MAX_PAGE_BYTES = 20 * 2**20
#: links read of a page, and links handed on
MAX_READ, MAX_FOUND = 100_000, 500
MAX_TITLE_CHARS = 200

_FEED_TYPES = frozenset(
    ["application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"]
)
_FEED_PATH = re.compile(
    r"\.(?:rss|atom|rdf)$|/(?:feed|atom|rss)/?$|/(?:rss|feed|atom|index)\.(?:xml|rdf)$", re.I
)
_RSS_FOLDER = re.compile(r"/rss/[^/]+\.(?:xml|rss)$|/feed/(?:rss2?|atom|rdf)/?$", re.I)
#: pages for people that list an outlet's feeds
_RSS_PAGE = re.compile(
    r"/rss(?:-feeds?)?(?:\.(?:html?|aspx|chn|vnp|tpo|php))$|/(?:rss-feeds?|kenh-rss)/?$", re.I
)
_SITEMAP_PATH = re.compile(r"/[\w.-]*sitemap[\w.-]*\.(?:xml|txt)(?:\.gz)?$", re.I)
#: comments are never read
_COMMENTS = re.compile(r"/comments?/|/binh-luan/", re.I)

#: where Vietnamese papers and the usual content systems put them; few, because each is a request
_FEED_PLACES = ("/rss/home.rss", "/rss", "/rss.htm", "/feed", "/rss.xml", "/trang-chu.rss")
_SITEMAP_PLACES = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml", "/sitemap-news.xml")


def find_feed_links(body: bytes, *, url: str, content_type: str | None = None) -> list[FoundLink]:
    """The feeds and sitemaps that a page points to, each once, those of its head first.

    `where` is "head" (a link element for machines), "anchor" (a link for people to a feed) or "page" (a link
    to a page that lists feeds). An address that names no page of the web is left out.
    """
    if len(body) > MAX_PAGE_BYTES:
        raise SourceError(
            "the page {url} is larger than {size} MB",
            key="sources.page_too_large",
            next_step="give the address of the site's RSS page instead",
            url=url,
            size=MAX_PAGE_BYTES // 2**20,
        )
    found: dict[str, FoundLink] = {}
    for link in _read_links(decode_body(body, content_type).text, url):
        before = found.get(link.url)
        if before is None and len(found) >= MAX_FOUND:
            continue
        if before is None or (link.title and not before.title):
            found[link.url] = link if before is None else _with_title(before, link.title)
    order = {"head": 0, "anchor": 1, "page": 2}
    return sorted(found.values(), key=lambda link: order[link.where])


def guess_addresses(url: str) -> list[str]:
    """The usual places of feeds and sitemaps on the site of `url`, to be tried when its pages name none."""
    full = url.strip() if "//" in url else f"https://{url.strip()}"
    host_of(full)  # raises where it names no host of the web
    parts = urlsplit(full)
    base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return [base + place for place in (*_FEED_PLACES, *_SITEMAP_PLACES)]


def _with_title(link: FoundLink, title: str) -> FoundLink:
    return FoundLink(link.url, link.kind, title, link.where)


def _read_links(text: str, url: str) -> Iterator[FoundLink]:
    from selectolax.lexbor import LexborHTMLParser

    markup = shorten_tags(text.replace("\x00", ""))
    prescan_markup(markup.encode("utf-8", "replace"), thorough=True)
    page = LexborHTMLParser(markup)
    base = url
    for number, node in enumerate(page.css("base[href], link[href], a[href]")):
        if number >= MAX_READ:
            return
        attributes = node.attributes
        href = (attributes.get("href") or "").strip()
        if not href or len(href) > 8192:
            continue
        if node.tag == "base":
            base = _join(url, href) if base == url else base
            continue
        address, reason = absolute_address(href.partition("#")[0], base)
        if reason:
            continue
        judged = _judge_link(attributes, address) if node.tag == "link" else _judge_anchor(address)
        if judged is not None:
            title = attributes.get("title") or (node.text() if node.tag == "a" else "")
            yield FoundLink(address, judged[0], " ".join(title[:2000].split())[:MAX_TITLE_CHARS], judged[1])


def _join(url: str, href: str) -> str:
    try:
        return urljoin(url, href)
    except ValueError:
        return url


Judged = tuple[Literal["feed", "sitemap"], str]


def _judge_link(attributes: dict[str, str | None], address: str) -> Judged | None:
    rel = (attributes.get("rel") or "").lower().split()
    kind = (attributes.get("type") or "").lower().partition(";")[0].strip()
    if "sitemap" in rel:
        return "sitemap", "head"
    if ("alternate" in rel or "feed" in rel) and _COMMENTS.search(urlsplit(address).path) is None:
        is_json = kind == "application/json" and "/wp-json" not in address and "oembed" not in address
        if kind in _FEED_TYPES or is_json or "feed" in rel:
            return "feed", "head"
    return None


def _judge_anchor(address: str) -> Judged | None:
    path = urlsplit(address).path
    if _COMMENTS.search(path):
        return None
    if _SITEMAP_PATH.search(path):
        return "sitemap", "anchor"
    if _RSS_PAGE.search(path):
        return "feed", "page"
    if _FEED_PATH.search(path) or _RSS_FOLDER.search(path):
        return "feed", "anchor"
    return None
