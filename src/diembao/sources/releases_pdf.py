"""The lines of a PDF that has text in it; one of scanned pages has none and says so."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Sequence
from typing import Any

from diembao.sources.releases import MAX_TEXT_CHARS, MIN_WORDS, damaged, locked, scanned
from diembao.text.normal import to_nfc

MAX_PAGES = 100
#: share of words of one letter from which on words are taken to be torn apart
_TORN = 0.05
_PAGE_NUMBER = re.compile(r"\W*(?:trang|page)?\W*\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\W*", re.I)
_LETTER = re.compile(r"[^\W\d_]{2,}")


def read_pdf_lines(body: bytes, *, name: str) -> tuple[list[str], tuple[str, ...]]:
    """The lines of the first pages without page numbers, and flags (`pages_cut`, `torn_words`); raises `SourceError`."""
    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(body), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileNotDecryptedError
        total = len(reader.pages)
        lines, words = _read_pages(reader, min(total, MAX_PAGES))
    except MemoryError:
        raise
    except (DependencyError, FileNotDecryptedError) as error:
        raise locked(name) from error
    except Exception as error:  # the library walks a stranger's objects as they come
        raise damaged(name, f"{type(error).__name__}: {error}") from error
    if not total:
        raise damaged(name, "it has no pages")
    if words < MIN_WORDS:
        raise scanned(name, total)
    is_torn = _count_torn("\n".join(lines)) > _TORN * words
    return lines, (*(["pages_cut"] if total > MAX_PAGES else []), *(["torn_words"] if is_torn else []))


def _read_pages(reader: Any, count: int) -> tuple[list[str], int]:
    lines: list[str] = []
    words = chars = 0
    for number in range(count):
        text = to_nfc(_read_page(reader.pages[number]))
        words += len(_LETTER.findall(text))
        chars += len(text)
        lines += _drop_numbers(text.splitlines())
        if chars > 2 * MAX_TEXT_CHARS:
            break  # refused later as too long
    return lines, words


def _read_page(page: Any) -> str:
    """A page's text in the order in which it was written, or by its places where that tears words apart.

    Where letters with marks come from another font than plain ones, the plain reading sets spaces between them
    ("L ạ ng S ơ n"); reading by places does not, but it mixes the lines of columns that stand side by side.
    """
    plain: str = page.extract_text() or ""
    torn = _count_torn(plain)
    if torn <= _TORN * len(plain.split()):
        return plain
    placed: str = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False) or ""
    return placed if _count_torn(placed) < torn / 2 else plain


def _count_torn(text: str) -> int:
    """Words of one letter; in Vietnamese one in fifty is (ở, ý, y)."""
    return sum(len(word) == 1 and word.isalpha() for word in to_nfc(text).split())


def _drop_numbers(lines: Sequence[str]) -> list[str]:
    """A page's lines without the page number at its head or foot."""
    worded = [number for number, line in enumerate(lines) if line.strip()]
    edges = {worded[0], worded[-1]} if worded else set()
    return [
        line for number, line in enumerate(lines) if number not in edges or not _PAGE_NUMBER.fullmatch(line)
    ]
