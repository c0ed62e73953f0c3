"""The pages of articles: each layout, photo stories, live pages, videos, AMP twins, walls and challenges."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from diembao.sample.live import boxes
from diembao.sample.live.layouts import LAYOUTS, Layout
from diembao.sample.live.markup import (
    SAMPLE,
    escape,
    iso_time,
    json_ld,
    label_time,
    link,
    meta,
    tag,
    wrap_all,
)
from diembao.sample.live.newsroom import Newsroom, Story, Version, choose_layout
from diembao.sample.live.sites import Site

#: how long after publication the first, cosmetic change of a page with both labels lies
TOUCHED_AFTER = timedelta(minutes=11)
_OPEN = {"vi": ("Đăng lúc", "Cập nhật lúc"), "en": ("Published", "Updated")}


def render_story(newsroom: Newsroom, story: Story, at: datetime, *, is_mobile: bool = False) -> str:
    """The page of a story as it stands at a moment."""
    version = story.version_at(at)
    if story.page_type == "login":
        inner = _render_wall(story, version)
    elif story.page_type == "video":
        inner = _render_video(story, version)
    elif story.page_type == "live":
        inner = _render_live(story, version, at)
    elif story.page_type == "photo":
        inner = _render_photos(story, version)
    else:
        inner = _render_article(newsroom, story, version, at)
    around = boxes.render_comments(story.site) + boxes.render_aside(newsroom, story.site, at)
    main = tag(
        "main", inner + boxes.render_tags(story) + around, class_="container mobile" if is_mobile else "main"
    )
    return render_document(story.site, _render_head(story, version, at), main)


def render_document(site: Site, head: str, main: str) -> str:
    """A whole page with the site's header, footer and hidden text."""
    body = boxes.render_header(site) + boxes.render_hidden(site) + main + boxes.render_footer(site)
    return (
        f'<!DOCTYPE html>\n<!-- {SAMPLE} -->\n<html lang="{site.outlet.language}">\n'
        f"<head>{head}</head>\n<body>{body}</body>\n</html>\n"
    )


def layout_of(story: Story) -> Layout:
    """The layout of a story's page."""
    return LAYOUTS[choose_layout(story.site, story.article.number)]


def changed_at(story: Story, at: datetime) -> datetime | None:
    """When the page says that it was last changed, true time; None when it does not say."""
    known = [version.since for version in story.versions[1:] if version.since <= at]
    if known:
        return known[-1]
    touched = story.article.published_at + TOUCHED_AFTER
    has_both = layout_of(story).label == "both" and story.page_type == "article" and story.precision != "day"
    return touched if has_both and touched <= at else None


# ------------------------------------------------------------------ head


def _render_head(story: Story, version: Version, at: datetime) -> str:
    layout, url = layout_of(story), story.article.url
    head = f'<meta charset="{declared_charset(story)}">'
    head += tag("title", escape(f"{version.title}{layout.sign}{story.site.outlet.name}"))
    head += f'<link rel="canonical" href="{escape(url)}">'
    if story.site.amp:
        twin = f"{url}/amp" if story.site.amp == "path" else f"{url}?amp=1"
        head += f'<link rel="amphtml" href="{escape(twin)}">'
    head += meta("description", story.article.lead) + meta("robots", "index,follow")
    if story.reserved == "meta":
        head += meta("tdm-reservation", "1")
    changed = changed_at(story, at)
    shift = story.shown_at - story.article.published_at
    shown_change = None if changed is None else changed + shift
    if "og" in layout.meta:
        head += meta("og:title", version.title, "property") + meta("og:url", url, "property")
        head += meta("og:type", "video.other" if story.page_type == "video" else "article", "property")
        head += meta("og:site_name", story.site.outlet.name, "property")
    form = "day" if story.precision == "day" else "utc" if story.site.habit.stated == "utc" else "iso"
    if "published" in layout.meta:
        head += meta("article:published_time", iso_time(story.shown_at, form), "property")
        if shown_change is not None:
            head += meta("article:modified_time", iso_time(shown_change, form), "property")
    if "pubdate" in layout.meta:
        head += f'<meta itemprop="datePublished" name="pubdate" content="{iso_time(story.shown_at, form)}">'
    if "json_ld" in layout.meta or story.page_type in ("live", "video"):
        head += _render_linked_data(story, version, form, shown_change)
    return head


def _render_linked_data(story: Story, version: Version, form: str, changed: datetime | None) -> str:
    kinds = {"live": "LiveBlogPosting", "video": "VideoObject"}
    value: dict[str, Any] = {
        "@type": kinds.get(story.page_type, "NewsArticle"),
        "headline": version.title,
        "description": story.article.lead,
        "mainEntityOfPage": story.article.url,
        "datePublished": iso_time(story.shown_at, form),
        "dateModified": iso_time(changed or story.shown_at, form),
        "publisher": {"@type": "Organization", "name": story.site.outlet.name},
    }
    if story.page_type == "video":
        value["uploadDate"] = iso_time(story.shown_at, form)
    if story.page_type == "login":
        value["isAccessibleForFree"] = False
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [{"@type": "ListItem", "position": 1, "name": "Home"}],
    }
    return json_ld(crumbs) + json_ld(value)


def declared_charset(story: Story) -> str:
    """The charset that the page claims; one kind of page lies."""
    if story.charset == "lying-meta":
        return "iso-8859-1"
    return story.charset if story.charset in ("windows-1258", "utf-16") else "utf-8"


# ------------------------------------------------------------------ articles


def _render_article(newsroom: Newsroom, story: Story, version: Version, at: datetime) -> str:
    layout, site = layout_of(story), story.site
    related = boxes.render_related(newsroom, story, at)
    inside = boxes.render_inline(newsroom, story) if layout.related == "inside" else ""
    body = _render_body(story, layout, version, inside)
    headline = escape(version.title)
    if layout.title[0] == "td":
        headline = tag("h1", headline)
    parts = {
        "c": tag(
            "ul", tag("li", link("/", site.outlet.name)) + tag("li", link("/tin", "Tin")), class_="breadcrumb"
        ),
        "t": _part(layout, layout.title, headline),
        "d": _render_date(story, layout, at),
        "l": _part(layout, layout.lead, escape(story.article.lead), data_role="sapo"),
        "b": body,
    }
    inner = "".join(parts[sign] for sign in layout.order)
    block = tag(layout.wrap[0], inner, class_=layout.wrap[1])
    return related + block if layout.related == "before" else block + related


def _part(layout: Layout, part: tuple[str, str], inner: str, **attributes: str) -> str:
    """An element of the layout; in a table each part is a row."""
    name, class_ = part
    written = tag(name, inner, class_=class_, **attributes)
    return tag("tr", written) if layout.name == "table" else written


def _render_body(story: Story, layout: Layout, version: Version, inside: str) -> str:
    paragraphs = [tag("p", escape(text), class_=layout.para) for text in version.text.split("\n\n")]
    if layout.is_long:
        figure = tag("figure", '<img src="/anh/mau.jpg" alt="">' + tag("figcaption", "Ảnh minh họa mẫu."))
        paragraphs.insert(len(paragraphs) // 2, figure)
    if inside:
        paragraphs.insert(1, inside)
    if layout.is_lead_inside:
        paragraphs.insert(0, tag("p", tag("strong", escape(story.article.lead)), class_=layout.lead[1]))
    paragraphs.append(boxes.render_signature(story.site))
    return _part(layout, layout.body, "".join(paragraphs), data_role="content", itemprop="articleBody")


def _render_date(story: Story, layout: Layout, at: datetime) -> str:
    language, is_day = story.article.language, story.precision == "day"
    written = label_time(story.shown_at, layout.label, language, is_day=is_day)
    changed = changed_at(story, at)
    shown = escape(written)
    if layout.label == "both" and not is_day:
        # the change stands first, as it does on real pages, in one line or in elements of their own
        first, last = _OPEN[language]
        labels = [f"{first}: {written}"]
        if changed is not None:
            shift = story.shown_at - story.article.published_at
            labels.insert(0, f"{last}: {label_time(changed + shift, 'both', language)}")
        is_one_line = story.article.number % 3 == 0
        shown = escape(" - ".join(labels)) if is_one_line else wrap_all("span", map(escape, labels), "time")
    attributes = {"data_role": "publishdate"}
    if layout.date[0] == "time":
        form = "day" if is_day else "utc" if story.site.habit.stated == "utc" else "iso"
        attributes["datetime"] = iso_time(story.shown_at, form)
    return _part(layout, layout.date, shown, **attributes)


# ------------------------------------------------------------------ other kinds of pages


def _render_top(story: Story, version: Version) -> str:
    layout = layout_of(story)
    return (
        tag(layout.title[0], escape(version.title), class_=layout.title[1])
        + tag(layout.date[0], escape(label_time(story.shown_at, layout.label, "vi")), class_=layout.date[1])
        + tag(layout.lead[0], escape(story.article.lead), class_=layout.lead[1])
    )


def list_entries(story: Story, at: datetime) -> list[tuple[datetime, str]]:
    """The entries of a live page by a moment, oldest first: one more every 25 minutes."""
    step = timedelta(minutes=25)
    entries = [
        (story.article.published_at + k * step, text) for k, text in enumerate(story.article.sentences)
    ]
    return [entry for entry in entries if entry[0] <= at]


def _render_live(story: Story, version: Version, at: datetime) -> str:
    shift = story.shown_at - story.article.published_at
    items = "".join(
        tag(
            "article",
            tag("time", label_time(moment + shift, "bar", "vi")[:5], datetime=iso_time(moment + shift))
            + tag("p", escape(text)),
            class_="live-item",
        )
        for moment, text in reversed(list_entries(story, at))
    )
    badge = tag("span", "TRỰC TIẾP", class_="live-badge")
    return tag("div", badge + _render_top(story, version) + tag("div", items, class_="live-blog timeline"))


def _render_photos(story: Story, version: Version) -> str:
    """Pictures with the sentences as their captions and between them, in turn."""
    pieces = []
    for k, text in enumerate(story.article.sentences):
        picture = f'<img src="/anh/mau-{k}.jpg" alt="">'
        if k % 2:
            pieces.append(tag("figure", picture + tag("figcaption", tag("p", escape(text)), class_="Image")))
        else:
            pieces.append(tag("p", escape(text), class_="Normal") + tag("figure", picture))
    return tag("div", _render_top(story, version) + tag("div", "".join(pieces), class_="photo-story gallery"))


def _render_video(story: Story, version: Version) -> str:
    player = '<div class="video-player"><video controls src="/video/mau.mp4"></video></div>'
    return tag("div", player + _render_top(story, version), class_="video-detail")


def _render_wall(story: Story, version: Version) -> str:
    note = "Bài mẫu này dành cho thuê bao. Đăng nhập để đọc tiếp."
    form = (
        '<form action="/dang-nhap" method="post"><input type="email" name="email">'
        '<input type="password" name="password"><button>Đăng nhập</button></form>'
    )
    wall = tag("div", tag("p", note) + form, class_="paywall login-required", id="paywall")
    return tag("div", _render_top(story, version) + wall, class_="article")


def render_login(site: Site) -> str:
    """The page to which a walled article leads."""
    head = '<meta charset="utf-8">' + tag("title", f"Đăng nhập | {escape(site.outlet.name)}")
    form = (
        '<form action="/dang-nhap" method="post"><label>Thư điện tử <input type="email" name="email"></label>'
        '<label>Mật khẩu <input type="password" name="password"></label><button>Đăng nhập</button></form>'
    )
    main = tag("main", tag("h1", "Đăng nhập") + form, class_="login-page")
    return render_document(site, head, main)


def render_challenge(kind: int) -> str:
    """What stands before a page until a browser has run its script; two forms."""
    notice = f"<!-- {SAMPLE} -->"
    if kind:
        script = 'document.cookie="mau_chk=1; path=/";location.reload();'
        return f"<!DOCTYPE html><html>{notice}<head><script>{script}</script></head><body></body></html>"
    return (
        f"<!DOCTYPE html><html>{notice}<head><title>Just a moment...</title>"
        '<meta name="robots" content="noindex,nofollow"></head><body><div id="challenge-form">'
        "<h2>Checking your browser before accessing the sample press</h2>"
        "<noscript>Enable JavaScript and cookies to continue</noscript></div>"
        "<script>window._mau_chl_opt={cType:'managed'};</script></body></html>"
    )


def render_amp(story: Story, at: datetime) -> str:
    """The AMP twin: the same words in a page of its own form, pointing back to the article."""
    version = story.version_at(at)
    head = (
        '<meta charset="utf-8">'
        + tag("title", escape(version.title))
        + f'<link rel="canonical" href="{escape(story.article.url)}">'
        + json_ld(
            {
                "@type": "NewsArticle",
                "headline": version.title,
                "datePublished": iso_time(story.shown_at),
                "mainEntityOfPage": story.article.url,
            }
        )
    )
    paragraphs = "".join(tag("p", escape(text)) for text in version.text.split("\n\n"))
    body = (
        tag("div", escape(boxes.say_word(story.site, "sample")), class_="sample-notice")
        + tag("h1", escape(version.title), class_="amp-title")
        + tag("p", escape(story.article.lead), class_="amp-sapo")
        + tag("div", paragraphs, class_="amp-content")
    )
    return f'<!doctype html>\n<html amp lang="{story.article.language}"><head>{head}</head><body>{body}</body></html>\n'
