"""Writing to the corpus so that nothing acknowledged is lost or doubled, whenever the process dies.

A batch goes into the Delta tables, is synced, and exists once one desk transaction has committed the set of
versions together with the keys that make the same rows known next time. Before that commit nothing of it
counts: opening for writing rolls tables back to the committed set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from diembao.corpus import tables
from diembao.corpus.batch import (
    Arrival,
    Batch,
    Decided,
    DeskRows,
    Stored,
    hash_text,
    name_batch,
    prepare_batch,
    prepare_decisions,
    resolve_articles,
    revision_key,
    sighting_key,
)
from diembao.corpus.lock import WriterLock
from diembao.corpus.recovery import recover
from diembao.corpus.schemas import DERIVED, SCHEMAS, TABLES
from diembao.desk import Commit, Desk, ImportRun
from diembao.desk.commits import CommitKind
from diembao.desk.steps import step
from diembao.errors import CorpusError
from diembao.types import Refusal

if TYPE_CHECKING:
    from deltalake import DeltaTable

#: a month with more small files than this is compacted
MANY_FILES = 24
#: how often (in batches) the writer looks whether to compact, and writes checkpoints
TIDY_EVERY = 16
#: files of this size are left alone
COMPACT_BYTES = 16 * 1024 * 1024
#: a month of texts so long that joining its files would hold more than this stays as it is
COMPACT_MEMORY = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """What was committed; `batch_no` is None when every row was known already."""

    commit_no: int
    batch_no: int | None
    versions: Mapping[str, int]
    rows: Mapping[str, int] = field(default_factory=dict)
    accepted: int = 0
    known: int = 0
    refused: int = 0


class CorpusWriter:
    """The one writer of a project's corpus. Use it as a context manager."""

    def __init__(self, folder: Path, desk: Desk, lock: WriterLock, commit: Commit) -> None:
        self._folder = folder
        self._desk = desk
        self._lock = lock
        self._commit = commit
        self._open: dict[str, DeltaTable] = {}
        self._is_broken = False

    @classmethod
    def open(cls, folder: Path, desk: Desk) -> CorpusWriter:
        """Take the lock, make missing tables, and roll back what was never committed."""
        tables.check_folder(folder)
        lock = WriterLock(folder / "corpus")
        lock.take()
        try:
            commit = recover(folder, desk)
        except BaseException:
            lock.release()
            raise
        return cls(folder, desk, lock, commit)

    def close(self) -> None:
        """Give the lock back."""
        self._open.clear()
        self._lock.release()

    def __enter__(self) -> CorpusWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def commit(self) -> Commit:
        """The committed set that holds now."""
        return self._commit

    # -------------------------------------------------------------- adding

    def add_articles(
        self, arrivals: Sequence[Arrival], *, run: ImportRun, refusals: Sequence[Refusal] = ()
    ) -> CommitInfo:
        """Store what is new among the arrivals of an import and account for every row."""
        keys = [arrival.article.key for arrival in arrivals]
        keys += [arrival.canonical_key for arrival in arrivals if arrival.canonical_key is not None]
        known = self._desk.addresses.find_many(list(dict.fromkeys(keys)))
        resolved, addresses, aliases = resolve_articles(arrivals, known)
        batch = prepare_batch(
            resolved,
            self._look_up(resolved, run.source, set(addresses.values())),
            source=run.source,
            addresses=addresses,
            aliases=aliases,
            import_id=run.import_id,
            refusals=refusals,
        )
        return self.append_batch(batch)

    def add_decisions(self, decided: Iterable[Decided]) -> CommitInfo:
        """Store what a profile says of revisions; a revision that it was asked about before is left out."""
        decided = list(decided)
        done = self._find_decided(decided)
        new = {
            (d.topic_id, d.profile_hash, d.article_id, d.revision): d
            for d in decided
            if (d.topic_id, d.profile_hash, d.article_id, d.revision) not in done
        }
        info = self.append_batch(prepare_decisions(new.values()))
        return CommitInfo(
            info.commit_no,
            info.batch_no,
            info.versions,
            info.rows,
            accepted=len(new),
            known=len(decided) - len(new),
        )

    def append_batch(self, batch: Batch) -> CommitInfo:
        """Append a batch: tables, sync, one desk transaction. It returns only when all is on the disk."""
        self._check_usable()
        rows = {name: batch.tables[name].num_rows for name in TABLES if name in batch.tables}
        if batch.is_empty:
            with self._desk.transaction():
                self._record(batch.desk, None)
            return self._tell(batch.desk, None, {})
        batch_no = self._commit.batch_no + 1
        batch_id = name_batch(batch, self._commit.versions)
        versions = dict(self._commit.versions)
        self._is_broken = True  # until the desk has committed
        for name, count in rows.items():
            if count:
                step(f"delta.before {name}")
                table = _number(name, batch.tables[name], batch_no)
                versions[name] = tables.append_rows(
                    self._table(name),
                    tables.table_folder(self._folder, name),
                    table,
                    batch_no=batch_no,
                    batch_id=batch_id,
                )
                step(f"delta.after {name}")
        with self._desk.transaction():
            self._record(batch.desk, batch_no)
            self._desk.commits.add(
                "append", batch_no=batch_no, batch_id=batch_id, versions=versions, rows=rows
            )
        self._is_broken = False
        self._reload()
        if batch_no % TIDY_EVERY == 0:
            self.tidy()
        return self._tell(batch.desk, batch_no, rows)

    def replace_derived(self, wanted: Mapping[str, pa.Table]) -> CommitInfo:
        """Make derived tables hold exactly these rows (without `batch_no`); months that hold them already stay.

        All tables change in one commit, or none. `rows` of the answer counts the rows that were written.
        """
        self._check_usable()
        changes = {name: change for name, rows in wanted.items() if (change := self._compare(name, rows))}
        if not changes:
            return self._tell(DeskRows(), None, {})
        batch_no = self._commit.batch_no + 1
        batch_id = name_batch(
            Batch({name: rows for name, (rows, _) in changes.items()}), self._commit.versions
        )
        versions = dict(self._commit.versions)
        self._is_broken = True
        for name, (rows, months) in changes.items():
            step(f"replace.before {name}")
            versions[name] = tables.replace_months(
                self._table(name),
                tables.table_folder(self._folder, name),
                _number(name, rows, batch_no),
                months,
                batch_no=batch_no,
                batch_id=batch_id,
            )
            step(f"replace.after {name}")
        counts = {name: rows.num_rows for name, (rows, _) in changes.items()}
        self._desk.commits.add("append", batch_no=batch_no, batch_id=batch_id, versions=versions, rows=counts)
        self._is_broken = False
        self._reload()
        return self._tell(DeskRows(), batch_no, counts)

    def _compare(self, name: str, wanted: pa.Table) -> tuple[pa.Table, list[str]] | None:
        """The rows of the months that differ from what is committed, and those months; None if none does."""
        from diembao.corpus.read import CorpusReader

        with CorpusReader(self._folder, self._commit.versions) as reader:
            held = reader.table(f"SELECT * EXCLUDE (batch_no) FROM {name}")
        columns = [column for column in SCHEMAS[name].names if column != "batch_no"]
        order = [(column, "ascending") for column in DERIVED[name]]
        held = held.select(columns).cast(wanted.select(columns).schema).sort_by(order)
        wanted = wanted.select(columns).sort_by(order)
        months = sorted(set(held["month"].unique().to_pylist()) | set(wanted["month"].unique().to_pylist()))
        differing = [m for m in months if not _pick_month(held, m).equals(_pick_month(wanted, m))]
        if not differing:
            return None
        return wanted.filter(pc.is_in(wanted["month"], pa.array(differing, pa.string()))), differing

    # -------------------------------------------------------------- upkeep

    def tidy(self, *, many_files: int = MANY_FILES) -> None:
        """Join the small files of months that have many of them, and write checkpoints."""
        self._check_usable()
        versions = dict(self._commit.versions)
        self._is_broken = True
        for name in TABLES:
            path = tables.table_folder(self._folder, name)
            months: dict[str, list[str]] = {}
            for action in tables.list_actions(self._table(name)):
                if int(str(action["size_bytes"])) < COMPACT_BYTES:
                    month = str(action["path"]).partition("/")[0].removeprefix("month=")
                    months.setdefault(month, []).append(str(action["path"]))
            for month, files in sorted(months.items()):
                if len(files) > many_files and tables.fits_memory(path, files, COMPACT_MEMORY):
                    step(f"compact.before {name} {month}")
                    versions[name] = tables.compact_month(
                        self._table(name),
                        path,
                        month,
                        batch_no=self._commit.batch_no,
                        target_bytes=COMPACT_BYTES,
                    )
                    step(f"compact.after {name} {month}")
        if versions != dict(self._commit.versions):
            self._commit_upkeep("compact", versions)
            self._reload()
        self._is_broken = False
        for name in TABLES:
            tables.write_checkpoint(self._table(name), tables.table_folder(self._folder, name))
            step(f"checkpoint.after {name}")

    def erase_texts(self, text_hashes: Iterable[str], reason: str) -> int:
        """Erase texts for good; a tombstone stays, so that counts survive. How many were erased.

        The search index is rebuilt by its next `catch_up`; copies in backups are not reached.
        """
        self._check_usable()
        hashes = sorted(set(text_hashes))
        gone = self._desk.erasures.list_tombstones()
        keys = [bytes.fromhex(text_hash) for text_hash in hashes if text_hash not in gone]
        found = sorted(key.hex() for key in self._desk.known.find_texts(keys))
        if found:
            path = tables.table_folder(self._folder, "texts")
            versions = dict(self._commit.versions)
            self._is_broken = True
            step("erase.before")
            versions["texts"] = tables.erase_rows(
                self._table("texts"), path, found, batch_no=self._commit.batch_no
            )
            step("erase.after")
            with self._desk.transaction():
                self._desk.erasures.add(found, reason)
                self._desk.audit.append("texts_erased", {"count": len(found), "reason": reason})
                self._commit_upkeep("erase", versions)
            self._is_broken = False
            self._reload()
        tables.drop_files(self._folder, "texts")  # also what a crash left behind here the last time
        return len(found)

    # -------------------------------------------------------------- details

    def _look_up(self, arrivals: Sequence[Arrival], source: str, unseen: set[str]) -> Stored:
        keys = list({revision_key(a.article.article_id, a.article.revision) for a in arrivals})
        known = self._desk.known
        revisions = known.find_revisions(keys)
        new = [
            a.article
            for a in arrivals
            if revision_key(a.article.article_id, a.article.revision) not in revisions
        ]
        texts = {bytes.fromhex(hash_text(article.lead, article.text)) for article in new}
        return Stored(
            revisions=revisions,
            articles=frozenset(known.find_articles(sorted({article.article_id for article in new} - unseen))),
            sightings=frozenset(
                known.find_sightings(list({sighting_key(a.sighting, source) for a in arrivals}))
            ),
            texts=frozenset(known.find_texts(list(texts))),
        )

    def _find_decided(self, decided: Sequence[Decided]) -> set[tuple[str, str, str, str]]:
        from diembao.corpus.read import CorpusReader

        if not decided:
            return set()
        topics = sorted({(d.topic_id, d.profile_hash) for d in decided})
        found: set[tuple[str, str, str, str]] = set()
        with CorpusReader(self._folder, self._commit.versions) as reader:
            for topic_id, profile_hash in topics:
                ids = sorted({d.article_id for d in decided if d.topic_id == topic_id})
                rows = reader.rows(
                    "SELECT article_id, revision FROM decisions WHERE topic_id = $topic "
                    "AND profile_hash = $profile AND article_id IN (SELECT unnest($ids))",
                    {"topic": topic_id, "profile": profile_hash, "ids": ids},
                )
                found.update((topic_id, profile_hash, row["article_id"], row["revision"]) for row in rows)
        return found

    def _record(self, rows: DeskRows, batch_no: int | None) -> None:
        desk = self._desk
        if rows.addresses or rows.aliases or rows.revisions:
            seq = desk.next_seq("identity")
            desk.addresses.add(rows.addresses, seq)
            desk.addresses.add_aliases(rows.aliases, seq)
            desk.known.add_revisions(rows.revisions, seq)
        desk.known.add_sightings(rows.sightings)
        desk.known.add_texts(rows.texts)
        if rows.import_id is not None:
            desk.imports.count(
                rows.import_id,
                batch_no=batch_no,
                accepted=rows.accepted,
                known=rows.known,
                refusals=rows.refusals,
            )

    def _commit_upkeep(self, kind: CommitKind, versions: Mapping[str, int]) -> None:
        last = self._commit
        self._desk.commits.add(
            kind, batch_no=last.batch_no, batch_id=last.batch_id, versions=versions, rows={}
        )

    def _reload(self) -> None:
        last = self._desk.commits.last()
        assert last is not None
        self._commit = last

    def _table(self, name: str) -> DeltaTable:
        if name not in self._open:
            self._open[name] = tables.open_table(self._folder, name)
        return self._open[name]

    def _tell(self, rows: DeskRows, batch_no: int | None, counts: Mapping[str, int]) -> CommitInfo:
        return CommitInfo(
            commit_no=self._commit.commit_no,
            batch_no=batch_no,
            versions=dict(self._commit.versions),
            rows=dict(counts),
            accepted=rows.accepted,
            known=rows.known,
            refused=len(rows.refusals),
        )

    def _check_usable(self) -> None:
        if self._is_broken:
            raise CorpusError(
                "the last write to {folder} failed half-way",
                key="corpus.half_way",
                next_step="close the writer and open it again, that rolls the rest back",
                folder=str(self._folder),
            )


def _pick_month(rows: pa.Table, month: str) -> pa.Table:
    return rows.filter(pc.equal(rows["month"], month)).combine_chunks()


def _number(name: str, rows: pa.Table, batch_no: int) -> pa.Table:
    """The rows with their batch number, columns in the order of the schema."""
    column = pa.array([batch_no] * rows.num_rows, pa.int64())
    return rows.append_column("batch_no", column).select(SCHEMAS[name].names)
