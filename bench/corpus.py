"""The corpus with a synthetic million: appending, the report query, phrase search beside SQLite FTS5.

    python -m bench.corpus [ROWS]     prints JSON; a million takes some minutes and about 3 GB of disk

Both search engines hold the same titles and leads in the same run and answer the same phrases with the number of
hits and the first 20; FTS5 gets the texts in the form that our exact field has, since it never folds đ itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from diembao.corpus import (
    Arrival,
    Batch,
    CorpusReader,
    CorpusWriter,
    SearchIndex,
    create_snapshot,
    open_snapshot,
)
from diembao.corpus.query import split_words
from diembao.corpus.schemas import SCHEMAS
from diembao.desk import Commit, Desk, name_article
from diembao.types import Article, Moment, Outlet, Sighting

ROWS = 1_000_000
BATCH = 10_000
OUTLETS = 60
MONTHS = 24
START = datetime(2024, 1, 1, tzinfo=UTC)
ABOUT_SHARE = 0.01
TOPIC = "tinh-mau"
_SYLLABLES = """
tỉnh huyện xã phường đường cầu chợ trường học sinh giáo viên bệnh viện bác sĩ nông dân lúa gạo cà phê mưa lũ bão
nắng nóng dự án đầu tư vốn ngân sách thuế giá vàng điện nước sông biển rừng núi thuyền tàu xe máy ô tô tai nạn
giao thông khánh thành khởi công tháng năm ngày hội lễ văn hóa du lịch khách sạn nhà máy công nhân lương thưởng
đội bóng trận đấu giải vô địch huy chương sân vận động kinh tế thị trường xuất khẩu cửa khẩu biên giới hàng hóa
"""
WORDS = _SYLLABLES.split()
#: phrases and in how many of a thousand articles they are planted
PHRASES = {"cao tốc": 20, "đà nẵng": 10, "hữu nghị quan": 2, "na sầm": 1, "đường sắt liên vận": 1}


def run(rows: int = ROWS, *, fts_rows: int | None = None, repeats: int = 30) -> dict[str, Any]:
    """Times in seconds and milliseconds, sizes in MB, all of this machine."""
    fts_rows = rows if fts_rows is None else fts_rows
    with tempfile.TemporaryDirectory() as name, Desk.open(Path(name)) as desk:
        folder = Path(name)
        found: dict[str, Any] = {"rows": rows, "cpus": os.cpu_count()}
        found["append"] = fill(folder, desk, rows)
        found["memory_after_append_mb"] = peak_mb()
        decide(folder, desk)
        found["report_query"] = ask(folder, desk, repeats)
        found["memory_after_queries_mb"] = peak_mb()
        found["search"] = search(folder, desk, fts_rows, repeats)
        found["memory_peak_mb"] = peak_mb()
        files = [file for file in folder.rglob("*") if file.is_file() and "fts" not in file.name]
        found["disk_mb"] = round(sum(file.stat().st_size for file in files) / 1e6)
    return found


def make_rows(rows: int) -> Iterator[Arrival]:
    """The synthetic articles, in the order of their time."""
    chance = random.Random(20)
    step = timedelta(days=MONTHS * 30) / rows
    for number in range(rows):
        seen_at = START + step * number
        outlet = f"bao-{chance.randrange(OUTLETS):02d}"
        key = f"{outlet}.example/{number}"
        title = " ".join(chance.choices(WORDS, k=10)).capitalize()
        lead = " ".join(chance.choices(WORDS, k=25))
        for phrase, share in PHRASES.items():
            if chance.random() * 1000 < share:
                lead += f" {phrase} {chance.choice(WORDS)}"
        article_id = name_article(key)
        revision = hashlib.sha256(f"{title}{lead}".encode()).hexdigest()[:16]
        published = Moment(seen_at - timedelta(minutes=20), "second", "feed", seen_at.isoformat())
        yield Arrival(
            Article(
                article_id,
                revision,
                outlet,
                f"https://{key}",
                key,
                title,
                lead,
                "",
                "vi",
                "feed_item",
                published,
                None,
            ),
            Sighting(article_id, revision, outlet, f"{outlet}/tin", seen_at),
        )


def fill(folder: Path, desk: Desk, rows: int) -> dict[str, Any]:
    """Import the rows in batches; making them is not counted."""
    outlets = [f"bao-{n:02d}" for n in range(OUTLETS)]
    desk.outlets.put([Outlet(o, o, (f"{o}.example",), "central") for o in outlets])
    times: list[float] = []
    source = make_rows(rows)
    with CorpusWriter.open(folder, desk) as writer:
        run = desk.imports.start("history", "bench", file_sha256="", file_size=0, mapping={})
        while batch := list(islice(source, BATCH)):
            started = time.perf_counter()
            writer.add_articles(batch, run=run)
            times.append(time.perf_counter() - started)
        desk.imports.finish(run.import_id)
    times.sort()
    return {
        "batch_rows": BATCH,
        "total_s": round(sum(times), 1),
        "rows_per_s": round(rows / sum(times)),
        "batch_p50_ms": round(statistics.median(times) * 1e3),
        "batch_p95_ms": round(times[int(len(times) * 0.95)] * 1e3),
    }


def decide(folder: Path, desk: Desk) -> None:
    """A decision for every row, about one in a hundred `about`; written as prepared tables."""
    profile = desk.profiles.put(TOPIC, "bench", "v1").profile_hash
    schema = pa.schema([column for column in SCHEMAS["decisions"] if column.name != "batch_no"])
    with CorpusReader(folder, last(desk).versions) as reader, CorpusWriter.open(folder, desk) as writer:
        sql = f"""
            SELECT '{TOPIC}' AS topic_id, '{profile}' AS profile_hash, article_id, revision,
                   CASE WHEN hash(article_id) % 1000 < {ABOUT_SHARE * 1000} THEN 'about' ELSE 'not' END AS decision,
                   1.0::DOUBLE AS score, 'bench' AS rule, 'title' AS stratum, []::VARCHAR[] AS places,
                   article_no, revision_no, month
            FROM articles ORDER BY first_seen_at
        """
        for batch in reader.batches(sql, rows=100_000):
            table = pa.Table.from_batches([batch]).select(schema.names).cast(schema)
            writer.append_batch(Batch({"decisions": table}))


def ask(folder: Path, desk: Desk, repeats: int) -> dict[str, Any]:
    """The report's query: articles about the topic by local month and outlet, newest and pinned."""
    sql = f"""
        SELECT date_trunc('month', timezone('Asia/Ho_Chi_Minh', c.published_at)) AS month, c.outlet_id, count(*) AS n
        FROM decisions d JOIN current c USING (article_no, revision_no)
        WHERE d.topic_id = '{TOPIC}' AND d.decision = 'about' GROUP BY ALL ORDER BY ALL
    """
    snapshot_s, snapshot = clock(lambda: create_snapshot(folder, desk, hashes={}, code_version="bench"))
    with CorpusWriter.open(folder, desk) as writer:  # so that the newest set is not the pinned one
        run = desk.imports.start("history", "more", file_sha256="", file_size=0, mapping={})
        writer.add_articles([*make_rows(BATCH)], run=run)
        tidy_s, _ = clock(writer.tidy)
    found: dict[str, Any] = {"snapshot_s": round(snapshot_s, 2), "tidy_s": round(tidy_s, 2)}
    for name, opened in (
        ("latest", lambda: CorpusReader(folder, last(desk).versions)),
        ("pinned", lambda: open_snapshot(folder, desk, snapshot)),
    ):
        open_s, reader = clock(opened)
        with reader:
            first_s, table = clock(lambda reader=reader: reader.table(sql))
            times = sorted(clock(lambda reader=reader: reader.table(sql))[0] for _ in range(repeats))
            found[name] = {
                "open_ms": round(open_s * 1e3, 1),
                "first_ms": round(first_s * 1e3, 1),
                "p50_ms": round(statistics.median(times) * 1e3, 1),
                "p95_ms": round(times[int(len(times) * 0.95)] * 1e3, 1),
                "articles": sum(table.column("n").to_pylist()),
            }
    return found


def search(folder: Path, desk: Desk, fts_rows: int, repeats: int) -> dict[str, Any]:
    """Phrases in our index and in FTS5: number of hits and the first 20, newest first in ours, any in FTS5."""
    index = SearchIndex(folder)
    with CorpusReader(folder, last(desk).versions) as reader:
        build_s, count = clock(lambda: index.catch_up(reader, desk))
        fts, fts_build_s = build_fts(folder / "fts.sqlite", reader, fts_rows)
    ours: dict[str, dict[str, Any]] = {}
    theirs: dict[str, dict[str, Any]] = {}
    for phrase in PHRASES:
        quoted = f'"{phrase}"'
        ours[phrase] = measure(lambda quoted=quoted: index.search(quoted).total, repeats)
        theirs[phrase] = measure(lambda quoted=quoted: ask_fts(fts, quoted), repeats)
    fts.close()
    p50 = statistics.median(one["p50_ms"] for one in ours.values())
    fts_p50 = statistics.median(one["p50_ms"] for one in theirs.values())
    return {
        "articles": count,
        "build_s": round(build_s, 1),
        "p50_ms": p50,
        "phrases": ours,
        "fts5": {
            "articles": fts_rows,
            "build_s": round(fts_build_s, 1),
            "p50_ms": fts_p50,
            "phrases": theirs,
        },
        "times_faster_than_fts5": round(fts_p50 / p50, 1),
    }


def build_fts(path: Path, reader: CorpusReader, rows: int) -> tuple[sqlite3.Connection, float]:
    """An FTS5 table of the same titles and leads."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIRTUAL TABLE fts USING fts5(title, lead, content='', tokenize=\"unicode61 "
                       "remove_diacritics 0\")")  # fmt: skip
    started = time.perf_counter()
    sql = f"SELECT title, lead FROM current LEFT JOIN texts USING (text_hash) LIMIT {rows}"
    for batch in reader.batches(sql, rows=10_000):
        words = [
            (
                " ".join(split_words(row["title"], is_exact=True)),
                " ".join(split_words(row["lead"], is_exact=True)),
            )
            for row in batch.to_pylist()
        ]
        connection.executemany("INSERT INTO fts (title, lead) VALUES (?, ?)", words)
    connection.commit()
    return connection, time.perf_counter() - started


def ask_fts(connection: sqlite3.Connection, phrase: str) -> int:
    """Number of hits and the first 20 of them."""
    connection.execute("SELECT rowid FROM fts WHERE fts MATCH ? LIMIT 20", (phrase,)).fetchall()
    return int(connection.execute("SELECT count(*) FROM fts WHERE fts MATCH ?", (phrase,)).fetchone()[0])


def measure(act: Callable[[], int], repeats: int) -> dict[str, Any]:
    """Median and 95th percentile of an action, and what it returned."""
    hits = act()
    times = sorted(clock(act)[0] for _ in range(repeats))
    return {
        "hits": hits,
        "p50_ms": round(statistics.median(times) * 1e3, 2),
        "p95_ms": round(times[int(len(times) * 0.95)] * 1e3, 2),
    }


def clock(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds and result of an action."""
    started = time.perf_counter()
    result = act()
    return time.perf_counter() - started, result


def last(desk: Desk) -> Commit:
    """The newest committed set."""
    commit = desk.commits.last()
    assert commit is not None
    return commit


def peak_mb() -> int:
    """The largest resident size of this process so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS), indent=2, ensure_ascii=False))
