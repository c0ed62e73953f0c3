"""`diembao init`, `config`, `data`, `verify` and `doctor`: the project folder itself."""

from __future__ import annotations

from pathlib import Path

import click

from diembao.cli.options import json_option, open_here
from diembao.cli.output import get_words, print_json, print_table


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--name", default="", help="The project's name; the folder's if left out.")
@click.option("--show", is_flag=True, help="Print a commented diembao.toml and make nothing.")
@json_option
def init(folder: Path | None, name: str, show: bool, as_json: bool) -> None:
    """Make a project folder with a commented diembao.toml."""
    from diembao.settings import format_settings_file

    if show:
        click.echo(format_settings_file(name), nl=False)
        return
    if folder is None:
        raise click.UsageError("name the folder to make: diembao init DIR")
    from diembao.app.project import init_project

    project = init_project(folder, name=name)
    if as_json:
        print_json({"folder": str(project.folder), "name": project.settings.text("project.name")})
    else:
        click.echo(get_words()("cli.init_done", folder=str(project.folder)))


@click.group()
def config() -> None:
    """The settings that hold here."""


@config.command("show")
@click.option("--origin", is_flag=True, help="Also print where each value comes from.")
@json_option
def config_show(origin: bool, as_json: bool) -> None:
    """Print every setting and its value."""
    from diembao.settings import KEYS

    settings = open_here().settings
    rows = [
        {"key": k.name, "value": settings.values[k.name], "origin": settings.origins[k.name], "what": k.what}
        for k in KEYS
    ]
    if as_json:
        print_json(rows)
    else:
        columns = ["key", "value", *(["origin"] if origin else []), "what"]
        print_table(columns, [[row[c] for c in columns] for row in rows], limit=100)


@click.group()
def data() -> None:
    """Versions of what was collected."""


@data.command("snapshot")
@json_option
def snapshot(as_json: bool) -> None:
    """Pin the present state: table versions, desk sequence number, hashes, code version."""
    from diembao.app.snapshots import take_snapshot

    taken = take_snapshot(open_here())
    if as_json:
        print_json(taken)
    else:
        click.echo(taken.snapshot_id)


@click.command()
@json_option
def verify(as_json: bool) -> int:
    """Check every invariant of the stored data, one line a rule; exit 5 if one is broken."""
    from diembao.app.checks import verify_project

    rows = verify_project(open_here())
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            click.echo(f"{'ok ' if row['ok'] else 'BAD'}  {row['rule']}  {row['detail']}")
    return 0 if all(row["ok"] for row in rows) else 5


@click.command()
@json_option
def doctor(as_json: bool) -> int:
    """Say whether this machine and this project are fit for work, and what to do where they are not."""
    from diembao.app.checks import examine_machine

    context = click.get_current_context()
    rows = examine_machine(context.find_root().meta.get("diembao.folder") or Path.cwd())
    if as_json:
        print_json(rows)
    else:
        print_table(
            ["check", "state", "detail"], [[r["check"], r["state"], r["detail"]] for r in rows], limit=110
        )
    return 1 if any(row["state"] == "bad" for row in rows) else 0


COMMANDS = [init, config, data, verify, doctor]
