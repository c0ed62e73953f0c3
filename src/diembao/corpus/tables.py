"""The Delta tables on disk: made, opened at a version, appended to, synced, restored, compacted."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyarrow as pa

from diembao.corpus.schemas import SCHEMAS
from diembao.corpus.trouble import explain_damage, translated
from diembao.desk.durable import sync_all, sync_folder
from diembao.desk.steps import step
from diembao.errors import CorpusError

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties

#: the default of Delta forgets after 30 days; ours never, since a report pins versions for years
_CONFIGURATION = {
    "delta.logRetentionDuration": "interval 1000000000 days",
    "delta.deletedFileRetentionDuration": "interval 1000000000 days",
    "delta.enableExpiredLogCleanup": "false",
}
#: the log repeats the smallest and largest value of indexed columns: never words of a text that may be erased
_INDEXED = {
    "texts": "text_hash,batch_no",
    "articles": "article_id,outlet_id,published_at,first_seen_at,batch_no",
    "prints": "article_id,batch_no",
    "items": "article_id,outlet_id,seen_at,batch_no",
    "decisions": "topic_id,profile_hash,article_id,decision,batch_no",
    "mentions": "topic_id,profile_hash,article_id,batch_no",
    "reuse": "a_id,b_id",
    "reprints": "article_id,unit_id",
    "stories": "article_id,story_id",
    "uses": "release_id,article_id",
}
#: the delta library decodes %20 twice and looks for another folder, and cannot name these signs at all
_MISREAD = re.compile(r"%[0-9A-Fa-f]{2}|[\[\]^|]" + ("" if os.name == "nt" else r"|\\"))
_LOG_ENTRY = re.compile(r"(\d{20})\.json")
_APP = "diembao"
#: the delta library joins files in pieces of so many rows
_JOINED_ROWS = 8192


def table_folder(folder: Path, name: str) -> Path:
    """Where a table of a project lies."""
    return folder / "texts" if name == "texts" else folder / "corpus" / name


def check_folder(folder: Path) -> None:
    """Refuse a project path in which the tables could not be found again."""
    found = _MISREAD.search(str(folder.absolute()))
    if found is not None:
        raise CorpusError(
            "the path {folder} contains {part!r}, which the table store misreads",
            key="corpus.bad_path",
            next_step="rename the folder so that this does not stand in its path",
            folder=str(folder.absolute()),
            part=found[0],
        )


def open_table(folder: Path, name: str, version: int | None = None) -> DeltaTable:
    """A table at a version (default: the newest on disk, committed or not)."""
    from deltalake import DeltaTable

    path = table_folder(folder, name)
    with translated(path):
        return DeltaTable(str(path.absolute()), version=version)


def create_table(folder: Path, name: str) -> DeltaTable:
    """The empty table, or the one that is there."""
    from deltalake import DeltaTable

    path = table_folder(folder, name)
    with translated(path):
        if not DeltaTable.is_deltatable(str(path.absolute())):
            step(f"create.before {name}")
            path.mkdir(parents=True, exist_ok=True)
            DeltaTable.create(
                str(path.absolute()),
                schema=SCHEMAS[name],
                partition_by=["month"],
                configuration={**_CONFIGURATION, "delta.dataSkippingStatsColumns": _INDEXED[name]},
            )
            step(f"create.after {name}")
        sync_all([path / "_delta_log" / _entry_name(0)])
        sync_folder(path)
        sync_folder(path.parent)
    return open_table(folder, name)


def append_rows(table: DeltaTable, path: Path, rows: pa.Table, *, batch_no: int, batch_id: str) -> int:
    """Append the rows as one Delta version and sync it; the version."""
    from deltalake import write_deltalake

    with _one_version(table, path):
        write_deltalake(
            table,
            rows,
            mode="append",
            commit_properties=_properties(batch_no, batch_id),
            post_commithook_properties=_no_hooks(),
        )
    return int(table.version())


def replace_months(
    table: DeltaTable, path: Path, rows: pa.Table, months: Iterable[str], *, batch_no: int, batch_id: str
) -> int:
    """Put the rows in the place of all rows of some months, as one Delta version; the version.

    The files of the earlier version stay where they are: reports may pin it.
    """
    from deltalake import write_deltalake

    quoted = ", ".join(f"'{month}'" for month in sorted(months))
    with _one_version(table, path):
        write_deltalake(
            table,
            rows,
            mode="overwrite",
            predicate=f"month IN ({quoted})",
            commit_properties=_properties(batch_no, batch_id),
            post_commithook_properties=_no_hooks(),
        )
    return int(table.version())


@contextmanager
def _one_version(table: DeltaTable, path: Path) -> Iterator[None]:
    """What is written inside must be exactly one new version; it is synced."""
    base = int(table.version())
    with translated(path):
        yield
        version = int(table.version())
        if version != base + 1:
            raise CorpusError(
                "{table} was changed by something else while a batch was written (version {version})",
                key="corpus.interfered",
                next_step="end every other program that writes to the folder, then run the command again",
                table=str(path),
                version=version,
            )
        sync_versions(path, [version])


def restore_table(table: DeltaTable, path: Path, version: int, *, batch_no: int) -> int:
    """Make the newest version hold what `version` held; the new version."""
    with translated(path):
        base = int(table.version())
        table.restore(
            version,
            commit_properties=_properties(batch_no, "recover"),
            post_commithook_properties=_no_hooks(),
        )
        sync_versions(path, range(base + 1, int(table.version()) + 1))
        return int(table.version())


def compact_month(table: DeltaTable, path: Path, month: str, *, batch_no: int, target_bytes: int) -> int:
    """Join the small files of a month; files of earlier versions stay where they are. The version."""
    with translated(path):
        base = int(table.version())
        table.optimize.compact(
            partition_filters=[("month", "=", month)],
            target_size=target_bytes,
            max_concurrent_tasks=1,
            commit_properties=_properties(batch_no, "compact"),
            post_commithook_properties=_no_hooks(),
        )
        sync_versions(path, range(base + 1, int(table.version()) + 1))
        return int(table.version())


def fits_memory(path: Path, files: Iterable[str], limit: int) -> bool:
    """Whether joining files would hold no more than `limit` bytes: up to 8,192 of their rows, unpacked.

    A text may be packed a thousandfold, so the size of a file says nothing.
    """
    from pyarrow import parquet

    rows = size = 0
    for file in files:
        footer = parquet.read_metadata(path / unquote(file))
        rows += footer.num_rows
        size += sum(footer.row_group(n).total_byte_size for n in range(footer.num_row_groups))
    return size * min(rows, _JOINED_ROWS) <= limit * max(rows, 1)


def erase_rows(table: DeltaTable, path: Path, hashes: Iterable[str], *, batch_no: int) -> int:
    """Rewrite the texts table without some texts; the version. The old files stay until `drop_files`."""
    quoted = ", ".join(f"'{text_hash}'" for text_hash in sorted(hashes) if text_hash.isalnum())
    with translated(path):
        base = int(table.version())
        table.delete(
            f"text_hash IN ({quoted})",
            commit_properties=_properties(batch_no, "erase"),
            post_commithook_properties=_no_hooks(),
        )
        sync_versions(path, range(base + 1, int(table.version()) + 1))
        return int(table.version())


def drop_files(folder: Path, name: str) -> int:
    """Remove the files of the table that no longer belong to its newest version; how many."""
    table, path = open_table(folder, name), table_folder(folder, name)
    kept = set(list_files(table, path))
    dropped = 0
    with translated(path):
        for file in sorted(path.glob("month=*/*")):
            if file.is_file() and file not in kept:
                file.unlink()
                dropped += 1
        for month in sorted(path.glob("month=*")):
            sync_folder(month)
    return dropped


def write_checkpoint(table: DeltaTable, path: Path) -> None:
    """Write the log's state as one file, so that opening the table stays fast."""
    log = path / "_delta_log"
    with translated(path):
        table.create_checkpoint()
        sync_all(file for file in log.iterdir() if "checkpoint" in file.name)


# ------------------------------------------------------------------ reading the log


def list_files(table: DeltaTable, path: Path) -> list[Path]:
    """The data files of the open version, in a fixed order."""
    return sorted(path / unquote(str(action["path"])) for action in list_actions(table))


def list_actions(table: DeltaTable) -> list[dict[str, object]]:
    """What the log says of each data file of the open version: path, size, number of records."""
    actions = pa.table(table.get_add_actions(flatten=True))
    wanted = [name for name in ("path", "size_bytes", "num_records") if name in actions.column_names]
    found: list[dict[str, object]] = actions.select(wanted).to_pylist()
    return found


def read_entry(path: Path, version: int) -> list[dict[str, object]]:
    """The actions of one log entry; a broken entry is an error."""
    file = path / "_delta_log" / _entry_name(version)
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        actions = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise explain_damage(file, error) from error
    if not actions:
        raise explain_damage(file, ValueError("it is empty"))
    return actions


def list_versions(path: Path) -> list[int]:
    """The versions that have an entry in the log, in order."""
    log = path / "_delta_log"
    if not log.is_dir():
        return []
    return sorted(int(match[1]) for file in log.iterdir() if (match := _LOG_ENTRY.fullmatch(file.name)))


def find_batch_no(path: Path, version: int) -> int | None:
    """The batch that a log entry says it belongs to."""
    for action in read_entry(path, version):
        info = action.get("commitInfo")
        if isinstance(info, Mapping) and "diembao.batch_no" in info:
            return int(info["diembao.batch_no"])
    return None


def sync_versions(path: Path, versions: Iterable[int]) -> None:
    """Put the files of new log entries, and the entries, onto the disk (the delta library does not).

    Data first, then the log that names it: a power cut in between leaves data that nothing points to.
    """
    with translated(path):
        _sync_versions(path, versions)


def _sync_versions(path: Path, versions: Iterable[int]) -> None:
    for version in versions:
        added = [
            path / unquote(str(action["add"]["path"]))  # type: ignore[index]
            for action in read_entry(path, version)
            if "add" in action
        ]
        if added:
            sync_all(added)
            sync_folder(path)  # it may have got the folder of a new month
        sync_all([path / "_delta_log" / _entry_name(version)])


def set_aside_broken(path: Path, committed: int) -> list[Path]:
    """Rename log entries after `committed` that cannot be read (a power cut leaves such); what was moved."""
    moved: list[Path] = []
    for version in reversed(list_versions(path)):
        if version <= committed:
            break
        try:
            read_entry(path, version)
        except CorpusError:
            moved.append(path / "_delta_log" / _entry_name(version))
    return _set_aside(moved)


def set_aside_checkpoints(path: Path) -> list[Path]:
    """Rename all checkpoints: the log entries hold the same, and none of them is ever removed."""
    log = path / "_delta_log"
    found = [file for file in sorted(log.iterdir()) if "checkpoint" in file.name and file.suffix != ".broken"]
    return _set_aside(found)


# ------------------------------------------------------------------ details


def _entry_name(version: int) -> str:
    return f"{version:020d}.json"


def _set_aside(files: list[Path]) -> list[Path]:
    moved: list[Path] = []
    for file in files:
        with translated(file):
            moved.append(file.replace(file.with_name(file.name + ".broken")))
            sync_folder(file.parent)
    return moved


def _properties(batch_no: int, batch_id: str) -> CommitProperties:
    from deltalake import CommitProperties, Transaction

    return CommitProperties(
        custom_metadata={"diembao.batch_no": str(batch_no), "diembao.batch_id": batch_id},
        app_transactions=[Transaction(_APP, batch_no)],
    )


def _no_hooks() -> PostCommitHookProperties:
    from deltalake import PostCommitHookProperties

    # checkpoints are written by us, of committed versions only; log entries are never cleaned up
    return PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
