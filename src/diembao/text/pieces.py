"""What a page shows, as pieces of text set apart by `CUT` wherever markup stands between them.

Markup may stand inside a word ("L<b>ạng</b> Sơn") or be all that parts two words ("<td>xã</td><td>Mẫu Sơn</td>").
A reader of such a text takes the cuts out and lets a word end at each of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property

from diembao.text.normal import fold_text

#: stands for markup; a character of the private use area, which separates words and folds to itself
CUT = "\ue000"


class Pieces:
    """A page's text without its cuts, folded, its spaces single; and where the cuts were."""

    def __init__(self, shown: str) -> None:
        self._shown = shown
        text = fold_text(" ".join(shown.replace(CUT, "").split())).text
        while "  " in text:  # where invisible characters stood
            text = text.replace("  ", " ")
        self.text = text.strip(" ")

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
        return fold_text(self._shown).text.split(CUT)

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
