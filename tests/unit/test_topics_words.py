"""Every rule and error of the room of topics has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from diembao import i18n
from diembao.topics import list_rule_keys, reason_key

ROOM = Path(__file__).resolve().parent.parent.parent / "src" / "diembao" / "topics"
SOURCE = "\n".join(path.read_text("utf-8") for path in sorted(ROOM.glob("*.py")))
STANDINGS = ("weak", "unclear", "blocked")


@pytest.mark.parametrize("rule", sorted(set(re.findall(r'"((?:weak|unclear|blocked):[a-z_]+)"', SOURCE))))
def test_written_rule_has_words(rule: str) -> None:
    """A rule that the code can give is in the catalogue."""
    assert all(i18n.has_key("vi", key) for key in list_rule_keys(rule)), rule


@pytest.mark.parametrize(
    "rule",
    ["weak:route", "weak:plate", "weak:origin", "weak:people", "weak:delegate", "weak:person_label", "weak:list",
     "weak:history", "weak:journey", "weak:weather", "blocked:street", "blocked:village", "blocked:house",
     "blocked:institution", "blocked:person",
     "name", "typed", "chain", "near", "name_with_cue", "typed_with_cue", "chain+former", "phrase:học phí"],
)  # fmt: skip
def test_rule_has_words(rule: str) -> None:
    """Rules put together from parts are in the catalogue too."""
    assert all(i18n.has_key("vi", key) for key in list_rule_keys(rule))


@pytest.mark.parametrize(
    "rule",
    ["title", "lead", "lead_alone", "lead_among_others", "body", "body_early", "body_often", "body_in_passing",
     "too_little", "other_places_prevail", "digest", "only_weak: weak:route", "only_unclear: unclear:needs_cue",
     "blocked: blocked:street", "excluded: chợ", "no_hit"],
)  # fmt: skip
def test_reason_has_words(rule: str) -> None:
    """The reason of each decision is in the catalogue."""
    assert i18n.has_key("vi", reason_key(rule))


@pytest.mark.parametrize("key", sorted(set(re.findall(r'key="(topic\.[a-z_]+)"', SOURCE))))
def test_error_has_a_sentence_and_a_next_step(key: str) -> None:
    """Each error of topics has its sentence and its next step in Vietnamese and English."""
    for language in i18n.LANGUAGES:
        assert i18n.has_key(language, f"errors_topic.{key}")
        assert i18n.has_key(language, f"errors_topic.{key}_next")
