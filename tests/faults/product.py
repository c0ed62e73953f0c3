"""Breaks the product's own commands (import, process, report, collect) and looks what is left, and how they go on.

Run as a program (`python tests/faults/product.py MODE:PHASE,… FOLDER`), so that it may fork children that die; the
children run command lines of `diembao`. Prints one JSON object.

Modes: `crash` kills at named points, `kill` sends SIGKILL at random moments, `restart` times a fresh start after a
kill, `io` lets single writes, syncs, renames and commits fail, `second` runs other commands while one writes.
With `--bug` a planted bug is switched on, and something must be found.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import deltalake  # noqa: F401  imported before the forks, so that children start fast
import duckdb  # noqa: F401
import pyarrow as pa
import pyarrow.parquet
import scipy.stats  # noqa: F401
import tantivy  # noqa: F401
import xlsxwriter  # noqa: F401

sys.path.insert(0, str(Path(__file__).parent))
import press_script as press
import product_bugs
import product_script as script
from children import Child, Place, Tell, kill_self
from product_work import AFTER, PAGES, PHASES, Found, Work, compare, tell_acks

from diembao.archive.recovery import FOLDER
from diembao.desk import steps

pa.set_cpu_count(1)
#: killing a process never undoes what it wrote; that all is synced in time is shown by test_durability.py
os.fsync = lambda handle: None

# ------------------------------------------------------------------ points


def list_points(work: Work, phase: str) -> list[str]:
    """The names of all points of an unbroken run, in order."""
    project = work.copy(work.bases[phase])

    def act(tell: Tell) -> None:
        names: list[str] = []
        tell_acks(phase, lambda _: None)
        product_bugs.switch_on(lambda _: None)
        steps.listener = names.append
        script.call(phase, work.files, project, lambda _: None)
        tell(names)

    code, lines = Child(act).finish()
    assert code == 0, lines
    return list(lines[0])


def choose(names: list[str], given: argparse.Namespace, places: tuple[str, ...] = ("",)) -> list[int]:
    """All points (of some kinds), or so many of them, evenly spread over the run."""
    wanted = [n for n, name in enumerate(names) if name.startswith(places)]
    if given.start:
        wanted = [n for n in wanted if names[n].startswith(given.start)]
    if given.take and len(wanted) > given.take:
        step = len(wanted) / given.take
        wanted = [wanted[int((n + 0.5) * step)] for n in range(given.take)]
    part, parts = (int(number) for number in given.part.split("/"))
    return wanted[part - 1 :: parts]


def break_at_points(work: Work, phase: str, given: argparse.Namespace) -> Iterator[Found]:
    """Kill the command at each chosen point."""
    names = list_points(work, phase)
    for turn, number in enumerate(choose(names, given)):
        project = work.copy(work.bases[phase])
        child = work.start(project, phase, _make_killer(project, phase, names, number), acks=True)
        code, lines = child.finish()
        orphans = press.list_orphans(child.pid)  # at once: to look at the folder takes longer than some live
        found = work.judge(project, phase, lines, _choose_after(phase, turn, given))
        found["problems"] += [f"worker {pid} outlived it" for pid in orphans]
        yield {
            "at": f"{phase} {number}/{len(names)} {names[number]}",
            "missed": code >= 0,
            **found,
        }


def _make_killer(project: Path, phase: str, names: list[str], number: int) -> Callable[[str], None]:
    """Kills at a point; where evidence is kept the power is cut, too, so that what was not synced is lost."""
    if phase not in PAGES:
        return Place(names, number, kill_self)
    power = press.Power(project / FOLDER)

    def cut() -> None:
        power.cut()
        kill_self()

    place = Place(names, number, cut)

    def listen(name: str) -> None:
        power.listen(name)
        place(name)

    return listen


def _choose_after(phase: str, turn: int, given: argparse.Namespace) -> list[str]:
    """How the work goes on: to a proved report, of very many runs every fourth; at times the report comes first."""
    is_short = not given.take and turn % 4
    if phase == "process" and (turn % 4 == 0 if not given.take else turn % 2 == 0):
        return ["report", "verify", "process"]  # it brings up to date what it needs
    return [
        name for name in AFTER[phase] if phase == "report" or not is_short or name not in ("report", "verify")
    ]


def kill_randomly(work: Work, phase: str, given: argparse.Namespace) -> Iterator[Found]:
    """Kill at random moments, up to three times before the work is done; the work ends well in between at times."""
    chance = random.Random(given.seed)
    project = work.copy(work.bases[phase])
    begin = time.monotonic()
    work.start(project, phase, acks=True).finish()
    whole_s = time.monotonic() - begin
    left = given.count
    while left > 0:  # a run that ended before its moment is no kill
        project = work.copy(work.bases[phase])
        lines: list[Any] = []
        moments = [chance.uniform(0, whole_s) for _ in range(min(left, chance.randint(1, 3)))]
        killed, orphans = 0, list[int]()
        for after_s in moments:
            child = work.start(project, phase, acks=True)
            code, told = child.finish(kill_after_s=after_s)
            lines += told
            killed += code < 0
            orphans += press.list_orphans(child.pid)
        left -= killed
        where = " ".join(f"{moment / whole_s:.2f}" for moment in moments)
        found = work.judge(project, phase, lines)
        found["problems"] += [f"worker {pid} outlived it" for pid in orphans]
        yield {"at": f"{phase} at {where} of {whole_s:.2f} s", "kills": killed, **found}


def restart_afresh(work: Work, phase: str, given: argparse.Namespace) -> Iterator[Found]:
    """Kill a command at commits spread over it, then run it in a fresh interpreter: how long until it is at work."""
    project = work.copy(work.bases[phase])
    commits = [name for name in list_points(work, phase) if name == "desk.after_commit"]
    for turn in range(given.count):
        project = work.copy(work.bases[phase])
        at = 1 + int((turn + 0.5) * (len(commits) - 1) / given.count)
        code, _ = run_afresh(work, phase, project, kill_at=at)
        assert code == -9, code
        code, told = run_afresh(work, phase, project)
        seconds = {name: round(told.get(name, 0.0), 2) for name in ("begun_s", "work_s")}
        problems = [] if code == 0 and told["exit"] == 0 else [f"cannot go on: {told}"]
        yield {"at": f"{phase} at commit {at}/{len(commits)}", "problems": problems, **seconds}


def run_afresh(work: Work, phase: str, project: Path, kill_at: int = 0) -> tuple[int, dict[str, Any]]:
    """Exit code of a command in an interpreter of its own, and what it told."""
    program = str(Path(__file__).with_name("restart_clock.py"))
    given = [phase, str(work.files), str(project), str(time.time()), json.dumps(press.ports), str(kill_at)]
    done = subprocess.run([sys.executable, program, *given], capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    return done.returncode, json.loads(lines[-1]) if lines else {"err": done.stderr[-500:]}


# ------------------------------------------------------------------ errors of the disk

#: where a failing call of the system is made up, and where the size of files is limited until the end of the part
RAISED = (
    "fsync.before", "save.before", "rename.before", "desk.before_commit", "recover.before_commit",
    "archive.create.before", "aside.before", "truncate.before",
)  # fmt: skip
LIMITED = ("delta.before", "search.before", "archive.write.before")


def break_io(work: Work, phase: str, given: argparse.Namespace) -> Iterator[Found]:
    """Let each write, sync, rename and commit fail once, by turns for want of space and by an I/O error."""
    names = list_points(work, phase)
    for turn, number in enumerate(choose(names, given, RAISED + LIMITED)):
        project = work.copy(work.bases[phase])
        code = (errno.ENOSPC, errno.EIO)[turn % 2]
        done = work.folder / "failed"
        done.unlink(missing_ok=True)

        def act(name: str = names[number], code: int = code, project: Path = project) -> None:
            (work.folder / "failed").touch()
            fail(name, code, project)

        listener = Place(names, number, act, mend)
        exit_code, lines = work.start(project, phase, listener, acks=True).finish()
        told = lines[-1] if lines else {}
        found = work.judge(project, phase, lines)
        problems = found["problems"]
        sentence = [line for line in told.get("err", "").splitlines() if not line.startswith("·")]
        is_clear = told.get("exit") == 5 and "Traceback" not in told["err"] and len(sentence) == 2
        if done.exists() and (exit_code or not is_clear):
            problems.append(f"no clear error: exit {exit_code}, {told}")
        yield {
            "at": f"{phase} {number}/{len(names)} {names[number]}",
            "missed": not done.exists(),
            **found,
            "said": sentence[:1],
        }


def mend() -> None:
    """Files may grow again: a disk that was full has room for what comes next."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def fail(name: str, code: int, project: Path) -> None:
    """What the system does at this point: refuses the call, or every further byte of a file."""
    if name.startswith(LIMITED):
        path = project / FOLDER / name.partition(" ")[2]
        size = path.stat().st_size if path.is_file() else 0  # evidence is written in part
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, resource.RLIM_INFINITY))
        return
    if "commit" in name:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL if code == errno.ENOSPC else sqlite3.SQLITE_IOERR
        raise error
    raise OSError(code, os.strerror(code))


# ------------------------------------------------------------------ two at once


#: which command is held, at which point, the how manieth time it comes there
BESIDE = {
    "import": [("more", "delta.after", 2), ("more", "desk.before_commit", 4)],
    "process": [("process", "search.before_commit", 1)],
}


def run_beside(work: Work, phase: str, given: argparse.Namespace) -> Iterator[Found]:
    """Stop a command in the middle of its writing and run others: writers are refused, readers read."""
    project = work.copy(work.bases["report"])
    if phase == "process":
        work.must(project, ["more"])
    for held, name, turn in BESIDE[phase]:
        base = work.copy(project, "held")
        go_read, go_write = os.pipe()
        seen: list[str] = []

        def wait(
            point: str, name: str = name, turn: int = turn, seen: list[str] = seen, go: int = go_read
        ) -> None:
            if point.startswith(name):
                seen.append(point)
                if len(seen) == turn:
                    _HELD[0]({"held": point})
                    os.read(go, 1)

        def act(tell: Tell, base: Path = base, held: str = held, wait: Callable[..., None] = wait) -> None:
            _HELD[:] = [tell]
            steps.listener = wait
            script.call(held, work.files, base, tell)

        first = Child(act)
        first.wait_for(b'"held"')
        problems = []
        is_open = name == "desk.before_commit"  # inside a transaction other writers wait, then give up
        for arguments, wanted in _list_others(work, base, is_open):
            begin = time.monotonic()
            _, lines = Child(lambda tell, a=arguments: script.run_line(a, tell) and None).finish()
            told = lines[-1]
            if told.get("exit") != wanted:
                problems.append(f"{arguments[2:4]} beside {held} at {name}: {told}")
            if time.monotonic() - begin > 30:
                problems.append(f"{arguments[2:4]} waited for {time.monotonic() - begin:.0f} s")
        os.write(go_write, b"x")
        code, lines = first.finish()
        if code or lines[-1]["exit"]:
            problems.append(f"the first did not end well: {lines[-1]}")
        alone = work.copy(project, "alone")
        work.must(alone, [held])
        problems += compare(work.describe(phase, base), work.describe(phase, alone))
        yield {"at": f"{held} held at {name}", "problems": problems}


_HELD: list[Tell] = []


def _list_others(work: Work, base: Path, is_open: bool) -> Iterator[tuple[list[str], int]]:
    here = ["-C", str(base)]
    yield [*here, "articles", "list", "--limit", "3"], 0
    yield [*here, "articles", "search", '"hoi lang"'], 0
    yield script.list_command("verify", work.files, base), 0
    yield [*here, "verify"], 0
    if not is_open:
        yield script.list_command("import", work.files, base), 6
        yield script.list_command("process", work.files, base), 6
    yield script.list_command("more", work.files, base), 6


# ------------------------------------------------------------------ the program


def main() -> None:
    """Run one mode and print what was found."""
    parser = argparse.ArgumentParser()
    modes = {
        "crash": break_at_points,
        "kill": kill_randomly,
        "restart": restart_afresh,
        "io": break_io,
        "second": run_beside,
    }
    parser.add_argument("plan", help=f"MODE:PHASE,… of {', '.join(modes)} and {', '.join(PHASES)}")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--take", type=int, default=0, help="so many points of each phase; 0: all")
    parser.add_argument("--part", default="1/1", help="this part of the points only, for two machines")
    parser.add_argument("--start", default="", help="points whose name begins so")
    parser.add_argument("--count", type=int, default=50, help="how many random kills of each phase")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bug", choices=product_bugs.BUGS)
    given = parser.parse_args()
    begin = time.monotonic()
    plan = [part.split(":") for part in given.plan.split(",")]
    work = Work(given.folder, {phase for _, phase in plan})
    product_bugs.chosen = given.bug
    runs: list[Found] = []
    for mode, phase in plan:
        for found in modes[mode](work, phase, given):
            runs.append({**found, "mode": mode})
            if len(runs) % 50 == 0:
                print(f"{len(runs)} runs in {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
            if found["problems"]:
                print(json.dumps(found, ensure_ascii=False)[:3000], file=sys.stderr, flush=True)
                if given.bug:
                    break
    counts = Counter(f"{run['mode']}:{run['at'].split()[0]}" for run in runs)
    print(
        json.dumps(
            {
                "runs": len(runs),
                "counts": counts,
                "kills": sum(run.get("kills", 0) for run in runs),
                "missed": sum(run.get("missed", False) for run in runs),
                "slowest_restart_s": max(
                    (max(run.get("begun_s", 0.0), run.get("work_s", 0.0)) for run in runs), default=0.0
                ),
                "restarts_s": _sum_up_restarts(runs),
                "wall_s": round(time.monotonic() - begin, 1),
                "said": sorted({line for run in runs for line in run.get("said", [])})[:40],
                "found": [run for run in runs if run["problems"]],
            }
        )
    )


def _sum_up_restarts(runs: list[Found]) -> dict[str, list[float]]:
    """Median and maximum for each mode and phase: until the command had begun, and until its first work."""
    seconds: dict[str, list[float]] = {}
    for run in runs:
        for name in ("begun_s", "work_s"):
            if run.get(name):
                seconds.setdefault(f"{run['mode']}:{run['at'].split()[0]} {name}", []).append(run[name])
    return {name: [round(f(found), 2) for f in (statistics.median, max)] for name, found in seconds.items()}


if __name__ == "__main__":
    main()
