"""Workbook, CSV files, manifest and bundle; and that one changed figure anywhere is found."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from tests.report_fixture import build_model

from diembao.desk import durable
from diembao.errors import ReportError, StorageError
from diembao.i18n import LANGUAGES, Language
from diembao.report.bundle import check_report, make_report, read_report, save_report
from diembao.report.manifest import read_manifest
from diembao.report.model import Number, ReportModel, RowsRef
from diembao.report.page import write_page
from diembao.report.printed import check_page, check_tables, check_workbook
from diembao.report.tables import write_tables
from diembao.report.workbook import list_sheets, write_workbook

FORMULAS = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "＝1+1",
    " =1+1",
    "\t=1+1",
    '=HYPERLINK("http://x")',
)


@pytest.fixture(scope="module")
def model() -> ReportModel:
    return build_model(mean=1.0)


@pytest.fixture(scope="module")
def files(model: ReportModel) -> dict[str, bytes]:
    return make_report(model, "vi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fresh_report_holds(model: ReportModel, language: Language) -> None:
    """What was just made agrees with a model made anew, in both languages, byte for byte."""
    made = make_report(model, language)
    assert check_report(made, build_model(mean=1.0)) == []
    assert make_report(build_model(mean=1.0), language) == made


# ------------------------------------------------------------------ changed figures


def change_digit(text: str, place: int) -> str:
    """The text with one digit replaced by another."""
    digit = text[place]
    return text[:place] + ("1" if digit != "1" else "2") + text[place + 1 :]


@pytest.mark.parametrize(
    "pattern",
    [
        r'<data value="\d+">(\d)',
        r'<data value="(\d)',
        r'class="ci"[^>]*>[^<]*?: (\d)',
        r'<data class="f" value="[\d.]+">(\d)',
        r'<data class="f" value="(\d)',
        r'<text [^>]*data-n="[^"]*"[^>]*>(\d)',
        r"<text [^>]*data-tick[^>]*>(\d)",
        r"<text [^>]*data-axis-day[^>]*>(\d)",
        r"<text [^>]*data-axis-month[^>]*>(\d)",
        r'<a href="#n-[^>]*data-n[^>]*><title>(\d)',
        r"<time datetime[^>]*>(\d)",
        r"<span data-span[^>]*>(\d)",
        r"<span data-month[^>]*>(\d)",
        r'<a class="o"[^>]*>(\d)',
        r'<span class="o">(\d)',
        r"<title>Báo chí[^<]*(\d)",
        r"<h1>.*?(\d)[^<]*</span></h1>",
    ],
)
def test_a_changed_figure_on_the_page_is_found(
    model: ReportModel, files: dict[str, bytes], pattern: str
) -> None:
    """One changed digit of any kind, in text, drawing, date, ordinal or machine value, is found by itself."""
    page = files["report.html"].decode()
    body = page.index("<title>Báo")
    hits = list(re.compile(pattern).finditer(page, body))
    assert hits
    for hit in (hits[0], hits[-1]):
        found = check_page(change_digit(page, hit.start(1)), model, "vi")
        assert found and all(not miss.where.startswith("character") for miss in found)


def test_a_figure_slipped_into_a_sentence_is_found(model: ReportModel, files: dict[str, bytes]) -> None:
    """A figure that comes from no number is found, wherever the page is otherwise true."""
    page = files["report.html"].decode().replace("phân loại.", "phân loại. 97 bài nữa.", 1)
    assert any("97" in miss.found for miss in check_page(page, model, "vi"))


def test_a_change_that_is_no_figure_is_found_too(model: ReportModel, files: dict[str, bytes]) -> None:
    """A changed title or word is found by comparing the page with the one that the model gives."""
    page = files["report.html"].decode().replace("thu thập", "thu gom", 1)
    assert [miss.where.split()[0] for miss in check_page(page, model, "vi")] == ["character"]


def test_a_number_cut_out_is_found(model: ReportModel, files: dict[str, bytes]) -> None:
    """A number that is printed nowhere any more is missed."""
    page = re.sub(
        r'<div class="num" id="n-place\.ls\.zz">.*?</div>', "", files["report.html"].decode(), flags=re.S
    )
    page = page.replace('href="#n-place.ls.zz"', 'href="#n-place.ls"')
    assert any(miss.number_id == "place.ls.zz" for miss in check_page(page, model, "vi"))


def test_a_changed_row_is_found(model: ReportModel, files: dict[str, bytes]) -> None:
    """When one article changes in the store, the report that was made before no longer holds."""
    changed = build_model(mean=1.0, seed=8)
    assert check_report(files, changed)


def test_a_changed_setting_is_found(model: ReportModel, files: dict[str, bytes]) -> None:
    """When a setting changes, so does its checksum, and the report no longer holds."""
    snapshot = replace(model.method.snapshot, hashes={"settings": "other"})
    assert check_report(files, replace(model, method=replace(model.method, snapshot=snapshot)))


def test_every_changed_cell_of_the_workbook_is_found(model: ReportModel) -> None:
    """A changed number, a changed text and a formula in place of a number are each found."""
    content = write_workbook(model, "vi")
    assert check_workbook(content, model, "vi") == []
    sheets = list_sheets(model, "vi")
    for change in (9876, "=1+1", "khác"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        page = book[sheets[1].name]
        page.cell(2, 2).value = change
        out = io.BytesIO()
        book.save(out)
        found = check_workbook(out.getvalue(), model, "vi")
        assert [miss.where for miss in found] == [f"{sheets[1].name}!B2"]
    assert check_workbook(b"no workbook", model, "vi")


def test_changed_missing_and_foreign_tables_are_found(model: ReportModel) -> None:
    """A changed digit in a CSV is named by its line; missing and added files are named."""
    files = write_tables(model)
    changed = dict(files)
    text = changed["outlet_days.csv"].decode()
    changed["outlet_days.csv"] = change_digit(text, text.rindex("40")).encode()
    assert [(miss.file, miss.where.split()[0]) for miss in check_tables(changed, model)] == [
        ("outlet_days.csv", "line")
    ]
    assert [miss.file for miss in check_tables({**files, "x.csv": b""}, model)] == ["x.csv"]
    del files["articles.csv"]
    assert [miss.file for miss in check_tables(files, model)] == ["articles.csv"]


# ------------------------------------------------------------------ strangers' text


@pytest.mark.parametrize("payload", FORMULAS)
def test_a_title_that_looks_like_a_formula_stays_text(payload: str) -> None:
    """In the workbook it is a text cell when read again; in the CSV it is byte-true."""
    model = build_model(mean=0.6, title=payload, outlet=payload, phrase=payload)
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(model, "vi")))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert any(cell.value == payload for cell in cells)
    rows = list(csv.DictReader(io.StringIO(write_tables(model)["articles.csv"].decode(), newline="")))
    assert {row["article"] for row in rows} == {payload}
    assert check_workbook(write_workbook(model, "vi"), model, "vi") == []


def test_unprintable_characters_do_not_break_any_file() -> None:
    """Controls and halves of surrogate pairs in a title leave every file readable and true."""
    model = build_model(mean=0.6, title="a\x00b\x1f\ud800c\r\nd")
    made = make_report(model, "vi")
    assert check_report(made, model) == []


# ------------------------------------------------------------------ forms


@pytest.mark.parametrize("language", LANGUAGES)
def test_workbook_has_all_sheets_frozen_and_named(model: ReportModel, language: Language) -> None:
    """Summary first, then every table, articles, numbers and method; heads are frozen, names fit Excel."""
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(model, language)))
    names = book.sheetnames
    assert len(names) == len(set(names)) > 15
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert all(page.freeze_panes == "A2" for page in book)


def test_tables_are_for_programs(model: ReportModel) -> None:
    """Codes, ISO dates and plain decimals, the same in every language; numbers bring their ids."""
    files = write_tables(model)
    weeks = list(csv.DictReader(io.StringIO(files["volume_weeks.csv"].decode())))
    assert weeks[1]["week_first"] == "2026-07-06" and weeks[1]["count_id"].startswith("volume.week.")
    numbers = {row["number"]: row for row in csv.DictReader(io.StringIO(files["numbers.csv"].decode()))}
    assert float(numbers["compare.imputed.now"]["value_low"]) < float(numbers["compare.imputed.now"]["value"])
    assert numbers["volume.total"]["formula"] == "count_span"
    assert files["articles.csv"].startswith(b"ordinal,published,")


def test_workbook_carries_no_clock(model: ReportModel) -> None:
    """The only times inside are those given: the same model gives the same bytes at any hour."""
    content = write_workbook(model, "en")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "2026-10-04T02:30:00Z" in archive.read("docProps/core.xml").decode()
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_manifest_lists_numbers_and_files(files: dict[str, bytes]) -> None:
    """The manifest names every file with its digest and every number with formula and rows."""
    manifest = read_manifest(files["manifest.json"])
    assert set(manifest.files) == set(files) - {"manifest.json"}
    assert manifest.numbers["volume.total"]["formula"] == "count_span"
    assert manifest.snapshot["snapshot_id"] == "2026-10-04.9f31c2e"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"format": 9}'])
def test_a_broken_manifest_is_one_clear_error(content: bytes) -> None:
    """Anything that is no manifest is a ReportError with the next step."""
    with pytest.raises(ReportError) as caught:
        read_manifest(content)
    assert caught.value.next_step


def test_a_changed_manifest_is_found(model: ReportModel, files: dict[str, bytes]) -> None:
    """A number changed in the manifest alone is found."""
    content = json.loads(files["manifest.json"])
    content["numbers"]["volume.total"]["value"] = 5
    found = check_report({**files, "manifest.json": json.dumps(content).encode()}, model)
    assert [miss.number_id for miss in found] == ["volume.total"]


def test_a_saved_report_reads_back_the_same(files: dict[str, bytes], tmp_path: Path) -> None:
    """What was saved is what is read; tables of an earlier report do not stay behind."""
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "old.csv").write_text("old")
    save_report(files, tmp_path)
    assert read_report(tmp_path) == files
    assert not list(tmp_path.rglob("*.part"))


def test_a_folder_without_a_manifest_is_no_report(tmp_path: Path) -> None:
    """A report that was interrupted while being saved is not taken for a finished one."""
    with pytest.raises(ReportError, match="no finished report"):
        read_report(tmp_path)


def test_a_full_disk_leaves_no_half_report(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a write fails the error is one sentence, and the folder does not pass for a report."""

    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", refuse)
    with pytest.raises(StorageError, match="No space left"):
        save_report(files, tmp_path)
    with pytest.raises(ReportError):
        read_report(tmp_path)


def test_page_and_bundle_are_the_same_page(model: ReportModel, files: dict[str, bytes]) -> None:
    """The bundle adds nothing to the page."""
    assert files["report.html"].decode() == write_page(model, "vi")


@pytest.mark.parametrize(
    "rows", [RowsRef(table="nowhere"), RowsRef(table="gaps", where=(("colour", "blue"),))]
)
def test_rows_that_no_file_has_are_refused(model: ReportModel, rows: RowsRef) -> None:
    """Every number leads to rows that are there: an unknown file or column is refused."""
    number = Number("a", 1, "full_count", "gaps", "share", rows=rows)
    with pytest.raises(ReportError, match="no file of the report"):
        make_report(replace(model, more_numbers=(number,)), "vi")
