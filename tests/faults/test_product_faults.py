"""The commands a person runs (import, process, report, collect) under faults: nothing lost, doubled or half told.

The usual run takes points spread evenly over each command; all points, and 300 random kills, run with
DIEMBAO_FAULTS=whole (some hours), every planted bug too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HARNESS = Path(__file__).with_name("product.py")
WHOLE = os.environ.get("DIEMBAO_FAULTS") == "whole"

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="the harness forks; Windows has no fork"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder, in memory where the system offers that (the harness writes a lot)."""
    memory = Path("/dev/shm")
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as name:
        yield Path(name)


def run(plan: str, folder: Path, *options: str) -> dict[str, Any]:
    """What the harness found."""
    command = [sys.executable, str(HARNESS), plan, str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


#: the usual run, in parts of about the same length, so that two workers share them
USUAL = [
    ("crash:import,crash:process,kill:import,kill:process", ("--take", "2", "--count", "2")),
    ("crash:report,io:report,io:process,second:process", ("--take", "2")),
    ("crash:collect,io:collect,kill:collect", ("--take", "2", "--count", "2")),
    ("crash:warc,io:warc,crash:html,kill:html", ("--take", "1", "--count", "1")),
    ("restart:warc", ("--count", "2")),
]
PHASES = ("import", "process", "report", "collect", "again", "warc", "html")
EVERYTHING = [
    *((f"{mode}:{phase}", ()) for mode in ("crash", "io") for phase in PHASES),
    ("kill:import,kill:process", ("--count", "50")),
    ("kill:collect", ("--count", "100")),
    ("kill:warc,kill:html", ("--count", "50")),
    ("restart:collect,restart:warc,restart:html", ("--count", "10")),
    ("second:import,second:process", ()),
]
#: within this time on an idle machine a killed command has recovered, and its first work is acknowledged
RESTART_S = 2.0


@pytest.mark.parametrize(("plan", "options"), EVERYTHING if WHOLE else USUAL)
def test_a_broken_command_goes_on_when_it_is_run_again(
    folder: Path, plan: str, options: tuple[str, ...]
) -> None:
    """Killed, refused by the disk or run beside another, a command loses and doubles nothing and says so clearly.

    Killed at a point or at a random moment (up to three times), every rule holds at once, and run again it ends
    as if never killed. A write, sync, rename or commit that fails is one sentence with exit code 5, and a report
    folder is whole or has no manifest. A second writer is refused with exit code 6, and readers work. Pages are
    collected from a press on loopback and imported from a damaged archive and a folder: each capture that was
    acknowledged stays, each is counted once, and no worker outlives a killed command.

    A restart takes 2 s at most: of `collect` and the imports of pages from the start of the command until its locks
    are taken, what was never acknowledged is out of the way, its run is on record, and the first transaction of
    its own after that has returned (often the pages that the killed one kept and did not read); of the other
    commands until everything is open for writing. Imports of modules are not in it (children are forked) but
    in the fresh interpreters of the mode `restart`.
    """
    found = run(plan, folder, *options)
    assert found["found"] == []
    assert found["runs"] >= 2
    if hasattr(os, "getloadavg"):
        assert found["slowest_restart_s"] <= RESTART_S * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


#: (bug, mode, phase, where it shows); the usual run switches the first three on
BUGS = [
    ("search_ahead", "crash", "process", "bug.search"),
    ("ledger_first", "crash", "collect", "bug.archive"),
    ("imported_twice", "crash", "html", "desk.after_commit"),
    ("early_ack", "crash", "import", "delta.after"),
    ("no_restore", "crash", "import", "delta.after"),
    ("no_dedup", "crash", "import", "desk.after_commit"),
    ("commit_first", "crash", "import", "bug.delta"),
    ("commit_first", "crash", "process", "bug.delta"),
    ("decisions_twice", "crash", "process", "delta.after"),
    ("findings_apart", "crash", "process", "bug.findings"),
    ("manifest_first", "crash", "report", "bug.save"),
    ("swallowed_error", "io", "process", "delta.before"),
    ("silent_report", "io", "report", "save.before"),
    ("no_archive_sync", "crash", "collect", "desk.after_commit"),
    ("tail_kept", "crash", "warc", "fsync.before diembao"),
    ("readings_first", "crash", "collect", "bug.readings"),
    ("plan_first", "crash", "collect", "bug.plan"),
    ("page_settled_first", "crash", "collect", "bug.settled"),
    ("rules_forgotten", "crash", "collect", "desk.after_commit"),
    ("run_forgotten", "crash", "collect", "desk.after_commit"),
    ("no_dedup", "crash", "collect", "desk.after_commit"),
    ("early_ack", "crash", "html", "delta.before"),
    ("gap_acknowledged", "io", "collect", "desk.before_commit"),
    ("batch_dropped", "io", "collect", "delta.before"),
    ("read_on_add", "crash", "warc", "desk.after_commit"),
    ("worker_stays", "crash", "collect", "desk.after_commit"),
]


@pytest.mark.parametrize(("bug", "mode", "phase", "start"), BUGS if WHOLE else BUGS[:3])
def test_planted_bugs_of_the_commands_are_seen(
    folder: Path, bug: str, mode: str, phase: str, start: str
) -> None:
    """A command that breaks a rule on purpose is found out."""
    found = run(f"{mode}:{phase}", folder, "--bug", bug, "--start", start, "--take", "6")
    assert found["found"] != []
