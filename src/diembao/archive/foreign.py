"""Strangers' archives: WARC, ARC and WACZ files read in batches, each record proven whole or counted as dropped.

Runs in the sandbox's worker, which reads the file itself. What a digest covers cannot be checked beyond it:
in an uncompressed file nothing protects the head of a record.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import FileIO
from typing import Literal

from diembao.archive import compose
from diembao.archive.frames import Frame, Loss, Sift, Step, walk_gzip, walk_plain
from diembao.archive.heads import Head
from diembao.archive.http import BodyError, decode_body
from diembao.archive.sources import Part, open_parts
from diembao.archive.spans import FileSpan
from diembao.errors import SourceError
from diembao.text.addresses import belongs_to, host_of, registrable_domain
from diembao.text.filenames import show_name

#: one batch looks at no more than this much of the file, and unpacks no more than that
SCAN_BYTES = 64 << 20
_COST_BYTES = 512 << 20
#: what one record costs however small it is
_STEP_COST = 8 << 10
#: so much work for nothing within one batch comes only from records that overlap on purpose: then this much is left out
_WASTE_BYTES = 256 << 20
_LEAP_BYTES = 8 << 20
_RECORDS = 2_000
#: a record takes this much at most, and a batch that much more than was asked for: a reply has a limit
RECORD_BYTES = 12_000_000
_HEADERS = 100
_VALUE_CHARS = 1_000
_DOMAINS = 500
_URL_CHARS = 4_000
_DAMAGE = frozenset(
    {"cut", "damaged", "digest_false", "framing", "garbage", "head", "endless", "too_damaged"}
)


@dataclass(frozen=True, slots=True)
class ForeignRecord:
    """A record that is whole. `digest` "true": it agrees with its stated digests; "none": it states none;
    "unknown": only of kinds that cannot be checked here; of these two only the framing is proven.

    `body` is decoded. `evidence` is the gzip member to keep: the source's own bytes, or the record compressed.
    """

    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    content_type: str
    offset: int
    length: int
    digest: Literal["true", "none", "unknown"]
    record_id: str
    kind: Literal["response", "resource"]
    evidence: bytes
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Records of a stretch of a file. `read` = records + everything in `dropped`.

    Read on at `next_offset`, handing `is_lost` back, until `is_end`. `unknown_outlets` counts the records
    dropped as "unknown_outlet" by registrable domain; the rarest may stand together under an empty name.
    """

    records: tuple[ForeignRecord, ...]
    next_offset: int
    is_end: bool
    is_lost: bool
    read: int
    size_bytes: int
    form: str
    dropped: Mapping[str, int] = field(default_factory=dict)
    unknown_outlets: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_batch(
    body: bytes,
    *,
    path: str | bytes,
    offset: int = 0,
    max_bytes: int = 3_000_000,
    hosts: Sequence[str] | None = None,
    is_lost: bool = False,
) -> RecordBatch:
    """The records from `offset` on, until about `max_bytes` of them are gathered, or a stretch was looked at.

    `path` may be bytes, for names that are no UTF-8. `body` is only the name of the stretch, for instance
    `path:offset`, so that the sandbox sets aside that stretch alone if workers die over it. `hosts` are the
    domains whose records are wanted (with their sub-domains); None wants every one. A file that is no archive,
    or of a kind that cannot be read, raises `SourceError`.
    """
    shown = show_name(os.fsdecode(path), longest=_URL_CHARS)
    try:
        with FileIO(path, "rb") as file:
            parts = open_parts(file, shown)
            return _Batch(file, shown, parts, max_bytes, hosts).read(offset, is_lost)
    except OSError as error:
        raise SourceError(
            "{file} cannot be read: {reason}",
            key="archive.unreadable",
            next_step="check that the file is there and that you may read it",
            file=shown,
            reason=error.strerror or str(error),
        ) from error


class _Batch:
    def __init__(
        self, file: FileIO, path: str, parts: Sequence[Part], max_bytes: int, hosts: Sequence[str] | None
    ) -> None:
        self._file = file
        self._path = path
        self._parts = parts
        self._room = max_bytes
        self._hosts = None if hosts is None else tuple(hosts)
        self._records: list[ForeignRecord] = []
        self._dropped: Counter[str] = Counter()
        self._domains: Counter[str] = Counter()
        self._notes: list[str] = []
        self._read = 0

    def read(self, offset: int, is_lost: bool) -> RecordBatch:
        at, cost, waste = offset, 0, 0
        for part in self._parts:
            if part.end <= at:
                continue
            span = FileSpan(self._file, part.start, part.end)
            at = max(at, part.start)
            for step in self._walk(part, span, at - part.start, is_lost):
                self._take(step, part, span, is_lost)
                at, is_lost = part.start + step.after, step.is_lost
                cost += step.cost + _STEP_COST * (1 + len(step.events))
                waste += step.waste
                if waste >= _WASTE_BYTES:
                    self._drop(Loss(step.after, "too_damaged"), part)
                    self._read += 1
                    return self._finish(min(part.end, at + _LEAP_BYTES), True)
                if self._room <= 0 or at - offset >= SCAN_BYTES or cost >= _COST_BYTES or self._is_full():
                    return self._finish(at, is_lost)
            at, is_lost = part.end, False
        return self._finish(at, is_lost)

    def _walk(self, part: Part, span: FileSpan, at: int, is_lost: bool) -> Iterator[Step]:
        walk = walk_gzip if part.is_gzip else walk_plain
        return walk(span, part.form, at, self._sift(), is_lost=is_lost)

    def _is_full(self) -> bool:
        return len(self._records) >= _RECORDS

    def _finish(self, at: int, is_lost: bool) -> RecordBatch:
        end = self._parts[-1].end if self._parts else 0
        top = dict(self._domains.most_common(_DOMAINS))
        rest = self._domains.total() - sum(top.values())
        return RecordBatch(
            records=tuple(self._records),
            next_offset=min(at, end),
            is_end=at >= end,
            is_lost=is_lost,
            read=self._read,
            size_bytes=end,
            form=self._parts[0].name if self._parts else "empty",
            dropped=dict(self._dropped),
            unknown_outlets=top | ({"": rest} if rest else {}),
            notes=tuple(self._notes[:50]),
        )

    # ------------------------------------------------------------------ what is wanted

    def _sift(self) -> Sift:
        def sift(head: Head) -> str:
            if head.kind == "revisit":
                return "revisit"
            is_web = head.url[:8].lower().startswith(("http://", "https://"))
            if head.kind not in ("response", "resource") or not is_web:
                return "not_a_response"
            if head.field("WARC-Segment-Number"):
                return "segmented"
            if head.date is None:
                return "no_date"
            return self._sift_address(head.url)

        return sift

    def _sift_address(self, url: str) -> str:
        try:
            host = host_of(url[: _URL_CHARS + 1])
        except SourceError:
            return "address"
        if self._hosts is None or belongs_to(host, self._hosts):
            return ""
        return "unknown_outlet"

    # ------------------------------------------------------------------ what is passed on

    def _take(self, step: Step, part: Part, span: FileSpan, was_lost: bool) -> None:
        for event in step.events:
            self._read += 1
            if isinstance(event, Loss):
                self._drop(event, part)
                continue
            try:
                record = self._make(event, part, span, was_lost)
            except BodyError as error:
                self._dropped[error.reason] += 1
                continue
            size = _measure(record)
            if min(self._room, 0) - size < -RECORD_BYTES:  # large, or one piece that holds many bombs
                self._dropped["too_large"] += 1
                continue
            self._records.append(record)
            self._room -= size

    def _drop(self, loss: Loss, part: Part) -> None:
        if loss.reason == "not_per_record" and self._read == 1:
            raise SourceError(
                "{file} is compressed in one piece, so that no record can be reached alone",
                key="archive.not_per_record",
                next_step="unpack it (`gzip -dk {file}`) and import the unpacked file",
                file=self._path,
            )
        self._dropped[loss.reason] += 1
        if loss.reason == "unknown_outlet":
            self._domains[_name_domain(loss.url)] += 1
        if loss.reason in _DAMAGE:
            self._notes.append(f"{loss.reason} at byte {part.start + loss.offset}")

    def _make(self, frame: Frame, part: Part, span: FileSpan, was_lost: bool) -> ForeignRecord:
        record, head = frame.record, frame.record.head
        flags: list[str] = [] if frame.digest == "true" else ["no_digest"]
        if was_lost:
            flags.append("after_damage")
        if head.field("WARC-Truncated"):
            raise BodyError("truncated")
        headers: tuple[tuple[str, str], ...]
        if head.kind == "resource":
            status, body = 200, record.block
            headers = (("content-type", head.field("Content-Type")),)
        elif record.message is None:
            raise BodyError("not_http")
        else:
            status, headers = record.message.status, record.message.headers
            body, more = decode_body(record.message, limit=RECORD_BYTES)
            flags += more
        date = head.date
        assert date is not None  # sifted
        evidence, record_id = self._keep(frame, span)
        return ForeignRecord(
            url=head.url,
            fetched_at=date,
            status=status,
            headers=tuple((name[:_VALUE_CHARS], value[:_VALUE_CHARS]) for name, value in headers[:_HEADERS]),
            body=body,
            content_type=next((value for name, value in headers if name == "content-type"), "")[:200],
            offset=part.start + frame.offset,
            length=frame.length,
            digest=frame.digest if frame.digest != "false" else "unknown",
            record_id=record_id,
            kind="resource" if head.kind == "resource" else "response",
            evidence=evidence,
            flags=tuple(flags),
        )

    def _keep(self, frame: Frame, span: FileSpan) -> tuple[bytes, str]:
        """The member to keep and the record's id; an ARC record becomes a WARC one that quotes its line."""
        head, block = frame.record.head, frame.record.block
        record_id = head.record_id or _derive_id(head.raw + block)
        if head.arc_line:
            return _convert_arc(frame, record_id), record_id
        if frame.is_exact:
            return span.read(frame.offset, frame.length), record_id
        return compose.compress_member(head.raw + block + b"\r\n\r\n"), record_id


def _measure(record: ForeignRecord) -> int:
    """About how many bytes the record takes on its way; a character is three at most here."""
    words = sum(len(name) + len(value) + 4 for name, value in record.headers) + len(record.url)
    return len(record.body) + len(record.evidence) + 3 * words + 500


def _convert_arc(frame: Frame, record_id: str) -> bytes:
    head, record = frame.record.head, frame.record
    payload = record.message.payload if record.message is not None else record.block
    fields = {
        "WARC-Record-ID": record_id,
        "WARC-Date": head.field("WARC-Date"),
        "WARC-Target-URI": head.url,
        "WARC-IP-Address": head.field("WARC-IP-Address"),
        "WARC-Payload-Digest": compose.state_digest(payload),
        compose.ARC_HEADER: head.arc_line,
    }
    return compose.compress_record("response", fields, record.block, "application/http; msgtype=response")


def _derive_id(content: bytes) -> str:
    """An id for a record that has none, the same at every reading."""
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, hashlib.sha256(content).hexdigest())}>"


def _name_domain(url: str) -> str:
    host = host_of(url)
    return registrable_domain(host) or host
