"""How whole the collection is: clocks, gaps and outlet-days, computed from pinned rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from diembao.app.project import Project
from diembao.app.view import View, open_view
from diembao.types import ClockFinding, FeedPoll, Gap

if TYPE_CHECKING:
    from diembao.estimates.gaps import CollectionHealth, FeedHistory

#: sightings whose moment was recorded by a collector (an article file or a clipping says nothing of it)
_BY_COLLECTOR = "(source LIKE 'history:%' OR source LIKE 'collect:%')"


def check_clocks(view: View) -> list[ClockFinding]:
    """What is wrong with the stated times, from every article whose first sighting was recorded."""
    from diembao.estimates.clocks import check_clocks as check
    from diembao.estimates.stated import StatedTimes

    zones = {outlet.outlet_id: outlet.timezone for outlet in view.outlets}
    table = view.reader.table(
        """
        SELECT outlet_id, feed_id, epoch(published_at) AS published, epoch(first_seen_at) AS seen,
               epoch(url_published_at) AS url, coalesce(url_precision, 'unknown') AS url_precision,
               coalesce(published_precision, 'unknown') AS precision,
               list_contains(flags, 'odd_offset') AS is_odd
        FROM current
        WHERE (kind = 'feed_item' OR feed_id IS NOT NULL) AND published_at IS NOT NULL AND NOT list_contains(flags, 'seen_unknown')
        ORDER BY outlet_id, feed_id, first_seen_at, article_id
        """
    )
    columns = {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}
    keys = [(outlet, feed) for outlet, feed in zip(columns["outlet_id"], columns["feed_id"], strict=True)]
    series = []
    start = 0
    for place in range(1, len(keys) + 1):
        if place == len(keys) or keys[place] != keys[start]:
            part = slice(start, place)
            outlet_id, feed_id = keys[start]
            series.append(
                StatedTimes(
                    outlet_id=str(outlet_id),
                    feed_id=None if feed_id is None else str(feed_id),
                    published=columns["published"][part].astype(np.float64),
                    seen=columns["seen"][part].astype(np.float64),
                    url=columns["url"][part].astype(np.float64),
                    url_precision=columns["url_precision"][part].astype(np.str_),
                    published_precision=columns["precision"][part].astype(np.str_),
                    is_odd=columns["is_odd"][part].astype(np.bool_),
                    timezone=zones.get(str(outlet_id), "Asia/Ho_Chi_Minh"),
                )
            )
            start = place
    return check(series)


def check_health(view: View, start: date | None = None, end: date | None = None) -> CollectionHealth:
    """Gaps and outlet-days of a state; with `start` and `end` the days of that period only."""
    from diembao.estimates.gaps import check_collection

    noted, noted_full = _list_noted(view)
    return check_collection(
        view.desk.runs.list_moments(at=view.state.seq),
        _list_histories(view),
        _list_published(view),
        start=start,
        end=end,
        timezone=view.project.settings.text("project.timezone"),
        noted=noted,
        noted_full=noted_full,
    )


def _list_noted(view: View) -> tuple[list[Gap], list[tuple[str, str | None, datetime, datetime]]]:
    """What our own collector saw: feeds that failed or said no, answers without a known entry, reservations."""
    from diembao.estimates.polls import judge_polls

    owners = {feed.feed_id: feed.outlet_id for feed in view.desk.runs.list_feeds(at=view.state.seq)}
    polls = view.desk.readings.list_polls(at=view.state.seq)
    ended = {name: at for name, (_, at) in view.desk.outlets.list_ended_feeds(at=view.state.seq).items()}
    known = ((owners[poll.feed_id], poll) for poll in polls if poll.feed_id in owners)
    gaps, full = judge_polls(known, ended=ended)
    for outlet_id, first, last, count in view.desk.captures.list_reserved(at=view.state.seq):
        end = max(last, first + timedelta(seconds=1))
        gaps.append(Gap(outlet_id, None, first, end, "reserved", {"pages": count}))
    return gaps, full


def find_gaps_now(view: View) -> list[Gap]:
    """Every gap of a state."""
    return list(check_health(view).gaps)


def _list_histories(view: View) -> list[FeedHistory]:
    """Every feed that was configured or gave something, with the first sightings of its articles."""
    from diembao.estimates.gaps import FeedHistory

    table = view.reader.table(
        f"""
        SELECT outlet_id, feed_id, list(epoch(first_at) ORDER BY first_at) AS seen,
               flatten(list(again)) AS again FROM (
          SELECT outlet_id, feed_id, article_id, min(seen_at) AS first_at,
                 list_sort(list(epoch(seen_at)))[2:] AS again
          FROM items WHERE {_BY_COLLECTOR} AND feed_id IS NOT NULL GROUP BY ALL)
        GROUP BY outlet_id, feed_id
        """
    )
    seen = {
        (row["outlet_id"], row["feed_id"]): (
            np.array(row["seen"], dtype=np.float64),
            np.array(sorted(row["again"])),
        )
        for row in table.to_pylist()
    }
    feeds = {(f.outlet_id, f.feed_id) for f in view.desk.runs.list_feeds(at=view.state.seq)}
    polls = view.desk.readings.list_polls(at=view.state.seq)
    answered, asked = _list_answers(polls), _find_first_asked(view, polls)
    ended = view.desk.outlets.list_ended_feeds(at=view.state.seq)
    nothing = (np.zeros(0), np.zeros(0))
    found = []
    for outlet_id, feed_id in sorted(feeds | set(seen)):
        first, again = seen.get((outlet_id, feed_id), nothing)
        since = asked.get(feed_id)
        if since is not None and len(first) and first[0] < since:
            since = None  # a history shows that somebody asked it before
        again = np.sort(np.concatenate([again, np.array(answered.get(feed_id, []))]))
        until = ended[feed_id][1].timestamp() if feed_id in ended else None
        if until is not None:  # whoever was asking it still, answers to nobody
            until = max([until, *first[-1:].tolist(), *again[-1:].tolist()])
        found.append(FeedHistory(outlet_id, feed_id, first, again, since, until))
    return found


def _list_answers(polls: Sequence[FeedPoll]) -> dict[str, list[float]]:
    """When each feed answered with known entries only; a list without any entry shows nothing."""
    answered: dict[str, list[float]] = {}
    entries: dict[str, int] = {}
    for poll in polls:  # by feed and time
        if poll.outcome == "ok":
            entries[poll.feed_id] = poll.entries
        if poll.outcome in ("ok", "unchanged") and not poll.fresh and entries.get(poll.feed_id, 1):
            answered.setdefault(poll.feed_id, []).append(poll.at.timestamp())
    return answered


def _find_first_asked(view: View, polls: Sequence[FeedPoll]) -> dict[str, float]:
    """When our own collector first asked a feed that an imported collection knows nothing of."""
    from diembao.app.feeds import COLLECTOR as IMPORTED

    first: dict[str, float] = {}
    for poll in polls:
        first.setdefault(poll.feed_id, poll.at.timestamp())
    imported = {feed.feed_id for feed in view.desk.runs.list_feeds(IMPORTED, at=view.state.seq)}
    unnamed = view.reader.table(
        "SELECT DISTINCT outlet_id FROM items WHERE source LIKE 'history:%' AND feed_id IS NULL"
    )
    whole = set(unnamed.column("outlet_id").to_pylist())  # outlets whose history names no feeds
    owners = {feed.feed_id: feed.outlet_id for feed in view.desk.runs.list_feeds(at=view.state.seq)}
    return {
        feed_id: at
        for feed_id, at in first.items()
        if feed_id not in imported and owners.get(feed_id) not in whole
    }


def _list_published(view: View) -> dict[str, Any]:
    """Best known publication times of each outlet's articles, seconds since 1970."""
    table = view.reader.table(
        "SELECT outlet_id, list(epoch(dated_at)) AS at FROM dated GROUP BY outlet_id ORDER BY outlet_id"
    )
    return {row["outlet_id"]: np.array(row["at"], dtype=np.float64) for row in table.to_pylist()}


# ------------------------------------------------------------------ for people


def list_gaps(
    project: Project, *, start: date | None = None, end: date | None = None, outlet_id: str | None = None
) -> list[dict[str, Any]]:
    """Gaps that touch a period, as rows: outlet, feed, from, to, kind, evidence."""
    zone = ZoneInfo(project.settings.text("project.timezone"))
    with project.open_desk() as desk:
        if outlet_id is not None:
            desk.outlets.get(outlet_id)
        with open_view(project, desk) as view:
            gaps = find_gaps_now(view)
    first = datetime.combine(start, time(), zone) if start else datetime.min.replace(tzinfo=UTC)
    last = (
        datetime.combine(end, time(), zone) + timedelta(days=1) if end else datetime.max.replace(tzinfo=UTC)
    )
    return [
        {
            "outlet": gap.outlet_id,
            "feed": gap.feed_id,
            "from": gap.start.astimezone(zone).isoformat(timespec="minutes"),
            "to": gap.end.astimezone(zone).isoformat(timespec="minutes"),
            "kind": gap.kind,
            "evidence": dict(gap.evidence),
            "evidence_text": describe_evidence(gap),
        }
        for gap in keep_touching(gaps, first, last)
        if outlet_id is None or gap.outlet_id in ("*", outlet_id)
    ]


def keep_touching(gaps: Sequence[Gap], first: datetime, last: datetime) -> list[Gap]:
    """The gaps that share time with [first, last)."""
    return [gap for gap in gaps if gap.start < last and gap.end > first]


def describe_evidence(gap: Gap) -> str:
    """The evidence of a gap on one line."""
    return ", ".join(f"{name} {value}" for name, value in gap.evidence.items())
