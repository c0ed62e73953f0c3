"""Import, list, show and withdraw press releases; every file or row is accepted, known, or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from diembao.app.imports import ImportResult
from diembao.app.project import Project
from diembao.desk import Desk, ImportRun
from diembao.errors import SandboxError, SourceError
from diembao.progress import Tally
from diembao.sandbox import Limits, Sandbox
from diembao.sources.mapping import Mapping, parse_mapping
from diembao.sources.releases import (
    MAX_FILE_BYTES,
    REASONS,
    ReleaseDraft,
    check_length,
    check_words,
    find_kind,
    normal_text,
)
from diembao.sources.releases_folder import find_reason, list_release_files
from diembao.sources.releases_lists import ReleaseRow, is_feed, read_release_rows
from diembao.text.times import parse_moment
from diembao.types import FeedEntry, Precision, Refusal, Release

#: releases that are recorded together
BATCH = 200
#: a release may be dated for the next morning; one dated later would make articles look older than it
AHEAD = timedelta(days=1)
_FIRST_YEAR = 1990
_LISTS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json")
_LIMITS = Limits(max_body=MAX_FILE_BYTES + 1)
_FEED_NOTE = (
    "a feed often carries the first lines of a release only; shares are then of these lines "
    "(import the documents themselves to measure whole texts)"
)

Progress = Callable[[Tally], None]


class _Given(NamedTuple):
    """One release before it is judged; `issued` is None where no date is known."""

    line: int
    release_id: str
    title: str
    text: str
    issued: datetime | None
    precision: Precision
    source: str
    flags: tuple[str, ...]


def import_releases(
    project: Project, path: Path, mapping: str | None = None, *, progress: Progress | None = None
) -> ImportResult:
    """Import press releases: a folder, one document, a list (CSV, JSONL) or a saved feed.

    `mapping` names the columns of a list. A release keeps the id that it is given; else its id is `r-` and 16 hex
    digits of SHA-256 over the normal form of its text, so importing again changes nothing.
    """
    _check_path(path)
    parsed = parse_mapping(mapping) if mapping else None
    timezone = project.settings.text("project.timezone")
    result = ImportResult(path.name)
    tally = Tally("releases", report=progress)
    with Sandbox(limits=_LIMITS) as box, project.open_desk() as desk:
        intake = _Intake(path, box, timezone)
        found = intake.read(parsed)
        first = _first(found, path)  # what cannot be read at all leaves no trace
        digest, size = _hash(path)
        columns = dict(parsed.columns) if parsed else {}
        run = desk.imports.start("releases", path.name, file_sha256=digest, file_size=size, mapping=columns)
        latest = project.clock.now().astimezone(ZoneInfo(timezone)) + AHEAD
        rest = chain([first], found)
        while batch := list(islice(rest, BATCH)):
            judged = [one if isinstance(one, Refusal) else _judge(one, latest) for one in batch]
            lines = [one.line for one in batch]
            _store(desk, run, list(zip(lines, judged, strict=True)), result)
            for one in judged:
                tally.drop(one.reason) if isinstance(one, Refusal) else tally.passed_on()
        desk.imports.finish(run.import_id)
    result.notes += intake.notes
    return result


def _first(found: Iterator[_Given | Refusal], path: Path) -> _Given | Refusal:
    first = next(found, None)
    if first is None:
        raise SourceError(
            "{file} holds no press releases",
            key="sources.release_none",
            next_step="give a folder with DOCX, PDF, HTML or text files, one such file, or a list of releases",
            file=path.name,
        )
    return first


def _store(
    desk: Desk, run: ImportRun, judged: list[tuple[int, Release | Refusal]], result: ImportResult
) -> None:
    """Record a batch and its account in one transaction: read = accepted + known + refused."""
    releases = [(line, one) for line, one in judged if isinstance(one, Release)]
    refusals = [one for _, one in judged if isinstance(one, Refusal)]
    with desk.transaction():
        verdicts = desk.releases.put([release for _, release in releases], import_id=run.import_id)
        for (line, release), verdict in zip(releases, verdicts, strict=True):
            if verdict == "other_text":
                refusals.append(Refusal(line, "other_text", release.release_id))
            elif verdict == "same_text":
                same = desk.releases.find_by_text(release.sha256)
                refusals.append(
                    Refusal(line, "same_text", f"{release.release_id} = {same.release_id if same else ''}")
                )
        accepted, known = verdicts.count("accepted"), verdicts.count("known")
        desk.imports.count(run.import_id, batch_no=None, accepted=accepted, known=known, refusals=refusals)
        if accepted:
            desk.audit.append("releases_imported", {"file": run.file_name, "releases": accepted})
    result.read += len(judged)
    result.accepted += accepted
    result.known += known
    result.add_refusals(refusals)


def list_releases(project: Project) -> list[dict[str, Any]]:
    """Every release that holds, by day of issue, without its text; `day` is in the project's zone."""
    zone = ZoneInfo(project.settings.text("project.timezone"))
    with project.open_desk(read_only=True) as desk:
        return [_describe(release, zone) for release in desk.releases.list_releases()]


def show_release(project: Project, release_id: str) -> dict[str, Any]:
    """One release with its text; one that is not there raises `SourceError`."""
    zone = ZoneInfo(project.settings.text("project.timezone"))
    with project.open_desk(read_only=True) as desk:
        release = desk.releases.get(release_id)
        return {**_describe(release, zone), "text": release.text, "sha256": release.sha256}


def withdraw_release(project: Project, release_id: str, reason: str = "") -> None:
    """Take a release out of later counts; it may be imported again."""
    with project.open_desk() as desk:
        desk.releases.withdraw(release_id, reason)


def _describe(release: Release, zone: ZoneInfo) -> dict[str, Any]:
    row = asdict(release)
    del row["text"], row["sha256"]
    row["day"] = release.issued_at.astimezone(zone).date() if release.issued_at else None
    row["words"] = len(release.text.split())
    return row


# ------------------------------------------------------------------ what is given


class _Intake:
    """Reads whatever a path holds, release by release."""

    def __init__(self, path: Path, box: Sandbox, timezone: str) -> None:
        self._path, self._box, self._timezone = path, box, timezone
        self.notes: list[str] = []

    def read(self, mapping: Mapping | None) -> Iterator[_Given | Refusal]:
        """Each release, or why it is refused; a single document that cannot be read raises."""
        path = self._path
        if path.is_dir():
            yield from self._read_folder()
        elif path.suffix.lower() in (*_LISTS, ".gz", ".xz", ".bz2") or mapping is not None:
            yield from self._read_list(mapping)
        else:
            body = _read_bytes(path)
            if is_feed(body):
                self.notes.append(_FEED_NOTE)
                yield from self._read_feed(body)
            else:
                draft = self._read_document(body, path.name)
                yield _from_draft(draft, 1, "", path.name)

    def _read_folder(self) -> Iterator[_Given | Refusal]:
        for number, file in enumerate(list_release_files(self._path), start=1):
            shown = file.path.encode("utf-8", "replace").decode()
            if file.reason:
                yield Refusal(number, file.reason, shown)
            else:
                yield self._read_file(number, self._path / file.path, shown)

    def _read_file(self, number: int, path: Path, shown: str) -> _Given | Refusal:
        try:
            body = _read_bytes(path)
            return _from_draft(self._read_document(body, shown), number, "", shown)
        except SourceError as error:
            return _refuse_document(error, number, shown)

    def _read_document(self, body: bytes, name: str) -> ReleaseDraft:
        find_kind(body[:8192] or b"", name=name)  # what is plainly none needs no worker
        return self._box.call(
            "diembao.app.release_reading:read_release_file",
            body,
            returns=ReleaseDraft,
            name=name,
            timezone=self._timezone,
        )

    # -------------------------------------------------------------- lists

    def _read_list(self, mapping: Mapping | None) -> Iterator[_Given | Refusal]:
        for row in read_release_rows(self._path, mapping):
            yield row if isinstance(row, Refusal) else self._take_row(row)

    def _take_row(self, row: ReleaseRow) -> _Given | Refusal:
        moment = None
        if row.published_raw:
            moment = parse_moment(
                row.published_raw, timezone=self._timezone, source="list", unit=row.published_unit
            )
            if moment is None:
                return Refusal(row.line, "bad_date", row.published_raw)
        where = f"{self._path.name}:{row.line}"
        if row.file:
            given = self._read_named(row)
            if isinstance(given, Refusal):
                return given
        else:
            given = _Given(row.line, "", row.title, row.text, None, "unknown", where, row.flags)
        return given._replace(
            release_id=row.row_id,
            title=row.title or given.title or _first_words(given.text),
            issued=moment.at if moment else given.issued,
            precision=moment.precision if moment else given.precision,
        )

    def _read_named(self, row: ReleaseRow) -> _Given | Refusal:
        """The release in the file that a row names, which must lie in or below the folder of the list."""
        base = self._path.parent.resolve()
        try:
            path = base / row.file.replace("\\", "/")
            if not path.resolve().is_relative_to(base):
                return Refusal(row.line, "file_outside", row.file[:200])
            reason = find_reason(path.lstat())
        except (OSError, ValueError):
            return Refusal(row.line, "file_missing", row.file[:200])
        if reason:
            return Refusal(row.line, reason, row.file[:200])
        return self._read_file(row.line, path, row.file[:200])

    def _read_feed(self, body: bytes) -> Iterator[_Given | Refusal]:
        entries: tuple[FeedEntry, ...] = self._box.call(
            "diembao.sources.releases_lists:read_release_feed",
            body,
            returns=tuple[FeedEntry, ...],
            name=self._path.name,
            timezone=self._timezone,
        )
        for number, entry in enumerate(entries, start=1):
            if not entry.summary:
                yield Refusal(number, "no_text", entry.title[:120])
                continue
            flags = ("from_feed", *(flag for flag in entry.flags if flag in ("unread_date", "odd_offset")))
            yield _Given(
                number, entry.id[:200], entry.title, entry.summary, entry.published_at, entry.published_precision,
                f"{self._path.name}:{number}", flags,
            )  # fmt: skip


def _from_draft(draft: ReleaseDraft, line: int, release_id: str, source: str) -> _Given:
    return _Given(
        line, release_id, draft.title, draft.text, draft.issued_at, draft.precision, source, draft.flags
    )


def _first_words(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= 150 else line[:150].rsplit(" ", 1)[0] + "…"


def _refuse_document(error: SourceError, number: int, shown: str) -> Refusal:
    """A file of a folder that cannot be read: the reason, its name and the sentence."""
    reason = "unsafe" if isinstance(error, SandboxError) else REASONS.get(error.key or "", "unreadable")
    sentence = str(error)
    return Refusal(
        number, reason, (sentence if shown.rpartition("/")[2] in sentence else f"{shown}: {sentence}")[:300]
    )


# ------------------------------------------------------------------ judging


def _judge(given: _Given, latest: datetime) -> Release | Refusal:
    """The release as it is stored, or why it is not taken."""
    shown = (given.release_id or given.title)[:120]
    text = "\n".join(line.strip() for line in given.text.splitlines() if line.strip())
    try:
        check_length(len(text), shown)
        check_words(text, shown)
    except SourceError as error:
        return Refusal(given.line, REASONS[error.key or ""], str(error)[:300])
    if given.issued is not None and given.issued > latest:
        return Refusal(given.line, "future_date", f"{shown}: {given.issued.astimezone(latest.tzinfo).date()}")
    if given.issued is not None and given.issued.year < _FIRST_YEAR:
        return Refusal(given.line, "bad_date", f"{shown}: {given.issued.date()}")
    digest = hashlib.sha256(normal_text(text).encode("utf-8", "replace")).hexdigest()
    return Release(
        release_id=given.release_id or f"r-{digest[:16]}",
        title=given.title,
        text=text,
        issued_at=given.issued,
        precision=given.precision if given.issued else "unknown",
        source=given.source,
        sha256=digest,
        flags=given.flags if given.issued else (*given.flags, "no_date"),
    )


# ------------------------------------------------------------------ files


def _check_path(path: Path) -> None:
    if not path.is_dir() and not path.is_file():
        raise SourceError(
            "there is no file or folder {file}",
            key="app.no_releases",
            next_step="name a folder of releases, one document, or a list (CSV, JSONL, feed)",
            file=str(path),
        )


def _read_bytes(path: Path) -> bytes:
    """The bytes of a document; one byte more than allowed is read, so that too large a file says so."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SourceError(
            "{file} cannot be opened: {reason}",
            key="sources.unreadable",
            next_step="check the path, and that you may read the file",
            file=path.name,
            reason=error.strerror or type(error).__name__,
        ) from error


def _hash(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file; of a folder over the names and sizes in it."""
    if path.is_dir():
        digest, size = hashlib.sha256(), 0
        for file in list_release_files(path):
            digest.update(f"{file.path}\0{file.size}\n".encode("utf-8", "surrogatepass"))
            size += file.size
        return digest.hexdigest(), size
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size
