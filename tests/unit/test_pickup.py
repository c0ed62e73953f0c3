"""Pick-up of releases: direction by time, each article once with its best release, a table that adds up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diembao.stories.pickup import judge_uses, summarise_uses
from diembao.types import DatedText, Precision, Release, ReleaseUse, ReuseEdge

DAY = datetime(2026, 9, 1, 17, tzinfo=UTC)  # the second of September begins in Vietnam


def release(release_id: str, hours: float | None, precision: Precision = "minute") -> Release:
    at = None if hours is None else DAY + timedelta(hours=hours)
    return Release(release_id, "", "", at, precision if at else "unknown", "", "")


def article(
    text_id: str,
    hours: float | None,
    precision: Precision = "minute",
    *,
    seen: float | None = None,
    outlet: str = "bao",
) -> DatedText:
    at = None if hours is None else DAY + timedelta(hours=hours)
    first = None if seen is None else DAY + timedelta(hours=seen)
    return DatedText(text_id, outlet, "", at, precision if at else "unknown", first)


def judge(of_release: Release, of_article: DatedText) -> ReleaseUse:
    edge = ReuseEdge(of_release.release_id, of_article.text_id, 0.9, 0.6, 100)
    (use,) = judge_uses([edge], [of_release], {of_article.text_id: of_article})
    return use


@pytest.mark.parametrize(
    ("issued", "published", "is_origin", "days"),
    [
        (release("r", 8), article("a", 20), True, 0.5),
        (release("r", 8), article("a", 7), False, -1 / 24),
        (release("r", 8), article("a", 7.9), True, -0.1 / 24),  # within what two clocks differ
        (release("r", 0, "day"), article("a", 7), True, 0),  # the release covers its whole day
        (release("r", 0, "day"), article("a", -1), False, -1),
        (release("r", 0, "day"), article("a", 24, "day"), True, 1),
        (release("r", 8), article("a", 0, "day"), True, 0),
        (release("r", 8), article("a", -24, "day"), False, -1),
        (release("r", None), article("a", 7), None, None),
        (release("r", 8), article("a", None), None, None),
        (release("r", 8), article("a", None, seen=3), False, None),  # seen before: it was there
        (release("r", 8), article("a", None, seen=30), None, None),
        (release("r", 8), article("a", 12, "run"), None, None),
    ],
)
def test_direction_is_by_time(
    issued: Release, published: DatedText, is_origin: bool | None, days: float | None
) -> None:
    """Clearly older articles are quoted by the release; a day covers all its hours; unknown stays unknown."""
    use = judge(issued, published)
    assert use.is_origin is is_origin
    assert use.days_after == (None if days is None else pytest.approx(days))
    assert use.is_best is (is_origin is not False)
    assert (use.share_of_release, use.share_of_article, use.shared) == (0.9, 0.6, 100)


def test_an_article_has_one_best_release() -> None:
    """Most of the article decides, then the earlier release; one that quotes the article never is the best."""
    releases = [release("late", 9), release("early", 8), release("small", 1), release("quotes", 200)]
    edges = [
        ReuseEdge("late", "a", 0.5, 0.6, 60),
        ReuseEdge("early", "a", 0.5, 0.6, 60),
        ReuseEdge("small", "a", 0.9, 0.2, 40),
        ReuseEdge("quotes", "a", 0.9, 0.9, 90),
        ReuseEdge("gone", "a", 1.0, 1.0, 99),  # withdrawn meanwhile
    ]
    uses = judge_uses(edges, releases, {"a": article("a", 20)})
    assert [use.release_id for use in uses] == ["early", "late", "quotes", "small"]
    assert [use.release_id for use in uses if use.is_best] == ["early"]


def test_the_table_counts_each_article_once() -> None:
    """Releases, those used, articles, medians and classes; older and undated articles are told apart."""
    releases = [release("r1", 0), release("r2", 0), release("r3", 500)]
    articles = {
        one.text_id: one
        for one in (
            article("a", 24, outlet="x"),
            article("b", 48, outlet="y"),
            article("c", 72, outlet="y"),
            article("old", 10, outlet="x"),
            article("undated", None, outlet="x"),
        )
    }
    edges = [
        ReuseEdge("r1", "a", 0.9, 0.85, 90),
        ReuseEdge("r2", "a", 0.2, 0.3, 40),
        ReuseEdge("r1", "b", 0.5, 0.6, 50),
        ReuseEdge("r1", "c", 0.2, 0.9, 40),
        ReuseEdge("r3", "old", 0.9, 0.9, 90),
        ReuseEdge("r1", "undated", 0.9, 0.9, 90),
    ]
    uses = judge_uses(edges, releases, articles)
    outlets = {one.text_id: one.outlet_id for one in articles.values()}
    table = summarise_uses(uses, releases, outlets=outlets, classes={"x": "central", "y": "local"})
    assert (table.releases, table.used, table.articles, table.outlets) == (3, 2, 3, 2)
    assert (table.whole, table.mostly_release) == (1, 3)
    assert (table.median_share, table.median_used, table.median_days) == (0.85, 0.5, 2)
    assert (table.older, table.undated) == (1, 1)
    assert [(row.outlet_class, row.articles, row.whole, row.mostly_release) for row in table.classes] == [
        ("local", 2, 0, 2),
        ("central", 1, 1, 1),
    ]
    assert [(row.release_id, row.articles, row.days_to_first) for row in table.by_release] == [
        ("r1", 3, 1.0),
        ("r2", 1, 1.0),
        ("r3", 0, None),
    ]


def test_without_uses_the_table_is_empty() -> None:
    """No use: counts of zero, and no medians."""
    table = summarise_uses([], [release("r", 0)], outlets={}, classes={})
    assert (table.releases, table.used, table.articles, table.median_share, table.median_days) == (
        1,
        0,
        0,
        None,
        None,
    )


_HOURS = st.one_of(st.none(), st.integers(-60, 60))
_SHARES = st.floats(0.1, 1)


@given(
    st.lists(st.tuples(st.sampled_from("rstu"), st.sampled_from("abcd"), _SHARES, _SHARES), max_size=16, unique_by=lambda e: e[:2]),
    st.lists(_HOURS, min_size=4, max_size=4),
    st.lists(_HOURS, min_size=4, max_size=4),
    st.randoms(),
)  # fmt: skip
def test_the_account_holds_for_any_uses(
    pairs: list[tuple[str, str, float, float]],
    issued: list[int | None],
    published: list[int | None],
    dice: object,
) -> None:
    """Each article with a use is counted once: picked up, older, or undated; the order of edges changes nothing."""
    releases = [release(name, hours) for name, hours in zip("rstu", issued, strict=True)]
    articles = {name: article(name, hours) for name, hours in zip("abcd", published, strict=True)}
    edges = [ReuseEdge(a, b, x, y, 50) for a, b, x, y in pairs]
    uses = judge_uses(edges, releases, articles)
    shuffled = edges[:]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert judge_uses(shuffled, releases, articles) == uses
    table = summarise_uses(uses, releases, outlets=dict.fromkeys("abcd", "bao"), classes={"bao": "local"})
    assert table.articles + table.older + table.undated == len({use.article_id for use in uses})
    assert sum(row.articles for row in table.classes) == table.articles
    assert sum(row.articles for row in table.by_release) == sum(use.is_origin is True for use in uses)
