"""Which jobs may start now and in which order, and when to look again: decided from plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from diembao.fetch.plan import HostPlan, wait_s
from diembao.types import FetchPurpose

#: nothing else may be asked of a host before its robots.txt (and its reservation) is known
_FIRST: frozenset[FetchPurpose] = frozenset({"robots", "tdm"})
#: what is not counted against an outlet's budget: without it, nothing could be decided or would be seen at all
_UNCOUNTED: frozenset[FetchPurpose] = frozenset({"robots", "tdm", "feed"})
#: head start in seconds: a feed goes before pages that came due up to two hours earlier, an older page does not
#: wait any longer, so nothing is put off for ever however busy a host is
_HEAD_START_S: Mapping[FetchPurpose, float] = {"feed": 7200.0, "sitemap": 3600.0, "discover": 7200.0}


@dataclass(frozen=True, slots=True)
class Job:
    """One wish for an address. `due_at` of a page is when it was first seen: the oldest page goes first."""

    job_id: str
    purpose: FetchPurpose
    host: str
    outlet_id: str
    due_at: datetime


def order_due(
    jobs: Iterable[Job],
    hosts: Mapping[str, HostPlan],
    now: datetime,
    *,
    busy: AbstractSet[str] = frozenset(),
    budgets: Mapping[str, int] | None = None,
    used: Mapping[str, int] | None = None,
) -> list[Job]:
    """The jobs that may start now: at most one for each host, robots first, outlets with the fewest requests first.

    `busy` are hosts with a request under way, `budgets` what each outlet has left in this run (robots and feeds are
    not counted), `used` how many requests each outlet had so far.
    """
    best: dict[str, Job] = {}
    for job in jobs:
        if job.due_at > now or job.host in busy or wait_s(hosts.get(job.host), now) > 0:
            continue
        if not _is_affordable(job, budgets):
            continue
        if job.host not in best or _urgency(job) < _urgency(best[job.host]):
            best[job.host] = job
    counts = used or {}
    return sorted(best.values(), key=lambda job: (counts.get(job.outlet_id, 0), _urgency(job)))


def next_wake(
    jobs: Iterable[Job],
    hosts: Mapping[str, HostPlan],
    now: datetime,
    *,
    budgets: Mapping[str, int] | None = None,
) -> datetime | None:
    """The first moment at which some job may start (not before `now`), or None when none is left to do."""
    moments = [
        max(job.due_at, now + timedelta(seconds=wait_s(hosts.get(job.host), now)))
        for job in jobs
        if _is_affordable(job, budgets)
    ]
    return min(moments, default=None)


def _is_affordable(job: Job, budgets: Mapping[str, int] | None) -> bool:
    return budgets is None or job.purpose in _UNCOUNTED or budgets.get(job.outlet_id, 1) > 0


def _urgency(job: Job) -> tuple[int, datetime, str]:
    start = job.due_at - timedelta(seconds=_HEAD_START_S.get(job.purpose, 0.0))
    return (0 if job.purpose in _FIRST else 1, start, job.job_id)
