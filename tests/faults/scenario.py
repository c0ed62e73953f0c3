"""A small import as a script: what is written while faults are injected, what must be there at the end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from diembao.corpus import (
    Arrival,
    CorpusReader,
    CorpusWriter,
    Decided,
    SearchIndex,
    check_project,
    hash_content,
    hash_text,
)
from diembao.desk import Desk, name_article
from diembao.types import Article, Mention, Moment, Outlet, Refusal, Sighting, TopicMatch

START = datetime(2025, 8, 30, tzinfo=UTC)
OUTLET = Outlet("mau", "Báo Mẫu", ("mau.example",), "central")
ERASED = hash_text("tóm tắt 3", "")
#: what an acknowledgement says: file and batch
Ack = tuple[str, int]


def arrival(
    number: int, *, version: int = 0, hours: int = 0, feed: str = "mau/tin", canonical: str | None = None
) -> Arrival:
    """A row: article `number` at a version, seen some hours after the start."""
    key = f"mau.example/bai-{number}"
    article_id = name_article(key)
    title, lead = f"Bài mẫu số {number} bản {version}", f"tóm tắt {number}"
    revision = hashlib.sha256(f"{title}\0{lead}".encode()).hexdigest()[:16]
    published = Moment(START + timedelta(hours=number), "second", "feed", "raw")
    article = Article(
        article_id,
        revision,
        "mau",
        f"https://{key}",
        key,
        title,
        lead,
        "",
        "vi",
        "feed_item",
        published,
        None,
    )
    seen = Sighting(article_id, revision, "mau", feed, START + timedelta(hours=number + hours))
    return Arrival(article, seen, canonical)


def file_a() -> list[list[Arrival]]:
    """Three batches over two months, with a second version, a repeated row and a sighting out of order."""
    first = [arrival(n) for n in range(6)] + [arrival(2)]
    second = [arrival(n, hours=40) for n in range(4, 9)] + [arrival(1, version=1, hours=30)]
    third = [arrival(n) for n in range(9, 12)] + [arrival(5, hours=-4, feed="mau/moi")]
    return [first, second, third]


def file_b() -> list[list[Arrival]]:
    """Another file that overlaps with the first, and names a canonical address."""
    return [[arrival(n) for n in range(4, 7)] + [arrival(20, canonical="mau.example/bai-5"), arrival(21)]]


FILES: dict[str, Callable[[], list[list[Arrival]]]] = {"a": file_a, "b": file_b}


def import_file(
    writer: CorpusWriter, desk: Desk, name: str, ack: Callable[[Ack], None] = lambda _: None
) -> None:
    """Import one of the files, acknowledging each batch once the writer has returned."""
    run = desk.imports.start("history", f"{name}.csv", file_sha256=name, file_size=1, mapping={})
    for number, batch in enumerate(FILES[name]()):
        writer.add_articles(batch, run=run, refusals=[Refusal(100 * number, "no_url", "")])
        ack((name, number))
    desk.imports.finish(run.import_id)


def decide(folder: Path, writer: CorpusWriter, desk: Desk) -> None:
    """Ask a profile about every revision that it was not asked about yet, in two batches."""
    profile = desk.profiles.put("tinh-mau", "phrases = ['mẫu']", "v1")
    with CorpusReader(folder, writer.commit.versions) as reader:
        pending = [row for rows in reader.list_pending("tinh-mau", profile.profile_hash) for row in rows]
    decided = [
        Decided(
            "tinh-mau",
            profile.profile_hash,
            row["article_id"],
            row["revision"],
            row["month"],
            TopicMatch("about", 1.0, "title", (Mention("title", 0, 3, row["title"][:3], None, "title"),)),
            "title",
        )
        for row in sorted(pending, key=lambda row: (row["article_id"], row["revision"]))
    ]
    half = max(1, len(decided) // 2)
    for start in range(0, len(decided), half):
        writer.add_decisions(decided[start : start + half])


def play(folder: Path, ack: Callable[[Ack], None], files: str = "a") -> None:
    """The whole script: import, decide, compact, erase, index."""
    folder.mkdir(exist_ok=True)
    with Desk.open(folder) as desk:
        desk.outlets.put([OUTLET])
        with CorpusWriter.open(folder, desk) as writer:
            for name in files:
                import_file(writer, desk, name, ack)
            decide(folder, writer, desk)
            writer.tidy(many_files=1)
            writer.erase_texts([ERASED], "asked for")
            with CorpusReader(folder, writer.commit.versions) as reader:
                SearchIndex(folder).catch_up(reader, desk)


def find_losses(folder: Path, acked: list[Ack]) -> list[str]:
    """What was acknowledged and is not there, and what is there though its batch had not even begun."""
    if not (folder / "desk.sqlite").exists():
        return ["everything"] if acked else []
    with Desk.open(folder) as desk:  # for writing, since the crash may have come before the first table
        commit = desk.commits.last()
        if commit is None:
            return ["everything"] if acked else []
        with CorpusReader(folder, commit.versions) as reader:
            rows = reader.rows("SELECT article_id, revision, feed_id, seen_at FROM items")
            stored = reader.rows("SELECT article_id, revision FROM articles")
    found = [(r["article_id"], r["revision"], r["feed_id"], r["seen_at"]) for r in rows]
    losses = [f"doubled {row}" for row in set(found) if found.count(row) > 1]
    losses += [f"doubled {r}" for r in stored if stored.count(r) > 1]
    order = [(name, number) for name in "ab" for number in range(len(FILES[name]()))]
    begun = {*acked, *order[len(acked) : len(acked) + 1]}
    due = {row for ack in acked for row in _list_rows(ack)}
    possible = {row for ack in begun for row in _list_rows(ack)}
    losses += [f"lost {row}" for row in sorted(due - set(found), key=str)]
    losses += [f"orphan {row}" for row in sorted(set(found) - possible, key=str)]
    return losses


def _list_rows(ack: Ack) -> Iterator[tuple[str, str, str | None, datetime]]:
    for one in FILES[ack[0]]()[ack[1]]:
        seen = one.sighting
        yield seen.article_id, seen.revision, seen.feed_id, seen.seen_at


def describe(folder: Path) -> dict[str, object]:
    """What the folder holds in the end, in a form that does not depend on the way there."""
    with Desk.open(folder, read_only=True) as desk:
        commit = desk.commits.last()
        assert commit is not None
        broken = [
            f"{check.rule}: {dict(check.detail)}" for check in check_project(folder, desk) if not check.ok
        ]
        with CorpusReader(folder, commit.versions) as reader:
            texts = reader.rows("SELECT text_hash, lead, text FROM texts ORDER BY text_hash, lead, text")
            return {
                "broken": broken,
                "content": hash_content(reader),
                "texts": [list(row.values()) for row in texts],
                "addresses": sorted(row[0].hex() for row in desk.rows("SELECT key_hash FROM addresses")),
                "found": SearchIndex(folder).search('"bai mau"').total,
            }
