"""What each outlet-day is worth: counted, expected, covered by runs, and whether it may be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from diembao.estimates.holidays import find_holiday
from diembao.estimates.silences import local_days
from diembao.estimates.stated import Floats, local_hours
from diembao.estimates.usual import find_low_days, find_probabilities, learn_usual
from diembao.types import Gap

State = Literal["good", "partial", "missing", "unknown"]
Reason = Literal[
    "",
    "holiday",
    "partial",
    "not_running",
    "silent",
    "frozen",
    "never_delivered",
    "low_volume",
    "unreachable",
    "refused",
]

#: a day is good when runs and delivering feeds covered this share of the outlet's usual volume of that day
GOOD_SHARE = 0.8
#: below this share it counts as missing
MISSING_SHARE = 0.2
#: a period below this share of its expected volume is hatched (the product's rule for charts)
THIN_SHARE = 0.8

_LOSSES = ("silent", "frozen", "never_delivered", "unreachable", "refused")


@dataclass(frozen=True, slots=True)
class OutletDay:
    """One outlet on one local day.

    `expected`: usual count of such a day (None: too few days tell, or a holiday); `covered`: share of the day
    between runs that followed the rhythm; `usable`: share of the outlet's usual volume that was not lost to
    pauses and silent feeds; `full_windows`: runs that came back full, so that the count is a lower bound.
    """

    outlet_id: str
    day: date
    observed: int
    expected: float | None
    state: State
    reason: Reason
    covered: float
    usable: float
    full_windows: int = 0


def judge_days(
    outlet_id: str,
    published: Floats,
    gaps: Sequence[Gap],
    shares: Mapping[tuple[str, str | None], float],
    full: Sequence[tuple[str, str | None, datetime, datetime]],
    span: tuple[float, float],
    wanted: tuple[date, date],
    timezone: str,
) -> tuple[list[OutletDay], list[Gap]]:
    """The outlet's days and its `low_volume` gaps (days that no other gap explains).

    good: at least 80 % usable and not far below usual; missing: below 20 % usable, or nothing where much is
    usual; unknown: outside the observed span; else partial. A low count alone does not make a day bad unless
    it is improbable: leaving out days because they are low would bias every comparison.
    """
    days = _list_days(wanted)
    if not days:
        return [], []
    counts = _count_days(published, days, timezone)
    edges = _midnights(days, timezone)
    profile = _hour_profile(published, timezone)
    pauses = [g for g in gaps if g.kind == "not_running"]
    known = _cover([(span[0], span[1])], edges, None)
    covered = known - _cover(_spans(pauses), edges, None)
    usable = _cover([(span[0], span[1])], edges, profile) - _cover(_spans(pauses), edges, profile)
    lost, causes = _lost_shares(outlet_id, gaps, shares, edges, profile)
    usable = np.clip(usable * (1 - np.minimum(lost, 1)), 0, 1)
    is_holiday = np.array([find_holiday(day) is not None for day in days])
    weekday = np.array([day.weekday() for day in days])
    usual = learn_usual(counts, weekday, (usable >= 0.95) & ~is_holiday)
    low = np.zeros(len(days), dtype=bool)
    low[find_low_days(counts, usual, is_holiday)] = True
    low &= usable >= GOOD_SHARE
    windows = _count_windows(full, days, timezone)
    rows = []
    for place, day in enumerate(days):
        state, reason = _judge(
            known[place], covered[place], usable[place], causes[place], bool(low[place]), int(counts[place])
        )
        is_quiet = bool(is_holiday[place]) and state == "good"
        expected = usual.usual[place]
        rows.append(
            OutletDay(
                outlet_id,
                day,
                int(counts[place]),
                None if is_quiet or not np.isfinite(expected) else float(expected),
                state,
                "holiday" if is_quiet else reason,
                round(float(np.clip(covered[place], 0, 1)), 4),
                round(float(usable[place]), 4),
                int(windows[place]),
            )
        )
    chances = find_probabilities(counts, usual)
    low_gaps = [
        Gap(
            outlet_id,
            None,
            datetime.fromtimestamp(float(edges[place]), UTC),
            datetime.fromtimestamp(float(edges[place + 1]), UTC),
            "low_volume",
            {
                "days": 1,
                "observed": int(counts[place]),
                "usual": round(float(usual.usual[place]), 1),
                "probability": float(f"{chances[place]:.2g}"),
                "dispersion": round(usual.dispersion, 4),
            },
        )
        for place in np.flatnonzero(low)
    ]
    return rows, low_gaps


def mean_volumes(days: Iterable[OutletDay]) -> dict[str, float]:
    """The usual volume of a day of each outlet, over all its days with an expectation."""
    found: dict[str, list[float]] = {}
    for day in days:
        if day.expected is not None:
            found.setdefault(day.outlet_id, []).append(day.expected)
    return {outlet_id: float(np.mean(values)) for outlet_id, values in found.items()}


def measure_coverage(days: Iterable[OutletDay], volumes: Mapping[str, float] | None = None) -> float | None:
    """The part of the expected volume of a period that was not lost, 0 to 1 (None: nothing is expected).

    Each outlet-day weighs what is usual for it; a holiday, or a day of a feed that had long been silent, the
    outlet's mean volume (`volumes`, default: of these days). Of it counts what pauses and silent feeds left,
    and where a day is improbably low, what came. So a quiet week of the press is no loss, and days outside
    the observed span are. Below `THIN_SHARE` the period is hatched.
    """
    rows = list(days)
    means = mean_volumes(rows) if volumes is None else volumes
    collected = expected = 0.0
    for day in rows:
        weight = day.expected if day.expected is not None else means.get(day.outlet_id, 0.0)
        part = day.usable
        if day.reason == "low_volume" and weight > 0:
            part = min(part, day.observed / weight)
        collected += weight * part
        expected += weight
    return collected / expected if expected else None


def _judge(
    known: float, covered: float, usable: float, cause: str, is_low: bool, count: int
) -> tuple[State, Reason]:
    if known <= 0:
        return "unknown", ""
    if usable >= GOOD_SHARE:
        if not is_low:
            return "good", ""
        return ("missing" if count == 0 else "partial"), "low_volume"
    reason = cause or ("partial" if known - covered < 1 - known else "not_running")
    state: State = "missing" if usable < MISSING_SHARE and known > MISSING_SHARE else "partial"
    return state, reason  # type: ignore[return-value]


def _lost_shares(
    outlet_id: str,
    gaps: Sequence[Gap],
    shares: Mapping[tuple[str, str | None], float],
    edges: Floats,
    profile: Floats,
) -> tuple[Floats, list[str]]:
    """Share of each day's volume lost to feeds that gave nothing, and the kind that cost most."""
    lost = np.zeros(len(edges) - 1)
    most = np.zeros(len(edges) - 1)
    causes = [""] * (len(edges) - 1)
    has_items = any(owner == outlet_id for owner, _ in shares)
    by_feed: dict[str | None, list[Gap]] = {}
    for gap in gaps:
        if gap.kind in _LOSSES:
            by_feed.setdefault(gap.feed_id, []).append(gap)
    for feed_id, mine in by_feed.items():
        share = shares.get((outlet_id, feed_id), 0.0) if has_items else 1.0
        lost += share * _cover(_spans(mine), edges, profile)  # what two gaps of a feed cover is lost once
        for gap in mine:
            part = share * _cover(_spans([gap]), edges, profile)
            for place in np.flatnonzero(part > most):
                causes[place], most[place] = gap.kind, part[place]
    return lost, [cause if share > 0.05 else "" for cause, share in zip(causes, lost, strict=True)]


# ------------------------------------------------------------------ days and hours


def _list_days(wanted: tuple[date, date]) -> list[date]:
    return [wanted[0] + timedelta(days=step) for step in range((wanted[1] - wanted[0]).days + 1)]


def _midnights(days: Sequence[date], timezone: str) -> Floats:
    """Start of each local day and of the day after the last, as seconds since 1970."""
    zone = ZoneInfo(timezone)
    following = [*days, days[-1] + timedelta(days=1)] if days else []
    return np.array([datetime(d.year, d.month, d.day, tzinfo=zone).timestamp() for d in following])


def _count_days(published: Floats, days: Sequence[date], timezone: str) -> Floats:
    """Articles of each day by effective publication time."""
    first = (days[0] - date(1970, 1, 1)).days
    place = local_days(published[np.isfinite(published)], timezone) - first
    inside = place[(place >= 0) & (place < len(days))]
    counts: Floats = np.bincount(inside, minlength=len(days)).astype(np.float64)
    return counts


def _hour_profile(published: Floats, timezone: str) -> Floats:
    """Share of an outlet's articles in each hour of the day, drawn a little toward an even day."""
    hours = local_hours(published[np.isfinite(published)], timezone).astype(np.int64)
    counts = np.bincount(hours, minlength=24) + 1.0
    share: Floats = counts / counts.sum()
    return share


def _spans(gaps: Iterable[Gap]) -> list[tuple[float, float]]:
    return [(gap.start.timestamp(), gap.end.timestamp()) for gap in gaps]


def _cover(spans: Iterable[tuple[float, float]], edges: Floats, profile: Floats | None) -> Floats:
    """Share of each day that the spans cover; with a profile, of its volume. Overlaps count once."""
    weights = np.full(24, 1 / 24) if profile is None else profile
    covered = np.zeros(len(edges) - 1)
    for start, end in _union(spans):
        first = int(np.clip(np.searchsorted(edges, start, side="right") - 1, 0, len(covered)))
        last = int(np.clip(np.searchsorted(edges, end, side="left"), 0, len(covered)))
        for day in range(first, last):
            length = edges[day + 1] - edges[day]
            hours = edges[day] + np.arange(25) * length / 24
            inside = np.clip(np.minimum(hours[1:], end) - np.maximum(hours[:-1], start), 0, None)
            covered[day] += float(np.sum(weights * inside / (length / 24)))
    return covered


def _union(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif end > start:
            joined.append((start, end))
    return joined


def _count_windows(
    full: Sequence[tuple[str, str | None, datetime, datetime]], days: Sequence[date], timezone: str
) -> NDArray[np.int64]:
    """Runs that came back full on each local day (the day of the run)."""
    at = np.array([end.timestamp() for _, _, _, end in full])
    place = local_days(at, timezone) - (days[0] - date(1970, 1, 1)).days if len(at) else np.zeros(0, np.int64)
    inside = place[(place >= 0) & (place < len(days))]
    return np.bincount(inside, minlength=len(days)).astype(np.int64)
