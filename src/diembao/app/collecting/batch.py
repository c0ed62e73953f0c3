"""What was read but is not committed yet: articles go into the corpus first, then their readings onto the desk."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path

from diembao.app.collecting.readings import FeedNews
from diembao.app.collecting.wishes import ListBook
from diembao.app.imports import mark_delivered
from diembao.corpus.batch import Arrival
from diembao.corpus.writer import CorpusWriter
from diembao.desk import Desk, ImportRun
from diembao.desk.readings import Reading
from diembao.desk.schedule import QueuedPage
from diembao.types import FeedPoll, Refusal

#: articles that are committed together, and how long the first of them waits at most
BATCH_ROWS = 500
BATCH_WAIT = timedelta(seconds=60)


class ReadingBatch:
    """Gathers readings; `flush` commits them. Dying in between costs nothing: the captures are read again.

    Without a `writer` the corpus is held during each flush only, so that a collection that runs for weeks leaves
    room for others; while one of them writes, `flush` raises LockedError and keeps what was gathered.
    """

    def __init__(
        self, desk: Desk, run: ImportRun, *, folder: Path, writer: CorpusWriter | None = None
    ) -> None:
        self._desk = desk
        self._run = run
        self._folder = folder
        self._writer = writer
        self._arrivals: list[Arrival] = []
        self._refusals: list[Refusal] = []
        self._readings: list[Reading] = []
        self._polls: list[FeedPoll] = []
        self._pages: list[QueuedPage] = []
        self._changed: list[QueuedPage] = []
        self._lists: list[tuple[ListBook, str]] = []
        self._since: datetime | None = None
        self.counts: Counter[str] = Counter()
        #: pages whose evidence is here already
        self.known = 0
        #: refused entries of feeds and sitemaps, and what pages were read as
        self.reasons: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not (self._readings or self._polls or self._lists)

    @property
    def has_pages(self) -> bool:
        """Whether pages are to be queued, which they are when this is committed."""
        return bool(self._pages or self._changed)

    def is_due(self, now: datetime) -> bool:
        """Whether enough was gathered, or it waited long enough."""
        if len(self._arrivals) + len(self._readings) >= BATCH_ROWS:
            return True
        return self._since is not None and not self.is_empty and now - self._since >= BATCH_WAIT

    def add_news(self, news: FeedNews, now: datetime) -> None:
        """What a feed or a sitemap brought."""
        self._since = self._since or now
        self._arrivals += news.arrivals
        self._refusals += news.refusals
        self._readings.append(news.reading)
        self._pages += news.pages
        self._changed += news.changed

    def add_poll(self, poll: FeedPoll, now: datetime) -> None:
        """One asking of a feed."""
        self._since = self._since or now
        self._polls.append(poll)

    def add_page(self, reading: Reading, arrival: Arrival | None, now: datetime) -> None:
        """What a page was read as."""
        self._since = self._since or now
        self._readings.append(reading)
        self.outcomes[reading.outcome] += 1
        if arrival is not None:
            self._arrivals.append(arrival)

    def add_refusal(self, refusal: Refusal) -> None:
        """A page that was not even kept."""
        self._refusals.append(refusal)

    def add_list(self, book: ListBook, name: str, now: datetime) -> None:
        """The state of a feed or sitemap changed: it is stored with the readings, never before."""
        self._since = self._since or now
        self._lists.append((book, name))

    def holds(self, book: ListBook, name: str) -> bool:
        """Whether the state of a feed or sitemap waits for the readings that it goes with."""
        return any(owner is book and held == name for owner, held in self._lists)

    def flush(self) -> int:
        """Commit what was gathered; how many pages were queued."""
        if self._arrivals or self._refusals:
            with self._open_writer() as writer:
                info = writer.add_articles(self._arrivals, run=self._run, refusals=self._refusals)
            self.counts["accepted"] += info.accepted
            self.counts["known"] += info.known
            self.counts["refused"] += info.refused
            self.reasons.update(refusal.reason for refusal in self._refusals)
            mark_delivered(self._desk, self._arrivals)
        self._since = None
        if self.known:
            self._desk.imports.count(self._run.import_id, batch_no=None, accepted=0, known=self.known)
            self.known = 0
        queued = 0
        if not self.is_empty:
            with self._desk.transaction():
                self._desk.readings.add(self._readings, self._polls)
                for book in {id(book): book for book, _ in self._lists}.values():
                    book.save({name for owner, name in self._lists if owner is book})
                queued = self._desk.schedule.add_pages(self._pages)
                queued += self._desk.schedule.add_pages(self._changed, again=True)
        for gathered in (
            self._arrivals,
            self._refusals,
            self._readings,
            self._polls,
            self._pages,
            self._changed,
            self._lists,
        ):
            gathered.clear()
        return queued

    def _open_writer(self) -> AbstractContextManager[CorpusWriter]:
        return (
            CorpusWriter.open(self._folder, self._desk) if self._writer is None else nullcontext(self._writer)
        )
