"""A few sandboxes side by side, for callers with threads."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from typing import Any, TypeVar

from diembao.sandbox.box import Sandbox
from diembao.sandbox.limits import Limits
from diembao.sandbox.quarantine import MemoryQuarantine, Quarantine

T = TypeVar("T")


class SandboxPool:
    """Like one `Sandbox`, with as many calls at a time as it has workers; they share a quarantine."""

    def __init__(
        self,
        workers: int = 2,
        *,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        setup: Sequence[tuple[str, bytes]] = (),
        quarantine: Quarantine | None = None,
        packages: tuple[str, ...] = ("diembao",),
    ) -> None:
        shared = MemoryQuarantine() if quarantine is None else quarantine
        self._boxes = [
            Sandbox(limits=limits, setup=setup, quarantine=shared, packages=packages) for _ in range(workers)
        ]
        # last in, first out: a single caller stays with one warm worker
        self._free: queue.LifoQueue[Sandbox] = queue.LifoQueue()
        for box in reversed(self._boxes):
            self._free.put(box)

    def __enter__(self) -> SandboxPool:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers."""
        for box in self._boxes:
            box.close()

    def call(self, function: str, body: bytes, *, returns: type[T], **arguments: Any) -> T:
        """As `Sandbox.call`, in the next worker that is free."""
        box = self._free.get()
        try:
            return box.call(function, body, returns=returns, **arguments)
        finally:
            self._free.put(box)
