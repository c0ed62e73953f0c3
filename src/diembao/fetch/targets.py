"""What a web address asks for: scheme, host, port and path, read once, by one reader, for checking and connecting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import httpx

from diembao.fetch.trouble import ExchangeError

MAX_URL_CHARS = 8192
_PORT_OF = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """An address as it is asked for. `url` has no user name and no fragment; `host` is ASCII, lower case."""

    url: str
    scheme: str
    host: str
    port: int
    host_header: str
    path: bytes


def read_target(url: str, *, base: str | None = None) -> Target:
    """Read an address (relative ones against `base`); raises `ExchangeError` with the outcome it means."""
    if len(url) > MAX_URL_CHARS:
        raise ExchangeError("refused_address", f"an address of {len(url)} characters")
    try:
        parsed = httpx.URL(url.strip()) if base is None else httpx.URL(base).join(url.strip())
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise ExchangeError("refused_address", f"not an address: {error}"[:200]) from error
    if parsed.scheme not in _PORT_OF:
        raise ExchangeError("refused_scheme", parsed.scheme[:40] or "none")
    host = parsed.raw_host.decode("ascii").lower()
    if not host:
        raise ExchangeError("refused_address", "no host")
    port = _PORT_OF[parsed.scheme] if parsed.port is None else parsed.port
    clean = parsed.copy_with(fragment=None, userinfo=b"")
    if host.endswith(".") and host[-2:-1].isalpha():  # `a.vn.` is `a.vn`; a number with a dot stays odd
        host = host[:-1]
        clean = clean.copy_with(host=host)
    return Target(
        url=str(clean),
        scheme=parsed.scheme,
        host=host,
        port=port,
        host_header=clean.netloc.decode("ascii"),
        path=clean.raw_path,
    )


@lru_cache(maxsize=4096)
def host_asked(url: str) -> str:
    """The host that a request for an address goes to (`www` and all), or an empty string."""
    try:
        return read_target(url, base=None).host
    except ExchangeError:
        return ""
