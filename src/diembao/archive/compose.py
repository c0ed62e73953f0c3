"""The WARC records of an exchange as bytes: one gzip member each, digests stated, strangers' line breaks removed."""

from __future__ import annotations

import hashlib
import ipaddress
import uuid
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urlsplit

from diembao.types import Exchange

SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

#: fields of our own (WARC 1.1, 4: readers ignore named fields they do not know)
DISCARDED_DIGEST = "Diembao-Discarded-Payload-Digest"
DISCARDED_LENGTH = "Diembao-Discarded-Payload-Length"
DISCARDED_REASON = "Diembao-Discarded-Reason"
ARC_HEADER = "Diembao-ARC-Header"

#: why a response came without its body, in the words of WARC 1.1 (5.13)
_TRUNCATED = {
    "too_large": "length",
    "timeout": "time",
    "truncated": "disconnect",
    "interrupted": "disconnect",
}

_BREAKS = str.maketrans({"\r": " ", "\n": " ", "\0": " "})


def state_digest(content: bytes) -> str:
    """A digest as warcio and fastwarc both verify it: `sha256:` and lower-case hex."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def make_record_id() -> str:
    """A new record id in its angle brackets."""
    return f"<urn:uuid:{uuid.uuid4()}>"


def format_date(moment: datetime) -> str:
    """A time as WARC-Date writes it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def compose_warcinfo(file: str, now: datetime) -> bytes:
    """The first record of a file: which program wrote it, after which standard."""
    lines = {
        "software": f"diembao/{version('diembao')}",
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
    }
    block = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()
    fields = {"WARC-Record-ID": make_record_id(), "WARC-Date": format_date(now), "WARC-Filename": file}
    return compress_record("warcinfo", fields, block, "application/warc-fields")


def compose_request(exchange: Exchange, response_id: str) -> bytes:
    """The request as sent, tied to its response."""
    parts = urlsplit(exchange.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    block = _encode_head(f"{exchange.method} {target} HTTP/1.1", exchange.request_headers)
    fields = _common_fields(exchange, make_record_id()) | {
        "WARC-Concurrent-To": response_id,
        "WARC-Payload-Digest": state_digest(b""),
    }
    return compress_record("request", fields, block, "application/http; msgtype=request")


def compose_response(exchange: Exchange, record_id: str, *, keep_body: bool) -> bytes:
    """The response: its head and its body as transferred but for chunking, or its head and the body's digest."""
    payload = exchange.raw_body if keep_body else b""
    fields = _common_fields(exchange, record_id) | {"WARC-Payload-Digest": state_digest(payload)}
    if not keep_body:
        fields |= {
            "WARC-Truncated": "unspecified",
            DISCARDED_DIGEST: state_digest(exchange.body),
            DISCARDED_LENGTH: str(len(exchange.body)),
            DISCARDED_REASON: "tdm-reservation",
        }
    elif exchange.outcome in _TRUNCATED and not payload:
        fields["WARC-Truncated"] = _TRUNCATED[exchange.outcome]
    block = encode_response_head(exchange) + payload
    return compress_record("response", fields, block, "application/http; msgtype=response")


def compose_revisit(exchange: Exchange, record_id: str, refers: Mapping[str, str], profile: str) -> bytes:
    """The response's head, pointing to the record that has its body."""
    fields = _common_fields(exchange, record_id) | {"WARC-Profile": profile} | dict(refers)
    block = encode_response_head(exchange)
    return compress_record("revisit", fields, block, "application/http; msgtype=response")


def encode_response_head(exchange: Exchange) -> bytes:
    """Status line and headers; the body is stored unchunked, so the header that says otherwise is renamed."""
    protocol = exchange.http_version if exchange.http_version in ("HTTP/1.0", "HTTP/1.1") else "HTTP/1.1"
    headers = (
        ("x-crawl-transfer-encoding" if name.lower() == "transfer-encoding" else name, value)
        for name, value in exchange.headers
    )
    return _encode_head(f"{protocol} {exchange.status:03d} {exchange.reason}", headers)


def compress_record(kind: str, fields: Mapping[str, str], block: bytes, content_type: str) -> bytes:
    """A record as one gzip member; the same input gives the same bytes."""
    stated = {
        "WARC-Type": kind,
        **fields,
        "WARC-Block-Digest": state_digest(block),
        "Content-Type": content_type,
        "Content-Length": str(len(block)),
    }
    lines = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in stated.items() if value)
    head = f"WARC/1.1\r\n{lines}\r\n".encode("utf-8", "replace")
    return compress_member(head + block + b"\r\n\r\n")


def compress_member(content: bytes) -> bytes:
    """One gzip member without name and time."""
    packer = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(content) + packer.flush()


def _common_fields(exchange: Exchange, record_id: str) -> dict[str, str]:
    fields = {
        "WARC-Record-ID": record_id,
        "WARC-Date": format_date(exchange.started_at),
        "WARC-Target-URI": exchange.url,
    }
    address = _read_address(exchange.peer)
    return fields | ({"WARC-IP-Address": address} if address else {})


def _read_address(peer: str) -> str:
    """The bare address of `1.2.3.4:443`, `[::1]:443` or `1.2.3.4`; nothing else is written down."""
    bare = peer.partition("]")[0][1:] if peer.startswith("[") else peer
    for candidate in (bare, bare.rpartition(":")[0]):
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return ""


def _encode_head(first: str, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [_one_line(first)]
    for name, value in headers:
        clean = _one_line(name).strip()
        if clean:  # a line of spaces would end the head for some readers
            lines.append(f"{clean}: {_one_line(value)}")
    return _encode("\r\n".join(lines) + "\r\n\r\n")


def _one_line(text: str) -> str:
    return text.translate(_BREAKS)


def _encode(text: str) -> bytes:
    """Headers come decoded as latin-1 (their bytes come back unchanged) or, where that fails, as UTF-8."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
