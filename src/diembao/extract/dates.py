"""When a page was published and last changed, by what it states; never by a date in its text.

Sources in order: `json_ld`, `meta`, `time_element`, `url`, `label`. A source that only states the day gives
way to one that states the time of the same day. Flags:

dates_disagree      two sources state times that cannot both be right
date_implausible    a stated time was left out because it lies before 1990
date_guessed        only a meta of an unknown name, or a label in another language, states a date
date_odd_offset     the stated offset is one that no clock keeps; the wall clock was read in the outlet's zone
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from diembao.extract.head import HeadData
from diembao.extract.linked import LinkedArticle
from diembao.text.addresses import address_time
from diembao.text.times import MAX_TIME_CHARS, parse_moment
from diembao.types import Moment

FIRST_YEAR = 1990
MAX_CLAIMS = 40
_PUBLISHED_NAMES = """
    article:published_time og:article:published_time article:published og:published_time published_time
    datepublished pubdate publishdate publish_date publish-date published-date publication_date
    publication-date originalpublicationdate article_date_original article.published parsely-pub-date
    sailthru.date cxenseparse:recs:publishtime bt:pubdate og:pubdate rnews:datepublished
    dc.date.issued dcterms.issued dc.date dcterms.date dc.date.created dcterms.created dc.created
    citation_publication_date shareaholic:article_published_time article:created article:created_time
    datecreated displaydate date
"""
PUBLISHED = tuple(_PUBLISHED_NAMES.split())
_UPDATED_NAMES = """
    article:modified_time og:updated_time article:modified article:updated_time datemodified dc.date.modified
    dcterms.modified updated_time lastmod last-modified last_modified modified_time revision_date
"""
UPDATED = tuple(_UPDATED_NAMES.split())
_DATE_NAME = re.compile(r"date|publish|pubtime|issued", re.I)
_OTHER_DATE = re.compile(r"modif|updat|expir|valid|event|copyright|birth|start|end", re.I)
#: a label may state both: "Cập nhật lúc 08:00, 17/06/2026 - Đăng lúc 07:49, 17/06/2026"
_LABEL_WORD = re.compile(
    r"(?i)(?P<updated>(?:lần\s+)?cập\s+nhật|cap\s+nhat|chỉnh\s+sửa|last\s+updated|updated|modified)"
    r"|(?P<published>đăng\s+(?:lúc|ngày)|ngày\s+đăng|xuất\s+bản|published|posted)"
)
_SCRIPT_ZONE = re.compile(r"\s*\([A-Za-z ]{3,40}\)$")
#: sources may differ by this much; an article is often begun a day before it is published
_TOLERANCE = {"url": timedelta(hours=36)}
_USUAL_TOLERANCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PageDates:
    """The chosen times with their sources, and what is wrong with them."""

    published: Moment | None = None
    updated: Moment | None = None
    flags: tuple[str, ...] = ()


def choose_dates(
    head: HeadData,
    linked: LinkedArticle,
    *,
    url: str,
    timezone: str,
    labels: Sequence[str] = (),
    times: Sequence[tuple[str, bool]] = (),
    language: str = "vi",
) -> PageDates:
    """Publication and update. `labels` are texts of date elements beside the title; `times` the values of
    `time` elements there, each with whether it is marked as the update.
    """
    reader = _Reader(timezone, language)
    published = [
        *reader.read([linked.published], "json_ld"),
        *reader.read((head.first[name] for name in PUBLISHED if name in head.first), "meta"),
        *reader.read((value for value, is_update in times[:MAX_CLAIMS] if not is_update), "time_element"),
    ]
    stamp = address_time(url, timezone)
    if stamp is not None and stamp.at.year >= FIRST_YEAR:
        published.append(replace(stamp, source="url"))
    updated = [
        *reader.read([linked.updated], "json_ld"),
        *reader.read((head.first[name] for name in UPDATED if name in head.first), "meta"),
        *reader.read((value for value, is_update in times[:MAX_CLAIMS] if is_update), "time_element"),
    ]
    # the first label only: further ones may belong to other articles
    label_published, label_updated = reader.read_labels(labels[:MAX_CLAIMS])
    published.extend(label_published[:1])
    updated.extend(label_updated[:1])
    if not published:
        published = reader.guess(head, labels)
    return _decide(published, updated, ZoneInfo(timezone), reader.flags)


class _Reader:
    """Reads claims in one zone and language and remembers what was wrong with them."""

    def __init__(self, timezone: str, language: str) -> None:
        self.timezone = timezone
        self.language = language if language in ("vi", "en") else "vi"
        self.flags: list[str] = []

    def read(self, values: Iterable[str], source: str) -> list[Moment]:
        found = (self._moment(value, source) for value in values if value)
        return [moment for moment in found if moment is not None]

    def read_labels(self, labels: Iterable[str]) -> tuple[list[Moment], list[Moment]]:
        """Publications and updates of visible labels; what follows "Cập nhật" is the update."""
        published: list[Moment] = []
        updated: list[Moment] = []
        for label in labels:
            text = " ".join(label.split())[: 4 * MAX_TIME_CHARS]
            words = list(_LABEL_WORD.finditer(text))
            ends = [*(word.start() for word in words[1:]), len(text)][: len(words)]
            parts = [("published", text[: words[0].start()] if words else text)]
            parts += [
                (str(word.lastgroup), text[word.end() : end]) for word, end in zip(words, ends, strict=True)
            ]
            for kind, part in parts:
                found = self.read([part.strip(" |,;:-–—•·()")], "label")
                (updated if kind == "updated" else published).extend(found)
        return published, updated

    def guess(self, head: HeadData, labels: Sequence[str]) -> list[Moment]:
        """A day that htmldate reads in a meta of a name nobody listed, or in a label of another language."""
        values = [
            value[:MAX_TIME_CHARS]
            for name, value in head.metas
            if _DATE_NAME.search(name) and not _OTHER_DATE.search(name) and any(c.isdigit() for c in value)
        ]
        printed = [label[:MAX_TIME_CHARS] for label in labels[:3] if not _LABEL_WORD.search(label)]
        found = self.read(values, "meta") or self.read(map(_find_day, values[:5]), "meta")
        found = found or self.read(map(_find_day, printed), "label")
        if found:
            self.flags.append("date_guessed")
        return found[:1]

    def _moment(self, value: str, source: str) -> Moment | None:
        text = value[: 2 * MAX_TIME_CHARS].strip()
        if text.endswith(")"):
            text = _SCRIPT_ZONE.sub("", text)
        text = text[:MAX_TIME_CHARS]
        moment = parse_moment(text, timezone=self.timezone, source=source, language=self.language)
        if moment is None and self.language == "vi":  # `9/22/2025 10:14 AM`, as ASP.NET writes it
            moment = parse_moment(text, timezone=self.timezone, source=source, language="en")
        if moment is None:
            return None
        if moment.at.year < FIRST_YEAR:
            self.flags.append("date_implausible")
            return None
        return moment


def _find_day(value: str) -> str:
    """What htmldate reads out of one value, as an ISO day; empty when it finds none."""
    from htmldate import find_date
    from lxml import html

    page = html.Element("html")
    head = html.Element("head")
    page.append(head)
    head.append(html.Element("meta", {"name": "date", "content": value}))
    page.append(html.Element("body"))
    try:
        return (
            find_date(page, extensive_search=False, original_date=True, min_date=f"{FIRST_YEAR}-01-01") or ""
        )
    except (ValueError, TypeError, AttributeError, OverflowError):
        return ""


def _decide(published: list[Moment], updated: list[Moment], zone: ZoneInfo, flags: list[str]) -> PageDates:
    if any("odd_offset" in moment.flags for moment in (*published[:1], *updated[:1])):
        flags.append("date_odd_offset")
    first = published[0] if published else None
    if first is not None:
        chosen = _finer(first, published[1:], zone)
        if any(_contradicts(chosen, other, zone) for other in published if other is not chosen):
            flags.append("dates_disagree")
        first = chosen
    last = None
    if updated:
        last = _finer(updated[0], updated[1:], zone)
        if first is not None and abs(last.at - first.at) < timedelta(minutes=1):
            last = None  # templates state the publication twice; nothing was changed
    return PageDates(first, last, tuple(dict.fromkeys(flags)))


def _day(moment: Moment, zone: ZoneInfo) -> object:
    at: datetime = moment.at.astimezone(zone)
    return at.date()


def _finer(first: Moment, others: Sequence[Moment], zone: ZoneInfo) -> Moment:
    """The first moment, or one that states the time of the same day where the first states the day only."""
    if first.precision != "day":
        return first
    same = (o for o in others if o.precision != "day" and _day(o, zone) == _day(first, zone))
    return next(same, first)


def _contradicts(one: Moment, other: Moment, zone: ZoneInfo) -> bool:
    tolerance = max(_TOLERANCE.get(m.source, _USUAL_TOLERANCE) for m in (one, other))
    if "day" in (one.precision, other.precision):
        return _day(one, zone) != _day(other, zone) and abs(one.at - other.at) > tolerance
    return abs(one.at - other.at) > tolerance
