"""One writer at a time: locks that the operating system drops when the process dies."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from diembao.corpus.trouble import explain_system
from diembao.desk.steps import step
from diembao.errors import LockedError

FILE_NAME = "writer.lock"
#: held while the search index is written; outside its folder, which may be thrown away and built anew
SEARCH_FILE_NAME = "search.lock"


class WriterLock:
    """Held from `take` to `release` or to the end of the process, whatever ends it.

    An exclusive transaction on an empty SQLite file: SQLite knows how to lock on Linux, macOS and Windows.
    The desk is another file, so its transactions are not held up.
    """

    def __init__(self, folder: Path, file_name: str = FILE_NAME) -> None:
        self._path = folder / file_name
        self._connection: sqlite3.Connection | None = None

    def take(self) -> None:
        """Take the lock; if another process has it, say so at once."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        except OSError as error:
            raise explain_system(self._path, error) from error
        except sqlite3.Error as error:
            raise explain_system(self._path, OSError(0, str(error))) from error
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            connection.close()
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                raise LockedError(
                    "another diembao command is writing to {folder}",
                    key="corpus.locked",
                    next_step="wait until it has ended, then run this one again; reading works meanwhile",
                    folder=str(self._path.parent),
                ) from error
            raise explain_system(self._path, OSError(0, str(error))) from error
        self._connection = connection
        step(f"lock.taken {self._path.name}")

    def release(self) -> None:
        """Give the lock back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
