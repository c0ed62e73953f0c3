"""What makes written bytes survive a power cut: fsync of files and of the folders that name them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from diembao.desk.steps import step


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
