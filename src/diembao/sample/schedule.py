"""What each outlet writes on each day: how many articles, at what hour, about what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from diembao.sample.dice import Dice
from diembao.sample.faults import is_batch_day
from diembao.sample.forms import HANOI
from diembao.sample.grammar import read_words
from diembao.sample.model import FIRST_DAY, LAST_DAY, NEW_UNITS_FROM, Origin, Tone
from diembao.sample.outlets import HABITS, Habit
from diembao.sample.places import HOME, Province, list_provinces, read_provinces
from diembao.sample.season import Burst, day_factor, find_burst, subject_weight
from diembao.sample.writer import (
    Draft,
    Event,
    imagine_event,
    list_traps,
    set_trap,
    trap_provinces,
    write_article,
)

#: at what hour articles appear: few at night, most in the morning and after lunch
_HOURS = (1, 0, 0, 0, 1, 4, 8, 10, 11, 10, 9, 7, 4, 5, 8, 9, 9, 7, 5, 4, 4, 3, 2, 1)
_TONES: tuple[Tone, ...] = ("good", "plain", "bad")
#: among articles that are not about Lạng Sơn
_TRAP_SHARE = 0.17
#: traps that occur most in real papers weigh most
_TRAP_WEIGHT = {
    "route": 5.0,
    "list": 6.0,
    "plate": 2.0,
    "origin": 4.0,
    "compare": 5.0,
    "street": 2.0,
    "model": 2.0,
}


@dataclass(eq=False, slots=True)
class Plan:
    """An article that will be published; `source` is the plan of the article it copies."""

    outlet_id: str
    at: datetime
    event: Event
    draft: Draft
    origin: Origin = "original"
    source: Plan | None = None
    release_id: str | None = None
    number: int = 0


@dataclass(slots=True)
class Memory:
    """Events of the last days that another outlet may also write about."""

    events: list[tuple[date, Event, set[str]]] = field(default_factory=list)

    def forget(self, day: date) -> None:
        self.events = [entry for entry in self.events if (day - entry[0]).days <= 2]

    def recall(self, outlet_id: str, language: str, home: bool, dice: Dice) -> Event | None:
        known = [
            (event, tellers)
            for _, event, tellers in self.events
            if event.language == language and (event.reason == "home") == home and outlet_id not in tellers
        ]
        if not known:
            return None
        event, tellers = dice.pick(known)
        tellers.add(outlet_id)
        return event


def plan_originals(seed: int) -> Iterator[Plan]:
    """Every article that an outlet writes itself, day by day."""
    memory = Memory()
    day = FIRST_DAY
    while day <= LAST_DAY:
        memory.forget(day)
        burst = find_burst(day)
        for habit in HABITS:
            yield from plan_day(seed, day, habit, burst, memory)
        day += timedelta(days=1)


def plan_day(seed: int, day: date, habit: Habit, burst: Burst | None, memory: Memory) -> Iterator[Plan]:
    """What one outlet writes itself on one day."""
    outlet_id = habit.outlet.outlet_id
    dice = Dice(seed, "day", day, outlet_id)
    home_share = habit.home_share
    rate = habit.rate * day_factor(day)
    if burst is not None:
        rate *= 1 + (burst.factor - 1) * home_share
        home_share = min(0.96, home_share * burst.factor)
    batch = is_batch_day(outlet_id, day)
    if batch:
        rate = max(rate * 2, 9)
    count = int(rate * (0.7 + 0.6 * dice.roll()) + dice.roll())
    for k in range(count):
        mine = dice.child(k)
        at = _choose_time(day, mine, batch=batch)
        event = _choose_event(f"s{day:%y%m%d}-{outlet_id}-{k}", day, habit, home_share, burst, memory, mine)
        yield Plan(outlet_id, at, event, write_article(event, mine.child("text")))


def _choose_time(day: date, dice: Dice, *, batch: bool) -> datetime:
    if batch:
        moment = time(6, dice.below(15), dice.below(60))
    else:
        moment = time(dice.weigh(range(24), _HOURS), dice.below(60), dice.below(60))
    return datetime.combine(day, moment, HANOI)


def _choose_event(
    story_id: str,
    day: date,
    habit: Habit,
    home_share: float,
    burst: Burst | None,
    memory: Memory,
    dice: Dice,
) -> Event:
    language = habit.outlet.language
    home = dice.chance(home_share)
    if dice.chance((0.5 if burst else 0.26) if home else 0.06):
        known = memory.recall(habit.outlet.outlet_id, language, home, dice)
        if known is not None:
            return known
    if home:
        event = _imagine_home(story_id, day, habit, burst, dice)
    elif dice.chance(_TRAP_SHARE):
        return _imagine_trap(story_id, day, habit, dice)
    else:
        subject = _choose_subject(habit, day, dice)
        province = _choose_province(habit, day, subject, dice)
        event = imagine_event(story_id, day, subject, _choose_tone(dice), province, dice, language=language)
    memory.events.append((day, event, {habit.outlet.outlet_id}))
    return event


def _imagine_home(story_id: str, day: date, habit: Habit, burst: Burst | None, dice: Dice) -> Event:
    subject, tone = _choose_subject(habit, day, dice), _choose_tone(dice)
    known = read_words(habit.outlet.language).subjects
    if burst is not None and burst.subject in known and dice.chance(0.65):
        subject = burst.subject
        tone = next(name for name in _TONES if name == burst.tone)
    province = read_provinces()[HOME]
    return imagine_event(story_id, day, subject, tone, province, dice, language=habit.outlet.language)


def _imagine_trap(story_id: str, day: date, habit: Habit, dice: Dice) -> Event:
    traps = list_traps(day, NEW_UNITS_FROM, habit.outlet.language)
    trap = dice.weigh(traps, [_TRAP_WEIGHT.get(trap.name, 1.0) for trap in traps])
    subject = dice.pick(trap.subjects)
    province = dice.pick(trap_provinces(trap, day, subject))
    event = imagine_event(story_id, day, subject, "plain", province, dice, language=habit.outlet.language)
    return set_trap(event, trap)


def _choose_subject(habit: Habit, day: date, dice: Dice) -> str:
    subjects = list(habit.subjects or read_words(habit.outlet.language).subjects)
    weights = [habit.subjects.get(name, 1.0) * subject_weight(name, day.month) for name in subjects]
    return dice.weigh(subjects, weights)


def _choose_tone(dice: Dice) -> Tone:
    return dice.weigh(_TONES, (0.36, 0.4, 0.24))


def _choose_province(habit: Habit, day: date, subject: str, dice: Dice) -> Province:
    pool = list_provinces(day, subject)
    near = [province for province in pool if province.name in habit.near]
    return dice.pick(near if near and dice.chance(0.65) else pool)
