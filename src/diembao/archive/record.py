"""One record in memory: opened from its gzip member, judged by its digests."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from diembao.archive.digests import DigestState, judge_all, judge_digest
from diembao.archive.heads import Head, read_warc_head
from diembao.archive.http import BodyError, Message, read_message, remove_chunks

#: a record's block beyond this is not read: 20 MB of body, its head, and room for chunks
BLOCK_BYTES = 24_000_000
_HTTP_KINDS = ("response", "request", "revisit")


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record; `message` is the response in it, when there is one."""

    head: Head
    block: bytes
    message: Message | None


class RecordError(ValueError):
    """Bytes that are not one whole record; the text says why."""


def open_member(member: bytes, *, limit: int = BLOCK_BYTES) -> Record:
    """The one record in a gzip member that was written whole; anything else raises `RecordError`."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        data = unpacker.decompress(member, limit + 1)
    except zlib.error as error:
        raise RecordError(str(error)) from None
    if len(data) > limit:
        raise RecordError(f"larger than {limit} bytes")
    if not unpacker.eof or unpacker.unused_data:
        raise RecordError("the compressed bytes are not one whole piece")
    head = read_warc_head(data)
    if head is None:
        raise RecordError("it has no readable head")
    if len(data) != head.size + head.length + 4 or not data.endswith(b"\r\n\r\n"):
        raise RecordError("its stated length is not its length")
    return make_record(head, data[head.size : head.size + head.length])


def make_record(head: Head, block: bytes) -> Record:
    """The record with its response read, where it is a response."""
    is_response = head.kind in ("response", "revisit")
    return Record(head, block, read_message(block) if is_response else None)


def judge_record(record: Record) -> DigestState:
    """Whether every digest the record states agrees with its bytes.

    The payload of a response is what follows its HTTP head; where that was stored in chunks, the digest may be
    over either form (the standard means the one without, most writers take the other). The payload digest of a
    revisit is that of another record and is not judged.
    """
    head = record.head
    found = [judge_digest(stated, record.block) for stated in head.fields_named("WARC-Block-Digest")]
    if head.kind != "revisit":
        stated_payloads = head.fields_named("WARC-Payload-Digest")
        if stated_payloads:
            payloads = _payload_forms(record)
            found += [judge_digest(stated, *payloads) for stated in stated_payloads]
    return judge_all(found)


def _payload_forms(record: Record) -> list[bytes]:
    if record.head.kind not in _HTTP_KINDS:
        return [record.block]
    if record.message is None:
        end = record.block.find(b"\r\n\r\n")
        return [record.block[end + 4 :]] if end >= 0 else [record.block]
    forms = [record.message.payload]
    if "chunked" in record.message.header("transfer-encoding").lower():
        try:
            unchunked = remove_chunks(record.message.payload)
        except BodyError:
            return forms
        if unchunked is not None:
            forms.append(unchunked)
    return forms
