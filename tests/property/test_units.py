"""What must hold of units and of their counting for any edges, times, headlines and credits."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.stories.copies import prove
from diembao.stories.direction import read_span
from diembao.stories.headlines import changes_sense
from diembao.stories.units import assign_units, first_members
from diembao.types import DatedText, ReuseEdge

NOON = datetime(2026, 5, 4, 5, 0, tzinfo=UTC)
IDS = [f"t{n}" for n in range(9)]
TITLES = ["Khánh thành cầu Bản Vàng", "Không có chuyện khánh thành cầu Bản Vàng", "Khánh thành cầu Bản Vàng?"]
SHARES = st.sampled_from([0.1, 0.3, 0.79, 0.8, 0.9, 1.0])


@st.composite
def text_sets(draw: st.DrawFn) -> dict[str, DatedText]:
    """Nine texts with any times, headlines, credits and links to each other."""
    texts = {}
    for name in IDS:
        at = draw(st.none() | st.integers(-3000, 3000).map(lambda minutes: NOON + timedelta(minutes=minutes)))
        texts[name] = DatedText(
            text_id=name,
            outlet_id=f"o-{name}",
            title=draw(st.sampled_from(TITLES)),
            published_at=at,
            precision=draw(st.sampled_from(["second", "minute", "hour", "day", "run"])) if at else "unknown",
            first_seen_at=draw(st.none() | st.just(NOON)),
            key=f"https://{name}.vn/1",
            canonical_key=draw(st.none() | st.sampled_from(IDS).map(lambda other: f"https://{other}.vn/1")),
            credits=draw(st.sampled_from([(), (), ("agency:ttxvn",), ("o-t0",), ("elsewhere",)])),
        )
    return texts


@st.composite
def edge_lists(draw: st.DrawFn) -> list[ReuseEdge]:
    """Edges between any two of the texts, each pair once."""
    pairs = draw(
        st.sets(
            st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda p: p[0] < p[1]), max_size=20
        )
    )
    return [ReuseEdge(a, b, draw(SHARES), draw(SHARES), 50) for a, b in sorted(pairs)]


@st.composite
def real_edges(draw: st.DrawFn) -> list[ReuseEdge]:
    """Edges between sets of runs as they are: every pair that shares something."""
    runs = {name: draw(st.sets(st.integers(0, 12), min_size=1)) for name in IDS}
    edges = []
    for at, a in enumerate(IDS):
        for b in IDS[at + 1 :]:
            shared = len(runs[a] & runs[b])
            if shared:
                edges.append(ReuseEdge(a, b, shared / len(runs[a]), shared / len(runs[b]), shared))
    return edges


@given(edge_lists(), text_sets(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_no_order_matters(edges: list[ReuseEdge], texts: dict[str, DatedText], dice: object) -> None:
    """The same edges in any order, with a and b swapped, and texts in any order give the same."""
    turned = [ReuseEdge(e.b, e.a, e.containment_b, e.containment_a, e.shared) for e in edges]
    dice.shuffle(turned)  # type: ignore[attr-defined]
    names = list(texts)
    dice.shuffle(names)  # type: ignore[attr-defined]
    assert assign_units(edges, texts) == assign_units(
        turned + edges[:3], {name: texts[name] for name in names}
    )


@given(edge_lists(), text_sets())
@settings(max_examples=50, deadline=None)
def test_every_text_of_an_edge_has_its_place(edges: list[ReuseEdge], texts: dict[str, DatedText]) -> None:
    """Each text in an edge, and no other, is in one unit, which is named after its member of the least latest time."""
    placed = assign_units(edges, texts)
    assert set(placed) == {name for edge in edges for name in edge}
    for unit in {found.unit_id for found in placed.values()}:
        members = [name for name in placed if placed[name].unit_id == unit]
        assert unit == min(members, key=lambda name: (read_span(texts[name]).end, name))


@given(edge_lists(), text_sets())
@settings(max_examples=50, deadline=None)
def test_roles_say_what_they_mean(edges: list[ReuseEdge], texts: dict[str, DatedText]) -> None:
    """A source is another text with the share its role asks for; an original and an unknown name none."""
    for name, found in assign_units(edges, texts).items():
        assert 0.0 <= found.share <= 1.0
        if found.source_id is not None:
            assert found.source_id != name
            assert found.confidence != "none"
            assert (found.role == "reprint") == (found.share >= 0.8)
            assert found.share >= 0.15
        if found.role in ("original", "unknown"):
            assert found.source_id is None
        assert (found.confidence == "none") == (found.role == "unknown")


@given(real_edges(), text_sets())
@settings(max_examples=50, deadline=None)
def test_members_of_a_unit_are_like_one_of_them(edges: list[ReuseEdge], texts: dict[str, DatedText]) -> None:
    """Each unit has a text with which every other one shares the threshold both ways: units do not chain."""
    strong = {
        frozenset((edge.a, edge.b)) for edge in edges if min(edge.containment_a, edge.containment_b) >= 0.8
    }
    placed = assign_units(edges, texts)
    for unit in {found.unit_id for found in placed.values()}:
        members = [name for name in placed if placed[name].unit_id == unit]
        assert any(
            all(other == heart or frozenset((heart, other)) in strong for other in members)
            for heart in members
        )


@given(real_edges(), text_sets())
@settings(max_examples=50, deadline=None)
def test_two_texts_of_two_senses_are_one_unit_only_beside_others(
    edges: list[ReuseEdge], texts: dict[str, DatedText]
) -> None:
    """A pair that makes up a unit has headlines of one sense."""
    placed = assign_units(edges, texts)
    for unit, size in Counter(found.unit_id for found in placed.values()).items():
        members = [name for name in placed if placed[name].unit_id == unit]
        if size == 2:
            assert not changes_sense(texts[members[0]].title, texts[members[1]].title)


@given(*[st.sets(st.integers(0, 15), min_size=1)] * 3)
def test_what_a_text_between_proves_is_true(x: set[int], m: set[int], y: set[int]) -> None:
    """The least that two sets share by way of a third is never more than what they share."""
    if not x & m or not m & y:
        return
    proven = prove((len(x & m) / len(x), len(x & m) / len(m)), (len(m & y) / len(m), len(m & y) / len(y)))
    assert proven[0] <= len(x & y) / len(x) + 1e-9
    assert proven[1] <= len(x & y) / len(y) + 1e-9


MEMBERS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 89)), max_size=60)


@given(MEMBERS, st.randoms(use_true_random=False))
def test_months_sum_to_the_period(rows: list[tuple[int, int]], dice: object) -> None:
    """Units of the months sum to those of the period, appearances to its articles, in whatever order they come."""
    start = date(2026, 4, 1)
    members = [(f"a{n}", start + timedelta(days=day), f"u{n % 7}") for n, day in rows]
    counted = first_members(members)
    months = Counter(unit.day.month for unit in counted.values())
    assert sum(months.values()) == len({unit for _, _, unit in members})
    assert sum(unit.appearances for unit in counted.values()) == len({article for article, _, _ in members})
    for unit in counted.values():
        assert unit.day == min(day for _, day, of in members if of == unit.unit_id)
        assert (unit.first_id, unit.day, unit.unit_id) in members
    dice.shuffle(members)  # type: ignore[attr-defined]
    assert first_members(members) == counted
