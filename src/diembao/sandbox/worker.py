"""The worker process: hears a call, runs the function under limits, answers; knows nothing else."""

from __future__ import annotations

import gc
import inspect
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import msgspec

from diembao.errors import DiembaoError
from diembao.sandbox.frames import (
    Call,
    CarriedError,
    CutError,
    Failure,
    Hello,
    Kind,
    encode_mended,
    mend,
    read_request,
    write_reply,
)
from diembao.sandbox.lockdown import lock_down, start_clocks, stop_clocks, watch_parent

#: texts in an error are cut to this length, lists to this count
_LONGEST = 2000
_MOST = 20


class _NoFunctionError(Exception):
    """The name in a call does not lead to a function that may be run."""


def main(parent: int) -> None:
    """Serve calls until the main process closes the pipe."""
    heard, told = _take_pipes()
    watch_parent(parent)
    try:
        head, _ = read_request(heard)
    except CutError:
        return
    hello = msgspec.msgpack.decode(head, type=Hello)
    try:
        lock_down(hello)
    except Exception as error:  # the main process decides what a worker without its limits means
        write_reply(told, Kind.FAILURE, _describe(error), 0)
        return
    write_reply(told, Kind.READY, b"", 0)
    memory = _open_memory()
    while True:
        try:
            head, body = read_request(heard)
        except CutError:
            return
        kind, content = _answer(head, body, hello)
        del body
        write_reply(told, kind, content, memory())
        stop_clocks()


def _take_pipes() -> tuple[int, int]:
    """Keep the two pipes to ourselves; what a library prints goes nowhere."""
    heard, told = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nowhere, handle)
    os.close(nowhere)
    if sys.platform == "win32":
        import msvcrt

        for handle in (heard, told):
            msvcrt.setmode(handle, os.O_BINARY)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return heard, told


def _answer(head: bytes, body: bytes, hello: Hello) -> tuple[Kind, bytes]:
    try:
        call = msgspec.msgpack.decode(head, type=Call)
        start_clocks(hello, is_setup=call.is_setup)
        result = _find_function(call.function, hello.packages)(body, **call.arguments)
        content = encode_mended(None if call.is_setup else result)
        if call.is_setup:
            gc.collect()
            gc.freeze()  # what a setup built stays for good
    except DiembaoError as error:
        return Kind.ERROR, _carry(error)
    except MemoryError:
        return Kind.NO_MEMORY, b""
    except _NoFunctionError as error:
        return Kind.NO_FUNCTION, _describe(error)
    except BaseException as error:  # also SystemExit: a function may not end the worker in silence
        return Kind.FAILURE, _describe(error)
    if len(content) > hello.max_reply:
        return Kind.TOO_LARGE, _describe(ValueError(f"it has {len(content)} bytes"))
    return Kind.RESULT, content


def _find_function(name: str, packages: Sequence[str]) -> Callable[..., Any]:
    """The function of this name; only one that its module defines itself."""
    module_name, _, function_name = name.partition(":")
    if module_name.partition(".")[0] not in packages:
        raise _NoFunctionError(name)
    try:
        found = getattr(import_module(module_name), function_name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise _NoFunctionError(str(error)) from None
    if (
        not inspect.isfunction(found)
        or found.__module__ != module_name
        or found.__qualname__ != function_name
    ):
        raise _NoFunctionError(name)
    return found


def _carry(error: DiembaoError) -> bytes:
    values = {name: _shorten(value) for name, value in error.values.items()}
    template = error.template if error.values else _shorten(error.template)
    return msgspec.msgpack.encode(
        CarriedError(type(error).__name__, template, error.key, error.next_template, values)
    )


def _shorten(value: Any) -> Any:
    if isinstance(value, str):
        return mend(value[:_LONGEST])
    if isinstance(value, int) and value.bit_length() > 63:
        return hex(value)[:_LONGEST]
    if isinstance(value, (int, float, bool, type(None))):
        return value
    if isinstance(value, (list, tuple)):
        return [_shorten(part) for part in value[:_MOST]]
    return mend(str(value)[:_LONGEST])


def _describe(error: BaseException) -> bytes:
    return msgspec.msgpack.encode(Failure(type(error).__name__, mend(str(error)[:300])))


def _open_memory() -> Callable[[], int]:
    """How to ask for the memory this process holds now, in KiB (0 where that cannot be known)."""
    if sys.platform == "win32":
        return lambda: 0
    if sys.platform == "darwin":  # only the peak is known; a new worker begins a new one
        import resource

        return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    handle = os.open("/proc/self/statm", os.O_RDONLY)
    page_kb = os.sysconf("SC_PAGE_SIZE") // 1024
    return lambda: int(os.pread(handle, 128, 0).split()[1]) * page_kb
