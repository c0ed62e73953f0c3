"""What a page shows, as pieces of text set apart by `CUT` wherever markup stands between them.

Markup may stand inside a word ("L<b>ạng</b> Sơn") or be all that parts two words ("<td>xã</td><td>Mẫu Sơn</td>").
A reader of such a text takes the cuts out and lets a word end at each of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache, cached_property
from typing import Any

from diembao.text.normal import fold_text, to_nfc

#: stands for markup; a character of the private use area, which separates words and folds to itself
CUT = "\ue000"
#: characters that a careful reading drops and folding does not: they may stand inside a word, too
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u180e\u2061-\u206f\ufff9-\ufffb\ue001-\uf8ff\ufdd0-\ufdef\ufffe\uffff"
    "\U000e0000-\U0010ffff]"
)
#: look-alikes of Đ, as `fold_text` reads them
_LOOKALIKES = {0x00D0: "Đ", 0x0189: "Đ", 0x00F0: "đ"}


class Pieces:
    """A page's text without its cuts, folded, its spaces single; and where the cuts were."""

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self.text = _squeeze(shown)

    def begins(self, at: int) -> bool:
        """Whether a word may begin or end at this position: other than a letter or digit stands there, or a cut."""
        text = self.text
        if not 0 < at < len(text) or not (text[at - 1].isalnum() and text[at].isalnum()):
            return True
        return self._is_cut(at)

    def whole(self, start: int, end: int) -> str:
        """The pieces that the span lies in, with the cuts between them."""
        ends = self._ends
        first = bisect_right(ends, self._rank(start))
        last = bisect_left(ends, self._rank(end))
        return CUT.join(self._folded[first : last + 1])

    def before(self, start: int, reach: int) -> tuple[str, ...]:
        """The text before a position, and the same with a space at every cut."""
        begin = max(0, start - reach)
        left = self.text[begin:start]
        spaced = "".join(" " + char if self._is_cut(at) else char for at, char in enumerate(left, begin)) + (
            " " if self._is_cut(start) else ""
        )
        return (left,) if spaced == left else (left, spaced)

    # Spaces differ between the text and its pieces, so places are compared by the characters before them.

    @cached_property
    def _folded(self) -> list[str]:
        return fold_text(_UNSEEN.sub(CUT, self._shown)).text.split(CUT)

    @cached_property
    def _ends(self) -> list[int]:
        """For each piece how many characters other than spaces stand before its end."""
        count, ends = 0, []
        for piece in self._folded:
            count += sum(map(len, piece.split()))
            ends.append(count)
        return ends

    @cached_property
    def _cut_ranks(self) -> frozenset[int]:
        return frozenset(self._ends)

    @cached_property
    def _is_aligned(self) -> bool:
        """False where a mark at a piece's beginning melted into the piece before it."""
        return self._ends[-1] == self._rank(len(self.text))

    def _rank(self, at: int) -> int:
        return at - self.text.count(" ", 0, at)

    def _is_cut(self, at: int) -> bool:
        return not self._is_aligned or self._rank(at) in self._cut_ranks


def _squeeze(shown: str) -> str:
    """What `fold_text` gives without cuts and unseen characters, spaces as one; numpy takes a quarter of the time."""
    import numpy as np

    try:
        given = np.frombuffer(shown.encode("utf-16-le"), np.uint16)
    except UnicodeEncodeError:  # half a pair
        return _squeeze(fold_text(shown).text)
    codes = _readings().take(given)
    codes = codes[codes != _DROPPED]
    if (codes == _ODD).any():
        return _squeeze(_UNSEEN.sub(CUT, shown).translate(_LOOKALIKES))
    spaces = codes == _SPACE
    kept = np.ones(len(codes), np.bool_)
    np.logical_and(spaces[1:], spaces[:-1], out=kept[1:])
    np.logical_not(kept[1:], out=kept[1:])  # all but a space behind a space
    return to_nfc(codes[kept].tobytes().decode("utf-16-le", "replace"))


#: what a code unit is read as, if not as itself; odd ones are looked at by the character
_SPACE, _DROPPED, _ODD = ord(" "), 0, 1


@cache
def _readings() -> Any:
    """What each code unit of UTF-16 is read as."""
    import numpy as np

    readings = np.arange(0x10000, dtype="<u2")
    for code in range(0x10000):
        char = chr(code)
        if char.isspace():
            readings[code] = _SPACE
        elif 0xD800 <= code < 0xE000:  # pairs; of the planes 14 to 16 nothing is seen
            readings[code] = _ODD if 0xDB40 <= code < 0xDC00 else code
        elif char == CUT or _UNSEEN.match(char) or not fold_text(char).text:
            readings[code] = _DROPPED
        elif code in _LOOKALIKES:
            readings[code] = _ODD
    return readings
