"""Building HTML and SVG so that nothing from outside enters unescaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

#: characters that no document may carry: controls but tab and newline, and halves of surrogate pairs
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_VOID = frozenset({"meta", "br", "hr", "col"})


class Safe(str):
    """Text that is markup already; every other string is escaped when it meets a tag."""

    __slots__ = ()


Child = str | None


def clean(text: str) -> str:
    """The text with what no document may carry replaced by U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text)


def escape(text: str) -> Safe:
    """The text as HTML, quotes included; markup that is Safe already passes through."""
    return text if isinstance(text, Safe) else Safe(html.escape(clean(text), quote=True))


def join(children: Iterable[Child], separator: str = "") -> Safe:
    """Children one after the other, each escaped unless Safe."""
    return Safe(escape(separator).join(escape(child) for child in children if child is not None))


def tag(name: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Safe:
    """An element. `class_` writes `class`, other underscores become hyphens; None and False are left out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Safe(f"<{name}{written}>")
    return Safe(f"<{name}{written}>{join(children)}</{name}>")


def _attribute(key: str, value: str | int | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    if isinstance(value, float):
        value = f"{value:.1f}".removesuffix(".0")
    return f' {name}="{escape(str(value))}"'


def find_web_address(url: str) -> str | None:
    """The address if it is a plain http or https one, else None: anything else is printed, never linked."""
    if clean(url) != url or any(mark in url for mark in "\n\t\\ <>\"'`{}"):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and host else None
