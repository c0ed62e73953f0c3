"""The few narrow doors through which rooms reach the outside world."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from; the demo and the tests hand in a virtual one."""

    def now(self) -> datetime:
        """The present moment, UTC and aware."""
        ...
