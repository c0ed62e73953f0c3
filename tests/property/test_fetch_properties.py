"""What must hold for any sequence of exchanges: gaps kept, Retry-After never undercut, nothing starved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import h11
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.fetch.guard import refuse_host
from diembao.fetch.order import Job, next_wake, order_due
from diembao.fetch.plan import (
    MAX_INTERVAL_S,
    MIN_INTERVAL_S,
    FeedPlan,
    HostPlan,
    after_exchange,
    after_feed,
    conditions_for,
    wait_s,
    with_crawl_delay,
)
from diembao.fetch.targets import read_target
from diembao.fetch.trouble import ExchangeError
from diembao.types import Exchange, FetchOutcome

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OUTCOMES = st.sampled_from(get_args(FetchOutcome))
RETRY = st.none() | st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 200_000)
STEP = st.tuples(OUTCOMES, st.floats(0, 60), RETRY, st.none() | st.floats(0, 1000), st.floats(0, 100_000))


@given(st.lists(STEP, max_size=30))
def test_every_rule_holds_between_any_two_requests(
    steps: list[tuple[FetchOutcome, float, float | None, float | None, float]],
) -> None:
    """Whatever a host answers, the next request is never before any rule allows, nor later than a day is asked for."""
    plan, now, free_at = HostPlan("bao.example"), NOW, NOW
    for outcome, took, retry, delay, idle in steps:
        now += timedelta(seconds=wait_s(plan, now))
        assert now >= free_at - timedelta(milliseconds=1)
        ended = now + timedelta(seconds=took)
        done = Exchange("https://bao.example/", "GET", (), now, ended, outcome, retry_after_s=retry)
        plan = with_crawl_delay(plan, delay)
        plan = after_exchange(plan, done)
        rules = [5.0, 5.0 * took, min(delay or 0.0, 60.0)]
        if retry is not None and retry > 0:
            rules.append(min(retry, 86_400.0))
        free_at = max(free_at, ended + timedelta(seconds=max(rules)))
        free_at = min(free_at, ended + timedelta(days=1))
        assert wait_s(plan, ended) <= 86_400.0
        now = ended + timedelta(seconds=idle)


ODD_PIECES = (
    *(
        "http",
        "https",
        ":",
        "//",
        "/",
        "..",
        "?",
        "#",
        "@",
        "[",
        "]",
        "%",
        "%00",
        "%2F",
        "a.vn",
        "bài",
        "::1",
        "127.1",
    ),
    *(
        " ",
        "\\",
        "\t",
        "\n",
        "\0",
        "\x7f",
        "&",
        "=",
        "|",
        '"',
        "<",
        "ｅ",
        "。",
        ":80",
        ":99999",
        "\ud800",
        "xn--",
    ),
)
URL_PARTS = st.lists(st.sampled_from(ODD_PIECES) | st.text(max_size=5), max_size=12)


@given(st.booleans(), URL_PARTS)
def test_any_text_is_an_address_that_can_be_asked_or_a_typed_refusal(
    has_base: bool, parts: list[str]
) -> None:
    """Whatever stands in a feed or a Location: either a well-formed request for a host, or a refusal."""
    text = "".join(parts)
    base = "https://outlet.example/a/b" if has_base else None
    try:
        target = read_target(text if has_base else "https://" + text, base=base)
    except ExchangeError as error:
        assert error.outcome in ("refused_scheme", "refused_address")
        return
    if refuse_host(target.host) is None:
        request = h11.Request(method="GET", target=target.path, headers=[("Host", target.host_header)])
        assert b"\r" not in request.target
        assert read_target(target.url) == target


FEED_STEP = st.tuples(
    OUTCOMES, st.integers(0, 200), st.integers(0, 200), RETRY, st.floats(0, 3), st.sampled_from(["", '"a"'])
)


@given(st.lists(FEED_STEP, max_size=30))
def test_intervals_stay_within_bounds(
    steps: list[tuple[FetchOutcome, int, int, float | None, float, str]],
) -> None:
    """A feed comes due between 10 minutes and 24 hours after each try; no condition outlives a week."""
    plan, now, full_at = FeedPlan("bao/home"), NOW, None
    for outcome, new, window, retry, late, etag in steps:
        conditions = conditions_for(plan, now)
        if conditions is not None:
            assert full_at is not None
            assert now - full_at < timedelta(days=7)
        plan = after_feed(
            plan, outcome=outcome, now=now, new_items=new, window=window, etag=etag, retry_after_s=retry
        )
        full_at = now if outcome == "ok" else full_at
        assert MIN_INTERVAL_S <= plan.interval_s <= MAX_INTERVAL_S
        assert plan.due_at is not None
        assert timedelta(seconds=MIN_INTERVAL_S) <= plan.due_at - now <= timedelta(seconds=MAX_INTERVAL_S)
        if retry is not None and retry > 0 and outcome not in ("ok", "not_modified"):
            assert plan.due_at - now >= timedelta(seconds=min(retry, 86_399.0))
        now = plan.due_at + timedelta(days=late)


PURPOSES = st.sampled_from(["feed", "sitemap", "page", "discover"])


@settings(max_examples=40, deadline=None)
@given(
    pages=st.lists(st.tuples(PURPOSES, st.sampled_from("ab"), st.integers(0, 50_000)), max_size=25),
    feeds=st.integers(0, 40),
)
def test_nothing_due_is_starved(pages: list[tuple[str, str, int]], feeds: int) -> None:
    """Even when feeds come due faster than their host may be asked, every other job has its turn."""
    jobs = {
        f"{n}": Job(f"{n}", purpose, host, host, NOW - timedelta(seconds=age))  # type: ignore[arg-type]
        for n, (purpose, host, age) in enumerate(pages)
    }
    once = set(jobs)
    for n in range(feeds):
        jobs[f"feed {n}"] = Job(f"feed {n}", "feed", "ab"[n % 2], "ab"[n % 2], NOW)
    hosts: dict[str, HostPlan] = {}
    now = NOW
    for _ in range(3000):
        if not once:
            return
        due = order_due(jobs.values(), hosts, now)
        assert len({one.host for one in due}) == len(due)
        for one in due:
            assert wait_s(hosts.get(one.host), now) == 0
            hosts[one.host] = HostPlan(one.host, next_at=now + timedelta(seconds=60))
            if one.job_id in once:
                once.discard(one.job_id)
                del jobs[one.job_id]
            else:
                jobs[one.job_id] = replace(one, due_at=now + timedelta(minutes=10))
        wake = next_wake(jobs.values(), hosts, now)
        if wake is None:
            break
        assert wake > now or due
        now = max(wake, now + timedelta(seconds=1))
    assert not once
