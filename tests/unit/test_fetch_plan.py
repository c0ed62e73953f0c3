"""The pace of hosts, the rhythm of feeds and the order of jobs: what holds for single steps."""

from __future__ import annotations

import itertools
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from diembao.fetch.order import Job, next_wake, order_due
from diembao.fetch.plan import (
    Conditions,
    FeedPlan,
    HostPlan,
    after_exchange,
    after_feed,
    backoff_s,
    conditions_for,
    next_interval,
    wait_s,
    with_crawl_delay,
)
from diembao.types import Exchange, FetchOutcome

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
HOST = HostPlan("bao.example")


def exchange(outcome: FetchOutcome = "ok", *, took: float = 0.1, retry: float | None = None) -> Exchange:
    ended = NOW + timedelta(seconds=took)
    return Exchange("https://bao.example/", "GET", (), NOW, ended, outcome, retry_after_s=retry)


def waits(plan: HostPlan, done: Exchange, *, is_loopback: bool = False) -> float:
    after = after_exchange(plan, done, is_loopback=is_loopback)
    return wait_s(after, max(done.ended_at, done.started_at))


@pytest.mark.parametrize(
    ("took", "delay", "gap"),
    [(0.1, None, 5.0), (2.0, None, 10.0), (60.0, None, 300.0), (0.1, 20.0, 20.0), (9.0, 20.0, 45.0), (0.1, 999.0, 60.0),
     (0.1, 0.0, 5.0), (-3.0, None, 5.0)],
)  # fmt: skip
def test_the_gap(took: float, delay: float | None, gap: float) -> None:
    """max(5 s, 5 × last response time, Crawl-delay up to 60 s), counted from the end of the response."""
    assert waits(with_crawl_delay(HOST, delay), exchange(took=took)) == pytest.approx(gap)


def test_a_longer_crawl_delay_is_noted() -> None:
    """More than 60 s is honoured as 60 s and told; robots.txt without a delay takes it back."""
    slow = with_crawl_delay(HOST, 120.0)
    assert (slow.crawl_delay_s, slow.slow) == (60.0, True)
    assert with_crawl_delay(slow, None) == HOST


def test_no_gap_on_the_loopback_when_told_so() -> None:
    """The gap is zero only with `is_loopback`; Retry-After and back-off hold even there."""
    assert waits(HOST, exchange(), is_loopback=True) == 0.0
    assert waits(with_crawl_delay(HOST, 30.0), exchange(), is_loopback=True) == 0.0
    assert waits(HOST, exchange("rate_limited", retry=90.0), is_loopback=True) >= 90.0
    assert waits(HOST, exchange("unavailable"), is_loopback=True) >= 60.0


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [(3600.0, 3600.0, 3600.0), (1e12, 86400.0, 86400.0), (1.0, 60.0, 75.0), (-5.0, 60.0, 75.0),
     (float("nan"), 60.0, 75.0)],
)  # fmt: skip
def test_retry_after_holds_up_to_a_day(asked: float, least: float, most: float) -> None:
    """What a host asks for is kept, at most 24 h; less than the back-off does not shorten it."""
    assert least <= waits(HOST, exchange("rate_limited", retry=asked)) <= most


def test_an_exchange_meanwhile_does_not_shorten_what_was_asked_for() -> None:
    """A request that was under way when Retry-After came (by another name, say) does not take it back."""
    asked = after_exchange(HOST, exchange("rate_limited", retry=3600.0))
    assert waits(asked, exchange("ok")) == pytest.approx(3600.0)


def test_a_wrong_clock_heals() -> None:
    """A moment far in the future (a clock that was set back) never stops a host for longer than a day."""
    lost = replace(HOST, next_at=NOW + timedelta(days=400), retry_until=NOW + timedelta(days=400))
    assert wait_s(lost, NOW) == 86400.0
    assert waits(lost, exchange()) <= 86400.0


def test_backing_off_doubles_and_ends() -> None:
    """Trouble in a row doubles the wait up to 6 hours, a little differently for each host; one good answer ends it."""
    values = [backoff_s("bao.example", n) for n in range(1, 40)]
    assert 60 <= values[0] <= 72
    assert all(before < after for before, after in itertools.pairwise(values[:9]))
    assert 4 * 3600 < values[-1] <= 6 * 3600
    assert backoff_s("bao.example", 3) != backoff_s("khac.example", 3)
    plan = after_exchange(after_exchange(HOST, exchange("timeout")), exchange("dns"))
    assert plan.failures == 2
    assert after_exchange(plan, exchange("gone")).failures == 0
    assert after_exchange(HOST, exchange("truncated")).failures == 0


FEED = FeedPlan("bao/home", answered_at=NOW - timedelta(hours=1), window=30, interval_s=3600.0)


def test_a_busy_feed_is_asked_before_its_window_overflows() -> None:
    """The interval aims at a third of the window; a full window halves it at least."""
    assert next_interval(3600.0, busy_rate=30 / 3600, window=30) == pytest.approx(1200.0)
    assert next_interval(3600.0, busy_rate=0.0, window=30) == 5400.0
    assert next_interval(3600.0, busy_rate=9.0, window=30) == 600.0
    assert next_interval(80_000.0, busy_rate=0.0, window=30) == 86_400.0
    assert next_interval(80_000.0, busy_rate=1e-9, window=30) == 86_400.0
    full = after_feed(FEED, outcome="ok", now=NOW, new_items=30, window=30)
    assert full.interval_s == pytest.approx(1200.0)


def test_a_quiet_night_does_not_forget_the_busy_day() -> None:
    """After a day of 5 articles an hour and ten quiet hours, the interval still suits the day."""
    plan, now = FEED, NOW
    for hour in range(34):
        now += timedelta(hours=1)
        plan = after_feed(plan, outcome="ok", now=now, new_items=5 if hour < 24 else 0, window=20)
    assert plan.interval_s < 2 * 3600


def test_the_first_answer_says_nothing_of_the_rhythm() -> None:
    """On the first fetch everything is new: the interval does not take that for a rate."""
    plan = after_feed(FeedPlan("bao/home"), outcome="ok", now=NOW, new_items=50, window=50)
    assert plan.busy_rate == 0.0
    assert 600.0 <= plan.interval_s <= 1800.0


def test_conditions_are_for_a_week() -> None:
    """Validators are sent until the last full answer is 7 days old; "not modified" does not renew it."""
    plan = after_feed(FEED, outcome="ok", now=NOW, etag='"a"', last_modified="Sun", window=30)
    assert conditions_for(plan, NOW) == Conditions('"a"', "Sun")
    same = after_feed(plan, outcome="not_modified", now=NOW + timedelta(days=6))
    assert conditions_for(same, NOW + timedelta(days=7, seconds=-1)) == Conditions('"a"', "Sun")
    assert conditions_for(same, NOW + timedelta(days=7)) is None
    assert conditions_for(same, NOW - timedelta(days=1)) is None
    assert conditions_for(FEED, NOW) is None
    fresh = after_feed(same, outcome="ok", now=NOW + timedelta(days=7), window=30)
    assert conditions_for(fresh, NOW + timedelta(days=7)) is None  # it sent no validators this time


def test_a_broken_answer_drops_the_validators() -> None:
    """After an answer that could not be used the next one is asked for in full; after a 503 it need not be."""
    plan = after_feed(FEED, outcome="ok", now=NOW, etag='"a"', window=30)
    assert conditions_for(after_feed(plan, outcome="truncated", now=NOW), NOW) is None
    assert conditions_for(after_feed(plan, outcome="unavailable", now=NOW), NOW) is not None


def test_a_failing_feed_is_asked_less_and_less() -> None:
    """Failures back off up to a day, and Retry-After is kept."""
    plan = FEED
    for _ in range(12):
        plan = after_feed(plan, outcome="gone", now=NOW)
    assert plan.due_at == NOW + timedelta(days=1)
    asked = after_feed(FEED, outcome="rate_limited", now=NOW, retry_after_s=7200.0)
    assert asked.due_at is not None
    assert asked.due_at >= NOW + timedelta(hours=2)


def test_plans_are_plain_data() -> None:
    """Every record can be written to JSON and read back."""
    host = after_exchange(with_crawl_delay(HOST, 7.0), exchange("rate_limited", retry=60.0))
    feed = after_feed(FEED, outcome="ok", now=NOW, etag='"a"', window=30)
    assert msgspec.json.decode(msgspec.json.encode(host), type=HostPlan) == host
    assert msgspec.json.decode(msgspec.json.encode(asdict(feed)), type=FeedPlan) == feed


def job(name: str, purpose: str = "page", *, host: str = "a", outlet: str = "", minutes: float = -1) -> Job:
    return Job(name, purpose, host, outlet or host, NOW + timedelta(minutes=minutes))  # type: ignore[arg-type]


def ids(jobs: list[Job]) -> list[str]:
    return [one.job_id for one in jobs]


def test_one_job_a_host_and_robots_first() -> None:
    """Of each free host the most urgent job is named: robots, then feeds, then the oldest page."""
    jobs = [job("p1", minutes=-30), job("f1", "feed"), job("r1", "robots"), job("p2", host="b", minutes=-5),
            job("p3", host="b", minutes=-50), job("later", host="c", minutes=5)]  # fmt: skip
    assert set(ids(order_due(jobs, {}, NOW))) == {"r1", "p3"}
    assert set(ids(order_due(jobs[:2], {}, NOW))) == {"f1"}
    assert order_due(jobs, {}, NOW, busy={"a", "b"}) == []
    waiting = {"a": HostPlan("a", next_at=NOW + timedelta(seconds=3))}
    assert ids(order_due(jobs, waiting, NOW)) == ["p3"]
    assert next_wake(jobs[:2], waiting, NOW) == NOW + timedelta(seconds=3)
    assert next_wake([jobs[-1]], waiting, NOW) == NOW + timedelta(minutes=5)
    assert next_wake([], waiting, NOW) is None


def test_an_old_page_goes_before_a_young_feed() -> None:
    """A page that has waited two hours longer than a feed goes first: nothing is put off for ever."""
    jobs = [job("page", minutes=-200), job("feed", "feed", minutes=-1)]
    assert ids(order_due(jobs, {}, NOW)) == ["page"]


def test_outlets_take_turns_and_budgets_end() -> None:
    """The outlet that was asked least goes first; without budget only robots and feeds go on."""
    jobs = [
        job("a", host="a", outlet="x", minutes=-9),
        job("b", host="b", outlet="y"),
        job("c", "feed", host="c", outlet="x"),
    ]
    assert ids(order_due(jobs, {}, NOW, used={"x": 5, "y": 2})) == ["b", "c", "a"]
    assert ids(order_due(jobs, {}, NOW, budgets={"x": 0, "y": 1})) == ["c", "b"]
    assert next_wake([jobs[0]], {}, NOW, budgets={"x": 0}) is None
