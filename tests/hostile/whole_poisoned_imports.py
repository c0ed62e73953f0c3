"""A few poisoned files among a thousand good ones cost only themselves, whichever door they come through."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from diembao.app.archives import ArchiveResult, import_html, import_warc
from diembao.app.checks import verify_project
from diembao.app.imports import import_history
from diembao.app.outlets import add_outlet
from diembao.app.project import Project, init_project
from diembao.corpus.read import CorpusReader
from diembao.sandbox import Limits
from tests.hostile import rows
from tests.hostile.article import PARAGRAPHS, write_page
from tests.hostile.making import MIB
from tests.hostile.memory import held_mb
from tests.hostile.test_hostile import GROWTH_MB
from tests.hostile.warcs import block, record

GOOD = 1_000
#: a poisoned page may take so long here; a good one takes a hundredth of it
LIMITS = Limits(wall_s=3.0, cpu_s=3, memory_mb=700)


def good_page(number: int) -> bytes:
    """A short page of its own."""
    url = f"https://bao.example/tin-{number}.html"
    head = (
        f"<title>Phiên chợ thứ {number}</title><link rel='canonical' href='{url}'>"
        "<meta property='og:type' content='article'><meta property='article:published_time' content='2026-03-01T08:00:00+07:00'>"
    )
    parts = tuple(f"{part} Đây là phiên {number}." for part in PARAGRAPHS[:4])
    return write_page(usual_head=head, title=f"Phiên chợ thứ {number}", paragraphs=parts).encode()


#: name → page, and what an import says of it: read as, or refused for
POISONED = {
    "hang": (write_page(inside="<p>x</p>" * 100_000), "too_slow"),
    "eats": (write_page(inside="<i>x</i><b>" * 900_000), None),
    "deep": (write_page(inside="<div>" * 50_000), "too_deep"),
    "attributes": (
        write_page(inside="<p " + "".join(f"a{n}=1 " for n in range(30_000)) + ">"),
        "too_many_attributes",
    ),
    "binary": (write_page(inside="\0" * 900_000), None),
}


def saved(page: str, name: str) -> bytes:
    """The page with the note a browser writes."""
    return f"<!-- saved from url=(0042)https://bao.example/{name}.html -->\n{page}".encode()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = init_project(tmp_path / "project")
    add_outlet(made, outlet_id="bao", name="Báo Mẫu", domains=["bao.example"], outlet_class="central")
    return made


def list_urls(project: Project) -> set[str]:
    """The addresses of all articles in the corpus."""
    with project.open_desk(read_only=True) as desk:
        commit = desk.commits.last()
    assert commit is not None
    with CorpusReader(project.folder, commit.versions) as reader:
        return {str(row["url"]) for row in reader.rows("SELECT DISTINCT url FROM articles")}


def check_all(project: Project, result: ArchiveResult, before: int) -> None:
    """Exactly the good pages are articles, the bad ones are counted with reasons, and the folder is sound."""
    good = {f"https://bao.example/tin-{number}.html" for number in range(GOOD)}
    found = list_urls(project)
    assert good <= found
    assert not {
        url for url in found - good if any(f"/{name}." in url for name, (_, why) in POISONED.items() if why)
    }
    assert result.read == result.accepted + result.known + result.refused
    assert sum(result.pages.values()) == result.accepted
    for reason in filter(None, (why for _, why in POISONED.values())):
        assert result.pages.get(reason) == 1, result.pages
    assert held_mb() - before <= GROWTH_MB
    assert [row for row in verify_project(project) if not row["ok"]] == []


def test_a_folder_of_saved_pages(project: Project, tmp_path: Path) -> None:
    """`import html`: a thousand pages, one that hangs, one that eats memory, some that are refused, one too large."""
    folder = tmp_path / "saved"
    folder.mkdir()
    for number in range(GOOD):
        (folder / f"tin-{number}.html").write_bytes(good_page(number))
    for name, (page, _) in POISONED.items():
        (folder / f"{name}.html").write_bytes(saved(page, name))
    (folder / "large.html").write_bytes(saved("<p>", "large") + b" " * (30 * MIB))
    (folder / "empty.html").write_bytes(b"")
    (folder / os.fsdecode(b"xa-\xff.html")).write_bytes(saved("<p>x</p>" * 3, "xa"))
    before = held_mb()
    result = import_html(project, folder, "bao", limits=LIMITS)
    assert (result.reasons["too_large"], result.reasons["empty"]) == (1, 1)
    check_all(project, result, before)


def test_a_warc(project: Project, tmp_path: Path) -> None:
    """`import warc`: the same among a thousand records, with a record that lies about its length."""
    path = tmp_path / "a.warc"
    with path.open("wb") as file:
        for number in range(GOOD):
            file.write(record(f"https://bao.example/tin-{number}.html", block(good_page(number))))
            if number % 100 == 50 and number // 100 < len(POISONED):
                name, (page, _) = list(POISONED.items())[number // 100]
                file.write(record(f"https://bao.example/{name}.html", block(page.encode())))
        file.write(record("https://bao.example/luon.html", length="999999"))
        file.write(record("https://bao.example/tin-0.html", block(good_page(0))))
    before = held_mb()
    result = import_warc(project, path, limits=LIMITS)
    assert result.known == 1
    assert "https://bao.example/luon.html" not in list_urls(project)
    assert sum(result.passed_over.values()) >= 1
    check_all(project, result, before)


def test_a_history(project: Project, tmp_path: Path) -> None:
    """`import history`: hostile lines among a thousand good ones; rows are read in the main process."""
    path = tmp_path / "history.jsonl"
    poison = [make() for make in rows.JSON_LINES.values()]
    lines = [json.dumps({"title": "x", "link": rows.MIDDLE, "text": "chợ" + "\u0323\u0301" * 300_000})]
    lines += [line for line in poison if len(line) < MIB]
    with path.open("w", encoding="utf-8", errors="surrogatepass") as file:
        for number in range(GOOD):
            file.write(rows.line(f"https://bao.example/tin-{number}.html") + "\n")
            if number < len(lines):
                file.write(lines[number] + "\n")
    before = held_mb()
    result = import_history(project, path, f"{rows.MAPPING},text=text")
    assert result.read == result.accepted + result.known + result.refused
    assert {f"https://bao.example/tin-{number}.html" for number in range(GOOD)} <= list_urls(project)
    assert not any(url.startswith(("javascript:", "http://169")) for url in list_urls(project))
    assert held_mb() - before <= GROWTH_MB
    assert [row for row in verify_project(project) if not row["ok"]] == []
