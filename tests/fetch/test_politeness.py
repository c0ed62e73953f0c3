"""How politely a host is asked, measured by the server: connections, gaps, robots first, and what is not sent."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest

from diembao.errors import SettingsError
from diembao.fetch.backends import LoopbackBackend
from diembao.fetch.client import Client
from diembao.fetch.contact import make_user_agent
from diembao.fetch.order import Job, next_wake, order_due
from diembao.fetch.plan import HostPlan, with_crawl_delay
from diembao.fetch.robots import check_robots, judge_robots, robots_url
from diembao.types import Fetched
from tests.fetch import behaviours as ways
from tests.fetch.server import Call, Server, head, respond
from tests.fetch.timers import RealTimer, VirtualTimer

AGENT = make_user_agent("diem.bao@outlet.example")
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def make_client(server: Server, timer: VirtualTimer | RealTimer, *, is_loopback: bool = False) -> Client:
    backend = LoopbackBackend(server.port)
    return Client(AGENT, timer=timer, backend=backend, is_loopback=is_loopback, deadline_s=5.0)


def gaps_by_host(server: Server) -> dict[str, list[float]]:
    times: dict[str, list[datetime]] = {}
    for call in server.calls:
        times.setdefault(call.host, []).append(call.at)
    return {
        host: [(after - before).total_seconds() for before, after in itertools.pairwise(moments)]
        for host, moments in times.items()
    }


def test_one_connection_a_host_however_many_ask() -> None:
    """Twenty wishes at once for two hosts: never two connections open to one host."""

    async def slow(call: Call) -> None:
        await asyncio.sleep(0.01)
        await call.send(head(200, 2) + b"ok")

    async def run() -> Server:
        async with (
            Server({"/a": slow}) as server,
            make_client(server, RealTimer(), is_loopback=True) as client,
        ):
            await asyncio.gather(
                *(
                    client.fetch(f"https://{host}.example/a", purpose="page", allowed_host=lambda host: True)
                    for host in ("one", "two")
                    for _ in range(10)
                )
            )
            return server

    server = asyncio.run(run())
    assert len(server.calls) == server.connections == 20
    assert dict(server.most_open) == {"one.example": 1, "two.example": 1}


def test_the_client_keeps_the_gap_itself() -> None:
    """Wishes in a row, and the hops of a redirect, reach a host at least 5 s apart, or 5 times its last response."""
    timer = VirtualTimer(START)

    async def slow(call: Call) -> None:
        timer.move(3.0)
        await call.send(head(200, 2) + b"ok")

    async def run() -> Server:
        routes = {"/a": respond(200, b"a"), "/r": ways.redirect("/a"), "/slow": slow}
        async with Server(routes, now=timer.now) as server, make_client(server, timer) as client:
            for path in ("/a", "/r", "/slow", "/a", "/a"):
                fetched = await client.fetch(
                    f"https://outlet.example{path}", purpose="page", allowed_host=lambda host: True
                )
                assert fetched.outcome == "ok"
            return server

    gaps = gaps_by_host(asyncio.run(run()))["outlet.example"]
    assert gaps == [5.0, 5.0, 5.0, 18.0, 5.0]


def test_retry_after_is_kept_even_when_the_caller_forgets_it() -> None:
    """After a 429 with Retry-After nothing is sent before its time; a cap of 24 h holds; then asking goes on."""
    timer = VirtualTimer(START)

    async def run(value: str) -> tuple[Server, list[Fetched]]:
        async with (
            Server({"/a": respond(429, Retry_After=value)}, now=timer.now) as server,
            make_client(server, timer) as client,
        ):
            answers = []
            for _ in range(3):
                answers.append(
                    await client.fetch(
                        "https://outlet.example/a", purpose="page", allowed_host=lambda host: True
                    )
                )
                timer.move(0.5 * 24 * 3600)
            return server, answers

    server, answers = asyncio.run(run("99999999999"))
    assert [one.outcome for one in answers] == ["rate_limited"] * 3
    assert [len(one.exchanges) for one in answers] == [1, 0, 1]
    assert answers[1].retry_after_s == pytest.approx(12 * 3600)
    assert gaps_by_host(server)["outlet.example"] == [24 * 3600.0]


class Collector:
    """A small driver as the application has one: what is due, in order, robots first."""

    def __init__(self, client: Client, timer: VirtualTimer, jobs: list[Job], urls: dict[str, str]) -> None:
        self.client = client
        self.timer = timer
        self.jobs = {job.job_id: job for job in jobs}
        self.urls = urls
        self.allowed: dict[str, bool] = {}
        self.outcomes: dict[str, str] = {}

    async def run(self) -> None:
        while self.jobs:
            due = order_due(self.ready(), self.client.hosts, self.timer.now())
            if not due:
                wake = next_wake(self.ready(), self.client.hosts, self.timer.now())
                assert wake is not None
                await self.timer.sleep(max((wake - self.timer.now()).total_seconds(), 0.001))
                continue
            await asyncio.gather(*(self.do(job) for job in due))

    def ready(self) -> list[Job]:
        """Nothing of a host is due before its robots.txt."""
        waiting = {job.host for job in self.jobs.values() if job.purpose == "robots"}
        return [job for job in self.jobs.values() if job.purpose == "robots" or job.host not in waiting]

    async def do(self, job: Job) -> None:
        url = self.urls[job.job_id]
        del self.jobs[job.job_id]
        if job.purpose != "robots" and not self.allowed[job.job_id]:
            self.outcomes[job.job_id] = "robots"
            return
        fetched = await self.client.fetch(url, purpose=job.purpose, allowed_host=job.host.__eq__)
        self.outcomes[job.job_id] = fetched.outcome
        if job.purpose == "robots":
            self.take_robots(job, fetched)

    def take_robots(self, job: Job, fetched: Fetched) -> None:
        policy = judge_robots(fetched, host=job.host, now=self.timer.now())
        others = [one for one in self.jobs.values() if one.host == job.host]
        answer = check_robots(fetched.body, urls=[self.urls[one.job_id] for one in others])
        if policy.verdict == "rules":
            plan = self.client.hosts[job.host]
            self.client.hosts[job.host] = with_crawl_delay(plan, answer.crawl_delay_s)
        for one, is_allowed in zip(others, answer.allowed, strict=True):
            self.allowed[one.job_id] = (
                is_allowed if policy.verdict == "rules" else policy.verdict == "allow_all"
            )


def collect(robots: dict[str, ways.Handler]) -> tuple[Server, Collector]:
    """Feeds and pages of some hosts, each with its robots.txt, through the plan and the client."""
    timer = VirtualTimer(START)
    jobs, urls = [], {}
    for host in robots:
        for n in range(6):
            purpose = "robots" if n == 0 else "feed" if n < 3 else "page"
            path = "/robots.txt" if n == 0 else f"/rss/{n}" if n < 3 else f"/tin-{n}.html"
            job = Job(f"{host} {n}", purpose, host, host, START - timedelta(minutes=n))
            jobs.append(job)
            urls[job.job_id] = robots_url(f"https://{host}/x") if n == 0 else f"https://{host}{path}"
    jobs.reverse()

    async def run() -> tuple[Server, Collector]:
        routes = {f"{host}/robots.txt": handler for host, handler in robots.items()}
        for path in ("/rss/1", "/rss/2", "/tin-3.html", "/tin-4.html", "/tin-5.html"):
            routes[path] = respond(200, b"ok")
        async with Server(routes, now=timer.now) as server, make_client(server, timer) as client:
            collector = Collector(client, timer, jobs, urls)
            await collector.run()
            return server, collector

    return asyncio.run(run())


def test_robots_first_then_feeds_then_pages_with_gaps() -> None:
    """Each host's robots.txt is its first request; feeds go before pages, the oldest page first; gaps are kept."""
    server, collector = collect(
        {
            "plain.example": respond(404),
            "slow.example": respond(200, b"User-agent: *\nCrawl-delay: 20\n"),
            "very-slow.example": respond(200, b"User-agent: *\nCrawl-delay: 600\n"),
        }
    )
    paths: dict[str, list[str]] = {}
    for call in server.calls:
        paths.setdefault(call.host, []).append(call.path)
    order = ["/robots.txt", "/rss/2", "/rss/1", "/tin-5.html", "/tin-4.html", "/tin-3.html"]
    assert paths == dict.fromkeys(("plain.example", "slow.example", "very-slow.example"), order)
    assert set(collector.outcomes.values()) == {"ok", "gone"}
    least = {host: min(gaps) for host, gaps in gaps_by_host(server).items()}
    assert least["plain.example"] >= 5.0
    assert min(gaps_by_host(server)["slow.example"][1:]) >= 20.0
    assert min(gaps_by_host(server)["very-slow.example"][1:]) >= 60.0
    assert collector.client.hosts["very-slow.example"].slow
    assert all(count == 1 for count in server.most_open.values())


def test_what_robots_forbid_is_not_asked() -> None:
    """A forbidden path is not requested; a robots.txt that fails with 5xx, 429 or a broken body forbids everything."""
    server, collector = collect(
        {
            "some.example": respond(200, b"User-agent: diembao\nDisallow: /tin-\n"),
            "error.example": respond(503),
            "busy.example": respond(429),
            "cut.example": respond(200, b"User-agent: *\nAllow: /\n", length=500),
            "teapot.example": respond(403),
        }
    )
    asked = {host: sum(call.host == host for call in server.calls) for host in collector.client.hosts}
    assert asked == {
        "some.example": 3,
        "error.example": 1,
        "busy.example": 1,
        "cut.example": 1,
        "teapot.example": 6,
    }
    assert list(collector.outcomes.values()).count("robots") == 3 + 5 + 5 + 5


def test_a_redirect_does_not_lead_past_robots() -> None:
    """The target of a redirect is asked for only if its robots.txt allows it; the answer may be fetched meanwhile."""

    async def run() -> tuple[Fetched, Server]:
        routes = {
            "/a": ways.redirect("/b"),
            "/b": ways.redirect("/secret/c"),
            "/robots.txt": respond(200, b"User-agent: *\nDisallow: /secret/\n"),
        }
        async with Server(routes) as server, make_client(server, RealTimer(), is_loopback=True) as client:

            async def may_follow(url: str) -> bool:
                robots = await client.fetch(robots_url(url), purpose="robots", allowed_host=lambda host: True)
                return check_robots(robots.body, urls=[url]).allowed[0]

            fetched = await client.fetch(
                "https://outlet.example/a",
                purpose="page",
                allowed_host=lambda host: True,
                may_follow=may_follow,
            )
            return fetched, server

    fetched, server = asyncio.run(run())
    assert (fetched.outcome, fetched.detail) == ("robots", "https://outlet.example/secret/c")
    assert [call.path for call in server.calls] == ["/a", "/robots.txt", "/b", "/robots.txt"]


def test_nothing_is_kept_and_nothing_is_told() -> None:
    """Cookies are not kept, no Referer is sent on a redirect, and the User-Agent names us and a contact."""

    async def run() -> Server:
        routes = {
            "/a": respond(302, Location="/b", Set_Cookie="id=1; Path=/"),
            "/b": respond(200, b"b", Set_Cookie="id=2"),
        }
        async with Server(routes) as server, make_client(server, RealTimer(), is_loopback=True) as client:
            for _ in range(2):
                await client.fetch(
                    "https://user:secret@outlet.example/a#part",
                    purpose="page",
                    allowed_host=lambda host: True,
                )
            return server

    server = asyncio.run(run())
    assert [call.path for call in server.calls] == ["/a", "/b"] * 2
    for call in server.calls:
        assert set(call.headers) == {
            "host", "user-agent", "accept", "accept-encoding", "connection", "from",
        }  # fmt: skip
        assert call.headers["accept-encoding"] == "gzip"
        assert call.headers["user-agent"] == AGENT
        assert call.headers["from"] == "diem.bao@outlet.example"
        assert "Mozilla" not in AGENT


@pytest.mark.parametrize("agent", ["", "Mozilla/5.0", "Diembao/1.0", "Diembao/1.0 (+)", "Diembao/1.0 (+me)"])
def test_no_client_without_a_contact(agent: str) -> None:
    """The client itself refuses a User-Agent without a contact, or one that plays another program."""
    with pytest.raises(SettingsError):
        Client(agent, timer=RealTimer())


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY and its kin change nothing: the guard would not see where the proxy goes."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def run() -> str:
        async with (
            Server({"/a": respond(200, b"a")}) as server,
            make_client(server, RealTimer(), is_loopback=True) as client,
        ):
            fetched = await client.fetch(
                "http://outlet.example/a", purpose="page", allowed_host=lambda host: True
            )
            return fetched.outcome

    assert asyncio.run(run()) == "ok"


def test_a_stored_pace_is_kept_after_a_restart() -> None:
    """A client that starts with the stored plans waits as the last one would have."""
    timer = VirtualTimer(START)

    async def run() -> list[float]:
        async with Server({"/a": respond(200, b"a")}, now=timer.now) as server:
            hosts = {"outlet.example": HostPlan("outlet.example", next_at=START + timedelta(seconds=42))}
            client = Client(AGENT, timer=timer, hosts=hosts, backend=LoopbackBackend(server.port))
            async with client:
                await client.fetch("https://outlet.example/a", purpose="page", allowed_host=lambda host: True)
            return [(call.at - START).total_seconds() for call in server.calls]

    assert asyncio.run(run()) == [42.0]
