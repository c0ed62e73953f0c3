"""The guarded way out, tried with a resolver that lies and a real TLS server behind it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from diembao.fetch.backends import GuardedBackend, dial_address, make_tls
from diembao.fetch.client import Client
from diembao.fetch.contact import make_user_agent
from diembao.types import Fetched
from tests.fetch import behaviours as ways
from tests.fetch.server import Server, respond
from tests.fetch.timers import RealTimer, VirtualTimer

AGENT = make_user_agent("https://outlet.example/diem-bao")
PEM = Path(__file__).with_name("outlet.pem")
PUBLIC = "93.184.216.34"
PUBLIC_V6 = "2606:2800:220:1:248:1893:25c8:1946"


class Way:
    """A guarded backend whose names and dials are the test's; every dial ends at the server on the loopback."""

    def __init__(self, port: int, answers: dict[str, list[list[str]]], *, trust: bool = True) -> None:
        self.port = port
        self.answers = answers
        self.looked_up: list[str] = []
        self.dialed: list[tuple[str, int]] = []
        self.dead: set[str] = set()
        tls = ssl.create_default_context(cafile=str(PEM)) if trust else make_tls()
        self.backend = GuardedBackend(resolve=self.resolve, dial=self.dial, tls=tls)

    async def resolve(self, host: str, port: int) -> list[str]:
        self.looked_up.append(host)
        if host not in self.answers:
            raise socket.gaierror(-2, "Name or service not known")
        turns = self.answers[host]
        return turns.pop(0) if len(turns) > 1 else turns[0]

    async def dial(self, address: str, port: int) -> socket.socket:
        self.dialed.append((address, port))
        if address in self.dead:
            raise ConnectionRefusedError(111, "Connection refused")
        return await dial_address("127.0.0.1", self.port)


def visit(
    server: Server,
    url: str,
    answers: dict[str, list[list[str]]],
    *,
    prepare: Callable[[Way], None] = lambda way: None,
    trust: bool = True,
    times: int = 1,
) -> tuple[list[Fetched], Way]:
    async def run() -> tuple[list[Fetched], Way]:
        async with server:
            way = Way(server.port, answers, trust=trust)
            prepare(way)
            # the pace is kept on this way out too: on a clock that jumps
            timer = VirtualTimer(RealTimer().now())
            async with Client(AGENT, timer=timer, backend=way.backend, deadline_s=1.0) as client:
                fetched = [
                    await client.fetch(url, purpose="page", allowed_host=lambda host: True)
                    for _ in range(times)
                ]
            return fetched, way

    return asyncio.run(run())


def test_the_checked_address_is_the_one_connected_to() -> None:
    """A name is looked up once for each exchange, and the connection goes to the address that was checked."""
    server = Server({"/a": respond(200, b"here")})
    [fetched], way = visit(server, "http://outlet.example/a", {"outlet.example": [[PUBLIC], ["127.0.0.1"]]})
    assert (fetched.outcome, fetched.body) == ("ok", b"here")
    assert fetched.last is not None
    assert fetched.last.peer == PUBLIC
    assert (way.looked_up, way.dialed) == (["outlet.example"], [(PUBLIC, 80)])


def test_a_name_that_turns_to_the_loopback_is_refused() -> None:
    """DNS rebinding: the second answer of the same name leads inside, and nothing is dialed."""
    server = Server({"/a": respond(200, b"here")})
    fetched, way = visit(
        server, "http://outlet.example/a", {"outlet.example": [[PUBLIC], ["127.0.0.1"]]}, times=2
    )
    assert [one.outcome for one in fetched] == ["ok", "refused_address"]
    assert way.dialed == [(PUBLIC, 80)]


INSIDE = """
    127.0.0.1 0.0.0.0 10.1.2.3 172.31.0.1 192.168.0.10 100.64.3.4 169.254.169.254 168.63.129.16 100.100.100.200
    224.0.0.251 255.255.255.255 198.19.0.1 ::1 :: ::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe
    64:ff9b:1::1 2002:7f00:1:: fe80::1%eth0 fe80::1 fec0::1 fd00:ec2::254 ff02::1 2001:0:7f00:1::1 2001:db8::2
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_a_name_behind_which_lies_an_inside_address_is_refused(address: str) -> None:
    """By name: alone or among public addresses, at the first hop and after a redirect, nothing is dialed there."""
    for answer in ([address], [PUBLIC, address], [PUBLIC_V6, address, PUBLIC]):
        server = Server({"/a": ways.redirect("https://inner.outlet.example/")})
        names = {"outlet.example": [[PUBLIC]], "inner.outlet.example": [answer]}
        [fetched], way = visit(server, "http://outlet.example/a", names)
        assert fetched.outcome == "refused_address"
        assert [exchange.outcome for exchange in fetched.exchanges] == ["redirected"]
        assert way.dialed == [(PUBLIC, 80)]


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    """Of several public addresses the first that answers serves; when none does, that is the outcome."""
    names = {"outlet.example": [[PUBLIC_V6, PUBLIC]]}
    server = Server({"/a": respond(200, b"here")})
    [fetched], way = visit(
        server, "http://outlet.example/a", names, prepare=lambda way: way.dead.add(PUBLIC_V6)
    )
    assert fetched.outcome == "ok"
    assert way.dialed == [(PUBLIC_V6, 80), (PUBLIC, 80)]
    [fetched], _ = visit(
        Server(), "http://outlet.example/a", names, prepare=lambda way: way.dead.update([PUBLIC, PUBLIC_V6])
    )
    assert fetched.outcome == "connect"


def test_an_unknown_name_is_told() -> None:
    """A name that does not resolve ends as "dns"."""
    [fetched], _ = visit(Server(), "http://outlet.example/a", {})
    assert fetched.outcome == "dns"
    [fetched], _ = visit(Server(), "http://outlet.example/a", {"outlet.example": [[]]})
    assert fetched.outcome == "dns"


def make_server_tls() -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(PEM)
    return tls


def test_tls_is_spoken_and_verified() -> None:
    """https works with a certificate that is trusted and names the host; each doubt ends as "tls"."""
    names = {name: [[PUBLIC]] for name in ("outlet.example", "www.outlet.example", "other.example")}
    routes = {"/a": respond(200, ways.PAGE, length=None)}
    good, way = visit(Server(routes, tls=make_server_tls()), "https://www.outlet.example/a", names, times=2)
    assert [(one.outcome, one.body) for one in good] == [("ok", ways.PAGE)] * 2
    assert way.dialed == [(PUBLIC, 443)] * 2
    [other], _ = visit(Server(routes, tls=make_server_tls()), "https://other.example/a", names)
    assert other.outcome == "tls"
    [unknown], _ = visit(
        Server(routes, tls=make_server_tls()), "https://outlet.example/a", names, trust=False
    )
    assert unknown.outcome == "tls"


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x16\x03\x01" + bytes(300), b"\0"]
)
def test_what_is_not_tls_is_told(greeting: bytes) -> None:
    """Garbage where TLS was expected ends in its outcome within the deadline."""
    [fetched], _ = visit(
        Server(greeting=greeting), "https://outlet.example/a", {"outlet.example": [[PUBLIC]]}
    )
    assert fetched.outcome in ("tls", "timeout")
    assert fetched.body == b""


def test_gaps_are_never_left_out_on_the_guarded_way() -> None:
    """The zero gap of the loopback cannot be asked for together with the real way out."""
    with pytest.raises(ValueError, match="loopback"):
        Client(AGENT, timer=RealTimer(), is_loopback=True)


def test_the_real_way_out_looks_up_and_judges() -> None:
    """With nothing exchanged, localhost and the machine's own name are refused."""

    async def run(host: str) -> str:
        async with Client(AGENT, timer=RealTimer(), deadline_s=5.0) as client:
            return (
                await client.fetch(f"http://{host}/", purpose="page", allowed_host=lambda host: True)
            ).outcome

    assert asyncio.run(run("localhost")) == "refused_address"
    with contextlib.suppress(OSError):
        assert asyncio.run(run(socket.gethostname())) in ("refused_address", "dns", "connect")
