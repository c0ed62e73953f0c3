"""`diembao demo`: from an empty folder to a finished report about the fictional sample press."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diembao.cli.output import get_words, say

if TYPE_CHECKING:
    from diembao.app.project import Project

#: what the demo's report is about
PLACE = "Lạng Sơn"
MAPPING = "title=title,summary=summary,url=link,published=published,fetched=fetched,outlet=source,feed=feed"
MARK = "sample/truth.json"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo-project"))
@click.option("--no-open", is_flag=True, help="Do not open the report in a browser.")
def demo(folder: Path, no_open: bool) -> None:
    """Build a sample project in FOLDER and open its finished report.

    Outlets and articles are made up by the software; nothing is fetched.
    """
    from diembao.errors import SettingsError

    words = get_words()
    started = time.monotonic()
    if folder.exists():
        if not (folder / MARK).is_file():
            raise SettingsError(
                "{folder} exists and is no sample project",
                key="cli.not_a_demo",
                next_step="name a folder that does not exist yet: diembao demo FOLDER",
                folder=str(folder),
            )
        shutil.rmtree(folder)
    _tell(words("cli.demo_press"))
    project, files = _make_project(folder)
    _tell(words("cli.demo_import"))
    _import(project, files)
    _tell(words("cli.demo_process"))
    reports = {language: _report(project, language) for language in ("vi", "en")}
    _tell(words("cli.demo_verify"))
    for built in reports.values():
        _verify(project, Path(built["folder"]))
    page = Path(reports[words.language]["html"]).resolve()
    click.echo(words("cli.demo_ready", address=page.as_uri()))
    click.echo(words("cli.demo_files", folder=str(page.parent.parent)))
    say(words("cli.demo_seconds", seconds=f"{time.monotonic() - started:.0f}"))
    if not no_open and _has_screen():
        import webbrowser

        webbrowser.open(page.as_uri())


def _tell(step: str) -> None:
    say(f"· {step}")


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _make_project(folder: Path) -> tuple[Project, Any]:
    from diembao.app.outlets import register_outlets
    from diembao.app.project import init_project
    from diembao.app.topics import new_topic
    from diembao.sample import build_press, write_history

    project = init_project(folder, name="Báo chí mẫu")
    press = build_press()
    files = write_history(press, project.folder / "sample")
    register_outlets(project, press.outlets)
    new_topic(project, place=PLACE)
    return project, files


def _import(project: Project, files: Any) -> None:
    from diembao.app.imports import import_clips, import_history

    import_history(project, files.history, MAPPING, runs=f"{files.runs}:run_at", feeds=files.feeds)
    import_clips(project, files.clips)


def _report(project: Project, language: str) -> dict[str, Any]:
    from diembao.app.reports import build_report
    from diembao.sample.truth import MAIN_PERIOD

    return build_report(
        project,
        topic_id="lang-son",
        start=MAIN_PERIOD[0],
        end=MAIN_PERIOD[1],
        compare="year-1",
        language=language,
    )


def _verify(project: Project, folder: Path) -> None:
    from diembao.app.verify import verify_report
    from diembao.errors import ReportError

    result = verify_report(project, folder)
    if not result["ok"]:
        raise ReportError(
            "the sample report does not verify: {problem}",
            key="cli.demo_broken",
            next_step="please report this as a bug, with this line",
            problem=result["problems"][0],
        )


COMMANDS: list[click.Command] = [demo]
