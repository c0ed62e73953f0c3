"""What stands around an article and must not become part of it: menus, related boxes, comments, hidden text."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from diembao.sample.forms import make_slug
from diembao.sample.live.markup import SAMPLE_EN, SAMPLE_VI, escape, link, tag, wrap_all
from diembao.sample.live.newsroom import Newsroom, Story
from diembao.sample.live.sites import Site

_MENU = {
    "vi": ("Thời sự", "Kinh tế", "Đời sống", "Lạng Sơn", "Cao Bằng", "Bắc Ninh", "Thế giới", "Rao vặt"),
    "en": ("News", "Business", "Lang Son", "Cao Bang", "Travel", "World"),
}
_TAGS = {
    "vi": ("Lạng Sơn", "Đồng Đăng", "Thái Nguyên", "Lào Cai", "cao tốc", "chợ phiên", "du lịch", "cửa khẩu"),
    "en": ("Lang Son", "Dong Dang", "Lao Cai", "highland", "market", "border"),
}
_HIDDEN = {
    "vi": "Tin ẩn của bài mẫu: Lạng Sơn, Hữu Lũng, Chi Lăng, Bắc Sơn, Cao Bằng, Hà Giang, Quảng Ninh.",
    "en": "Hidden text of the sample page: Lang Son, Huu Lung, Chi Lang, Cao Bang, Ha Giang.",
}
_COMMENTS = {
    "vi": (
        "Quê tôi ở Lạng Sơn cũng có chuyện tương tự, mong báo về viết bài.",
        "Hôm qua tôi đi qua Đồng Đăng, đường khô ráo, xe đông.",
        "Bao giờ Thanh Hóa mới được như vậy?",
    ),
    "en": ("The same happened where I live in Lang Son.", "Please write about Cao Bang as well."),
}
_WORDS = {
    "vi": {
        "related": "Tin liên quan",
        "more": "Đọc thêm",
        "tags": "Từ khóa",
        "comments": "Bình luận",
        "reader": "Bạn đọc",
        "most": "Xem nhiều",
        "office": "Tòa soạn mẫu. Văn phòng đại diện mẫu tại Lạng Sơn và Thái Nguyên.",
        "letter": "Nhận bản tin mẫu mỗi sáng qua thư điện tử.",
        "sample": SAMPLE_VI,
        "signature": "PV",
    },
    "en": {
        "related": "Related",
        "more": "Read more",
        "tags": "Tags",
        "comments": "Comments",
        "reader": "A reader",
        "most": "Most read",
        "office": "Sample newsroom, with a sample office in Lang Son.",
        "letter": "Get the sample newsletter every morning.",
        "sample": SAMPLE_EN,
        "signature": "Staff",
    },
}


def say_word(site: Site, key: str) -> str:
    """A word of the site's furniture in its language."""
    return _WORDS[site.outlet.language][key]


def render_header(site: Site) -> str:
    """Banner, sample notice and menu; the menu names provinces."""
    items = wrap_all("li", (link(f"/chuyen-muc/{_slug(name)}", name) for name in _MENU[site.outlet.language]))
    banner = link("/", site.outlet.name, "logo")
    notice = tag("div", escape(say_word(site, "sample")), class_="sample-notice", role="note")
    return tag("header", banner + notice + tag("nav", tag("ul", items), class_="main-nav"), class_="header")


def render_footer(site: Site) -> str:
    """Address of the newsroom and the sample notice again."""
    inner = tag("p", escape(f"{site.outlet.name}. {say_word(site, 'office')}"))
    inner += tag("p", escape(say_word(site, "sample"))) + link("/rss", "RSS")
    return tag("footer", inner, class_="footer")


def render_related(newsroom: Newsroom, story: Story, at: datetime, class_: str = "box-related") -> str:
    """Links to other articles; one headline names the province, whatever the page is about."""
    site, own = story.site, story.article
    others = [
        other for other in newsroom.list_published(site.outlet.outlet_id, at, 8) if other.number != own.number
    ][:4]
    items = [link(other.url, other.title, "related-title") for other in others]
    lure = newsroom.find_lure(own.published_at, own.number)
    items.insert(len(items) // 2, link(f"/tag/lang-son?tu={quote(_slug(lure))}", lure, "related-title"))
    head = tag("strong", escape(say_word(site, "related")), class_="related-head")
    return tag("div", head + tag("ul", wrap_all("li", items)), class_=class_)


def render_inline(newsroom: Newsroom, story: Story) -> str:
    """A single related link set between two paragraphs."""
    lure = newsroom.find_lure(story.article.published_at, story.article.number + 3)
    inner = tag("em", f"{escape(say_word(story.site, 'more'))}: {link('/tag/lang-son', lure)}")
    return tag("div", tag("p", inner), class_="box-tinlienquan related-inline", data_type="related")


def render_hidden(site: Site) -> str:
    """Text that no reader sees, in the three ways in which pages hide it."""
    text = escape(_HIDDEN[site.outlet.language])
    return (
        f'<div style="display:none" class="seo-keywords"><p>{text}</p></div>'
        f'<div hidden class="more-news"><p>{text}</p></div>'
        f"<template><p>{text}</p></template>"
    )


def render_signature(site: Site) -> str:
    """The line under an article: a role, never a name."""
    role = tag("strong", escape(say_word(site, "signature")))
    return tag("p", role, class_="author signature", style="text-align:right;")


def render_tags(story: Story) -> str:
    """Key words, some of them places that the article does not name."""
    words = _TAGS[story.site.outlet.language]
    turn = story.article.number
    chosen = [words[0], *(words[(turn + k) % len(words)] for k in (1, 3, 4))]
    items = wrap_all("li", (link(f"/tag/{_slug(word)}", word) for word in chosen))
    head = tag("span", escape(say_word(story.site, "tags")))
    return tag("div", head + tag("ul", items), class_="tags-list detail-tag")


def render_comments(site: Site) -> str:
    """What readers without a name wrote."""
    reader = tag("b", escape(say_word(site, "reader")), class_="nickname")
    notes = "".join(
        tag("div", reader + tag("p", escape(text)), class_="comment-item content-comment")
        for text in _COMMENTS[site.outlet.language]
    )
    head = tag("h3", escape(say_word(site, "comments")))
    return tag("div", head + notes, id="comments", class_="box-comment comment-list")


def render_aside(newsroom: Newsroom, site: Site, at: datetime) -> str:
    """The column beside the article: most read, newsletter, notice."""
    rows = newsroom.list_published(site.outlet.outlet_id, at, 6)
    items = wrap_all("li", (link(article.url, article.title) for article in rows))
    head = tag("h3", escape(say_word(site, "most")))
    letter = tag("p", escape(say_word(site, "letter")), class_="newsletter")
    return tag("aside", head + tag("ul", items) + letter, class_="sidebar most-read")


def _slug(text: str) -> str:
    return make_slug(text)
