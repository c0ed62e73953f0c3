"""Power cuts: what a commit or a manifest promises, files and folders, is synced before it is given."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import scenario

from diembao.corpus import CorpusWriter, tables
from diembao.desk import Desk, durable, steps
from diembao.report import bundle

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be synced there"),
]


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Path]]:
    """The paths that were synced so far."""
    paths: set[Path] = set()
    real_open, real_sync = os.open, os.fsync
    names: dict[int, Path] = {}

    def spy_open(path: Path, flags: int) -> int:
        handle = real_open(path, flags)
        names[handle] = Path(path)
        return handle

    def spy_sync(handle: int) -> None:
        real_sync(handle)
        paths.add(names[handle])

    monkeypatch.setattr(durable.os, "open", spy_open)
    monkeypatch.setattr(durable.os, "fsync", spy_sync)
    yield paths
    steps.listener = None


def find_unsynced(folder: Path, synced: set[Path]) -> list[Path]:
    """Import a file, decide on it, and tell what was not synced yet at each commit: files and folders."""
    missing: set[Path] = set()
    written: set[str] = set()

    def listen(name: str) -> None:
        if name.startswith("delta.before"):
            written.add(name.split()[1])
        if name != "desk.before_commit":
            return
        for table in written:
            files = [
                f for f in tables.table_folder(folder, table).rglob("*") if f.suffix in (".parquet", ".json")
            ]
            missing.update(path for f in files for path in (f, f.parent) if path not in synced)

    with Desk.open(folder) as desk, CorpusWriter.open(folder, desk) as writer:
        steps.listener = listen
        scenario.import_file(writer, desk, "a")
        scenario.decide(folder, writer, desk)
    assert written == {"texts", "articles", "items", "decisions", "mentions"}
    return sorted(missing)


def test_everything_is_synced_before_the_commit(tmp_path: Path, synced: set[Path]) -> None:
    """At the moment of the desk's commit no data file, log entry or folder of the batch is unsynced."""
    assert find_unsynced(tmp_path, synced) == []


def test_a_missing_sync_is_seen(tmp_path: Path, synced: set[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The check above fails for a writer that relies on the table store to sync (which it does not do)."""
    monkeypatch.setattr(tables, "sync_all", lambda files: list(files) and None)
    assert find_unsynced(tmp_path, synced) != []


def find_early_names(folder: Path, synced: set[Path]) -> list[str]:
    """Save a report over an older one; what got its name, or was vouched for by the manifest, before its sync."""
    early: list[str] = []
    files = {"report.html": b"page", "csv/a.csv": b"rows", "csv/b.csv": b"rows", "manifest.json": b"{}"}
    bundle.save_report({**files, "csv/old.csv": b"old"}, folder)
    synced.clear()

    def listen(name: str) -> None:
        point, _, file = name.partition(" ")
        if point == "rename.before" and not any(path.name == f".{file}.part" for path in synced):
            early.append(name)
        if point == "rename.after" and file != "manifest.json":
            synced.difference_update({folder, folder / "csv"})  # the new name is not on the disk yet
        if name == "save.before manifest.json":
            early.extend(str(path) for path in (folder, folder / "csv") if path not in synced)
        if name == "save.before a.csv" and folder not in synced:
            early.append("the older manifest may come back")

    steps.listener = listen
    bundle.save_report(files, folder)
    return [*early, *([] if folder in synced else ["the manifest's own name"])]


def test_a_report_is_synced_before_its_manifest(tmp_path: Path, synced: set[Path]) -> None:
    """Each file of a report is synced before it gets its name, and all names before the manifest is written."""
    assert find_early_names(tmp_path / "report", synced) == []


@pytest.mark.parametrize(("owner", "name"), [(durable, "sync_file"), (bundle, "sync_folder")])
def test_a_report_without_a_sync_is_seen(
    tmp_path: Path, synced: set[Path], monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    """The check above fails for a report that leaves syncing files or folders to the system."""
    monkeypatch.setattr(owner, name, lambda path: None)
    assert find_early_names(tmp_path / "report", synced) != []
