"""The columns of every corpus table. Changes are additive: a column keeps its name and meaning."""

from __future__ import annotations

import pyarrow as pa

_MOMENT = pa.timestamp("us", tz="UTC")
#: in every table: the batch a row came with, and the month (UTC) the table is partitioned by
_OWN = [("batch_no", pa.int64()), ("month", pa.string())]

#: `article_id` and `revision` once more as whole numbers (their 8 bytes, signed): over a million rows a join on
#: numbers takes a third of the time of one on hex digits
_NUMBERS = [("article_no", pa.int64()), ("revision_no", pa.int64())]

#: one row per revision of an article; `feed_id` and `first_seen_at` are those of its first sighting when it
#: was stored, `is_further` says that another revision of the article was stored before
ARTICLES = pa.schema(
    [
        ("article_id", pa.string()),
        ("revision", pa.string()),
        ("outlet_id", pa.string()),
        ("url", pa.string()),
        ("key", pa.string()),
        ("title", pa.string()),
        ("language", pa.string()),
        ("kind", pa.string()),
        ("text_hash", pa.string()),
        ("lead_chars", pa.int32()),
        ("text_chars", pa.int32()),
        ("published_at", _MOMENT),
        ("published_precision", pa.string()),
        ("published_source", pa.string()),
        ("published_raw", pa.string()),
        ("url_published_at", _MOMENT),
        ("url_precision", pa.string()),
        ("flags", pa.list_(pa.string())),
        ("first_seen_at", _MOMENT),
        ("feed_id", pa.string()),
        ("is_further", pa.bool_()),
        *_NUMBERS,
        *_OWN,
    ]
)

#: one row per sighting; `out_of_order`: not later than the first sighting under which its revision was stored
ITEMS = pa.schema(
    [
        ("article_id", pa.string()),
        ("revision", pa.string()),
        ("outlet_id", pa.string()),
        ("feed_id", pa.string()),
        ("seen_at", _MOMENT),
        ("source", pa.string()),
        ("out_of_order", pa.bool_()),
        *_OWN,
    ]
)

#: one row per different text; the only table that is ever rewritten, to erase
TEXTS = pa.schema([("text_hash", pa.string()), ("lead", pa.string()), ("text", pa.string()), *_OWN])

#: one row per revision that was read from a page: the fingerprints of its text (`text/prints.py`), sorted
PRINTS = pa.schema(
    [
        ("article_id", pa.string()),
        ("revision", pa.string()),
        ("version", pa.string()),
        ("prints", pa.list_(pa.int64())),
        *_NUMBERS,
        *_OWN,
    ]
)

#: one row per topic, profile and revision
DECISIONS = pa.schema(
    [
        ("topic_id", pa.string()),
        ("profile_hash", pa.string()),
        ("article_id", pa.string()),
        ("revision", pa.string()),
        ("decision", pa.string()),
        ("score", pa.float64()),
        ("rule", pa.string()),
        ("stratum", pa.string()),
        ("places", pa.list_(pa.string())),
        *_NUMBERS,
        *_OWN,
    ]
)

#: one row per hit, its span in code points of the field
MENTIONS = pa.schema(
    [
        ("topic_id", pa.string()),
        ("profile_hash", pa.string()),
        ("article_id", pa.string()),
        ("revision", pa.string()),
        ("field", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("surface", pa.string()),
        ("place_id", pa.string()),
        ("rule", pa.string()),
        *_OWN,
    ]
)

# Derived tables: rows are not added but replaced, month by month where they differ, so that a version holds one
# whole clustering by one method; earlier versions stay, pinned by the reports that were made of them.

#: one row per pair of articles that share passages
REUSE = pa.schema(
    [
        ("a_id", pa.string()),
        ("b_id", pa.string()),
        ("containment_a", pa.float64()),
        ("containment_b", pa.float64()),
        ("shared", pa.int32()),
        ("method", pa.string()),
        *_OWN,
    ]
)

#: one row per article that shares passages with another: the unit it counts as, and where its text comes from
REPRINTS = pa.schema(
    [
        ("article_id", pa.string()),
        ("unit_id", pa.string()),
        ("role", pa.string()),
        ("source_id", pa.string()),
        ("share", pa.float64()),
        ("confidence", pa.string()),
        ("basis", pa.list_(pa.string())),
        ("method", pa.string()),
        ("article_no", pa.int64()),
        *_OWN,
    ]
)

#: one row per candidate of a topic: the story its unit belongs to
STORIES = pa.schema(
    [
        ("article_id", pa.string()),
        ("story_id", pa.string()),
        ("similarity", pa.float64()),
        ("method", pa.string()),
        ("article_no", pa.int64()),
        *_OWN,
    ]
)

#: one row per press release and article that shares passages with it
USES = pa.schema(
    [
        ("release_id", pa.string()),
        ("article_id", pa.string()),
        ("share_of_article", pa.float64()),
        ("share_of_release", pa.float64()),
        ("shared", pa.int32()),
        ("is_origin", pa.bool_()),
        ("days_after", pa.float64()),
        ("is_best", pa.bool_()),
        ("method", pa.string()),
        ("article_no", pa.int64()),
        *_OWN,
    ]
)

#: in the order in which a batch is written: nothing points to what is not there yet
SCHEMAS: dict[str, pa.Schema] = {
    "texts": TEXTS,
    "articles": ARTICLES,
    "prints": PRINTS,
    "items": ITEMS,
    "decisions": DECISIONS,
    "mentions": MENTIONS,
    "reuse": REUSE,
    "reprints": REPRINTS,
    "stories": STORIES,
    "uses": USES,
}
#: tables whose months are replaced, each with the columns that name a row
DERIVED: dict[str, tuple[str, ...]] = {
    "reuse": ("a_id", "b_id"),
    "reprints": ("article_id",),
    "stories": ("article_id",),
    "uses": ("release_id", "article_id"),
}
TABLES = tuple(SCHEMAS)
#: tables whose versions a snapshot pins; texts can be erased, so they are not among them
PINNED = tuple(name for name in TABLES if name != "texts")
