"""A feed from its bytes: RSS, Atom and JSON Feed as entries with absolute addresses and times in UTC."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

from diembao.errors import SourceError
from diembao.sources.decoding import decode_body
from diembao.sources.drafts import (
    MAX_ID_CHARS,
    MAX_MARKUP_CHARS,
    MAX_SUMMARY_CHARS,
    MAX_TITLE_CHARS,
    Draft,
    absolute_address,
    refuse_feed,
)
from diembao.sources.feedtimes import is_month_first, read_time
from diembao.sources.xmltext import XmlText, looks_like_html, prepare_xml
from diembao.text.markup import plain_text
from diembao.text.times import MAX_TIME_CHARS
from diembao.types import FeedEntry, ParsedFeed

MAX_FEED_BYTES = 20 * 2**20
MAX_ENTRIES = 2000
_ROOTS = "rss|rdf|feed|entry"
_RELATIVE_BASE = re.compile(r"""\bxml:base\s*=\s*["'](?!https?://)""", re.I)
_ITEM = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s/>])")
#: an id stands for the link only where it is an address: `<guid>12345</guid>` is none
_ADDRESS_LIKE = re.compile(r"[a-z][a-z0-9+.-]*://|/", re.I)
#: markup that publishers put in titles of RSS, where nothing says whether a title is text or HTML
_TITLE_MARKUP = re.compile(
    r"</?(?:a|abbr|b|big|br|em|font|h\d|i|img|p|small|span|strong|sub|sup|u)\b[^<>]*>", re.I
)


def parse_feed_body(
    body: bytes,
    *,
    url: str,
    timezone: str = "Asia/Ho_Chi_Minh",
    content_type: str | None = None,
    max_entries: int = MAX_ENTRIES,
    usable_only: bool = True,
) -> ParsedFeed:
    """The feed that was received from `url`; whatever is no feed raises `SourceError`.

    Entries without a link, an address of the web or a title are dropped and counted; with
    `usable_only=False` they stay, with the empty fields and the reason as a flag. Authors are never read.
    """
    if len(body) > MAX_FEED_BYTES:
        raise SourceError(
            "the feed {url} is larger than {size} MB",
            key="sources.feed_too_large",
            next_step="check the address; name the feed of one section instead",
            url=url,
            size=MAX_FEED_BYTES // 2**20,
        )
    text, encoding, flags = decode_body(body, content_type)
    text = text.strip("\ufeff \t\r\n\x00")
    if not text:
        raise SourceError(
            "the feed {url} is empty",
            key="sources.feed_empty",
            next_step="open the address in a browser; run diembao outlet discover {url} if it stays empty",
            url=url,
        )
    if text[0] in "{[":
        from diembao.sources.jsonfeed import read_json_feed

        head, drafts, dropped = read_json_feed(text, url=url, max_entries=max_entries)
    else:
        head, drafts, dropped = _read_xml_feed(text, url=url, max_entries=max_entries)
    entries = _judge(drafts, dropped, url=url, timezone=timezone, usable_only=usable_only)
    return ParsedFeed(
        kind=head["kind"],
        title=head["title"][:MAX_TITLE_CHARS],
        entries=entries,
        encoding=encoding,
        language=head["language"][:40],
        dropped=dict(dropped),
        flags=(*flags, *head["flags"].split(), *(("cut_entries",) if dropped["over_limit"] else ())),
    )


# ------------------------------------------------------------------ RSS and Atom


def _read_xml_feed(
    text: str, *, url: str, max_entries: int
) -> tuple[dict[str, str], list[Draft], Counter[str]]:
    prepared = prepare_xml(text, _ROOTS)
    if prepared is None:
        raise refuse_feed(url, is_html=looks_like_html(text))
    clean, left_out = _cut_entries(prepared, max_entries)
    result = _run_library(clean, url)
    kind = result.get("version") or ""
    if kind == "cdf" or (not kind and not result["entries"]):
        raise refuse_feed(url, is_html=False)
    is_damaged = result.get("bozo") or not prepared.is_clean
    head = {
        "kind": kind or "unknown",
        "title": _read_text(result["feed"], "title", kind, MAX_TITLE_CHARS),
        "language": str(dict.get(result["feed"], "language") or ""),
        "flags": "damaged" if is_damaged else "",
    }
    found = result["entries"][:max_entries]
    dropped: Counter[str] = Counter()
    if left_out:
        dropped["over_limit"] = left_out
    return head, [_draft(entry, kind) for entry in found], dropped


def _run_library(text: str, url: str) -> Any:
    import feedparser

    headers = {"content-type": "application/xml; charset=utf-8"}
    if _RELATIVE_BASE.search(text):
        headers["content-location"] = url  # otherwise addresses are resolved below, and ids stay as written
    # bytes in a stream: given a bare string the library would open it as a file or an address
    stream = io.BytesIO(b"<?xml version='1.0' encoding='utf-8'?>\n" + text.encode("utf-8"))
    try:
        return feedparser.parse(
            stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except MemoryError:
        raise
    except Exception as error:  # the library promises nothing about hostile input
        raise SourceError(
            "the feed {url} is damaged beyond reading ({reason})",
            key="sources.feed_broken",
            next_step="open the address in a browser; tell the outlet, or use its sitemap",
            url=url,
            reason=type(error).__name__,
        ) from error


def _cut_entries(prepared: XmlText, max_entries: int) -> tuple[str, int]:
    """The text up to the last entry that may stand, and how many entries come after it."""
    starts = _ITEM.finditer(prepared.text)
    for number, found in enumerate(starts):
        if number == max_entries:
            left_out = 1 + sum(1 for _ in starts)
            inner = "</channel>" if prepared.root.lower() == "rss" else ""
            return f"{prepared.text[: found.start()]}{inner}</{prepared.root}>", left_out
    return prepared.text, 0


def _draft(entry: Any, kind: str) -> Draft:
    flags = []
    published, updated = _raw(entry, "published"), _raw(entry, "updated")
    published_else = dict.get(entry, "published_parsed")
    updated_else = dict.get(entry, "updated_parsed")
    if not published and updated and not kind.startswith("atom"):
        # RSS knows one time only; `dc:date` is how RSS 1.0 writes it
        published, published_else = updated, updated_else
        flags.append("dc_date")
    return Draft(
        id=_raw(entry, "id"),
        link=_find_link(entry),
        title=_read_text(entry, "title", kind, MAX_TITLE_CHARS),
        summary=_read_summary(entry, kind),
        published=published,
        updated=updated,
        flags=tuple(flags),
        published_else=tuple(published_else) if published_else else None,
        updated_else=tuple(updated_else) if updated_else else None,
    )


def _raw(entry: Any, name: str) -> str:
    value = dict.get(entry, name)
    return value.strip() if isinstance(value, str) else ""


def _find_link(entry: Any) -> str:
    """The article's address: before it was led through FeedBurner, else the link, else any alternate one."""
    original = _raw(entry, "feedburner_origlink")
    if original:
        return original
    link = _raw(entry, "link")
    if link and not (link == _raw(entry, "id") and _ADDRESS_LIKE.match(link) is None):
        return link
    for other in dict.get(entry, "links") or ():
        if other.get("rel") == "alternate" and other.get("href"):
            return str(other["href"])
    return ""


def _read_text(holder: Any, name: str, kind: str, limit: int) -> str:
    value = _raw(holder, name)[:MAX_MARKUP_CHARS]
    stated = (dict.get(holder, f"{name}_detail") or {}).get("type", "")
    is_text = stated in ("", "text/plain")
    if is_text and (kind.startswith("atom") or _TITLE_MARKUP.search(value) is None):
        return " ".join(value.split())[:limit]
    return " ".join(plain_text(value).split())[:limit]


def _read_summary(entry: Any, kind: str) -> str:
    value, stated = _raw(entry, "summary"), (dict.get(entry, "summary_detail") or {}).get("type", "")
    if not value:
        for content in dict.get(entry, "content") or ():
            value, stated = str(content.get("value") or ""), content.get("type", "")
            if value:
                break
    value = value[:MAX_MARKUP_CHARS]
    if kind.startswith("atom") and stated == "text/plain":
        return " ".join(value.split())[:MAX_SUMMARY_CHARS]
    return plain_text(value)[:MAX_SUMMARY_CHARS]


# ------------------------------------------------------------------ from drafts to entries


def _judge(
    drafts: list[Draft], dropped: Counter[str], *, url: str, timezone: str, usable_only: bool
) -> tuple[FeedEntry, ...]:
    entries = []
    month_first = is_month_first(text for draft in drafts for text in (draft.published, draft.updated))
    for draft in drafts:
        address, reason = absolute_address(draft.link, url)
        reason = reason or ("" if draft.title else "no_title")
        if reason and usable_only:
            dropped[reason] += 1
            continue
        entries.append(_finish(draft, address, reason, timezone, month_first))
    return tuple(entries)


def _finish(draft: Draft, address: str, reason: str, timezone: str, month_first: bool) -> FeedEntry:
    published = read_time(draft.published, draft.published_else, timezone, month_first=month_first)
    updated = read_time(draft.updated, draft.updated_else, timezone, month_first=month_first)
    flags = [*draft.flags, *(published.flags if published else ())]
    if draft.published and published is None:
        flags.append("unread_date")
    if reason:
        flags.append(reason)
    return FeedEntry(
        id=(draft.id or address)[:MAX_ID_CHARS],
        url=address,
        title=draft.title,
        summary=draft.summary,
        published_at=published.at if published else None,
        published_precision=published.precision if published else "unknown",
        published_raw=draft.published[:MAX_TIME_CHARS],
        updated_at=updated.at if updated else None,
        flags=tuple(flags),
    )
