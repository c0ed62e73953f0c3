"""On start: whatever lies in the archive beyond the committed ends is moved aside, never trusted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from diembao.archive.trouble import translated
from diembao.desk import durable
from diembao.desk.steps import step
from diembao.errors import CorpusError

#: folder of a project with the WARC files, and the folder in it for what was never committed
FOLDER = "archive"
ASIDE = "aside"


def recover(archive: Path, committed: Mapping[str, int]) -> None:
    """Leave exactly the committed bytes in the archive. It may die anywhere and run again."""
    check_present(archive, committed)
    with translated(archive):
        for path in sorted(archive.iterdir()):
            if path.is_dir():
                continue
            end = committed.get(path.name)
            if not end:
                _move_aside(path)
            elif path.stat().st_size > end:
                _cut_tail(path, end)


def check_present(archive: Path, committed: Mapping[str, int]) -> None:
    """Every committed file is there and reaches to its committed end; else the evidence is gone: say so."""
    for name, end in committed.items():
        path = archive / name
        size = path.stat().st_size if path.is_file() else None
        if size is None and end:
            raise CorpusError(
                "the archive file {file} is missing",
                key="archive.missing_file",
                next_step="restore the whole project folder from one backup",
                file=str(path),
            )
        if size is not None and size < end:
            raise CorpusError(
                "the archive file {file} ends at byte {size}, but {end} bytes were acknowledged",
                key="archive.shorter",
                next_step="restore the whole project folder from one backup",
                file=str(path),
                size=size,
                end=end,
            )


def _cut_tail(path: Path, end: int) -> None:
    target = _free_name(path, end)
    step(f"aside.before {path.name}")
    with path.open("rb") as source, target.open("xb") as copy:
        source.seek(end)
        shutil.copyfileobj(source, copy)
    durable.sync_all([target])
    step(f"truncate.before {path.name}")
    with path.open("r+b") as file:
        file.truncate(end)
        os.fsync(file.fileno())
    step(f"truncate.after {path.name}")


def _move_aside(path: Path) -> None:
    target = _free_name(path, 0)
    step(f"aside.before {path.name}")
    path.rename(target)
    durable.sync_folder(target.parent)
    durable.sync_folder(path.parent)
    step(f"aside.after {path.name}")


def _free_name(path: Path, end: int) -> Path:
    """A name in the folder aside that nothing has yet: `<name>.<offset>.<n>`."""
    folder = path.parent / ASIDE
    if not folder.is_dir():
        folder.mkdir()
        durable.sync_folder(path.parent)
    count = 1
    while (target := folder / f"{path.name}.{end}.{count}").exists():
        count += 1
    return target
