"""Every run of five syllables of many texts at once, as numbers.

The rule is that of `diembao.text.prints`, version 1, steps 1 to 3: lower case, without accents and invisible
characters, words are runs of letters and digits (Vietnamese words are thereby syllables), a Han or kana character is
a word of its own, five words in a row hash to 64 bits. Here *all* runs are kept: of each the upper `RUN_BITS` bits,
in the order of the text. Two different runs look alike with probability 2^-32: of 1,000 runs compared with 1,000
others 0.0002 are taken for shared by mistake.

A batch is one long array of characters; nothing loops over articles or words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from diembao.text import prints

#: words in a run
RUN = prints.RUN
#: bits kept of a run's hash
RUN_BITS = 32
#: of each text so many characters are read (a book; an article of 20,000 words has 100,000)
MAX_CHARS = 1_000_000

Runs = NDArray[np.uint32]
Wide = NDArray[np.uint64]
Counts = NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15
_STEPS = [np.uint64(pow(0xD6E8FEB86659FD93, power, 2**64)) for power in range(RUN)]
_GAP = b"\n\x00"


@dataclass(frozen=True, slots=True)
class HashedBatch:
    """The runs of a batch of texts, one after the other."""

    #: (all runs,) hashes of 64 bits in the order of the texts
    hashes: Wide
    #: (texts,) number of runs of each text
    counts: Counts
    #: (texts,) sum of a text's hashes modulo 2^64: equal for copies
    digests: Wide

    @property
    def runs(self) -> Runs:
        """What is kept of the hashes: their upper bits."""
        return (self.hashes >> np.uint64(64 - RUN_BITS)).astype(np.uint32)


def encode_texts(texts: Sequence[str]) -> list[bytes]:
    """UTF-16, lone surrogates let through; the only step that holds Python's lock for long."""
    return [text[:MAX_CHARS].encode("utf-16-le", "surrogatepass") for text in texts]


def hash_batch(encoded: Sequence[bytes]) -> HashedBatch:
    """All runs of the texts; the threads of a pool may call it side by side, numpy works without Python's lock."""
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded)) // 2 + 1
    text_ends = np.cumsum(lengths)
    given = np.frombuffer(_GAP.join([*encoded, b""]), dtype="<u2")
    codes = look_up_letters(given)
    if not codes.all():
        kept = codes > 0
        left = np.concatenate(([0], np.cumsum(kept)))
        text_ends = left[text_ends]
        codes = codes[kept]
    starts, ends = find_words(codes)
    words = hash_words(codes, starts, ends)
    word_ends = np.searchsorted(starts, text_ends)
    word_counts = np.diff(word_ends, prepend=0)
    counts = np.maximum(word_counts - RUN + 1, 0)
    hashes = _hash_runs(words, word_ends)
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(hashes, dtype=np.uint64)))
    stops = np.cumsum(counts)
    return HashedBatch(hashes, counts, sums[stops] - sums[stops - counts])


def look_up_letters(units: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """The bare letter of each code unit, 0 where nothing is left of it."""
    return prints._bare_letters().take(units)


def find_words(codes: NDArray[np.uint16]) -> tuple[Counts, Counts]:
    """Where words begin and end."""
    kinds = np.zeros(len(codes) + 2, dtype=np.uint8)
    prints._kinds().take(codes, out=kinds[1:-1])
    if kinds.max() == 2:  # a sign that is a word of its own begins and ends one on either side
        alone, inside = kinds == 2, kinds > 0
        starts = np.flatnonzero(inside[1:] & ((kinds[:-1] != 1) | alone[1:]))
        ends = np.flatnonzero(inside[:-1] & ((kinds[1:] != 1) | alone[:-1]))
        return starts, ends
    edges = np.flatnonzero(kinds[1:] != kinds[:-1])
    return edges[::2], edges[1::2]


def hash_words(codes: NDArray[np.uint16], starts: Counts, ends: Counts) -> Wide:
    """One hash a word by differences of prefix sums (step 3 of the rule)."""
    powers, inverses = _powers(1 << max(18, len(codes).bit_length()))
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.add(codes, np.uint64(1), out=sums[1:])
    sums[1:] *= powers[: len(codes)]
    np.cumsum(sums, out=sums)
    words = sums[ends] - sums[starts]
    words *= inverses[starts]
    return mix(words)


def _hash_runs(words: Wide, word_ends: Counts) -> Wide:
    """The hash of each run that lies in one text."""
    count = len(words) - RUN + 1
    if count < 1:
        return np.empty(0, np.uint64)
    runs = words[:count].copy()
    for offset in range(1, RUN):
        runs += words[offset : offset + count] * _STEPS[offset]
    whole = np.ones(len(words), dtype=bool)
    for back in range(1, RUN):
        at = word_ends - back
        whole[at[at >= 0]] = False
    return mix(runs[whole[:count]])


def mix(values: Wide) -> Wide:
    """The finaliser of MurmurHash3 (Austin Appleby, public domain), in place."""
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xC4CEB9FE1A85EC53)
    values ^= values >> np.uint64(33)
    return values


@lru_cache(maxsize=2)
def _powers(size: int) -> tuple[Wide, Wide]:
    """Powers of the base and of its inverse modulo 2^64."""
    found = []
    for base in (_BASE, pow(_BASE, -1, 2**64)):
        table = np.full(size, base, dtype=np.uint64)
        table[0] = 1
        found.append(np.cumprod(table, dtype=np.uint64))
    return found[0], found[1]
