"""The register of outlets: add, take from the starter directory, list, check against what was delivered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from diembao.app.coverage import describe_evidence, find_gaps_now
from diembao.app.project import Project
from diembao.app.view import open_view
from diembao.desk import Desk
from diembao.errors import DiembaoError, OutletError, SourceError, UsageError
from diembao.sources.directory import filter_directory, make_from_directory, read_directory, suggest_id
from diembao.sources.opml import parse_opml, write_opml
from diembao.sources.outlets import OutletIndex, make_outlet, slug_of
from diembao.text.addresses import host_of
from diembao.types import Feed, Outlet, Refusal

Row = dict[str, Any]


def add_outlet(
    project: Project,
    *,
    domains: Sequence[str],
    outlet_class: str,
    outlet_id: str | None = None,
    name: str | None = None,
    place: str | None = None,
    timezone: str | None = None,
    language: str | None = None,
    feeds: Sequence[str] = (),
    sitemaps: Sequence[str] = (),
) -> Row:
    """Register an outlet, or give one that is registered new properties (what is left out stays)."""
    with project.open_desk() as desk:
        known = {outlet.outlet_id: outlet for outlet in desk.outlets.list_outlets()}
        chosen = outlet_id or (slug_of(name) if name else "") or suggest_id(domains[0], list(known))
        before = known.get(chosen)
        timezone = timezone or (before.timezone if before else project.settings.text("project.timezone"))
        outlet = make_outlet(
            outlet_id=chosen,
            name=name or (before.name if before else chosen),
            domains=domains,
            outlet_class=outlet_class,
            place=place or (before.place if before else None),
            timezone=timezone,
            language=language or (before.language if before else "vi"),
            feeds=[("", url) for url in feeds],
            sitemaps=sitemaps,
            custom_classes=project.settings.classes,
            status=before.status if before else "unverified",
            note=before.note if before else "",
        )
        if before is not None:
            extra = tuple(f for f in outlet.feeds if f.url not in {old.url for old in before.feeds})
            outlet = replace(
                outlet,
                feeds=(*before.feeds, *_name_apart(desk, before, extra)),
                sitemaps=tuple(dict.fromkeys((*before.sitemaps, *outlet.sitemaps))),
            )
        OutletIndex({**known, chosen: outlet}.values())  # refuses a domain that two outlets claim
        return _put(desk, 1, outlet, before)


def register_outlets(project: Project, outlets: Sequence[Outlet]) -> None:
    """Register outlets that are records already, all or none."""
    with project.open_desk() as desk, desk.transaction():
        OutletIndex([*desk.outlets.list_outlets(), *outlets])  # refuses a domain that two outlets claim
        for number, outlet in enumerate(outlets, start=1):
            _put(desk, number, outlet, desk.outlets.find(outlet.outlet_id))


def add_from_directory(
    project: Project,
    *,
    outlet_class: str | None = None,
    place: str | None = None,
    domains: Sequence[str] = (),
    everything: bool = False,
) -> list[Row]:
    """Register the outlets of the starter directory that fit; they count once they have delivered here."""
    if not (everything or outlet_class or place or domains):
        raise UsageError(
            "say which outlets of the directory to take",
            key="app.directory_which",
            next_step="give --class, --place or --domain, or --all for every one",
        )
    directory = read_directory()
    wanted: Sequence[str | None] = domains or [None]
    chosen = [
        entry
        for domain in wanted
        for entry in filter_directory(directory, outlet_class=outlet_class, place=place, domain=domain)
    ]
    if not chosen:
        raise SourceError(
            "no outlet of the directory fits",
            key="app.directory_none",
            next_step="`--all` takes every one; an outlet that is not in it needs --domain and --class",
        )
    rows = []
    with project.open_desk() as desk, desk.transaction():
        for number, entry in enumerate(chosen, start=1):
            outlets = desk.outlets.list_outlets()
            held = {o.outlet_id: o for o in outlets}
            claimed = {domain for o in outlets for domain in o.domains}
            outlet = make_from_directory(entry)
            if outlet.outlet_id in held or claimed & set(outlet.domains):
                rows.append(_row(number, outlet, "known", ""))
            else:
                rows.append(_put(desk, number, outlet, None))
    return rows


def drop_feed(project: Project, outlet_id: str, feed: str) -> Row:
    """Take a feed (by its address or its id) from an outlet: from now on nobody asks for it, and nothing is missing.

    What it gave stays, and so do the gaps of the time before. A collection that is running goes on until it ends.
    """
    with project.open_desk() as desk, desk.transaction():
        outlet = desk.outlets.get(outlet_id)
        dropped = [known for known in outlet.feeds if feed in (known.url, known.feed_id)]
        if not dropped:
            raise OutletError(
                "outlet {outlet_id!r} has no feed {feed}",
                key="app.no_feed",
                next_step="`diembao outlet list --json` shows the feeds of every outlet",
                outlet_id=outlet_id,
                feed=feed,
            )
        desk.outlets.put([replace(outlet, feeds=tuple(f for f in outlet.feeds if f not in dropped))])
        named = [{"feed_id": known.feed_id, "url": known.url} for known in dropped]
        desk.audit.append("feeds_dropped", {"outlet_id": outlet_id, "feeds": named})
    return _row(1, outlet, "changed", ", ".join(known.url for known in dropped))


def list_outlets(project: Project) -> list[Outlet]:
    """Every registered outlet, by id."""
    with project.open_desk(read_only=True) as desk:
        return desk.outlets.list_outlets()


def check_outlets(project: Project, outlet_ids: Sequence[str] = ()) -> list[Row]:
    """What each outlet delivered here, and what is wrong with its feeds and clock."""
    zone = ZoneInfo(project.settings.text("project.timezone"))
    with project.open_desk(read_only=True) as desk:
        chosen = [desk.outlets.get(name) for name in outlet_ids] or desk.outlets.list_outlets()
        with open_view(project, desk) as view:
            seen = {
                row["outlet_id"]: row
                for row in view.rows(
                    "SELECT outlet_id, count(*) AS n, min(first_seen_at) AS first, "
                    "max(first_seen_at) AS last FROM current GROUP BY outlet_id"
                )
            }
            gaps = find_gaps_now(view)
            clocks = view.findings
            last = desk.commits.last()
            basis = desk.findings.find_basis("clocks") or {}
            is_judged = last is None or basis.get("items") == last.versions.get("items")
            feeds = {row["feed_id"] for row in view.rows("SELECT DISTINCT feed_id FROM items")}
            ended = desk.outlets.list_ended_feeds()
            configured = [feed for feed in desk.runs.list_feeds() if feed.feed_id not in ended]
            pages = desk.readings.count_by_outlet()
    rows = []
    for outlet in chosen:
        own = [feed for feed in configured if feed.outlet_id == outlet.outlet_id]
        found = [
            f"clock: {c.kind} {c.shift_s / 3600:+g} h" for c in clocks if c.outlet_id == outlet.outlet_id
        ]
        found += [
            f"{gap.kind} {gap.feed_id or ''} ({describe_evidence(gap)})"
            for gap in gaps
            if gap.outlet_id == outlet.outlet_id
            and gap.feed_id not in ended
            and gap.kind in ("never_delivered", "overflow", "unreachable", "refused", "reserved")
        ]
        if outlet.outlet_id in pages:
            found.append(
                "pages: " + ", ".join(f"{kind} {n}" for kind, n in sorted(pages[outlet.outlet_id].items()))
            )
        row = seen.get(outlet.outlet_id)
        if row and not is_judged:
            found.append("clock: not judged yet, run `diembao process`")
        rows.append(
            {
                "outlet_id": outlet.outlet_id,
                "name": outlet.name,
                "status": outlet.status,
                "articles": row["n"] if row else 0,
                "first_seen": row["first"].astimezone(zone).isoformat(timespec="minutes") if row else None,
                "last_seen": row["last"].astimezone(zone).isoformat(timespec="minutes") if row else None,
                "feeds": f"{sum(f.feed_id in feeds for f in own)}/{len(own)}",
                "findings": found,
            }
        )
    return rows


def import_opml(project: Project, path: Path) -> list[Row]:
    """Register the feeds of an OPML file with their outlets; a result per row, never all or nothing."""
    if not path.is_file():
        raise SourceError(
            "there is no file {file}",
            key="app.no_file",
            next_step="check the name; a relative name starts from the folder you stand in",
            file=str(path),
        )
    rows: list[Row] = []
    with project.open_desk() as desk:
        for number, entry in enumerate(parse_opml(path.read_bytes()), start=1):
            if isinstance(entry, Refusal):
                rows.append({"row": number, "outlet_id": None, "result": "refused", "detail": entry.reason})
                continue
            try:
                rows.append(_add_feed(desk, number, entry.name, entry.url))
            except DiembaoError as error:
                rows.append({"row": number, "outlet_id": None, "result": "refused", "detail": str(error)})
    return rows


def export_opml(project: Project) -> bytes:
    """All registered feeds as OPML 2.0."""
    return write_opml(list_outlets(project), title=project.settings.text("project.name") or "Diembao")


# ------------------------------------------------------------------ details


def _add_feed(desk: Desk, number: int, name: str, url: str) -> Row:
    host = host_of(url)
    known = desk.outlets.list_outlets()
    before = OutletIndex(known).resolve(host)
    if before is None:
        entries = filter_directory(read_directory(), domain=host)
        if entries:
            outlet = replace(make_from_directory(entries[0]), feeds=())
        else:
            domain = host.removeprefix("rss.").removeprefix("feeds.")
            taken = [outlet.outlet_id for outlet in known]
            outlet = make_outlet(outlet_id=suggest_id(domain, taken), name=name or domain, domains=(domain,))
    else:
        outlet = before
    if url in {feed.url for feed in outlet.feeds}:
        return _row(number, outlet, "known", url)
    made = make_outlet(
        outlet_id=outlet.outlet_id, name=outlet.name, domains=outlet.domains, feeds=[(name, url)]
    ).feeds[0]
    return _put(
        desk, number, replace(outlet, feeds=(*outlet.feeds, *_name_apart(desk, outlet, [made]))), before
    )


def _name_apart(desk: Desk, outlet: Outlet, feeds: Sequence[Feed]) -> list[Feed]:
    """New feeds of an outlet under ids that no other address has or had."""
    taken = {feed.feed_id: feed.url for feed, _ in desk.outlets.list_ended_feeds().values()}
    taken |= {feed.feed_id: feed.url for feed in outlet.feeds}
    return [
        replace(feed, feed_id=f"{feed.feed_id}-{hashlib.sha256(feed.url.encode()).hexdigest()[:6]}")
        if taken.get(feed.feed_id, feed.url) != feed.url
        else feed
        for feed in feeds
    ]


def _put(desk: Desk, number: int, outlet: Outlet, before: Outlet | None) -> Row:
    if before == outlet:
        return _row(number, outlet, "known", "")
    with desk.transaction():
        desk.outlets.put([outlet])
        desk.audit.append(
            "outlet_added" if before is None else "outlet_changed",
            {"outlet_id": outlet.outlet_id, "domains": list(outlet.domains), "class": outlet.outlet_class},
        )
    return _row(number, outlet, "added" if before is None else "changed", ", ".join(outlet.domains))


def _row(number: int, outlet: Outlet, result: str, detail: str) -> Row:
    return {
        "row": number,
        "outlet_id": outlet.outlet_id,
        "name": outlet.name,
        "result": result,
        "detail": detail,
    }
