"""Import feed histories, article files and clipping lists: every row accepted, already known, or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from diembao.app.arrivals import Register, is_plausible, make_arrival
from diembao.app.feeds import FeedBook, register_feeds
from diembao.app.project import Project
from diembao.corpus.batch import Arrival
from diembao.corpus.memory import release_memory
from diembao.corpus.writer import CorpusWriter
from diembao.desk import Clip, Desk, ImportRun
from diembao.errors import SourceError
from diembao.progress import Tally
from diembao.sources.histories import HistoryRow, read_history
from diembao.sources.hosts import refused_host
from diembao.sources.mapping import Mapping, parse_mapping
from diembao.sources.outlets import OutletIndex
from diembao.sources.runs import read_runs
from diembao.text.addresses import article_key
from diembao.text.filenames import show_name
from diembao.text.times import parse_moment
from diembao.types import ArticleKind, Moment, Outlet, Refusal

#: rows that are stored and acknowledged together
BATCH_ROWS = 5_000
#: full texts are stored sooner, so that memory does not grow with them
BATCH_CHARS = 1_900_000

Progress = Callable[[Tally], None]


@dataclass
class ImportResult:
    """The account of one import: read = accepted + known + refused."""

    file: str
    read: int = 0
    accepted: int = 0
    known: int = 0
    refused: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[Refusal]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    runs: int = 0
    feeds: int = 0

    def counts(self) -> dict[str, int]:
        """The four counts by name."""
        return {"read": self.read, "accepted": self.accepted, "known": self.known, "refused": self.refused}

    def add_refusals(self, refusals: Iterable[Refusal]) -> None:
        """Count refusals; the first few of each reason stay as examples."""
        for refusal in refusals:
            self.refused += 1
            self.reasons[refusal.reason] = self.reasons.get(refusal.reason, 0) + 1
            kept = self.examples.setdefault(refusal.reason, [])
            if len(kept) < 5:
                kept.append(refusal)

    def describe_refusals(self) -> list[dict[str, Any]]:
        """One row per reason: how many, the first lines, and what stood in the first."""
        return [
            {
                "reason": reason,
                "rows": count,
                "lines": ", ".join(str(r.line) for r in self.examples[reason]),
                "detail": self.examples[reason][0].detail,
            }
            for reason, count in sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))
        ]


def import_history(
    project: Project,
    path: Path,
    mapping: str,
    *,
    runs: str | None = None,
    feeds: Path | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a feed history with the collector's runs and configured feeds.

    A list of configured feeds registers their outlets: with class and place where the starter directory knows
    the domain, else without a class, which every report prints.
    """
    parsed = parse_mapping(mapping)
    check_file(path)
    timezone = project.settings.text("project.timezone")
    moments = read_runs(runs, timezone=timezone) if runs else []
    # the lock comes first: a command that is refused because another one writes has changed nothing
    with project.open_desk() as desk, CorpusWriter.open(project.folder, desk) as writer:
        result = ImportResult(show_name(path.name))
        if feeds is not None:
            registered = register_feeds(desk, feeds)
            result.notes += registered.notes
            result.feeds = registered.feeds
        if moments:
            desk.runs.add("history", moments)
            result.runs = len(moments)
        return _import_rows(project, desk, writer, path, parsed, "history", result, progress)


def import_articles(
    project: Project, path: Path, mapping: str, *, progress: Progress | None = None
) -> ImportResult:
    """Import full articles from JSONL or CSV."""
    parsed = parse_mapping(mapping)
    check_file(path)
    result = ImportResult(show_name(path.name))
    with project.open_desk() as desk, CorpusWriter.open(project.folder, desk) as writer:
        return _import_rows(project, desk, writer, path, parsed, "articles", result, progress)


def import_clips(project: Project, path: Path, mapping: str | None = None) -> ImportResult:
    """Import an office's clipping list; it is kept apart from the corpus and never counted with it."""
    from diembao.sources.clips import read_clips

    check_file(path)
    result = ImportResult(show_name(path.name))
    parsed = parse_mapping(mapping) if mapping else None
    with project.open_desk() as desk:
        outlets = OutletIndex(desk.outlets.list_outlets())
        run = _start(desk, "clips", path, parsed)
        clips: list[Clip] = []
        refusals: list[Refusal] = []
        for row in read_clips(path, parsed):
            result.read += 1
            if isinstance(row, Refusal):
                refusals.append(row)
                continue
            category = refused_host(row.host)
            if category is not None:
                refusals.append(Refusal(row.line, f"{category}_host", row.url[:200]))
                continue
            outlet = outlets.resolve(row.host)
            clips.append(
                Clip(
                    line=row.line,
                    title=row.title,
                    url=row.url,
                    key=article_key(row.url),
                    outlet_id=outlet.outlet_id if outlet else None,
                    outlet_name=row.outlet_label or (outlet.name if outlet else row.host),
                    day=_local_day(row.published, outlet),
                )
            )
        with desk.transaction():
            result.accepted = desk.clips.add(run.import_id, clips)
            result.known = len(clips) - result.accepted
            desk.imports.count(
                run.import_id, batch_no=None, accepted=result.accepted, known=result.known, refusals=refusals
            )
            desk.imports.finish(run.import_id)
            desk.audit.append("clips_imported", {"file": result.file, "rows": result.accepted})
        result.add_refusals(refusals)
    return result


def _local_day(moment: Moment | None, outlet: Outlet | None) -> date | None:
    zone = ZoneInfo(outlet.timezone if outlet else "Asia/Ho_Chi_Minh")
    return moment.at.astimezone(zone).date() if moment else None


# ------------------------------------------------------------------ rows into the corpus


def _import_rows(
    project: Project,
    desk: Desk,
    writer: CorpusWriter,
    path: Path,
    mapping: Mapping,
    kind: str,
    result: ImportResult,
    progress: Progress | None,
) -> ImportResult:
    timezone = project.settings.text("project.timezone")
    tally = Tally(kind, report=progress)
    run = _start(desk, kind, path, mapping)
    judge = RowJudge(desk, kind)
    arrivals: list[Arrival] = []
    refusals: list[Refusal] = []
    held = 0

    def store() -> None:
        nonlocal held
        judge.feeds.record(desk)
        info = writer.add_articles(arrivals, run=run, refusals=refusals)
        result.accepted += info.accepted
        result.known += info.known
        result.add_refusals(refusals)
        mark_delivered(desk, arrivals)
        arrivals.clear()
        refusals.clear()
        if held > BATCH_CHARS // 4:
            release_memory()
        held = 0

    for row in read_history(path, mapping, timezone=timezone):
        result.read += 1
        judged = row if isinstance(row, Refusal) else judge.judge(row)
        if isinstance(judged, Refusal):
            refusals.append(judged)
            tally.drop(judged.reason)
        else:
            size = len(judged.article.lead) + len(judged.article.text)
            if held + size > BATCH_CHARS:
                store()
            held += size
            arrivals.append(judged)
            tally.passed_on()
        if len(arrivals) + len(refusals) >= BATCH_ROWS:
            store()
    if arrivals or refusals:
        store()
    desk.imports.finish(run.import_id)
    result.notes += judge.notes()
    return result


def _start(desk: Desk, kind: str, path: Path, mapping: Mapping | None) -> ImportRun:
    columns = dict(mapping.columns) if mapping else {}
    digest, size = hash_file(path)
    return desk.imports.start(kind, show_name(path.name), file_sha256=digest, file_size=size, mapping=columns)


def check_file(path: Path) -> None:
    """An import of a file that is not there is an error."""
    if not path.is_file():
        raise SourceError(
            "there is no file {file}",
            key="app.no_file",
            next_step="check the name; a relative name starts from the folder you stand in",
            file=str(path),
        )


def hash_file(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file; one that cannot be read is an error."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except OSError as error:
        raise SourceError(
            "{file} cannot be opened: {reason}",
            key="sources.unreadable",
            next_step="check the path, and that you may read the file",
            file=show_name(path.name),
            reason=error.strerror or type(error).__name__,
        ) from error


def mark_delivered(desk: Desk, arrivals: Iterable[Arrival]) -> None:
    """An outlet that delivered here is no longer unverified."""
    seen = {arrival.article.outlet_id for arrival in arrivals}
    changed = [
        replace(outlet, status="delivered")
        for outlet in desk.outlets.list_outlets()
        if outlet.outlet_id in seen and outlet.status == "unverified"
    ]
    if changed:
        desk.outlets.put(changed)


class RowJudge:
    """Decides for each row which outlet and feed it belongs to and what its times are, or refuses it."""

    def __init__(self, desk: Desk, kind: str) -> None:
        self._register = Register(OutletIndex(desk.outlets.list_outlets()))
        self._kind: ArticleKind = "feed_item" if kind == "history" else "article"
        self.feeds = FeedBook(desk)
        self._without_fetched = 0

    def judge(self, row: HistoryRow) -> Arrival | Refusal:
        """The arrival that a row stands for, or why it is not taken."""
        outlet = self._register.judge(row.host, row.line, row.url)
        if isinstance(outlet, Refusal):
            return outlet
        published = self._read_published(row, outlet)
        if isinstance(published, Refusal):
            return published
        seen = row.fetched or published
        if seen is None:
            return Refusal(row.line, "no_date", row.url[:200])
        flags = row.flags
        if row.fetched is None:
            self._without_fetched += 1
            flags = (*flags, "seen_unknown")
        is_item = self._kind == "feed_item" and not row.text
        feed_id = (
            self.feeds.find(outlet, row.feed_label or row.outlet_label) if self._kind == "feed_item" else None
        )
        return make_arrival(
            outlet,
            row.url,
            title=row.title,
            lead=row.summary,
            text=row.text,
            kind="feed_item" if is_item else "article",
            published=published,
            published_raw=row.published_raw,
            seen_at=seen.at,
            feed_id=feed_id,
            language=row.language,
            flags=flags,
        )

    def notes(self) -> list[str]:
        """What the person should know beyond the counts."""
        found = tell_unregistered(self._register)
        if self._without_fetched:
            found.append(
                f"{self._without_fetched} rows do not say when they were fetched: their clocks cannot be "
                "checked and they show no gaps (map the column with fetched=…)"
            )
        return found

    @staticmethod
    def _read_published(row: HistoryRow, outlet: Outlet) -> Moment | Refusal | None:
        if not row.published_raw:
            return None
        moment = parse_moment(
            row.published_raw, timezone=outlet.timezone, source="feed", unit=row.published_unit
        )
        if moment is None or not is_plausible(moment.at, row.fetched.at if row.fetched else moment.at):
            return Refusal(row.line, "bad_date", row.published_raw)
        return moment


def tell_unregistered(register: Register) -> list[str]:
    """The domains whose rows were refused because nobody registered them."""
    if not register.unregistered:
        return []
    domains = ", ".join(f"{host} ({n})" for host, n in register.unregistered.most_common(5))
    return [
        f"rows of domains that are not registered were refused: {domains}; "
        "register one with `diembao outlet add --domain … --class …` and import the file again"
    ]
