"""How much one worker, and one call, may take."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits of a sandbox; one call never lasts longer than `wall_s`, a second try included."""

    #: address space of the worker; the libraries of a careful reading take about 250 MB of it
    memory_mb: int = 1024
    #: processor time of one call
    cpu_s: int = 20
    #: time of one call, by the wall clock
    wall_s: float = 20.0
    #: time to start a worker and to replay its setup
    start_s: float = 60.0
    max_body: int = 24 * MIB
    #: what the main process is ready to take in at once
    max_reply: int = 16 * MIB
    #: a worker is replaced after so many calls, or when it keeps so much memory
    recycle_calls: int = 2000
    recycle_rss_mb: int = 400
