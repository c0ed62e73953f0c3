"""Files of one working folder: runs of texts, postings by value, pairs by text; the only file here that reads or writes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from diembao.stories.reuse.runs import Counts, Runs, Wide

#: texts are read this many bytes at a time at most, holes between them included
_READ_BYTES = 1 << 22
#: texts nearer than this in the file are read in one go
_HOLE_BYTES = 1 << 14


class RunFile:
    """All runs of all texts, one text after the other, in the order of arrival."""

    def __init__(self, path: Path) -> None:
        self._handle = path.open("a+b", buffering=0)
        self._fileno = self._handle.fileno()

    def append(self, runs: Runs) -> None:
        """Put runs at the end."""
        write_all(self._handle, runs)

    def read(self, starts: Counts, counts: Counts) -> Runs:
        """The runs from `starts` (ascending), `counts` each, one after the other."""
        return read_runs(self._fileno, starts, counts)

    def close(self) -> None:
        """Close the file."""
        self._handle.close()


def read_runs(fileno: int, starts: Counts, counts: Counts) -> Runs:
    """Runs of a file from `starts` (ascending) on, `counts` each; neighbours are read in one go."""
    found = np.empty(int(counts.sum()), dtype=np.uint32)
    ends = starts + counts
    far = np.flatnonzero(starts[1:] - ends[:-1] > _HOLE_BYTES // 4) + 1
    at = 0
    for group in _split(starts, ends, far):
        first, last = int(starts[group.start]), int(ends[group.stop - 1])
        block = np.frombuffer(read_at(fileno, first * 4, (last - first) * 4), dtype=np.uint32)
        if last - first == int(counts[group].sum()):
            found[at : at + len(block)] = block
            at += len(block)
            continue
        for start, end in zip((starts[group] - first).tolist(), (ends[group] - first).tolist(), strict=True):
            found[at : at + end - start] = block[start:end]
            at += end - start
    return found


def _split(starts: Counts, ends: Counts, far: NDArray[np.intp]) -> Iterator[slice]:
    """Groups of texts that are read together: near each other and not too much at once."""
    bounds = [0, *far.tolist(), len(starts)]
    for low, high in pairwise(bounds):
        begin = low
        while begin < high:
            limit = int(starts[begin]) + _READ_BYTES // 4
            stop = max(begin + 1, begin + int(np.searchsorted(ends[begin:high], limit)))
            yield slice(begin, stop)
            begin = stop


class Shelf:
    """A folder of numbered files of 64-bit values, appended to and read whole."""

    def __init__(self, folder: Path, name: str, parts: int) -> None:
        self._handles = [(folder / f"{name}.{part}").open("w+b", buffering=0) for part in range(parts)]

    def append(self, part: int, values: Wide) -> None:
        """Put values at the end of a part."""
        write_all(self._handles[part], values)

    def read(self, part: int) -> Wide:
        """All values of a part."""
        handle = self._handles[part]
        found = np.empty(os.fstat(handle.fileno()).st_size // 8, dtype=np.uint64)
        if not len(found):
            return found
        view = found.data.cast("B")
        handle.seek(0)
        at = 0
        while at < len(view):
            got = handle.readinto(view[at:])
            if not got:
                break
            at += got
        return found

    def drop(self, part: int) -> None:
        """Give the room of a part back."""
        self._handles[part].truncate(0)

    def close(self) -> None:
        """Close all parts."""
        for handle in self._handles:
            handle.close()


class Workshop:
    """A folder of its own for one search, gone with all its files when the search ends."""

    def __init__(self, parent: os.PathLike[str] | None) -> None:
        self._stack = ExitStack()
        self._parent = parent
        self._folder = Path()

    def __enter__(self) -> Self:
        if self._parent is not None:
            Path(self._parent).mkdir(parents=True, exist_ok=True)
        made = tempfile.TemporaryDirectory(prefix="reuse-", dir=self._parent)
        self._folder = Path(self._stack.enter_context(made))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def open_runs(self) -> RunFile:
        """An empty file of runs."""
        runs = RunFile(self._folder / "runs")
        self._stack.callback(runs.close)
        return runs

    def open_shelf(self, name: str, parts: int) -> Shelf:
        """An empty shelf."""
        shelf = Shelf(self._folder, name, parts)
        self._stack.callback(shelf.close)
        return shelf


def write_all(handle: Any, values: NDArray[Any]) -> None:
    """Write a flat array whole (an unbuffered file may take less at a time)."""
    if not len(values):
        return
    view = values.data.cast("B")
    while len(view):
        view = view[handle.write(view) :]


def read_at(fileno: int, offset: int, size: int) -> bytes:
    """Bytes of a file from a place on, without moving its position."""
    if hasattr(os, "pread"):
        found = os.pread(fileno, size, offset)
        while len(found) < size:
            more = os.pread(fileno, size - len(found), offset + len(found))
            if not more:
                break
            found += more
        return found
    os.lseek(fileno, offset, os.SEEK_SET)
    return os.read(fileno, size)
