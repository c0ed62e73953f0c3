"""Build a report from a pinned state, and know the reports that were built."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from diembao.app.process import is_up_to_date, process_project, record_profile
from diembao.app.project import Project
from diembao.app.reporting.compose import compose_report
from diembao.app.snapshots import hash_truth, pin_state
from diembao.app.topics import get_topic
from diembao.app.view import open_view
from diembao.desk import Desk
from diembao.desk.snapshots import ReportRecord
from diembao.errors import ReportError, UsageError
from diembao.i18n import Language
from diembao.report.bundle import MANIFEST, PAGE, make_report, save_report
from diembao.report.manifest import digest
from diembao.report.model import ReportModel, ReportSpec, Span
from diembao.types import Snapshot, Topic

_COMPARE = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Request:
    """What a report is asked for."""

    topic_id: str
    start: date
    end: date
    compare: Span | None
    language: Language
    #: how the printed command names the report's folder
    label: str = ""


def build_report(
    project: Project,
    *,
    topic_id: str,
    start: date,
    end: date,
    compare: str | None = None,
    language: str | None = None,
    output: Path | None = None,
) -> dict[str, Any]:
    """Write a report and pin the state it is a function of; what is out of date is processed first."""
    chosen = language or project.settings.text("report.language")
    span = parse_compare(compare, Span(start, end))
    request = Request(topic_id, start, end, span, "en" if chosen == "en" else "vi")
    folder = output or project.reports_folder / name_folder(request)
    request = replace(request, label=label_folder(project, folder))
    topic = get_topic(project, topic_id)
    with project.open_desk() as desk:
        is_ready = is_up_to_date(project, desk)
    if not is_ready:
        process_project(project)
    with project.open_desk() as desk:
        profile = record_profile(desk, topic)
        snapshot = pin_state(project, desk, {"profile": profile.profile_hash})
        model = compose(project, desk, snapshot, topic, profile.profile_hash, request)
        if not model.articles and not any(bin_.now.count for bin_ in model.volume.months):
            raise ReportError(
                "nothing was collected between {start} and {end}",
                key="app.nothing_collected",
                next_step="choose another period: `diembao outlet check` shows what was seen when",
                start=start.isoformat(),
                end=end.isoformat(),
            )
        files = make_report(model, request.language)
        save_report(files, folder)
        _record(desk, snapshot, request, folder, files)
    return {
        "folder": str(folder),
        "html": str(folder / PAGE),
        "numbers": len({n.number_id for n in model.more_numbers}),
        "articles": len(model.articles),
        "snapshot": snapshot.snapshot_id,
    }


def compose(
    project: Project,
    desk: Desk,
    snapshot: Snapshot,
    topic: Topic,
    profile_hash: str,
    request: Request,
) -> ReportModel:
    """The model of a report as of a snapshot."""
    spec = ReportSpec(
        topic_id=request.topic_id,
        topic_title=topic.title,
        topic_kind=topic.kind,
        period=Span(request.start, request.end),
        compare=request.compare,
        timezone=project.settings.text("project.timezone"),
        build_command=format_command(request),
        verify_command=f"diembao report verify {shlex.quote(request.label)}",
        sample_press=bool(hash_truth(project)),
    )
    with open_view(project, desk, snapshot) as view:
        return compose_report(view, spec, topic, profile_hash, snapshot, snapshot.created_at)


def format_command(request: Request) -> str:
    """The command that builds the report again."""
    parts = ["diembao report build", f"--topic {request.topic_id}"]
    parts += [f"--from {request.start}", f"--to {request.end}"]
    if request.compare:
        parts.append(f"--compare {request.compare.first}..{request.compare.last}")
    return " ".join([*parts, f"--lang {request.language}"])


def parse_compare(text: str | None, period: Span) -> Span | None:
    """`year-1` (the same calendar days a year before) or `FROM..TO`."""
    if text is None:
        return None
    if text == "year-1":
        return Span(_year_before(period.first), _year_before(period.last))
    found = _COMPARE.fullmatch(text)
    try:
        span = Span(date.fromisoformat(found[1]), date.fromisoformat(found[2])) if found else None
    except ValueError:
        span = None
    if span is None or span.last < span.first:
        raise UsageError(
            "{text!r} names no period to compare with",
            key="app.bad_compare",
            next_step="write --compare year-1, or --compare 2025-09-01..2025-10-31",
            text=text,
        )
    if span.first <= period.last and period.first <= span.last:
        raise UsageError(
            "the periods {first} and {second} overlap",
            key="app.overlap",
            next_step="choose two periods without a common day",
            first=f"{period.first}..{period.last}",
            second=f"{span.first}..{span.last}",
        )
    return span


def _year_before(day: date) -> date:
    """The same day a year before; the last day of February for a leap day."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def name_folder(request: Request) -> str:
    """The folder of a report that names none: topic, period and language."""
    compare = request.compare
    second = f"_vs_{compare.first}_{compare.last}" if compare else ""
    return f"{request.topic_id}_{request.start}_{request.end}{second}_{request.language}"


def label_folder(project: Project, folder: Path) -> str:
    """How commands name a report's folder: from the project's folder, or by its own name if it lies outside."""
    path = folder.resolve()
    return path.relative_to(project.folder).as_posix() if path.is_relative_to(project.folder) else path.name


def find_folder(project: Project, folder: Path) -> Path:
    """The folder that a person means: from where they stand, else from the project's folder."""
    return project.folder / folder if not folder.exists() and (project.folder / folder).exists() else folder


def _record(
    desk: Desk,
    snapshot: Snapshot,
    request: Request,
    folder: Path,
    files: Mapping[str, bytes],
) -> None:
    parameters = {
        "topic_id": request.topic_id,
        "start": request.start.isoformat(),
        "end": request.end.isoformat(),
        "compare": f"{request.compare.first}..{request.compare.last}" if request.compare else None,
        "language": request.language,
        "folder": str(folder.resolve()) if request.label == folder.resolve().name else request.label,
        "label": request.label,
    }
    report_id = digest(files[MANIFEST])[:16]
    desk.reports.put(
        ReportRecord(
            report_id=report_id,
            snapshot_id=snapshot.snapshot_id,
            topic_id=request.topic_id,
            parameters=parameters,
            results={"manifest": digest(files[MANIFEST]), "page": digest(files[PAGE])},
            created_at=desk.clock.now(),
        )
    )


def list_reports(project: Project) -> list[dict[str, Any]]:
    """Every report that was built, oldest first."""
    with project.open_desk(read_only=True) as desk:
        return [
            {
                "report_id": record.report_id,
                "topic_id": record.topic_id,
                "start": record.parameters["start"],
                "end": record.parameters["end"],
                "compare": record.parameters["compare"],
                "language": record.parameters["language"],
                "snapshot": record.snapshot_id,
                "folder": record.parameters["folder"],
                "created_at": record.created_at,
            }
            for record in desk.reports.list_reports()
        ]


def find_last_folder(project: Project) -> Path:
    """The folder of the report that was built last."""
    reports = list_reports(project)
    if not reports:
        raise ReportError(
            "no report was built in this project yet",
            key="app.no_report_yet",
            next_step="build one: `diembao report build --topic ID --from … --to …`",
        )
    return find_folder(project, Path(reports[-1]["folder"]))
