"""A server that misbehaves in every way we could think of: each way ends in its outcome, within the deadline."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib

import pytest

from diembao.fetch.backends import LoopbackBackend
from diembao.fetch.client import Client
from diembao.fetch.contact import make_user_agent
from diembao.fetch.exchange import Limits
from diembao.fetch.plan import Conditions
from diembao.types import Fetched
from tests.fetch import behaviours as ways
from tests.fetch.server import Handler, Server, head, respond
from tests.fetch.timers import RealTimer

AGENT = make_user_agent("diem.bao@outlet.example")
HOST = "outlet.example"
DEADLINE_S = 1.5


def fetch(handler: Handler, *, conditions: Conditions | None = None, limits: Limits | None = None) -> Fetched:
    async def run() -> Fetched:
        async with (
            Server({"/a": handler, "/whole": respond(200, ways.PAGE)}) as server,
            Client(
                AGENT,
                timer=RealTimer(),
                backend=LoopbackBackend(server.port),
                is_loopback=True,
                deadline_s=DEADLINE_S,
                limits=limits,
            ) as client,
        ):
            return await client.fetch(
                f"https://{HOST}/a",
                purpose="page",
                allowed_host=lambda host: host in (HOST, f"www.{HOST}"),
                conditions=conditions,
            )

    started = time.monotonic()
    fetched = asyncio.run(run())
    assert time.monotonic() - started < DEADLINE_S + 2.5
    return fetched


BAD: dict[str, tuple[Handler, str]] = {
    "never answers": (ways.never, "timeout"),
    "drips its headers": (ways.drip_headers, "timeout"),
    "drips its body": (ways.drip_body, "timeout"),
    "endless body": (ways.endless, "too_large"),
    "endless chunks of one byte": (ways.endless_chunks, "protocol"),
    "endless interim answers": (ways.endless_interim, "protocol"),
    "states 11 MB": (respond(200, b"x", length=11_000_000), "too_large"),
    "states a length of 400 digits": (
        ways.raw(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 400 + b"\r\n\r\n"),
        "protocol",
    ),
    "states more than it sends": (respond(200, ways.PAGE, length=len(ways.PAGE) + 1), "truncated"),
    "sends more than it states": (respond(200, ways.PAGE, length=len(ways.PAGE) - 1), "truncated"),
    "sends more than it states, later": (ways.late_rest, "truncated"),
    "two lengths": (
        ways.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
        "protocol",
    ),
    "length is no number": (ways.raw(b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nabcdef"), "protocol"),
    "negative length": (ways.raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabcdef"), "protocol"),
    "gzip cut, length true": (ways.zipped(ways.ZIPPED[:-9]), "truncated"),
    "gzip cut, no length": (ways.zipped(ways.ZIPPED[: len(ways.ZIPPED) // 2], length=None), "truncated"),
    "gzip without its check sum": (ways.zipped(ways.ZIPPED[:-8]), "truncated"),
    "gzip of length 0": (ways.zipped(b""), "truncated"),
    "gzip damaged": (ways.zipped(ways.ZIPPED[:40] + b"\xff" * 8 + ways.ZIPPED[48:]), "bad_encoding"),
    "gzip with a wrong check sum": (ways.zipped(ways.ZIPPED[:-8] + bytes(8)), "bad_encoding"),
    "gzip in name only": (ways.zipped(ways.PAGE), "bad_encoding"),
    "gzip and then plain text": (ways.zipped(ways.ZIPPED + b"<b>Warning</b>"), "bad_encoding"),
    "gzip, then a cut second member": (ways.zipped(ways.ZIPPED + ways.ZIPPED[:30]), "truncated"),
    "gzip of a thousand empty members": (ways.zipped(gzip.compress(b"") * 1000), "bad_encoding"),
    "gzip twice": (ways.zipped(gzip.compress(ways.ZIPPED), encoding="gzip, gzip"), "bad_encoding"),
    "gzip bomb of 1 GB": (ways.zipped(ways.bomb(1.0)), "too_large"),
    "gzip bomb in chunks": (ways.chunked(*[ways.bomb(0.1)] * 3, Content_Encoding="gzip"), "too_large"),
    "deflate cut": (ways.zipped(zlib.compress(ways.PAGE)[:-6], encoding="deflate"), "truncated"),
    "brotli, not asked for": (ways.zipped(b"\x0b\x02\x80abc\x03", encoding="br"), "bad_encoding"),
    "zstd, not asked for": (ways.zipped(b"\x28\xb5\x2f\xfd", encoding="zstd"), "bad_encoding"),
    "chunks break off": (ways.chunked(ways.PAGE, end=b"ff\r\nabc"), "truncated"),
    "chunks without a last one": (ways.chunked(ways.PAGE, end=b""), "truncated"),
    "chunk size is garbage": (ways.chunked(ways.PAGE, end=b"zz\r\nabc\r\n0\r\n\r\n"), "protocol"),
    "chunk longer than stated": (
        ways.raw(head(200, Transfer_Encoding="chunked") + b"3\r\nabcdef\r\n0\r\n\r\n"),
        "protocol",
    ),
    "chunk of 2^64 bytes": (
        ways.raw(head(200, Transfer_Encoding="chunked") + b"ffffffffffffffff\r\nabc"),
        "truncated",
    ),
    "unknown transfer encoding": (ways.raw(head(200, Transfer_Encoding="snail") + b"abc"), "protocol"),
    "reset in the body": (ways.reset_in_body, "truncated"),
    "reset before an answer": (ways.reset_at_once, "connect"),
    "closes without an answer": (ways.raw(b""), "protocol"),
    "closes in the headers": (ways.raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "protocol"),
    "garbage status line": (ways.raw(b"HTTP/1.1 abc OK\r\n\r\nabc"), "protocol"),
    "status 42": (ways.raw(b"HTTP/1.1 42 OK\r\n\r\nabc"), "protocol"),
    "HTTP/0.9": (ways.raw(ways.PAGE), "protocol"),
    "HTTP/2 preface": (ways.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "protocol"),
    "SSH": (ways.raw(b"SSH-2.0-OpenSSH_9.9\r\n"), "protocol"),
    "binary garbage": (ways.raw(bytes(range(256)) * 300), "protocol"),
    "one header of 1 MB": (
        ways.raw(b"HTTP/1.1 200 OK\r\nX-Big: " + b"a" * 1_000_000 + b"\r\n\r\n"),
        "protocol",
    ),
    "5,000 headers": (ways.raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 5000 + b"\r\n"), "protocol"),
    "header with a zero byte": (ways.raw(b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\n\r\n"), "protocol"),
    "header without a colon": (ways.raw(b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"), "protocol"),
    "switches protocols": (ways.raw(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), "protocol"),
    "206, not asked for": (respond(206, ways.PAGE, Content_Range="bytes 0-9/99"), "truncated"),
    "304, not asked for": (respond(304), "protocol"),
    "300": (respond(300, ways.PAGE), "http_error"),
    "401": (respond(401, ways.PAGE), "blocked"),
    "403": (respond(403, ways.PAGE), "blocked"),
    "404": (respond(404, ways.PAGE), "gone"),
    "404 with an endless body": (respond(404, b"x", length=11_000_000), "gone"),
    "410": (respond(410), "gone"),
    "418": (respond(418), "http_error"),
    "451": (respond(451), "blocked"),
    "429": (respond(429), "rate_limited"),
    "500": (respond(500, ways.PAGE), "unavailable"),
    "503 with cut gzip": (respond(503, ways.ZIPPED[:9], Content_Encoding="gzip"), "unavailable"),
    "999": (respond(999), "unavailable"),
    "challenge under 200": (respond(200, ways.PAGE, CF_Mitigated="challenge"), "blocked"),
    "challenge under 202": (respond(202, b"", X_Amzn_Waf_Action="challenge"), "blocked"),
    "redirects to itself": (ways.redirect("/a"), "redirect_loop"),
    "redirects to itself, other fragment": (ways.redirect("#top"), "redirect_loop"),
    "redirect without a target": (respond(302), "redirect_loop"),
    "redirects to another host": (ways.redirect("https://elsewhere.example/"), "redirect_away"),
    "redirects to a look-alike": (ways.redirect(f"https://{HOST}@elsewhere.example/"), "redirect_away"),
    "redirects to a longer name": (ways.redirect(f"https://{HOST}.elsewhere.example/"), "redirect_away"),
    "redirects to a file": (ways.redirect("file:///etc/passwd"), "refused_scheme"),
    "redirects to ftp": (ways.redirect(f"ftp://{HOST}/a"), "refused_scheme"),
    "redirects to data": (ways.redirect("data:text/html,<p>hi"), "refused_scheme"),
    "redirects to javascript": (ways.redirect("javascript:alert(1)"), "refused_scheme"),
    "redirects to gopher": (ways.redirect("gopher://127.0.0.1:25/_MAIL"), "refused_scheme"),
    "redirects to another port": (ways.redirect(f"https://{HOST}:22/"), "refused_address"),
    "redirects to port 0": (ways.redirect(f"https://{HOST}:0/"), "refused_address"),
    "redirects into endless length": (ways.redirect("/" + "a" * 9000), "refused_address"),
}


@pytest.mark.parametrize("name", BAD)
def test_each_misbehaviour_has_its_outcome(name: str) -> None:
    """Whatever a server does ends in a typed outcome within the deadline, and no broken body is kept."""
    handler, outcome = BAD[name]
    fetched = fetch(handler)
    assert fetched.outcome == outcome, fetched.detail
    if outcome in ("truncated", "too_large", "bad_encoding", "protocol", "timeout", "connect"):
        assert fetched.body == b""
        assert fetched.last is not None
        assert fetched.last.raw_body == b""
        assert fetched.detail


_PRIVATE = """
    localhost LOCALHOST localhost. sub.localhost router.local metadata.google.internal intranet printer nas.lan
    127.0.0.1 127.0.0.2 127.1 0 0.0.0.0 0x7f000001 0x7f.0.0.1 0177.0.0.1 017700000001 2130706433 127.0.0.1.
    10.0.0.1 172.16.5.4 192.168.1.1 100.64.0.1 100.100.100.200 169.254.1.1 169.254.169.254 168.63.129.16
    192.0.0.192 192.0.2.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 010.0.0.1 10.1 0xa.1
    [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [::ffff:0:127.0.0.1] [0:0:0:0:0:ffff:a00:1]
    [64:ff9b::7f00:1] [64:ff9b::10.0.0.1] [64:ff9b:1::808:808] [2002:7f00:1::1] [2002:a00:1::] [2001:0:1::1]
    [fe80::1] [fe80::1%25eth0] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1] [ff0e::1] [2001:db8::1] [100::1]
    [fe80::5efe:7f00:1] [2606:4700::5efe:a00:1] [5f00::1]
"""
PRIVATE = _PRIVATE.split()


@pytest.mark.parametrize("host", PRIVATE)
def test_no_redirect_leads_to_an_address_that_is_not_public(host: str) -> None:
    """A redirect to any spelling of an address that is not public is refused, even if the caller allows the host."""

    async def run() -> Fetched:
        async with (
            Server({"/a": ways.redirect(f"http://{host}/latest/meta-data/")}) as server,
            Client(
                AGENT, timer=RealTimer(), backend=LoopbackBackend(server.port), is_loopback=True
            ) as client,
        ):
            fetched = await client.fetch(f"https://{HOST}/a", purpose="feed", allowed_host=lambda host: True)
            assert server.connections == 1
            direct = await client.fetch(f"http://{host}/", purpose="feed", allowed_host=lambda host: True)
            assert (direct.outcome, direct.exchanges) == ("refused_address", ())
            assert server.connections == 1
            return fetched

    assert asyncio.run(run()).outcome == "refused_address"


GOOD: dict[str, Handler] = {
    "plain": respond(200, ways.PAGE),
    "gzip": ways.zipped(ways.ZIPPED),
    "x-gzip": ways.zipped(ways.ZIPPED, encoding="X-GZip"),
    "identity": ways.zipped(ways.PAGE, encoding="identity"),
    "gzip in two members": ways.zipped(gzip.compress(ways.PAGE[:99]) + gzip.compress(ways.PAGE[99:])),
    "gzip padded with zeros": ways.zipped(ways.ZIPPED + bytes(100)),
    "gzip until the end of the connection": ways.zipped(ways.ZIPPED, length=None),
    "deflate": ways.zipped(zlib.compress(ways.PAGE), encoding="deflate"),
    "deflate without a header": ways.zipped(zlib.compress(ways.PAGE)[2:-4], encoding="deflate"),
    "chunks": ways.chunked(ways.PAGE[:700], ways.PAGE[700:]),
    "chunks of one byte": ways.chunked(*[ways.PAGE[at : at + 1] for at in range(len(ways.PAGE))]),
    "chunked gzip": ways.chunked(
        *[ways.ZIPPED[at : at + 7] for at in range(0, len(ways.ZIPPED), 7)], Content_Encoding="gzip"
    ),
    "until the end of the connection": respond(200, ways.PAGE, length=None),
    "after interim answers": ways.raw(
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + head(200, len(ways.PAGE)) + ways.PAGE
    ),
    "with a line end after the stated length": ways.raw(head(200, len(ways.PAGE)) + ways.PAGE + b"\r\n"),
    "in HTTP/1.0": ways.raw(b"HTTP/1.0 200 OK\r\n\r\n" + ways.PAGE),
    "after a redirect": ways.redirect("/whole"),
    "after a redirect to a full address": ways.redirect(f"http://{HOST}/whole#part", status=308),
    "after a redirect to www": ways.redirect(f"//www.{HOST}/whole", status=301),
    "after a redirect with a broken body": respond(307, b"x", length=11_000_000, Location="/whole"),
}


@pytest.mark.parametrize("name", GOOD)
def test_whole_answers_arrive_whole(name: str) -> None:
    """A body that arrives whole, however it is packed, is given decoded, and raw as it was sent."""
    fetched = fetch(GOOD[name])
    assert (fetched.outcome, fetched.body) == ("ok", ways.PAGE), fetched.detail
    assert fetched.last is not None
    assert fetched.detail == ("length_unstated" if "HTTP/1.0" in name or "until" in name else "")
    if fetched.last.header("content-encoding") == "gzip" and "members" not in name and "padded" not in name:
        assert fetched.last.raw_body == ways.ZIPPED


def test_an_empty_answer_is_an_answer() -> None:
    """204 and a length of 0 end at once, with an empty body."""
    assert (fetch(respond(204, length=None)).outcome, fetch(respond(200)).outcome) == ("ok", "ok")


def test_a_redirect_to_itself_is_asked_once() -> None:
    """An address that was asked before is not asked again within one wish."""
    assert len(fetch(ways.redirect("/a")).exchanges) == 1


def test_more_than_five_redirects_are_a_loop() -> None:
    """Five redirects are followed, a sixth is not; each hop is told."""

    async def run(hops: int) -> Fetched:
        routes = {f"/{n}": ways.redirect(f"/{n + 1}") for n in range(hops)}
        async with (
            Server({**routes, f"/{hops}": respond(200, b"there")}) as server,
            Client(
                AGENT, timer=RealTimer(), backend=LoopbackBackend(server.port), is_loopback=True
            ) as client,
        ):
            return await client.fetch(f"http://{HOST}/0", purpose="page", allowed_host=HOST.__eq__)

    five, six = asyncio.run(run(5)), asyncio.run(run(6))
    assert (five.outcome, five.final_url, len(five.exchanges)) == ("ok", f"http://{HOST}/5", 6)
    assert [exchange.outcome for exchange in five.exchanges] == ["redirected"] * 5 + ["ok"]
    assert (six.outcome, len(six.exchanges)) == ("redirect_loop", 6)


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("120", 120, 120),
        ("0", 0, 0),
        ("999999999999999999999999", 1e11, 1e12),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 1e9, 1e10),
    ],
)
def test_retry_after_is_read(value: str, low: float, high: float) -> None:
    """Retry-After is read from seconds and from dates, however absurd."""
    for status, outcome in ((429, "rate_limited"), (503, "unavailable")):
        fetched = fetch(respond(status, Retry_After=value))
        assert fetched.outcome == outcome
        assert fetched.retry_after_s is not None
        assert low <= fetched.retry_after_s <= high


@pytest.mark.parametrize(
    "value", ["soon", "-5", "1e3", "", "Wed, 99 Foo 2099", "Wed, 21 Oct 2015 07:28:00 GMT", "٣"]
)
def test_a_senseless_retry_after_says_nothing(value: str) -> None:
    """A Retry-After that is no time, or one that has passed, asks for nothing."""
    assert fetch(respond(503, Retry_After=value.encode().decode("latin-1"))).retry_after_s is None


def test_conditions_are_sent_and_answered() -> None:
    """With the validators of the last answer a server says that nothing changed; with changed content it sends it."""

    async def run() -> list[Fetched]:
        version = [1]

        async def handle(call: ways.Call) -> None:
            tag = f'"v{version[0]}"'
            is_known = call.headers.get("if-none-match") == tag
            await call.send(head(304, ETag=tag) if is_known else head(200, 2, ETag=tag) + b"v%d" % version[0])

        async with (
            Server({"/feed": handle}) as server,
            Client(
                AGENT, timer=RealTimer(), backend=LoopbackBackend(server.port), is_loopback=True
            ) as client,
        ):
            answers = []
            for etag in ("", '"v1"', '"v1"'):
                version[0] = 2 if len(answers) == 2 else 1
                answers.append(
                    await client.fetch(
                        f"https://{HOST}/feed",
                        purpose="feed",
                        allowed_host=HOST.__eq__,
                        conditions=Conditions(etag, "Wed, 21 Oct 2015 07:28:00 GMT") if etag else None,
                    )
                )
            assert "if-none-match" not in server.calls[0].headers
            assert server.calls[1].headers["if-modified-since"] == "Wed, 21 Oct 2015 07:28:00 GMT"
            return answers

    first, same, changed = asyncio.run(run())
    assert [f.outcome for f in (first, same, changed)] == ["ok", "not_modified", "ok"]
    assert (first.body, same.body, changed.body) == (b"v1", b"", b"v2")


@pytest.mark.parametrize("etag", ['"đ"', "a\nX-Injected: 1", "\0", " ", "a\r", '"\ud800"'])
def test_a_validator_that_cannot_be_sent_is_left_out(etag: str) -> None:
    """Whatever was stored as a validator, the request is well-formed and is made."""
    fetched = fetch(respond(200, b"v1"), conditions=Conditions(etag, etag))
    assert (fetched.outcome, fetched.body) == ("ok", b"v1")
    assert fetched.last is not None
    assert len(fetched.last.request_headers) == 6


def test_caps_can_be_set_and_hold_exactly() -> None:
    """A body of exactly the cap passes, one byte more does not; raw and decoded are counted apart."""
    limits = Limits(max_raw_bytes=1000, max_decoded_bytes=3000)
    assert fetch(respond(200, b"x" * 1000), limits=limits).outcome == "ok"
    assert fetch(respond(200, b"x" * 1001), limits=limits).outcome == "too_large"
    assert fetch(respond(200, b"x" * 1001, length=None), limits=limits).outcome == "too_large"
    assert fetch(ways.zipped(gzip.compress(b"x" * 3000)), limits=limits).outcome == "ok"
    assert fetch(ways.zipped(gzip.compress(b"x" * 3001)), limits=limits).outcome == "too_large"
