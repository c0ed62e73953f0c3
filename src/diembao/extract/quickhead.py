"""What a page's head says of itself, read from lexbor's tree into the record that the rules share."""

from __future__ import annotations

from typing import Any

from diembao.extract.head import HeadData, make_head

_NAMES = ("property", "name", "itemprop", "http-equiv")


def read_quick_head(tree: Any) -> HeadData:
    """As `extract.head.read_head`, from another parser; of the links only the canonical ones."""
    metas: list[tuple[str, str]] = []
    links: list[tuple[str, str]] = []
    scripts: list[str] = []
    title: str | None = None
    for node in tree.css('meta,link[rel*="canonical" i],title,script[type*="ld+json" i]'):
        tag = node.tag
        if tag == "meta":
            attributes = node.attributes
            content = attributes.get("content") or attributes.get("datetime") or attributes.get("value") or ""
            metas.extend((attributes[name], content) for name in _NAMES if attributes.get(name))
        elif tag == "link":
            attributes = node.attributes
            links.append((attributes.get("rel") or "", attributes.get("href") or ""))
        elif tag == "script":
            scripts.append(node.text())
        elif title is None and not _in_picture(node):
            title = node.text()
    page = tree.css_first("html")
    stated = page.attributes if page is not None else {}
    return make_head(
        title=title or "",
        metas=metas,
        links=links,
        json_ld=scripts,
        language=stated.get("lang") or stated.get("xml:lang") or "",
        is_amp="amp" in stated or "⚡" in stated,
    )


def _in_picture(node: Any) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag == "svg":
            return True
        parent = parent.parent
    return False
