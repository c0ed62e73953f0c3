"""Ways in which a server can misbehave, each a handler."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import zlib

from tests.fetch.server import Call, Handler, head, respond

PAGE = "<html><body><p>Đèo Mã Phục thông xe</p></body></html>".encode() * 20
ZIPPED = gzip.compress(PAGE)


def raw(data: bytes) -> Handler:
    """Answer with exactly these bytes and close."""

    async def handle(call: Call) -> None:
        await call.send(data)

    return handle


async def never(call: Call) -> None:
    """Take the request and stay silent."""
    await asyncio.sleep(30)


async def drip_headers(call: Call) -> None:
    """A header line that never ends, a byte at a time."""
    await call.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        await call.send(b"a")
        await asyncio.sleep(0.05)


async def drip_body(call: Call) -> None:
    """A body that comes a byte at a time: no single read waits for long."""
    await call.send(head(200, 100_000))
    while True:
        await call.send(b"a")
        await asyncio.sleep(0.05)


async def endless(call: Call) -> None:
    """A body without a stated length that does not end."""
    await call.send(head(200))
    while True:
        await call.send(b"x" * 65536)


async def endless_chunks(call: Call) -> None:
    """Chunks of one byte without end."""
    await call.send(head(200, Transfer_Encoding="chunked"))
    while True:
        await call.send(b"1\r\nx\r\n" * 4096)


async def endless_interim(call: Call) -> None:
    """Interim answers without end."""
    while True:
        await call.send(b"HTTP/1.1 102 Processing\r\n\r\n" * 100)
        await asyncio.sleep(0.01)


async def reset_in_body(call: Call) -> None:
    """Break the connection off hard in the middle of the body."""
    await call.send(head(200, 50_000) + b"x" * 1000)
    await asyncio.sleep(0.05)
    _reset(call)


async def reset_at_once(call: Call) -> None:
    """Break the connection off hard before any answer."""
    _reset(call)


def _reset(call: Call) -> None:
    connected = call.writer.get_extra_info("socket")
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    call.writer.transport.abort()


async def late_rest(call: Call) -> None:
    """State a length in characters of a text whose bytes are more, and send the rest later."""
    await call.send(head(200, len(PAGE.decode())) + PAGE[:600])
    await asyncio.sleep(0.05)
    await call.send(PAGE[600:])


def chunked(*parts: bytes, end: bytes = b"0\r\n\r\n", **headers: str) -> Handler:
    """A chunked body, ended as given."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end
    return raw(head(200, Transfer_Encoding="chunked", **headers) + body)


def bomb(gigabytes: float) -> bytes:
    """A gzip stream that unfolds to so many GB of zeros; built from one repeated block, without its end."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + start + block * int(gigabytes * 1024)


def zipped(body: bytes, *, length: int | None = -1, encoding: str = "gzip") -> Handler:
    """A body under a Content-Encoding."""
    return respond(200, body, length=length, Content_Encoding=encoding)


def redirect(location: str, status: int = 302) -> Handler:
    """A redirect."""
    return respond(status, b"moved", Location=location)
