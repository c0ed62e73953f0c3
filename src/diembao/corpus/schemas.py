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

#: in the order in which a batch is written: nothing points to what is not there yet
SCHEMAS: dict[str, pa.Schema] = {
    "texts": TEXTS,
    "articles": ARTICLES,
    "prints": PRINTS,
    "items": ITEMS,
    "decisions": DECISIONS,
    "mentions": MENTIONS,
}
TABLES = tuple(SCHEMAS)
#: tables whose versions a snapshot pins; texts can be erased, so they are not among them
PINNED = tuple(name for name in TABLES if name != "texts")
