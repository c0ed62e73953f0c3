"""What the live press answers to a request at a moment: pure, so that the server only moves bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, quote, urlsplit

from diembao.sample.live import fronts, pages, sitemaps
from diembao.sample.live.feeds import render_feed, xml_charset
from diembao.sample.live.markup import as_entities, http_time
from diembao.sample.live.newsroom import Newsroom, Story
from diembao.sample.live.sites import FAILING_FEED, PAGE_FEED, Site, find_feed
from diembao.types import Feed

_HTML = "text/html"
_TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True, slots=True)
class Answer:
    """A response before it is written: header names as sent, body as transferred."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class _Request:
    site: Site
    #: www, m, amp or nothing
    label: str
    path: str
    query: str
    headers: Mapping[str, str]
    at: datetime


def answer(newsroom: Newsroom, host: str, target: str, headers: Mapping[str, str], at: datetime) -> Answer:
    """The answer to a GET; header names in lower case. An unknown host gets 421."""
    name = host.partition(":")[0].lower().removesuffix(".")
    label, _, rest = name.partition(".")
    site = newsroom.by_domain.get(name)
    if site is None and label in ("www", "m", "amp"):
        site = newsroom.by_domain.get(rest)
    elif site is not None:
        label = ""
    if site is None:
        return _text(421, "no such host in the sample press\n", "text/plain")
    try:
        parts = urlsplit(target)
    except ValueError:
        return _text(400, "not a target\n", "text/plain")
    request = _Request(site, label, parts.path or "/", parts.query, headers, at)
    given = _redirect(request, target) or _choose(newsroom, request)
    return _pack(given, request)


def _redirect(request: _Request, target: str) -> Answer | None:
    """To https and to the bare name; the mobile site answers for itself."""
    is_plain = request.headers.get("x-forwarded-proto", "").lower() == "http"
    if request.label == "www" or is_plain:
        host = f"m.{request.site.domain}" if request.label == "m" else request.site.domain
        return Answer(301, (("Location", f"https://{host}{target}"),))
    return None


def _choose(newsroom: Newsroom, request: _Request) -> Answer:
    site, path, at = request.site, request.path, request.at
    if path == "/robots.txt":
        return _answer_robots(site)
    if path == "/.well-known/tdmrep.json":
        text = sitemaps.render_reservation(site)
        return _missing(site) if text is None else _text(200, text, "application/json")
    if path.startswith("/sitemap"):
        return _answer_sitemap(newsroom, request)
    feed = find_feed(site, path)
    if feed is not None:
        return _answer_feed(newsroom, request, feed)
    if path == "/":
        return _page(site, fronts.render_home(newsroom, site, at))
    if path == "/rss":
        return _page(site, fronts.render_feed_list(site))
    if path == "/dang-nhap":
        return _page(site, pages.render_login(site))
    if path.startswith(("/chuyen-muc/", "/tag/", "/tim-kiem")) or path == "/tin":
        return _page(site, fronts.render_section(newsroom, site, at, path.rpartition("/")[2][:60]))
    return _answer_story(newsroom, request)


def _answer_robots(site: Site) -> Answer:
    if site.robots == "absent":
        return _text(404, "not found\n", "text/plain")
    if site.robots == "failing":
        return _text(503, "busy\n", "text/plain")
    return _text(200, sitemaps.render_robots(site), "text/plain; charset=utf-8")


def _answer_sitemap(newsroom: Newsroom, request: _Request) -> Answer:
    text = sitemaps.render_sitemap(newsroom, request.site, request.path, request.at)
    if text is None:
        return _missing(request.site)
    if request.path.endswith(".gz"):
        return Answer(200, (("Content-Type", "application/x-gzip"),), _zip(text.encode()))
    return _text(200, text, "application/xml; charset=utf-8")


def _answer_feed(newsroom: Newsroom, request: _Request, feed: Feed) -> Answer:
    site = request.site
    if feed.feed_id == FAILING_FEED:
        return _text(503, "the sample feed is down\n", "text/plain")
    if feed.feed_id == PAGE_FEED:
        return _page(site, fronts.render_home(newsroom, site, request.at))
    written = render_feed(newsroom, site, feed, request.at)
    charset = xml_charset(site)
    body = encode_text(written.text, charset)
    given = Answer(200, (("Content-Type", f"{fronts.feed_type(site)}; charset={charset}"),), body)
    return _validate(given, request, written.changed_at) if site.is_cached else given


def _answer_story(newsroom: Newsroom, request: _Request) -> Answer:
    site = request.site
    path, is_amp = _strip_amp(request)
    story = newsroom.find_story(site, path, request.at)
    if story is None:
        return _missing(site)
    number = story.article.number
    if story.is_gone:
        return _page(site, fronts.render_missing(site), 410)
    if story.page_type == "soft_404":
        return _page(site, fronts.render_missing(site))
    if story.page_type == "challenge":
        return _answer_challenge(number % 4)
    if story.page_type == "login" and number % 4 == 2:
        return Answer(302, (("Location", f"https://{site.domain}/dang-nhap?next={quote(path, safe='')}"),))
    if is_amp and story.page_type == "article":
        return _page(site, pages.render_amp(story, request.at))
    document = pages.render_story(newsroom, story, request.at, is_mobile=request.label == "m")
    return _reserve(_encode_story(story, document, request), story)


def _strip_amp(request: _Request) -> tuple[str, bool]:
    """The story's own path, and whether its AMP twin was asked for; parameters that only track are ignored."""
    kept = dict(parse_qsl(request.query, keep_blank_values=True))
    is_amp = request.label == "amp" or kept.get("amp") == "1" or request.path.endswith("/amp")
    path = request.path.removesuffix("/amp") if len(request.path) > 4 else request.path
    return (f"{path}?id={kept['id']}" if "id" in kept else path), is_amp


def _answer_challenge(kind: int) -> Answer:
    document = pages.render_challenge(kind % 2)
    status = (403, 503, 200)[kind]
    given = _text(status, document, "text/html; charset=utf-8")
    mark = (("Cf-Mitigated", "challenge"),) if kind == 0 else ()
    return replace(given, headers=(*given.headers, *mark))


def _encode_story(story: Story, document: str, request: _Request) -> Answer:
    if story.site.entities:
        document = as_entities(document, story.site.entities)
    header = {"lying-header": "; charset=ISO-8859-1", "lying-meta": "", "utf-16": ""}.get(
        story.charset, f"; charset={pages.declared_charset(story)}"
    )
    charset = story.charset if story.charset in ("windows-1258", "utf-16") else "utf-8"
    given = Answer(200, (("Content-Type", _HTML + header),), encode_text(document, charset))
    if not story.site.is_cached:
        return given
    changed = pages.changed_at(story, request.at) or story.article.published_at
    return _validate(given, request, changed)


def _reserve(given: Answer, story: Story) -> Answer:
    if story.reserved != "header":
        return given
    return replace(given, headers=(*given.headers, ("TDM-Reservation", "1")))


def encode_text(text: str, charset: str) -> bytes:
    """The text in a charset; windows-1258 writes tone marks after their letter."""
    if charset == "windows-1258":
        return "".join(map(_part_tone, text)).encode("cp1258", errors="xmlcharrefreplace")
    return text.encode(charset)


def _part_tone(letter: str) -> str:
    """A letter with a Vietnamese tone as the letter and its tone, hat and horn kept: "ế" -> "ê" + acute."""
    if ord(letter) < 0x300:
        return letter if letter.isascii() or not unicodedata.decomposition(letter) else _split_tone(letter)
    return _split_tone(letter)


def _split_tone(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    tones = [sign for sign in parts if sign in _TONES]
    if len(tones) != 1:
        return letter
    return unicodedata.normalize("NFC", parts.replace(tones[0], "")) + tones[0]


# ------------------------------------------------------------------ answers


def _text(status: int, text: str, content_type: str) -> Answer:
    return Answer(status, (("Content-Type", content_type),), text.encode())


def _page(site: Site, document: str, status: int = 200) -> Answer:
    if site.entities:
        document = as_entities(document, site.entities)
    return _text(status, document, "text/html; charset=utf-8")


def _missing(site: Site) -> Answer:
    """A path that leads nowhere: honest, withdrawn for good, or a page that pretends to be one."""
    return _page(site, fronts.render_missing(site), {"404": 404, "410": 410, "soft": 200}[site.missing])


def _validate(given: Answer, request: _Request, changed_at: datetime) -> Answer:
    """The answer with its validators, or 304 where the client has it already."""
    tag = f'"{hashlib.sha256(given.body).hexdigest()[:20]}"'
    marks = (("ETag", tag), ("Last-Modified", http_time(changed_at)))
    wanted = request.headers.get("if-none-match")
    if wanted is not None:
        known = {mark.strip().removeprefix("W/") for mark in wanted.split(",")}
        if tag in known or "*" in known:
            return Answer(304, marks)
    elif _is_unchanged(request.headers.get("if-modified-since", ""), changed_at):
        return Answer(304, marks)
    return replace(given, headers=(*given.headers, *marks))


def _is_unchanged(since: str, changed_at: datetime) -> bool:
    try:
        return bool(since) and parsedate_to_datetime(since) >= changed_at.replace(microsecond=0)
    except (ValueError, TypeError, OverflowError):
        return False


def _pack(given: Answer, request: _Request) -> Answer:
    accepted = request.headers.get("accept-encoding", "").lower()
    if not (given.body and request.site.is_packed and "gzip" in accepted):
        return given
    if ("Content-Type", "application/x-gzip") in given.headers:
        return given
    return replace(
        given,
        headers=(*given.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")),
        body=_zip(given.body),
    )


def _zip(content: bytes) -> bytes:
    """gzip without a time inside, so that the same content gives the same bytes."""
    target = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0, compresslevel=4) as packer:
        packer.write(content)
    return target.getvalue()
