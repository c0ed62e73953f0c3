"""What a direction rests on has words in both languages."""

from __future__ import annotations

from typing import get_args

import pytest

from diembao.i18n import LANGUAGES, has_key
from diembao.stories.direction import BASES
from diembao.types import Confidence, TextRole


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_that_is_printed_has_words(language: str) -> None:
    """`articles show --reprints` prints bases, certainties and roles; a code without words would be an error."""
    keys = [f"cli.basis_{code}" for code in BASES]
    keys += [f"cli.confidence_{code}" for code in get_args(Confidence)]
    keys += [f"report.role.{code}" for code in get_args(TextRole)]
    assert [key for key in keys if not has_key(language, key)] == []  # type: ignore[arg-type]
