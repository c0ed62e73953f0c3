"""Numbered changes of the desk's tables: each runs in one transaction, after a copy of the file was made."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path

from diembao.desk.durable import sync_all
from diembao.desk.steps import step
from diembao.errors import CorpusError

_NAME = re.compile(r"(\d{4})_\w+\.sql")


def list_migrations() -> list[tuple[int, str]]:
    """Every migration as (number, SQL), in order and without holes."""
    found = [
        (int(match[1]), entry.read_text(encoding="utf-8"))
        for entry in resources.files(__package__).iterdir()
        if (match := _NAME.fullmatch(entry.name))
    ]
    return sorted(found)


def migrate(
    connection: sqlite3.Connection, path: Path, migrations: list[tuple[int, str]] | None = None
) -> list[int]:
    """Bring the file to the newest version; the numbers that were applied.

    The version is SQLite's own `user_version`, so it changes in the same transaction as the tables. A file
    that already holds something is copied to `<name>.v<version>.bak` first.
    """
    steps = list_migrations() if migrations is None else migrations
    version = get_version(connection)
    newest = steps[-1][0] if steps else 0
    if version > newest:
        raise CorpusError(
            "{file} was written by a newer version of diembao (its tables are at {version}, known: {newest})",
            key="desk.too_new",
            next_step="update diembao, then open the folder again",
            file=str(path),
            version=version,
            newest=newest,
        )
    applied: list[int] = []
    for number, sql in steps:
        if number <= version:
            continue
        if version and not applied:
            copy_desk(connection, path.with_name(f"{path.name}.v{version}.bak"))
        if _apply(connection, path, number, sql):
            applied.append(number)
    return applied


def get_version(connection: sqlite3.Connection) -> int:
    """The number of the last migration applied to the file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def copy_desk(connection: sqlite3.Connection, target: Path) -> Path:
    """A whole, synced copy of the open desk, taken through SQLite so that no half transaction is in it."""
    partial = target.with_name(target.name + ".part")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial)) as copy:
        connection.backup(copy)
    partial.replace(target)
    sync_all([target])
    return target


def _apply(connection: sqlite3.Connection, path: Path, number: int, sql: str) -> bool:
    step(f"migrate.before {number}")
    try:
        connection.execute("BEGIN IMMEDIATE")
        if get_version(connection) >= number:  # another process was faster
            connection.execute("ROLLBACK")
            return False
        for statement in _split(sql):
            connection.execute(statement)
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise sqlite3.IntegrityError("a foreign key points nowhere after the change")
        connection.execute(f"PRAGMA user_version = {number:d}")
        step(f"migrate.before_commit {number}")
        connection.execute("COMMIT")
    except BaseException as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if not isinstance(error, sqlite3.Error) or _is_storage(error):
            raise
        raise CorpusError(
            "{file} could not be brought to version {number}: {reason}; it was left as it was",
            key="desk.migration",
            next_step="go on with the version of diembao you had, and report this sentence",
            file=str(path),
            number=number,
            reason=str(error),
        ) from error
    step(f"migrate.after {number}")
    return True


def _split(sql: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit half-way."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _is_storage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY)
