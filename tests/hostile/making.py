"""What a hostile input is: a name and how to make its bytes; the same bytes every time, made when they are needed."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MIB = 1024 * 1024
#: zero bytes before they are packed: 1,000 times smaller afterwards
BOMB_MIB = 200


@dataclass(frozen=True)
class Hostile:
    """One input; `heavy` ones run only where all are asked for. `told` is handed on beside the bytes."""

    name: str
    make: Callable[[], bytes]
    heavy: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)


def name_all(
    made: Mapping[str, Callable[[], bytes]], heavy: Iterable[str] = (), **told: Any
) -> list[Hostile]:
    """The inputs of a table of names and makers."""
    unknown = set(heavy) - set(made)
    assert not unknown, unknown
    return [Hostile(name, make, name in heavy, told) for name, make in made.items()]


def as_text(make: Callable[[], str]) -> Callable[[], bytes]:
    """A maker of text as a maker of UTF-8."""
    return lambda: make().encode("utf-8", "surrogatepass")


def say(text: str | bytes) -> Callable[[], bytes]:
    """A maker of bytes that are written out here."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return lambda: data


def cut_at(
    whole: Callable[[], bytes], percents: Iterable[int], ending: str = ""
) -> dict[str, Callable[[], bytes]]:
    """The same input, cut off after so many percent of it."""

    def make(percent: int) -> bytes:
        data = whole()
        return data[: len(data) * percent // 100]

    return {f"cut_{percent}{ending}": lambda percent=percent: make(percent) for percent in percents}  # type: ignore[misc]


def pack(data: bytes) -> bytes:
    """A gzip member, the same every time."""
    return gzip.compress(data, mtime=0)


def bomb(mib: int = BOMB_MIB, *, before: bytes = b"", fill: bytes = b"\0") -> bytes:
    """A gzip member that unpacks to so many MiB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    made = io.BytesIO()
    made.write(packer.compress(before))
    piece = fill * (MIB // len(fill))
    for _ in range(mib):
        made.write(packer.compress(piece))
    made.write(packer.flush())
    return made.getvalue()


def laughs(levels: int, width: int = 10) -> str:
    """A document type whose entities unfold from within."""
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * width}">' for n in range(1, levels))
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{steps}]>'
