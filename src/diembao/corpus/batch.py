"""From arriving articles to a batch: which rows are new, decided with plain data."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pyarrow as pa

from diembao.corpus.schemas import SCHEMAS
from diembao.desk import name_article, to_us
from diembao.types import Article, MatchStratum, Refusal, Sighting, TopicMatch


@dataclass(frozen=True, slots=True)
class Arrival:
    """One input row: the article as read, where and when it was seen, and its canonical address if stated.

    `prints` are the fingerprints of its text by the rule `prints_version`; None where it was not read from a page.
    """

    article: Article
    sighting: Sighting
    canonical_key: str | None = None
    prints: tuple[int, ...] | None = None
    prints_version: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a topic's profile says of one revision; `month` is the one of its row in `articles`."""

    topic_id: str
    profile_hash: str
    article_id: str
    revision: str
    month: str
    match: TopicMatch
    stratum: MatchStratum


@dataclass(frozen=True, slots=True)
class Stored:
    """What the corpus holds already of the rows at hand."""

    revisions: Mapping[bytes, int] = field(default_factory=dict)
    articles: frozenset[str] = frozenset()
    sightings: frozenset[bytes] = frozenset()
    texts: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class DeskRows:
    """What the desk records in the same transaction as the batch."""

    addresses: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[tuple[str, str], ...] = ()
    revisions: tuple[tuple[bytes, int, str], ...] = ()
    sightings: tuple[bytes, ...] = ()
    texts: tuple[bytes, ...] = ()
    import_id: int | None = None
    accepted: int = 0
    known: int = 0
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to append (without `batch_no`), and what the desk records with them."""

    tables: Mapping[str, pa.Table]
    desk: DeskRows = field(default_factory=DeskRows)

    @property
    def is_empty(self) -> bool:
        """True when no table gets a row."""
        return not any(table.num_rows for table in self.tables.values())


# ------------------------------------------------------------------ keys


def revision_key(article_id: str, revision: str) -> bytes:
    """The compact key of a revision: both ids, 8 bytes each."""
    return bytes.fromhex(article_id + revision)


def to_number(hex_id: str) -> int:
    """The 8 bytes of an id as a signed whole number, as the tables hold it for joins."""
    return int.from_bytes(bytes.fromhex(hex_id), "big", signed=True)


def sighting_key(sighting: Sighting, source: str) -> bytes:
    """The compact key of a sighting: what was seen, in which feed, when, in which kind of file.

    The file's name is left out: the same file under another name brings nothing new. The kind stays, so that
    a clipping never hides that the collector saw the same article.
    """
    kind = source.partition(":")[0]
    parts = (
        sighting.article_id,
        sighting.revision,
        sighting.outlet_id,
        sighting.feed_id or "",
        str(to_us(sighting.seen_at)),
        kind,
    )
    return hashlib.sha256("\0".join(parts).encode()).digest()[:16]


def hash_text(lead: str, text: str) -> str:
    """The key of a text: the first 32 hex digits of SHA-256 over lead and text."""
    return hashlib.sha256(f"{lead}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def name_month(moment: datetime) -> str:
    """The month (UTC) a row is filed under."""
    return f"{moment.year:04d}-{moment.month:02d}"


# ------------------------------------------------------------------ deciding


def resolve_articles(
    arrivals: Iterable[Arrival], addresses: Mapping[str, str]
) -> tuple[list[Arrival], dict[str, str], list[tuple[str, str]]]:
    """Give every arrival the id that its address has; the arrivals, new addresses, new aliases.

    An address that is known keeps its article. A new one takes the article of its canonical address if that
    is known, and becomes an alias of it; else it names an article of its own.
    """
    ids = dict(addresses)
    new: dict[str, str] = {}
    aliases: list[tuple[str, str]] = []
    resolved: list[Arrival] = []
    for arrival in arrivals:
        key, canonical = arrival.article.key, arrival.canonical_key
        article_id = ids.get(key)
        if article_id is None and canonical is not None and canonical in ids:
            article_id = ids[key] = ids[canonical]
            aliases.append((key, article_id))
        if article_id is None:
            article_id = ids[key] = new[key] = name_article(key)
        if canonical is not None and canonical not in ids:
            ids[canonical] = article_id
            aliases.append((canonical, article_id))
        resolved.append(_with_id(arrival, article_id))
    return resolved, new, aliases


def _with_id(arrival: Arrival, article_id: str) -> Arrival:
    if arrival.article.article_id == article_id == arrival.sighting.article_id:
        return arrival
    return replace(
        arrival,
        article=replace(arrival.article, article_id=article_id),
        sighting=replace(arrival.sighting, article_id=article_id),
    )


def prepare_batch(
    arrivals: Sequence[Arrival],
    stored: Stored,
    *,
    source: str,
    addresses: Mapping[str, str] | None = None,
    aliases: Sequence[tuple[str, str]] = (),
    import_id: int | None = None,
    refusals: Sequence[Refusal] = (),
) -> Batch:
    """The rows that are new; a row that brings a revision, a text or a sighting counts as accepted."""
    articles: dict[bytes, Article] = {}
    prints: dict[bytes, Arrival] = {}
    first: dict[bytes, Sighting] = {}
    items: dict[bytes, Sighting] = {}
    accepted = 0
    for arrival in arrivals:
        article, sighting = arrival.article, arrival.sighting
        key = revision_key(article.article_id, article.revision)
        seen = sighting_key(sighting, source)
        is_new = False
        if key not in stored.revisions:
            is_new = key not in articles
            articles.setdefault(key, article)
            if arrival.prints is not None:
                prints.setdefault(key, arrival)
            if key not in first or _order(sighting) < _order(first[key]):
                first[key] = sighting
        if seen not in stored.sightings and seen not in items:
            items[seen] = sighting
            is_new = True
        accepted += is_new
    texts = _new_texts(articles.values(), stored)
    revisions = tuple(
        (key, to_us(first[key].seen_at), name_month(first[key].seen_at)) for key in sorted(articles)
    )
    return Batch(
        tables={
            "texts": _texts_table(texts, articles, first),
            "articles": _articles_table(articles, first, stored),
            "prints": _prints_table(prints, first),
            "items": _items_table(items, stored, source),
        },
        desk=DeskRows(
            addresses=dict(addresses or {}),
            aliases=tuple(aliases),
            revisions=revisions,
            sightings=tuple(sorted(items)),
            texts=tuple(sorted(bytes.fromhex(text_hash) for text_hash in texts)),
            import_id=import_id,
            accepted=accepted,
            known=len(arrivals) - accepted,
            refusals=tuple(refusals),
        ),
    )


def _order(sighting: Sighting) -> tuple[datetime, str]:
    """Which of two sightings counts as the first one, whatever the order of import."""
    return sighting.seen_at, sighting.feed_id or ""


def _new_texts(articles: Iterable[Article], stored: Stored) -> dict[str, Article]:
    found: dict[str, Article] = {}
    for article in articles:
        text_hash = hash_text(article.lead, article.text)
        if bytes.fromhex(text_hash) not in stored.texts:
            found.setdefault(text_hash, article)
    return found


# ------------------------------------------------------------------ rows


def _articles_table(
    articles: Mapping[bytes, Article], first: Mapping[bytes, Sighting], stored: Stored
) -> pa.Table:
    ordered = sorted(articles, key=lambda key: (_order(first[key]), key))
    seen_before = set(stored.articles)
    rows: list[dict[str, Any]] = []
    for key in ordered:
        article, sighting = articles[key], first[key]
        published, in_url = article.published, article.url_published
        rows.append(
            {
                "article_id": article.article_id,
                "revision": article.revision,
                "outlet_id": article.outlet_id,
                "url": article.url,
                "key": article.key,
                "title": article.title,
                "language": article.language,
                "kind": article.kind,
                "text_hash": hash_text(article.lead, article.text),
                "lead_chars": len(article.lead),
                "text_chars": len(article.text),
                "published_at": published and published.at,
                "published_precision": published and published.precision,
                "published_source": published and published.source,
                "published_raw": published and published.raw,
                "url_published_at": in_url and in_url.at,
                "url_precision": in_url and in_url.precision,
                "flags": list(dict.fromkeys((*article.flags, *(published.flags if published else ())))),
                "first_seen_at": sighting.seen_at,
                "feed_id": sighting.feed_id,
                "is_further": article.article_id in seen_before,
                "article_no": to_number(article.article_id),
                "revision_no": to_number(article.revision),
                "month": name_month(sighting.seen_at),
            }
        )
        seen_before.add(article.article_id)
    return to_table("articles", rows)


def _prints_table(arrivals: Mapping[bytes, Arrival], first: Mapping[bytes, Sighting]) -> pa.Table:
    rows = [
        {
            "article_id": arrival.article.article_id,
            "revision": arrival.article.revision,
            "version": arrival.prints_version,
            "prints": list(arrival.prints or ()),
            "article_no": to_number(arrival.article.article_id),
            "revision_no": to_number(arrival.article.revision),
            "month": name_month(first[key].seen_at),
        }
        for key, arrival in sorted(arrivals.items())
    ]
    return to_table("prints", rows)


def _items_table(items: Mapping[bytes, Sighting], stored: Stored, source: str) -> pa.Table:
    rows = [
        {
            "article_id": sighting.article_id,
            "revision": sighting.revision,
            "outlet_id": sighting.outlet_id,
            "feed_id": sighting.feed_id,
            "seen_at": sighting.seen_at,
            "source": source,
            "out_of_order": _is_out_of_order(sighting, stored),
            "month": name_month(sighting.seen_at),
        }
        for _, sighting in sorted(items.items(), key=lambda pair: (_order(pair[1]), pair[0]))
    ]
    return to_table("items", rows)


def _is_out_of_order(sighting: Sighting, stored: Stored) -> bool:
    """Whether the sighting could be the first one of a revision that is stored under another."""
    first_us = stored.revisions.get(revision_key(sighting.article_id, sighting.revision))
    return first_us is not None and to_us(sighting.seen_at) <= first_us


def _texts_table(
    texts: Mapping[str, Article], articles: Mapping[bytes, Article], first: Mapping[bytes, Sighting]
) -> pa.Table:
    months: dict[str, str] = {}
    for key, article in articles.items():
        text_hash, month = hash_text(article.lead, article.text), name_month(first[key].seen_at)
        months[text_hash] = min(months.get(text_hash, month), month)
    rows = [
        {"text_hash": text_hash, "lead": article.lead, "text": article.text, "month": months[text_hash]}
        for text_hash, article in sorted(texts.items())
    ]
    return to_table("texts", rows)


def prepare_decisions(decided: Iterable[Decided]) -> Batch:
    """The rows of decisions and their mentions."""
    decisions: list[dict[str, Any]] = []
    mentions: list[dict[str, Any]] = []
    for one in sorted(decided, key=lambda d: (d.topic_id, d.profile_hash, d.article_id, d.revision)):
        head = {
            "topic_id": one.topic_id,
            "profile_hash": one.profile_hash,
            "article_id": one.article_id,
            "revision": one.revision,
            "month": one.month,
        }
        decisions.append(
            {
                **head,
                "decision": one.match.decision,
                "score": one.match.score,
                "rule": one.match.rule,
                "stratum": one.stratum,
                "article_no": to_number(one.article_id),
                "revision_no": to_number(one.revision),
                "places": sorted({hit.place_id for hit in one.match.mentions if hit.place_id is not None}),
            }
        )
        mentions.extend(
            {
                **head,
                "field": hit.field,
                "start": hit.start,
                "end": hit.end,
                "surface": hit.surface,
                "place_id": hit.place_id,
                "rule": hit.rule,
            }
            for hit in one.match.mentions
        )
    return Batch({"decisions": to_table("decisions", decisions), "mentions": to_table("mentions", mentions)})


def to_table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """The rows as an Arrow table of the table's schema, without `batch_no`."""
    schema = pa.schema([column for column in SCHEMAS[name] if column.name != "batch_no"])
    try:
        return pa.Table.from_pylist(rows, schema=schema)
    except UnicodeEncodeError:  # lone surrogates cannot be stored; U+FFFD shows that something stood there
        return pa.Table.from_pylist([_clean(row) for row in rows], schema=schema)


def _clean(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        if isinstance(value, str)
        else value
        for name, value in row.items()
    }


class _Hashed(io.RawIOBase):
    """A file whose bytes are only hashed: a copy of a batch of long texts would be large."""

    def __init__(self, digest: hashlib._Hash) -> None:
        self._digest = digest

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._digest.update(data)
        return len(data)


def name_batch(batch: Batch, versions: Mapping[str, int]) -> str:
    """The id of a batch: SHA-256 over its rows and the version set it builds on."""
    digest = hashlib.sha256(repr(sorted(versions.items())).encode())
    for name in sorted(batch.tables):
        table = batch.tables[name]
        digest.update(f"{name} {table.num_rows}\n".encode())
        with pa.PythonFile(_Hashed(digest), "w") as sink, pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table.combine_chunks())
    return digest.hexdigest()[:32]
