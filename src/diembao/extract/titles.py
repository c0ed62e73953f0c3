"""Which of the titles that a page states is the one its readers see.

The printed heading wins when another source supports it. An ending such as " - Báo X" is taken off only when
another source states the title without it, because Vietnamese titles carry dashes, colons and bars themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from diembao.extract.head import HeadData
from diembao.extract.linked import LinkedArticle
from diembao.text.normal import exact_key

MAX_TITLE_CHARS = 1_000
#: a heading of fewer words may be a section or a logo: it takes nothing off another title
MIN_WORDS = 3
#: share of words in common from which a heading is taken for the title itself
SUPPORT = 0.5
_SEPARATOR = re.compile(r"\s+[-–—|•·»:~]+\s+|\s*[|»]\s*")
_WORD = re.compile(r"\w+")


def choose_title(headings: Sequence[str], head: HeadData, linked: LinkedArticle) -> str:
    """The title; `headings` are the page's main headings (h1) as printed. Empty when nothing states one."""
    printed = [_clean(heading) for heading in headings[:20]]
    if printed and _is_plain(printed[0]) and printed[0] == _clean(head.meta("og:title")):
        return printed[0]  # as the rules below would decide, quicker
    stated = [
        _clean(text)
        for text in (head.meta("og:title"), linked.headline, head.meta("twitter:title"), head.title)
    ]
    everything = [text for text in (*printed, *stated) if text]
    stripped = [_strip_outlet(text, everything) for text in stated if text]
    printed = [_strip_outlet(text, everything) for text in printed if text]
    heading = _supported(printed, stripped)
    if heading:
        # a kicker inside the heading ("Thời sự Lạng Sơn: …") is no part of the title that the page states
        return next(
            (text for text in stripped if heading.endswith(text) and len(text.split()) >= MIN_WORDS), heading
        )
    if stripped:
        return stripped[0]
    return next((text for text in printed if len(text.split()) >= MIN_WORDS), printed[0] if printed else "")


def _clean(text: str) -> str:
    return " ".join(text.split())[:MAX_TITLE_CHARS].strip()


def _is_plain(title: str) -> bool:
    """Whether it holds words and nothing that could be taken off."""
    return _WORD.search(title) is not None and _SEPARATOR.search(title) is None


@lru_cache(maxsize=64)  # each title is compared with every other
def _key(text: str) -> str:
    """Words only: quotes and dashes are written differently in each source."""
    return " ".join(_WORD.findall(exact_key(text)))


def _strip_outlet(title: str, others: Iterable[str]) -> str:
    """The part of a title before (or behind) a separator that another source states as the whole title."""
    cuts = list(_SEPARATOR.finditer(title))
    if not cuts:
        return title
    keys = {_key(other) for other in others if other != title}
    keys = {key for key in keys if key.count(" ") >= MIN_WORDS - 1}
    for cut in cuts:
        front, back = title[: cut.start()].strip(), title[cut.end() :].strip()
        for part in (front, back):
            if _key(part) in keys:
                return part
    return title


def _supported(printed: Sequence[str], stated: Sequence[str]) -> str:
    """The heading that shares most words with a stated title; empty when none shares enough."""
    best, best_share = "", 0.0
    for heading in printed:
        words = set(_key(heading).split())
        for title in stated:
            other = set(_key(title).split())
            share = len(words & other) / max(len(words), len(other), 1)
            if share > best_share:
                best, best_share = heading, share
    return best if best_share >= SUPPORT else ""
