"""The careful reading of one page: bytes in, an `ExtractedArticle` out. Runs in the sandbox, reads no file.

The text is the article's running text without lead, title, hidden blocks, comments, boxes of related articles,
captions and signature lines; a picture story's captions are its text. No author is read anywhere. Flags beside
the ones of decode, dates and canonical:

deep                  nested so deeply that readers lose text
extractors_disagree   two extractors share less than 80 % of their words
extractor_failed      the first extractor found nothing; the text is the second one's
unfinished            neither its body nor the page is closed: it may have been cut off
hidden_removed        the page held blocks that no reader sees
captions_as_text      a picture story: its captions are the text
text_cut              the text was cut at 2 MB
paywalled             the page says that it is not free to read
json_ld_broken        its JSON-LD could be read in part only
not_html              the body is no page at all
kind:<reason>         why the page is taken for what `page_type` says
rules                 the outlet's own page rules were used
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from diembao.extract.bodies import (
    AGREEMENT,
    Extractor,
    ResiliparseExtractor,
    TrafilaturaExtractor,
    agreement,
    read_blocks,
)
from diembao.extract.boxes import Cleaned, clean_tree
from diembao.extract.canonical import choose_canonical
from diembao.extract.dates import PageDates, choose_dates
from diembao.extract.decode import decode_page
from diembao.extract.head import HeadData, read_head
from diembao.extract.labels import find_labels
from diembao.extract.language import detect_language
from diembao.extract.leads import MAX_LEAD_CHARS, find_sapo, split_lead
from diembao.extract.linked import LinkedArticle, read_linked
from diembao.extract.markup import drop, drop_hidden, is_deep, parse_tree, text_of
from diembao.extract.overrides import Layout, Overrides, read_overrides
from diembao.extract.pagekind import PageSignals, judge_page
from diembao.extract.signatures import cut_signatures
from diembao.extract.tidy import tidy_line, tidy_text
from diembao.extract.titles import MAX_TITLE_CHARS, choose_title
from diembao.sandbox.prescan import prescan_markup
from diembao.text.addresses import MAX_ADDRESS_CHARS
from diembao.text.times import MAX_TIME_CHARS, parse_moment
from diembao.types import ExtractedArticle, Moment, PageType

MAX_TEXT_BYTES = 2_000_000
MARKUP_CHARS = 60_000
VISIBLE_CHARS = 3_000
MAX_HEADINGS = 20
#: kinds of page whose text is an article's text
WITH_TEXT: frozenset[PageType] = frozenset({"article", "live", "video", "photo", "other"})
_NOT_HTML = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"{", b"[")
_FEED = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b",
    re.S,
)
_BADGE = re.compile(r"\W*(?:trực tiếp|live|đang cập nhật|video|infographic|ảnh|breaking)\W*", re.I)
_PHOTO_CREDIT = re.compile(
    r"\s*[.(–-]?\s*(?:Ảnh|Photo|Nguồn ảnh|Video|Clip|Đồ họa)\s*(?:do)?\s*:?\s*[^.]{0,80}\)?\.?\s*$"
)


@dataclass(slots=True)
class _Reading:
    """What is known of the page so far."""

    url: str
    timezone: str
    tree: Any
    markup: str
    head: HeadData
    linked: LinkedArticle
    rules: Overrides
    layout: Layout | None = None
    title: str = ""
    heading: Any = None
    flags: list[str] = field(default_factory=list)


def extract_page(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    timezone: str = "Asia/Ho_Chi_Minh",
    overrides: Mapping[str, Any] | None = None,
) -> ExtractedArticle:
    """What the page says of itself. `overrides` are an outlet's page rules as plain data (overrides.py)."""
    rules = read_overrides(overrides)
    if _is_not_html(body, content_type):
        return _without_text(url, "other" if body.strip() else "empty", ("not_html",) if body.strip() else ())
    decoded = decode_page(body, content_type)
    flags = list(decoded.flags)
    flags.extend(prescan_markup(decoded.text.encode("utf-8", "replace"), thorough=True))
    tree = parse_tree(decoded.text)
    if tree is None:
        return _without_text(url, "empty", tuple(dict.fromkeys(flags)))
    if is_deep(tree):
        flags.append("deep")
    head = read_head(tree)
    linked = read_linked(head.json_ld)
    reading = _Reading(url, timezone, tree, decoded.text, head, linked, rules, flags=flags)
    if drop_hidden(tree):
        flags.append("hidden_removed")
    return _read(reading)


def _is_not_html(body: bytes, content_type: str | None) -> bool:
    start = body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    kind = (content_type or "").partition(";")[0].strip().lower()
    if not start or start.startswith(_NOT_HTML) or _FEED.match(start):
        return True
    return kind.startswith(("image/", "audio/", "video/", "font/")) or kind in (
        "application/pdf",
        "application/json",
    )


def _without_text(url: str, kind: PageType, flags: tuple[str, ...]) -> ExtractedArticle:
    return ExtractedArticle(
        url[:MAX_ADDRESS_CHARS], "", "", "", "und", None, "", "unknown", "", None, "", None, kind, flags
    )


# ------------------------------------------------------------------ the order of reading


def _read(reading: _Reading) -> ExtractedArticle:
    tree, head, linked = reading.tree, reading.head, reading.linked
    reading.layout = _find_layout(reading)
    _read_title(reading)
    dates = _read_dates(reading)
    description = head.meta("description", "og:description") or linked.description
    sapo = _first_text(reading, "lead") or (
        find_sapo(reading.heading, description) if reading.heading is not None else ""
    )
    seen = _see(reading)
    cleaned = clean_tree(tree)
    raw, extractor = _read_text(reading)
    descriptions = tuple(
        d for d in (linked.description, head.meta("description"), head.meta("og:description")) if d
    )
    text, lead = _finish_text(raw, reading, cleaned, sapo, descriptions)
    kind = _judge(reading, seen, cleaned, text, lead)
    if kind == "photo" and cleaned.captions and "rules" not in reading.flags:
        text, lead = _finish_text(_read_captions(reading), reading, cleaned, sapo, descriptions)
        reading.flags.append("captions_as_text")
    if kind not in WITH_TEXT:
        text, lead, extractor = "", "", ""
    return _build(reading, kind, lead, text, dates, extractor)


def _find_layout(reading: _Reading) -> Layout | None:
    for layout in reading.rules.layouts:
        if reading.tree.xpath(layout.when):
            reading.flags.append("rules")
            return layout
    return None


def _select(reading: _Reading, name: str) -> list[Any]:
    """The elements that the outlet's rules name for a field, selector by selector."""
    if reading.layout is None:
        return []
    return [element for path in getattr(reading.layout, name) for element in reading.tree.xpath(path)]


def _first_text(reading: _Reading, name: str) -> str:
    return next((text for element in _select(reading, name)[:10] if (text := text_of(element))), "")


def _read_title(reading: _Reading) -> None:
    headings = list(reading.tree.iter("h1"))[:MAX_HEADINGS]
    texts = [text_of(heading) for heading in headings]
    reading.title = _first_text(reading, "title") or choose_title(texts, reading.head, reading.linked)
    chosen = [h for h, text in zip(headings, texts, strict=True) if text and text == reading.title]
    named = _select(reading, "title")[:1]
    reading.heading = next(iter([*named, *chosen, *headings[:1]]), None)
    if reading.heading is None and reading.title:
        same = (
            e
            for e in reading.tree.iter("h2", "h3", "div", "p", "span")
            if (e.text or "").strip() == reading.title
        )
        reading.heading = next(same, None)


def _read_dates(reading: _Reading) -> PageDates:
    labels, times = find_labels(reading.heading) if reading.heading is not None else ([], [])
    labels = [text_of(e)[:160] for e in _select(reading, "published")[:5]] + labels
    labels += [f"cập nhật {text_of(e)[:120]}" for e in _select(reading, "updated")[:5]]
    language = reading.head.language[:2] or "vi"
    return choose_dates(
        reading.head,
        reading.linked,
        url=reading.url,
        timezone=reading.timezone,
        labels=labels,
        times=times,
        language=language if language == "en" else "vi",
    )


def _read_text(reading: _Reading) -> tuple[str, str]:
    """The running text and who found it; both extractors are asked unless the outlet's rules name the body."""
    for element in _select(reading, "remove"):
        drop(element)
    bodies = _select(reading, "body")[:2_000]
    if bodies:
        return "\n".join(map(read_blocks, bodies)), "rules"
    first: Extractor = _trafilatura()
    second: Extractor = ResiliparseExtractor()
    text, other = first.extract(reading.tree), second.extract(reading.tree)
    if text.strip():
        if agreement(text, other) < AGREEMENT:
            reading.flags.append("extractors_disagree")
        return text, first.name
    if other.strip():
        reading.flags.append("extractor_failed")
        return other, second.name
    return "", ""


def _read_captions(reading: _Reading) -> str:
    """The text of a picture story once more, with its captions where they stand."""
    tree = parse_tree(reading.markup)
    if tree is None:
        return ""
    drop_hidden(tree)
    clean_tree(tree, keep_captions=True)
    lines = _trafilatura().extract(tree).split("\n")
    return "\n".join(_PHOTO_CREDIT.sub("", line) for line in lines)


_FIRST: list[TrafilaturaExtractor] = []


def _trafilatura() -> TrafilaturaExtractor:
    """One extractor a process: importing the library takes as long as twenty pages."""
    if not _FIRST:
        _FIRST.append(TrafilaturaExtractor())
    return _FIRST[0]


def _finish_text(
    raw: str, reading: _Reading, cleaned: Cleaned, sapo: str, descriptions: tuple[str, ...]
) -> tuple[str, str]:
    """The text without signatures, printed dates, title and lead, and the lead."""
    text, was_cut = tidy_text(raw, MAX_TEXT_BYTES)
    marked = {tidy_line(line, 200) for line in cleaned.signature_lines}
    text = cut_signatures(_drop_dates(text, reading.timezone), marked)
    sapo = cut_signatures(tidy_line(sapo, MAX_LEAD_CHARS))
    lead, text = split_lead(
        text,
        title=reading.title,
        sapo=sapo,
        descriptions=tuple(tidy_line(description, MAX_LEAD_CHARS) for description in descriptions),
    )
    if was_cut:
        reading.flags.append("text_cut")
    return cut_signatures(text, marked), lead


def _drop_dates(text: str, timezone: str) -> str:
    """The text without a date, or a badge such as "TRỰC TIẾP", that stands alone among its first lines."""
    lines = [line for number, line in enumerate(text.split("\n")) if number > 3 or not _BADGE.fullmatch(line)]
    kept = [
        line
        for line in lines[:4]
        if len(line) > MAX_TIME_CHARS
        or not any(c.isdigit() for c in line)
        or not parse_moment(line, timezone=timezone)
    ]
    return "\n".join(kept + lines[4:])


# ------------------------------------------------------------------ signals and result


@dataclass(frozen=True, slots=True)
class _Seen:
    visible: str
    visible_chars: int
    link_share: float
    has_password: bool
    has_video: bool
    has_live_blocks: bool
    figures: int
    teasers: int


_PASSWORD = etree.XPath("boolean(//input[@type='password'])")
_VIDEO_TAGS = ("video", "amp-video", "amp-youtube", "amp-brightcove")
#: class names of containers; looked for in the tree only when the markup holds the word
_VIDEO_NAMES = ("video-player", "videojs", "video-js", "videoplayer")
_LIVE_NAMES = ("live-blog", "liveblog", "live-timeline", "tuong-thuat", "truc-tiep-content", "live-content")


def _has_named(reading: _Reading, names: tuple[str, ...]) -> bool:
    here = [name for name in names if name in reading.markup]
    return any(reading.tree.xpath("boolean(//*[contains(@class, $name)])", name=name) for name in here)


def _see(reading: _Reading) -> _Seen:
    """What the page shows before its boxes are taken out."""
    body = next(reading.tree.iter("body"), reading.tree)
    visible = text_of(body)
    linked = sum(len(text_of(link)) for link in body.iter("a"))
    return _Seen(
        visible[:VISIBLE_CHARS],
        len(visible),
        linked / len(visible) if visible else 0.0,
        bool(_PASSWORD(reading.tree)),
        next(body.iter(*_VIDEO_TAGS), None) is not None or _has_named(reading, _VIDEO_NAMES),
        _has_named(reading, _LIVE_NAMES),
        sum(1 for _ in body.iter("figure")),
        sum(1 for heading in body.iter("h2", "h3", "h4") if _is_link(heading)),
    )


def _is_link(heading: Any) -> bool:
    parent = heading.getparent()
    return heading.find(".//a") is not None or (parent is not None and parent.tag == "a")


def _judge(reading: _Reading, seen: _Seen, cleaned: Cleaned, text: str, lead: str) -> PageType:
    for path, kind in reading.rules.kinds:
        if reading.tree.xpath(path):
            reading.flags.append("kind:rules")
            return kind
    signals = PageSignals(
        url=reading.url,
        title=reading.title,
        text_chars=len(text) + len(lead),
        visible_chars=seen.visible_chars,
        visible_text=seen.visible,
        markup=reading.markup[:MARKUP_CHARS],
        link_share=seen.link_share,
        has_password=seen.has_password,
        has_live_blocks=seen.has_live_blocks,
        has_video=seen.has_video,
        pictures=max(seen.figures, len(cleaned.captions)),
        teasers=seen.teasers,
    )
    kind, reason = judge_page(signals, reading.head, reading.linked)
    reading.flags.append(f"kind:{reason}")
    return kind


def _build(
    reading: _Reading, kind: PageType, lead: str, text: str, dates: PageDates, extractor: str
) -> ExtractedArticle:
    canonical, canonical_flags = choose_canonical(reading.head, reading.url)
    if not reading.linked.is_free:
        reading.flags.append("paywalled")
    if reading.linked.is_broken:
        reading.flags.append("json_ld_broken")
    text, was_cut = tidy_text(text, MAX_TEXT_BYTES)
    if was_cut:
        reading.flags.append("text_cut")
    title, lead = tidy_line(reading.title, MAX_TITLE_CHARS), tidy_line(lead, MAX_LEAD_CHARS)
    published: Moment | None = dates.published
    return ExtractedArticle(
        url=reading.url[:MAX_ADDRESS_CHARS],
        title=title,
        lead=lead,
        text=text,
        language=detect_language(text if len(text) > 200 else f"{title}\n{lead}\n{text}"),
        published_at=published.at if published else None,
        published_source=published.source if published else "",
        published_precision=published.precision if published else "unknown",
        published_raw=tidy_line(published.raw, MAX_TIME_CHARS) if published else "",
        updated_at=dates.updated.at if dates.updated else None,
        updated_source=dates.updated.source if dates.updated else "",
        canonical_url=canonical,
        page_type=kind,
        flags=tuple(dict.fromkeys((*reading.flags, *dates.flags, *canonical_flags))),
        extractor=f"{extractor} {_trafilatura().version}" if extractor == "trafilatura" else extractor,
    )
