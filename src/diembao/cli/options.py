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


class Day(click.ParamType):
    """A calendar day written YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error that shows the form."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as 2026-03-01", param, ctx)


def period_options(*, required: bool) -> Callable[[F], F]:
    """`--from` and `--to`, both days included."""

    def add(command: F) -> F:
        start = click.option("--from", "start", type=Day(), required=required, help="First day (YYYY-MM-DD).")
        end = click.option("--to", "end", type=Day(), required=required, help="Last day, included.")
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
