"""The search language and snippets."""

from __future__ import annotations

import unicodedata

import pytest

from diembao.corpus.query import SearchQuery, Term, parse_query
from diembao.corpus.snippet import find_spans, make_snippet
from diembao.errors import UsageError


def test_phrases_exclusions_and_fields_are_understood() -> None:
    """Quotes make a phrase, a minus excludes, a field name limits, accents make it exact."""
    query = parse_query('"cao tốc" -"Chi Lăng" title:lang outlet:laodong -outlet:mau covid-19')
    assert query == SearchQuery(
        terms=(
            Term(("cao", "tốc"), is_exact=True),
            Term(("chi", "lăng"), is_exact=True, is_excluded=True),
            Term(("lang",), is_exact=False, field="title"),
            Term(("covid", "19"), is_exact=False),
        ),
        outlets=("laodong",),
        excluded_outlets=("mau",),
    )


def test_spellings_of_one_word_are_one() -> None:
    """NFC and NFD, hoà and hòa, capitals and typographic quotes make no difference."""
    assert parse_query("“Hoà Bình”") == parse_query(unicodedata.normalize("NFD", '"hòa bình"'))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('"cao tốc', "corpus.quote"),
        ("", "corpus.no_words"),
        (" - ", "corpus.no_words"),
        ('""', "corpus.no_words"),
        ("?!", "corpus.no_words"),
        ("author:somebody", "corpus.search_field"),
    ],
)
def test_what_cannot_mean_anything_is_refused(text: str, key: str) -> None:
    """An open quote, nothing to look for or an unknown field is a UsageError; there is no search by author."""
    with pytest.raises(UsageError) as caught:
        parse_query(text)
    assert caught.value.key == key


def test_spans_lie_in_the_text_as_given() -> None:
    """Highlights point into the original text, whatever its form."""
    given = unicodedata.normalize("NFD", "Xe\u00a0CHẠY trên Cao  Tốc Bắc – Nam, cao tốc mới")
    spans = find_spans(given, parse_query('"cao toc"'), "text")
    assert [unicodedata.normalize("NFC", given[a:b]) for a, b in spans] == ["Cao  Tốc", "cao tốc"]
    assert find_spans(given, parse_query('title:"cao toc"'), "text") == []
    assert find_spans(given, parse_query('"cáo tốc"'), "text") == []


def test_a_snippet_is_short_and_holds_what_was_found() -> None:
    """A long text is cut around the first hit, at words."""
    given = "đầu " * 300 + "cầu Kỳ Cùng thông xe " + "cuối " * 300
    snippet = make_snippet(given, parse_query('"ky cung"'), "text", width=100)
    assert len(snippet.text) <= 100
    assert [snippet.text[a:b] for a, b in snippet.spans] == ["Kỳ Cùng"]
    assert snippet.is_cut_before
    assert snippet.is_cut_after
