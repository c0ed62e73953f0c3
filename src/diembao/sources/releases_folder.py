"""A folder of press releases: which files are given, and why some cannot be read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from diembao.errors import SourceError
from diembao.sources.releases import MAX_FILE_BYTES

MAX_FILES = 20_000
MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file of the folder; `path` is relative to it, with `/`. `reason` says why it is not read:

    `link` (never followed), `special` (a device or pipe), `too_large`, `empty`, `unreadable`.
    """

    path: str
    size: int
    reason: str = ""


def list_release_files(folder: Path, *, max_files: int = MAX_FILES) -> Iterator[ReleaseFile]:
    """Every file of a folder and its sub-folders, sorted by path; hidden ones and Word's lock files are none."""
    for count, file in enumerate(_walk(folder, PurePosixPath(), 0)):
        if count >= max_files:
            raise SourceError(
                "{folder} holds more than {limit} files",
                key="sources.release_too_many",
                next_step="split the folder and import the parts one after the other",
                folder=folder.name,
                limit=max_files,
            )
        yield file


def _walk(folder: Path, inside: PurePosixPath, depth: int) -> Iterator[ReleaseFile]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        yield ReleaseFile(str(inside), 0, "unreadable")
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")):
            continue
        path = inside / entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield _judge(entry, str(path))
        elif depth < MAX_DEPTH:
            yield from _walk(Path(entry.path), path, depth + 1)
        else:
            yield ReleaseFile(str(path), 0, "unreadable")


def _judge(entry: os.DirEntry[str], path: str) -> ReleaseFile:
    try:
        state = entry.stat(follow_symlinks=False)
    except OSError:
        return ReleaseFile(path, 0, "unreadable")
    return ReleaseFile(path, state.st_size, find_reason(state))


def find_reason(state: os.stat_result) -> str:
    """Why a file of this state is not read; "" where it is."""
    if stat.S_ISLNK(state.st_mode):
        return "link"
    if not stat.S_ISREG(state.st_mode):
        return "special"
    if state.st_size > MAX_FILE_BYTES:
        return "too_large"
    return "" if state.st_size else "empty"
