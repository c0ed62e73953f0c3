"""The sandbox as its callers see it: `call` a function on bytes, get a typed result or a typed error."""

from __future__ import annotations

import re
import signal
import threading
import weakref
from collections.abc import Hashable, Sequence
from functools import lru_cache
from string import Formatter
from time import monotonic
from typing import Any, TypeVar, cast

import msgspec

from diembao import errors
from diembao.errors import (
    DiembaoError,
    SandboxError,
    SandboxKilledError,
    SandboxRefusedError,
    UsageError,
)
from diembao.sandbox.frames import (
    MAX_TROUBLE,
    Call,
    CarriedError,
    CutError,
    Failure,
    Hello,
    Kind,
    read_reply,
    write_request,
)
from diembao.sandbox.limits import Limits
from diembao.sandbox.process import WorkerProcess
from diembao.sandbox.quarantine import KILLS_ALLOWED, MemoryQuarantine, Quarantine, input_key

T = TypeVar("T")

_FUNCTION = re.compile(r"[a-z]\w*(\.[a-z_]\w*)*:[a-z]\w*", re.ASCII)
_SPEC = re.compile(r"[,.%a-z]?[0-9]{0,2}[%a-z]?")


class _DeathError(Exception):
    """The worker is gone, or has to go."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class _Holder:
    """The worker of a sandbox, held apart so that it can be ended when the sandbox is collected as garbage."""

    def __init__(self) -> None:
        self.worker: WorkerProcess | None = None

    def end(self) -> int | None:
        worker, self.worker = self.worker, None
        return None if worker is None else worker.end()


class Sandbox:
    """Runs functions of this package on strangers' bytes in a worker process, one call at a time.

    A call that is too slow is killed and raised at once: the same bytes would be as slow again. A worker
    that dies otherwise (memory, a crash) may have carried a burden from earlier calls, so the call is tried
    once more in a fresh one, within the same `limits.wall_s`; if that succeeds, nothing is held against the
    input. After two kills an input is refused without trying, for as long as the quarantine remembers.

    `setup` names functions with a payload each, run in every new worker before its first call.
    """

    def __init__(
        self,
        *,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        setup: Sequence[tuple[str, bytes]] = (),
        quarantine: Quarantine | None = None,
        packages: tuple[str, ...] = ("diembao",),
    ) -> None:
        self.limits = limits
        self.quarantine: Quarantine = MemoryQuarantine() if quarantine is None else quarantine
        self._setup = tuple(setup)
        self._packages = packages
        self._holder = _Holder()
        self._lock = threading.RLock()
        self._at_exit = weakref.finalize(self, self._holder.end)
        for function, _ in self._setup:
            self._check_name(function)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker. A later call would start another one."""
        with self._lock:
            self._holder.end()

    def call(self, function: str, body: bytes, *, returns: type[T], **arguments: Any) -> T:
        """What `function` ("diembao.room.module:name") returns for `body`, decoded as `returns`.

        Raises the DiembaoError of the function, SandboxRefusedError (too long, quarantined),
        SandboxKilledError (time, memory, death), SandboxError (any other exception, an unfitting result).
        """
        self._check_name(function)
        if len(body) > self.limits.max_body:
            raise SandboxRefusedError(
                "{size} bytes are more than may be parsed at once ({limit})",
                key="sandbox.too_long",
                next_step="check what it is; a page or feed for people is far shorter",
                size=len(body),
                limit=self.limits.max_body,
            )
        key = input_key(function, body)
        with self._lock:
            if self.quarantine.is_refused(key):
                raise SandboxRefusedError(
                    "{function} is not run on this input again: workers died over it before",
                    key="sandbox.quarantined",
                    next_step="leave it out; everything else is read",
                    function=function,
                )
            kind, content = self._run(key, Call(function, arguments), body)
        return _read_outcome(function, kind, content, returns)

    def _check_name(self, function: str) -> None:
        room = function.partition(":")[0].partition(".")[0]
        if not _FUNCTION.fullmatch(function) or room not in self._packages:
            raise UsageError(
                "{function!r} does not name a function that may run in the sandbox",
                key="sandbox.no_function",
                next_step="name a function of this package as `package.module:function`",
                function=function,
            )

    def _run(self, key: str, call: Call, body: bytes) -> tuple[int, bytes]:
        """Kind and content of the reply; one more try when the worker died early."""
        deadline: float | None = None
        reasons: list[str] = []
        while True:
            worker = self._get_worker()
            deadline = deadline or monotonic() + self.limits.wall_s
            try:
                return self._ask(worker, call, body, deadline)
            except _DeathError as death:
                reasons.append(death.reason)
                if death.reason == "time" or len(reasons) == KILLS_ALLOWED or monotonic() >= deadline:
                    for (
                        reason
                    ) in reasons:  # not before: an input that a fresh worker can read is not to blame
                        self.quarantine.add_kill(key, call.function, reason)
                    raise _killed(call.function, death.reason, self.limits) from None

    def _ask(self, worker: WorkerProcess, call: Call, body: bytes, deadline: float) -> tuple[int, bytes]:
        """Send the call and wait; a worker that is late, dead or full is ended here."""
        worker.calls += 1
        kind, content, memory_kb = int(Kind.NO_MEMORY), b"", 0
        is_well = False
        try:
            worker.arm(deadline)
            try:
                write_request(worker.to_worker, call, body)
                kind, content, memory_kb = read_reply(worker.from_worker, self._allow)
                is_well = kind != Kind.NO_MEMORY
            finally:
                is_late = worker.disarm()
        except (OSError, CutError):
            raise _DeathError("time" if is_late else _name_death(self._holder.end())) from None
        except ValueError as error:
            raise _bad_reply(call.function, str(error)) from None
        finally:
            if not is_well or is_late or self._is_worn(worker, memory_kb):
                self._holder.end()
        if not is_well:
            raise _DeathError("memory")
        return kind, content

    def _is_worn(self, worker: WorkerProcess, memory_kb: int) -> bool:
        limits = self.limits
        return worker.calls >= limits.recycle_calls or memory_kb > limits.recycle_rss_mb * 1024

    def _allow(self, kind: int) -> int:
        return self.limits.max_reply if kind == Kind.RESULT else MAX_TROUBLE

    def _get_worker(self) -> WorkerProcess:
        """The present worker, or a new one with its setup done."""
        worker = self._holder.worker
        if worker is not None and worker.is_alive():
            return worker
        self._holder.end()
        limits = self.limits
        hello = Hello(
            self._packages, limits.memory_mb, limits.cpu_s, limits.wall_s, limits.start_s, limits.max_reply
        )
        is_well = False
        try:
            worker = self._holder.worker = WorkerProcess()
            worker.arm(monotonic() + limits.start_s)
            try:
                self._introduce(worker, hello)
            finally:
                is_well = not worker.disarm()
        except (OSError, CutError, ValueError) as error:
            is_well = False
            raise _no_worker(str(error) or "it ended while starting") from error
        except BaseException:
            is_well = False
            raise
        finally:
            if not is_well:
                self._holder.end()
        worker.calls = 0
        return worker

    def _introduce(self, worker: WorkerProcess, hello: Hello) -> None:
        write_request(worker.to_worker, hello)
        kind, content, _ = read_reply(worker.from_worker, self._allow)
        if kind != Kind.READY:
            raise _no_worker(_describe_failure(content))
        for function, payload in self._setup:
            write_request(worker.to_worker, Call(function, {}, is_setup=True), payload)
            kind, content, _ = read_reply(worker.from_worker, self._allow)
            if kind == Kind.NO_MEMORY:
                raise _no_worker(f"{function} needs more memory")
            _read_outcome(function, kind, content, type(None))


@lru_cache(maxsize=64)
def _get_decoder(returns: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(returns)


def _read_outcome(function: str, kind: int, content: bytes, returns: type[T]) -> T:
    """The result, or the error the worker sent instead."""
    try:
        if kind == Kind.RESULT:
            result: T = _get_decoder(cast(Hashable, returns)).decode(content)
            return result
        if kind == Kind.ERROR:
            raise _rebuild_error(msgspec.msgpack.decode(content, type=CarriedError))
        failure = msgspec.msgpack.decode(content, type=Failure)
    except (
        msgspec.MsgspecError,
        RecursionError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
    ) as error:
        raise _bad_reply(function, str(error)) from None
    if kind == Kind.NO_FUNCTION:
        raise UsageError(
            "{function!r} does not name a function that may run in the sandbox",
            key="sandbox.no_function",
            next_step="name a function of this package as `package.module:function`",
            function=function,
        )
    if kind == Kind.TOO_LARGE:
        raise _bad_reply(function, failure.message)
    raise SandboxError(
        "{function} failed: {kind}: {reason}",
        key="sandbox.failed",
        next_step="leave it out, and report it together with what was read, if that may be passed on",
        function=function,
        kind=failure.type_name,
        reason=failure.message,
    )


def _rebuild_error(carried: CarriedError) -> DiembaoError:
    """The error as the function raised it. A worker that was taken over must not gain from it."""
    kind = getattr(errors, carried.name)
    if not (isinstance(kind, type) and issubclass(kind, DiembaoError)):
        raise ValueError(f"no error {carried.name!r}")
    for template in (carried.template, carried.next_step or ""):
        for _, field, spec, _ in Formatter().parse(template) if carried.values else ():
            if field is not None and not (field.isidentifier() and _SPEC.fullmatch(spec or "")):
                raise ValueError("an error with a strange template")
    return kind(carried.template, key=carried.key, next_step=carried.next_step, **carried.values)


def _describe_failure(content: bytes) -> str:
    try:
        failure = msgspec.msgpack.decode(content, type=Failure)
    except msgspec.MsgspecError:
        return "it did not introduce itself"
    return f"{failure.type_name}: {failure.message}"


def _name_death(exit_code: int | None) -> str:
    """Why a worker ended by itself: "time" (processor), a signal, an exit code."""
    if exit_code is None or exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    return "time" if name in ("SIGXCPU", "SIGALRM") else name


def _killed(function: str, reason: str, limits: Limits) -> SandboxKilledError:
    if reason == "time":
        return SandboxKilledError(
            "{function} was stopped after {seconds:g} seconds",
            key="sandbox.too_slow",
            next_step="leave it out, or look at it in a browser; everything else is read",
            function=function,
            seconds=limits.wall_s,
            reason=reason,
        )
    if reason == "memory":
        return SandboxKilledError(
            "{function} needed more than {megabytes} MB of memory",
            key="sandbox.too_much_memory",
            next_step="leave it out, or look at it in a browser; everything else is read",
            function=function,
            megabytes=limits.memory_mb,
            reason=reason,
        )
    return SandboxKilledError(
        "the worker that ran {function} died: {reason}",
        key="sandbox.died",
        next_step="leave it out, or look at it in a browser; everything else is read",
        function=function,
        reason=reason,
    )


def _bad_reply(function: str, reason: str) -> SandboxError:
    return SandboxError(
        "{function} gave a result that cannot be used: {reason}",
        key="sandbox.bad_reply",
        next_step="leave it out, and report it together with what was read, if that may be passed on",
        function=function,
        reason=reason[:300],
    )


def _no_worker(reason: str) -> DiembaoError:
    # not a SourceError: no input is to blame, and a run should stop rather than count its pages as bad
    return DiembaoError(
        "no worker could be started: {reason}",
        key="sandbox.no_worker",
        next_step="run `diembao doctor`; the machine may be out of memory or processes",
        reason=reason[:300],
    )
