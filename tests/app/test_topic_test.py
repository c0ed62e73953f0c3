"""`diembao topic test` tells what matches, what was set aside, and why, in both languages."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from diembao import i18n
from diembao.app.project import Project, init_project
from diembao.app.topics import new_topic
from diembao.app.topics import test_text as try_text
from diembao.cli.topics import topic

TITLE = "Sân Chi Lăng (Đà Nẵng): xe biển Lạng Sơn đỗ trên phố Lạng Sơn"


@pytest.fixture
def lang_son(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the topic Lạng Sơn, as the working folder."""
    project = init_project(tmp_path / "du-an")
    new_topic(project, place="Lạng Sơn")
    monkeypatch.chdir(project.folder)
    return project


def test_names_set_aside_come_with_their_rule(lang_son: Project) -> None:
    """Hits that are another thing stand apart from those that count."""
    found = try_text(lang_son, title=TITLE, text="", published_on=date(2024, 5, 1), topic_id=None)
    assert [(m.surface, m.rule) for m in found["match"].mentions] == [("Lạng Sơn", "weak:plate")]
    assert [(m.surface, m.rule) for m in found["set_aside"]] == [
        ("Chi Lăng", "blocked:elsewhere"),
        ("Lạng Sơn", "blocked:street"),
    ]
    assert found["match"].decision == "mentions"


def test_json_keeps_its_keys(lang_son: Project) -> None:
    """The JSON has topic_id, match and names as before, and set_aside."""
    told = CliRunner().invoke(topic, ["test", TITLE, "--json"], catch_exceptions=False)
    result = json.loads(told.stdout)
    assert set(result) == {"topic_id", "match", "names", "set_aside"}
    assert [m["rule"] for m in result["set_aside"]] == ["blocked:elsewhere", "blocked:street"]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_reasons_are_told_in_words(
    lang_son: Project, language: i18n.Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table gives the reason of each hit in the person's language."""
    monkeypatch.setattr("diembao.cli.output.VOICE.language", language)
    told = CliRunner().invoke(topic, ["test", TITLE], catch_exceptions=False).stdout
    words = i18n.Words(language)
    for key in ("heading.set_aside", "rule.weak.plate", "rule.blocked.street", "rule.blocked.elsewhere"):
        assert words(f"topics.{key}") in told
