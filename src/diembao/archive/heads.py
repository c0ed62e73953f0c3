"""The heads of WARC and ARC records, read strictly: what is not clearly a head is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

#: a head longer than this, or with more fields, is refused
HEAD_BYTES = 64 * 1024
_FIELDS = 300

_WARC_START = re.compile(rb"WARC/(?:0\.1[78]|1\.\d)\r\n")
_ARC_FIELDS = rb"([a-z][a-z0-9+.-]*:[^ \r\n]{1,4000}) ([0-9a-fA-F.:]{1,45}) (\d{14}) ([^ \r\n]{1,200})"
_ARC_START = re.compile(_ARC_FIELDS + rb"((?: [^ \r\n]{1,300}){0,5}) (\d{1,12})\r?\n")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Head:
    """A record's head: `size` bytes, followed by a block of `length` bytes."""

    kind: str
    url: str
    length: int
    size: int
    fields: tuple[tuple[str, str], ...]
    #: as it stands in the file
    raw: bytes = b""
    #: the line of an ARC record, empty in WARC
    arc_line: str = ""

    def field(self, name: str) -> str:
        """The first field of that name (any case), or an empty string."""
        wanted = name.lower()
        return next((value for key, value in self.fields if key.lower() == wanted), "")

    def fields_named(self, name: str) -> list[str]:
        """Every field of that name."""
        wanted = name.lower()
        return [value for key, value in self.fields if key.lower() == wanted]

    @property
    def record_id(self) -> str:
        """The record's id as written."""
        return self.field("WARC-Record-ID")

    @property
    def date(self) -> datetime | None:
        """WARC-Date in UTC, or None when it is none."""
        return read_date(self.field("WARC-Date"))


def read_warc_head(data: bytes) -> Head | None:
    """The head that `data` begins with, or None when there is none that is whole and well-formed."""
    start = _WARC_START.match(data)
    end = data.find(b"\r\n\r\n", 0, HEAD_BYTES)
    if start is None or end < 0 or data.count(b"\r\n", 0, end) > _FIELDS:
        return None
    fields = _read_fields(data[start.end() : end])
    if fields is None:
        return None
    lengths = {value for key, value in fields if key.lower() == "content-length"}
    kinds = {value.lower() for key, value in fields if key.lower() == "warc-type"}
    if len(lengths) != 1 or len(kinds) != 1:
        return None
    length = lengths.pop()
    if not (length.isascii() and length.isdigit() and len(length) <= 15):
        return None
    urls = [value for key, value in fields if key.lower() == "warc-target-uri"]
    url = _clean_url(urls[0]) if urls else ""
    return Head(kinds.pop(), url, int(length), end + 4, fields, data[: end + 4])


def read_arc_head(data: bytes) -> Head | None:
    """The line that an ARC record begins with, in the words of WARC; None when there is none."""
    found = _ARC_START.match(data)
    if found is None:
        return None
    url = found[1].decode("utf-8", "replace")
    date = found[3].decode()
    stamp = f"{date[:4]}-{date[4:6]}-{date[6:8]}T{date[8:10]}:{date[10:12]}:{date[12:14]}Z"
    fields = (("WARC-Target-URI", url), ("WARC-Date", stamp), ("WARC-IP-Address", found[2].decode()))
    kind = "warcinfo" if url.startswith("filedesc:") else "response"
    line = found[0].decode("utf-8", "replace").rstrip("\r\n")
    return Head(kind, _clean_url(url), int(found[6]), found.end(), fields, found[0], line)


def read_date(text: str) -> datetime | None:
    """A time as WARC 1.0 and 1.1 write it, in UTC."""
    try:
        moment = datetime.fromisoformat(text.strip()[:40])
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


@dataclass(frozen=True, slots=True)
class Form:
    """How the records of an archive follow each other, and what a scan for the next one looks for.

    A mark begins with `prefix`; the record begins `lead` bytes into it. `ending` stands behind each block.
    """

    name: str
    read_head: Callable[[bytes], Head | None]
    mark: re.Pattern[bytes]
    prefix: bytes
    lead: int
    ending: bytes


#: a version line with a field behind it
WARC = Form(
    "warc",
    read_warc_head,
    re.compile(_WARC_START.pattern + rb"[A-Za-z][A-Za-z-]*[ \t]*:"),
    prefix=b"WARC/",
    lead=0,
    ending=b"\r\n\r\n",
)
#: the line of a page; lines of other schemes are too much like text to look for
ARC = Form(
    "arc",
    read_arc_head,
    re.compile(rb"\n" + _ARC_START.pattern),
    prefix=b"\nhttp",
    lead=1,
    ending=b"\n",
)


def _read_fields(data: bytes) -> tuple[tuple[str, str], ...] | None:
    fields: list[tuple[str, str]] = []
    for line in data.decode("utf-8", "replace").split("\r\n"):
        if line[:1] in (" ", "\t") and fields:  # a folded line belongs to the field before it
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if not colon or _NAME.fullmatch(name.rstrip(" \t")) is None:
            return None
        fields.append((name.rstrip(" \t"), value.strip()))
    return tuple(fields)


def _clean_url(url: str) -> str:
    """Without the angle brackets that old wget writes, and with spaces escaped, as warcio does."""
    bare = url[1:-1] if url.startswith("<") and url.endswith(">") else url
    return bare.replace(" ", "%20")
