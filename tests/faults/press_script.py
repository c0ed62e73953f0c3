"""Collecting and importing pages as a script for faults: the press it asks, its input, what must be there afterwards."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from children import Tell

from diembao.app import archives, collect
from diembao.app.checks import verify_project
from diembao.app.collecting import batch, collector
from diembao.app.outlets import register_outlets
from diembao.app.project import init_project, open_project
from diembao.app.topics import new_topic
from diembao.archive import read_capture
from diembao.archive.recovery import FOLDER
from diembao.corpus import CorpusReader
from diembao.desk import Desk
from diembao.desk.captures import Captures
from diembao.fetch.backends import LoopbackBackend
from diembao.sample import build_press
from diembao.sample.clock import VirtualClock
from diembao.sample.live import LIVE_FROM, LivePress, answer, list_sites
from diembao.types import Outlet

#: one page in the middle of everything, one whose bodies may not be kept, one that sends to a login
COLLECTED = ("bao-mau-ky-cung", "tap-chi-mau-giu-quyen", "bao-mau-thu-phi", "bao-mau-song-bang")
#: whose archive is imported, and whose saved pages
ARCHIVED = ("dai-mau-na-sam", "bao-mau-da-dang")
SAVED = "bao-mau-song-thuong"
SAVED_PAGES = 60
#: each round of a collection, and when the press stands still for it
ROUNDS = {
    "collect": (LIVE_FROM + timedelta(days=3, hours=2)).astimezone(UTC),
    "again": (LIVE_FROM + timedelta(days=3, hours=9)).astimezone(UTC),
}
#: what is committed together while faults are injected
COLLECT_ROWS, IMPORT_PAGES, PIECE_BYTES = 12, 5, 60_000
FOREIGN, PAGES = "foreign.warc.gz", "saved"
#: filled by `Press`: the port at which the press stands as in a round
ports: dict[str, int] = {}


@dataclass(frozen=True)
class _Stopped:
    """A clock that stands still."""

    at: datetime

    def now(self) -> datetime:
        return self.at


def serve(tell: Tell, files: Path, end: int) -> None:
    """Write the saved pages, then answer as the press stands in each round, until the pipe `end` is closed."""
    press = build_press()
    servers = {phase: LivePress(press, _Stopped(at)) for phase, at in ROUNDS.items()}
    _save_pages(servers["collect"], files / PAGES)
    for server in servers.values():
        server.__enter__()
    tell({"ports": {phase: server.port for phase, server in servers.items()}})
    os.read(end, 1)


def _save_pages(server: LivePress, folder: Path) -> None:
    """Pages as a browser saves them; one twice, one that says nowhere where it is from, one that is empty."""
    folder.mkdir(parents=True)
    at = ROUNDS["collect"]
    articles = server.newsroom.list_published(SAVED, at, SAVED_PAGES)
    for number, article in enumerate(articles):
        parts = urlsplit(article.url)
        body = answer(server.newsroom, parts.netloc, parts.path, {}, at).body
        note = f"<!-- saved from url=({len(article.url):04})https://{parts.netloc}{parts.path} -->\n"
        for name in (f"{number}.html", *(["twice.html"] if number == 7 else [])):
            (folder / name).write_bytes(note.encode() + body)
            os.utime(folder / name, (at.timestamp() + 60, at.timestamp() + 60))
    (folder / "nowhere.html").write_bytes(b"<html><body><p>?</p></body></html>")
    (folder / "empty.html").write_bytes(b"")


def make_project(folder: Path, outlet_ids: tuple[str, ...]) -> None:
    """A project with some outlets of the live press and a topic."""
    project = init_project(folder)
    settings = folder / "diembao.toml"
    text = settings.read_text(encoding="utf-8")
    assert 'contact = ""' in text
    settings.write_text(text.replace('contact = ""', 'contact = "toa-soan@example.org"'), encoding="utf-8")
    register_outlets(project, [_find_outlet(outlet_id) for outlet_id in outlet_ids])
    new_topic(project, place="Lạng Sơn")


def _find_outlet(outlet_id: str) -> Outlet:
    found = next(site.outlet for site in list_sites() if site.outlet.outlet_id == outlet_id)
    if outlet_id == "bao-mau-ky-cung":
        found = replace(found, sitemaps=(f"https://{found.domains[0]}/sitemap.xml",))
    return found


def write_foreign(project: Path, target: Path) -> None:
    """Somebody else's archive: what was collected here, with a record that was changed and garbage in between."""
    with Desk.open(project, read_only=True) as desk:
        captures = [kept.capture for kept in desk.captures.list_captures() if kept.purpose == "page"]
    name = captures[0].file
    content = bytearray((project / FOLDER / name).read_bytes())
    broken, before = captures[2], captures[5]
    content[broken.offset + broken.length // 2] ^= 0xFF
    cut = captures[1]
    tail = content[cut.offset : cut.offset + cut.length // 2]
    target.write_bytes(content[: before.offset] + b"garbage " * 40 + content[before.offset :] + tail)


def list_command(phase: str, files: Path) -> list[str]:
    """The command line of a phase."""
    return {
        "collect": ["collect"],
        "again": ["collect"],
        "warc": ["import", "warc", str(files / FOREIGN)],
        "html": ["import", "html", str(files / PAGES), "--outlet", SAVED],
    }[phase]


def prepare(phase: str, project: Path) -> None:
    """Small batches; the press of the round is asked, and the clock goes on where an earlier run stopped."""
    batch.BATCH_ROWS, archives.BATCH_PAGES, archives.PIECE_BYTES = COLLECT_ROWS, IMPORT_PAGES, PIECE_BYTES
    if phase not in ROUNDS:
        return
    begin = ROUNDS[phase]
    with Desk.open(project, read_only=True) as desk:
        last = max((attempt.ended_at for attempt in desk.captures.list_attempts()), default=None)
    if last is not None:
        begin = max(begin, last + timedelta(seconds=40))
    collect.SystemTimer = lambda: VirtualClock(begin)  # type: ignore[assignment, misc]
    collect.find_way_out = lambda project: LoopbackBackend(ports[phase])


def tell_acks(tell: Tell) -> None:
    """From now on tell each capture once the transaction with it has returned."""
    settle, add = collector.Collector._settle, Captures.add_imported

    def settled(self: Any, *args: Any, **named: Any) -> Any:
        before = self._room.archive.committed_ends()
        kept = settle(self, *args, **named)
        if self._room.archive.committed_ends() != before:
            tell({"kept": _list_records(self._desk)})
        return kept

    def added(self: Any, *args: Any, **named: Any) -> Any:
        kept = add(self, *args, **named)
        tell({"kept": [one.capture.record_id for one in kept]})
        return kept

    collector.Collector._settle = settled  # type: ignore[method-assign]
    Captures.add_imported = added  # type: ignore[method-assign]


def _list_records(desk: Desk) -> list[str]:
    return [row[0] for row in desk.rows("SELECT record_id FROM captures ORDER BY capture_id DESC LIMIT 3")]


# ------------------------------------------------------------------ the power


@dataclass
class Power:
    """Which bytes of the archive are synced; those that were there before are."""

    archive: Path
    synced: dict[str, int] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.synced = {path.name: path.stat().st_size for path in self.list_files()}
        self.named = set(self.synced)

    def list_files(self) -> Iterator[Path]:
        """The archive's files."""
        return self.archive.glob("*.warc.gz") if self.archive.is_dir() else iter(())

    def listen(self, name: str) -> None:
        """Note what is synced."""
        file = name.removeprefix("fsync.after ")
        if file == f"{FOLDER}/":
            self.named |= {path.name for path in self.list_files()}
        elif file != name and (self.archive / file).is_file():
            self.synced[file] = (self.archive / file).stat().st_size

    def cut(self) -> None:
        """Lose what was not synced: names, and of each file half of the bytes."""
        for path in list(self.list_files()):
            if path.name not in self.named:
                path.unlink()
                continue
            size, sure = path.stat().st_size, self.synced.get(path.name, 0)
            with path.open("r+b") as file:
                file.truncate(min(size, sure + (size - sure) // 2))


def list_orphans(parent: int, patience_s: float = 2.0) -> list[int]:
    """Workers of the sandbox that outlived the process that started them."""
    deadline = time.monotonic() + patience_s
    while True:
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[-2:-1] == [str(parent).encode()] and any(b"sandbox.worker" in word for word in words):
                found.append(int(folder.name))
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)


# ------------------------------------------------------------------ looking


def look(project: Path, told: set[str]) -> list[str]:
    """Right after a fault: captures that were acknowledged and are not there, records without a row."""
    with Desk.open(project, read_only=True) as desk:
        there = {row[0] for row in desk.rows("SELECT record_id FROM captures")}
    return [f"capture {record_id} was acknowledged and is lost" for record_id in sorted(told - there)]


def list_acknowledged(project: Path) -> dict[str, list[str]]:
    """Every acknowledged row, by what it says; whatever is run later, these must stay."""
    with Desk.open(project, read_only=True) as desk:
        kept = {
            "captures": "SELECT record_id, file, offset, record_sha256 FROM captures",
            "readings": "SELECT capture_id, outcome, article_id, revision FROM readings",
            "attempts": "SELECT attempt_id, url, outcome FROM attempts",
            "polls": "SELECT feed_id, at_us, outcome FROM feed_polls",
        }
        return {name: [repr(tuple(row)) for row in desk.rows(sql)] for name, sql in kept.items()}


def find_losses(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """Acknowledged rows that are gone or were changed."""
    return [
        f"{name} lost: {row}" for name, rows in before.items() for row in sorted({*rows} - {*after[name]})
    ]


def describe(project: Path) -> dict[str, Any]:
    """What a project holds in the end, without the moments at which it was asked for."""
    opened = open_project(project)
    told: dict[str, Any] = {"broken": [row for row in verify_project(opened) if not row["ok"]]}
    with opened.open_desk(read_only=True) as desk:
        told |= _describe_desk(desk)
        told["evidence"] = _describe_evidence(project, desk)
        commit = desk.commits.last()
        if commit is not None:
            with CorpusReader(project, commit.versions) as reader:
                told["articles"] = _lines(
                    reader,
                    "SELECT article_id, revision, kind, url, title, published_at, text_hash FROM articles",
                )
                told["items"] = _lines(
                    reader,
                    "SELECT article_id, revision, feed_id, outlet_id, split_part(source, ':', 1) FROM items",
                )
                told["texts"] = _lines(reader, "SELECT text_hash, lead, text FROM texts")
    return dict(json.loads(json.dumps(told, default=str)))


def _lines(reader: CorpusReader, sql: str) -> list[str]:
    return sorted(repr(list(row.values())) for row in reader.rows(sql))


def _describe_desk(desk: Desk) -> dict[str, Any]:
    """The ledger."""
    queries = {
        "attempts": "SELECT purpose, url, outcome, count(*) FROM attempts GROUP BY 1, 2, 3",
        "captures": "SELECT purpose, url, kind, count(*) FROM captures GROUP BY 1, 2, 3",
        "readings": "SELECT c.url, r.outcome, r.article_id, r.revision, r.basis, count(*) FROM readings r "
        "JOIN captures c USING (capture_id) WHERE c.purpose <> 'feed' GROUP BY 1, 2, 3, 4, 5",
        "queue": "SELECT key, url, host, outlet_id, state, tries, outcome FROM page_queue",
        "polls": "SELECT feed_id, count(*), sum(fresh) FROM feed_polls GROUP BY 1",
        "unread": "SELECT c.url FROM captures c WHERE NOT EXISTS "
        "(SELECT 1 FROM readings r WHERE r.capture_id = c.capture_id)",
        "accepted": "SELECT sum(accepted) FROM import_counts",
        "addresses": "SELECT hex(key_hash) FROM addresses",
    }
    told: dict[str, Any] = {
        name: sorted(repr(tuple(row)) for row in desk.rows(sql)) for name, sql in queries.items()
    }
    plans = desk.schedule.list_plans
    told["lists"] = {
        name: (state["listed"], state["parent"], state["outlet_id"])
        for kind in ("feed", "sitemap")
        for name, state in plans(kind).items()  # type: ignore[arg-type]
    }
    told["hosts"] = {
        name: (
            state["robots"] and state["robots"]["verdict"],
            state["sitemaps"],
            state["tdm_rules"],
            state["plan"]["crawl_delay_s"],
        )
        for name, state in plans("host").items()
    }
    told["runs"] = len(desk.runs.list_moments())
    return told


def _describe_evidence(project: Path, desk: Desk) -> dict[str, Any]:
    """Bodies by address, each read back from its record; and what lies in the archive beyond the ledger."""
    ends = desk.captures.list_ends()

    def find(record_id: str) -> Any:
        found = desk.captures.find_record(record_id)
        return None if found is None else found.capture

    bodies = sorted(
        f"{kept.capture.url} {len(read_capture(project, kept.capture, lookup=find).body)}"
        for kept in desk.captures.list_captures()
        if kept.capture.kind != "tdm"
    )
    sizes = {path.name: path.stat().st_size for path in (project / FOLDER).glob("*") if path.is_file()}
    beyond = sum(size - ends.get(name, 0) for name, size in sizes.items())
    return {"bodies": bodies, "bytes beyond what was acknowledged": beyond}
