"""Readers of strangers' files: whatever comes in, each row is taken or refused with a reason and a line."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from diembao.errors import DiembaoError, SourceError, UsageError
from diembao.i18n import Words, has_key
from diembao.sources.histories import HistoryRow, read_history
from diembao.sources.mapping import Mapping, parse_mapping
from diembao.sources.streams import Limits
from diembao.sources.tables import Row, read_rows
from diembao.types import Refusal

MAP = parse_mapping("title=title,url=link,published=published,fetched=fetched,summary=summary")
GOOD = (
    b'{"title": "T\xe1\xbb\xb1a", "link": "https://bao.vn/a", "published": "2026-09-02", "summary": "x",'
    b' "fetched": ""}\n'
)
CSV = b"title,link,published,summary,fetched\n"
ROW = b"T,https://bao.vn/a,2/9/2026,x,2026-09-02T10:00Z\n"
WIDE = b"{" + b",".join(b'"k%d": 1' % n for n in range(1200)) + b"}"


def _read(path: Path, mapping: Mapping = MAP, **values: object) -> tuple[list[HistoryRow], list[Refusal]]:
    rows = list(read_history(path, mapping, **values))  # type: ignore[arg-type]
    return [row for row in rows if isinstance(row, HistoryRow)], [
        row for row in rows if isinstance(row, Refusal)
    ]


def _line(body: bytes) -> bytes:
    return body + b"\n"


#: name of the file, its bytes, rows taken, (line, reason) of each refusal
_ROW_CASES: list[tuple[str, bytes, int, list[tuple[int, str]]]] = [
    ("a.jsonl", GOOD, 1, []),
    ("a.jsonl", GOOD + b"\n  \n" + GOOD, 2, []),
    ("a.jsonl", b"\xef\xbb\xbf" + GOOD, 1, []),
    ("a.jsonl", GOOD.decode().encode("utf-16"), 1, []),
    ("a.jsonl", GOOD.decode().encode("utf-32"), 1, []),
    ("a.jsonl", GOOD.rstrip(b"\n"), 1, []),
    ("a.jsonl", GOOD.replace(b"\n", b"\r\n"), 1, []),
    ("a.jsonl", GOOD + _line(b"{") + GOOD, 2, [(2, "not_json")]),
    ("a.jsonl", GOOD + _line(b"nul") + GOOD, 2, [(2, "not_json")]),
    ("a.jsonl", GOOD + _line(b'"text"') + GOOD, 2, [(2, "not_an_object")]),
    ("a.jsonl", GOOD + _line(b"[1, 2]") + GOOD, 2, [(2, "not_an_object")]),
    ("a.jsonl", GOOD + _line(b"null"), 1, [(2, "not_an_object")]),
    ("a.jsonl", GOOD + _line(b"7"), 1, [(2, "not_an_object")]),
    ("a.jsonl", GOOD + _line(GOOD.strip() + b"{}"), 1, [(2, "not_json")]),
    ("a.jsonl", GOOD + _line(b"[" * 100_000), 1, [(2, "json_too_deep")]),
    ("a.jsonl", GOOD + _line(b'{"title":' * 100_000), 1, [(2, "json_too_deep")]),
    ("a.jsonl", GOOD + _line(b'{"a": NaN}'), 1, [(2, "not_json")]),
    ("a.jsonl", GOOD + _line(b'{"a": Infinity}'), 1, [(2, "not_json")]),
    ("a.jsonl", GOOD + _line(b'{"title": "\xff\xfe"}'), 1, [(2, "bad_encoding")]),
    ("a.jsonl", GOOD + _line(b'{"title": "a\x00b"}'), 1, [(2, "not_json")]),
    ("a.jsonl", GOOD + _line(b'{"title": "T", "link": ""}'), 1, [(2, "no_link")]),
    ("a.jsonl", GOOD + _line(b'{"title": "T", "link": null}'), 1, [(2, "no_link")]),
    ("a.jsonl", GOOD + _line(b'{"title": "T"}'), 1, [(2, "no_link")]),
    ("a.jsonl", GOOD + _line(b'{"title": "", "link": "https://bao.vn/b"}'), 1, [(2, "no_title")]),
    ("a.jsonl", GOOD + _line(b'{"title": "<p> </p>", "link": "https://bao.vn/b"}'), 1, [(2, "no_title")]),
    ("a.jsonl", GOOD + _line(b'{"title": "T", "link": "javascript:alert(1)"}'), 1, [(2, "bad_address")]),
    ("a.jsonl", GOOD + _line(b'{"title": "T", "link": "/tin/a"}'), 1, [(2, "bad_address")]),
    ("a.jsonl", GOOD + _line(b'{"title": "T", "link": "https://[::1"}'), 1, [(2, "bad_address")]),
    ("a.jsonl", GOOD + _line(b'{"title": {"vi": "T"}, "link": "https://b.vn"}'), 1, [(2, "nested_value")]),
    ("a.jsonl", GOOD + _line(b'{"title": "T", "link": ["https://bao.vn/b", 7]}'), 1, [(2, "bad_address")]),
    ("a.jsonl", GOOD + _line(b'{"title": [["T"]], "link": "https://bao.vn/b"}'), 1, [(2, "nested_value")]),
    ("a.jsonl", GOOD + _line(b'{"title": "T", "link": ["https://bao.vn/b"]}'), 2, []),
    ("a.jsonl", GOOD + _line(b'{"title": 7, "link": "https://bao.vn/b", "x": {"y": [1]}}'), 2, []),
    ("a.jsonl", GOOD + _line(b'{"title": ' + b"1" * 9000 + b', "link": "https://bao.vn/b"}'), 2, []),
    ("a.jsonl", GOOD + _line(b'{"title": "\\ud800 \\u0000", "link": "https://bao.vn/b"}'), 2, []),
    ("a.jsonl", GOOD + _line(b'{"title": "T", "link": "https://bao.vn/b", "fetched": "hom qua"}'), 2, []),
    ("a.jsonl", GOOD + _line(WIDE), 1, [(2, "too_many_fields")]),
    ("a.jsonl", GOOD + b"x" * 70_000 + b"\n" + GOOD, 2, [(2, "line_too_long")]),
    ("a.jsonl", GOOD + b"x" * 200_000, 1, [(2, "line_too_long")]),
    ("a.jsonl", b"", 0, []),
    ("a.jsonl", b"\n\n  \n", 0, []),
    ("a.jsonl.gz", gzip.compress(GOOD * 3, mtime=0), 3, []),
    ("a.jsonl.xz", lzma.compress(GOOD * 3), 3, []),
    ("a.jsonl.bz2", bz2.compress(GOOD * 3), 3, []),
    ("a.jsonl", gzip.compress(GOOD, mtime=0), 1, []),
    ("a.jsonl.gz", GOOD, 1, []),
    ("a.jsonl.gz", gzip.compress(GOOD, mtime=0) + gzip.compress(GOOD, mtime=0), 2, []),
    ("a.jsonl.gz", gzip.compress(GOOD, mtime=0)[:-4] + b"\0\0\0\0", 1, [(2, "file_damaged")]),
    ("a.jsonl.gz", b"\x1f\x8b" + b"\0" * 50, 0, [(1, "file_damaged")]),
    ("a.jsonl.gz", b"\x1f\x8b", 0, [(1, "file_cut")]),
    ("a.jsonl.xz", b"\xfd7zXZ\x00" + b"garbage" * 9, 0, [(1, "file_damaged")]),
    ("a.jsonl.bz2", b"BZh9garbage", 0, [(1, "file_damaged")]),
    ("a.csv", CSV + ROW, 1, []),
    ("a.csv", b"\xef\xbb\xbf" + CSV + ROW, 1, []),
    ("a.csv", (CSV + ROW).decode().encode("utf-16"), 1, []),
    ("a.csv", (CSV + ROW).replace(b",", b";"), 1, []),
    ("a.csv", (CSV + ROW).replace(b",", b"\t"), 1, []),
    ("a.csv", b"sep=;\n" + (CSV + ROW).replace(b",", b";"), 1, []),
    ("a.csv", b"\n\n" + CSV + b"\n" + ROW, 1, []),
    ("a.csv", (CSV + ROW).replace(b"\n", b"\r\n"), 1, []),
    ("a.csv", CSV + b'"T, mot\ndong",https://bao.vn/a,,"",\n' + ROW, 2, []),
    ("a.csv", CSV + b"T,https://bao.vn/a\n" + ROW, 1, [(2, "wrong_field_count")]),
    ("a.csv", CSV + b"T,https://bao.vn/a,,,,,,\n" + ROW, 1, [(2, "wrong_field_count")]),
    ("a.csv", CSV + b'"T,https://bao.vn/a,,,\n' + ROW * 2, 2, [(2, "broken_quotes")]),
    ("a.csv", CSV + b'"T"x,https://bao.vn/a,,,\n' + ROW, 1, [(2, "broken_quotes")]),
    ("a.csv", CSV + ROW + b'"T', 1, [(3, "broken_quotes")]),
    ("a.csv", CSV + ROW + b"\xff\xfeT,https://bao.vn/a,,,\n" + ROW, 3, []),
    ("a.csv", CSV + "Tựa,https://bao.vn/a,,,\n".encode() * 2 + b"\xffT,https://b.vn,,,\n", 2, [(4, "bad_encoding")]),
    ("a.csv", CSV + b"T,,,,\n" + ROW, 1, [(2, "no_link")]),
    ("a.csv", CSV + b"," * 2000 + b"\n" + ROW, 1, [(2, "too_many_fields")]),
    ("a.csv", CSV + b"x" * 70_000 + b"\n" + ROW, 1, [(2, "line_too_long")]),
    ("a.csv.gz", gzip.compress(CSV + ROW * 3, mtime=0), 3, []),
    ("a.csv", CSV, 0, []),
]  # fmt: skip


@pytest.mark.parametrize("case", _ROW_CASES, ids=lambda case: f"{case[0]}-{case[1][:24]!r}-{len(case[1])}")
def test_every_row_is_taken_or_refused(
    case: tuple[str, bytes, int, list[tuple[int, str]]], tmp_path: Path
) -> None:
    """A bad row costs nothing but itself: it is refused with its line and reason, the others are taken."""
    name, data, taken, refused = case
    path = tmp_path / name
    path.write_bytes(data)
    rows, refusals = _read(path, limits=Limits(line_bytes=60_000 if b"x" * 60_000 in data else 4 * 2**20))
    assert len(rows) == taken
    assert [(refusal.line, refusal.reason) for refusal in refusals] == refused
    for row in rows:
        row.title.encode("utf-8")
        assert "\x00" not in row.title


def test_cut_file_gives_all_rows_before_the_cut(tmp_path: Path) -> None:
    """A truncated .gz or .xz yields what was whole, then one refusal that says the file is cut."""
    random.seed(4)
    data = b"".join(
        b'{"title": "%d", "link": "https://bao.vn/%d"}\n' % (random.getrandbits(200), n) for n in range(3000)
    )
    pack: Callable[[bytes], bytes]
    for suffix, pack in ((".gz", gzip.compress), (".xz", lzma.compress), (".bz2", bz2.compress)):
        whole = pack(data)
        path = tmp_path / f"a.jsonl{suffix}"
        path.write_bytes(whole[: len(whole) * 3 // 4])
        rows, refusals = _read(path, parse_mapping("title=title,url=link"))
        assert [row.line for row in rows] == list(range(1, len(rows) + 1))
        assert len(rows) > (500 if suffix != ".bz2" else -1)
        assert [refusal.reason for refusal in refusals] == ["file_cut"]
        assert refusals[0].line > len(rows)


_FILE_CASES = {
    "a list": ("a.json", b'[\n{"title": "T"}\n]', "sources.json_list"),
    "a list in a line": ("a.json", b'[{"title": "T", "link": "https://bao.vn"}]', "sources.json_list"),
    "no such column": ("a.jsonl", b'{"tieude": "T", "url": "x"}\n', "sources.missing_columns"),
    "no such header": ("a.csv", b"tieude,url\nT,x\n", "sources.missing_columns"),
    "binary": ("a.csv", bytes(range(256)) * 8, "sources.not_text"),
    "zip": ("a.csv", b"PK\x03\x04" + b"\0" * 60, "sources.packed"),
    "zst": ("a.jsonl.zst", b"\x28\xb5\x2f\xfd" + b"\0" * 60, "sources.packed"),
}


@pytest.mark.parametrize("case", _FILE_CASES.values(), ids=list(_FILE_CASES))
def test_file_that_is_something_else_raises_one_sentence(
    case: tuple[str, bytes, str], tmp_path: Path
) -> None:
    """A file that cannot be read as rows at all raises one sentence with a next step, in both languages."""
    name, data, key = case
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        _read(path)
    assert caught.value.key == key
    _check_words(caught.value)


def _check_words(error: DiembaoError) -> None:
    """The catalogues know the sentence; the English one is the one the code raises."""
    assert has_key("vi", f"errors_sources.{error.key}")
    assert Words("en")(f"errors_sources.{error.key}", **error.values) == str(error)
    assert Words("en")(f"errors_sources.{error.key}_next", **error.values) == error.next_step
    assert Words("vi")(f"errors_sources.{error.key}_next", **error.values)


def test_missing_and_forbidden_files_raise_one_sentence(tmp_path: Path) -> None:
    """A path without a file, or a folder, is one sentence."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(SourceError) as caught:
            _read(path)
        assert caught.value.key == "sources.unreadable"
        _check_words(caught.value)


def test_missing_columns_name_those_found(tmp_path: Path) -> None:
    """The sentence names what is missing and what the file has."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"headline,address\nT,https://bao.vn\n")
    with pytest.raises(SourceError, match=r"'link'.*'address', 'headline'"):
        _read(path, parse_mapping("title=headline,url=link"))


def test_columns_that_writers_leave_out_when_empty_are_found_later(tmp_path: Path) -> None:
    """In JSONL a mapped column may be absent from the first row."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"title": "T", "link": "https://bao.vn/a"}\n' + GOOD)
    rows, _ = _read(path, parse_mapping("title=title,url=link,summary=summary"))
    assert [row.summary for row in rows] == ["", "x"]


def test_bomb_is_stopped(tmp_path: Path) -> None:
    """A file that unpacks to far more than it holds stops with a sentence and without filling the memory."""
    path = tmp_path / "a.jsonl.xz"
    packer = lzma.LZMACompressor(preset=0)
    block = b"x" * 2**20
    path.write_bytes(b"".join([*(packer.compress(block) for _ in range(40)), packer.flush()]))
    tracemalloc.start()
    with pytest.raises(SourceError) as caught:
        list(read_rows(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.key == "sources.bomb"
    assert peak < 32 * 2**20
    _check_words(caught.value)
    with pytest.raises(SourceError, match="larger than 1 MB"):
        list(read_rows(path, limits=Limits(file_bytes=2**20)))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Twenty thousand rows need no more memory than a few."""
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(GOOD * 20_000))
    tracemalloc.start()
    assert sum(isinstance(row, HistoryRow) for row in read_history(path, MAP)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 2**20


def test_unclosed_quotes_everywhere_end_in_time(tmp_path: Path) -> None:
    """A file in which every line opens a quote is given up after a bounded amount of reading."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b,c\n" + b'b",",\n' * 40_000)
    rows = list(read_rows(path, limits=Limits(line_bytes=20_000)))
    assert not any(isinstance(row, Row) for row in rows)
    assert {row.reason for row in rows if isinstance(row, Refusal)} <= {
        "unclosed_quote", "too_many_broken_quotes", "broken_quotes", "wrong_field_count",
    }  # fmt: skip


def test_other_encodings_are_read_with_a_flag(tmp_path: Path) -> None:
    """A CSV in the old Vietnamese code page of Windows is read, and its rows say that it was a guess."""
    path = tmp_path / "a.csv"
    path.write_bytes("title,link\nTo\u0300a soa\u0323n,https://bao.vn/a\n".encode("cp1258"))
    rows, refusals = _read(path, parse_mapping("title=title,url=link"))
    assert not refusals
    assert rows[0].flags == ("encoding_guessed",)
    assert rows[0].title == "Tòa soạn"


def test_values_reach_the_row_as_text(tmp_path: Path) -> None:
    """Numbers keep their digits, lists of texts become lines, dotted names reach into objects, HTML goes."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        '{"meta": {"title": "L&#7841;ng <b>Sơn</b>"}, "link": "https://bao.vn/a", "body": ["một", "hai"],'
        ' "time": 1754276400, "id": 1.10}\n'.encode()
    )
    mapping = parse_mapping("title=meta.title,url=link,text=body,published=time:epoch_s,id=id")
    rows, refusals = _read(path, mapping)
    assert not refusals
    row = rows[0]
    assert (row.title, row.text, row.row_id) == ("Lạng Sơn", "một\nhai", "1.10")
    assert (row.published_raw, row.published_unit, row.host) == ("1754276400", "epoch_s", "bao.vn")


def test_unreadable_fetch_time_is_flagged_not_invented(tmp_path: Path) -> None:
    """A row whose fetch time is not understood is taken without one, and says so."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"title": "T", "link": "https://bao.vn/a", "fetched": "hom qua"}\n')
    rows, _ = _read(path, parse_mapping("title=title,url=link,fetched=fetched"))
    assert rows[0].fetched is None
    assert rows[0].flags == ("fetched_unread",)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("titel=a", "sources.mapping_near"),
        ("zzzzzz=a", "sources.mapping_unknown"),
        ("title", "sources.mapping_form"),
        ("title=", "sources.mapping_form"),
        ("title=a,title=b", "sources.mapping_twice"),
        ("summary=a,lead=b", "sources.mapping_twice"),
        ("title=a", "sources.mapping_lacks"),
        ("author=a", "sources.mapping_unknown"),
    ],
)
def test_mapping_that_means_nothing_is_refused(text: str, key: str) -> None:
    """An unknown target names the nearest; a target is mapped once; there is no target for authors."""
    with pytest.raises(UsageError) as caught:
        parse_mapping(text, required=("url",))
    if not (text.startswith("author") and caught.value.key == "sources.mapping_near"):
        assert caught.value.key == key
    _check_words(caught.value)


def test_mapping_takes_quotes_units_and_other_names() -> None:
    """A column name with a comma stands in quotes; lead is the summary; a unit follows a colon."""
    mapping = parse_mapping('"title=Tiêu đề, phụ", lead=tóm tắt, url=a:b, fetched=t:epoch_ms')
    assert mapping.columns == {"title": "Tiêu đề, phụ", "summary": "tóm tắt", "url": "a:b", "fetched": "t"}
    assert mapping.unit("fetched") == "epoch_ms"
    assert mapping.unit("published") == "text"
