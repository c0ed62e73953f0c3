"""Which feeds a collector was told to read (JSON, CSV, OPML), so that one that never delivered is known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from diembao.errors import SourceError
from diembao.sources.opml import MAX_OPML_BYTES, OpmlFeed, parse_opml
from diembao.sources.streams import LineReader
from diembao.sources.tables import Row, read_rows
from diembao.text.addresses import host_of
from diembao.types import Refusal

_LISTS = ("sources", "feeds", "items", "outlets")
_NAMES = ("name", "title", "source", "outlet", "text")
_URLS = ("url", "feed", "xmlurl", "rss", "link", "feed_url")
_CATEGORIES = ("category", "section", "group", "topic")


@dataclass(frozen=True, slots=True)
class ConfiguredFeed:
    """A feed that the collector was told to read, under the name it gave."""

    name: str
    url: str
    category: str = ""


def read_feeds(path: Path, *, refusals: list[Refusal] | None = None) -> list[ConfiguredFeed]:
    """The configured feeds in the order of the file, each address once; refused rows go to `refusals`.

    Without such a list a row that names no feed raises: a feed left out could never be missed.
    """
    found: dict[str, ConfiguredFeed] = {}
    refused: list[Refusal] = []
    for item in _read_items(path):
        if isinstance(item, Refusal):
            refused.append(item)
        else:
            found.setdefault(item.url, item)
    if refused and refusals is None:
        raise SourceError(
            "entry {line} of {file} names no feed: {reason}",
            key="sources.feed_unread",
            next_step="give each entry a name and a url, or remove it",
            line=refused[0].line,
            file=path.name,
            reason=refused[0].reason,
        )
    if not found:
        raise SourceError(
            "{file} names no feed",
            key="sources.no_feeds",
            next_step="list the feeds as {form}",
            file=path.name,
            form='{"sources": [{"name": …, "url": …}]}',
        )
    if refusals is not None:
        refusals.extend(refused)
    return list(found.values())


def _read_items(path: Path) -> Iterator[ConfiguredFeed | Refusal]:
    with LineReader(path) as reader:
        head = reader.sample().lstrip()[:1]
    suffix = path.suffix.lower()
    if head == b"<":
        yield from (_from_opml(feed) for feed in parse_opml(_read_bytes(path)))
    elif head in (b"{", b"[") and suffix not in (".jsonl", ".ndjson", ".csv"):
        yield from _from_json(path)
    else:
        for row in read_rows(path):
            yield _from_values(row.line, row.values) if isinstance(row, Row) else row


def _read_bytes(path: Path) -> bytes:
    data = bytearray()
    with LineReader(path) as reader:
        for line in reader.lines():
            if isinstance(line, Refusal) or len(data) > MAX_OPML_BYTES:
                raise _unreadable(path)
            data += line.data + b"\n"
    return bytes(data)


def _unreadable(path: Path) -> SourceError:
    return SourceError(
        "{file} cannot be read as a list of feeds",
        key="sources.feeds_unreadable",
        next_step="give JSON, CSV with the columns name and url, or OPML",
        file=path.name,
    )


def _from_json(path: Path) -> Iterator[ConfiguredFeed | Refusal]:
    try:
        value = json.loads(_read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise _unreadable(path) from error
    if isinstance(value, dict):
        value = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
    if not isinstance(value, list):
        raise _unreadable(path)
    yield from _from_list(value)


def _from_list(items: Iterable[object]) -> Iterator[ConfiguredFeed | Refusal]:
    for number, item in enumerate(items, start=1):
        if isinstance(item, str):
            yield _from_values(number, {"name": "", "url": item})
        elif isinstance(item, dict):
            yield _from_values(number, item)
        else:
            yield Refusal(number, "not_an_object", type(item).__name__)


def _from_opml(feed: OpmlFeed | Refusal) -> ConfiguredFeed | Refusal:
    if isinstance(feed, Refusal):
        return feed
    return _from_values(feed.row, {"name": feed.name, "url": feed.url, "category": feed.category})


def _from_values(number: int, values: dict[str, object]) -> ConfiguredFeed | Refusal:
    texts = {
        name.strip().lower(): " ".join(value.split())
        for name, value in values.items()
        if isinstance(value, str)
    }

    def first(names: tuple[str, ...]) -> str:
        return next((texts[name] for name in names if texts.get(name)), "")

    url = first(_URLS)
    if not url:
        return Refusal(number, "no_link", first(_NAMES)[:80])
    try:
        host = host_of(url)
    except SourceError as error:
        return Refusal(number, "bad_address", str(error))
    return ConfiguredFeed((first(_NAMES) or host)[:200], url, first(_CATEGORIES)[:200])
