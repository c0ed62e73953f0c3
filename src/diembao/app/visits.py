"""Asking an outlet without collecting: find its feeds and sitemaps, check that they answer. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

from diembao.app.collect import SystemTimer, choose_outlets, find_way_out
from diembao.app.project import Project
from diembao.errors import DiembaoError, FetchError, OutletError
from diembao.fetch.backends import Backend, LoopbackBackend
from diembao.fetch.client import Client
from diembao.fetch.contact import make_user_agent
from diembao.fetch.plan import HostPlan, with_crawl_delay
from diembao.fetch.robots import RobotsAnswer, RobotsPolicy, judge_robots, robots_url
from diembao.fetch.targets import host_asked
from diembao.ports import Timer
from diembao.sandbox import Sandbox
from diembao.sources.discover import guess_addresses
from diembao.sources.hosts import refused_host
from diembao.sources.outlets import OutletIndex
from diembao.text.addresses import belongs_to, host_of, registrable_domain
from diembao.types import Fetched, FetchPurpose, FoundLink, Outlet, ParsedFeed, ParsedSitemap

Row = dict[str, Any]
T = TypeVar("T")

#: pages that list feeds, and usual places, that are looked at while discovering
MAX_LISTS, MAX_GUESSES = 3, 8


class Visitor:
    """Asks single addresses as politely as the collector does: robots first, the host's pace, no evasion."""

    def __init__(self, client: Client, box: Sandbox, timer: Timer, allowed: Callable[[str], bool]) -> None:
        self._client = client
        self._box = box
        self._timer = timer
        self._allowed = allowed
        self._policies: dict[str, tuple[RobotsPolicy, bytes]] = {}
        self.sitemaps: dict[str, tuple[str, ...]] = {}

    async def ask(self, url: str, purpose: FetchPurpose) -> Fetched:
        """The answer, or "robots" where we may not ask."""
        host = host_asked(url)
        if host not in self._policies:
            fetched = await self._client.fetch(
                robots_url(url), purpose="robots", allowed_host=lambda h: h == host or self._allowed(h)
            )
            policy = judge_robots(fetched, host=host, now=self._timer.now())
            self._policies[host] = (policy, fetched.body)
        policy, body = self._policies[host]
        if policy.verdict == "rules":
            answer = await self._parse("diembao.fetch.robots:check_robots", body, RobotsAnswer, urls=[url])
            if isinstance(answer, DiembaoError) or answer.allowed != (True,):
                return Fetched(url, url, "robots", detail="robots.txt")
            self.sitemaps[host] = answer.sitemaps
            plan = self._client.hosts.get(host) or HostPlan(host)
            self._client.hosts[host] = with_crawl_delay(plan, answer.crawl_delay_s)
        elif policy.verdict == "disallow_all":
            return Fetched(url, url, "robots", detail=f"robots.txt: {policy.reason}")
        return await self._client.fetch(url, purpose=purpose, allowed_host=self._allowed)

    async def links(self, fetched: Fetched) -> list[FoundLink]:
        """Feeds and sitemaps that a page points to."""
        found = await self._parse(
            "diembao.sources.discover:find_feed_links", fetched.body, list[FoundLink], url=fetched.final_url
        )
        return [] if isinstance(found, DiembaoError) else found

    async def feed(self, fetched: Fetched, timezone: str) -> ParsedFeed | DiembaoError:
        """The answer as a feed."""
        return await self._parse(
            "diembao.sources.feeds:parse_feed_body",
            fetched.body,
            ParsedFeed,
            url=fetched.final_url,
            timezone=timezone,
        )

    async def sitemap(self, fetched: Fetched, timezone: str) -> ParsedSitemap | DiembaoError:
        """The answer as a sitemap."""
        return await self._parse(
            "diembao.sources.sitemaps:parse_sitemap",
            fetched.body,
            ParsedSitemap,
            url=fetched.final_url,
            timezone=timezone,
        )

    async def _parse(self, function: str, body: bytes, returns: type[T], **more: Any) -> T | DiembaoError:
        def parse() -> T | DiembaoError:
            try:
                return self._box.call(function, body, returns=returns, **more)
            except DiembaoError as error:
                return error

        return await asyncio.to_thread(parse)


def discover(
    project: Project, address: str, *, timer: Timer | None = None, backend: Backend | None = None
) -> list[Row]:
    """The feeds and sitemaps that a site offers: kind, url, title, where it was said."""
    url = address if "://" in address else f"https://{address}"
    host = host_of(url)
    category = refused_host(host)
    if category is not None:
        raise OutletError(
            "{host} is on the list of {category} hosts, which are never collected",
            key="app.refused_host",
            next_step="give the address of a publisher's own site",
            host=host,
            category=category,
        )
    domain = registrable_domain(host) or host

    async def look(visitor: Visitor) -> list[Row]:
        home = await visitor.ask(url, "discover")
        if home.outcome != "ok":
            raise _no_answer(url, home)
        found = {link.url: link for link in await visitor.links(home)}
        lists = [link for link in found.values() if link.where == "page"][:MAX_LISTS]
        for link in lists:
            page = await visitor.ask(link.url, "discover")
            if page.outcome == "ok":
                found |= {x.url: x for x in await visitor.links(page) if x.url not in found}
        for sitemap in visitor.sitemaps.get(host_asked(url), ()):
            found.setdefault(sitemap, FoundLink(sitemap, "sitemap", "", "robots"))
        rows = [link for link in found.values() if link.where != "page"]
        if not any(link.kind == "feed" for link in rows):
            rows += await _try_usual_places(visitor, url, {link.url for link in rows})
        return [
            {"kind": link.kind, "url": link.url, "title": link.title, "where": link.where} for link in rows
        ]

    return _visit(project, look, lambda h: belongs_to(h, (domain,)), timer, backend)


async def _try_usual_places(visitor: Visitor, url: str, known: set[str]) -> list[FoundLink]:
    found = []
    for guess in [guess for guess in guess_addresses(url) if guess not in known][:MAX_GUESSES]:
        fetched = await visitor.ask(guess, "discover")
        if fetched.outcome != "ok":
            continue
        feed = await visitor.feed(fetched, "Asia/Ho_Chi_Minh")
        if isinstance(feed, ParsedFeed):
            found.append(FoundLink(guess, "feed", feed.title, "usual place"))
            continue
        sitemap = await visitor.sitemap(fetched, "Asia/Ho_Chi_Minh")
        if isinstance(sitemap, ParsedSitemap):
            found.append(FoundLink(guess, "sitemap", "", "usual place"))
        else:
            found += [link for link in await visitor.links(fetched) if link.where != "page"]
    return found


def check_live(
    project: Project,
    outlet_ids: Sequence[str] = (),
    *,
    timer: Timer | None = None,
    backend: Backend | None = None,
) -> list[Row]:
    """Ask each feed and sitemap of outlets once; an outlet whose lists all answer is marked as checked."""
    with project.open_desk() as desk:
        outlets = choose_outlets(desk, outlet_ids)
        index = OutletIndex(desk.outlets.list_outlets())

        async def look(visitor: Visitor) -> list[Row]:
            rows = []
            for outlet in outlets:
                for feed in outlet.feeds:
                    if feed.url:
                        rows.append(await _check_one(visitor, outlet, feed.url, "feed"))
                for url in outlet.sitemaps:
                    rows.append(await _check_one(visitor, outlet, url, "sitemap"))
            return rows

        rows = _visit(project, look, lambda h: index.resolve(h) is not None, timer, backend)
        good = {row["outlet"] for row in rows if row["ok"]} - {row["outlet"] for row in rows if not row["ok"]}
        checked = [
            replace(outlet, status="checked")
            for outlet in outlets
            if outlet.outlet_id in good and outlet.status == "unverified"
        ]
        if checked:
            desk.outlets.put(checked)
    return rows


async def _check_one(visitor: Visitor, outlet: Outlet, url: str, purpose: FetchPurpose) -> Row:
    fetched = await visitor.ask(url, purpose)
    row: Row = {
        "outlet": outlet.outlet_id,
        "kind": purpose,
        "url": url,
        "ok": False,
        "entries": 0,
        "newest": None,
    }
    if fetched.outcome != "ok":
        return row | {"detail": f"{fetched.outcome} {fetched.detail}".strip()}
    if purpose == "feed":
        feed = await visitor.feed(fetched, outlet.timezone)
        if isinstance(feed, DiembaoError):
            return row | {"detail": f"{feed}; {feed.next_step or ''}".rstrip("; ")}
        newest = max((e.published_at for e in feed.entries if e.published_at is not None), default=None)
        detail = ", ".join(f"{reason} {n}" for reason, n in sorted(feed.dropped.items()))
        return row | {
            "ok": bool(feed.entries),
            "entries": len(feed.entries),
            "newest": newest,
            "detail": detail,
        }
    sitemap = await visitor.sitemap(fetched, outlet.timezone)
    if isinstance(sitemap, DiembaoError):
        return row | {"detail": str(sitemap)}
    return row | {"ok": bool(sitemap.entries), "entries": len(sitemap.entries), "detail": sitemap.kind}


def _visit(
    project: Project,
    look: Callable[[Visitor], Coroutine[Any, Any, list[Row]]],
    allowed: Callable[[str], bool],
    timer: Timer | None,
    backend: Backend | None,
) -> list[Row]:
    user_agent = make_user_agent(project.settings.text("collect.contact"))
    clock = timer or SystemTimer()
    way_out = backend or find_way_out(project)

    async def go() -> list[Row]:
        with Sandbox() as box:
            async with Client(
                user_agent,
                timer=clock,
                backend=way_out,
                is_loopback=isinstance(way_out, LoopbackBackend),
            ) as client:
                return await look(Visitor(client, box, clock, allowed))

    return asyncio.run(go())


def _no_answer(url: str, fetched: Fetched) -> FetchError:
    host = urlsplit(url).hostname or url
    if fetched.outcome == "robots" and fetched.detail != "robots.txt":
        return FetchError(
            "{host} cannot be asked now: its robots.txt could not be had ({detail})",
            key="app.robots_unknown",
            next_step="try again later: as long as its rules are unknown, nothing is asked",
            host=host,
            detail=fetched.detail.removeprefix("robots.txt: "),
        )
    if fetched.outcome == "robots":
        return FetchError(
            "{host} asks not to be collected: its robots.txt forbids {url}",
            key="app.robots_forbid",
            next_step="ask the publisher for permission or another way; there is no setting that passes over it",
            host=host,
            url=url,
        )
    return FetchError(
        "{url} did not answer as needed: {outcome} {detail}",
        key="app.no_answer",
        next_step="check the address in a browser; if it works there, try again later",
        url=url,
        outcome=fetched.outcome,
        detail=fetched.detail,
    )
