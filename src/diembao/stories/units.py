"""Which texts count as one, and what each of them is; and counting units in a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from diembao.errors import UsageError
from diembao.stories.copies import build_graph, gather_units
from diembao.stories.roles import Judge
from diembao.types import DatedText, Reprint, ReuseEdge

_NO_AGENCIES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class UnitCount:
    """A unit in a period: its earliest member there, the day of that member, and how many members there are."""

    unit_id: str
    first_id: str
    day: date
    appearances: int


def assign_units(
    edges: Iterable[ReuseEdge],
    texts: Mapping[str, DatedText],
    *,
    threshold: float = 0.8,
    partial: float = 0.15,
    agencies: Mapping[str, str] = _NO_AGENCIES,
    timezone: str = "Asia/Ho_Chi_Minh",
) -> dict[str, Reprint]:
    """The place of every text that stands in an edge among the others; texts without an edge stand alone.

    `threshold` and `partial` are shares of a text's runs of words (0 to 1). A unit's id is that of its earliest
    member (whose latest possible time comes first; then by id): draw permanent random numbers from it. A text is a

    reprint   `threshold` or more of it stands in an earlier text, however long that one is (it is in that
              text's unit only if the same holds the other way round); or it credits a source that is not among
              the texts it shares with
    partial   at least `partial` of it stands in an earlier text
    unknown   it shares that much with a text, and nobody can tell which was first
    original  every text that has that much of it is later

    `source_id` is the earlier text that has most of it; of those that have nearly as much (.05) the one it names,
    then the earliest. `agencies` and `timezone` are those of `judge_direction`. The result depends on the set of
    edges only, not on any order. Raises UsageError for an edge of an unknown text and for shares that are none.
    """
    if not 0.5 < threshold <= 1 or not 0 < partial <= threshold:
        raise UsageError(
            "units need 0 < partial <= threshold <= 1 and a threshold above 0.5, not {partial} and {threshold}",
            key="units.shares",
            next_step="leave both out, or give shares such as 0.15 and 0.8",
            partial=partial,
            threshold=threshold,
        )
    graph = build_graph(edges, texts, timezone)
    units = gather_units(graph, threshold)
    judge = Judge(graph, units, agencies)
    return {text.text_id: judge.place(at, threshold, partial) for at, text in enumerate(graph.texts)}


def first_members(members: Iterable[tuple[str, date, str]]) -> dict[str, UnitCount]:
    """The units of one period from its (article id, day, unit id), each with its earliest member there.

    A unit counts on the day (and in the month) of that member: the days of a period sum to the period, and an
    article that is given twice is counted once, on its earlier day. Give the members of one period only: units
    are local to it. Of members of one day the one after which the unit is named comes first, then the smallest id.
    Raises UsageError for an article in two units.
    """
    days: dict[str, tuple[date, str]] = {}
    for article_id, day, unit_id in members:
        known = days.setdefault(article_id, (day, unit_id))
        if known[1] != unit_id:
            first, second = sorted((known[1], unit_id))
            raise UsageError(
                "article {article} stands in two units, {first} and {second}",
                key="units.two_units",
                next_step="give the members of one clustering only",
                article=article_id,
                first=first,
                second=second,
            )
        days[article_id] = (min(day, known[0]), unit_id)
    firsts: dict[str, tuple[date, bool, str]] = {}
    sizes: defaultdict[str, int] = defaultdict(int)
    for article_id, (day, unit_id) in days.items():
        sizes[unit_id] += 1
        mark = (day, article_id != unit_id, article_id)
        firsts[unit_id] = min(mark, firsts.get(unit_id, mark))
    return {
        unit: UnitCount(unit, first, day, sizes[unit]) for unit, (day, _, first) in sorted(firsts.items())
    }
