"""`diembao demo`: from an empty folder to a finished report about the fictional sample press."""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diembao.cli.output import get_words, say

if TYPE_CHECKING:
    from diembao.app.project import Project
    from diembao.sample import HistoryFiles, SamplePress
    from diembao.sample.clock import VirtualClock

#: what the demo's report is about
PLACE = "Lạng Sơn"
MAPPING = "title=title,summary=summary,url=link,published=published,fetched=fetched,outlet=source,feed=feed"
TEXTS = "title=title,lead=lead,text=text,url=url,published=published,outlet=outlet"
MARK = "sample/truth.json"
CONTACT = "toa-soan@bao-chi-mau.example"
CONTACT_NOTE = """\
# made up, like the press: put your own address here before you collect from real outlets
# địa chỉ hư cấu như báo chí mẫu: thay bằng địa chỉ của bạn trước khi thu thập từ báo thật"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo-project"))
@click.option("--no-open", is_flag=True, help="Do not open the report in a browser.")
def demo(folder: Path, no_open: bool) -> None:
    """Build a sample project in FOLDER and open its finished report.

    Outlets and articles are made up by the software; nothing is sent over any network.
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
    sample = _make_project(folder)
    project = sample.project
    _tell(words("cli.demo_import"))
    _import(project, sample.files)
    _tell(words("cli.demo_collect"))
    _collect(sample)
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


@dataclass(frozen=True)
class _Sample:
    """The project with the press, its files and its clock."""

    project: Project
    press: SamplePress
    files: HistoryFiles
    clock: VirtualClock


def _make_project(folder: Path) -> _Sample:
    from diembao.app.outlets import register_outlets
    from diembao.app.project import init_project, open_project
    from diembao.app.topics import new_topic
    from diembao.sample import build_press, write_history
    from diembao.sample.clock import VirtualClock
    from diembao.sample.live import LIVE_FROM, list_live_outlets

    clock = VirtualClock(LIVE_FROM)
    made = init_project(folder, name="Báo chí mẫu", clock=clock)
    _write_contact(made.folder)
    project = open_project(made.folder, clock=clock)
    press = build_press()
    files = write_history(press, project.folder / "sample", until=LIVE_FROM)
    register_outlets(project, [*press.outlets, *list_live_outlets()])
    new_topic(project, place=PLACE)
    return _Sample(project, press, files, clock)


def _write_contact(folder: Path) -> None:
    """The sample office's address into the settings: without a contact nothing is asked."""
    from diembao.settings import FILE_NAME

    file = folder / FILE_NAME
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('contact = ""', f'{CONTACT_NOTE}\ncontact = "{CONTACT}"'), encoding="utf-8")


def _import(project: Project, files: Any) -> None:
    from diembao.app.imports import import_articles, import_clips, import_history
    from diembao.app.releases import import_releases

    import_history(project, files.history, MAPPING, runs=f"{files.runs}:run_at", feeds=files.feeds)
    import_articles(project, files.articles, TEXTS)
    import_releases(project, files.releases)
    import_clips(project, files.clips)


def _collect(sample: _Sample) -> None:
    """The last days through the real path, in the time of the press: each feed in its own rhythm."""
    from diembao.app.collect import collect
    from diembao.sample.faults import COLLECTION_END
    from diembao.sample.history import write_truth
    from diembao.sample.live import DirectBackend, LivePress, note_served

    with LivePress(sample.press, sample.clock, listens=False) as live:
        collect(
            sample.project,
            watch=True,
            timer=sample.clock,
            backend=DirectBackend(live),
            until=COLLECTION_END,
        )
        served = note_served(sample.press, live.newsroom, live.requests, has_texts=True)
        write_truth(served, sample.files)


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
