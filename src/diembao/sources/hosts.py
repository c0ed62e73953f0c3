"""Hosts that are never an outlet: social networks, messengers, video, forums, comments, shared hosts.

The list is a data file of the package and has no override: whoever posts there is not the host, so that
counting them would be counting people. A refusal covers all sub-domains.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from diembao.errors import OutletError
from diembao.text.suffixes import public_suffix

#: what a refused host is; each has its sentence in the catalogues
REASONS = (
    "social", "messenger", "video", "forum", "comments", "shared_blog", "shared_host", "files", "shortener",
    "copies",
)  # fmt: skip


@cache
def list_refused() -> dict[str, str]:
    """All refused hosts with their reasons; `blogspot.*` stands for the name under every public suffix."""
    source = resources.files("diembao").joinpath("assets", "hosts", "refused.csv")
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return {row["host"]: row["reason"] for row in rows}


def refused_host(host: str) -> str | None:
    """Why a host (lower case, as `host_of` gives it) can be no outlet, or None."""
    refused = list_refused()
    name = host
    while name:
        if name in refused:
            return refused[name]
        name = name.partition(".")[2]
    suffix = public_suffix(host)
    owner = host[: -len(suffix) - 1].rpartition(".")[2]
    return refused.get(f"{owner}.*") if owner else None


def check_host(host: str) -> None:
    """Raise `OutletError` when the host is on the list of refused hosts."""
    reason = refused_host(host)
    if reason is not None:
        raise OutletError(
            "{host} is no outlet: it is on the list of refused hosts ({reason}), which has no override",
            key=f"sources.refused_{reason}",
            next_step="register the outlet's own domain",
            host=host,
            reason=reason,
        )
