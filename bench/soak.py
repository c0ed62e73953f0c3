"""Soak: collect for a long virtual time and watch memory, open files and sockets; `python -m bench.soak 50000`.

A press of a few outlets is served on loopback; each feed has new articles at every reading. Everything is the real
path: rules, feeds, pages, archive, ledger, sandbox, corpus. What grows per fetch shows as a slope.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from diembao.app.collect import collect
from diembao.app.collecting.collector import Collected, Collector
from diembao.app.outlets import add_outlet
from diembao.app.project import init_project, open_project
from diembao.fetch.backends import LoopbackBackend
from diembao.sample.clock import VirtualClock

START = datetime(2026, 6, 1, tzinfo=UTC)
OUTLETS = 8
#: new articles of an outlet in each half hour
FRESH = 8
PARAGRAPH = (
    "Bài mẫu về một con đường mẫu: {n} người đi qua cầu số {m}, chợ họp sớm hơn thường lệ, hàng quán dọn ra hai bên. "
    "Ban quản lý chợ mẫu nói việc này sẽ kéo dài, ai cần hỏi thêm có thể đến nhà văn hoá. "
)


@dataclass
class Measured:
    """What was seen at one moment of the soak."""

    fetches: int
    rss_mb: float
    open_files: int


@dataclass
class Soak:
    """The course of a soak; `slope` is the growth per 10,000 fetches after warming up."""

    points: list[Measured] = field(default_factory=list)
    fetches: int = 0
    seconds: float = 0.0
    articles: int = 0

    def slope_mb(self, warm: float = 0.3) -> float:
        """Megabytes that memory grows by in 10,000 fetches: the slope after the warming up, fitted robustly."""
        kept = self.points[int(len(self.points) * warm) :]
        x = np.array([point.fetches for point in kept], dtype=float)
        y = np.array([point.rss_mb for point in kept], dtype=float)
        steps = [
            (y[j] - y[i]) / (x[j] - x[i]) for i in range(len(x)) for j in range(i + 1, len(x)) if x[j] > x[i]
        ]
        return float(np.median(steps)) * 10_000 if steps else 0.0

    def open_files_grow(self) -> int:
        """By how many the open files of the last third exceed those of the first third after the first reading."""
        third = max(1, len(self.points) // 3)
        first = max(point.open_files for point in self.points[1 : third + 1])
        return max(point.open_files for point in self.points[-third:]) - first


class Press:
    """Outlets on one loopback port: robots.txt, a feed each, and the pages that the feeds name."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.port = 0

    def answer(self, host: str, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body."""
        if path == "/robots.txt":
            return 200, "text/plain", b"User-agent: *\nDisallow: /rieng/\n"
        if path == "/feed.xml":
            newest = int((self._clock.now() - START) / timedelta(minutes=30)) * FRESH + FRESH
            items = "".join(self._item(host, number) for number in range(max(0, newest - 3 * FRESH), newest))
            body = f"<rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>"
            return 200, "application/rss+xml", body.encode()
        if path.startswith("/bai-"):
            return 200, "text/html; charset=utf-8", self._page(host, int(path[5:-5]))
        return 404, "text/plain", b"khong co"

    def _item(self, host: str, number: int) -> str:
        return (
            f"<item><title>Tin mẫu số {number}</title><link>https://{host}/bai-{number}.html</link>"
            f"<description>Tóm tắt tin mẫu số {number}</description>"
            f"<pubDate>{self._clock.now():%a, %d %b %Y} 00:00:00 +0000</pubDate></item>"
        )

    def _page(self, host: str, number: int) -> bytes:
        text = "".join(f"<p>{PARAGRAPH.format(n=number, m=k * 7 + number % 13)}</p>" for k in range(12))
        return (
            f"<!doctype html><html lang='vi'><head><meta charset='utf-8'><title>Tin mẫu số {number}</title>"
            f"<meta property='og:title' content='Tin mẫu số {number}'><meta property='og:type' content='article'>"
            "<meta property='article:published_time' content='2026-06-01T08:00:00+07:00'></head><body><article>"
            f"<h1>Tin mẫu số {number}</h1>{text}</article></body></html>"
        ).encode()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._clock.working():
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ", 2)[1]
            host = head.lower().partition("\r\nhost:")[2].partition("\r\n")[0].strip()
            status, kind, body = self.answer(host, path)
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                "Connection: close\r\n\r\n".encode()
                + body
            )
            await writer.drain()
        writer.close()

    @contextmanager
    def served(self) -> Iterator[Press]:
        """Serve from a thread of its own."""
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5)
            server.close()
            loop.close()


def run_soak(fetches: int, folder: Path, *, every: int = 500) -> Soak:
    """Collect until so many addresses were asked for, and note memory and open files on the way."""
    init_project(folder, name="soak")
    project = open_project(
        folder, flags={"collect.contact": "soak@bao.example", "collect.daily_pages": "1000000"}
    )
    for number in range(OUTLETS):
        host = f"bao-{number}.example"
        add_outlet(
            project,
            domains=[host],
            outlet_class="central",
            outlet_id=f"bao-{number}",
            feeds=[f"https://{host}/feed.xml"],
        )
    clock = VirtualClock(START)
    soak = Soak()
    collector: list[Collector] = []

    def look(done: Collected) -> None:
        asked = sum(done.attempts.values())
        if asked >= soak.fetches + every:
            soak.fetches = asked
            gc.collect()
            soak.points.append(Measured(asked, _rss_mb(), len(list(Path("/proc/self/fd").iterdir()))))
        if asked >= fetches:
            collector[0].stop()

    started = time.monotonic()
    with Press(clock).served() as press:
        backend = LoopbackBackend(press.port)
        result = collect(
            project, watch=True, timer=clock, backend=backend, progress=look, on_start=collector.append
        )
    soak.seconds = time.monotonic() - started
    soak.fetches, soak.articles = result.fetched, result.accepted
    return soak


def _rss_mb() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> int:
    """Run the soak and print its numbers; 1 if memory or open files grow."""
    fetches = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        soak = run_soak(fetches, Path(folder) / "soak", every=max(200, fetches // 50))
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6
    slope, files = soak.slope_mb(), soak.open_files_grow()
    print(
        json.dumps(
            {
                "fetches": soak.fetches,
                "rows": soak.articles,
                "seconds": round(soak.seconds, 1),
                "fetches_per_second": round(soak.fetches / soak.seconds, 1),
                "rss_first_mb": round(soak.points[0].rss_mb, 1),
                "rss_last_mb": round(soak.points[-1].rss_mb, 1),
                "slope_mb_per_10000": round(slope, 2),
                "open_files_grow": files,
                "folder_mb": round(size, 1),
                "course": [[p.fetches, round(p.rss_mb, 1), p.open_files] for p in soak.points],
            },
            indent=1,
        )
    )
    return int(slope > 1.0 or files > 2)


if __name__ == "__main__":
    raise SystemExit(main())
