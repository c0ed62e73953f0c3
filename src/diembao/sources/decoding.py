"""From strangers' bytes to text: byte order mark, HTTP charset, declaration, UTF-8, then a guess that says so."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from diembao.text.charsets import BYTE_ORDER_MARKS, NO_CHARSETS

#: how "<" and the character after it look without a byte order mark (XML 1.0, appendix F)
_SHAPES = (
    (re.compile(rb"<\x00\x00\x00", re.DOTALL), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00<", re.DOTALL), "utf-32-be"),
    (re.compile(rb"[<{\s]\x00[^\x00]\x00", re.DOTALL), "utf-16-le"),
    (re.compile(rb"\x00[<{\s]\x00[^\x00]", re.DOTALL), "utf-16-be"),
    (re.compile(rb"\x4c\x6f\xa7\x94"), "cp037"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_META = re.compile(rb"""<meta[^>]{1,300}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.I)
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.I)
#: what publishers mean where they name the smaller set
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HEAD = 2048


class Decoded(NamedTuple):
    """The text without byte order mark, the charset it was read in, and what to know about it.

    Flags: `encoding_overridden` (the stated charset does not fit), `encoding_guessed` (none stated fits),
    `broken_bytes` (some bytes belong to no character and were replaced by U+FFFD).
    """

    text: str
    encoding: str
    flags: tuple[str, ...]


def decode_body(body: bytes, content_type: str | None = None) -> Decoded:
    """The text of an XML, HTML, JSON or text body."""
    for mark, name in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _decode_loosely(body[len(mark) :], name, ())
    for shape, name in _SHAPES:
        if shape.match(body):
            return _decode_loosely(body, name, ())
    stated = [name for name in (_stated_in(content_type), _declared_in(body)) if name]
    if _is_utf8(body, stated):
        flags = ("encoding_overridden",) if stated and stated[0] != "utf-8" else ()
        return Decoded(body.decode("utf-8"), "utf-8", flags)
    for name in stated:
        text = _decode_strictly(body, name)
        if text is not None:
            return Decoded(text, name, () if name == stated[0] else ("encoding_overridden",))
    return _guess(body, stated)


def _known_charset(name: str) -> str | None:
    """The name by which Python knows the charset, widened to what publishers mean by it."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return None if known in NO_CHARSETS else _MEANT.get(known, known)


def _stated_in(content_type: str | None) -> str | None:
    found = _CHARSET.search((content_type or "")[:500])
    return _known_charset(found[1]) if found else None


def _declared_in(body: bytes) -> str | None:
    head = body[:_HEAD]
    found = _DECLARED.match(head) or _META.search(head)
    name = _known_charset(found[1].decode("ascii")) if found else None
    # a declaration that can be read byte by byte is not in a charset of two or four bytes
    return None if name is None or name.startswith(("utf-16", "utf-32")) else name


def _is_utf8(body: bytes, stated: list[str]) -> bool:
    """Whether the body is UTF-8: valid, and either said so or too regular to be anything else."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if not stated or stated[0] == "utf-8":
        return True
    if body.isascii():
        return False  # UTF-7, ISO-2022 and HZ write everything in ASCII: what is stated decides
    found = [match[0] for _, match in zip(range(2), _SEQUENCE.finditer(body), strict=False)]
    return len(found) > 1 or len(found[0]) > 2


def _decode_strictly(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return body.decode("latin-1") if name == "cp1252" else None


def _decode_loosely(body: bytes, name: str, flags: tuple[str, ...]) -> Decoded:
    try:
        return Decoded(body.decode(name), name, flags)
    except (UnicodeError, ValueError):
        return Decoded(body.decode(name, "replace"), name, (*flags, "broken_bytes"))


def _guess(body: bytes, stated: list[str]) -> Decoded:
    """A body that is not valid in any stated charset: UTF-8 with a few broken bytes, or something unsaid."""
    good = sum(len(match[0]) for match in _SEQUENCE.finditer(body))
    high = len(body) - len(body.translate(None, bytes(range(128, 256))))
    if good >= 0.8 * high or ("utf-8" in stated and good >= 0.5 * high):
        return _decode_loosely(body, "utf-8", ())
    from resiliparse.parse.encoding import detect_encoding

    name = _known_charset(detect_encoding(body[:100_000]) or "") or "cp1252"
    return _decode_loosely(body, "cp1252" if name == "utf-8" else name, ("encoding_guessed",))
