"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from diembao.app.project import Project

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")


def read_day(text: str) -> date:
    """A calendar day written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a day; write it as 2026-03-01") from error


def period_options(*, required: bool) -> Callable[[F], F]:
    """`--from` and `--to`, both days included."""

    def add(command: F) -> F:
        start = click.option(
            "--from", "start", type=read_day, required=required, help="First day (YYYY-MM-DD)."
        )
        end = click.option("--to", "end", type=read_day, required=required, help="Last day, included.")
        return start(end(command))

    return add


def open_here() -> Project:
    """The project of this run: -C, or found upwards from where we stand."""
    from diembao.app.project import open_project

    context = click.get_current_context()
    folder: Path | None = context.find_root().meta.get("diembao.folder")
    return open_project(folder or Path.cwd())


def check_period(start: date | None, end: date | None) -> None:
    """Refuse a period that ends before it starts."""
    if start and end and end < start:
        raise click.UsageError(f"--to {end} lies before --from {start}")
