"""What holds of stories for any texts: order, days handed over one by one, and people's edits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.stories.events import (
    StoryEdits,
    StoryMerge,
    StoryPin,
    StorySplit,
    StoryText,
    find_vanished,
    group_stories,
)
from diembao.stories.events.constraints import resolve_edits
from diembao.stories.events.linkage import UNIT, Graph
from diembao.stories.events.measures import measure_agreement
from diembao.stories.events.records import local_day

START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
#: so few words that texts are alike, more or less
WORDS = [
    "cháy",
    "kho",
    "Kỳ Lừa",
    "cầu",
    "Bản Trại",
    "thông xe",
    "tai nạn",
    "đèo Bông Lau",
    "mưa đá",
    "Tràng Định",
    "lễ hội",
]
EXAMPLES = settings(max_examples=40, deadline=None)


@st.composite
def units(draw: st.DrawFn, *, days: int = 30) -> list[StoryText]:
    rows = draw(
        st.lists(
            st.tuples(
                st.lists(st.sampled_from(WORDS), max_size=6),
                st.lists(st.sampled_from(WORDS), max_size=4),
                st.integers(0, days * 24 - 1),
            ),
            max_size=24,
        )
    )
    return [
        StoryText(f"u{n}", " ".join(title), " ".join(lead), "", START + timedelta(hours=hours))
        for n, (title, lead, hours) in enumerate(rows)
    ]


@st.composite
def edits(draw: st.DrawFn) -> StoryEdits:
    some = st.lists(st.sampled_from([f"u{n}" for n in range(12)]), min_size=1, max_size=4, unique=True).map(
        tuple
    )
    kinds = draw(st.lists(st.tuples(st.sampled_from("smp"), some, some), max_size=6))
    splits = tuple(StorySplit(n, a, b) for n, (kind, a, b) in enumerate(kinds) if kind == "s")
    merges = tuple(StoryMerge(n, a) for n, (kind, a, _) in enumerate(kinds) if kind == "m")
    pins = tuple(StoryPin(n, a, f"pin-{n % 2}") for n, (kind, a, _) in enumerate(kinds) if kind == "p")
    return StoryEdits(splits, merges, pins)


@EXAMPLES
@given(units(), st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(rows: list[StoryText], random: object) -> None:
    """Any order of the same texts gives the same stories; each text has one, named by its earliest text."""
    stories = group_stories(rows)
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert group_stories(shuffled) == stories
    assert set(stories) == {row.unit_id for row in rows}
    first: dict[str, StoryText] = {}
    for row in sorted(rows, key=lambda row: (row.at, row.unit_id)):
        first.setdefault(stories[row.unit_id], row)
    assert all(story == f"s-{row.unit_id}" for story, row in first.items())


@EXAMPLES
@given(units())
def test_day_by_day_is_one_run_over_all(rows: list[StoryText]) -> None:
    """Each day with the texts of 14 days before it (older ones without their words) ends where one run ends."""
    known: dict[str, str] = {}
    for today in sorted({local_day(row.at) for row in rows if row.at}):
        handed = []
        for row in rows:
            assert row.at is not None
            age = (today - local_day(row.at)).days
            if 0 <= age <= 14:
                handed.append(row)
            elif age > 14:
                handed.append(StoryText(row.unit_id, "", "", "", row.at))
        known = group_stories(handed, known=known)
    assert known == group_stories(rows)
    assert group_stories(rows, known=known) == known


@EXAMPLES
@given(units(), edits(), st.booleans())
def test_edits_hold_after_any_run(rows: list[StoryText], changes: StoryEdits, is_known: bool) -> None:
    """What edits leave together or apart is so in a run over all, and in one that starts from stories without them."""
    known = group_stories(rows) if is_known else None
    stories = group_stories(rows, edits=changes, known=known)
    rules = resolve_edits(changes, stories)
    for one, other in combinations(sorted(rules.group_of), 2):
        left, right = rules.group_of[one], rules.group_of[other]
        if left == right:
            assert stories[one] == stories[other]
        elif right in rules.apart[left]:
            assert stories[one] != stories[other]
    for unit, group in rules.group_of.items():
        if group in rules.pinned:
            same = {
                stories[u] for u, g in rules.group_of.items() if rules.pinned.get(g) == rules.pinned[group]
            }
            assert rules.pinned[group] in same and stories[unit] in same


@EXAMPLES
@given(edits())
def test_the_last_edit_is_kept_whole(changes: StoryEdits) -> None:
    """Whatever came before, the last edit is done to the letter; no unit is in two groups or apart from itself."""
    there = [f"u{n}" for n in range(12)]
    rules = resolve_edits(changes, there)
    assert all(
        group not in others and group in rules.apart[o]
        for group, others in rules.apart.items()
        for o in others
    )
    assert find_vanished(changes, there) == {}
    if not (ordered := changes.in_order()):
        return
    last = ordered[-1]
    assert len({rules.group_of[unit] for unit in last.units}) == 1
    if isinstance(last, StorySplit):
        for unit in set(last.rest) - set(last.units):
            assert rules.group_of[unit] in rules.apart[rules.group_of[last.units[0]]]


@EXAMPLES
@given(st.integers(2, 9), st.data())
def test_linkage_is_that_of_the_definition(count: int, data: st.DataObject) -> None:
    """The stories are those of average linkage done by the book, over all pairs, again and again."""
    likeness = np.zeros((count, count), np.int64)
    for one, other in combinations(range(count), 2):
        value = data.draw(st.sampled_from([0, 0, 200_000, 300_000, 450_000, 700_000, 900_000]))
        likeness[one, other] = likeness[other, one] = value
    first, second = np.nonzero(np.triu(likeness))
    graph = Graph(first, second, likeness[first, second], dict.fromkeys(range(count), 1))
    list(graph.join_alike(range(count), 0.3, lambda one, other: True))

    stories = {number: [number] for number in range(count)}
    while True:
        links = sorted(
            (
                -likeness[np.ix_(stories[one], stories[other])].sum()
                / (len(stories[one]) * len(stories[other]) * UNIT),
                one,
                other,
            )
            for one, other in combinations(sorted(stories), 2)
        )
        if not links or -links[0][0] < 0.3:
            break
        _, kept, gone = links[0]
        stories[kept] += stories.pop(gone)
    assert {graph.root(number) for number in range(count)} == set(stories)
    assert all(graph.root(number) == story for story, numbers in stories.items() for number in numbers)


@EXAMPLES
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_measures_are_those_of_the_definitions(labels: list[tuple[int, int]]) -> None:
    """B-cubed counted text by text and pairs counted one by one give the same; exchanging the sides exchanges P and R."""
    events = {str(n): str(event) for n, (event, _) in enumerate(labels)}
    stories = {str(n): str(story) for n, (_, story) in enumerate(labels)}
    found = measure_agreement(events, stories)
    precision = recall = 0.0
    for unit, label in events.items():
        story = {other for other in events if stories[other] == stories[unit]}
        event = {other for other, same in events.items() if same == label}
        precision += len(story & event) / len(story) / len(events)
        recall += len(story & event) / len(event) / len(events)
    assert abs(found.bcubed_precision - precision) < 1e-9 and abs(found.bcubed_recall - recall) < 1e-9
    pairs = list(combinations(events, 2))
    same = [(events[a] == events[b], stories[a] == stories[b]) for a, b in pairs]
    if any(story for _, story in same):
        assert abs(found.pair_precision - sum(e and s for e, s in same) / sum(s for _, s in same)) < 1e-9
    other = measure_agreement(stories, events)
    assert abs(other.bcubed_precision - found.bcubed_recall) < 1e-9 and abs(other.ari - found.ari) < 1e-9
    assert found.ari <= 1 + 1e-9
