"""Whatever happened to a document on its way, reading it gives a release or a sentence, never anything else."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.release_fixture import BODY, LETTERHEAD, TAIL, TITLE, make_docx, make_pdf

from diembao.app.release_reading import read_release_file
from diembao.errors import SourceError
from diembao.sources.letterhead import split_release
from diembao.text.normal import fold_text

_CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.binary(max_size=6)),
    min_size=1,
    max_size=12,
)
_Changes = list[tuple[float, int, bytes]]
_LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [*LETTERHEAD, TITLE, *BODY, *TAIL, "", "Về việc", "Lạng Sơn, ngày 2/9/2026", "-----"]
        ),
        st.text(max_size=60),
    ),
    max_size=30,
)


def spoil(body: bytes, changes: _Changes) -> bytes:
    """The bytes with stretches replaced by others, at places given as shares of the whole."""
    made = bytearray(body)
    for place, length, new in changes:
        at = int(place * len(made))
        made[at : at + length] = new
    return bytes(made)


@cache
def whole_pdf() -> bytes:
    return make_pdf([[*LETTERHEAD, TITLE, *BODY], [*BODY, *TAIL]])


@cache
def whole_docx() -> bytes:
    return make_docx()


def spoil_part(part: str, changes: _Changes) -> bytes:
    """The Word file with one part spoilt inside an intact package."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole_docx())) as given_file, zipfile.ZipFile(target, "w") as made:
        for entry in given_file.infolist():
            content = given_file.read(entry)
            made.writestr(entry.filename, spoil(content, changes) if entry.filename == part else content)
    return target.getvalue()


@settings(max_examples=60, deadline=None)
@given(_CHANGES)
def test_a_spoilt_pdf_gives_a_release_or_a_sentence(changes: _Changes) -> None:
    """Only errors of sources leave the reader of PDFs."""
    with suppress(SourceError):
        read_release_file(spoil(whole_pdf(), changes), name="a.pdf")


@settings(max_examples=10, deadline=None)
@given(_CHANGES)
def test_a_spoilt_word_file_gives_a_release_or_a_sentence(changes: _Changes) -> None:
    """Only errors of sources leave the reader of Word files, whether the package is spoilt or a part of it."""
    for body in (
        spoil(whole_docx(), changes),
        spoil_part("word/document.xml", changes),
        spoil_part("[Content_Types].xml", changes),
        spoil_part("word/_rels/document.xml.rels", changes),
    ):
        with suppress(SourceError):
            read_release_file(body, name="a.docx")


@given(_LINES)
def test_splitting_loses_no_line_in_the_middle(lines: list[str]) -> None:
    """What is left of a release stands in it in the same order; nothing is made up but the full stop at the end."""
    split = split_release(lines)
    given_lines = [fold_text(line).text for line in lines]
    words = " ".join(given_lines).split()
    kept = " ".join(split.lines[:-1]).split()
    place = iter(words)
    assert all(any(word == other for other in place) for word in kept) or not words
