"""Planted bugs: each breaks one rule of the stores on purpose, and the harness must find it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import press_bugs
from children import Tell

from diembao.app import reports
from diembao.corpus import CorpusReader, CorpusWriter, tables, writer
from diembao.corpus.search import SearchIndex
from diembao.desk import findings, known, steps
from diembao.errors import DiembaoError

#: the bug of this run
chosen: str | None = None


def switch_on(tell: Tell) -> None:
    """Switch the chosen bug on in this process."""
    if chosen is not None:
        BUGS[chosen](tell)


def early_ack(tell: Tell) -> None:
    """Acknowledges a batch before it is committed."""
    append = CorpusWriter.append_batch

    def append_batch(self: CorpusWriter, batch: Any) -> Any:
        rows = {name: table.num_rows for name, table in batch.tables.items()}
        if not batch.is_empty:
            tell({"ack": self.commit.batch_no + 1, "rows": rows})
        return append(self, batch)

    CorpusWriter.append_batch = append_batch  # type: ignore[method-assign]


def no_restore(tell: Tell) -> None:
    """Takes over what a crash left in the tables instead of rolling it back."""
    tables.restore_table = lambda table, path, version, *, batch_no: int(table.version())


def no_dedup(tell: Tell) -> None:
    """Forgets which sightings are stored already."""
    known.Known.find_sightings = lambda self, keys: set()  # type: ignore[method-assign]
    known.Known.add_sightings = lambda self, keys: None  # type: ignore[method-assign]


def commit_first(tell: Tell) -> None:
    """Commits the set of versions before the tables are written."""
    append = CorpusWriter.append_batch

    def append_batch(self: CorpusWriter, batch: Any) -> Any:
        delayed: list[Callable[[], int]] = []
        real = tables.append_rows

        def later(table: Any, path: Path, rows: Any, **named: Any) -> int:
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


def swallowed_error(tell: Tell) -> None:
    """Goes on after a failed write as if nothing had happened."""
    for name in ("add_articles", "add_decisions"):
        add = getattr(CorpusWriter, name)

        def quiet(self: CorpusWriter, *args: Any, add: Any = add, **named: Any) -> Any:
            try:
                return add(self, *args, **named)
            except DiembaoError:
                self._is_broken = False
                return writer.CommitInfo(self.commit.commit_no, None, self.commit.versions)

        setattr(CorpusWriter, name, quiet)


def decisions_twice(tell: Tell) -> None:
    """Asks about every revision again and stores the answers again."""
    CorpusWriter._find_decided = lambda self, decided: set()  # type: ignore[method-assign]
    pending = CorpusReader.list_pending

    def everything(self: CorpusReader, topic_id: str, profile_hash: str, *, rows: int = 2_000) -> Any:
        return pending(self, topic_id, "", rows=rows)

    CorpusReader.list_pending = everything  # type: ignore[method-assign]


def search_ahead(tell: Tell) -> None:
    """Says in the index that it is up to date before it is."""
    write = SearchIndex._write

    def ahead(self: SearchIndex, reader: CorpusReader, *args: Any, **named: Any) -> int:
        batches = CorpusReader.batches
        CorpusReader.batches = lambda *a, **n: iter(())  # type: ignore[method-assign]
        try:
            write(self, reader, *args, **named)
        finally:
            CorpusReader.batches = batches  # type: ignore[method-assign]
        steps.step("bug.search")
        return write(self, reader, *args, **named)

    SearchIndex._write = ahead  # type: ignore[method-assign]


def findings_apart(tell: Tell) -> None:
    """Commits what a list of findings was computed from before the findings themselves."""

    def put(self: Any, kind: str, table: str, columns: str, rows: list[Any], basis: Any) -> int:
        with self._desk.transaction() as connection:
            if self.find_basis(kind) == dict(basis):
                return int(self._seq(kind, None))
            seq = int(self._desk.next_seq(kind))
            connection.execute(
                "INSERT INTO finding_lists (seq, kind, basis) VALUES (?, ?, ?)",
                (seq, kind, findings.dump_json(dict(basis))),
            )
        steps.step("bug.findings")
        marks = ", ".join("?" * (len(columns.split(",")) + 2))
        self._desk.write_many(
            f"INSERT INTO {table} (seq, place, {columns}) VALUES ({marks})",
            [(seq, place, *row) for place, row in enumerate(rows)],
        )
        return seq

    findings.Findings._put = put  # type: ignore[method-assign]


def manifest_first(tell: Tell) -> None:
    """Writes the manifest of a report before the files that it lists."""

    def save(files: Any, folder: Path) -> None:
        for name in sorted(files, reverse=True):
            if name == "manifest.json":
                (folder / name).write_bytes(files[name])
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            steps.step("bug.save")
            (folder / name).write_bytes(content)

    reports.save_report = save


def silent_report(tell: Tell) -> None:
    """Says nothing when the report could not be written."""
    save = reports.save_report

    def quiet(files: Any, folder: Path) -> None:
        try:
            save(files, folder)
        except DiembaoError:
            return

    reports.save_report = quiet


BUGS: dict[str, Callable[[Tell], None]] = {
    bug.__name__: bug
    for bug in (
        early_ack,
        no_restore,
        no_dedup,
        commit_first,
        swallowed_error,
        decisions_twice,
        search_ahead,
        findings_apart,
        manifest_first,
        silent_report,
        *press_bugs.BUGS,
    )
}
