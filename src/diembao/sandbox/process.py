"""One worker process and the thread that keeps it: starts it, watches its deadline, ends it.

The thread lives exactly as long as the process. On Linux the kernel kills a worker when the *thread* that
started it ends (PR_SET_PDEATHSIG), so a thread of a caller's pool must not be the one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic

#: the worker finds modules exactly where its parent does, with no environment and no user folder in between
_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from diembao.sandbox.worker import main; main(int(sys.argv[2]))"
)
_PIPE_SIZE = 1024 * 1024


class WorkerProcess:
    """A running worker: its two pipes, and a deadline after which it is killed."""

    def __init__(self) -> None:
        self.calls = 0
        self._state = threading.Condition()
        self._deadline: float | None = None
        self._wakes_at: float | None = None
        self._is_ending = False
        self._is_late = False
        self._process: subprocess.Popen[bytes] | None = None
        self._trouble: OSError | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="diembao-sandbox", daemon=True)
        self._thread.start()
        try:
            self._started.wait()
        except BaseException:
            self.end()
            raise
        if self._trouble is not None:
            raise self._trouble

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def to_worker(self) -> int:
        assert self.process.stdin is not None
        return self.process.stdin.fileno()

    @property
    def from_worker(self) -> int:
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def arm(self, deadline: float) -> None:
        """Kill the worker at this moment (monotonic clock) unless `disarm` comes first."""
        with self._state:
            self._deadline = deadline
            # calls follow each other with later and later deadlines: a thread that wakes too early looks again
            if self._wakes_at is None or self._wakes_at > deadline:
                self._state.notify()

    def disarm(self) -> bool:
        """Stop the clock; True when the worker was killed for being late."""
        with self._state:
            self._deadline = None
            return self._is_late

    def end(self) -> int | None:
        """Kill the worker and wait for it; its exit code."""
        with self._state:
            self._is_ending = True
            self._state.notify()
        self._thread.join()
        if self._process is None:
            return None
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        return self._process.returncode

    def _keep(self) -> None:
        try:
            self._process = _start_process()
        except OSError as error:
            self._trouble = error
            return
        finally:
            self._started.set()
        with self._state:
            while not self._is_ending:
                self._wakes_at = self._deadline
                if self._deadline is not None and self._deadline <= monotonic():
                    self._is_late = True
                    break
                self._state.wait(None if self._deadline is None else self._deadline - monotonic())
        self._process.kill()
        self._process.wait()


def _start_process() -> subprocess.Popen[bytes]:
    path = [str(Path(entry).absolute()) for entry in sys.path]
    windows = 0
    if sys.platform == "win32":
        windows = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "-X", "utf8", "-c", _START, json.dumps(path), str(os.getpid())],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=sys.prefix,
        env=_environment(),
        start_new_session=True,  # Ctrl-C is for the main process, which then ends its workers
        creationflags=windows,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for pipe in (process.stdin, process.stdout):
        _widen(pipe.fileno())
    return process


def _environment() -> dict[str, str]:
    """What a worker needs to start; no secret of the main process is among it."""
    names = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TZ")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _widen(handle: int) -> None:
    """Let a whole page through the pipe at once (Linux), instead of 64 KiB."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
