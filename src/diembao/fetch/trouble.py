"""How one exchange fails inside this room; it becomes a typed outcome and never leaves `client.py`."""

from __future__ import annotations

from diembao.types import FetchOutcome


class ExchangeError(Exception):
    """An exchange that ended without a whole answer, as the outcome it will be recorded with."""

    def __init__(self, outcome: FetchOutcome, detail: str = "") -> None:
        self.outcome = outcome
        self.detail = detail
        super().__init__(f"{outcome}: {detail}" if detail else outcome)
