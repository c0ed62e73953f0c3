"""robots.txt, the reservation file and the sitemaps of the live press."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from diembao.sample.forms import HANOI
from diembao.sample.live.markup import SAMPLE, escape, iso_time
from diembao.sample.live.newsroom import Newsroom, Story
from diembao.sample.live.sites import CRAWL_DELAY_S, Site
from diembao.sample.model import SampleArticle

_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS_SPACE = "http://www.google.com/schemas/sitemap-news/0.9"
_NEWS_SPAN = timedelta(hours=48)
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {SAMPLE} -->\n'
_MOST = 50_000


def render_robots(site: Site) -> str:
    """The rules for robots, with the addresses of the sitemaps."""
    lines = [f"# {SAMPLE}", "User-agent: *"]
    if site.robots == "closed":
        return "\n".join([*lines, "Disallow: /", ""])
    lines += ["Disallow: /tim-kiem", "Disallow: /dang-nhap"]
    if site.robots == "delay":
        lines.append(f"Crawl-delay: {CRAWL_DELAY_S}")
    lines += [f"Sitemap: https://{site.domain}{path}" for path in list_sitemap_paths(site)]
    return "\n".join([*lines, ""])


def list_sitemap_paths(site: Site) -> list[str]:
    """Where the site's sitemaps begin."""
    if site.sitemap == "none":
        return []
    return ["/sitemap.xml"] if site.sitemap == "flat" else ["/sitemap.xml", "/sitemap-news.xml"]


def render_reservation(site: Site) -> str | None:
    """The site's tdmrep.json, or None where it reserves nothing there."""
    if site.trouble != "tdm":
        return None
    return json.dumps([{"location": "/dac-biet/", "tdm-reservation": 1}])


def render_sitemap(newsroom: Newsroom, site: Site, path: str, at: datetime) -> str | None:
    """The sitemap at a path, or None where the site has none; `.gz` paths are to be packed by the caller."""
    if site.sitemap == "none":
        return None
    published = newsroom.list_published(site.outlet.outlet_id, at, _MOST)
    if path == "/sitemap.xml" and site.sitemap == "flat":
        return _write_pages(newsroom, published[:500], at)
    if path == "/sitemap.xml":
        return _write_index(newsroom, site, published, at)
    if path == "/sitemap-news.xml" and site.sitemap != "flat":
        recent = [article for article in published if at - article.published_at <= _NEWS_SPAN]
        return _write_news(newsroom, site, recent, at)
    ending = ".xml.gz" if site.sitemap == "months_gz" else ".xml"
    month = path.removeprefix("/sitemaps/").removesuffix(ending)
    if path != f"/sitemaps/{month}{ending}":
        return None
    rows = [article for article in published if _month(article) == month]
    return _write_pages(newsroom, rows, at) if rows else None


def _month(article: SampleArticle) -> str:
    return f"{article.published_at.astimezone(HANOI):%Y-%m}"


def _changed(story: Story, at: datetime) -> datetime:
    return story.version_at(at).since


def _write_index(newsroom: Newsroom, site: Site, published: Iterable[SampleArticle], at: datetime) -> str:
    ending = ".xml.gz" if site.sitemap == "months_gz" else ".xml"
    newest: dict[str, datetime] = {}
    for article in published:
        moment = _changed(newsroom.tell(article), at)
        month = _month(article)
        newest[month] = max(newest.get(month, moment), moment)
    entries = "".join(
        f"<sitemap><loc>https://{site.domain}/sitemaps/{month}{ending}</loc><lastmod>{iso_time(moment)}</lastmod></sitemap>\n"
        for month, moment in newest.items()
    )
    return f'{_HEAD}<sitemapindex xmlns="{_SPACE}">\n{entries}</sitemapindex>\n'


def _write_pages(newsroom: Newsroom, articles: Iterable[SampleArticle], at: datetime) -> str:
    entries = "".join(
        f"<url><loc>{escape(article.url)}</loc>"
        f"<lastmod>{iso_time(_changed(newsroom.tell(article), at))}</lastmod></url>\n"
        for article in articles
    )
    return f'{_HEAD}<urlset xmlns="{_SPACE}">\n{entries}</urlset>\n'


def _write_news(newsroom: Newsroom, site: Site, articles: Iterable[SampleArticle], at: datetime) -> str:
    entries = []
    for article in articles:
        story = newsroom.tell(article)
        form = "day" if story.precision == "day" else "iso"
        entries.append(
            f"<url><loc>{escape(article.url)}</loc><news:news><news:publication>"
            f"<news:name>{escape(site.outlet.name)}</news:name>"
            f"<news:language>{article.language}</news:language></news:publication>"
            f"<news:publication_date>{iso_time(story.shown_at, form)}</news:publication_date>"
            f"<news:title>{escape(story.version_at(at).title)}</news:title></news:news></url>\n"
        )
    return f'{_HEAD}<urlset xmlns="{_SPACE}" xmlns:news="{_NEWS_SPACE}">\n{"".join(entries)}</urlset>\n'


def count_months(articles: Iterable[SampleArticle]) -> dict[str, int]:
    """How many addresses each monthly sitemap lists."""
    return dict(sorted(Counter(map(_month, articles)).items()))
