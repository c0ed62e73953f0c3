"""A small project of two fictional outlets over ten weeks, with known counts."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from diembao.app.imports import import_history
from diembao.app.outlets import add_outlet
from diembao.app.process import process_project
from diembao.app.project import Project, init_project, open_project
from diembao.app.topics import new_topic

MAPPING = "title=title,summary=summary,url=link,published=published,fetched=fetched,outlet=source"
START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 70


@dataclass(frozen=True)
class Files:
    """A history with its runs and configured feeds, and what it holds in truth."""

    history: Path
    runs: str
    feeds: Path
    rows: int
    about: int


def write_files(folder: Path) -> Files:
    """Two outlets, six items a day each; every seventh item of the first is about Lạng Sơn."""
    folder.mkdir(parents=True, exist_ok=True)
    lines, about, number = [], 0, 0
    for day in range(DAYS):
        for hour in range(0, 24, 4):
            number += 1
            at = START + timedelta(days=day, hours=hour)
            is_about = number % 7 == 0
            about += is_about
            title = (
                f"Lạng Sơn mở phiên chợ thứ {number}" if is_about else f"Hội làng mùa xuân lần thứ {number}"
            )
            for outlet, domain in (("Báo Một", "mot.example"), ("Báo Hai", "hai.example")):
                row = {
                    "source": outlet,
                    "title": title if outlet == "Báo Một" else f"Tin chợ quê số {number}",
                    "summary": "Bài mẫu.",
                    "link": f"https://{domain}/tin-{number}.html",
                    "published": at.isoformat(),
                    "fetched": (at + timedelta(minutes=20 + number % 90)).isoformat(),
                }
                lines.append(json.dumps(row, ensure_ascii=False))
    history = folder / "history.jsonl"
    history.write_text("\n".join(lines) + "\n", encoding="utf-8")
    runs = folder / "runs.csv"
    moments = [START + timedelta(hours=2 * n) for n in range(DAYS * 12)]
    runs.write_text("at\n" + "\n".join(m.isoformat() for m in moments) + "\n", encoding="utf-8")
    feeds = folder / "feeds.json"
    sources = [
        {"name": "Báo Một", "url": "https://mot.example/rss"},
        {"name": "Báo Hai", "url": "https://hai.example/rss"},
        {"name": "Báo Hai - Thể thao", "url": "https://hai.example/rss/the-thao"},
    ]
    feeds.write_text(json.dumps({"sources": sources}, ensure_ascii=False), encoding="utf-8")
    return Files(history, f"{runs}:at", feeds, len(lines), about)


def make_project(folder: Path, files: Files) -> Project:
    """A project with both outlets registered and the history imported."""
    project = init_project(folder)
    add_outlet(project, outlet_id="bao-mot", name="Báo Một", domains=["mot.example"], outlet_class="central")
    add_outlet(
        project, outlet_id="bao-hai", name="Báo Hai", domains=["hai.example"], outlet_class="provincial"
    )
    import_history(project, files.history, MAPPING, runs=files.runs, feeds=files.feeds)
    return project


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of the small history."""
    return write_files(tmp_path_factory.mktemp("history"))


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory, files: Files) -> Path:
    """The folder of a processed project with the topic lang-son; tests work on copies of it."""
    made = make_project(tmp_path_factory.mktemp("pristine") / "project", files)
    new_topic(made, place="Lạng Sơn")
    process_project(made)
    return made.folder


@pytest.fixture
def project(tmp_path: Path, pristine: Path) -> Project:
    """A copy of the processed project for one test."""
    shutil.copytree(pristine, tmp_path / "project")
    return open_project(tmp_path / "project")
