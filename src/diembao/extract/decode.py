"""From the bytes of a page to its text: byte order mark, HTTP header, meta, then detection; NFC throughout.

A stated encoding is believed when the bytes can be read in it. Flags:

decoded_badly       some bytes had no meaning and show as U+FFFD
charset_wrong       the stated encoding could not be true; another one was used
charset_guessed     nothing was stated and the bytes are not UTF-8
legacy_tcvn3, legacy_vni   typed for fonts of the 1990s, converted to Unicode
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from diembao.extract.legacy import convert_legacy
from diembao.text.charsets import BYTE_ORDER_MARKS, NO_CHARSETS
from diembao.text.normal import to_nfc

MAX_BODY_BYTES = 20_000_000
HEAD_BYTES = 4_096
#: where letters of the old fonts are looked for, how many are too few, and how UTF-8 writes them in pairs:
#: `®` and `µ` (TCVN3), `ñ` and `ö` (VNI)
SAMPLE_BYTES = 80_000
_FEW_OLD = 5
_OLD_LETTERS = ((0xC2, 0xAE, 0xB5), (0xC3, 0xB1, 0xB6))
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.I)
_META = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.I)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})[\"']", re.I)
_SEQUENCE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
MIN_SEQUENCES = 3
#: as browsers read these names
_BROWSER_NAMES = {
    "iso-8859-1": "windows-1252", "latin1": "windows-1252", "latin-1": "windows-1252", "ascii": "windows-1252",
    "us-ascii": "windows-1252", "iso8859-1": "windows-1252", "x-user-defined": "windows-1252",
    "iso-8859-9": "windows-1254", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "shift-jis": "cp932", "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "big5": "big5hkscs",
    "x-sjis": "cp932", "tis-620": "cp874", "utf8": "utf-8", "unicode": "utf-16-le", "utf-16": "utf-16-le",
}  # fmt: skip
#: bytes that make no text in these encodings are rare; windows-1252 gives C1 controls for five of them
_LATIN = frozenset({"windows-1252", "cp1252"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text in NFC with the encoding it was read in."""

    text: str
    encoding: str
    flags: tuple[str, ...] = ()


def decode_page(body: bytes, content_type: str | None = None, *, nfc: bool = True) -> Decoded:
    """The text of a page; never fails, what cannot be read is flagged. Without `nfc` accents stay as they are."""
    flags: list[str] = []
    body = body[:MAX_BODY_BYTES]
    text, encoding = _decode(body, content_type or "", flags)
    if 0 in body and "\x00" in text:
        text = text.replace("\x00", "")
    if encoding != "utf-8" or _looks_legacy(body):
        text, old = convert_legacy(text)
        if old:
            flags.append(f"legacy_{old}")
    return Decoded(to_nfc(text) if nfc else text, encoding, tuple(flags))


def _looks_legacy(body: bytes) -> bool:
    """Whether a UTF-8 page may hold letters of the old fonts: `®` and `µ`, or `ñ` and `ö`, in bulk.

    Asked of the bytes, where numpy takes a fifth of the time that counting in the text does.
    """
    import numpy as np

    codes = np.frombuffer(body, np.uint8, min(len(body), SAMPLE_BYTES))
    ends = codes[1:]
    for lead, one, other in _OLD_LETTERS:
        leads = codes[:-1] == lead
        if (
            np.count_nonzero(leads) > _FEW_OLD
            and np.count_nonzero(leads & ((ends == one) | (ends == other))) > _FEW_OLD
        ):
            return True
    return False


def _decode(body: bytes, content_type: str, flags: list[str]) -> tuple[str, str]:
    for mark, name in BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return _lenient(body[len(mark) :], name, flags), name
    wide = _find_wide(body)
    if wide:
        flags.append("charset_guessed")
        return _lenient(body, wide, flags), wide
    stated = _stated(body, content_type)
    if stated and stated[0] != "utf-8" and not stated[0].startswith("utf-") and _is_surely_utf8(body):
        flags.append("charset_wrong")
        return body.decode("utf-8"), "utf-8"
    for name in stated:
        text = _strict(body, name)
        if text is not None:
            return text, name
    if stated and _strict(body, "utf-8") is None and stated[0] != "utf-8":
        # a few broken bytes in a long page do not make its statement untrue
        text = body.decode(stated[0], "replace")
        if text.count("\ufffd") <= len(body) // 1000:
            flags.append("decoded_badly")
            return text, stated[0]
    text = _strict(body, "utf-8")
    if text is not None:
        if stated:
            flags.append("charset_wrong")
        return text, "utf-8"
    loose = body.decode("utf-8", "replace")
    if loose.count("\ufffd") <= len(body) // 200 and _has_utf8(body):
        flags.append("decoded_badly")
        return loose, "utf-8"
    flags.append("charset_wrong" if stated else "charset_guessed")
    name = _detect(body)
    return _lenient(body, name, flags), name


def _is_surely_utf8(body: bytes) -> bool:
    """Whether the bytes are UTF-8 with letters beyond ASCII: no other text comes out like that by chance."""
    if body.isascii() or len(_SEQUENCE.findall(body[:200_000])) < MIN_SEQUENCES:
        return False
    return _strict(body, "utf-8") is not None


def _has_utf8(body: bytes) -> bool:
    """Whether well-formed sequences of several bytes outnumber broken ones by far."""
    good = len(_SEQUENCE.findall(body[:200_000]))
    bad = body[:200_000].decode("utf-8", "replace").count("\ufffd")
    return good > 5 * bad


def _stated(body: bytes, content_type: str) -> list[str]:
    """Encodings named by the HTTP header and the page, known ones only, in that order."""
    names: list[str] = []
    header = _HEADER.search(content_type)
    if header is not None:
        names.append(header[1])
    head = body[:HEAD_BYTES]
    for pattern in (_XML, _META):
        found = pattern.search(head)
        if found is not None:
            names.append(found[1].decode("ascii"))
    known = []
    for name in names:
        usual = _usual_name(name)
        # a meta that could be read as ASCII cannot stand in UTF-16
        if usual.startswith(("utf-16", "utf-32")) and header is None:
            usual = "utf-8"
        if usual and usual not in known:
            known.append(usual)
    return known


def _usual_name(name: str) -> str:
    folded = name.lower().strip()
    folded = _BROWSER_NAMES.get(folded, folded)
    try:
        info = codecs.lookup(folded)
    except (LookupError, ValueError):
        return ""
    # codecs such as base64 or zlib are no encodings of text
    is_charset = getattr(info, "_is_text_encoding", True) and info.name not in NO_CHARSETS
    return folded if is_charset else ""


def _strict(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeError, LookupError):
        pass
    if name not in _LATIN:
        return None
    # browsers read the five empty places of windows-1252 as control characters
    return re.sub("[\x81\x8d\x8f\x90\x9d]", "\ufffd", body.decode("latin-1").translate(_western()))


def _western() -> dict[int, str]:
    return {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0)}


def _lenient(body: bytes, name: str, flags: list[str]) -> str:
    text = body.decode(name, "replace")
    if "\ufffd" in text:
        flags.append("decoded_badly")
    return text


def _find_wide(body: bytes) -> str:
    """UTF-16 without a mark, seen by the zeros between its letters."""
    sample = body[:2_000]
    if sample.count(0) <= len(sample) // 4:
        return ""
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


def _detect(body: bytes) -> str:
    from resiliparse.parse.encoding import detect_encoding

    name = detect_encoding(body) or "windows-1252"
    return _usual_name(str(name)) or "windows-1252"
