"""What became of press releases: who used them, in whole or in part, how soon; and who was there before them.

Direction is by time. An article that is clearly older than a release is no use of it: the release quotes the
article, or both quote a third. A release dated to the day covers that whole local day, so an article of the same
day is not older. Where one of the two has no time, nothing is said.

An article counts once, with the release that most of it comes from (of several alike the earliest). A release was
used *whole* when at least `WHOLE` of it stands in an article, otherwise in part; an article is *mostly release* when
at least `MOSTLY` of the article comes from it. The two are counted apart: a short piece may be all release and yet
carry a fifth of it. Uses are measured against the release itself, whichever way the wording travelled: an article
that took it over from an agency uses the release as well.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median
from zoneinfo import ZoneInfo

from diembao.stories.direction import CLOSE_S, Span, read_span
from diembao.stories.release_reuse import MIN_SHARE, MIN_SHARED, find_release_uses
from diembao.types import DatedText, Release, ReleaseUse, ReuseEdge

__all__ = [
    "MIN_SHARE",
    "MIN_SHARED",
    "MOSTLY",
    "WHOLE",
    "ClassPickup",
    "Pickup",
    "ReleasePickup",
    "find_release_uses",
    "judge_uses",
    "summarise_uses",
]

#: share from which a release was used whole
WHOLE = 0.80
#: share from which an article is mostly release copy
MOSTLY = 0.50


def judge_uses(
    edges: Iterable[ReuseEdge],
    releases: Iterable[Release],
    articles: Mapping[str, DatedText],
    *,
    timezone: str = "Asia/Ho_Chi_Minh",
) -> list[ReleaseUse]:
    """The uses behind edges (`a` a release, `b` an article), by article and release; edges of others are left out.

    `timezone` is that of days known without an hour. `days_after` counts from the release to the article: in days of
    24 hours where both times are known to the hour, else in calendar days.
    """
    issued = {release.release_id: release for release in releases}
    spans = {
        release_id: read_span(_as_text(release), timezone=timezone) for release_id, release in issued.items()
    }
    found: dict[str, list[ReleaseUse]] = defaultdict(list)
    for edge in edges:
        release, article = issued.get(edge.a), articles.get(edge.b)
        if release is None or article is None:
            continue
        span = read_span(article, timezone=timezone)
        found[edge.b].append(
            ReleaseUse(
                release_id=edge.a,
                article_id=edge.b,
                share_of_article=edge.containment_b,
                share_of_release=edge.containment_a,
                shared=edge.shared,
                is_origin=is_origin(spans[edge.a], span),
                days_after=_count_days(release, article, spans[edge.a], span, timezone),
            )
        )
    return [
        use
        for article_id in sorted(found)
        for use in _mark_best(sorted(found[article_id], key=lambda use: use.release_id), spans)
    ]


def _as_text(release: Release) -> DatedText:
    return DatedText(release.release_id, "", release.title, release.issued_at, release.precision, None)


def is_origin(release: Span, article: Span) -> bool | None:
    """Whether the release was there first: False where the article is clearly older, None where nothing tells."""
    if math.isinf(release.start):
        return None
    if article.end <= release.start - CLOSE_S:
        return False
    return None if math.isinf(article.start) else True


def _count_days(
    release: Release, article: DatedText, issued: Span, published: Span, timezone: str
) -> float | None:
    if math.isinf(issued.start) or math.isinf(published.start):
        return None
    if "day" not in (release.precision, article.precision):
        return (published.start - issued.start) / 86_400
    zone = ZoneInfo(timezone)
    days = [datetime.fromtimestamp(span.start, UTC).astimezone(zone).date() for span in (issued, published)]
    return float((days[1] - days[0]).days)


def _mark_best(uses: Sequence[ReleaseUse], spans: Mapping[str, Span]) -> list[ReleaseUse]:
    """The uses of one article, the best of them marked; a release that quotes the article is never its best."""

    def rank(use: ReleaseUse) -> tuple[float, float, int, str]:
        start = spans[use.release_id].start
        return (-use.share_of_article, math.inf if math.isinf(start) else start, -use.shared, use.release_id)

    best = min((use for use in uses if use.is_origin is not False), key=rank, default=None)
    return [replace(use, is_best=use is best) for use in uses]


# ------------------------------------------------------------------ the table


@dataclass(frozen=True, slots=True)
class ReleasePickup:
    """What became of one release; shares and days are None where nobody used it or no time is known."""

    release_id: str
    articles: int
    outlets: int
    whole: int
    largest_share: float | None
    days_to_first: float | None


@dataclass(frozen=True, slots=True)
class ClassPickup:
    """The uses by outlets of one class."""

    outlet_class: str
    releases: int
    articles: int
    outlets: int
    whole: int
    mostly_release: int
    median_share: float


@dataclass(frozen=True, slots=True)
class Pickup:
    """Of `releases` releases `used` were used by `articles` articles of `outlets` outlets.

    `median_share` is of the articles' shares that come from their release, `median_used` of the releases' shares
    that were used, `median_days` until an article (None without any). `older` articles were there before every
    release they share wording with, `undated` ones cannot be ordered; neither is among `articles`.
    """

    releases: int
    used: int
    articles: int
    outlets: int
    whole: int
    mostly_release: int
    median_share: float | None
    median_used: float | None
    median_days: float | None
    older: int
    undated: int
    classes: tuple[ClassPickup, ...]
    by_release: tuple[ReleasePickup, ...]


def summarise_uses(
    uses: Iterable[ReleaseUse],
    releases: Iterable[Release],
    *,
    outlets: Mapping[str, str],
    classes: Mapping[str, str],
) -> Pickup:
    """The table of pick-up: `outlets` leads from article to outlet, `classes` from outlet to its class.

    Articles count once, with the best of the releases that were there before them; a release counts every article
    that uses it, so the articles of releases may sum to more. Classes are in the order of their articles, releases
    in the order given, those that nobody used among them.
    """
    given = [*uses]
    by_release: dict[str, list[ReleaseUse]] = defaultdict(list)
    best: dict[str, ReleaseUse] = {}
    for use in sorted(given, key=lambda use: (not use.is_best, -use.share_of_article, use.release_id)):
        if use.is_origin:
            by_release[use.release_id].append(use)
            best.setdefault(use.article_id, use)
    counted = [best[article_id] for article_id in sorted(best)]
    by_class: dict[str, list[ReleaseUse]] = defaultdict(list)
    for use in counted:
        by_class[classes.get(outlets.get(use.article_id, ""), "")].append(use)
    undated = {use.article_id for use in given if use.is_origin is None} - best.keys()
    older = {use.article_id for use in given} - best.keys() - undated
    ids = [release.release_id for release in releases]
    return Pickup(
        releases=len(ids),
        used=sum(release_id in by_release for release_id in ids),
        articles=len(counted),
        outlets=_count_outlets(counted, outlets),
        whole=sum(use.share_of_release >= WHOLE for use in counted),
        mostly_release=sum(use.share_of_article >= MOSTLY for use in counted),
        median_share=_median([use.share_of_article for use in counted]),
        median_used=_median([use.share_of_release for use in counted]),
        median_days=_median([use.days_after for use in counted if use.days_after is not None]),
        older=len(older),
        undated=len(undated),
        classes=tuple(
            _of_class(name, members, outlets)
            for name, members in sorted(by_class.items(), key=lambda item: (-len(item[1]), item[0]))
        ),
        by_release=tuple(_of_release(release_id, by_release[release_id], outlets) for release_id in ids),
    )


def _of_class(name: str, uses: Sequence[ReleaseUse], outlets: Mapping[str, str]) -> ClassPickup:
    return ClassPickup(
        outlet_class=name,
        releases=len({use.release_id for use in uses}),
        articles=len(uses),
        outlets=_count_outlets(uses, outlets),
        whole=sum(use.share_of_release >= WHOLE for use in uses),
        mostly_release=sum(use.share_of_article >= MOSTLY for use in uses),
        median_share=median(use.share_of_article for use in uses),
    )


def _of_release(release_id: str, uses: Sequence[ReleaseUse], outlets: Mapping[str, str]) -> ReleasePickup:
    days = [use.days_after for use in uses if use.days_after is not None]
    return ReleasePickup(
        release_id=release_id,
        articles=len(uses),
        outlets=_count_outlets(uses, outlets),
        whole=sum(use.share_of_release >= WHOLE for use in uses),
        largest_share=max((use.share_of_article for use in uses), default=None),
        days_to_first=min(days, default=None),
    )


def _count_outlets(uses: Iterable[ReleaseUse], outlets: Mapping[str, str]) -> int:
    return len({outlets[use.article_id] for use in uses if use.article_id in outlets})


def _median(values: Sequence[float]) -> float | None:
    return median(values) if values else None
