"""Half a year of a real, faulty collection: the software names its faults, reports little as little, and verifies."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from diembao.app.checks import verify_project
from diembao.app.coverage import list_gaps
from diembao.app.imports import ImportResult, import_history
from diembao.app.process import process_project
from diembao.app.project import Project, init_project, open_project
from diembao.app.reports import build_report
from diembao.app.topics import new_topic
from diembao.app.verify import verify_report

#: what the floors below were measured on
DATA_SHA256 = "c4f124364bb9"
MAPPING = "title=title,summary=summary,url=link,published=published,fetched=fetched,outlet=source"

pytestmark = [pytest.mark.shared, pytest.mark.xdist_group("real_collection")]


@pytest.fixture(scope="module")
def data(shared: Path) -> Path:
    return shared / "data" / "evaluate_only" / "vn_rss_2025_08_to_2026_01"


@pytest.fixture(scope="module")
def imported(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, ImportResult]:
    project = init_project(tmp_path_factory.mktemp("real") / "project")
    result = import_history(
        project,
        data / "items.jsonl.xz",
        MAPPING,
        runs=f"{data / 'snapshots.csv'}:committed_at",
        feeds=data / "rss_sources.json",
    )
    new_topic(project, place="Lạng Sơn")
    process_project(project)
    return open_project(project.folder), result


def test_the_data_is_the_one_that_was_measured(data: Path) -> None:
    """The numbers of this file belong to one version of the data."""
    digest = hashlib.sha256((data / "items.jsonl.xz").read_bytes()).hexdigest()
    assert digest.startswith(DATA_SHA256), f"measured on other data; this is {digest[:12]}"


def test_every_row_is_accounted_for(imported: tuple[Project, ImportResult]) -> None:
    """All rows are taken but the one of a domain that nobody registered."""
    _, result = imported
    assert result.counts() == {"read": 79_132, "accepted": 79_131, "known": 0, "refused": 1}
    assert result.reasons == {"unknown_outlet": 1}


def test_the_dead_feed_and_the_full_windows_are_found(imported: tuple[Project, ImportResult]) -> None:
    """A configured feed that never delivered, and three feeds of which the collector read fifteen items a run."""
    gaps = list_gaps(imported[0])
    assert [g["feed"] for g in gaps if g["kind"] == "never_delivered"] == ["dantri-com-vn/dan-tri"]
    full = {g["outlet"]: g["evidence"] for g in gaps if g["kind"] == "overflow"}
    assert set(full) == {"vnexpress-net", "thanhnien-vn", "tuoitre-vn"}
    assert {evidence["cap"] for evidence in full.values()} == {15}
    assert all(evidence["share"] > 0.6 for evidence in full.values())
    assert [g["evidence"]["side"] for g in gaps if g["kind"] == "partial"] == ["first", "last"]
    assert not [g for g in gaps if g["kind"] in ("silent", "frozen", "low_volume", "not_running")]


def test_wrong_clocks_are_found_and_set_right(imported: tuple[Project, ImportResult]) -> None:
    """Two outlets state their times seven hours early, one states the time of the request."""
    with imported[0].open_desk(read_only=True) as desk:
        found = {(c.outlet_id, c.kind): c.shift_s for c in desk.findings.list_clocks()}
    assert found["vnexpress-net", "shift"] == 7 * 3600
    assert found["thanhnien-vn", "shift"] == 7 * 3600
    assert ("tuoitre-vn", "fetch_time") in found
    assert {kind for _, kind in found} == {"shift", "fetch_time", "odd_offset"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_report_says_how_little_a_hundred_rows_are_and_verifies(
    imported: tuple[Project, ImportResult], language: str, tmp_path: Path
) -> None:
    """About a hundred rows on Lạng Sơn: a report, a warning, and every number recomputed."""
    project, _ = imported
    built = build_report(
        project,
        topic_id="lang-son",
        start=date(2025, 8, 11),
        end=date(2026, 1, 31),
        language=language,
        output=tmp_path / language,
    )
    folder = Path(built["folder"])
    numbers = json.loads((folder / "manifest.json").read_text(encoding="ascii"))["numbers"]
    assert 90 <= numbers["volume.total"]["value"] <= 130
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert ("Rất ít dữ liệu" if language == "vi" else "Very little data") in page
    result = verify_report(project, folder)
    assert result["problems"] == []
    assert all(row["ok"] for row in verify_project(project))
