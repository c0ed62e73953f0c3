"""Who wrote it first: texts that share passages, units counted once, stories about one event, use of releases."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diembao.stories.reuse.expand import cluster_reprints, expand_pairs
    from diembao.stories.reuse.find import find_reuse
    from diembao.stories.reuse.index import ReuseIndex
    from diembao.stories.reuse.passages import containment, shared_passages

#: numpy is heavy: what is offered here is loaded when first used
_OFFERED = {
    "ReuseIndex": "diembao.stories.reuse.index",
    "cluster_reprints": "diembao.stories.reuse.expand",
    "containment": "diembao.stories.reuse.passages",
    "expand_pairs": "diembao.stories.reuse.expand",
    "find_reuse": "diembao.stories.reuse.find",
    "shared_passages": "diembao.stories.reuse.passages",
}

__all__ = ["ReuseIndex", "cluster_reprints", "containment", "expand_pairs", "find_reuse", "shared_passages"]


def __getattr__(name: str) -> Any:
    if name in _OFFERED:
        value = getattr(import_module(_OFFERED[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'diembao.stories' has no attribute {name!r}")
