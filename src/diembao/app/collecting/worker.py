"""What the sandbox worker does with pages: the cheap look for all topics at once, the careful reading if needed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diembao.types import ExtractedArticle, PageLook

if TYPE_CHECKING:
    from diembao.topics.scan import Scanner

#: kinds of page that are an article of their own
ARTICLES = ("article", "live", "video", "photo")


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page as read: the look; the article if it was read carefully; the fingerprints of its text."""

    look: PageLook
    article: ExtractedArticle | None
    prints: tuple[int, ...]
    prints_version: str


class _Topics:
    """The topics that pages are looked through for; filled once for each worker."""

    scanner: Scanner | None = None

    def find(self, shown: str) -> Sequence[str]:
        """The topics that a page showing this text might be about."""
        return self.scanner.find(shown) if self.scanner is not None else ()


_topics = _Topics()


def prepare_topics(body: bytes) -> None:
    """Load the topics of a project from their profiles: JSON, topic id to profile."""
    from diembao.app.topics import load_gazetteer
    from diembao.topics import parse_profile
    from diembao.topics.scan import Scanner

    profiles: dict[str, str] = json.loads(body)
    _topics.scanner = Scanner([parse_profile(text) for _, text in sorted(profiles.items())], load_gazetteer())


def read_page(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    timezone: str = "Asia/Ho_Chi_Minh",
    overrides: dict[str, Any] | None = None,
    careful: bool = False,
) -> PageReading:
    """Look at a page; read it carefully if a topic may be in it, if the look is in doubt, or if it is asked for."""
    from diembao.extract.look import look_page
    from diembao.text.prints import PRINTS_VERSION

    look = look_page(body, url=url, content_type=content_type, timezone=timezone, may_match=_topics.find)
    if not (careful or look.may_match or look.in_doubt):
        return PageReading(look, None, look.text_prints, str(PRINTS_VERSION))
    article = extract_article_body(
        body,
        url=url,
        content_type=content_type,
        timezone=timezone,
        overrides=overrides,
    )
    from diembao.text.prints import fingerprint

    prints = tuple(fingerprint(f"{article.lead}\n{article.text}"))
    return PageReading(look, article, prints, str(PRINTS_VERSION))


def is_challenge(body: bytes, *, url: str, content_type: str | None = None) -> bool:
    """Whether a page stands before what was asked for until a browser has proved itself."""
    from diembao.extract.look import look_page

    return look_page(body, url=url, content_type=content_type).page_type == "challenge"


def extract_article_body(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    timezone: str = "Asia/Ho_Chi_Minh",
    overrides: dict[str, Any] | None = None,
) -> ExtractedArticle:
    """The careful reading alone."""
    from diembao.extract.careful import extract_page

    return extract_page(
        body,
        url=url,
        content_type=content_type,
        timezone=timezone,
        overrides=overrides,
    )
