"""Pinning a state of the corpus, and proving later that it is still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from diembao.corpus import tables
from diembao.corpus.read import CorpusReader
from diembao.corpus.schemas import DERIVED, PINNED, SCHEMAS
from diembao.corpus.trouble import translated
from diembao.desk import Desk
from diembao.errors import CorpusError
from diembao.types import Snapshot

_UNSAID = ("batch_no", "month", "article_no", "revision_no")

#: What a row says whatever the order of import. Left out: batch and month; the form of the address, kind,
#: flags and sources as they came with whichever file was first.
CONTENT: dict[str, tuple[str, ...]] = {
    "articles": (
        "article_id",
        "revision",
        "outlet_id",
        "key",
        "title",
        "language",
        "text_hash",
        "lead_chars",
        "text_chars",
        "published_at",
        "published_precision",
        "published_raw",
        "url_published_at",
        "url_precision",
    ),
    "prints": ("article_id", "revision", "version", "prints"),
    "items": ("article_id", "revision", "outlet_id", "feed_id", "seen_at"),
    "decisions": tuple(name for name in SCHEMAS["decisions"].names if name not in _UNSAID),
    "mentions": tuple(name for name in SCHEMAS["mentions"].names if name not in _UNSAID),
    **{table: tuple(name for name in SCHEMAS[table].names if name not in _UNSAID) for table in DERIVED},
}


def hash_content(reader: CorpusReader) -> str:
    """SHA-256 over what the rows say: the same whatever the order and the cutting of imports."""
    digest = hashlib.sha256()
    for name in _list_pinned(reader.versions):
        digest.update(_hash_rows(reader, name, CONTENT[name]).encode())
    return digest.hexdigest()


def hash_files(folder: Path, versions: Mapping[str, int]) -> str:
    """SHA-256 over the bytes of every data file of the pinned tables: any change at all is found, and fast."""
    digest = hashlib.sha256()
    for name in _list_pinned(versions):
        path = tables.table_folder(folder, name)
        version = versions.get(name, 0)
        files = tables.list_files(tables.open_table(folder, name, version), path) if version else []
        for file in files:
            with translated(file), file.open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
            digest.update(f"{name}/{file.relative_to(path).as_posix()} {found}\n".encode())
    return digest.hexdigest()


def create_snapshot(folder: Path, desk: Desk, *, hashes: Mapping[str, str], code_version: str) -> Snapshot:
    """Pin the newest committed set, the desk's sequence number and the hashes; same state, same id.

    `hashes` are those of profile, gazetteer, settings and whatever else a number depends on; `content` and
    `files` of the corpus are added here.
    """
    with desk.transaction():  # a batch that another process commits now belongs to both or to neither
        commit, desk_seq = desk.commits.last(), desk.seq
    if commit is None:
        raise CorpusError(
            "there is nothing to pin yet in {folder}",
            key="corpus.empty",
            next_step="import something first: `diembao import history FILE …`",
            folder=str(folder),
        )
    versions = {name: commit.versions[name] for name in PINNED}
    with CorpusReader(folder, versions) as reader:
        whole = {**hashes, "content": hash_content(reader), "files": hash_files(folder, versions)}
    return desk.snapshots.put(
        commit_no=commit.commit_no,
        versions=versions,
        desk_seq=desk_seq,
        hashes=whole,
        code_version=code_version,
    )


def open_snapshot(folder: Path, desk: Desk, snapshot: Snapshot) -> CorpusReader:
    """A reader at exactly the pinned versions; texts are the newest, since erasing must reach them."""
    commit = desk.commits.last()
    texts = commit.versions["texts"] if commit is not None else None
    return CorpusReader(folder, snapshot.versions, texts_version=texts)


def find_changes(reader: CorpusReader, snapshot: Snapshot) -> list[str]:
    """Which of the snapshot's corpus hashes no longer hold: of `content` and `files`."""
    found = {"content": hash_content(reader), "files": hash_files(reader.folder, reader.versions)}
    return [name for name, value in found.items() if snapshot.hashes.get(name) != value]


def _list_pinned(versions: Mapping[str, int]) -> list[str]:
    """The pinned tables of a state; one from before a table existed says nothing of it."""
    return [name for name in PINNED if name in versions]


def _hash_rows(reader: CorpusReader, name: str, columns: tuple[str, ...]) -> str:
    digest = hashlib.sha256(f"{name} {' '.join(columns)}".encode())
    parts = ", ".join(_encode(column, SCHEMAS[name].field(column).type) for column in columns)
    if name == "items":
        # of the source only the kind of file is content, not its name
        parts += ", split_part(source, ':', 1)"
    for batch in reader.batches(
        f"SELECT unhex(sha256(concat({parts}))) AS h FROM {name} ORDER BY h", rows=50_000
    ):
        digest.update(b"".join(batch.column(0).to_pylist()))
    return digest.hexdigest()


def _encode(column: str, kind: pa.DataType) -> str:
    """SQL for a value in one unambiguous form: its length before it, so that no two rows look alike."""
    quoted = f'"{column}"'
    if pa.types.is_timestamp(kind):
        value = f"epoch_us({quoted})::VARCHAR"
    elif pa.types.is_list(kind):
        value = f"array_to_string(list_transform({quoted}, lambda x: length(x::VARCHAR) || ':' || x::VARCHAR), ',')"
    elif pa.types.is_floating(kind):
        value = f"round({quoted} * 1e9)::BIGINT::VARCHAR"
    else:
        value = f"{quoted}::VARCHAR"
    return f"length({value}), ':', {value}, ';'"  # concat reads NULL as nothing: ":;" is NULL, "0:;" is empty
