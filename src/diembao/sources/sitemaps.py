"""A sitemap from its bytes: lists of pages, news sitemaps, indexes, plain text; packed or not."""

from __future__ import annotations

import itertools
import re
import zlib
from collections import Counter
from dataclasses import replace
from typing import Literal

from diembao.errors import SourceError
from diembao.sources.decoding import decode_body
from diembao.sources.drafts import absolute_address
from diembao.sources.feeds import MAX_ENTRIES, parse_feed_body
from diembao.sources.walkback import WalkPlan, order_sitemaps
from diembao.sources.xmltext import escape_ampersands, looks_like_html, prepare_xml
from diembao.text.addresses import MAX_ADDRESS_CHARS
from diembao.text.markup import plain_text
from diembao.text.times import MAX_TIME_CHARS, parse_moment
from diembao.types import ParsedSitemap, SitemapEntry

__all__ = ["MAX_ADDRESSES", "MAX_SITEMAP_BYTES", "WalkPlan", "order_sitemaps", "parse_sitemap"]

#: the protocol's own limits (sitemaps.org): 50 MB unpacked, 50,000 addresses
MAX_SITEMAP_BYTES = 50 * 2**20
MAX_ADDRESSES = 50_000
MAX_TITLE_CHARS = 1000
MAX_RESULT_BYTES = 15 * 2**20
#: an entry without its address, title and time as written
_ENTRY_BYTES = 160
MAX_DEPTH = 32
#: packed parts of one file; each costs a copy of the rest
MAX_MEMBERS = 5_000
_GZIP = b"\x1f\x8b"
_CHUNK = 2**16
_ROOTS = "urlset|sitemapindex"
_FEED_ROOTS = "rss|rdf|feed"
_LINE = re.compile(r"[^\r\n]+")


def parse_sitemap(
    body: bytes,
    *,
    url: str,
    timezone: str = "Asia/Ho_Chi_Minh",
    content_type: str | None = None,
    max_entries: int = MAX_ADDRESSES,
) -> ParsedSitemap:
    """The sitemap that was received from `url`; whatever is none raises `SourceError`.

    in = entries + dropped: addresses that are missing, no addresses of the web or over the limit are counted.
    Which hosts belong to the outlet is for the caller to judge.
    """
    body = _unpack(body, url)
    text, _, flags = decode_body(body, content_type)
    text = text.strip("\ufeff \t\r\n\x00")
    if not text:
        raise SourceError(
            "the sitemap {url} is empty",
            key="sources.sitemap_empty",
            next_step="run diembao outlet discover {url} to find the site's other sitemaps",
            url=url,
        )
    prepared = prepare_xml(text, _ROOTS)
    if prepared is not None:
        reader = _Reader(url, timezone, max_entries)
        escaped = escape_ampersands(prepared.text)
        is_whole = reader.read(escaped) and escaped == prepared.text
        kind: Literal["index", "pages"] = "index" if prepared.root.lower().endswith("index") else "pages"
        flags = (*flags, *(() if is_whole and prepared.is_clean else ("damaged",)))
        return _finish(kind, reader.entries, reader.dropped, flags)
    if prepare_xml(text, _FEED_ROOTS) is not None:
        return _from_feed(body, url, timezone, content_type, max_entries)
    if text[:8].lower().startswith(("http://", "https://")):
        return _from_lines(text, url, max_entries, flags)
    raise _refuse(url, is_html=looks_like_html(text))


def _refuse(url: str, *, is_html: bool) -> SourceError:
    if is_html:
        return SourceError(
            "no sitemap at {url}: it is an HTML page",
            key="sources.sitemap_is_html",
            next_step="run diembao outlet discover {url} to find the sitemaps of the site",
            url=url,
        )
    return SourceError(
        "no sitemap at {url}: it is neither an XML sitemap, a feed nor a list of addresses",
        key="sources.not_a_sitemap",
        next_step="run diembao outlet discover {url} to find the sitemaps of the site",
        url=url,
    )


def _finish(
    kind: Literal["index", "pages"],
    entries: list[SitemapEntry],
    dropped: Counter[str],
    flags: tuple[str, ...],
) -> ParsedSitemap:
    kept = list(itertools.takewhile(_Room(), entries))
    dropped["over_limit"] += len(entries) - len(kept)
    cut = ("cut_entries",) if dropped["over_limit"] else ()
    counts = {reason: number for reason, number in dropped.items() if number}
    return ParsedSitemap(kind, tuple(kept), counts, (*flags, *cut))


class _Room:
    """Whether one more entry fits into an answer of the sandbox."""

    def __init__(self) -> None:
        self._left = MAX_RESULT_BYTES

    def __call__(self, entry: SitemapEntry) -> bool:
        words = len(entry.url.encode("utf-8", "replace")) + len(entry.title.encode("utf-8", "replace"))
        self._left -= words + len(entry.published_raw) + _ENTRY_BYTES
        return self._left >= 0


# ------------------------------------------------------------------ packed sitemaps


def _unpack(body: bytes, url: str) -> bytes:
    """The unpacked body; one that is cut, broken or grows beyond the protocol's limit raises."""
    if body.startswith(_GZIP):
        body = _gunzip(body, url)
    if len(body) > MAX_SITEMAP_BYTES:
        raise _too_large(url)
    return body


def _gunzip(body: bytes, url: str) -> bytes:
    pieces: list[bytes] = []
    size = 0
    rest = body
    while rest.startswith(_GZIP):  # a file may consist of several packed parts
        if len(pieces) >= MAX_MEMBERS:
            raise _broken(url, f"more than {MAX_MEMBERS} parts")
        unpacker = zlib.decompressobj(31)
        try:
            piece = unpacker.decompress(rest, MAX_SITEMAP_BYTES + 1 - size)
        except zlib.error as error:
            raise _broken(url, str(error)[:80]) from error
        size += len(piece)
        if size > MAX_SITEMAP_BYTES:
            raise _too_large(url)
        if not unpacker.eof:
            raise SourceError(
                "the packed sitemap {url} breaks off in the middle",
                key="sources.sitemap_cut",
                next_step="fetch it again",
                url=url,
            )
        pieces.append(piece)
        rest = unpacker.unused_data
    return b"".join(pieces)


def _broken(url: str, reason: str) -> SourceError:
    return SourceError(
        "the packed sitemap {url} is broken: {reason}",
        key="sources.sitemap_broken",
        next_step="fetch it again; if it stays broken, use the site's other sitemaps",
        url=url,
        reason=reason,
    )


def _too_large(url: str) -> SourceError:
    return SourceError(
        "the sitemap {url} is larger than {size} MB once unpacked",
        key="sources.sitemap_too_large",
        next_step="use the sitemaps of single months or sections instead",
        url=url,
        size=MAX_SITEMAP_BYTES // 2**20,
    )


# ------------------------------------------------------------------ XML


#: what is kept of an entry: the names of its element and of the one around it
_FIELDS = {
    ("url", "loc"): "loc",
    ("sitemap", "loc"): "loc",
    ("url", "lastmod"): "lastmod",
    ("sitemap", "lastmod"): "lastmod",
    ("news", "publication_date"): "published",
    ("news", "title"): "title",
    ("publication", "language"): "language",
}


class _Reader:
    """Collects entries while the parser runs, so that no tree is ever built."""

    def __init__(self, url: str, timezone: str, max_entries: int) -> None:
        self.entries: list[SitemapEntry] = []
        self.dropped: Counter[str] = Counter()
        self._url, self._timezone, self._max = url, timezone, max_entries
        self._open: list[str] = []
        self._depth = 0
        self._found: dict[str, str] = {}
        self._pieces: list[str] | None = None
        self._size = 0

    def read(self, text: str) -> bool:
        """Read it all; whether it was well-formed to the end."""
        from lxml import etree

        parser = etree.XMLParser(
            target=self, resolve_entities=False, no_network=True, huge_tree=False, recover=True
        )
        data = text.encode("utf-8")
        try:
            for start in range(0, len(data), _CHUNK):
                parser.feed(data[start : start + _CHUNK])
            parser.close()
        except (etree.XMLSyntaxError, ValueError):
            return False
        serious = (etree.ErrorLevels.ERROR, etree.ErrorLevels.FATAL)
        return self._depth == 0 and not any(
            error.level in serious and error.domain != etree.ErrorDomains.NAMESPACE
            for error in parser.feed_error_log
        )

    def start(self, tag: str, attributes: object) -> None:
        """One element begins."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            return
        name = re.split("[}:]", tag)[-1].lower()
        around = self._open[-1] if self._open else ""
        self._open.append(name)
        if self._depth == 2:
            self._found = {}
        wanted = _FIELDS.get((around, name))
        self._pieces = [] if wanted is not None and wanted not in self._found else None
        self._size = 0

    def data(self, text: str) -> None:
        """Some text of the innermost element."""
        if self._pieces is not None and self._size <= MAX_ADDRESS_CHARS:
            self._size += len(text)
            self._pieces.append(text)

    def end(self, tag: str) -> None:
        """One element ends."""
        self._depth -= 1
        if self._depth >= MAX_DEPTH:
            return
        name = self._open.pop()
        if self._pieces is not None:
            field = _FIELDS[self._open[-1], name]
            self._found[field] = "".join(self._pieces).strip()[: MAX_ADDRESS_CHARS + 1]
            self._pieces = None
        if self._depth == 1 and name in ("url", "sitemap"):
            self._add()

    def close(self) -> None:
        """Nothing is left to do at the end."""

    def _add(self) -> None:
        found, self._found = self._found, {}
        if len(self.entries) >= self._max:
            self.dropped["over_limit"] += 1
            return
        address, reason = absolute_address(found.get("loc", ""), self._url)
        if reason:
            self.dropped[reason] += 1
            return
        modified = parse_moment(found.get("lastmod", ""), timezone=self._timezone, source="sitemap")
        published = parse_moment(found.get("published", ""), timezone=self._timezone, source="sitemap")
        self.entries.append(
            SitemapEntry(
                url=address,
                modified_at=modified.at if modified else None,
                modified_precision=modified.precision if modified else "unknown",
                title=" ".join(plain_text(found.get("title", "")).split())[:MAX_TITLE_CHARS],
                published_at=published.at if published else None,
                published_precision=published.precision if published else "unknown",
                published_raw=found.get("published", "")[:MAX_TIME_CHARS],
                language=found.get("language", "")[:40],
            )
        )


# ------------------------------------------------------------------ feeds and lists


def _from_feed(
    body: bytes, url: str, timezone: str, content_type: str | None, max_entries: int
) -> ParsedSitemap:
    """A feed that a site offers as its sitemap; an entry needs no title here."""
    feed = parse_feed_body(
        body,
        url=url,
        timezone=timezone,
        content_type=content_type,
        max_entries=min(max_entries, MAX_ENTRIES),
        usable_only=False,
    )
    dropped = Counter(feed.dropped)
    entries = []
    for entry in feed.entries:
        if not entry.url:
            dropped[entry.flags[-1]] += 1
            continue
        found = SitemapEntry(
            url=entry.url,
            modified_at=entry.updated_at,
            title=entry.title,
            published_at=entry.published_at,
            published_precision=entry.published_precision,
            published_raw=entry.published_raw,
            language=feed.language,
        )
        entries.append(replace(found, modified_precision="second") if entry.updated_at else found)
    return _finish("pages", entries, dropped, tuple(flag for flag in feed.flags if flag != "cut_entries"))


def _from_lines(text: str, url: str, max_entries: int, flags: tuple[str, ...]) -> ParsedSitemap:
    entries: list[SitemapEntry] = []
    dropped: Counter[str] = Counter()
    for line in _LINE.finditer(text):
        written = line[0].strip()
        if not written:
            continue
        if len(entries) >= max_entries:
            dropped["over_limit"] += 1
            continue
        is_address = re.match("https?://", written, re.I) is not None
        address, reason = absolute_address(written, url) if is_address else ("", "bad_link")
        if reason:
            dropped[reason] += 1
        else:
            entries.append(SitemapEntry(address))
    return _finish("pages", entries, dropped, flags)
