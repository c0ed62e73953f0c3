"""Timers for tests of fetching: the real one, and one that moves its own hands."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta


class RealTimer:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def working(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class VirtualTimer:
    """A clock that stands still until someone waits on it; then it jumps."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += timedelta(seconds=max(seconds, 0.0))
        await asyncio.sleep(0)

    def working(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def move(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
