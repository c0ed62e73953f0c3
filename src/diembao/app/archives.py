"""Import archives and saved pages: evidence is copied first, then read like any page that was fetched."""

from __future__ import annotations

import hashlib
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from diembao.app.arrivals import Register
from diembao.app.collect import hold_archive
from diembao.app.collecting.batch import ReadingBatch
from diembao.app.collecting.readings import Reader, find_topics, open_sandbox
from diembao.app.collecting.rereading import Rereader
from diembao.app.imports import ImportResult, check_file, hash_file, tell_unregistered
from diembao.app.project import Project
from diembao.archive.foreign import ForeignRecord, RecordBatch
from diembao.archive.saved import compose_saved
from diembao.archive.writer import ArchiveWriter
from diembao.corpus.memory import release_memory
from diembao.corpus.writer import CorpusWriter
from diembao.desk import Desk, ImportRun
from diembao.errors import OutletError, SandboxError, SandboxKilledError, SandboxRefusedError, SourceError
from diembao.fetch.signals import read_signals
from diembao.progress import Tally
from diembao.sandbox import Limits, Sandbox
from diembao.sources.outlets import OutletIndex
from diembao.sources.pages import SavedOrigin, list_saved_pages, read_saved_page
from diembao.text.addresses import host_of
from diembao.text.filenames import show_name
from diembao.types import Capture, Outlet, Refusal

#: bytes of records that the worker hands over at once, and the most that one reply may hold
PIECE_BYTES = 4_000_000
MAX_REPLY = 48 * 1024 * 1024
#: a stretch over which workers died is left out; the next record behind it is looked for
SKIP_BYTES = 64_000_000
#: pages that are committed together
BATCH_PAGES = 200
MAX_NOTES = 100
HELD_BYTES = 8_000_000
_HTML = ("text/html", "application/xhtml+xml")

Progress = Callable[[Tally], None]


@dataclass
class ArchiveResult(ImportResult):
    """The account of an import of pages; `passed_over` are records that are no pages of registered outlets."""

    passed_over: dict[str, int] = field(default_factory=dict)
    pages: dict[str, int] = field(default_factory=dict)

    def add_notes(self, notes: Iterable[str]) -> None:
        """What to tell beyond the counts, each once; of a file with damage everywhere the first hundred places."""
        for note in notes:
            if note not in self.notes and len(self.notes) < MAX_NOTES:
                self.notes.append(note)


def import_warc(
    project: Project, path: Path, *, limits: Limits | None = None, progress: Progress | None = None
) -> ArchiveResult:
    """Import the pages of registered outlets from a WARC or ARC file; whatever is damaged in it is counted."""
    check_file(path)
    with project.open_desk() as desk:
        if not desk.outlets.list_outlets():
            raise OutletError(
                "no outlet is registered, so no page of {file} could be anybody's",
                key="app.no_outlets",
                next_step="register outlets first: `diembao outlet add --directory vn --all`, or one with --domain",
                file=path.name,
            )
    result = ArchiveResult(show_name(path.name))
    with _opened(project, "warc", path, result, limits, progress) as pages:
        offset, is_lost, strangers = 0, False, Counter[str]()
        while True:
            try:
                batch = pages.box.call(
                    "diembao.archive.foreign:read_batch",
                    os.fsencode(f"{path}:{offset}"),  # names the stretch, should a worker die over it
                    returns=RecordBatch,
                    path=os.fsencode(path.resolve()),
                    offset=offset,
                    max_bytes=PIECE_BYTES,
                    hosts=pages.domains,
                    is_lost=is_lost,
                )
            except (SandboxKilledError, SandboxRefusedError):
                pages.pass_over({"unreadable_stretch": 1})
                offset, is_lost = offset + SKIP_BYTES, True
                result.notes.append(
                    f"a stretch of {SKIP_BYTES // 1_000_000} MB before byte {offset:,} could not be read and was left out"
                )
                if offset >= path.stat().st_size:
                    break
                continue
            pages.pass_over(batch.dropped)
            strangers.update(batch.unknown_outlets)
            result.add_notes(batch.notes)
            offset, is_lost, is_end = batch.next_offset, batch.is_lost, batch.is_end
            records = deque(batch.records)
            del batch  # a batch of large records is not held beside the next one
            while records:
                pages.take(records.popleft())
            if is_end:
                break
        pages.finish()
    if strangers:
        named = ", ".join(f"{domain or '…'} ({n})" for domain, n in strangers.most_common(5))
        result.notes.append(f"records of domains that are not registered were passed over: {named}")
    return result


def import_html(
    project: Project,
    folder: Path,
    outlet_id: str,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> ArchiveResult:
    """Import a folder of saved pages of one outlet; each must say which address it was saved from."""
    for _ in list_saved_pages(folder, max_files=1_000_000):
        break  # a folder that is not there is told before anything is opened
    result = ArchiveResult(show_name(folder.name))
    with _opened(project, "html", folder, result, limits, progress) as pages:
        outlet = pages.find_outlet(outlet_id)
        for saved in list_saved_pages(folder):
            shown = "/".join(map(show_name, saved.path.split("/")))
            if saved.reason:
                pages.refuse(saved.reason, shown)
                continue
            try:
                body = read_saved_page(folder, saved)
                origin = pages.box.call(
                    "diembao.sources.pages:find_saved_url",
                    body,
                    returns=SavedOrigin,
                    path=f"{folder.name}/{saved.path}",
                    domains=list(outlet.domains),
                )
            except (SandboxError, OSError):
                pages.refuse("unreadable", shown)
                continue
            if not origin.url:
                pages.refuse("no_url", shown)
                continue
            saved_at = origin.saved_at or saved.saved_at
            record = compose_saved(body, url=origin.url, saved_at=saved_at, file_name=shown)
            pages.take(record)
        pages.finish()
    return result


@contextmanager
def _opened(
    project: Project,
    kind: str,
    path: Path,
    result: ArchiveResult,
    limits: Limits | None,
    progress: Progress | None,
) -> Iterator[PageImport]:
    """Everything an import of pages needs, opened in the order in which it must be closed."""
    with (
        project.open_desk() as desk,
        hold_archive(project),
        CorpusWriter.open(project.folder, desk) as writer,
    ):
        looked = find_topics(project, desk)
        ends = desk.captures.list_ends()
        with (
            ArchiveWriter.open(project.folder, ends, clock=project.clock) as archive,
            open_sandbox(desk, looked, limits=replace(limits or Limits(), max_reply=MAX_REPLY)) as box,
        ):
            # from here on the import is at work; pages that an interrupted one left are its first ones
            run = desk.imports.start(
                kind, show_name(path.name), file_sha256=_hash(path), file_size=_size(path), mapping={}
            )
            reader = Reader(project, desk, box, looked.basis)
            pages = PageImport(project.folder, desk, writer, archive, box, reader, run, result, progress)
            rereader = Rereader(project.folder, desk, reader)
            for import_id in desk.captures.list_unread_imports():
                batch = ReadingBatch(desk, desk.imports.get(import_id), folder=project.folder, writer=writer)
                rereader.read_unread(batch, project.clock.now(), is_imported=True, import_id=import_id)
            yield pages


class PageImport:
    """Takes pages of somebody else's archive: refused, already known, or kept and read."""

    def __init__(
        self,
        folder: Path,
        desk: Desk,
        writer: CorpusWriter,
        archive: ArchiveWriter,
        box: Sandbox,
        reader: Reader,
        run: ImportRun,
        result: ArchiveResult,
        progress: Progress | None,
    ) -> None:
        self._desk = desk
        self._archive = archive
        self._reader = reader
        self._run = run
        self._result = result
        self._batch = ReadingBatch(desk, run, folder=folder, writer=writer)
        self._tally = Tally(run.kind, report=progress)
        self._outlets = desk.outlets.list_outlets()
        self._register = Register(OutletIndex(self._outlets))
        self._waiting: list[tuple[Outlet, ForeignRecord]] = []
        self._bytes = 0
        self._seen: set[tuple[str, str, str]] = set()
        self.box = box
        self.domains = sorted({domain for outlet in self._outlets for domain in outlet.domains})

    def find_outlet(self, outlet_id: str) -> Outlet:
        """The outlet whose pages are imported; one that is not registered is an error."""
        return self._desk.outlets.get(outlet_id)

    def take(self, record: ForeignRecord) -> None:
        """One page: whose it is, whether it is one, and whether it is here already."""
        outlet = self._judge(record)
        if isinstance(outlet, str):
            self.pass_over({outlet: 1})
            return
        if isinstance(outlet, Refusal):
            self.refuse(outlet.reason, outlet.detail)
            return
        self._result.read += 1
        digest = hashlib.sha256(record.body).hexdigest()
        key = (record.url, record.fetched_at.isoformat(), digest)
        if key in self._seen or self._desk.captures.find_imported(record.url, record.fetched_at, digest):
            self._result.known += 1
            self._batch.known += 1
            self._tally.passed_on()
            return
        self._seen.add(key)
        self._waiting.append((outlet, record))
        self._bytes += len(record.body) + len(record.evidence)
        self._tally.passed_on()
        if len(self._waiting) >= BATCH_PAGES or self._bytes >= HELD_BYTES:
            self._store()

    def refuse(self, reason: str, detail: str) -> None:
        """A page that is not taken; pages are numbered in the order in which they came."""
        self._result.read += 1
        refusal = Refusal(self._result.read, reason, detail[:200])
        self._result.add_refusals([refusal])
        self._batch.add_refusal(refusal)
        self._tally.drop(reason)

    def pass_over(self, reasons: Mapping[str, int]) -> None:
        """Records that are no pages of registered outlets."""
        self._desk.imports.add_drops(self._run.import_id, reasons)
        for reason, n in reasons.items():
            self._result.passed_over[reason] = self._result.passed_over.get(reason, 0) + n

    def finish(self) -> None:
        """Store the rest and close the account."""
        self._store()
        self._desk.imports.finish(self._run.import_id)
        self._result.pages = dict(self._batch.outcomes)
        self._result.notes += tell_unregistered(self._register)

    def _judge(self, record: ForeignRecord) -> Outlet | Refusal | str:
        """The outlet; why the page is refused; or, as a word, why it is no page at all."""
        try:
            host = host_of(record.url)
        except (SourceError, ValueError):
            return Refusal(0, "no_host", record.url[:200])
        outlet = self._register.judge(host, 0, record.url)
        if isinstance(outlet, Refusal):
            return outlet
        if record.status != 200:
            return "http_status"
        if record.content_type.partition(";")[0].strip().lower() not in _HTML:
            return "not_html"
        if read_signals(record.body, headers=record.headers).tdm_reserved:
            return Refusal(0, "reserved", record.url[:200])
        return outlet

    def _store(self) -> None:
        """Evidence first, then the ledger, then reading, then the corpus."""
        rows: list[tuple[str, Capture]] = []
        for outlet, record in self._waiting:
            rows.append((outlet.outlet_id, self._archive.copy_record(record)))
        if rows:
            self._archive.sync()
            kept = self._desk.captures.add_imported(self._run.import_id, rows, self._archive.committed_ends())
            for row, (_, record) in zip(kept, self._waiting, strict=True):
                page = self._reader.parse_page(row, record.body)
                self._batch.add_page(*self._reader.read_page(row, page), row.capture.fetched_at)
            self._result.accepted += len(rows)
        is_large = self._bytes >= HELD_BYTES
        self._waiting.clear()
        self._bytes = 0
        self._seen.clear()  # the ledger knows them now
        self._batch.flush()
        if is_large:
            release_memory()


def _hash(path: Path) -> str:
    """SHA-256 of a file; of a folder over the names and sizes in it."""
    digest = hashlib.sha256()
    if path.is_dir():
        for saved in list_saved_pages(path):
            digest.update(f"{saved.path}\0{saved.size}\n".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()
    return hash_file(path)[0]


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
