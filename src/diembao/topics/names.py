"""The forms in which a name is written, and one automaton that finds all of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from diembao.text.normal import place_tones, strip_accents, tone_spellings

#: given = as in the gazetteer; caps = all capitals; bare = without accents; lower = bare and lower case
Style = Literal["given", "caps", "bare", "bare_caps", "lower"]
Meanings = tuple[tuple[str, Style], ...]
_ACCENTED = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
#: spellings that official lists and newspapers use side by side
_RESPELLED = (
    ("Đắk", ("Đăk", "Đắc", "Đak")),
    ("Quy ", ("Qui ",)),
    ("Bắc Kạn", ("Bắc Cạn",)),
    ("Sa Pa", ("Sapa",)),
)
_NUMBERED = re.compile(r"^(Quận|Phường) (\d+)$")


@dataclass(slots=True)
class NameHit:
    """A written name in a text: its span, the names it may stand for, and how it is written."""

    start: int
    end: int
    names: tuple[str, ...]
    style: Style


def written_forms(name: str, *, lower: bool = False) -> Iterator[tuple[str, Style]]:
    """Every way a name is written; with `lower` also accent-free lower case (for accent-free texts)."""
    spellings = {s for variant in _respell(name) for s in tone_spellings(variant)}
    for spelling in sorted(spellings):
        yield spelling, "given"
        if spelling.upper() != spelling:
            yield spelling.upper(), "caps"
        bare = strip_accents(spelling)
        if bare != spelling:
            yield bare, "bare"
            yield bare.upper(), "bare_caps"
        if lower and " " in bare:
            yield bare.lower(), "lower"


def _respell(name: str) -> Iterator[str]:
    yield name
    numbered = _NUMBERED.match(name)
    if numbered:
        kind, number = numbered.groups()
        yield from (
            f"{kind.lower()} {number}",
            f"{kind[0]}.{number}",
            f"{kind[0]}{number}",
            f"{kind[0]}. {number}",
        )
    for written, others in _RESPELLED:
        if written in name:
            yield from (name.replace(written, other) for other in others)


def has_accents(text: str) -> bool:
    """Whether the text has a Latin letter with a mark; quick, for text in NFC."""
    return not text.isascii() and _ACCENTED.search(text) is not None


class NameFinder:
    """Finds names in text in one pass. `strong` names also count bare inside an accented text."""

    def __init__(self, names: Iterable[str], *, strong: Iterable[str] = ()) -> None:
        from daachorse import CharwiseDoubleArrayAhoCorasick

        self._strong = {name for name in strong if " " in name}
        table: dict[str, dict[str, Style]] = defaultdict(dict)
        for name in dict.fromkeys(map(place_tones, names)):
            for form, style in written_forms(name, lower=name in self._strong):
                table[form].setdefault(name, style)
        patterns = list(table)
        self._meanings: list[Meanings] = [tuple(table[p].items()) for p in patterns]
        # the automaton refuses an empty set: U+FFFF is no character of any text
        self._automaton: Any = CharwiseDoubleArrayAhoCorasick(patterns or ["\uffff"])
        if not patterns:
            self._meanings = [()]

    def find(self, text: str) -> list[NameHit]:
        """Whole words only, the longest first where they overlap, in order of place."""
        raw = self._automaton.find_overlapping(text)
        if not raw:
            return []
        accented = has_accents(text)
        hits: list[NameHit] = []
        size = len(text)
        for start, end, pattern in raw:
            if (start and text[start - 1].isalnum()) or (end < size and text[end].isalnum()):
                continue
            meanings = self.read(self._meanings[pattern], accented=accented)
            if meanings:
                names = tuple(name for name, _ in meanings)
                hits.append(NameHit(start, end, names, meanings[0][1]))
        return _longest(hits)

    def find_written(self, text: str) -> Iterator[tuple[int, int, Meanings]]:
        """Every occurrence of every form, inside words and overlapping too, with what the form may stand for."""
        for start, end, pattern in self._automaton.find_overlapping(text):
            yield start, end, self._meanings[pattern]

    def read(self, meanings: Meanings, *, accented: bool) -> list[tuple[str, Style]]:
        """The meanings that count in a text with, or without, accents."""
        if not accented:
            return list(meanings)
        # in an accented text a bare form is a slip for a well-known name, never for a commune
        return [
            (name, style)
            for name, style in meanings
            if style in ("given", "caps") or (style in ("bare", "bare_caps") and name in self._strong)
        ]


def _longest(hits: list[NameHit]) -> list[NameHit]:
    if len(hits) < 2:
        return hits
    hits.sort(key=lambda h: (h.start, -h.end))
    kept: list[NameHit] = []
    for hit in hits:
        if kept and hit.start < kept[-1].end:
            if (hit.start, hit.end) == (kept[-1].start, kept[-1].end):
                kept[-1].names = tuple(dict.fromkeys(kept[-1].names + hit.names))
            elif hit.end - hit.start > kept[-1].end - kept[-1].start and hit.end > kept[-1].end:
                kept[-1] = hit
            continue
        kept.append(hit)
    return kept
