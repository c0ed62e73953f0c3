"""Which limits are in force on this machine, as a real worker finds them."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from typing import Any

from diembao.errors import DiembaoError
from diembao.sandbox.box import Sandbox
from diembao.sandbox.limits import Limits
from diembao.sandbox.seccomp import is_filtered


@dataclass(frozen=True)
class SandboxState:
    """What holds a worker back. The time limit is the main process's and holds everywhere."""

    memory_limit: bool = False
    cpu_limit: bool = False
    file_limit: bool = False
    call_filter: bool = False
    audit_hook: bool = False


def describe_sandbox(limits: Limits = Limits()) -> dict[str, Any]:  # noqa: B008  # frozen
    """Facts for `doctor`: the platform, whether a worker starts, and each limit."""
    facts: dict[str, Any] = {"platform": sys.platform, "worker": True, "time_limit": True, "reason": ""}
    try:
        with Sandbox(limits=limits) as box:
            state = box.call("diembao.sandbox.state:read_state", b"", returns=SandboxState)
    except DiembaoError as error:
        state = SandboxState()
        facts |= {"worker": False, "time_limit": False, "reason": str(error)}
    return facts | asdict(state)


def read_state(body: bytes) -> SandboxState:
    """Asked inside a worker: which limits are in force here."""
    memory = cpu = files = False
    if sys.platform != "win32":
        import resource

        memory = resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
        cpu = resource.getrlimit(resource.RLIMIT_CPU)[0] != resource.RLIM_INFINITY
        files = resource.getrlimit(resource.RLIMIT_FSIZE)[0] == 0
    return SandboxState(memory, cpu, files, is_filtered(), _is_hooked())


def _is_hooked() -> bool:
    try:
        sys.audit("socket.connect", None, None)
    except PermissionError:
        return True
    return False
