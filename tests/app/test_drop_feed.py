"""Ending a feed: it is asked no more, nothing of it is missing afterwards, and what was before stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from diembao.app.collect import collect
from diembao.app.coverage import list_gaps
from diembao.app.outlets import add_outlet, check_outlets, drop_feed, register_outlets
from diembao.app.project import Project, init_project, open_project
from diembao.cli import run
from diembao.errors import OutletError
from diembao.sample import build_press
from diembao.sample.clock import VirtualClock
from diembao.sample.live import LIVE_FROM, DirectBackend, LivePress, list_sites

pytestmark = pytest.mark.xdist_group("sample")

OUTLET = next(s.outlet for s in list_sites() if s.outlet.outlet_id == "bao-mau-song-thuong")
WRONG = f"https://{OUTLET.domains[0]}/khong-co.rss"


def _make_project(folder: Path, clock: VirtualClock) -> Project:
    made = init_project(folder, clock=clock)
    project = open_project(made.folder, flags={"collect.contact": "toa-soan@example.org"}, clock=clock)
    register_outlets(project, [OUTLET])
    add_outlet(
        project,
        outlet_id=OUTLET.outlet_id,
        domains=OUTLET.domains,
        outlet_class=OUTLET.outlet_class,
        feeds=[WRONG],
    )
    return project


def test_a_dropped_feed_is_not_asked_and_not_missed(tmp_path: Path) -> None:
    """Its gaps end with it, also in what was known before; the other feed goes on, and `check` forgets the finding."""
    clock = VirtualClock(LIVE_FROM)
    project = _make_project(tmp_path / "project", clock)
    with LivePress(build_press(), clock, listens=False) as live:
        backend = DirectBackend(live)
        for _ in range(3):
            collect(project, timer=clock, backend=backend)
            clock.advance(4 * 3600)
        with project.open_desk(read_only=True) as desk:
            (feed_id,) = [f.feed_id for f in desk.outlets.get(OUTLET.outlet_id).feeds if f.url == WRONG]
        assert any(feed_id in finding for row in check_outlets(project) for finding in row["findings"])
        dropped_at = clock.now()
        row = drop_feed(project, OUTLET.outlet_id, WRONG)
        assert (row["result"], row["detail"]) == ("changed", WRONG)
        asked = len(live.requests)
        for _ in range(3):
            clock.advance(4 * 3600)
            collect(project, timer=clock, backend=backend)
        later = [request.path for request in list(live.requests)[asked:]]
    assert WRONG.rpartition("/")[2] not in "".join(later)
    assert "/rss/tin-moi.rss" in later
    gaps = [gap for gap in list_gaps(project) if gap["feed"] == feed_id]
    assert gaps
    assert max(gap["to"] for gap in gaps) <= (dropped_at + timedelta(hours=7)).isoformat()[:16] + "+07:00"
    assert not any(feed_id in finding for row in check_outlets(project) for finding in row["findings"])


def test_history_stays_and_ids_are_not_used_again(tmp_path: Path) -> None:
    """A state before the end knows of none; the same address takes the feed up again, another gets another id."""
    clock = VirtualClock(LIVE_FROM)
    project = _make_project(tmp_path / "project", clock)
    with project.open_desk() as desk:
        feed_id = next(f.feed_id for f in desk.outlets.get(OUTLET.outlet_id).feeds if f.url == WRONG)
        before = desk.seq
        drop_feed(project, OUTLET.outlet_id, feed_id)
        assert desk.outlets.list_ended_feeds(at=before) == {}
        (ended,) = desk.outlets.list_ended_feeds().items()
        assert (ended[0], ended[1][0].url, ended[1][1]) == (feed_id, WRONG, clock.now())
        again = {"outlet_id": OUTLET.outlet_id, "domains": OUTLET.domains, "outlet_class": "central"}
        add_outlet(project, **again, feeds=[WRONG.replace("https://", "https://www.")])  # type: ignore[arg-type]
        assert feed_id not in {f.feed_id for f in desk.outlets.get(OUTLET.outlet_id).feeds}
        add_outlet(project, **again, feeds=[WRONG])  # type: ignore[arg-type]
        assert desk.outlets.list_ended_feeds() == {}
        assert feed_id in {f.feed_id for f in desk.outlets.get(OUTLET.outlet_id).feeds}


def test_what_is_no_feed_of_the_outlet_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An address that the outlet does not have is an error with a next step; the command line ends with 3."""
    project = _make_project(tmp_path / "project", VirtualClock(LIVE_FROM))
    with pytest.raises(OutletError) as caught:
        drop_feed(project, OUTLET.outlet_id, "https://mau.example/rss")
    assert caught.value.next_step
    here = ["-C", str(project.folder), "outlet", "drop-feed", OUTLET.outlet_id]
    assert run([*here, "https://mau.example/rss"]) == 3
    assert run([*here, WRONG]) == 0
    assert WRONG in capsys.readouterr().out
