"""Words in Vietnamese and English: one TOML catalogue per room and language, and our number and date forms."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")


@cache
def _room(language: str, room: str) -> dict[str, str]:
    """The flattened catalogue `<language>/<room>.toml`: dotted key to template."""
    source = resources.files(__package__).joinpath(language, f"{room}.toml")
    flat: dict[str, str] = {}

    def walk(prefix: str, table: dict[str, Any]) -> None:
        for name, value in table.items():
            dotted = f"{prefix}.{name}" if prefix else name
            if isinstance(value, dict):
                walk(dotted, value)
            else:
                flat[dotted] = value

    walk("", tomllib.loads(source.read_text(encoding="utf-8")))
    return flat


def list_rooms(language: str) -> list[str]:
    """The names of all catalogues of a language."""
    folder = resources.files(__package__).joinpath(language)
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))


def list_keys(language: str) -> set[str]:
    """Every key of a language as `room.key`."""
    return {f"{room}.{key}" for room in list_rooms(language) for key in _room(language, room)}


def has_key(language: str, key: str) -> bool:
    """Whether `room.dotted.key` exists."""
    room, _, rest = key.partition(".")
    try:
        return rest in _room(language, room)
    except FileNotFoundError:
        return False


class Words:
    """The words of one language: `words("report.volume.title", place="Lạng Sơn")`."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence for `room.dotted.key` with its values filled in; an unknown key raises KeyError."""
        room, _, rest = key.partition(".")
        template = _room(self.language, room)[rest]
        return template.format(**values) if values else template

    def count(self, key: str, n: int, /, **values: object) -> str:
        """The sentence for a count: `<key>.one` or `<key>.other`, with {n} in the language's form.

        Vietnamese has no plural: its catalogue gives both entries the same words.
        """
        from diembao.i18n.formats import format_number

        form = "one" if n == 1 else "other"
        return self(f"{key}.{form}", n=format_number(n, self.language), **values)
