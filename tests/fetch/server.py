"""A web server on 127.0.0.1 that misbehaves on request and measures how politely it is asked."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

Handler = Callable[["Call"], Awaitable[None]]


@dataclass(slots=True)
class Call:
    """One request as it arrived, and the way to answer it in raw bytes."""

    host: str
    path: str
    headers: dict[str, str]
    at: datetime
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


@dataclass(slots=True)
class Server:
    """Answers each path with its handler (unknown ones with 404) and keeps what it saw."""

    routes: dict[str, Handler] = field(default_factory=dict)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    tls: ssl.SSLContext | None = None
    #: answers before any request is read, for what is not HTTP at all
    greeting: bytes | None = None
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _open: Counter[str] = field(default_factory=Counter)
    most_open: Counter[str] = field(default_factory=Counter)
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0.02)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        host = ""
        try:
            if self.greeting is not None:
                writer.write(self.greeting)
                await writer.drain()
            call = await self._read(reader, writer)
            host = call.host
            self._open[host] += 1
            self.most_open[host] = max(self.most_open[host], self._open[host])
            self.calls.append(call)
            handler = self.routes.get(call.path) or self.routes.get(call.host + call.path) or not_found
            await handler(call)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            if host:
                self._open[host] -= 1
            self._writers.discard(writer)
            with contextlib.suppress(OSError):
                writer.close()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Call:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in filter(None, head[1:]):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return Call(headers.get("host", ""), head[0].split(" ")[1], headers, self.now(), reader, writer)


def respond(status: int = 200, body: bytes = b"", *, length: int | None = -1, **headers: str) -> Handler:
    """A handler that answers at once; `length` -1 states the true one, None states none."""

    async def handle(call: Call) -> None:
        await call.send(head(status, len(body) if length == -1 else length, **headers) + body)

    return handle


def head(status: int = 200, length: int | None = None, **headers: str) -> bytes:
    """Status line and headers; underscores in names become hyphens."""
    lines = [f"HTTP/1.1 {status} Some Reason"]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    lines.extend(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())
    return ("\r\n".join([*lines, "Connection: close", "", ""])).encode("latin-1")


async def not_found(call: Call) -> None:
    """What every unknown path gets."""
    await call.send(head(404, 9) + b"not found")
