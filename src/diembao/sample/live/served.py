"""What the sample press gave away while it was served, told from its own log and not from who asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from diembao.sample.faults import COLLECTION_END
from diembao.sample.history import stop_collection
from diembao.sample.live.newsroom import Newsroom
from diembao.sample.live.server import LiveRequest
from diembao.sample.live.sites import FAILING_FEED, find_feed, list_live_outlets
from diembao.sample.live.truth import expect_body
from diembao.sample.model import PlantedGap, SamplePress
from diembao.text.addresses import article_key

#: answers that show what a feed holds
_SHOWN = (200, 304)


def note_served(
    press: SamplePress, newsroom: Newsroom, requests: Iterable[LiveRequest], *, has_texts: bool = False
) -> SamplePress:
    """The press with a recorded collection until the live one began, and with what was served from then on.

    `first_seen` is when an article first stood in a feed that was answered, `read` are the articles whose page was
    answered with their text; `has_texts` says that the texts of the recorded articles were imported, too.
    Outlets without a history and their articles are part of it.
    """
    recorded = stop_collection(press, newsroom.live_from)
    seen = dict(recorded.first_seen)
    read = set(recorded.first_seen) if has_texts else set[int]()
    by_key = {article_key(a.url): a for own in newsroom.articles.values() for a in own}
    for request in requests:
        if request.status not in _SHOWN:
            continue
        for number in _list_in_feed(newsroom, request):
            seen.setdefault(number, request.at)
        article = by_key.get(article_key(f"https://{request.host}{request.path}"))
        if article is not None and request.status == 200 and expect_body(newsroom.tell(article)) == "kept":
            read.add(article.number)
    every = [article for own in newsroom.articles.values() for article in own]
    return replace(
        recorded,
        outlets=(*press.outlets, *list_live_outlets()),
        articles=tuple(sorted(every, key=lambda article: (article.published_at, article.number))),
        gaps=(*press.gaps, *list_live_gaps(newsroom.live_from)),
        first_seen=seen,
        read=frozenset(read),
    )


def list_live_gaps(start: datetime) -> tuple[PlantedGap, ...]:
    """What the sites made for trouble withhold for as long as they are asked."""
    return (
        PlantedGap("bao-mau-cam-cua", "bao-mau-cam-cua/tin-moi", "refused", start, COLLECTION_END),
        PlantedGap("bao-mau-nghen-mang", "bao-mau-nghen-mang/tin-moi", "unreachable", start, COLLECTION_END),
        PlantedGap("bao-mau-hong-hoc", FAILING_FEED, "unreachable", start, COLLECTION_END),
        PlantedGap("tap-chi-mau-giu-quyen", None, "reserved", start, COLLECTION_END),
    )


def _list_in_feed(newsroom: Newsroom, request: LiveRequest) -> list[int]:
    """The numbers of the articles in a feed that was asked for; none for any other address."""
    site = newsroom.by_domain.get(request.host)
    feed = find_feed(site, request.path) if site is not None else None
    if feed is None:
        return []
    return [standing.article.number for standing in newsroom.list_standing(feed, request.at)]
