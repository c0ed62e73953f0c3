"""`verify`: every invariant of the stored data; `doctor`: whether machine and project are fit for work."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

from diembao.app.project import Project, open_project
from diembao.corpus.check import check_project
from diembao.errors import DiembaoError

Row = dict[str, Any]

#: packages whose absence stops work, and what for
_NEEDED = {
    "duckdb": "queries",
    "deltalake": "tables",
    "pyarrow": "tables",
    "tantivy": "search",
    "daachorse": "topic match",
    "numpy": "estimates",
    "scipy": "estimates",
    "openpyxl": "clipping lists",
    "xlsxwriter": "workbooks",
    "httpx": "collecting",
    "feedparser": "feeds",
    "protego": "robots.txt",
    "trafilatura": "pages",
    "selectolax": "pages",
    "resiliparse": "pages",
    "fastwarc": "archives",
    "warcio": "archives",
    "msgspec": "the sandbox",
}
LOW_SPACE_BYTES = 1_000_000_000


def verify_project(project: Project) -> list[Row]:
    """Each invariant of the data folder with its result."""
    from diembao.app.evidence_checks import check_evidence

    with project.open_desk(read_only=True) as desk:
        rows: list[Row] = [
            {
                "rule": check.rule,
                "ok": check.ok,
                "checked": check.checked,
                "broken": check.broken,
                "detail": f"{check.checked} checked"
                + (f", {check.broken} broken: {dict(check.detail)}" if not check.ok else ""),
            }
            for check in check_project(project.folder, desk)
        ]
        return [*rows, *check_evidence(project, desk)]


def examine_machine(folder: Path) -> list[Row]:
    """What this machine and this project are fit for; state is ok, note or bad."""
    rows = [
        _row("python", sys.version_info >= (3, 11), platform.python_version(), "Diembao needs 3.11 or later"),
        _row(
            "sqlite",
            sqlite3.sqlite_version_info >= (3, 35),
            sqlite3.sqlite_version,
            "3.35 or later is needed",
        ),
    ]
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    rows.append(
        _row(
            "packages",
            not missing,
            f"{len(_NEEDED)} found" if not missing else f"missing: {', '.join(missing)}",
            "install the package again",
        )
    )
    rows.append(_check_space(folder))
    rows.append(_check_writing(folder))
    rows.append(_check_sandbox())
    if os.name == "nt":
        rows.append(
            {"check": "windows", "state": "note", "detail": "not tested here; use a short folder name"}
        )
    rows += _check_project(folder)
    return rows


def _row(check: str, is_ok: bool, detail: str, wanted: str) -> Row:
    return {
        "check": check,
        "state": "ok" if is_ok else "bad",
        "detail": detail if is_ok else f"{detail}; {wanted}",
    }


def _check_space(folder: Path) -> Row:
    free = shutil.disk_usage(folder if folder.exists() else Path.cwd()).free
    return _row("disk", free > LOW_SPACE_BYTES, f"{free / 1e9:.1f} GB free", "free some space")


def _check_writing(folder: Path) -> Row:
    """Whether a file may be made and renamed here."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder if folder.is_dir() else None):
            return {"check": "writing", "state": "ok", "detail": "files can be written"}
    except OSError as error:
        return {"check": "writing", "state": "bad", "detail": f"no file can be written: {error.strerror}"}


def _check_sandbox() -> Row:
    """Which limits hold a worker that parses strangers' bytes."""
    from diembao.sandbox import describe_sandbox

    facts = describe_sandbox()
    if not facts["worker"]:
        return {"check": "sandbox", "state": "bad", "detail": f"no worker starts: {facts['reason']}"}
    names = {
        "time_limit": "time",
        "memory_limit": "memory",
        "cpu_limit": "processor",
        "file_limit": "no writing",
        "call_filter": "no network (kernel)",
        "audit_hook": "no network (Python)",
    }
    held = [word for name, word in names.items() if facts[name]]
    missing = [word for name, word in names.items() if not facts[name]]
    detail = f"limits in force: {', '.join(held)}"
    if missing:
        detail += f"; not on this system: {', '.join(missing)}"
    return {"check": "sandbox", "state": "note" if missing else "ok", "detail": detail}


def _check_project(folder: Path) -> list[Row]:
    try:
        project = open_project(folder)
    except DiembaoError as error:
        return [{"check": "project", "state": "note", "detail": f"{error}; {error.next_step}"}]
    rows: list[Row] = [{"check": "project", "state": "ok", "detail": str(project.folder)}]
    try:
        with project.open_desk(read_only=True) as desk:
            waiting = [o.outlet_id for o in desk.outlets.list_outlets() if o.status == "unverified"]
            last = desk.commits.last()
    except DiembaoError as error:
        return [*rows, {"check": "desk", "state": "bad", "detail": f"{error}; {error.next_step}"}]
    rows.append(
        {
            "check": "outlets",
            "state": "note" if waiting else "ok",
            "detail": f"{len(waiting)} registered outlets never delivered here; they are not in the figures"
            if waiting
            else "all registered outlets have delivered",
        }
    )
    batches = last.batch_no if last else 0
    rows.append({"check": "corpus", "state": "ok", "detail": f"{batches} batches committed"})
    with project.open_desk(read_only=True) as desk:
        dead = sum(1 for kills in desk.schedule.list_quarantine().values() if kills >= 2)
    if dead:
        rows.append(
            {
                "check": "quarantine",
                "state": "note",
                "detail": f"{dead} inputs over which workers died are set aside",
            }
        )
    contact = project.settings.text("collect.contact")
    if not contact:
        rows.append(
            {
                "check": "contact",
                "state": "note",
                "detail": "collect.contact is empty: nothing can be fetched",
            }
        )
    return rows
