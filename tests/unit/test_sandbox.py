"""The sandbox: results and errors come back typed, and every limit bites."""

from __future__ import annotations

import errno
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.sandbox_functions import Told

from diembao.errors import (
    DiembaoError,
    SandboxError,
    SandboxKilledError,
    SandboxRefusedError,
    SourceError,
    TopicError,
    UsageError,
)
from diembao.sandbox import Limits, MemoryQuarantine, Sandbox, SandboxPool, describe_sandbox, input_key
from diembao.sandbox.frames import REPLY, Kind

HERE = "tests.sandbox_functions:"
QUICK = Limits(wall_s=0.4, memory_mb=300)
linux = pytest.mark.skipif(sys.platform != "linux", reason="the call filter and /proc are Linux's")
posix = pytest.mark.skipif(sys.platform == "win32", reason="only the time limit holds on Windows")


def make_box(**options: Any) -> Sandbox:
    return Sandbox(**{"packages": ("diembao", "tests"), "limits": Limits(memory_mb=300)} | options)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """One worker for all tests that leave it alive."""
    with make_box() as box:
        yield box


@pytest.fixture
def quick() -> Iterator[Sandbox]:
    """A sandbox with little patience."""
    with make_box(limits=QUICK) as box:
        yield box


def get_pid(box: Sandbox) -> int:
    return box.call(HERE + "get_pid", b"", returns=int)


# --- what comes back


def test_a_result_comes_back_as_the_type_that_was_asked_for(box: Sandbox) -> None:
    """Records, tuples and times survive the way through the pipe."""
    told = box.call(HERE + "tell", b"abc", returns=Told, note="ghi chú")
    assert told == Told(3, ("một", "hai"), datetime(2026, 7, 1, tzinfo=UTC), "ghi chú")


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 1_000_000, 10_000_000])
def test_bodies_of_any_length_arrive_whole(box: Sandbox, size: int) -> None:
    """A body is neither cut nor mixed up with the call."""
    assert box.call(HERE + "count_bytes", bytes(size), returns=int) == size


def test_an_error_of_the_function_is_raised_again_as_itself(box: Sandbox) -> None:
    """Class, key, sentence, next step and values are those of the function; long values are cut."""
    with pytest.raises(TopicError) as caught:
        box.call(HERE + "raise_known", b"", returns=type(None))
    assert type(caught.value) is TopicError
    assert caught.value.key == "topic.nowhere"
    assert caught.value.values == {"name": "x" * 2000, "places": ["a", 3]}
    assert caught.value.next_step == "try " + "x" * 2000


@pytest.mark.parametrize("function", ["raise_strange", "leave", "recurse", "give_object"])
def test_any_other_exception_becomes_a_sandbox_error(box: Sandbox, function: str) -> None:
    """Also an exit, endless recursion or a result that cannot be sent; the worker lives on."""
    before = get_pid(box)
    with pytest.raises(SandboxError) as caught:
        box.call(HERE + function, b"", returns=int)
    assert type(caught.value) is SandboxError
    assert caught.value.key == "sandbox.failed"
    assert len(str(caught.value)) < 500
    assert get_pid(box) == before


def test_a_result_of_another_type_is_an_error(box: Sandbox) -> None:
    """What does not fit `returns` never reaches the caller."""
    with pytest.raises(SandboxError) as caught:
        box.call(HERE + "count_bytes", b"", returns=str)
    assert caught.value.key == "sandbox.bad_reply"


def test_half_of_a_surrogate_pair_costs_one_letter_only(box: Sandbox) -> None:
    """A broken letter in a stranger's text does not lose the page."""
    given = box.call(HERE + "give_half_letter", b"", returns=dict[str, Any])
    assert given == {"a": "x�y", "b": ["�", b"\xff"]}


def test_prints_of_libraries_do_not_disturb_the_pipe(box: Sandbox) -> None:
    """Standard input and output of a worker lead nowhere."""
    assert box.call(HERE + "chatter", b"", returns=bool)
    assert box.call(HERE + "count_bytes", b"ab", returns=int) == 2


def test_libraries_can_be_loaded_late(box: Sandbox) -> None:
    """The limits leave room for what a function imports when it needs it, and for threads."""
    assert box.call(HERE + "import_late", "<p>Điểm báo</p>".encode(), returns=str) == "Điểm báo"
    assert box.call(HERE + "use_thread", b"abc", returns=int) == 3


def test_secrets_in_the_environment_stay_with_the_main_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker sees no variable that could hold a password."""
    monkeypatch.setenv("DIEMBAO_SECRET", "x")
    with make_box() as fresh:
        assert "DIEMBAO_SECRET" not in fresh.call(HERE + "list_environment", b"", returns=dict[str, str])


@pytest.mark.parametrize(
    "function",
    [
        "os:system",
        "subprocess:run",
        "diembao",
        "diembao.sandbox:",
        "tests.sandbox_functions:_hidden",
        "tests.sandbox_functions:Holder.call",
        "tests.sandbox_functions:Holder",
        "tests.sandbox_functions:alias",
        "tests.sandbox_functions:borrowed",
        "tests.sandbox_functions:os.system",
        "tests.sandbox_functions:missing",
        "tests.no_such_module:f",
        "testsx.sandbox_functions:tell",
        "diembao.sandbox.worker:import_module",
    ],
)
def test_only_functions_that_a_module_of_the_package_defines_are_run(box: Sandbox, function: str) -> None:
    """Nothing imported, hidden, nested, renamed or foreign can be named."""
    with pytest.raises(UsageError) as caught:
        box.call(function, b"", returns=int)
    assert caught.value.key == "sandbox.no_function"


def test_the_shipped_sandbox_runs_functions_of_this_package_only() -> None:
    """Another package has to be named when a sandbox is made."""
    with Sandbox() as plain, pytest.raises(UsageError):
        plain.call(HERE + "count_bytes", b"", returns=int)


# --- limits


@pytest.mark.parametrize("function", ["spin", "spin_in_c", "sleep"])
def test_a_call_that_is_too_slow_is_killed_in_time(quick: Sandbox, function: str) -> None:
    """In Python, in C, or asleep: the call ends at the limit, is not tried again, and the next one works."""
    before = get_pid(quick)
    began = time.monotonic()
    with pytest.raises(SandboxKilledError) as caught:
        quick.call(HERE + function, b"", returns=type(None))
    assert caught.value.key == "sandbox.too_slow"
    assert time.monotonic() - began < 5  # the limit is 0.4 s; a busy machine may be late
    assert get_pid(quick) != before


@posix
def test_processor_time_is_limited_apart_from_the_clock() -> None:
    """The system itself ends a worker that computes for longer than allowed."""
    began = time.monotonic()
    with make_box(limits=Limits(cpu_s=0, wall_s=60, memory_mb=300)) as short:
        with pytest.raises(SandboxKilledError) as caught:
            short.call(HERE + "spin", b"", returns=type(None))
        assert caught.value.key == "sandbox.too_slow"
    assert time.monotonic() - began < 30  # of one second


@posix
def test_processor_time_is_counted_per_call() -> None:
    """Many short calls together may take longer than one call may."""
    with make_box(limits=Limits(cpu_s=1, memory_mb=300)) as short:
        before = get_pid(short)
        for _ in range(3):
            short.call(HERE + "burn", b"", returns=type(None), seconds=0.8)
        assert get_pid(short) == before


@posix
def test_an_idle_worker_waits_as_long_as_it_takes() -> None:
    """The alarm that ends a worker without a parent does not ring between calls."""
    with make_box(limits=Limits(wall_s=0.2, memory_mb=300)) as short:
        before = get_pid(short)
        time.sleep(1.5)
        assert get_pid(short) == before


@linux
@pytest.mark.parametrize("function", ["hoard", "ask_for_much"])
def test_memory_is_limited(box: Sandbox, function: str) -> None:
    """Piece by piece or at once: too much memory is a kill, not a swapping machine."""
    with pytest.raises(SandboxKilledError) as caught:
        box.call(HERE + function, os.urandom(8), returns=int)
    assert caught.value.key == "sandbox.too_much_memory"


@pytest.mark.parametrize("function", ["exit_at_once", "crash"])
def test_a_worker_that_dies_is_a_typed_error(box: Sandbox, function: str) -> None:
    """An exit or a crash in C ends the worker only."""
    with pytest.raises(SandboxKilledError) as caught:
        box.call(HERE + function, os.urandom(8), returns=type(None))
    assert caught.value.key == "sandbox.died"
    assert caught.value.values["reason"] == ("exit code 3" if function == "exit_at_once" else "SIGSEGV")
    assert get_pid(box)


def test_a_body_over_the_limit_is_refused_without_a_worker() -> None:
    """The length is looked at first."""
    with make_box(limits=Limits(max_body=10)) as small, pytest.raises(SandboxRefusedError) as caught:
        small.call(HERE + "count_bytes", bytes(11), returns=int)
    assert caught.value.key == "sandbox.too_long"


def test_a_reply_over_the_limit_does_not_reach_the_main_process() -> None:
    """The worker keeps it back and lives on."""
    with make_box(limits=Limits(max_reply=1000, memory_mb=300)) as small:
        before = get_pid(small)
        with pytest.raises(SandboxError) as caught:
            small.call(HERE + "give_bytes", b"", returns=bytes, size=1001)
        assert caught.value.key == "sandbox.bad_reply"
        assert len(small.call(HERE + "give_bytes", b"", returns=bytes, size=900)) == 900
        assert get_pid(small) == before


@pytest.mark.parametrize("function", ["open_socket", "look_up_host", "start_process"])
def test_network_and_processes_are_refused(box: Sandbox, function: str) -> None:
    """Python's own doors are shut on every platform."""
    with pytest.raises(SandboxError) as caught:
        box.call(HERE + function, b"", returns=type(None))
    assert caught.value.values["kind"] == "PermissionError"


def test_files_are_not_written(box: Sandbox, tmp_path: Path) -> None:
    """A worker leaves no trace on the disk."""
    with pytest.raises(SandboxError) as caught:
        box.call(HERE + "write_file", b"", returns=type(None), path=str(tmp_path / "a"))
    assert caught.value.values["kind"] == "PermissionError"
    assert list(tmp_path.iterdir()) == []


@linux
def test_the_kernel_refuses_what_a_library_in_c_tries(box: Sandbox, tmp_path: Path) -> None:
    """Sockets, programs, forks, signals, writing and removing fail below Python too."""
    kept = tmp_path / "kept"
    kept.write_text("x")
    assert box.call(HERE + "open_socket_in_c", b"", returns=int) == errno.EPERM
    assert box.call(HERE + "fork_in_c", b"", returns=int) == errno.EPERM
    assert box.call(HERE + "start_process_in_c", b"", returns=int) != 0
    assert box.call(HERE + "signal_in_c", b"", returns=int, pid=os.getpid()) == errno.EPERM
    assert box.call(HERE + "write_file_in_c", b"", returns=int, path=str(tmp_path / "b")) == errno.EPERM
    assert box.call(HERE + "write_file_in_c", b"", returns=int, path=str(kept)) == errno.EPERM
    assert box.call(HERE + "remove_file_in_c", b"", returns=int, path=str(kept)) == errno.EPERM
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_doctor_hears_which_limits_hold() -> None:
    """A real worker is asked; on Windows only the time limit holds beside the audit hook."""
    facts = describe_sandbox()
    assert facts["worker"] and facts["time_limit"] and facts["audit_hook"]
    assert facts["platform"] == sys.platform
    if sys.platform == "linux":
        assert all(facts[name] for name in ("memory_limit", "cpu_limit", "file_limit", "call_filter"))


# --- quarantine, second tries, recycling


def test_an_input_is_refused_after_two_kills() -> None:
    """A slow input is killed twice, then refused at once, also by another sandbox with the same memory."""
    quarantine = MemoryQuarantine()
    with make_box(limits=QUICK, quarantine=quarantine) as first:
        for _ in range(2):
            with pytest.raises(SandboxKilledError):
                first.call(HERE + "sleep", b"slow", returns=type(None))
    assert quarantine.is_refused(input_key(HERE + "sleep", b"slow"))
    with make_box(limits=QUICK, quarantine=quarantine) as second:
        with pytest.raises(SandboxRefusedError) as caught:
            second.call(HERE + "sleep", b"slow", returns=type(None))
        assert caught.value.key == "sandbox.quarantined"
        assert second.call(HERE + "count_bytes", b"slow", returns=int) == 4


def test_a_crash_is_tried_once_more_and_then_refused(box: Sandbox) -> None:
    """Two workers die over one input at most, whatever calls for it."""
    body = os.urandom(8)
    with pytest.raises(SandboxKilledError):
        box.call(HERE + "crash", body, returns=type(None))
    with pytest.raises(SandboxRefusedError):
        box.call(HERE + "crash", body, returns=type(None))


@linux
def test_an_innocent_call_is_saved_by_a_fresh_worker() -> None:
    """What only died for the memory that earlier calls kept succeeds at the second try."""
    with make_box() as kept:
        kept.call(HERE + "keep", b"", returns=int, megabytes=1)
        assert kept.call(HERE + "hoard_once", b"", returns=int) == 100 << 20
        assert kept.quarantine.add_kill(input_key(HERE + "hoard_once", b""), "", "") == 1


def test_a_worker_killed_between_calls_blames_no_input(box: Sandbox) -> None:
    """A worker found dead is replaced."""
    os.kill(get_pid(box), signal.SIGTERM)
    time.sleep(0.1)
    assert box.call(HERE + "count_bytes", b"x", returns=int) == 1
    assert not box.quarantine.is_refused(input_key(HERE + "count_bytes", b"x"))


def test_one_poisoned_input_costs_nothing_but_itself() -> None:
    """All others of a long row get their result."""
    with make_box() as many:
        outcomes = []
        for number in range(200):
            body = b"bad" if number == 77 else bytes(number)
            try:
                outcomes.append(many.call(HERE + "crash_on_bad", body, returns=int))
            except SandboxKilledError:
                outcomes.append(-1)
        assert outcomes == [-1 if number == 77 else number for number in range(200)]


def test_a_worker_is_replaced_after_its_calls() -> None:
    """After `recycle_calls` calls a fresh process takes over."""
    with make_box(limits=Limits(recycle_calls=3, memory_mb=300)) as short:
        pids = [get_pid(short) for _ in range(7)]
    assert len(set(pids)) == 3
    assert pids[0] == pids[2] != pids[3]


@linux
def test_a_worker_that_keeps_memory_is_replaced() -> None:
    """What a library leaks does not add up."""
    with make_box(limits=Limits(recycle_rss_mb=80, memory_mb=500)) as lean:
        assert lean.call(HERE + "keep", b"", returns=int, megabytes=100) == 1
        assert lean.call(HERE + "keep", b"", returns=int, megabytes=1) == 1
        assert lean.call(HERE + "keep", b"", returns=int, megabytes=1) == 2


def test_setup_is_replayed_in_every_new_worker() -> None:
    """A function finds what the setup prepared, also after a kill."""
    setup = [(HERE + "set_word", "nhắc lại".encode())]
    with make_box(setup=setup) as ready:
        assert ready.call(HERE + "get_word", b"", returns=str) == "nhắc lại"
        with pytest.raises(SandboxKilledError):
            ready.call(HERE + "exit_at_once", b"", returns=type(None))
        assert ready.call(HERE + "get_word", b"", returns=str) == "nhắc lại"


def test_a_setup_that_fails_says_so() -> None:
    """Its error is raised by the first call, and no half-prepared worker is used."""
    with make_box(setup=[(HERE + "fail_setup", b"")]) as broken:
        for _ in range(2):
            with pytest.raises(SourceError) as caught:
                broken.call(HERE + "get_word", b"", returns=str)
            assert caught.value.key == "sources.broken"


def test_a_setup_that_dies_stops_the_run_and_blames_no_input() -> None:
    """No worker means no reading at all: that is not an error of the source."""
    with make_box(setup=[(HERE + "exit_at_once", b"")]) as broken:
        with pytest.raises(DiembaoError) as caught:
            broken.call(HERE + "get_word", b"", returns=str)
        assert caught.value.key == "sandbox.no_worker"
        assert not isinstance(caught.value, SourceError)


# --- threads, leaks, ends


def test_threads_take_turns() -> None:
    """Calls from many threads get their own results, one at a time or side by side in a pool."""
    with make_box() as one, SandboxPool(2, packages=("tests",)) as two, ThreadPoolExecutor(8) as threads:
        for box in (one, two):
            sizes = list(
                threads.map(lambda n, b=box: b.call(HERE + "count_bytes", bytes(n), returns=int), range(200))
            )
            assert sizes == list(range(200))


def test_a_worker_outlives_the_thread_that_called_first() -> None:
    """A pool's thread may end; its worker stays."""
    with make_box() as box:
        found: list[int] = []
        thread = threading.Thread(target=lambda: found.append(get_pid(box)))
        thread.start()
        thread.join()
        time.sleep(0.1)
        assert get_pid(box) == found[0]


@linux
def test_many_kills_leave_nothing_behind() -> None:
    """No open pipe, no thread and no dead process remains, and the main process hardly grows."""

    def count() -> tuple[int, int]:
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    def grown_kb() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024

    with make_box() as box:
        get_pid(box)
        before, memory = count(), grown_kb()
        for number in range(25):
            with pytest.raises(SandboxKilledError):
                box.call(HERE + "exit_at_once", str(number).encode() * 50_000, returns=type(None))
        get_pid(box)
        gc.collect()
        assert count() == before
        assert grown_kb() - memory < 16 * 1024
    states = [path.read_text().rpartition(")")[2].split() for path in Path("/proc").glob("[0-9]*/stat")]
    assert not [state for state in states if state[:2] == ["Z", str(os.getpid())]]


@posix
def test_an_interrupted_call_leaves_no_worker() -> None:
    """Ctrl-C in the main process ends the call and its worker."""
    with make_box() as box:
        pid = get_pid(box)
        timer = threading.Timer(
            0.2, lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        )
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            box.call(HERE + "sleep", b"", returns=type(None), seconds=10)
        timer.join()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


_PARENT = """
import sys, threading
sys.path[:] = {path!r}
from diembao.sandbox import Sandbox
box = Sandbox(packages=("tests",))
print(box.call("tests.sandbox_functions:get_pid", b"", returns=int), flush=True)
{then}
"""


def run_parent(then: str) -> tuple[subprocess.Popen[str], int]:
    script = _PARENT.format(path=[str(Path(entry).absolute()) for entry in sys.path], then=then)
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


def is_gone(pid: int) -> bool:
    """True when the process has ended within a few seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if sys.platform == "linux" and Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@linux
@pytest.mark.parametrize("function", ["spin", "sleep"])
def test_a_busy_worker_dies_with_its_parent(function: str) -> None:
    """`kill -9` of the main process leaves nobody computing."""
    parent, worker = run_parent(f'box.call("{HERE}{function}", b"", returns=type(None))')
    time.sleep(0.2)
    parent.kill()
    parent.communicate()
    assert is_gone(worker)


@posix
def test_a_sandbox_that_nobody_closed_ends_with_the_program() -> None:
    """A program that ends in the usual way waits for nothing and leaves nothing."""
    parent, worker = run_parent("")
    assert parent.communicate(timeout=20)[0] == ""
    assert parent.returncode == 0
    assert is_gone(worker)


def forge_error(name: str, template: str, **values: Any) -> bytes:
    content = msgspec.msgpack.encode([name, template, None, None, values])
    return REPLY.pack(Kind.ERROR, len(content), 0) + content


@posix
@pytest.mark.parametrize(
    "frame",
    [
        b"\xff" * 100,
        REPLY.pack(Kind.RESULT, 2**32 - 1, 0),
        REPLY.pack(Kind.ERROR, 2**31, 0),
        REPLY.pack(Kind.RESULT, 3, 0) + b"\xdf\xff\xff",
        REPLY.pack(Kind.RESULT, 100_000, 0) + b"\x91" * 100_000,
        REPLY.pack(99, 0, 0),
        REPLY.pack(Kind.READY, 0, 0),
        forge_error("DiembaoError.__init__", "x"),
        forge_error("annotations", "x"),
        forge_error("TopicError", "{a:999999999}", a=1),
        forge_error("TopicError", "{a.__class__}", a=1),
        forge_error("TopicError", "{b}", a=1),
        forge_error("TopicError", "{", a=1),
        forge_error("TopicError", "x", message="twice"),
    ],
)
def test_a_worker_that_was_taken_over_cannot_harm_the_main_process(box: Sandbox, frame: bytes) -> None:
    """Whatever it answers is a typed error; nothing is run, filled in or allocated on its word."""
    with pytest.raises(SandboxError) as caught:
        box.call(HERE + "forge", frame, returns=object)
    assert caught.value.key in ("sandbox.bad_reply", "sandbox.died")
    assert box.call(HERE + "count_bytes", b"ab", returns=int) == 2
