"""Forked children that may die, and what is done at the points on their way."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any

from diembao.errors import DiembaoError

Tell = Callable[[object], None]


class Child:
    """A forked process that plays a function; its lines come back through a pipe."""

    def __init__(self, act: Callable[[Tell], None]) -> None:
        read, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(read)
            code = 1
            try:
                act(lambda value: os.write(write, json.dumps(value, default=str).encode() + b"\n") and None)
                code = 0
            except DiembaoError as error:
                told = {"error": type(error).__name__, "say": str(error)}
                os.write(write, json.dumps(told).encode() + b"\n")
                code = 3
            except BaseException:
                os.write(write, json.dumps({"trace": traceback.format_exc()[-1800:]}).encode() + b"\n")
            finally:
                os._exit(code)
        os.close(write)
        self._pipe = read
        self._data = b""

    def wait_for(self, word: bytes, timeout_s: float = 60.0) -> None:
        """Return once the child has told a line with this word in it."""
        deadline = time.monotonic() + timeout_s
        while word not in self._data:
            ready, _, _ = select.select([self._pipe], [], [], max(0.0, deadline - time.monotonic()))
            piece = os.read(self._pipe, 65536) if ready else b""
            if not piece:
                raise AssertionError(f"the child never told {word!r}: {self._data[-500:]!r}")
            self._data += piece

    def read_line(self) -> Any:
        """The first line that the child tells."""
        self.wait_for(b"\n")
        return json.loads(self._data.partition(b"\n")[0])

    def finish(self, *, kill_after_s: float | None = None) -> tuple[int, list[Any]]:
        """Exit code (negative: signal) and lines; with a time it is killed then, if it still lives."""
        deadline = time.monotonic() + (120.0 if kill_after_s is None else kill_after_s)
        while True:
            ready, _, _ = select.select([self._pipe], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                os.kill(self.pid, signal.SIGKILL)
                deadline = time.monotonic() + 60.0
                continue
            piece = os.read(self._pipe, 1 << 20)
            if not piece:
                break
            self._data += piece
        os.close(self._pipe)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        whole = self._data.rpartition(b"\n")[0]  # a killed child may have stopped in the middle of a line
        return code, [json.loads(line) for line in whole.splitlines() if line.strip()]


class Counter:
    """Numbers the points and acts at one of them."""

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        self.at, self.act, self.count = at, act, 0

    def __call__(self, name: str) -> None:
        """Called at each point."""
        self.count += 1  # before the act, which may raise: it happens once
        if self.count == self.at + 1:
            self.act()


class Place:
    """Acts at a place of a run, found again by its name and by how often that came before.

    The number alone would not do: how many files a batch has may differ from run to run. `then` is done at the
    next point after it.
    """

    def __init__(
        self, names: list[str], at: int, act: Callable[[], None], then: Callable[[], None] | None = None
    ) -> None:
        self._wanted = _name_kind(names[at])
        self._left = [_name_kind(name) for name in names[:at]].count(self._wanted)
        self._act, self._then = act, then
        self._is_done = False

    def __call__(self, name: str) -> None:
        """Called at each point."""
        if self._is_done:
            if self._then is not None:
                self._then()
        elif _name_kind(name) == self._wanted:
            self._left -= 1
            if self._left < 0:
                self._is_done = True
                self._act()


def _name_kind(name: str) -> str:
    """The name of a point without what is drawn by lot or read from the clock."""
    return re.sub(r"part-[-0-9a-f]+-c000|(?<=diembao-\d{6}-)\d{14}", "part", name)


def kill_self() -> None:
    """End at once, as a power cut would, without any clearing up."""
    os.kill(os.getpid(), signal.SIGKILL)
