"""Every door of strangers' bytes, as the product opens it: what came out of it, in one record."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from diembao.app.collecting.worker import ARTICLES, PageReading
from diembao.archive.foreign import RecordBatch
from diembao.errors import DiembaoError
from diembao.fetch.robots import MAX_SITEMAPS, RobotsAnswer
from diembao.fetch.signals import MAX_RULES, TdmRules
from diembao.sandbox import Sandbox
from diembao.sources.feeds import MAX_ENTRIES
from diembao.sources.histories import MAX_SUMMARY_CHARS, MAX_TITLE_CHARS, HistoryRow, read_history
from diembao.sources.mapping import parse_mapping
from diembao.sources.pages import SavedOrigin
from diembao.sources.sitemaps import MAX_ADDRESSES
from diembao.text.addresses import MAX_ADDRESS_CHARS
from diembao.types import ExtractedArticle, ParsedFeed, ParsedSitemap, Refusal
from tests.hostile import article, feeds, pages, robots, rows, saved, sitemaps, tdmrep, warcs
from tests.hostile.making import Hostile

_TEXT_BYTES = 2_000_000
_LINE_CHARS = 20_000
#: flags and doubts that tell whoever counts articles that the text may not be all of it, or not only it
TOLD = frozenset(
    [
        "deep",
        "extractors_disagree",
        "extractor_failed",
        "text_cut",
        "decoded_badly",
        "charset_wrong",
        "charset_guessed",
        "hidden_removed",
        "markup",
        "frames",
        "unfinished",
        "zeros",
        "entities",
    ]
)


@dataclass
class Outcome:
    """What became of one input: "result" or the name of the error, how long it took, and what is wrong with it."""

    name: str
    kind: str = "result"
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    key: str = ""

    def check(self, is_right: bool, complaint: str) -> None:
        """Note a complaint unless all is well."""
        if not is_right:
            self.wrong.append(f"{self.name}: {complaint}")


Door = Callable[[Sandbox, Hostile, bytes, Outcome], None]


def knock(door: Door, box: Sandbox, case: Hostile, body: bytes) -> Outcome:
    """One input through its door; errors raised on purpose are outcomes, any other is wrong."""
    outcome = Outcome(case.name)
    begun = monotonic()
    try:
        door(box, case, body, outcome)
    except DiembaoError as error:
        outcome.kind, outcome.key = type(error).__name__, error.key or ""
        outcome.check(
            error.key not in (None, "sandbox.failed", "sandbox.bad_reply", "sandbox.no_function"),
            str(error)[:200],
        )
        outcome.check(bool(error.next_step), f"{error.key} does not say what to do")
        outcome.check(len(str(error)) < 10_000, "an error of great length")
    except Exception as error:  # the harness must tell which input it was
        outcome.kind = "crash"
        outcome.check(False, f"{type(error).__name__}: {str(error)[:200]}")
    outcome.seconds = monotonic() - begun
    return outcome


# ------------------------------------------------------------------ pages


def _read_page(careful: bool) -> Door:
    def door(box: Sandbox, case: Hostile, body: bytes, outcome: Outcome) -> None:
        reading = box.call(
            "diembao.app.collecting.worker:read_page",
            body,
            returns=PageReading,
            url=article.URL,
            careful=careful,
            **case.told,
        )
        look = reading.look
        _check_texts(
            outcome, look.title, look.published_raw, look.language, look.canonical_url or "", *look.flags
        )
        outcome.check(len(look.text_prints) < 100_000, f"{len(look.text_prints)} prints")
        outcome.check(len(look.flags) <= 60, f"{len(look.flags)} flags")
        _check_canonical(outcome, look.canonical_url)
        if reading.article is not None:
            _check_article(outcome, reading.article, look.in_doubt)
        outcome.key = reading.article.page_type if reading.article else look.page_type

    return door


def _check_article(outcome: Outcome, found: ExtractedArticle, doubts: Sequence[str]) -> None:
    """Texts within their limits; and an article is whole, or says that it may not be."""
    _check_texts(outcome, found.title, found.lead, found.published_raw, found.language, *found.flags)
    outcome.check(len(found.text.encode()) <= _TEXT_BYTES, "a text of great length")
    _check_canonical(outcome, found.canonical_url)
    marks = article.find_marks(f"{found.lead}\n{found.text}")
    is_told = bool(TOLD & {*found.flags, *doubts})
    if found.page_type in ARTICLES and not is_told:
        outcome.check(not marks or set(range(1, article.COUNT + 1)) <= set(marks), f"lost sentences: {marks}")


def _check_texts(outcome: Outcome, *texts: str) -> None:
    outcome.check(all(len(text) <= _LINE_CHARS for text in texts), "a field of great length")
    outcome.check("\0" not in "".join(texts), "a zero in a field")


def _check_canonical(outcome: Outcome, url: str | None) -> None:
    outcome.check(url is None or url.startswith("https://bao.example/"), f"canonical address {url!r:.80}")


# ------------------------------------------------------------------ feeds, sitemaps, saved pages


def _parse_feed(box: Sandbox, case: Hostile, body: bytes, outcome: Outcome) -> None:
    feed = box.call("diembao.sources.feeds:parse_feed_body", body, returns=ParsedFeed, url=feeds.URL)
    outcome.check(len(feed.entries) <= MAX_ENTRIES, f"{len(feed.entries)} entries")
    for entry in feed.entries:
        _check_texts(outcome, entry.title, entry.url, entry.published_raw, entry.id)
        outcome.check(len(entry.summary) <= 50_000, "a summary of great length")
        outcome.check(entry.url.startswith(("http://", "https://")), f"address {entry.url!r:.80}")
        outcome.check("root:" not in entry.summary, "the content of a file")
    found = {entry.url for entry in feed.entries}
    is_told = bool(feed.flags or feed.dropped)
    outcome.check(
        is_told or "rss" not in feed.kind or {feeds.FIRST, feeds.LAST} <= found or not found, "lost entries"
    )


def _parse_sitemap(box: Sandbox, case: Hostile, body: bytes, outcome: Outcome) -> None:
    sitemap = box.call(
        "diembao.sources.sitemaps:parse_sitemap", body, returns=ParsedSitemap, url=sitemaps.URL
    )
    outcome.check(len(sitemap.entries) <= MAX_ADDRESSES, f"{len(sitemap.entries)} entries")
    for entry in sitemap.entries:
        if (
            len(entry.title) > _LINE_CHARS
            or len(entry.url) > MAX_ADDRESS_CHARS
            or not entry.url.startswith("http")
        ):
            outcome.check(False, f"entry {entry!r:.120}")
    found = {entry.url for entry in sitemap.entries}
    is_told = bool(sitemap.flags or sitemap.dropped)
    if sitemaps.FIRST in found and sitemap.kind == "pages" and b"tin-cuoi" in body:
        outcome.check(is_told or sitemaps.LAST in found, "lost entries")


def _find_saved(box: Sandbox, case: Hostile, body: bytes, outcome: Outcome) -> None:
    told = {"path": "tin.html", **case.told}
    origin = box.call(
        "diembao.sources.pages:find_saved_url", body, returns=SavedOrigin, domains=["bao.example"], **told
    )
    outcome.check(len(origin.url) <= MAX_ADDRESS_CHARS, "an address of great length")
    is_own = origin.url.startswith(("https://bao.example", "http://bao.example"))
    outcome.check(
        not origin.url or (is_own and "khac" not in origin.url.split("/")[2]), f"address {origin.url!r:.80}"
    )


# ------------------------------------------------------------------ robots, reservations


def _check_robots(box: Sandbox, case: Hostile, body: bytes, outcome: Outcome) -> None:
    answer = box.call(
        "diembao.fetch.robots:check_robots", body, returns=RobotsAnswer, urls=list(robots.ASKED)
    )
    outcome.check(len(answer.allowed) == len(robots.ASKED), "an address without an answer")
    outcome.check(len(answer.sitemaps) <= MAX_SITEMAPS, f"{len(answer.sitemaps)} sitemaps")
    delay = answer.crawl_delay_s
    outcome.check(delay is None or (math.isfinite(delay) and delay >= 0), f"a delay of {delay}")


def _parse_tdmrep(box: Sandbox, case: Hostile, body: bytes, outcome: Outcome) -> None:
    rules = box.call("diembao.fetch.signals:parse_tdmrep", body, returns=TdmRules)
    outcome.check(len(rules.rules) <= MAX_RULES, f"{len(rules.rules)} rules")
    outcome.check(
        all(len(rule.pattern) <= 2_000 and len(rule.policy) <= 500 for rule in rules.rules), "a long rule"
    )


# ------------------------------------------------------------------ archives and rows, which are files


def _read_archive(box: Sandbox, case: Hostile, body: bytes, outcome: Outcome) -> None:
    """In batches, as an import reads them: every record is a whole one, and no stretch is read twice."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, case.name)
        path.write_bytes(body)
        offset, is_lost, read, dropped = 0, False, Counter[str](), Counter[str]()
        for _ in range(500):
            batch = box.call(
                "diembao.archive.foreign:read_batch",
                f"{path}:{offset}".encode(),
                returns=RecordBatch,
                path=str(path),
                offset=offset,
                is_lost=is_lost,
                hosts=["bao.example"],
            )
            for record in batch.records:
                read[record.url] += 1
                is_good = record.body == article.GOOD_PAGE or record.url not in (warcs.FIRST, warcs.LAST)
                outcome.check(is_good, f"{record.url} is not what it was")
                outcome.check(len(record.body) <= 12_000_000, "a body of great length")
            dropped.update(batch.dropped)
            outcome.check(batch.is_end or batch.next_offset > offset, "no step forward")
            if batch.is_end or outcome.wrong:
                break
            offset, is_lost = batch.next_offset, batch.is_lost
        else:
            outcome.check(False, "no end")
    outcome.key = ",".join(sorted(dropped))
    is_whole = {warcs.FIRST, warcs.LAST} <= read.keys()
    outcome.check(is_whole or bool(dropped), f"lost records in silence: {dict(read)}")
    if case.name.partition(".")[0] in warcs.RECORDS and case.name.endswith(".gz"):
        outcome.check(is_whole, f"neighbours were lost: {dict(read)}, dropped {dict(dropped)}")


def _read_rows(box: Sandbox, case: Hostile, body: bytes, outcome: Outcome) -> None:
    """Rows are read in the main process, as a stream; the good lines around a bad one are read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, case.name)
        path.write_bytes(body)
        refusals: Counter[str] = Counter()
        found = set()
        for row in read_history(path, parse_mapping(rows.MAPPING)):
            if isinstance(row, Refusal):
                refusals[row.reason] += 1
                outcome.check(len(row.detail) <= 1_000, "a refusal of great length")
            else:
                found.add(row.url[:200])
                _check_row(outcome, row)
    outcome.key = ",".join(sorted(refusals))
    stem, _, ending = case.name.rpartition(".")
    poisoned = rows.JSON_LINES if ending == "jsonl" else rows.CSV_LINES if ending == "csv" else {}
    if stem in poisoned:
        is_told = "too_many_broken_quotes" in refusals
        outcome.check(
            is_told or {rows.FIRST, rows.LAST} <= found, f"lost rows: {sorted(found)} {dict(refusals)}"
        )


def _check_row(outcome: Outcome, row: HistoryRow) -> None:
    outcome.check(len(row.title) <= MAX_TITLE_CHARS and len(row.summary) <= MAX_SUMMARY_CHARS, "a long field")
    outcome.check(len(row.published_raw) <= 64 and row.url.startswith("http"), "a strange field")


@dataclass(frozen=True)
class Family:
    """Inputs of one kind, their door, and a good input with what must come of it."""

    name: str
    cases: Sequence[Hostile]
    door: Door
    good: bytes
    #: what else is handed on with the good input
    told: dict[str, Any] = field(default_factory=dict)


FAMILIES = {
    family.name: family
    for family in (
        Family("pages", pages.CASES, _read_page(careful=True), article.GOOD_PAGE),
        Family("looks", pages.CASES, _read_page(careful=False), article.GOOD_PAGE),
        Family("feeds", feeds.CASES, _parse_feed, feeds.GOOD),
        Family("sitemaps", sitemaps.CASES, _parse_sitemap, sitemaps.GOOD),
        Family("warcs", warcs.CASES, _read_archive, b""),
        Family("rows", rows.CASES, _read_rows, b""),
        Family("robots", robots.CASES, _check_robots, robots.GOOD),
        Family("tdmrep", tdmrep.CASES, _parse_tdmrep, tdmrep.GOOD),
        Family("saved", saved.CASES, _find_saved, article.GOOD_PAGE),
    )
}
