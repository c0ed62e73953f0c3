"""`diembao articles`: search, list and show what was collected."""

from __future__ import annotations

from datetime import date

import click

from diembao.cli.options import check_period, json_option, open_here, period_options
from diembao.cli.output import get_words, print_json, print_jsonl, print_table


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
@json_option
def show(article_id: str, evidence: bool, as_json: bool) -> None:
    """Show one article: what was received, every time and where it was read, and why topics matched."""
    from diembao.app.articles import list_evidence, show_article

    project = open_here()
    found = show_article(project, article_id)
    if evidence:
        found["evidence"] = list_evidence(project, article_id)
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


COMMANDS = [articles]
