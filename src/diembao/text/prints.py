"""Fingerprints of a text: a fixed share of its hashed runs of five syllables, for finding reused passages.

Format, version 1 (`PRINTS_VERSION` changes with anything below):

1. Each of the first `MAX_CHARS` characters is taken in lower case and without its marks, đ as d; marks and
   invisible characters are dropped. The encoding of accents, the place of a tone and capitals thereby make no
   difference. Everything is read in UTF-16.
2. A word is a run of letters and digits (`str.isalnum`, Basic Multilingual Plane only); each Han or kana
   character is a word of its own; everything else separates. Vietnamese words are thereby syllables.
3. A word with the code points c_0 … c_k hashes to mix(Σ (c_i + 1)·B^i), a run of `RUN` words w_0 … w_4 to
   mix(Σ w_j·M^j), all modulo 2^64, mix being the finaliser of MurmurHash3.
4. Of these hashes those below 2^64 / `SCALE` are kept (FracMinHash: Irber et al. 2022, "Lightweight compositional
   analysis of metagenomes with FracMinHash and minimum metagenome covers"), each once, in ascending order.
   They are below 2^61 and therefore fit a signed 64-bit column.

What follows from it: a passage keeps the same prints in whatever text it stands, so sets of prints can be united,
and |A ∩ B| / |A| estimates which share of A's runs stands in B, without bias but for a factor
1 - (1 - 1/8)^n of n runs. A passage of n words that two texts share has no print in common with probability
(7/8)^(n-4): 4 % for 28 words, 0.06 % for 60. Winnowing (Schleimer, Wilkerson, Aiken 2003, "Winnowing: local
algorithms for document fingerprinting") would guarantee one from a certain length on, but what it keeps at the
edges of a passage depends on what stands around it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diembao.text.normal import fold_text, strip_accents

#: stored beside prints; those of different versions are never compared
PRINTS_VERSION = 1
#: words in a run
RUN = 5
#: one run in so many is kept
SCALE = 8
#: an article of 20,000 words has about 100,000 characters
MAX_CHARS = 100_000

_BASE = 0x9E3779B97F4A7C15  # odd, hence invertible modulo 2^64
_STEPS = [np.uint64(pow(0xD6E8FEB86659FD93, power, 2**64)) for power in range(RUN)]
_LIMIT = np.uint64(2**64 // SCALE)
_Words = NDArray[np.uint64]
_Codes = NDArray[np.uint16]


def fingerprint(text: str) -> tuple[int, ...]:
    """The prints of a text in ascending order; none for fewer than five words."""
    words = _hash_words(_bare_codes(text[:MAX_CHARS]))
    count = len(words) - RUN + 1
    if count < 1:
        return ()
    runs = words[:count].copy()
    for offset in range(1, RUN):
        runs += words[offset : offset + count] * _STEPS[offset]
    hashes = _mix(runs)
    return tuple(sorted(set(hashes[hashes < _LIMIT].tolist())))


def _bare_codes(text: str) -> _Codes:
    """The bare letters as numbers; one look into a table takes a twentieth of the time of folding the text."""
    given = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")
    codes: _Codes = _bare_letters().take(given)
    return codes if codes.all() else codes[codes > 0]


def _hash_words(codes: _Codes) -> _Words:
    """One hash a word, in order, by differences of prefix sums: no loop over words."""
    kinds = np.zeros(len(codes) + 2, dtype=np.uint8)
    _kinds().take(codes, out=kinds[1:-1])
    if kinds.max() == 2:  # a sign that is a word of its own begins and ends one on either side
        alone = kinds == 2
        inside = kinds > 0
        starts = np.flatnonzero(inside[1:] & ((kinds[:-1] != 1) | alone[1:]))
        ends = np.flatnonzero(inside[:-1] & ((kinds[1:] != 1) | alone[:-1]))
    else:
        edges = np.flatnonzero(kinds[1:] != kinds[:-1])
        starts, ends = edges[::2], edges[1::2]
    powers, inverses = _powers()
    sums = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.add(codes, np.uint64(1), out=sums[1:])
    sums[1:] *= powers[: len(codes)]
    np.cumsum(sums, out=sums)
    return _mix((sums[ends] - sums[starts]) * inverses[starts])


def _mix(values: _Words) -> _Words:
    """The finaliser of MurmurHash3 (Austin Appleby, public domain)."""
    values = values ^ (values >> np.uint64(33))
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xC4CEB9FE1A85EC53)
    values ^= values >> np.uint64(33)
    return values


@cache
def _kinds() -> NDArray[np.uint8]:
    """For each code unit 0 (separates), 1 (part of a word) or 2 (a word of its own)."""
    kinds = np.fromiter((chr(code).isalnum() for code in range(0x10000)), dtype=np.uint8, count=0x10000)
    for first, last in ((0x2E80, 0x312F), (0x31A0, 0x9FFF), (0xF900, 0xFAFF)):
        kinds[first : last + 1] *= 2
    return kinds


@cache
def _bare_letters() -> _Codes:
    """For each code unit of UTF-16 its bare letter, 0 where nothing is left of it."""
    table = np.arange(0x10000, dtype=np.uint16)
    for code in range(0x3100):
        bare = strip_accents(fold_text(chr(code)).text.lower())
        table[code] = ord(bare[0]) if bare else 0
    for code in (*range(0x0300, 0x0370), 0xFEFF):
        table[code] = 0
    table[ord(" ")] = ord(" ")
    return table


@cache
def _powers() -> tuple[_Words, _Words]:
    """Powers of the base and of its inverse modulo 2^64."""
    found: list[Any] = []
    for base in (_BASE, pow(_BASE, -1, 2**64)):
        table = np.full(2 * MAX_CHARS, base, dtype=np.uint64)  # a character may take two code units
        table[0] = 1
        found.append(np.cumprod(table))
    return found[0], found[1]
