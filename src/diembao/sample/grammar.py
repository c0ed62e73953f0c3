"""Sentences from patterns: `{slot}`, `[a|b|]` one of; `{n:10-90:5}` a number, `{d:1-9}` a decimal, `{m:1-9}` bare."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from diembao.sample.dice import Dice

_NUMBER = re.compile(r"([ndm]):(\d+)-(\d+)(?::(\d+))?$")
_SPACES = re.compile(r" {2,}")
_SPACE_BEFORE = re.compile(r" +([,.;:!?”])")


@dataclass(frozen=True, slots=True)
class Slot:
    """A name that the scene or the word lists fill."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number drawn when the sentence is written."""

    kind: str
    low: int
    high: int
    step: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences; one that is only text is kept as text."""

    options: tuple[Sequence[Node] | str, ...]


Node = str | Slot | Number | Choice
Pattern = tuple[Node, ...]


@cache
def parse_pattern(source: str) -> Pattern:
    """The pattern as a tree; a bracket that is never closed raises ValueError."""
    nodes, end = _parse(source, 0, "")
    if end != len(source):
        raise ValueError(f"unbalanced pattern: {source}")
    return nodes


def _parse(source: str, at: int, until: str) -> tuple[Pattern, int]:
    nodes: list[Node] = []
    while at < len(source) and source[at] not in until:
        sign = source[at]
        if sign == "{":
            close = source.index("}", at)
            nodes.append(_parse_slot(source[at + 1 : close]))
            at = close + 1
        elif sign == "[":
            options: list[Pattern | str] = []
            while True:
                option, at = _parse(source, at + 1, "|]")
                options.append("".join(map(str, option)) if all(type(n) is str for n in option) else option)
                if at >= len(source):
                    raise ValueError(f"unbalanced pattern: {source}")
                if source[at] == "]":
                    break
            nodes.append(Choice(tuple(options)))
            at += 1
        else:
            start = at
            while at < len(source) and source[at] not in "{[" and source[at] not in until:
                at += 1
            nodes.append(source[start:at])
    return tuple(nodes), at


def _parse_slot(inner: str) -> Node:
    number = _NUMBER.match(inner)
    if number is None:
        return Slot(inner)
    return Number(number[1], int(number[2]), int(number[3]), int(number[4] or 1))


def upper_first(text: str) -> str:
    """The text with a capital at its start, also after an opening quotation mark."""
    for i, sign in enumerate(text):
        if sign.isalnum():
            return text[:i] + sign.upper() + text[i + 1 :]
    return text


@dataclass(frozen=True, slots=True)
class Palette:
    """What one tone can say: headline i goes with leads `fits[i]` and sentences `suits[i]`."""

    titles: tuple[str, ...]
    leads: tuple[str, ...]
    body: tuple[str, ...]
    fits: tuple[tuple[int, ...], ...]
    suits: tuple[tuple[int, ...], ...]
    #: headlines that make sense in the cold months, in the festival season
    cold: frozenset[int]
    spring: frozenset[int]

    def list_themes(self, month: int) -> list[int]:
        """Which headlines can be written in a month."""
        return [
            i
            for i in range(len(self.titles))
            if not (i in self.cold and 4 <= month <= 10) and not (i in self.spring and month > 4)
        ]


@dataclass(frozen=True, slots=True)
class Subject:
    """What can be written about one everyday matter, by tone ("good", "plain", "bad", "bare")."""

    name: str
    label: str
    slots: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, str]
    palettes: Mapping[str, Palette]


@dataclass(frozen=True, slots=True)
class Trap:
    """An article that carries the name without being about the place, or the name of another thing."""

    name: str
    truth: str
    span: str
    subjects: tuple[str, ...]
    provinces: tuple[str, ...]
    titles: tuple[str, ...]
    leads: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordBook:
    """All patterns and words of one language."""

    language: str
    subjects: Mapping[str, Subject]
    traps: Mapping[str, Trap]
    slots: Mapping[str, tuple[str, ...]]
    general: tuple[str, ...]
    anchors: tuple[str, ...]
    ends: tuple[str, ...]
    lead_mark: str


def _read(language: str, name: str) -> dict[str, Any]:
    source = resources.files(__package__).joinpath("words", language, name)
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _read_palette(raw: Mapping[str, Any]) -> Palette:
    titles, leads, body = tuple(raw["titles"]), tuple(raw["leads"]), tuple(raw.get("body", ()))
    fits = raw.get("fits") or [[min(i, len(leads) - 1)] for i in range(len(titles))]
    suits = raw.get("suits") or [list(range(len(body)))] * len(titles)
    return Palette(
        titles,
        leads,
        body,
        tuple(map(tuple, fits)),
        tuple(map(tuple, suits)),
        frozenset(raw.get("cold", ())),
        frozenset(raw.get("spring", ())),
    )


def _tuples(table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(value) for key, value in table.items()}


@cache
def read_words(language: str) -> WordBook:
    """The words of a language from the files beside this one."""
    folder = resources.files(__package__).joinpath("words", language)
    names = sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml"))
    subjects = {}
    for name in names:
        if name in ("common", "traps"):
            continue
        raw = _read(language, f"{name}.toml")
        tones = {tone: _read_palette(raw[tone]) for tone in ("good", "plain", "bad", "bare")}
        subjects[name] = Subject(name, raw["label"], _tuples(raw["slots"]), raw["facts"], tones)
    traps = {
        name: Trap(
            name,
            raw["truth"],
            raw.get("span", ""),
            tuple(raw["subjects"]),
            tuple(raw.get("provinces", ())),
            tuple(raw["titles"]),
            tuple(raw["leads"]),
            tuple(raw["sentences"]),
        )
        for name, raw in _read(language, "traps.toml").items()
    }
    common = _read(language, "common.toml")
    return WordBook(
        language,
        subjects,
        traps,
        _tuples(common["slots"]),
        tuple(common["general"]["body"]),
        tuple(common["anchors"]["body"]),
        tuple(common["marks"]["end"]),
        common["marks"]["lead"],
    )


#: drawn anew each time; all other word lists keep one value through an article ("…3,000 cây thông…")
_CHANGING = frozenset({"nguoi", "nguon", "noi_rang", "khi", "theo", "tinh_day"})


class Voice:
    """Writes the sentences of one article: fixed values of its scene, its own draws."""

    def __init__(
        self, book: WordBook, subject: Subject, values: Mapping[str, str], dice: Dice, *, away: bool
    ) -> None:
        self._book = book
        self._subject = subject
        self._away = away
        self._values = values
        self._dice = dice
        self._used: dict[str, list[str]] = {}

    def write(self, source: str) -> str:
        """One sentence or headline from a pattern, with a capital at its start."""
        self._used = {}
        text = "".join(self._expand(parse_pattern(source)))
        if "  " in text or " ," in text or " ." in text:  # an empty choice leaves its spaces behind
            text = _SPACE_BEFORE.sub(r"\1", _SPACES.sub(" ", text))
        return upper_first(text.strip())

    def fill(self, source: str) -> str:
        """A pattern as it is, without a capital: for figures."""
        self._used = {}
        return "".join(self._expand(parse_pattern(source)))

    def _expand(self, nodes: Sequence[Node]) -> list[str]:
        out: list[str] = []
        for node in nodes:
            if isinstance(node, str):
                out.append(node)
            elif isinstance(node, Choice):
                option = self._dice.pick(node.options)
                if isinstance(option, str):
                    out.append(option)
                else:
                    out.extend(self._expand(option))
            elif isinstance(node, Number):
                out.append(self._number(node))
            else:
                out.append(self._fill(node.name))
        return out

    def _number(self, node: Number) -> str:
        value = self._dice.between(node.low, node.high, node.step)
        english = self._book.language == "en"
        if node.kind == "d":
            tenth = self._dice.between(1, 9)
            return f"{value}{'.' if english else ','}{tenth}"
        if node.kind == "m":
            return str(value)
        grouped = f"{value:,}"
        return grouped if english else grouped.replace(",", ".")

    def _fill(self, name: str) -> str:
        value = self._values.get(name)
        if value is not None:
            again = name in self._used
            self._used.setdefault(name, []).append(value)
            return self._other(name, value) if again else value
        lower = name[0].lower() + name[1:]
        if lower != name:
            return upper_first(self._fill(lower))
        return self._other(name, None)

    def _other(self, name: str, first: str | None) -> str:
        """A word of the list that this sentence has not used yet."""
        words = list_words(self._book, self._subject, name, away=self._away)
        if not words:
            if first is None:
                raise KeyError(f"no words for {{{name}}} in {self._subject.name}")
            return first
        used = self._used.setdefault(name, [])
        free = [word for word in words if word not in used] or list(words)
        word = self._dice.pick(free)
        used.append(word)
        return "".join(self._expand(parse_pattern(word)))


def list_words(book: WordBook, subject: Subject, name: str, *, away: bool) -> tuple[str, ...]:
    """The words for a slot; outside Lạng Sơn those of `<name>_khac` where the subject has such a list."""
    slots = subject.slots
    if away and f"{name}_khac" in slots:
        return slots[f"{name}_khac"]
    return slots.get(name) or book.slots.get(name, ())


def draw_facts(
    book: WordBook, subject: Subject, values: Mapping[str, str], dice: Dice, *, away: bool
) -> dict[str, str]:
    """The values that hold through every article about one event: its figures and its main words."""
    facts = dict(values)
    for name in subject.slots:
        if name not in _CHANGING and name not in facts and not name.endswith("_khac"):
            facts[name] = dice.pick(list_words(book, subject, name, away=away))
    voice = Voice(book, subject, facts, dice, away=away)
    for name, pattern in subject.facts.items():
        facts.setdefault(name, voice.fill(pattern))
    return facts
