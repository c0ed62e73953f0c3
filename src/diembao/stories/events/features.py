"""What a text is about, as a sparse vector: its syllables, pairs of syllables and names, weighed by how rare they are.

A feature is a syllable (lower case, tones in one place) or a pair of neighbouring ones; most Vietnamese words have
two syllables, so that pairs are the words. Its weight is

    field · capital · pair · idf,      idf = ln((N + 1) / (n + 1))

where `field` is the best field it stands in (title before lead before the beginning of the text) and `capital`
favours what is written with a capital inside a sentence (names, places, institutions). Salton and Buckley 1988,
"Term-weighting approaches in automatic text retrieval", without term frequency: news repeat themselves.

N and n are of a fixed background (`assets/stories/background.xz`: how many of 55,000 articles hold a feature, in
steps of a factor 2^(1/4)). They do not depend on the texts at hand: the similarity of two texts is a function of
the two, so that nothing that is added later can change it. A feature that the background does not know is rare.
"""

from __future__ import annotations

import lzma
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from diembao.errors import CorpusError
from diembao.stories.events.records import StoryText
from diembao.text.normal import fold_text, is_all_caps, place_tones

#: features are hashed into so many columns; two of 10,000 in use meet by chance once in 400
BITS = 22
#: weights of the fields, of what begins with a capital, and of pairs of syllables
TITLE, LEAD, TEXT, CAPITAL, PAIR = 3.0, 1.5, 1.0, 1.25, 0.5
#: events are told at the top: more of the text adds its background, and time
MAX_TITLE, MAX_LEAD, MAX_TEXT = 60, 150, 200
#: words at the top of a text without a lead that are read as one
LEAD_WORDS = 40
#: features kept, the weightiest
MAX_FEATURES = 256
#: what stands in one of seven texts tells nothing about an event
MIN_IDF = 2.0
#: characters read of a field; a syllable has seven at most
MAX_CHARS = {"title": 1_000, "lead": 3_000, "text": 6_000}

_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Vector:
    """A text's features: columns in ascending order and their weights, of length 1 together (or none)."""

    columns: NDArray[np.int32]
    weights: NDArray[np.float32]


def weigh_text(unit: StoryText) -> Vector:
    """The vector of a unit; an empty one for a unit without words."""
    columns: list[NDArray[np.int32]] = []
    weights: list[NDArray[np.float32]] = []
    lead, text = unit.lead[: MAX_CHARS["lead"]], unit.text[: MAX_CHARS["text"]]
    if not lead.strip():
        lead, text = _cut_lead(text)
    fields = (
        (unit.title[: MAX_CHARS["title"]], TITLE, MAX_TITLE),
        (lead, LEAD, MAX_LEAD),
        (text, TEXT, MAX_TEXT),
        *((name[: MAX_CHARS["title"]], LEAD, MAX_TITLE) for name in unit.names),
    )
    for field, weight, limit in fields:
        for found, weighed in _weigh_field(field, weight, limit):
            columns.append(found)
            weights.append(weighed)
    if not columns:
        return Vector(np.zeros(0, np.int32), np.zeros(0, np.float32))
    return _join(np.concatenate(columns), np.concatenate(weights))


def _cut_lead(text: str) -> tuple[str, str]:
    """The beginning of a text that states no lead, and the rest: a lead has about as many words."""
    end = next((word.end() for n, word in enumerate(_WORD.finditer(text), 1) if n == LEAD_WORDS), len(text))
    return text[:end], text[end:]


def _weigh_field(
    field: str, weight: float, limit: int
) -> list[tuple[NDArray[np.int32], NDArray[np.float32]]]:
    """Columns and weights of a field's syllables, and of its pairs."""
    folded = place_tones(fold_text(field).text)
    words = _WORD.findall(folded)[:limit]
    if not words:
        return []
    hashes = np.fromiter((crc32(word.lower().encode()) for word in words), np.uint64, len(words))
    if is_all_caps(folded):
        capital = np.zeros(len(words), bool)
    else:
        capital = np.fromiter((word[0].isupper() for word in words), bool, len(words))
    # the first word of a field is written large whatever it is
    inside = capital.copy()
    inside[0] = False
    singles = np.where(inside, weight * CAPITAL, weight)
    both = capital[:-1] & capital[1:]
    pairs = PAIR * np.where(both, weight * CAPITAL, weight)
    return [
        (_column(hashes), singles.astype(np.float32)),
        (_column(hashes[:-1] * _MULTIPLIER + hashes[1:] + np.uint64(1)), pairs.astype(np.float32)),
    ]


def _column(hashes: NDArray[np.uint64]) -> NDArray[np.int32]:
    """The finaliser of MurmurHash3, its upper bits."""
    mixed = hashes.copy()
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)
    return (mixed >> np.uint64(64 - BITS)).astype(np.int32)


def _join(columns: NDArray[np.int32], weights: NDArray[np.float32]) -> Vector:
    """Each column once with its best weight times its idf, the weightiest `MAX_FEATURES`, scaled to length 1."""
    order = np.lexsort((-weights, columns))
    columns, weights = columns[order], weights[order]
    first = np.ones(len(columns), bool)
    first[1:] = columns[1:] != columns[:-1]
    columns, weights = columns[first], weights[first]
    idf = read_background().take(columns)
    kept = idf >= MIN_IDF
    columns, weights = columns[kept], weights[kept] * idf[kept]
    if len(columns) > MAX_FEATURES:
        best = np.sort(np.argsort(-weights, kind="stable")[:MAX_FEATURES])
        columns, weights = columns[best], weights[best]
    length = float(np.sqrt(np.sum(weights.astype(np.float64) ** 2)))
    return Vector(columns, (weights / length).astype(np.float32) if length else weights)


def list_columns(title: str, lead: str, text: str) -> NDArray[np.int32]:
    """All columns that a text has a feature in, each once; what a background is counted from."""
    found = [
        columns
        for field, limit in ((title, MAX_TITLE), (lead, MAX_LEAD), (text, MAX_TEXT))
        for columns, _ in _weigh_field(field, 1.0, limit)
    ]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int32)


# ------------------------------------------------------------------ the background

#: a count n is stored as round(4 · log2 n) + 1 and 0 where it is below `LEAST`
STEPS, LEAST = 4, 12


def pack_background(counts: NDArray[np.int64], articles: int) -> bytes:
    """The table as it is shipped: the number of articles, then one byte for each column."""
    known = counts >= LEAST
    steps = np.zeros(len(counts), np.uint8)
    steps[known] = np.round(STEPS * np.log2(counts[known])).astype(np.uint8) + 1
    return lzma.compress(articles.to_bytes(4, "big") + steps.tobytes(), preset=9)


def unpack_background(packed: bytes) -> NDArray[np.float32]:
    """The idf of each column.

    :raises CorpusError: these bytes are no table of `2 ** BITS` columns
    """
    try:
        plain = lzma.decompress(packed)
    except lzma.LZMAError as error:
        raise _broken(str(error)) from error
    if len(plain) != 4 + 2**BITS:
        raise _broken(f"{len(plain)} bytes")
    articles = int.from_bytes(plain[:4], "big")
    # of a column below `LEAST` all that is known is that it is rare: half of that
    values = [LEAST / 2, *(2.0 ** (step / STEPS) for step in range(255))]
    idf = np.array([max(0.0, np.log((articles + 1) / (n + 1))) for n in values], np.float32)
    table: NDArray[np.float32] = idf.take(np.frombuffer(plain, np.uint8, offset=4))
    return table


@cache
def read_background() -> NDArray[np.float32]:
    """The idf of each column by the background that comes with the package."""
    return unpack_background(
        resources.files("diembao").joinpath("assets", "stories", "background.xz").read_bytes()
    )


def _broken(reason: str) -> CorpusError:
    return CorpusError(
        "the table of common words cannot be read: {reason}",
        key="events.background_broken",
        next_step="install the package again, or build the table with tools/build_story_background.py",
        reason=reason,
    )


def stack(vectors: Sequence[Vector]) -> tuple[Any, NDArray[np.int32]]:
    """The vectors as the rows of one scipy CSR matrix, and which column each of its columns is.

    Only columns in use are kept: two to the power of 22 of them take longer to go through than a day's texts.
    """
    from scipy.sparse import csr_matrix

    ends = np.zeros(len(vectors) + 1, np.int64)
    np.cumsum([len(v.columns) for v in vectors], out=ends[1:])
    columns = np.concatenate([v.columns for v in vectors]) if vectors else np.zeros(0, np.int32)
    weights = np.concatenate([v.weights for v in vectors]) if vectors else np.zeros(0, np.float32)
    used, place = np.unique(columns, return_inverse=True)
    return csr_matrix((weights, place, ends), shape=(len(vectors), len(used))), used
