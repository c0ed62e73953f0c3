"""What is true of the sample press for any period, to stand beside what the software finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date
from functools import cache
from typing import Any, Literal

from diembao.sample.forms import HANOI
from diembao.sample.model import FIRST_DAY, LAST_DAY, SampleArticle, SamplePress, Truth

Grouping = Literal["month", "outlet", "class", "subject", "reason", "where", "origin", "language"]
#: the two periods of the demo's report
MAIN_PERIOD = (date(2026, 1, 1), date(2026, 6, 30))
BASE_PERIOD = (date(2025, 1, 1), date(2025, 6, 30))
#: planted rows that an import must refuse
REFUSED = ("no_link", "social", "stranger", "bad_date")

_GROUPS: dict[str, Callable[[SampleArticle], str]] = {
    "month": lambda article: f"{local_day(article):%Y-%m}",
    "outlet": lambda article: article.outlet_id,
    "class": lambda article: find_class(article.outlet_id),
    "subject": lambda article: article.truth.subject,
    "reason": lambda article: article.truth.reason,
    "where": lambda article: article.truth.where,
    "origin": lambda article: article.truth.origin,
    "language": lambda article: article.language,
}


def find_class(outlet_id: str) -> str:
    """The class of an outlet, of those that exist only while the press is served, too."""
    return _list_classes()[outlet_id]


@cache
def _list_classes() -> dict[str, str]:
    from diembao.sample.live.sites import list_sites

    return {site.outlet.outlet_id: site.outlet.outlet_class for site in list_sites()}


def local_day(article: SampleArticle) -> date:
    """The true day of publication in Vietnam."""
    return article.published_at.astimezone(HANOI).date()


def list_true(
    press: SamplePress,
    first: date = FIRST_DAY,
    last: date = LAST_DAY,
    *,
    decision: str | None = "about",
    seen: bool | None = None,
) -> list[SampleArticle]:
    """Articles truly published in a period; `seen` = only those that the collector noted (or missed)."""
    return [
        article
        for article in press.articles
        if first <= local_day(article) <= last
        and (decision is None or article.truth.decision == decision)
        and (seen is None or (article.number in press.first_seen) == seen)
    ]


def count_true(articles: Iterable[SampleArticle], by: Grouping) -> dict[str, int]:
    """How many of the articles fall into each group, in order of the group's name."""
    return dict(sorted(Counter(map(_GROUPS[by], articles)).items()))


def map_truth(press: SamplePress) -> dict[str, Truth]:
    """The truth of every article by its own address."""
    return {article.url: article.truth for article in press.articles}


def count_twists(press: SamplePress) -> dict[str, int]:
    """How many history rows carry each planted peculiarity: other forms of an address, bad rows."""
    return dict(sorted(Counter(row.twist for row in press.rows if row.twist).items()))


def count_forms(press: SamplePress) -> dict[str, int]:
    """How many articles are written in each unusual form (NFD, ASCII headline, capitals…)."""
    return dict(sorted(Counter(form for article in press.articles for form in article.forms).items()))


def describe_period(press: SamplePress, first: date, last: date) -> dict[str, Any]:
    """Counts of one period: what exists, what could be seen, texts counted once, kinds of traps."""
    about = list_true(press, first, last)
    seen = [article for article in about if article.number in press.first_seen]
    other = list_true(press, first, last, decision=None)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "articles": len(other),
        "articles_seen": sum(article.number in press.first_seen for article in other),
        "about": len(about),
        "about_seen": len(seen),
        "about_seen_in_feed_text": sum(article.truth.where != "text" for article in seen),
        "mentions": sum(article.truth.decision == "mentions" for article in other),
        "mentions_seen": sum(
            article.truth.decision == "mentions" and article.number in press.first_seen for article in other
        ),
        "homonyms": sum(
            article.truth.decision == "not" and article.truth.reason != "none" for article in other
        ),
        "about_by_outlet": count_true(about, "outlet"),
        "about_seen_by_outlet": count_true(seen, "outlet"),
        "about_by_class": count_true(about, "class"),
        "about_by_origin": count_true(about, "origin"),
        "about_by_subject": count_true(about, "subject"),
        "traps": count_true((article for article in other if article.truth.reason != "none"), "reason"),
    }


def list_months(first: date = FIRST_DAY, last: date = LAST_DAY) -> list[tuple[date, date]]:
    """First and last day of every month in a span."""
    months = []
    start = first.replace(day=1)
    while start <= last:
        following = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        end = date.fromordinal(following.toordinal() - 1)
        months.append((max(start, first), min(end, last)))
        start = following
    return months


def describe_truth(press: SamplePress) -> dict[str, Any]:
    """Everything known, as plain values for `truth.json`."""
    twists = count_twists(press)
    units = Counter(unit for article in list_true(press) for unit in article.truth.units)
    return {
        "seed": press.seed,
        "sample": "fictional press; every article, figure and outlet is made up",
        "rows": len(press.rows),
        "runs": len(press.runs),
        "refused": {name: twists.get(name, 0) for name in REFUSED},
        "address_forms": {name: n for name, n in twists.items() if name not in REFUSED},
        "forms": count_forms(press),
        "gaps": [
            {**asdict(gap), "start": gap.start.isoformat(), "end": gap.end.isoformat()} for gap in press.gaps
        ],
        "clocks": [
            {**asdict(clock), "start": clock.start.isoformat(), "end": clock.end.isoformat()}
            for clock in press.clocks
        ],
        "periods": {
            "main": describe_period(press, *MAIN_PERIOD),
            "base": describe_period(press, *BASE_PERIOD),
            "all": describe_period(press, FIRST_DAY, LAST_DAY),
        },
        "months": [describe_period(press, first, last) for first, last in list_months()],
        "units": dict(sorted(units.items())),
        "releases": [
            {
                "release_id": release.release_id,
                "title": release.title,
                "whole": release.picked_whole,
                "partly": release.picked_partly,
            }
            for release in press.releases
        ],
        "clips": {
            "rows": len(press.clips),
            "collected": sum(clip.article in press.first_seen for clip in press.clips),
            "missed_by_collection": sum(
                clip.article is not None and clip.article not in press.first_seen for clip in press.clips
            ),
            "not_ours": sum(clip.article is None for clip in press.clips),
            "without_link": sum(not clip.link for clip in press.clips),
        },
    }
