"""What kind of archive a file is, and where in it the records lie: one stretch, or the members of a WACZ."""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from io import FileIO
from typing import NoReturn

from diembao.archive.heads import ARC, WARC, Form
from diembao.archive.spans import FileSpan
from diembao.errors import SourceError

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZIP = b"PK\x03\x04"
#: a WACZ of more WARC files than this is refused
_MEMBERS = 10_000
_LOCAL_HEADER = struct.Struct("<4s22xHH")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch [start, end) of the file with records one after another."""

    name: str
    start: int
    end: int
    form: Form
    is_gzip: bool


def open_parts(file: FileIO, path: str) -> list[Part]:
    """The stretches of the file, in order; `SourceError` when it is no archive that can be read."""
    span = FileSpan(file)
    start = span.read(0, 512)
    if start.startswith(_ZIP):
        return _open_wacz(file, path)
    if start.startswith(_ZSTD):
        _fail(
            "{file} is compressed with Zstandard, which cannot be read here",
            "archive.zstd",
            "unpack it (`zstd -d {file}`) and import the unpacked file",
            path,
        )
    if not start:
        _fail("{file} is empty", "archive.empty", "fetch or copy the file again", path)
    return [_name_part(start, path, 0, span.size)]


def _name_part(start: bytes, path: str, begin: int, end: int) -> Part:
    """By its first bytes; a file whose beginning is damaged, by its name."""
    is_gzip = start.startswith(_GZIP)
    first = _peek(start) if is_gzip else start
    name = path.lower()
    is_arc = first.startswith(b"filedesc:") or (_is_named(name, "arc") and not first.startswith(b"WARC/"))
    form = ARC if is_arc else WARC
    if not first.startswith((b"WARC/", b"filedesc:")):
        if not (_is_named(name, "warc") or _is_named(name, "arc")):
            _fail(
                "{file} is neither a WARC nor an ARC file",
                "archive.not_an_archive",
                "give a file that ends in .warc, .warc.gz, .arc, .arc.gz or .wacz",
                path,
            )
        is_gzip = is_gzip or name.endswith(".gz")
    return Part(f"{form.name}.gz" if is_gzip else form.name, begin, end, form, is_gzip)


def _is_named(name: str, ending: str) -> bool:
    return name.endswith((f".{ending}", f".{ending}.gz"))


def _peek(start: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(start, 64)
    except zlib.error:
        return b""


def _open_wacz(file: FileIO, path: str) -> list[Part]:
    """The WARC files of a WACZ lie in it uncompressed, as its standard asks: each is a stretch of the file."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        raise SourceError(
            "{file} is a damaged ZIP or WACZ file: {reason}",
            key="archive.bad_wacz",
            next_step="fetch or export the file again",
            file=path,
            reason=str(error)[:200],
        ) from error
    wanted = [member for member in members if _is_archive(member.filename.lower())]
    if not wanted:
        _fail(
            "{file} is a ZIP file without WARC files in its folder archive/",
            "archive.no_warc",
            "unpack it and import what is inside",
            path,
        )
    if len(wanted) > _MEMBERS:
        _fail(
            "{file} holds more than {limit} WARC files",
            "archive.too_many_warcs",
            "unpack it and import the WARC files from its folder archive/ in parts",
            path,
            limit=_MEMBERS,
        )
    if any(member.compress_type != zipfile.ZIP_STORED for member in wanted):
        _fail(
            "the WARC files in {file} are compressed once more, which the WACZ standard does not allow",
            "archive.packed_wacz",
            "unpack it (`unzip {file}`) and import the WARC files from its folder archive/",
            path,
        )
    whole = FileSpan(file)
    parts = [_open_member(whole, member, path) for member in wanted]
    return sorted((part for part in parts if part.end > part.start), key=lambda part: part.start)


def _is_archive(name: str) -> bool:
    return name.startswith("archive/") and name.endswith((".warc", ".warc.gz"))


def _open_member(whole: FileSpan, member: zipfile.ZipInfo, path: str) -> Part:
    header = whole.read(member.header_offset, _LOCAL_HEADER.size + 4)[: _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size or not header.startswith(_ZIP):
        _fail(
            "{file} is a damaged ZIP or WACZ file: {reason}",
            "archive.bad_wacz",
            "fetch or export the file again",
            path,
            reason="a file in it does not begin where it should",
        )
    _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = member.header_offset + 30 + name_length + extra_length
    end = min(whole.size, start + member.file_size)
    return _name_part(whole.read(start, 512), member.filename, start, end)


def _fail(message: str, key: str, next_step: str, path: str, **values: object) -> NoReturn:
    raise SourceError(message, key=key, next_step=next_step, file=path, **values)
