"""A response's body as it arrives: counted, decompressed by ourselves, and whole or not at all.

Compressed bytes are inflated in small steps, so that a bomb is stopped at the cap and never unfolds in memory.
A compressed body is whole only when its own end marker was reached: without that check a cut one passes for an
answer.
"""

from __future__ import annotations

import io
import zlib

from diembao.fetch.trouble import ExchangeError

MAX_RAW_BYTES = 10 * 1000 * 1000
MAX_DECODED_BYTES = 20 * 1000 * 1000
_STEP_BYTES = 64 * 1024
#: parts of one gzip file; a body of half a million empty ones would only burn time
_MAX_MEMBERS = 64
_GZIP = zlib.MAX_WBITS | 16
_PADDING = b"\0 \t\r\n"


def read_encoding(value: str) -> str:
    """`gzip`, `deflate` or an empty string from a `Content-Encoding`; anything else was not asked for."""
    names = [name.strip().lower() for name in value.split(",")]
    names = [name.removeprefix("x-") for name in names if name not in ("", "identity")]
    if not names:
        return ""
    if len(names) > 1 or names[0] not in ("gzip", "deflate"):
        raise ExchangeError("bad_encoding", f"content-encoding {value[:60]!r}")
    return names[0]


class Body:
    """Takes pieces with `feed`, then gives the raw and the decoded body with `finish`."""

    def __init__(
        self, encoding: str = "", *, max_raw: int = MAX_RAW_BYTES, max_decoded: int = MAX_DECODED_BYTES
    ) -> None:
        self._encoding = encoding
        self._max_raw = max_raw
        self._max_decoded = max_decoded
        # one growing buffer each: a list of pieces costs 40 times the body when it comes byte by byte
        self._raw = io.BytesIO()
        self._decoded = io.BytesIO()
        self._members = 1
        self.raw_bytes = 0
        self.decoded_bytes = 0
        self._inflater = zlib.decompressobj(_GZIP) if encoding == "gzip" else None

    def feed(self, data: bytes) -> None:
        """Take the next piece; raises when a cap is passed or the compressed data is broken."""
        self.raw_bytes += len(data)
        if self.raw_bytes > self._max_raw:
            raise ExchangeError("too_large", f"more than {self._max_raw} bytes")
        self._raw.write(data)
        if self._encoding:
            self._inflate(data)
        elif self.raw_bytes > self._max_decoded:
            raise ExchangeError("too_large", f"more than {self._max_decoded} bytes")

    def finish(self) -> tuple[bytes, bytes]:
        """The raw and the decoded body; raises when the compressed data had not come to its end."""
        raw = self._raw.getvalue()
        if not self._encoding:
            return raw, raw
        if self._inflater is None or not self._inflater.eof:
            raise ExchangeError("truncated", f"{self._encoding} data break off")
        return raw, self._decoded.getvalue()

    def _inflate(self, data: bytes) -> None:
        if self._inflater is None:
            self._inflater = _start_deflate(data)
        while data:
            if self._inflater.eof:
                data = self._next_member(data)
                continue
            try:
                piece = self._inflater.decompress(data, _STEP_BYTES)
            except zlib.error as error:
                raise ExchangeError("bad_encoding", str(error)[:200]) from error
            self.decoded_bytes += len(piece)
            if self.decoded_bytes > self._max_decoded:
                raise ExchangeError("too_large", f"more than {self._max_decoded} bytes when decompressed")
            self._decoded.write(piece)
            data = self._inflater.unconsumed_tail or self._inflater.unused_data

    def _next_member(self, data: bytes) -> bytes:
        """A gzip file may hold several members; anything else after the end means that something went wrong."""
        rest = data.lstrip(_PADDING)
        if rest and (self._encoding != "gzip" or rest[0] != 0x1F):
            raise ExchangeError("bad_encoding", "bytes after the end of the compressed data")
        if rest:
            self._members += 1
            if self._members > _MAX_MEMBERS:
                raise ExchangeError("bad_encoding", f"more than {_MAX_MEMBERS} gzip members")
            self._inflater = zlib.decompressobj(_GZIP)
        return rest


def _start_deflate(data: bytes) -> zlib._Decompress:
    """`deflate` is sent with the zlib header (as it must be) or without (as some servers do)."""
    has_header = len(data) < 2 or (data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0)
    return zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
