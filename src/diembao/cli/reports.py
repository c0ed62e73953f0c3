"""`diembao process` and `diembao report`: compute, write, verify."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from diembao.cli.options import check_period, json_option, open_here, period_options
from diembao.cli.output import Progress, get_words, print_json, print_table


@click.command()
@json_option
def process(as_json: bool) -> None:
    """Bring everything derived up to date: clocks, gaps, topic matches, reprints, stories, search index."""
    from diembao.app.process import process_project

    progress = Progress("process")
    result = process_project(open_here(), progress=progress)
    progress.close()
    if as_json:
        print_json(result)
        return
    words = get_words()
    click.echo(words("cli.processed", articles=result["articles"], indexed=result["indexed"]))
    for row in result["topics"]:
        click.echo(words("cli.processed_topic", **row))
    if result["reread"]:
        click.echo(words("cli.processed_reread", n=result["reread"]))
    click.echo(words("cli.processed_texts", **result))
    for line in result["findings"]:
        click.echo(f"· {line}")


@click.group()
def report() -> None:
    """Build a report, or verify every number of one."""


@report.command("build")
@click.option("--topic", "topic_id", required=True, help="The topic's id (`diembao topic list`).")
@period_options(required=True)
@click.option("--compare", help="year-1, or FROM..TO (days).")
@click.option(
    "--lang", "language", type=click.Choice(["vi", "en"]), help="Language; the project's if left out."
)
@click.option("--output", type=click.Path(path_type=Path), help="Folder for the report; made if missing.")
@json_option
def build(
    topic_id: str,
    start: date,
    end: date,
    compare: str | None,
    language: str | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Write a report: one HTML file, a workbook and a folder of CSVs, pinned to a snapshot."""
    from diembao.app.reports import build_report

    check_period(start, end)
    built = build_report(
        open_here(),
        topic_id=topic_id,
        start=start,
        end=end,
        compare=compare,
        language=language,
        output=output,
    )
    if as_json:
        print_json(built)
    else:
        words = get_words()
        click.echo(
            words(
                "cli.report_built", html=built["html"], numbers=built["numbers"], snapshot=built["snapshot"]
            )
        )
        click.echo(words("cli.report_verify", folder=built["folder"]))


@report.command("verify")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@json_option
def verify(folder: Path | None, as_json: bool) -> int:
    """Recompute every printed number of a report from its snapshot, and compare; exit 1 if one differs."""
    from diembao.app.verify import verify_report

    result = verify_report(open_here(), folder)
    if as_json:
        print_json(result)
    else:
        words = get_words()
        for item in result["problems"]:
            click.echo(f"{words('cli.differs')}: {item}")
        key = "cli.report_ok" if result["ok"] else "cli.report_bad"
        click.echo(
            words(key, numbers=result["numbers"], printed=result["printed"], problems=result["problem_count"])
        )
        for note in result["notes"]:
            click.echo(f"· {note}")
        if result["erased"]:
            click.echo(words("cli.report_erased", n=result["erased"]))
    return 0 if result["ok"] else 1


@report.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the reports built from this project."""
    from diembao.app.reports import list_reports

    rows = list_reports(open_here())
    if as_json:
        print_json(rows)
    else:
        print_table(
            ["topic", "from", "to", "language", "snapshot", "folder"],
            [[r[k] for k in ("topic_id", "start", "end", "language", "snapshot", "folder")] for r in rows],
        )


COMMANDS = [process, report]
