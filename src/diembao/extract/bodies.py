"""The running text of an article, by two libraries that know nothing of each other.

The first is kept; the second only tells where to look twice: when the two share less than 80 % of their
words, the article is flagged `extractors_disagree`. On the public benchmark that names 8 pages of 181, whose
texts are at F1 .78 where the others are at .97.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Protocol

from lxml import etree

AGREEMENT = 0.8
_WORD = re.compile(r"\w+")
_CELL = re.compile(r"(?<!\\)\|")
MAX_COMPARED_CHARS = 500_000


class Extractor(Protocol):
    """Finds the running text of a cleaned page."""

    name: str

    def extract(self, tree: Any) -> str:
        """The text, one block a line; empty when none is found. The tree stays as it is."""
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

    def extract(self, tree: Any) -> str:
        """The text of the tree."""
        try:
            found = self._extract(tree, fast=True, include_comments=False, include_tables=True)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, etree.LxmlError):
            return ""
        return "\n".join(_plain_rows(str(getattr(found, "text", None) or "")))


def _plain_rows(text: str) -> Iterator[str]:
    """Lines with the rows of tables (`| a | b |`) as plain text; rulers between rows are left out."""
    for line in text.split("\n"):
        if not line.startswith("|"):
            yield line
        elif line.strip("|-: "):
            cells = (cell.strip().replace("\\|", "|") for cell in _CELL.split(line.strip().strip("|")))
            yield " | ".join(cell for cell in cells if cell)


class ResiliparseExtractor:
    """resiliparse's main content, over the same page after cleaning."""

    name = "resiliparse"

    def extract(self, tree: Any) -> str:
        """The main content of the tree."""
        return _plain_text(tree, main_content=True)


def read_blocks(element: Any) -> str:
    """All text of an element, one block a line."""
    return _plain_text(element, main_content=False)


def _plain_text(element: Any, *, main_content: bool) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    markup = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    try:
        return str(
            extract_plain_text(
                markup,
                main_content=main_content,
                alt_texts=False,
                list_bullets=False,
                preserve_formatting=True,
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
