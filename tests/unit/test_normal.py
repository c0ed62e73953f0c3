"""Normal forms keep the way back to the text as given."""

from __future__ import annotations

import unicodedata

import pytest

from diembao.text.normal import (
    exact_key,
    fold_text,
    folded_key,
    has_diacritics,
    is_all_caps,
    place_tones,
    strip_accents,
    tone_spellings,
)


@pytest.mark.parametrize(
    ("written", "placed"),
    [
        ("hoà", "hòa"),
        ("Hoà Bình", "Hòa Bình"),
        ("HOÀ BÌNH", "HÒA BÌNH"),
        ("khoẻ", "khỏe"),
        ("thuỷ", "thủy"),
        ("quý", "quý"),
        ("Quỳ Hợp", "Quỳ Hợp"),
        ("thuở", "thuở"),
        ("hoàn", "hoàn"),
        ("ngoáy", "ngoáy"),
        ("Huế", "Huế"),
    ],
)
def test_tones_are_placed_by_syllable(written: str, placed: str) -> None:
    """Both places of a tone give one spelling, and syllables with one possible place are untouched."""
    assert place_tones(written) == placed
    assert placed in tone_spellings(written)


def test_both_spellings_are_given() -> None:
    """A name is given in the older and the newer spelling, once where they are the same."""
    assert tone_spellings("Hoà Bình") == ("Hòa Bình", "Hoà Bình")
    assert tone_spellings("Quý Hòa") == ("Quý Hòa", "Quý Hoà")
    assert tone_spellings("Lạng Sơn") == ("Lạng Sơn",)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
def test_span_leads_back_to_the_text_as_given(form: str) -> None:
    """A span found in the folded text names the same letters in the text as given, marks included."""
    given = unicodedata.normalize(form, "Ở\u00a0 Lạng\u00a0Sơn,\u200b Đồng\u2009Đăng")
    folded = fold_text(given)
    for name in ("Lạng Sơn", "Đồng Đăng"):
        at = folded.text.index(name)
        start, end = folded.given_span(at, at + len(name))
        assert fold_text(given[start:end]).text == name


def test_plain_text_is_not_copied() -> None:
    """Text that is already normal is the same object, so the usual case costs nothing."""
    given = "Lạng Sơn đón khách\nvà mưa"
    assert fold_text(given).text is given


def test_eth_is_read_as_d_with_stroke() -> None:
    """Old input methods wrote Eth for Đ; it is the same letter to us."""
    assert fold_text("\u00d0ồng \u00d0ăng").text == "Đồng Đăng"


def test_lone_surrogates_become_replacement_characters() -> None:
    """Broken input can always be encoded after folding, and keeps its length."""
    assert fold_text("a\ud800b").text == "a\ufffdb"
    assert fold_text("a\ud800b").given_span(2, 3) == (2, 3)


def test_accents_are_stripped_with_d() -> None:
    """đ loses its stroke like any other mark, and other scripts stay."""
    assert strip_accents("Đà Nẵng, Thừa Thiên Huế, 서울") == "Da Nang, Thua Thien Hue, 서울"
    assert has_diacritics("Đ") and not has_diacritics("Da Nang")
    assert has_diacritics(unicodedata.normalize("NFD", "ề"))


def test_all_caps_needs_letters() -> None:
    """Digits alone are not capitals."""
    assert is_all_caps("LẠNG SƠN 2024") and not is_all_caps("2024") and not is_all_caps("Lạng Sơn")


def test_search_keys_join_spellings() -> None:
    """Search keys are equal for all ways of writing the same words."""
    assert exact_key("Hoà\u00a0Bình") == exact_key(unicodedata.normalize("NFD", "HÒA BÌNH")) == "hòa bình"
    assert folded_key("Đà Nẵng") == "da nang" and folded_key("thuỷ") == "thuy"
