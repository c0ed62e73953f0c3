"""What the time inside an article's address says about its stated time."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from diembao.estimates.stated import Floats

Verdict = Literal["agrees", "contradicts", "silent"]

#: fewer addresses with a time decide nothing
MIN_ADDRESSES = 10
MIN_DAYS = 20


def list_exact(url: Floats | None, precision: NDArray[np.str_] | None) -> NDArray[np.int64]:
    """Rows whose address carries a time to the hour or better."""
    if url is None:
        return np.array([], dtype=np.int64)
    usable = np.isfinite(url)
    if precision is not None:
        usable &= np.isin(precision, ["second", "minute", "hour"])
    return np.flatnonzero(usable)


def check_address(
    stated: Floats, url: Floats | None, precision: NDArray[np.str_] | None, shift: float
) -> tuple[Verdict, dict[str, object]]:
    """Whether addresses support adding `shift` to the stated times.

    An address is made when the article is created, so a true time lies at or soon after it: the lower edge
    of (stated - address) is near 0 for a right clock and near -shift for a wrong one.
    """
    exact = list_exact(url, precision)
    if url is None:
        return "silent", {}
    if len(exact) >= MIN_ADDRESSES:
        after = stated[exact] - url[exact]
        edge = float(np.quantile(after, 0.05))
        evidence: dict[str, object] = {
            "address_rows": len(exact),
            "address_edge_h": round(edge / 3600.0, 3),
            "stated_before_address_share": round(float(np.mean(after < -60.0)), 4),
            "corrected_before_address_share": round(float(np.mean(after + shift < -60.0)), 4),
        }
        return ("agrees" if abs(edge + shift) < 0.5 * abs(shift) else "contradicts"), evidence
    return _check_dates(stated, url, precision, shift)


def _check_dates(
    stated: Floats, url: Floats, precision: NDArray[np.str_] | None, shift: float
) -> tuple[Verdict, dict[str, object]]:
    """The same from addresses that carry a date only (`url` is the start of that local day)."""
    if precision is None:
        return "silent", {}
    rows = np.isfinite(url) & (precision == "day")
    if rows.sum() < MIN_DAYS:
        return "silent", {}
    into_day = stated[rows] - url[rows]
    before = float(np.mean((into_day >= 0) & (into_day < 86400.0)))
    corrected = into_day + shift
    after = float(np.mean((corrected >= 0) & (corrected < 86400.0)))
    evidence: dict[str, object] = {
        "address_dates": int(rows.sum()),
        "same_date_share": round(before, 4),
        "same_date_corrected_share": round(after, 4),
    }
    if abs(after - before) < 0.1:
        return "silent", evidence
    return ("agrees" if after > before else "contradicts"), evidence
