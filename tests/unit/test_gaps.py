"""Holes made on purpose in made-up collections are found, and whole collections give none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from diembao.estimates.gaps import FeedHistory, check_collection, find_gaps, observed_span, outlet_days
from diembao.estimates.outletdays import OutletDay, measure_coverage

HOUR, DAY = 3600.0, 86400.0
START = datetime(2025, 3, 3, 17, 0, tzinfo=UTC).timestamp()  # local midnight, a Tuesday begins


def make_runs(days=120, every_h=2.0, *, seed=0, start=START):
    rng = np.random.default_rng(seed)
    base = start + np.arange(0, days * 24, every_h) * HOUR
    return base + rng.uniform(0, 600, len(base))


def make_items(days=120, per_day=40.0, *, seed=1, start=START, hours=(6, 23), weekend=0.7, keep=None):
    """True publication times: busy by day, quieter at week-ends."""
    rng = np.random.default_rng(seed)
    times = []
    for day in range(days):
        is_weekend = datetime.fromtimestamp(start + day * DAY + 8 * HOUR, UTC).weekday() >= 5
        n = rng.poisson(per_day * (weekend if is_weekend else 1.0) * rng.gamma(20, 1 / 20))
        times.append(start + day * DAY + rng.uniform(*hours, n) * HOUR)
    found = np.sort(np.concatenate(times))
    return found if keep is None else found[keep(found)]


def see(items, runs):
    """First sighting: the next run."""
    place = np.searchsorted(runs, items)
    return np.where(place < len(runs), runs[np.minimum(place, len(runs) - 1)], np.nan)


def check(runs, items_by_feed, **more):
    """Health of a collection whose feeds are `outlet/feed`; publication times known exactly."""
    feeds, published = [], {}
    for feed_id, items in items_by_feed.items():
        seen = see(items, runs)
        outlet = feed_id.split("/")[0]
        feeds.append(FeedHistory(outlet, feed_id, seen[np.isfinite(seen)]))
        published[outlet] = np.concatenate([published.get(outlet, np.zeros(0)), items[np.isfinite(seen)]])
    return check_collection([datetime.fromtimestamp(r, UTC) for r in runs], feeds, published, **more)


def without(runs, first_day, hours, from_hour=0.0):
    start = START + first_day * DAY + from_hour * HOUR
    return runs[(runs < start) | (runs >= start + hours * HOUR)]


def kinds(health, *, but=("partial",)):
    return [gap.kind for gap in health.gaps if gap.kind not in but]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("per_day", [0.3, 4.0, 40.0, 200.0])
def test_whole_collection_has_no_gap(seed, per_day):
    """Nothing is found where nothing is missing, for slow and for busy feeds."""
    runs = make_runs(seed=seed)
    health = check(runs, {"a/main": make_items(per_day=per_day, seed=seed)})
    assert kinds(health) == []
    json.dumps([dict(gap.evidence) for gap in health.gaps])


@pytest.mark.parametrize("hours", [8, 12, 30, 80])
def test_pause_of_the_collector_found(hours):
    """A pause clearly longer than the rhythm is `not_running`, from the last run before to the next one."""
    runs = without(make_runs(), 50, hours, from_hour=5)
    gaps = [g for g in check(runs, {"a/main": make_items()}).gaps if g.kind == "not_running"]
    (gap,) = gaps
    assert gap.outlet_id == "*" and gap.feed_id is None
    assert hours * HOUR <= (gap.end - gap.start).total_seconds() <= (hours + 4.2) * HOUR


def test_night_rest_and_single_missed_runs_are_the_rhythm():
    """A collector that rests at night and sometimes skips one run at night does run."""
    runs = make_runs(every_h=2.0)
    hour = ((runs - START) / HOUR) % 24
    rng = np.random.default_rng(3)
    skipped = (hour > 2) & (hour < 3) & (rng.random(len(runs)) < 0.05)
    assert kinds(check(runs[~skipped], {"a/main": make_items()})) == []
    resting = runs[(hour > 5.5)]
    assert kinds(check(resting, {"a/main": make_items()})) == []


def test_daily_collector_that_misses_a_day():
    """One run a day: a missed day is a gap."""
    runs = make_runs(every_h=24)
    health = check(np.delete(runs, 60), {"a/main": make_items()})
    assert "not_running" in kinds(health)


def test_collector_that_stopped_is_found_from_now():
    """With the present moment given, a collector that stopped days ago is reported."""
    runs, items = make_runs(days=60), make_items(days=60)
    now = datetime.fromtimestamp(START + 63 * DAY, UTC)
    assert kinds(check(runs, {"a/main": items})) == []
    (gap,) = [g for g in check(runs, {"a/main": items}, until=now).gaps if g.kind == "not_running"]
    assert gap.end == now and gap.evidence["still_stopped"] is True


def test_time_before_the_first_run_is_unknown_not_a_gap():
    """What lies before the first run is no gap: its days are unknown."""
    runs = make_runs(days=30, start=START + 10 * DAY)
    health = check(runs, {"a/main": make_items(days=40)}, start=date(2025, 3, 4), end=date(2025, 4, 12))
    assert health.span.start.timestamp() == pytest.approx(runs[0])
    assert all(gap.start.timestamp() >= runs[0] - DAY for gap in health.gaps)
    assert {day.state for day in health.days[:9]} == {"unknown"}


def test_sightings_before_the_first_listed_run_are_counted_apart():
    """Rows older than the list of runs are counted and claim nothing."""
    runs = make_runs(days=30)
    feed = FeedHistory("a", "a/main", np.r_[START - 2 * DAY, see(make_items(days=29), runs)])
    span = observed_span([datetime.fromtimestamp(r, UTC) for r in runs], [feed])
    assert span.seen_before == 1 and span.start.timestamp() == pytest.approx(runs[0])


def test_feed_that_never_delivered():
    """A configured feed without a single item is named; its outlet's days are missing."""
    runs = make_runs(days=30)
    health = check(runs, {"a/main": make_items(days=30), "b/main": np.zeros(0)})
    assert kinds(health) == ["never_delivered"]
    assert {d.state for d in health.days if d.outlet_id == "b"} <= {"missing", "partial"}


@pytest.mark.parametrize(("per_day", "days"), [(40.0, 3), (6.0, 9), (150.0, 1)])
def test_silent_feed_found(per_day, days):
    """A feed that gives nothing for improbably long is silent there, with the probability stated."""
    quiet = (START + 50 * DAY, START + (50 + days) * DAY)
    items = make_items(per_day=per_day, keep=lambda t: (t < quiet[0]) | (t >= quiet[1]))
    health = check(make_runs(), {"a/main": items, "b/main": make_items(seed=9)})
    (gap,) = [g for g in health.gaps if g.kind == "silent"]
    assert gap.feed_id == "a/main"
    assert (
        abs(gap.start.timestamp() - quiet[0]) < 1.5 * DAY and abs(gap.end.timestamp() - quiet[1]) < 1.5 * DAY
    )
    assert gap.evidence["probability"] <= gap.evidence["bound"]
    states = {d.day: d for d in health.days if d.outlet_id == "a"}
    lost = states[datetime.fromtimestamp(quiet[0] + DAY / 2 + 7 * HOUR, UTC).date()]
    assert (lost.state, lost.reason) == ("missing", "silent")


def test_feed_that_dies_is_silent_to_the_end():
    """A feed that stops for good is silent until the last run."""
    items = make_items(keep=lambda t: t < START + 80 * DAY)
    health = check(make_runs(), {"a/main": items, "b/main": make_items(seed=2)})
    (gap,) = [g for g in health.gaps if g.kind == "silent"]
    assert gap.evidence["until_the_end"] is True and gap.end == health.span.end


def test_slow_sections_are_not_silent():
    """Twenty slow feeds over a year with a quiet Tết raise no alarm."""
    start = datetime(2025, 8, 1, 17, tzinfo=UTC).timestamp()
    runs = make_runs(days=330, start=start)
    feeds = {}
    for number in range(20):
        items = make_items(days=330, per_day=0.2 + 0.4 * number, seed=number, start=start)
        day = np.floor((items + 7 * HOUR) / DAY)
        tet = (day >= 20_498) & (day <= 20_504)  # 14-20 February 2026
        thin = np.random.default_rng(number).random(len(items)) < 0.75
        feeds[f"a{number}/main"] = items[~(tet & thin)]
    health = check(runs, feeds)
    assert kinds(health) == []
    assert {d.reason for d in health.days if d.day == date(2026, 2, 17)} == {"holiday"}


def test_frozen_feed_told_from_a_silent_one():
    """A feed that kept answering with known items is frozen."""
    items = make_items(keep=lambda t: (t < START + 50 * DAY) | (t >= START + 54 * DAY))
    runs = make_runs()
    feed = FeedHistory("a", "a/main", see(items, runs)[:-5], seen_again=runs + 3)
    found = find_gaps([datetime.fromtimestamp(r, UTC) for r in runs], [feed], {"a": items})
    (gap,) = [g for g in found if g.kind == "frozen"]
    assert gap.evidence["answers_without_news"] >= 40


def test_end_of_the_items_is_not_a_silence():
    """Runs that go on for hours after the last item of all feeds are the end of the record."""
    runs = make_runs(days=60)
    items = {f"{name}/main": make_items(days=60, seed=n) for n, name in enumerate("abc")}
    cut = START + 59.5 * DAY
    health = check(runs, {name: times[times < cut] for name, times in items.items()})
    assert kinds(health) == []
    assert health.span.runs_without_items >= 5 and health.gaps[-1].kind == "partial"


def test_full_windows_found_with_their_cap():
    """A collector that takes 15 items a run loses the others: cap, runs at it and their share are given."""
    runs, items = make_runs(days=60), make_items(days=60, per_day=180)
    seen = see(items, runs)
    kept = np.concatenate([np.flatnonzero(seen == run)[-15:] for run in runs]).astype(int)
    health = check(runs, {"a/main": items[kept], "b/main": make_items(days=60, per_day=50, seed=4)})
    (gap,) = [g for g in health.gaps if g.kind == "overflow"]
    full = sum(1 for run in runs[1:] if np.sum(seen == run) >= 15)
    assert gap.feed_id == "a/main" and gap.evidence["cap"] == 15 and gap.evidence["runs_at_cap"] == full
    assert len(health.full_windows) == full
    assert sum(d.full_windows for d in health.days) == full
    assert [d.state for d in health.days if d.outlet_id == "a"].count("good") >= 58


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("per_day", [1.0, 5.0, 20.0, 60.0, 300.0])
def test_natural_maximum_is_no_window(seed, per_day):
    """The largest number of a feed that merely varies is not a cap."""
    runs = make_runs(days=100, seed=seed)
    health = check(runs, {"a/main": make_items(days=100, per_day=per_day, seed=seed)})
    assert "overflow" not in kinds(health)


def test_low_day_found_and_joined_with_its_neighbour():
    """Two days far below their usual weekday are one low span with both numbers."""
    thin = np.random.default_rng(5)
    items = make_items(per_day=80)
    low = (items >= START + 50 * DAY) & (items < START + 52 * DAY)
    items = items[~low | (thin.random(len(items)) < 0.15)]
    health = check(make_runs(), {"a/main": items})
    (gap,) = [g for g in health.gaps if g.kind == "low_volume"]
    assert (gap.end - gap.start).total_seconds() == 2 * DAY and gap.evidence["days"] == 2
    assert gap.evidence["observed"] < 0.3 * gap.evidence["usual"]
    assert [d.reason for d in health.days].count("low_volume") == 2


def test_partial_first_and_last_day():
    """A first run at ten in the morning makes a partial first day."""
    runs = make_runs(days=30)
    health = check(runs[6:-3], {"a/main": make_items(days=30)})
    sides = [g.evidence["side"] for g in health.gaps if g.kind == "partial"]
    assert sides == ["first", "last"]
    assert health.days[0].state == "partial" and health.days[0].reason == "partial"


def test_paused_day_is_partial_or_missing_by_what_was_lost():
    """A day without runs is missing; an afternoon without runs partial; a night without runs good."""
    items = make_items()
    for hours, at, state in [(30, -3, "missing"), (9, 10, "partial"), (6.5, 0, "good")]:
        health = check(without(make_runs(), 50, hours, from_hour=at), {"a/main": items})
        day = next(d for d in health.days if d.day == date(2025, 3, 4) + timedelta(days=50))
        assert day.state == state, (hours, at, day)


def test_runs_are_inferred_from_sightings():
    """Without a list of runs the sightings tell of them, and that is said."""
    runs = without(make_runs(days=60), 30, 40)
    feed = FeedHistory("a", "a/main", see(make_items(days=59), runs))
    found = find_gaps([], [feed], {})
    assert any(g.kind == "not_running" and g.evidence["runs_inferred"] for g in found)
    assert observed_span([], [feed]).is_inferred


def test_nothing_collected_gives_nothing():
    """Without runs and without items there is no span, no gap and no day."""
    assert find_gaps([], [], {}) == []
    assert observed_span([], []) is None
    assert outlet_days([], [FeedHistory("a", None, np.zeros(0))], {}) == []


def test_a_feed_that_was_asked_later_has_no_gap_before():
    """Before the first request nothing is known of the outlet: no silence, no good day; after it all rules hold."""
    runs = make_runs(days=60)
    since = START + 30 * DAY
    items = make_items(days=59, keep=lambda at: at > since - 6 * HOUR)
    old, new = see(make_items(days=59), runs), see(items, runs[runs >= since])
    feeds = [
        FeedHistory("old", "old/main", old[np.isfinite(old)]),
        FeedHistory("new", "new/main", np.maximum(new[np.isfinite(new)], since + 1), since=since),
        FeedHistory("mute", "mute/main", np.zeros(0), since=since),
        FeedHistory("late", "late/main", np.zeros(0), since=runs[-1] + HOUR),
    ]
    published = {"old": make_items(days=59), "new": items}
    health = check_collection([datetime.fromtimestamp(r, UTC) for r in runs], feeds, published)
    assert [(gap.outlet_id, gap.kind) for gap in health.gaps if gap.kind != "partial"] == [
        ("mute", "never_delivered")
    ]
    mute = next(gap for gap in health.gaps if gap.outlet_id == "mute")
    assert mute.start.timestamp() >= since
    states = {(day.outlet_id, day.day): day.state for day in health.days}
    edge = datetime.fromtimestamp(since, UTC).date()
    assert {states["new", edge - timedelta(days=n)] for n in range(2, 25)} == {"unknown"}
    assert {states["new", edge + timedelta(days=n)] for n in range(2, 25)} == {"good"}
    assert {states["mute", edge + timedelta(days=n)] for n in range(2, 25)} == {"missing"}
    assert {states["old", edge - timedelta(days=n)] for n in range(2, 25)} == {"good"}
    assert states["late", edge] == "unknown"


def test_order_of_feeds_and_runs_changes_nothing():
    """The same collection in another order gives the same answer."""
    runs = without(make_runs(days=60), 30, 20)
    feeds = [FeedHistory(n, f"{n}/main", see(make_items(days=59, seed=s), runs)) for s, n in enumerate("abc")]
    at = [datetime.fromtimestamp(r, UTC) for r in runs]
    published = {n: make_items(days=59, seed=s) for s, n in enumerate("abc")}
    mixed = [FeedHistory(f.outlet_id, f.feed_id, f.first_seen[::-1]) for f in feeds[::-1]]
    assert check_collection(at, feeds, published) == check_collection(at[::-1], mixed, published)


def test_coverage_is_the_part_of_the_expected_volume_that_was_not_lost():
    """Lost hours and improbably low days lower coverage; a quiet day of the press and a holiday do not."""

    def day(observed, expected, usable=1.0, reason="", state="good"):
        return OutletDay("a", date(2025, 3, 4), observed, expected, state, reason, 1.0, usable)

    assert measure_coverage([day(30, 50.0), day(40, 50.0)]) == 1.0
    assert measure_coverage([day(50, 50.0), day(9, None, reason="holiday")]) == 1.0
    assert measure_coverage([day(50, 50.0), day(25, 50.0, usable=0.5)]) == pytest.approx(0.75)
    assert measure_coverage(
        [day(50, 50.0), day(5, 50.0, reason="low_volume", state="partial")]
    ) == pytest.approx(0.55)
    assert measure_coverage([day(50, 50.0), day(0, 50.0, usable=0.0, state="unknown")]) == pytest.approx(0.5)
    assert measure_coverage([day(9, None)]) is None


def test_a_feed_that_was_dropped_has_no_gap_after():
    """After it was dropped nothing of a feed is missing; of an outlet without any other feed nothing is known."""
    runs = make_runs(days=60)
    until = START + 30 * DAY
    items = make_items(days=59, keep=lambda at: at < until)
    old, gone = see(make_items(days=60), runs), see(items, runs)
    gone = gone[np.isfinite(gone)]
    feeds = [
        FeedHistory("old", "old/main", old[np.isfinite(old)]),
        FeedHistory("old", "old/wrong", np.zeros(0), until=until),
        FeedHistory("gone", "gone/main", gone, until=until),
        FeedHistory("never", "never/main", np.zeros(0), until=START - DAY),
    ]
    published = {"old": make_items(days=60), "gone": items}
    health = check_collection([datetime.fromtimestamp(r, UTC) for r in runs], feeds, published)
    found = [gap for gap in health.gaps if gap.kind != "partial"]
    assert len(found) == 1, found
    gap = found[0]
    assert (gap.feed_id, gap.kind) == ("old/wrong", "never_delivered")
    assert until - 6 * HOUR <= gap.end.timestamp() <= until
    states = {(day.outlet_id, day.day): day.state for day in health.days}
    edge = datetime.fromtimestamp(until, UTC).date()
    assert {states["gone", edge + timedelta(days=n)] for n in range(2, 25)} == {"unknown"}
    assert {states["gone", edge - timedelta(days=n)] for n in range(2, 25)} == {"good"}
    assert {states["old", edge + timedelta(days=n)] for n in range(2, 25)} == {"good"}
    without = check_collection(
        [datetime.fromtimestamp(r, UTC) for r in runs], [replace(feeds[2], until=None)], published
    )
    assert "silent" in {gap.kind for gap in without.gaps}
