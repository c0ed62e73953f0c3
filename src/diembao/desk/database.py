"""Opening the desk, its transactions, and its sequence number."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from diembao.desk.migrations import get_version, list_migrations, migrate
from diembao.desk.steps import step
from diembao.desk.times import SystemClock, to_us
from diembao.errors import CorpusError, DiembaoError, LockedError, StorageError
from diembao.ports import Clock

if TYPE_CHECKING:
    from diembao.desk.addresses import Addresses
    from diembao.desk.audit import Audit
    from diembao.desk.captures import Captures
    from diembao.desk.clips import Clips
    from diembao.desk.commits import Commits
    from diembao.desk.erasures import Erasures
    from diembao.desk.findings import Findings
    from diembao.desk.imports import Imports
    from diembao.desk.known import Known
    from diembao.desk.outlets import Outlets
    from diembao.desk.profiles import Profiles
    from diembao.desk.readings import Readings
    from diembao.desk.releases import Releases
    from diembao.desk.runs import Runs
    from diembao.desk.schedule import Schedule
    from diembao.desk.snapshots import Reports, Snapshots
    from diembao.desk.stories import Stories

FILE_NAME = "desk.sqlite"
#: a transaction of another process is short; a desk that stays busy for longer is in trouble
BUSY_TIMEOUT_S = 10.0


class Desk:
    """The open desk of a project; each use has its own part (`desk.outlets`, `desk.imports`, …)."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, read_only: bool, clock: Clock) -> None:
        self.connection = connection
        self.path = path
        self.read_only = read_only
        self.clock = clock
        self._depth = 0

    # -------------------------------------------------------------- opening

    @classmethod
    def open(cls, folder: Path, *, read_only: bool = False, clock: Clock | None = None) -> Desk:
        """The desk of a project folder; opened for writing it is made if missing, and migrated."""
        path = folder / FILE_NAME
        if read_only and not path.is_file():
            raise CorpusError(
                "there is no {file} in {folder}",
                key="desk.missing",
                next_step="import something first, or restore the file from a backup",
                file=FILE_NAME,
                folder=str(folder),
            )
        with _translated(path):
            connection = _connect(path, read_only)
            try:
                _configure(connection, read_only)
                if read_only:
                    _check_version(connection, path)
                else:
                    migrate(connection, path)
            except BaseException:
                connection.close()
                raise
        return cls(connection, path, read_only=read_only, clock=clock or SystemClock())

    def close(self) -> None:
        """Close the file; an open transaction is rolled back."""
        self.connection.close()

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -------------------------------------------------------------- reading and writing

    def rows(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with _translated(self.path):
            return self.connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with _translated(self.path):
            found: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
            return found

    def write(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> None:
        """Run one statement inside a transaction."""
        with self.transaction():
            self.connection.execute(sql, values)

    def write_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for many rows inside a transaction."""
        with self.transaction():
            self.connection.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; inside another transaction it joins that one."""
        if self._depth:
            yield self.connection
            return
        if self.read_only:
            raise StorageError(
                "{file} was opened for reading only",
                key="desk.read_only",
                next_step="open the project for writing",
                file=str(self.path),
            )
        with _translated(self.path):
            step("desk.begin")
            self.connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self.connection
                step("desk.before_commit")
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1
            step("desk.after_commit")

    def next_seq(self, kind: str) -> int:
        """A new sequence number; only inside a transaction, so that a number never stays without its rows."""
        if not self._depth:
            raise RuntimeError("a sequence number is given inside a transaction only")
        cursor = self.connection.execute(
            "INSERT INTO sequence (kind, at_us) VALUES (?, ?)", (kind, self.now_us())
        )
        return int(cursor.lastrowid or 0)

    @property
    def seq(self) -> int:
        """The last sequence number given (0 on an empty desk)."""
        row = self.row("SELECT coalesce(max(seq), 0) FROM sequence")
        return int(row[0]) if row else 0

    def now_us(self) -> int:
        """The present moment as the desk keeps it."""
        return to_us(self.clock.now())

    # -------------------------------------------------------------- parts

    @cached_property
    def outlets(self) -> Outlets:
        """Outlets, their feeds, and classes of the project's own."""
        from diembao.desk.outlets import Outlets

        return Outlets(self)

    @cached_property
    def runs(self) -> Runs:
        """When a collector ran, and which feeds it was told to read."""
        from diembao.desk.runs import Runs

        return Runs(self)

    @cached_property
    def imports(self) -> Imports:
        """Each import with its counts and refusals."""
        from diembao.desk.imports import Imports

        return Imports(self)

    @cached_property
    def captures(self) -> Captures:
        """Attempts, and where in the archive each response lies."""
        from diembao.desk.captures import Captures

        return Captures(self)

    @cached_property
    def readings(self) -> Readings:
        """What was read from each capture."""
        from diembao.desk.readings import Readings

        return Readings(self)

    @cached_property
    def schedule(self) -> Schedule:
        """What is due, and inputs in quarantine."""
        from diembao.desk.schedule import Schedule

        return Schedule(self)

    @cached_property
    def clips(self) -> Clips:
        """Clipping lists of an office."""
        from diembao.desk.clips import Clips

        return Clips(self)

    @cached_property
    def releases(self) -> Releases:
        """Press releases as issued."""
        from diembao.desk.releases import Releases

        return Releases(self)

    @cached_property
    def stories(self) -> Stories:
        """Clusterings, and what people said about stories."""
        from diembao.desk.stories import Stories

        return Stories(self)

    @cached_property
    def addresses(self) -> Addresses:
        """Which address leads to which article."""
        from diembao.desk.addresses import Addresses

        return Addresses(self)

    @cached_property
    def known(self) -> Known:
        """Which revisions, sightings and texts the corpus already holds."""
        from diembao.desk.known import Known

        return Known(self)

    @cached_property
    def findings(self) -> Findings:
        """Clock findings and gaps."""
        from diembao.desk.findings import Findings

        return Findings(self)

    @cached_property
    def profiles(self) -> Profiles:
        """Topic profiles by hash."""
        from diembao.desk.profiles import Profiles

        return Profiles(self)

    @cached_property
    def commits(self) -> Commits:
        """Which versions of the corpus tables belong together."""
        from diembao.desk.commits import Commits

        return Commits(self)

    @cached_property
    def erasures(self) -> Erasures:
        """Which texts were erased."""
        from diembao.desk.erasures import Erasures

        return Erasures(self)

    @cached_property
    def snapshots(self) -> Snapshots:
        """Pinned states."""
        from diembao.desk.snapshots import Snapshots

        return Snapshots(self)

    @cached_property
    def reports(self) -> Reports:
        """Reports that were built."""
        from diembao.desk.snapshots import Reports

        return Reports(self)

    @cached_property
    def audit(self) -> Audit:
        """The chain of who changed what."""
        from diembao.desk.audit import Audit

        return Audit(self)


def dump_json(value: Any) -> str:
    """JSON in one form only: sorted keys, no spaces, letters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


# ------------------------------------------------------------------ details


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        return sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        wal = path.with_name(path.name + "-wal")
        if wal.is_file() and wal.stat().st_size:
            raise
        # a folder that may not be written cannot hold SQLite's shared memory; without a log none is needed
        connection = sqlite3.connect(uri + "&immutable=1", uri=True, isolation_level=None)
    return connection


def _configure(connection: sqlite3.Connection, read_only: bool) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    version, newest = get_version(connection), list_migrations()[-1][0]
    if version > newest:
        migrate(connection, path)  # raises: too new
    if version < newest:
        raise CorpusError(
            "{file} was written by an older diembao (its tables are at {version}, needed: {newest})",
            key="desk.too_old",
            next_step="run `diembao doctor` once with the right to write, it brings the file up to date",
            file=str(path),
            version=version,
            newest=newest,
        )


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(error, path) from error
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error


def _explain(error: sqlite3.Error, path: Path) -> DiembaoError:
    """What SQLite's error means for the person."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    values = {"file": str(path), "reason": str(error)}
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LockedError(
            "{file} is held by another process",
            key="desk.busy",
            next_step="wait until the other command has ended, then try again",
            **values,
        )
    if code == sqlite3.SQLITE_FULL:
        return StorageError(
            "no space left to write {file}",
            key="desk.full",
            next_step="free some space, then run the same command again; what was acknowledged is kept",
            **values,
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return CorpusError(
            "{file} is damaged: {reason}",
            key="desk.damaged",
            next_step="restore it from a backup; the copy made before the last upgrade ends in .bak",
            **values,
        )
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _unwritable(path, str(error))
    return CorpusError(
        "{file} refused a record: {reason}",
        key="desk.refused",
        next_step="run `diembao verify`; if all is well there, report this sentence",
        **values,
    )


def _unwritable(path: Path, reason: str) -> StorageError:
    return StorageError(
        "{file} cannot be written: {reason}",
        key="desk.unwritable",
        next_step="check the disk and your right to write there; what was acknowledged is kept",
        file=str(path),
        reason=reason,
    )
