"""XML from strangers made harmless before a parser sees it: no document type, no entities that grow, no giant tags."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_FILLED_CHARS = 400_000
_HEAD = 100_000
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,400}\?>")
_PROLOG = re.compile(r"\s*(?:<\?[^>]*>|<!--.*?-->)", re.DOTALL)
_DOCTYPE = re.compile(r"\s*<!DOCTYPE[^>\[]{0,2000}(?:\[.*?\]\s*)?>", re.DOTALL | re.I)
_ENTITY = re.compile(r"""<!ENTITY\s+(\w{1,60})\s+["']([^"'&%<]{0,100})["']\s*>""")
_REFERENCE = re.compile(r"&(\w{1,60});")
_NUMBER = re.compile(r"&#(?:(\d+)|[xX]([0-9a-fA-F]+));?", re.ASCII)
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_HTML = re.compile(r"<(?:!doctype\s+html|html)\b", re.I)
_FIRST = re.compile(r"\s*<(?:!doctype\s+)?([a-z][\w:.-]{0,40})", re.I)
_PAGE_NAMES = "html head body script style meta title link div span p table form center h1 noscript"
_HTML_NAMES = frozenset(_PAGE_NAMES.split())
#: an element with more attributes than any feed has: parsers take quadratic time over them
_LONG_TAG = re.compile(r"<([A-Za-z_][\w:.-]{0,79})([^<>]{2000,})(?<!\]\])>")
#: the same with `<` and `>` inside the values of attributes
_QUOTED = r"""(?:"[^"]*+"|'[^']*+')"""
_QUOTED_TAG = re.compile(rf"""<([A-Za-z_][\w:.-]{{0,79}})((?:[^<>"']++|{_QUOTED})*+)(?<!\]\])>""")
_VALUE = re.compile(_QUOTED)
_LONG_CHARS = 2000
MAX_TAG_CHARS, MAX_ATTRIBUTES = 20_000, 200


class XmlText(NamedTuple):
    """An XML text from its root on; `is_clean` is False where something had to be taken out or stood before."""

    root: str
    text: str
    is_clean: bool


def looks_like_html(text: str) -> bool:
    """Whether the text is a page: by its first element, or by an `<html>` somewhere in its beginning."""
    first = _FIRST.match(text, _skip_prolog(text, 0))
    if first is not None and first[1].lower() in _HTML_NAMES:
        return True
    return _HTML.search(text, 0, _HEAD) is not None


def prepare_xml(text: str, roots: str) -> XmlText | None:
    """The text from its first element on, if that is one of `roots` (names split by `|`); None for anything else.

    What a server printed before the root, a warning for example, is left out; a page is not.
    """
    found = _DECLARATION.match(text)
    text = text[found.end() :] if found else text
    is_clean = _NOT_XML.search(text) is None
    text = text if is_clean else _NOT_XML.sub("", text)
    start = _skip_prolog(text, 0)
    pattern = re.compile(rf"<((?:[\w.-]{{1,40}}:)?(?:{roots}))(?=[\s/>])", re.I)
    root = pattern.search(text, start, start + _HEAD)
    if root is None:
        return None
    doctype = _DOCTYPE.match(text, start, root.start())
    start = _skip_prolog(text, doctype.end()) if doctype else start
    before = text[start : root.start()].strip()
    if before and looks_like_html(before):
        return None
    body = shorten_tags(text[root.start() :])
    text = _NUMBER.sub(_check_number, body)
    is_clean = is_clean and not before and text == body
    return XmlText(root[1], _fill_entities(text, doctype[0] if doctype else ""), is_clean)


def escape_ampersands(text: str) -> str:
    """The text with `&` written out where it begins no entity of XML; sections of CDATA stay as they are.

    A parser that recovers would leave out what follows: `?id=1&page=2` would become another address.
    """
    if _BARE.search(text) is None:
        return text
    pieces: list[str] = []
    position = 0
    while (start := text.find("<![CDATA[", position)) >= 0:
        end = text.find("]]>", start)
        end = len(text) if end < 0 else end
        pieces += [_BARE.sub("&amp;", text[position:start]), text[start:end]]
        position = end
    pieces.append(_BARE.sub("&amp;", text[position:]))
    return "".join(pieces)


def _skip_prolog(text: str, start: int) -> int:
    """Where the comments and instructions that begin at `start` end."""
    while (before := _PROLOG.match(text, start)) is not None:
        start = before.end()
    return start


def shorten_tags(text: str) -> str:
    """Markup whose elements have no more attributes than parsers take in their stride; others lose all of theirs."""
    text = _LONG_TAG.sub(_shorten_tag, text)
    if any(found.end() - found.start() > _LONG_CHARS for found in _QUOTED_TAG.finditer(text)):
        text = _QUOTED_TAG.sub(_shorten_quoted, text)
    return text


def _check_number(found: re.Match[str]) -> str:
    """A character reference as it is, or U+FFFD where XML has no such character (parsers fail on those)."""
    digits = found[1] or found[2]
    code = -1 if len(digits) > 10 else int(digits, 10 if found[1] else 16)
    is_char = (
        code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    )
    return str(found[0]) if is_char else "\ufffd"


def _shorten_tag(found: re.Match[str]) -> str:
    attributes = found[2]
    if len(attributes) <= MAX_TAG_CHARS and attributes.count("=") <= MAX_ATTRIBUTES:
        return str(found[0])
    return f"<{found[1]}/>" if attributes.endswith("/") else f"<{found[1]}>"


def _shorten_quoted(found: re.Match[str]) -> str:
    if len(found[2]) <= _LONG_CHARS:
        return str(found[0])
    bare = _VALUE.sub("", found[2])
    if len(bare) <= MAX_TAG_CHARS and bare.count("=") <= MAX_ATTRIBUTES:
        return str(found[0])
    return f"<{found[1]}/>" if bare.endswith("/") else f"<{found[1]}>"


def _fill_entities(text: str, doctype: str) -> str:
    """The text with the short entities that its document type declares; the declaration itself is left out.

    Only plain values of up to 100 characters are filled, once, so that nothing can grow from within.
    """
    values = dict(_ENTITY.findall(doctype[:20_000]))
    if not values or "&" not in text:
        return text
    budget = [MAX_FILLED_CHARS]

    def fill(found: re.Match[str]) -> str:
        value: str | None = values.get(found[1])
        if value is None or budget[0] < 0:
            return str(found[0])
        budget[0] -= len(value)
        return value

    return _REFERENCE.sub(fill, text)
