"""What makes written bytes survive a power cut: whole files, fsync of files and of the folders naming them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from diembao.desk.steps import step

#: how the name of a file ends that is not whole yet
HALF = ".part"


def save_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place, synced, then renamed. The folder is not synced yet."""
    half = path.with_name(f".{path.name}{HALF}")
    try:
        step(f"save.before {path.name}")
        half.write_bytes(content)
        sync_file(half)
        step(f"rename.before {path.name}")
        half.replace(path)
    except OSError:
        with suppress(OSError):  # what did not fit should not keep the room it took
            half.unlink(missing_ok=True)
        raise
    step(f"rename.after {path.name}")


def sync_file(path: Path) -> None:
    """Return once the bytes of the file are on the disk."""
    step(f"fsync.before {path.name}")
    # Windows flushes through a writable handle only; elsewhere reading is enough
    flags = os.O_RDWR | getattr(os, "O_BINARY", 0) if sys.platform == "win32" else os.O_RDONLY
    _sync(path, flags)
    step(f"fsync.after {path.name}")


def sync_folder(path: Path) -> None:
    """Return once the names in the folder are on the disk (Windows keeps them in its journal itself)."""
    if sys.platform == "win32":
        return
    step(f"fsync.before {path.name}/")
    _sync(path, os.O_RDONLY)
    step(f"fsync.after {path.name}/")


def sync_all(files: Iterable[Path]) -> None:
    """Sync the files, then each folder that names one of them, inner folders first."""
    folders: set[Path] = set()
    for file in files:
        sync_file(file)
        folders.add(file.parent)
    for folder in sorted(folders, key=lambda path: (-len(path.parts), path)):
        sync_folder(folder)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
