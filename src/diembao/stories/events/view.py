"""A story as it is shown: its title, who was first, its days, its outlets, its texts and appearances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from diembao.errors import UsageError
from diembao.stories.events.records import StoryDay, StoryText, StoryView, local_day
from diembao.types import StoryMember


def describe_story(
    members: Iterable[StoryMember],
    texts: Mapping[str, StoryText],
    *,
    reprints: Mapping[str, Sequence[StoryText]] | None = None,
) -> StoryView:
    """The view of one story. `texts` by unit id; `reprints` are further appearances by the unit they count as.

    The title is that of the text that is most like the others (of equals, the earliest), word for word; a text
    without a title is passed over as long as another has one.

    :raises UsageError: no members
    """
    rows = sorted(members, key=lambda member: _order(texts[member.unit_id]))
    if not rows:
        raise UsageError("a story needs at least one text", key="events.not_one_story")
    central = max(rows, key=lambda member: (bool(texts[member.unit_id].title.strip()), member.similarity))
    copies = reprints or {}
    appearances = [text for row in rows for text in (texts[row.unit_id], *copies.get(row.unit_id, ()))]
    appearances.sort(key=_order)
    dated = [text.at for text in appearances if text.at is not None]
    first = appearances[0]
    return StoryView(
        story_id=rows[0].story_id,
        title=texts[central.unit_id].title,
        title_of=central.unit_id,
        first_id=first.unit_id,
        first_outlet_id=first.outlet_id,
        first_at=dated[0] if dated else None,
        last_at=dated[-1] if dated else None,
        outlets=tuple(dict.fromkeys(text.outlet_id for text in appearances if text.outlet_id)),
        texts=len(rows),
        appearances=len(appearances),
        days=_list_days([texts[row.unit_id] for row in rows], appearances),
        undated=tuple(row.unit_id for row in rows if texts[row.unit_id].at is None),
    )


def _order(text: StoryText) -> tuple[float, str]:
    return (float("inf") if text.at is None else text.at.timestamp(), text.unit_id)


def _list_days(units: list[StoryText], appearances: list[StoryText]) -> tuple[StoryDay, ...]:
    by_day: dict[date, list[str]] = {}
    counts: dict[date, int] = {}
    for text in appearances:
        if text.at is not None:
            day = local_day(text.at)
            counts[day] = counts.get(day, 0) + 1
            by_day.setdefault(day, [])
    for unit in units:
        if unit.at is not None:
            by_day[local_day(unit.at)].append(unit.unit_id)
    return tuple(StoryDay(day, tuple(by_day[day]), counts[day]) for day in sorted(by_day))
