"""How long the command takes to say what it can do, beside a bare Python start in the same run.

python -m bench.start             prints JSON
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import Any

REPEATS = 15


def run() -> dict[str, Any]:
    """Median wall milliseconds of `--help`, of `import diembao` and of an empty Python, in turns."""
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "import": [sys.executable, "-c", "import diembao"],
        "help": [sys.executable, "-m", "diembao", "--help"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(REPEATS):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            times[name].append((time.perf_counter() - started) * 1000)
    result: dict[str, Any] = {
        f"{name}_ms": round(statistics.median(values), 1) for name, values in times.items()
    }
    result["help_times_python"] = round(result["help_ms"] / result["python_ms"], 2)
    return result


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
