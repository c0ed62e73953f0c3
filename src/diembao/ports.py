"""The few narrow doors through which rooms reach the outside world."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from; the demo and the tests hand in a virtual one."""

    def now(self) -> datetime:
        """The present moment, UTC and aware."""
        ...


class Timer(Clock, Protocol):
    """A clock that can also wait; a virtual one moves its own hands instead."""

    async def sleep(self, seconds: float) -> None:
        """Return when `seconds` have passed on this clock."""
        ...

    def working(self) -> AbstractContextManager[None]:
        """Somebody works inside: a virtual clock does not move its hands meanwhile."""
        ...
