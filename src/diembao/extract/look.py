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
from diembao.extract.dates import choose_dates
from diembao.extract.decode import Decoded, decode_page
from diembao.extract.head import HeadData
from diembao.extract.language import detect_language
from diembao.extract.linked import LinkedArticle, read_linked
from diembao.extract.pagekind import PageSignals, judge_page
from diembao.extract.quickhead import read_quick_head
from diembao.extract.shown import MAX_SHOWN_CHARS, gather_shown, read_visible
from diembao.extract.titles import choose_title
from diembao.text.pieces import CUT
from diembao.text.prints import fingerprint
from diembao.types import PageLook, PageType

MAX_HEADINGS = 20
MARKUP_CHARS = 60_000
VISIBLE_CHARS = 3_000
_RAW = re.compile(r"<(/?)(script|style|textarea|title|iframe|noframes|xmp|noembed|plaintext)\b", re.I)


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
    from selectolax.lexbor import LexborHTMLParser

    decoded = decode_page(body, content_type)
    tree = LexborHTMLParser(decoded.text.encode("utf-8", "replace"))
    head = read_quick_head(tree)
    linked = read_linked(head.json_ld)
    headings = [node.text() for node in tree.css("h1")[:MAX_HEADINGS]]
    visible = read_visible(tree)
    signals = _see(tree)
    shown = gather_shown(visible, head)
    doubts = _find_doubts(decoded, visible, shown, tree)
    blocks = read_blocks(tree)
    text = "\n".join(blocks)
    title = choose_title(headings, head, linked)
    kind, reason = _judge(url, decoded, head, linked, title, text, visible, signals)
    dates = choose_dates(head, linked, url=url, timezone=timezone)
    canonical, canonical_flags = choose_canonical(head, url)
    published, updated = dates.published, dates.updated
    return PageLook(
        url=url,
        title=title,
        language=detect_language(text or title),
        published_at=published.at if published else None,
        published_source=published.source if published else "",
        published_precision=published.precision if published else "unknown",
        published_raw=published.raw if published else "",
        updated_at=updated.at if updated else None,
        canonical_url=canonical,
        page_type=kind,
        text_chars=len(text),
        text_prints=fingerprint(text),
        in_doubt=doubts,
        may_match=tuple(may_match(shown[:MAX_SHOWN_CHARS])) if may_match else (),
        flags=(f"kind:{reason}", *decoded.flags, *dates.flags, *canonical_flags),
    )


def _see(tree: Any) -> dict[str, Any]:
    """Signals of the kind of page that need the whole tree."""
    return {
        "has_password": tree.css_first('input[type="password" i]') is not None,
        "has_video": tree.css_first("video") is not None,
        "pictures": len(tree.css("figure img, picture img")),
        "has_frames": tree.css_first("frameset") is not None,
        "linked_chars": sum(len(node.text()) for node in tree.css("a")),
    }


def _judge(
    url: str,
    decoded: Decoded,
    head: HeadData,
    linked: LinkedArticle,
    title: str,
    text: str,
    visible: str,
    signals: dict[str, Any],
) -> tuple[PageType, str]:
    words = " ".join(visible.replace(CUT, " ").split())
    seen = PageSignals(
        url=url,
        title=title,
        text_chars=len(text),
        visible_chars=len(words),
        visible_text=words[:VISIBLE_CHARS],
        markup=decoded.text[:MARKUP_CHARS],
        link_share=signals["linked_chars"] / len(words) if words else 0.0,
        has_password=signals["has_password"],
        has_video=signals["has_video"],
        pictures=signals["pictures"],
    )
    return judge_page(seen, head, linked)


def _find_doubts(decoded: Decoded, visible: str, shown: str, tree: Any) -> tuple[str, ...]:
    doubts = []
    if {"charset_guessed", "charset_wrong"} & set(decoded.flags):
        doubts.append("charset")
    if _is_unclosed(decoded.text):
        doubts.append("markup")
    if tree.css_first("frameset") is not None:
        doubts.append("frames")
    if len(shown) > MAX_SHOWN_CHARS:
        doubts.append("long")
    return tuple(doubts)


def _is_unclosed(markup: str) -> bool:
    """Whether a comment or an element of raw text is open to the end."""
    if markup.rfind("<!--") > markup.rfind("-->"):
        return True
    last = None
    for last in _RAW.finditer(markup, max(0, len(markup) - 5_000)):
        pass
    return last is not None and not last[1]
