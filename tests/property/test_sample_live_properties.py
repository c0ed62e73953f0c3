"""Whatever is asked of the live sample press, it answers, the same each time, and within bounds."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.live_fixture import press

from diembao.sample.faults import COLLECTION_END
from diembao.sample.live import LIVE_FROM, Newsroom, answer, build_newsroom

pytestmark = pytest.mark.xdist_group("sample")

HOSTS = [
    "thong-tan-mau.example", "www.ban-mai-mau.example", "amp.diem-tin-mau.example", "m.bao-mau-da-dang.example",
    "bao-mau-hong-hoc.example:443", "bao-mau-chu-cu.example", "", "ba\u0300o.example", "[::1]", "..",
]  # fmt: skip
PARTS = [
    "/",
    "//",
    "amp",
    "?",
    "id=",
    "&",
    "#",
    "%",
    "sitemaps/",
    "2026-06",
    ".xml",
    ".gz",
    "..",
    "rss",
    "[",
    "tag/",
]
NAMES = ["if-none-match", "if-modified-since", "accept-encoding", "x-forwarded-proto"]


@cache
def newsroom() -> Newsroom:
    return build_newsroom(press())


@settings(max_examples=300, deadline=None)
@given(
    host=st.sampled_from(HOSTS) | st.text(max_size=20),
    target=st.lists(st.sampled_from(PARTS) | st.text(max_size=4), max_size=6).map("".join),
    headers=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30), max_size=3),
    hours=st.integers(-100, 300),
)
def test_every_request_has_an_answer(host: str, target: str, headers: dict[str, str], hours: int) -> None:
    """Any host, target, header and moment gives a response of a known status and size, twice the same."""
    at = LIVE_FROM + timedelta(hours=hours)
    first = answer(newsroom(), host, target, headers, at)
    assert first == answer(newsroom(), host, target, headers, at)
    assert first.status in (200, 301, 302, 304, 400, 403, 404, 410, 421, 503)
    assert len(first.body) < 1_000_000


@settings(max_examples=60, deadline=None)
@given(hours=st.floats(0, (COLLECTION_END - LIVE_FROM).total_seconds() / 3600), number=st.integers(0, 10_000))
def test_feeds_never_go_back(hours: float, number: int) -> None:
    """A later look at a feed holds nothing older than what pushed the earlier items out, and never the future."""
    room = newsroom()
    feeds = sorted(room.standings)
    feed_id = feeds[number % len(feeds)]
    site = room.sites[feed_id.partition("/")[0]]
    feed = next(feed for feed in site.outlet.feeds if feed.feed_id == feed_id)
    at = LIVE_FROM + timedelta(hours=hours)
    earlier, later = room.list_standing(feed, at), room.list_standing(feed, at + timedelta(hours=5))
    assert all(entry.start <= at < entry.end for entry in earlier)
    assert len(earlier) <= site.habit.window
    gone = {entry.article.number for entry in earlier} - {entry.article.number for entry in later}
    fresh = {entry.article.number for entry in later} - {entry.article.number for entry in earlier}
    assert len(gone) <= len(fresh)
