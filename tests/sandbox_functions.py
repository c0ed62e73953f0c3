"""Functions that tests run inside a sandbox worker: well-behaved ones, and ones that break each limit."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from os import system  # reachable by name here, and still not ours to run
from pathlib import Path
from typing import Any

from diembao.errors import SourceError, TopicError

_KEPT: list[Any] = []
_WORD = ""


@dataclass(frozen=True)
class Told:
    """What an ordinary function returns."""

    size: int
    words: tuple[str, ...]
    at: datetime
    note: str | None = None


def tell(body: bytes, note: str | None = None) -> Told:
    return Told(len(body), ("một", "hai"), datetime(2026, 7, 1, tzinfo=UTC), note)


def count_bytes(body: bytes) -> int:
    return len(body)


def get_pid(body: bytes) -> int:
    return os.getpid()


def set_word(body: bytes) -> None:
    global _WORD  # noqa: PLW0603
    _WORD = body.decode()


def get_word(body: bytes) -> str:
    return _WORD


def fail_setup(body: bytes) -> None:
    raise SourceError("the setup is broken", key="sources.broken")


def raise_known(body: bytes) -> None:
    raise TopicError(
        "no topic {name!r} in {places}",
        key="topic.nowhere",
        next_step="try {name}",
        name="x" * 5000,
        places=[Path("a"), 3],
    )


def raise_strange(body: bytes) -> None:
    raise KeyError("x" * 10_000)


def leave(body: bytes) -> None:
    raise SystemExit(0)


def spin(body: bytes) -> None:
    while True:
        pass


def spin_in_c(body: bytes) -> int:
    return len(str(7 ** (10**8)))


def sleep(body: bytes, seconds: float = 60.0) -> None:
    time.sleep(seconds)


def burn(body: bytes, seconds: float) -> None:
    """Use up processor time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def hoard(body: bytes) -> int:
    _KEPT.append([bytes(1_000_000) for _ in range(10_000)])
    return 0


def ask_for_much(body: bytes) -> int:
    return len(bytearray(1 << 40))


def keep(body: bytes, megabytes: int) -> int:
    _KEPT.append(b"x" * (megabytes << 20))
    return len(_KEPT)


def hoard_once(body: bytes) -> int:
    """Too much only for a worker that holds something already."""
    return len(bytearray(100 << 20)) if not _KEPT else len(bytearray(1 << 40))


def recurse(body: bytes) -> int:
    return recurse(body) + 1


def exit_at_once(body: bytes) -> None:
    os._exit(3)


def crash(body: bytes) -> None:
    ctypes.string_at(0)


def crash_on_bad(body: bytes) -> int:
    if body == b"bad":
        crash(body)
    return len(body)


def chatter(body: bytes) -> int:
    print("x" * 100_000)
    sys.stdout.flush()
    sys.stderr.write("y" * 100_000)
    os.write(1, b"\0" * 100)
    return sys.stdin.read() == ""


def write_file(body: bytes, path: str) -> None:
    Path(path).write_bytes(b"x")


def write_file_in_c(body: bytes, path: str) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if library.open(path.encode(), os.O_WRONLY | os.O_CREAT, 0o600) < 0 else 0


def remove_file_in_c(body: bytes, path: str) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if library.unlink(path.encode()) < 0 else 0


def open_socket(body: bytes) -> None:
    socket.socket()


def look_up_host(body: bytes) -> None:
    socket.getaddrinfo("localhost", 80)


def open_socket_in_c(body: bytes) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if library.socket(2, 1, 0) < 0 else 0


def start_process(body: bytes) -> None:
    subprocess.run(["true"], check=True)


def start_process_in_c(body: bytes) -> int:
    return int(ctypes.CDLL(None).system(b"true"))


def fork_in_c(body: bytes) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    child = library.fork()
    if child == 0:
        os._exit(0)
    return ctypes.get_errno() if child < 0 else 0


def signal_in_c(body: bytes, pid: int) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if library.kill(pid, 0) < 0 else 0


def use_thread(body: bytes) -> int:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(len(body)))
    thread.start()
    thread.join()
    return found[0]


def import_late(body: bytes) -> str:
    from lxml import html

    return str(html.fromstring(body.decode()).text_content())


def give_bytes(body: bytes, size: int) -> bytes:
    return bytes(size)


def give_object(body: bytes) -> object:
    return object()


def give_half_letter(body: bytes) -> dict[str, Any]:
    return {"a": "x\ud83dy", "b": ("\udc80", b"\xff")}


def list_environment(body: bytes) -> dict[str, str]:
    return dict(os.environ)


def _hidden(body: bytes) -> int:
    return 1


class Holder:
    """A method is not a function of the module."""

    @staticmethod
    def call(body: bytes) -> int:
        return 1


alias = count_bytes
borrowed = system


def forge(body: bytes) -> None:
    """Answer with a frame of one's own, as code could that has taken over the worker."""
    for handle in range(3, 64):
        try:
            os.write(handle, body)
        except OSError:
            continue
    os._exit(0)
