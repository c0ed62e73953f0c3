"""What a collection does with what came: rules of hosts, news of feeds and sitemaps, pages; and what came before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from diembao.app.collecting.batch import ReadingBatch
from diembao.app.collecting.evidence import EvidenceRoom, load_capture
from diembao.app.collecting.readings import FeedNews, Reader
from diembao.app.collecting.rereading import Rereader, damaged_reading, find_asked_url
from diembao.app.collecting.wishes import ListState, Plan, Wish
from diembao.desk import Desk
from diembao.desk.captures import Kept
from diembao.desk.readings import Reading
from diembao.errors import CorpusError, DiembaoError
from diembao.fetch.client import Client
from diembao.fetch.plan import MIN_INTERVAL_S, FeedPlan, after_feed, with_crawl_delay
from diembao.fetch.robots import RobotsAnswer, judge_robots
from diembao.fetch.signals import TdmRules
from diembao.fetch.targets import host_asked
from diembao.ports import Timer
from diembao.sandbox import Sandbox
from diembao.sources.walkback import order_sitemaps
from diembao.types import FeedPoll, Fetched, FetchOutcome, ParsedSitemap

Headers = Sequence[tuple[str, str]]


class Intake:
    """Reads what was kept. Everything here can be done again from the archive."""

    def __init__(
        self,
        *,
        desk: Desk,
        room: EvidenceRoom,
        plan: Plan,
        client: Client,
        timer: Timer,
        box: Sandbox,
        reader: Reader,
        batch: ReadingBatch,
    ) -> None:
        self._desk = desk
        self._room = room
        self._plan = plan
        self._client = client
        self._timer = timer
        self._box = box
        self._reader = reader
        self._batch = batch
        self._robots: dict[str, tuple[int, bytes]] = {}
        #: when a feed was last asked since the last run was noted
        self.fed_at: datetime | None = None

    async def read(self, wish: Wish, kept: Kept, fetched: Fetched) -> None:
        """Read a capture that was just kept."""
        now, body = self._timer.now(), fetched.body
        match wish.job.purpose:
            case "page":
                page = await asyncio.to_thread(self._reader.parse_page, kept, body)
                asked = wish.url if fetched.final_url != wish.url else ""
                self._batch.add_page(*self._reader.read_page(kept, page, asked_url=asked), now)
            case "feed":
                feed = await asyncio.to_thread(self._reader.parse_feed, kept, body)
                news = self._reader.read_feed(kept, feed, self._plan.feeds.get(wish.feed_id or "").listed)
                self._absorb_feed(wish.feed_id or "", kept, news, _list_headers(fetched))
            case "sitemap":
                sitemap = await asyncio.to_thread(self._reader.parse_sitemap, kept, body)
                self._absorb_sitemap(wish.url, kept, sitemap, _list_headers(fetched))
            case "robots":
                await self._read_robots(wish, kept, body)
            case "tdm":
                await self._read_tdm(wish, kept, body)

    async def is_challenge(self, fetched: Fetched) -> bool:
        """Whether an answer that says "not now" shows a challenge: then it says no, and is not asked again."""
        last = fetched.last
        if fetched.outcome != "unavailable" or last is None or not last.body:
            return False
        try:
            return await asyncio.to_thread(
                self._box.call,
                "diembao.app.collecting.worker:is_challenge",
                last.body,
                returns=bool,
                url=last.url,
                content_type=last.header("content-type") or None,
            )
        except DiembaoError:  # what cannot be read shows nothing
            return False

    # -------------------------------------------------------------- rules of a host

    async def is_permitted(self, url: str) -> bool:
        """Whether the robots.txt of an address's host lets us ask for it; a host whose rules are unknown does not."""
        host = host_asked(url)
        state = self._plan.hosts.get(host)
        if state.robots is None or state.robots.verdict != "rules" or state.robots_capture is None:
            return state.robots is not None and state.robots.verdict == "allow_all"
        number, body = self._robots.get(host, (0, b""))
        if number != state.robots_capture:
            kept = self._desk.captures.get(state.robots_capture)
            try:
                body = load_capture(self._room.folder, self._desk, kept).body
            except CorpusError:
                return False  # `verify` tells of the damage; without the rules nothing is asked
            self._robots[host] = (state.robots_capture, body)
        answer = await self._ask_robots(body, url)
        return answer is not None and answer.allowed == (True,)

    async def _ask_robots(self, body: bytes, url: str) -> RobotsAnswer | None:
        return await asyncio.to_thread(self._parse_robots, body, url)

    def _parse_robots(self, body: bytes, url: str) -> RobotsAnswer | None:
        """What a robots.txt says; None where it cannot be read, which means no."""
        try:
            return self._box.call("diembao.fetch.robots:check_robots", body, returns=RobotsAnswer, urls=[url])
        except DiembaoError:
            return None

    def note_robots(self, wish: Wish, fetched: Fetched, kept: Kept | None, now: datetime) -> None:
        """How a host's robots.txt stands (stored by the caller)."""
        state = self._plan.hosts.get(wish.job.host)
        policy = judge_robots(fetched, host=wish.job.host, now=now)
        capture = kept.capture_id if kept is not None else None
        self._plan.hosts.put(wish.job.host, replace(state, robots=policy, robots_capture=capture))

    async def _read_robots(self, wish: Wish, kept: Kept, body: bytes) -> None:
        self._absorb_robots(wish.job.host, kept, await self._ask_robots(body, wish.url))

    def _absorb_robots(self, host: str, kept: Kept, answer: RobotsAnswer | None) -> None:
        """Pace and sitemaps of a host; rules that cannot be read forbid everything."""
        state = self._plan.hosts.get(host)
        if answer is None and state.robots is not None:
            policy = replace(state.robots, verdict="disallow_all", reason="unreadable")
            self._plan.hosts.put(host, replace(state, robots=policy))
        elif answer is not None:
            self._plan.hosts.put(host, replace(state, sitemaps=answer.sitemaps))
            plan = self._client.hosts.get(host) or state.plan
            self._client.hosts[host] = with_crawl_delay(plan, answer.crawl_delay_s)
        outcome = "robots" if answer is not None else "unreadable"
        with self._desk.transaction():
            self._plan.hosts.save([host])
            self._desk.readings.add([Reading(kept.capture_id, outcome)])

    async def _read_tdm(self, wish: Wish, kept: Kept, body: bytes) -> None:
        self._absorb_tdm(wish.job.host, kept, await asyncio.to_thread(self._parse_tdm, body))

    def _parse_tdm(self, body: bytes) -> TdmRules | None:
        """The reservations in a file; None when it is none."""
        try:
            return self._box.call("diembao.fetch.signals:parse_tdmrep", body, returns=TdmRules)
        except DiembaoError:
            return None

    def _absorb_tdm(self, host: str, kept: Kept, found: TdmRules | None) -> None:
        """The reservations of a site; a file that is none reserves nothing."""
        rules = found.rules if found is not None else ()
        outcome = "tdm" if found is not None else "not_a_reservation"
        self._plan.hosts.put(host, replace(self._plan.hosts.get(host), tdm_rules=rules))
        with self._desk.transaction():
            self._plan.hosts.save([host])
            self._desk.readings.add([Reading(kept.capture_id, outcome, detail={"rules": len(rules)})])

    # -------------------------------------------------------------- feeds and sitemaps

    def note_silence(self, wish: Wish, fetched: Fetched, now: datetime) -> None:
        """A feed or sitemap that brought no body: unchanged, or why not (in the caller's transaction).

        Its state says what it listed. While an answer of it still waits for its commit, this waits, too.
        """
        book, name = self._plan.book(wish)
        state = book.get(name)
        plan = after_feed(state.plan, outcome=fetched.outcome, now=now, retry_after_s=fetched.retry_after_s)
        walked = state.walked_since
        if wish.job.purpose == "sitemap" and fetched.outcome in ("not_modified", "gone", "robots"):
            walked = self._plan.since or walked
        book.put(name, replace(state, plan=plan, outlet_id=wish.job.outlet_id, walked_since=walked))
        if self._batch.holds(book, name):
            self._batch.add_list(book, name, now)
        else:
            book.save([name])
        if wish.feed_id is not None:
            outcome = "unchanged" if fetched.outcome == "not_modified" else fetched.outcome
            self._desk.readings.add([], [FeedPoll(wish.feed_id, now, outcome)])
            if fetched.exchanges:
                self.fed_at = now

    def _absorb_feed(self, feed_id: str, kept: Kept, news: FeedNews, headers: Headers) -> None:
        """The entries into the batch, the feed's rhythm, and the poll."""
        now = kept.capture.fetched_at
        is_feed = news.reading.outcome == "feed"
        state = self._plan.feeds.get(feed_id)
        plan = _next_plan(state.plan, now, news, headers, "ok" if is_feed else "protocol")
        listed = news.listed if is_feed else state.listed
        self._plan.feeds.put(feed_id, replace(state, plan=plan, outlet_id=kept.outlet_id, listed=listed))
        self._batch.add_news(news, self._timer.now())
        self._batch.add_list(self._plan.feeds, feed_id, self._timer.now())
        entries = len(news.listed)
        outcome = "ok" if is_feed else news.reading.outcome
        poll = FeedPoll(feed_id, now, outcome, entries, min(news.fresh, entries))
        self._batch.add_poll(poll, self._timer.now())
        self.fed_at = now if self.fed_at is None else max(self.fed_at, now)

    def _absorb_sitemap(
        self, url: str, kept: Kept, parsed: ParsedSitemap | DiembaoError, headers: Headers
    ) -> None:
        """The pages into the queue, and the sitemaps that an index names into the plan."""
        book, now = self._plan.sitemaps, kept.capture.fetched_at
        state = book.get(url)
        since = self._plan.since_moment(state.plan.answered_at, now)
        news = self._reader.read_sitemap(kept, parsed, since)
        is_sitemap = news.reading.outcome == "sitemap"
        outcome: FetchOutcome = "ok" if is_sitemap else "protocol"
        plan = _next_plan(state.plan, now, news, headers, outcome)
        walked = self._plan.since or state.walked_since
        book.put(url, replace(state, plan=plan, outlet_id=kept.outlet_id, walked_since=walked))
        self._batch.add_news(news, self._timer.now())
        self._batch.add_list(book, url, self._timer.now())
        if isinstance(parsed, ParsedSitemap) and parsed.kind == "index":
            own = [entry for entry in parsed.entries if self._reader.owns(kept.outlet_id, entry.url)]
            for entry in order_sitemaps(own, since.date()).walk:
                if entry.url not in book.states:
                    book.put(entry.url, ListState(FeedPlan(entry.url), kept.outlet_id, parent=url))
                    self._batch.add_list(book, entry.url, self._timer.now())
                elif not self._plan.since:
                    below = book.get(entry.url)
                    book.put(entry.url, replace(below, plan=replace(below.plan, due_at=now)))

    # -------------------------------------------------------------- what an earlier run left

    def read_unread(self) -> int:
        """Read captures that were kept and never read, because the run that kept them ended; how many."""
        done = 0
        for purpose in ("robots", "tdm"):  # first: whatever is asked for keeps to these rules
            for piece in self._desk.captures.list_unread(purpose):
                for kept in piece:
                    self._read_rules(purpose, kept)
        for purpose in ("feed", "sitemap"):
            for piece in self._desk.captures.list_unread(purpose):
                for kept in piece:
                    self._read_list(purpose, kept)
                done += len(piece)
                self._batch.flush()
        rereader = Rereader(self._room.folder, self._desk, self._reader)
        done += rereader.read_unread(self._batch, self._timer.now(), is_imported=False)
        self._find_open_run()
        return done

    def _find_open_run(self) -> None:
        """Feeds that were read by a run that ended before it was noted: it is noted with the next one."""
        polled = self._desk.readings.find_last_poll()
        noted = self._desk.runs.find_last("collect")
        if polled is not None and (noted is None or polled - noted >= timedelta(seconds=MIN_INTERVAL_S)):
            self.fed_at = polled

    def _read_rules(self, purpose: str, kept: Kept) -> None:
        """The rules of a host, of which the ledger knows already that they were asked for."""
        url = find_asked_url(self._desk, kept)
        host = host_asked(url)
        state = self._plan.hosts.get(host)
        try:
            body = load_capture(self._room.folder, self._desk, kept).body
        except CorpusError as error:
            self._plan.hosts.put(host, replace(state, robots=None, tdm_at=None))  # asked for anew
            with self._desk.transaction():
                self._plan.hosts.save([host])
                self._desk.readings.add([damaged_reading(kept, error)])
            return
        if purpose == "tdm":
            self._absorb_tdm(host, kept, self._parse_tdm(body))
        elif state.robots_capture == kept.capture_id:
            self._absorb_robots(host, kept, self._parse_robots(body, url))
        else:
            self._desk.readings.add([Reading(kept.capture_id, "superseded")])

    def _read_list(self, purpose: str, kept: Kept) -> None:
        try:
            answer = load_capture(self._room.folder, self._desk, kept)
        except CorpusError as error:
            self._batch.add_page(damaged_reading(kept, error), None, self._timer.now())
            return
        if purpose == "feed":
            listed = self._plan.feeds.get(kept.feed_id or "").listed
            news = self._reader.read_feed(kept, self._reader.parse_feed(kept, answer.body), listed)
            self._absorb_feed(kept.feed_id or "", kept, news, answer.headers)
        else:
            url = find_asked_url(self._desk, kept)
            parsed = self._reader.parse_sitemap(kept, answer.body)
            self._absorb_sitemap(url, kept, parsed, answer.headers)


def _list_headers(fetched: Fetched) -> Headers:
    return fetched.last.headers if fetched.last is not None else ()


def _next_plan(
    plan: FeedPlan, now: datetime, news: FeedNews, headers: Headers, outcome: FetchOutcome
) -> FeedPlan:
    """The rhythm after an answer; its validators stand in the archive, too, so that a kill loses none."""
    named = {name.lower(): value for name, value in reversed(headers)}  # of two the first holds
    return after_feed(
        plan,
        outcome=outcome,
        now=now,
        new_items=news.fresh,
        window=max(len(news.listed), news.fresh),
        etag=named.get("etag", ""),
        last_modified=named.get("last-modified", ""),
    )
