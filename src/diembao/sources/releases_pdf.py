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
_PAGE_NUMBER = re.compile(r"\W*(?:trang|page)?\W*\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\W*", re.I)
_LETTER = re.compile(r"[^\W\d_]{2,}")


def read_pdf_lines(body: bytes, *, name: str) -> tuple[list[str], tuple[str, ...]]:
    """The lines of the first pages without page numbers, and flags (`pages_cut`); raises `SourceError`."""
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
    return lines, ("pages_cut",) if total > MAX_PAGES else ()


def _read_pages(reader: Any, count: int) -> tuple[list[str], int]:
    lines: list[str] = []
    words = chars = 0
    for number in range(count):
        text = to_nfc(reader.pages[number].extract_text() or "")
        words += len(_LETTER.findall(text))
        chars += len(text)
        lines += _drop_numbers(text.splitlines())
        if chars > 2 * MAX_TEXT_CHARS:
            break  # refused later as too long
    return lines, words


def _drop_numbers(lines: Sequence[str]) -> list[str]:
    """A page's lines without the page number at its head or foot."""
    worded = [number for number, line in enumerate(lines) if line.strip()]
    edges = {worded[0], worded[-1]} if worded else set()
    return [
        line for number, line in enumerate(lines) if number not in edges or not _PAGE_NUMBER.fullmatch(line)
    ]
