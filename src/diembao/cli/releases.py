"""`diembao releases`: import, list, show and withdraw press releases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diembao.cli.imports import print_result
from diembao.cli.options import json_option, open_here
from diembao.cli.output import Progress, get_words, print_json, print_table, say
from diembao.i18n.formats import format_percent

if TYPE_CHECKING:
    from diembao.stories.pickup import Pickup, ReleasePickup


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
    """List the releases by day of issue with the articles that use each, as of the last `diembao process`."""
    from diembao.app.release_uses import count_pickup
    from diembao.app.releases import list_releases

    project = open_here()
    rows, pickup = list_releases(project), count_pickup(project)
    if as_json:
        print_json({"releases": rows, "pickup": pickup})
        return
    used = {row.release_id: row for row in pickup.by_release}
    print_table(
        ["day", "id", "words", "articles", "outlets", "whole", "first after", "title"],
        [[r["day"] or "—", r["release_id"], r["words"], *_describe_pickup(used[r["release_id"]]), r["title"]]
         for r in rows],
        limit=90,
    )  # fmt: skip
    _print_totals(pickup)


def _describe_pickup(row: ReleasePickup) -> tuple[object, ...]:
    days = "" if row.days_to_first is None else f"{max(0.0, row.days_to_first):.1f}"
    return (row.articles or "", row.outlets or "", row.whole or "", days)


def _print_totals(pickup: Pickup) -> None:
    words = get_words()
    share = format_percent(pickup.median_share, words.language) if pickup.median_share is not None else "—"
    click.echo(
        words(
            "cli.release_totals",
            releases=pickup.releases,
            used=pickup.used,
            articles=pickup.articles,
            share=share,
            whole=pickup.whole,
            mostly=pickup.mostly_release,
        )
    )
    if pickup.older or pickup.undated:
        click.echo(words("cli.release_others", older=pickup.older, undated=pickup.undated))
    say(words("cli.release_as_of"))


@releases.command("show")
@click.argument("release_id", metavar="ID")
@click.option(
    "--passages", default=3, show_default=True, type=click.IntRange(0, 50), help="Quoted of each article."
)
@json_option
def show(release_id: str, passages: int, as_json: bool) -> None:
    """Show one release: its text, and every article that shares passages with it, side by side."""
    from diembao.app.release_uses import list_uses
    from diembao.app.releases import show_release

    project = open_here()
    found = show_release(project, release_id)
    uses = list_uses(project, release_id, passages=passages)
    if as_json:
        print_json({**found, "uses": uses})
        return
    for name, value in found.items():
        if name != "text" and value not in (None, "", [], ()):
            shown = ", ".join(value) if isinstance(value, tuple) else str(value)
            click.echo(f"{name}: {_make_safe(shown)}")
    click.echo("\n" + "\n".join(_make_safe(line) for line in found["text"].split("\n")) + "\n")
    for use in uses:
        _print_use(use)
    say(get_words()("cli.release_as_of"))


def _print_use(use: dict[str, Any]) -> None:
    words = get_words()
    order = {True: "after", False: "before", None: "unordered"}[use["is_origin"]]
    click.echo(f"{use['day']}  {use['outlet_id']}  {use['article_id']}  {_make_safe(use['title'] or '')}")
    click.echo(
        words(
            f"cli.release_{order}",
            article=format_percent(use["share_of_article"], words.language),
            release=format_percent(use["share_of_release"], words.language),
        )
    )
    for passage in use["passages"]:
        click.echo(words("cli.release_passage", words=passage["words"]))
        click.echo(f"      {_make_safe(passage['release'])}")
        click.echo(f"    ▸ {_make_safe(passage['article'])}")


def _make_safe(text: str) -> str:
    """Text from strangers on one line, without control characters."""
    return "".join(char if char.isprintable() else " " for char in text)


@releases.command("withdraw")
@click.argument("release_id", metavar="ID")
@click.option("--reason", default="", help="Why, in a few words; it is kept in the audit trail.")
def withdraw(release_id: str, reason: str) -> None:
    """Take a wrongly imported release out of all later counts; it may be imported again."""
    from diembao.app.releases import withdraw_release

    withdraw_release(open_here(), release_id, reason)
    say(get_words()("cli.release_withdrawn", release_id=release_id))


COMMANDS = [releases]
