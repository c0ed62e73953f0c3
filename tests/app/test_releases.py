"""Importing press releases: folders, lists and feeds; each is accepted, known, or refused with a reason."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from diembao.app.imports import ImportResult, import_articles
from diembao.app.outlets import add_outlet
from diembao.app.process import process_project
from diembao.app.project import Project, init_project
from diembao.app.release_uses import count_pickup, list_uses
from diembao.app.releases import import_releases, list_releases, show_release, withdraw_release
from diembao.cli import run
from diembao.errors import SourceError, UsageError
from diembao.sample.history import render_releases
from diembao.sample.spread import plan_releases
from tests.release_fixture import BODY, PLAIN, TITLE, make_docx, make_pdf

TEXT = " ".join(BODY)


class FixedClock:
    """Always the same moment."""

    def now(self) -> datetime:
        return datetime(2026, 9, 10, 5, tzinfo=UTC)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    yield init_project(tmp_path / "project", clock=FixedClock())


def check(result: ImportResult) -> dict[str, int]:
    """The reasons of an import whose account holds."""
    assert result.read == result.accepted + result.known + result.refused
    assert result.refused == sum(result.reasons.values())
    return result.reasons


def test_a_folder_is_imported_and_again_changes_nothing(project: Project, tmp_path: Path) -> None:
    """Releases of every form are taken; what cannot be read is refused, each for its own reason, harming nothing."""
    folder = tmp_path / "thong-cao"
    (folder / "2026").mkdir(parents=True)
    (folder / "a.docx").write_bytes(make_docx())
    (folder / "2026" / "b.pdf").write_bytes(make_pdf([["Thông cáo thứ hai", *BODY[::-1]]]))
    (folder / "c.txt").write_text(PLAIN.replace("na, hồng", "mận, hồng"), encoding="utf-8")
    (folder / "d.txt").write_text(
        PLAIN.replace("2026", "2027").replace("na, hồng", "đào, hồng"), encoding="utf-8"
    )
    (folder / "dd.docx").write_bytes(make_docx())  # the same release, saved twice
    (folder / "e.doc").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    (folder / "f.pdf").write_bytes(make_pdf([[]]))
    (folder / "g.txt").write_bytes(b"")
    (folder / "h.txt").write_text("chữ " * 1_300_000, encoding="utf-8")
    (folder / "i.jpg").write_bytes(b"\xff\xd8\xff" + bytes(99))
    (folder / "j.docx").write_bytes(make_docx()[:5000])
    (folder / "~$a.docx").write_bytes(b"lock")
    wanted = {
        "future_date": 1,
        "old_word": 1,
        "scanned": 1,
        "empty": 1,
        "too_long": 1,
        "other_kind": 1,
        "damaged": 1,
    }
    if sys.platform != "win32":
        os.mkfifo(folder / "k")
        (folder / "l.txt").symlink_to("/etc/passwd")
        wanted |= {"special": 1, "link": 1}
    result = import_releases(project, folder)
    assert check(result) == wanted
    assert (result.accepted, result.known) == (3, 1)
    titles = [row["title"] for row in list_releases(project)]
    assert titles == [TITLE, TITLE, "Thông cáo thứ hai"]
    again = import_releases(project, folder)
    assert check(again) == wanted and (again.accepted, again.known) == (0, 4)
    assert all(row["release_id"].startswith("r-") for row in list_releases(project))


def test_a_list_gives_ids_and_times(project: Project, tmp_path: Path) -> None:
    """A CSV with Vietnamese headings: ids, times to the minute, a file beside it; rows that lead outside are refused."""
    (tmp_path / "a.docx").write_bytes(make_docx([*BODY, "Khu ẩm thực mở cửa tới khuya."]))
    file = tmp_path / "ds.csv"
    rows = [
        "Mã,Tiêu đề,Nội dung,Tệp,Ngày phát hành",
        f'7,Một,"{TEXT}",,"2/9/2026 08:30"',
        "8,,,a.docx,",
        "9,Ba,,../b.docx,",
        "10,Bốn,,không-có.docx,",
        f'11,Năm,"{TEXT} Thêm.",,hôm qua',
        f'7,Sáu,"{TEXT} Khác hẳn.",,2/9/2026',
        f'12,Bảy,"{TEXT}",,2/9/2026',
        "13,Tám,,,2/9/2026",
    ]
    file.write_text("\n".join(rows), encoding="utf-8")
    result = import_releases(project, file)
    assert check(result) == {
        "file_outside": 1, "file_missing": 1, "bad_date": 1, "other_text": 1, "same_text": 1, "no_text": 1
    }  # fmt: skip
    first, second = list_releases(project)[::-1]
    assert (first["release_id"], first["precision"]) == ("7", "minute")
    assert first["issued_at"] == datetime(2026, 9, 2, 1, 30, tzinfo=UTC)
    assert (second["release_id"], second["title"], second["precision"]) == ("8", TITLE, "day")


def test_the_sample_press_is_imported_as_it_is(project: Project, tmp_path: Path) -> None:
    """The releases of the sample press keep their ids, times and texts."""
    releases, _ = plan_releases(20260630)
    file = tmp_path / "releases.jsonl"
    file.write_bytes(render_releases(SimpleNamespace(releases=releases)))  # type: ignore[arg-type]
    result = import_releases(project, file)
    assert check(result) == {} and result.accepted == len(releases) > 40
    for release in releases[::10]:
        shown = show_release(project, release.release_id)
        assert shown["issued_at"] == release.issued_at and shown["title"] == release.title
        assert shown["text"].split() == release.text.split()


def test_a_saved_feed_is_imported_with_a_warning(project: Project, tmp_path: Path) -> None:
    """Releases from a feed are what the feed carries, and the account says so."""
    item = (
        f"<item><title>Một</title><guid>tc-5</guid><description>{TEXT}</description>"
        "<pubDate>Wed, 02 Sep 2026 08:00:00 +0700</pubDate></item>"
    )
    file = tmp_path / "tc.xml"
    file.write_text(
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>{item}<item><title>Hai</title></item></channel></rss>"
    )
    result = import_releases(project, file)
    assert check(result) == {"no_text": 1} and "first lines" in result.notes[0]
    (row,) = list_releases(project)
    assert row["release_id"] == "tc-5" and "from_feed" in row["flags"]


def test_what_cannot_be_read_at_all_is_an_error_and_leaves_no_trace(project: Project, tmp_path: Path) -> None:
    """An empty folder, a list without texts, a scanned document by itself, nothing: a sentence, no import on record."""
    (tmp_path / "leer").mkdir()
    (tmp_path / "a.csv").write_text("id,ten\n1,a\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,text\n", encoding="utf-8")
    (tmp_path / "c.pdf").write_bytes(make_pdf([[]]))
    for name, sentence in (
        ("leer", "holds no press releases"),
        ("a.csv", "has no column that is understood as the text"),
        ("b.csv", "holds no press releases"),
        ("c.pdf", "no text in it"),
        ("d.pdf", "there is no file or folder"),
    ):
        with pytest.raises(SourceError, match=sentence):
            import_releases(project, tmp_path / name)
    with pytest.raises(UsageError, match="names no column for the text"):
        import_releases(project, tmp_path / "a.csv", "title=ten")
    with project.open_desk() as desk:
        assert desk.imports.list_runs() == [] and desk.releases.list_releases() == []


@pytest.fixture
def collected(project: Project, tmp_path: Path) -> Project:
    """Two outlets, one of which uses a release in part; an article of the week before that it quotes."""
    add_outlet(project, name="Báo Một", domains=["mot.example"], outlet_class="central")
    add_outlet(project, name="Báo Hai", domains=["hai.example"], outlet_class="local")
    more = " ".join(f"Chuyện khác thứ {number} của phiên chợ quê." for number in range(20))
    old = " ".join(BODY[::-1])
    articles = [
        ("https://mot.example/a-1.html", "2026-09-02T20:00:00+07:00", TEXT),
        ("https://hai.example/b-2.html", "2026-09-04T08:00:00+07:00", f"{more} {TEXT}"),
        ("https://hai.example/c-3.html", "2026-08-20T08:00:00+07:00", old),
        ("https://hai.example/d-4.html", "2026-09-03T08:00:00+07:00", more),
    ]
    rows = [
        {"url": url, "title": "Tin", "lead": "", "text": text, "published": at} for url, at, text in articles
    ]
    file = tmp_path / "bai.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    import_articles(project, file, "url=url,title=title,summary=lead,text=text,published=published")
    releases = tmp_path / "tc.csv"
    releases.write_text(
        f'id,text,published\n1,"{TEXT}",2/9/2026\n2,"{more.replace("khác", "cũ").replace("phiên", "buổi")}",2/9/2026\n',
        encoding="utf-8",
    )
    import_releases(project, releases)
    process_project(project)
    return project


def test_uses_are_shown_with_their_passages(
    collected: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A release lists every article that shares wording with it, by time and side by side; the table adds up."""
    uses = list_uses(collected, "1")
    assert [(use["outlet_id"], use["is_origin"], use["is_best"]) for use in uses] == [
        ("bao-hai", False, False),
        ("bao-mot", True, True),
        ("bao-hai", True, True),
    ]
    assert uses[1]["share_of_article"] == uses[1]["share_of_release"] == 1 and uses[1]["days_after"] == 0
    assert uses[2]["share_of_release"] == 1 and uses[2]["share_of_article"] < 0.5
    (passage,) = uses[2]["passages"]
    assert passage["release"] == passage["article"] and passage["words"] == len(TEXT.split())
    table = count_pickup(collected)
    assert (table.releases, table.used, table.articles, table.outlets, table.older) == (2, 1, 2, 2, 1)
    monkeypatch.chdir(collected.folder)
    assert run(["releases", "list"]) == 0
    assert "2 releases, 1 used by at least one outlet, 2 articles" in capsys.readouterr().out
    assert run(["releases", "show", "1"]) == 0
    shown = capsys.readouterr().out
    assert "there before it" in shown and "published after it" in shown and f"▸ {TEXT[:200]}" in shown


def test_a_withdrawn_release_is_in_no_table(collected: Project) -> None:
    """Withdrawn releases count no more at once, without another `process`."""
    withdraw_release(collected, "1")
    table = count_pickup(collected)
    assert (table.releases, table.used, table.articles) == (1, 0, 0)


def test_the_commands_speak(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Import, list, show and withdraw from the command line, as tables and as JSON."""
    monkeypatch.chdir(project.folder)
    file = tmp_path / "tc.txt"
    file.write_text(PLAIN, encoding="utf-8")
    assert run(["releases", "import", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] == 1
    assert run(["releases", "list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["releases"]
    assert row["day"] == "2026-09-02"
    assert run(["releases", "show", row["release_id"]]) == 0
    assert BODY[2] in capsys.readouterr().out
    assert run(["releases", "list"]) == 0
    assert TITLE in capsys.readouterr().out
    assert run(["releases", "withdraw", row["release_id"]]) == 0
    assert run(["releases", "show", row["release_id"]]) == 3
    with pytest.raises(SourceError):
        withdraw_release(project, row["release_id"])
