"""What is due: robots and reservations first, then feeds, sitemaps and pages, from the desk's plans."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from diembao.app.collecting.hosts import HostBook
from diembao.desk import Desk
from diembao.desk.schedule import PlanKind, QueuedPage
from diembao.fetch.order import Job
from diembao.fetch.plan import MIN_INTERVAL_S, FeedPlan
from diembao.fetch.robots import robots_url, tdmrep_url
from diembao.fetch.targets import host_asked
from diembao.types import Feed, FetchPurpose, Outlet

#: a robots.txt or reservation file is asked for once a day
DAILY = timedelta(hours=24)
#: pages of a host that are held ready
READY_PAGES = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """One address to ask for, and what for."""

    job: Job
    url: str
    feed_id: str | None = None
    page: QueuedPage | None = None


@dataclass(frozen=True, slots=True)
class ListState:
    """A feed or sitemap as kept on the desk: its rhythm, what it listed last, and its outlet.

    `listed` maps a short key of each entry's address to a short key of what it said. `walked_since` is the
    day back to which a sitemap was walked; `parent` the index that named it.
    """

    plan: FeedPlan
    outlet_id: str = ""
    listed: dict[str, str] = field(default_factory=dict)
    walked_since: str = ""
    parent: str = ""


class ListBook:
    """The states of feeds (by feed id) or of sitemaps (by address)."""

    def __init__(self, desk: Desk, kind: PlanKind) -> None:
        self._desk = desk
        self._kind: PlanKind = kind
        self.states = {
            name: msgspec.convert(state, ListState)
            for name, state in desk.schedule.list_plans(self._kind).items()
        }

    def get(self, name: str) -> ListState:
        """The state of a list; one that was never read is due at once."""
        return self.states.get(name) or ListState(FeedPlan(name))

    def put(self, name: str, state: ListState) -> None:
        """Change a state (stored by `save`)."""
        self.states[name] = state

    def save(self, names: Iterable[str]) -> None:
        """Store states."""
        self._desk.schedule.put_plans(
            self._kind,
            {name: msgspec.to_builtins(self.states[name]) for name in names if name in self.states},
        )


class PageShelf:
    """Waiting pages by host, a few of each held ready, oldest first."""

    def __init__(self, desk: Desk, outlet_ids: set[str] | None = None) -> None:
        self._desk = desk
        self._outlet_ids = outlet_ids
        self._ready: dict[str, deque[QueuedPage]] = {}
        self._taken: set[str] = set()
        self.refresh()

    def refresh(self) -> None:
        """Look at the queue again."""
        for host in self._desk.schedule.list_hosts_waiting():
            if not self._ready.get(host):
                waiting = self._desk.schedule.list_waiting(host, limit=READY_PAGES)
                self._ready[host] = deque(page for page in waiting if page.key not in self._taken)

    def first(self, host: str, now: datetime) -> QueuedPage | None:
        """The page of a host that is due first, if any is due."""
        pages = self._ready.get(host)
        while pages:
            page = pages[0]
            if page.due_at > now:
                return None
            if self._outlet_ids is None or page.outlet_id in self._outlet_ids:
                return page
            pages.popleft()
        return None

    def take(self, page: QueuedPage) -> None:
        """The page is being fetched."""
        self._taken.add(page.key)
        pages = self._ready[page.host]
        if pages and pages[0].key == page.key:
            pages.popleft()
        if not pages:
            self._ready.pop(page.host)

    def next_at(self) -> datetime | None:
        """When the next waiting page is due."""
        return min((pages[0].due_at for pages in self._ready.values() if pages), default=None)

    def release(self, page: QueuedPage) -> None:
        """What became of the page is recorded."""
        self._taken.discard(page.key)

    def hosts(self) -> list[str]:
        """Hosts with pages."""
        return sorted(self._ready)


@dataclass
class Plan:
    """All that may be asked for. `polled` are feeds of this run; in a single run each is asked once."""

    outlets: list[Outlet]
    hosts: HostBook
    feeds: ListBook
    sitemaps: ListBook
    pages: PageShelf
    is_watch: bool
    since: str = ""
    polled: set[str] = field(default_factory=set)

    def list_wishes(self, now: datetime) -> list[Wish]:
        """Every wish that is due; hosts whose rules are not known are asked for these first."""
        wishes: list[Wish] = []
        needed: dict[str, Wish] = {}
        for wish in (*self._feed_wishes(now), *self._sitemap_wishes(now), *self._page_wishes(now)):
            host = wish.job.host
            if self._knows_rules(host, now):
                wishes.append(wish)
            else:
                needed.setdefault(host, wish)
        for wish in needed.values():
            wishes += self._rule_wishes(wish, now)
        return wishes

    def list_all(self, now: datetime) -> list[Wish]:
        """Every address that will be asked for, once the rules of its host are known; one page a host at a time."""
        wanted = [*self._feed_wishes(now), *self._sitemap_wishes(now), *self._page_wishes(now)]
        unknown = {w.job.host: w for w in wanted if not self._knows_rules(w.job.host, now)}
        return [*(rule for wish in unknown.values() for rule in self._rule_wishes(wish, now)), *wanted]

    def book(self, wish: Wish) -> tuple[ListBook, str]:
        """Where the state of a wished feed or sitemap is kept, and under which name."""
        return (self.feeds, wish.feed_id) if wish.feed_id is not None else (self.sitemaps, wish.url)

    def since_moment(self, answered_at: datetime | None, now: datetime) -> datetime:
        """From when on pages of a sitemap are wanted: the walk's day, else a little before the last answer."""
        if self.since:
            return datetime.fromisoformat(self.since).replace(tzinfo=UTC) - timedelta(days=1)
        return (answered_at or now) - timedelta(days=3)

    def next_at(self, now: datetime) -> datetime | None:
        """When the next feed, sitemap or page falls due; what is due already waits for its host, not for this."""
        states = [self.feeds.get(feed.feed_id) for outlet in self.outlets for feed in outlet.feeds]
        states += [self.sitemaps.get(url) for outlet in self.outlets for url in outlet.sitemaps]
        moments = (*(state.plan.due_at for state in states), self.pages.next_at())
        return min((moment for moment in moments if moment is not None and moment > now), default=None)

    # -------------------------------------------------------------- kinds

    def _feed_wishes(self, now: datetime) -> Iterator[Wish]:
        for outlet in self.outlets:
            for feed in outlet.feeds:
                if feed.url and self._is_due(feed.feed_id, self.feeds.get(feed.feed_id), now):
                    yield _wish("feed", feed.url, outlet, now, feed)

    def _sitemap_wishes(self, now: datetime) -> Iterator[Wish]:
        for outlet in self.outlets:
            for url in self.list_sitemaps(outlet):
                state = self.sitemaps.get(url)
                if self.since:
                    if not state.walked_since or state.walked_since > self.since:
                        yield _wish("sitemap", url, outlet, now)
                elif url in outlet.sitemaps and self._is_due(url, state, now):
                    yield _wish("sitemap", url, outlet, now)

    def list_sitemaps(self, outlet: Outlet) -> list[str]:
        """An outlet's sitemaps: registered ones, and on a walk those of its robots.txt and of its indexes."""
        if not self.since:
            return list(outlet.sitemaps)
        named = [
            url
            for host, state in self.hosts.states.items()
            if any(host == d or host.endswith("." + d) for d in outlet.domains)
            for url in state.sitemaps
        ]
        below = [
            url
            for url, state in self.sitemaps.states.items()
            if state.outlet_id == outlet.outlet_id and state.parent
        ]
        return list(dict.fromkeys((*outlet.sitemaps, *named, *below)))

    def _page_wishes(self, now: datetime) -> Iterator[Wish]:
        for host in self.pages.hosts():
            page = self.pages.first(host, now)
            if page is not None:
                job = Job(f"page {page.key}", "page", host, page.outlet_id, page.due_at)
                yield Wish(job, page.url, page.feed_id, page)

    def _is_due(self, name: str, state: ListState, now: datetime) -> bool:
        if not self.is_watch:  # the person decides the rhythm; ten minutes are kept all the same
            if name in self.polled:
                return False
            last = state.plan.answered_at
            return last is None or (now - last).total_seconds() >= MIN_INTERVAL_S or now < last
        return state.plan.due_at is None or state.plan.due_at <= now

    # -------------------------------------------------------------- rules first

    def _knows_rules(self, host: str, now: datetime) -> bool:
        state = self.hosts.get(host)
        if state.robots is None or not state.robots.is_fresh(now):
            return False
        # where nothing may be asked for, the reservations may not be asked for either
        return state.robots.verdict == "disallow_all" or _is_recent(state.tdm_at, now)

    def _rule_wishes(self, wish: Wish, now: datetime) -> Iterator[Wish]:
        host, outlet_id = wish.job.host, wish.job.outlet_id
        state = self.hosts.get(host)
        if state.robots is None or not state.robots.is_fresh(now):
            yield Wish(Job(f"robots {host}", "robots", host, outlet_id, now), robots_url(wish.url))
        else:
            yield Wish(Job(f"tdm {host}", "tdm", host, outlet_id, now), tdmrep_url(wish.url))


def _is_recent(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now < moment + DAILY


def _wish(purpose: FetchPurpose, url: str, outlet: Outlet, now: datetime, feed: Feed | None = None) -> Wish:
    name = feed.feed_id if feed is not None else url
    job = Job(f"{purpose} {name}", purpose, host_asked(url), outlet.outlet_id, now)
    return Wish(job, url, feed.feed_id if feed is not None else None)
