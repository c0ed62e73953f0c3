"""The piece of a text around what was searched for, with the places to highlight."""

from __future__ import annotations

import re
from dataclasses import dataclass

from diembao.corpus.query import SearchQuery, Term
from diembao.text.normal import fold_text, place_tones, strip_accents

#: exports quote at most this much of an article
WIDTH = 240
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text as given; `spans` are to be highlighted, in code points of `text`."""

    text: str
    spans: tuple[tuple[int, int], ...]
    is_cut_before: bool
    is_cut_after: bool


def find_spans(given: str, query: SearchQuery, field: str) -> list[tuple[int, int]]:
    """Where the terms of a query stand in a field, as spans of the text as given."""
    folded = fold_text(given)
    exact = place_tones(_lower(folded.text))
    bare = strip_accents(exact)
    words = [(match.start(), match.end()) for match in _WORD.finditer(exact)]
    spans: set[tuple[int, int]] = set()
    for term in query.terms:
        if not term.is_excluded and term.field in (None, field):
            source = exact if term.is_exact else bare
            spans.update(
                folded.given_span(words[first][0], words[last][1])
                for first, last in _find_phrase([source[a:b] for a, b in words], term)
            )
    return _merge(sorted(spans))


def make_snippet(given: str, query: SearchQuery, field: str, *, width: int = WIDTH) -> Snippet:
    """At most `width` characters of the text around the first place that was found (or from the start)."""
    spans = find_spans(given, query, field)
    start = 0
    if len(given) > width and spans and spans[0][1] > width:
        start = max(0, spans[0][0] - width // 4)
        blank = given.find(" ", start, spans[0][0])
        start = start if blank < 0 else blank + 1
    end = min(len(given), start + width)
    if end < len(given):
        blank = given.rfind(" ", start, end)
        if blank > start and all(not (a < blank < b) for a, b in spans):
            end = blank
    inside = tuple((a - start, min(b, end) - start) for a, b in spans if start <= a < end)
    return Snippet(given[start:end], inside, start > 0, end < len(given))


def _lower(text: str) -> str:
    """Lower case of the same length, so that spans stay true (İ would become two characters)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def _find_phrase(words: list[str], term: Term) -> list[tuple[int, int]]:
    wanted, size = list(term.words), len(term.words)
    return [
        (at, at + size - 1)
        for at, word in enumerate(words)
        if word == wanted[0] and words[at : at + size] == wanted
    ]


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
