"""`diembao stories`: what is about one event; people can merge, split and pin."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from diembao.cli.options import check_period, json_option, open_here, period_options
from diembao.cli.output import get_words, print_json, print_table

note_option = click.option("--note", default="", help="Why; kept with the edit.")


@click.group()
def stories() -> None:
    """Stories: texts about one event, reprints folded. Edits survive re-runs and are on record."""


@stories.command("list")
@period_options(required=False)
@click.option("--topic", "topic_id", help="Only candidates of this topic.")
@click.option("--least", default=2, show_default=True, type=click.IntRange(1), help="Texts at least.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1_000_000))
@json_option
def list_(
    start: date | None, end: date | None, topic_id: str | None, least: int, limit: int, as_json: bool
) -> None:
    """List stories, the largest first."""
    from diembao.app.stories import list_stories

    check_period(start, end)
    rows = list_stories(open_here(), start=start, end=end, topic_id=topic_id, least_texts=least, limit=limit)
    if as_json:
        print_json(rows)
        return
    print_table(
        ["id", "first", "last", "texts", "articles", "outlets", "title"],
        [
            [r[k] for k in ("story_id", "first", "last", "texts", "articles", "outlets", "title")]
            for r in rows
        ],
        limit=90,
    )


@stories.command("show")
@click.argument("story_id")
@json_option
def show(story_id: str, as_json: bool) -> None:
    """Show one story: who was first, its texts day by day, reprints folded."""
    from diembao.app.stories import show_story

    found = show_story(open_here(), story_id)
    if as_json:
        print_json(found)
        return
    words = get_words()
    click.echo(found["title"])
    click.echo(
        words(
            "cli.story_head",
            texts=len(found["texts"]),
            articles=found["articles"],
            outlets=len(found["outlets"]),
            first=found["first"]["outlet_id"],
        )
    )
    for text in found["texts"]:
        copies = words("cli.story_copies", n=len(text["articles"]) - 1) if len(text["articles"]) > 1 else ""
        click.echo(f"{text['day']}  {text['unit_id']}  {text['outlet_id']}  {text['title']}{copies}")
    for edit in found["edits"]:
        click.echo(_tell(edit))


@stories.command("merge")
@click.argument("story_ids", nargs=-1, required=True)
@note_option
@json_option
def merge(story_ids: tuple[str, ...], note: str, as_json: bool) -> None:
    """Say that several stories are one."""
    from diembao.app.stories import merge_stories

    _report(merge_stories(open_here(), story_ids, note=note), as_json)


@stories.command("split")
@click.argument("story_id")
@click.argument("article_ids", nargs=-1, required=True)
@note_option
@json_option
def split(story_id: str, article_ids: tuple[str, ...], note: str, as_json: bool) -> None:
    """Say that some articles of a story are about something else; reprints go with their text."""
    from diembao.app.stories import split_story

    _report(split_story(open_here(), story_id, article_ids, note=note), as_json)


@stories.command("pin")
@click.argument("story_id")
@note_option
@json_option
def pin(story_id: str, note: str, as_json: bool) -> None:
    """Keep the texts of a story together, under its id, whatever comes."""
    from diembao.app.stories import pin_story

    _report(pin_story(open_here(), story_id, note=note), as_json)


@stories.command("edits")
@json_option
def edits(as_json: bool) -> None:
    """List what people said about stories, as far as it is in force."""
    from diembao.app.stories import list_edits

    rows = list_edits(open_here())
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(_tell(row))


@stories.command("withdraw")
@click.argument("edit_id", type=int)
@note_option
@json_option
def withdraw(edit_id: int, note: str, as_json: bool) -> None:
    """Take an edit back; it stays on record."""
    from diembao.app.stories import withdraw_edit

    result = withdraw_edit(open_here(), edit_id, note=note)
    if as_json:
        print_json(result)
    else:
        click.echo(get_words()("cli.story_withdrawn", edit=edit_id, stories=result["stories"]))


def _report(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(result)
    else:
        click.echo(get_words()("cli.story_edited", edit=result["edit"], stories=result["stories"]))


def _tell(edit: dict[str, Any]) -> str:
    note = f" ({edit['note']})" if edit.get("note") else ""
    rest = f" / {' '.join(edit['rest'])}" if edit.get("rest") else ""
    return f"#{edit['edit']} {edit['kind']}: {' '.join(edit['units'])}{rest}{note}"


COMMANDS = [stories]
