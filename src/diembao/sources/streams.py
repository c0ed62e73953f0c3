"""A file as a stream of UTF-8 lines: unpacked, decoded, with caps on a line, on the whole, on expansion."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from diembao.errors import SourceError
from diembao.text.normal import to_nfc
from diembao.types import Refusal

MAX_LINE_BYTES = 5 * 2**19
MAX_FILE_BYTES = 16 * 2**30
#: a file that has given this much is stopped when it expanded more than MAX_EXPANSION times
EXPANSION_FROM = 4 * 2**20
MAX_EXPANSION = 200
SAMPLE_BYTES = 256 * 1024
#: what unpackers raise on a cut or damaged file
_DAMAGE = (EOFError, OSError, lzma.LZMAError, zlib.error, ValueError)

_PACKED = {
    b"\x1f\x8b": "gz",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bz2",
    b"\x28\xb5\x2f\xfd": "zst",
    b"PK\x03\x04": "zip",
}
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold before it is stopped."""

    line_bytes: int = MAX_LINE_BYTES
    file_bytes: int = MAX_FILE_BYTES


LIMITS = Limits()


class _Unpacked(io.RawIOBase):
    """Bytes after unpacking, counted against the caps."""

    def __init__(self, packed: BinaryIO, stream: BinaryIO, limits: Limits, name: str) -> None:
        self._packed, self._stream, self._limits, self._name = packed, stream, limits, name
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        data = (
            self._stream.read1(len(view)) if hasattr(self._stream, "read1") else self._stream.read(len(view))
        )
        self._given += len(data)
        read = self._packed.tell()
        bomb = self._given > EXPANSION_FROM and self._given > MAX_EXPANSION * max(read, 1)
        if bomb or self._given > self._limits.file_bytes:
            raise SourceError(
                "{file} unpacks to far more than it holds and was stopped after {size} MB"
                if bomb
                else "{file} is larger than {size} MB once unpacked",
                key="sources.bomb" if bomb else "sources.too_large",
                next_step="check where the file comes from, or split it",
                file=self._name,
                size=(self._given if bomb else self._limits.file_bytes) // 2**20,
            )
        view[: len(data)] = data
        return len(data)


class _Recoded(io.RawIOBase):
    """A stream in another encoding, as UTF-8."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream, self._encoding = stream, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        while not self._left:
            data = self._stream.read(8192)
            text = self._decoder.decode(data, final=not data)
            if self._encoding == "cp1258":  # it writes tones as marks of their own
                text = to_nfc(text)
            self._left = text.encode("utf-8", "replace")
            if not data:
                break
        part, self._left = self._left[: len(view)], self._left[len(view) :]
        view[: len(part)] = part
        return len(part)


class Line(NamedTuple):
    """One line without its break; `number` counts from 1 in the file as read."""

    number: int
    data: bytes


class LineReader:
    """The lines of a file, as a context manager; `flags` tells of a guessed encoding."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.path = path
        self.flags: tuple[str, ...] = ()
        self._limits = limits
        self._stack = ExitStack()
        self._stream: BinaryIO | None = None
        self._early: Exception | None = None

    def __enter__(self) -> LineReader:
        try:
            self._stream = self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _open(self) -> BinaryIO:
        try:
            packed = self._stack.enter_context(self.path.open("rb"))
            head = packed.read(8)
            packed.seek(0)
        except OSError as error:
            raise SourceError(
                "{file} cannot be opened: {reason}",
                key="sources.unreadable",
                next_step="check the path, and that you may read the file",
                file=self.path.name,
                reason=error.strerror or type(error).__name__,
            ) from error
        kind = next((kind for magic, kind in _PACKED.items() if head.startswith(magic)), "plain")
        stream = io.BufferedReader(
            _Unpacked(packed, self._unpack(packed, kind), self._limits, self.path.name), 2**17
        )
        return self._decode(stream)

    def _unpack(self, packed: BinaryIO, kind: str) -> BinaryIO:
        if kind == "gz":
            return cast(BinaryIO, self._stack.enter_context(gzip.GzipFile(fileobj=packed)))
        if kind == "xz":
            return cast(BinaryIO, self._stack.enter_context(lzma.LZMAFile(packed)))
        if kind == "bz2":
            return cast(BinaryIO, self._stack.enter_context(bz2.BZ2File(packed)))
        if kind in ("zst", "zip"):
            raise SourceError(
                "{file} is a {kind} file",
                key="sources.packed",
                next_step="unpack it first, or pack it as .gz or .xz",
                file=self.path.name,
                kind=kind,
            )
        return packed

    def _decode(self, stream: BinaryIO) -> BinaryIO:
        sample = self._peek(stream)
        for mark, encoding in _BOMS:
            if sample.startswith(mark):
                if encoding == "utf-8-sig":
                    stream.read(len(mark))
                    return stream
                return cast(BinaryIO, io.BufferedReader(_Recoded(stream, encoding)))
        return stream

    def _peek(self, stream: BinaryIO) -> bytes:
        try:
            return cast(io.BufferedReader, stream).peek(4)
        except _DAMAGE as error:
            self._early = error  # told when the lines are read: an unpacker raises it only once
            return b""

    def sample(self) -> bytes:
        """The beginning of the file as far as it can be read; uses the reader up."""
        assert self._stream is not None
        try:
            return self._stream.read(SAMPLE_BYTES)
        except _DAMAGE:
            return b""

    def recode(self, encoding: str) -> None:
        """Read the file in another encoding, and say so in `flags`."""
        assert self._stream is not None
        self._stream = cast(BinaryIO, io.BufferedReader(_Recoded(self._stream, encoding)))
        self.flags = ("encoding_guessed",)

    def lines(self) -> Iterator[Line | Refusal]:
        """Every line in order; a line over the cap is refused and passed over, a cut or damaged file ends."""
        assert self._stream is not None
        readline, cap = self._stream.readline, self._limits.line_bytes
        number = 0
        try:
            if self._early is not None:
                raise self._early
            while data := readline(cap + 1):
                number += 1
                if len(data) > cap and data[-1:] != b"\n":
                    while (rest := readline(2**20)) and rest[-1:] != b"\n":
                        pass
                    yield Refusal(number, "line_too_long", f"more than {cap} bytes")
                    continue
                data = data.rstrip(b"\r\n")
                yield Line(number, data)
        except EOFError:
            yield Refusal(
                number + 1, "file_cut", "the packed file ends before its end mark; rows before it were read"
            )
        except (lzma.LZMAError, zlib.error, OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise SourceError(
                    "reading {file} failed: {reason}",
                    key="sources.read_failed",
                    next_step="check the disk, then import the file again",
                    file=self.path.name,
                    reason=error.strerror,
                ) from error
            yield Refusal(
                number + 1, "file_damaged", "the packed file is damaged here; rows before it were read"
            )
