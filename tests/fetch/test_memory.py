"""Memory stays flat whatever a server sends, and over many fetches; measured in a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from tests.fetch import behaviours as ways
from tests.fetch.server import Server, respond

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")

CHILD = """
import asyncio, sys
from diembao.fetch.backends import LoopbackBackend
from diembao.fetch.client import Client
from diembao.fetch.contact import make_user_agent
from tests.fetch.timers import RealTimer

def read_mb(name):  # not ru_maxrss: that one survives exec and begins at the parent's peak
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name)) / 1024

async def main(port, paths, rounds):
    agent = make_user_agent("diem.bao@outlet.example")
    backend = LoopbackBackend(port)
    async with Client(agent, timer=RealTimer(), backend=backend, is_loopback=True, deadline_s=20) as client:
        async def ask(path):
            return await client.fetch("https://outlet.example" + path, purpose="page", allowed_host=lambda h: True)
        for _ in range(300):
            await ask("/whole")
        start, peak = read_mb("VmRSS"), read_mb("VmHWM")
        outcomes = []
        for _ in range(rounds):
            for path in paths:
                outcomes.append((await ask(path)).outcome)
        print(round(read_mb("VmHWM") - peak, 1), round(read_mb("VmRSS") - start, 1), *sorted(set(outcomes)))

asyncio.run(main(int(sys.argv[1]), sys.argv[2].split(","), int(sys.argv[3])))
"""


def measure(paths: list[str], rounds: int) -> tuple[float, float, list[str]]:
    """Growth of the peak and of what stays, in MB, and the outcomes."""

    async def run() -> str:
        big = b"x" * 9_999_000
        routes = {
            "/whole": respond(200, ways.PAGE),
            "/bomb": ways.zipped(ways.bomb(10.0), length=None),
            "/bomb-chunks": ways.chunked(*[ways.bomb(0.1)] * 5, Content_Encoding="gzip"),
            "/endless": ways.endless,
            "/tiny-chunks": ways.endless_chunks,
            "/big": respond(200, big),
            "/headers": ways.raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1_000_000 + b"\r\n"),
        }
        async with Server(routes) as server:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-c", CHILD, str(server.port), ",".join(paths), str(rounds),
                stdout=subprocess.PIPE,
            )  # fmt: skip
            out, _ = await asyncio.wait_for(child.communicate(), 60)
            assert child.returncode == 0
            return out.decode()

    peak, stays, *outcomes = asyncio.run(run()).split()
    return float(peak), float(stays), outcomes


def test_bombs_and_floods_leave_memory_flat() -> None:
    """A gzip bomb of 10 GB, endless bodies and a million headers cost at most 64 MB, and nothing that stays."""
    paths = ["/bomb", "/bomb-chunks", "/endless", "/tiny-chunks", "/headers", "/big"]
    peak, stays, outcomes = measure(paths, 2)
    assert outcomes == ["ok", "protocol", "too_large"]
    assert peak <= 64
    assert stays <= 24


def test_many_fetches_leave_memory_flat() -> None:
    """Five thousand fetches leave at most half a MB behind: 1 MB for 10,000."""
    _, stays, outcomes = measure(["/whole", "/missing"], 2500)
    assert outcomes == ["gone", "ok"]
    assert stays <= 0.5
