"""Evidence survives: at every point of writing and of recovery the process may die or the power may be cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.archive_fixture import FixedClock, make_exchange

from diembao.archive import ArchiveWriter, read_capture
from diembao.archive import writer as writing
from diembao.archive.verify import verify_archive
from diembao.desk import steps
from diembao.errors import CorpusError, StorageError
from diembao.types import Capture

pytestmark = pytest.mark.faults

BODIES = [b"<p>page %d</p>" % number * 30 for number in range(6)]


class StopError(BaseException):
    """The process ends here."""


@dataclass
class Disk:
    """What of the archive folder is sure to be there after the power was cut: synced bytes under synced names."""

    folder: Path
    stop_at: int = 10**9
    points: int = 0
    synced: dict[str, int] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def listen(self, point: str) -> None:
        """Note what is synced; end the process at the wanted point."""
        if point == "fsync.after archive/":
            self.named |= {path.name for path in self.files()}
        elif point.startswith("fsync.after "):
            path = self.folder / "archive" / point.removeprefix("fsync.after ")
            if path.is_file():
                self.synced[path.name] = path.stat().st_size
        self.points += 1
        if self.points == self.stop_at:
            raise StopError

    def files(self) -> list[Path]:
        """The WARC files there are."""
        archive = self.folder / "archive"
        return sorted(archive.glob("*.warc.gz")) if archive.is_dir() else []

    def cut_power(self, part: float) -> None:
        """Lose names that were not synced, and of each file the unsynced bytes but for a part of them."""
        for path in self.files():
            if path.name not in self.named:
                path.unlink()
                continue
            size, sure = path.stat().st_size, self.synced.get(path.name, 0)
            with path.open("r+b") as file:
                file.truncate(min(size, sure + int((size - sure) * part)))


@dataclass
class Ledger:
    """What was acknowledged, as the desk would have it."""

    captures: list[Capture] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=dict)


@pytest.fixture(autouse=True)
def _silence() -> Iterator[None]:
    yield
    steps.listener = None


def collect(disk: Disk, ledger: Ledger) -> None:
    """Open, and write what is not acknowledged yet; files are full after two pages."""
    steps.listener = disk.listen
    try:
        with ArchiveWriter.open(disk.folder, ledger.ends, clock=FixedClock(), rotate_bytes=2_200) as writer:
            for number in range(len(ledger.captures), len(BODIES)):
                captures = writer.append([make_exchange(number, BODIES[number])])
                writer.sync()
                ends = writer.committed_ends()
                ledger.captures, ledger.ends = [*ledger.captures, *captures], ends
    finally:
        steps.listener = None


def check(folder: Path, ledger: Ledger) -> None:
    """Everything acknowledged is there, once, with its body."""
    by_record = {capture.record_id: capture for capture in ledger.captures}
    assert list(verify_archive(folder, ledger.captures, ledger.ends, lookup=by_record.get)) == []
    bodies = [read_capture(folder, capture).body for capture in ledger.captures]
    assert bodies == BODIES[: len(bodies)]


def count_points(folder: Path) -> int:
    """The points of an undisturbed run."""
    disk, ledger = Disk(folder), Ledger()
    collect(disk, ledger)
    check(folder, ledger)
    assert len(disk.files()) >= 3
    return disk.points


HARMS: dict[str, Callable[[Disk], None]] = {
    "killed": lambda disk: None,
    "power cut": lambda disk: disk.cut_power(0.0),
    "power cut with half a tail": lambda disk: disk.cut_power(0.5),
}


@pytest.mark.parametrize("harm", sorted(HARMS))
def test_nothing_acknowledged_is_lost_at_any_point(tmp_path: Path, harm: str) -> None:
    """Stopped at each point and started again, and stopped again while recovering: nothing acknowledged is lost
    or doubled, and the run comes to its end.
    """
    total = count_points(tmp_path / "whole")
    assert total > 40
    for stop_at in range(1, total + 1):
        disk, ledger = Disk(tmp_path / str(stop_at), stop_at), Ledger()
        with pytest.raises(StopError):
            collect(disk, ledger)
        HARMS[harm](disk)
        again = Disk(disk.folder, 1 + stop_at % 9, synced=disk.synced, named=disk.named)
        with suppress(StopError):  # near the end it has fewer points left than that
            collect(again, ledger)
        collect(Disk(disk.folder), ledger)
        assert len(ledger.captures) == len(BODIES)
        check(disk.folder, ledger)


def _skip_sync(writer: ArchiveWriter) -> None:
    writer._is_dirty = False


def _keep_tail(archive: Path, committed: dict[str, int]) -> None:
    """A start that trusts whatever it finds."""


@pytest.mark.parametrize("bug", ["no fsync", "tail is trusted"])
def test_a_planted_bug_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    """A writer without fsync, or a start that leaves the uncommitted tail, breaks the test above."""
    total = count_points(tmp_path / "whole")
    if bug == "no fsync":
        monkeypatch.setattr(ArchiveWriter, "_sync_file", _skip_sync)
    else:
        monkeypatch.setattr(writing, "recover", _keep_tail)
    noticed = 0
    for stop_at in range(1, total + 1):
        disk, ledger = Disk(tmp_path / str(stop_at), stop_at), Ledger()
        try:
            collect(disk, ledger)
        except StopError:
            disk.cut_power(0.0 if bug == "no fsync" else 1.0)
        try:
            collect(Disk(disk.folder), ledger)
            check(disk.folder, ledger)
        except (AssertionError, CorpusError, StorageError):
            noticed += 1
    assert noticed > 5
