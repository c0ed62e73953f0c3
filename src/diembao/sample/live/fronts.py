"""Pages that are no articles: home, list of feeds, sections, search, and the pages for what does not exist."""

from __future__ import annotations

from datetime import datetime

from diembao.sample.live.markup import escape, link, tag, wrap_all
from diembao.sample.live.newsroom import Newsroom
from diembao.sample.live.pages import render_document
from diembao.sample.live.sites import Site

_HOME_ITEMS = 20


def render_home(newsroom: Newsroom, site: Site, at: datetime) -> str:
    """The front page: feeds in its head, the newest articles in its body."""
    head = "".join(
        f'<link rel="alternate" type="{feed_type(site)}" title="{escape(feed.name)}" href="{feed.url}">'
        for feed in site.outlet.feeds
    )
    return _render_list(newsroom, site, at, site.outlet.name, head)


def render_section(newsroom: Newsroom, site: Site, at: datetime, name: str) -> str:
    """A section, tag or search page: headlines with leads, and no article."""
    return _render_list(newsroom, site, at, f"Chuyên mục mẫu: {name}", "")


def _render_list(newsroom: Newsroom, site: Site, at: datetime, title: str, head: str) -> str:
    head = (
        f'<meta charset="utf-8">{tag("title", escape(title))}<meta property="og:type" content="website">'
        + head
    )
    items = "".join(
        tag(
            "article",
            tag("h3", link(article.url, article.title), class_="title-news")
            + tag("p", escape(article.lead), class_="description"),
            class_="item-news",
        )
        for article in newsroom.list_published(site.outlet.outlet_id, at, _HOME_ITEMS)
    )
    return render_document(
        site, head, tag("main", tag("h1", escape(title)) + tag("section", items, class_="list-news"))
    )


def render_feed_list(site: Site) -> str:
    """The page on which readers find the feeds."""
    head = '<meta charset="utf-8">' + tag("title", f"RSS - {escape(site.outlet.name)}")
    items = wrap_all("li", (link(feed.url, feed.name) for feed in site.outlet.feeds))
    return render_document(site, head, tag("main", tag("h1", "RSS") + tag("ul", items, class_="rss-list")))


def render_missing(site: Site) -> str:
    """The page that says that there is nothing here."""
    head = '<meta charset="utf-8">' + tag("title", f"Không tìm thấy trang - {escape(site.outlet.name)}")
    text = "Trang bạn tìm không tồn tại hoặc đã bị gỡ. Mời bạn quay về trang chủ của báo mẫu."
    main = tag(
        "main", tag("h1", "Lỗi 404: Không tìm thấy trang") + tag("p", text) + link("/", "Về trang chủ")
    )
    return render_document(site, head, main)


def feed_type(site: Site) -> str:
    """The media type of the site's feeds."""
    types = {"atom": "application/atom+xml", "rdf": "application/rdf+xml", "json": "application/feed+json"}
    return types.get(site.feed, "application/rss+xml")
