"""What a page's head says of itself, as plain data: any parser can fill it, the rules read only this.

Author fields are left out at the door: a name that was never read cannot be stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_METAS = 400
MAX_VALUE_CHARS = 5_000
MAX_SCRIPT_CHARS = 500_000
MAX_SCRIPTS = 30
#: meta names that may hold a person's name
_PERSONAL = re.compile(
    r"author|creator|byl\b|byline|publisher|contributor|twitter:(?:creator|data|label)", re.I
)


@dataclass(frozen=True, slots=True)
class HeadData:
    """Names are lower case and in document order; `metas` holds name, property, itemprop and http-equiv alike."""

    title: str = ""
    metas: tuple[tuple[str, str], ...] = ()
    #: (rel, href) of canonical, amphtml, alternate, ...
    links: tuple[tuple[str, str], ...] = ()
    #: the texts of scripts of type application/ld+json, anywhere in the page
    json_ld: tuple[str, ...] = ()
    #: the `lang` of the html element
    language: str = ""
    is_amp: bool = False
    #: the first value that is not empty, by name: some are asked for dozens of names
    first: Mapping[str, str] = field(default_factory=dict, compare=False)

    def meta(self, *names: str) -> str:
        """The first value that is not empty, asked in the order of `names`."""
        for name in names:
            value = self.first.get(name)
            if value:
                return value
        return ""

    def link(self, rel: str) -> str:
        """The first address with that relation."""
        return next((href for key, href in self.links if rel in key.split() and href), "")


def make_head(
    *,
    title: str = "",
    metas: Iterable[tuple[str, str]] = (),
    links: Iterable[tuple[str, str]] = (),
    json_ld: Iterable[str] = (),
    language: str = "",
    is_amp: bool = False,
) -> HeadData:
    """The record with names in lower case, personal fields left out and every length capped."""
    kept: list[tuple[str, str]] = []
    for name, value in metas:
        key = name.strip().lower()
        if key and not _is_personal(key):
            kept.append((key, " ".join(value[:MAX_VALUE_CHARS].split())))
            if len(kept) >= MAX_METAS:
                break
    kept_links = [(rel.lower(), href.strip()[:MAX_VALUE_CHARS]) for rel, href in links]
    scripts = [text[:MAX_SCRIPT_CHARS] for text in json_ld if text.strip()]
    return HeadData(
        " ".join(title[:MAX_VALUE_CHARS].split()),
        tuple(kept),
        tuple(kept_links[:MAX_METAS]),
        tuple(scripts[:MAX_SCRIPTS]),
        language.strip().lower()[:35],
        is_amp,
        {key: value for key, value in reversed(kept) if value},
    )


@lru_cache(maxsize=4_096)  # pages share their names
def _is_personal(name: str) -> bool:
    return _PERSONAL.search(name) is not None


def read_head(tree: _Element) -> HeadData:
    """The head of a page parsed by lxml; metas and JSON-LD that stand in its body are read too."""
    root: Any = tree
    title = next((e for e in root.iter("title") if not _in_picture(e)), None)
    metas = []
    for element in root.iter("meta"):
        content = element.get("content") or element.get("datetime") or element.get("value") or ""
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if key := element.get(attribute):
                metas.append((key, content))
    links = [(e.get("rel") or "", e.get("href") or "") for e in root.iter("link") if e.get("rel")]
    scripts = [
        "".join(e.itertext()) for e in root.iter("script") if "ld+json" in (e.get("type") or "").lower()
    ]
    html = root if root.tag == "html" else next(root.iter("html"), root)
    return make_head(
        title="" if title is None else "".join(title.itertext()),
        metas=metas,
        links=links,
        json_ld=scripts,
        language=html.get("lang") or html.get("{http://www.w3.org/XML/1998/namespace}lang") or "",
        is_amp="amp" in html.attrib or "⚡" in html.attrib,
    )


def _in_picture(element: Any) -> bool:
    """Whether a `title` element belongs to an SVG drawing."""
    return any(parent.tag == "svg" for parent in element.iterancestors())
