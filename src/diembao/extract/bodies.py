"""The running text of an article, by two libraries that know nothing of each other.

The first is kept; the second only tells where to look twice: when the two share less than 80 % of their
words, the article is flagged `extractors_disagree`. On the public benchmark that names one page in fifteen,
and among these every third text is wrong.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from typing import Any, Protocol

from lxml import etree

AGREEMENT = 0.8
_WORD = re.compile(r"\w+")
MAX_COMPARED_CHARS = 500_000


class Extractor(Protocol):
    """Finds the running text of a cleaned page."""

    name: str

    def extract(self, tree: Any, text: str) -> str:
        """The text, one block a line; empty when none is found. `text` is the page as decoded."""
        ...


class TrafilaturaExtractor:
    """trafilatura in fast mode, over the cleaned tree. It never reads metadata, so no author either."""

    name = "trafilatura"

    def __init__(self) -> None:
        import trafilatura

        self._extract = trafilatura.bare_extraction
        self.version = str(trafilatura.__version__)
        # pages without text are an answer here, not a warning
        logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

    def extract(self, tree: Any, text: str) -> str:
        """The text of the tree; the tree stays as it is."""
        try:
            found = self._extract(tree, fast=True, include_comments=False, include_tables=True)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, etree.LxmlError):
            return ""
        return str(getattr(found, "text", None) or "")


class ResiliparseExtractor:
    """resiliparse's main content, over the page as decoded: cleaning cannot mislead it."""

    name = "resiliparse"

    def extract(self, tree: Any, text: str) -> str:
        """The main content of the page as decoded."""
        from resiliparse.extract.html2text import extract_plain_text

        try:
            return str(
                extract_plain_text(
                    text, main_content=True, alt_texts=False, list_bullets=False, preserve_formatting=True
                )
            )
        except (ValueError, RuntimeError, UnicodeError):
            return ""


def agreement(one: str, other: str) -> float:
    """Share of words in common, 0 to 1, each counted as often as it occurs (Dice)."""
    first = Counter(_WORD.findall(one[:MAX_COMPARED_CHARS]))
    second = Counter(_WORD.findall(other[:MAX_COMPARED_CHARS]))
    size = sum(first.values()) + sum(second.values())
    return 2 * sum((first & second).values()) / size if size else 1.0
