"""From an event to one outlet's article about it: headline, lead, body, and what is true of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from diembao.sample.dice import Dice
from diembao.sample.grammar import Palette, Trap, Voice, WordBook, draw_facts, read_words
from diembao.sample.model import Tone, TrueDecision
from diembao.sample.places import (
    HOME,
    Province,
    Setting,
    choose_setting,
    english_values,
    fold,
    list_provinces,
)

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as several outlets may tell it: place, figures, tone and the trap it holds."""

    story_id: str
    day: date
    language: str
    subject: str
    tone: Tone
    setting: Setting
    facts: Mapping[str, str]
    decision: TrueDecision
    reason: str
    trap: Trap | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An article before it has an address and a time; `sentences` exclude lead and closing mark."""

    title: str
    lead: str
    sentences: tuple[str, ...]
    where: str


def imagine_event(
    story_id: str, day: date, subject: str, tone: Tone, province: Province, dice: Dice, *, language: str
) -> Event:
    """An event of a subject in a province with its figures drawn."""
    book = read_words(language)
    is_home = province.name == HOME
    setting = choose_setting(province, subject, day, dice, title_unit=0.42 if is_home else 0.3)
    values = english_values(setting.values) if language == "en" else dict(setting.values)
    happened = day - timedelta(days=2 if dice.chance(0.2) else 1)  # nobody reports this evening at dawn
    values["thang"] = str(happened.month)
    values["ngay"] = f"{happened.day}/{happened.month}"
    if language == "en":
        values["ngay"] = f"{happened.day} {_MONTHS[happened.month - 1]}"
    if subject == "weather":
        low, high = (3, 14) if happened.month in (11, 12, 1, 2, 3) else (21, 27)
        values["do"] = str(dice.between(low, high))
    facts = draw_facts(book, book.subjects[subject], values, dice, away=not is_home)
    decision: TrueDecision = "about" if is_home else "not"
    return Event(
        story_id, day, language, subject, tone, setting, facts, decision, "home" if is_home else "none"
    )


def set_trap(event: Event, trap: Trap) -> Event:
    """The same event, carrying a trap."""
    decision: TrueDecision = "mentions" if trap.truth == "mentions" else "not"
    return replace(event, tone="plain", decision=decision, reason=trap.name, trap=trap)


def list_traps(day: date, reform: date, language: str) -> list[Trap]:
    """Traps that can occur on a day: some units bore their names only before the reform."""
    return [trap for trap in read_words(language).traps.values() if trap.span != "before" or day < reform]


def trap_provinces(trap: Trap, day: date, subject: str) -> list[Province]:
    """Where a trap can play on a day."""
    possible = list_provinces(day, subject)
    return [province for province in possible if not trap.provinces or province.name in trap.provinces]


def write_article(event: Event, dice: Dice) -> Draft:
    """One telling of the event."""
    book = read_words(event.language)
    subject = book.subjects[event.subject]
    away = event.setting.province != HOME
    voice = Voice(book, subject, event.facts, dice, away=away)
    own = subject.palettes[event.tone]
    theme = dice.pick(own.list_themes(event.day.month))
    if event.trap is not None:
        title, lead, extra = _trap_top(event.trap, own, theme, voice, dice)
    else:
        title, lead, extra = _plain_top(book, subject.palettes["bare"], own, theme, voice, dice)
    toned = [own.body[i] for i in own.suits[theme]] if event.tone != "plain" else []
    body = _write_body(book, subject.palettes["plain"].body, toned, voice, dice, taken=len(extra))
    for sentence in extra:
        body.insert(1 + dice.below(len(body)), sentence)
    return Draft(title, lead, tuple(body), find_where(event, title, lead))


def _write_lead(own: Palette, theme: int, voice: Voice, dice: Dice) -> str:
    return voice.write(own.leads[dice.pick(own.fits[theme])])


def _plain_top(
    book: WordBook, bare: Palette, own: Palette, theme: int, voice: Voice, dice: Dice
) -> tuple[str, str, list[str]]:
    """Headline and lead; the place stands in the headline, first in the lead, or only in the body."""
    depth = dice.roll()
    if depth < 0.83:
        return voice.write(own.titles[theme]), _write_lead(own, theme, voice, dice), []
    if depth < 0.96:
        return voice.write(dice.pick(bare.titles)), _write_lead(own, theme, voice, dice), []
    anchors = [voice.write(pattern) for pattern in dice.take(book.anchors, 3)]
    return voice.write(dice.pick(bare.titles)), voice.write(dice.pick(bare.leads)), anchors


def _trap_top(trap: Trap, own: Palette, theme: int, voice: Voice, dice: Dice) -> tuple[str, str, list[str]]:
    """The trap in headline and lead, added to an ordinary lead, or only in the body."""
    if trap.titles and dice.chance(0.6):
        i = dice.below(len(trap.titles))
        return voice.write(trap.titles[i]), voice.write(trap.leads[min(i, len(trap.leads) - 1)]), []
    title, lead = voice.write(own.titles[theme]), _write_lead(own, theme, voice, dice)
    sentence = voice.write(dice.pick(trap.sentences))
    if dice.chance(0.6):
        return title, f"{lead} {sentence}", []
    return title, lead, [sentence]


def _write_body(
    book: WordBook, plain: Sequence[str], toned: Sequence[str], voice: Voice, dice: Dice, *, taken: int
) -> list[str]:
    """5 to 13 sentences: first what carries the tone, then the rest in any order."""
    count = 5 + dice.below(5) + dice.below(5) - taken
    first = dice.take(toned, 2 + dice.below(3))
    anchors = dice.take(book.anchors, 1 + dice.below(2)) if dice.chance(0.5) and not taken else []
    general = dice.take(book.general, 1) if dice.chance(0.25) else []
    rest = max(2, count - len(first) - len(anchors) - len(general))
    middle = [*dice.take(plain, rest), *anchors]
    middle = dice.take(middle, len(middle))
    return [voice.write(pattern) for pattern in (*first, *middle, *general)]


def find_where(event: Event, title: str, lead: str) -> str:
    """The strongest field that names the place: title, lead or text; "none" where it does not occur."""
    if event.reason == "none":
        return "none"
    names = _names_of(event)
    for field, text in (("title", title), ("lead", lead)):
        if any(name.search(text) for name in names):
            return field
    return "text"


def _names_of(event: Event) -> list[re.Pattern[str]]:
    if event.trap is not None:
        words = ("Lạng", "Lãng", "Chi Lăng", "Bắc Sơn", "Tân Thanh", "ơn mài", "Sơn Đồng", "Hữu Nghị",
                 "Bình Gia", "Đồng Đăng", "oàn kết", "Lang Son")  # fmt: skip
        return [re.compile(word) for word in words]
    values = event.facts
    phrases = {HOME, values["cuakhau"], values["cho"], values["danhthang"], values["noi_ngan"], values["T"]}
    phrases |= {fold(HOME), *(unit.split(" ", 1)[-1] for unit in event.setting.units)}
    return [re.compile(re.escape(phrase), re.IGNORECASE) for phrase in sorted(phrases) if phrase]


def join_text(sentences: tuple[str, ...], mark: str) -> str:
    """The body as paragraphs of two or three sentences, closed by the mark of a sample."""
    paragraphs = []
    at, size = 0, 2
    while at < len(sentences):
        paragraphs.append(" ".join(sentences[at : at + size]))
        at, size = at + size, 5 - size
    return "\n\n".join([*paragraphs, mark])
