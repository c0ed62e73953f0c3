"""Every hole in a collection, from its runs, its feeds and its counts; and what each outlet-day is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from diembao.estimates.outletdays import OutletDay, judge_days
from diembao.estimates.runs import DAY, RunRecord, assign_runs, find_pauses, make_gap, read_runs
from diembao.estimates.silences import Silence, find_silences, local_days, to_date
from diembao.estimates.stated import HOUR, Floats
from diembao.estimates.windows import find_caps
from diembao.types import Gap

#: runs after the last item of all feeds, no longer than this, are the end of the record, not a silence
END_OF_RECORD_S = DAY


@dataclass(frozen=True, slots=True, eq=False)
class FeedHistory:
    """What a configured feed gave: `first_seen` of each article (seconds since 1970, any order).

    `seen_again`: times at which it answered with known items only, where the collection recorded them.
    `since`: when it was first asked, where that is known and later than the first run; before it nothing is known.
    `until`: when it was dropped, so that nobody asked it any more; after it nothing is missing.
    """

    outlet_id: str
    feed_id: str | None
    first_seen: Floats
    seen_again: Floats | None = None
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class ObservedSpan:
    """From the first to the last run; before and after it nothing is known.

    `end` may lie before the last run: runs without any item at the end of a record belong to another file.
    `seen_before`: sightings older than the first run in the list.
    """

    start: datetime
    end: datetime
    runs: int
    is_inferred: bool
    seen_before: int
    runs_without_items: int


@dataclass(frozen=True, slots=True)
class CollectionHealth:
    """The observed span (None: nothing was ever collected), the gaps in order, and each outlet-day."""

    span: ObservedSpan | None
    gaps: tuple[Gap, ...] = ()
    days: tuple[OutletDay, ...] = ()
    #: runs in which a feed's window was full: (feed, from, to) between the run before and that run
    full_windows: tuple[tuple[str, str | None, datetime, datetime], ...] = field(default=())


def find_gaps(
    runs: Sequence[datetime],
    feeds: Iterable[FeedHistory],
    published: Mapping[str, Floats],
    *,
    until: datetime | None = None,
    timezone: str = "Asia/Ho_Chi_Minh",
) -> list[Gap]:
    """All gaps, sorted by time: what `check_collection` finds, without the days."""
    return list(check_collection(runs, feeds, published, until=until, timezone=timezone).gaps)


def observed_span(
    runs: Sequence[datetime], feeds: Iterable[FeedHistory], *, timezone: str = "Asia/Ho_Chi_Minh"
) -> ObservedSpan | None:
    """The time about which anything is known."""
    return check_collection(runs, feeds, {}, timezone=timezone).span


def outlet_days(
    runs: Sequence[datetime],
    feeds: Iterable[FeedHistory],
    published: Mapping[str, Floats],
    *,
    start: date | None = None,
    end: date | None = None,
    timezone: str = "Asia/Ho_Chi_Minh",
) -> list[OutletDay]:
    """One row per outlet and local day of [start, end] (default: the days that were observed)."""
    health = check_collection(runs, feeds, published, start=start, end=end, timezone=timezone)
    return list(health.days)


def check_collection(
    runs: Sequence[datetime],
    feeds: Iterable[FeedHistory],
    published: Mapping[str, Floats],
    *,
    start: date | None = None,
    end: date | None = None,
    until: datetime | None = None,
    timezone: str = "Asia/Ho_Chi_Minh",
    noted: Sequence[Gap] = (),
    noted_full: Sequence[tuple[str, str | None, datetime, datetime]] = (),
) -> CollectionHealth:
    """Gaps and outlet-days of a collection.

    `runs`: every recorded run ([] = infer them from sightings); `feeds`: every configured feed, also those
    that gave nothing; `published`: effective publication times of each outlet's articles (seconds since
    1970); `until`: the present moment, for a collection that should still be running; `noted` and
    `noted_full`: gaps and full windows that the collector itself saw (`estimates.polls`).
    """
    known = sorted(feeds, key=lambda feed: (feed.outlet_id, feed.feed_id or ""))
    record = read_runs(runs, _all_sightings(known), timezone=timezone)
    if record is None:
        return CollectionHealth(None)
    placed = [_count_new(record, feed) for feed in known]
    span_end, unused = _find_end(record, placed)
    seen_before = sum(int(np.sum(assign_runs(record, feed.first_seen) < 0)) for feed in known)
    span = ObservedSpan(
        _moment(record.start), _moment(span_end), len(record.at), record.is_inferred, seen_before, unused
    )
    gaps = find_pauses(record, until=None if until is None else until.timestamp())
    full: list[tuple[str, str | None, datetime, datetime]] = []
    for feed, every in zip(known, placed, strict=True):
        own, new_items, after = _cut_runs(record, feed, every)
        if own is None:
            continue
        gaps += _check_feed(own, feed, new_items, max(unused - after, 0))
        overflow, times = _check_window(own, feed, new_items)
        gaps += overflow
        full += times
    gaps += _find_partial(record, span)
    gaps += noted
    full = list(dict.fromkeys((*full, *noted_full)))
    first_day = to_date(int(local_days(np.array([record.start]), timezone)[0])) if start is None else start
    last_day = to_date(int(local_days(np.array([span_end]), timezone)[0])) if end is None else end
    outlets = sorted({feed.outlet_id for feed in known} | set(published))
    shares = _feed_shares(known)
    starts, ends = _first_asked(record, known), _last_asked(span_end, known)
    days: list[OutletDay] = []
    for outlet_id in outlets:
        rows, low = judge_days(
            outlet_id,
            published.get(outlet_id, np.zeros(0)),
            [gap for gap in gaps if gap.outlet_id in ("*", outlet_id)],
            shares,
            [time for time in full if time[0] == outlet_id],
            (starts.get(outlet_id, record.start), ends.get(outlet_id, span_end)),
            (first_day, last_day),
            timezone,
        )
        days += rows
        gaps += low
    return CollectionHealth(span, tuple(sort_gaps(gaps)), tuple(days), tuple(full))


def sort_gaps(gaps: Iterable[Gap]) -> list[Gap]:
    """Gaps by time, outlet, feed and kind; equal ones once, touching low days of an outlet as one."""
    order = sorted(gaps, key=lambda g: (g.outlet_id, g.feed_id or "", g.kind, g.start, g.end))
    merged: list[Gap] = []
    for gap in order:
        last = merged[-1] if merged else None
        is_same = last is not None and (last.outlet_id, last.feed_id, last.kind) == (
            gap.outlet_id,
            gap.feed_id,
            gap.kind,
        )
        if last is not None and is_same and gap.kind == "low_volume" and gap.start <= last.end:
            merged[-1] = _join_low(last, gap)
        elif not (last is not None and is_same and (gap.start, gap.end) == (last.start, last.end)):
            merged.append(gap)
    return sorted(merged, key=lambda g: (g.start, g.outlet_id, g.feed_id or "", g.kind, g.end))


def _join_low(a: Gap, b: Gap) -> Gap:
    """Two low spans that touch: counts add up, the smallest probability stays."""
    one, two = dict(a.evidence), dict(b.evidence)
    joined: dict[str, object] = {
        "days": _number(one, "days") + _number(two, "days"),
        "observed": _number(one, "observed") + _number(two, "observed"),
        "usual": _number(one, "usual") + _number(two, "usual"),
        "probability": min(_number(one, "probability"), _number(two, "probability")),
        "dispersion": one["dispersion"],
    }
    return Gap(a.outlet_id, a.feed_id, a.start, max(a.end, b.end), a.kind, joined)


def _number(evidence: Mapping[str, object], name: str) -> float:
    value = evidence[name]
    return value if isinstance(value, (int, float)) else 0.0


# ------------------------------------------------------------------ feeds


def _all_sightings(feeds: Sequence[FeedHistory]) -> Floats:
    parts = [feed.first_seen for feed in feeds]
    parts += [feed.seen_again for feed in feeds if feed.seen_again is not None]
    return np.concatenate(parts) if parts else np.zeros(0)


def _count_new(record: RunRecord, feed: FeedHistory) -> NDArray[np.int64]:
    """New items in each run; what was seen before the first run is not counted."""
    runs = assign_runs(record, feed.first_seen)
    return np.bincount(runs[runs >= 0], minlength=len(record.at)).astype(np.int64)


def _cut_runs(
    record: RunRecord, feed: FeedHistory, new_items: NDArray[np.int64]
) -> tuple[RunRecord | None, NDArray[np.int64], int]:
    """The runs in which a feed was asked (None: in no run so far), its items, and how many runs came after."""
    first, end = 0, len(record.at)
    if feed.since is not None and feed.since > record.start:
        first = int(np.searchsorted(record.at, feed.since))
    if feed.until is not None:
        end = int(np.searchsorted(record.at, feed.until, side="right"))
    if first >= end:
        return None, new_items[:0], 0
    if end - first == len(record.at):
        return record, new_items, 0
    own = RunRecord(record.at[first:end], record.is_inferred, record.timezone)
    return own, new_items[first:end], len(record.at) - end


def _first_asked(record: RunRecord, feeds: Sequence[FeedHistory]) -> dict[str, float]:
    """When the first feed of each outlet was first asked; what the outlet published before is unknown."""
    starts: dict[str, float] = {}
    for feed in feeds:
        since = record.start if feed.since is None else max(feed.since, record.start)
        starts[feed.outlet_id] = min(since, starts.get(feed.outlet_id, since))
    return starts


def _last_asked(span_end: float, feeds: Sequence[FeedHistory]) -> dict[str, float]:
    """Until when any feed of each outlet was asked; what the outlet published after it is unknown."""
    ends: dict[str, float] = {}
    for feed in feeds:
        until = span_end if feed.until is None else min(feed.until, span_end)
        ends[feed.outlet_id] = max(until, ends.get(feed.outlet_id, until))
    return ends


def _find_end(record: RunRecord, placed: Sequence[NDArray[np.int64]]) -> tuple[float, int]:
    """Where the record of items ends, and how many runs come after it.

    A list of runs may go on for hours after the last file of items. If all feeds together are improbably
    silent at the very end, for a day at most, the record ends there; longer, the feeds are silent.
    """
    together = np.sum(placed, axis=0) if placed else np.zeros(0, dtype=np.int64)
    silences = find_silences(record, together) if len(together) else []
    for silence in silences:
        if silence.is_trailing and record.end - record.at[silence.first - 1] <= END_OF_RECORD_S:
            return float(record.at[silence.first - 1]), len(record.at) - silence.first
    return record.end, 0


def _check_feed(record: RunRecord, feed: FeedHistory, new_items: NDArray[np.int64], unused: int) -> list[Gap]:
    """`never_delivered`, `silent` or `frozen` spans of one feed."""
    n_runs = len(record.at)
    if len(feed.first_seen) == 0:
        evidence: dict[str, object] = {"items": 0, "runs": n_runs}
        return [make_gap(feed.outlet_id, feed.feed_id, record.start, record.end, "never_delivered", evidence)]
    if 0 < n_runs <= unused:
        return []
    within = record if unused == 0 else RunRecord(record.at[:-unused], record.is_inferred, record.timezone)
    found = find_silences(within, new_items[: len(within.at)])
    return [_silence_gap(within, feed, silence) for silence in found]


def _silence_gap(record: RunRecord, feed: FeedHistory, silence: Silence) -> Gap:
    """From the last run with news (or the first run) to the next run with news (or the last run)."""
    start = record.at[max(silence.first - 1, 0)]
    end = record.at[min(silence.last + 1, len(record.at) - 1)]
    again = 0
    if feed.seen_again is not None:
        again = int(np.sum((feed.seen_again > start) & (feed.seen_again < end)))
    evidence: dict[str, object] = {
        "hours": round(float(end - start) / HOUR, 1),
        "runs": silence.last - silence.first + 1,
        "expected_items": round(silence.expected, 1),
        "probability": float(f"{silence.probability:.2g}"),
        "bound": float(f"{0.01 / len(record.at):.2g}"),
    }
    if again:
        evidence["answers_without_news"] = again
    if silence.is_leading:
        evidence["before_first_item"] = True
    if silence.is_trailing:
        evidence["until_the_end"] = True
    return make_gap(feed.outlet_id, feed.feed_id, start, end, "frozen" if again else "silent", evidence)


def _check_window(
    record: RunRecord, feed: FeedHistory, new_items: NDArray[np.int64]
) -> tuple[list[Gap], list[tuple[str, str | None, datetime, datetime]]]:
    """The `overflow` findings of a feed, and the time before each run that came back full."""
    gaps: list[Gap] = []
    times: list[tuple[str, str | None, datetime, datetime]] = []
    for cap, full in find_caps(new_items, record.at):
        evidence: dict[str, object] = {
            "cap": cap.cap,
            "runs_at_cap": cap.runs_at_cap,
            "runs_with_items": cap.runs_with_items,
            "runs": len(record.at),
            "share": round(cap.share, 4),
            "largest_neighbour": cap.largest_below,
            "runs_above": cap.runs_above,
        }
        start, end = record.at[full[0] - 1], record.at[full[-1]]
        gaps.append(make_gap(feed.outlet_id, feed.feed_id, start, end, "overflow", evidence))
        times += [
            (feed.outlet_id, feed.feed_id, _moment(record.at[run - 1]), _moment(record.at[run]))
            for run in full
        ]
    return gaps, times


def _feed_shares(feeds: Sequence[FeedHistory]) -> dict[tuple[str, str | None], float]:
    """Each feed's share of the items of its outlet."""
    totals: dict[str, int] = defaultdict(int)
    for feed in feeds:
        totals[feed.outlet_id] += len(feed.first_seen)
    return {
        (feed.outlet_id, feed.feed_id): len(feed.first_seen) / totals[feed.outlet_id]
        for feed in feeds
        if totals[feed.outlet_id]
    }


# ------------------------------------------------------------------ first and last day


def _find_partial(record: RunRecord, span: ObservedSpan) -> list[Gap]:
    """The first and the last local day, where the observed span does not cover all of them."""
    zone = ZoneInfo(record.timezone)
    gaps = []
    first, last = span.start.astimezone(zone).date(), span.end.astimezone(zone).date()
    for day, side in ((first, "first"), (last, "last")) if first != last else ((first, "only"),):
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
        following = day + timedelta(days=1)
        next_midnight = datetime(following.year, following.month, following.day, tzinfo=zone).timestamp()
        inside = min(span.end.timestamp(), next_midnight) - max(span.start.timestamp(), midnight)
        covered = inside / (next_midnight - midnight)
        if covered >= 0.995:
            continue
        evidence: dict[str, object] = {"side": side, "covered_share": round(covered, 3)}
        if side != "first" and span.runs_without_items:
            evidence["runs_without_items"] = span.runs_without_items
        if side == "first" and span.seen_before:
            evidence["seen_before"] = span.seen_before
        gaps.append(make_gap("*", None, midnight, next_midnight, "partial", evidence))
    return gaps


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(float(at), UTC)
