"""From files to a report on real rows: import of 79,132 history rows and 17,720 articles, match, report, verify.

    python -m bench.imports           prints JSON; needs the evaluation data beside the clone

The peer is what a script would do that keeps nothing but the rows: read the same lines with `json`, find the
address in a dictionary, and write them to SQLite in one table, committing every 5,000 rows.
Each step runs in a process of its own; memory is the peak of that process.
"""

from __future__ import annotations

import json
import lzma
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SHARED = Path(os.environ.get("DIEMBAO_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))
HISTORY = SHARED / "data/evaluate_only/vn_rss_2025_08_to_2026_01"
ARTICLES = SHARED / "data/evaluate_only/vn_baomoi_2017_half/articles.jsonl.xz"


def run() -> dict[str, Any]:
    """Wall time, peak memory and rows of each step, and the ratio to the peer."""
    if not HISTORY.is_dir():
        raise SystemExit(f"no evaluation data in {SHARED}: set DIEMBAO_SHARED")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = folder / "project"
        step("init", str(project))
        here = ("-C", str(project))
        mapping = "title=title,summary=summary,url=link,published=published,fetched=fetched,outlet=source"
        runs, feeds = f"{HISTORY}/snapshots.csv:committed_at", str(HISTORY / "rss_sources.json")
        history = str(HISTORY / "items.jsonl.xz")
        results: dict[str, Any] = {}
        results["history"] = step(
            *here, "import", "history", history, "--map", mapping, "--runs", runs, "--feeds", feeds
        )
        results["history_again"] = step(*here, "import", "history", history, "--map", mapping)
        articles = write_articles(folder / "articles.jsonl.xz")
        step(*here, "outlet", "add", "--domain", "bai.example", "--class", "aggregator")
        results["articles"] = step(
            *here,
            "import",
            "articles",
            str(articles),
            "--map",
            "url=url,title=title,summary=summary,text=text,published=day",
        )
        step(*here, "topic", "new", "--place", "Lạng Sơn")
        results["process"] = step(*here, "process")
        report = ("report", "build", "--topic", "lang-son", "--from", "2025-08-11", "--to", "2026-01-31")
        results["report"] = step(*here, *report)
        results["verify"] = step(*here, "report", "verify")
        results["peer_history"] = peer(Path(history), folder / "peer-history.sqlite")
        results["peer_articles"] = peer(articles, folder / "peer-articles.sqlite")
    for name in ("history", "articles"):
        results[f"{name}_times_peer"] = round(
            results[name]["seconds"] / results[f"peer_{name}"]["seconds"], 2
        )
    return results


def step(*arguments: str) -> dict[str, Any]:
    """One command in a process of its own: wall seconds and peak memory."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "diembao", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _, told = process.communicate()
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)}: {told}")
    return {"seconds": round(time.perf_counter() - started, 2), "peak_mb": children_mb()}


def children_mb() -> int:
    """Largest peak of all children so far; steps are ordered so that each larger one is its own."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def write_articles(path: Path) -> Path:
    """The full articles with an address and a day made up, since the data has neither."""
    with (
        lzma.open(ARTICLES, "rt", encoding="utf-8") as lines,
        lzma.open(path, "wt", preset=1, encoding="utf-8") as out,
    ):
        for number, line in enumerate(lines):
            row = json.loads(line)
            row |= {
                "url": f"https://bai.example/{row['id']}.html",
                "day": f"2017-{1 + number // 1500:02d}-15",
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def peer(path: Path, database: Path) -> dict[str, Any]:
    """A plain loop into one SQLite table."""
    code = (
        "import json, lzma, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[2]); db.execute('PRAGMA journal_mode=WAL'); db.execute('PRAGMA synchronous=FULL')\n"
        "db.execute('CREATE TABLE rows (url TEXT PRIMARY KEY, row TEXT)'); seen = set()\n"
        "for n, line in enumerate(lzma.open(sys.argv[1], 'rt', encoding='utf-8')):\n"
        "    row = json.loads(line); url = row.get('link') or row.get('url')\n"
        "    if url not in seen:\n"
        "        seen.add(url); db.execute('INSERT OR IGNORE INTO rows VALUES (?, ?)', (url, line))\n"
        "    if n % 5000 == 0: db.commit()\n"
        "db.commit()\n"
    )
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, str(path), str(database)], check=True)
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT count(*) FROM rows").fetchone()[0]
    return {"seconds": round(time.perf_counter() - started, 2), "rows": rows}


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
