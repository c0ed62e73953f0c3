"""A project folder: make one, open one, and reach its stores."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from diembao.desk import Desk, SystemClock
from diembao.desk.durable import save_file, sync_folder
from diembao.errors import SettingsError
from diembao.ports import Clock
from diembao.settings import FILE_NAME, Settings, find_project, format_settings_file, read_settings

TOPICS_FOLDER = "topics"
REPORTS_FOLDER = "reports"


@dataclass(frozen=True)
class Project:
    """An open project: its folder, its settings and the clock it lives by."""

    folder: Path
    settings: Settings
    clock: Clock = field(default_factory=SystemClock)

    def open_desk(self, *, read_only: bool = False) -> Desk:
        """The desk, to be used in a `with` block; custom classes of the settings are recorded on it."""
        desk = Desk.open(self.folder, read_only=read_only, clock=self.clock)
        if not read_only and self.settings.classes:
            desk.outlets.put_classes(self.settings.classes)
        return desk

    @property
    def topics_folder(self) -> Path:
        """Where topic profiles lie, one TOML file each."""
        return self.folder / TOPICS_FOLDER

    @property
    def reports_folder(self) -> Path:
        """Where reports go that name no folder of their own."""
        return self.folder / REPORTS_FOLDER


def open_project(
    path: str | os.PathLike[str] = ".",
    *,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> Project:
    """The project at `path`, or in the nearest folder above it."""
    folder = find_project(Path(path).resolve())
    settings = read_settings(folder, environ=environ, flags=flags)
    return Project(folder, settings, clock or SystemClock())


def init_project(path: str | os.PathLike[str], *, name: str = "", clock: Clock | None = None) -> Project:
    """Make a project folder with its commented `diembao.toml`; an existing project is left as it is."""
    folder = Path(path).resolve()
    file = folder / FILE_NAME
    if file.exists():
        raise SettingsError(
            "{folder} already holds a project",
            key="app.project_exists",
            next_step="work in it with `diembao -C {folder} …`, or name another folder",
            folder=str(folder),
        )
    if folder.exists() and not folder.is_dir():
        raise SettingsError(
            "{folder} is a file, not a folder",
            key="app.not_a_folder",
            next_step="name another folder",
            folder=str(folder),
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TOPICS_FOLDER).mkdir(exist_ok=True)
        Desk.open(folder, clock=clock).close()
        save_file(file, format_settings_file(name or folder.name).encode("utf-8"))
        sync_folder(folder)
    except OSError as error:
        raise SettingsError(
            "no project can be made in {folder}: {reason}",
            key="app.cannot_init",
            next_step="choose a folder in which you may write",
            folder=str(folder),
            reason=error.strerror or str(error),
        ) from error
    return open_project(folder, clock=clock)
