"""From bytes to text: marks, headers, metas, detection, and the fonts of the 1990s."""

from __future__ import annotations

import codecs
import unicodedata

import pytest
from tests.extract_fixture import PARAGRAPHS, make_page, read

from diembao.extract.decode import decode_page
from diembao.extract.legacy import _TCVN3_FROM, _TCVN3_TO, convert_legacy

TEXT = " ".join(PARAGRAPHS)
PAGE = f"<html><head><title>x</title></head><body><p>{TEXT}</p></body></html>"
VNI = (
    "Uyû ban nhaân daân tænh Laïng Sôn vaø caùc huyeän cuûa tænh ñöôïc giao; ngöôøi daân khoâng phaûi ñoùng "
    "nhöõng khoaûn naøy taïi caùc xaõ"
)
VNI_READ = (
    "Uỷ ban nhân dân tỉnh Lạng Sơn và các huyện của tỉnh được giao; người dân không phải đóng "
    "những khoản này tại các xã"
)


def to_windows_1258(text: str) -> bytes:
    """As old editors wrote it: vowel with hat or horn as one byte, the tone behind it."""
    out = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(part for part in parts[1:] if part in "\u0300\u0301\u0303\u0309\u0323")
        base = unicodedata.normalize("NFC", parts[0] + "".join(p for p in parts[1:] if p not in tones))
        out += (base + tones).encode("cp1258")
    return out


@pytest.mark.parametrize(
    ("body", "content_type", "encoding"),
    [
        (PAGE.encode(), None, "utf-8"),
        (codecs.BOM_UTF8 + PAGE.encode(), "text/html; charset=iso-8859-1", "utf-8"),
        (PAGE.encode("utf-16"), None, "utf-16-le"),
        (codecs.BOM_UTF16_BE + PAGE.encode("utf-16-be"), None, "utf-16-be"),
        (PAGE.encode("utf-16-le"), None, "utf-16-le"),
        (to_windows_1258(PAGE), "text/html; charset=windows-1258", "windows-1258"),
        (
            to_windows_1258(PAGE.replace("<head>", "<head><meta charset='windows-1258'>")),
            None,
            "windows-1258",
        ),
        (PAGE.encode(), "text/html; charset=no-such-thing", "utf-8"),
        (PAGE.encode(), "text/html; charset=base64", "utf-8"),
        # a codec for names of hosts, whose time grows with the square of the length
        (PAGE.encode(), "text/html; charset=punycode", "utf-8"),
        (PAGE.replace("<head>", "<head><meta charset=unicode_escape>").encode(), None, "utf-8"),
    ],
)
def test_encodings_are_read(body: bytes, content_type: str | None, encoding: str) -> None:
    """Mark before header before meta; the text comes out in NFC."""
    decoded = decode_page(body, content_type)
    assert decoded.encoding == encoding
    assert TEXT in decoded.text


def test_a_wrong_statement_is_noticed() -> None:
    """UTF-8 that is declared as Western European is read as UTF-8 and flagged."""
    decoded = decode_page(PAGE.encode(), "text/html; charset=iso-8859-1")
    assert TEXT in decoded.text
    assert decoded.flags == ("charset_wrong",)


def test_nothing_stated_and_not_utf8_is_a_guess() -> None:
    """Detection finds windows-1258 and says that it guessed."""
    decoded = decode_page(to_windows_1258(PAGE))
    assert TEXT in decoded.text
    assert "charset_guessed" in decoded.flags


def test_a_few_broken_bytes_do_not_spoil_a_page() -> None:
    """One cut character in a long page is shown as unreadable and flagged; the rest is read."""
    decoded = decode_page(PAGE.encode().replace("Phần".encode(), "Phần".encode()[:-2] + b" ", 1) * 3)
    assert PARAGRAPHS[0] in decoded.text
    assert "decoded_badly" in decoded.flags


@pytest.mark.parametrize("charset", ["latin-1", "utf-8"])
def test_tcvn3_is_converted_and_flagged(charset: str) -> None:
    """Text typed for TCVN3 fonts becomes Unicode, also when a page of UTF-8 carries it."""
    backwards = dict(zip(_TCVN3_TO, _TCVN3_FROM, strict=True))
    old = "".join(backwards.get(letter, letter) for letter in PAGE)
    decoded = decode_page(old.encode(charset), f"text/html; charset={charset}")
    assert TEXT in decoded.text
    assert "legacy_tcvn3" in decoded.flags
    article = read(old.encode(charset), content_type=f"text/html; charset={charset}")
    assert "legacy_tcvn3" in article.flags
    assert PARAGRAPHS[0] in article.text


def test_vni_is_converted() -> None:
    """Text typed for VNI fonts becomes Unicode."""
    assert convert_legacy(VNI) == (VNI_READ, "vni")


@pytest.mark.parametrize(
    "text",
    [
        TEXT * 3,
        "Les élèves ont été reçus à l'hôtel où ils étaient très bien, même après la fête. " * 5,
        "Für die Straße zwischen München und Köln wären größere Brücken nötig gewesen. " * 5,
        "El niño mañana señor año España corazón también después. " * 9,
    ],
)
def test_other_texts_are_left_alone(text: str) -> None:
    """Vietnamese in Unicode and European languages are never converted."""
    assert convert_legacy(text) == (text, "")


def test_a_page_in_windows_1258_is_an_article() -> None:
    """The whole way, from old bytes to NFC text."""
    page = make_page().replace('<meta charset="utf-8">', '<meta charset="windows-1258">')
    article = read(to_windows_1258(page))
    assert article.text == "\n".join(PARAGRAPHS)
