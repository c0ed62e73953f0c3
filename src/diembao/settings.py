"""The settings of a project: one `diembao.toml`, read once into a frozen record that knows each origin.

Order, strongest first: command line, environment (`DIEMBAO_<SECTION>_<KEY>`), the project's `diembao.toml`,
the user's own file, built-in. Secrets never stand here.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from diembao.errors import SettingsError
from diembao.types import OUTLET_CLASSES, UNCLASSED

FILE_NAME = "diembao.toml"
_CLASS_ID = re.compile(r"[a-z][a-z0-9_-]{1,30}")


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: its built-in value, whether a printed number depends on it, and what it is."""

    name: str
    default: str | int | float
    in_numbers: bool
    what: str


KEYS: tuple[Key, ...] = (
    Key("project.name", "", False, "the project's name, printed at the head of its reports"),
    Key("project.timezone", "Asia/Ho_Chi_Minh", True, "the zone in which days, weeks and months are cut"),
    Key("interface.language", "", False, "vi or en for messages; empty: from the environment"),
    Key("report.language", "vi", False, "vi or en for reports"),
    Key("report.busiest_days", 5, True, "how many busiest days a report lists with their articles"),
    Key(
        "numbers.few_articles",
        200,
        True,
        "below this many articles about the topic a report says how little it is",
    ),
    Key("collect.contact", "", False, "address or page in the User-Agent; nothing is fetched without it"),
    Key("collect.daily_pages", 2000, False, "at most this many pages of one outlet are fetched in 24 hours"),
    Key(
        "collect.loopback_port",
        0,
        False,
        "for tests and the demo only: every outlet is served by this port of 127.0.0.1; 0 is the real network",
    ),
)
_BY_NAME = {key.name: key for key in KEYS}


@dataclass(frozen=True, slots=True)
class Settings:
    """All values with their origins; `classes` are the project's own outlet classes, defined."""

    values: Mapping[str, str | int | float]
    origins: Mapping[str, str]
    classes: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A text setting."""
        return str(self.values[name])

    def number(self, name: str) -> float:
        """A numeric setting."""
        return float(self.values[name])

    def numbers_hash(self) -> str:
        """SHA-256 over every setting that a printed number depends on."""
        return hashlib.sha256(self.numbers_text().encode()).hexdigest()

    def numbers_text(self) -> str:
        """Every setting that a printed number depends on, as JSON.

        Classes of the project's own are not among them: they are kept on the desk, as of each snapshot.
        """
        relevant = {key.name: self.values[key.name] for key in KEYS if key.in_numbers}
        return json.dumps(relevant, ensure_ascii=False, sort_keys=True)


def find_project(start: Path) -> Path:
    """The nearest folder, from `start` upwards, that holds a `diembao.toml`."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise SettingsError(
        "no {file} in {start} or any folder above it",
        key="settings.no_project",
        next_step="make a project with `diembao init DIR`, or name one with `diembao -C DIR …`",
        file=FILE_NAME,
        start=str(start),
    )


def read_settings(
    folder: Path, *, environ: Mapping[str, str] | None = None, flags: Mapping[str, str] | None = None
) -> Settings:
    """The settings that hold in a project folder."""
    environ = os.environ if environ is None else environ
    values: dict[str, str | int | float] = {key.name: key.default for key in KEYS}
    origins = dict.fromkeys(values, "built-in")
    classes: dict[str, str] = {}
    path = folder / FILE_NAME
    for file in (find_user_file(environ), path):
        if file is not None and (file == path or file.is_file()):
            _apply_file(file, values, origins, classes)
    for key in KEYS:
        variable = "DIEMBAO_" + key.name.upper().replace(".", "_")
        if variable in environ:
            values[key.name] = _coerce(key, environ[variable], variable)
            origins[key.name] = variable
    for name, text in (flags or {}).items():
        values[name] = _coerce(_get_key(name, "the command line"), text, "the command line")
        origins[name] = "command line"
    _check(values, origins)
    return Settings(MappingProxyType(values), MappingProxyType(origins), MappingProxyType(classes))


def find_user_file(environ: Mapping[str, str]) -> Path | None:
    """The user's own settings file, which may not exist."""
    base = environ.get("XDG_CONFIG_HOME") or environ.get("APPDATA")
    if not base and environ.get("HOME"):
        base = str(Path(environ["HOME"]) / ".config")
    return Path(base) / "diembao" / "config.toml" if base else None


def _apply_file(
    path: Path, values: dict[str, str | int | float], origins: dict[str, str], classes: dict[str, str]
) -> None:
    try:
        tables = tomllib.loads(path.read_bytes().decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            "{file} is not valid TOML: {reason}",
            key="settings.broken",
            next_step="correct that line; `diembao init --show` prints a commented file to compare with",
            file=str(path),
            reason=str(error),
        ) from error
    except OSError as error:
        raise SettingsError(
            "{file} cannot be read: {reason}",
            key="settings.unreadable",
            next_step="check that the file exists and that you may read it",
            file=str(path),
            reason=error.strerror or str(error),
        ) from error
    for section, table in tables.items():
        if section == "classes":
            classes.update(_read_classes(table, path))
            continue
        entries = table.items() if isinstance(table, dict) else [("", table)]
        for name, value in entries:
            key = _get_key(f"{section}.{name}" if name else section, str(path))
            values[key.name] = _coerce(key, value, str(path))
            origins[key.name] = str(path)


def _read_classes(table: object, path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, body in table.items() if isinstance(table, dict) else []:
        definition = body.get("definition") if isinstance(body, dict) else None
        if (
            not _CLASS_ID.fullmatch(name)
            or name in (*OUTLET_CLASSES, UNCLASSED)
            or not isinstance(definition, str)
            or not definition.strip()
        ):
            raise SettingsError(
                "class {name!r} in {file} needs a name of its own (a-z, 0-9, -) and a definition",
                key="settings.bad_class",
                next_step='write [classes.{name}] and definition = "which outlets belong here, and why"',
                name=name,
                file=str(path),
            )
        found[name] = definition.strip()
    return found


def _get_key(name: str, origin: str) -> Key:
    if name in _BY_NAME:
        return _BY_NAME[name]
    near = difflib.get_close_matches(name, _BY_NAME, n=1, cutoff=0.4)
    raise SettingsError(
        "unknown key {name!r} in {origin}; the nearest known one is {nearest!r}",
        key="settings.unknown_key",
        next_step="`diembao config show` lists every key",
        name=name,
        origin=origin,
        nearest=near[0] if near else KEYS[0].name,
    )


def _coerce(key: Key, value: object, origin: str) -> str | int | float:
    kind = type(key.default)
    try:
        if kind is str and isinstance(value, str):
            return value
        if kind is not str and not isinstance(value, bool) and isinstance(value, (str, int, float)):
            return kind(value)
    except ValueError:
        pass
    raise SettingsError(
        "{name} in {origin} must be {kind}, not {value!r}",
        key="settings.wrong_type",
        next_step="correct the value; built-in is {default!r}",
        name=key.name,
        origin=origin,
        kind={str: "a text", int: "a whole number", float: "a number"}[kind],
        value=value,
        default=key.default,
    )


def _check(values: Mapping[str, str | int | float], origins: Mapping[str, str]) -> None:
    allowed = {"interface.language": ("", "vi", "en"), "report.language": ("vi", "en")}
    for name, choices in allowed.items():
        if values[name] not in choices:
            _refuse(name, values, origins, " or ".join(repr(c) for c in choices))
    try:
        ZoneInfo(str(values["project.timezone"]))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        _refuse("project.timezone", values, origins, "a zone name such as 'Asia/Ho_Chi_Minh'")
    if not 1 <= int(values["report.busiest_days"]) <= 50:
        _refuse("report.busiest_days", values, origins, "a whole number from 1 to 50")


def _refuse(name: str, values: Mapping[str, object], origins: Mapping[str, str], wanted: str) -> None:
    raise SettingsError(
        "{name} in {origin} is {value!r}, it must be {wanted}",
        key="settings.bad_value",
        next_step="correct the value in {origin}",
        name=name,
        origin=origins[name],
        value=values[name],
        wanted=wanted,
    )


def format_settings_file(name: str) -> str:
    """The commented `diembao.toml` of a new project."""
    quoted = json.dumps(name, ensure_ascii=False)
    return f"""\
# A Diembao project. Every key may be left out; `diembao config show --origin` prints what holds and why.
# Một dự án Diembao. Khóa nào cũng có thể bỏ; `diembao config show --origin` in giá trị đang dùng và nơi đặt.

[project]
name = {quoted}
# days, weeks and months are cut in this zone · ngày, tuần, tháng tính theo múi giờ này
timezone = "Asia/Ho_Chi_Minh"

[interface]
# language of messages: "vi" or "en"; empty = from the environment
language = ""

[report]
language = "vi"
busiest_days = 5

[numbers]
# below this many articles about the topic a report says how little that is
few_articles = 200

[collect]
# an e-mail address or a page about you; nothing is ever fetched without it
contact = ""

# A class of outlets of your own needs a definition; its members are printed in every report.
# [classes.border]
# definition = "outlets of the provinces on the northern border"
"""
