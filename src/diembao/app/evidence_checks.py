"""Rules of `verify` about evidence: every row that was collected has its record, every record its row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from diembao.app.project import Project
from diembao.corpus.read import CorpusReader
from diembao.desk import Desk, from_us
from diembao.types import Capture

Row = dict[str, Any]

#: rows that came through the archive, by the kind of their source
_FROM_PAGES = "split_part(source, ':', 1) IN ('collect', 'warc', 'html', 'reread')"


def check_evidence(project: Project, desk: Desk) -> Iterator[Row]:
    """Each rule with its result; nothing where nothing was ever kept."""
    if not desk.captures.list_ends():
        return
    yield _row("evidence_whole", lambda: _check_archive(project, desk))
    yield _row("attempts_have_outcomes", lambda: _check_attempts(desk))
    last = desk.commits.last()
    if last is None:
        return
    with CorpusReader(project.folder, last.versions) as reader:
        yield _row("articles_have_evidence", lambda: _check_articles(desk, reader))
        yield _row("feed_items_have_evidence", lambda: _check_items(desk, reader))
        yield _row("readings_lead_to_articles", lambda: _check_readings(reader))


def _row(rule: str, look: Callable[[], tuple[int, list[str], str]]) -> Row:
    from diembao.errors import DiembaoError

    try:
        checked, broken, note = look()
    except DiembaoError as error:
        checked, broken, note = 0, [str(error)], ""
    detail = f"{checked} checked" + (f", {note}" if note else "")
    if broken:
        detail += f", {len(broken)} broken: {'; '.join(broken[:3])}"
    return {"rule": rule, "ok": not broken, "checked": checked, "broken": len(broken), "detail": detail}


def _check_archive(project: Project, desk: Desk) -> tuple[int, list[str], str]:
    """Every capture has its record with true digests, and every record within a committed end its capture."""
    from diembao.archive.verify import Seen, verify_archive

    def find(record_id: str) -> Capture | None:
        found = desk.captures.find_record(record_id)
        return None if found is None else found.capture

    seen = Seen()
    captures = (kept.capture for kept in desk.captures.list_captures())
    problems = [
        str(problem)
        for problem in verify_archive(
            project.folder, captures, desk.captures.list_ends(), lookup=find, seen=seen
        )
    ]
    note = f"{seen.unacknowledged_bytes} bytes were never acknowledged" if seen.unacknowledged_bytes else ""
    return seen.captures, problems, note


def _check_attempts(desk: Desk) -> tuple[int, list[str], str]:
    """Every response that was kept of an attempt is read, or waits to be read; none is read as two things."""
    row = desk.row("SELECT count(*) FROM captures")
    doubled = desk.rows(
        "SELECT capture_id FROM (SELECT capture_id, count(DISTINCT article_id) AS n FROM readings "
        "WHERE article_id IS NOT NULL GROUP BY capture_id) WHERE n > 1"
    )
    waiting = desk.row(
        "SELECT count(*) FROM captures c WHERE NOT EXISTS "
        "(SELECT 1 FROM readings r WHERE r.capture_id = c.capture_id)"
    )
    note = f"{waiting[0]} wait to be read" if waiting and waiting[0] else ""
    return int(row[0]) if row else 0, [f"capture {r[0]} was read as two articles" for r in doubled], note


def _check_articles(desk: Desk, reader: CorpusReader) -> tuple[int, list[str], str]:
    """Every article that was read from a page has a capture it was read from.

    A command that died between the corpus and the desk left articles whose captures still wait to be read: those
    are told by the outlet and the moment of the capture, and are due to have their reading at the next start.
    """
    pairs = desk.rows("SELECT DISTINCT article_id, revision FROM readings WHERE article_id IS NOT NULL")
    reader.connection.register(
        "read_pages",
        pa.table(
            {
                "article_id": pa.array([row[0] for row in pairs], pa.string()),
                "revision": pa.array([row[1] for row in pairs], pa.string()),
            }
        ),
    )
    counted = int(
        reader.value(
            f"SELECT count(DISTINCT (article_id, revision)) FROM items WHERE feed_id IS NULL AND {_FROM_PAGES}"
        )
    )
    unread = {
        (row[0], from_us(row[1]))
        for row in desk.rows(
            "SELECT outlet_id, fetched_us FROM captures c WHERE purpose = 'page' AND NOT EXISTS "
            "(SELECT 1 FROM readings r WHERE r.capture_id = c.capture_id)"
        )
    }
    found = reader.rows(
        "SELECT article_id, revision, outlet_id, seen_at FROM items "
        f"WHERE feed_id IS NULL AND {_FROM_PAGES} "
        "AND (article_id, revision) NOT IN (SELECT (article_id, revision) FROM read_pages) ORDER BY ALL"
    )
    waiting = {
        (row["article_id"], row["revision"]) for row in found if (row["outlet_id"], row["seen_at"]) in unread
    }
    broken = sorted({(row["article_id"], row["revision"]) for row in found} - waiting)
    note = f"{len(waiting)} wait for their reading" if waiting else ""
    return counted, [f"{article_id} {revision} has no capture" for article_id, revision in broken], note


def _check_items(desk: Desk, reader: CorpusReader) -> tuple[int, list[str], str]:
    """Every feed item that was collected was seen at the moment of a capture of its feed."""
    captured = {
        (row[0], from_us(row[1]))
        for row in desk.rows("SELECT feed_id, fetched_us FROM captures WHERE purpose = 'feed'")
    }
    seen = reader.rows(
        "SELECT feed_id, seen_at, count(*) AS n FROM items "
        "WHERE feed_id IS NOT NULL AND source LIKE 'collect:%' GROUP BY ALL"
    )
    broken = [
        f"{row['n']} items of {row['feed_id']} at {row['seen_at']:%Y-%m-%d %H:%M:%S} have no capture"
        for row in seen
        if (row["feed_id"], row["seen_at"]) not in captured
    ]
    return sum(row["n"] for row in seen), broken, ""


def _check_readings(reader: CorpusReader) -> tuple[int, list[str], str]:
    """Every reading that names an article names one that is stored."""
    counted = int(reader.value("SELECT count(*) FROM read_pages"))
    broken = reader.rows(
        "SELECT article_id, revision FROM read_pages ANTI JOIN articles USING (article_id, revision) ORDER BY ALL"
    )
    return counted, [f"{row['article_id']} {row['revision']} is not stored" for row in broken], ""
