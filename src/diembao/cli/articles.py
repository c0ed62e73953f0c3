"""`diembao articles`: search, list and show what was collected."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from diembao.cli.options import check_period, json_option, open_here, period_options
from diembao.cli.output import VOICE, get_words, make_printable, print_json, print_jsonl, print_table
from diembao.i18n.formats import format_moment


@click.group()
def articles() -> None:
    """Search, list and show articles. There is no filter by tone and none by author."""


@articles.command("search")
@click.argument("query")
@period_options(required=False)
@click.option("--outlet", "outlet_id", help="Only this outlet.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000))
@json_option
def search(
    query: str, start: date | None, end: date | None, outlet_id: str | None, limit: int, as_json: bool
) -> None:
    """Search words and phrases: '"cao tốc" -"Chi Lăng"', title:"mưa đá", accent-free too."""
    from diembao.app.articles import search_articles

    check_period(start, end)
    result = search_articles(open_here(), query, start=start, end=end, outlet_id=outlet_id, limit=limit)
    if as_json:
        print_json(result)
        return
    words = get_words()
    for hit in result["hits"]:
        click.echo(f"{hit['day']}  {hit['outlet_id']}  {hit['article_id']}")
        click.echo(f"  {hit['title']}\n  {hit['snippet']}\n  {hit['url']}")
    click.echo(words.count("cli.search_total", result["total"], shown=len(result["hits"])), err=True)
    if result["behind"]:
        click.echo(words("cli.search_behind"), err=True)


@articles.command("list")
@period_options(required=False)
@click.option("--outlet", "outlet_id", help="Only this outlet.")
@click.option("--topic", "topic_id", help="Only candidates of this topic.")
@click.option("--decision", type=click.Choice(["about", "mentions", "unclear", "not"]), help="With --topic.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000_000))
@click.option("--jsonl", "as_jsonl", is_flag=True, help="One JSON object a line.")
@json_option
def list_(
    start: date | None,
    end: date | None,
    outlet_id: str | None,
    topic_id: str | None,
    decision: str | None,
    limit: int,
    as_jsonl: bool,
    as_json: bool,
) -> None:
    """List articles by day of publication."""
    from diembao.app.articles import list_articles

    check_period(start, end)
    if decision and not topic_id:
        raise click.UsageError("--decision needs --topic")
    rows = list_articles(
        open_here(),
        start=start,
        end=end,
        outlet_id=outlet_id,
        topic_id=topic_id,
        decision=decision,
        limit=limit,
    )
    if as_jsonl:
        print_jsonl(rows)
    elif as_json:
        print_json(rows)
    else:
        print_table(
            ["day", "outlet", "id", "title"],
            [[r["day"], r["outlet_id"], r["article_id"], r["title"]] for r in rows],
            limit=90,
        )


@articles.command("show")
@click.argument("article_id")
@click.option("--evidence", is_flag=True, help="Also show where its pages lie in the archive, checked now.")
@click.option("--reprints", is_flag=True, help="Also show whose text it is, and the passages it shares.")
@json_option
def show(article_id: str, evidence: bool, reprints: bool, as_json: bool) -> None:
    """Show one article: what was received, every time and where it was read, and why topics matched."""
    from diembao.app.articles import list_evidence, show_article
    from diembao.app.reprints import show_reprints

    project = open_here()
    found = show_article(project, article_id)
    if evidence:
        found["evidence"] = list_evidence(project, article_id)
    shared = show_reprints(project, article_id) if reprints else None
    if shared is not None and as_json:
        found["reprints"] = shared
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        if name in ("matches", "sightings", "revisions", "evidence"):
            click.echo(f"{name}:")
            for row in value:
                click.echo(
                    "  " + " · ".join(f"{k} {v}" for k, v in row.items() if v not in (None, "", [], ()))
                )
        else:
            click.echo(f"{name}: {value}")
    if shared is not None:
        _print_reprints(shared)


def _print_reprints(found: dict[str, Any]) -> None:
    """Whose text it is, and the passages side by side."""
    words = get_words()
    click.echo(
        words("cli.reprint_place", role=words(f"report.role.{found['role']}"), unit_id=found["unit_id"])
    )
    if found["source_id"]:
        click.echo(
            words(
                "cli.reprint_source",
                source_id=found["source_id"],
                share=f"{found['share']:.0%}",
                confidence=words(f"cli.confidence_{found['confidence']}"),
                basis=", ".join(words(f"cli.basis_{code}") for code in found["basis"]),
            )
        )
    for row in found["shares_with"]:
        click.echo(words("cli.reprint_other", **_plain(row)))
        if row["share_of_this"] is None:
            click.echo(words("cli.reprint_mate"))
        else:
            shares = {"mine": f"{row['share_of_this']:.0%}", "theirs": f"{row['share_of_other']:.0%}"}
            click.echo(words("cli.reprint_shares", **shares))
        _print_passages(row["passages"])
    for row in found["releases"]:
        shares = {"share": f"{row['share_of_article']:.0%}", "used": f"{row['share_of_release']:.0%}"}
        click.echo(words("cli.reprint_release", release_id=row["release_id"], **shares))
        _print_passages(row["passages"])


def _plain(row: dict[str, Any]) -> dict[str, str]:
    """Words of strangers safe for a terminal; times in Vietnam's time, to the minute."""
    return {
        name: format_moment(value, VOICE.language, "Asia/Ho_Chi_Minh")
        if isinstance(value, datetime)
        else make_printable(str(value))
        for name, value in row.items()
    }


def _print_passages(passages: list[dict[str, Any]]) -> None:
    for passage in passages:
        text = make_printable(passage["text"])
        click.echo(get_words()("cli.reprint_passage", words=passage["words"], text=text))


COMMANDS = [articles]
