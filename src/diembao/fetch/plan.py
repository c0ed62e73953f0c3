"""When to ask whom: the pace of each host and the rhythm of each feed, decided from plain data.

No input or output here and no clock: every moment comes in as an argument, every record is plain data that can
be stored and read back.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from diembao.types import Exchange, FetchOutcome

MIN_GAP_S = 5.0
GAP_PER_RESPONSE = 5.0
MAX_CRAWL_DELAY_S = 60.0
MAX_RETRY_AFTER_S = 24 * 3600.0
FIRST_BACKOFF_S = 60.0
MAX_BACKOFF_S = 6 * 3600.0

MIN_INTERVAL_S = 600.0
MAX_INTERVAL_S = 24 * 3600.0
FIRST_INTERVAL_S = 1800.0
#: ask again when about this share of a feed's window is new: two more busy spells fit before anything is lost
TARGET_SHARE = 1 / 3
#: the busiest rate seen lately decides, so that a quiet night does not make the morning's window overflow
RATE_HALF_LIFE_S = 2 * 24 * 3600.0
MAX_GROWTH = 1.5
FULL_FETCH_S = 7 * 24 * 3600.0

#: outcomes that say the host has trouble (or has enough of us), so that all of it is left alone for longer
HOST_TROUBLE: frozenset[FetchOutcome] = frozenset(
    {"rate_limited", "unavailable", "dns", "connect", "tls", "timeout"}
)
_BROKEN: frozenset[FetchOutcome] = frozenset({"protocol", "truncated", "bad_encoding", "too_large"})
_REFUSALS: frozenset[FetchOutcome] = frozenset(
    {"gone", "blocked", "robots", "redirect_away", "redirect_loop", "refused_host", "refused_address"}
)


# ------------------------------------------------------------------ hosts


@dataclass(frozen=True, slots=True)
class HostPlan:
    """The pace of one host. Nothing is sent to it before `next_at`.

    `retry_until` is what it asked for with Retry-After, `failures` counts answers in a row that show trouble.
    `slow` tells that it asks for a longer Crawl-delay than is honoured.
    """

    host: str
    next_at: datetime | None = None
    gap_s: float = MIN_GAP_S
    crawl_delay_s: float | None = None
    retry_until: datetime | None = None
    failures: int = 0
    slow: bool = False


def with_crawl_delay(plan: HostPlan, crawl_delay_s: float | None) -> HostPlan:
    """The plan under the Crawl-delay of a robots.txt: honoured up to 60 s, a longer one is noted as `slow`."""
    if crawl_delay_s is None:
        return replace(plan, crawl_delay_s=None, slow=False)
    delay = min(max(crawl_delay_s, 0.0), MAX_CRAWL_DELAY_S)
    return replace(plan, crawl_delay_s=delay, slow=crawl_delay_s > MAX_CRAWL_DELAY_S)


def after_exchange(plan: HostPlan, exchange: Exchange, *, is_loopback: bool = False) -> HostPlan:
    """The host's plan after one exchange with it.

    The gap is max(5 s, 5 × the time of the last response, Crawl-delay); trouble doubles the wait each time;
    Retry-After holds up to 24 h. The gap is zero only on the loopback of tests and the demo.
    """
    ended = max(exchange.ended_at, exchange.started_at)
    response_s = (ended - exchange.started_at).total_seconds()
    gap = max(MIN_GAP_S, GAP_PER_RESPONSE * response_s, plan.crawl_delay_s or 0.0)
    failures = plan.failures + 1 if exchange.outcome in HOST_TROUBLE else 0
    retry_until = _later(plan.retry_until, _retry_at(exchange, ended))
    if retry_until is not None:  # also heals a moment that a wrong clock once set
        retry_until = min(retry_until, ended + timedelta(seconds=MAX_RETRY_AFTER_S))
    if is_loopback:
        gap = 0.0
    wait = max(gap, backoff_s(plan.host, failures))
    return replace(
        plan,
        next_at=_later(ended + timedelta(seconds=wait), retry_until),
        gap_s=gap,
        retry_until=retry_until,
        failures=failures,
    )


def wait_s(plan: HostPlan | None, now: datetime) -> float:
    """How many seconds from `now` until the host may be asked; never longer than any rule can demand."""
    if plan is None or plan.next_at is None:
        return 0.0
    return min(max((plan.next_at - now).total_seconds(), 0.0), MAX_RETRY_AFTER_S)


def backoff_s(name: str, failures: int) -> float:
    """How long to leave something alone after so many failures in a row: 1 minute, doubling, up to 6 hours.

    Up to a fifth is added, always the same for the same name and count, so that many do not return at once.
    """
    if failures < 1:
        return 0.0
    base = min(FIRST_BACKOFF_S * 2.0 ** min(failures - 1, 20), MAX_BACKOFF_S / 1.2)
    return base * (1.0 + 0.2 * spread(f"{name} {failures}"))


def spread(text: str) -> float:
    """A number in [0, 1) that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2.0**48


def _retry_at(exchange: Exchange, ended: datetime) -> datetime | None:
    asked = exchange.retry_after_s
    if asked is None or not asked > 0:
        return None
    return ended + timedelta(seconds=min(asked, MAX_RETRY_AFTER_S))


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    if first is None or second is None:
        return first or second
    return max(first, second)


# ------------------------------------------------------------------ feeds


@dataclass(frozen=True, slots=True)
class Conditions:
    """What makes a request conditional: the validators of the last full answer."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """The rhythm of one feed (or of one sitemap that is watched).

    `window` is how many entries it last listed, `busy_rate` the busiest number of new ones per second seen
    lately, `answered_at` when it last answered at all, `full_at` when it last answered in full.
    """

    feed_id: str
    interval_s: float = FIRST_INTERVAL_S
    due_at: datetime | None = None
    failures: int = 0
    etag: str = ""
    last_modified: str = ""
    full_at: datetime | None = None
    answered_at: datetime | None = None
    window: int = 0
    busy_rate: float = 0.0


def conditions_for(plan: FeedPlan, now: datetime) -> Conditions | None:
    """The validators to send, or None for a full fetch: at the latest 7 days after the last one."""
    if plan.full_at is None or not (plan.etag or plan.last_modified):
        return None
    age = (now - plan.full_at).total_seconds()
    return Conditions(plan.etag, plan.last_modified) if 0 <= age < FULL_FETCH_S else None


def after_feed(
    plan: FeedPlan,
    *,
    outcome: FetchOutcome,
    now: datetime,
    new_items: int = 0,
    window: int | None = None,
    etag: str = "",
    last_modified: str = "",
    retry_after_s: float | None = None,
) -> FeedPlan:
    """The feed's plan after one try.

    `new_items` of the `window` entries listed were not known before. Call it with the outcome "ok" only when the
    body could be read as a feed; a feed that cannot be read is a failure ("protocol", say) and keeps the old
    validators' place empty, so that the next try asks for everything.
    """
    if outcome not in ("ok", "not_modified"):
        return _after_failure(plan, outcome, now, retry_after_s)
    size = plan.window if window is None else window
    rate = _busy_rate(plan, now, new_items)
    interval = next_interval(plan.interval_s, busy_rate=rate, window=size)
    if new_items and size and new_items >= size:  # the window was full of news: some were probably missed
        interval = min(interval, max(MIN_INTERVAL_S, plan.interval_s / 2))
    is_full = outcome == "ok"
    return replace(
        plan,
        interval_s=interval,
        due_at=now + timedelta(seconds=_spread_early(plan.feed_id, interval, now)),
        failures=0,
        etag=etag[:500] if is_full else plan.etag,
        last_modified=last_modified[:100] if is_full else plan.last_modified,
        full_at=now if is_full else plan.full_at,
        answered_at=now,
        window=size,
        busy_rate=rate,
    )


def next_interval(interval_s: float, *, busy_rate: float, window: int) -> float:
    """Seconds until a feed is asked again: when about a third of its window is expected to be new.

    Between 10 minutes and 24 hours; it shrinks at once and grows by half at a time.
    """
    ideal = MAX_INTERVAL_S if busy_rate <= 0 else TARGET_SHARE * max(window, 1) / busy_rate
    return min(max(min(ideal, interval_s * MAX_GROWTH), MIN_INTERVAL_S), MAX_INTERVAL_S)


def _busy_rate(plan: FeedPlan, now: datetime, new_items: int) -> float:
    if plan.answered_at is None:  # the first answer: everything is new, nothing is known of its rhythm
        return 0.0
    elapsed = max((now - plan.answered_at).total_seconds(), 60.0)
    old = plan.busy_rate * math.exp2(-elapsed / RATE_HALF_LIFE_S)
    return max(old, new_items / elapsed)


def _after_failure(
    plan: FeedPlan, outcome: FetchOutcome, now: datetime, retry_after_s: float | None
) -> FeedPlan:
    failures = plan.failures + 1
    wait = max(plan.interval_s, MIN_INTERVAL_S, backoff_s(plan.feed_id, failures))
    if outcome in _REFUSALS:
        wait = max(wait, min(MIN_INTERVAL_S * 2.0 ** min(failures, 10), MAX_INTERVAL_S))
    if retry_after_s is not None and retry_after_s > 0:
        wait = max(wait, min(retry_after_s, MAX_RETRY_AFTER_S))
    return replace(
        plan,
        due_at=now + timedelta(seconds=min(wait, MAX_INTERVAL_S)),
        failures=failures,
        # a broken answer under valid validators must not hide behind "not modified" for a week
        etag="" if outcome in _BROKEN else plan.etag,
        last_modified="" if outcome in _BROKEN else plan.last_modified,
    )


def _spread_early(name: str, interval_s: float, now: datetime) -> float:
    """Up to a twentieth earlier, so that feeds that were read together do not stay together."""
    return max(MIN_INTERVAL_S, interval_s * (1.0 - 0.05 * spread(f"{name} {now.isoformat()}")))
