"""What must hold for any page: no error but our own, capped fields, no control characters."""

from __future__ import annotations

import contextlib
import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.extract_fixture import URL, make_page

from diembao.errors import DiembaoError
from diembao.extract.careful import extract_page
from diembao.extract.decode import decode_page
from diembao.extract.signatures import cut_signatures
from diembao.extract.tidy import tidy_line, tidy_text
from diembao.types import ExtractedArticle

PIECES = (
    "<div>", "</div>", "<p>", "</p>", "<table><tr><td>", "</table>", "<h1>Một tiêu đề</h1>", "<script>", "</script>",
    "<!--", "-->", "<![CDATA[", '<meta name="pubdate" content="', '">', "<time datetime='2025-13-45'>", "&#0;",
    "&#xD800;", "&lt;", "\x00", "\ufeff", "\u202e", "Lạng Sơn ", "22/09/2025 10:14 ", "<h2 class='sapo'>", "</h2>",
    '<script type="application/ld+json">{"@type":["NewsArticle",1],"datePublished":{"a":[', "<figure><figcaption>",
    "<a href='http://[", "' rel='author'>", "<link rel=canonical href='//'>", "<title>", "<body hidden>", "<frameset>",
    "Tin liên quan", "<ul><li>", "<html lang=\u0000>", "<svg><title>", "<math>", "<template>", "<base href='x:'>",
)  # fmt: skip
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(article: ExtractedArticle) -> None:
    fields = (
        article.title,
        article.lead,
        article.text,
        article.published_raw,
        article.language,
        article.extractor,
    )
    assert len(article.title) <= 1_000
    assert len(article.lead) <= 5_000
    assert len(article.text.encode("utf-8")) <= 2_000_000
    assert len(article.published_raw) <= 64
    assert len(article.canonical_url or "") <= 8_192
    assert all(len(flag) <= 40 for flag in article.flags)
    for value in fields:
        assert unicodedata.is_normalized("NFC", value)
        assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in value if c != "\n")
    for moment in (article.published_at, article.updated_at):
        assert moment is None or moment.utcoffset() is not None


def read(body: bytes, content_type: str | None = None) -> None:
    with contextlib.suppress(DiembaoError):
        check(extract_page(body, url=URL, content_type=content_type))


@SLOW
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_mangled_markup_is_read_or_refused(markup: str) -> None:
    """Any heap of tags gives an article with capped, clean fields, or one of our errors."""
    read(markup.encode("utf-8", "surrogatepass"))


@SLOW
@given(
    st.binary(max_size=2_000),
    st.sampled_from([None, "text/html; charset=utf-16", "text/html;charset=big5", "x"]),
)
def test_any_bytes_are_read_or_refused(body: bytes, content_type: str | None) -> None:
    """Noise, in whatever encoding it claims, raises nothing of a library."""
    read(body, content_type)
    read(b"<html><body><p>" + body, content_type)


@SLOW
@given(st.data())
def test_a_damaged_page_is_read_or_refused(data: st.DataObject) -> None:
    """A real page with a hole, a cut or foreign bytes in it gives clean fields."""
    page = make_page().encode()
    start = data.draw(st.integers(0, len(page)))
    end = data.draw(st.integers(start, len(page)))
    read(page[:start] + data.draw(st.binary(max_size=30)) + page[end:])


@given(st.text())
def test_tidy_strings_stay_as_they_are(text: str) -> None:
    """Tidying twice changes nothing more."""
    once, _ = tidy_text(text, 10_000)
    assert tidy_text(once, 10_000) == (once, False)
    line = tidy_line(text, 50)
    assert tidy_line(line, 50) == line
    assert len(line) <= 50


@given(st.text(), st.sets(st.text(), max_size=3))
def test_cutting_signatures_only_cuts(text: str, marked: set[str]) -> None:
    """No signature rule lengthens a text, and cutting never fails."""
    assert len(cut_signatures(text, marked)) <= len(text)


@given(st.binary(max_size=500))
def test_decoding_never_fails(body: bytes) -> None:
    """Every body has a text in NFC."""
    assert unicodedata.is_normalized("NFC", decode_page(body).text)
