"""From captures to arrivals: feeds and pages are parsed in the sandbox, and every one ends in a reading."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from diembao.app.arrivals import Register, is_plausible, make_arrival
from diembao.app.collecting.quarantine import KeptQuarantine
from diembao.app.collecting.worker import ARTICLES, PageReading
from diembao.app.project import Project
from diembao.app.topics import get_topic, list_topic_ids
from diembao.corpus.batch import Arrival
from diembao.desk import Desk
from diembao.desk.captures import Kept
from diembao.desk.readings import Reading
from diembao.desk.schedule import QueuedPage
from diembao.errors import DiembaoError, SandboxError, SourceError
from diembao.fetch.targets import host_asked
from diembao.sandbox import Limits, Sandbox
from diembao.sources.outlets import OutletIndex
from diembao.text.addresses import article_key, host_of
from diembao.types import FeedEntry, Moment, Outlet, ParsedFeed, ParsedSitemap, Refusal

_ROOM = "diembao.app.collecting.worker"
#: a stated time this near to the request is the time of the request
REQUEST_MOMENT = timedelta(seconds=60)
#: times in sitemaps are often whole days, in whatever zone
SITEMAP_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Looked:
    """The profiles that pages are looked through for; `basis` is the same for the same profiles."""

    profiles: Mapping[str, str]
    basis: str


def find_topics(project: Project, desk: Desk) -> Looked:
    """The topics of the project as their profiles stand now."""
    from diembao.app.process import record_profile
    from diembao.topics import format_profile

    profiles: dict[str, str] = {}
    hashes: list[str] = []
    for topic_id in list_topic_ids(project):
        topic = get_topic(project, topic_id)
        profiles[topic_id] = format_profile(topic)
        profile = record_profile(desk, topic)
        hashes.append(f"{profile.profile_hash}@{profile.gazetteer_version}")
    return Looked(profiles, ",".join(sorted(hashes)))


@contextmanager
def open_sandbox(
    desk: Desk, looked: Looked | None = None, *, limits: Limits | None = None
) -> Iterator[Sandbox]:
    """A worker that knows the topics; inputs over which workers died are remembered on the desk."""
    setup = []
    if looked is not None and looked.profiles:
        payload = json.dumps(dict(looked.profiles), ensure_ascii=False).encode()
        setup.append((f"{_ROOM}:prepare_topics", payload))
    quarantine = KeptQuarantine(desk)
    try:
        with Sandbox(limits=limits or Limits(), setup=setup, quarantine=quarantine) as box:
            yield box
    finally:
        quarantine.save()


@dataclass
class FeedNews:
    """What a feed or sitemap brought: arrivals, pages to fetch, refusals, and the entries it listed.

    `listed` maps a short key of each entry's address to a short key of what it says.
    """

    reading: Reading
    arrivals: list[Arrival] = field(default_factory=list)
    pages: list[QueuedPage] = field(default_factory=list)
    changed: list[QueuedPage] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    listed: dict[str, str] = field(default_factory=dict)
    fresh: int = 0


class Reader:
    """Reads captures. Parsing happens in the sandbox; nothing here touches the network or the corpus."""

    def __init__(self, project: Project, desk: Desk, box: Sandbox, basis: str = "") -> None:
        self._box = box
        self._basis = basis
        self._outlets = {outlet.outlet_id: outlet for outlet in desk.outlets.list_outlets()}
        self.register = Register(OutletIndex(self._outlets.values()))
        self._overrides = load_project_overrides(project)
        self._rules: dict[str, dict[str, Any] | None] = {}

    def outlet(self, outlet_id: str) -> Outlet:
        """A registered outlet."""
        return self._outlets[outlet_id]

    def owns(self, outlet_id: str, url: str) -> bool:
        """Whether an address belongs to an outlet."""
        found = self.register.resolve(host_of(url))
        return isinstance(found, Outlet) and found.outlet_id == outlet_id

    # -------------------------------------------------------------- feeds

    def parse_feed(self, kept: Kept, body: bytes) -> ParsedFeed | DiembaoError:
        """The feed, or why it is none."""
        try:
            return self._box.call(
                "diembao.sources.feeds:parse_feed_body",
                body,
                returns=ParsedFeed,
                url=kept.capture.url,
                timezone=self.outlet(kept.outlet_id).timezone,
                content_type=kept.capture.content_type or None,
            )
        except (SourceError, SandboxError) as error:
            return error

    def read_feed(self, kept: Kept, parsed: ParsedFeed | DiembaoError, before: Mapping[str, str]) -> FeedNews:
        """Every entry as an arrival and a page to fetch, or as a refusal; `before` is what was listed last."""
        if isinstance(parsed, DiembaoError):
            return FeedNews(_failed(kept, parsed))
        news = FeedNews(Reading(kept.capture_id, "feed"))
        seen_at = kept.capture.fetched_at
        reasons = dict(parsed.dropped)
        for line, entry in enumerate(parsed.entries, 1):
            host = host_of(entry.url)
            outlet = self.register.judge(host, line, entry.url)
            if isinstance(outlet, Refusal):
                news.refusals.append(outlet)
                continue
            arrival = self._read_entry(kept, entry, outlet, line)
            if isinstance(arrival, Refusal):
                news.refusals.append(arrival)
                continue
            key, said = _short(arrival.article.key), _short(_tell(entry, seen_at))[:8]
            page = QueuedPage(
                key=arrival.article.key,
                url=entry.url,
                host=host_asked(entry.url),
                outlet_id=outlet.outlet_id,
                feed_id=kept.feed_id,
                found_at=seen_at,
                due_at=seen_at,
            )
            news.listed[key] = said
            if before.get(key) == said:
                continue  # seen the last time, and unchanged: the poll says so, no row does
            news.arrivals.append(arrival)
            if key not in before:
                news.fresh += 1
                news.pages.append(page)
            else:
                news.changed.append(page)
        detail: dict[str, object] = {
            "kind": parsed.kind,
            "entries": len(parsed.entries),
            "fresh": news.fresh,
            "changed": len(news.changed),
            "refused": len(news.refusals),
        }
        if reasons:
            detail["dropped"] = reasons
        if parsed.flags:
            detail["flags"] = list(parsed.flags)
        news.reading = Reading(kept.capture_id, "feed", detail=detail)
        return news

    def _read_entry(self, kept: Kept, entry: FeedEntry, outlet: Outlet, line: int) -> Arrival | Refusal:
        seen_at = kept.capture.fetched_at
        published = None
        if entry.published_at is not None:
            if not is_plausible(entry.published_at, seen_at):
                return Refusal(line, "bad_date", entry.published_raw)
            published = Moment(entry.published_at, entry.published_precision, "feed", entry.published_raw)
        return make_arrival(
            outlet,
            entry.url,
            title=entry.title,
            lead=entry.summary,
            text="",
            kind="feed_item",
            published=published,
            published_raw=entry.published_raw,
            seen_at=seen_at,
            feed_id=kept.feed_id,
            flags=entry.flags,
        )

    # -------------------------------------------------------------- sitemaps

    def parse_sitemap(self, kept: Kept, body: bytes) -> ParsedSitemap | DiembaoError:
        """The sitemap, or why it is none."""
        try:
            return self._box.call(
                "diembao.sources.sitemaps:parse_sitemap",
                body,
                returns=ParsedSitemap,
                url=kept.capture.url,
                timezone=self.outlet(kept.outlet_id).timezone,
            )
        except (SourceError, SandboxError) as error:
            return error

    def read_sitemap(
        self, kept: Kept, parsed: ParsedSitemap | DiembaoError, since: datetime | None
    ) -> FeedNews:
        """The pages of a sitemap that may be from `since` on, as pages to fetch."""
        if isinstance(parsed, DiembaoError):
            return FeedNews(_failed(kept, parsed))
        news = FeedNews(Reading(kept.capture_id, "sitemap"))
        older = 0
        for line, entry in enumerate(parsed.entries, 1):
            host = host_of(entry.url)
            outlet = self.register.judge(host, line, entry.url)
            if isinstance(outlet, Refusal):
                news.refusals.append(outlet)
                continue
            if parsed.kind == "index":
                continue
            dated = entry.published_at or entry.modified_at
            if since is not None and dated is not None and dated < since - SITEMAP_SLACK:
                older += 1
                continue
            news.pages.append(
                QueuedPage(
                    key=article_key(entry.url),
                    url=entry.url,
                    host=host_asked(entry.url),
                    outlet_id=outlet.outlet_id,
                    feed_id=None,
                    found_at=kept.capture.fetched_at,
                    due_at=kept.capture.fetched_at,
                )
            )
        news.fresh = len(news.pages)
        detail: dict[str, object] = {
            "kind": parsed.kind,
            "entries": len(parsed.entries),
            "older": older,
            "refused": len(news.refusals),
        }
        if parsed.dropped:
            detail["dropped"] = dict(parsed.dropped)
        news.reading = Reading(kept.capture_id, "sitemap", detail=detail)
        return news

    # -------------------------------------------------------------- pages

    def parse_page(self, kept: Kept, body: bytes, *, careful: bool = False) -> PageReading | DiembaoError:
        """The page as read in the sandbox, or why it could not be."""
        outlet = self.outlet(kept.outlet_id)
        try:
            return self._box.call(
                f"{_ROOM}:read_page",
                body,
                returns=PageReading,
                url=kept.capture.url,
                content_type=kept.capture.content_type or None,
                timezone=outlet.timezone,
                overrides=self._find_overrides(outlet),
                careful=careful,
            )
        except (SourceError, SandboxError) as error:
            return error

    def read_page(
        self, kept: Kept, parsed: PageReading | DiembaoError, *, asked_url: str = ""
    ) -> tuple[Reading, Arrival | None]:
        """The reading of a page, and the article if it is one; `asked_url` is where a redirect began."""
        if isinstance(parsed, DiembaoError):
            return _failed(kept, parsed), None
        outlet = self.outlet(kept.outlet_id)
        article, look = parsed.article, parsed.look
        kind = article.page_type if article is not None else look.page_type
        read = article or look
        flags = list(dict.fromkeys((*look.flags, *(article.flags if article else ()))))[:40]
        if kind not in ARTICLES:
            return Reading(kept.capture_id, kind, basis=self._basis, detail={"flags": flags}), None
        if not read.title:
            return Reading(kept.capture_id, "no_title", basis=self._basis, detail={"flags": flags}), None
        seen_at = kept.capture.fetched_at
        published = None
        if read.published_at is not None and is_plausible(read.published_at, seen_at):
            published = Moment(
                read.published_at, read.published_precision, read.published_source, read.published_raw
            )
        url = asked_url or kept.capture.url
        canonical = read.canonical_url or (kept.capture.url if asked_url else None)
        marks = tuple(flags) if kind == "article" else (*flags, f"page:{kind}")
        arrival = make_arrival(
            outlet,
            url,
            title=read.title,
            lead=article.lead if article else "",
            text=article.text if article else "",
            kind="article" if article else "look",
            published=published,
            published_raw=read.published_raw,
            seen_at=seen_at,
            feed_id=None,
            language=read.language if read.language != "und" else "",
            flags=marks,
            canonical_url=canonical,
            prints=parsed.prints,
            prints_version=parsed.prints_version,
        )
        detail: dict[str, object] = {"page_type": kind}
        if flags:
            detail["flags"] = flags
        if look.in_doubt:
            detail["in_doubt"] = list(look.in_doubt)
        if article is not None:
            detail["extractor"] = article.extractor
        outcome = "article" if article else "look"
        reading = Reading(
            kept.capture_id,
            outcome,
            arrival.article.article_id,
            arrival.article.revision,
            self._basis,
            detail,
        )
        return reading, arrival

    def _find_overrides(self, outlet: Outlet) -> dict[str, Any] | None:
        """The project's own rules for an outlet's pages, else the shipped ones."""
        if outlet.outlet_id not in self._rules:
            from diembao.extract.overrides import find_shipped

            own = (self._overrides.get(domain) for domain in outlet.domains)
            shipped = (find_shipped(domain) for domain in outlet.domains)
            self._rules[outlet.outlet_id] = next((rules for rules in (*own, *shipped) if rules), None)
        return self._rules[outlet.outlet_id]


def _failed(kept: Kept, error: DiembaoError) -> Reading:
    """Why nothing could be read: the key of the error is the reason."""
    reason = (error.key or "unreadable").partition(".")[2] or "unreadable"
    return Reading(kept.capture_id, reason, detail={"error": str(error)[:300]})


def _tell(entry: FeedEntry, seen_at: datetime) -> str:
    """What an entry says, in one string.

    Some feeds state the moment of the request as the time of publication of every entry: that is no news, and the
    page is not asked for again because of it.
    """
    published = entry.published_at
    is_now = published is not None and abs(published - seen_at) <= REQUEST_MOMENT
    moments = (None if is_now else published, entry.updated_at)
    return "\0".join((entry.title, entry.summary, *(m.isoformat() if m else "" for m in moments)))


def _short(key: str) -> str:
    """A short key of an address, as plans keep it."""
    import hashlib

    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def load_project_overrides(project: Project) -> dict[str, dict[str, Any]]:
    """How pages of single outlets are read, from the project's folder `overrides`: one `<domain>.toml` each."""
    from diembao.extract.overrides import load_overrides

    folder = project.folder / "overrides"
    return {
        path.stem: load_overrides(path.read_text(encoding="utf-8"), name=path.name)
        for path in (sorted(folder.glob("*.toml")) if folder.is_dir() else ())
    }
