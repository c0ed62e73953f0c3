"""HTML in feeds' summaries becomes readable text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diembao.text.markup import plain_text


@pytest.mark.parametrize(
    ("given_text", "plain"),
    [
        ("plain", "plain"),
        ("L&#7841;ng S&#417;n &amp; B&#x1EAF;c", "Lạng Sơn & Bắc"),
        ('<a href="x"><img src="y" alt="Lạng Sơn"></a></br>Tựa', "Tựa"),
        ("<p>Một</p><p>Hai</p>", "Một\nHai"),
        ("a<script>var x = '<b>';</script>b", "a b"),
        ("a<!-- b -->c", "a c"),
        ("a<style>p{}", "a"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("a <b", "a <b"),
        ("  a \n\n b\t", "a\nb"),
        ("AİB<SCRIPT>x</Script >c", "AİB c"),
        ("", ""),
    ],
)
def test_tags_go_and_text_stays(given_text: str, plain: str) -> None:
    """Tags, scripts and comments go, entities are read, a lone sign stays."""
    assert plain_text(given_text) == plain


@given(st.text(alphabet="<>/!-abpscriptyle &;#39\n", max_size=200))
def test_plain_text_never_raises(text: str) -> None:
    """Any text gives a text without surrounding white space."""
    assert plain_text(text) == plain_text(text).strip()


def test_long_hostile_markup_is_read_in_time() -> None:
    """A megabyte of opened tags costs no more than reading it."""
    start = time.process_time()
    for piece in ("<", "<a", "<script", "<!--", "<p ", "&", "&#"):
        plain_text(piece * (2**20 // len(piece)))
    assert time.process_time() - start < 20
