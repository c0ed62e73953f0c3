"""Runs, configured feeds, OPML, clippings: lists that people and collectors keep."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.errors import DiembaoError, SourceError, UsageError
from diembao.i18n import Words, has_key
from diembao.sources.clips import ClipRow, read_clips
from diembao.sources.configured import ConfiguredFeed, read_feeds
from diembao.sources.mapping import parse_mapping
from diembao.sources.opml import OpmlFeed, parse_opml, write_opml
from diembao.sources.runs import read_runs, split_file_column
from diembao.types import Feed, Outlet, Refusal


def _check_words(error: DiembaoError) -> None:
    assert has_key("vi", f"errors_sources.{error.key}"), error.key
    assert Words("en")(f"errors_sources.{error.key}", **error.values) == str(error)
    assert Words("en")(f"errors_sources.{error.key}_next", **error.values) == error.next_step
    assert Words("vi")(f"errors_sources.{error.key}", **error.values)


# ------------------------------------------------------------------ runs


def test_runs_are_sorted_and_each_once(tmp_path: Path) -> None:
    """Runs in any order, doubled and in different zones come out in order, each once."""
    path = tmp_path / "runs.csv"
    path.write_text(
        "id,at\n1,2025-08-11T10:20:01+07:00\n2,2025-08-11T01:00:00Z\n3,2025-08-11T03:20:01+00:00\n"
    )
    assert read_runs(f"{path}:at") == [
        datetime(2025, 8, 11, 1, 0, tzinfo=UTC),
        datetime(2025, 8, 11, 3, 20, 1, tzinfo=UTC),
    ]


def test_run_without_a_time_is_never_left_out_silently(tmp_path: Path) -> None:
    """An unreadable run raises, or is handed over as a refusal where the caller keeps them."""
    path = tmp_path / "runs.csv"
    path.write_text("at\n2025-08-11T01:00:00Z\nhôm qua\n2025-08-12\n")
    with pytest.raises(SourceError) as caught:
        read_runs(f"{path}:at")
    _check_words(caught.value)
    refusals: list[Refusal] = []
    assert len(read_runs(f"{path}:at", refusals=refusals)) == 1
    assert [(refusal.line, refusal.reason) for refusal in refusals] == [(3, "no_time"), (4, "no_time")]


@pytest.mark.parametrize(
    ("spec", "file", "column"),
    [
        ("runs.csv:at", "runs.csv", "at"),
        ("C:\\data\\runs.csv:committed_at", "C:\\data\\runs.csv", "committed_at"),
        ("C:/data/runs.csv:at", "C:/data/runs.csv", "at"),
        ("/a:b/runs.csv:at", "/a:b/runs.csv", "at"),
    ],
)
def test_drive_letters_are_part_of_the_file(spec: str, file: str, column: str) -> None:
    """The last colon divides file and column."""
    assert split_file_column(spec) == (Path(file), column)


@pytest.mark.parametrize(
    "spec", ["runs.csv", "runs.csv:", ":at", "", "C:\\data\\runs.csv", "C:/data/runs.csv"]
)
def test_file_without_column_is_refused(spec: str) -> None:
    """Without a column the sentence shows the form."""
    with pytest.raises(UsageError) as caught:
        split_file_column(spec)
    _check_words(caught.value)


def test_runs_of_another_column_or_none(tmp_path: Path) -> None:
    """A column that is not there, or a file without rows, is one sentence."""
    path = tmp_path / "runs.csv"
    path.write_text("at\n2025-08-11T01:00:00Z\n")
    with pytest.raises(SourceError, match="'when'"):
        read_runs(f"{path}:when")
    path.write_text("at\n")
    with pytest.raises(SourceError) as caught:
        read_runs(f"{path}:at")
    _check_words(caught.value)


# ------------------------------------------------------------------ configured feeds

_FEEDS = [ConfiguredFeed("Một", "https://mot.vn/rss", "A"), ConfiguredFeed("Hai", "https://hai.vn/rss")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"sources": [{"name": "Một", "url": "https://mot.vn/rss", "category": "A"},'
                   ' {"name": "Hai", "url": "https://hai.vn/rss"}]}'),
        ("a.json", '[{"title": "Một", "feed": "https://mot.vn/rss", "category": "A"},'
                   ' {"name": "Hai", "url": "https://hai.vn/rss"}, {"name": "Hai", "url": "https://hai.vn/rss"}]'),
        ("a.csv", "Name,URL,Category\nMột,https://mot.vn/rss,A\nHai,https://hai.vn/rss,\n"),
        ("a.opml", '<?xml version="1.0"?><opml version="2.0"><body><outline text="A"><outline type="rss" text="Một"'
                   ' xmlUrl="https://mot.vn/rss"/></outline><outline text="Hai" xmlUrl="https://hai.vn/rss"/></body>'
                   "</opml>"),
        ("a.jsonl", '{"name": "Một", "url": "https://mot.vn/rss", "category": "A"}\n'
                    '{"name": "Hai", "url": "https://hai.vn/rss"}\n'),
    ],
)  # fmt: skip
def test_configured_feeds_are_read_from_common_forms(name: str, text: str, tmp_path: Path) -> None:
    """JSON, CSV and OPML give the same feeds, each address once."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert read_feeds(path) == _FEEDS


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "[[[", "[" * 100_000, '{"sources": 7}', "7", "<opml/>", "<html/>", "<"]
)
def test_list_without_feeds_is_refused(text: str, tmp_path: Path) -> None:
    """A file that names no feed raises one sentence."""
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(SourceError) as caught:
        read_feeds(path)
    _check_words(caught.value)


def test_entries_without_a_feed_are_named(tmp_path: Path) -> None:
    """An entry without an address raises, or is handed over as a refusal."""
    path = tmp_path / "a.json"
    path.write_text('[{"name": "A"}, 7, "https://mot.vn/rss", {"name": "B", "url": "file:///etc/passwd"}]')
    with pytest.raises(SourceError) as caught:
        read_feeds(path)
    _check_words(caught.value)
    refusals: list[Refusal] = []
    assert read_feeds(path, refusals=refusals) == [ConfiguredFeed("mot.vn", "https://mot.vn/rss")]
    assert [(r.line, r.reason) for r in refusals] == [
        (1, "no_link"),
        (2, "not_an_object"),
        (4, "bad_address"),
    ]


# ------------------------------------------------------------------ OPML


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "sources.opml_broken"),
        (b"<opml>", "sources.opml_broken"),
        (b"<opml></x>", "sources.opml_broken"),
        (b"<html/>", "sources.opml_other"),
        (b"\xff\xfe\x00", "sources.opml_broken"),
        (b'<?xml version="1.0" encoding="none"?><opml/>', "sources.opml_broken"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', "sources.opml_entities"),
        (b'<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>', "sources.opml_entities"),
        (b'<!DOCTYPE o [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><opml>&b;</opml>', "sources.opml_entities"),
        (b"<opml>" + b"<outline>" * 100_000, "sources.opml_too_deep"),
        (b"<opml>" + b"<outline/>" * 30_000 + b"</opml>", "sources.opml_too_deep"),
        (b"<opml>" + b" " * (11 * 2**20), "sources.opml_too_large"),
    ],
    ids=range(12),
)
def test_hostile_opml_is_refused(data: bytes, key: str) -> None:
    """Entities, document types, depth, length and broken XML are refused with one sentence."""
    with pytest.raises(SourceError) as caught:
        parse_opml(data)
    assert caught.value.key == key
    _check_words(caught.value)


def test_rows_without_an_address_are_refused_one_by_one() -> None:
    """A feed without its address is one refusal; a folder is none."""
    rows = parse_opml(
        b'<opml><body><outline text="F"><outline type="rss" text="A"/>'
        b'<outline text="B" xmlUrl="https://b.vn/rss" htmlUrl="https://b.vn"/></outline></body></opml>'
    )
    assert rows == [Refusal(2, "no_link", "A"), OpmlFeed(3, "B", "https://b.vn/rss", "https://b.vn", "F")]


_XML_TEXT = st.text(min_size=1, max_size=30).map(lambda text: " ".join(text.split()) or "x")


@settings(deadline=None)
@given(_XML_TEXT, _XML_TEXT)
def test_what_is_written_reads_back(name: str, feed_name: str) -> None:
    """OPML written for any names is well-formed and gives the same feeds."""
    url = "https://bao.vn/rss?a=1&b='2'"
    feed = Feed("bao/x", "bao", url, feed_name)
    outlet = Outlet("bao", name, ("bao.vn",), "central", feeds=(feed,))
    rows = parse_opml(write_opml([outlet], title=name))
    assert len(rows) == 1
    assert isinstance(rows[0], OpmlFeed)
    assert rows[0].url == url


# ------------------------------------------------------------------ clippings


def _workbook(path: Path, *sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Tháng {number + 1}")
        for row in rows:
            sheet.append([None if isinstance(value, tuple) else value for value in row])
            for column, value in enumerate(row, start=1):
                if isinstance(value, tuple):
                    cell = sheet.cell(sheet.max_row, column, value[0])
                    cell.hyperlink = value[1]
    book.save(path)
    return path


_HEAD = ["STT", "Tiêu đề", "Cơ quan báo chí", "Ngày đăng", "Đường dẫn", "Tác giả", "Ghi chú"]


def _split(rows: Any) -> tuple[list[ClipRow], list[Refusal]]:
    rows = list(rows)
    return [r for r in rows if isinstance(r, ClipRow)], [r for r in rows if isinstance(r, Refusal)]


def test_clippings_of_an_office_are_read(tmp_path: Path) -> None:
    """Title rows above the header, real dates, serial days, written dates, links behind text: all are read."""
    path = _workbook(
        tmp_path / "a.xlsx",
        [
            ["DANH SÁCH TIN BÀI"],
            [],
            _HEAD,
            [1, "Bài một", "Báo A", datetime(2026, 9, 2), "https://a.vn/1", "Người viết", "ghi"],
            [2, "Bài hai", "Báo A", datetime(2026, 9, 2, 14, 5), ("xem", "https://a.vn/2"), "", ""],
            [3, ("Bài ba", "https://a.vn/3"), "Báo A", "2/9/2026", "", "", ""],
            [4, "Bài bốn", "Báo A", 46267, "a.vn/4", "", ""],
            [5, "Bài năm", "Báo A", 46267.5, "www.a.vn/5", "", ""],
            [6, "Bài sáu", "Báo giấy", "2/9/2026", "", "", ""],
            [7, "Bài bảy", "Báo A", "hôm qua", "https://a.vn/7", "", ""],
            [8, "Bài tám", "Báo A", None, "javascript:alert(1)//a.b", "", ""],
            [9, "Bài chín", "Báo A", None, '=HYPERLINK("https://a.vn/9","xem")', "", ""],
        ],
    )
    clips, refusals = _split(read_clips(path))
    assert [clip.url for clip in clips] == [
        "https://a.vn/1", "https://a.vn/2", "https://a.vn/3", "https://a.vn/4", "https://www.a.vn/5",
        "https://a.vn/7", "https://a.vn/9",
    ]  # fmt: skip
    seen = [
        (clip.published.at.isoformat()[:16], clip.published.precision) for clip in clips if clip.published
    ]
    assert seen == [
        ("2026-09-01T17:00", "day"),
        ("2026-09-02T07:05", "second"),
        ("2026-09-01T17:00", "day"),
        ("2026-09-01T17:00", "day"),
        ("2026-09-02T05:00", "second"),
    ]
    assert clips[5].flags == ("date_unread",)
    assert [(r.line, r.reason) for r in refusals] == [(9, "no_link"), (11, "bad_address")]
    assert (clips[0].line, clips[0].outlet_label, clips[0].note) == (4, "Báo A", "ghi")
    assert "Người viết" not in repr(clips)


def test_sheets_without_a_header_are_named(tmp_path: Path) -> None:
    """Each sheet with a known header is read, the others are one refusal each."""
    path = _workbook(tmp_path / "a.xlsx", [_HEAD, [1, "T", "B", None, "https://a.vn/1"]], [["gì đó"], [1]])
    clips, refusals = _split(read_clips(path))
    assert len(clips) == 1
    assert refusals == [Refusal(0, "no_header", "Tháng 2")]
    _workbook(path, [["gì đó"], [1]])
    with pytest.raises(SourceError) as caught:
        list(read_clips(path))
    _check_words(caught.value)


def test_clippings_in_csv_and_with_a_mapping(tmp_path: Path) -> None:
    """A CSV list is read the same way; a mapping names columns that are not known."""
    path = tmp_path / "a.csv"
    path.write_text(
        "Danh sách;;\nTít;Link;Ngày (dương lịch)\nT;https://a.vn/1;2/9/2026\nU;;\n", encoding="utf-8"
    )
    clips, refusals = _split(read_clips(path))
    assert [(clip.title, clip.line) for clip in clips] == [("T", 3)]
    assert clips[0].published is not None
    assert [(r.line, r.reason) for r in refusals] == [(4, "no_link")]
    path.write_text("x;y\nT;https://a.vn/1\n", encoding="utf-8")
    clips, _ = _split(read_clips(path, parse_mapping("title=x,url=y")))
    assert [clip.title for clip in clips] == ["T"]


def _zip(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"PK\x03\x04" + b"\0" * 90),
        lambda path: path.write_bytes(b"PK\x05\x06" + b"\0" * 18),
        lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 90),
        lambda path: path.write_bytes(bytes(range(256))),
        lambda path: _zip(path, {"a.txt": b"x"}),
        lambda path: _zip(path, {"xl/workbook.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}),
        lambda path: _zip(path, {"xl/worksheets/sheet1.xml": b"0" * (70 * 2**20)}),
        lambda path: _zip(path, {f"{n}": b"" for n in range(6000)}),
        lambda path: _zip(path, {"[Content_Types].xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        lambda path: path.write_bytes(_workbook(path, [_HEAD]).read_bytes()[:-200]),
        lambda path: path.mkdir(),
    ],
    ids=range(12),
)
def test_hostile_workbooks_end_in_one_sentence(make: Any, tmp_path: Path) -> None:
    """Damaged, disguised, protected and exploding workbooks raise one typed sentence."""
    path = tmp_path / "a.xlsx"
    make(path)
    with pytest.raises(SourceError) as caught:
        list(read_clips(path))
    _check_words(caught.value)
