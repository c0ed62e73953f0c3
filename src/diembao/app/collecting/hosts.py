"""What is known of each host while collecting: its pace, its robots.txt and its reservations, kept on the desk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from diembao.desk import Desk
from diembao.fetch.plan import HostPlan
from diembao.fetch.robots import RobotsPolicy
from diembao.fetch.signals import TdmRule


@dataclass(frozen=True, slots=True)
class HostState:
    """One host as kept on the desk; `robots_capture` is the capture that holds its rules."""

    plan: HostPlan
    robots: RobotsPolicy | None = None
    robots_capture: int | None = None
    sitemaps: tuple[str, ...] = ()
    tdm_at: datetime | None = None
    tdm_rules: tuple[TdmRule, ...] = ()


@dataclass
class HostBook:
    """All hosts; the plans are a mapping of their own, because the client keeps the pace in it."""

    desk: Desk
    plans: dict[str, HostPlan] = field(default_factory=dict)
    states: dict[str, HostState] = field(default_factory=dict)

    @classmethod
    def load(cls, desk: Desk) -> HostBook:
        """The hosts as the desk keeps them."""
        stored = desk.schedule.list_plans("host")
        states = {name: msgspec.convert(state, HostState) for name, state in stored.items()}
        return cls(desk, {name: state.plan for name, state in states.items()}, states)

    def get(self, host: str) -> HostState:
        """A host; one that was never met has the plan of a stranger."""
        return self.states.get(host) or HostState(HostPlan(host))

    def put(self, host: str, state: HostState) -> None:
        """Change what is known of a host (stored by `save`)."""
        self.states[host] = state

    def save(self, hosts: Iterable[str]) -> None:
        """Store hosts, each with the pace that the client keeps for it (inside a transaction or alone)."""
        rows: dict[str, dict[str, Any]] = {}
        for host in hosts:
            state = self.get(host)
            state = replace(state, plan=self.plans.get(host, state.plan))
            self.states[host] = state
            rows[host] = msgspec.to_builtins(state)
        self.desk.schedule.put_plans("host", rows)
