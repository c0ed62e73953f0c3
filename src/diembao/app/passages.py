"""The longest passages that two texts share, quoted side by side."""

from __future__ import annotations

from typing import Any

#: TRUST: no more than this is quoted of a text at a time
MAX_QUOTED = 300


def quote_passages(a: str, b: str, most: int, *, names: tuple[str, str]) -> list[dict[str, Any]]:
    """At most `most` passages in their order in a, with their spans in a (`at`) and b (`there`), in code points.

    `names` are the keys under which the wording of a and of b is given, cut at `MAX_QUOTED` characters.
    """
    from diembao.stories import shared_passages

    longest = sorted(shared_passages(a, b), key=lambda p: (-p.words, p.a_start))[:most]
    return [
        {
            "words": passage.words,
            "at": [passage.a_start, passage.a_end],
            "there": [passage.b_start, passage.b_end],
            names[0]: _cut(a[passage.a_start : passage.a_end]),
            names[1]: _cut(b[passage.b_start : passage.b_end]),
        }
        for passage in sorted(longest, key=lambda p: p.a_start)
    ]


def _cut(text: str) -> str:
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"
