"""Two years of the sample press: who wrote what, when, and what of it is about Lạng Sơn."""

from __future__ import annotations

from datetime import UTC

from diembao.sample.clips import list_clippings
from diembao.sample.collector import collect
from diembao.sample.dice import Dice
from diembao.sample.faults import list_clocks, list_gaps, show_clock
from diembao.sample.forms import apply_forms, choose_forms, make_address, state_time
from diembao.sample.grammar import read_words
from diembao.sample.model import SampleArticle, SamplePress, Truth
from diembao.sample.outlets import Habit, get_habit, list_outlets
from diembao.sample.schedule import Plan, plan_originals
from diembao.sample.spread import plan_copies, plan_releases
from diembao.sample.writer import join_text

SEED = 20260630


def build_press(seed: int = SEED) -> SamplePress:
    """The sample press of a seed: the same seed gives the same press on every machine."""
    plans = list(plan_originals(seed))
    plans += plan_copies(seed, plans[:])
    releases, pickups = plan_releases(seed)
    plans += pickups
    plans.sort(key=lambda plan: (plan.at, plan.outlet_id, plan.draft.title))
    for number, plan in enumerate(plans, start=1):
        plan.number = number
    dice = Dice(seed, "forms")
    articles = [publish(plan, get_habit(plan.outlet_id), dice) for plan in plans]
    collection = collect(seed, articles)
    return SamplePress(
        seed=seed,
        outlets=list_outlets(),
        articles=tuple(articles),
        releases=tuple(releases),
        runs=collection.runs,
        gaps=list_gaps(),
        clocks=list_clocks(),
        rows=collection.rows,
        first_seen=collection.first_seen,
        clips=list_clippings(seed, articles, collection.first_seen),
    )


def publish(plan: Plan, habit: Habit, dice: Dice) -> SampleArticle:
    """The planned article with its number, address, stated time and forms of writing."""
    event, draft = plan.event, plan.draft
    book = read_words(event.language)
    mark = book.ends[habit.end_mark % len(book.ends)]
    forms = choose_forms(plan.outlet_id, dice) if event.language == "vi" else ()
    text = join_text(draft.sentences, mark)
    title, lead, text = apply_forms(forms, draft.title, f"{draft.lead} {book.lead_mark}", text)
    url = make_address(habit.outlet.domains[0], habit.address, draft.title, plan.number, plan.at)
    return SampleArticle(
        number=plan.number,
        outlet_id=plan.outlet_id,
        url=url,
        title=title,
        lead=lead,
        sentences=draft.sentences,
        text=text,
        language=event.language,
        published_at=plan.at.astimezone(UTC),
        stated=state_time(habit.stated, show_clock(plan.outlet_id, plan.at)),
        forms=forms,
        truth=_tell_truth(plan),
    )


def _tell_truth(plan: Plan) -> Truth:
    event = plan.event
    return Truth(
        decision=event.decision,
        reason=event.reason,
        where=plan.draft.where,
        units=event.setting.units if event.decision == "about" else (),
        subject=event.subject,
        tone=event.tone,
        story_id=event.story_id,
        origin=plan.origin,
        source=plan.source.number if plan.source is not None else None,
        release_id=plan.release_id,
    )
