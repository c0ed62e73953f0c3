"""What must hold of normal forms for any text."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.text.normal import exact_key, fold_text, folded_key, place_tones, strip_accents

VIETNAMESE = st.text(
    alphabet="aăâeêioôơuưyđbchkHOÀqQuúý \u00a0\u200b\u0301\u0323\u0302\u0306\u031b\ud800ộỳ", max_size=40
)
ANY = st.one_of(st.text(max_size=60), VIETNAMESE)


@given(ANY)
@settings(max_examples=400, deadline=None)
def test_every_span_lies_inside_the_given_text(text: str) -> None:
    """Each folded character leads to a non-empty, ordered span of the text as given."""
    folded = fold_text(text)
    before = 0
    for at in range(len(folded.text)):
        start, end = folded.given_span(at, at + 1)
        assert before <= start < end <= len(text)
        before = start


@given(ANY)
@settings(max_examples=400, deadline=None)
def test_folding_twice_changes_nothing(text: str) -> None:
    """Keys are stable: the key of a key is the key."""
    assert (
        fold_text(fold_text(text).text).text == unicodedata.normalize("NFC", fold_text(text).text)
        or "\u200b" in text
    )
    assert folded_key(folded_key(text)) == folded_key(folded_key(folded_key(text)))
    assert len(place_tones(text)) == len(text)
    exact_key(text), strip_accents(text)


def _strip_slowly(text: str) -> str:
    """The definition: decompose, leave out the marks of U+0300-036F, compose, đ as d."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare).replace("đ", "d").replace("Đ", "D")


@given(st.text())
def test_stripping_by_table_equals_its_definition(text: str) -> None:
    """The table of bare letters gives what decomposing every letter gives, for any text in any form."""
    for form in ("NFC", "NFD"):
        given_text = unicodedata.normalize(form, text)
        assert strip_accents(given_text) == _strip_slowly(given_text)


@given(st.text(alphabet="aăâđeêioôơuưyAĐƠ \u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031bq"))
def test_stripping_vietnamese_by_table_equals_its_definition(text: str) -> None:
    """The same for letters and loose marks of Vietnamese in any order."""
    assert strip_accents(text) == _strip_slowly(text)
