"""Which inputs workers died over: after two kills they are refused without trying."""

from __future__ import annotations

import threading
from hashlib import sha256
from typing import Protocol

#: so many workers may die over one input
KILLS_ALLOWED = 2


def input_key(function: str, body: bytes) -> str:
    """The name of an input in a quarantine: what was to be run, over which bytes."""
    return sha256(function.encode() + b"\0" + sha256(body).digest()).hexdigest()


class Quarantine(Protocol):
    """A memory of kills. Called from several threads."""

    def is_refused(self, key: str) -> bool:
        """True once `KILLS_ALLOWED` kills are known for this key."""
        ...

    def add_kill(self, key: str, function: str, reason: str) -> int:
        """Note that a worker died; returns how many have died over this input by now."""
        ...


class MemoryQuarantine:
    """A quarantine that is forgotten when the process ends."""

    def __init__(self) -> None:
        self._kills: dict[str, int] = {}
        self._lock = threading.Lock()

    def is_refused(self, key: str) -> bool:
        return self._kills.get(key, 0) >= KILLS_ALLOWED

    def add_kill(self, key: str, function: str, reason: str) -> int:
        with self._lock:
            self._kills[key] = self._kills.get(key, 0) + 1
            return self._kills[key]
