"""How much memory this process holds, and held at most since it was last asked to forget (Linux)."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress
from pathlib import Path

_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
CAN_MEASURE = sys.platform == "linux" and _STATUS.exists()


def held_mb() -> int:
    """What this process holds now, garbage collected and free memory handed back."""
    if not CAN_MEASURE:
        return 0
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    return _read("VmRSS")


def forget_peak() -> None:
    """Let the next `peak_mb` tell of what comes from here on."""
    if CAN_MEASURE:
        with suppress(OSError):
            _FORGET.write_text("5")


def peak_mb() -> int:
    """What this process held at most."""
    return _read("VmHWM") if CAN_MEASURE else 0


def _read(name: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) // 1024
