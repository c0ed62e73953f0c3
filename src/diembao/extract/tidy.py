"""Strings as they leave this room: NFC, no control or invisible characters, plain spaces, capped."""

from __future__ import annotations

import re

from diembao.text.normal import to_nfc

_BREAKS = re.compile(r"[\r\x0b\x0c\x85\u2028\u2029]+")
#: controls, private use, lone surrogates, non-characters, and format characters but for joiners
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ue000-\uf8ff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
_SPACES = re.compile(r"[^\S\n]+")


def tidy_line(text: str, limit: int) -> str:
    """One line of at most `limit` characters."""
    return to_nfc(" ".join(_UNSEEN.sub("", text[: 4 * limit]).split()))[:limit].strip() if text else ""


def tidy_text(text: str, limit_bytes: int) -> tuple[str, bool]:
    """Lines without empty ones, and whether the text had to be cut at `limit_bytes` of UTF-8."""
    plain = _UNSEEN.sub("", _BREAKS.sub("\n", text[: 2 * limit_bytes]))
    lines = (_SPACES.sub(" ", line).strip() for line in plain.split("\n"))
    joined = to_nfc("\n".join(line for line in lines if line))
    data = joined.encode("utf-8")
    if len(data) <= limit_bytes:
        return joined, len(text) > 2 * limit_bytes
    return data[:limit_bytes].decode("utf-8", "ignore").rstrip(), True
