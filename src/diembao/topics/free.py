"""Phrases of free topics, exclusions and a profile's own words: found by letter, case and accent rules.

A phrase in lower case is found in any case; a phrase with capitals only with those capitals, or in all
capitals. Accents must agree, in either place of the tone; in a field without any accents the accent-free
form counts, and a phrase given without accents is found only where it is written so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from diembao.text.normal import fold_text, strip_accents, tone_spellings
from diembao.topics.names import has_accents
from diembao.types import Phrase


def lower_same_length(text: str) -> str:
    """Lower case, one character for one, so that spans stay."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


class PhraseFinder:
    """Finds phrases as whole words in one pass."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick

        self.phrases = tuple(phrases)
        self._given = [" ".join(fold_text(p.text).text.split()) for p in phrases]
        table: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        for at, text in enumerate(self._given):
            for spelling in tone_spellings(text):
                _add(table[lower_same_length(spelling)], (at, False))
            _add(table[lower_same_length(strip_accents(text))], (at, text != strip_accents(text)))
        table.pop("", None)
        self._meanings = list(table.values()) or [[]]
        self._automaton: Any = CharwiseDoubleArrayAhoCorasick(list(table) or ["\uffff"])

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(start, end, index of the phrase) of each occurrence in a folded text, in order."""
        if not self.phrases:
            return []
        raw = self._automaton.find_overlapping(lower_same_length(text))
        if not raw:
            return []
        accented = has_accents(text)
        size = len(text)
        found = []
        for start, end, pattern in raw:
            if (start and text[start - 1].isalnum()) or (end < size and text[end].isalnum()):
                continue
            for at, bare in self._meanings[pattern]:
                if (not bare or not accented) and self.case_agrees(text[start:end], at, accented):
                    found.append((start, end, at))
        return sorted(set(found))

    def find_written(self, text: str) -> Iterator[tuple[int, int, int, bool]]:
        """(start, end, index of the phrase, whether without its accents) of each occurrence, inside words too."""
        for start, end, pattern in self._automaton.find_overlapping(lower_same_length(text)):
            for at, bare in self._meanings[pattern]:
                yield start, end, at, bare

    def case_agrees(self, surface: str, at: int, accented: bool) -> bool:
        """Whether the capitals of an occurrence are those of the phrase, in a text with or without accents."""
        given = self._given[at]
        if given == given.lower() or surface.isupper():
            return True
        if not accented and surface.islower():
            return " " in surface
        return all(not g.isupper() or s.isupper() for g, s in zip(given, surface, strict=False))


def _add(meanings: list[tuple[int, bool]], meaning: tuple[int, bool]) -> None:
    if all(at != meaning[0] for at, _ in meanings):
        meanings.append(meaning)
