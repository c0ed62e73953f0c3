"""Diembao (điểm báo, press review): measure press coverage honestly.

    import diembao

    diembao.article_key("https://m.bao.example/tin-1.html?utm_source=zalo")
    topic = diembao.place_topic("Lạng Sơn")
    diembao.match_topic(topic, title="Lạng Sơn mở chợ đêm", text="").decision
    page = diembao.extract_article(body, "https://bao.example/tin-1.html")
    project = diembao.open_project("lang-son")

What is offered is loaded when it is first used (PEP 562), so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diembao.app.project import Project, open_project
    from diembao.app.reading import extract_article, parse_feed
    from diembao.app.topics import match_topic, place_topic
    from diembao.errors import DiembaoError, SandboxError, SourceError
    from diembao.text.addresses import article_key
    from diembao.types import ExtractedArticle, FeedEntry, Mention, ParsedFeed, Topic, TopicMatch

#: public name → the module that defines it
_OFFERED = {
    "DiembaoError": "diembao.errors",
    "ExtractedArticle": "diembao.types",
    "FeedEntry": "diembao.types",
    "Mention": "diembao.types",
    "ParsedFeed": "diembao.types",
    "Project": "diembao.app.project",
    "SandboxError": "diembao.errors",
    "SourceError": "diembao.errors",
    "Topic": "diembao.types",
    "TopicMatch": "diembao.types",
    "article_key": "diembao.text.addresses",
    "extract_article": "diembao.app.reading",
    "match_topic": "diembao.app.topics",
    "open_project": "diembao.app.project",
    "parse_feed": "diembao.app.reading",
    "place_topic": "diembao.app.topics",
}

__all__ = [
    "DiembaoError",
    "ExtractedArticle",
    "FeedEntry",
    "Mention",
    "ParsedFeed",
    "Project",
    "SandboxError",
    "SourceError",
    "Topic",
    "TopicMatch",
    "article_key",
    "extract_article",
    "match_topic",
    "open_project",
    "parse_feed",
    "place_topic",
]


def __getattr__(name: str) -> Any:
    if name in _OFFERED:
        value = getattr(import_module(_OFFERED[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'diembao' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
