"""Bytes that can be read anywhere: a stretch of a file, or a piece in memory."""

from __future__ import annotations

import os
import re
from io import FileIO
from typing import Protocol

_STEP = 1 << 20
#: no mark is longer than this
_OVERLAP = 8192


class Span(Protocol):
    """`size` bytes; reading beyond the end gives fewer."""

    size: int

    def read(self, at: int, count: int) -> bytes:
        """Up to `count` bytes from `at`."""
        ...


class MemorySpan:
    """A piece in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read(self, at: int, count: int) -> bytes:
        """Up to `count` bytes from `at`."""
        return self._data[at : at + count]


class FileSpan:
    """The bytes [start, end) of an open file; offsets count from `start`. The file is only read."""

    def __init__(self, file: FileIO, start: int = 0, end: int | None = None) -> None:
        self._file = file
        self._start = start
        whole = os.fstat(file.fileno()).st_size
        self.size = max(0, min(whole, whole if end is None else end) - start)
        #: the last piece read, so that small reads close together cost one
        self._piece = b""
        self._piece_at = 0

    def read(self, at: int, count: int) -> bytes:
        """Up to `count` bytes from `at`."""
        count = min(count, self.size - at)
        if count <= 0:
            return b""
        inside = at - self._piece_at
        if not 0 <= inside <= len(self._piece) - count:
            self._fill(at, max(count, min(_STEP // 4, self.size - at)))
            inside = 0
        return self._piece[inside : inside + count]

    def _fill(self, at: int, count: int) -> None:
        self._file.seek(self._start + at)
        pieces: list[bytes] = []
        while count > 0:
            piece = self._file.read(count)
            if not piece:
                break
            pieces.append(piece)
            count -= len(piece)
        self._piece, self._piece_at = b"".join(pieces), at


def find_mark(span: Span, mark: re.Pattern[bytes], prefix: bytes, at: int, end: int) -> int:
    """Where the pattern first matches in [at, end), or -1; each match begins with `prefix`."""
    stride = _STEP >> 6  # the next record is mostly near
    while at < end:
        within = min(stride, end - at)
        piece = span.read(at, within + _OVERLAP)
        near = piece.find(prefix, 0, within + len(prefix) - 1)
        found = mark.search(piece, near) if near >= 0 else None
        if found is not None and found.start() < within:
            return at + found.start()
        if len(piece) < within:
            return -1
        at += within
        stride = min(_STEP, stride * 4)
    return -1
