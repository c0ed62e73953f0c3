"""The readable text of a value that may carry HTML, as summaries in feeds do; linear in its length."""

from __future__ import annotations

import html
import re

_BLOCK = re.compile(
    r"<(?:/?(?:p|div|li|ul|ol|tr|h[1-6]|table|section|article|blockquote|figure)\b|br\b)[^<>]*>", re.I
)
_TAG = re.compile(r"<(?:[a-zA-Z/!?])[^<>]*>")
_ENDLESS = re.compile(r"&#(?:[0-9]{10,}|[xX][0-9a-fA-F]{10,});?")
_HIDDEN = ("script", "style", "!--")
_ASCII_LOWER = {code: code + 32 for code in range(65, 91)}
_SPACES = re.compile(r"[ \t\r\f\v]+")
_BREAKS = re.compile(r" ?\n[ \n]*")


def plain_text(value: str) -> str:
    """The text without tags, scripts, styles and comments, with entities read; a lone `<` or `&` stays."""
    if "<" in value:
        value = _TAG.sub(" ", _BLOCK.sub("\n", _drop_hidden(value)))
    if "&" in value:
        value = read_entities(value)
    if "  " in value or "\n" in value or "\t" in value or "\r" in value:
        value = _BREAKS.sub("\n", _SPACES.sub(" ", value))
    return value.strip()


def read_entities(value: str) -> str:
    """The text with its character references read; a number of more digits than any character has is U+FFFD."""
    return html.unescape(_ENDLESS.sub("\ufffd", value))  # Python refuses to read numbers of 4,300 digits


def _drop_hidden(value: str) -> str:
    """The markup without scripts, styles and comments; what is never closed goes to the end."""
    for name in _HIDDEN:
        opening, closing = f"<{name}", "-->" if name == "!--" else f"</{name}"
        folded = value.translate(_ASCII_LOWER)  # keeps the length, unlike lower()
        if opening not in folded:
            continue
        kept, position = [], 0
        while (start := folded.find(opening, position)) >= 0:
            kept.append(value[position:start])
            end = folded.find(closing, start)
            end = end if end < 0 else folded.find(">", end)
            position = len(value) if end < 0 else end + 1
        kept.append(value[position:])
        value = " ".join(kept)
    return value
