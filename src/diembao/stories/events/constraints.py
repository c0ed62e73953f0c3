"""What people's edits demand of stories: units that belong together, units that do not; the later edit wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from diembao.stories.events.records import StoryEdits, StoryPin, StorySplit


@dataclass(frozen=True, slots=True)
class Constraints:
    """Groups of units that are in one story, pairs of groups that are not, and the ids that are fixed.

    `group_of` maps each unit that an edit is about to its group, `apart` each group to those it is kept from,
    `pinned` groups to story ids.
    """

    group_of: Mapping[str, int]
    apart: Mapping[int, frozenset[int]]
    pinned: Mapping[int, str]


def resolve_edits(edits: StoryEdits | None, units: Iterable[str]) -> Constraints:
    """The constraints among `units`. Each edit counts pair by pair: what a later one says of a pair stands."""
    book = _Book(frozenset(units))
    for edit in reversed(edits.in_order() if edits else []):
        book.join(edit.units, edit.story_id if isinstance(edit, StoryPin) else None)
        if isinstance(edit, StorySplit):
            book.part(edit.units, edit.rest)
    return book.close()


def find_vanished(edits: StoryEdits, units: Iterable[str]) -> dict[int, tuple[str, ...]]:
    """For each edit (by `seq`) the units that it names and that are not there; edits without such are left out."""
    there = frozenset(units)
    vanished = {
        edit.seq: tuple(
            unit
            for unit in (*edit.units, *(edit.rest if isinstance(edit, StorySplit) else ()))
            if unit not in there
        )
        for edit in edits.in_order()
    }
    return {seq: missing for seq, missing in vanished.items() if missing}


class _Book:
    """Groups and what keeps them apart, while edits are read from the latest to the earliest."""

    def __init__(self, there: frozenset[str]) -> None:
        self._there = there
        self._group: dict[str, int] = {}
        self._units: dict[int, list[str]] = {}
        self._apart: dict[int, set[int]] = {}
        self._pinned: dict[int, str] = {}

    def join(self, units: Iterable[str], story_id: str | None) -> None:
        """Put units together, but for those that a later edit keeps apart; a group has one id, the later one."""
        made: list[int] = []
        for unit in dict.fromkeys(units):
            if unit not in self._there:
                continue
            group = self._find(unit)
            if group in made:
                continue
            home = next((other for other in made if other not in self._apart[group]), None)
            if home is None:
                made.append(group)
            else:
                made[made.index(home)] = self._unite(home, group)
        if story_id is not None and made and story_id not in self._pinned.values():
            self._pinned.setdefault(made[0], story_id)

    def part(self, units: Iterable[str], rest: Iterable[str]) -> None:
        """Keep units apart from the rest, but for those that a later edit put together."""
        left = {self._find(unit) for unit in units if unit in self._there}
        right = {self._find(unit) for unit in rest if unit in self._there}
        for one in left:
            for other in right - left:
                self._apart[one].add(other)
                self._apart[other].add(one)

    def close(self) -> Constraints:
        apart = {group: frozenset(others) for group, others in self._apart.items()}
        return Constraints(dict(self._group), apart, dict(self._pinned))

    def _find(self, unit: str) -> int:
        if unit not in self._group:
            group = len(self._group)
            self._group[unit] = group
            self._units[group], self._apart[group] = [unit], set()
        return self._group[unit]

    def _unite(self, kept: int, gone: int) -> int:
        for unit in self._units.pop(gone):
            self._group[unit] = kept
            self._units[kept].append(unit)
        for other in self._apart.pop(gone):
            self._apart[other].discard(gone)
            self._apart[other].add(kept)
            self._apart[kept].add(other)
        if gone in self._pinned:
            self._pinned.setdefault(kept, self._pinned[gone])
            del self._pinned[gone]
        return kept
