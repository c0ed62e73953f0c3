"""The sentences of desk and corpus errors stand in the catalogues as the code says them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import diembao
from diembao import i18n

ROOMS = ("desk", "corpus")


def list_sentences(room: str) -> Iterator[tuple[str, str, str]]:
    """Key, sentence and next step of every error that a room raises."""
    for file in sorted((Path(diembao.__file__).parent / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                named = {keyword.arg: keyword.value for keyword in node.keywords}
                if {"key", "next_step"} <= set(named) and isinstance(named["key"], ast.Constant):
                    sentence, step = ast.literal_eval(node.args[0]), ast.literal_eval(named["next_step"])
                    yield str(named["key"].value), sentence, step


@pytest.mark.parametrize("room", ROOMS)
def test_sentences_stand_in_the_catalogues(room: str) -> None:
    """The English catalogue says what the code says, and Vietnamese has the same keys (tested elsewhere)."""
    words = i18n.Words("en")
    for key, sentence, step in list_sentences(room):
        assert words(f"errors_{room}.{key}") == sentence
        assert words(f"errors_{room}.{key}_next") == step
