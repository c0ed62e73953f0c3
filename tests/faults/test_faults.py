"""Faults: whatever dies or fails, nothing acknowledged is lost or doubled, and the harness sees planted bugs.

The usual run takes a part of the crash points; all of them, with 100 random kills, run with
DIEMBAO_FAULTS=whole (some minutes).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HARNESS = Path(__file__).with_name("harness.py")
WHOLE = os.environ.get("DIEMBAO_FAULTS") == "whole"

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="the harness forks; Windows has no fork"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder, in memory where the system offers that (the harness writes a lot)."""
    memory = Path("/dev/shm")
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


def run(mode: str, folder: Path, *options: str) -> dict[str, Any]:
    """What the harness found."""
    command = [sys.executable, str(HARNESS), mode, str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_a_kill_at_any_step_loses_and_doubles_nothing(folder: Path) -> None:
    """After a kill before or after any write, fsync or commit the import goes on as if none had been."""
    found = run("crash", folder, *(["--whole"] if WHOLE else ["--every", "40"]))
    assert found["runs"] >= 5
    assert found["found"] == []


def test_kills_at_random_moments_lose_and_double_nothing(folder: Path) -> None:
    """Random SIGKILLs, up to three in a row, leave nothing lost or doubled."""
    found = run("kill", folder, "--count", "100" if WHOLE else "4")
    assert found["found"] == []


def test_each_failing_sync_or_commit_ends_in_one_sentence(folder: Path) -> None:
    """No space and I/O errors at a sync or commit end in a StorageError, and nothing stored is harmed."""
    found = run("io", folder, *(["--whole"] if WHOLE else ["--every", "20"]))
    assert found["runs"] >= 2
    assert found["found"] == []


def test_a_full_disk_in_any_store_ends_in_one_sentence(folder: Path) -> None:
    """Wherever the disk is full first, the command ends in a StorageError, and nothing stored is harmed."""
    found = run("space", folder, "--every", "1" if WHOLE else "4")
    assert found["found"] == []


@pytest.mark.parametrize(
    ("bug", "mode", "start"),
    [
        ("early_ack", "crash", "delta.before"),
        ("no_restore", "crash", "delta.after"),
        ("no_dedup", "crash", ""),
        ("commit_first", "crash", "bug.delta"),
        ("swallowed_error", "io", "delta.before"),
    ],
)
def test_the_harness_sees_planted_bugs(folder: Path, bug: str, mode: str, start: str) -> None:
    """A writer that breaks a rule on purpose is found out."""
    assert run(mode, folder, "--bug", bug, "--start", start)["found"] != []
