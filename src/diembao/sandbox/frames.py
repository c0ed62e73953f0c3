"""What goes through the pipes between the main process and its worker, and how it is cut into frames.

Neither side ever unpickles: both decode msgpack into the types named here, and a result into the type its
caller asked for.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import msgspec

#: a request: length of the call, length of the body; then both
REQUEST = struct.Struct("<II")
#: a reply: its kind, its length, the memory the worker holds (KiB); then the content
REPLY = struct.Struct("<BII")
#: an error that is longer than this did not come from our code
MAX_TROUBLE = 1024 * 1024
_KEPT: Any = (bytes, bytearray)


class Kind(IntEnum):
    """What a reply contains."""

    READY = 0
    RESULT = 1
    ERROR = 2  # a DiembaoError the function raised
    FAILURE = 3  # any other exception
    NO_FUNCTION = 4
    NO_MEMORY = 5
    TOO_LARGE = 6


class Hello(msgspec.Struct, array_like=True):
    """The first thing a worker hears."""

    packages: tuple[str, ...]
    memory_mb: int
    cpu_s: int
    wall_s: float
    start_s: float
    max_reply: int


class Call(msgspec.Struct, array_like=True):
    """Run this function on the body that follows."""

    function: str
    arguments: dict[str, Any]
    is_setup: bool = False


class CarriedError(msgspec.Struct, array_like=True):
    """A DiembaoError on its way to the main process."""

    name: str
    template: str
    key: str | None
    next_step: str | None
    values: dict[str, Any]


class Failure(msgspec.Struct, array_like=True):
    """An exception that nobody foresaw."""

    type_name: str
    message: str


class CutError(Exception):
    """The other side closed its pipe in the middle of a frame."""


def read_exactly(handle: int, size: int) -> bytes:
    """The next `size` bytes."""
    first = os.read(handle, size) if size else b""
    if len(first) == size:
        return first
    parts, missing = [first], size - len(first)
    while missing and parts[-1]:
        parts.append(os.read(handle, missing))
        missing -= len(parts[-1])
    if missing:
        raise CutError
    return b"".join(parts)


def write_all(handle: int, *parts: bytes) -> None:
    """Write the parts, small ones together."""
    pending = b"".join(parts[:-1])
    for part in (pending + parts[-1],) if len(parts[-1]) < 65536 else (pending, parts[-1]):
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(handle, rest) :]


def encode_mended(value: Any) -> bytes:
    """The value as msgpack; half of a surrogate pair, as JSON and names of files may hold it, becomes U+FFFD."""
    try:
        return msgspec.msgpack.encode(value)
    except UnicodeEncodeError:
        return msgspec.msgpack.encode(mend(msgspec.to_builtins(value, builtin_types=_KEPT)))


def mend(value: Any) -> Any:
    """The value with whole surrogate pairs joined and halves replaced, in every text within it."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {mend(key): mend(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [mend(part) for part in value]
    return value


def write_request(handle: int, call: Call | Hello, body: bytes = b"") -> None:
    """Send a call, or the first words."""
    head = encode_mended(call)
    write_all(handle, REQUEST.pack(len(head), len(body)), head, body)


def read_request(handle: int) -> tuple[bytes, bytes]:
    """The next call as encoded, and its body."""
    head_size, body_size = REQUEST.unpack(read_exactly(handle, REQUEST.size))
    return read_exactly(handle, head_size), read_exactly(handle, body_size)


def write_reply(handle: int, kind: Kind, content: bytes, memory_kb: int) -> None:
    """Answer a call."""
    write_all(handle, REPLY.pack(kind, len(content), memory_kb), content)


def read_reply(handle: int, allowed: Callable[[int], int]) -> tuple[int, bytes, int]:
    """Kind, content and memory of the next reply; ValueError when it is longer than `allowed` for its kind."""
    kind, size, memory_kb = REPLY.unpack(read_exactly(handle, REPLY.size))
    if size > allowed(kind):
        raise ValueError(f"a reply of {size} bytes")
    return kind, read_exactly(handle, size), memory_kb
