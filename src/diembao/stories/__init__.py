"""Who wrote it first: texts that share passages, units counted once, stories about one event, use of releases."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diembao.stories.events import (
        StoryEdits,
        StoryMerge,
        StoryPin,
        StorySplit,
        StoryText,
        StoryView,
        describe_story,
        find_stories,
        group_stories,
    )
    from diembao.stories.reuse.expand import cluster_reprints, expand_pairs
    from diembao.stories.reuse.find import find_reuse
    from diembao.stories.reuse.index import ReuseIndex
    from diembao.stories.reuse.passages import containment, shared_passages

#: numpy is heavy: what is offered here is loaded when first used
_OFFERED = {
    "ReuseIndex": "diembao.stories.reuse.index",
    "StoryEdits": "diembao.stories.events",
    "StoryMerge": "diembao.stories.events",
    "StoryPin": "diembao.stories.events",
    "StorySplit": "diembao.stories.events",
    "StoryText": "diembao.stories.events",
    "StoryView": "diembao.stories.events",
    "cluster_reprints": "diembao.stories.reuse.expand",
    "containment": "diembao.stories.reuse.passages",
    "describe_story": "diembao.stories.events",
    "expand_pairs": "diembao.stories.reuse.expand",
    "find_reuse": "diembao.stories.reuse.find",
    "find_stories": "diembao.stories.events",
    "group_stories": "diembao.stories.events",
    "shared_passages": "diembao.stories.reuse.passages",
}

__all__ = [
    "ReuseIndex",
    "StoryEdits",
    "StoryMerge",
    "StoryPin",
    "StorySplit",
    "StoryText",
    "StoryView",
    "cluster_reprints",
    "containment",
    "describe_story",
    "expand_pairs",
    "find_reuse",
    "find_stories",
    "group_stories",
    "shared_passages",
]


def __getattr__(name: str) -> Any:
    if name in _OFFERED:
        value = getattr(import_module(_OFFERED[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'diembao.stories' has no attribute {name!r}")
