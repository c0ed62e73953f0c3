"""One collection: asks for what is due, keeps the evidence, and hands what was read to the batch.

The order for each address: fetch, append to the archive, sync, one desk transaction (attempt, captures, pace,
queue); then reading; then the corpus. A capture without a reading is read at the next start.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from diembao.app.arrivals import Register
from diembao.app.collecting.batch import BATCH_WAIT, ReadingBatch
from diembao.app.collecting.evidence import EvidenceRoom, make_attempt
from diembao.app.collecting.intake import Intake
from diembao.app.collecting.wishes import Plan, Wish
from diembao.desk import Desk
from diembao.desk.captures import Kept
from diembao.desk.schedule import QueuedPage
from diembao.errors import LockedError
from diembao.fetch.client import Client
from diembao.fetch.order import next_wake, order_due
from diembao.fetch.plan import Conditions, backoff_s, conditions_for
from diembao.fetch.signals import match_tdm, read_signals
from diembao.fetch.targets import host_asked
from diembao.ports import Timer
from diembao.types import Fetched, FetchOutcome

COLLECTOR = "collect"
#: hosts that are asked at the same time
AT_ONCE = 8
#: tries for a page whose outlet has trouble; others are not asked for again
MAX_TRIES = 5
#: how long to wait at the end for another command that is writing
LOCK_PATIENCE_S = 120.0
#: feeds that are read within this time of each other are read by one run
RUN_SPAN = timedelta(minutes=10)
#: a single run does not wait longer than this for a host
PATIENCE = timedelta(minutes=2)

_TRY_AGAIN: frozenset[FetchOutcome] = frozenset(
    {
        "rate_limited",
        "unavailable",
        "dns",
        "connect",
        "tls",
        "timeout",
        "truncated",
        "protocol",
        "bad_encoding",
    }
)


@dataclass
class Collected:
    """The account of one collection: attempts by purpose and outcome, articles by what became of them."""

    attempts: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_outlet: dict[str, Counter[str]] = field(default_factory=dict)
    bytes: int = 0
    runs: int = 0
    reread: int = 0

    def count(self, outlet_id: str, purpose: str, fetched: Fetched) -> None:
        """Count one attempt."""
        self.attempts[purpose, fetched.outcome] += 1
        kind = "ok" if fetched.outcome in ("ok", "not_modified") else fetched.outcome
        self.by_outlet.setdefault(outlet_id, Counter())[f"{purpose}:{kind}"] += 1
        self.bytes += sum(len(hop.raw_body) for hop in fetched.exchanges)


class Collector:
    """Runs until nothing is due (once) or until it is told to stop (watching)."""

    def __init__(
        self,
        *,
        desk: Desk,
        room: EvidenceRoom,
        plan: Plan,
        client: Client,
        timer: Timer,
        intake: Intake,
        register: Register,
        batch: ReadingBatch,
        budgets: dict[str, int],
        report: Callable[[Collected], None] | None = None,
    ) -> None:
        self._desk = desk
        self._room = room
        self._plan = plan
        self._client = client
        self._timer = timer
        self._intake = intake
        self._register = register
        self._batch = batch
        self._budgets = budgets
        self._report = report
        self._used: Counter[str] = Counter()
        self._run_at: datetime | None = None
        self._stop = asyncio.Event()
        self.done = Collected()

    def stop(self) -> None:
        """Finish what is under way, commit it and return."""
        self._stop.set()

    # -------------------------------------------------------------- the loop

    async def run(self) -> Collected:
        """Ask for what is due until nothing is."""
        self.done.reread = await self._read_unread()
        self._plan.pages.refresh()
        under_way: dict[asyncio.Future[None], str] = {}
        stopped = asyncio.ensure_future(self._wait_for_stop())
        try:
            while not self._stop.is_set():
                for wish in self._choose(set(under_way.values()), AT_ONCE - len(under_way)):
                    under_way[asyncio.ensure_future(self._serve(wish))] = wish.job.host
                if under_way:
                    alarm = self._set_alarm(set(under_way.values()))
                    finished, _ = await asyncio.wait(
                        {*under_way, stopped, alarm}, return_when=asyncio.FIRST_COMPLETED
                    )
                    alarm.cancel()
                    for task in finished - {stopped, alarm}:
                        del under_way[task]
                        task.result()
                    if self._batch.is_due(self._timer.now()):
                        await self._flush()
                elif not await self._rest(stopped):
                    break
        finally:
            stopped.cancel()
            for waiting in under_way:  # what was not finished has no row and is due again
                waiting.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
        await self._flush(patience_s=LOCK_PATIENCE_S)
        self._note_run()
        return self.done

    def _choose(self, busy: set[str], room: int) -> list[Wish]:
        """The wishes that may start now, one a host."""
        if room <= 0:
            return []
        now = self._timer.now()
        wishes = {wish.job.job_id: wish for wish in self._plan.list_wishes(now)}
        jobs = order_due(
            [wish.job for wish in wishes.values()],
            self._client.hosts,
            now,
            busy=busy,
            budgets=self._budgets,
            used=self._used,
        )
        chosen = [wishes[job.job_id] for job in jobs[:room]]
        for wish in chosen:
            self._used[wish.job.outlet_id] += 1
            if wish.page is not None:
                self._plan.pages.take(wish.page)
                self._budgets[wish.page.outlet_id] = self._budgets.get(wish.page.outlet_id, 0) - 1
            else:
                self._plan.polled.add(wish.feed_id or wish.url)
        return chosen

    async def _wait_for_stop(self) -> None:
        await self._stop.wait()

    def _set_alarm(self, busy: set[str]) -> asyncio.Future[None]:
        """Rings when a host that is not being asked may be asked."""
        now = self._timer.now()
        jobs = [w.job for w in self._plan.list_wishes(now) if w.job.host not in busy]
        wake = (
            next_wake(jobs, self._client.hosts, now, budgets=self._budgets) if len(busy) < AT_ONCE else None
        )
        seconds = (wake - now).total_seconds() if wake is not None else 60.0
        return asyncio.ensure_future(self._timer.sleep(max(seconds, 0.05)))

    async def _rest(self, stopped: asyncio.Future[None]) -> bool:
        """Nothing can start: wait for the next turn. False: there is none.

        What was read is committed when pages wait for it, when it waited long enough, and before a long wait;
        a host's five seconds between two pages are no reason for a commit.
        """
        now = self._timer.now()
        if self._batch.has_pages or self._batch.is_due(now):
            await self._flush()
        self._plan.pages.refresh()
        jobs = [wish.job for wish in self._plan.list_wishes(now)]
        if order_due(jobs, self._client.hosts, now, budgets=self._budgets):
            return True
        wake = next_wake(jobs, self._client.hosts, now, budgets=self._budgets)
        if not self._plan.is_watch:
            if wake is None or wake - now > PATIENCE:
                return False
        else:
            later = [moment for moment in (wake, self._plan.next_at(now)) if moment is not None]
            if not later:
                return False
            wake = min(later)
        if wake - now >= BATCH_WAIT:
            await self._flush()
            self._note_run()
        seconds = max((wake - now).total_seconds(), 0.05)
        sleep = asyncio.ensure_future(self._timer.sleep(seconds))
        await asyncio.wait({sleep, stopped}, return_when=asyncio.FIRST_COMPLETED)
        sleep.cancel()
        return True

    async def _read_unread(self) -> int:
        """What an earlier run left; it waits for another command that is writing."""
        waited = 0.0
        while True:
            try:
                return self._intake.read_unread()
            except LockedError:
                if waited >= LOCK_PATIENCE_S:
                    raise
            await self._timer.sleep(1.0)
            waited += 1.0

    async def _flush(self, *, patience_s: float = 0.0) -> None:
        """Commit what was read; while another command writes it is kept, and committed the next time."""
        waited = 0.0
        while True:
            try:
                if self._batch.flush():
                    self._plan.pages.refresh()
                break
            except LockedError:
                if waited >= patience_s:
                    break  # the evidence is kept: the next run reads it
            await self._timer.sleep(1.0)
            waited += 1.0
        if self._report is not None:
            self._report(self.done)

    def _note_run(self) -> None:
        """A run of the collector: the moment at which the feeds that were due had been read.

        What is read within ten minutes of it belongs to the same run.
        """
        fed_at, self._intake.fed_at = self._intake.fed_at, None
        if fed_at is None or (self._run_at is not None and fed_at - self._run_at < RUN_SPAN):
            return
        self._desk.runs.add(COLLECTOR, [fed_at])
        self._run_at = fed_at
        self.done.runs += 1

    # -------------------------------------------------------------- one address

    async def _serve(self, wish: Wish) -> None:
        """From the wish to what was read of it."""
        with self._timer.working():
            is_rule = wish.job.purpose in ("robots", "tdm")
            may_ask = is_rule or await self._intake.is_permitted(wish.url)
        if not may_ask:
            self._settle(wish, self._refuse(wish))
            if wish.page is not None:
                self._plan.pages.release(wish.page)
            return
        fetched = await self._client.fetch(
            wish.url,
            purpose=wish.job.purpose,
            allowed_host=lambda host: self._is_allowed(wish, host),
            conditions=self._find_conditions(wish),
            may_follow=None if is_rule else self._may_follow,
        )
        with self._timer.working():
            if not is_rule and await self._intake.is_challenge(fetched):
                fetched = replace(fetched, outcome="blocked", detail="challenge")
        kept = self._settle(wish, fetched)
        if wish.page is not None:
            self._plan.pages.release(wish.page)
        if kept is not None:
            with self._timer.working():
                await self._intake.read(wish, kept, fetched)

    def _refuse(self, wish: Wish) -> Fetched:
        """Nothing was asked: the rules say no, or they cannot be had for now, which is trouble and no answer."""
        policy = self._plan.hosts.get(wish.job.host).robots
        if policy is None or policy.verdict == "rules":
            return Fetched(wish.url, wish.url, "robots", detail="robots.txt")
        return Fetched(
            wish.url,
            wish.url,
            "unavailable",
            detail=f"robots.txt: {policy.reason}",
            retry_after_s=max((policy.expires_at - self._timer.now()).total_seconds(), 60.0),
        )

    def _find_conditions(self, wish: Wish) -> Conditions | None:
        """What was answered last; only with a body of ours that "not modified" can point to."""
        if wish.job.purpose not in ("feed", "sitemap"):
            return None
        book, name = self._plan.book(wish)
        conditions = conditions_for(book.get(name).plan, self._timer.now())
        return conditions if self._desk.captures.find_last(wish.url) is not None else None

    def _is_allowed(self, wish: Wish, host: str) -> bool:
        """The host itself, and others of the same outlet whose rules are known."""
        if host == wish.job.host:
            return True
        outlet = self._register.resolve(host)
        if isinstance(outlet, str) or outlet.outlet_id != wish.job.outlet_id:
            return False
        if wish.job.purpose in ("robots", "tdm"):
            return True
        state = self._plan.hosts.get(host)
        return state.robots is not None and state.robots.is_fresh(self._timer.now())

    async def _may_follow(self, url: str) -> bool:
        """Whether a redirect may be followed: the rules of its target are asked like those of the first address."""
        with self._timer.working():
            return await self._intake.is_permitted(url)

    def _settle(self, wish: Wish, fetched: Fetched) -> Kept | None:
        """Evidence, then the ledger; the capture that is to be read, if there is one."""
        now = self._timer.now()
        is_reserved = fetched.outcome == "ok" and self._is_reserved(wish, fetched)
        captures = self._room.write(fetched, keep_body=not is_reserved)
        if is_reserved:
            fetched = replace(fetched, outcome="reserved", tdm_reserved=True)
        attempt = make_attempt(
            fetched, purpose=wish.job.purpose, outlet_id=wish.job.outlet_id, feed_id=wish.feed_id, now=now
        )
        self.done.count(wish.job.outlet_id, wish.job.purpose, fetched)
        with self._desk.transaction():
            kept = self._room.record(attempt, captures, is_read=fetched.outcome != "ok")
            if wish.page is not None:
                self._settle_page(wish.page, fetched, now)
            if wish.job.purpose == "robots":
                self._intake.note_robots(wish, fetched, kept, now)
            elif wish.job.purpose == "tdm":
                state = self._plan.hosts.get(wish.job.host)
                self._plan.hosts.put(wish.job.host, replace(state, tdm_at=now))
            elif fetched.outcome != "ok" and wish.job.purpose in ("feed", "sitemap"):
                self._intake.note_silence(wish, fetched, now)
            self._plan.hosts.save({wish.job.host, *(host_asked(hop.url) for hop in fetched.exchanges)})
        return kept

    def _is_reserved(self, wish: Wish, fetched: Fetched) -> bool:
        """Whether text and data mining is reserved: page head, then headers, then the site's file."""
        if wish.job.purpose in ("robots", "tdm"):
            return False
        last = fetched.exchanges[-1]
        signals = read_signals(last.body, headers=last.headers)
        if signals.reserved is not None:
            return signals.reserved
        return match_tdm(self._plan.hosts.get(host_asked(last.url)).tdm_rules, last.url).tdm_reserved

    def _settle_page(self, page: QueuedPage, fetched: Fetched, now: datetime) -> None:
        """Done, given up, or due again later."""
        tries = page.tries + (1 if fetched.exchanges else 0)
        state, due_at = "done", now
        if fetched.outcome == "redirect_away" and fetched.exchanges and self._follow(page, fetched, now):
            state = "done"
        elif fetched.outcome in _TRY_AGAIN and tries < MAX_TRIES:
            state = "waiting"
            wait = max(fetched.retry_after_s or 0.0, backoff_s(page.key, tries), 60.0)
            due_at = now + timedelta(seconds=min(wait, 86400.0))
        elif fetched.outcome not in ("ok", "reserved"):
            state = "given_up"
        self._desk.schedule.settle_page(page.key, state, fetched.outcome, tries=tries, due_at=due_at)

    def _follow(self, page: QueuedPage, fetched: Fetched, now: datetime) -> bool:
        """A redirect to another host of the same outlet is asked for anew, after that host's own rules."""
        target = fetched.exchanges[-1].location or ""
        outlet = self._register.resolve(host_asked(target)) if "://" in target else ""
        if isinstance(outlet, str) or outlet.outlet_id != page.outlet_id or page.tries >= MAX_TRIES:
            return False
        moved = replace(
            page, key=f"{page.key} → {host_asked(target)}", url=target, host=host_asked(target), due_at=now
        )
        self._desk.schedule.add_pages([replace(moved, tries=page.tries + 1)])
        self._plan.pages.refresh()
        return True
