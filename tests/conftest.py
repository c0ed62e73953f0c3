"""Fixtures that all tests share: where the evaluation data lies, and how tests that need it skip."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def skip_or_fail(reason: str) -> None:
    """Skip with one line; where nothing may be skipped (DIEMBAO_NO_SKIP=1, as in CI) fail instead."""
    if os.environ.get("DIEMBAO_NO_SKIP") == "1":
        pytest.fail(f"nothing may be skipped here: {reason}")
    pytest.skip(reason)


def find_shared() -> Path | None:
    """The folder with evaluation data: DIEMBAO_SHARED, else `shared` beside the clone."""
    for candidate in (os.environ.get("DIEMBAO_SHARED"), str(ROOT.parent / "shared")):
        if candidate and (Path(candidate) / "data").is_dir():
            return Path(candidate)
    return None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The evaluation data folder (`shared/data`'s parent)."""
    folder = find_shared()
    if folder is None:
        skip_or_fail("no evaluation data: set DIEMBAO_SHARED or put `shared` beside the clone")
    assert folder is not None
    return folder
