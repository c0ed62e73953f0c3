"""Exchanges and strangers' records that the tests of the archive share, and what warcio and fastwarc say of a file."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from diembao.archive import ForeignRecord, read_batch
from diembao.types import Exchange

START = datetime(2026, 3, 1, 2, 3, 4, 567890, tzinfo=UTC)
PAGE = "<html><body><h1>Chợ đêm mở cửa</h1><p>Sáng nay trời mưa.</p></body></html>".encode()


class FixedClock:
    """A clock that moves one second at each look."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


def make_exchange(number: int = 1, body: bytes = PAGE, **changes: Any) -> Exchange:
    """An answered request for a page, compressed as transferred."""
    raw = gzip.compress(body, mtime=0)
    exchange = Exchange(
        url=f"https://bao.example/tin-{number}.html?p=1",
        method="GET",
        request_headers=(("host", "bao.example"), ("user-agent", "Diembao (+https://press.example)")),
        started_at=START + timedelta(minutes=number),
        ended_at=START + timedelta(minutes=number, seconds=1),
        outcome="ok",
        status=200,
        reason="OK",
        headers=(
            ("content-type", "text/html; charset=utf-8"),
            ("content-encoding", "gzip"),
            ("transfer-encoding", "chunked"),
            ("x-title", "Báo"),
        ),
        raw_body=raw,
        body=body,
        peer="192.0.2.7:443",
    )
    return replace(exchange, **changes)


def judge_with_warcio(path: Path) -> list[tuple[str, bool | None]]:
    """Type and digest check of every record, as warcio says."""
    found = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests=True):
            record.raw_stream.read()
            found.append((record.rec_type, record.digest_checker.passed))
    return found


def judge_with_fastwarc(path: Path) -> list[tuple[str, bool, bool | None]]:
    """Type, block digest and (where one is stated) payload digest of every record, as fastwarc says."""
    found = []
    with path.open("rb") as file:
        for record in FastIterator(file, parse_http=False):
            block = record.verify_block_digest()
            payload = None
            kind = record.headers.get("WARC-Type") or ""
            if "WARC-Payload-Digest" in record.headers and kind != "revisit":
                if record.is_http:
                    record.parse_http()
                payload = record.verify_payload_digest()
            found.append((kind, block, payload))
    return found


def make_block(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An HTTP response as a record's block."""
    lines = "".join(f"{header}\r\n" for header in ("Content-Type: text/html", *headers))
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


def make_foreign(
    number: int,
    block: bytes | None = None,
    *,
    kind: str = "response",
    digests: bool = True,
    length: int | None = None,
    host: str = "bao.example",
    fields: str = "",
) -> bytes:
    """A stranger's record, uncompressed, with SHA-1 digests in base32 as most archives have."""
    block = make_block(b"<p>%d</p>" % number * 20) if block is None else block
    payload = block.partition(b"\r\n\r\n")[2]
    stated = (
        f"WARC-Block-Digest: {sha1(block)}\r\nWARC-Payload-Digest: {sha1(payload)}\r\n" if digests else ""
    )
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number:032x}>\r\n"
        f"WARC-Date: 2026-03-01T00:00:{number % 60:02d}Z\r\nWARC-Target-URI: https://{host}/{number}.html\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\n{stated}{fields}"
        f"Content-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def sha1(content: bytes) -> str:
    """A digest as Common Crawl and wget write it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(content).digest()).decode()


def read_all(path: Path, **arguments: Any) -> tuple[list[ForeignRecord], Counter[str], int]:
    """Every record of a file batch by batch, the drops, and how many were met; nothing may go uncounted."""
    records: list[ForeignRecord] = []
    dropped: Counter[str] = Counter()
    met, offset, is_lost = 0, 0, False
    for _ in range(10_000):
        batch = read_batch(b"", path=str(path), offset=offset, is_lost=is_lost, **arguments)
        assert batch.read == len(batch.records) + sum(batch.dropped.values())
        records += batch.records
        dropped += Counter(batch.dropped)
        met += batch.read
        if batch.is_end:
            return records, dropped, met
        assert batch.next_offset > offset
        offset, is_lost = batch.next_offset, batch.is_lost
    raise AssertionError("the reading does not come to an end")


def make_arc(number: int, body: bytes | None = None) -> bytes:
    """A page as an ARC record."""
    block = make_block(b"<p>%d</p>" % number * 20 if body is None else body)
    line = (
        f"http://bao.example/{number}.html 192.0.2.7 202603010000{number % 60:02d} text/html {len(block)}\n"
    )
    return line.encode() + block + b"\n"
