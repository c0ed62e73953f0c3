"""Clipping lists are kept apart from the corpus, once each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from diembao.desk import Clip, Desk

CLIP = Clip(
    2, "Họp chợ phiên", "https://bao.example/a", "https://bao.example/a", "bao", "Báo", date(2026, 3, 1)
)


def test_a_clipping_is_recorded_once(tmp_path: Path) -> None:
    """The same row again adds nothing; a reader of an earlier state does not see a later list."""
    with Desk.open(tmp_path) as desk:
        run = desk.imports.start("clips", "a.xlsx", file_sha256="0" * 64, file_size=1, mapping={})
        seq = desk.seq
        assert desk.clips.add(run.import_id, [CLIP, replace(CLIP, line=3, title="Khác")]) == 2
        assert desk.clips.add(run.import_id, [CLIP]) == 0
        assert [c.title for c in desk.clips.list_clips()] == ["Họp chợ phiên", "Khác"]
        assert desk.clips.list_clips()[0].file_name == "a.xlsx"
        assert desk.clips.list_clips(at=seq) == []
