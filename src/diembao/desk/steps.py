"""Named points on the way of every write; nothing happens here unless a test listens, to break it."""

from __future__ import annotations

from collections.abc import Callable

#: set by the fault tests only: called with the name of each point and free to kill the process or to raise
listener: Callable[[str], None] | None = None


def step(name: str) -> None:
    """Tell the listener, if there is one, that the write has come to the point `name`."""
    if listener is not None:
        listener(name)
