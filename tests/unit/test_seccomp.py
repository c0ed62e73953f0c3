"""The filter of system calls, run here by a small machine of our own: right on processors we do not have, too."""

from __future__ import annotations

import struct

import pytest

from diembao.sandbox.seccomp import _REFUSED, _SPECIAL, build_filter

ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x00050001, 0x00050026
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
READ = {"x86_64": 0, "aarch64": 63}
OWN_PID = 4321


def run_filter(program: bytes, call: bytes) -> int:
    """What the kernel would answer: the classic machine, as far as the filter uses it."""
    steps = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    value = at = 0
    while True:
        code, if_true, if_false, operand = steps[at]
        at += 1
        if code == 0x06:
            return operand
        if code == 0x20:
            value = struct.unpack_from("<I", call, operand)[0]
            continue
        holds = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[code]
        at += if_true if holds else if_false


def answer(machine: str, name: str | int, *arguments: int, architecture: int | None = None) -> int:
    """The filter's answer to this call on this machine."""
    own, column = MACHINES[machine]
    number = name if isinstance(name, int) else (_REFUSED | _SPECIAL)[name][column]
    assert number is not None
    padded = [*arguments, *[0] * (6 - len(arguments))]
    call = struct.pack("<IIQ6Q", number, own if architecture is None else architecture, 0, *padded)
    return run_filter(build_filter(machine, OWN_PID), call)


@pytest.mark.parametrize("machine", MACHINES)
def test_what_a_worker_needs_is_allowed(machine: str) -> None:
    """Reading, opening for reading, threads, its own limits and its own abort."""
    assert answer(machine, READ[machine]) == ALLOW
    assert answer(machine, "openat", 0, 0, 0o2000000) == ALLOW
    assert answer(machine, "clone", 0x3D0F00) == ALLOW
    assert answer(machine, "prlimit64", 0) == ALLOW
    assert answer(machine, "tgkill", OWN_PID, OWN_PID, 6) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_what_a_worker_must_not_do_is_refused(machine: str) -> None:
    """Every call of the table, writing, processes, others' limits and signals to others."""
    for name, numbers in _REFUSED.items():
        if numbers[MACHINES[machine][1]] is not None:
            assert answer(machine, name) == EPERM, name
    for flags in (0o1, 0o2, 0o100, 0o1000, 0o20000000 | 0o2):
        assert answer(machine, "openat", 0, 0, flags) == EPERM
    assert answer(machine, "clone", 17) == EPERM
    assert answer(machine, "prlimit64", 99) == EPERM
    assert answer(machine, "tgkill", 1, 1, 9) == EPERM
    assert answer(machine, "clone3") == ENOSYS
    assert answer(machine, "openat2") == ENOSYS


def test_other_tables_of_calls_are_no_way_around() -> None:
    """Calls of 32-bit programs end the worker; those of the x32 table are refused."""
    assert answer("x86_64", 102, architecture=0x40000003) == KILL
    assert answer("x86_64", 0x40000000 | 41) == EPERM
    assert answer("x86_64", "open", 0, 0) == ALLOW
    assert answer("x86_64", "open", 0, 0o101) == EPERM


def test_numbers_are_those_of_the_kernel() -> None:
    """No number stands twice in a column, and some that everybody knows are right."""
    for column in (0, 1):
        numbers = [pair[column] for pair in (_REFUSED | _SPECIAL).values() if pair[column] is not None]
        assert len(numbers) == len(set(numbers))
    assert (_REFUSED["socket"], _REFUSED["execve"], _SPECIAL["openat"]) == ((41, 198), (59, 221), (257, 56))
