"""Stated times, gaps, volumes and comparisons, with intervals."""

from diembao.estimates.clocks import check_clocks
from diembao.estimates.compare import count_ratio, difference, full_count, level_for
from diembao.estimates.gaps import (
    CollectionHealth,
    FeedHistory,
    ObservedSpan,
    check_collection,
    find_gaps,
    observed_span,
    outlet_days,
)
from diembao.estimates.holidays import find_holiday, list_holidays
from diembao.estimates.moments import effective_time
from diembao.estimates.outletdays import GOOD_SHARE, THIN_SHARE, OutletDay, measure_coverage
from diembao.estimates.small import Display, choose_display, decimals_for
from diembao.estimates.stated import StatedTimes
from diembao.estimates.volume import (
    ImputedTotal,
    MatchedCount,
    compare_volumes,
    impute_totals,
    matched_comparison,
    pair_days,
)

__all__ = [
    "GOOD_SHARE",
    "THIN_SHARE",
    "CollectionHealth",
    "Display",
    "FeedHistory",
    "ImputedTotal",
    "MatchedCount",
    "ObservedSpan",
    "OutletDay",
    "StatedTimes",
    "check_clocks",
    "check_collection",
    "choose_display",
    "compare_volumes",
    "count_ratio",
    "decimals_for",
    "difference",
    "effective_time",
    "find_gaps",
    "find_holiday",
    "full_count",
    "impute_totals",
    "level_for",
    "list_holidays",
    "matched_comparison",
    "measure_coverage",
    "observed_span",
    "outlet_days",
    "pair_days",
]
