"""Fingerprints of texts: the same for any writing of the same words, a fixed share of them, and fit for a column."""

from __future__ import annotations

import random
import unicodedata

from diembao.text.normal import strip_accents
from diembao.text.prints import MAX_CHARS, SCALE, fingerprint

WORDS = """
hoà thuỷ nước điện ngày đường quê lũ trường tỉnh xã cầu chợ mưa bão lúa gạo vốn thuế đường núi
"""
SYLLABLES = WORDS.split()

EXAMPLE = (1269160273615428866, 1904222538382662121, 2229975844968554525)


def words(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(SYLLABLES) + str(chance.randrange(30)) for _ in range(count)]


def test_version_1_of_the_format_stays_as_it_is() -> None:
    """Stored prints stay comparable: the published example keeps its numbers."""
    text = "Thủy điện Hòa Bình xả lũ, người dân hạ du chạy lụt trong đêm mưa; 120 hộ phải dời nhà."
    assert fingerprint(text) == EXAMPLE


def test_ways_of_writing_leave_the_same_prints() -> None:
    """NFD, the other place of the tone, capitals, missing accents, spaces and quotes change nothing."""
    text = " ".join(["Hoà Bình “xả” lũ", *words(60, 1), "Thuỷ điện"])
    prints = fingerprint(text)
    assert prints
    for other in (
        unicodedata.normalize("NFD", text),
        text.replace("Hoà", "Hòa").replace("Thuỷ", "Thủy"),
        text.upper(),
        strip_accents(text),
        text.replace(" ", "\u00a0\n ").replace("“", '"').replace("x", "x\u200b"),
    ):
        assert fingerprint(other) == prints


def test_an_article_of_400_words_leaves_30_to_70_prints() -> None:
    """One run in eight is kept, ascending, each once, and each fits a signed 64-bit column."""
    for seed in range(20):
        prints = fingerprint(" ".join(words(400, seed)))
        assert 30 <= len(prints) <= 70
        assert list(prints) == sorted(set(prints))
        assert prints[0] >= 0 and prints[-1] < 2**64 // SCALE < 2**63


def test_a_passage_keeps_its_prints_wherever_it_stands() -> None:
    """The prints of a part are those of the whole but for runs over its edges, so shares of reuse can be read off."""
    part, before, after = (" ".join(words(200, seed)) for seed in (1, 2, 3))
    whole = fingerprint(f"{before}. {part}, {after}")
    assert set(fingerprint(part)) <= set(whole)
    assert not set(fingerprint(part)) & set(fingerprint(f"{before} {after}"))


def test_short_and_odd_texts_leave_none_and_raise_nothing() -> None:
    """Fewer than five words, nothing, lone surrogates and signs beyond the plane are no error."""
    assert fingerprint("") == fingerprint("một hai ba bốn") == fingerprint(" — … !") == ()
    assert isinstance(fingerprint("\ud800 😀 𠀀 a b c d e f g \u0301"), tuple)


def test_the_number_of_prints_is_bounded() -> None:
    """A text of any length leaves no more prints than its first 100,000 characters."""
    text = " ".join(words(60_000, 5))
    assert fingerprint(text) == fingerprint(text[:MAX_CHARS])
    assert len(fingerprint(text)) < 4_000
