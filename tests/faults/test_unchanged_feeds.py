"""A feed that brought nothing new is known to have been asked, at whatever moment the collection ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from diembao.app.collect import collect
from diembao.app.collecting.collector import Collector
from diembao.app.outlets import register_outlets
from diembao.app.project import Project, init_project, open_project
from diembao.desk.captures import Kept
from diembao.sample import build_press
from diembao.sample.clock import VirtualClock
from diembao.sample.live import LIVE_FROM, DirectBackend, LivePress, list_sites
from diembao.types import Fetched

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("sample")]

CONTACT = "toa-soan@bao-chi-mau.example"
#: at night nothing is published
NIGHT = LIVE_FROM + timedelta(days=3, hours=1)


class StopError(BaseException):
    """The process ends here."""


def _is_not_modified(fetched: Fetched, kept: Kept | None) -> bool:
    return fetched.outcome == "not_modified"


def _is_the_same_body(fetched: Fetched, kept: Kept | None) -> bool:
    return fetched.outcome == "ok" and kept is not None and kept.capture.kind == "revisit"


@pytest.mark.parametrize(
    ("outcome", "is_unchanged"), [("unchanged", _is_not_modified), ("ok", _is_the_same_body)]
)
def test_an_unchanged_feed_is_not_asked_again_after_a_kill(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    outcome: str,
    is_unchanged: Callable[[Fetched, Kept | None], bool],
) -> None:
    """Ended right after the attempt at a feed was acknowledged, and run again, the collection does not ask that
    feed again (304 or the same body), and the poll is counted once.
    """
    clock = VirtualClock(NIGHT)
    project = _make_project(tmp_path / "project", clock)
    if outcome == "ok":  # without validators the press sends the same body again
        monkeypatch.setattr(Collector, "_find_conditions", lambda self, wish: None)
    with LivePress(build_press(), clock, listens=False) as live:
        backend = DirectBackend(live)
        collect(project, timer=clock, backend=backend)
        clock.advance(1200)
        begin = clock.now()
        url = _stop_after(project, clock, backend, monkeypatch, is_unchanged)
        asked = len(live.requests)
        clock.advance(40)
        collect(project, timer=clock, backend=backend)
        assert [r.path for r in list(live.requests)[asked:] if url == f"https://{r.host}{r.path}"] == []
    assert _list_polls(project, url, begin) == [outcome]


def test_a_feed_that_was_kept_and_not_read_keeps_its_validators(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended between keeping a feed and reading it, the collection reads it from the archive, and the next time
    the press may still answer that nothing changed.
    """
    clock = VirtualClock(NIGHT)
    project = _make_project(tmp_path / "project", clock)
    with LivePress(build_press(), clock, listens=False) as live:
        backend = DirectBackend(live)
        url = _stop_after(project, clock, backend, monkeypatch, lambda fetched, kept: fetched.outcome == "ok")
        clock.advance(40)
        collect(project, timer=clock, backend=backend)
        clock.advance(1200)
        collect(project, timer=clock, backend=backend)
        answers = [r.status for r in live.requests if url == f"https://{r.host}{r.path}"]
    assert answers == [200, 304]


def _make_project(folder: Path, clock: VirtualClock) -> Project:
    made = init_project(folder, clock=clock)
    sites = [site for site in list_sites() if site.is_cached]
    register_outlets(made, [sites[0].outlet])
    return open_project(folder, flags={"collect.contact": CONTACT}, clock=clock)


def _stop_after(
    project: Project,
    clock: VirtualClock,
    backend: DirectBackend,
    monkeypatch: pytest.MonkeyPatch,
    is_unchanged: Callable[[Fetched, Kept | None], bool],
) -> str:
    """End a collection when the first unchanged feed was settled; the address of that feed."""
    settle, stopped = Collector._settle, list[str]()

    def settled(self: Collector, wish: Any, fetched: Fetched) -> Kept | None:
        if stopped:  # others that were under way die with it
            raise StopError
        kept = settle(self, wish, fetched)
        if wish.feed_id is not None and wish.page is None and is_unchanged(fetched, kept):
            stopped.append(wish.url)
            raise StopError
        return kept

    with monkeypatch.context() as patch, pytest.raises(StopError):
        patch.setattr(Collector, "_settle", settled)
        collect(project, timer=clock, backend=backend)
    return stopped[0]


def _list_polls(project: Project, url: str, begin: datetime) -> list[str]:
    with project.open_desk(read_only=True) as desk:
        outlets = desk.outlets.list_outlets()
        named = {feed.feed_id for outlet in outlets for feed in outlet.feeds if feed.url == url}
        return [p.outcome for p in desk.readings.list_polls() if p.feed_id in named and p.at >= begin]
