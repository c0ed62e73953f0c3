"""Inputs over which workers died, remembered on the desk; asked from any thread, stored from the desk's own."""

from __future__ import annotations

import threading

from diembao.desk import Desk
from diembao.sandbox.quarantine import KILLS_ALLOWED


class KeptQuarantine:
    """The sandbox's quarantine over the desk: deaths are noted at once and stored by `save`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kills = desk.schedule.list_quarantine()
        self._new: dict[str, tuple[str, str, int, str]] = {}
        self._lock = threading.Lock()

    def is_refused(self, key: str) -> bool:
        """Whether too many workers died over this input."""
        with self._lock:
            return self._kills.get(key, 0) >= KILLS_ALLOWED

    def add_kill(self, key: str, function: str, reason: str) -> int:
        """Note a death; how many there were by now."""
        with self._lock:
            kills = self._kills.get(key, 0) + 1
            self._kills[key] = kills
            self._new[key] = (key, function, kills, reason)
            return kills

    def save(self) -> None:
        """Store what is new; only from the thread that owns the desk."""
        with self._lock:
            new, self._new = list(self._new.values()), {}
        if new:
            self._desk.schedule.put_quarantine(new)
