"""What a report says of texts: counted once and as often as they appear, stories, and the use of releases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from diembao.report.figures import Number, Span
from diembao.types import TextRole

#: how an article's text relates to others, in order of printing; the parts add up to the frame
ROLES: tuple[TextRole, ...] = ("original", "reprint", "partial", "unknown")


@dataclass(frozen=True, slots=True)
class TextsMonth:
    """A month, or the part of it in the period: articles, and texts whose first appearance lies in it."""

    span: Span
    appearances: Number
    texts: Number


@dataclass(frozen=True, slots=True)
class RoleRow:
    """Articles whose text is original, reprinted, partly another's, or first where is unknown."""

    role: TextRole
    count: Number
    share: Number
    count_then: Number | None = None


@dataclass(frozen=True, slots=True)
class RoleClassRow:
    """The same for a class of outlets, without shares: classes may be small."""

    outlet_class: str
    appearances: Number
    original: Number
    reprint: Number
    partial: Number
    unknown: Number


@dataclass(frozen=True, slots=True)
class ReprintedText:
    """A text that several articles carry; `first` is the ordinal of its first appearance in the period."""

    first: int
    appearances: Number
    outlets: Number
    #: how much of the least faithful of them stands in the first one
    least_share: Number | None
    articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts against appearances."""

    appearances: Number
    texts: Number
    months: tuple[TextsMonth, ...]
    roles: tuple[RoleRow, ...]
    classes: tuple[RoleClassRow, ...] = ()
    most_reprinted: tuple[ReprintedText, ...] = ()
    appearances_then: Number | None = None
    texts_then: Number | None = None
    #: versions of the rules by which texts were compared
    method: str = ""


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story of the period: `first` is the ordinal of its first article."""

    story_id: str
    first: int
    span: Span
    texts: Number
    appearances: Number
    outlets: Number
    articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stories:
    """Stories of at least two texts, the largest first, and how many there are."""

    stories: Number
    texts_alone: Number
    rows: tuple[StoryRow, ...]


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """One release: what became of it."""

    release_id: str
    title: str
    issued: date | None
    used: Number
    whole: Number
    share: Number | None
    days: Number | None
    articles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReleaseClassRow:
    """How much of a class's articles is release copy."""

    outlet_class: str
    appearances: Number
    used: Number
    mostly: Number
    share: Number


@dataclass(frozen=True, slots=True)
class Pickup:
    """The use of the releases issued in the period by the articles of the frame."""

    releases: Number
    used: Number
    articles: Number
    mostly: Number
    median_share: Number | None
    median_days: Number | None
    classes: tuple[ReleaseClassRow, ...]
    rows: tuple[ReleaseRow, ...]
