"""Files of one working folder: runs of texts, postings by value, pairs by text; the only file here that reads or writes."""

from __future__ import annotations

import mmap
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from diembao.stories.reuse.measure import spread
from diembao.stories.reuse.runs import Counts, Runs


class RunFile:
    """All runs of all texts, one text after the other, in the order of arrival."""

    def __init__(self, path: Path) -> None:
        self._handle = path.open("a+b", buffering=0)
        self._map: RunMap | None = None

    def append(self, runs: Runs) -> None:
        """Put runs at the end."""
        write_all(self._handle, runs)

    def read(self, starts: Counts, counts: Counts) -> Runs:
        """The runs from `starts` (ascending), `counts` each, one after the other; nothing may be appended any more."""
        if self._map is None:
            self._map = RunMap(self._handle)
        return self._map.read(starts, counts)

    def close(self) -> None:
        """Close the file."""
        if self._map is not None:
            self._map.close()
        self._handle.close()


class RunMap:
    """The runs in a file, mapped into memory for reading and let go again after each read."""

    def __init__(self, handle: Any) -> None:
        size = os.fstat(handle.fileno()).st_size
        self._map = mmap.mmap(handle.fileno(), size, access=mmap.ACCESS_READ) if size else None

    def read(self, starts: Counts, counts: Counts) -> Runs:
        """The runs from `starts`, `counts` each, one after the other."""
        if self._map is None:
            return np.empty(0, np.uint32)
        found: Runs = np.frombuffer(self._map, dtype=np.uint32)[spread(starts, counts)]
        if hasattr(
            self._map, "madvise"
        ):  # what is mapped counts as memory of the process: bounded on systems that can
            self._map.madvise(mmap.MADV_DONTNEED)
        return found

    def close(self) -> None:
        """Let the file go."""
        if self._map is not None:
            self._map.close()


class Shelf:
    """Numbered files of values of one kind, appended to and read whole."""

    def __init__(self, folder: Path, name: str, parts: int, kind: type[np.unsignedinteger[Any]]) -> None:
        self._kind = np.dtype(kind)
        self._handles = [(folder / f"{name}.{part}").open("w+b", buffering=0) for part in range(parts)]

    def append(self, part: int, values: NDArray[Any]) -> None:
        """Put values at the end of a part."""
        write_all(self._handles[part], values)

    def read(self, part: int) -> NDArray[Any]:
        """All values of a part."""
        handle = self._handles[part]
        found = np.empty(os.fstat(handle.fileno()).st_size // self._kind.itemsize, self._kind)
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

    def open_shelf(self, name: str, parts: int, kind: type[np.unsignedinteger[Any]] = np.uint64) -> Shelf:
        """An empty shelf."""
        shelf = Shelf(self._folder, name, parts, kind)
        self._stack.callback(shelf.close)
        return shelf


def write_all(handle: Any, values: NDArray[Any]) -> None:
    """Write a flat array whole (an unbuffered file may take less at a time)."""
    if not len(values):
        return
    view = values.data.cast("B")
    while len(view):
        view = view[handle.write(view) :]
