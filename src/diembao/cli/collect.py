"""`diembao collect`: ask the registered outlets for what is new."""

from __future__ import annotations

import sys
import time
from datetime import date
from typing import TYPE_CHECKING

import click

from diembao.cli.options import json_option, open_here, read_day
from diembao.cli.output import VOICE, get_words, print_json, print_table, say

if TYPE_CHECKING:
    from diembao.app.collect import CollectResult
    from diembao.app.collecting.collector import Collected


@click.command()
@click.option("--watch", is_flag=True, help="Go on until stopped, asking each feed in its own rhythm.")
@click.option("--outlet", "outlet_ids", multiple=True, help="Only this outlet; may be repeated.")
@click.option("--since", type=read_day, help="Walk sitemaps back to this day (YYYY-MM-DD).")
@click.option("--dry-run", is_flag=True, help="Say what would be asked for; send nothing, change nothing.")
@json_option
def collect(
    watch: bool, outlet_ids: tuple[str, ...], since: date | None, dry_run: bool, as_json: bool
) -> int:
    """Ask registered outlets for what is new: robots.txt first, one connection a host, evidence in WARC files.

    Stop it at any time with Ctrl-C; what was acknowledged is kept and the rest is asked for the next time.
    """
    from diembao.app.collect import collect as run
    from diembao.app.collect import plan_collection

    if watch and since:
        raise click.UsageError("--since walks back once; --watch goes on: use one of them at a time")
    project = open_here()
    if dry_run:
        rows = plan_collection(project, outlet_ids=outlet_ids, since=since)
        if as_json:
            print_json(rows)
        else:
            print_table(
                ["purpose", "outlet", "url"], [[r["purpose"], r["outlet"], r["url"]] for r in rows], limit=110
            )
        return 0
    progress = _Progress()
    result = run(project, watch=watch, outlet_ids=outlet_ids, since=since, progress=progress)
    progress.close()
    if as_json:
        print_json(result)
    else:
        _print(result)
    return 4 if result.failed_outlets else 0


def _print(result: CollectResult) -> None:
    words = get_words()
    click.echo(
        words(
            "cli.collected",
            fetched=result.fetched,
            size=f"{result.bytes / 1e6:.1f}",
            accepted=result.accepted,
            known=result.known,
            refused=result.refused,
        )
    )
    if result.reread:
        click.echo(words("cli.collected_reread", n=result.reread))
    if result.waiting_pages:
        click.echo(words("cli.collected_waiting", n=result.waiting_pages))
    if result.pages:
        click.echo(words("cli.pages_read"))
        print_table(["pages", "read as"], [[n, kind] for kind, n in sorted(result.pages.items())])
    rows = [
        [
            row["outlet"],
            row["asked"],
            row["answered"],
            ", ".join(f"{k} {n}" for k, n in row["trouble"].items()),
        ]
        for row in result.outlets
    ]
    print_table(["outlet", "asked", "answered", "trouble"], rows, limit=100)
    if result.reasons:
        click.echo(words("cli.import_refused"))
        print_table(["rows", "reason"], [[n, reason] for reason, n in sorted(result.reasons.items())])
    for outlet_id in result.failed_outlets:
        say(words("cli.collect_failed", outlet=outlet_id))


class _Progress:
    """Counts on stderr: rewritten in place on a terminal, one line each ten seconds otherwise."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._inline = sys.stderr.isatty()

    def __call__(self, done: Collected) -> None:
        """Show how far it is, if enough time has passed."""
        now = time.monotonic()
        if VOICE.quiet or now - self._last < (0.5 if self._inline else 10):
            return
        self._last = now
        asked = sum(done.attempts.values())
        good = sum(n for (_, outcome), n in done.attempts.items() if outcome in ("ok", "not_modified"))
        size = f"{done.bytes / 1e6:.1f}"
        line = get_words()("cli.collecting", asked=asked, good=good, failed=asked - good, size=size)
        click.echo(("\r" + line) if self._inline else line, err=True, nl=not self._inline)

    def close(self) -> None:
        """End the line that was rewritten in place."""
        if self._inline:
            click.echo("\r" + " " * 60 + "\r", err=True, nl=False)


COMMANDS: list[click.Command] = [collect]
