"""The ways out: one that connects only to public addresses, and one for the loopback of tests and the demo."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from diembao.fetch.guard import refuse_address, refuse_endpoint
from diembao.fetch.trouble import ExchangeError

#: the bytes a connection may hold that nobody has read yet (asyncio keeps at most twice as many)
BUFFER_BYTES = 64 * 1024
MAX_ADDRESSES = 8
CONNECT_S = 10.0

#: name, port -> the addresses behind the name, as text
Resolver = Callable[[str, int], Awaitable[list[str]]]
#: address, port -> a connected socket
Dialer = Callable[[str, int], Awaitable[socket.socket]]


@dataclass(frozen=True, slots=True)
class Connection:
    """One open connection, and the address it leads to."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    peer: str

    async def close(self) -> None:
        """End it, politely if the other side lets us, within a second."""
        try:
            self.writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):  # TimeoutError is an OSError
                async with asyncio.timeout(1.0):
                    await self.writer.wait_closed()
        finally:
            self.writer.transport.abort()


class Backend(Protocol):
    """What `Client` connects through."""

    def refuse(self, host: str, port: int) -> str | None:
        """Why no connection will ever be made there, told without any lookup, or None."""
        ...

    async def connect(self, scheme: str, host: str, port: int) -> Connection:
        """Open a connection, or raise `ExchangeError`."""
        ...


async def resolve_name(host: str, port: int) -> list[str]:
    """The addresses behind a name, as the operating system answers."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def dial_address(address: str, port: int) -> socket.socket:
    """A socket connected to a literal address; nothing is looked up."""
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    dialed = socket.socket(family, socket.SOCK_STREAM)
    try:
        dialed.setblocking(False)
        await asyncio.get_running_loop().sock_connect(dialed, (address, port))
    except BaseException:
        dialed.close()
        raise
    return dialed


class GuardedBackend:
    """Connects to public addresses only. `resolve`, `dial` and `tls` are exchangeable for tests."""

    def __init__(
        self,
        *,
        resolve: Resolver = resolve_name,
        dial: Dialer = dial_address,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._resolve = resolve
        self._dial = dial
        self._tls = make_tls() if tls is None else tls

    def refuse(self, host: str, port: int) -> str | None:
        """Why no connection will ever be made there, told without any lookup, or None."""
        return refuse_endpoint(host, port)

    async def connect(self, scheme: str, host: str, port: int) -> Connection:
        """Look the name up once, judge every address, connect to one of exactly those."""
        reason = self.refuse(host, port)
        if reason is not None:
            raise ExchangeError("refused_address", reason)
        addresses = await self._find_addresses(host, port)
        dialed, peer = await self._dial_first(addresses, port)
        return await open_streams(dialed, peer, self._tls if scheme == "https" else None, host)

    async def _find_addresses(self, host: str, port: int) -> list[str]:
        if refuse_address(host) is None:
            return [host]
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise ExchangeError("dns", str(error)[:200]) from error
        if not addresses:
            raise ExchangeError("dns", "no address")
        for address in addresses:
            reason = refuse_address(address)
            if reason is not None:  # one bad address among good ones is a trap, not a mistake to work around
                raise ExchangeError("refused_address", f"{reason} {address}")
        return addresses[:MAX_ADDRESSES]

    async def _dial_first(self, addresses: list[str], port: int) -> tuple[socket.socket, str]:
        trouble = ""
        for address in addresses:
            try:
                async with asyncio.timeout(CONNECT_S):
                    return await self._dial(address, port), address
            except OSError as error:  # TimeoutError is one
                trouble = f"{address}: {error}" if str(error) else f"{address}: no answer in {CONNECT_S:g} s"
        raise ExchangeError("connect", trouble[:200])


class LoopbackBackend:
    """Every host is 127.0.0.1:`port`, in plain HTTP whatever the scheme: for tests and the demo only.

    Hosts and ports are judged as on the real way out, so that an address that would be refused there is refused
    here too.
    """

    def __init__(self, port: int) -> None:
        self._port = port

    def refuse(self, host: str, port: int) -> str | None:
        """Why no connection will ever be made there, told without any lookup, or None."""
        return refuse_endpoint(host, port)

    async def connect(self, scheme: str, host: str, port: int) -> Connection:
        """Connect to the loopback server."""
        reason = self.refuse(host, port)
        if reason is not None:
            raise ExchangeError("refused_address", reason)
        try:
            dialed = await dial_address("127.0.0.1", self._port)
        except OSError as error:
            raise ExchangeError("connect", str(error)[:200]) from error
        return await open_streams(dialed, "127.0.0.1", None, host)


def make_tls() -> ssl.SSLContext:
    """Verifying TLS: the certificates of the operating system and those that come with Python's `certifi`."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


async def open_streams(dialed: socket.socket, peer: str, tls: ssl.SSLContext | None, host: str) -> Connection:
    """A connection over a connected socket, in TLS where a context is given."""
    try:
        if tls is None:
            reader, writer = await asyncio.open_connection(sock=dialed, limit=BUFFER_BYTES)
        else:
            reader, writer = await asyncio.open_connection(
                sock=dialed,
                limit=BUFFER_BYTES,
                ssl=tls,
                server_hostname=host.removesuffix("."),
                ssl_shutdown_timeout=1.0,
            )
    except ssl.SSLError as error:
        dialed.close()
        raise ExchangeError("tls", str(error)[:200]) from error
    except OSError as error:
        dialed.close()
        raise ExchangeError(
            "tls" if tls else "connect", (str(error) or type(error).__name__)[:200]
        ) from error
    except BaseException:
        dialed.close()
        raise
    return Connection(reader, writer, peer)
