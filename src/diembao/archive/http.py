"""The HTTP message inside a record: head, stored payload, and the body behind its codings, within bounds."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

#: no body is decoded beyond this
BODY_BYTES = 20_000_000
_HEAD_BYTES = 256 * 1024
#: members of one compressed body; real ones have one
_MEMBERS = 64
_PADDING = b"\0 \t\r\n"

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?:[ \t]+([^\r\n]*))?\r?$")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_PLAIN = ("", "identity", "none", "utf-8", "binary")


class BodyError(ValueError):
    """A body that cannot be had whole; `reason` is a drop reason."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Message:
    """A response as stored; names of headers in lower case."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    payload: bytes

    def header(self, name: str) -> str:
        """The first header of that name, or an empty string."""
        return next((value for key, value in self.headers if key == name), "")


def read_message(block: bytes) -> Message | None:
    """The response in a record's block; None when it does not begin with a status line and whole headers."""
    strict, loose = block.find(b"\r\n\r\n", 0, _HEAD_BYTES), block.find(b"\n\n", 0, _HEAD_BYTES)
    ends = [(at, size) for at, size in ((strict, 4), (loose, 2)) if at >= 0]
    if not ends:
        return None
    at, size = min(ends)
    lines = block[:at].split(b"\n")
    first = _STATUS.match(lines[0])
    if first is None:
        return None
    headers: list[tuple[str, str]] = []
    for line in lines[1:]:
        name, colon, value = line.rstrip(b"\r").partition(b":")
        if colon and name.strip():
            headers.append((_text(name).strip().lower(), _text(value).strip()))
    return Message(int(first[1]), _text(first[2] or b"").strip(), tuple(headers), block[at + size :])


def decode_body(
    message: Message, *, limit: int = BODY_BYTES, is_own: bool = False
) -> tuple[bytes, tuple[str, ...]]:
    """The body without chunks and compression, and flags; `BodyError` when it is not whole or over the limit.

    Many archives store the plain body below headers that still name a coding: a payload that does not begin
    as that coding does is taken as it is, flagged. Of our own records the length was checked when they came.
    """
    flags: list[str] = []
    body = message.payload
    if "chunked" in message.header("transfer-encoding").lower():
        unchunked = remove_chunks(body)
        if unchunked is None:
            flags.append("not_chunked")
        else:
            body = unchunked
    codings = [part.strip().lower() for part in message.header("content-encoding").split(",")]
    if len(codings) > 3:
        raise BodyError("encoding")
    was_packed = False
    for coding in reversed(codings):
        if coding in _PLAIN or not body:
            continue
        unpacked = _unpack(body, coding, limit)
        if unpacked is None:
            flags.append("not_compressed")
        else:
            body, was_packed = unpacked, True
    if not (is_own or was_packed or "not_chunked" in flags):
        _check_length(message, body)
    if len(body) > limit:
        raise BodyError("too_large")
    return body, tuple(flags)


def remove_chunks(payload: bytes) -> bytes | None:
    """The payload without its chunk lines; None when it does not begin with one. Broken ones raise `BodyError`."""
    pieces: list[bytes] = []
    at = 0
    while True:
        line = _CHUNK.match(payload, at)
        if line is None:
            if not pieces and at == 0:
                return None
            raise BodyError("truncated" if at >= len(payload) else "chunking")
        size = int(line[1], 16)
        if size == 0:
            return b"".join(pieces)
        start = line.end()
        if start + size > len(payload):
            raise BodyError("truncated")
        pieces.append(payload[start : start + size])
        at = start + size
        if payload[at : at + 2] == b"\r\n":
            at += 2
        elif payload[at : at + 1] == b"\n":
            at += 1
        else:
            raise BodyError("truncated" if at >= len(payload) else "chunking")


def _check_length(message: Message, body: bytes) -> None:
    """A body shorter than its stated length was cut on its way."""
    stated = message.header("content-length")
    if stated.isascii() and stated.isdigit() and len(stated) <= 15 and len(body) < int(stated):
        raise BodyError("truncated")


def _unpack(body: bytes, coding: str, limit: int) -> bytes | None:
    if coding in ("gzip", "x-gzip"):
        return _inflate(body, zlib.MAX_WBITS | 16, limit) if body[:2] == b"\x1f\x8b" else None
    if coding == "deflate":
        has_header = len(body) > 1 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0
        return _inflate(body, zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS, limit)
    raise BodyError("encoding")


def _inflate(body: bytes, wbits: int, limit: int) -> bytes:
    """Every member of the compressed body, whole; bytes behind the last one that are no member are ignored."""
    pieces: list[bytes] = []
    room = limit
    rest = body
    for _ in range(_MEMBERS):
        unpacker = zlib.decompressobj(wbits)
        try:
            piece = unpacker.decompress(rest, room + 1)
        except zlib.error:
            raise BodyError("encoding") from None
        room -= len(piece)
        if room < 0:
            raise BodyError("too_large")
        if not unpacker.eof:
            raise BodyError("truncated")
        pieces.append(piece)
        rest = unpacker.unused_data.lstrip(_PADDING)
        if wbits <= zlib.MAX_WBITS or rest[:2] != b"\x1f\x8b":
            return b"".join(pieces)
    raise BodyError("encoding")


def _text(value: bytes) -> str:
    """Headers are read as UTF-8, else as latin-1, as clients do."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
