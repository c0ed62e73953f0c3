"""How texts travel: agency stories carried whole, cut or mixed with own words, and press releases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

from diembao.sample.dice import Dice
from diembao.sample.forms import HANOI
from diembao.sample.grammar import read_words
from diembao.sample.model import FIRST_DAY, LAST_DAY, Origin, SampleRelease, Tone
from diembao.sample.outlets import AGENCY, HABITS, get_habit
from diembao.sample.places import HOME, read_provinces
from diembao.sample.schedule import Plan
from diembao.sample.writer import Draft, Event, find_where, imagine_event, join_text, write_article

RELEASES = 48
_LAST = datetime.combine(LAST_DAY, time(23, 59), HANOI)
_RELEASE_MARK = "Thông cáo mẫu của Diembao, không phải văn bản thật."


def plan_copies(seed: int, originals: list[Plan]) -> Iterator[Plan]:
    """Reprints and partial uses of what was written before."""
    for i, plan in enumerate(originals):
        dice = Dice(seed, "copy", i)
        count = _count_copies(plan, dice)
        for k, outlet_id in enumerate(_choose_takers(plan, count, dice)):
            mine = dice.child(k)
            at = plan.at + timedelta(minutes=mine.between(18, 600), seconds=mine.below(60))
            if at <= _LAST:
                yield _copy(plan, outlet_id, at, mine)


def _count_copies(plan: Plan, dice: Dice) -> int:
    about = plan.event.decision == "about"
    if plan.event.language != "vi":
        return 0
    if plan.outlet_id == AGENCY:
        chance, most = (0.42, 8) if about else (0.09, 4)
    elif plan.outlet_id == "bao-mau-ky-cung" and about:
        chance, most = 0.1, 4
    else:
        chance, most = 0.012, 1
    return 1 + dice.below(most) if dice.chance(chance) else 0


def _choose_takers(plan: Plan, count: int, dice: Dice) -> list[str]:
    pool = [habit for habit in HABITS if habit.reprints and habit.outlet.outlet_id != plan.outlet_id]
    if not get_habit(plan.outlet_id).outlet.place and plan.event.decision != "about":
        pool = [habit for habit in pool if habit.outlet.outlet_class != "local"]
    chosen: list[str] = []
    while pool and len(chosen) < count:
        habit = dice.weigh(pool, [habit.reprints for habit in pool])
        pool.remove(habit)
        chosen.append(habit.outlet.outlet_id)
    return chosen


def _copy(plan: Plan, outlet_id: str, at: datetime, dice: Dice) -> Plan:
    own = write_article(plan.event, dice.child("own"))
    kind = dice.weigh(("whole", "cut", "partial"), (0.6, 0.2, 0.2))
    credit = "Theo Thông tấn Mẫu." if plan.outlet_id == AGENCY and dice.chance(0.7) else ""
    draft = mix_texts(plan.event, plan.draft, own, kind, credit, dice)
    origin: Origin = "partial" if kind == "partial" else "reprint"
    return Plan(outlet_id, at, plan.event, draft, origin=origin, source=plan)


def mix_texts(event: Event, source: Draft, own: Draft, kind: str, credit: str, dice: Dice) -> Draft:
    """A copy: "whole" keeps nearly all, "cut" the first part, "partial" some passages among own sentences."""
    title = source.title if dice.chance(0.65) else own.title
    lead = source.lead if dice.chance(0.7) else own.lead
    taken = source.sentences
    if kind == "whole":
        sentences = taken[:-1] if dice.chance(0.3) and len(taken) > 5 else taken
    elif kind == "cut":
        sentences = taken[: max(4, len(taken) * 3 // 5)]
    else:
        title, lead = own.title, own.lead
        some = taken[: max(3, len(taken) // 2)]
        fresh = [sentence for sentence in own.sentences if sentence not in taken][: 3 + dice.below(3)]
        sentences = (*fresh[:2], *some, *fresh[2:])
    if credit:
        sentences = (*sentences, credit)
    return Draft(title, lead, tuple(sentences), find_where(event, title, lead))


def plan_releases(seed: int) -> tuple[list[SampleRelease], list[Plan]]:
    """Press releases of the sample province and the articles that use them."""
    releases, plans = [], []
    days = (LAST_DAY - FIRST_DAY).days - 10
    for i in range(RELEASES):
        dice = Dice(seed, "release", i)
        release_id = f"tc-{i + 1:03d}"
        day = FIRST_DAY + timedelta(days=3 + days * i // RELEASES + dice.below(6))
        issued = datetime.combine(day, time(8, dice.below(60)), HANOI)
        event = _imagine_release(release_id, issued, dice)
        draft = write_article(event, dice.child("text"))
        pickups = list(_plan_pickups(release_id, issued, event, draft, dice))
        whole = sum(plan.origin == "reprint" for plan in pickups)
        text = join_text((draft.lead, *draft.sentences), _RELEASE_MARK)
        releases.append(
            SampleRelease(release_id, draft.title, draft.sentences, text, issued, whole, len(pickups) - whole)
        )
        plans += pickups
    return releases, plans


def _imagine_release(release_id: str, issued: datetime, dice: Dice) -> Event:
    subjects = [name for name in read_words("vi").subjects if name != "weather"]
    tone: Tone = "good" if dice.chance(0.6) else "plain"
    home = read_provinces()[HOME]
    return imagine_event(
        f"release-{release_id}", issued.date(), dice.pick(subjects), tone, home, dice, language="vi"
    )


def _plan_pickups(
    release_id: str, issued: datetime, event: Event, draft: Draft, dice: Dice
) -> Iterator[Plan]:
    count = 0 if dice.chance(0.4) else 1 + dice.below(6)
    pool = [habit for habit in HABITS if habit.reprints or habit.outlet.outlet_id == AGENCY]
    for k, habit in enumerate(dice.take(pool, count)):
        mine = dice.child(k)
        own = write_article(replace(event, tone="plain"), mine.child("own"))
        kind = mine.weigh(("whole", "partial"), (0.45, 0.55))
        mixed = mix_texts(event, draft, own, kind, "", mine)
        at = issued + timedelta(minutes=mine.between(40, 2600))
        if at <= _LAST:
            yield Plan(
                habit.outlet.outlet_id,
                at,
                event,
                mixed,
                origin="reprint" if kind == "whole" else "partial",
                release_id=release_id,
            )
