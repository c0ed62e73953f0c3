"""Feeds of registered outlets: registering a collector's list, and finding the feed that a row came from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from diembao.desk import Desk
from diembao.sources.configured import ConfiguredFeed, read_feeds
from diembao.sources.directory import filter_directory, make_from_directory, read_directory, suggest_id
from diembao.sources.hosts import refused_host
from diembao.sources.outlets import make_outlet, resolve_outlet
from diembao.text.addresses import host_of, registrable_domain
from diembao.text.normal import exact_key, folded_key
from diembao.types import UNCLASSED, Feed, Outlet, Refusal

#: the name under which runs and feeds of imported histories are kept
COLLECTOR = "history"


@dataclass
class Registered:
    """What a list of configured feeds did to the register."""

    feeds: int = 0
    outlets: int = 0
    notes: list[str] = field(default_factory=list)


def register_feeds(desk: Desk, path: Path) -> Registered:
    """Record a collector's configured feeds and register the outlets that they belong to."""
    refusals: list[Refusal] = []
    done = Registered()
    outlets = {outlet.outlet_id: outlet for outlet in desk.outlets.list_outlets()}
    configured: list[Feed] = []
    unclassed: list[str] = []
    for entry in read_feeds(path, refusals=refusals):
        host = host_of(entry.url)
        category = refused_host(host)
        if category is not None:
            done.notes.append(f"feed {entry.url} was refused: {host} is on the list of {category} hosts")
            continue
        outlet = resolve_outlet(host, outlets.values())
        if outlet is None:
            outlet = _outlet_of_feed(entry, host, list(outlets))
            done.outlets += 1
            if outlet.outlet_class == UNCLASSED:
                unclassed.append(outlet.outlet_id)
        feed = next((known for known in outlet.feeds if known.url == entry.url), None)
        if feed is None:
            feed = Feed(name_feed(outlet, entry.name, entry.url), outlet.outlet_id, entry.url, entry.name)
            outlet = replace(outlet, feeds=(*outlet.feeds, feed))
        elif entry.name and feed.name != entry.name:
            feed = replace(feed, name=entry.name)  # rows name the feed as the collector does
        outlets[outlet.outlet_id] = outlet
        configured.append(feed)
    if unclassed:
        done.notes.append(
            f"registered without a class: {', '.join(unclassed)}; state each one's with "
            f"`diembao outlet add {unclassed[0]} --domain … --class …`"
        )
    done.notes += [f"entry {r.line} of {path.name} was refused: {r.reason} {r.detail}" for r in refusals]
    with desk.transaction():
        changed = desk.outlets.put(outlets.values())
        done.feeds = desk.runs.add_feeds(COLLECTOR, configured)
        if changed:
            desk.audit.append("feeds_registered", {"file": path.name, "outlets": sorted(outlets)})
    return done


def _outlet_of_feed(entry: ConfiguredFeed, host: str, taken: Sequence[str]) -> Outlet:
    """The outlet behind a feed: from the starter directory, else without a class."""
    for known in filter_directory(read_directory(), domain=host):
        return replace(make_from_directory(known), feeds=())
    domain = registrable_domain(host) or host
    name = re.split(r"\s+[-–|:]\s+", entry.name)[0].strip() or domain
    return make_outlet(outlet_id=suggest_id(domain, taken), name=name, domains=(domain,))


def name_feed(outlet: Outlet, name: str, url: str = "") -> str:
    """The stable id of an outlet's feed, from its name; a doubled name is told apart by its address."""
    slug = re.sub(r"[^a-z0-9]+", "-", folded_key(name)).strip("-")[:60] or "feed"
    feed_id = f"{outlet.outlet_id}/{slug}"
    taken = {feed.feed_id: feed.url for feed in outlet.feeds}
    if url and taken.get(feed_id, url) != url:
        return f"{feed_id}-{hashlib.sha256(url.encode()).hexdigest()[:6]}"
    return feed_id


class FeedBook:
    """Finds the feed that a row's label names; a label that no list configured becomes a feed of its own."""

    def __init__(self, desk: Desk) -> None:
        self._known: dict[tuple[str, str], str] = {}
        for feed in desk.runs.list_feeds(COLLECTOR):
            self._known[feed.outlet_id, exact_key(feed.name)] = feed.feed_id
            self._known[feed.outlet_id, exact_key(feed.url)] = feed.feed_id
        self._new: dict[str, Feed] = {}

    def find(self, outlet: Outlet, label: str) -> str | None:
        """The feed id of a label (a feed's name or address); None without a label."""
        if not label:
            return None
        key = (outlet.outlet_id, exact_key(label))
        feed_id = self._known.get(key)
        if feed_id is None:
            feed_id = name_feed(outlet, label)
            self._known[key] = feed_id
            self._new[feed_id] = Feed(feed_id, outlet.outlet_id, "", label)
        return feed_id

    def record(self, desk: Desk) -> None:
        """Record the feeds that rows named and no list configured."""
        known = {feed.feed_id for feed in desk.runs.list_feeds(COLLECTOR)}
        new = [feed for feed in self._new.values() if feed.feed_id not in known]
        if new:
            desk.runs.add_feeds(COLLECTOR, new)
        self._new.clear()
