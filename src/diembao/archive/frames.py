"""Where one record ends and the next begins, proven: what cannot be proven is counted, and the rest is read on.

A record is taken when its digests agree with its bytes. One that states no digest is taken when its framing
is proven whole: its stated length ends at the end of the file or at another record, and no other record
begins inside it. After anything else the next record is looked for from right behind the bad one's head, so
that a length that lies swallows nothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from diembao.archive.digests import DigestState
from diembao.archive.heads import HEAD_BYTES, Form, Head
from diembao.archive.record import BLOCK_BYTES, Record, judge_record, make_record
from diembao.archive.spans import MemorySpan, Span, find_mark

#: a gzip member is kept whole up to this size
MEMBER_BYTES = 32_000_000
#: records in one member beyond this, or more failed attempts than that, are given up: nobody writes such files
_MEMBER_RECORDS = 20_000
_MEMBER_WASTE = 256_000_000
#: a member that is still not at its end after this much is given up
_ENDLESS_BYTES = 2_000_000_000
#: how far one step looks for the next record, and how many false starts it tries
_SCAN_BYTES = 64 << 20
_SCAN_TRIES = 20_000
#: what a failed attempt wastes at least
_FAILURE = 24_000
_MAGIC = b"\x1f\x8b\x08"
_CHUNK = 32 * 1024

#: why a record is not wanted (a drop reason), or "" when it is; asked before its body is read
Sift = Callable[[Head], str]


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole record that is wanted. `length` bytes of source at `offset`; `is_exact` when they are a gzip
    member with nothing else in it.
    """

    offset: int
    length: int
    record: Record
    digest: DigestState
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that is not passed on, with its drop reason."""

    offset: int
    reason: str
    url: str = ""


@dataclass(slots=True)
class Step:
    """What one step over the file met, and where the next begins; reading can stop and go on between steps.

    `is_lost` says that the next position was found by looking for a record after damage.
    """

    after: int
    is_lost: bool
    events: list[Frame | Loss] = field(default_factory=list)
    #: bytes that had to be unpacked or looked through
    cost: int = 0
    #: of these, for nothing: what was read turned out to be no whole record
    waste: int = 0


def walk_plain(
    span: Span, form: Form, at: int, sift: Sift, *, is_lost: bool = False, overrun: str = "cut"
) -> Iterator[Step]:
    """The steps over uncompressed records; `overrun` is the reason for a record that runs over the end."""
    while True:
        while (blank := span.read(at, 64)) and not blank.strip(b"\r\n"):
            at += len(blank)
        at += len(blank) - len(blank.lstrip(b"\r\n"))
        if at >= span.size:
            return
        step = _take(span, form, at, sift, is_lost, overrun)
        yield step
        at, is_lost = step.after, step.is_lost


def _take(span: Span, form: Form, at: int, sift: Sift, is_lost: bool, overrun: str) -> Step:
    head = _read_head(span, form, at)
    if head is None:
        step = _resync(span, form, at + 1, is_lost)
        if _starts(form, span, at):
            step.waste += _FAILURE
            is_tail = span.size - at < HEAD_BYTES and step.after >= span.size
            step.events.append(Loss(at, overrun if is_tail else "head"))
        elif not is_lost:  # else these are bytes of what was already counted
            step.events.append(Loss(at, "garbage"))
        return step
    end = at + head.size + head.length
    reason = sift(head) or ("too_large" if head.length > BLOCK_BYTES else "")
    if end <= span.size:
        found = _judge(span, form, at, head, reason)
        if not (isinstance(found, Loss) and found.reason in ("digest_false", "framing")):
            return Step(end, is_lost, [found], cost=end - at)
    else:
        found = Loss(at, overrun)
    step = _resync(span, form, at + head.size, is_lost, stated_end=end)
    step.events.append(found)
    if end <= span.size:
        step.cost += head.length
        step.waste += head.length
    return step


def _judge(span: Span, form: Form, at: int, head: Head, reason: str) -> Frame | Loss:
    """The record as a frame or a loss; "digest_false" and "framing" mean that its end is not to be trusted."""
    start, end = at + head.size, at + head.size + head.length
    if reason and _is_proven(span, form, start, end):
        return Loss(at, reason, head.url)
    if head.length > BLOCK_BYTES:
        return Loss(at, "framing")
    record = make_record(head, span.read(start, head.length))
    state = judge_record(record)
    if state == "false":
        return Loss(at, "digest_false")
    if state != "true" and not _is_proven(span, form, start, end):
        return Loss(at, "framing")
    return Loss(at, reason, head.url) if reason else Frame(at, end - at, record, state)


def _is_proven(span: Span, form: Form, start: int, end: int) -> bool:
    """Whether the block ends where a record must end, and holds no other record."""
    tail = span.read(end, 8192)
    if not tail.startswith(form.ending):
        return False
    rest = tail.lstrip(b"\r\n")
    if rest and not _begins_record(form, rest):
        return False
    return find_mark(span, form.mark, form.prefix, start, end) < 0


def _begins_record(form: Form, rest: bytes) -> bool:
    """Whether another record begins here; its head may be cut off by the end of the file."""
    if form.read_head(rest) is not None or form.mark.match(b"\n" * form.lead + rest):
        return True
    return not form.lead and (rest.startswith(form.prefix) or form.prefix.startswith(rest))


def _resync(span: Span, form: Form, at: int, is_lost: bool, *, stated_end: int = -1) -> Step:
    """The step to the next record after damage. When it begins where the bad one said to end, nothing is lost."""
    limit = min(span.size, at + _SCAN_BYTES)
    found = find_mark(span, form.mark, form.prefix, max(0, at - form.lead), limit)
    after = limit if found < 0 else found + form.lead
    is_next = 0 <= after - (stated_end + len(form.ending)) <= 2
    return Step(after, is_lost or not is_next, cost=after - at)


def _read_head(span: Span, form: Form, at: int) -> Head | None:
    short = span.read(at, 4096)
    head = form.read_head(short)
    if head is None and len(short) == 4096 and _starts(form, span, at):
        head = form.read_head(span.read(at, HEAD_BYTES + 4))
    return head


def _starts(form: Form, span: Span, at: int) -> bool:
    return span.read(at, 16).startswith(form.prefix[form.lead :])


# ------------------------------------------------------------------ gzip


def walk_gzip(span: Span, form: Form, at: int, sift: Sift, *, is_lost: bool = False) -> Iterator[Step]:
    """The steps over a file of gzip members, one record (or a few) in each; each member is one step."""
    while at < span.size:
        step = _take_member(span, form, at, sift, is_lost)
        yield step
        at, is_lost = step.after, step.is_lost


def _take_member(span: Span, form: Form, at: int, sift: Sift, is_lost: bool) -> Step:
    if span.read(at, 3) != _MAGIC:
        step = _find_member(span, form, at + 1)
        if not is_lost:
            step.events.append(Loss(at, "cut" if span.size - at < 3 else "garbage"))
        return step
    member = _inflate(span, at)
    if member.trouble:
        step = _find_member(span, form, at + 3)
        step.events.append(Loss(at, member.trouble))
        step.cost += member.size
        step.waste += max(member.size, _FAILURE)
        return step
    step = Step(member.end, is_lost, cost=member.size)
    if member.size > len(member.data):
        step.events.append(Loss(at, _name_large(form, member, sift)))
        return step
    inner = MemorySpan(member.data)
    for inside in walk_plain(inner, form, 0, sift, overrun="framing"):
        step.events += [_lift(event, at, member) for event in inside.events]
        step.waste += inside.waste
        if len(step.events) > _MEMBER_RECORDS or step.waste > _MEMBER_WASTE:
            step.events.append(Loss(at, "not_per_record"))
            break
    step.cost += step.waste
    return step


def _lift(event: Frame | Loss, at: int, member: _Member) -> Frame | Loss:
    """The event of a record inside a member, with the member's place in the file."""
    if isinstance(event, Loss):
        return Loss(at, event.reason, event.url)
    rest = member.data[event.offset + event.length :]
    is_exact = event.offset == 0 and rest == b"\r\n\r\n"
    return Frame(at, member.end - at, event.record, event.digest, is_exact)


def _name_large(form: Form, member: _Member, sift: Sift) -> str:
    """The drop reason of a member that is too large to keep."""
    head = form.read_head(member.data[: HEAD_BYTES + 4])
    if head is None:
        return "head"
    if head.size + head.length + len(form.ending) == member.size:
        return sift(head) or "too_large"
    return "not_per_record" if head.size + head.length < len(member.data) else "framing"


@dataclass(frozen=True, slots=True)
class _Member:
    data: bytes
    size: int
    end: int
    #: "cut", "damaged" or "endless"
    trouble: str = ""


def _inflate(span: Span, at: int) -> _Member:
    """The gzip member at `at`; of a large one only the beginning is kept."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    pieces: list[bytes] = []
    kept = size = 0
    while not unpacker.eof:
        piece = span.read(at, _CHUNK)
        if not piece:
            return _Member(b"", size, at, "cut")
        try:
            out = unpacker.decompress(piece)
        except zlib.error:
            return _Member(b"", size, at, "damaged")
        at += len(piece)
        size += len(out)
        if kept < MEMBER_BYTES:
            pieces.append(out[: MEMBER_BYTES - kept])
            kept += len(pieces[-1])
        if size > _ENDLESS_BYTES:
            return _Member(b"", size, at, "endless")
    return _Member(b"".join(pieces), size, at - len(unpacker.unused_data))


def _find_member(span: Span, form: Form, at: int) -> Step:
    """The step to the next member that begins with a record, after damage."""
    start, limit = at, min(span.size, at + _SCAN_BYTES)
    tries = 0
    while at < limit:
        piece = span.read(at, min(limit - at, 1 << 20) + len(_MAGIC) - 1)
        found = piece.find(_MAGIC)
        while found >= 0:
            tries += 1
            if tries > _SCAN_TRIES or _holds_record(span, form, at + found):
                return Step(at + found, True, cost=at + found - start, waste=tries * 4096)
            found = piece.find(_MAGIC, found + 1)
        at += max(1, len(piece) - len(_MAGIC) + 1)
    return Step(limit, True, cost=limit - start, waste=tries * 4096)


def _holds_record(span: Span, form: Form, at: int) -> bool:
    """Whether the member at `at` begins as a record does; it may be damaged further on."""
    try:
        out = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(span.read(at, 4096), 64)
    except zlib.error:
        return False
    return out.startswith(form.prefix[form.lead :])
