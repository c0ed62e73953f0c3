"""Settings: one file, a stated order of origins, and a sentence for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from diembao.errors import SettingsError
from diembao.settings import FILE_NAME, find_project, format_settings_file, read_settings


def write(folder: Path, text: str) -> Path:
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return folder


def test_new_file_is_valid_and_equals_the_built_in_values(tmp_path: Path) -> None:
    """The commented file of a new project changes no number."""
    blank = read_settings(write(tmp_path, ""), environ={})
    fresh = read_settings(write(tmp_path, format_settings_file("Xứ Lạng")), environ={})
    assert fresh.numbers_hash() == blank.numbers_hash()
    assert fresh.text("project.name") == "Xứ Lạng"


def test_flag_beats_environment_beats_project(tmp_path: Path) -> None:
    """Order: command line, environment, project file, built-in; each value knows its origin."""
    folder = write(tmp_path, "[report]\nlanguage = 'en'\nbusiest_days = 7\n")
    environ = {"DIEMBAO_REPORT_BUSIEST_DAYS": "9"}
    settings = read_settings(folder, environ=environ, flags={"report.language": "vi"})
    assert settings.text("report.language") == "vi"
    assert settings.origins["report.language"] == "command line"
    assert settings.values["report.busiest_days"] == 9
    assert settings.origins["report.busiest_days"] == "DIEMBAO_REPORT_BUSIEST_DAYS"
    assert settings.origins["project.timezone"] == "built-in"


def test_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    """An unknown key is an error that names the nearest known one."""
    with pytest.raises(SettingsError, match=r"report\.language"):
        read_settings(write(tmp_path, "[report]\nlangauge = 'vi'\n"), environ={})


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[report\n", "TOML"),
        ("[project]\ntimezone = 'Hanoi'\n", "zone"),
        ("[report]\nlanguage = 'fr'\n", "'vi'"),
        ("[report]\nbusiest_days = true\n", "whole number"),
        ("[report]\nbusiest_days = 99\n", "50"),
        ("[classes.border]\nmembers = 1\n", "definition"),
        ("[classes.central]\ndefinition = 'x'\n", "central"),
        ("colour = 'red'\n", "colour"),
    ],
)
def test_each_mistake_is_one_sentence_with_a_next_step(tmp_path: Path, text: str, word: str) -> None:
    """A broken file, a wrong type, a bad value and an undefined class say what, where and the next step."""
    with pytest.raises(SettingsError) as caught:
        read_settings(write(tmp_path, text), environ={})
    assert word in str(caught.value)
    assert caught.value.next_step


def test_a_setting_behind_numbers_changes_the_hash(tmp_path: Path) -> None:
    """A changed zone changes the hash that a report is pinned to; a name does not.

    A class of one's own does not either: it is kept on the desk as of each snapshot.
    """
    base = read_settings(write(tmp_path, ""), environ={}).numbers_hash()
    renamed = read_settings(write(tmp_path, "[project]\nname = 'x'\n"), environ={}).numbers_hash()
    moved = read_settings(write(tmp_path, "[project]\ntimezone = 'Asia/Tokyo'\n"), environ={}).numbers_hash()
    classed = read_settings(
        write(tmp_path, "[classes.border]\ndefinition = 'x'\n"), environ={}
    ).numbers_hash()
    assert renamed == classed == base
    assert moved != base


def test_project_is_found_by_walking_up(tmp_path: Path) -> None:
    """The project folder is found from any folder below it; without one the error says how to make it."""
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    write(tmp_path, "")
    assert find_project(deep) == tmp_path
    with pytest.raises(SettingsError, match=r"diembao\.toml"):
        find_project(Path(tmp_path.root))
