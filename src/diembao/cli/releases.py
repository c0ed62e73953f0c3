"""`diembao releases`: import, list, show and withdraw press releases."""

from __future__ import annotations

from pathlib import Path

import click

from diembao.cli.imports import print_result
from diembao.cli.options import json_option, open_here
from diembao.cli.output import Progress, get_words, print_json, print_table, say


@click.group()
def releases() -> None:
    """Press releases: what an office issued, to be compared with what was published."""


@releases.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--map", "mapping", help="For a list: target=column pairs: id=…,title=…,text=…,published=…,file=…"
)
@json_option
def import_(path: Path, mapping: str | None, as_json: bool) -> int:
    """Import releases from a folder (DOCX, PDF, HTML, text), one document, a list (CSV, JSONL) or a saved feed."""
    from diembao.app.releases import import_releases

    progress = Progress(path.name)
    result = import_releases(open_here(), path, mapping, progress=progress)
    progress.close()
    return print_result(result, as_json)


@releases.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the releases by day of issue."""
    from diembao.app.releases import list_releases

    rows = list_releases(open_here())
    if as_json:
        print_json(rows)
        return
    print_table(
        ["day", "id", "words", "title"],
        [[r["day"] or "—", r["release_id"], r["words"], r["title"]] for r in rows],
        limit=90,
    )


@releases.command("show")
@click.argument("release_id", metavar="ID")
@json_option
def show(release_id: str, as_json: bool) -> None:
    """Show one release: where it came from, when it was issued, its text."""
    from diembao.app.releases import show_release

    found = show_release(open_here(), release_id)
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        if name != "text" and value not in (None, "", [], ()):
            click.echo(f"{name}: {', '.join(value) if isinstance(value, tuple) else value}")
    click.echo(f"\n{found['text']}")


@releases.command("withdraw")
@click.argument("release_id", metavar="ID")
@click.option("--reason", default="", help="Why, in a few words; it is kept in the audit trail.")
def withdraw(release_id: str, reason: str) -> None:
    """Take a wrongly imported release out of all later counts; it may be imported again."""
    from diembao.app.releases import withdraw_release

    withdraw_release(open_here(), release_id, reason)
    say(get_words()("cli.release_withdrawn", release_id=release_id))


COMMANDS = [releases]
