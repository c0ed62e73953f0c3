"""Normal forms of Vietnamese text, with the way back to the text as given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

#: spaces of typesetters, all read as a plain space (line breaks are kept)
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
#: characters that show nothing: soft hyphen, zero width, direction marks, byte order mark
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff"
#: look-alikes of Đ written by old input methods (Eth and the African D)
_LOOKALIKES = str.maketrans({"\u00d0": "\u0110", "\u0189": "\u0110", "\u00f0": "\u0111"})
#: one character class: the regex engine reads 490 MB/s of it, with an alternative only 70 MB/s
_ODD = re.compile(f"[{_INVISIBLE}{_SPACES}\u00d0\u0189\u00f0\ud800-\udfff\t]")
_DOUBLE = re.compile("  +")
#: single plain spaces stay as they are: matching them too takes ten times as long
_FOLD = re.compile(f"[{_INVISIBLE}]+|[{_SPACES} \t]{{2,}}|[{_SPACES}\t]|[\u00d0\u0189\u00f0\ud800-\udfff]")
_INVISIBLE_FIRST = re.compile(f"[{_INVISIBLE}]")

#: of so many combining marks in a row no reader can tell one more; eight are known from real writing
MAX_MARKS = 200
#: starters that may still melt into the character before them (Hangul vowels, Indic vowel signs)
_MELTING = (
    "\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u102e\u1b35"
    "\u1160-\u11ff\U00011127\U0001133e\U00011357\U000113b8\U000113bb\U000113c2\U000113c5\U000113c7-\U000113c9"
    "\U000114b0\U000114ba\U000114bd\U000115af\U00011930\U00016121-\U00016129\U00016d67"
)

#: "oà", "oè", "uỳ" at the end of a syllable: the same syllable is also written "òa", "òe", "ùy".
#: After q the u belongs to the consonant ("quý"), before a letter the tone has one place only ("hoàn").
_NEW_TONE = re.compile(r"(?<![qQ])([oO][àáảãạèéẻẽẹÀÁẢÃẠÈÉẺẼẸ]|[uU][ỳýỷỹỵỲÝỶỸỴ])(?![^\W\d_])")
_OLD_TONE = re.compile(r"([òóỏõọÒÓỎÕỌ][aeAE]|[ùúủũụÙÚỦŨỤ][yY])(?![^\W\d_])")


class Folded:
    """A text in the form that is matched, able to lead each span back to the text as given."""

    __slots__ = ("_offsets", "given", "text")

    def __init__(self, given: str, text: str) -> None:
        self.given = given
        self.text = text
        self._offsets: list[int] | None = None

    def given_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the given text from which `text[start:end]` came; an empty span stays empty."""
        if self.text is self.given:
            return start, end
        if self._offsets is None:
            self._offsets = _trace_offsets(self.given)
        offsets = self._offsets
        first = offsets[start]
        if end <= start:
            return first, first
        # characters that one cluster gave share its start: go on to the first that came from later
        stop, last = end, offsets[end - 1]
        while stop < len(offsets) - 1 and offsets[stop] == last:
            stop += 1
        finish = offsets[stop]
        while finish > first + 1 and _INVISIBLE_FIRST.match(self.given[finish - 1]):
            finish -= 1  # an invisible character after the span belongs to nobody
        return first, finish


def to_nfc(text: str) -> str:
    """The text in NFC; the same object where it already is. Of a run of marks that nobody can read, `MAX_MARKS` stay."""
    text = _cut_marks(text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _cut_marks(text: str) -> str:
    """Normalization takes the square of the length of a run of marks: 300,000 of them take minutes."""
    if len(text) <= MAX_MARKS or text.isascii():
        return text
    # a run that is too long covers one of these places
    if not any(map(unicodedata.combining, text[::MAX_MARKS])):
        return text
    return _long_run().sub(lambda run: run[0][:MAX_MARKS], text)


@cache
def _long_run() -> re.Pattern[str]:
    return re.compile(f"[{_mark_ranges()}]{{{MAX_MARKS + 1},}}")


def fold_text(text: str) -> Folded:
    """NFC, typesetters' spaces as one plain space, invisible characters dropped, look-alikes of Đ made Đ.

    Lone surrogates become U+FFFD, so that the result can always be encoded. Case and accents stay.
    """
    plain = to_nfc(text)
    if _ODD.search(plain) is not None:
        plain = _FOLD.sub(_fold_run, plain)
    elif "  " in plain:
        plain = _DOUBLE.sub(" ", plain)
    return Folded(text, plain)


def _fold_run(match: re.Match[str]) -> str:
    first = match[0][0]
    if first in " \t":
        return " "
    if first in "\u00d0\u0189\u00f0":
        return first.translate(_LOOKALIKES)
    if "\ud800" <= first <= "\udfff":
        return "\ufffd"
    return "" if _INVISIBLE_FIRST.match(first) else " "


@cache
def _cluster_pattern() -> re.Pattern[str]:
    """One character with all that may melt into it under NFC (built when first needed)."""
    return re.compile(f"(?s).[{_mark_ranges()}{_MELTING}]*")


@cache
def _mark_ranges() -> str:
    """All combining marks, as ranges of a character class."""
    marks: list[str] = []
    code = 0x300
    while code < 0x1E94B:
        if unicodedata.combining(chr(code)):
            first = code
            while unicodedata.combining(chr(code + 1)):
                code += 1
            marks.append(f"{chr(first)}-{chr(code)}")
        code += 1
    return "".join(marks)


def _trace_offsets(given: str) -> list[int]:
    """For each character of the folded text (and its end) where in the given text it began."""
    if to_nfc(given) is given:  # NFC, and no run of marks was cut
        return _fold_offsets(given, range(len(given) + 1))
    starts: list[int] = []
    chars: list[str] = []
    for match in _cluster_pattern().finditer(given):
        melted = to_nfc(match[0])
        chars.append(melted)
        starts.extend([match.start()] * len(melted))
    starts.append(len(given))
    return _fold_offsets("".join(chars), starts)


def _fold_offsets(plain: str, starts: Sequence[int]) -> list[int]:
    offsets: list[int] = []
    position = 0
    for match in _FOLD.finditer(plain):
        offsets.extend(starts[position : match.start()])
        offsets.extend(starts[match.start() : match.start() + len(_fold_run(match))])
        position = match.end()
    offsets.extend(starts[position:])
    return offsets


# ------------------------------------------------------------------ tones


def _move_tone_back(match: re.Match[str]) -> str:
    parts = unicodedata.normalize("NFD", match[0][1])
    return unicodedata.normalize("NFC", match[0][0] + parts[1]) + parts[0]


def _move_tone_on(match: re.Match[str]) -> str:
    parts = unicodedata.normalize("NFD", match[0][0])
    return parts[0] + unicodedata.normalize("NFC", match[0][1] + parts[1])


def place_tones(text: str) -> str:
    """NFC text with "hoà", "thuỷ" written "hòa", "thủy"; "quý", "thuở", "hoàn" stay. Same length."""
    return _NEW_TONE.sub(_move_tone_back, text)


def tone_spellings(text: str) -> tuple[str, ...]:
    """The NFC text with its tones in the older and in the newer place, each once."""
    older = place_tones(text)
    newer = _OLD_TONE.sub(_move_tone_on, older)
    return (older,) if older == newer else (older, newer)


# ------------------------------------------------------------------ accents and case


def strip_accents(text: str) -> str:
    """The text without diacritics, đ as d; letters of other scripts stay. NFC input keeps its length."""
    if text.isascii():
        return text
    bare = to_nfc(text).translate(_bare_letters())
    return bare if unicodedata.is_normalized("NFC", bare) else unicodedata.normalize("NFC", bare)


@cache
def _bare_letters() -> dict[int, str | None]:
    """Every letter with marks of U+0300-036F and its bare form, and those marks themselves.

    A table for `str.translate` takes a fifth of the time of decomposing each text.
    """
    table: dict[int, str | None] = dict.fromkeys(range(0x0300, 0x0370))
    for code in range(0x00C0, 0x3100):
        letters = unicodedata.normalize("NFD", chr(code))
        bare = "".join(c for c in letters if not "\u0300" <= c <= "\u036f")
        if bare and bare != letters:
            table[code] = unicodedata.normalize("NFC", bare)
    return table | {ord("đ"): "d", ord("Đ"): "D"}


def has_diacritics(text: str) -> bool:
    """Whether the text has a letter that Vietnamese writes with a mark (NFC or NFD)."""
    return not text.isascii() and strip_accents(text) != to_nfc(text)


def is_all_caps(text: str) -> bool:
    """Whether the text has at least two letters and no lower-case one."""
    return text.isupper() and sum(map(str.isalpha, text)) >= 2


# ------------------------------------------------------------------ keys for searching


def exact_key(text: str) -> str:
    """The form under which words are found exactly: folded, tones in one place, lower case, accents kept."""
    return place_tones(fold_text(text).text.lower())


def folded_key(text: str) -> str:
    """The form under which words are found without accents: "Đà Nẵng" and "da nang" are one."""
    return strip_accents(exact_key(text))
