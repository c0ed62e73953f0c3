"""The parsed page: a tree without what no reader sees, deep pages flagged, and the text of its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

#: libxml2 drops everything below this depth, even in its huge mode
TREE_DEPTH = 2_000
#: pages this deep are made to break readers, or by broken templates
DEEP = 250
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_HIDDEN_CLASS = re.compile(
    r"(?:^|\s)(?:hidden|d-none|is-hidden|hide|visually-hidden|sr-only|screen-reader-text)(?:\s|$)", re.I
)
#: hidden on one screen only
_RESPONSIVE = re.compile(
    r"(?:^|\s)(?:(?:sm|md|lg|xl|2xl)[:-]|d-(?:sm|md|lg|xl)-)(?:d-)?(?:block|flex|grid|inline)?", re.I
)
_UNSEEN_TAGS = (
    "noscript",
    "template",
    "style",
    "iframe",
    "object",
    "embed",
    "svg",
    "canvas",
    "select",
    "dialog",
)
_AMP_TAGS = (
    "amp-ad", "amp-embed", "amp-sticky-ad", "amp-analytics", "amp-social-share", "amp-sidebar", "amp-consent",
    "amp-auto-ads", "amp-pixel", "amp-state", "amp-iframe", "amp-web-push", "amp-user-notification",
)  # fmt: skip
_DEEP_PATH = etree.XPath("boolean(/" + "/".join(["*"] * DEEP) + ")")
_HIDDEN_PATH = etree.XPath(
    "//*[@hidden or @aria-hidden='true' or (@style and (contains(translate(@style,'DISPLAYNOE ','displaynoe'),"
    "'display:none') or contains(translate(@style,'VISBLTYHDEN ','visbltyhden'),'visibility:hidden')))"
    " or (@class and (contains(@class,'hid') or contains(@class,'d-none') or contains(@class,'sr-only')"
    " or contains(@class,'screen-reader')))]"
)
_HEADING = etree.XPath("boolean(.//h1 or self::h1)")
_END_TAGS = re.compile(r"</(?:body|html)\s*>", re.I)
_SURROGATES = re.compile("[\ud800-\udfff]")


def parse_tree(text: str) -> Any | None:
    """The page's root element; None when there is no markup at all."""
    parser = html.HTMLParser(
        huge_tree=True,
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,
    )
    # a stray end of the page is passed over by browsers; libxml2 would drop what follows
    data = _SURROGATES.sub("\ufffd", _END_TAGS.sub("", text)).encode("utf-8")
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError, TypeError):
        return None
    return root if isinstance(root.tag, str) else None


def is_deep(root: Any) -> bool:
    """Whether elements are nested so deeply that parsers lose text."""
    return bool(_DEEP_PATH(root))


def drop_hidden(root: Any) -> int:
    """Remove what readers cannot see; an element that holds the main heading stays. Counts what was removed."""
    for element in list(root.iter(*_UNSEEN_TAGS, *_AMP_TAGS)):
        drop(element)
    removed = 0
    for element in _HIDDEN_PATH(root):
        if element.tag in ("html", "head", "body", "meta", "link", "script") or not _is_hidden(element):
            continue
        if not _HEADING(element):
            drop(element)
            removed += 1
    return removed


def _is_hidden(element: Any) -> bool:
    if element.get("hidden") is not None and element.get("hidden") != "until-found":
        return True
    if element.get("aria-hidden") == "true" or _HIDDEN_STYLE.search(element.get("style") or ""):
        return True
    names = element.get("class") or ""
    return _HIDDEN_CLASS.search(names) is not None and _RESPONSIVE.search(names) is None


def drop(element: Any) -> None:
    """Take an element out of its tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail
    if tail and not tail.isspace():
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    parent.remove(element)


def raw_text(element: Any) -> str:
    """All text inside as it stands; ten times quicker than joining `itertext`."""
    return str(etree.tostring(element, method="text", encoding="unicode", with_tail=False))


def text_of(element: Any) -> str:
    """All text inside, spaces as one."""
    return " ".join(raw_text(element).split())


def link_share(element: Any, length: int | None = None) -> float:
    """Which part of the text stands in links."""
    total = len(text_of(element)) if length is None else length
    linked = sum(len(text_of(link)) for link in element.iter("a"))
    return linked / total if total else 0.0


def climb(element: Any, levels: int) -> Iterator[list[Any]]:
    """What stands around an element, level by level: its siblings, then its parent's, in document order."""
    for _ in range(levels):
        parent = element.getparent()
        if parent is None or (parent.tag in ("html", "body") and element.tag in ("html", "body")):
            return
        yield [child for child in parent if child is not element and isinstance(child.tag, str)]
        element = parent
        if element.tag in ("html", "body"):
            return
