"""What the answer key of a sample press says of an article, and how its figures enter a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from diembao.app.reporting.frame import Ledger
from diembao.report.model import Number, RowsRef


@dataclass(frozen=True, slots=True)
class TrueArticle:
    """One article as its generator knows it."""

    key: str
    outlet_id: str
    day: date
    decision: str
    is_seen: bool
    #: the place is named in what was collected: in the feed, or in the text of its page
    is_shown: bool
    number: int
    published_at: datetime
    #: its text was collected, not only title and summary
    is_read: bool
    #: "original", "reprint" or "partial"; the article or the release that text was taken from
    origin: str
    source: int | None
    release_id: str | None


def state_truth(ledger: Ledger, number_id: str, value: float | None, unit: str = "articles") -> Number:
    """A figure of the answer key."""
    exact = None if value is None else int(value) if float(value).is_integer() else value
    return ledger.add(
        Number(
            number_id,
            exact,
            "truth",
            unit,  # type: ignore[arg-type]
            "truth",
            rows=RowsRef(command="diembao demo"),
            missing="unknown" if value is None else "",
        )
    )


def state_aim(ledger: Ledger, number_id: str, value: float) -> Number:
    """What a measure is asked to reach."""
    return ledger.add(
        Number(
            number_id,
            value,
            "given",
            "share",
            "aim",
            rows=RowsRef(command="diembao demo"),
            at_least=True,
        )
    )
