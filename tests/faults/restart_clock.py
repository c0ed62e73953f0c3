"""Times the restart of a command: until it has recovered and begun, and until its first work is acknowledged.

Run as a program it is a fresh interpreter, as a person's second try is:
`python restart_clock.py PHASE FILES PROJECT STARTED [PORTS] [KILL_AT]`; STARTED is the moment (seconds since 1970)
at which it was started, and with KILL_AT it dies at that commit. Prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diembao.desk import steps
from diembao.desk.imports import Imports


@dataclass
class RestartClock:
    """Listens to a command that was started at `started` on the clock `now`; seconds, 0 until it is so far.

    `begun_s`: locks are taken, what was never acknowledged is out of the way, and the run is on record.
    `work_s`: the first transaction after that has returned, which acknowledges something of its own.
    """

    started: float
    now: Callable[[], float] = time.monotonic
    begun_s: float = 0.0
    work_s: float = 0.0

    def watch(self) -> None:
        """Listen from now on, for the rest of this process."""
        start = Imports.start

        def begin(imports: Imports, *args: Any, **named: Any) -> Any:
            run = start(imports, *args, **named)
            self.begun_s = self.begun_s or self.now() - self.started
            return run

        Imports.start = begin  # type: ignore[method-assign]
        steps.listener = self.listen

    def listen(self, point: str) -> None:
        """Called at each point."""
        if point == "desk.after_commit" and self.begun_s and not self.work_s:
            self.work_s = self.now() - self.started


def main(phase: str, files: str, project: str, started: str, ports: str = "{}", kill_at: str = "0") -> None:
    """Run one command in this process."""
    import press_script
    import product_script
    from children import Counter, kill_self

    press_script.ports |= json.loads(ports)
    clock = RestartClock(float(started), time.time)
    if int(kill_at):
        count = Counter(int(kill_at) - 1, kill_self)
        steps.listener = lambda point: count(point) if point == "desk.after_commit" else None
    else:
        clock.watch()
    told = product_script.call(phase, Path(files), Path(project), lambda _: None)
    print(json.dumps({"exit": told["exit"], "begun_s": clock.begun_s, "work_s": clock.work_s}))


if __name__ == "__main__":
    main(*sys.argv[1:])
