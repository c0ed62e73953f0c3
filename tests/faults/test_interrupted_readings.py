"""What is said of a collection that ended in the middle: by `verify`, and by the next collection."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from diembao.app.arrivals import make_arrival
from diembao.app.checks import verify_project
from diembao.app.collect import collect
from diembao.app.collecting import batch
from diembao.app.collecting.collector import Collector
from diembao.app.outlets import register_outlets
from diembao.app.project import Project, init_project, open_project
from diembao.corpus.writer import CorpusWriter
from diembao.sample import build_press
from diembao.sample.clock import VirtualClock
from diembao.sample.live import LIVE_FROM, DirectBackend, LivePress, list_sites

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("sample")]

CONTACT = "toa-soan@bao-chi-mau.example"
OUTLET, RESERVED = "bao-mau-song-thuong", "tap-chi-mau-giu-quyen"


class StopError(BaseException):
    """The process ends here."""


def test_articles_whose_readings_were_not_stored_wait_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their evidence is there: `verify` counts them as waiting, and after the next start as read."""
    clock = VirtualClock(LIVE_FROM + timedelta(days=3))
    project = _make_project(tmp_path / "project", clock)
    with LivePress(build_press(), clock, listens=False) as live:
        with monkeypatch.context() as patch, pytest.raises(StopError):
            patch.setattr(batch, "mark_delivered", _stop_at_pages)
            collect(project, timer=clock, backend=DirectBackend(live))
        rule = _find_rule(project)
        assert rule["ok"], rule
        assert "wait for their reading" in rule["detail"]
        clock.advance(40)
        collect(project, timer=clock, backend=DirectBackend(live))
    rule = _find_rule(project)
    assert rule["ok"], rule
    assert "wait" not in rule["detail"]
    assert rule["checked"] > 3


def test_an_article_without_any_capture_is_found(tmp_path: Path) -> None:
    """An article that came into the corpus as if from a page, with no record of the page, breaks the rule."""
    clock = VirtualClock(LIVE_FROM + timedelta(days=3))
    project = _make_project(tmp_path / "project", clock)
    with LivePress(build_press(), clock, listens=False) as live:
        collect(project, timer=clock, backend=DirectBackend(live))
    with project.open_desk() as desk, CorpusWriter.open(project.folder, desk) as writer:
        outlet = desk.outlets.get(OUTLET)
        arrival = make_arrival(
            outlet,
            f"https://{outlet.domains[0]}/khong-co.html",
            title="Phiên chợ",
            lead="",
            text="Không có bản ghi.",
            kind="article",
            published=None,
            published_raw="",
            seen_at=clock.now(),
            feed_id=None,
        )
        run = desk.imports.start("collect", "x", file_sha256="", file_size=0, mapping={})
        writer.add_articles([arrival], run=run)
    rule = _find_rule(project)
    assert not rule["ok"]
    assert rule["broken"] == 1


def test_reserved_pages_are_no_failure_of_their_outlet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collection that goes on and finds only pages whose mining is reserved has been answered: exit code 0."""
    clock = VirtualClock(LIVE_FROM + timedelta(days=3))
    project = _make_project(tmp_path / "project", clock, RESERVED)
    with LivePress(build_press(), clock, listens=False) as live:
        with monkeypatch.context() as patch, pytest.raises(StopError):
            patch.setattr(Collector, "_settle_page", _stop)
            collect(project, timer=clock, backend=DirectBackend(live))
        clock.advance(40)
        result = collect(project, timer=clock, backend=DirectBackend(live))
    assert result.outcomes.keys() == {"page:reserved"}
    assert result.failed_outlets == []
    assert result.outlets[0]["trouble"] == {"page:reserved": result.outlets[0]["asked"]}


def _make_project(folder: Path, clock: VirtualClock, outlet_id: str = OUTLET) -> Project:
    made = init_project(folder, clock=clock)
    register_outlets(made, [site.outlet for site in list_sites() if site.outlet.outlet_id == outlet_id])
    return open_project(folder, flags={"collect.contact": CONTACT}, clock=clock)


def _stop(*args: Any) -> None:
    raise StopError


def _stop_at_pages(desk: Any, arrivals: Any) -> None:
    if any(arrival.sighting.feed_id is None for arrival in arrivals):
        raise StopError


def _find_rule(project: Project) -> dict[str, Any]:
    return next(row for row in verify_project(project) if row["rule"] == "articles_have_evidence")
