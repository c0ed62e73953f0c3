"""A filter of system calls (Linux): no sockets, no programs, no files written, whatever a library tries.

The filter is classic BPF over the number of the call and a few of its arguments; a refused call fails with
EPERM, so that a library sees an ordinary error. Numbers are those of the kernel's own tables.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

_PR_GET_SECCOMP, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 21, 22, 38
_FILTER_MODE = 2

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _UNKNOWN = 0x00050000 | 1, 0x00050000 | 38  # EPERM, ENOSYS of Linux
_AT_NUMBER, _AT_MACHINE, _AT_ARGUMENTS = 0, 4, 16
_X32 = 0x40000000

#: O_WRONLY, O_RDWR, O_CREAT, O_TRUNC of Linux
_WRITING = 0o1103
_CLONE_THREAD = 0x00010000

#: machine → (its name for the kernel, column in the table)
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

#: refused whatever the arguments: number on x86_64, number on aarch64 (None: there is none)
_REFUSED: dict[str, tuple[int, int | None]] = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "recvmmsg": (299, 243),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "truncate": (76, 45),
    "creat": (85, None),
    "utime": (132, None),
    "utimes": (235, None),
    "utimensat": (280, 88),
    "futimesat": (261, None),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "fsopen": (430, 430),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "ftruncate": (77, 46),
    "fallocate": (285, 47),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
}
#: allowed for some arguments only, or answered as unknown
_SPECIAL: dict[str, tuple[int, int | None]] = {
    "open": (2, None),
    "openat": (257, 56),
    "openat2": (437, 437),
    "clone": (56, 220),
    "clone3": (435, 435),
    "tgkill": (234, 131),
    "prlimit64": (302, 261),
}


def install_filter() -> bool:
    """Put the filter in force for this process; False where the system has none."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES or sys.maxsize < 2**32:
        return False
    program = build_filter(platform.machine(), os.getpid())
    code = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    holder = ctypes.create_string_buffer(described, len(described))
    return bool(libc.prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(holder), 0, 0) == 0)


def is_filtered() -> bool:
    """True when the kernel filters the calls of this process."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) == _FILTER_MODE)


def build_filter(machine: str, own_pid: int) -> bytes:
    """The program for this machine, as the kernel reads it."""
    name_of_machine, column = _MACHINES[machine]
    refused = [number for numbers in _REFUSED.values() if (number := numbers[column]) is not None]
    special = {name: numbers[column] for name, numbers in _SPECIAL.items()}
    code = [
        _step(_LOAD, _AT_MACHINE),
        _step(_EQUAL, name_of_machine, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _AT_NUMBER),
        _step(_AT_LEAST, _X32, 0, 1),
        _step(_RETURN, _REFUSE),
    ]
    for number in refused:
        code += [_step(_EQUAL, number, 0, 1), _step(_RETURN, _REFUSE)]
    # the C library falls back to `clone` and `openat`, whose arguments a filter can see
    code += _answer(special["clone3"], [_step(_RETURN, _UNKNOWN)])
    code += _answer(special["openat2"], [_step(_RETURN, _UNKNOWN)])
    code += _answer(special["open"], _refuse_bits(1, _WRITING))
    code += _answer(special["openat"], _refuse_bits(2, _WRITING))
    code += _answer(special["clone"], _only_bits(0, _CLONE_THREAD))
    code += _answer(special["tgkill"], _only_value(0, own_pid))
    code += _answer(special["prlimit64"], _only_value(0, 0))
    code.append(_step(_RETURN, _ALLOW))
    return b"".join(code)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _answer(number: int | None, then: list[bytes]) -> list[bytes]:
    """For this call only, the steps of `then`, which end with a return."""
    return [] if number is None else [_step(_EQUAL, number, 0, len(then)), *then]


def _load_argument(position: int) -> bytes:
    return _step(_LOAD, _AT_ARGUMENTS + 8 * position)  # the low half; both machines are little-endian


def _refuse_bits(position: int, bits: int) -> list[bytes]:
    refuse_if = _step(_ANY_BIT, bits, 0, 1)
    return [_load_argument(position), refuse_if, _step(_RETURN, _REFUSE), _step(_RETURN, _ALLOW)]


def _only_bits(position: int, bits: int) -> list[bytes]:
    return [
        _load_argument(position),
        _step(_ANY_BIT, bits, 1, 0),
        _step(_RETURN, _REFUSE),
        _step(_RETURN, _ALLOW),
    ]


def _only_value(position: int, value: int) -> list[bytes]:
    return [
        _load_argument(position),
        _step(_EQUAL, value, 1, 0),
        _step(_RETURN, _REFUSE),
        _step(_RETURN, _ALLOW),
    ]
