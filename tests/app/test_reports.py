"""A report counts what is there, verifies, and stops verifying when anything behind it was changed."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from diembao.app.articles import list_articles, search_articles, show_article
from diembao.app.imports import import_articles, import_clips, import_history
from diembao.app.outlets import add_outlet
from diembao.app.process import process_project
from diembao.app.project import Project, init_project, open_project
from diembao.app.reports import build_report
from diembao.app.topics import new_topic
from diembao.app.verify import verify_report
from diembao.errors import TopicError
from tests.app.conftest import MAPPING, Files

PERIOD = {"start": date(2026, 2, 9), "end": date(2026, 3, 8)}


def build(project: Project, language: str = "vi", **more: str) -> Path:
    built = build_report(project, topic_id="lang-son", language=language, **PERIOD, **more)  # type: ignore[arg-type]
    return Path(built["folder"])


def read_number(folder: Path, number_id: str) -> object:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="ascii"))
    return manifest["numbers"][number_id]["value"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_fresh_report_verifies(project: Project, language: str) -> None:
    """Every printed number of an untouched report is recomputed and found equal."""
    folder = build(project, language, compare="2026-01-12..2026-02-08")
    result = verify_report(project, folder)
    assert result["problems"] == []
    assert result["ok"]
    assert result["numbers"] > 40
    assert result["printed"] > 60


def test_numbers_equal_the_known_counts(project: Project) -> None:
    """Articles about the place are exactly those that the history holds in the period."""
    folder = build(project)
    rows = list_articles(project, **PERIOD, topic_id="lang-son", decision="about", limit=1000)
    days = [row["day"] for row in rows]
    assert len(rows) == read_number(folder, "decision.about") == 24  # 28 days x 6 items, every seventh
    assert min(days) >= "2026-02-09"
    assert max(days) <= "2026-03-08"
    assert read_number(folder, "outlet.bao-mot") == 24
    assert read_number(folder, "outlet.bao-hai") == 0


def test_parts_add_up_to_the_whole(project: Project) -> None:
    """Months, weeks, outlets, classes, decisions and positions each sum to the total."""
    folder = build(project)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="ascii"))["numbers"]
    total = manifest["volume.total"]["value"]
    for pattern in (
        r"volume\.month\.[0-9-]+",
        r"volume\.week\.[0-9-]+",
        r"outlet\.[a-z-]+",
        r"class\.[a-z]+",
        r"decision\.[a-z]+",
        r"stratum\.[a-z0-9]+",
    ):
        assert sum(n["value"] for name, n in manifest.items() if re.fullmatch(pattern, name)) == total, (
            pattern
        )


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("report.html", r'(<data value="24">)24<', r"\g<1>25<"),
        ("report.html", r'<data value="24">', '<data value="25">'),
        ("csv/outlets.csv", r"24", "25"),
        ("manifest.json", r'"value": 24', '"value": 25'),
    ],
)
def test_a_changed_printed_number_is_found(project: Project, file: str, before: str, after: str) -> None:
    """One digit changed in the page, a CSV or the manifest makes verification fail."""
    folder = build(project)
    path = folder / file
    text, changed = re.subn(before, after, path.read_text(encoding="utf-8"), count=1)
    assert changed == 1
    path.write_text(text, encoding="utf-8")
    result = verify_report(project, folder)
    assert not result["ok"]
    assert any(file in problem for problem in result["problems"])


def test_a_changed_setting_is_found(project: Project) -> None:
    """A setting behind the numbers that was changed after the report makes verification fail."""
    folder = build(project)
    path = project.folder / "diembao.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("busiest_days = 5", "busiest_days = 3"), encoding="utf-8"
    )
    result = verify_report(open_project(project.folder), folder)
    assert not result["ok"]
    assert any("setting" in problem for problem in result["problems"])


def test_a_changed_row_is_found(project: Project) -> None:
    """A title or a decision rewritten inside the stored tables makes verification fail."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = build(project)
    path = next((project.folder / "corpus" / "articles").rglob("*.parquet"))
    table = pq.read_table(path, partitioning=None)
    titles = ["Lạng Sơn " + title for title in table.column("title").to_pylist()]
    column = table.schema.get_field_index("title")
    pq.write_table(table.set_column(column, table.schema.field(column), pa.array(titles, pa.string())), path)
    result = verify_report(project, folder)
    assert not result["ok"]
    assert any("rows were changed" in problem for problem in result["problems"])


def test_a_changed_desk_row_is_found(project: Project) -> None:
    """An outlet moved to another class behind the desk's back changes recomputed numbers, and is found."""
    folder = build(project)
    connection = sqlite3.connect(project.folder / "desk.sqlite")
    connection.execute("DROP TRIGGER outlet_versions_no_update")
    connection.execute("UPDATE outlet_versions SET outlet_class = 'sector' WHERE outlet_id = 'bao-mot'")
    connection.commit()
    connection.close()
    assert not verify_report(project, folder)["ok"]


def test_later_imports_leave_a_report_as_it_was(project: Project, tmp_path: Path) -> None:
    """A report is pinned: articles, runs and clippings that come later change no number of it."""
    folder = build(project)
    more = tmp_path / "more.jsonl"
    row = {
        "source": "Báo Một",
        "title": "Lạng Sơn họp chợ muộn",
        "summary": "Bài mẫu.",
        "link": "https://mot.example/tin-muon.html",
        "published": "2026-02-20T03:00:00+00:00",
        "fetched": "2026-02-20T04:00:00+00:00",
    }
    more.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    assert import_history(project, more, MAPPING).accepted == 1
    assert verify_report(project, folder)["problems"] == []
    assert read_number(build(project), "volume.total") == 25


def test_importing_again_changes_nothing(project: Project, files: Files) -> None:
    """The same file a second time: every row is already known, and the content hash stays."""
    folder = build(project)
    before = json.loads((folder / "manifest.json").read_text(encoding="ascii"))["snapshot"]["hashes"][
        "content"
    ]
    again = import_history(project, files.history, MAPPING, runs=files.runs, feeds=files.feeds)
    assert again.counts() == {"read": files.rows, "accepted": 0, "known": files.rows, "refused": 0}
    after = json.loads((build(project) / "manifest.json").read_text(encoding="ascii"))["snapshot"]["hashes"][
        "content"
    ]
    assert before == after


def test_clippings_are_compared_and_never_counted(project: Project, tmp_path: Path) -> None:
    """A clipping list shows what each side missed and leaves every count as it was."""
    before = read_number(build(project), "volume.total")
    inside = list_articles(project, **PERIOD, topic_id="lang-son", limit=2)
    clips = tmp_path / "clips.csv"
    lines = ["Tiêu đề,Cơ quan báo chí,Ngày đăng,Đường dẫn"]
    lines += [f"{row['title']},Báo Một,{row['day']},{row['url']}" for row in inside]
    lines += [
        "Tin chỉ có trong danh sách,Báo Hai,2026-02-20,https://hai.example/chi-trong-danh-sach.html",
        "Tin trên mạng xã hội,Mạng,2026-02-20,https://facebook.com/bai/1",
        "Tin của báo lạ,Báo Lạ,2026-02-21,https://la.example/1.html",
        "Tin báo giấy,Báo Giấy,2026-02-21,",
    ]
    clips.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = import_clips(project, clips)
    assert (result.read, result.accepted, result.refused) == (6, 4, 2)
    folder = build(project)
    assert read_number(folder, "volume.total") == before
    assert read_number(folder, "clips.total") == 4
    assert read_number(folder, "clips.both") == 2
    assert read_number(folder, "clips.only_clips") == 2
    assert verify_report(project, folder)["ok"]


def test_articles_can_be_searched_listed_and_shown(project: Project, tmp_path: Path) -> None:
    """Search understands phrases, exclusion and accent-free words; an article shows why it matched."""
    full = tmp_path / "full.csv"
    full.write_text(
        "url,title,summary,text,published\n"
        "https://mot.example/cao-toc.html,Cao tốc qua Lạng Sơn,Bài mẫu,Cao tốc qua Chi Lăng thông xe,2026-02-11\n"
        "https://hai.example/cao-toc.html,Cao tốc khác,Bài mẫu,Cao tốc ở nơi khác,2026-02-12\n",
        encoding="utf-8",
    )
    mapping = "url=url,title=title,summary=summary,text=text,published=published"
    assert import_articles(project, full, mapping).accepted == 2
    assert search_articles(project, '"cao tốc"')["total"] == 2
    assert search_articles(project, '"cao toc"')["total"] == 2
    found = search_articles(project, '"cao tốc" -"Chi Lăng"')
    assert [hit["outlet_id"] for hit in found["hits"]] == ["bao-hai"]
    assert search_articles(project, '"cao tốc"', outlet_id="bao-mot")["total"] == 1
    build(project)
    row = search_articles(project, 'title:"lang son" "chi lang"')["hits"][0]
    shown = show_article(project, row["article_id"])
    assert shown["matches"][0]["decision"] == "about"
    assert shown["precision"] == "day"


@pytest.mark.parametrize(
    ("start", "end", "compare"),
    [
        (date(2026, 2, 9), date(2026, 2, 9), None),  # one day, no article
        (date(2026, 2, 10), date(2026, 2, 10), "2026-02-03..2026-02-03"),  # one day beside one day
        (date(2026, 1, 1), date(2026, 1, 10), None),  # begins before the first run
        (date(2026, 3, 10), date(2026, 4, 20), None),  # goes on after the last run
        (date(2026, 2, 1), date(2026, 2, 28), "year-1"),  # beside a time before the first run
        (date(2026, 2, 1), date(2026, 2, 28), "2026-01-10..2026-01-15"),  # spans of other length
    ],
)
def test_odd_periods_give_reports_that_verify(
    project: Project, start: date, end: date, compare: str | None
) -> None:
    """A day, an empty period, a period beyond what is known and unequal spans each give a sound report."""
    built = build_report(project, topic_id="lang-son", start=start, end=end, compare=compare, language="en")
    assert verify_report(project, Path(built["folder"]))["problems"] == []


def test_a_period_without_any_article_about_the_topic(project: Project) -> None:
    """A topic that nobody wrote about gives a report of zeros, not an error."""
    new_topic(project, phrases=("không ai viết điều này",), topic_id="khong-co")
    built = build_report(project, topic_id="khong-co", language="vi", **PERIOD)  # type: ignore[arg-type]
    assert verify_report(project, Path(built["folder"]))["problems"] == []
    assert read_number(Path(built["folder"]), "volume.total") == 0


def test_the_printed_command_verifies_its_own_page(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page prints the command that verifies it, not the report built last, also after the project moved."""
    first, second = build(project, "vi"), build(project, "en")
    page = (first / "report.html").read_text(encoding="utf-8")
    label = f"reports/{first.name}"
    assert f"diembao report verify {label}" in page
    monkeypatch.chdir(project.folder.parent)
    assert verify_report(project, Path(label))["folder"] == str(project.folder / label)
    (first / "report.html").write_text(
        page.replace('<data value="24">24<', '<data value="24">25<', 1), encoding="utf-8"
    )
    assert not verify_report(project, Path(label))["ok"]
    assert verify_report(project)["folder"] == str(project.folder / "reports" / second.name)
    moved = project.folder.rename(project.folder.with_name("dời chỗ"))
    result = verify_report(open_project(moved))
    assert result["problems"] == []
    assert result["folder"] == str(moved / "reports" / second.name)


def test_a_class_defined_later_leaves_a_report_as_it_was(project: Project) -> None:
    """Classes of one's own are kept as of each snapshot; a new one breaks no earlier report."""
    folder = build(project)
    path = project.folder / "diembao.toml"
    text = path.read_text(encoding="utf-8") + '\n[classes.border]\ndefinition = "báo các tỉnh biên giới"\n'
    path.write_text(text, encoding="utf-8")
    later = open_project(project.folder)
    add_outlet(later, outlet_id="bao-hai", domains=["hai.example"], outlet_class="border")
    assert verify_report(later, folder)["problems"] == []
    page = (build(later) / "report.html").read_text(encoding="utf-8")
    assert "báo các tỉnh biên giới" in page


def test_a_topic_that_was_not_matched_yet_is_no_empty_list(project: Project) -> None:
    """Listing candidates of a new topic says that it must be processed first."""
    new_topic(project, phrases=("chợ quê",), topic_id="cho-que")
    with pytest.raises(TopicError, match="not matched"):
        list_articles(project, topic_id="cho-que")
    process_project(project)
    assert len(list_articles(project, topic_id="cho-que", limit=1000)) == 420


def test_a_history_without_fetch_times_says_what_cannot_be_judged(tmp_path: Path, files: Files) -> None:
    """Where nobody recorded when rows were fetched, counts stand and the report says that gaps are unknown."""
    project = init_project(tmp_path / "project")
    add_outlet(project, outlet_id="bao-mot", domains=["mot.example"], outlet_class="central")
    import_history(project, files.history, "title=title,summary=summary,url=link,published=published")
    new_topic(project, place="Lạng Sơn")
    folder = build(project, "en")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert read_number(folder, "volume.total") == read_number(folder, "volume.month.2026-02") + read_number(
        folder, "volume.month.2026-03"
    )  # type: ignore[operator]
    assert "was not recorded" in page
    assert verify_report(project, folder)["problems"] == []


def test_other_matching_rules_are_named_not_blamed_on_the_rows(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an update of the rules an old report says that the rules differ, before any single difference."""
    folder = build(project)
    monkeypatch.setattr("diembao.topics.MATCHER_VERSION", "of another day")
    result = verify_report(project, folder)
    assert not result["ok"]
    assert "matching rules were" in result["problems"][0]
