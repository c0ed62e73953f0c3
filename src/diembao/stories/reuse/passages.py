"""Where two texts say the same: the shared passages as spans of both, and containment of one text in another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diembao.stories.reuse.runs import (
    MAX_CHARS,
    RUN,
    Counts,
    encode_texts,
    find_words,
    hash_batch,
    hash_words,
    look_up_letters,
)
from diembao.types import Passage

#: of the places where a run stands in the other text so many are followed up
_PLACES = 24


def containment(a: str, b: str) -> float:
    """The share of a's different runs of five syllables that stand in b (0 to 1; 0 for fewer than five words)."""
    both = hash_batch(encode_texts([a, b]))
    cut = int(both.counts[0])
    of_a, of_b = np.unique(both.hashes[:cut]), np.unique(both.hashes[cut:])
    if not len(of_a):
        return 0.0
    return len(np.intersect1d(of_a, of_b, assume_unique=True)) / len(of_a)


def shared_passages(a: str, b: str, *, min_words: int = 8, max_gap: int = 8) -> list[Passage]:
    """The passages that two texts share, in the order of a; spans in code points of the texts as given.

    Words are compared without case, accents and invisible characters. Passages that follow one another in both texts
    with at most `max_gap` other words between them are one; those shorter than `min_words` are left out. A passage
    that stands in b several times is shown where it goes on longest. Each word of a is in at most one passage.
    """
    left, right = _read_words(a), _read_words(b)
    found: list[list[int]] = []
    for start_a, start_b, words in _match_runs(left.hashes, right.hashes):
        last = found[-1] if found else None
        if last is not None and 0 <= start_a - last[1] <= max_gap and 0 <= start_b - last[3] <= max_gap:
            last[1], last[3] = start_a + words, start_b + words
        else:
            found.append([start_a, start_a + words, start_b, start_b + words])
    return [
        Passage(
            int(left.starts[begin]),
            int(left.ends[end - 1]),
            int(right.starts[begin_b]),
            int(right.ends[end_b - 1]),
            end - begin,
        )
        for begin, end, begin_b, end_b in found
        if end - begin >= min_words
    ]


@dataclass(frozen=True, slots=True)
class _Words:
    hashes: list[int]
    starts: Counts
    ends: Counts


def _read_words(text: str) -> _Words:
    units = np.frombuffer(encode_texts([text])[0] + b"\n\x00", dtype="<u2")
    codes = look_up_letters(units)
    kept = np.flatnonzero(codes)
    starts, ends = find_words(codes[kept])
    # marks after the last letter of a word are part of it: it ends where the next kept character begins
    points = (
        np.arange(len(units))
        if len(text) < MAX_CHARS and len(units) == len(text) + 1
        else _count_points(units)
    )
    hashes = hash_words(codes[kept], starts, ends)
    return _Words(hashes.tolist(), points[kept[starts]], points[kept[ends]])


def _count_points(units: NDArray[np.uint16]) -> Counts:
    """For each code unit how many code points begin before it."""
    high = (units & 0xFC00) == 0xD800
    low = (units & 0xFC00) == 0xDC00
    second = np.zeros(len(units), dtype=bool)
    second[1:] = low[1:] & high[:-1]
    return np.cumsum(~second) - 1


def _match_runs(left: list[int], right: list[int]) -> list[tuple[int, int, int]]:
    """Stretches of at least `RUN` equal words as (start in a, start in b, words), in the order of a."""
    places: dict[tuple[int, ...], list[int]] = {}
    for at in range(len(right) - RUN + 1):
        held = places.setdefault(tuple(right[at : at + RUN]), [])
        if len(held) < _PLACES:
            held.append(at)
    found: list[tuple[int, int, int]] = []
    at, expected = 0, -1
    while at <= len(left) - RUN:
        options = places.get(tuple(left[at : at + RUN]))
        if options is None:
            at += 1
            continue
        lengths = ((_equal_words(left, right, at, there), -abs(there - expected), there) for there in options)
        words, _, start = max(lengths)
        found.append((at, start, words))
        at += words
        expected = start + words
    return found


def _equal_words(left: list[int], right: list[int], at: int, option: int) -> int:
    """How many words are equal from the two places on."""
    limit = min(len(left) - at, len(right) - option)
    length = RUN
    while length < limit and left[at + length] == right[option + length]:
        length += 1
    return length
