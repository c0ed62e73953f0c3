"""`collect`: ask registered outlets for what is new, once or for as long as it is left running."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from diembao.app.collecting.batch import ReadingBatch
from diembao.app.collecting.collector import COLLECTOR, Collected, Collector
from diembao.app.collecting.evidence import EvidenceRoom
from diembao.app.collecting.hosts import HostBook
from diembao.app.collecting.intake import Intake
from diembao.app.collecting.readings import Reader, find_topics, open_sandbox
from diembao.app.collecting.wishes import ListBook, PageShelf, Plan
from diembao.app.project import Project
from diembao.archive.writer import ArchiveWriter
from diembao.corpus.lock import WriterLock
from diembao.desk import Desk
from diembao.errors import OutletError
from diembao.fetch.backends import Backend, LoopbackBackend
from diembao.fetch.client import Client
from diembao.fetch.contact import make_user_agent
from diembao.ports import Timer
from diembao.types import Outlet

#: besides what is reserved: a page that is gone, that leads to a login, or that is not for robots is an answer
_NO_FAILURES = frozenset({"page:gone", "page:redirect_away", "page:robots"})
#: held by whoever appends to the archive
ARCHIVE_LOCK = "archive.lock"


class SystemTimer:
    """The clock of the machine, waiting for real."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def working(self) -> AbstractContextManager[None]:
        """Nothing to hold: time goes on."""
        return nullcontext()


@dataclass
class CollectResult:
    """What one collection did; `outlets` has a row for each outlet that was asked."""

    fetched: int = 0
    bytes: int = 0
    accepted: int = 0
    known: int = 0
    refused: int = 0
    reread: int = 0
    waiting_pages: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    outlets: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def failed_outlets(self) -> list[str]:
        """Outlets that were asked and did not answer at all."""
        return [row["outlet"] for row in self.outlets if row["asked"] and not row["answered"]]


def collect(
    project: Project,
    *,
    watch: bool = False,
    outlet_ids: Sequence[str] = (),
    since: date | None = None,
    timer: Timer | None = None,
    backend: Backend | None = None,
    progress: Callable[[Collected], None] | None = None,
    on_start: Callable[[Collector], None] | None = None,
    until: datetime | None = None,
) -> CollectResult:
    """Collect from the registered outlets (or those named) what is due; `watch` goes on until it is stopped.

    `since` walks sitemaps back to that day; `until` ends a watch at a moment. `backend` and `timer` are for
    tests and the demo.
    """
    user_agent = make_user_agent(project.settings.text("collect.contact"))
    clock = timer or SystemTimer()
    with project.open_desk() as desk, hold_archive(project):
        outlets = choose_outlets(desk, outlet_ids)
        way_out = backend or find_way_out(project)
        with ArchiveWriter.open(project.folder, desk.captures.list_ends(), clock=clock) as archive:
            looked = find_topics(project, desk)
            run = desk.imports.start(
                COLLECTOR, clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"), file_sha256="", file_size=0, mapping={}
            )
            first_attempt = desk.captures.last_attempt()
            plan = make_plan(desk, outlets, watch=watch, since=since, named=bool(outlet_ids))
            batch = ReadingBatch(desk, run, folder=project.folder)
            desk.runs.add_feeds(COLLECTOR, [feed for outlet in outlets for feed in outlet.feeds if feed.url])
            with open_sandbox(desk, looked) as box:
                reader = Reader(project, desk, box, looked.basis)

                async def go() -> Collected:
                    async with Client(
                        user_agent,
                        timer=clock,
                        hosts=plan.hosts.plans,
                        backend=way_out,
                        is_loopback=isinstance(way_out, LoopbackBackend),
                    ) as client:
                        room = EvidenceRoom(project.folder, desk, archive)
                        intake = Intake(
                            desk=desk, room=room, plan=plan, client=client, timer=clock, box=box,
                            reader=reader, batch=batch,
                        )  # fmt: skip
                        collector = Collector(
                            desk=desk, room=room, plan=plan, client=client, timer=clock, intake=intake,
                            register=reader.register, batch=batch, budgets=_budgets(project, desk, clock),
                            report=progress,
                        )  # fmt: skip
                        if on_start is not None:
                            on_start(collector)
                        with _stops_on_signals(collector), _stops_at(collector, clock, until):
                            return await collector.run()

                done = asyncio.run(go())
            desk.imports.finish(run.import_id)
            return _tell(desk, done, batch, reader, first_attempt)


@contextmanager
def hold_archive(project: Project) -> Iterator[None]:
    """One process at a time writes evidence; the corpus stays free for others."""
    lock = WriterLock(project.folder / "corpus", ARCHIVE_LOCK)
    lock.take()
    try:
        yield
    finally:
        lock.release()


def plan_collection(
    project: Project, *, outlet_ids: Sequence[str] = (), since: date | None = None, timer: Timer | None = None
) -> list[dict[str, Any]]:
    """What `collect` would ask for now, in order: nothing is sent and nothing is changed."""
    make_user_agent(project.settings.text("collect.contact"))
    now = (timer or SystemTimer()).now()
    with project.open_desk(read_only=True) as desk:
        outlets = choose_outlets(desk, outlet_ids)
        plan = make_plan(desk, outlets, watch=False, since=since, named=bool(outlet_ids))
        rows = [
            {
                "purpose": wish.job.purpose,
                "outlet": wish.job.outlet_id,
                "host": wish.job.host,
                "url": wish.url,
            }
            for wish in plan.list_all(now)
        ]
    order = {"robots": 0, "tdm": 1, "feed": 2, "sitemap": 3, "page": 4}
    return sorted(rows, key=lambda row: (order[row["purpose"]], row["outlet"], row["url"]))


def choose_outlets(desk: Desk, outlet_ids: Sequence[str]) -> list[Outlet]:
    """The outlets named, or all that have a feed or a sitemap."""
    outlets = [desk.outlets.get(outlet_id) for outlet_id in outlet_ids] or desk.outlets.list_outlets()
    able = [outlet for outlet in outlets if outlet.sitemaps or any(feed.url for feed in outlet.feeds)]
    if outlet_ids and len(able) < len(outlets):
        without = next(outlet.outlet_id for outlet in outlets if outlet not in able)
        raise OutletError(
            "outlet {outlet_id!r} has no feed and no sitemap to ask",
            key="app.nothing_to_ask",
            next_step="find some with `diembao outlet discover https://…`, then add them with `diembao outlet add`",
            outlet_id=without,
        )
    if not able:
        raise OutletError(
            "no registered outlet has a feed or a sitemap",
            key="app.no_feeds",
            next_step="register some with `diembao outlet add --directory vn --all`, or one with --feed",
        )
    return able


def make_plan(desk: Desk, outlets: list[Outlet], *, watch: bool, since: date | None, named: bool) -> Plan:
    """What is due, from the plans that the desk keeps."""
    return Plan(
        outlets=outlets,
        hosts=HostBook.load(desk),
        feeds=ListBook(desk, "feed"),
        sitemaps=ListBook(desk, "sitemap"),
        pages=PageShelf(desk, {outlet.outlet_id for outlet in outlets} if named else None),
        is_watch=watch,
        since=since.isoformat() if since is not None else "",
    )


def find_way_out(project: Project) -> Backend | None:
    """The guarded way out (None), or the loopback of tests and the demo where a setting names its port."""
    port = int(project.settings.number("collect.loopback_port"))
    return LoopbackBackend(port) if port else None


def _budgets(project: Project, desk: Desk, clock: Timer) -> dict[str, int]:
    """How many pages each outlet may still be asked for."""
    daily = int(project.settings.number("collect.daily_pages"))
    used = desk.captures.count_pages(clock.now() - timedelta(hours=24))
    return {o.outlet_id: max(0, daily - used.get(o.outlet_id, 0)) for o in desk.outlets.list_outlets()}


@contextmanager
def _stops_at(collector: Collector, clock: Timer, until: datetime | None) -> Iterator[None]:
    """The collection ends in good order at a moment of its clock."""

    async def stop(moment: datetime) -> None:
        await clock.sleep((moment - clock.now()).total_seconds())
        collector.stop()

    ending = asyncio.ensure_future(stop(until)) if until is not None else None
    try:
        yield
    finally:
        if ending is not None:
            ending.cancel()


@contextmanager
def _stops_on_signals(collector: Collector) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the collection in good order; a second Ctrl-C ends it at once."""
    loop = asyncio.get_running_loop()
    caught: list[int] = []

    def stop(number: int) -> None:
        loop.remove_signal_handler(number)
        collector.stop()

    if sys.platform != "win32":
        for number in (int(signal.SIGINT), int(signal.SIGTERM)):
            with suppress(ValueError, RuntimeError):  # not in the main thread: the caller stops it otherwise
                loop.add_signal_handler(number, stop, number)
                caught.append(number)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


def _is_answer(kind: str) -> bool:
    """Whether an attempt (purpose and outcome) shows that the outlet is well."""
    return kind.endswith((":ok", ":reserved")) or kind in _NO_FAILURES


def _tell(
    desk: Desk, done: Collected, batch: ReadingBatch, reader: Reader, first_attempt: int
) -> CollectResult:
    outlets = []
    for outlet_id, counts in sorted(done.by_outlet.items()):
        wanted = {kind: n for kind, n in counts.items() if not kind.startswith(("robots:", "tdm:"))}
        asked = sum(wanted.values())
        good = sum(n for kind, n in wanted.items() if _is_answer(kind))
        trouble = {
            kind: n
            for kind, n in sorted(counts.items())
            if not kind.endswith(":ok") and kind not in ("robots:gone", "tdm:gone", "tdm:http_error")
        }
        outlets.append({"outlet": outlet_id, "asked": asked, "answered": good, "trouble": trouble})
    attempts = {
        f"{purpose}:{outcome}": n
        for (purpose, outcome), n in desk.captures.count_outcomes(since_attempt=first_attempt).items()
    }
    waiting = sum(n for (state, _), n in desk.schedule.count_pages().items() if state == "waiting")
    return CollectResult(
        fetched=sum(done.attempts.values()),
        bytes=done.bytes,
        accepted=batch.counts["accepted"],
        known=batch.counts["known"],
        refused=batch.counts["refused"],
        reread=done.reread,
        waiting_pages=waiting,
        outcomes=attempts,
        pages=dict(batch.outcomes),
        reasons=dict(batch.reasons),
        outlets=outlets,
        notes=[],
    )
