"""Which texts count as one, what each of them is, and how units are counted in a period."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from diembao.errors import UsageError
from diembao.stories.units import UnitCount, assign_units, first_members
from diembao.types import DatedText, Precision, Reprint, ReuseEdge

NOON = datetime(2026, 5, 4, 5, 0, tzinfo=UTC)
DAY = datetime(2026, 5, 3, 17, 0, tzinfo=UTC)


def text(
    text_id: str,
    minutes: float | None = 0,
    precision: Precision = "minute",
    *,
    title: str = "Khánh thành cầu Bản Vàng",
    outlet: str = "",
    credits: tuple[str, ...] = (),
    canonical: str | None = None,
) -> DatedText:
    at = None if minutes is None else NOON + timedelta(minutes=minutes)
    return DatedText(
        text_id=text_id,
        outlet_id=outlet or f"outlet-{text_id}",
        title=title,
        published_at=DAY if precision == "day" else at,
        precision=precision if at is not None else "unknown",
        first_seen_at=None,
        key=f"https://{text_id}.vn/1",
        canonical_key=canonical,
        credits=credits,
    )


def place(edges: list[ReuseEdge], *texts: DatedText, **options: object) -> dict[str, Reprint]:
    return assign_units(edges, {text.text_id: text for text in texts}, **options)  # type: ignore[arg-type]


def edge(a: str, b: str, a_share: float, b_share: float) -> ReuseEdge:
    return ReuseEdge(a, b, a_share, b_share, 100)


def units_of(placed: dict[str, Reprint]) -> dict[str, str]:
    return {text_id: reprint.unit_id for text_id, reprint in placed.items()}


def test_a_copy_is_a_reprint_of_the_earlier_text() -> None:
    """Of two texts that share nearly everything the earlier is the original and names the unit, the other its reprint."""
    placed = place([edge("b", "a", 0.95, 0.9)], text("a", 0), text("b", 60))
    assert placed["a"] == Reprint("a", "a", "original", None, 0.0, "high", ("time",))
    assert placed["b"] == Reprint("b", "a", "reprint", "a", 0.95, "high", ("time",))


def test_the_earliest_member_names_the_unit_whatever_its_id() -> None:
    """The unit's id is that of its earliest member; only texts of one time go by their ids."""
    assert units_of(place([edge("a", "z", 1, 1)], text("a", 60), text("z", 0))) == {"a": "z", "z": "z"}
    assert set(units_of(place([edge("a", "z", 1, 1)], text("a"), text("z"))).values()) == {"a"}


def test_a_day_does_not_take_the_unit_from_minutes_of_that_day() -> None:
    """A text known to the day does not become a unit's first before one of noon that day, but does before the next day's."""
    same = place([edge("a", "b", 1, 1)], text("a", precision="day"), text("b", 0))
    assert set(units_of(same).values()) == {"b"}
    assert {placed.role for placed in same.values()} == {"unknown"}
    following = place([edge("a", "b", 1, 1)], text("a", precision="day"), text("b", 24 * 60))
    assert following["a"].role == "original"
    assert (following["b"].unit_id, following["b"].role) == ("a", "reprint")


def test_a_text_inside_a_longer_one_is_a_reprint_and_a_unit_of_its_own() -> None:
    """A short text whole inside an earlier long one is a reprint in its words, but both are counted."""
    placed = place([edge("long", "short", 0.25, 1.0)], text("long", 0), text("short", 60))
    assert (placed["short"].role, placed["short"].source_id, placed["short"].unit_id) == (
        "reprint",
        "long",
        "short",
    )
    assert (placed["long"].role, placed["long"].unit_id) == ("original", "long")


def test_a_longer_text_that_took_one_in_is_partly_its() -> None:
    """A later text of which a quarter stands in an earlier one is partly reused, with that share."""
    placed = place([edge("long", "short", 0.25, 1.0)], text("long", 60), text("short", 0))
    assert placed["long"] == Reprint("long", "long", "partial", "short", 0.25, "high", ("time",))
    assert placed["short"].role == "original"


def test_less_than_partial_is_nothing() -> None:
    """A text of which less than `partial` stands in an earlier one is an original."""
    placed = place([edge("a", "b", 0.5, 0.1)], text("a", 0), text("b", 60))
    assert placed["b"].role == "original"
    assert placed["b"].source_id is None


def test_units_do_not_chain() -> None:
    """Of a row of texts, each like the next only, no unit holds texts that share less than the threshold."""
    names = [f"t{n:02d}" for n in range(20)]
    edges = [edge(x, y, 0.82, 0.82) for x, y in pairwise(names)]
    placed = place(edges, *(text(name, n) for n, name in enumerate(names)))
    for unit in set(units_of(placed).values()):
        assert sum(found.unit_id == unit for found in placed.values()) <= 3


def test_a_mass_of_copies_is_one_unit_through_its_representative() -> None:
    """A thousand copies that were compared with one of them only are one unit, and each has the first as source."""
    names = [f"t{n:04d}" for n in range(1000)]
    edges = [edge("t0500", name, 1.0, 1.0) for name in names if name != "t0500"]
    placed = place(edges, *(text(name, n * 10.0) for n, name in enumerate(names)))
    assert set(units_of(placed).values()) == {"t0000"}
    assert [name for name in names if placed[name].role == "original"] == ["t0000"]
    assert {placed[name].source_id for name in names[1:]} == {"t0000"}
    assert "implied" in placed["t0007"].basis
    assert "implied" not in placed["t0500"].basis


def test_copies_of_two_alike_texts_are_one_unit() -> None:
    """Two masses of copies whose representatives are alike both ways are one unit, not two."""
    edges = [edge("r", "s", 0.93, 0.95)]
    edges += [edge("r", f"r{n}", 1.0, 1.0) for n in range(40)]
    edges += [edge("s", f"s{n}", 1.0, 1.0) for n in range(30)]
    names = sorted({name for pair in edges for name in pair})
    placed = place(edges, *(text(name, n) for n, name in enumerate(names)))
    assert len(set(units_of(placed).values())) == 1


def test_a_headline_of_another_sense_is_another_unit() -> None:
    """A text whose headline denies what the others state is counted apart, though it is a reprint in its words."""
    denial = text("c", 120, title="Không có chuyện khánh thành cầu Bản Vàng")
    edges = [edge("a", "b", 1, 1), edge("a", "c", 1, 1), edge("b", "c", 1, 1)]
    placed = place(edges, text("a", 0), text("b", 60), denial)
    assert units_of(placed) == {"a": "a", "b": "a", "c": "c"}
    assert placed["c"].role == "reprint"


def test_those_that_deny_count_as_one_among_themselves() -> None:
    """Of a mass of copies those under the other headline are one unit, although compared with another text only."""
    denial = "Không có chuyện khánh thành cầu Bản Vàng"
    odd = [text(f"x{n}", 100 + n, title=denial) for n in range(5)]
    plain = [text(f"p{n}", n) for n in range(5)]
    edges = [edge("p0", other.text_id, 1, 1) for other in (*plain[1:], *odd)]
    assert set(units_of(place(edges, *plain, *odd)).values()) == {"p0", "x0"}
    edges = [edge("x0", other.text_id, 1, 1) for other in (*plain, *odd[1:])]
    assert set(units_of(place(edges, *plain, *odd)).values()) == {"p0", "x0"}


def test_the_source_is_the_text_with_most_of_it() -> None:
    """Of two earlier texts the one with clearly more of it is the source; of two alike the earlier one."""
    texts = (text("a", 0), text("b", 30), text("c", 90))
    clear = place([edge("c", "a", 0.3, 0.3), edge("c", "b", 0.6, 0.6)], *texts)
    assert (clear["c"].source_id, clear["c"].share, clear["c"].role) == ("b", 0.6, "partial")
    alike = place([edge("c", "a", 0.58, 0.6), edge("c", "b", 0.6, 0.6)], *texts)
    assert alike["c"].source_id == "a"


def test_a_named_source_comes_before_others_alike() -> None:
    """The text whose outlet is credited is the source, not another copy that happens to be older."""
    texts = (text("a", 0), text("b", 30), text("c", 90, credits=("outlet-b",)))
    placed = place([edge("a", "b", 1, 1), edge("c", "a", 0.9, 0.9), edge("c", "b", 0.9, 0.9)], *texts)
    assert placed["c"].source_id == "b"
    assert placed["c"].basis[0] == "credit"


def test_a_named_source_is_found_behind_the_representative() -> None:
    """In a mass of copies a credited text is the source also where the two were never compared."""
    names = [f"t{n}" for n in range(9)]
    texts = [
        text(name, n * 20.0, credits=("outlet-t3",) if name == "t7" else ()) for n, name in enumerate(names)
    ]
    placed = place([edge("t5", name, 1, 1) for name in names if name != "t5"], *texts)
    assert (placed["t7"].source_id, placed["t8"].source_id) == ("t3", "t0")
    assert placed["t7"].basis[0] == "credit"


def test_copies_from_an_agency_outside_have_no_original() -> None:
    """Where each text credits an agency of which nothing was collected, none is the original, and it is said why."""
    texts = [text(name, n * 60.0, credits=("agency:ttxvn",)) for n, name in enumerate("abc")]
    edges = [edge("a", "b", 1, 1), edge("a", "c", 1, 1), edge("b", "c", 1, 1)]
    placed = place(edges, *texts)
    assert {(p.unit_id, p.role, p.source_id, p.confidence) for p in placed.values()} == {
        ("a", "reprint", None, "low")
    }
    assert all(p.basis == ("agency", "outside_source") for p in placed.values())


def test_the_agency_s_own_text_is_the_original() -> None:
    """Where the agency's site is collected, its text is the original of those that credit the agency."""
    texts = [text(name, 0, credits=("agency:ttxvn",)) for name in "abc"] + [text("w", 0, outlet="site")]
    edges = [edge("a", name, 1, 1) for name in "bcw"]
    placed = place(edges, *texts, agencies={"site": "agency:ttxvn"})
    assert placed["w"].role == "original"
    assert [placed[name].source_id for name in "abc"] == ["w", "w", "w"]


def test_a_credit_to_one_that_is_not_there_is_no_original() -> None:
    """The first of some copies is no original if it says that it took the text from another outlet."""
    placed = place([edge("a", "b", 1, 1)], text("a", 0, credits=("far",)), text("b", 60))
    assert placed["a"] == Reprint("a", "a", "reprint", None, 0.0, "low", ("credit", "outside_source"))
    assert placed["b"].source_id == "a"


def test_without_times_nothing_is_claimed() -> None:
    """Copies without any time are one unit and each of unknown origin, with the share that makes it so."""
    placed = place([edge("a", "b", 0.9, 0.95)], text("a", None), text("b", None))
    assert placed["a"] == Reprint("a", "a", "unknown", None, 0.9, "none", ("no_time",))
    assert placed["b"].unit_id == "a"


def test_one_copy_without_a_time_leaves_an_original_of_little_certainty() -> None:
    """The first of several copies stays the original where one copy has no time, with low confidence."""
    edges = [edge("a", "b", 1, 1), edge("a", "c", 1, 1), edge("b", "c", 1, 1)]
    placed = place(edges, text("a", 0), text("b", 60), text("c", None))
    assert (placed["a"].role, placed["a"].confidence) == ("original", "low")
    assert placed["b"].role == "reprint"
    assert placed["c"].role == "unknown"


def test_what_cannot_be_meant_is_refused() -> None:
    """An edge of an unknown text and shares that are none are refused with the value."""
    with pytest.raises(UsageError, match="text b"):
        place([edge("a", "b", 1, 1)], text("a"))
    with pytest.raises(UsageError, match="threshold"):
        place([], threshold=0.4)
    with pytest.raises(UsageError, match="partial"):
        place([], partial=0.9)
    assert place([]) == {}


def test_many_edges_are_handled() -> None:
    """Three masses of thousands of copies and tens of thousands of pairs: each mass is one unit."""
    edges = []
    for mass in range(3):
        edges += [edge(f"m{mass}-0", f"m{mass}-{n}", 1.0, 1.0) for n in range(1, 4000)]
        edges += [edge(f"m{mass}-{n}", f"p{mass}-{n}", 0.9, 0.3) for n in range(4000)]
    ids = sorted({name for pair in edges for name in pair})
    placed = place(edges, *(text(name, n * 0.5) for n, name in enumerate(ids)))
    assert len({p.unit_id for name, p in placed.items() if name.startswith("m")}) == 3
    assert all(p.unit_id == name for name, p in placed.items() if name.startswith("p"))


# ------------------------------------------------------------------ counting


def test_a_unit_counts_on_the_day_of_its_first_member_in_the_period() -> None:
    """A unit counts once, on its earliest day in the period, with all its appearances."""
    days = [date(2026, 5, day) for day in (1, 2, 3)]
    members = [("b", days[1], "a"), ("c", days[2], "a"), ("x", days[2], "x"), ("b", days[1], "a")]
    assert first_members(members) == {
        "a": UnitCount("a", "b", days[1], 2),
        "x": UnitCount("x", "x", days[2], 1),
    }


def test_of_one_day_the_text_that_names_the_unit_is_first() -> None:
    """Among members of one day the unit's own text comes first, else the smallest id."""
    day = date(2026, 5, 1)
    assert first_members([("a", day, "m"), ("m", day, "m")])["m"].first_id == "m"
    assert first_members([("c", day, "m"), ("b", day, "m")])["m"].first_id == "b"


def test_an_article_in_two_units_is_refused() -> None:
    """An article that is given with two units cannot be counted once."""
    day = date(2026, 5, 1)
    with pytest.raises(UsageError, match="two units"):
        first_members([("a", day, "m"), ("a", day, "n")])
