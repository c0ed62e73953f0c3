"""A plain client for the live sample press and what its tests share."""

from __future__ import annotations

import html
import http.client
import unicodedata
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

from diembao.sample import SamplePress, build_press
from diembao.sample.live import LIVE_FROM, LivePress, Site, list_sites
from diembao.sample.live.newsroom import Story
from diembao.sample.model import SampleArticle
from diembao.types import Feed

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
