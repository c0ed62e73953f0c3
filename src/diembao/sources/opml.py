"""Lists of feeds in OPML: read from bytes without entities or DTD, one result a row; written as OPML 2.0."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from diembao.errors import SourceError
from diembao.types import Outlet, Refusal

MAX_OPML_BYTES = 10 * 2**20
MAX_OUTLINES = 20_000
MAX_DEPTH = 64
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class OpmlFeed:
    """A feed of an OPML list; `row` counts its outlines, `category` is the outline it lies in."""

    row: int
    name: str
    url: str
    site: str
    category: str


class _Outlines:
    """Collects outlines while the parser runs, so that no tree is ever built."""

    def __init__(self) -> None:
        self.found: list[OpmlFeed | Refusal] = []
        self._open: list[str] = []
        self._row = 0
        self.is_opml = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """One element begins."""
        name = tag.rpartition("}")[2].lower()
        if not self._open:
            self.is_opml = name == "opml"
        self._open.append("")
        if len(self._open) > MAX_DEPTH or self._row >= MAX_OUTLINES:
            raise _fail("too_deep", "is nested too deeply or too long")
        if name == "outline":
            self._row += 1
            self._outline({key.lower(): " ".join(value.split())[:2000] for key, value in attributes.items()})

    def _outline(self, attributes: dict[str, str]) -> None:
        name = attributes.get("text") or attributes.get("title") or ""
        url = attributes.get("xmlurl", "")
        if url:
            category = next((label for label in reversed(self._open) if label), "")
            self.found.append(OpmlFeed(self._row, name[:200], url, attributes.get("htmlurl", ""), category))
        elif attributes.get("type", "").lower() == "rss":
            self.found.append(Refusal(self._row, "no_link", name[:80]))
        else:
            self._open[-1] = name[:200]

    def end(self, tag: str) -> None:
        """One element ends."""
        self._open.pop()

    def close(self) -> list[OpmlFeed | Refusal]:
        """All rows in the order of the list."""
        return self.found


def parse_opml(data: bytes) -> list[OpmlFeed | Refusal]:
    """The feeds of an OPML list, and the rows that name a feed without its address."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser, ParseError

    if len(data) > MAX_OPML_BYTES:
        raise _fail("too_large", "is larger than 10 MB")
    outlines = _Outlines()
    parser = DefusedXMLParser(target=outlines, forbid_dtd=True)
    try:
        parser.feed(data)
        found: list[OpmlFeed | Refusal] = parser.close()
    except DefusedXmlException as error:
        raise _fail("entities", "declares a document type or entities") from error
    except (ParseError, ValueError, LookupError) as error:
        raise _fail("broken", f"is not well-formed XML ({str(error)[:80]})") from error
    if not outlines.is_opml:
        raise _fail("other", "is XML, but no OPML")
    return found


def _fail(reason: str, what: str) -> SourceError:
    return SourceError(
        "the OPML list cannot be read: it {what}",
        key=f"sources.opml_{reason}",
        next_step="export the list again as OPML 2.0",
        what=what,
    )


def write_opml(outlets: Iterable[Outlet], *, title: str = "Diembao") -> bytes:
    """The outlets with their feeds as OPML 2.0, grouped by outlet in the order given."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"<head><title>{_quote(title)[1:-1]}</title></head>",
        "<body>",
    ]
    for outlet in outlets:
        lines.append(f"<outline text={_quote(outlet.name)} category={_quote(outlet.outlet_class)}>")
        lines += [
            f'<outline type="rss" text={_quote(feed.name or outlet.name)} xmlUrl={_quote(feed.url)}'
            f" htmlUrl={_quote('https://' + outlet.domains[0] + '/')}/>"
            for feed in outlet.feeds
        ]
        lines.append("</outline>")
    return "\n".join([*lines, "</body>", "</opml>", ""]).encode("utf-8")


def _quote(text: str) -> str:
    return '"' + quoteattr(_NOT_XML.sub("\ufffd", text), {'"': "&quot;"})[1:-1] + '"'
