"""Opening for writing: make missing tables, and roll back whatever was never committed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from diembao.corpus import tables
from diembao.corpus.schemas import TABLES
from diembao.desk import Commit, Desk
from diembao.desk.steps import step
from diembao.errors import CorpusError

if TYPE_CHECKING:
    from deltalake import DeltaTable


def recover(folder: Path, desk: Desk) -> Commit:
    """The committed set, with every table's newest version holding exactly what is committed.

    It may die anywhere and run again: a table that already holds the committed files is left alone.
    """
    last = desk.commits.last()
    committed = dict(last.versions) if last is not None else {}
    batch_no = last.batch_no if last is not None else 0
    versions = {name: _recover_table(folder, name, committed.get(name), batch_no) for name in TABLES}
    if versions != committed:
        step("recover.before_commit")
        desk.commits.add(
            "create" if last is None else "recover",
            batch_no=batch_no,
            batch_id=last.batch_id if last is not None else "",
            versions=versions,
            rows={},
        )
    now = desk.commits.last()
    assert now is not None
    return now


def _recover_table(folder: Path, name: str, committed: int | None, batch_no: int) -> int:
    path = tables.table_folder(folder, name)
    if committed is None:
        tables.create_table(folder, name)
        committed = 0  # version 0 is the empty table; rows beyond it were never committed
    tables.set_aside_broken(path, committed)
    table = _open_newest(folder, name)
    newest = int(table.version())
    if newest < committed:
        raise CorpusError(
            "{table} stands at version {newest}, but version {committed} was committed: files are missing",
            key="corpus.behind",
            next_step="restore the whole project folder from one backup",
            table=str(path),
            newest=newest,
            committed=committed,
        )
    if newest == committed:
        return committed
    _check_desk_is_current(path, committed, newest, batch_no)
    wanted = tables.list_files(tables.open_table(folder, name, committed), path)
    if tables.list_files(table, path) != wanted:
        step(f"restore.before {name}")
        newest = tables.restore_table(table, path, committed, batch_no=batch_no)
        step(f"restore.after {name}")
    tables.sync_versions(path, range(committed + 1, newest + 1))
    return newest


def _open_newest(folder: Path, name: str) -> DeltaTable:
    try:
        return tables.open_table(folder, name)
    except CorpusError:
        # a checkpoint that was cut off: everything in it stands in the log entries too
        if not tables.set_aside_checkpoints(tables.table_folder(folder, name)):
            raise
        return tables.open_table(folder, name)


def _check_desk_is_current(path: Path, committed: int, newest: int, batch_no: int) -> None:
    """A crash leaves one batch too many; more means that the desk is an older copy than the tables."""
    for version in range(committed + 1, newest + 1):
        found = tables.find_batch_no(path, version)
        if found is not None and found > batch_no + 1:
            raise CorpusError(
                "{table} holds batch {found}, the desk ends at batch {batch_no}: the desk is an older copy",
                key="corpus.older_desk",
                next_step="restore desk.sqlite and the corpus folder from the same backup",
                table=str(path),
                found=found,
                batch_no=batch_no,
            )
