"""Whether an outlet's stated publication times can be true, and what corrects them where they cannot.

Three faults: a clock wrong by a constant, "published" that is in truth the fetch time, and offsets that no
clock keeps (+07:07, the local mean time of a careless library). A finding needs more than a late feed: the
lags must have a sharp lower edge, that is many rows within minutes above the constant and none below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from diembao.estimates.addresses import check_address, list_exact
from diembao.estimates.afternoons import find_twelve_hour
from diembao.estimates.lags import SAME_EVENT_S, TOLERANCE_S, Piece, cut_pieces
from diembao.estimates.stated import (
    HOUR,
    Bools,
    Floats,
    StatedTimes,
    describe_lags,
    make_finding,
    order_rows,
    pool_feeds,
)
from diembao.types import ClockFinding

#: fewer rows than this decide nothing
MIN_ROWS = 40
MIN_FETCH_ROWS = 30
MIN_FINE_ROWS = 100
#: rows must lie in the quarter and the half hour above the constant; for finer constants within three minutes
NEAR_S = 900.0
FINE_NEAR_S = 180.0
#: ... at least this share of what evenly spread delays would put there (0.4 of it in the quarter): feeds that
#: are late by some hours have a soft edge (0.2-0.4 in simulation, up to 0.5 if late by one to two), the wrong
#: clocks of two real outlets 0.75 and more
SHARPNESS = 0.5
SHARPNESS_FEW_HOURS = 0.65
MIN_NEAR = 5
MIN_NEAR_PAST = 10
#: "too early" for a part of the rows only, where a late spell of the feed looks alike
MIN_ROWS_PART = 200
#: a stated time in the future needs no such proof of sharpness, its size alone is in question
SHARPNESS_FUTURE = 0.25
#: a constant that puts an article before its appearance must show at so many hours of the day: a feed that is
#: asked once a day at six has an edge too
MIN_HOURS = 4


def check_clocks(series: Iterable[StatedTimes]) -> list[ClockFinding]:
    """What is wrong with the stated times, by outlet where all its feeds agree, else by feed; sorted."""
    by_outlet: dict[str, list[StatedTimes]] = defaultdict(list)
    for one in series:
        by_outlet[one.outlet_id].append(order_rows(one))
    findings: list[ClockFinding] = []
    for outlet_id in sorted(by_outlet):
        feeds = sorted(by_outlet[outlet_id], key=lambda feed: feed.feed_id or "")
        findings += _find_odd(pool_feeds(feeds))
        findings += _check_outlet([_correct_odd(feed) for feed in feeds])
    return sorted(findings, key=lambda f: (f.outlet_id, f.feed_id or "", f.first, f.kind))


# ------------------------------------------------------------------ offsets that no clock keeps


def _odd_minutes(one: StatedTimes) -> Floats:
    """Seconds to add so that the offset is the nearest quarter of an hour (0 where it is one)."""
    if one.offset_s is None:
        return np.zeros(len(one.seen))
    nearest = np.round(one.offset_s / 900.0) * 900.0
    return np.nan_to_num(one.offset_s - nearest)


def _correct_odd(one: StatedTimes) -> StatedTimes:
    return replace(one, published=one.published + _odd_minutes(one))


def _find_odd(one: StatedTimes) -> list[ClockFinding]:
    """One finding per odd offset: how many rows carry it and what it costs."""
    extra = _odd_minutes(one)
    flagged = (extra != 0) | (one.is_odd if one.is_odd is not None else False)
    findings = []
    for seconds in np.unique(extra[flagged]):
        rows = flagged & (extra == seconds)
        evidence: dict[str, object] = {"rows": int(rows.sum()), "rows_of_outlet": len(extra)}
        if one.offset_s is not None and seconds:
            written = float(np.median(one.offset_s[rows]))
            evidence |= {"offset_s": int(written), "nearest_offset_s": int(written - seconds)}
        findings.append(make_finding(one, rows, "odd_offset", float(seconds), evidence))
    return findings


# ------------------------------------------------------------------ one outlet


def _check_outlet(feeds: Sequence[StatedTimes]) -> list[ClockFinding]:
    """Findings of the outlet as a whole where no feed contradicts them, else of its feeds."""
    pooled = _check_series(pool_feeds(feeds))
    if len(feeds) == 1:
        return pooled
    single = [finding for feed in feeds for finding in _check_series(feed)]
    if all(_is_shared(finding, feeds, pooled) for finding in [*pooled, *single]):
        return [_name_feeds(finding, feeds) for finding in pooled]
    return single


def _is_shared(finding: ClockFinding, feeds: Sequence[StatedTimes], pooled: Sequence[ClockFinding]) -> bool:
    """Whether every feed can live with the finding and the outlet as a whole shows it."""
    if not any((p.kind, p.shift_s) == (finding.kind, finding.shift_s) for p in pooled):
        return False
    for feed in feeds:
        lag = _lags_in(feed, finding)
        if len(lag) == 0:
            continue
        if finding.kind == "fetch_time":
            against = float(np.mean(np.abs(lag - finding.shift_s) > SAME_EVENT_S))
        elif finding.evidence.get("pattern") == "twelve_hour":
            against = 0.0
        else:
            against = float(np.mean(lag < finding.shift_s - TOLERANCE_S))
        if against > 0.05:
            return False
    return True


def _lags_in(feed: StatedTimes, finding: ClockFinding) -> Floats:
    inside = (feed.seen >= finding.first.timestamp()) & (feed.seen <= finding.last.timestamp())
    lags: Floats = (feed.seen - feed.published)[inside]
    return lags


def _name_feeds(finding: ClockFinding, feeds: Sequence[StatedTimes]) -> ClockFinding:
    """The finding with the smallest lag and number of rows of each feed beside it."""
    by_feed = {}
    for feed in feeds:
        lag = _lags_in(feed, finding)
        if len(lag):
            by_feed[str(feed.feed_id or "")] = {
                "rows": len(lag),
                "lag_min_h": round(float(lag.min()) / HOUR, 3),
            }
    return replace(finding, evidence={**finding.evidence, "feeds": by_feed})


def _check_series(one: StatedTimes) -> list[ClockFinding]:
    """Shift and fetch-time findings of one series of rows."""
    clocked = one.take(_has_time_of_day(one))
    if len(clocked.seen) < MIN_FETCH_ROWS:
        return []
    lag = clocked.seen - clocked.published
    pieces = _settle(cut_pieces(lag, clocked.seen), clocked, lag)
    findings = []
    for piece, evidence in pieces:
        rows = np.zeros(len(lag), dtype=bool)
        rows[piece.start : piece.stop] = True
        if evidence is not None:
            kind = "fetch_time" if piece.is_fetch else "shift"
            findings.append(make_finding(clocked, rows, kind, piece.shift_s, evidence))
        else:
            findings += find_twelve_hour(clocked.take(rows))
    return findings


def _has_time_of_day(one: StatedTimes) -> Bools:
    """Rows whose stated time is more than a date: a date alone says nothing about a clock."""
    usable = np.ones(len(one.seen), dtype=bool)
    if one.published_precision is not None:
        usable &= ~np.isin(one.published_precision, ["day", "run", "unknown"])
    of_day = np.round(one.published % 86400.0, 3)
    if usable.sum() >= 5:
        values, counts = np.unique(of_day[usable], return_counts=True)
        if counts.max() > 0.5 * usable.sum():
            usable &= of_day != values[np.argmax(counts)]
    return usable


Judged = tuple[Piece, dict[str, object] | None]


def _settle(pieces: Sequence[Piece], one: StatedTimes, lag: Floats) -> list[Judged]:
    """Each piece with its evidence (None = nothing to say); a late spell inside a span joins that span."""
    judged = [_judge(piece, one, lag) for piece in pieces]
    merged: list[Judged] = []
    for place, (piece, evidence) in enumerate(judged):
        last, proof = merged[-1] if merged else (None, None)
        if last is None or proof is None:
            merged.append((piece, evidence))
            continue
        following = next((p for p, e in judged[place + 1 :] if e is not None), None)
        is_spell = (
            evidence is None
            and following is not None
            and _alike(last, following)
            and _is_later(piece, last)
            and _explains(last, piece, lag)
        )
        if is_spell or (evidence is not None and _alike(last, piece)):
            merged[-1] = _judge(replace(last, stop=piece.stop), one, lag)
        else:
            merged.append((piece, evidence))
    return merged


def _is_later(piece: Piece, span: Piece) -> bool:
    """Whether a piece without proof looks like late rows of `span` and not like a right clock."""
    return piece.shift_s > span.shift_s and (piece.shift_s != 0 or piece.stop - piece.start < MIN_ROWS)


def _alike(a: Piece, b: Piece) -> bool:
    return a.is_fetch == b.is_fetch and a.shift_s == b.shift_s


def _explains(a: Piece, b: Piece, lag: Floats) -> bool:
    """Whether the constant of `a` also fits the rows of `b`."""
    part = lag[b.start : b.stop] - a.shift_s
    wrong = np.abs(part) > SAME_EVENT_S if a.is_fetch else part < -TOLERANCE_S
    return bool(np.mean(wrong) <= 0.01)


def _judge(piece: Piece, one: StatedTimes, lag: Floats) -> Judged:
    """The piece, perhaps with a finer constant, and the evidence where there is enough."""
    rows = np.arange(piece.start, piece.stop)
    part, at = lag[rows], one.take(rows)
    if piece.is_fetch or np.mean(np.abs(part - piece.shift_s) <= SAME_EVENT_S) >= 0.95:
        shift = 0.0 if piece.is_fetch else piece.shift_s
        return replace(piece, is_fetch=True, shift_s=shift), _prove_fetch(at, part, shift)
    is_part = len(rows) < 0.9 * len(lag)
    for shift in (piece.shift_s, _finer(part)):
        evidence = _prove_shift(at, part, shift, is_fine=shift != piece.shift_s, is_part=is_part)
        if evidence is not None:
            return replace(piece, shift_s=shift), evidence
    return piece, None


def _finer(lag: Floats) -> float:
    """The quarter of an hour just below the lower edge of the lags."""
    return float(np.floor((np.quantile(lag, 0.005) + 60.0) / 900.0) * 900.0)


# ------------------------------------------------------------------ proof


def _prove_shift(
    one: StatedTimes, lag: Floats, shift: float, *, is_fine: bool, is_part: bool
) -> dict[str, object] | None:
    """Numbers that show the stated times to be wrong by `shift`, or None where they do not.

    Fine constants (quarters of an hour) need a sharper edge and more rows: a feed that is built every half
    hour also has an edge. Below one hour they are believed only from the future or with the address.
    """
    n = len(lag)
    if shift == 0 or n < (MIN_FINE_ROWS if is_fine else MIN_ROWS):
        return None
    delay = lag - shift
    early = -60.0 if is_fine else -TOLERANCE_S
    below = int(np.sum(delay < early))
    near = (delay >= early) & (delay < (FINE_NEAR_S if is_fine else NEAR_S))
    usual = max(float(np.median(delay)), NEAR_S)
    sharp = [_sharpness(delay, early, width, usual) for width in (FINE_NEAR_S, NEAR_S, 2 * NEAR_S)]
    needed = SHARPNESS_FUTURE if shift < 0 else SHARPNESS_FEW_HOURS if shift < 3 * HOUR else SHARPNESS
    is_sharp = sharp[0] >= 0.5 if is_fine else sharp[1] >= 0.4 * needed and sharp[2] >= needed
    if below > (max(1, 0.001 * n) if is_fine else 0.01 * n) or near.sum() < MIN_NEAR or not is_sharp:
        return None
    address, address_evidence = check_address(one.published, one.url, one.url_precision, shift)
    hours = len(np.unique(np.floor_divide(one.seen[near], HOUR) % 24))
    days = len(np.unique(np.floor_divide(one.seen, 86400.0)))
    is_polled_edge = shift > 0 and (
        hours < MIN_HOURS or near.sum() < MIN_NEAR_PAST or (is_part and n < MIN_ROWS_PART)
    )
    is_slow_edge = is_fine and (0 < shift < HOUR or (shift > 0 and shift % 1800.0 != 0))
    if address == "contradicts" or days < 2:
        return None
    if address != "agrees" and (is_polled_edge or is_slow_edge):
        return None
    return {
        **describe_lags(lag),
        "near_edge": int(near.sum()),
        "sharpness": round(sharp[0] if is_fine else sharp[2], 3),
        "below_edge": below,
        "in_future_share": round(float(np.mean(lag < -60.0)), 5),
        "hours_of_day": hours,
        "days": days,
        **address_evidence,
    }


def _sharpness(delay: Floats, early: float, width_s: float, usual: float) -> float:
    """Rows within `width_s` above the edge, as a share of what evenly spread delays would put there."""
    there = float(np.sum((delay >= early) & (delay < width_s)))
    return there / (len(delay) * width_s * 0.5 / usual)


def _prove_fetch(one: StatedTimes, lag: Floats, shift: float) -> dict[str, object] | None:
    """Numbers that show "published" to be the fetch time, or None: a pushed article may be seen at once.

    Either the addresses carry earlier times, or items taken in one visit all claim the same minute.
    """
    n = len(lag)
    same = float(np.mean(np.abs(lag - shift) <= SAME_EVENT_S))
    if n < MIN_FETCH_ROWS or same < 0.95:
        return None
    evidence: dict[str, object] = {
        "same_within_s": float(np.ceil(np.quantile(np.abs(lag - shift), 0.99) * 1000) / 1000),
        "same_share": round(same, 5),
    }
    exact = list_exact(one.url, one.url_precision)
    behind = (one.seen - one.url)[exact] if one.url is not None else np.array([])
    if len(behind):
        evidence |= {
            "address_rows": len(behind),
            "address_earlier_h": round(float(np.median(behind)) / HOUR, 3),
        }
    is_earlier = len(behind) >= 10 and float(np.median(behind)) > 600.0
    visits, crowded, together, pause = _count_visits(one)
    evidence |= {"visits": visits, "visits_of_three": crowded, "visits_at_one_minute": together}
    is_batch = crowded >= 5 and together >= 0.9 * crowded and pause >= 600.0
    if len(behind) >= 10 and not is_earlier:
        return None
    return evidence if is_earlier or is_batch else None


def _count_visits(one: StatedTimes) -> tuple[int, int, int, float]:
    """Visits, those with three or more new items, those whose items claim one minute, usual pause between."""
    cuts = np.flatnonzero(np.diff(one.seen) > 120.0) + 1
    parts = np.split(one.published, cuts)
    crowded = [part for part in parts if len(part) >= 3]
    together = sum(1 for part in crowded if np.ptp(part) <= SAME_EVENT_S)
    pauses = np.diff(one.seen)[cuts - 1]
    return len(parts), len(crowded), together, float(np.median(pauses)) if len(pauses) else 0.0
