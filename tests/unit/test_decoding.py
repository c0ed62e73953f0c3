"""Bytes become text by what states their charset, unless that cannot be true."""

from __future__ import annotations

import codecs
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diembao.sources.decoding import decode_body

TEXT = "Lạng Sơn: giá xăng tăng mạnh, người dân Đà Nẵng lo lắng"
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def write_1258(text: str) -> str:
    """The text with tones apart where Windows-1258 has no letter for it, as its keyboards type it."""
    shown = ""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES))
        try:
            letter.encode("cp1258")
            shown += letter
        except UnicodeEncodeError:
            shown += base + "".join(p for p in parts if p in _TONES)
    return shown


def document(text: str, declared: str | None) -> str:
    return (f'<?xml version="1.0" encoding="{declared}"?>' if declared else "") + f"<rss><a>{text}</a></rss>"


@pytest.mark.parametrize(
    ("charset", "declared", "content_type", "flags"),
    [
        ("utf-8", "utf-8", None, ()),
        ("utf-8", None, None, ()),
        ("utf-8", "UTF-8", "text/xml", ()),
        ("utf-8", "iso-8859-1", None, ("encoding_overridden",)),
        ("utf-8", "windows-1258", None, ("encoding_overridden",)),
        ("utf-8", "utf-8", "text/xml; charset=ISO-8859-1", ("encoding_overridden",)),
        ("utf-8", "utf-16", None, ()),
        ("utf-8", "no-such-charset", None, ()),
        ("utf-8", "idna", None, ()),
        ("utf-7", "utf-7", None, ()),
        ("utf-16", "utf-16", None, ()),
        ("utf-16-le", "utf-16", None, ()),
        ("utf-16-be", None, None, ()),
        ("utf-32", "utf-32", None, ()),
        ("utf-32-be", None, None, ()),
    ],
)
def test_vietnamese_in_every_unicode(
    charset: str, declared: str | None, content_type: str | None, flags: tuple[str, ...]
) -> None:
    """Each form of Unicode is read, with and without a mark, also where another charset is stated."""
    written = document(TEXT, declared)
    read = decode_body(written.encode(charset), content_type)
    assert read.text == written
    assert read.flags == flags


@pytest.mark.parametrize(
    ("declared", "content_type", "flags"),
    [
        ("windows-1258", None, ()),
        (None, "application/rss+xml; charset=windows-1258", ()),
        ("windows-1258", "text/xml; charset=utf-8", ("encoding_overridden",)),
        ("utf-8", None, ("encoding_guessed",)),
        (None, None, ("encoding_guessed",)),
    ],
)
def test_windows_1258(declared: str | None, content_type: str | None, flags: tuple[str, ...]) -> None:
    """The old Vietnamese code page of Windows is read where it is stated, and found where it is not."""
    written = write_1258(document(TEXT, declared))
    read = decode_body(written.encode("cp1258"), content_type)
    assert unicodedata.normalize("NFC", read.text) == unicodedata.normalize("NFC", written)
    assert read.encoding == "cp1258" and read.flags == flags


@pytest.mark.parametrize(
    ("charset", "declared", "text"),
    [
        ("cp1252", "iso-8859-1", "“café” – 10 €"),
        ("cp1252", "us-ascii", "café"),
        ("gb18030", "gb2312", "中文"),
        ("cp932", "Shift_JIS", "日本語"),
        ("cp949", "euc-kr", "한국어"),
        ("koi8-r", "koi8-r", "Привет"),
        ("cp037", "cp037", "abc"),
        ("iso-2022-jp", "iso-2022-jp", "日本語"),
    ],
)
def test_stated_charsets_are_widened_to_what_is_meant(charset: str, declared: str, text: str) -> None:
    """The smaller set that publishers name stands for the larger one that they use."""
    written = document(text, declared)
    assert decode_body(written.encode(charset)).text == written


def test_html_states_its_charset_in_meta() -> None:
    """A page's meta element counts as a declaration."""
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1258">{write_1258(TEXT)}'
    assert decode_body(page.encode("cp1258")).encoding == "cp1258"


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_marks_win_over_what_is_stated(mark: bytes) -> None:
    """A byte order mark is believed before any header, and is no part of the text."""
    charset = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le"}.get(mark, "utf-16-be")
    read = decode_body(mark + TEXT.encode(charset), "text/xml; charset=iso-8859-1")
    assert (read.text, read.encoding) == (TEXT, charset)


def test_a_letter_cut_in_half_costs_one_letter() -> None:
    """A few broken bytes in UTF-8 do not turn the whole body into another charset."""
    body = (TEXT * 5 + "ạ").encode()[:-1] + b"</a>" + TEXT.encode()
    read = decode_body(body)
    assert read.encoding == "utf-8" and read.flags == ("broken_bytes",)
    assert read.text.startswith(TEXT) and read.text.endswith(TEXT)


@given(
    st.binary(max_size=300),
    st.sampled_from([None, "text/xml; charset=utf-7", "x; charset=punycode", "charset=zip"]),
)
def test_any_bytes_become_text(body: bytes, content_type: str | None) -> None:
    """Decoding never fails."""
    assert isinstance(decode_body(body, content_type).text, str)
