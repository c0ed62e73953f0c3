"""Shared passages: spans in both texts as given, whatever their accents' encoding."""

from __future__ import annotations

import unicodedata

from tests.reuse_fixture import make_text

from diembao.stories import containment, shared_passages


def test_spans_lead_to_the_same_words_in_both() -> None:
    """A passage in the middle of two texts, composed here and decomposed there."""
    passage = make_text(1, 30)
    a = f"😀 {make_text(2, 20)}\n{passage}, {make_text(3, 20)}"
    b = unicodedata.normalize("NFD", f"{make_text(4, 35)} {passage.upper()}. {make_text(5, 5)}")
    (found,) = shared_passages(a, b)
    assert a[found.a_start : found.a_end] == passage
    assert unicodedata.normalize("NFC", b[found.b_start : found.b_end]) == passage.upper()
    assert found.words == 30


def test_small_gaps_are_bridged_and_large_ones_not() -> None:
    """A word changed here and there leaves one passage; a paragraph put in between makes two."""
    words = make_text(6, 60).split()
    changed = [*words[:20], "khác", *words[21:40], "nữa", *words[41:]]
    (found,) = shared_passages(" ".join(words), " ".join(changed))
    assert found.words == 60
    split = " ".join([*words[:30], make_text(7, 40), *words[30:]])
    assert [passage.words for passage in shared_passages(" ".join(words), split)] == [30, 30]


def test_swapped_paragraphs_are_two_passages() -> None:
    """Each half is found where it stands."""
    one, two = make_text(8, 40), make_text(9, 40)
    a, b = f"{one} {two}", f"{two} {one}"
    first, second = shared_passages(a, b)
    assert (a[first.a_start : first.a_end], b[first.b_start : first.b_end]) == (one, one)
    assert (a[second.a_start : second.a_end], b[second.b_start : second.b_end]) == (two, two)


def test_short_passages_are_left_out() -> None:
    """Seven words in a row are not shown, unless asked for."""
    passage = make_text(10, 7)
    a, b = f"{make_text(11, 20)} {passage}", f"{passage} {make_text(12, 20)}"
    assert shared_passages(a, b) == []
    assert [found.words for found in shared_passages(a, b, min_words=5)] == [7]


def test_odd_texts_have_no_passages() -> None:
    """Empty texts, lone surrogates and endless repetition are read without trouble."""
    assert shared_passages("", make_text(1)) == shared_passages("\ud800", "\udfff 😀") == []
    assert shared_passages("a b " * 5_000, "b a " * 5_000)[0].words >= 9_998


def test_containment_is_of_the_first_in_the_second() -> None:
    """Half of a text stands in the other, all of the other stands in it."""
    words = make_text(13, 104).split()
    a, b = " ".join(words), " ".join(words[:54])
    assert (containment(a, b), containment(b, a), containment("", a), containment(a, "")) == (
        0.5,
        1.0,
        0.0,
        0.0,
    )
