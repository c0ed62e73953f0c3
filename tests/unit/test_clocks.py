"""Clock faults are found in made-up histories with a known fault, and nothing is found in right ones."""

from __future__ import annotations

import json

import numpy as np
import pytest

from diembao.estimates.clocks import check_clocks
from diembao.estimates.stated import StatedTimes

HOUR = 3600.0
START = 1_735_689_600.0  # 2025-01-01T00:00Z
MARCH = 1_740_787_200.0


def make_feed(
    *,
    seed=1,
    per_day=40.0,
    days=120,
    poll_h=2.0,
    late_h=(0.0, 0.0),
    hours=(0.0, 24.0),
    outlet="a",
    feed="a/main",
    with_address=False,
    draft_h=0.5,
):
    """A feed with true times: articles at random hours, found by the next run after `late_h`."""
    rng = np.random.default_rng(seed)
    n = rng.poisson(per_day * days)
    day = rng.integers(0, days, n)
    true = np.sort(START - 7 * HOUR + day * 86400.0 + rng.uniform(*hours, n) * HOUR)
    ready = true + rng.uniform(*late_h, n) * HOUR
    runs = START - 86400.0 + np.arange(0, (days + 9) * 24 / poll_h) * poll_h * HOUR
    runs = runs + rng.uniform(0, 300, len(runs))
    seen = runs[np.searchsorted(runs, ready)] + 5
    url = true - rng.exponential(draft_h * HOUR, n) if with_address else None
    return StatedTimes(outlet, feed, true, seen, url=url), true


def restate(feed: StatedTimes, published: np.ndarray) -> StatedTimes:
    """The same feed with other stated times."""
    return StatedTimes(
        feed.outlet_id, feed.feed_id, published, feed.seen, url=feed.url, offset_s=feed.offset_s
    )


RIGHT = {
    "usual": {},
    "with_address": {"with_address": True},
    "few_articles": {"per_day": 0.4},
    "asked_once_a_day": {"poll_h": 24.0, "hours": (7.0, 22.0)},
    "asked_once_a_day_long": {"poll_h": 24.0, "hours": (6.0, 18.0), "days": 400},
    "asked_every_12h": {"poll_h": 12.0, "hours": (7.0, 22.0)},
    "slow": {"late_h": (2.0, 6.0)},
    "slow_many": {"late_h": (2.0, 6.0), "per_day": 200.0},
    "slow_by_hours": {"late_h": (4.0, 9.0), "poll_h": 1.0},
    "slow_with_address": {"late_h": (3.0, 4.0), "with_address": True},
    "half_hour_cache": {"late_h": (0.0, 0.5), "poll_h": 0.25},
    "daytime": {"hours": (8.0, 17.0)},
    "asked_every_minute": {"poll_h": 1 / 60, "days": 20},
    "rare_and_slow": {"per_day": 1.0, "late_h": (1.0, 12.0)},
    "drafts_for_days": {"with_address": True, "draft_h": 30.0},
}


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_right_clock_gives_no_finding(name, seed):
    """A right clock is never blamed, however slow the feed or rare the runs."""
    feed, _ = make_feed(seed=seed, **RIGHT[name])
    assert check_clocks([feed]) == []


@pytest.mark.parametrize("hours", [-12, -7, -1, 1, 3, 7, 12, -0.5, 5.5])
@pytest.mark.parametrize("per_day", [4.0, 40.0])
def test_constant_shift_found(hours, per_day):
    """A clock wrong by a constant is found with that constant over its whole span."""
    feed, true = make_feed(seed=5, per_day=per_day)
    (finding,) = check_clocks([restate(feed, true - hours * HOUR)])
    assert (finding.kind, finding.shift_s, finding.feed_id) == ("shift", hours * HOUR, None)
    assert finding.n == len(true)
    json.dumps(dict(finding.evidence))


@pytest.mark.parametrize("hours", [-7, -1, 7, 12])
def test_shift_with_a_soft_start_found(hours):
    """A feed built every few minutes, asked every two hours, still shows its wrong clock."""
    feed, true = make_feed(seed=6, late_h=(0.05, 0.4), per_day=15)
    (finding,) = check_clocks([restate(feed, true - hours * HOUR)])
    assert finding.shift_s == hours * HOUR


@pytest.mark.parametrize("hours", [-7, -1, 1, 7, 12])
@pytest.mark.parametrize("seed", [1, 2])
def test_change_point_found_to_the_day(hours, seed):
    """A constant that holds only from March on is found from March on."""
    feed, true = make_feed(seed=seed, per_day=20)
    (finding,) = check_clocks([restate(feed, np.where(true >= MARCH, true - hours * HOUR, true))])
    assert finding.shift_s == hours * HOUR
    assert (
        abs(finding.first.timestamp() - MARCH) < 86400
        and 0 <= finding.last.timestamp() - feed.seen.max() <= 1
    )


def test_span_inside_found_with_both_ends():
    """A wrong summer inside a right year is found with its first and last day."""
    feed, true = make_feed(seed=3, per_day=20, days=200)
    wrong = (true >= MARCH) & (true < MARCH + 60 * 86400)
    (finding,) = check_clocks([restate(feed, np.where(wrong, true + HOUR, true))])
    assert finding.shift_s == -HOUR
    assert abs(finding.first.timestamp() - MARCH) < 86400
    assert abs(finding.last.timestamp() - MARCH - 60 * 86400) < 86400


def test_two_constants_one_after_the_other():
    """Two different constants give two findings that meet."""
    feed, true = make_feed(seed=4, per_day=20)
    found = check_clocks([restate(feed, np.where(true >= MARCH, true - 7 * HOUR, true + HOUR))])
    assert [f.shift_s for f in found] == [-3600, 25200]
    assert -1 <= (found[1].first - found[0].last).total_seconds() < 86400


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_twelve_hour_clock_found(seed):
    """Afternoons stated as mornings are found as 12 hours with their pattern."""
    feed, true = make_feed(seed=seed, hours=(6.0, 23.0))
    is_pm = ((true + 7 * HOUR) % 86400) >= 12 * HOUR
    (finding,) = check_clocks([restate(feed, np.where(is_pm, true - 12 * HOUR, true))])
    assert (finding.kind, finding.shift_s) == ("shift", 43200)
    assert finding.evidence["pattern"] == "twelve_hour"


@pytest.mark.parametrize("with_address", [True, False])
def test_fetch_time_found(with_address):
    """ "Published" that repeats the fetch time is found, from addresses or from items of one visit."""
    feed, _ = make_feed(seed=2, with_address=with_address, draft_h=3)
    (finding,) = check_clocks([restate(feed, feed.seen - 0.0001)])
    assert (finding.kind, finding.shift_s) == ("fetch_time", 0)


def test_pushed_articles_are_not_fetch_times():
    """Articles seen within seconds one by one are fresh, not stamped by the collector."""
    _, true = make_feed(seed=2, per_day=60)
    assert check_clocks([StatedTimes("a", None, true, true + 4.0)]) == []


def test_dates_alone_are_not_clocks():
    """Stated times that are dates only say nothing about the clock."""
    feed, true = make_feed(seed=2, hours=(7.0, 20.0))
    midnight = np.floor((true + 7 * HOUR) / 86400) * 86400 - 7 * HOUR
    assert check_clocks([restate(feed, midnight)]) == []


def test_few_rows_decide_nothing():
    """Below the stated number of rows nothing is claimed."""
    feed, true = make_feed(seed=2, per_day=3, days=10)
    assert len(true) < 40
    assert check_clocks([restate(feed, true - 7 * HOUR)]) == []


def test_address_overrules_a_sharp_edge():
    """Where addresses agree with the stated times, late lags are the feed's, not the clock's."""
    feed, true = make_feed(seed=2, with_address=True)
    late = StatedTimes("a", "a/main", true, feed.seen + 3 * HOUR, url=feed.url)
    assert check_clocks([late]) == []
    assert [f.shift_s for f in check_clocks([StatedTimes("a", "a/main", true, feed.seen + 3 * HOUR)])] == [
        10800
    ]


def test_odd_offset_found_and_taken_out_first():
    """Offsets such as +07:07 are reported with their correction and do not disturb the shift."""
    feed, true = make_feed(seed=2)
    offset = np.where(np.arange(len(true)) < 22, 25620.0, 25200.0)
    stated = true - 7 * HOUR - (offset - 25200.0)
    odd, shift = check_clocks([StatedTimes("a", None, stated, feed.seen, offset_s=offset)])
    assert (odd.kind, odd.n, odd.shift_s) == ("odd_offset", 22, 420)
    assert (shift.kind, shift.n, shift.shift_s) == ("shift", len(true), 25200)


def test_feeds_that_agree_give_one_finding_of_the_outlet():
    """Five feeds with one wrong clock are one finding; a small feed follows."""
    feeds = []
    for number, per_day in enumerate([40.0, 5.0, 0.1]):
        feed, true = make_feed(seed=number, per_day=per_day, feed=f"a/{number}")
        feeds.append(restate(feed, true - 7 * HOUR))
    (finding,) = check_clocks(feeds)
    assert finding.feed_id is None and len(finding.evidence["feeds"]) == 3


def test_one_wrong_feed_of_two_is_named():
    """A right feed beside a wrong one keeps its times."""
    wrong, true = make_feed(seed=1, feed="a/wrong")
    right, _ = make_feed(seed=2, feed="a/right")
    (finding,) = check_clocks([restate(wrong, true - 7 * HOUR), right])
    assert finding.feed_id == "a/wrong"


def test_order_of_rows_and_feeds_changes_nothing():
    """The findings do not depend on the order of the input."""
    feed, true = make_feed(seed=1)
    shifted = restate(feed, true - 7 * HOUR)
    other, _ = make_feed(seed=2, outlet="b", feed="b/main")
    shuffled = shifted.take(np.random.default_rng(0).permutation(len(true)))
    assert check_clocks([shifted, other]) == check_clocks([other, shuffled])
