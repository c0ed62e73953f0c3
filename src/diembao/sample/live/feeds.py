"""The feeds of the live press in the five forms in which outlets write them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from diembao.sample.collector import SOCIAL_LINKS, STRANGER
from diembao.sample.live.markup import SAMPLE, escape, iso_time, mail_time
from diembao.sample.live.newsroom import Newsroom
from diembao.sample.live.sites import Site
from diembao.sample.model import SampleArticle
from diembao.types import Feed


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry as it will be written; an empty text is left out."""

    id: str
    title: str
    summary: str
    link: str
    published: str
    updated: str = ""


@dataclass(frozen=True, slots=True)
class FeedText:
    """A feed as text; `changed_at` is when an entry last came, went or changed."""

    text: str
    changed_at: datetime


def render_feed(newsroom: Newsroom, site: Site, feed: Feed, at: datetime) -> FeedText:
    """The feed as it stands at a moment, newest first."""
    items, moments = [], [newsroom.live_from.replace(year=2024)]
    for standing in newsroom.list_standing(feed, at):
        story = newsroom.tell(standing.article)
        version = story.version_at(at)
        moments += [standing.start, *(known.since for known in story.versions[1:] if known.since <= at)]
        updated = iso_time(version.since) if version.change else ""
        items.append(
            FeedItem(
                standing.article.url,
                version.title,
                standing.article.lead,
                standing.link,
                state_published(site, standing.article, at),
                updated,
            )
        )
    if site.trouble == "broken":
        items += _list_bad_items(site)
    write = {"atom": _write_atom, "rdf": _write_rdf, "json": _write_json}.get(site.feed, _write_rss)
    changed_at = max(moment for moment in moments if moment <= at) if at >= min(moments) else at
    return FeedText(write(site, feed, items, changed_at), changed_at)


def state_published(site: Site, article: SampleArticle, at: datetime) -> str:
    """The publication time in the form of this feed, from what the outlet's clock shows."""
    form = site.habit.stated
    if form == "fetch":
        return mail_time(at)
    if form in ("gmt7", "day", "utc") or site.feed in ("atom", "rdf", "json"):
        return article.stated
    return mail_time(datetime.fromisoformat(article.stated))


def _list_bad_items(site: Site) -> list[FeedItem]:
    """Entries that must be refused or flagged: no link, a social network, a stranger, a broken date."""
    base = f"https://{site.domain}"
    return [
        FeedItem("khong-lien-ket", "Mục mẫu không có liên kết", "Bài mẫu.", "", ""),
        FeedItem("mang-xa-hoi", "Mục mẫu trên mạng xã hội", "Bài mẫu.", SOCIAL_LINKS[0].format(n=7), ""),
        FeedItem("bao-la", "Mục mẫu của báo lạ", "Bài mẫu.", f"https://{STRANGER}/bai-mau-77.html", ""),
        FeedItem(
            "ngay-hong", "Mục mẫu có ngày hỏng", "Bài mẫu.", f"{base}/ngay-hong-7.html", "31/02/2026 25:61"
        ),
    ]


# ------------------------------------------------------------------ forms


def _write_rss(site: Site, feed: Feed, items: Sequence[FeedItem], changed_at: datetime) -> str:
    written = "".join(_write_rss_item(site, item) for item in items)
    return (
        f'<?xml version="1.0" encoding="{xml_charset(site)}"?>\n<!-- {SAMPLE} -->\n<rss version="2.0">\n<channel>'
        f"<title>{escape(feed.name)}</title><link>https://{site.domain}/</link>"
        f"<description>{SAMPLE}</description><language>{site.outlet.language}</language>"
        f"<lastBuildDate>{mail_time(changed_at)}</lastBuildDate>\n{written}</channel>\n</rss>\n"
    )


def _write_rss_item(site: Site, item: FeedItem) -> str:
    summary = escape(item.summary)
    if site.feed == "cdata":
        picture = f'<a href="{escape(item.link)}"><img src="https://{site.domain}/anh/mau.jpg"></a></br>'
        summary = f"<![CDATA[{picture}{item.summary}]]>"
    link = f"<link>{escape(item.link)}</link>" if item.link else ""
    date = f"<pubDate>{escape(item.published)}</pubDate>" if item.published else ""
    guid = f'<guid isPermaLink="false">{escape(item.id)}</guid>'
    return f"<item><title>{escape(item.title)}</title><description>{summary}</description>{link}{guid}{date}</item>\n"


def _write_atom(site: Site, feed: Feed, items: Sequence[FeedItem], changed_at: datetime) -> str:
    entries = "".join(
        f"<entry><id>{escape(item.id)}</id><title>{escape(item.title)}</title>"
        f'<link rel="alternate" href="{escape(item.link)}"/><published>{item.published}</published>'
        f'<updated>{item.updated or item.published}</updated><summary type="html">'
        f"{escape(f'<p>{escape(item.summary)}</p>')}</summary></entry>\n"
        for item in items
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<!-- {SAMPLE} -->\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{site.outlet.language}"><id>{feed.url}</id>'
        f"<title>{escape(feed.name)}</title><subtitle>{SAMPLE}</subtitle><updated>{iso_time(changed_at)}</updated>"
        f'<link rel="self" href="{feed.url}"/>\n{entries}</feed>\n'
    )


def _write_rdf(site: Site, feed: Feed, items: Sequence[FeedItem], changed_at: datetime) -> str:
    listed = "".join(f'<rdf:li rdf:resource="{escape(item.link)}"/>' for item in items)
    written = "".join(
        f'<item rdf:about="{escape(item.link)}"><title>{escape(item.title)}</title>'
        f"<link>{escape(item.link)}</link><description>{escape(item.summary)}</description>"
        f"<dc:date>{item.published}</dc:date></item>\n"
        for item in items
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<!-- {SAMPLE} -->\n'
        '<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'<channel rdf:about="{feed.url}"><title>{escape(feed.name)}</title><link>https://{site.domain}/</link>'
        f"<description>{SAMPLE}</description><dc:date>{iso_time(changed_at)}</dc:date>"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{written}</rdf:RDF>\n"
    )


def _write_json(site: Site, feed: Feed, items: Sequence[FeedItem], changed_at: datetime) -> str:
    entries = [
        {
            "id": item.id,
            "url": item.link,
            "title": item.title,
            "content_html": f"<p>{escape(item.summary)}</p>",
            "summary": item.summary,
            "date_published": item.published,
            **({"date_modified": item.updated} if item.updated else {}),
        }
        for item in items
    ]
    value = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.name,
        "home_page_url": f"https://{site.domain}/",
        "feed_url": feed.url,
        "description": SAMPLE,
        "language": site.outlet.language,
        "items": entries,
    }
    return json.dumps(value, ensure_ascii=False, indent=1)


def xml_charset(site: Site) -> str:
    """The encoding that the site's feeds are written and declared in."""
    return "windows-1258" if site.trouble == "charsets" else "utf-8"
