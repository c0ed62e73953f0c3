"""The walk back through a sitemap index never leaves out a sitemap that holds a page since the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diembao.sources.walkback import order_sitemaps
from diembao.types import SitemapEntry

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SITE = "https://baolangson.vn"
#: how sites name the sitemap of a month, and of a year
MONTH_FORMS = (
    "/sitemap-{y}-{m:02}.xml",
    "/sitemaps/{y}/{m:02}/news.xml",
    "/s_{y}{m:02}.xml.gz",
    "/articles-{y}-{m}-0.xml",
)
YEAR_FORMS = ("/sitemap-{y}.xml", "/{y}/sitemap.xml", "/sitemap.xml?year={y}")

days = st.dates(date(2019, 1, 1), date(2026, 11, 30))


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


@given(
    st.lists(days, min_size=1, max_size=60), days, st.sampled_from(MONTH_FORMS + YEAR_FORMS), st.booleans()
)
def test_no_page_is_lost_where_addresses_tell_the_time(
    published: list[date], since: date, form: str, has_lastmod: bool
) -> None:
    """Whatever months an outlet published in: each page since the day lies in a sitemap that is walked."""
    holds: dict[str, list[date]] = {}
    for day in published:
        holds.setdefault(SITE + form.format(y=day.year, m=day.month), []).append(day)
    entries = [
        SitemapEntry(url, morning(max(inside)) if has_lastmod else None, modified_precision="day")
        for url, inside in holds.items()
    ]
    plan = order_sitemaps(entries, since)
    assert sorted((*plan.walk, *plan.older), key=lambda e: e.url) == sorted(entries, key=lambda e: e.url)
    for entry in plan.older:
        assert max(holds[entry.url]) < since


@given(st.lists(st.lists(days, min_size=1, max_size=9), min_size=1, max_size=40), days, st.data())
def test_no_page_is_lost_where_sitemaps_are_numbered(
    parts: list[list[date]], since: date, data: st.DataObject
) -> None:
    """Numbers that only count parts are never taken for years: what counts is the last change, if stated."""
    first = data.draw(st.sampled_from([0, 1, 1989, 2010]))
    entries, holds = [], {}
    for number, inside in enumerate(parts, first):
        url = f"{SITE}/post-sitemap{number}.xml"
        holds[url] = inside
        at = data.draw(st.sampled_from([None, morning(max(inside))]))
        entries.append(SitemapEntry(url, at))
    if first == 2010:
        entries.append(SitemapEntry(f"{SITE}/post-sitemap3.xml"))  # the family shows that it counts parts
        holds[f"{SITE}/post-sitemap3.xml"] = []
    plan = order_sitemaps(entries, since)
    for entry in plan.older:
        assert max(holds[entry.url]) < since
    assert len(plan.walk) + len(plan.older) == len(entries)


@given(st.lists(days, max_size=30), days, st.integers(0, 3650))
def test_an_earlier_day_walks_no_less(changed: list[date], since: date, earlier: int) -> None:
    """Asking further back never leaves out more."""
    entries = [
        SitemapEntry(f"{SITE}/x{chr(97 + n % 26)}{'y' * n}.xml", morning(day))
        for n, day in enumerate(changed)
    ]
    fewer = order_sitemaps(entries, since)
    more = order_sitemaps(entries, since - timedelta(days=earlier))
    assert set(fewer.walk) <= set(more.walk)


def test_newest_come_first_and_unknown_ones_last() -> None:
    """Pages of last month are fetched before those of last year; what says nothing is walked at the end."""
    names = ["other.xml", "sitemap-2024-11.xml", "sitemap-2025-02.xml", "sitemap-2025-01.xml", "about.xml"]
    plan = order_sitemaps([SitemapEntry(f"{SITE}/{name}") for name in names], date(2025, 1, 15))
    assert [entry.url.rpartition("/")[2] for entry in plan.walk] == [
        "sitemap-2025-02.xml",
        "sitemap-2025-01.xml",
        "other.xml",
        "about.xml",
    ]
    assert [entry.url.rpartition("/")[2] for entry in plan.older] == ["sitemap-2024-11.xml"]


@pytest.mark.parametrize(
    ("names", "older"),
    [
        (["s-2023.xml", "s-2024.xml", "s-2025.xml"], ["s-2023.xml", "s-2024.xml"]),
        (["s-2023.xml", "s-2024.xml", "s-7.xml"], []),
        ([f"a-2024-{n}.xml" for n in range(1, 14)], [f"a-2024-{n}.xml" for n in range(1, 14)]),
        ([f"a-2025-{n}.xml" for n in range(1, 9)], []),
        ([f"a-2025-{n}-0.xml" for n in range(1, 13)], ["a-2025-1-0.xml", "a-2025-2-0.xml"]),
        (["2025-02-28.xml", "2025-03-15.xml"], ["2025-02-28.xml"]),
        (["s-20250228.xml", "s-202503.xml"], ["s-20250228.xml"]),
        (["post123452024.xml", "id-20241234567.xml"], []),
    ],
)
def test_what_addresses_say(names: list[str], older: list[str]) -> None:
    """Years and months are read from a family of addresses as a person would, and nothing else is."""
    plan = order_sitemaps([SitemapEntry(f"{SITE}/{name}") for name in names], date(2025, 3, 20))
    assert [entry.url.rpartition("/")[2] for entry in plan.older] == older


def test_a_regenerated_old_month_is_left_out() -> None:
    """Where the address names the month, a later change of the file says nothing of new pages."""
    entry = SitemapEntry(f"{SITE}/sitemap-2019-03.xml", datetime(2026, 11, 1, tzinfo=UTC))
    assert order_sitemaps([entry], date(2025, 1, 1)).older == (entry,)


def test_one_day_of_slack_for_days_without_a_zone() -> None:
    """A file last changed on the day before may hold pages of the day in another zone."""
    entry = SitemapEntry(f"{SITE}/news.xml", morning(date(2025, 3, 19)), modified_precision="day")
    assert order_sitemaps([entry], date(2025, 3, 20)).walk == (entry,)
    assert order_sitemaps([entry], date(2025, 3, 21)).older == (entry,)
