"""Cut an outlet's lags (seen minus stated time) into spans in which one constant explains them best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diembao.estimates.stated import HOUR, Floats

#: constants tried when cutting; clocks are wrong by whole hours mostly (zones), finer ones come later
HOURS_TRIED = tuple(range(-14, 15))
#: a stated time may lie this far after the sighting before it counts against a constant (drifting clocks)
TOLERANCE_S = 300.0
#: stated and seen closer than this = the same event
SAME_EVENT_S = 60.0
#: nats a change of the constant must gain; 20 rows of evidence at about one nat each
CHANGE_COST = 20.0
#: share of rows that may lie anywhere (edited, back-dated, scheduled articles), spread over 30 hours
_STRAY = float(np.log(0.005 / (30 * HOUR)))


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows [start, stop) in order of sighting; lags lie above `shift_s`, or at it where `is_fetch`."""

    start: int
    stop: int
    shift_s: float
    is_fetch: bool


def cut_pieces(lag: Floats, seen: Floats) -> list[Piece]:
    """The most likely spans of constant shift; rows must be in order of `seen`.

    Each row's delay behind the shifted clock has a long-tailed density with the feed's own scale; dynamic
    programming over days picks the states, a second look places each change between two rows.
    """
    if len(lag) == 0:
        return []
    scale = _find_scale(lag, seen)
    days = np.floor_divide(seen, 86400.0)
    starts = np.flatnonzero(np.r_[True, np.diff(days) > 0])
    return _join(_best_path(_sum_days(lag, starts, scale)), starts, lag, scale)


def _find_scale(lag: Floats, seen: Floats) -> float:
    """A usual delay: the median over days of (median - smallest lag), between 5 minutes and 6 hours."""
    days = np.floor_divide(seen, 86400.0)
    cuts = np.flatnonzero(np.diff(days) > 0) + 1
    spreads = [float(np.median(part) - part.min()) for part in np.split(lag, cuts) if len(part) >= 5]
    spread = float(np.median(spreads)) if spreads else float(np.median(lag) - np.quantile(lag, 0.01))
    return min(max(spread, 300.0), 6 * HOUR)


def _row_likelihoods(lag: Floats, scale: float) -> Floats:
    """Log density of each row under each state: the tried hours, then "stated = fetched"."""
    shifts = np.array(HOURS_TRIED, dtype=np.float64) * HOUR
    delay = lag[:, None] - shifts[None, :]
    density = -np.log(scale) - 2 * np.log1p(np.maximum(delay, 0) / scale)
    density[delay < -TOLERANCE_S] = _STRAY
    fetched = np.where(np.abs(lag) <= SAME_EVENT_S, -np.log(2 * SAME_EVENT_S), _STRAY)
    likelihood: Floats = np.maximum(np.column_stack([density, fetched]), _STRAY)
    return likelihood


def _sum_days(lag: Floats, starts: NDArray[np.int64], scale: float) -> Floats:
    """Log density of each day under each state; by days, so that memory does not grow with the rows."""
    stops = [*starts[1:], len(lag)]
    sums = [
        _row_likelihoods(lag[start:stop], scale).sum(axis=0)
        for start, stop in zip(starts, stops, strict=True)
    ]
    return np.array(sums)


def _best_path(gain: Floats) -> NDArray[np.int64]:
    """State of each day (Viterbi; one price for any change, half of it for a clock wrong from the start)."""
    n_days, n_states = gain.shape
    came_from = np.zeros((n_days, n_states), dtype=np.int64)
    best = gain[0] - 0.5 * CHANGE_COST * (np.arange(n_states) != HOURS_TRIED.index(0))
    stay = np.arange(n_states)
    for day in range(1, n_days):
        top = int(np.argmax(best))
        is_change = best[top] - CHANGE_COST > best
        came_from[day] = np.where(is_change, top, stay)
        best = np.where(is_change, best[top] - CHANGE_COST, best) + gain[day]
    path = np.empty(n_days, dtype=np.int64)
    path[-1] = int(np.argmax(best))
    for day in range(n_days - 1, 0, -1):
        path[day - 1] = came_from[day, path[day]]
    return path


def _join(path: NDArray[np.int64], starts: NDArray[np.int64], lag: Floats, scale: float) -> list[Piece]:
    """Days with one state as one piece; each border moved to the row where it fits best."""
    n_rows = len(lag)
    changes = np.flatnonzero(np.diff(path)) + 1
    borders = [0]
    for day in changes:
        before, after = path[day - 1], path[day]
        low = max(int(starts[day - 1]), borders[-1])
        high = int(starts[day + 1]) if day + 1 < len(starts) else n_rows
        likelihood = _row_likelihoods(lag[low:high], scale)
        gain = likelihood[:, before] - likelihood[:, after]
        borders.append(low + int(np.argmax(np.r_[0.0, np.cumsum(gain)])))
    borders.append(n_rows)
    states = [int(path[0])] + [int(path[day]) for day in changes]
    pieces = []
    for start, stop, state in zip(borders, borders[1:], states, strict=False):
        is_fetch = state == len(HOURS_TRIED)
        shift = 0.0 if is_fetch else HOURS_TRIED[state] * HOUR
        if stop > start:
            pieces.append(Piece(start, stop, shift, is_fetch))
    return pieces
