"""The stated and observed times of a feed's articles, side by side as arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from diembao.types import ClockFinding

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

HOUR = 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class StatedTimes:
    """Times of one feed's articles (seconds since 1970, NaN = missing), one place an article.

    `published` as stated, `seen` first sighting, `url` as read from the address; `url_precision` and
    `published_precision` as in `types.Precision` (None = to the second); `offset_s` the UTC offset as
    written; `is_odd` where only the flag is known.
    """

    outlet_id: str
    feed_id: str | None
    published: Floats
    seen: Floats
    url: Floats | None = None
    url_precision: NDArray[np.str_] | None = None
    published_precision: NDArray[np.str_] | None = None
    offset_s: Floats | None = None
    is_odd: Bools | None = None
    timezone: str = "Asia/Ho_Chi_Minh"

    def take(self, chosen: NDArray[np.int64] | Bools) -> StatedTimes:
        """The chosen rows."""

        def pick(values: NDArray[Any] | None) -> Any:
            return None if values is None else values[chosen]

        return replace(
            self,
            published=self.published[chosen],
            seen=self.seen[chosen],
            url=pick(self.url),
            url_precision=pick(self.url_precision),
            published_precision=pick(self.published_precision),
            offset_s=pick(self.offset_s),
            is_odd=pick(self.is_odd),
        )


def order_rows(one: StatedTimes) -> StatedTimes:
    """Rows with both times, in order of sighting."""
    usable = np.flatnonzero(np.isfinite(one.published) & np.isfinite(one.seen))
    order = usable[np.argsort(one.seen[usable], kind="stable")]
    return one.take(order)


def pool_feeds(feeds: Sequence[StatedTimes]) -> StatedTimes:
    """All feeds of an outlet as one, in order of sighting."""
    if len(feeds) == 1:
        return replace(feeds[0], feed_id=None)

    def join(name: str, missing: object) -> Any:
        parts = [getattr(feed, name) for feed in feeds]
        if all(part is None for part in parts):
            return None
        filled = [
            np.full(len(feed.seen), missing) if part is None else part
            for feed, part in zip(feeds, parts, strict=True)
        ]
        return np.concatenate(filled)

    joined = StatedTimes(
        feeds[0].outlet_id,
        None,
        np.concatenate([feed.published for feed in feeds]),
        np.concatenate([feed.seen for feed in feeds]),
        url=join("url", np.nan),
        url_precision=join("url_precision", "second"),
        published_precision=join("published_precision", "second"),
        offset_s=join("offset_s", np.nan),
        is_odd=join("is_odd", False),
        timezone=feeds[0].timezone,
    )
    return joined.take(np.argsort(joined.seen, kind="stable"))


def offsets_at(times: Floats, zone: ZoneInfo) -> Floats:
    """UTC offset in seconds at each time; looked up once a day."""
    days, place = np.unique(np.floor_divide(times, 86400.0), return_inverse=True)
    offsets = [datetime.fromtimestamp(float(day) * 86400.0, zone).utcoffset() for day in days]
    seconds = np.array([0.0 if offset is None else offset.total_seconds() for offset in offsets])
    found: Floats = seconds[place] if len(seconds) else np.zeros(0)
    return found


def local_hours(times: Floats, timezone: str) -> Floats:
    """Hour of the local day, 0 to 23."""
    hours: Floats = np.floor_divide((times + offsets_at(times, ZoneInfo(timezone))) % 86400.0, HOUR)
    return hours


def describe_lags(lag: Floats) -> dict[str, object]:
    """Quantiles of seen minus stated, in hours."""
    names = ("lag_min_h", "lag_q01_h", "lag_q50_h", "lag_q99_h")
    values = np.quantile(lag, [0.0, 0.01, 0.5, 0.99]) / HOUR
    return {name: round(float(value), 3) for name, value in zip(names, values, strict=True)}


def make_finding(
    one: StatedTimes, rows: Bools, kind: str, shift: float, evidence: dict[str, object]
) -> ClockFinding:
    seen = one.seen[rows]
    return ClockFinding(
        outlet_id=one.outlet_id,
        feed_id=one.feed_id,
        kind=kind,  # type: ignore[arg-type]
        shift_s=round(shift),
        first=datetime.fromtimestamp(math.floor(seen.min()), UTC),
        last=datetime.fromtimestamp(math.ceil(seen.max()), UTC),
        n=int(rows.sum()),
        evidence=evidence,
    )
