"""The product's own commands as a script for faults: its input, its phases, and what must be there afterwards."""

from __future__ import annotations

import contextlib
import io
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import press_script
from children import Tell

from diembao.app import imports, process
from diembao.app.articles import search_articles
from diembao.app.checks import verify_project
from diembao.app.project import open_project
from diembao.cli import run
from diembao.corpus import CorpusReader, CorpusWriter, hash_content
from diembao.corpus.writer import CommitInfo
from diembao.desk import Desk
from diembao.report.bundle import MANIFEST, TABLES, read_report
from diembao.report.manifest import digest, read_manifest

START = datetime(2026, 1, 12, tzinfo=UTC)
DAYS = 36
#: rows of a batch while faults are injected: the import takes four batches, each topic three
IMPORT_ROWS, PROCESS_ROWS = 200, 280
MAPPING = "title=title,summary=summary,url=link,published=published,fetched=fetched,outlet=source"
TOPICS = ("cho-que", "lang-son")
QUERIES = ('"hoi lang"', "lạng sơn", "phien -hoi", "outlet:ba-example")
Command = list[str]


def write_files(folder: Path) -> None:
    """A history of three outlets: a wrong clock, repeated and changed rows, and rows that must be refused."""
    folder.mkdir(parents=True)
    rows: list[dict[str, str]] = []
    for number in range(DAYS * 6):
        at = START + timedelta(hours=4 * number)
        for name, domain, shift in (("Báo Một", "mot", 0), ("Báo Hai", "hai", 0), ("Báo Ba", "ba", 7)):
            place = "Lạng Sơn" if number % 7 == 0 else "Hội làng"
            rows.append(
                {
                    "source": name,
                    "title": f"{place} mở phiên chợ quê thứ {number}"
                    if number % 3
                    else f"{place} ngày {number}",
                    "summary": f"Bài mẫu của {name} về phiên chợ.",
                    "link": f"https://{domain}.example/tin-{number}.html",
                    "published": (at + timedelta(hours=shift)).isoformat(),
                    "fetched": (at + timedelta(minutes=20 + 7 * (number % 13))).isoformat(),
                }
            )
    rows += [{**row, "fetched": _later(row["fetched"])} for row in rows[30:60]]  # seen again
    rows += [{**row, "title": row["title"] + " (sửa)"} for row in rows[90:110]]  # changed
    rows += rows[5:15]  # known to the letter
    bad = {
        "source": "Báo Một",
        "title": "x",
        "published": rows[0]["published"],
        "fetched": rows[0]["fetched"],
    }
    rows[7:7] = [{**bad, "link": ""}, {**bad, "link": "https://www.facebook.com/bai/1"}]
    rows[450:450] = [{**bad, "link": "https://mot.example/x.html", "published": "hôm nọ"}]
    more = [
        {**row, "link": row["link"].replace("tin-", "them-"), "title": row["title"] + " thêm"}
        for row in rows[-400:]
        if row["link"]
    ]
    for name, lines in (("history", rows), ("more", [*more, *rows[:50]])):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    moments = "\n".join((START + timedelta(hours=n)).isoformat() for n in range(DAYS * 24) if n % 97 > 8)
    (folder / "runs.csv").write_text(f"at\n{moments}\n", encoding="utf-8")
    sources = [
        {"name": name, "url": f"https://{domain}.example/rss"}
        for name, domain in (("Báo Một", "mot"), ("Báo Hai", "hai"), ("Báo Ba", "ba"))
    ]
    sources.append({"name": "Báo Hai - Thể thao", "url": "https://hai.example/rss/the-thao"})
    (folder / "feeds.json").write_text(json.dumps({"sources": sources}), encoding="utf-8")


def _later(moment: str) -> str:
    return (datetime.fromisoformat(moment) + timedelta(hours=3)).isoformat()


def list_command(phase: str, files: Path, project: Path) -> Command:
    """The command line of a phase."""
    if phase in ("collect", "again", "warc", "html"):
        return ["-C", str(project), *press_script.list_command(phase, files)]
    here = ["-C", str(project)]
    history = ["--map", MAPPING, "--runs", f"{files / 'runs.csv'}:at", "--feeds"]
    report = [
        "report",
        "build",
        "--topic",
        "lang-son",
        "--lang",
        "vi",
        "--output",
        str(project / "reports" / "r"),
    ]
    return (
        here
        + {
            "import": [
                "import",
                "history",
                str(files / "history.jsonl"),
                *history,
                str(files / "feeds.json"),
            ],
            "more": ["import", "history", str(files / "more.jsonl"), *history, str(files / "feeds.json")],
            "process": ["process"],
            "older": [*report, "--from", "2026-01-13", "--to", "2026-01-31"],
            "report": [
                *report,
                "--from",
                "2026-01-20",
                "--to",
                "2026-02-12",
                "--compare",
                "2026-01-12..2026-01-19",
            ],
            "verify": ["report", "verify", str(project / "reports" / "r")],
        }[phase]
    )


def call(phase: str, files: Path, project: Path, tell: Tell) -> dict[str, Any]:
    """Run the command of a phase in this process."""
    press_script.prepare(phase, project)
    return run_line(list_command(phase, files, project), tell)


def run_line(arguments: Command, tell: Tell) -> dict[str, Any]:
    """Run a command line in this process, with small batches, telling each batch once it is acknowledged."""
    imports.BATCH_ROWS, process.BATCH_ROWS = IMPORT_ROWS, PROCESS_ROWS
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(arguments)
    told = {"exit": code, "out": out.getvalue()[-3000:], "err": err.getvalue()}
    tell(told)
    return told


def tell_acks(tell: Tell) -> None:
    """From now on tell each batch that the writer has returned from: its number and its rows by table."""
    for name in ("add_articles", "add_decisions"):
        original = getattr(CorpusWriter, name)

        def add(self: CorpusWriter, *args: Any, original: Any = original, **named: Any) -> CommitInfo:
            info: CommitInfo = original(self, *args, **named)
            if info.batch_no is not None:
                tell({"ack": info.batch_no, "rows": dict(info.rows)})
            return info

        setattr(CorpusWriter, name, add)


# ------------------------------------------------------------------ looking


def look(project: Path, acked: dict[int, dict[str, int]]) -> list[str]:
    """Right after a fault, before anything is run again: rules, losses, the report folder."""
    problems = [
        f"verify: {row['rule']} {row['detail']}"
        for row in verify_project(open_project(project))
        if not row["ok"]
    ]
    with Desk.open(project, read_only=True) as desk:
        commit = desk.commits.last()
        found: dict[int, dict[str, int]] = {}
        if commit is not None:
            with CorpusReader(project, commit.versions) as reader:
                for table in ("articles", "items", "prints", "decisions", "mentions"):
                    for row in reader.rows(f"SELECT batch_no, count(*) AS n FROM {table} GROUP BY batch_no"):
                        found.setdefault(row["batch_no"], {})[table] = row["n"]
    for batch_no, rows in acked.items():
        due = {table: n for table, n in rows.items() if n and table != "texts"}
        if found.get(batch_no, {}) != due:
            problems.append(f"batch {batch_no} was acknowledged with {due}, there is {found.get(batch_no)}")
    if found and acked and max(found) > max(acked) + 1:
        problems.append(f"batch {max(found)} is there, {max(acked)} was the last acknowledged")
    return problems + check_folder(project / "reports" / "r")


def restart(project: Path) -> float:
    """How long it takes to open everything for writing, in seconds."""
    begin = time.monotonic()
    with open_project(project).open_desk() as desk, CorpusWriter.open(project, desk):
        return time.monotonic() - begin


def check_folder(folder: Path) -> list[str]:
    """A folder with a manifest holds exactly the files that the manifest lists."""
    if not (folder / MANIFEST).is_file():
        return []
    files = read_report(folder)
    listed = dict(read_manifest(files.pop(MANIFEST)).files)
    present = {name: digest(content) for name, content in files.items()}
    halves = [str(path) for path in [*folder.glob(".*"), *(folder / TABLES).glob(".*")]]
    return ([] if listed == present else ["the report has a manifest and is not whole"]) + halves


def describe(project: Path) -> dict[str, Any]:
    """What a project holds in the end, in a form that does not depend on the way there."""
    opened = open_project(project)
    broken = [row for row in verify_project(opened) if not row["ok"]]
    with opened.open_desk(read_only=True) as desk:
        commit = desk.commits.last()
        if commit is None:
            return {"broken": broken, "content": ""}
        runs = desk.imports.list_runs()
        ends = [run for run in runs if run.finished_at is not None]
        with CorpusReader(project, commit.versions) as reader:
            told = {
                "broken": broken,
                "content": hash_content(reader),
                "texts": reader.rows("SELECT text_hash, lead, text FROM texts ORDER BY ALL"),
                "decided": reader.rows(
                    "SELECT topic_id, decision, count(*) AS n FROM decisions GROUP BY ALL ORDER BY ALL"
                ),
            }
        told |= {
            "accepted": sum(run.accepted for run in runs),
            "rows of the last import": [(run.file_name, run.rows, run.refused) for run in ends][-1:],
            "refusals": [desk.imports.count_refusals(run.import_id) for run in ends][-1:],
            "addresses": sorted(row[0].hex() for row in desk.rows("SELECT key_hash FROM addresses")),
            "outlets": [repr(outlet) for outlet in desk.outlets.list_outlets()],
            "feeds": [repr(feed) for feed in desk.runs.list_feeds()],
            "runs": len(desk.runs.list_moments()),
            "clocks": [repr(finding) for finding in desk.findings.list_clocks()],
            "gaps": [repr(gap) for gap in desk.findings.list_gaps()],
            "profiles": sorted(profile.profile_hash for profile in desk.profiles.list_profiles()),
        }
    if (project / "search").exists():
        hits = [search_articles(opened, query, limit=1000) for query in QUERIES]
        told["search"] = [sorted(hit["article_id"] for hit in found["hits"]) for found in hits]
    if (project / "reports" / "r" / MANIFEST).is_file():
        content = (project / "reports" / "r" / MANIFEST).read_bytes()
        numbers = read_manifest(content).numbers  # but for the account of each import, which is summed above
        told["numbers"] = {n: numbers[n]["value"] for n in numbers if not n.startswith("import.")}
    return json.loads(json.dumps(told, default=str))
