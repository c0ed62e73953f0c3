"""A topic's profile as a TOML file that a person can read, edit and hand back."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, cast

from diembao.errors import TopicError
from diembao.text.normal import to_nfc
from diembao.topics.persons import check_phrase
from diembao.topics.places import slug
from diembao.types import Alias, AliasClass, Phrase, Place, Topic

_HEAD = """\
# A topic of Diembao. Edit it and run `diembao process` again: nothing is imported twice.
"""
_PLACE_HELP = """\
# Classes of names: A stands alone, B needs a province or district nearby, C counts only inside a hierarchy
# ("xã X, huyện Y"). An ended unit keeps matching and is marked `former`.
"""
_FREE_HELP = """\
# A phrase in lower case is found in any case, with capitals only so written; accents must agree.
# What looks like a person's name needs a kind: office, street, institution, work, event, product.
"""
_EXCLUDE_HELP = """\
# An exclusion that contains one of the names above takes away that hit; any other takes away the article.
"""
_TOP_KEYS = {
    "id", "title", "title_kind", "kind", "place", "gazetteer", "aliases", "units", "phrases", "exclusions",
}  # fmt: skip


def free_topic(
    title: str,
    phrases: Iterable[str | Phrase],
    *,
    exclusions: Iterable[str | Phrase] = (),
    title_kind: str | None = None,
    topic_id: str | None = None,
) -> Topic:
    """A topic of phrases; what looks like a person's name without a stated kind raises TopicError."""
    topic = Topic(
        topic_id=topic_id or slug(title),
        title=to_nfc(title).strip(),
        kind="free",
        phrases=tuple(_as_phrase(p) for p in phrases),
        exclusions=tuple(_as_phrase(p) for p in exclusions),
        title_kind=title_kind,
    )
    check_topic(topic)
    return topic


def _as_phrase(phrase: str | Phrase) -> Phrase:
    return phrase if isinstance(phrase, Phrase) else Phrase(phrase)


def check_topic(topic: Topic) -> None:
    """Raise TopicError for a topic that names a person, or that can find nothing."""
    _check_title(topic)
    for phrase in (*topic.phrases, *topic.exclusions):
        if not any(c.isalnum() for c in phrase.text):
            raise TopicError(
                "an empty phrase finds nothing", key="topic.empty_phrase", next_step="write words"
            )
    for phrase in topic.phrases:
        check_phrase(phrase.text, phrase.stated_kind)
    for phrase in topic.exclusions:
        if phrase.stated_kind is not None:
            check_phrase(phrase.text, phrase.stated_kind)
    if topic.kind == "free" and not topic.phrases:
        raise TopicError(
            "the topic {title!r} has no phrase",
            key="topic.no_phrase",
            next_step="give at least one phrase",
            title=topic.title,
        )
    known = {p.name for p in topic.places}
    for place in topic.places:
        for alias in place.aliases:
            if alias.surface not in known and alias.from_profile:
                check_phrase(alias.surface, None)


def _check_title(topic: Topic) -> None:
    """A title may repeat a phrase of stated kind or the place's own name; else it follows the rule for phrases."""
    title = topic.title.casefold()
    if any(p.stated_kind and p.text.casefold() == title for p in topic.phrases):
        return
    if any(p.name.casefold() in title for p in topic.places):
        return
    check_phrase(topic.title, topic.title_kind)


# -------------------------------------------------------------------- writing


def format_profile(topic: Topic) -> str:
    """The profile as commented TOML; parsing it again gives the same topic."""
    lines = [_HEAD, f"id = {_quote(topic.topic_id)}", f"title = {_quote(topic.title)}"]
    if topic.title_kind:
        lines.append(f"title_kind = {_quote(topic.title_kind)}")
    lines.append(f"kind = {_quote(topic.kind)}")
    if topic.place_id:
        lines.append(f"place = {_quote(topic.place_id)}")
    if topic.gazetteer_version:
        lines.append(f"gazetteer = {_quote(topic.gazetteer_version)}")
    if topic.kind == "free":
        lines += ["", _FREE_HELP + _format_phrases("phrases", topic.phrases)]
    lines += ["", _EXCLUDE_HELP + _format_phrases("exclusions", topic.exclusions)]
    if topic.kind == "place":
        lines += ["", _PLACE_HELP + "# Names added by hand, for the place itself: { surface = class }"]
        lines.append("[aliases]")
        lines += [
            f"{_quote(a.surface)} = {_quote(a.alias_class)}"
            for p in topic.places
            if p.place_id == topic.place_id
            for a in p.aliases
            if a.from_profile
        ]
        lines += ["", "# The units that belonged to the place, with the days on which they were valid"]
        lines += [_format_unit(p) for p in topic.places]
    return "\n".join(lines).rstrip("\n") + "\n"


def _format_phrases(name: str, phrases: Iterable[Phrase]) -> str:
    rows = [
        f"  {_quote(p.text)},"
        if p.stated_kind is None
        else f"  {{ text = {_quote(p.text)}, kind = {_quote(p.stated_kind)} }},"
        for p in phrases
    ]
    return f"{name} = [\n" + "\n".join(rows) + "\n]" if rows else f"{name} = []"


def _format_unit(place: Place) -> str:
    rows = ["[[units]]", f"id = {_quote(place.place_id)}", f"name = {_quote(place.name)}"]
    rows.append(f"kind = {_quote(place.kind)}")
    if place.parent_id:
        rows.append(f"parent = {_quote(place.parent_id)}")
    for key, day in (
        ("from", place.valid_from),
        ("to", place.valid_to),
        ("belongs_from", place.belongs_from),
    ):
        if day is not None:
            rows.append(f"{key} = {day.isoformat()}")
    if place.predecessors:
        rows.append(f"predecessors = [{', '.join(map(_quote, place.predecessors))}]")
    if place.successors:
        rows.append(f"successors = [{', '.join(map(_quote, place.successors))}]")
    names = ", ".join(
        f"{_quote(a.surface)} = {_quote(a.alias_class)}" for a in place.aliases if not a.from_profile
    )
    rows.append(f"names = {{ {names} }}" if names else "names = {}")
    return "\n".join(rows) + "\n"


def _quote(text: str) -> str:
    """A TOML basic string in NFC; lone surrogates cannot be written and become U+FFFD."""
    safe = to_nfc(text.encode("utf-8", "replace").decode("utf-8"))
    return json.dumps(safe, ensure_ascii=False).replace("\x7f", "\\u007f")


def profile_hash(topic: Topic) -> str:
    """16 hex digits that change when anything that can change a decision changes."""
    return hashlib.sha256(format_profile(topic).encode("utf-8")).hexdigest()[:16]


# -------------------------------------------------------------------- reading


def parse_profile(text: str) -> Topic:
    """The topic from its profile; a wrong key, class, date or a person's name raises TopicError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TopicError(
            "the profile is not TOML: {reason}",
            key="topic.not_toml",
            next_step="fix the line it names; texts stand in quotation marks",
            reason=str(error),
        ) from error
    _check_keys(table)
    try:
        topic = _read_topic(table)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TopicError(
            "the profile has a wrong or missing value: {reason}",
            key="topic.wrong_value",
            next_step="compare with a fresh profile from `diembao topic new`",
            reason=str(error),
        ) from error
    check_topic(topic)
    return topic


def _check_keys(table: dict[str, Any]) -> None:
    for key in table:
        if key not in _TOP_KEYS:
            raise TopicError(
                "the profile has an unknown key {name!r}",
                key="topic.unknown_key",
                next_step="known keys: {known}",
                name=key,
                known=", ".join(sorted(_TOP_KEYS)),
            )


def _read_topic(table: dict[str, Any]) -> Topic:
    kind = table["kind"]
    if kind not in ("place", "free"):
        raise ValueError(f"kind = {kind!r}")
    places = tuple(_read_unit(u) for u in table.get("units", ()))
    main = table.get("place")
    added = _read_names(table.get("aliases", {}), from_profile=True)
    if kind == "place" and main not in {p.place_id for p in places}:
        raise ValueError(f"place = {main!r} is none of the units")
    return Topic(
        topic_id=_text(table["id"]),
        title=_text(table["title"]),
        kind=kind,
        place_id=main,
        places=tuple(replace(p, aliases=p.aliases + added) if p.place_id == main else p for p in places),
        phrases=tuple(_read_phrase(p) for p in table.get("phrases", ())),
        exclusions=tuple(_read_phrase(p) for p in table.get("exclusions", ())),
        gazetteer_version=_text(table.get("gazetteer", "")),
        title_kind=table.get("title_kind"),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return to_nfc(value)


def _read_phrase(value: Any) -> Phrase:
    if isinstance(value, dict):
        return Phrase(_text(value["text"]), value.get("kind"))
    return Phrase(_text(value))


def _read_names(names: dict[str, Any], *, from_profile: bool) -> tuple[Alias, ...]:
    for surface, cls in names.items():
        if cls not in ("A", "B", "C"):
            raise ValueError(f"class {cls!r} of {surface!r}: A, B or C")
    return tuple(Alias(to_nfc(s), cast(AliasClass, c), from_profile) for s, c in names.items())


def _day(value: Any) -> date | None:
    if value is not None and type(value) is not date:
        raise TypeError(f"{value!r} is no day")
    return value


def _read_unit(unit: dict[str, Any]) -> Place:
    return Place(
        place_id=_text(unit["id"]),
        name=_text(unit["name"]),
        kind=_text(unit["kind"]),
        parent_id=unit.get("parent"),
        valid_from=_day(unit.get("from")),
        valid_to=_day(unit.get("to")),
        aliases=_read_names(unit.get("names", {}), from_profile=False),
        predecessors=tuple(map(_text, unit.get("predecessors", ()))),
        successors=tuple(map(_text, unit.get("successors", ()))),
        belongs_from=_day(unit.get("belongs_from")),
    )
