"""From what a source says to an arrival: article id, revision, times, and whose article it is."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime, timedelta

from diembao.corpus.batch import Arrival
from diembao.desk import name_article
from diembao.sources.hosts import refused_host
from diembao.sources.outlets import OutletIndex
from diembao.text.addresses import address_time, article_key
from diembao.types import Article, ArticleKind, Moment, Outlet, Refusal, Sighting

#: a stated time this far after the collector received the row cannot be meant
MAX_AHEAD = timedelta(days=366)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


class Register:
    """Says whose a host is: a registered outlet's, or why an article from there is refused."""

    def __init__(self, outlets: OutletIndex) -> None:
        self._outlets = outlets
        self.unregistered: Counter[str] = Counter()

    def resolve(self, host: str) -> Outlet | str:
        """The outlet, or the reason for a refusal."""
        outlet = self._outlets.resolve(host)
        if outlet is not None:
            return outlet
        category = refused_host(host)
        if category is not None:
            return f"{category}_host"
        self.unregistered[host] += 1
        return "unknown_outlet"

    def judge(self, host: str, line: int, detail: str) -> Outlet | Refusal:
        """The outlet, or the refusal of the row."""
        found = self.resolve(host)
        return found if isinstance(found, Outlet) else Refusal(line, found, detail[:200])


def make_arrival(
    outlet: Outlet,
    url: str,
    *,
    title: str,
    lead: str,
    text: str,
    kind: ArticleKind,
    published: Moment | None,
    published_raw: str,
    seen_at: datetime,
    feed_id: str | None,
    language: str = "",
    flags: tuple[str, ...] = (),
    canonical_url: str | None = None,
    prints: tuple[int, ...] | None = None,
    prints_version: str = "",
) -> Arrival:
    """The arrival of one article at one revision; its id comes from the address, its revision from the content.

    Of a page that was only looked at the content is its title, its time and its fingerprints.
    """
    key = article_key(url)
    article_id = name_article(key)
    content: tuple[str, ...] = (title, lead, text, published_raw)
    if kind == "look":
        content = (*content, "look", ",".join(map(str, prints or ())))
    revision = hash_revision(*content)
    article = Article(
        article_id=article_id,
        revision=revision,
        outlet_id=outlet.outlet_id,
        url=url,
        key=key,
        title=title,
        lead=lead,
        text=text,
        language=language or outlet.language,
        kind=kind,
        published=published,
        url_published=address_time(url, outlet.timezone),
        flags=flags,
    )
    canonical_key = article_key(canonical_url) if canonical_url else None
    return Arrival(
        article,
        Sighting(article_id, revision, outlet.outlet_id, feed_id, seen_at),
        canonical_key if canonical_key != key else None,
        prints,
        prints_version,
    )


def hash_revision(*parts: str) -> str:
    """The id of a revision: the first 16 hex digits of SHA-256 over its content."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_plausible(moment: datetime, seen_at: datetime) -> bool:
    """Whether a stated time can be meant at all."""
    return EARLIEST <= moment <= seen_at + MAX_AHEAD
