"""The live span of the sample press, collected once through the real path, for the tests that look at it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from diembao.app.collect import CollectResult, collect
from diembao.app.outlets import register_outlets
from diembao.app.process import process_project
from diembao.app.project import Project, init_project, open_project
from diembao.app.topics import new_topic
from diembao.app.view import open_view
from diembao.sample import SamplePress
from diembao.sample.clock import VirtualClock
from diembao.sample.faults import COLLECTION_END
from diembao.sample.live import (
    LIVE_FROM,
    DirectBackend,
    ExpectedPage,
    LivePress,
    LiveRequest,
    Newsroom,
    expect_live,
    list_live_outlets,
    note_served,
)
from diembao.text.addresses import article_key
from tests.live_fixture import press

#: everything is asked once more then, so that no article of the last hours is missed
LAST_ROUND = COLLECTION_END - timedelta(minutes=40)
CONTACT = "toa-soan@bao-chi-mau.example"


@dataclass
class Collection:
    """What was collected, what the press knows of it, and the press's own log."""

    project: Project
    newsroom: Newsroom
    requests: list[LiveRequest]
    first: CollectResult
    last: CollectResult
    again: CollectResult
    again_requests: int

    @cached_property
    def served(self) -> SamplePress:
        """The press with what it gave away, by its own log (nothing was recorded before)."""
        return note_served(press(), self.newsroom, self.requests)

    @cached_property
    def shown(self) -> set[int]:
        """Numbers of the articles that stood in a feed when it was answered."""
        return {n for n, at in self.served.first_seen.items() if at >= LIVE_FROM} | {
            standing.article.number for request in self.requests for standing in self._list_shown(request)
        }

    def _list_shown(self, request: LiveRequest) -> list[Any]:
        from diembao.sample.live.sites import find_feed

        site = self.newsroom.by_domain.get(request.host)
        feed = find_feed(site, request.path) if site is not None and request.status in (200, 304) else None
        return [] if feed is None else self.newsroom.list_standing(feed, request.at)

    @cached_property
    def expected(self) -> list[ExpectedPage]:
        """Every article that a feed showed while it was asked, as a faultless collector has it in the end."""
        pages = expect_live(self.newsroom, LIVE_FROM, COLLECTION_END)
        return [page for page in pages if page.number in self.shown]

    @cached_property
    def rows(self) -> dict[str, dict[str, Any]]:
        """The articles of the corpus by the key of their address."""
        with self.project.open_desk(read_only=True) as desk, open_view(self.project, desk) as view:
            found = view.rows(
                "SELECT c.*, t.lead, t.text, x.decision FROM current c LEFT JOIN texts t USING (text_hash) "
                "LEFT JOIN decisions x USING (article_no, revision_no)"
            )
        return {row["key"]: row for row in found}

    @cached_property
    def outcomes(self) -> dict[str, Counter[str]]:
        """By the key of an address: how asking for the page ended, and what it was read as."""
        found: dict[str, Counter[str]] = {}
        with self.project.open_desk(read_only=True) as desk:
            for row in desk.rows(
                "SELECT a.url, a.outcome, r.outcome AS read_as FROM attempts a "
                "LEFT JOIN captures c ON c.attempt_id = a.attempt_id "
                "LEFT JOIN readings r ON r.capture_id = c.capture_id WHERE a.purpose = 'page'"
            ):
                names = found.setdefault(article_key(row["url"]), Counter())
                names[row["read_as"] if row["outcome"] == "ok" else row["outcome"]] += 1
        return found

    def row(self, page: ExpectedPage) -> dict[str, Any] | None:
        """The article of a page in the corpus."""
        return self.rows.get(article_key(page.url))


def collect_live(folder: Path) -> Collection:
    """Five days of watching in virtual time, one round of everything, the same once more, then the topic."""
    clock = VirtualClock(LIVE_FROM)
    made = init_project(folder, name="Báo chí mẫu", clock=clock)
    project = open_project(made.folder, flags={"collect.contact": CONTACT}, clock=clock)
    register_outlets(project, [*press().outlets, *list_live_outlets()])
    new_topic(project, place="Lạng Sơn")
    with LivePress(press(), clock, listens=False) as live:
        backend = DirectBackend(live)
        first = collect(project, watch=True, timer=clock, backend=backend, until=LAST_ROUND)
        last = collect(project, timer=clock, backend=backend)
        requests = list(live.requests)
        again = collect(project, timer=clock, backend=backend)
        again_requests = len(live.requests) - len(requests)
        newsroom = live.newsroom
    process_project(project)
    return Collection(project, newsroom, requests, first, last, again, again_requests)


def plain(text: str | None) -> str:
    """Text in one form and one line."""
    return " ".join(unicodedata.normalize("NFC", text or "").split())


def overlap(found: str | None, true: str) -> float:
    """F1 of the words of two texts."""
    one, two = (Counter(re.findall(r"\w+", plain(text).lower())) for text in (found, true))
    return 2 * (one & two).total() / max(1, one.total() + two.total())
