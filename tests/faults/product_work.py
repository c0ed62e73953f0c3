"""The folders that the harness breaks: a base before each command, what an unbroken run leaves, and the judgement."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import press_script as press
import product_bugs
import product_script as script
from children import Child, Tell
from restart_clock import RestartClock

from diembao.app.project import init_project, open_project
from diembao.app.topics import get_topic, load_matcher, new_topic
from diembao.desk import steps

#: commands that build on each other; each chain has a project of its own
CHAINS = (("import", "process", "report"), ("collect", "again"), ("warc",), ("html",))
PHASES = tuple(phase for chain in CHAINS for phase in chain)
#: commands about pages, which keep evidence
PAGES = ("collect", "again", "warc", "html")
#: what is run before a phase (after that of the phase before), and what is run after it until all is done
BEFORE = {"process": ["import"], "report": ["process", "older"], "again": ["collect"]}
AFTER = {
    "import": ["import", "process", "report", "verify"],
    "process": ["process", "report", "verify"],
    "report": ["report", "verify"],
    "collect": ["collect", "again"],
    "again": ["again"],
    "warc": ["warc"],
    "html": ["html"],
}
Found = dict[str, Any]


class Work:
    """The input, a base folder for each phase, and what an unbroken run leaves."""

    def __init__(self, folder: Path, wanted: Iterable[str]) -> None:
        self.folder = folder
        self.files = folder / "files"
        self.bases: dict[str, Path] = {}
        self.references: dict[str, Found] = {}
        chains = [chain for chain in CHAINS if set(chain) & set(wanted)]
        if CHAINS[0] in chains:
            script.write_files(self.files)
        if chains != [CHAINS[0]]:
            self._open_press()
        for chain in chains:
            last = self._make_empty(chain[0])
            for phase in chain:
                self.bases[phase] = last = self.copy(last, f"base-{phase}")
                self.must(last, BEFORE.get(phase, []))
            done = self.copy(last, f"reference-{chain[0]}")
            self.must(done, AFTER[chain[-1]])
            reference = self.describe(chain[0], done)
            assert reference["broken"] == [], reference["broken"]
            self.references |= dict.fromkeys(chain, reference)

    def _open_press(self) -> None:
        """A process that serves the sample press until this one ends; and what is imported from it."""
        end, self._open_end = os.pipe()

        def act(tell: Tell) -> None:
            os.close(self._open_end)
            press.serve(tell, self.files, end)

        server = Child(act)
        press.ports |= server.read_line()["ports"]
        os.close(end)
        foreign = self.folder / "foreign"
        press.make_project(foreign, press.ARCHIVED)
        self.must(foreign, ["collect"])
        press.write_foreign(foreign, self.files / press.FOREIGN)

    def _make_empty(self, first: str) -> Path:
        empty = self.folder / f"empty-{first}"
        outlets = {"collect": press.COLLECTED, "warc": press.ARCHIVED, "html": (press.SAVED,)}
        if first in outlets:
            press.make_project(empty, outlets[first])
            return empty
        project = init_project(empty)
        new_topic(project, place="Lạng Sơn")
        new_topic(project, phrases=("chợ quê",), title="Chợ quê")
        for topic_id in script.TOPICS:
            load_matcher(get_topic(open_project(empty), topic_id))  # the children inherit it
        return empty

    def copy(self, base: Path, name: str = "run") -> Path:
        """A fresh copy of a folder."""
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(base, target)
        return target

    def must(self, project: Path, phases: list[str]) -> None:
        """Run phases that have to end well."""
        for phase in phases:
            code, lines = self.start(project, phase).finish()
            assert (code, lines[-1]["exit"]) == (0, 0), lines

    def start(
        self, project: Path, phase: str, listener: Callable[[str], None] | None = None, *, acks: bool = False
    ) -> Child:
        """A child that runs the command of a phase."""

        def act(tell: Tell) -> None:
            if acks:
                tell_acks(phase, tell)
                product_bugs.switch_on(tell)
            steps.listener = listener
            script.call(phase, self.files, project, tell)

        return Child(act)

    def describe(self, phase: str, project: Path) -> Found:
        """What a project holds in the end."""
        code, lines = Child(lambda tell: tell(_describe(phase, project))).finish()
        assert code == 0, lines
        return dict(lines[0])

    def judge(self, project: Path, phase: str, lines: list[Any], after: list[str] | None = None) -> Found:
        """What is wrong after a fault: at once, and any difference after the work was done again."""
        acked = {line["ack"]: line["rows"] for line in lines if "ack" in line}
        kept = {record_id for line in lines for record_id in line.get("kept", ())}

        def act(tell: Tell) -> None:
            product_bugs.switch_on(lambda _: None)
            tell({"problems": script.look(project, acked) + (press.look(project, kept) if kept else [])})
            before = press.list_acknowledged(project)
            begun_s, work_s = script.restart(project) if phase not in PAGES else 0.0, 0.0
            for name in AFTER[phase] if after is None else after:
                clock = RestartClock(time.monotonic())
                if phase in PAGES:
                    clock.watch()
                told = script.call(name, self.files, project, lambda _: None)
                begun_s, work_s = max(begun_s, clock.begun_s), max(work_s, clock.work_s)
                tell({"ran": name, "exit": told["exit"], "said": (told["out"] + told["err"])[-400:]})
            losses = press.find_losses(before, press.list_acknowledged(project))
            tell({"found": _describe(phase, project), "losses": losses, "begun_s": begun_s, "work_s": work_s})

        code, told = Child(act).finish()
        if code or not told:
            return {"problems": [f"cannot be looked at or cannot go on: {told[-1:]}"]}
        end = told[-1]
        problems = [*told[0]["problems"], *end["losses"]]
        problems += [f"cannot go on: {line}" for line in told[1:-1] if line["exit"]]
        built = any(line["ran"] == "report" for line in told[1:-1])
        wanted = {k: value for k, value in self.references[phase].items() if built or k != "numbers"}
        problems += compare(end["found"], wanted)
        return {"problems": problems, "begun_s": end["begun_s"], "work_s": end["work_s"]}


def _describe(phase: str, project: Path) -> Found:
    return press.describe(project) if phase in PAGES else script.describe(project)


def tell_acks(phase: str, tell: Tell) -> None:
    """From now on tell what is acknowledged."""
    script.tell_acks(tell)
    if phase in PAGES:
        press.tell_acks(tell)


def compare(found: Found, wanted: Found) -> list[str]:
    """Every part of a description that is not as it must be."""
    problems = []
    for key in sorted(wanted.keys() | found.keys()):
        one, other = found.get(key), wanted.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            parts = sorted(one.keys() | other.keys())
            other = {part: other.get(part) for part in parts if one.get(part) != other.get(part)}
            one = {part: one.get(part) for part in other}
        elif isinstance(one, list) and isinstance(other, list):
            one, other = _subtract(one, other), _subtract(other, one)
        if one != other:
            problems.append(f"{key} differs: {str(one)[:300]} instead of {str(other)[:300]}")
    return problems


def _subtract(one: list[Any], other: list[Any]) -> list[Any]:
    """What stands in the one and not in the other, as often as it is too much."""
    left = list(one)
    for value in other:
        if value in left:
            left.remove(value)
    return left
