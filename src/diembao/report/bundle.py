"""A report as files: made in memory, saved at once, and checked against a model counted anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from diembao.desk.durable import HALF, save_file, sync_folder
from diembao.errors import ReportError, StorageError
from diembao.i18n import Language
from diembao.report.manifest import describe_numbers, describe_spec, digest, read_manifest, write_manifest
from diembao.report.model import ReportModel
from diembao.report.page import write_page
from diembao.report.printed import Mismatch, check_page, check_tables, check_workbook
from diembao.report.tables import check_rows, write_tables
from diembao.report.workbook import write_workbook

PAGE, WORKBOOK, TABLES, MANIFEST = "report.html", "report.xlsx", "csv", "manifest.json"


def make_report(model: ReportModel, language: Language) -> dict[str, bytes]:
    """All files of a report by name; the same model and language give the same bytes."""
    check_rows(model)
    files = {PAGE: write_page(model, language).encode("utf-8"), WORKBOOK: write_workbook(model, language)}
    files |= {f"{TABLES}/{name}": content for name, content in write_tables(model).items()}
    files[MANIFEST] = write_manifest(model, language, files)
    return files


def save_report(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files into `folder`; the manifest goes first and comes last, so a folder with one is whole."""
    tables = folder / TABLES
    try:
        tables.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)
        sync_folder(folder)  # no file of the report before may change while its manifest could come back
        for old in (*folder.glob(f".*{HALF}"), *tables.glob(f".*{HALF}"), *tables.glob("*.csv")):
            if f"{TABLES}/{old.name}" not in files:
                old.unlink()
        for name in sorted(files.keys() - {MANIFEST}):
            save_file(folder / name, files[name])
        sync_folder(tables)
        sync_folder(folder)
        save_file(folder / MANIFEST, files[MANIFEST])
        sync_folder(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise StorageError(
            "the report cannot be written to {folder}: {cause}",
            key="report.not_written",
            next_step="free some space or choose another folder with --output",
            folder=str(folder),
            cause=error.strerror or type(error).__name__,
        ) from error


def read_report(folder: Path) -> dict[str, bytes]:
    """The files of a saved report by name."""
    if not (folder / MANIFEST).is_file():
        raise ReportError(
            "there is no finished report in {folder}",
            key="report.no_report",
            next_step="name the folder that `diembao report build` wrote",
            folder=str(folder),
        )
    names = [PAGE, WORKBOOK, MANIFEST]
    names += sorted(f"{TABLES}/{path.name}" for path in (folder / TABLES).glob("*.csv"))
    return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}


def check_report(files: Mapping[str, bytes], model: ReportModel) -> list[Mismatch]:
    """Everything in the files that is not what a model counted anew gives; empty = the report holds."""
    manifest = read_manifest(files[MANIFEST])
    language = manifest.language
    found = _check_manifest(files, model)
    found += check_page(files.get(PAGE, b"").decode("utf-8", "replace"), model, language)
    found += check_workbook(files.get(WORKBOOK, b""), model, language)
    tables = {
        name.removeprefix(f"{TABLES}/"): content for name, content in files.items() if name.startswith(TABLES)
    }
    found += check_tables(tables, model)
    return found


def _check_manifest(files: Mapping[str, bytes], model: ReportModel) -> list[Mismatch]:
    manifest = read_manifest(files[MANIFEST])
    found: list[Mismatch] = []
    if dict(manifest.spec) != describe_spec(model):
        found.append(Mismatch(MANIFEST, "spec", str(describe_spec(model)), str(dict(manifest.spec))))
    if manifest.snapshot.get("snapshot_id") != model.method.snapshot.snapshot_id:
        seen = str(manifest.snapshot.get("snapshot_id"))
        found.append(Mismatch(MANIFEST, "snapshot", model.method.snapshot.snapshot_id, seen))
    expected = describe_numbers(model)
    for number_id in sorted(expected.keys() | manifest.numbers.keys()):
        wanted, seen_number = expected.get(number_id), manifest.numbers.get(number_id)
        if wanted != seen_number:
            found.append(Mismatch(MANIFEST, "numbers", str(wanted), str(seen_number), number_id))
    for name in sorted(manifest.files.keys() | (files.keys() - {MANIFEST})):
        seen = digest(files[name]) if name in files else "missing"
        if seen != manifest.files.get(name):
            found.append(Mismatch(name, "sha256", manifest.files.get(name, "not listed"), seen))
    return found
