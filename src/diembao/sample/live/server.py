"""The live press on loopback: an HTTP/1.1 server in a thread of its own, one virtual host an outlet."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Protocol, cast

from diembao.ports import Clock
from diembao.sample.live.newsroom import LIVE_FROM, Newsroom, build_newsroom
from diembao.sample.live.routes import Answer, answer
from diembao.sample.model import SamplePress

_MAX_HEAD_BYTES = 64 * 1024
_MAX_REQUESTS_KEPT = 200_000
_IDLE_S = 60.0
_CHUNK_BYTES = 4096


@dataclass(frozen=True, slots=True)
class LiveRequest:
    """One request as the server saw it; `at` on the clock of the press, `began_s` and `ended_s` in real time."""

    at: datetime
    host: str
    path: str
    status: int
    connection: int
    agent: str
    began_s: float
    ended_s: float
    sent_bytes: int


class _Holding(Protocol):
    def working(self) -> contextlib.AbstractContextManager[None]: ...


class LivePress:
    """The sample press on 127.0.0.1, on a free port: every outlet's address, mapped to `port`, is answered.

    Used as a context manager. Without `listens` there is no port: it is reached by `open_line` only, which needs
    no network interface at all. What stands on a page depends on `clock` only; a clock that can be held
    (`working`, as the virtual one) is held while a request is answered. `requests` is the log.
    """

    def __init__(
        self,
        press: SamplePress,
        clock: Clock,
        *,
        live_from: datetime = LIVE_FROM,
        port: int = 0,
        listens: bool = True,
    ) -> None:
        self.newsroom: Newsroom = build_newsroom(press, live_from)
        self.host = "127.0.0.1"
        self.port = port
        self.requests: deque[LiveRequest] = deque(maxlen=_MAX_REQUESTS_KEPT)
        self._clock = clock
        self._listens = listens
        self._talks: set[asyncio.Task[None]] = set()
        self._connections = 0
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    def __enter__(self) -> LivePress:
        self._thread = threading.Thread(target=self._run, name="sample press", daemon=True)
        self._thread.start()
        self._ready.wait(10)
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):  # the loop ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join(10)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # told to the thread that waits for the start
            self._failure = error
        finally:
            self._ready.set()

    def open_line(self) -> socket.socket:
        """A socket whose other end the press answers, as it would a connection to its port."""
        near, far = socket.socketpair()
        near.setblocking(False)
        if self._loop is None:
            raise RuntimeError("the press is not open: with LivePress(…) as live")

        async def welcome() -> None:
            await self._meet(*await asyncio.open_connection(sock=far, limit=_MAX_HEAD_BYTES))

        asyncio.run_coroutine_threadsafe(welcome(), self._loop)
        return near

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server: asyncio.Server | None = None
        if self._listens:
            server = await asyncio.start_server(self._meet, self.host, self.port, limit=_MAX_HEAD_BYTES)
            self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        if server is not None:
            server.close()
        for task in list(self._talks):
            task.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._talks.add(task)
        try:
            await self._talk(reader, writer)
        except asyncio.CancelledError:
            pass  # the press closes; nobody waits for this task but the press itself
        finally:
            self._talks.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after the other."""
        self._connections += 1
        connection = self._connections
        try:
            while True:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _IDLE_S)
                if not await self._answer(head, writer, connection):
                    return
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ConnectionError):
            return

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter, connection: int) -> bool:
        """Answer one request; whether the connection stays open."""
        began = time.monotonic()
        hold = (
            cast(_Holding, self._clock).working()
            if hasattr(self._clock, "working")
            else contextlib.nullcontext()
        )
        with hold:
            at = self._clock.now()
            method, target, headers = _read_head(head)
            host = headers.get("host", "")
            if method not in ("GET", "HEAD"):
                given = Answer(405, (("Allow", "GET, HEAD"),))
            else:
                given = answer(self.newsroom, host, target, headers, at)
            stays = headers.get("connection", "").lower() != "close" and method in ("GET", "HEAD")
            site = self.newsroom.by_domain.get(host.partition(":")[0].lower())
            is_chunked = site is not None and site.is_chunked and bool(given.body)
            written = _write(given, at, method, stays=stays, is_chunked=is_chunked)
            # noted first: who has the answer finds its request in the log
            self.requests.append(
                LiveRequest(
                    at,
                    host.partition(":")[0].lower(),
                    target,
                    given.status,
                    connection,
                    headers.get("user-agent", ""),
                    began,
                    time.monotonic(),
                    len(written),
                )
            )
            writer.write(written)
            await writer.drain()
        return stays


def _read_head(head: bytes) -> tuple[str, str, dict[str, str]]:
    """Method, target and headers (names in lower case) of a request."""
    first, *rest = head.decode("latin-1").split("\r\n")
    method, _, remaining = first.partition(" ")
    target = remaining.partition(" ")[0]
    headers = {}
    for line in rest:
        name, sign, value = line.partition(":")
        if sign:
            headers[name.strip().lower()] = value.strip()
    if target.startswith(("http://", "https://")):
        rest_of = target.partition("://")[2]
        authority, slash, path = rest_of.partition("/")
        headers["host"], target = authority, slash + path or "/"
    return method, target, headers


def _write(given: Answer, at: datetime, method: str, *, stays: bool, is_chunked: bool) -> bytes:
    """The response as bytes; a HEAD and a 304 have no body."""
    is_bare = method == "HEAD" or given.status in (204, 304)
    headers = [("Date", format_datetime(at.replace(microsecond=0), usegmt=True)), ("Server", "bao-chi-mau")]
    headers += given.headers
    if is_chunked:
        headers.append(("Transfer-Encoding", "chunked"))
    elif given.status != 304:
        headers.append(("Content-Length", str(len(given.body))))
    headers.append(("Connection", "keep-alive" if stays else "close"))
    head = f"HTTP/1.1 {given.status} {HTTPStatus(given.status).phrase}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers)
    body = b"" if is_bare else _chunk(given.body) if is_chunked else given.body
    return head.encode("latin-1") + b"\r\n" + body


def _chunk(body: bytes) -> bytes:
    pieces = [body[k : k + _CHUNK_BYTES] for k in range(0, len(body), _CHUNK_BYTES)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
