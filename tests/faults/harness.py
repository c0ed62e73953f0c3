"""Breaks a scripted import at every step and looks whether anything acknowledged was lost or doubled.

Run as a program (`python tests/faults/harness.py MODE FOLDER …`), so that it may fork children that die: it
imports everything first and never uses the table store itself. Prints one JSON object.

Modes: `crash` kills at each step (before and after each write, fsync, commit), `kill` sends SIGKILL at random
moments, `io` lets each fsync and each desk commit fail once, `space` limits the size of files. With `--bug`
one of the planted bugs below is switched on, and the harness must find something.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import random
import resource
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import deltalake  # noqa: F401  imported before the forks, so that children start fast
import duckdb  # noqa: F401
import pyarrow as pa
import pyarrow.parquet
import tantivy  # noqa: F401

sys.path.insert(0, str(Path(__file__).parent))
import scenario
from children import Child, Counter, kill_self

from diembao.corpus import Batch, CorpusWriter, tables, writer
from diembao.desk import known, steps
from diembao.errors import DiembaoError

pa.set_cpu_count(1)
#: killing a process never undoes what it wrote, so the sync itself adds nothing here but time; that every
#: file is synced before the commit is shown by test_durability.py
os.fsync = lambda handle: None

# ------------------------------------------------------------------ planted bugs


def _bug_early_ack() -> None:
    """Acknowledges a batch before it is committed."""
    original = scenario.import_file

    def import_file(
        corpus: CorpusWriter, desk: Any, name: str, ack: Callable[[scenario.Ack], None] = lambda _: None
    ) -> None:
        add = corpus.add_articles
        numbers = iter(range(100))

        def early(*args: Any, **named: Any) -> Any:
            ack((name, next(numbers)))
            return add(*args, **named)

        corpus.add_articles = early  # type: ignore[method-assign]
        original(corpus, desk, name)

    scenario.import_file = import_file


def _bug_no_restore() -> None:
    """Takes over what a crash left in the tables instead of rolling it back."""
    tables.restore_table = lambda table, path, version, *, batch_no: int(table.version())


def _bug_no_dedup() -> None:
    """Forgets which sightings are stored already."""
    known.Known.find_sightings = lambda self, keys: set()  # type: ignore[method-assign]
    known.Known.add_sightings = lambda self, keys: None  # type: ignore[method-assign]


def _bug_commit_first() -> None:
    """Commits the set of versions before the tables are written."""
    append = CorpusWriter.append_batch

    def append_batch(self: CorpusWriter, batch: Batch) -> Any:
        if batch.is_empty:
            return append(self, batch)
        delayed: list[Callable[[], int]] = []
        real = tables.append_rows

        def later(table: Any, path: Path, rows: pa.Table, **named: Any) -> int:
            delayed.append(lambda: real(table, path, rows, **named))
            return int(table.version()) + 1

        writer.tables.append_rows = later
        try:
            info = append(self, batch)
        finally:
            writer.tables.append_rows = real
        for write in delayed:
            steps.step("bug.delta")
            write()
        return info

    CorpusWriter.append_batch = append_batch  # type: ignore[method-assign]


def _bug_swallowed_error() -> None:
    """Goes on after a failed write as if nothing had happened."""
    add = CorpusWriter.add_articles

    def add_articles(self: CorpusWriter, *args: Any, **named: Any) -> Any:
        try:
            return add(self, *args, **named)
        except DiembaoError:
            self._is_broken = False
            return None

    CorpusWriter.add_articles = add_articles  # type: ignore[method-assign]


BUGS: dict[str, Callable[[], None]] = {
    "early_ack": _bug_early_ack,
    "no_restore": _bug_no_restore,
    "no_dedup": _bug_no_dedup,
    "commit_first": _bug_commit_first,
    "swallowed_error": _bug_swallowed_error,
}

# ------------------------------------------------------------------ the script under faults


def _play(folder: Path, files: str = "a", listener: Callable[[str], None] | None = None) -> Child:
    def act(tell: Callable[[object], None]) -> None:
        steps.listener = listener
        scenario.play(folder, lambda ack: tell({"ack": ack}), files)

    return Child(act)


def _acks(lines: list[Any]) -> list[scenario.Ack]:
    return [(line["ack"][0], line["ack"][1]) for line in lines if "ack" in line]


def judge(folder: Path, acked: list[scenario.Ack], reference: dict[str, object]) -> list[str]:
    """What is wrong after a fault: losses now, and any difference after resuming with another file first."""
    code, lines = Child(lambda tell: tell(scenario.find_losses(folder, acked))).finish()
    if code:
        return [f"cannot be looked at: {lines}"]
    problems = list(lines[0])
    code, lines = _play(folder, "ba").finish()
    if code:
        return [*problems, f"cannot go on: {lines[-1:]}"]
    code, lines = Child(lambda tell: tell(scenario.describe(folder))).finish()
    if code:
        return [*problems, f"cannot be described: {lines}"]
    problems += [
        f"{key} differs: {lines[0][key]!r}"[:400] for key in reference if lines[0][key] != reference[key]
    ]
    return problems


# ------------------------------------------------------------------ modes


def list_steps(folder: Path) -> list[str]:
    """The names of all steps of an unbroken run, in order."""

    def act(tell: Callable[[object], None]) -> None:
        names: list[str] = []
        steps.listener = names.append
        scenario.play(folder, lambda _: None)
        tell(names)

    code, lines = Child(act).finish()
    assert code == 0, lines
    return list(lines[0])


def choose(names: list[str], given: argparse.Namespace) -> list[int]:
    """Every step, or every n-th of one of each kind (the same fsync in the same part counts once)."""
    if given.whole:
        return list(range(len(names)))
    start = next((number for number, name in enumerate(names) if name.startswith(given.start)), 0)
    seen: set[tuple[str, ...]] = set()
    chosen: list[int] = []
    part = ""
    for number, name in enumerate(names):
        kind = name
        if name.startswith("fsync"):
            suffix = Path(name.rstrip("/")).suffix or name.split()[1].partition("=")[0]
            kind = f"{name.split()[0]} {suffix}"
        else:
            part = name
        if (part, kind) not in seen:
            seen.add((part, kind))
            chosen.append(number)
    return [number for number in chosen if number >= start][:: given.every]


def break_at_steps(given: argparse.Namespace, reference: dict[str, object]) -> Iterator[Any]:
    """Kill the process at each chosen step."""
    work = given.folder
    names = list_steps(work / "steps")
    for number in choose(names, given):
        folder = work / "run"
        listener = Counter(number, kill_self)
        _, lines = _play(folder, listener=listener).finish()
        problems = judge(folder, _acks(lines), reference)
        yield {"at": f"{number} {names[number]}", "problems": problems}
        shutil.rmtree(folder)
        if given.bug and problems:
            return


def break_io(given: argparse.Namespace, reference: dict[str, object]) -> Iterator[Any]:
    """Let each fsync and each commit of the desk fail once."""
    work = given.folder
    names = list_steps(work / "steps")
    places = ("fsync.before", "desk.before_commit")
    every_step = argparse.Namespace(**{**vars(given), "every": 1})
    chosen = [n for n in choose(names, every_step) if names[n].startswith(places)][:: given.every]
    for turn, number in enumerate(chosen):
        folder = work / "run"
        code = (errno.ENOSPC, errno.EIO)[turn % 2]

        def fail(code: int = code, is_desk: bool = names[number].startswith("desk")) -> None:
            if is_desk:
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorcode = sqlite3.SQLITE_FULL
                raise error
            raise OSError(code, os.strerror(code))

        exit_code, lines = _play(folder, listener=Counter(number, fail)).finish()
        said = [line for line in lines if "error" in line]
        problems = judge(folder, _acks(lines), reference)
        if exit_code != 3 or [line["error"] for line in said] != ["StorageError"]:
            problems.append(f"no clear error: exit {exit_code}, {lines[-1:]}")
        yield {"at": f"{number} {names[number]}", "problems": problems, "said": said}
        shutil.rmtree(folder)
        if given.bug and problems:
            return


def limit_space(given: argparse.Namespace, reference: dict[str, object]) -> Iterator[Any]:
    """Refuse writes beyond a file size, as a full disk would: everywhere, and in one part of the work."""
    parts = [
        "create",
        "delta.before texts",
        "delta.before items",
        "delta.before decisions",
        "compact",
        "erase",
    ]
    plans = [("", size) for size in (0, 30_000, 200_000)]
    plans += [(part, size) for size in (0, 900) for part in (*parts, "search")]
    for part, size in plans[:: given.every]:
        folder = given.folder / "run"
        folder.mkdir()

        def act(
            tell: Callable[[object], None], size: int = size, folder: Path = folder, part: str = part
        ) -> None:
            def limit(bytes_: int) -> None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, resource.RLIM_INFINITY))

            def listen(name: str) -> None:
                if name.startswith(part.partition(" ")[0].partition(".")[0]) and "after" in name:
                    limit(resource.RLIM_INFINITY)
                elif name.startswith(part):
                    limit(size)

            if part:
                steps.listener = listen
            else:
                limit(size)
            scenario.play(folder, lambda ack: tell({"ack": ack}))

        exit_code, lines = Child(act).finish()
        said = [line for line in lines if "error" in line]
        problems = judge(folder, _acks(lines), reference)
        if exit_code != 0 and (exit_code != 3 or said[0]["error"] != "StorageError"):
            problems.append(f"no clear error: exit {exit_code}, {lines[-1:]}")
        yield {"at": f"{part or 'all'}: files up to {size} bytes", "problems": problems, "said": said}
        shutil.rmtree(folder)
        if given.bug and problems:
            return


def kill_randomly(given: argparse.Namespace, reference: dict[str, object]) -> Iterator[Any]:
    """Kill at random moments, often several times before the work is done."""
    work, count = given.folder, given.count
    chance = random.Random(given.seed)
    begin = time.monotonic()
    _play(work / "pace").finish()
    whole_s = time.monotonic() - begin
    done = 0
    while done < count:
        folder = work / "run"
        acked: list[scenario.Ack] = []
        for _ in range(min(3, count - done)):
            after_s = chance.uniform(0, whole_s)
            _, lines = _play(folder).finish(kill_after_s=after_s)
            done += 1
            acked = sorted({*acked, *_acks(lines)})
        problems = judge(folder, acked, reference)
        yield {"at": f"kills up to {done}", "problems": problems}
        shutil.rmtree(folder, ignore_errors=True)
        if given.bug and problems:
            return


def _make_reference(work: Path) -> dict[str, object]:
    folder = work / "reference"
    for files in ("a", "ba"):
        code, lines = _play(folder, files).finish()
        assert code == 0, lines
    code, lines = Child(lambda tell: tell(scenario.describe(folder))).finish()
    assert code == 0, lines
    assert lines[0]["broken"] == [], lines
    return dict(lines[0])


def main() -> None:
    """Run one mode and print what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["crash", "io", "space", "kill"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--start", default="")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bug", choices=sorted(BUGS))
    given = parser.parse_args()
    reference = _make_reference(given.folder)
    if given.bug:
        BUGS[given.bug]()
    modes = {"crash": break_at_steps, "io": break_io, "space": limit_space, "kill": kill_randomly}
    runs = list(modes[given.mode](given, reference))
    print(json.dumps({"runs": len(runs), "found": [run for run in runs if run["problems"]], "all": runs}))


if __name__ == "__main__":
    main()
