"""The folder of a reuse index: segments that are only added, a state, and a manifest that is replaced whole.

    index.json            which segments and which state hold; replaced last, so a killed write leaves the old ones
    <n>.runs              all runs of a segment's texts, 32 bits each, text after text
    <n>.postings          their prints with the numbers of the texts, 64 bits each, ascending
    <n>.texts.npz         ids, outlets, numbers of runs, digests
    <n>.state.npz         pairs and their counts, what is known of long lists, formulas

Files that the manifest does not name are left over from a killed write; the next write removes them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from diembao.desk.durable import HALF, save_file, sync_file, sync_folder
from diembao.errors import CorpusError
from diembao.stories.reuse.measure import spread
from diembao.stories.reuse.runs import Counts, Runs, Wide
from diembao.stories.reuse.shelf import RunMap, write_all

VERSION = 1
_MANIFEST = "index.json"
#: postings read at a time
_CHUNK = 1 << 21
#: segments are joined while the younger has at least half of the older's postings, up to so many
_JOINED = 1 << 26
Arrays = dict[str, NDArray[Any]]


class Vault:
    """What is stored of one index; raises `CorpusError` for a folder that holds something else."""

    def __init__(self, folder: os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._segments: list[int] = []
        #: runs and postings of each segment
        self._sizes: list[int] = []
        self._printed: list[int] = []
        self._maps: list[RunMap] = []
        self._bounds: Counts = np.zeros(1, np.int64)
        self._next = 1
        self.settings: dict[str, Any] = {}
        self._state = 0
        self._load_manifest()

    # ------------------------------------------------------------------ reading

    def _load_manifest(self) -> None:
        path = self.folder / _MANIFEST
        if not path.exists():
            return
        try:
            held = json.loads(path.read_bytes())
            version = held["version"]
            self._segments, self._sizes, self._printed = held["segments"], held["runs"], held["postings"]
            self._state, self.settings = held["state"], held["settings"]
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(path) from error
        if version != VERSION:
            raise _damaged(path)
        self._next = max([self._state, *self._segments], default=0) + 1
        self._open_runs()

    def _open_runs(self) -> None:
        self.close()
        for number, runs, postings in zip(self._segments, self._sizes, self._printed, strict=True):
            for path, size in (
                (self._path(number, "runs"), 4 * runs),
                (self._path(number, "postings"), 8 * postings),
            ):
                if not path.exists() or path.stat().st_size != size:
                    raise _damaged(path)
            with self._path(number, "runs").open("rb") as handle:
                self._maps.append(RunMap(handle))
        self._bounds = np.concatenate(([0], np.cumsum(np.array(self._sizes, np.int64)))).astype(np.int64)

    def load_texts(self) -> Iterator[Arrays]:
        """The texts of each segment."""
        return (self._load(self._path(number, "texts.npz")) for number in self._segments)

    def load_state(self) -> Arrays:
        """What was saved with the last commit; nothing before the first."""
        return self._load(self._path(self._state, "state.npz")) if self._state else {}

    def _load(self, path: Path) -> Arrays:
        try:
            with np.load(path, allow_pickle=False) as held:
                return {name: held[name] for name in held.files}
        except (OSError, ValueError, EOFError, KeyError, BadZipFile) as error:
            raise _damaged(path) from error

    def read(self, starts: Counts, counts: Counts) -> Runs:
        """Runs by their place among those of all segments (see `RunFile.read`)."""
        of = np.searchsorted(self._bounds, starts, side="right") - 1
        of = np.minimum(of, len(self._maps) - 1)
        found = [np.empty(0, np.uint32)]
        for segment in np.unique(of).tolist():
            here = of == segment
            base = self._bounds[segment]
            found.append(self._maps[segment].read(starts[here] - base, counts[here]))
        return np.concatenate(found)

    def find_postings(self, prints: Wide, shift: int) -> Wide:
        """All postings of some prints (ascending); `shift` is how many bits number the text."""
        found = [np.empty(0, np.uint64)]
        low = prints << np.uint64(shift)
        high = low | np.uint64((1 << shift) - 1)
        for number in self._segments:
            for chunk in self._read_postings(number):
                begin = int(np.searchsorted(high, chunk[0]))
                end = int(np.searchsorted(low, chunk[-1], side="right"))
                left = np.searchsorted(chunk, low[begin:end])
                right = np.searchsorted(chunk, high[begin:end], side="right")
                found.append(chunk[spread(left, right - left)])
        return np.concatenate(found)

    def _read_postings(self, number: int) -> Iterator[Wide]:
        with self._path(number, "postings").open("rb") as handle:
            while len(chunk := np.fromfile(handle, dtype=np.uint64, count=_CHUNK)):
                yield chunk

    # ------------------------------------------------------------------ writing

    def start_segment(self) -> tuple[int, Any]:
        """The number of a new segment and the open file of its runs."""
        number, self._next = self._next, self._next + 1
        return number, self._path(number, "runs").open("wb", buffering=0)

    @staticmethod
    def append_runs(handle: Any, runs: Runs) -> None:
        """Put runs at the end of a new segment."""
        write_all(handle, runs)

    def add_segment(self, number: int, runs: int, postings: Wide, texts: Arrays) -> None:
        """Store a segment whose runs are written; it counts from the next commit on."""
        self._write_segment(number, postings, texts)
        self._segments, self._sizes = [*self._segments, number], [*self._sizes, runs]
        self._printed = [*self._printed, len(postings)]
        self._open_runs()

    def commit(self, state: Arrays) -> None:
        """Make all that was added, and the state, the ones that hold."""
        self._join_segments()
        number, self._next = self._next, self._next + 1
        save_file(self._path(number, "state.npz"), _pack(state))
        sync_folder(self.folder)
        manifest = {
            "version": VERSION,
            "segments": self._segments,
            "runs": self._sizes,
            "postings": self._printed,
            "state": number,
            "settings": self.settings,
        }
        save_file(self.folder / _MANIFEST, json.dumps(manifest).encode())
        sync_folder(self.folder)
        self._state = number
        self._remove_others()

    def _write_segment(self, number: int, postings: Wide, texts: Arrays) -> None:
        path = self._path(number, "postings")
        with path.open("wb", buffering=0) as handle:
            write_all(handle, postings)
        sync_file(path)
        sync_file(self._path(number, "runs"))
        save_file(self._path(number, "texts.npz"), _pack(texts))

    def _join_segments(self) -> None:
        """Join neighbours of like size, so that there are few segments, each posting being copied rarely."""
        while len(self._segments) > 1:
            older, younger = self._segments[-2:]
            sizes = self._printed[-2:]
            if 2 * sizes[1] < sizes[0] or sum(sizes) > _JOINED:
                return
            number, handle = self.start_segment()
            with handle:
                for part in (older, younger):
                    self._copy_runs(part, handle)
            postings = np.concatenate([*self._read_postings(older), *self._read_postings(younger)])
            postings.sort()
            both = [self._load(self._path(part, "texts.npz")) for part in (older, younger)]
            texts = {name: np.concatenate([part[name] for part in both]) for name in both[0]}
            self._write_segment(number, postings, texts)
            self._segments[-2:] = [number]
            self._sizes[-2:] = [sum(self._sizes[-2:])]
            self._printed[-2:] = [sum(sizes)]
            self._open_runs()

    def _copy_runs(self, number: int, handle: Any) -> None:
        with self._path(number, "runs").open("rb") as given:
            while len(chunk := np.fromfile(given, dtype=np.uint32, count=2 * _CHUNK)):
                write_all(handle, chunk)

    def _remove_others(self) -> None:
        kept = {_MANIFEST, self._path(self._state, "state.npz").name}
        kept |= {
            self._path(n, part).name for n in self._segments for part in ("runs", "postings", "texts.npz")
        }
        for path in self.folder.iterdir():
            known = path.suffix in {".runs", ".postings", ".npz", HALF}
            if known and path.name not in kept:
                with suppress(
                    OSError
                ):  # Windows keeps files that are open elsewhere; the next commit tries again
                    path.unlink()

    def _path(self, number: int, kind: str) -> Path:
        return self.folder / f"{number}.{kind}"

    def close(self) -> None:
        """Close the files of runs."""
        for mapped in self._maps:
            mapped.close()
        self._maps = []


def _pack(arrays: Arrays) -> bytes:
    packed = BytesIO()
    np.savez(packed, **arrays)  # type: ignore[arg-type]
    return packed.getvalue()


def _damaged(path: Path) -> CorpusError:
    return CorpusError(
        "{path} is not what the index of shared passages wrote",
        key="reuse.damaged",
        next_step="delete the folder {folder}; the next run builds the index anew",
        path=path,
        folder=path.parent,
    )
