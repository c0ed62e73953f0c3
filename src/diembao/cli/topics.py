"""`diembao topic`: make profiles, list them, try them on a text."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from diembao.cli.options import json_option, open_here, read_day
from diembao.cli.output import get_words, print_json, print_table

if TYPE_CHECKING:
    from diembao.i18n import Words
    from diembao.types import Mention


@click.group()
def topic() -> None:
    """What the report is about: a place with its units in time, or phrases."""


@topic.command("new")
@click.option(
    "--place", help='A place of the gazetteer, for example "Lạng Sơn"; a bare name means the province.'
)
@click.option("--kind", help="Say which unit is meant: tỉnh, thành phố, huyện, xã, phường …")
@click.option("--within", help="The unit it lies in, for names that several places bear.")
@click.option(
    "--phrase", "phrases", multiple=True, help='A phrase of a free topic; "text=kind" states a kind.'
)
@click.option("--exclude", "exclusions", multiple=True, help="A phrase that takes a hit away.")
@click.option("--title", help='Title of a free topic; "text=kind" states a kind.')
@click.option("--id", "topic_id", help="Short name of the topic; made from its title if left out.")
@json_option
def new(
    place: str | None,
    kind: str | None,
    within: str | None,
    phrases: tuple[str, ...],
    exclusions: tuple[str, ...],
    title: str | None,
    topic_id: str | None,
    as_json: bool,
) -> None:
    """Write a topic profile from the gazetteer (--place) or from phrases (--phrase)."""
    from diembao.app.topics import new_topic

    if bool(place) == bool(phrases):
        raise click.UsageError("give either --place or one or more --phrase")
    made = new_topic(
        open_here(),
        place=place,
        kind=kind,
        within=within,
        phrases=phrases,
        exclusions=exclusions,
        title=title,
        topic_id=topic_id,
    )
    if as_json:
        print_json(made)
    else:
        click.echo(
            get_words()("cli.topic_made", topic_id=made["topic_id"], file=made["file"], places=made["places"])
        )


@topic.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the project's topics."""
    from diembao.app.topics import list_topics

    topics = list_topics(open_here())
    if as_json:
        print_json(topics)
    else:
        print_table(
            ["id", "kind", "title", "file"],
            [[t[k] for k in ("topic_id", "kind", "title", "file")] for t in topics],
        )


@topic.command("test")
@click.argument("text")
@click.option(
    "--date", "day", type=read_day, default=None, help="Publication date: names have a span of validity."
)
@click.option("--topic", "topic_id", help="Which topic; may be left out if the project has one.")
@click.option("--body", default="", help="Text below the title, if any.")
@json_option
def test(text: str, day: date | None, topic_id: str | None, body: str, as_json: bool) -> None:
    """Show what matches in TEXT (read as a title) and why, and which names were set aside and why."""
    from diembao.app.topics import test_text
    from diembao.topics import reason_key

    result = test_text(open_here(), title=text, text=body, published_on=day, topic_id=topic_id)
    if as_json:
        print_json(result)
        return
    words = get_words()
    match = result["match"]
    decision = f"{words('topics.decision.' + match.decision)} · {match.score:g} · {match.rule}"
    click.echo(f"{decision} ({words(reason_key(match.rule))})")
    for heading, mentions in (("counted", match.mentions), ("set_aside", result["set_aside"])):
        if mentions:
            click.echo(f"\n{words('topics.heading.' + heading)}")
            print_table(
                ["field", "start", "end", "surface", "place", "rule", "why"],
                [[*_describe(m, result["names"]), _explain(m.rule, words)] for m in mentions],
            )


def _describe(mention: Mention, names: dict[str, str]) -> list[Any]:
    place = names.get(mention.place_id or "", mention.place_id)
    return [mention.field, mention.start, mention.end, mention.surface, place, mention.rule]


def _explain(rule: str, words: Words) -> str:
    from diembao.topics import list_rule_keys

    return ", ".join(words(key) for key in list_rule_keys(rule))


COMMANDS = [topic]
