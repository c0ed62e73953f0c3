"""Every error that the code raises with a key has its sentence and next step in both languages."""

from __future__ import annotations

import ast
from pathlib import Path

import diembao
from diembao.i18n import LANGUAGES, has_key

SOURCES = sorted(Path(diembao.__file__).parent.rglob("*.py"))


def find_keys() -> dict[str, bool]:
    """Literal `key=` of every error raised, and whether a `next_step=` goes with it."""
    found: dict[str, bool] = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (getattr(node.func, "id", "") or "").endswith("Error"):
                words = {keyword.arg: keyword.value for keyword in node.keywords}
                key = words.get("key")
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    found[key.value] = "next_step" in words
    return found


def test_every_raised_key_has_its_sentence_in_both_languages() -> None:
    """An error never falls back to English because a sentence is missing."""
    keys = find_keys()
    assert len(keys) > 40
    missing = [
        f"{language}: errors_{key.partition('.')[0]}.{key}{suffix}"
        for key, has_step in keys.items()
        for suffix in (("", "_next") if has_step else ("",))
        for language in LANGUAGES
        if not has_key(language, f"errors_{key.partition('.')[0]}.{key}{suffix}")
    ]
    assert missing == []
