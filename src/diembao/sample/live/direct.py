"""The way to the sample press that needs no network: both ends of each connection lie in this process."""

from __future__ import annotations

from diembao.fetch.backends import Connection, open_streams
from diembao.fetch.guard import refuse_endpoint
from diembao.fetch.trouble import ExchangeError
from diembao.sample.live.server import LivePress

#: what the evidence names as the other side
PEER = "127.0.0.1"


class DirectBackend:
    """Every host is the open sample press, in plain HTTP whatever the scheme: for the demo and tests only.

    Hosts and ports are judged as on the real way out, and hosts are asked at the real pace, on the clock of the
    collection.
    """

    def __init__(self, live: LivePress) -> None:
        self._live = live

    def refuse(self, host: str, port: int) -> str | None:
        """Why no connection will ever be made there, or None."""
        return refuse_endpoint(host, port)

    async def connect(self, scheme: str, host: str, port: int) -> Connection:
        """A connection to the press."""
        reason = self.refuse(host, port)
        if reason is not None:
            raise ExchangeError("refused_address", reason)
        return await open_streams(self._live.open_line(), PEER, None, host)
