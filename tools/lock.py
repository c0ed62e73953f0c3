"""Write requirements.lock: every package of development and CI with its hashes, from pyproject.toml.

Runs `uv pip compile` in a throw-away environment; universal, so that one lock serves all platforms.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Compile the lock and return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)
        command = [
            python, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes",
            "--no-emit-index-url", "--no-annotate", "--custom-compile-command", "make lock",
            "--python-version", "3.11", "--extra", "dev", "pyproject.toml", "tools/build-requirements.in",
            "--output-file", "requirements.lock", *sys.argv[1:],
        ]  # fmt: skip
        return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
