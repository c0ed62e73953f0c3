"""Planted bugs of collecting and importing pages: each breaks one rule of keeping evidence on purpose."""

from __future__ import annotations

from typing import Any

from children import Tell

from diembao.app.collecting import evidence, intake
from diembao.app.collecting.batch import ReadingBatch
from diembao.app.collecting.collector import Collector
from diembao.archive import ArchiveWriter, writer
from diembao.desk import steps
from diembao.desk.captures import Captures
from diembao.desk.readings import Reading
from diembao.errors import DiembaoError
from diembao.sandbox import process


def ledger_first(tell: Tell) -> None:
    """Commits the ledger before the archive is written."""
    settle, late = Collector._settle, list[tuple[ArchiveWriter, bytes]]()
    write = ArchiveWriter._write_bytes

    def delay(self: ArchiveWriter, content: bytes) -> None:
        late.append((self, content))
        self._end += len(content)

    def settled(self: Collector, *args: Any) -> Any:
        ArchiveWriter._write_bytes = delay  # type: ignore[method-assign]
        try:
            kept = settle(self, *args)
        finally:
            ArchiveWriter._write_bytes = write  # type: ignore[method-assign]
        for archive, content in late:
            steps.step("bug.archive")
            archive._end -= len(content)
            write(archive, content)
        late.clear()
        return kept

    Collector._settle = settled  # type: ignore[method-assign]


def no_archive_sync(tell: Tell) -> None:
    """Never syncs the file of the archive."""

    def skip(self: ArchiveWriter) -> None:
        self._is_dirty = False

    ArchiveWriter._sync_file = skip  # type: ignore[method-assign]


def tail_kept(tell: Tell) -> None:
    """Starts on top of what was never acknowledged."""
    writer.recover = lambda archive, committed: None


def readings_first(tell: Tell) -> None:
    """Stores readings before their articles are in the corpus."""
    flush = ReadingBatch.flush

    def early(self: ReadingBatch) -> int:
        if self._readings:
            self._desk.readings.add(self._readings)
            self._readings.clear()
            steps.step("bug.readings")
        return flush(self)

    ReadingBatch.flush = early  # type: ignore[method-assign]


def plan_first(tell: Tell) -> None:
    """Stores what a feed listed before its entries are in the corpus and in the queue."""
    add = ReadingBatch.add_list

    def early(self: ReadingBatch, book: Any, name: str, now: Any) -> None:
        add(self, book, name, now)
        book.save([name])
        steps.step("bug.plan")

    ReadingBatch.add_list = early  # type: ignore[method-assign]


def page_settled_first(tell: Tell) -> None:
    """Takes a page off the queue before its evidence is kept."""
    settle = Collector._settle

    def early(self: Collector, wish: Any, fetched: Any) -> Any:
        if wish.page is not None:
            self._settle_page(wish.page, fetched, self._timer.now())
            steps.step("bug.settled")
        return settle(self, wish, fetched)

    Collector._settle = early  # type: ignore[method-assign]


def rules_forgotten(tell: Tell) -> None:
    """Counts rules of a host as known that were asked for and never read."""

    def forget(self: intake.Intake, purpose: str, kept: Any) -> None:
        self._desk.readings.add([Reading(kept.capture_id, "superseded")])

    intake.Intake._read_rules = forget  # type: ignore[method-assign]


def run_forgotten(tell: Tell) -> None:
    """Does not note a run that ended after its feeds were read."""
    intake.Intake._find_open_run = lambda self: None  # type: ignore[method-assign]


def gap_acknowledged(tell: Tell) -> None:
    """Goes on writing evidence after the ledger refused a record."""
    evidence.EvidenceRoom._refuse_gap = lambda self: None  # type: ignore[method-assign]


def batch_dropped(tell: Tell) -> None:
    """Drops what was read when it cannot be committed, and goes on."""
    flush = ReadingBatch.flush

    def quiet(self: ReadingBatch) -> int:
        try:
            return flush(self)
        except DiembaoError:
            self._arrivals.clear()
            return flush(self)

    ReadingBatch.flush = quiet  # type: ignore[method-assign]


def read_on_add(tell: Tell) -> None:
    """Marks pages of an archive as read when they are copied."""
    add = Captures.add_imported

    def marked(self: Captures, *args: Any) -> Any:
        with self._desk.transaction():
            kept = add(self, *args)
            self._desk.readings.add(Reading(one.capture_id, "article") for one in kept)
        return kept

    Captures.add_imported = marked  # type: ignore[method-assign]


def imported_twice(tell: Tell) -> None:
    """Copies a page again that is here already."""
    Captures.find_imported = lambda self, *args: None  # type: ignore[method-assign]


def worker_stays(tell: Tell) -> None:
    """Starts workers that do not end with the process that started them."""
    process._START = (
        "import sys, time; sys.path[:] = __import__('json').loads(sys.argv[1]); "
        "import diembao.sandbox.worker as w; w.watch_parent = lambda parent: None; "
        "import os; os.read = (lambda read: lambda *a: read(*a) or time.sleep(5) or b'')(os.read); "
        "w.main(int(sys.argv[2]))"
    )


BUGS = (
    ledger_first,
    no_archive_sync,
    tail_kept,
    readings_first,
    plan_first,
    page_settled_first,
    rules_forgotten,
    run_forgotten,
    gap_acknowledged,
    batch_dropped,
    read_on_add,
    imported_twice,
    worker_stays,
)
