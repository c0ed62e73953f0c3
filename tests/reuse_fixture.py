"""Texts made of syllables drawn with a seed, and edges as pairs, for the tests of text reuse."""

from __future__ import annotations

import random
from collections.abc import Iterable

from diembao.stories import expand_pairs
from diembao.types import ReuseEdge

_SYLLABLES = [
    a + b + c
    for a in ("b", "ch", "đ", "g", "h", "kh", "l", "m", "ng", "nh", "ph", "r", "s", "t", "th", "tr", "v", "x")
    for b in ("a", "á", "e", "ê", "ì", "o", "ô", "ơ", "ú", "ư", "oá", "uỷ")
    for c in ("", "n", "m", "ng", "t")
]


def make_text(seed: int, words: int = 200) -> str:
    dice = random.Random(seed)
    return " ".join(dice.choice(_SYLLABLES) for _ in range(words))


def pair_set(edges: Iterable[ReuseEdge]) -> set[tuple[str, str]]:
    return {(min(pair), max(pair)) for pair in map(tuple, expand_pairs(edges))}
