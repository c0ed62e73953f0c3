"""Ids of stories: from the earliest unit, kept over runs, fixed where a person pinned them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from diembao.stories.events.constraints import Constraints


def story_id_of(unit_id: str) -> str:
    """The id of a story whose earliest unit this is."""
    return f"s-{unit_id}"


def name_stories(
    ids: Sequence[str], story_of: Mapping[int, int], constraints: Constraints, known: Mapping[str, str]
) -> dict[int, str]:
    """The id of each story; units and stories go by number, in order of time.

    A pinned id comes first; then the id that its earliest known unit had; else it is made of the earliest unit. Of
    the parts of a story that was split, the one with the earliest unit keeps the id.
    """
    stories: dict[int, list[int]] = {}
    for number in sorted(story_of):
        stories.setdefault(story_of[number], []).append(number)
    named: dict[int, str] = {}
    taken: set[str] = set()
    for story, numbers in stories.items():
        groups = (constraints.group_of.get(ids[number]) for number in numbers)
        pins = (constraints.pinned.get(group) for group in groups if group is not None)
        pinned = next((pin for pin in pins if pin is not None and pin not in taken), None)
        if pinned is not None:
            named[story] = pinned
            taken.add(pinned)
    for story, numbers in stories.items():
        if story in named:
            continue
        earlier = [known[ids[number]] for number in numbers if ids[number] in known]
        wishes = [*earlier[:1], *(story_id_of(ids[number]) for number in numbers)]
        named[story] = next((wish for wish in wishes if wish not in taken), f"{wishes[-1]}~{len(taken)}")
        taken.add(named[story])
    return named
