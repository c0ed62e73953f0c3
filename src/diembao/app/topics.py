"""Topics of a project: make a profile, read it, try it; and the gazetteer that ships with the package."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diembao.app.project import Project
from diembao.desk.durable import save_file, sync_folder
from diembao.errors import TopicError
from diembao.text.normal import folded_key
from diembao.types import Phrase, Topic, TopicMatch

if TYPE_CHECKING:
    from diembao.topics import Gazetteer, Matcher

_TOPIC_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
GAZETTEER_FILE = "vietnam.jsonl.xz"


@cache
def load_gazetteer() -> Gazetteer:
    """The gazetteer of Vietnam that ships with the package."""
    from diembao.topics import parse_gazetteer

    return parse_gazetteer(_read_gazetteer())


@cache
def find_gazetteer_version() -> str:
    """The version of that gazetteer, for those who need no place of it."""
    from diembao.topics import read_gazetteer_version

    return read_gazetteer_version(_read_gazetteer())


def _read_gazetteer() -> bytes:
    return resources.files("diembao").joinpath("assets", "gazetteer", GAZETTEER_FILE).read_bytes()


@cache
def load_matcher(topic: Topic) -> Matcher:
    """The matcher of a topic; built once per process."""
    from diembao.topics import Matcher

    return Matcher(topic, load_gazetteer())


def place_topic(name: str, *, kind: str | None = None, within: str | None = None) -> Topic:
    """The topic of a place: its units at each time, with their aliases.

    A bare province name means the province; an ambiguous name raises TopicError with the candidates.
    """
    from diembao.topics import place_topic as build

    return build(load_gazetteer(), name, kind=kind, within=within)


def match_topic(
    topic: Topic, *, title: str, text: str, lead: str = "", published_on: date | None = None
) -> TopicMatch:
    """Whether an article is about a topic, and why; `text` excludes the lead.

    Spans of mentions are in code points of the argument as given.
    """
    return load_matcher(topic).match(title=title, text=text, lead=lead, published_on=published_on)


# ------------------------------------------------------------------ profiles of a project


def new_topic(
    project: Project,
    *,
    place: str | None = None,
    kind: str | None = None,
    within: str | None = None,
    phrases: tuple[str, ...] = (),
    exclusions: tuple[str, ...] = (),
    title: str | None = None,
    topic_id: str | None = None,
) -> dict[str, Any]:
    """Write a new profile file; what was made."""
    from dataclasses import replace

    from diembao.topics import format_profile, free_topic

    if place is not None:
        topic = place_topic(place, kind=kind, within=within)
        if exclusions:
            topic = replace(topic, exclusions=tuple(_read_phrase(text) for text in exclusions))
    else:
        wanted = tuple(_read_phrase(text) for text in phrases)
        name = _read_phrase(title or wanted[0].text)
        title = name.text
        topic = free_topic(
            name.text,
            wanted,
            exclusions=tuple(_read_phrase(text) for text in exclusions),
            title_kind=name.stated_kind,
        )
    topic = replace(topic, topic_id=_choose_id(topic_id, title or topic.title), title=title or topic.title)
    path = project.topics_folder / f"{topic.topic_id}.toml"
    if path.exists():
        raise TopicError(
            "there is a topic {topic_id!r} already: {file}",
            key="app.topic_exists",
            next_step="edit that file, or give another name with --id",
            topic_id=topic.topic_id,
            file=str(path),
        )
    project.topics_folder.mkdir(exist_ok=True)
    save_file(path, format_profile(topic).encode("utf-8"))
    sync_folder(path.parent)
    with project.open_desk() as desk:
        desk.audit.append("topic_new", {"topic_id": topic.topic_id, "title": topic.title})
    return {"topic_id": topic.topic_id, "title": topic.title, "file": str(path), "places": len(topic.places)}


def _read_phrase(text: str) -> Phrase:
    """`"cao tốc=work"` states a kind; a phrase without an equals sign states none."""
    phrase, sign, kind = text.rpartition("=")
    return Phrase(phrase.strip(), kind.strip()) if sign else Phrase(text.strip())


def _choose_id(topic_id: str | None, title: str) -> str:
    chosen = topic_id or re.sub(r"[^a-z0-9]+", "-", folded_key(title)).strip("-")[:60]
    if not _TOPIC_ID.fullmatch(chosen):
        raise TopicError(
            "{topic_id!r} cannot name a topic",
            key="app.bad_topic_id",
            next_step="give --id with letters a-z, digits and hyphens, for example --id lang-son",
            topic_id=chosen,
        )
    return chosen


def list_topic_ids(project: Project) -> list[str]:
    """The ids of all topics, in order."""
    return sorted(path.stem for path in project.topics_folder.glob("*.toml"))


def list_topics(project: Project) -> list[dict[str, Any]]:
    """Every topic with its kind, title and file."""
    found = []
    for topic_id in list_topic_ids(project):
        topic = get_topic(project, topic_id)
        file = project.topics_folder / f"{topic_id}.toml"
        found.append({"topic_id": topic_id, "kind": topic.kind, "title": topic.title, "file": str(file)})
    return found


def get_topic(project: Project, topic_id: str) -> Topic:
    """The topic of an id as its file stands now."""
    return _read_profile(_find_file(project, topic_id))


def _find_file(project: Project, topic_id: str) -> Path:
    path = project.topics_folder / f"{topic_id}.toml"
    if not _TOPIC_ID.fullmatch(topic_id) or not path.is_file():
        known = list_topic_ids(project)
        raise TopicError(
            "no topic {topic_id!r} in this project (its topics: {known})",
            key="app.no_topic",
            next_step='make one with `diembao topic new --place "Lạng Sơn"`',
            topic_id=topic_id,
            known=", ".join(known) or "—",
        )
    return path


def _read_profile(path: Path) -> Topic:
    from dataclasses import replace

    from diembao.topics import parse_profile

    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise TopicError(
            "{file} is not UTF-8 text",
            key="app.profile_not_text",
            next_step="save the file as UTF-8, or delete it and make the topic anew",
            file=str(path),
        ) from error
    topic = parse_profile(text)
    return topic if topic.topic_id == path.stem else replace(topic, topic_id=path.stem)


def test_text(
    project: Project, *, title: str, text: str, published_on: date | None, topic_id: str | None
) -> dict[str, Any]:
    """What a topic matches in a text and why, what was set aside and why, and the names of the places hit."""
    from dataclasses import replace

    from diembao.topics import is_blocked_rule

    topic = get_topic(project, topic_id or _only_topic(project))
    shown = load_matcher(topic).explain(title=title, text=text, published_on=published_on)
    kept = tuple(m for m in shown.mentions if not is_blocked_rule(m.rule))
    set_aside = [m for m in shown.mentions if is_blocked_rule(m.rule)]
    gazetteer = load_gazetteer()
    names = {m.place_id: gazetteer.describe(m.place_id) for m in kept if m.place_id is not None}
    return {
        "topic_id": topic.topic_id,
        "match": replace(shown, mentions=kept),
        "names": names,
        "set_aside": set_aside,
    }


def _only_topic(project: Project) -> str:
    known = list_topic_ids(project)
    if len(known) == 1:
        return known[0]
    raise TopicError(
        "say which topic with --topic; this project has {n}",
        key="app.which_topic",
        next_step="`diembao topic list` shows them, `diembao topic new` makes one",
        n=len(known),
    )
