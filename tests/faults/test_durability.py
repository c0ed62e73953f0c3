"""Power cuts: every file of a batch, and the folders that name it, are synced before the desk commits it."""

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
    """Import a file and tell, at each commit, which files and folders of the tables were not synced yet."""
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
    assert written == {"texts", "articles", "items"}
    return sorted(missing)


def test_everything_is_synced_before_the_commit(tmp_path: Path, synced: set[Path]) -> None:
    """At the moment of the desk's commit no data file, log entry or folder of the batch is unsynced."""
    assert find_unsynced(tmp_path, synced) == []


def test_a_missing_sync_is_seen(tmp_path: Path, synced: set[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The check above fails for a writer that relies on the table store to sync (which it does not do)."""
    monkeypatch.setattr(tables, "sync_all", lambda files: list(files) and None)
    assert find_unsynced(tmp_path, synced) != []
