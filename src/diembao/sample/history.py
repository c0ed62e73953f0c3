"""Writes the sample press as the files that a collector and an office would have left behind."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from diembao.sample.model import SamplePress
from diembao.sample.truth import describe_truth
from diembao.types import Outlet


@dataclass(frozen=True, slots=True)
class HistoryFiles:
    """Where each file of the sample press lies."""

    folder: Path
    history: Path
    runs: Path
    feeds: Path
    articles: Path
    releases: Path
    clips: Path
    truth: Path
    truth_articles: Path


def write_history(
    press: SamplePress, folder: Path, *, until: datetime | None = None, also: Iterable[Outlet] = ()
) -> HistoryFiles:
    """Write all files into a folder (made if absent); the same press gives the same contents.

    `until` ends the recorded collection early, as if it had been stopped then; what comes after is left to
    a live one. `also` are further outlets whose feeds are configured without any history.
    """
    if until is not None:
        press = stop_collection(press, until)
    folder.mkdir(parents=True, exist_ok=True)
    files = HistoryFiles(
        folder,
        folder / "history.jsonl.gz",
        folder / "runs.csv",
        folder / "feeds.json",
        folder / "articles.jsonl.gz",
        folder / "releases.jsonl",
        folder / "clips.csv",
        folder / "truth.json",
        folder / "truth_articles.jsonl.gz",
    )
    files.history.write_bytes(_pack(render_history(press)))
    files.runs.write_bytes(render_runs(press))
    files.feeds.write_bytes(render_feeds(press, also))
    files.articles.write_bytes(_pack(render_articles(press)))
    files.releases.write_bytes(render_releases(press))
    files.clips.write_bytes(render_clips(press))
    write_truth(press, files)
    return files


def write_truth(press: SamplePress, files: HistoryFiles) -> None:
    """Write what is true of a press, after a live collection once more."""
    files.truth.write_bytes(_json(describe_truth(press)))
    files.truth_articles.write_bytes(_pack(render_truth(press)))


def stop_collection(press: SamplePress, until: datetime) -> SamplePress:
    """The same press with a collector that was stopped at a moment: later runs and rows never happened.

    What was published and the office's clippings stay; planted gaps that reach beyond it end there.
    """
    return replace(
        press,
        runs=tuple(run for run in press.runs if run < until),
        rows=tuple(row for row in press.rows if datetime.fromisoformat(row.fetched) < until),
        first_seen={number: at for number, at in press.first_seen.items() if at < until},
        gaps=tuple(replace(gap, end=min(gap.end, until)) for gap in press.gaps if gap.start < until),
    )


def _pack(content: bytes) -> bytes:
    """gzip without a time or a name inside, so that only the content decides the bytes."""
    target = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0, compresslevel=4) as packer:
        packer.write(content)
    return target.getvalue()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def render_history(press: SamplePress) -> bytes:
    """The feed history: one row a link noted."""
    return _lines(
        {
            "source": row.source,
            "feed": row.feed,
            "title": row.title,
            "summary": row.summary,
            "link": row.link,
            "published": row.published,
            "fetched": row.fetched,
        }
        for row in press.rows
    )


def render_runs(press: SamplePress) -> bytes:
    """When the collector ran."""
    return ("run_at\n" + "".join(f"{run.isoformat()}\n" for run in press.runs)).encode()


def render_feeds(press: SamplePress, also: Iterable[Outlet] = ()) -> bytes:
    """The feeds that were configured, also the one that never delivered."""
    sources = [
        {
            "name": feed.name,
            "url": feed.url,
            "category": feed.name.partition(" - ")[2] or "Tổng hợp",
        }
        for outlet in (*press.outlets, *also)
        for feed in outlet.feeds
    ]
    return _json({"sources": sources})


def render_articles(press: SamplePress) -> bytes:
    """Full texts of what the collector saw, as saved pages would give them."""
    names = {outlet.outlet_id: outlet.name for outlet in press.outlets}
    return _lines(
        {
            "url": article.url,
            "outlet": names[article.outlet_id],
            "title": article.title,
            "lead": article.lead,
            "text": article.text,
            "published": article.stated,
        }
        for article in press.articles
        if article.number in press.first_seen
    )


def render_releases(press: SamplePress) -> bytes:
    """The press releases of the sample province."""
    return _lines(
        {
            "release_id": release.release_id,
            "title": release.title,
            "text": release.text,
            "published": release.issued_at.isoformat(),
        }
        for release in press.releases
    )


def render_clips(press: SamplePress) -> bytes:
    """The office's list as a spreadsheet saves it: byte order mark, Vietnamese headings, day/month/year."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(("STT", "Ngày đăng", "Cơ quan báo chí", "Tiêu đề", "Đường dẫn"))
    for n, clip in enumerate(press.clips, start=1):
        writer.writerow((n, clip.day, clip.outlet, clip.title, clip.link))
    return target.getvalue().encode("utf-8-sig")


def render_truth(press: SamplePress) -> bytes:
    """The truth of each article, one line each."""
    return _lines(
        {
            "url": article.url,
            "outlet_id": article.outlet_id,
            "published_at": article.published_at.isoformat(),
            "seen": article.number in press.first_seen,
            "read": article.number in press.read,
            "number": article.number,
            "forms": article.forms,
            **asdict(article.truth),
        }
        for article in press.articles
    )
