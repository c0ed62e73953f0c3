"""Vietnamese typed for the fonts of the 1990s (TCVN3, VNI): found by its words and turned into Unicode.

Such pages are declared as Western European or even as UTF-8; only their fonts made them readable. A text is
converted when its most frequent words become Vietnamese by it, and are not before.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

SAMPLE_CHARS = 20_000
MIN_WORDS = 4
_COMMON_WORDS = "và của là các được không người những có đã cho này với trong một để từ đến khi về tại năm ngày việc".split()  # noqa: SIM905
#: only words with marks tell the encodings apart
_COMMON = frozenset(word for word in _COMMON_WORDS if not word.isascii())
_WORD = re.compile(r"[^\W\d_]+")

_TCVN3_FROM = "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦"
_TCVN3_TO = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
_TCVN3 = str.maketrans(_TCVN3_FROM, _TCVN3_TO)

#: marks of VNI: a second letter behind the vowel; the tone and, with it, the circumflex or breve
_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT, _HAT, _BREVE = "\u0300\u0301\u0309\u0303\u0323\u0302\u0306"
_VNI_MARKS = {
    "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _HAT, "á": _HAT + _ACUTE, "à": _HAT + _GRAVE, "å": _HAT + _HOOK, "ã": _HAT + _TILDE, "ä": _HAT + _DOT,
    "ê": _BREVE, "é": _BREVE + _ACUTE, "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE,
    "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_SINGLE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
#: one pass: a pair gives letters that would be read again as single ones
_VNI_LETTER = re.compile(r"([aeiouyôö])([" + "".join(_VNI_MARKS) + r"])|[ôöñæóòî]", re.I)


def convert_legacy(text: str) -> tuple[str, str]:
    """The text in Unicode and the name of the old encoding (`tcvn3`, `vni`); as it is and "" otherwise."""
    sample = text[:SAMPLE_CHARS]
    if sample.isascii() and text.isascii():
        return text, ""
    if not _may_be_legacy(sample.lower()):
        return text, ""
    plain = _count_common(sample)
    for name, convert in (("tcvn3", _from_tcvn3), ("vni", _from_vni)):
        found = _count_common(convert(sample))
        if found >= MIN_WORDS and found > 4 * plain:
            return convert(text), name
    return text, ""


def _may_be_legacy(lower: str) -> bool:
    """Whether enough common words stand there as one of the fonts writes them; ten times quicker than converting."""
    for by_letter in _legacy_words():
        words = (word for letter, words in by_letter.items() if letter in lower for word in words)
        if sum(map(lower.count, words)) >= MIN_WORDS:
            return True
    return False


@cache
def _legacy_words() -> tuple[dict[str, list[str]], ...]:
    """The common words as typed in TCVN3 and in VNI by one of their odd letters, in lower case as Unicode has it."""
    back = {new: old for old, new in zip(_TCVN3_FROM, _TCVN3_TO, strict=True)}
    tcvn3 = {"".join(back.get(c, c) for c in word) for word in _COMMON}
    tcvn3 |= {"§" + word[1:] for word in tcvn3 if word.startswith("®")}
    singles = {new: old for old, new in _VNI_SINGLE.items()}
    marks = {frozenset(mark): letter for letter, mark in _VNI_MARKS.items()}
    vni = set()
    for word in _COMMON:
        parts = (
            unicodedata.normalize("NFD", c).replace("o\u031b", "ơ").replace("u\u031b", "ư") for c in word
        )
        vni.add(
            "".join(
                singles.get(
                    unicodedata.normalize("NFC", part),
                    singles.get(part[0], part[0]) + marks.get(frozenset(part[1:]), ""),
                )
                for part in parts
            )
        )
    return _by_letter(tcvn3), _by_letter(vni)


def _by_letter(words: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in sorted(word.lower() for word in words):
        found.setdefault(max(word), []).append(word)
    return found


def _count_common(text: str) -> int:
    return sum(word in _COMMON for word in _WORD.findall(text.lower()))


def _from_tcvn3(text: str) -> str:
    return text.translate(_TCVN3)


def _from_vni(text: str) -> str:
    return _VNI_LETTER.sub(_read_vni, text)


def _read_vni(found: re.Match[str]) -> str:
    base = found[1] or found[0]
    letter = _VNI_SINGLE.get(base.lower(), base)
    letter = letter.upper() if base.isupper() else letter
    return unicodedata.normalize("NFC", letter + _VNI_MARKS[found[2].lower()]) if found[2] else letter
