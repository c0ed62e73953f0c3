"""How one exchange fails inside this room; it becomes a typed outcome and never leaves `client.py`."""

from __future__ import annotations

from typing import NamedTuple

from diembao.types import FetchOutcome


class Trouble(NamedTuple):
    """What is kept of an `ExchangeError`: an exception that is kept holds on to frames, and those to whole bodies."""

    outcome: FetchOutcome
    detail: str


class ExchangeError(Exception):
    """An exchange that ended without a whole answer, as the outcome it will be recorded with."""

    def __init__(self, outcome: FetchOutcome, detail: str = "") -> None:
        self.outcome = outcome
        self.detail = detail
        super().__init__(f"{outcome}: {detail}" if detail else outcome)

    @property
    def trouble(self) -> Trouble:
        """What is kept of it."""
        return Trouble(self.outcome, self.detail)
