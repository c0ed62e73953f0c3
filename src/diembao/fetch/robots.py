"""What a host's robots.txt allows us, after RFC 9309.

A file that cannot be had because of the server or the network (5xx, no connection, broken or too large answers, too
many redirects, and 429) means that nothing may be fetched; one that is not there (any other 4xx) means that
everything may. An answer holds for 24 hours, a failure for one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from diembao.fetch.contact import PRODUCT
from diembao.types import Fetched

MAX_ROBOTS_BYTES = 500 * 1024
MAX_SITEMAPS = 200
MAX_AGE_S = 24 * 3600.0
RETRY_S = 3600.0

Verdict = Literal["rules", "allow_all", "disallow_all"]

_AGENT_LINE = re.compile(r"(\s*user[ -]?agent\s*(?::|\s)\s*)([^#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """What a robots.txt says about each address, in the order asked, and to us in general."""

    allowed: tuple[bool, ...]
    crawl_delay_s: float | None = None
    sitemaps: tuple[str, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class RobotsPolicy:
    """How a host's robots.txt stands: `rules` must be looked up in its body, the others need no look."""

    host: str
    verdict: Verdict
    fetched_at: datetime
    expires_at: datetime
    reason: str = ""

    def is_fresh(self, now: datetime) -> bool:
        """Whether it may still be used; a moment in the future (a clock set back) is not trusted."""
        return self.fetched_at <= now < self.expires_at


def robots_url(url: str) -> str:
    """Where the robots.txt for an address lies."""
    return _at_root(url, "/robots.txt")


def tdmrep_url(url: str) -> str:
    """Where the reservation file for an address lies."""
    return _at_root(url, "/.well-known/tdmrep.json")


def judge_robots(fetched: Fetched, *, host: str, now: datetime) -> RobotsPolicy:
    """The policy that follows from how fetching the robots.txt ended."""
    status = fetched.last.status if fetched.last else None
    verdict: Verdict = "disallow_all"
    if fetched.outcome == "ok":
        verdict = "rules"
    elif status is not None and 400 <= status < 500 and status != 429:
        verdict = "allow_all"
    age = RETRY_S if verdict == "disallow_all" else MAX_AGE_S
    reason = fetched.outcome if status is None else f"{fetched.outcome} {status}"
    return RobotsPolicy(host, verdict, now, now + timedelta(seconds=age), reason)


def check_robots(body: bytes, *, urls: Sequence[str] = (), agent: str = PRODUCT) -> RobotsAnswer:
    """Ask a robots.txt about many addresses at once; the first 500 KiB count.

    Groups for other robots are folded into one before reading: a file of thousands of groups costs no more
    than a plain one.
    """
    from protego import Protego

    text = body[:MAX_ROBOTS_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    if len(body) > MAX_ROBOTS_BYTES:  # the last line may be half a rule
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    rules = Protego.parse("\n".join(_fold_agent(line, agent) for line in text.splitlines()))
    delay = rules.crawl_delay(agent)
    sitemaps = [url for url in rules.sitemaps if len(url) <= 2000]
    return RobotsAnswer(
        allowed=tuple(rules.can_fetch(url, agent) for url in urls),
        crawl_delay_s=None if delay is None else float(delay),
        sitemaps=tuple(dict.fromkeys(sitemaps))[:MAX_SITEMAPS],
        is_cut=len(body) > MAX_ROBOTS_BYTES,
    )


def _fold_agent(line: str, agent: str) -> str:
    found = _AGENT_LINE.match(line)
    if found is None:
        return line
    name = found[2].strip().lower()
    if not name or name == "*" or name.replace("*", "") in agent.lower():
        return line
    return f"{found[1]}-other-"


def _at_root(url: str, path: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{path}"
