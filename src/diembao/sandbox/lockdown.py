"""What a worker gives up before it sees a stranger's byte: memory, time, files, network, processes."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from diembao.sandbox.frames import Hello
from diembao.sandbox.seccomp import install_filter

#: the worker ends itself so much later than its parent would have ended it
_GRACE_S = 1.0
_MOST_FILES = 64
_PR_SET_PDEATHSIG = 1

_REFUSED_EVENTS = frozenset(
    {
        "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.startfile/2", "os.system",
        "subprocess.Popen", "pty.spawn", "os.kill", "os.killpg", "signal.pthread_kill",
        "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir",
        "os.symlink", "os.truncate", "os.utime", "os.setxattr", "os.removexattr",
        "shutil.copyfile", "shutil.move", "shutil.rmtree", "tempfile.mkdtemp", "tempfile.mkstemp",
        "sqlite3.connect", "winreg.CreateKey", "winreg.DeleteKey", "winreg.SetValue",
    }
)  # fmt: skip
_REFUSED_FAMILIES = frozenset(
    {"socket", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib", "urllib", "webbrowser"}
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


def lock_down(hello: Hello) -> None:
    """Give up everything that reading bytes does not need; there is no way back."""
    if sys.platform != "win32":
        _limit_resources(hello)
    install_filter()
    sys.addaudithook(_refuse)


def watch_parent(parent: int) -> None:
    """End with the parent: at once on Linux, elsewhere when the pipe closes or the alarm rings."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before we could ask
            os._exit(1)


def start_clocks(hello: Hello, *, is_setup: bool = False) -> None:
    """Before a call: limit its processor time, and set an alarm for a worker whose parent is gone."""
    allowed_s = hello.start_s if is_setup else hello.wall_s
    if sys.platform == "win32":
        # a thread in C that needs no interpreter lock; it also ends code that hangs in a library
        faulthandler.dump_traceback_later(allowed_s + _GRACE_S, exit=True, file=2)
        return
    import resource

    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    cpu_s = int(hello.start_s) if is_setup else hello.cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (used + 1 + cpu_s, hard))
    signal.setitimer(signal.ITIMER_REAL, allowed_s + _GRACE_S)


def stop_clocks() -> None:
    """After a call: a worker may wait for the next one as long as its parent lives."""
    if sys.platform == "win32":
        faulthandler.cancel_dump_traceback_later()
        return
    signal.setitimer(signal.ITIMER_REAL, 0)


def _limit_resources(hello: Hello) -> None:
    import resource

    memory = hello.memory_mb * 1024 * 1024
    # macOS knows these names and refuses some values; what is in force is read back for `doctor`
    for name, value in (
        ("RLIMIT_AS", memory),
        ("RLIMIT_DATA", memory),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", _MOST_FILES),
    ):
        with suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))
    # both end the process at once, also inside a library that never returns to Python
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _refuse(event: str, details: tuple[Any, ...]) -> None:
    """Audit hook: no network, no processes, no writing."""
    if event == "open":
        _, mode, flags = details
        writes = isinstance(flags, int) and flags & _WRITING
        if (
            writes
            or (isinstance(mode, str) and not mode.startswith("r"))
            or (isinstance(mode, str) and "+" in mode)
        ):
            raise PermissionError("a worker may not write files")
    elif event in _REFUSED_EVENTS or event.partition(".")[0] in _REFUSED_FAMILIES:
        raise PermissionError(f"a worker may not do this: {event}")
