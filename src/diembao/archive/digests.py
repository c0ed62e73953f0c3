"""Digests as archives state them: which of the known forms agree with the bytes."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Literal

#: "true": every stated digest agrees; "false": one does not; "none": none is stated; "unknown": of a kind we lack
DigestState = Literal["true", "false", "none", "unknown"]

_SIZES = {"md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}


def judge_digest(stated: str, *contents: bytes) -> bool | None:
    """Whether the digest is that of one of the contents; None when its algorithm is unknown."""
    name, _, value = stated.strip().partition(":")
    name = name.strip().lower().replace("-", "")
    size = _SIZES.get(name)
    if size is None:
        return None
    wanted = _decode(value.strip(), size)
    if wanted is None:
        return False
    return any(hashlib.new(name, content, usedforsecurity=False).digest() == wanted for content in contents)


def judge_all(judgements: Sequence[bool | None]) -> DigestState:
    """The state of a record from the judgement of each digest it states."""
    if not judgements:
        return "none"
    if False in judgements:
        return "false"
    return "true" if True in judgements else "unknown"


def _decode(value: str, size: int) -> bytes | None:
    """The digest's bytes from hex, base32 or base64 (with or without padding): the length tells which it is."""
    bare = value.rstrip("=")
    try:
        if len(bare) == 2 * size:
            return bytes.fromhex(bare)
        if len(bare) == -(-size * 8 // 5):
            return base64.b32decode(_pad(bare.upper(), 8))
        if len(bare) == -(-size * 8 // 6):
            return base64.b64decode(_pad(bare.replace("-", "+").replace("_", "/"), 4), validate=True)
    except (ValueError, binascii.Error):
        pass
    return None


def _pad(text: str, unit: int) -> str:
    return text + "=" * (-len(text) % unit)
