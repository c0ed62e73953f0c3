"""What is stated as true of the live press is what its pages show, and the history ends where it begins."""

from __future__ import annotations

import csv
import gzip
import html
import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser
from tests.live_fixture import normal, press

from diembao.sample import describe_truth, write_history
from diembao.sample.faults import COLLECTION_END, COLLECTION_START
from diembao.sample.forms import HANOI
from diembao.sample.history import stop_collection
from diembao.sample.live import (
    LIVE_FROM,
    Answer,
    ExpectedPage,
    Newsroom,
    answer,
    build_newsroom,
    count_live,
    describe_live,
    expect_feeds,
    expect_live,
    list_live_outlets,
    write_live_truth,
)
from diembao.sample.live.newsroom import FIRST_LIVE_NUMBER
from diembao.text.times import parse_moment

pytestmark = pytest.mark.xdist_group("sample")

END = COLLECTION_END


@cache
def newsroom() -> Newsroom:
    return build_newsroom(press())


@cache
def expected() -> tuple[ExpectedPage, ...]:
    return expect_live(newsroom(), LIVE_FROM, END)


def ask(url: str, at: datetime) -> Answer:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return answer(newsroom(), parts.netloc, target, {}, at)


def read(page: ExpectedPage, at: datetime) -> str:
    body = ask(page.url, at).body
    charset = "cp1258" if b"windows-1258" in body[:3000] else "utf-16" if body[:2] == b"\xff\xfe" else "utf-8"
    return normal(html.unescape(body.decode(charset)))


# ------------------------------------------------------------------ pages


def test_expected_pages_are_what_the_site_shows() -> None:
    """Title, lead and every paragraph of each expected text stand on its page in the end; kept ones only."""
    kept = [page for page in expected() if page.body == "kept"]
    assert len(kept) > 120
    for page in kept:
        shown = read(page, END)
        for part in (page.title, page.lead, *page.text.split("\n\n")):
            assert normal(part) in shown, (page.url, part)
        assert page.page_type in ("article", "photo", "live")


def test_pages_without_text_show_none() -> None:
    """Where no text must be, the answer holds none of its sentences, or may not be asked for, or be kept."""
    by_number = {article.number: article for own in newsroom().articles.values() for article in own}
    seen = set()
    for page in expected():
        if page.body in ("kept", "robots", "tdm"):
            continue
        assert page.text == ""
        assert normal(by_number[page.number].sentences[0]) not in read(page, END)
        seen.add(page.body)
    assert seen == {"none", "login", "challenge", "gone", "soft_404"}
    for page in expected():
        if page.body == "tdm":
            given = ask(page.url, END)
            stated = dict(given.headers).get("TDM-Reservation") == "1" or b"tdm-reservation" in given.body
            assert stated or "/dac-biet/" in page.url
            assert page.text == ""


def test_every_version_is_shown_in_its_time() -> None:
    """A revision's headline and text stand on the page from its moment on, the earlier ones before it."""
    revised = [page for page in expected() if len(page.versions) > 1 and page.body == "kept"]
    assert {version.change for page in revised for version in page.versions[1:]} == {"title", "text"}
    for page in revised:
        first, last = page.versions
        before, after = read(page, last.since - timedelta(seconds=1)), read(page, last.since)
        changed = last.title if last.change == "title" else last.text.split("\n\n")[-2]
        assert normal(changed) in after
        assert normal(changed) not in before
        assert normal(first.title) in before
        assert page.updated_at is not None


def test_stated_times_stand_on_the_pages() -> None:
    """The expected moment is what the page's own metadata or visible label says, at the stated precision."""
    precisions = set()
    for page in expected():
        if page.body != "kept":
            continue
        body = ask(page.url, END).body
        if body[:2] == b"\xff\xfe":
            body = body.decode("utf-16").encode()
        tree = LexborHTMLParser(body)
        raw = None
        for pick, name in (
            ("meta[property='article:published_time']", "content"),
            ("meta[name=pubdate]", "content"),
            ("main time[datetime]", "datetime"),
        ):
            node = tree.css_first(pick) if page.page_type == "article" else None
            raw = raw or (node.attributes[name] if node else None)
        linked = [json.loads(node.text()) for node in tree.css("script[type='application/ld+json']")]
        raw = raw or next((value["datePublished"] for value in linked if "datePublished" in value), None)
        if raw is None:
            node = tree.css_first("[data-role=publishdate]")
            assert node is not None, page.url
            raw = html.unescape(node.text()).rpartition("Đăng lúc: ")[2].rpartition("Published: ")[2]
        moment = parse_moment(raw)
        assert moment is not None, (page.url, raw)
        assert moment.at == page.published_at, (page.url, raw)
        assert moment.precision == page.published_precision
        precisions.add(moment.precision)
    assert precisions == {"second", "minute", "day"}


def test_truth_agrees_with_the_history() -> None:
    """For outlets of the two years the live truth states the article of the history: words, time, decision."""
    articles = {article.number: article for article in press().articles}
    shared = [page for page in expected() if page.number < FIRST_LIVE_NUMBER]
    assert len(shared) > 100
    for page in shared:
        article = articles[page.number]
        first = page.versions[0]
        assert (page.url, first.title, page.lead) == (article.url, article.title, article.lead)
        assert page.truth is article.truth
        assert page.body == "kept"
        assert page.true_published_at == article.published_at
        if page.fed_at is not None:
            assert page.fed_at == parse_moment(article.stated).at  # type: ignore[union-attr]
    noted = {row.article for row in press().rows if datetime.fromisoformat(row.fetched) >= LIVE_FROM} - {None}
    assert noted <= {page.number for page in shared if page.in_feeds}


def test_counts_add_up() -> None:
    """Groups add up to what was published; every outlet made for trouble has pages of its kind."""
    told = describe_live(newsroom(), LIVE_FROM, END)
    for group in ("by_outlet", "by_page_type", "by_body", "by_decision", "by_day"):
        assert sum(told[group].values()) == told["published"]
    assert len(told["pages"]) == told["published"] + told["older_in_feeds"] == len(expected())
    assert list(told["by_day"]) == [f"2026-06-{day}" for day in range(26, 31)]
    extra = {outlet.outlet_id for outlet in list_live_outlets()}
    assert extra <= set(told["by_outlet"])
    walls = count_live([page for page in expected() if page.outlet_id in extra], "body")
    assert set(walls) == {"kept", "none", "login", "challenge", "tdm", "robots", "gone", "soft_404"}
    assert sum(told["by_decision"].values()) == told["published"]
    assert told["about"] == told["by_decision"]["about"] >= 15
    assert told["revised"] >= 4


def test_feeds_are_what_is_expected_of_them() -> None:
    """A feed that is expected to be read is answered with entries, an empty one without, others with trouble."""
    for feed_id, state in expect_feeds(newsroom()).items():
        site = newsroom().sites[feed_id.partition("/")[0]]
        feed = next(feed for feed in site.outlet.feeds if feed.feed_id == feed_id)
        given = ask(feed.url, END)
        assert (given.status == 503) == (state == "failing")
        assert (b"<html" in given.body) == (state == "page")
        if state in ("read", "empty", "robots"):
            assert bool(newsroom().list_standing(feed, END)) == (state != "empty")
        if state == "robots":
            robots = ask(f"https://{site.domain}/robots.txt", END)
            assert robots.status == 503 or b"Disallow: /\n" in robots.body


def test_written_truth_is_the_same_each_time(tmp_path: Path) -> None:
    """The truth file holds every expected page with moments in UTC, and the same press gives the same bytes."""
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    write_live_truth(newsroom(), paths[0], LIVE_FROM, END)
    write_live_truth(build_newsroom(press()), paths[1], LIVE_FROM, END)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    pages = json.loads(paths[0].read_text("utf-8"))["pages"]
    assert [page["url"] for page in pages] == [page.url for page in expected()]
    assert all(page["published_at"].endswith("+00:00") for page in pages)
    assert "made up" in json.loads(paths[0].read_text("utf-8"))["sample"]


def test_long_standing_is_told() -> None:
    """How long an article stood in a feed tells which ones a collector of a given rhythm must have."""
    spans = [page.stood_for(END) for page in expected() if page.in_feeds]
    assert min(spans) >= timedelta(0)
    assert max(spans) > timedelta(days=2)
    due = [page for page in expected() if page.body == "kept" and page.stood_for(END) > timedelta(hours=2)]
    assert len(due) > 100


def test_a_collector_of_two_hours_finds_all_that_stood_longer() -> None:
    """Looking into every feed each two hours finds every page that stood for that long, and nothing unexpected."""
    pause = timedelta(hours=2)
    feeds = [feed for site in newsroom().sites.values() for feed in site.outlet.feeds]
    found: set[int] = set()
    at = LIVE_FROM
    while at < END:
        for feed in feeds:
            found |= {standing.article.number for standing in newsroom().list_standing(feed, at)}
        at += pause
    due = {page.number for page in expected() if page.stood_for(at - pause) >= pause}
    assert len(due) > 150
    assert due <= found <= {page.number for page in expected() if page.in_feeds}
    lost = {page.number for page in expected()} - found
    assert lost  # the dead feed's articles and what was pushed out within two hours


# ------------------------------------------------------------------ where the history ends


def test_stopped_history_is_the_beginning_of_the_whole(tmp_path: Path) -> None:
    """A history written until a moment holds exactly the earlier runs and rows, and the whole press beside."""
    whole = write_history(press(), tmp_path / "whole")
    cut = write_history(press(), tmp_path / "cut", until=LIVE_FROM, also=list_live_outlets())
    rows = gzip.decompress(whole.history.read_bytes()).splitlines()
    kept = gzip.decompress(cut.history.read_bytes()).splitlines()
    assert kept == [row for row in rows if datetime.fromisoformat(json.loads(row)["fetched"]) < LIVE_FROM]
    assert 0 < len(rows) - len(kept) < 300
    with cut.runs.open(encoding="utf-8", newline="") as file:
        runs = [datetime.fromisoformat(row["run_at"]) for row in csv.DictReader(file)]
    assert runs == [run for run in press().runs if run < LIVE_FROM]
    assert LIVE_FROM - runs[-1] < timedelta(hours=5)
    assert whole.clips.read_bytes() == cut.clips.read_bytes()
    assert whole.releases.read_bytes() == cut.releases.read_bytes()


def test_stopped_truth_counts_what_was_recorded() -> None:
    """In the truth of a stopped history what was published stays, and only what was noted counts as seen."""
    stopped = stop_collection(press(), LIVE_FROM)
    whole, part = describe_truth(press()), describe_truth(stopped)
    assert part["periods"]["all"]["about"] == whole["periods"]["all"]["about"]
    lost = whole["periods"]["all"]["articles_seen"] - part["periods"]["all"]["articles_seen"]
    late = [at for at in press().first_seen.values() if at >= LIVE_FROM]
    assert lost == len(late) > 40
    assert part["months"][:-1] == whole["months"][:-1]
    assert max(gap.end for gap in stopped.gaps) == LIVE_FROM
    assert min(gap.start for gap in stopped.gaps) == COLLECTION_START
    nothing = stop_collection(press(), datetime(2024, 1, 1, tzinfo=UTC))
    assert (nothing.runs, nothing.rows, nothing.first_seen, nothing.gaps) == ((), (), {}, ())


def test_configured_feeds_are_served(tmp_path: Path) -> None:
    """Every address in the list of configured feeds, those without a history included, is answered live."""
    files = write_history(press(), tmp_path, until=LIVE_FROM, also=list_live_outlets())
    urls = [source["url"] for source in json.loads(files.feeds.read_text("utf-8"))["sources"]]
    outlets = (*press().outlets, *list_live_outlets())
    assert urls == [feed.url for outlet in outlets for feed in outlet.feeds]
    assert {ask(url, LIVE_FROM).status for url in urls} == {200, 503}
    assert sum(ask(url, LIVE_FROM).status == 503 for url in urls) == 1


def test_live_days_are_the_last_of_the_two_years() -> None:
    """The live span begins at a midnight and ends with the collection, within the report's period."""
    assert LIVE_FROM.astimezone(HANOI).date() == date(2026, 6, 26)
    assert timedelta(days=4) < END - LIVE_FROM < timedelta(days=5)
