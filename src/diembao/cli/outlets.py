"""`diembao outlet`: the register of outlets whose articles may be counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from diembao.cli.options import check_period, json_option, open_here, period_options
from diembao.cli.output import get_words, print_json, print_table


@click.group()
def outlet() -> None:
    """Register outlets, list them, see what they delivered and where collection has gaps."""


@outlet.command("add")
@click.argument("outlet_id", required=False)
@click.option("--name", help="The outlet's name as printed.")
@click.option("--domain", "domains", multiple=True, help="A domain that belongs to it; may be repeated.")
@click.option(
    "--class", "outlet_class", help="central, provincial, local, sector, foreign, aggregator or your own."
)
@click.option("--place", help="The province it belongs to.")
@click.option("--timezone", default=None, help="Zone of its clock; Asia/Ho_Chi_Minh if left out.")
@click.option("--language", default=None, help="Language it writes in; vi if left out.")
@click.option("--feed", "feeds", multiple=True, help="Address of a feed; may be repeated.")
@click.option("--sitemap", "sitemaps", multiple=True, help="Address of a sitemap; may be repeated.")
@click.option(
    "--directory", type=click.Choice(["vn"]), help="Take outlets from the shipped starter directory."
)
@click.option("--all", "everything", is_flag=True, help="With --directory: every outlet of it.")
@json_option
def add(
    outlet_id: str | None,
    name: str | None,
    domains: tuple[str, ...],
    outlet_class: str | None,
    place: str | None,
    timezone: str | None,
    language: str | None,
    feeds: tuple[str, ...],
    sitemaps: tuple[str, ...],
    directory: str | None,
    everything: bool,
    as_json: bool,
) -> None:
    """Register an outlet, or (--directory vn) those of the starter directory that fit the other options."""
    from diembao.app import outlets as use

    project = open_here()
    if directory:
        rows = use.add_from_directory(
            project, outlet_class=outlet_class, place=place, domains=domains, everything=everything
        )
    else:
        if not (domains and outlet_class):
            raise click.UsageError("an outlet needs at least --domain and --class (or use --directory vn)")
        rows = [
            use.add_outlet(
                project,
                outlet_id=outlet_id,
                name=name,
                domains=domains,
                outlet_class=outlet_class,
                place=place,
                timezone=timezone,
                language=language,
                feeds=feeds,
                sitemaps=sitemaps,
            )
        ]
    _print_rows(rows, as_json)


@outlet.command("drop-feed")
@click.argument("outlet_id")
@click.argument("feed")
@json_option
def drop_feed(outlet_id: str, feed: str, as_json: bool) -> None:
    """End a feed (its address or its id): it is asked no more, and nothing of it is missing from now on.

    What it gave stays, and reports that were built still verify. `outlet add --feed` takes it up again.
    """
    from diembao.app.outlets import drop_feed as drop

    _print_rows([drop(open_here(), outlet_id, feed)], as_json)


@outlet.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List registered outlets with class, domains and whether they have delivered here."""
    from diembao.app.outlets import list_outlets

    outlets = list_outlets(open_here())
    if as_json:
        print_json(outlets)
        return
    print_table(
        ["id", "name", "class", "place", "status", "domains", "feeds"],
        [
            [o.outlet_id, o.name, o.outlet_class, o.place or "", o.status, ", ".join(o.domains), len(o.feeds)]
            for o in outlets
        ],
    )


@outlet.command("check")
@click.argument("outlet_ids", nargs=-1)
@click.option("--live", is_flag=True, help="Ask every feed and sitemap once, politely, whether it answers.")
@json_option
def check(outlet_ids: tuple[str, ...], live: bool, as_json: bool) -> int:
    """Say what each outlet delivered here, which of its feeds never did, and what is wrong with its clock.

    Without --live it reads what was collected and contacts nobody.
    """
    from diembao.app.outlets import check_outlets

    if live:
        return _check_live(outlet_ids, as_json)
    rows = check_outlets(open_here(), outlet_ids)
    if as_json:
        print_json(rows)
    else:
        print_table(
            ["id", "articles", "first", "last", "feeds", "findings"],
            [
                [
                    r["outlet_id"],
                    r["articles"],
                    r["first_seen"],
                    r["last_seen"],
                    r["feeds"],
                    "; ".join(r["findings"]),
                ]
                for r in rows
            ],
            limit=110,
        )
    return 1 if any(r["articles"] == 0 for r in rows) else 0


def _check_live(outlet_ids: tuple[str, ...], as_json: bool) -> int:
    from diembao.app.visits import check_live

    rows = check_live(open_here(), outlet_ids)
    if as_json:
        print_json(rows)
    else:
        print_table(
            ["outlet", "kind", "ok", "entries", "newest", "url", "detail"],
            [
                [
                    r["outlet"],
                    r["kind"],
                    "ok" if r["ok"] else "BAD",
                    r["entries"],
                    r["newest"].strftime("%Y-%m-%d %H:%M") if r["newest"] else "",
                    r["url"],
                    r["detail"],
                ]
                for r in rows
            ],
            limit=90,
        )
    return 0 if all(row["ok"] for row in rows) else 4


@outlet.command("discover")
@click.argument("url")
@json_option
def discover(url: str, as_json: bool) -> int:
    """Find the feeds and sitemaps of a site; its robots.txt is asked first."""
    from diembao.app.visits import discover as look

    rows = look(open_here(), url)
    if as_json:
        print_json(rows)
    else:
        print_table(
            ["kind", "url", "title", "where"],
            [[r["kind"], r["url"], r["title"], r["where"]] for r in rows],
            limit=110,
        )
    return 0 if rows else 1


@outlet.command("gaps")
@period_options(required=False)
@click.option("--outlet", "outlet_id", help="Only this outlet.")
@json_option
def gaps(start: date | None, end: date | None, outlet_id: str | None, as_json: bool) -> None:
    """List holes in what was collected: outlet, feed, from, to, kind, evidence."""
    from diembao.app.coverage import list_gaps

    check_period(start, end)
    rows = list_gaps(open_here(), start=start, end=end, outlet_id=outlet_id)
    if as_json:
        print_json(rows)
        return
    print_table(
        ["outlet", "feed", "from", "to", "kind", "evidence"],
        [[r["outlet"], r["feed"] or "", r["from"], r["to"], r["kind"], r["evidence_text"]] for r in rows],
        limit=90,
    )


@outlet.group("opml")
def opml() -> None:
    """Lists of feeds as other readers write them."""


@opml.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def opml_import(file: Path, as_json: bool) -> None:
    """Register the feeds of an OPML file; a result per row."""
    from diembao.app.outlets import import_opml

    _print_rows(import_opml(open_here(), file), as_json)


@opml.command("export")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def opml_export(file: Path | None) -> None:
    """Write all registered feeds as OPML to FILE, or to stdout."""
    from diembao.app.outlets import export_opml

    data = export_opml(open_here())
    if file is None:
        click.echo(data, nl=False)
    else:
        file.write_bytes(data)


def _print_rows(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    words = get_words()
    print_table(
        ["row", "outlet", "result", "detail"],
        [[r["row"], r["outlet_id"] or "", words(f"cli.row.{r['result']}"), r["detail"]] for r in rows],
        limit=110,
    )


COMMANDS = [outlet]
