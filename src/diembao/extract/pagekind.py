"""What kind of page this is, from plain signals: any parser can fill them, the rules read only this.

A page that is no article must not enter the corpus as one, and an article must not be lost: what hides the
text (challenge, login, soft 404, redirect) is only believed when there is little text beside it. The reason
is given as a flag `kind:<reason>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from diembao.extract.head import HeadData
from diembao.extract.linked import ARTICLE_TYPES, LIST_TYPES, LinkedArticle
from diembao.types import PageType

#: below this many characters of text a page may be a wall, an error page or a redirect
LITTLE_TEXT = 700
#: below this an article of words is none; a picture or a film may still stand alone
SHORT_TEXT = 250
MANY_PICTURES = 6
#: a list of articles has at least this share of its text in links
MIN_LINK_SHARE = 0.3
#: or announces this many articles in so few characters each
MANY_TEASERS, TEASER_CHARS = 6, 250

_CHALLENGE_TITLE = re.compile(
    r"just a moment|attention required|checking your browser|ddos[ -]protection|are you (?:a )?human"
    r"|verif(?:y|ying) (?:that )?you are|security check|access denied|request blocked|pardon our interruption"
    r"|please wait\.\.\.|xác (?:minh|thực) (?:bạn|người dùng|trình duyệt)|kiểm tra trình duyệt"
    r"|không phải (?:là )?(?:robot|người máy)",
    re.I,
)
_CHALLENGE_MARKUP = re.compile(
    r"cf[_-]chl[_-]|cf-browser-verification|cf-challenge|challenge-form|/cdn-cgi/challenge-platform/h/"
    r"|_incapsula_resource|distil_r_|px-captcha|captcha-delivery\.com|g-recaptcha|h-captcha|cf-turnstile"
    r"|sucuri_cloudproxy|ddos-guard|__ddg|aws-?waf|slowaes",
    re.I,
)
_COOKIE_WALL = re.compile(r"document\.cookie\s*=", re.I)
_RELOAD = re.compile(
    r"location\.reload|location\.(?:href|replace|assign)|window\.location\s*=|location\s*=", re.I
)
_LOGIN_TITLE = re.compile(r"^\W*(?:đăng nhập|đăng ký tài khoản|log ?in|sign ?in)\b", re.I)
_LOGIN_WALL = re.compile(
    r"(?:vui lòng |hãy |bạn (?:cần|phải) |xin )?đăng nhập để (?:đọc|xem|tiếp tục)"
    r"|(?:dành cho|chỉ dành cho) (?:thành viên|người đăng ký|độc giả đăng ký)"
    r"|(?:log ?in|sign ?in|subscribe|register) to (?:read|continue|view|access)|subscribers? only",
    re.I,
)
#: of each of these alternatives a part that is always there
_LOGIN_HINTS = ("đăng nhập để", "dành cho", "to read", "to continue", "to view", "to access", "subscriber")
_NOT_FOUND = re.compile(
    r"\b404\b|(?:page|article|content) (?:was |is )?(?:not found|no longer)|không tìm thấy (?:trang|bài|nội dung|đường dẫn)"
    r"|(?:trang|bài viết|nội dung|đường dẫn|tin)\b.{0,40}(?:không tồn tại|đã bị (?:xóa|xoá|gỡ)|không còn)|not found",
    re.I,
)
_LIVE_TITLE = re.compile(
    r"^\W*(?:trực tiếp|tường thuật(?: trực tiếp)?|cập nhật liên tục|live(?: updates?)?)\s*[:\]|–-]", re.I
)
_LIVE_PATH = re.compile(r"/(?:live|truc-tiep|tuong-thuat)[/-]", re.I)
_VIDEO_PATH = re.compile(r"/(?:videos?|clip|truyen-hinh|tv|media)(?:/|-|$)|//video\.", re.I)
_PHOTO_PATH = re.compile(
    r"/(?:photos?|anh|chum-anh|phong-su-anh|gallery|infographics?|megastory|multimedia)(?:/|-|$)", re.I
)
_LIST_PATH = re.compile(
    r"/(?:tags?|chu-de|category|chuyen-muc|search|tim-kiem|topic|su-kien)(?:/|-|\.|$)", re.I
)

#: the last part of an article's address carries a number or a slug of several words
_ARTICLE_PATH = re.compile(r"\d{5,}|\d{4}_|(?:[^-/_]+[-_]){4,}[^-/]")


@dataclass(frozen=True, slots=True)
class PageSignals:
    """What was seen of a page. `markup` may be its beginning only."""

    url: str
    title: str
    #: characters of the article's text, and of all visible text
    text_chars: int
    visible_chars: int
    #: the first visible words, for walls and error pages
    visible_text: str = ""
    markup: str = ""
    #: share of the visible text that stands in links
    link_share: float = 0.0
    has_password: bool = False
    #: containers that content systems use for live reports, films and picture series
    has_live_blocks: bool = False
    has_video: bool = False
    pictures: int = 0
    #: headings (h2 to h4) that are links: each announces an article
    teasers: int = 0


def judge_page(seen: PageSignals, head: HeadData, linked: LinkedArticle) -> tuple[PageType, str]:
    """The kind of page and the reason for it."""
    states_article = linked.kind in ARTICLE_TYPES or head.meta("og:type").lower().startswith("article")
    wall = _find_wall(seen, head, states_article)
    if wall is not None:
        return wall
    path = _split(seen.url).path
    if "liveblogposting" in linked.types:
        return "live", "json_ld"
    if seen.text_chars >= SHORT_TEXT // 2 and (seen.has_live_blocks or _LIVE_TITLE.search(seen.title)):
        return "live", "blocks" if seen.has_live_blocks else "title"
    listing = _find_list(seen, path, linked, states_article, bool(_stated_date(head, linked)))
    if listing:
        return "list", listing
    picture = _find_picture(seen, path, head, linked)
    if picture is not None:
        return picture
    if _LIVE_PATH.search(path) and states_article and seen.text_chars >= SHORT_TEXT:
        return "live", "path"
    if seen.text_chars >= SHORT_TEXT or (states_article and seen.text_chars >= SHORT_TEXT // 4):
        return "article", "stated" if states_article else "text"
    return "other", "little_text"


def _split(url: str) -> SplitResult:
    """The parts of an address, none of one that is broken."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _find_wall(seen: PageSignals, head: HeadData, states_article: bool) -> tuple[PageType, str] | None:
    """What stands in place of the article: challenge, redirect, nothing, login, error page."""
    if seen.text_chars >= LITTLE_TEXT:
        return None
    title = seen.title or head.title
    little = seen.visible_chars < 4 * LITTLE_TEXT
    if little and (_CHALLENGE_TITLE.search(title) or _CHALLENGE_TITLE.search(seen.visible_text[:400])):
        return "challenge", "words"
    if seen.visible_chars < LITTLE_TEXT and not states_article:
        if _CHALLENGE_MARKUP.search(seen.markup):
            return "challenge", "markup"
        if (
            _COOKIE_WALL.search(seen.markup)
            and _RELOAD.search(seen.markup)
            and seen.visible_chars < SHORT_TEXT
        ):
            return "challenge", "cookie_script"
    if find_refresh(head) and seen.visible_chars < LITTLE_TEXT:
        return "redirect", "meta_refresh"
    if seen.visible_chars < SHORT_TEXT and not states_article and _RELOAD.search(seen.markup):
        return "redirect", "script"
    if seen.visible_chars == 0:
        return "empty", "no_text"
    is_told = states_article and seen.text_chars >= SHORT_TEXT
    if (not is_told and _NOT_FOUND.search(title)) or (
        not states_article and _NOT_FOUND.search(seen.visible_text[:300])
    ):
        return "soft_404", "words"
    if _LOGIN_TITLE.search(title):
        return "login", "title"
    if _has_login_wall(seen.visible_text):
        return "login", "wall"
    if seen.has_password and little and not states_article:
        return "login", "password_field"
    return None


def _has_login_wall(text: str) -> bool:
    """The pattern tries many beginnings at every character; most texts hold none of its endings."""
    lower = text.lower()
    return any(hint in lower for hint in _LOGIN_HINTS) and _LOGIN_WALL.search(text) is not None


def find_refresh(head: HeadData) -> str:
    """The target of a meta refresh within ten seconds; a page that reloads itself has none."""
    found = re.match(
        r"\s*(\d{1,3})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?['\"]?([^'\"\s]+)", head.meta("refresh"), re.I
    )
    return found[2] if found is not None and int(found[1]) <= 10 else ""


def _stated_date(head: HeadData, linked: LinkedArticle) -> str:
    return linked.published or head.meta("article:published_time", "pubdate", "datepublished")


def _find_list(
    seen: PageSignals, path: str, linked: LinkedArticle, states_article: bool, is_dated: bool
) -> str:
    """Why this is a list of articles, or an empty string."""
    if states_article and is_dated:
        return ""
    is_short_each = seen.text_chars < TEASER_CHARS * seen.teasers
    is_announcing = seen.teasers >= MANY_TEASERS and is_short_each and seen.link_share > 0.2
    if not is_announcing and seen.link_share < MIN_LINK_SHARE and seen.text_chars >= LITTLE_TEXT:
        return ""
    if path in ("", "/") and not _split(seen.url).query:
        return "home"
    if linked.types & LIST_TYPES and not linked.kind:
        return "json_ld"
    if states_article or is_dated:
        return ""
    if _LIST_PATH.search(path) and seen.link_share > 0.4:
        return "path"
    if _ARTICLE_PATH.search(path.rstrip("/").rpartition("/")[2]):
        return ""
    if is_announcing:
        return "teasers"
    is_linked = seen.link_share > 0.6 and seen.visible_chars > LITTLE_TEXT
    is_all_links = seen.link_share > 0.85 or seen.text_chars < 0.5 * seen.visible_chars
    return "links" if is_linked and is_all_links else ""


def _find_picture(
    seen: PageSignals, path: str, head: HeadData, linked: LinkedArticle
) -> tuple[PageType, str] | None:
    is_short = seen.text_chars < LITTLE_TEXT
    kind, og_type = linked.kind, head.meta("og:type")
    if kind == "videoobject" or (og_type.startswith("video") and is_short):
        return "video", "stated"
    if (
        is_short
        and (_VIDEO_PATH.search(path) or "//video." in seen.url)
        and (seen.has_video or "videoobject" in linked.types)
    ):
        return "video", "path"
    if is_short and seen.has_video and seen.text_chars < SHORT_TEXT:
        return "video", "player"
    if kind in ("imagegallery", "mediagallery"):
        return "photo", "stated"
    if seen.pictures >= MANY_PICTURES and seen.text_chars < 150 * seen.pictures:
        if _PHOTO_PATH.search(path):
            return "photo", "path"
        if is_short or seen.text_chars < 80 * seen.pictures:
            return "photo", "pictures"
    return None
