"""A few poisoned files among a thousand good ones cost only themselves, whichever door they come through."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from diembao.app.archives import ArchiveResult, import_html, import_warc
from diembao.app.checks import verify_project
from diembao.app.imports import ImportResult, import_articles, import_clips, import_history
from diembao.app.outlets import add_outlet
from diembao.app.project import Project, init_project
from diembao.app.topics import new_topic
from diembao.corpus.read import CorpusReader
from diembao.sandbox import Limits
from diembao.sources.pages import MAX_FILE_BYTES, list_saved_pages, read_saved_page
from tests.hostile import rows
from tests.hostile.article import PARAGRAPHS, write_page
from tests.hostile.making import MIB
from tests.hostile.memory import forget_peak, held_mb, peak_mb
from tests.hostile.test_hostile import GROWTH_MB
from tests.hostile.warcs import block, record

GOOD = 1_000
#: a poisoned page may take so long here, by the processor; a good one takes a hundredth of it
LIMITS = Limits(cpu_s=2, memory_mb=700)
TITLE = "Phiên chợ Lạng Sơn ngày {}"

#: the same group as the other hostile inputs: memory is measured
pytestmark = pytest.mark.xdist_group("hostile")


def good_page(number: int) -> bytes:
    """A short page of its own."""
    url = f"https://bao.example/tin-{number}.html"
    head = (
        f"<title>{TITLE.format(number)}</title><link rel='canonical' href='{url}'>"
        "<meta property='og:type' content='article'><meta property='article:published_time' content='2026-03-01T08:00:00+07:00'>"
    )
    parts = tuple(f"{part} Đây là phiên {number}." for part in PARAGRAPHS[:4])
    return write_page(usual_head=head, title=TITLE.format(number), paragraphs=parts).encode()


#: name → page, and what an import says of it: read as, or refused for
POISONED = {
    "hang": (write_page(inside="<p>x</p>" * 100_000, title=TITLE.format(0)), "too_slow"),
    "eats": (write_page(inside="<i>x</i><b>" * 900_000, title=TITLE.format(0)), None),
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
    new_topic(made, place="Lạng Sơn")  # pages that may be about it are read carefully
    first = tmp_path / "first"  # what is loaded once is loaded now
    first.mkdir()
    (first / "x.html").write_bytes(saved(good_page(-1).decode(), "x"))
    import_html(made, first, "bao")
    list_urls(made)
    return made


@contextmanager
def bounded() -> Iterator[None]:
    """Whatever is done within, this process never holds much more than before."""
    before = held_mb()
    forget_peak()
    yield
    assert peak_mb() - before <= GROWTH_MB


def list_urls(project: Project) -> set[str]:
    """The addresses of all articles in the corpus."""
    with project.open_desk(read_only=True) as desk:
        commit = desk.commits.last()
    assert commit is not None
    with CorpusReader(project.folder, commit.versions) as reader:
        return {str(row["url"]) for row in reader.rows("SELECT DISTINCT url FROM articles")}


def check_all(project: Project, result: ArchiveResult) -> None:
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
        assert result.pages.get(reason, 0) >= 1, result.pages
    assert result.pages["article"] >= GOOD
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
    os.mkfifo(folder / "pipe.html")
    (folder / "zero.html").symlink_to("/dev/zero")
    (folder / "loop").symlink_to(folder)
    (folder / "line\nend\x1b[2J.html").write_bytes(b"<p>")
    with bounded():
        result = import_html(project, folder, "bao", limits=LIMITS)
    assert (result.reasons["special"], result.reasons["link"], result.reasons["no_url"]) == (1, 2, 1)
    assert all(refusal.detail.isprintable() for some in result.examples.values() for refusal in some)
    assert (result.reasons["too_large"], result.reasons["empty"]) == (1, 1)
    check_all(project, result)


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
    with bounded():
        result = import_warc(project, path, limits=LIMITS)
    assert result.known == 1
    assert "https://bao.example/luon.html" not in list_urls(project)
    assert sum(result.passed_over.values()) >= 1
    check_all(project, result)


def test_a_history(project: Project, tmp_path: Path) -> None:
    """`import history`: hostile lines among a thousand good ones; rows are read in the main process."""
    path = tmp_path / "history.jsonl"
    poison = [make() for make in rows.JSON_LINES.values()]
    lines = [json.dumps({"title": "x", "link": rows.MIDDLE, "text": "chợ" + "\u0323\u0301" * 200_000})]
    lines += [line for line in poison if len(line) < MIB]
    with path.open("w", encoding="utf-8", errors="surrogatepass") as file:
        for number in range(GOOD):
            file.write(rows.line(f"https://bao.example/tin-{number}.html") + "\n")
            if number < len(lines):
                file.write(lines[number] + "\n")
    with bounded():
        result = import_history(project, path, f"{rows.MAPPING},text=text")
    assert result.read == result.accepted + result.known + result.refused
    assert {f"https://bao.example/tin-{number}.html" for number in range(GOOD)} <= list_urls(project)
    assert not any(url.startswith(("javascript:", "http://169")) for url in list_urls(project))
    assert [row for row in verify_project(project) if not row["ok"]] == []


def test_full_texts_of_megabytes(project: Project, tmp_path: Path) -> None:
    """`import articles`: twenty texts of more than two megabytes are stored piece by piece; what is cut off is flagged."""
    path = tmp_path / "articles.jsonl"
    path.write_text(rows.line("https://bao.example/tin-0.html", text="x"), encoding="utf-8")
    import_articles(project, path, f"{rows.MAPPING},text=text")  # what is loaded once is loaded now
    with path.open("w", encoding="utf-8") as file:
        for number in range(20):
            text = f"chữ {number} " * 250_000
            file.write(rows.line(f"https://bao.example/dai-{number}.html", text=text) + "\n")
        file.write(rows.line("https://bao.example/tin-1.html", text="x") + "\n")
    with bounded():
        result = import_articles(project, path, f"{rows.MAPPING},text=text")
    assert (result.accepted, result.refused) == (21, 0)


def test_large_records(project: Project, tmp_path: Path) -> None:
    """`import warc`: records of nearly the largest size that is read are not held together."""
    path = tmp_path / "large.warc"
    noise = random.Random(1).randbytes(2_700_000).hex()
    with path.open("wb") as file:
        for number in range(3):
            page = write_page(inside=f"{number}{noise}").encode()
            file.write(record(f"https://bao.example/lon-{number}.html", block(page)))
        file.write(record("https://bao.example/tin-1.html", block(good_page(1))))
    with bounded():
        result = import_warc(project, path)
    assert (result.accepted, result.passed_over) == (4, {})


@pytest.mark.parametrize("kind", ["history", "articles", "clips", "warc"])
def test_a_file_whose_name_is_no_text(project: Project, tmp_path: Path, kind: str) -> None:
    """A name with bytes that are no UTF-8, line breaks and terminal codes is shown as text, and the file is read."""
    path = tmp_path / os.fsdecode(b"t\xff\n\x1b[2J." + {"warc": b"warc", "clips": b"csv"}.get(kind, b"jsonl"))
    path.write_bytes(
        record() if kind == "warc" else rows.csv().encode() if kind == "clips" else rows.jsonl().encode()
    )
    result: ImportResult
    if kind == "warc":
        result = import_warc(project, path)
    elif kind == "clips":
        result = import_clips(project, path, "title=title,url=link")
    else:
        read = import_history if kind == "history" else import_articles
        result = read(project, path, rows.MAPPING)
    assert result.accepted >= 1
    assert result.file.isprintable()


def test_a_page_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """A page that was listed and has since become a pipe, a link, a larger file, or gone is an error, never a wait."""
    for name in "abcd":
        (tmp_path / f"{name}.html").write_bytes(b"<p>x</p>")
    listed = list(list_saved_pages(tmp_path))
    for page in listed:
        (tmp_path / page.path).unlink()
    os.mkfifo(tmp_path / "a.html")
    (tmp_path / "b.html").symlink_to("/etc/hostname")
    with (tmp_path / "c.html").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    for page in listed:
        with pytest.raises(OSError):
            read_saved_page(tmp_path, page)
