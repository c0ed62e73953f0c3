"""Which of two texts was there first: links, credits, times, and what stays unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from diembao.stories.direction import BASES, Direction, judge_direction, read_span
from diembao.types import DatedText, Precision

NOON = datetime(2026, 5, 4, 5, 0, tzinfo=UTC)  # 12:00 in Vietnam
#: how a day is stated: its first moment in Vietnam
DAY = datetime(2026, 5, 3, 17, 0, tzinfo=UTC)
AGENCIES = {"agency-site": "agency:ttxvn"}


def text(
    text_id: str,
    at: datetime | None = None,
    precision: Precision = "minute",
    *,
    seen: datetime | None = None,
    outlet: str = "",
    key: str = "",
    canonical: str | None = None,
    credits: tuple[str, ...] = (),
) -> DatedText:
    return DatedText(
        text_id=text_id,
        outlet_id=outlet or f"outlet-{text_id}",
        title="",
        published_at=at,
        precision=precision if at is not None else "unknown",
        first_seen_at=seen,
        key=key or f"https://{text_id}.vn/1",
        canonical_key=canonical,
        credits=credits,
    )


def judge(a: DatedText, b: DatedText) -> Direction:
    """The judgement, after making sure that the order of the two does not matter."""
    found = judge_direction(a, b, agencies=AGENCIES)
    assert found == judge_direction(b, a, agencies=AGENCIES)
    assert set(found.basis) <= set(BASES)
    assert (found.earlier is None) == (found.confidence == "none")
    return found


def test_the_earlier_minute_wins() -> None:
    """Of two texts with times to the minute the earlier one was there first, and that is certain after ten minutes."""
    later = text("b", NOON + timedelta(minutes=40))
    assert judge(text("a", NOON), later) == Direction("a", "high", ("time",))
    near = text("b", NOON + timedelta(minutes=5))
    assert judge(text("a", NOON), near) == Direction("a", "low", ("time", "close"))


def test_the_same_minute_tells_nothing() -> None:
    """Two texts of the same minute, or of a minute and a second inside it, have no order."""
    assert judge(text("a", NOON), text("b", NOON)) == Direction(None, "none", ("overlap",))
    inside = text("b", NOON + timedelta(seconds=30), "second")
    assert judge(text("a", NOON), inside).earlier is None


def test_a_day_never_beats_minutes_of_that_day() -> None:
    """A time known to the day covers the whole local day, although it is written as its first moment."""
    assert judge(text("a", DAY, "day"), text("b", NOON)) == Direction(None, "none", ("overlap", "day_only"))
    evening = text("b", DAY + timedelta(hours=23, minutes=59))
    assert judge(text("a", DAY, "day"), evening).earlier is None


def test_a_day_orders_against_other_days() -> None:
    """A text of the day before, or of the day after, has an order, and it is said that a day is all that is known."""
    after, before = text("b", NOON + timedelta(days=1)), text("b", NOON - timedelta(days=1))
    assert judge(text("a", DAY, "day"), after) == Direction("a", "high", ("time", "day_only"))
    assert judge(text("a", DAY, "day"), before) == Direction("b", "high", ("time", "day_only"))


def test_the_day_is_local() -> None:
    """Half past midnight in Vietnam is another day than the evening before, although UTC calls both one day."""
    past_midnight = text("b", DAY + timedelta(days=1, minutes=30))
    assert judge(text("a", DAY, "day"), past_midnight).earlier == "a"
    there = judge_direction(text("a", DAY, "day"), past_midnight, timezone="UTC")
    assert there.earlier == "a"  # the third of May in UTC
    assert judge_direction(text("a", NOON, "day"), past_midnight, timezone="UTC").earlier is None


def test_a_run_bounds_from_above_only() -> None:
    """A time known from the collector's runs says by when a text was there, never that it was not there before."""
    run = text("a", NOON, "run")
    assert judge(run, text("b", NOON + timedelta(hours=1))) == Direction("a", "high", ("seen_first",))
    assert judge(run, text("b", NOON - timedelta(hours=1))).earlier is None
    assert judge(run, text("b", NOON + timedelta(hours=1), "run")) == Direction(
        None, "none", ("no_time", "seen_first")
    )


def test_a_sighting_bounds_every_text() -> None:
    """A text of unknown time that was seen before the other was published was there first."""
    seen = text("a", seen=NOON)
    assert judge(seen, text("b", NOON + timedelta(hours=3))) == Direction("a", "high", ("seen_first",))
    assert judge(seen, text("b", NOON - timedelta(hours=3))).earlier is None
    of_the_day = text("a", DAY, "day", seen=NOON)
    assert judge(of_the_day, text("b", NOON + timedelta(hours=1))).earlier == "a"


def test_a_time_after_the_sighting_is_not_used() -> None:
    """A text that was seen hours before its stated time was not published then: only the sighting counts."""
    wrong = text("a", NOON + timedelta(hours=5), seen=NOON)
    found = judge(wrong, text("b", NOON + timedelta(hours=2)))
    assert found.earlier == "a"
    assert "seen_before_stated" in found.basis
    assert read_span(text("a", NOON, seen=NOON - timedelta(minutes=2))).start == NOON.timestamp()


def test_nothing_known_stays_unknown() -> None:
    """Texts without a time, a link or a credit have no order."""
    assert judge(text("a"), text("b", NOON)) == Direction(None, "none", ("no_time",))
    assert judge(text("a"), text("b")) == Direction(None, "none", ("no_time",))


def test_a_canonical_link_decides() -> None:
    """A page that names the other's address as its own was taken from there, whatever the times say."""
    origin = text("a", NOON, key="https://a.vn/x")
    copy = text("b", NOON, canonical="https://a.vn/x")
    assert judge(origin, copy) == Direction("a", "high", ("canonical",))
    early = text("b", NOON - timedelta(days=3), canonical="https://a.vn/x")
    assert judge(origin, early) == Direction("a", "low", ("canonical", "contradiction", "time"))


def test_a_page_naming_itself_says_nothing() -> None:
    """The usual canonical link, to the page itself, is no evidence; neither is an empty one."""
    own = text("a", NOON, key="https://a.vn/x", canonical="https://a.vn/x")
    assert judge(own, text("b", NOON)).earlier is None
    assert judge(text("a", NOON, canonical=""), text("b", NOON)).earlier is None


def test_two_pages_naming_a_third_come_from_there() -> None:
    """Neither of two pages that name one third address as their own is the origin."""
    pair = [text(name, NOON, canonical="https://c.vn/x") for name in "ab"]
    assert judge(*pair) == Direction(None, "none", ("canonical", "outside_source"))


def test_a_credit_decides_where_times_do_not_speak() -> None:
    """A line that credits the other's outlet decides between two texts of the same day."""
    found = judge(text("a", DAY, "day", credits=("outlet-b",)), text("b", NOON))
    assert found == Direction("b", "high", ("credit",))


def test_a_credit_against_the_minutes_is_less_certain() -> None:
    """A text that credits one that says it is younger: by hours its certainty falls, by days nothing is known."""
    crediting = text("a", NOON, credits=("outlet-b",))
    hours = judge(crediting, text("b", NOON + timedelta(hours=2)))
    assert hours == Direction("b", "low", ("credit", "contradiction", "time"))
    days = judge(crediting, text("b", NOON + timedelta(days=3)))
    assert days == Direction(None, "none", ("credit", "contradiction", "time"))


def test_crediting_each_other_leaves_the_times() -> None:
    """Where each text credits the other's outlet the times speak, with less certainty."""
    a, b = text("a", NOON, credits=("outlet-b",)), text("b", NOON + timedelta(hours=1), credits=("outlet-a",))
    assert judge(a, b) == Direction("a", "low", ("both_credit", "time"))


def test_an_agency_outside_makes_neither_original() -> None:
    """Two texts that credit an agency of which nothing was collected both come from it, whoever was faster."""
    pair = [text(name, NOON + timedelta(hours=n), credits=("agency:ttxvn",)) for n, name in enumerate("ab")]
    assert judge(*pair) == Direction(None, "none", ("agency", "outside_source"))


def test_a_credited_agency_may_be_an_outlet() -> None:
    """Where the agency's own site is collected, crediting the agency credits its text."""
    wire = text("w", NOON, outlet="agency-site", credits=("agency:ttxvn",))
    paper = text("a", NOON, credits=("agency:ttxvn",))
    assert judge(wire, paper) == Direction("w", "high", ("agency",))


def test_crediting_oneself_says_nothing() -> None:
    """An outlet's own dateline is no evidence, also between two texts of one outlet."""
    own = text("a", NOON, outlet="o", credits=("o",))
    assert judge(own, text("b", NOON, outlet="p")).earlier is None
    assert judge(own, text("b", NOON, outlet="o", credits=("o",))) == Direction(None, "none", ("overlap",))


def possible_seconds(minutes: int, precision: Precision) -> tuple[int, int]:
    """The first and the last second, counted from noon, at which a text of this statement can have appeared."""
    if precision == "day":
        first = (
            (minutes + 12 * 60) // (24 * 60)
        ) * 24 * 3600 - 12 * 3600  # midnight lies twelve hours before noon
        return first, first + 24 * 3600 - 1
    return minutes * 60, minutes * 60 + {"second": 1, "minute": 60, "hour": 3600}[precision] - 1


@pytest.mark.parametrize("precisions", list(product(("second", "minute", "hour", "day"), repeat=2)))
def test_an_order_is_claimed_exactly_where_it_is_certain(precisions: tuple[Precision, Precision]) -> None:
    """Whatever the precisions: a text is called earlier if and only if it is so at every second it can have appeared."""
    first_a, last_a = possible_seconds(0, precisions[0])
    for minutes in [*range(-3000, 3000, 97), -60, -1, 0, 1, 59, 60, 719, 720, -720, -721]:
        first_b, last_b = possible_seconds(minutes, precisions[1])
        expected = "a" if last_a < first_b else "b" if last_b < first_a else None
        found = judge(
            text("a", NOON, precisions[0]), text("b", NOON + timedelta(minutes=minutes), precisions[1])
        )
        assert found.earlier == expected
