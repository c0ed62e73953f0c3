"""`diembao import`: feed histories, articles, clipping lists, archives and saved pages, each with an account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from diembao.cli.options import json_option, open_here
from diembao.cli.output import Progress, get_words, print_json, print_table

if TYPE_CHECKING:
    from diembao.app.archives import ArchiveResult
    from diembao.app.imports import ImportResult


@click.group("import")
def import_() -> None:
    """Bring in what was collected elsewhere; every row is accepted, known, or refused with a reason."""


@import_.command("history")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "mapping",
    required=True,
    help="target=column pairs: title=…,summary=…,url=…,published=…,fetched=…,outlet=…",
)
@click.option("--runs", help="FILE:COLUMN with the moments at which the collector ran.")
@click.option(
    "--feeds", type=click.Path(path_type=Path), help="The feeds that were configured (JSON, CSV or OPML)."
)
@json_option
def history(file: Path, mapping: str, runs: str | None, feeds: Path | None, as_json: bool) -> int:
    """Import a feed history (headline, summary, link, times) with the collector's runs and feeds."""
    from diembao.app.imports import import_history

    progress = Progress(file.name)
    result = import_history(open_here(), file, mapping, runs=runs, feeds=feeds, progress=progress)
    progress.close()
    return print_result(result, as_json)


@import_.command("articles")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--map", "mapping", required=True, help="target=column pairs: url=…,title=…,summary=…,text=…,published=…"
)
@json_option
def articles(file: Path, mapping: str, as_json: bool) -> int:
    """Import full articles from JSONL or CSV (.gz, .xz)."""
    from diembao.app.imports import import_articles

    progress = Progress(file.name)
    result = import_articles(open_here(), file, mapping, progress=progress)
    progress.close()
    return print_result(result, as_json)


@import_.command("clips")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "mapping", help="target=column pairs, if the headings are not understood.")
@json_option
def clips(file: Path, mapping: str | None, as_json: bool) -> int:
    """Import an office's clipping list (XLSX or CSV); it is marked as no probability sample."""
    from diembao.app.imports import import_clips

    return print_result(import_clips(open_here(), file, mapping), as_json)


@import_.command("warc")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@json_option
def warc(files: tuple[Path, ...], as_json: bool) -> int:
    """Import pages of registered outlets from WARC, ARC or WACZ files (CC-NEWS, ArchiveWeb.page, wget)."""
    from diembao.app.archives import import_warc

    results = []
    for file in files:
        progress = Progress(file.name)
        results.append(import_warc(open_here(), file, progress=progress))
        progress.close()
    return _print_archives(results, as_json)


@import_.command("html")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--outlet", "outlet_id", required=True, help="The registered outlet whose pages these are.")
@json_option
def html(folder: Path, outlet_id: str, as_json: bool) -> int:
    """Import a folder of saved pages of one outlet; each must say which address it was saved from."""
    from diembao.app.archives import import_html

    progress = Progress(folder.name)
    result = import_html(open_here(), folder, outlet_id, progress=progress)
    progress.close()
    return _print_archives([result], as_json)


def _print_archives(results: list[ArchiveResult], as_json: bool) -> int:
    if as_json:
        print_json(results)
        return max(0 if r.accepted + r.known or not r.read else 1 for r in results)
    words = get_words()
    code = 0
    for result in results:
        if len(results) > 1:
            click.echo(result.file)
        code = max(code, print_result(result, False))
        if result.pages:
            click.echo(words("cli.pages_read"))
            print_table(["pages", "read as"], [[n, kind] for kind, n in sorted(result.pages.items())])
        if result.passed_over:
            click.echo(words("cli.passed_over"))
            print_table(["records", "why"], [[n, why] for why, n in sorted(result.passed_over.items())])
    return code


def print_result(result: ImportResult, as_json: bool) -> int:
    """The account of an import; exit code 1 where no row was taken."""
    if as_json:
        print_json(result)
    else:
        words = get_words()
        click.echo(words("cli.import_account", **result.counts()))
        if result.refused:
            click.echo(words("cli.import_refused"))
            print_table(
                ["reason", "rows", "first lines", "detail"],
                [[r["reason"], r["rows"], r["lines"], r["detail"]] for r in result.describe_refusals()],
                limit=90,
            )
        for note in result.notes:
            click.echo(f"· {note}")
    return 0 if result.accepted + result.known or not result.read else 1


COMMANDS = [import_]
