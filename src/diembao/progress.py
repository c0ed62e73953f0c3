"""Counts of what went through a stage: in = passed on + dropped, each drop with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Running counts of one stage; `report` (if given) is called with the tally now and then."""

    stage: str
    total: int = 0
    passed: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    report: Callable[[Tally], None] | None = None

    def passed_on(self, count: int = 1) -> None:
        """Count `count` items that went on to the next stage."""
        self.total += count
        self.passed += count
        self._tell()

    def drop(self, reason: str, count: int = 1) -> None:
        """Count `count` items that stop here, with the reason."""
        self.total += count
        self.dropped[reason] += count
        self._tell()

    def is_balanced(self) -> bool:
        """True when every item that came in either went on or was dropped with a reason."""
        return self.total == self.passed + sum(self.dropped.values())

    def _tell(self) -> None:
        if self.report is not None:
            self.report(self)
