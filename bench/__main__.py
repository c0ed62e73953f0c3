"""Run every benchmark, each in a process of its own so that memory is its own; results as JSON.

python -m bench [NAME …]
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

NAMES = ("topic_match", "imports", "corpus", "start", "archive", "evidence", "reuse_planted", "reuse_speed")
RESULTS = Path(__file__).parent / "results"


def main(names: list[str]) -> int:
    """Run the named benchmarks (all of them without names); 1 if one failed."""
    RESULTS.mkdir(exist_ok=True)
    failed = 0
    for name in names or NAMES:
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            failed = 1
            print(f"{name}: failed\n{done.stderr}", file=sys.stderr)
            continue
        (RESULTS / f"{name}.json").write_text(done.stdout, encoding="utf-8")
        print(json.dumps({name: json.loads(done.stdout)}, ensure_ascii=False, indent=1))
    return failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
