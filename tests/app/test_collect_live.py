"""The whole path from a request to the corpus, held against what is true of the live press."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from diembao.app.articles import list_evidence
from diembao.app.checks import verify_project
from diembao.app.collecting.evidence import load_capture
from diembao.sample.faults import COLLECTION_END
from diembao.sample.live import LIVE_FROM, LiveRequest, expect_live
from diembao.text.addresses import article_key
from tests.live_collection import Collection, collect_live, overlap, plain

pytestmark = pytest.mark.xdist_group("sample")

#: what the page of an article must have been counted as, by why its text may not be there
ENDS = {
    "kept": {"article", "look"},
    "none": {"article", "look"},
    "login": {"login", "robots"},  # the page for signing in may be closed to robots
    "challenge": {"challenge", "blocked"},
    "tdm": {"reserved"},
    "gone": {"gone"},
    "soft_404": {"soft_404"},
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return collect_live(tmp_path_factory.mktemp("live") / "project")


def test_every_page_ended_in_the_state_it_should(live: Collection) -> None:
    """What a feed showed is in the corpus, and its page was kept, or not, for the true reason."""
    assert len(live.expected) > 190
    for page in live.expected:
        assert page.body != "robots", page.url
        assert live.row(page) is not None, page.url
        ends = live.outcomes[article_key(page.url)]
        assert ends.keys() - {"redirected"} <= ENDS[page.body], (page.url, page.body, ends)
    assert {page.body for page in live.expected} == ENDS.keys()


def test_nothing_is_asked_or_known_of_a_site_that_forbids_it(live: Collection) -> None:
    """A robots.txt that closes a site, or cannot be had, leaves nothing but itself in the log."""
    for host in ("bao-mau-cam-cua.example", "bao-mau-nghen-mang.example"):
        assert {request.path for request in live.requests if request.host == host} <= {
            "/robots.txt",
            "/.well-known/tdmrep.json",
        }
    closed = {"bao-mau-cam-cua": "robots", "bao-mau-nghen-mang": "unavailable"}
    assert not [row for row in live.rows.values() if row["outlet_id"] in closed]
    with live.project.open_desk(read_only=True) as desk:
        polls = desk.readings.list_polls()
    for outlet_id, outcome in closed.items():  # a no is told from rules that cannot be had
        assert {poll.outcome for poll in polls if poll.feed_id.startswith(f"{outlet_id}/")} == {outcome}


def test_titles_leads_and_texts_are_those_of_the_articles(live: Collection) -> None:
    """Word for word as the last version that was asked for, whatever stands around it and in any encoding."""
    full = 0
    for page in live.expected:
        row = live.row(page)
        assert row is not None
        if page.body != "kept" or row["kind"] != "article":
            continue
        full += 1
        assert plain(row["title"]) == plain(page.title), page.url
        assert plain(row["lead"]) == plain(page.lead), page.url
        if page.page_type == "live":  # it was asked for while it was still growing
            assert row["text"]
            assert set(plain(row["text"]).lower().split()) <= set(plain(page.text).lower().split()) | set(
                plain(page.lead).lower().split()
            ), page.url
        else:
            assert overlap(row["text"], page.text) >= 0.98, page.url
    assert full > 150


def test_times_and_languages_are_those_that_pages_state(live: Collection) -> None:
    """To the precision stated; an address that holds the seconds may sharpen a page that states minutes."""
    for page in live.expected:
        row = live.row(page)
        assert row is not None
        if page.body != "kept" or row["kind"] != "article":
            continue
        assert row["language"] == page.language, page.url
        if row["published_source"] == "url":
            assert timedelta(0) <= row["published_at"] - page.published_at < timedelta(minutes=1), page.url
        else:
            assert row["published_at"] == page.published_at, page.url
            assert row["published_precision"] == page.published_precision, page.url


def test_reserved_and_walled_pages_leave_no_text(live: Collection) -> None:
    """Where text and data mining is reserved, or a wall stood, no text and no body is stored."""
    for page in live.expected:
        row = live.row(page)
        if page.body in ("tdm", "login", "challenge", "gone", "soft_404"):
            assert row is not None
            assert not row["text"], page.url
    with live.project.open_desk(read_only=True) as desk:
        rows = desk.rows(
            "SELECT capture_id FROM captures JOIN attempts USING (attempt_id) WHERE outcome = 'reserved'"
        )
        assert len(rows) == sum(page.body == "tdm" for page in live.expected)
        for found in rows:
            kept = desk.captures.get(found["capture_id"])
            assert load_capture(live.project.folder, desk, kept).body == b""


def test_other_forms_of_an_address_are_one_article(live: Collection) -> None:
    """AMP twins, mobile hosts and tracking parameters bring no second article, and nothing comes from nowhere."""
    true = {article_key(page.url) for page in expect_live(live.newsroom, LIVE_FROM, COLLECTION_END)}
    stray = [key for key in live.rows if key not in true]
    assert stray == ["https://bao-mau-hong-hoc.example/ngay-hong-7.html"]  # planted: its date cannot be read
    twisted = {s.link for own in live.newsroom.standings.values() for s in own if s.link != s.article.url}
    asked = {f"https://{request.host}{request.path}" for request in live.requests}
    assert len(twisted & asked) > 3
    assert len({row["article_id"] for row in live.rows.values()}) == len(live.rows)


def test_revisions_are_versions_of_one_article(live: Collection) -> None:
    """A new headline in a feed brings the page again, as another version; nothing else does."""
    renamed = [page for page in live.expected if page.body == "kept" and page.versions[-1].change == "title"]
    assert renamed
    for page in renamed:
        row = live.row(page)
        assert row is not None
        assert plain(row["title"]) == plain(page.versions[-1].title)
        assert row["revisions"] >= 2
    asked = Counter(
        article_key(f"https://{request.host}{request.path}")
        for request in live.requests
        if request.status == 200
    )
    often = {
        page.url: asked[article_key(page.url)]
        for page in live.expected
        if page.body == "kept" and len(page.versions) == 1 and asked[article_key(page.url)] > 2
    }
    assert often == {}


def test_the_topic_is_found_in_articles_and_not_in_what_stands_around_them(live: Collection) -> None:
    """Related boxes, menus and hidden text name the province on every page, and no page is about it for that."""
    found, right, missed = 0, 0, []
    for page in live.expected:
        row = live.row(page)
        assert row is not None
        is_about = page.truth.decision == "about"
        if row["decision"] == "about":
            found += 1
            right += is_about
            assert is_about or page.truth.decision == "mentions", page.title  # a rule's mistake, not a box
        elif is_about and (page.truth.where != "text" or row["kind"] == "article"):
            missed.append(page.title)
    about = right + len(missed)
    assert about > 30
    assert right / about >= 0.95, missed
    assert right / found >= 0.9


def test_refusals_of_feed_entries_are_counted(live: Collection) -> None:
    """Social networks and strangers are refused under their reasons each time, and in = accepted + known + refused."""
    assert live.first.reasons.keys() == {"social_host", "unknown_outlet"}
    assert live.first.refused == sum(live.first.reasons.values())
    with live.project.open_desk(read_only=True) as desk:
        runs = desk.imports.list_runs()
        for run in runs:
            drops = desk.imports.count_refusals(run.import_id)
            assert sum(drops.values()) == run.refused
        captures = desk.row("SELECT count(*) FROM captures")
        readings = desk.row("SELECT count(DISTINCT capture_id) FROM readings")
        waiting = desk.row("SELECT count(*) FROM page_queue WHERE state = 'waiting'")
    assert captures is not None
    assert readings is not None
    assert captures[0] == readings[0]  # every response ended in a reading
    assert waiting is not None
    assert waiting[0] == 0


def test_hosts_were_asked_politely(live: Collection) -> None:
    """By the press's own log: robots.txt first, five seconds between requests, the Crawl-delay, our name."""
    by_host: dict[str, list[LiveRequest]] = {}
    for request in live.requests:
        by_host.setdefault(request.host, []).append(request)
        assert request.agent.startswith("Diembao/")
        assert "(+mailto:" in request.agent
    for host, mine in by_host.items():
        assert mine[0].path == "/robots.txt", host
        for before, after in pairwise(mine):
            gap = (after.at - before.at).total_seconds()
            assert gap >= 4.999, (host, before, after)
    spans = sorted((r.began_s, r.ended_s, r.host) for r in live.requests)
    assert all(a[1] <= b[0] for h in by_host for a, b in pairwise([s for s in spans if s[2] == h]))
    assert len(live.requests) < 1100


def test_unchanged_feeds_were_not_sent_again(live: Collection) -> None:
    """Conditional requests were answered with 304 where the site keeps validators."""
    assert live.first.outcomes["feed:not_modified"] > live.first.outcomes["feed:ok"]
    not_modified = Counter(request.host for request in live.requests if request.status == 304)
    sites = live.newsroom.by_domain
    assert not_modified
    assert all(sites[host].is_cached for host in not_modified)


def test_challenges_are_not_asked_again(live: Collection) -> None:
    """A 403 or a 503 that shows a challenge is a no: each such page was asked for once."""
    pages = [page for page in live.expected if page.body == "challenge"]
    assert len(pages) > 5
    asked = Counter(request.path for request in live.requests if request.host == "bao-mau-chan-cua.example")
    statuses = {r.status for r in live.requests if r.host == "bao-mau-chan-cua.example"}
    assert 503 in statuses
    for page in pages:
        path = page.url.removeprefix("https://bao-mau-chan-cua.example")
        assert asked[path] == 1, page.url
    assert live.first.outcomes.get("page:unavailable", 0) == 0


def test_the_same_moment_brings_nothing_new(live: Collection) -> None:
    """Asked again at once, no feed is polled, no page fetched and no article added."""
    assert live.again.accepted == 0
    assert not [kind for kind in live.again.outcomes if kind.startswith(("page", "sitemap"))]
    assert live.again_requests <= 3  # only rules that could not be had


def test_everything_stored_agrees(live: Collection) -> None:
    """Every rule of `diembao verify` holds, those of the evidence too."""
    broken = [row for row in verify_project(live.project) if not row["ok"]]
    assert broken == []


def test_every_article_that_was_read_shows_its_evidence(live: Collection) -> None:
    """Each has a record in the archive that is intact."""
    read = [row for row in live.rows.values() if row["kind"] == "article"]
    for row in read[::8]:
        evidence = list_evidence(live.project, row["article_id"])
        assert any(r["read_as"] == "article" for r in evidence), row["url"]
        assert {r["state"] for r in evidence} == {"intact"}, row["url"]
