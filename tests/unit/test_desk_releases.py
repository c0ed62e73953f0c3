"""Press releases on the desk: recorded once, never changed, withdrawn from later counts only."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diembao.desk import Desk
from diembao.errors import SourceError
from diembao.types import Release

RELEASE = Release(
    "tc-1",
    "Khai mạc hội chợ",
    "Sáng nay…",
    datetime(2026, 9, 1, 17, tzinfo=UTC),
    "day",
    "tc.csv:2",
    "a" * 64,
    ("cut",),
)
OTHER = replace(RELEASE, release_id="tc-0", sha256="b" * 64, issued_at=None, precision="unknown")


def test_a_release_is_recorded_once(tmp_path: Path) -> None:
    """Importing again changes nothing; an id for another text and a text under another id are told apart."""
    with Desk.open(tmp_path) as desk:
        assert desk.releases.put([RELEASE, OTHER, RELEASE]) == ["accepted", "accepted", "known"]
        seq = desk.seq
        changed = [replace(RELEASE, sha256="c" * 64), replace(RELEASE, release_id="tc-9")]
        assert desk.releases.put([RELEASE, *changed]) == ["known", "other_text", "same_text"]
        assert desk.seq == seq
        assert desk.releases.list_releases() == [RELEASE, OTHER]  # unknown moments come last
        assert desk.releases.get("tc-1") == RELEASE
        assert desk.releases.find_by_text("b" * 64) == OTHER


def test_a_withdrawn_release_counts_no_more_and_may_come_back(tmp_path: Path) -> None:
    """What was pinned before the withdrawal keeps the release; imported again, it holds again."""
    with Desk.open(tmp_path) as desk:
        desk.releases.put([RELEASE])
        before = desk.seq
        desk.releases.withdraw("tc-1", "nhập nhầm")
        assert desk.releases.list_releases() == [] and desk.releases.find("tc-1") is None
        assert desk.releases.list_releases(at=before) == [RELEASE]
        with pytest.raises(SourceError, match="no press release 'tc-1'"):
            desk.releases.withdraw("tc-1")
        mended = replace(RELEASE, text="Sáng qua…", sha256="c" * 64)
        assert desk.releases.put([mended]) == ["accepted"]
        assert desk.releases.list_releases() == [mended]
        assert [entry.event for entry in desk.audit.list_entries()] == ["release_withdrawn"]


def test_releases_are_append_only(tmp_path: Path) -> None:
    """Nobody changes or deletes a release behind the desk's back."""
    with Desk.open(tmp_path) as desk:
        desk.releases.put([RELEASE])
        desk.releases.withdraw("tc-1")
        for table in ("releases", "release_withdrawals"):
            for sql in (f"UPDATE {table} SET release_id = 'x'", f"DELETE FROM {table}"):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    desk.connection.execute(sql)
