"""JSON Feed 1.x (jsonfeed.org) as the drafts of a feed; whatever is other JSON is no feed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from diembao.sources.drafts import (
    MAX_ID_CHARS,
    MAX_MARKUP_CHARS,
    MAX_SUMMARY_CHARS,
    MAX_TITLE_CHARS,
    Draft,
    refuse_feed,
)
from diembao.text.markup import plain_text


def read_json_feed(
    text: str, *, url: str, max_entries: int
) -> tuple[dict[str, str], list[Draft], Counter[str]]:
    """What the feed says of itself, its entries and how many were left out; authors are never read."""
    try:
        feed = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise refuse_feed(url, is_html=False) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    version = _text(feed.get("version")) if isinstance(feed, dict) else ""
    if not isinstance(items, list) or "jsonfeed.org/version/" not in version:
        raise refuse_feed(url, is_html=False)
    dropped: Counter[str] = Counter()
    if len(items) > max_entries:
        dropped["over_limit"] = len(items) - max_entries
    drafts = []
    for item in items[:max_entries]:
        if isinstance(item, dict):
            drafts.append(_draft(item))
        else:
            dropped["no_object"] += 1
    number = version.rpartition("/")[2]
    head = {
        "kind": "json11" if number == "1.1" else "json1",
        "title": _line(feed.get("title")),
        "language": _text(feed.get("language")),
        "flags": "",
    }
    return head, drafts, dropped


def _draft(item: dict[str, Any]) -> Draft:
    return Draft(
        id=_text(item.get("id"))[:MAX_ID_CHARS],
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=_line(item.get("title")),
        summary=_summary(item),
        published=_text(item.get("date_published")),
        updated=_text(item.get("date_modified")),
    )


def _summary(item: dict[str, Any]) -> str:
    for name in ("summary", "content_text"):
        value = _text(item.get(name))
        if value:
            return value[:MAX_SUMMARY_CHARS]
    return plain_text(_text(item.get("content_html")))[:MAX_SUMMARY_CHARS]


def _line(value: object) -> str:
    return " ".join(_text(value).split())[:MAX_TITLE_CHARS]


def _text(value: object) -> str:
    """A string as it is, a number written out (ids often are numbers), anything else as nothing."""
    if isinstance(value, str):
        return value[:MAX_MARKUP_CHARS].strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return str(value)
        except ValueError:  # more digits than Python writes
            return ""
    return ""
