"""Patterns of the sample press: what they may contain and how they become sentences."""

from __future__ import annotations

import re

import pytest

from diembao.sample.dice import Dice
from diembao.sample.grammar import Voice, draw_facts, parse_pattern, read_words, upper_first
from diembao.sample.model import Tone

TONES: tuple[Tone, ...] = ("good", "plain", "bad")


def voice(seed: int = 1, **values: str) -> Voice:
    book = read_words("vi")
    return Voice(book, book.subjects["forest"], values, Dice(seed), away=False)


def test_choices_numbers_and_slots_are_filled() -> None:
    """A pattern becomes a sentence with a capital, without leftovers and without doubled spaces."""
    text = voice(ten="xã Na Sầm").write(
        "ở {ten} [có|còn] [|chừng] {n:1200-1200} cây, cao {d:2-2} mét, năm {m:2026-2026}."
    )
    assert re.fullmatch(r"Ở xã Na Sầm (có|còn) (chừng )?1\.200 cây, cao 2,\d mét, năm 2026\.", text)


def test_a_word_is_kept_and_its_second_use_differs() -> None:
    """A list names its main word first; a second one in the same sentence is another."""
    for seed in range(20):
        first, second = voice(seed, cay="thông").write("{cay} và {cay}").split(" và ")
        assert first == "Thông"
        assert second != "thông"


def test_an_open_bracket_is_refused() -> None:
    """A pattern that does not close raises an error with the pattern in it."""
    with pytest.raises(ValueError, match="unbalanced"):
        parse_pattern("[một|hai")


def test_an_unknown_slot_is_refused() -> None:
    """A slot that nothing fills raises an error that names it."""
    with pytest.raises(KeyError, match="nothing"):
        voice().write("{nothing}")


def test_capital_after_a_quotation_mark() -> None:
    """The first letter is raised, also behind an opening mark."""
    assert upper_first("“đường cũ”") == "“Đường cũ”"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_subject_says_much_in_many_ways(language: str) -> None:
    """Every subject has at least 8 headlines and, in Vietnamese, 20 sentences, all of which parse."""
    book = read_words(language)
    assert len(book.subjects) == (12 if language == "vi" else 4)
    for subject in book.subjects.values():
        titles = [title for tone in TONES for title in subject.palettes[tone].titles]
        bodies = [line for tone in TONES for line in subject.palettes[tone].body]
        assert len(titles) >= (12 if language == "vi" else 6)
        assert len(bodies) >= (20 if language == "vi" else 14)
        for palette in subject.palettes.values():
            for pattern in (*palette.titles, *palette.leads, *palette.body):
                assert parse_pattern(pattern)
            assert all(palette.list_themes(month) for month in range(1, 13))


def test_facts_hold_for_all_tellers() -> None:
    """The figures of an event are drawn once, and a list for other provinces is used away from home."""
    book = read_words("vi")
    facts = draw_facts(book, book.subjects["culture"], {}, Dice(5), away=True)
    assert facts["mon"] in book.subjects["culture"].slots["mon_khac"]
    assert facts["nguoixem"]
