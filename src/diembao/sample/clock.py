"""A clock without waiting: `sleep` moves the hands, so that days of collecting pass in seconds."""

from __future__ import annotations

import asyncio
import heapq
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

#: turns of the event loop that must pass without a new sleeper before the hands move
_QUIET_TURNS = 12
#: real seconds until the next look while somebody is at work
_LOOK_AGAIN_S = 0.001


class VirtualClock:
    """A `Timer` whose hands stand still while anybody works and jump to the next wake-up when all sleep.

    Sleepers wake in order of their time, those of one moment in order of their call. A loop cannot see who
    waits for a socket or a thread: whoever works beside a sleeper says so with `working()` (the sample
    press does, for each request that it answers), or the clock is given `patience_s`, real seconds of quiet
    that must pass before each jump. `now` may be read from any thread.
    """

    def __init__(self, start: datetime, *, patience_s: float = 0.0) -> None:
        if start.tzinfo is None:
            raise ValueError("the clock needs an aware moment to start at")
        self._now = start.astimezone(UTC)
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._count = 0
        self._quiet = 0
        self._patience_s = patience_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._workers = 0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Where the hands stand."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the hands by hand; sleepers whose time has come wake at the loop's next turn."""
        if seconds < 0:
            raise ValueError("a clock does not go back")
        self._now += timedelta(seconds=seconds)

    @contextmanager
    def working(self) -> Iterator[None]:
        """The hands stand still inside; from any thread."""
        with self._lock:
            self._workers += 1
        try:
            yield
        finally:
            with self._lock:
                self._workers -= 1

    async def sleep(self, seconds: float) -> None:
        """Return when the hands have moved on by `seconds`; others that are ready get their turn first."""
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        self._count += 1
        wake_at = self._now + timedelta(seconds=max(0.0, seconds))
        heapq.heappush(self._sleepers, (wake_at, self._count, woken))
        self._quiet = 0
        if self._loop is not loop:
            self._loop = loop
            self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[2].get_loop() is loop]
            loop.call_soon(self._look, loop)
        await woken

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """One turn of the loop: move the hands when enough turns were quiet and nobody works."""
        while self._sleepers and self._sleepers[0][2].done():  # cancelled
            heapq.heappop(self._sleepers)
        if not self._sleepers:
            self._loop = None
            return
        if self._workers:
            self._quiet = 0
            loop.call_later(_LOOK_AGAIN_S, self._look, loop)
            return
        self._quiet += 1
        if self._quiet == _QUIET_TURNS and self._patience_s:
            loop.call_later(self._patience_s, self._look, loop)
            return
        if self._quiet > _QUIET_TURNS:
            self._wake_next()
        loop.call_soon(self._look, loop)

    def _wake_next(self) -> None:
        """Wake the one whose time comes first; one at a time, so that it may sleep again before the next."""
        self._quiet = 0
        wake_at, _, woken = heapq.heappop(self._sleepers)
        self._now = max(self._now, wake_at)
        if not woken.done():
            woken.set_result(None)
