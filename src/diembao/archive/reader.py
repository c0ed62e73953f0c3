"""Reads evidence back: the response of a capture, checked against the ledger and its own digests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from diembao.archive.http import BodyError, decode_body
from diembao.archive.record import Record, RecordError, judge_record, open_member
from diembao.archive.recovery import FOLDER
from diembao.archive.trouble import damaged
from diembao.errors import CorpusError
from diembao.types import Capture

#: finds the capture with a record id; the desk has it
Lookup = Callable[[str], Capture | None]

#: no record of ours is longer than this when compressed
MEMBER_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class CaptureBytes:
    """A response as it came. `body` is decoded; it is empty where only the head was kept: `truncated` says why.

    Of a revisit, status and headers are its own and the body is that of the capture it refers to.
    """

    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    content_type: str
    record_id: str
    truncated: str = ""


def read_capture(folder: Path, capture: Capture, *, lookup: Lookup | None = None) -> CaptureBytes:
    """The response of a capture; `folder` is the project's. `CorpusError` when it is missing or damaged.

    `lookup` finds the capture that a revisit refers to; without one a revisit has no body.
    """
    record = read_record(folder, capture)
    body = _read_body(capture, record)
    if capture.kind == "revisit":
        body = b""
        earlier = lookup(capture.refers_to) if lookup is not None else None
        if lookup is not None and (earlier is None or earlier.kind == "revisit"):
            raise damaged(
                capture.file, capture.offset, f"it refers to {capture.refers_to}, which is not there"
            )
        if earlier is not None and earlier.kind == "response":
            body = _read_body(earlier, read_record(folder, earlier))
    message = record.message
    content_type = message.header("content-type") if message else record.head.field("Content-Type")
    return CaptureBytes(
        url=capture.url,
        fetched_at=capture.fetched_at,
        status=message.status if message else capture.status,
        headers=message.headers if message else (),
        body=body,
        content_type=content_type or capture.content_type,
        record_id=record.head.record_id,
        truncated=record.head.field("WARC-Truncated"),
    )


def read_record(folder: Path, capture: Capture) -> Record:
    """The whole record of a capture, its bytes and digests checked."""
    member = _read_member(folder, capture)
    if hashlib.sha256(member).hexdigest() != capture.record_sha256:
        raise damaged(capture.file, capture.offset, "its bytes are not the ones that were written")
    try:
        record = open_member(member)
    except RecordError as error:
        raise damaged(capture.file, capture.offset, str(error)) from error
    if judge_record(record) == "false":
        raise damaged(capture.file, capture.offset, "a digest in it is not that of its bytes")
    return record


def find_payload_digest(folder: Path, capture: Capture) -> str:
    """The payload digest that the record of a capture states."""
    return read_record(folder, capture).head.field("WARC-Payload-Digest")


def check_body(capture: Capture, record: Record) -> str:
    """Why the record's body is not the one the ledger knows; empty when it is."""
    try:
        _read_body(capture, record)
    except CorpusError as error:
        return str(error.values.get("reason", error))
    return ""


def _read_body(capture: Capture, record: Record) -> bytes:
    """The decoded body, compared with the ledger's digest; empty for heads without a body."""
    if capture.kind != "response":
        return b""
    if record.head.kind == "resource":
        body = record.block
    elif record.message is None:
        raise damaged(capture.file, capture.offset, "there is no HTTP response in it")
    elif record.head.field("WARC-Truncated") and not record.message.payload:
        body = b""
    else:
        try:
            body, _ = decode_body(record.message, is_own=True)
        except BodyError as error:
            raise damaged(capture.file, capture.offset, f"its body cannot be read: {error.reason}") from error
    if hashlib.sha256(body).hexdigest() != capture.payload_sha256:
        raise damaged(capture.file, capture.offset, "its body is not the one in the ledger")
    return body


def _read_member(folder: Path, capture: Capture) -> bytes:
    name = Path(capture.file).name  # never a path out of the archive
    path = folder / FOLDER / name
    if not 0 < capture.length <= MEMBER_BYTES or capture.offset < 0 or name != capture.file:
        raise damaged(capture.file, capture.offset, "the ledger's own entry makes no sense")
    try:
        with path.open("rb") as file:
            file.seek(capture.offset)
            member = file.read(capture.length)
    except FileNotFoundError as error:
        raise CorpusError(
            "the archive file {file} is missing",
            key="archive.missing_file",
            next_step="restore the whole project folder from one backup",
            file=str(path),
        ) from error
    except OSError as error:
        raise damaged(capture.file, capture.offset, error.strerror or str(error)) from error
    if len(member) != capture.length:
        raise damaged(capture.file, capture.offset, "the file ends before it")
    return member
