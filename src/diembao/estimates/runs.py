"""When the collector ran: the observed span, its own rhythm, and pauses clearly longer than that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from diembao.estimates.stated import HOUR, Floats, local_hours
from diembao.types import Gap

DAY = 86400.0
#: the rhythm is learned from runs this near; a collector's schedule changes over months
RHYTHM_DAYS = 21
#: a pause this many times the longest usual one at that hour (two runs in a row are missing, not one)
PAUSE_FACTOR = 2.2
#: ... or this many times, when it lasts a day: a daily collector that misses one
DAY_FACTOR = 1.75
DAY_PAUSE_S = 20 * HOUR
#: fewer other pauses show no rhythm
MIN_PAUSES = 5
MIN_AT_HOUR = 8


@dataclass(frozen=True, slots=True, eq=False)
class RunRecord:
    """The collector's runs as seconds since 1970, in order; `is_inferred`: only sightings tell of them."""

    at: Floats
    is_inferred: bool = False
    timezone: str = "Asia/Ho_Chi_Minh"

    @property
    def start(self) -> float:
        return float(self.at[0])

    @property
    def end(self) -> float:
        return float(self.at[-1])

    @property
    def usual_s(self) -> float:
        """The usual time between two runs."""
        return float(np.median(np.diff(self.at))) if len(self.at) > 1 else 0.0


def read_runs(
    runs: Sequence[datetime], sightings: Floats | None = None, *, timezone: str = "Asia/Ho_Chi_Minh"
) -> RunRecord | None:
    """The runs in order; without a list of runs, those that sightings prove (more than 5 minutes apart)."""
    if len(runs):
        return RunRecord(np.unique([run.timestamp() for run in runs]), timezone=timezone)
    if sightings is None or len(sightings) == 0:
        return None
    seen = np.unique(sightings)
    last_of_run = np.r_[np.diff(seen) > 300.0, True]
    return RunRecord(seen[last_of_run], is_inferred=True, timezone=timezone)


def assign_runs(record: RunRecord, seen: Floats) -> NDArray[np.int64]:
    """The nearest run of each sighting (lists hold the start or the end of a run); -1 before the first run.

    What was seen well before the first run in the list belongs to a time of which nothing is known.
    """
    if len(record.at) == 1:
        nearest = np.zeros(len(seen), dtype=np.int64)
    else:
        nearest = np.searchsorted((record.at[1:] + record.at[:-1]) / 2, seen).astype(np.int64)
    slack = max(record.usual_s / 2, 600.0)
    return np.where(seen < record.start - slack, -1, nearest)


def find_pauses(record: RunRecord, *, until: float | None = None) -> list[Gap]:
    """`not_running`: pauses clearly longer than the collector's own rhythm at that hour of the day.

    The rhythm is the 95 % quantile of the pauses that begin within two hours of the same hour of the day, in
    the three weeks before and after. `until`: the present moment of a collection that should still run.
    """
    ends = record.at if until is None or until <= record.end else np.r_[record.at, until]
    starts, pauses = ends[:-1], np.diff(ends)
    if len(pauses) <= MIN_PAUSES:
        return []
    hours = local_hours(starts, record.timezone)
    suspects = np.flatnonzero(pauses > 1.5 * np.median(pauses))
    gaps = []
    for place in suspects.tolist():
        usual = _usual_pause(place, starts, pauses, hours)
        pause = float(pauses[place])
        if pause > PAUSE_FACTOR * usual or (pause > DAY_FACTOR * usual and pause >= DAY_PAUSE_S):
            evidence: dict[str, object] = {
                "pause_h": round(pause / HOUR, 2),
                "usual_pause_h": round(float(np.median(pauses)) / HOUR, 2),
                "longest_usual_h": round(usual / HOUR, 2),
                "runs": len(record.at),
            }
            if place == len(record.at) - 1:
                evidence["still_stopped"] = True
            if record.is_inferred:
                evidence["runs_inferred"] = True
            gaps.append(make_gap("*", None, starts[place], ends[place + 1], "not_running", evidence))
    return gaps


def _usual_pause(place: int, starts: Floats, pauses: Floats, hours: Floats) -> float:
    """The longest pause that is usual at that time, the pause in question left out."""
    others = np.arange(len(pauses)) != place
    near = others & (np.abs(starts - starts[place]) <= RHYTHM_DAYS * DAY)
    if near.sum() < MIN_PAUSES:
        near = others
    apart = np.abs(hours - hours[place])
    same_hour = near & (np.minimum(apart, 24 - apart) <= 2)
    chosen = same_hour if same_hour.sum() >= MIN_AT_HOUR else near
    return float(np.quantile(pauses[chosen], 0.95))


def make_gap(
    outlet_id: str, feed_id: str | None, start: float, end: float, kind: str, evidence: dict[str, object]
) -> Gap:
    """A gap from seconds since 1970."""
    return Gap(
        outlet_id,
        feed_id,
        datetime.fromtimestamp(float(start), UTC),
        datetime.fromtimestamp(float(end), UTC),
        kind,  # type: ignore[arg-type]
        evidence,
    )
