"""The one function of the whole code base that talks to the network: `Client.fetch`.

It never raises for trouble of the network or of a server: every end has its outcome, and every hop that was made
is an `Exchange`. It keeps no cookies, sends no Referer, reads no proxy from the environment, goes only where the
guard and the caller allow, and keeps each host's pace itself, whatever its caller does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

from diembao.fetch.backends import Backend, Connection, GuardedBackend
from diembao.fetch.contact import check_user_agent
from diembao.fetch.exchange import Answer, Limits, converse
from diembao.fetch.plan import Conditions, HostPlan, after_exchange, wait_s
from diembao.fetch.signals import read_header_signals
from diembao.fetch.targets import Target, read_target
from diembao.fetch.trouble import ExchangeError, Trouble
from diembao.ports import Timer
from diembao.types import Exchange, Fetched, FetchOutcome, FetchPurpose

MAX_REDIRECTS = 5
DEADLINE_S = 60.0
#: a host that asks for a longer wait than this is not waited for here: the plan comes back to it
MAX_WAIT_S = 400.0

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BLOCKED = frozenset({401, 403, 451})
_ACCEPT: dict[FetchPurpose, str] = {
    "robots": "text/plain, */*;q=0.1",
    "tdm": "application/json, */*;q=0.1",
    "feed": "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
    "sitemap": "application/xml, text/xml, text/plain;q=0.8, */*;q=0.5",
    "page": "text/html, application/xhtml+xml, */*;q=0.5",
    "discover": "text/html, application/xhtml+xml, */*;q=0.5",
}


class Client:
    """Fetches addresses, one connection a host. Use it as an async context manager.

    `hosts` holds the pace of every host: hand in the stored plans, store them again after each fetch. `backend`
    is the guarded way out unless tests or the demo hand in the loopback; only then may `is_loopback` be true.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        timer: Timer,
        hosts: MutableMapping[str, HostPlan] | None = None,
        backend: Backend | None = None,
        is_loopback: bool = False,
        deadline_s: float = DEADLINE_S,
        limits: Limits | None = None,
    ) -> None:
        self._from = check_user_agent(user_agent)
        self._user_agent = user_agent
        self._timer = timer
        self.hosts: MutableMapping[str, HostPlan] = {} if hosts is None else hosts
        self._backend: Backend = GuardedBackend() if backend is None else backend
        self._is_loopback = is_loopback
        if is_loopback and isinstance(self._backend, GuardedBackend):
            raise ValueError("gaps are left out on the loopback only")
        self._deadline_s = deadline_s
        self._limits = limits or Limits()
        self._locks: dict[str, asyncio.Lock] = {}
        self._is_open = False

    async def __aenter__(self) -> Self:
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        self._locks.clear()

    async def fetch(
        self,
        url: str,
        *,
        purpose: FetchPurpose,
        allowed_host: Callable[[str], bool],
        conditions: Conditions | None = None,
        may_follow: Callable[[str], Awaitable[bool]] | None = None,
    ) -> Fetched:
        """GET an address and follow up to 5 redirects, each checked like the first.

        `allowed_host` says whether a host (ASCII, lower case) belongs to the outlet. `may_follow` is asked with the
        target of each redirect what its robots.txt says; a no ends as "robots". `conditions` make the request
        conditional; the answer may then be "not_modified". One deadline lies around each exchange.
        """
        if not self._is_open:
            raise RuntimeError("fetch needs an open client: async with Client(…) as client")
        exchanges: list[Exchange] = []
        seen: set[str] = set()
        current = url
        try:
            target = self._check(url, None, allowed_host)
            while True:
                current = target.url
                seen.add(current)
                exchange = await self._take_turn(target, purpose, conditions)
                if exchange.outcome == "refused_address":  # found by looking the name up: nothing was sent
                    raise ExchangeError(exchange.outcome, exchange.detail)
                exchanges.append(exchange)
                if exchange.outcome != "redirected":
                    return _finish(url, current, exchange.outcome, exchanges, exchange.detail)
                target = self._check(exchange.location or "", current, allowed_host)
                if target.url in seen or len(exchanges) > MAX_REDIRECTS:
                    raise ExchangeError("redirect_loop", f"after {len(exchanges)} hops")
                if may_follow is not None and not await may_follow(target.url):
                    raise ExchangeError("robots", target.url[:200])
        except _NotNowError as error:
            return _finish(url, current, error.outcome, exchanges, error.detail, error.seconds)
        except ExchangeError as error:
            return _finish(url, current, error.outcome, exchanges, error.detail)

    def _check(self, url: str, base: str | None, allowed_host: Callable[[str], bool]) -> Target:
        """The target, if it may be asked at all; what needs a lookup is judged when connecting."""
        target = read_target(url, base=base)
        reason = self._backend.refuse(target.host, target.port)
        if reason is not None:
            raise ExchangeError("refused_address", reason)
        if not allowed_host(target.host):
            raise ExchangeError("refused_host" if base is None else "redirect_away", target.host[:200])
        return target

    async def _take_turn(
        self, target: Target, purpose: FetchPurpose, conditions: Conditions | None
    ) -> Exchange:
        """Wait for the host's turn, ask, and note when it may be asked again."""
        async with self._locks.setdefault(target.host, asyncio.Lock()):
            plan = self.hosts.get(target.host) or HostPlan(target.host)
            wait = wait_s(plan, self._timer.now())
            if wait > MAX_WAIT_S:
                raise _NotNowError(plan, self._timer.now(), wait)
            while wait > 0:  # a timer may wake a little early
                await self._timer.sleep(wait)
                wait = wait_s(plan, self._timer.now())
            exchange = await self._ask(target, purpose, conditions)
            plan = self.hosts.get(target.host) or plan
            self.hosts[target.host] = after_exchange(plan, exchange, is_loopback=self._is_loopback)
            return exchange

    async def _ask(self, target: Target, purpose: FetchPurpose, conditions: Conditions | None) -> Exchange:
        headers = self._make_headers(target, purpose, conditions)
        answer = Answer()
        trouble: Trouble | None = None
        connection: Connection | None = None
        started = self._timer.now()
        with self._timer.working():  # a virtual clock cannot see that the wire is being waited for
            try:
                async with asyncio.timeout(self._deadline_s):
                    connection = await self._backend.connect(target.scheme, target.host, target.port)
                    answer.peer = connection.peer
                    await converse(connection, target.path, headers, self._limits, answer)
            except TimeoutError:
                trouble = Trouble("timeout", f"no whole answer within {self._deadline_s:g} s")
            except ExchangeError as error:
                trouble = error.trouble
            finally:
                ended = self._timer.now()
                if connection is not None:
                    await connection.close()
        return _describe(target, headers, answer, trouble, started, ended, conditions)

    def _make_headers(
        self, target: Target, purpose: FetchPurpose, conditions: Conditions | None
    ) -> tuple[tuple[str, str], ...]:
        headers = [
            ("host", target.host_header),
            ("user-agent", self._user_agent),
            ("accept", _ACCEPT[purpose]),
            ("accept-encoding", "gzip"),
            ("connection", "close"),
        ]
        if self._from:
            headers.append(("from", self._from))
        if conditions is not None:
            validators = (
                ("if-none-match", conditions.etag),
                ("if-modified-since", conditions.last_modified),
            )
            # what a server once sent as a validator may be nothing that can be sent back
            headers.extend((name, value) for name, value in validators if _can_send(value))
        return tuple(headers)


def _can_send(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable() and value == value.strip()


class _NotNowError(ExchangeError):
    """The host asked to be left alone for longer than a fetch waits; nothing was sent."""

    def __init__(self, plan: HostPlan, now: datetime, seconds: float) -> None:
        has_asked = plan.retry_until is not None and plan.retry_until > now
        super().__init__(
            "rate_limited" if has_asked else "unavailable", "not asked: the host is being left alone"
        )
        self.seconds = seconds


def _describe(
    target: Target,
    headers: tuple[tuple[str, str], ...],
    answer: Answer,
    trouble: Trouble | None,
    started: datetime,
    ended: datetime,
    conditions: Conditions | None,
) -> Exchange:
    """The exchange as it will be recorded, with the outcome that its status, body and trouble make."""
    outcome, detail = _judge(answer, conditions is not None)
    if trouble is not None:
        outcome, detail = trouble.outcome, trouble.detail
    is_whole = trouble is None and answer.body_trouble is None
    return Exchange(
        url=target.url,
        method="GET",
        request_headers=headers,
        started_at=started,
        ended_at=ended,
        outcome=outcome,
        status=answer.status,
        reason=answer.reason,
        http_version=answer.http_version,
        headers=answer.headers,
        raw_body=answer.raw_body if is_whole else b"",
        body=answer.body if is_whole else b"",
        peer=answer.peer,
        location=answer.header("location") or None,
        detail=detail,
        retry_after_s=read_retry_after(answer.header("retry-after"), ended),
    )


def _judge(answer: Answer, is_conditional: bool) -> tuple[FetchOutcome, str]:
    status = answer.status or 0
    outcome = _judge_status(answer, status, is_conditional)
    broken = answer.body_trouble
    if broken is None:
        return outcome, "304 without a condition" if outcome == "protocol" else answer.detail
    if outcome == "ok":  # only a whole body is an answer
        return broken.outcome, broken.detail
    return outcome, f"body {broken.outcome}"


def _judge_status(answer: Answer, status: int, is_conditional: bool) -> FetchOutcome:
    if answer.header("cf-mitigated") == "challenge" or answer.header("x-amzn-waf-action"):
        return "blocked"
    if 200 <= status < 300:
        return "ok"
    if status == 304:
        return "not_modified" if is_conditional else "protocol"
    if status in _REDIRECTS:
        return "redirected" if answer.header("location") else "redirect_loop"
    if status in (404, 410):
        return "gone"
    if status in _BLOCKED:
        return "blocked"
    if status == 429:
        return "rate_limited"
    return "unavailable" if status >= 500 else "http_error"


def _finish(
    url: str,
    final_url: str,
    outcome: FetchOutcome,
    exchanges: list[Exchange],
    detail: str,
    retry_after_s: float | None = None,
) -> Fetched:
    last = exchanges[-1] if exchanges else None
    if retry_after_s is None and last is not None:
        retry_after_s = last.retry_after_s
    return Fetched(
        url=url,
        final_url=final_url,
        outcome=outcome,
        exchanges=tuple(exchanges),
        detail=detail,
        retry_after_s=retry_after_s,
        tdm_reserved=last is not None and read_header_signals(last.headers).tdm_reserved,
    )


def read_retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for, from a number or a date; None where it says nothing usable."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(int(text[:12]))
    if not text or len(text) > 64:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    seconds = (moment - now).total_seconds()
    return seconds if seconds > 0 else None
