"""What one pass over lexbor's tree tells of a page: its head as the rules share it, its headings, its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diembao.extract.head import HeadData, make_head

_NAMES = ("property", "name", "itemprop", "http-equiv")
#: one list of selectors: a pass over the tree for each would take three times as long
_WANTED = 'meta,link[rel*="canonical" i],title,script[type*="ld+json" i],h1,figure,template,frameset,input[type="password" i]'


@dataclass(frozen=True, slots=True)
class QuickPage:
    """The head, the texts of the h1 elements, and what else is counted on the way."""

    head: HeadData
    headings: tuple[str, ...]
    #: how often each other element was met, by tag; of inputs those for passwords
    counts: dict[str, int]


def read_quick_page(tree: Any, *, max_headings: int) -> QuickPage:
    """The head as `extract.head.read_head`, from another parser, and of the links only the canonical ones."""
    metas: list[tuple[str, str]] = []
    links: list[tuple[str, str]] = []
    scripts: list[str] = []
    headings: list[str] = []
    counts: dict[str, int] = {}
    title: str | None = None
    for node in tree.css(_WANTED):
        tag = node.tag
        if tag == "meta":
            attributes = node.attributes
            content = attributes.get("content") or attributes.get("datetime") or attributes.get("value") or ""
            for key in _NAMES:
                if name := attributes.get(key):
                    metas.append((name, content))
        elif tag == "link":
            attributes = node.attributes
            links.append((attributes.get("rel") or "", attributes.get("href") or ""))
        elif tag == "script":
            scripts.append(node.text())
        elif tag == "h1":
            if len(headings) < max_headings:
                headings.append(node.text())
        elif tag != "title":
            counts[tag] = counts.get(tag, 0) + 1
        elif title is None and not _in_picture(node):
            title = node.text()
    page = tree.css_first("html")
    stated = page.attributes if page is not None else {}
    head = make_head(
        title=title or "",
        metas=metas,
        links=links,
        json_ld=scripts,
        language=stated.get("lang") or stated.get("xml:lang") or "",
        is_amp="amp" in stated or "⚡" in stated,
    )
    return QuickPage(head, tuple(headings), counts)


def _in_picture(node: Any) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag == "svg":
            return True
        parent = parent.parent
    return False
