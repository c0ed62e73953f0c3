"""Articles over time, and two periods beside each other: matched outlet-days first, imputed totals second."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from diembao.app.reporting.collected import Collected, drop_unasked
from diembao.app.reporting.frame import Frame, Ledger, list_month_spans, list_week_spans
from diembao.errors import EstimateError
from diembao.estimates.outletdays import THIN_SHARE, measure_coverage
from diembao.estimates.volume import (
    ImputedTotal,
    compare_volumes,
    impute_totals,
    matched_comparison,
    pair_days,
)
from diembao.report.model import Bin, BinPair, Number, RowsRef, Span, Volume, VolumeComparison


def count_volume(frame: Frame, ledger: Ledger, collected: Collected) -> Volume:
    """Counts per month and week of the period, each beside its partner of the earlier one."""
    spec = frame.spec
    then_months = list_month_spans(spec.compare) if spec.compare else []
    months = list_month_spans(spec.period)
    weeks = list_week_spans(spec.period)
    return Volume(
        months=_pair(
            "month", months, then_months if len(then_months) == len(months) else [], frame, ledger, collected
        ),
        weeks=_pair("week", weeks, _shift_weeks(weeks, frame), frame, ledger, collected),
        total=_count("volume.total", spec.period, frame, ledger),
        total_then=_count("volume.total.then", spec.compare, frame, ledger) if spec.compare else None,
    )


def _count(number_id: str, span: Span, frame: Frame, ledger: Ledger, *, is_collected: bool = True) -> Number:
    values = {"span": span}
    return ledger.count(number_id, frame.pick(span), "count_span", values, is_collected=is_collected)


def _shift_weeks(weeks: Sequence[Span], frame: Frame) -> list[Span | None]:
    """For each week the same week of the earlier period, by the weekday-true distance of the two periods."""
    period, compare = frame.spec.period, frame.spec.compare
    if compare is None:
        return []
    offset = timedelta(days=pair_days((compare.first, compare.last), (period.first, period.last)).offset_days)
    shifted: list[Span | None] = []
    for week in weeks:
        first, last = max(week.first - offset, compare.first), min(week.last - offset, compare.last)
        shifted.append(Span(first, last) if first <= last else None)
    return shifted


def _pair(
    kind: str,
    now: Sequence[Span],
    then: Sequence[Span | None],
    frame: Frame,
    ledger: Ledger,
    collected: Collected,
) -> tuple[BinPair, ...]:
    pairs = []
    for place, span in enumerate(now):
        other = then[place] if place < len(then) else None
        pairs.append(
            BinPair(
                _bin(kind, span, "", frame, ledger, collected),
                None if other is None else _bin(kind, other, ".then", frame, ledger, collected),
            )
        )
    return tuple(pairs)


def _bin(kind: str, span: Span, suffix: str, frame: Frame, ledger: Ledger, collected: Collected) -> Bin:
    label = f"{span.first:%Y-%m}" if kind == "month" else f"{span.first}"
    number_id = f"volume.{kind}.{label}{suffix}"
    days = [
        found
        for outlet in collected.outlets
        for day in collected.list_days(span)
        if (found := collected.of(outlet.outlet_id, day)) is not None
    ]
    days = drop_unasked(days)
    known = [day for day in days if day.state != "unknown"]
    if collected.first_run is None:  # nobody recorded how it was collected: counts stand, coverage is unknown
        return Bin(span, _count(number_id, span, frame, ledger), None, is_thin=False)
    if not known:
        return Bin(span, None, None, is_thin=True)
    share = measure_coverage(days, collected.volumes)
    coverage = None
    if share is not None:
        coverage = ledger.add(
            Number(
                f"{number_id}.coverage",
                round(share, 6),
                "share",
                "share",
                "coverage",
                {"span": span},
                rows=RowsRef(table="outlet_days"),
            )
        )
    is_thin = len(known) < THIN_SHARE * len(days) or (share is not None and share < THIN_SHARE)
    count = _count(number_id, span, frame, ledger, is_collected=share != 0)
    return Bin(span, count, coverage, is_thin)


# ------------------------------------------------------------------ two periods


def compare_periods(frame: Frame, ledger: Ledger, collected: Collected) -> VolumeComparison | None:
    """Both periods on outlet-days good in both; then totals with what was missed imputed; then observed."""
    now, then = frame.spec.period, frame.spec.compare
    if then is None:
        return None
    paired = pair_days((then.first, then.last), (now.first, now.last))
    outlets = [o.outlet_id for o in collected.outlets if not collected.is_late(o.outlet_id, then)]
    then_days, now_days = [a for a, _ in paired.pairs], [b for _, b in paired.pairs]
    matched = matched_comparison(
        _counts(frame, outlets, then, then_days),
        _counts(frame, outlets, now, now_days),
        _good(collected, outlets, then_days),
        _good(collected, outlets, now_days),
    )
    spans = {"span": now, "then_span": then}
    rows = RowsRef(table="outlet_days")
    days = ledger.add(
        Number(
            "compare.days", matched.outlet_days, "full_count", "outlet_days", "matched_days", spans, rows=rows
        )
    )
    possible = ledger.add(
        Number(
            "compare.possible_days",
            matched.possible_outlet_days,
            "full_count",
            "outlet_days",
            "possible_days",
            {"span": now},
            rows=rows,
        )
    )
    pairs = set(paired.pairs)
    good_now = {
        (o, b) for o in outlets for a, b in pairs if collected.is_good(o, a) and collected.is_good(o, b)
    }
    good_then = {
        (o, a) for o in outlets for a, b in pairs if collected.is_good(o, a) and collected.is_good(o, b)
    }
    matched_now = ledger.count(
        "compare.matched",
        [a for a in frame.pick(now) if (a.outlet_id, a.published) in good_now],
        "count_matched",
        {"span": now},
    )
    matched_then = ledger.count(
        "compare.matched.then",
        [a for a in frame.pick(then) if (a.outlet_id, a.published) in good_then],
        "count_matched",
        {"span": then},
    )
    is_comparable, reason = _judge(paired.reason, matched.outlet_days, then, collected)
    # days before an outlet was first asked are never filled in, and both totals speak of the same outlets
    lasting = [o for o in outlets if all(collected.is_known_throughout(o, span) for span in (then, now))]
    one, two = _impute(frame, collected, lasting, then), _impute(frame, collected, lasting, now)
    return VolumeComparison(
        is_comparable=is_comparable,
        reason=reason,
        matched_days=days,
        possible_days=possible,
        matched_now=matched_now,
        matched_then=matched_then,
        observed_now=_count("volume.total", now, frame, ledger),
        observed_then=_count("volume.total.then", then, frame, ledger),
        imputed_now=tell_imputed("compare.imputed", two, now, ledger),
        imputed_then=tell_imputed("compare.imputed.then", one, then, ledger),
        matched_ratio=_tell_ratio(matched_now, matched_then, ledger) if is_comparable else None,
        imputed_ratio=_tell_imputed_ratio(one, two, ledger) if is_comparable else None,
    )


def _judge(span_reason: str, days: int, then: Span, collected: Collected) -> tuple[bool, str]:
    """Whether the periods may be set beside each other at all; a count by rule never gets a direction."""
    if collected.first_run is None:
        return False, "collection_unknown"
    if then.last < collected.first_run:
        return False, "before_first_run"
    if span_reason:
        return False, "different_span"
    if not days:
        return False, "different_outlets"
    return True, "rule_count"


def _counts(frame: Frame, outlets: Sequence[str], span: Span, days: Sequence[date]) -> NDArray[np.float64]:
    row = {name: place for place, name in enumerate(outlets)}
    column = {day: place for place, day in enumerate(days)}
    table = np.zeros((len(outlets), len(days)))
    for article in frame.pick(span):
        if article.outlet_id in row and article.published in column:
            table[row[article.outlet_id], column[article.published]] += 1
    return table


def _good(collected: Collected, outlets: Sequence[str], days: Sequence[date]) -> NDArray[np.bool_]:
    return np.array(
        [[collected.is_good(name, day) for day in days] for name in outlets],
        dtype=np.bool_,
    ).reshape(len(outlets), len(days))


def _impute(frame: Frame, collected: Collected, outlets: Sequence[str], span: Span) -> ImputedTotal | None:
    """The total of a period with lost outlet-days filled in."""
    days = collected.list_days(span)
    if not outlets:
        return None
    try:
        return impute_totals(
            _counts(frame, outlets, span, days), _good(collected, outlets, days), has_bursts=True
        )
    except EstimateError:
        return None


def tell_imputed(number_id: str, total: ImputedTotal | None, span: Span, ledger: Ledger) -> Number:
    """An imputed total as a number; an interval only where something was imputed."""
    known = total is not None
    has_interval = total is not None and total.sd is not None
    return ledger.add(
        Number(
            number_id,
            round(total.total, 6) if total is not None else None,
            "imputed",
            "articles",
            "imputed",
            {"span": span},
            rows=RowsRef(table="outlet_days"),
            low=round(total.low, 6) if total is not None and has_interval else None,
            high=round(total.high, 6) if total is not None and has_interval else None,
            level=total.level if total is not None and has_interval else None,
            missing="" if known else "not_comparable",
        )
    )


def _tell_ratio(now: Number, then: Number, ledger: Ledger) -> Number:
    value = now.value / then.value if now.value is not None and then.value else None
    return ledger.add(
        Number(
            "compare.matched.ratio",
            value,
            "ratio",
            "ratio",
            "ratio",
            inputs=(now.number_id, then.number_id),
            decimals=2,
            missing="" if value is not None else "too_few",
        )
    )


def _tell_imputed_ratio(one: ImputedTotal | None, two: ImputedTotal | None, ledger: Ledger) -> Number | None:
    if one is None or two is None:
        return None
    found = compare_volumes(one, two, counted_by="rule")
    has_interval = one.sd is not None or two.sd is not None
    if not all(np.isfinite((found.value, found.low, found.high))):
        return None
    return ledger.add(
        Number(
            "compare.imputed.ratio",
            round(found.value, 9),
            "imputed",
            "ratio",
            "ratio_imputed",
            inputs=("compare.imputed", "compare.imputed.then"),
            low=round(found.low, 9) if has_interval else None,
            high=round(found.high, 9) if has_interval else None,
            level=found.level if has_interval else None,
            decimals=2,
        )
    )
