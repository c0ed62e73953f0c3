"""One HTTP/1.1 request and its answer over one connection that is closed afterwards.

The wire is read with h11, whose state machine also tells a body that broke off from one that ended. Nothing is
kept open: at a gap of five seconds a kept connection saves little, and a leftover of one answer can never be
taken for the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

import h11

from diembao.fetch.backends import Connection
from diembao.fetch.body import MAX_DECODED_BYTES, MAX_RAW_BYTES, Body, read_encoding
from diembao.fetch.trouble import ExchangeError, Trouble

_READ_BYTES = 64 * 1024
_MAX_INTERIM = 8
#: framing that is always granted; beyond it, a body that is mostly framing (chunks of one byte) is refused
_FRAMING_BYTES = 160 * 1024
#: how long to look, after the stated end of a body, for bytes that should not be there
_AFTER_END_S = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost."""

    max_raw_bytes: int = MAX_RAW_BYTES
    max_decoded_bytes: int = MAX_DECODED_BYTES
    max_header_bytes: int = 64 * 1024
    max_headers: int = 200


@dataclass(slots=True)
class Answer:
    """What is known of an answer so far; what an exchange that broke off leaves behind."""

    status: int | None = None
    reason: str = ""
    http_version: str = "HTTP/1.1"
    headers: tuple[tuple[str, str], ...] = ()
    raw_body: bytes = b""
    body: bytes = b""
    peer: str = ""
    #: what is wrong with the body, when the headers arrived well
    body_trouble: Trouble | None = None
    detail: str = ""

    def header(self, name: str) -> str:
        """The first header of that lower-case name, or an empty string."""
        return next((value for key, value in self.headers if key == name), "")


async def converse(
    connection: Connection, target: bytes, headers: Sequence[tuple[str, str]], limits: Limits, answer: Answer
) -> None:
    """Send a GET and fill `answer`. Raises when no answer came; trouble with the body is noted in the answer."""
    wire = _Wire(connection, limits)
    try:
        await wire.send_request(target, headers)
        response = await wire.read_response()
        _take_head(response, limits, answer)
    except (OSError, ssl.SSLError) as error:
        raise ExchangeError("connect", f"broke off before an answer: {_tell(error)}") from error
    try:
        await _read_body(wire, limits, answer)
    except ExchangeError as error:
        answer.body_trouble = error.trouble
    except (OSError, ssl.SSLError) as error:
        answer.body_trouble = Trouble("truncated", f"broke off: {_tell(error)}")


def _take_head(response: h11.Response, limits: Limits, answer: Answer) -> None:
    headers = tuple((name.decode("latin-1"), _decode(value)) for name, value in response.headers)
    if len(headers) > limits.max_headers:
        raise ExchangeError("protocol", f"{len(headers)} headers")
    if sum(len(name) + len(value) for name, value in response.headers) > limits.max_header_bytes:
        raise ExchangeError("protocol", f"more than {limits.max_header_bytes} bytes of headers")
    answer.status = response.status_code
    answer.reason = bytes(response.reason).decode("latin-1")[:200]
    answer.http_version = "HTTP/" + bytes(response.http_version).decode("latin-1")
    answer.headers = headers


async def _read_body(wire: _Wire, limits: Limits, answer: Answer) -> None:
    encoding = read_encoding(",".join(value for key, value in answer.headers if key == "content-encoding"))
    if answer.status == 206:
        raise ExchangeError("truncated", "a part, though the whole was asked for")
    stated = answer.header("content-length")[:20]
    is_chunked = bool(answer.header("transfer-encoding"))
    has_body = answer.status not in (204, 304)
    if has_body and not is_chunked and stated.isdecimal() and int(stated) > limits.max_raw_bytes:
        raise ExchangeError("too_large", f"content-length {stated}")
    body = Body(encoding, max_raw=limits.max_raw_bytes, max_decoded=limits.max_decoded_bytes)
    while (data := await wire.read_data()) is not None:
        body.feed(data)
    if not has_body:
        return
    answer.raw_body, answer.body = body.finish()
    if not stated and not is_chunked:
        answer.detail = "length_unstated"
    elif await wire.has_more():
        answer.raw_body = answer.body = b""
        raise ExchangeError("truncated", "the server sent more than it had stated")


class _Wire:
    """h11 fed from a connection, with every byte counted."""

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self._connection = connection
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=limits.max_header_bytes)
        self._bytes = 0
        self._body_bytes = 0
        self._is_ended = False
        self._is_in_body = False
        self._closes = False

    async def send_request(self, target: bytes, headers: Sequence[tuple[str, str]]) -> None:
        # names as browsers write them: some servers' filters stumble over lower-case ones
        named = [(name.title(), value) for name, value in headers]
        request = h11.Request(method="GET", target=target, headers=named)
        sent = self._parser.send(request) or b""
        self._parser.send(h11.EndOfMessage())
        self._connection.writer.write(sent)
        # a server may answer and close before it has read everything: its answer counts, not our write
        with contextlib.suppress(ConnectionError):
            await self._connection.writer.drain()

    async def read_response(self) -> h11.Response:
        """The head of the final answer; interim ones are passed over."""
        for _ in range(_MAX_INTERIM + 1):
            event = await self._next_event()
            if isinstance(event, h11.Response):
                self._is_in_body = True
                self._closes = (b"connection", b"close") in [(n, v.lower()) for n, v in event.headers]
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise ExchangeError("protocol", "closed without an answer")
        raise ExchangeError("protocol", f"more than {_MAX_INTERIM} interim answers")

    async def read_data(self) -> bytes | None:
        """The next piece of the body, or None at its end."""
        event = await self._next_event()
        if not isinstance(event, h11.Data):
            return None
        self._body_bytes += len(event.data)
        return bytes(event.data)

    async def has_more(self) -> bool:
        """Whether bytes follow the stated end of the body: the statement was then wrong.

        They are looked for where the server said that it closes; otherwise only among what has arrived. Blank
        ones are no loss: scripts add a line end after a page whose length was stated before.
        """
        rest = self._parser.trailing_data[0]
        if rest.strip() or not self._closes or self._is_ended:
            return bool(rest.strip())
        try:
            async with asyncio.timeout(_AFTER_END_S):
                return bool((await self._connection.reader.read(_READ_BYTES)).strip())
        except (OSError, ssl.SSLError):  # TimeoutError is an OSError
            return False

    async def _next_event(self) -> h11.Event | type[h11.PAUSED]:
        try:
            while (event := self._parser.next_event()) is h11.NEED_DATA:
                await self._receive()
        except h11.RemoteProtocolError as error:
            if self._is_in_body and self._is_ended:
                raise ExchangeError("truncated", str(error)[:200]) from error
            told = str(error)[:200] if self._bytes else "closed without an answer"
            raise ExchangeError("protocol", told) from error
        return event  # type: ignore[return-value]

    async def _receive(self) -> None:
        data = await self._connection.reader.read(_READ_BYTES)
        self._bytes += len(data)
        self._is_ended = not data
        if self._bytes > _FRAMING_BYTES + 2 * self._body_bytes:
            raise ExchangeError("protocol", f"{self._bytes} bytes for a body of {self._body_bytes}")
        self._parser.receive_data(data)


def _decode(value: bytes) -> str:
    """Headers are ASCII by the book; some servers send UTF-8."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _tell(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
