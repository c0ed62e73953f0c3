"""Stories: units about one event, found day by day by average linkage, with what people changed.

A day (in Vietnam's time) is a batch. Its units and the stories that had a unit in the `WINDOW` days before are joined,
the most alike first, as long as their mean likeness is at least `THRESHOLD`; only units of the window count, so that a
story that runs for weeks is compared by what was written of it lately. Units without a time come last, as one batch
against all. Two older stories are joined when a new unit lies between them; the story keeps the id of the earlier.

The outcome for a day depends on that day and the days before, never on later ones, and not on the order of rows.
So giving the days one after the other, with `known` from the run before, gives what one run over all gives, as long
as whole days come in order. A unit that comes late, for a day already known, is placed among what is known then and
moves no known unit; a run over all might place it, or its neighbours, differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from diembao.stories.events.constraints import Constraints, resolve_edits
from diembao.stories.events.features import Vector, weigh_text
from diembao.stories.events.linkage import Graph
from diembao.stories.events.naming import name_stories
from diembao.stories.events.pairs import Pairs, compare_texts, find_twins
from diembao.stories.events.records import StoryEdits, StoryText, local_day, read_story_texts
from diembao.types import StoryMember

#: changes when the same texts may give other stories
STORIES_VERSION = 1
#: mean likeness from which on two stories are one; from .21 to .24 the outcome hardly changes
THRESHOLD = 0.23
#: days within which texts are compared
WINDOW = 7
#: stands for the day of units without a time
_UNDATED = 10**9


def group_stories(
    units: Iterable[StoryText | Mapping[str, Any]],
    *,
    edits: StoryEdits | None = None,
    known: Mapping[str, str] | None = None,
    threshold: float = THRESHOLD,
) -> dict[str, str]:
    """The story of each unit, `{unit id: story id}`; a unit that nothing is like is a story of its own.

    A mapping has "id", "title", "text" and/or "lead", "published" (a datetime, a date or a text in any usual way of
    writing; Vietnam's time where it states no zone; may be missing) and optionally "outlet".

    `known` are stories of an earlier run: those units stay where they are unless `edits` say otherwise, and only the
    others are placed. To go on from day to day it is enough to hand over the units of the last 14 days and the
    new ones; to keep ids exact when stories are joined, also the first unit of each (its text may be empty).
    """
    return {member.unit_id: member.story_id for member in find_stories(units, edits, known, threshold)}


def find_stories(
    units: Iterable[StoryText | Mapping[str, Any]],
    edits: StoryEdits | None = None,
    known: Mapping[str, str] | None = None,
    threshold: float = THRESHOLD,
) -> Iterator[StoryMember]:
    """As `group_stories`, in order of time, with how much each unit is like the others of its story (mean cosine)."""
    batch = _Batch(units)
    grouping = _Grouping(batch, resolve_edits(edits, batch.ids), threshold)
    grouping.take_known(known or {})
    for day in batch.days:
        grouping.place_day(day)
    story_ids = name_stories(batch.ids, grouping.story_of, grouping.constraints, known or {})
    likeness = measure_likeness(batch.vectors, grouping.members)
    for number, unit_id in enumerate(batch.ids):
        yield StoryMember(unit_id, story_ids[grouping.story_of[number]], likeness[number])


class _Batch:
    """The units in order of time, by number; texts are let go as soon as they are weighed."""

    def __init__(self, rows: Iterable[StoryText | Mapping[str, Any]]) -> None:
        weighed: list[tuple[int, float, str, Vector]] = []
        for unit in read_story_texts(rows):
            day = _UNDATED if unit.at is None else local_day(unit.at).toordinal()
            time = float("inf") if unit.at is None else unit.at.timestamp() / 86_400
            weighed.append((day, time, unit.unit_id, weigh_text(unit)))
        weighed.sort(key=lambda row: row[:3])
        self.ids = [row[2] for row in weighed]
        self.vectors = [row[3] for row in weighed]
        self.day_of = [row[0] for row in weighed]
        times = np.array([row[1] for row in weighed], np.float64)
        self.times = np.where(np.isinf(times), np.nan, times)
        self.by_day: dict[int, list[int]] = {}
        for number, day in enumerate(self.day_of):
            self.by_day.setdefault(day, []).append(number)
        self.days = list(self.by_day)
        #: texts of a day that say the same; only the first of them, in order of time, is compared and counts
        self.twins: dict[int, list[int]] = {}
        self.twin_of: dict[int, int] = {}
        for numbers in self.by_day.values():
            for number, first in find_twins(numbers, self.vectors.__getitem__).items():
                self.twins.setdefault(first, [first]).append(number)
                self.twin_of[number] = first

    def counting(self, day: int) -> list[int]:
        """The units of a day that are compared and count."""
        return [number for number in self.by_day[day] if self.twin_of.get(number, number) == number]

    def near_days(self, day: int, *, ahead: int = 0) -> list[int]:
        """The days that are compared with this one, in order."""
        if day == _UNDATED:
            return self.days
        span = range(day - WINDOW, day + ahead + 1)
        return [other for other in span if other in self.by_day]


class _Grouping:
    """Which story each unit is in while days are placed; a story bears the number of its earliest unit."""

    def __init__(self, batch: _Batch, constraints: Constraints, threshold: float) -> None:
        self.batch, self.constraints, self.threshold = batch, constraints, threshold
        #: the story of each placed unit, by number
        self.story_of: dict[int, int] = {}
        self.members: dict[int, list[int]] = {}
        #: groups of constraints by story
        self._groups: dict[int, set[int]] = {}
        self._home_of_group: dict[int, int] = {}
        self._pairs: dict[int, Pairs] = {}

    # ------------------------------------------------------------------ stories of an earlier run

    def take_known(self, known: Mapping[str, str]) -> None:
        """Place known units as they were, but for what edits demand since."""
        stories: dict[str, list[int]] = {}
        for number, unit_id in enumerate(self.batch.ids):
            if unit_id in known:
                stories.setdefault(known[unit_id], []).append(number)
        for numbers in stories.values():
            for part in self._part(numbers):
                for number in part:
                    self._open(number)
                for number in part[1:]:
                    self._unite(self.story_of[part[0]], self.story_of[number])
        for number in sorted(self.story_of):
            self._go_home(number, None)

    def _part(self, numbers: list[int]) -> list[list[int]]:
        """A story's units; where edits keep some apart, those go out by their groups, and the rest stays."""
        parts: list[tuple[set[int], list[int]]] = [(set(), [])]
        for number in numbers:
            group = self.constraints.group_of.get(self.batch.ids[number])
            apart = frozenset[int]() if group is None else self.constraints.apart[group]
            home = next((part for part in parts if group in part[0]), None)
            home = home or next((part for part in parts if not apart & part[0]), None)
            if home is None:
                parts.append(home := (set(), []))
            if group is not None:
                home[0].add(group)
            home[1].append(number)
        return [part for _, part in parts if part]

    # ------------------------------------------------------------------ a day

    def place_day(self, day: int) -> None:
        """Place the units of a day that have no place yet."""
        new = [number for number in self.batch.by_day[day] if number not in self.story_of]
        if not new:
            return
        for number in new:
            self._open(number)
        graph = self._draw(day)
        for number in new:
            self._go_home(number, graph)
        self._join_twins(new, graph)
        touched = [self.story_of[number] for number in new]
        for kept, gone in graph.join_alike(touched, self.threshold, self._may_join):
            self._unite(kept, gone)
        for old in [other for other in self._pairs if other < day - WINDOW]:
            del self._pairs[old]

    def _draw(self, day: int) -> Graph:
        """The graph of the stories that have units near this day."""
        days = self.batch.near_days(day, ahead=WINDOW)
        placed = [number for near in days for number in self.batch.counting(near) if number in self.story_of]
        sizes: dict[int, int] = {}
        story = np.full(len(self.batch.ids), -1, np.int64)
        for number in placed:
            home = self.story_of[number]
            story[number] = home
            sizes[home] = sizes.get(home, 0) + 1
        drawn = [
            self._compare_day(near)
            for near in days
            if any(n in self.story_of for n in self.batch.by_day[near])
        ]
        one, other, likeness = (np.concatenate(part) for part in zip(*drawn, strict=True))
        first, second = story[one], story[other]
        kept = (first >= 0) & (second >= 0) & (first != second)
        return Graph(first[kept], second[kept], likeness[kept], sizes)

    def _compare_day(self, day: int) -> Pairs:
        """The pairs of a day's units with those of the window before it; made once."""
        if day not in self._pairs:
            others = [number for near in self.batch.near_days(day) for number in self.batch.counting(near)]
            vectors = self.batch.vectors.__getitem__
            self._pairs[day] = compare_texts(self.batch.counting(day), others, vectors, self.batch.times)
        return self._pairs[day]

    # ------------------------------------------------------------------ joining

    def _open(self, number: int) -> None:
        self.story_of[number] = number
        self.members[number] = [number]
        group = self.constraints.group_of.get(self.batch.ids[number])
        self._groups[number] = set() if group is None else {group}

    def _go_home(self, number: int, graph: Graph | None) -> None:
        """Join a unit to the other units that a person put it together with."""
        group = self.constraints.group_of.get(self.batch.ids[number])
        if group is None:
            return
        home = self._home_of_group.setdefault(group, number)
        one, other = self.story_of[home], self.story_of[number]
        if one != other:
            if graph is not None:
                graph.join(graph.root(one), graph.root(other))
            self._unite(min(one, other), max(one, other))

    def _join_twins(self, new: list[int], graph: Graph) -> None:
        """Join each text to one of its day that says the same, to one that is known if there is one."""
        unplaced = set(new)
        homes: dict[int, int] = {}
        for number in new:
            first = self.batch.twin_of.get(number, number)
            if first not in homes:
                twins = self.batch.twins.get(first, [number])
                homes[first] = next((twin for twin in twins if twin not in unplaced), first)
            one, other = graph.root(self.story_of[homes[first]]), graph.root(self.story_of[number])
            if one != other and self._may_join(one, other):
                kept = graph.join(one, other)
                self._unite(kept, other if kept == one else one)

    def _may_join(self, one: int, other: int) -> bool:
        against = self._groups[other]
        return not against or not any(self.constraints.apart[g] & against for g in self._groups[one])

    def _unite(self, kept: int, gone: int) -> None:
        if kept == gone:
            return
        for number in self.members[gone]:
            self.story_of[number] = kept
        self.members[kept] += self.members.pop(gone)
        self._groups[kept] |= self._groups.pop(gone)


def measure_likeness(vectors: list[Vector], stories: Mapping[int, list[int]]) -> list[float]:
    """For each text the mean cosine with the other texts of its story; 1 where it is alone."""
    likeness = [1.0] * len(vectors)
    for numbers in stories.values():
        if len(numbers) == 1:
            continue
        columns = np.concatenate([vectors[number].columns for number in numbers])
        weights = np.concatenate([vectors[number].weights for number in numbers]).astype(np.float64)
        _, place = np.unique(columns, return_inverse=True)
        total = np.bincount(place, weights)
        start = 0
        for number in numbers:
            own = slice(start, start := start + len(vectors[number].columns))
            mean = (weights[own] @ (total[place[own]] - weights[own])) / (len(numbers) - 1)
            likeness[number] = round(min(1.0, max(0.0, float(mean))), 6)
    return likeness
