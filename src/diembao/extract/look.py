"""The cheap first look at a page: title, date, kind, language, fingerprints, and which topics it may be about.

It parses once with lexbor, reads the head by the same rules as the careful reading and takes in everything that
the page shows. `in_doubt` names what makes a page worth a careful reading without any topic:

charset     nothing that is stated of its encoding could be true
markup      a comment, script or other raw element is never closed: parsers may differ on what the page shows
frames      it is a set of frames
long        it shows more than is scanned
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from diembao.extract.blocks import read_blocks
from diembao.extract.canonical import choose_canonical
from diembao.extract.careful import MARKUP_CHARS, MAX_HEADINGS, VISIBLE_CHARS, WITH_TEXT, _is_not_html
from diembao.extract.dates import PageDates, choose_dates
from diembao.extract.decode import Decoded, decode_page
from diembao.extract.head import HeadData
from diembao.extract.language import detect_language
from diembao.extract.linked import ARTICLE_TYPES, LinkedArticle, read_linked
from diembao.extract.pagekind import LITTLE_TEXT, PageSignals, judge_page
from diembao.extract.quickdates import find_quick_labels
from diembao.extract.quickhead import QuickPage, read_quick_page
from diembao.extract.shown import MAX_SHOWN_CHARS, gather_shown, read_visible
from diembao.extract.tidy import tidy_line
from diembao.extract.titles import MAX_TITLE_CHARS, choose_title
from diembao.sandbox.prescan import MAX_SIZE, prescan_markup
from diembao.text.addresses import MAX_ADDRESS_CHARS
from diembao.text.pieces import CUT
from diembao.text.prints import fingerprint
from diembao.text.times import MAX_TIME_CHARS
from diembao.types import PageLook

#: enough to tell a language
LANGUAGE_CHARS = 600
#: lexbor's time grows with the square of the depth and of the attributes of one tag: 0.3 s at these
MANY_TAGS, LONG_TAG = 15_000, 20_000
#: an element that is open to the end of the page begins before its last characters or swallows them
TAIL_BYTES = 5_000
_RAW_TAG = re.compile(rb"<(/?)(script|style|textarea|title|iframe|noframes|xmp|noembed|plaintext)")
_VIDEO = 'video,amp-video,amp-youtube,[data-role="video"],[class*="video-player"],[class*="videojs"],[class*="video-js"]'
_LINKS = "a,h2:has(a),h3:has(a),h4:has(a),a > h2,a > h3,a > h4"
_MAYBE_LIVE = '[class*="live"],[class*="tuong-thuat"],[class*="truc-tiep"]'
_LIVE = re.compile(r"live-?blog|live-timeline|tuong-thuat|truc-tiep-content|live-content")


def look_page(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    timezone: str = "Asia/Ho_Chi_Minh",
    may_match: Callable[[str], Sequence[str]] | None = None,
) -> PageLook:
    """What the page says of itself, cheaply. `may_match` is given all that the page shows (with `CUT` where markup
    stands in it) and names the topics that any reading of it could match.
    """
    from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

    if _is_not_html(body, content_type):
        return _no_page(url, is_empty=not body.strip())
    decoded = decode_page(body, content_type, nfc=False)
    markup = _as_utf8(body, decoded)
    _check_size(markup)
    tree = LexborHTMLParser(markup, options=LexborDocumentOptions.WO_EVENTS.value)
    page = read_quick_page(tree, max_headings=MAX_HEADINGS)
    head = page.head
    linked = read_linked(head.json_ld)
    title = choose_title(page.headings, head, linked)
    dates = _read_dates(tree, head, linked, url, timezone)
    visible = read_visible(tree, with_templates="template" in page.counts)
    shown = gather_shown(visible, head)
    links, teasers = ([], 0) if _states_article(head, linked) else _see_links(tree)
    text = "\n".join(read_blocks(tree))
    signals = _see(tree, page, url, title, text, visible, links, teasers, decoded.text[:MARKUP_CHARS])
    kind, reason = judge_page(signals, head, linked)
    canonical, canonical_flags = choose_canonical(head, url)
    published, updated = dates.published, dates.updated
    flags = (*decoded.flags, f"kind:{reason}", *dates.flags, *canonical_flags)
    return PageLook(
        url=url[:MAX_ADDRESS_CHARS],
        title=tidy_line(title, MAX_TITLE_CHARS),
        language=detect_language(text[:LANGUAGE_CHARS] if len(text) > 200 else f"{title}\n{text}"),
        published_at=published.at if published else None,
        published_source=published.source if published else "",
        published_precision=published.precision if published else "unknown",
        published_raw=tidy_line(published.raw, MAX_TIME_CHARS) if published else "",
        updated_at=updated.at if updated else None,
        canonical_url=canonical,
        page_type=kind,
        text_chars=len(text) if kind in WITH_TEXT else 0,
        text_prints=fingerprint(text) if kind in WITH_TEXT else (),
        in_doubt=_find_doubts(decoded, markup, shown, has_frames="frameset" in page.counts),
        may_match=tuple(may_match(shown[:MAX_SHOWN_CHARS])) if may_match else (),
        flags=tuple(dict.fromkeys(flags)),
    )


def _no_page(url: str, *, is_empty: bool) -> PageLook:
    return PageLook(
        url=url[:MAX_ADDRESS_CHARS],
        title="",
        language="und",
        published_at=None,
        published_source="",
        published_precision="unknown",
        published_raw="",
        updated_at=None,
        canonical_url=None,
        page_type="empty" if is_empty else "other",
        text_chars=0,
        flags=() if is_empty else ("not_html",),
    )


def _as_utf8(body: bytes, decoded: Decoded) -> bytes:
    """The markup in UTF-8: the body itself where it is that already."""
    if decoded.encoding == "utf-8" and not decoded.flags and 0 not in body and body[:1] != b"\xef":
        return body
    return decoded.text.encode("utf-8", "replace")


def _states_article(head: HeadData, linked: LinkedArticle) -> bool:
    """Whether the page says that it is an article and when it was published: then it is no list of links."""
    stated = linked.kind in ARTICLE_TYPES or head.meta("og:type").startswith("article")
    return stated and bool(linked.published or head.meta("article:published_time", "pubdate"))


def _read_dates(tree: Any, head: HeadData, linked: LinkedArticle, url: str, timezone: str) -> PageDates:
    """Dates of the head and the address; those beside the title only where there are none."""
    language = "en" if head.language.startswith("en") else "vi"
    dates = choose_dates(head, linked, url=url, timezone=timezone, language=language)
    if dates.published is not None and "date_guessed" not in dates.flags:
        return dates
    labels, times = find_quick_labels(tree)
    if not (labels or times):
        return dates
    return choose_dates(
        head, linked, url=url, timezone=timezone, labels=labels, times=times, language=language
    )


def _see_links(tree: Any) -> tuple[list[str], int]:
    """The texts of all links, and how many headings are links: a list of articles has many of both."""
    nodes = tree.css(_LINKS)
    links = [node.text() for node in nodes if node.tag == "a"]
    return links, len(nodes) - len(links)


def _see(
    tree: Any,
    page: QuickPage,
    url: str,
    title: str,
    text: str,
    visible: str,
    links: Sequence[str],
    teasers: int,
    markup: str,
) -> PageSignals:
    """What tells kinds of page apart; what only little text makes worth asking is not asked otherwise."""
    is_short = len(text) < LITTLE_TEXT
    words = " ".join(visible.replace(CUT, "").split()) if is_short else ""
    size = _count_ink(visible) if links else 0
    return PageSignals(
        url=url,
        title=title,
        text_chars=len(text),
        visible_chars=len(words) if is_short else size,
        visible_text=words[:VISIBLE_CHARS],
        markup=markup,
        link_share=_count_ink("".join(links)) / size if size else 0.0,
        has_password="input" in page.counts,
        has_live_blocks=any(
            _LIVE.search(node.attributes.get("class") or "") for node in tree.css(_MAYBE_LIVE)[:200]
        ),
        has_video=is_short and tree.css_first(_VIDEO) is not None,
        pictures=page.counts.get("figure", 0),
        teasers=teasers,
    )


def _count_ink(text: str) -> int:
    """Characters other than spaces and cuts, which in a page's source may be most."""
    return len(text) - sum(map(text.count, (" ", "\n", "\t", "\r", CUT)))


def _check_size(markup: bytes) -> None:
    """Leave what could hang a parser to the exact check; few pages have so many tags, or such long ones."""
    import numpy as np

    is_large = len(markup) > MAX_SIZE or (
        len(markup) > 3 * MANY_TAGS
        and np.count_nonzero(np.frombuffer(markup, np.uint8) == ord("<")) > MANY_TAGS
    )
    # a tag of twice this length holds a whole step without ">", and the step begins behind its "<"
    if is_large or any(
        markup.find(b">", at, at + LONG_TAG) < 0 and markup.rfind(b"<", 0, at) > markup.rfind(b">", 0, at)
        for at in range(0, len(markup) - LONG_TAG, LONG_TAG)
    ):
        prescan_markup(markup)


def _find_doubts(decoded: Decoded, markup: bytes, shown: str, *, has_frames: bool) -> tuple[str, ...]:
    doubts = {
        "charset": "charset_guessed" in decoded.flags or "charset_wrong" in decoded.flags,
        "markup": _is_unclosed(markup),
        "frames": has_frames,
        "long": len(shown) > MAX_SHOWN_CHARS,
    }
    return tuple(name for name, is_so in doubts.items() if is_so)


def _is_unclosed(markup: bytes) -> bool:
    """Whether a comment or an element of raw text is open to the end."""
    opened = markup.rfind(b"<!--")
    if opened >= 0 and markup.find(b"-->", opened) < 0:
        return True
    tail = markup[-TAIL_BYTES:].lower()
    # the last tag of each name
    return b"" in {name: end for end, name in _RAW_TAG.findall(tail)}.values()
