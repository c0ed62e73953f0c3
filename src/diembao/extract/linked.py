"""What JSON-LD says of the page's own article: type, headline, times. Persons in it are never read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from diembao.text.markup import read_entities

MAX_NODES = 2_000
MAX_VALUE_CHARS = 5_000
_ARTICLE_WORDS = """
    article newsarticle blogposting reportagenewsarticle analysisnewsarticle opinionnewsarticle techarticle
    reviewnewsarticle backgroundnewsarticle advertisercontentarticle scholarlyarticle liveblogposting
    socialmediaposting satiricalarticle report
"""
ARTICLE_TYPES = frozenset(_ARTICLE_WORDS.split())
MEDIA_TYPES = frozenset({"videoobject", "imagegallery", "mediagallery", "imageobject", "audioobject"})
LIST_TYPES = frozenset({"collectionpage", "itemlist", "searchresultspage"})
_WRAPPER = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|\]\]>)\s*$"
)
_JSON = json.JSONDecoder(strict=False)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
#: single fields are still found where the whole is no JSON
_FIELD = re.compile(
    r'"(@type|headline|datePublished|dateModified|isAccessibleForFree)"\s*:\s*"((?:[^"\\]|\\.){1,1000})"'
)


@dataclass(frozen=True, slots=True)
class LinkedArticle:
    """The node that describes this page; every text is capped, types are lower case."""

    kind: str = ""
    headline: str = ""
    description: str = ""
    published: str = ""
    updated: str = ""
    is_free: bool = True
    #: types of every node of the page, for telling pages apart
    types: frozenset[str] = frozenset()
    is_broken: bool = False


def read_linked(scripts: Iterable[str]) -> LinkedArticle:
    """The article that JSON-LD scripts describe; an empty record where they describe none."""
    nodes: list[dict[str, Any]] = []
    broken = False
    for script in scripts:
        value = _load(script)
        if value is None:
            broken = True
            nodes.append(_scrape(script))
        else:
            nodes.extend(_walk(value, MAX_NODES - len(nodes)))
    types = frozenset(kind for node in nodes for kind in _types(node))
    best = min(nodes, key=_rank, default=None)
    if best is None or _rank(best) == (4, 1):
        return LinkedArticle(types=types, is_broken=broken)
    is_article = _rank(best)[0] == 0
    return LinkedArticle(
        kind=next((k for k in _types(best) if k in ARTICLE_TYPES | MEDIA_TYPES), ""),
        headline=_text(best, "headline") or ("" if is_article else _text(best, "name")),
        description=_text(best, "description"),
        published=_text(best, "datePublished") or ("" if is_article else _text(best, "uploadDate")),
        updated=_text(best, "dateModified"),
        is_free=not any(_says_no(node.get("isAccessibleForFree")) for node in nodes),
        types=types,
        is_broken=broken,
    )


def _load(script: str) -> Any:
    for attempt in _attempts(script.strip()):
        try:
            return _JSON.decode(attempt)
        except (ValueError, RecursionError):
            continue
    return None


def _attempts(script: str) -> Iterator[str]:
    """The script as it stands, and then, since most need none of it, with what is usually wrong put right."""
    if script[:1] in ("{", "[") and script[-1:] in ("}", "]"):
        yield script
    text = _WRAPPER.sub("", _WRAPPER.sub("", script)).strip().rstrip(";")
    yield text
    yield _TRAILING_COMMA.sub(r"\1", text)
    yield read_entities(text)


def _scrape(script: str) -> dict[str, Any]:
    """Single fields of a script that is no JSON; the first of each name."""
    found: dict[str, Any] = {}
    for name, value in _FIELD.findall(script):
        try:
            found.setdefault(name, json.loads(f'"{value}"', strict=False))
        except ValueError:
            found.setdefault(name, value)
    return found


def _walk(value: Any, room: int) -> Iterator[dict[str, Any]]:
    """Nodes at the top, in lists, in `@graph` and as the main entity; not the ones an article only mentions."""
    waiting = [(value, 0)]
    while waiting and room > 0:
        item, depth = waiting.pop(0)
        if isinstance(item, list) and depth < 6:
            waiting.extend((part, depth + 1) for part in item[:MAX_NODES])
        elif isinstance(item, dict):
            room -= 1
            yield item
            for key in ("@graph", "mainEntity", "mainEntityOfPage"):
                inner = item.get(key)
                if isinstance(inner, (dict, list)) and depth < 6:
                    waiting.append((inner, depth + 1))


def _types(node: dict[str, Any]) -> list[str]:
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return [kind.rpartition("/")[2].lower()[:60] for kind in listed[:10] if isinstance(kind, str)]


def _rank(node: dict[str, Any]) -> tuple[int, int]:
    """Articles first, then moving pictures, then pages that carry a date; a dated node before an undated one."""
    kinds = _types(node)
    dated = 0 if isinstance(node.get("datePublished"), str) else 1
    if any(kind in ARTICLE_TYPES for kind in kinds):
        return 0, dated
    if any(kind in MEDIA_TYPES for kind in kinds) and "imageobject" not in kinds:
        return 1, 0 if node.get("uploadDate") else dated
    if "webpage" in kinds and not dated:
        return 2, 0
    return (3, 0) if not kinds and not dated else (4, 1)


def _text(node: dict[str, Any], name: str) -> str:
    value = node.get(name)
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@value")
    return " ".join(read_entities(value[:MAX_VALUE_CHARS]).split()) if isinstance(value, str) else ""


def _says_no(value: Any) -> bool:
    return value is False or (isinstance(value, str) and value.strip().lower() in ("false", "no", "0"))
