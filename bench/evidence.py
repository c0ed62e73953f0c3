"""Evidence written, and strangers' archives read: speed beside warcio and fastwarc, and growth of the main process.

    python -m bench.evidence          prints JSON

Pages are made of random words, 100 KB each and about as compressible as real ones. The peers read the same
files once: warcio with its digest check, fastwarc with the block digest verified; neither finds damage.
"""

from __future__ import annotations

import gzip
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from diembao.archive import ArchiveWriter, RecordBatch, read_batch, read_capture
from diembao.archive.compose import compress_member, state_digest
from diembao.archive.verify import verify_archive
from diembao.sandbox import Sandbox
from diembao.types import Capture, Exchange

PAGES = 2_400
NOW = datetime(2026, 3, 1, tzinfo=UTC)
READ = "diembao.archive.foreign:read_batch"
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"


class Clock:
    """Always the same moment."""

    def now(self) -> datetime:
        """The moment."""
        return NOW


def run() -> dict[str, Any]:
    """Records and megabytes of file per second for each way, and the ratios to the peers."""
    dice = random.Random(7)
    words = ["".join(dice.choices(LETTERS, k=dice.randint(1, 6))) for _ in range(3_000)]
    pages = [make_page(dice, words) for _ in range(40)]
    with tempfile.TemporaryDirectory() as name:
        return read_archives(Path(name), pages) | write_evidence(Path(name), pages)


def make_page(dice: random.Random, words: list[str]) -> bytes:
    """About 100 KB of markup and words."""
    parts = (
        f"<div class='{dice.choice(words)}'><p>{' '.join(dice.choices(words, k=30))}</p></div>"
        for _ in range(480)
    )
    return "".join(parts).encode()


def make_record(number: int, page: bytes) -> bytes:
    """A response record as CC-NEWS has it, of one of 50 hosts."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number:032x}>\r\n"
        f"WARC-Date: 2026-03-01T00:00:00Z\r\nWARC-Target-URI: https://bao{number % 50}.example/{number}.html\r\n"
        f"Content-Type: application/http; msgtype=response\r\nWARC-Block-Digest: {state_digest(block)}\r\n"
        f"WARC-Payload-Digest: {state_digest(page)}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def read_archives(folder: Path, pages: list[bytes]) -> dict[str, Any]:
    """Compressed and plain, with every record wanted, with one outlet of fifty, and through the sandbox."""
    plain, packed = folder / "a.warc", folder / "a.warc.gz"
    with plain.open("wb") as first, packed.open("wb") as second:
        for number in range(PAGES):
            record = make_record(number, pages[number % len(pages)])
            first.write(record)
            second.write(compress_member(record))
    results: dict[str, Any] = {"plain_mb": megabytes(plain), "gzip_mb": megabytes(packed)}
    for kind, path in (("gzip", packed), ("plain", plain)):
        for name, hosts in (("one_of_50", ["bao7.example"]), ("all", None)):
            results[f"read_{kind}_{name}"] = measure(lambda p=path, h=hosts: read_directly(p, h), path)
        results[f"warcio_{kind}"] = measure(lambda p=path: read_with_warcio(p), path)
        results[f"fastwarc_{kind}"] = measure(lambda p=path: read_with_fastwarc(p), path)
        for peer in ("warcio", "fastwarc"):
            ratio = results[f"read_{kind}_all"]["mb_per_s"] / results[f"{peer}_{kind}"]["mb_per_s"]
            results[f"read_{kind}_all_speed_of_{peer}"] = round(ratio, 2)
    with Sandbox() as box:
        results["sandbox_gzip_all"] = measure(lambda: read_in_sandbox(box, packed, 0), packed)
        before = resident_mb()
        for turn in range(1, 10):
            read_in_sandbox(box, packed, turn)
        results["main_process_grew_mb_over_nine_files"] = round(resident_mb() - before, 1)
    return results


def read_directly(path: Path, hosts: list[str] | None) -> int:
    """Every batch in this process."""
    return read_through(
        lambda at, lost: read_batch(b"", path=str(path), offset=at, is_lost=lost, hosts=hosts)
    )


def read_in_sandbox(box: Sandbox, path: Path, turn: int) -> int:
    """Every batch in the worker."""

    def call(at: int, lost: bool) -> RecordBatch:
        name = f"{turn}:{at}".encode()
        return box.call(READ, name, returns=RecordBatch, path=str(path), offset=at, is_lost=lost)

    return read_through(call)


def read_through(call: Callable[[int, bool], RecordBatch]) -> int:
    """Read a file to its end; how many records were met."""
    offset, is_lost, met = 0, False, 0
    while True:
        batch = call(offset, is_lost)
        met += batch.read
        if batch.is_end:
            return met
        offset, is_lost = batch.next_offset, batch.is_lost


def read_with_warcio(path: Path) -> int:
    """The peer with its digest check."""
    count = 0
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests=True):
            record.raw_stream.read()
            count += record.digest_checker.passed is True
    return count


def read_with_fastwarc(path: Path) -> int:
    """The peer with its digest check."""
    return sum(record.verify_block_digest() for record in FastIterator(str(path), parse_http=False))


def write_evidence(folder: Path, pages: list[bytes]) -> dict[str, Any]:
    """One sync for each response, one for fifty; then read back, and verified against the ledger."""
    exchanges = [make_exchange(number, page) for number, page in enumerate(pages)]
    results: dict[str, Any] = {}
    captures: list[Capture] = []
    ends: dict[str, int] = {}
    for group in (1, 50):
        target = folder / f"group{group}"
        target.mkdir()
        started = time.perf_counter()
        captures, ends = write_captures(target, exchanges, group)
        results[f"write_sync_each_{group}"] = rate(started, len(captures), sum(ends.values()))
    started = time.perf_counter()
    for capture in captures:
        read_capture(target, capture)
    results["read_captures"] = rate(started, len(captures), sum(ends.values()))
    started = time.perf_counter()
    problems = list(verify_archive(target, captures, ends, lookup={c.record_id: c for c in captures}.get))
    results["verify"] = rate(started, len(captures), sum(ends.values())) | {"problems": len(problems)}
    return results


def make_exchange(number: int, page: bytes) -> Exchange:
    """A page as fetched."""
    return Exchange(
        url=f"https://bao.example/{number}.html",
        method="GET",
        request_headers=(("user-agent", "Diembao"),),
        started_at=NOW,
        ended_at=NOW,
        outcome="ok",
        status=200,
        reason="OK",
        headers=(("content-type", "text/html"), ("content-encoding", "gzip")),
        raw_body=gzip.compress(page, mtime=0),
        body=page,
    )


def write_captures(
    folder: Path, exchanges: list[Exchange], group: int
) -> tuple[list[Capture], dict[str, int]]:
    """A quarter of the pages, synced after every `group`."""
    captures: list[Capture] = []
    with ArchiveWriter.open(folder, {}, clock=Clock()) as writer:
        for number in range(PAGES // 4):
            captures += writer.append([exchanges[number % len(exchanges)]])
            if number % group == group - 1:
                writer.sync()
        return captures, writer.committed_ends()


def measure(read: Callable[[], int], path: Path) -> dict[str, Any]:
    """Speed of one reading of a file."""
    started = time.perf_counter()
    count = read()
    return rate(started, count, path.stat().st_size)


def rate(started: float, count: int, size: int) -> dict[str, Any]:
    """Records and megabytes per second since `started`."""
    seconds = time.perf_counter() - started
    return {
        "records": count,
        "records_per_s": round(count / seconds),
        "mb_per_s": round(size / seconds / 1e6, 1),
    }


def megabytes(path: Path) -> int:
    """Size of a file."""
    return round(path.stat().st_size / 1e6)


def resident_mb() -> float:
    """Memory of this process now (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
