"""Reading the corpus at exactly one committed set of versions: DuckDB over the files of those versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from diembao.corpus import tables
from diembao.corpus.schemas import SCHEMAS, TABLES
from diembao.corpus.trouble import explain_damage, explain_store
from diembao.errors import DiembaoError

if TYPE_CHECKING:
    import duckdb

MEMORY_LIMIT = "512MB"
THREADS = 2

#: Articles that need care: more than one revision, or a sighting that came in later than it happened.
#: They are few; for all others the row in `articles` is the answer, and no grouping is needed. A file that does not
#: say when its rows were fetched tells nothing of when an article was first seen, where another one does.
_CARE = """
CREATE TABLE care AS
WITH odd AS (
  SELECT article_id FROM articles WHERE is_further
  UNION SELECT article_id FROM items WHERE out_of_order
),
firsts AS (
  SELECT article_id, revision, min(seen_at) AS seen_at,
         first(feed_id ORDER BY seen_at, coalesce(feed_id, '')) AS feed_id
  FROM items SEMI JOIN odd USING (article_id) GROUP BY article_id, revision
),
marked AS (
  SELECT f.*, list_contains(a.flags, 'seen_unknown') AS is_unseen
  FROM firsts f JOIN articles a USING (article_id, revision)
),
whole AS (
  SELECT article_id, arg_min(seen_at, (is_unseen, seen_at)) AS first_seen_at,
         first(feed_id ORDER BY is_unseen, seen_at, coalesce(feed_id, '')) AS feed_id, count(*) AS revisions,
         bool_and(is_unseen) AS is_unseen
  FROM marked GROUP BY article_id
),
stated AS (
  SELECT article_id, first({stated} ORDER BY published_at, revision) AS stated
  FROM articles SEMI JOIN odd USING (article_id) WHERE published_at IS NOT NULL GROUP BY article_id
),
ranked AS (
  SELECT a.*, row_number() OVER (PARTITION BY a.article_id
    ORDER BY a.kind <> 'article', a.kind = 'look', f.seen_at DESC, a.revision DESC) AS rank
  FROM articles a JOIN firsts f USING (article_id, revision)
)
SELECT r.* EXCLUDE (rank, is_further, batch_no)
       REPLACE (w.first_seen_at AS first_seen_at, w.feed_id AS feed_id,
                list_filter(r.flags, lambda x: x <> 'seen_unknown' OR w.is_unseen) AS flags,
                s.stated.published_at AS published_at, s.stated.published_precision AS published_precision,
                s.stated.published_source AS published_source, s.stated.published_raw AS published_raw),
       w.revisions AS revisions
FROM ranked r JOIN whole w USING (article_id) LEFT JOIN stated s USING (article_id) WHERE r.rank = 1
"""
_STATED = (
    "{published_at: published_at, published_precision: published_precision, "
    "published_source: published_source, published_raw: published_raw}"
)
#: One row per article: its latest revision (by first sighting, then revision; one that was read from its page
#: stands before a feed's item, and that before a page that was only looked at), when it was first seen and in
#: which feed, the earliest time it ever stated as its publication, and how many revisions there are.
_CURRENT = """
CREATE VIEW current AS
SELECT * EXCLUDE (is_further, batch_no), 1::BIGINT AS revisions
FROM articles ANTI JOIN care USING (article_no)
UNION ALL BY NAME SELECT * FROM care
"""
#: the same where no article needs care, which spares a join over all rows
_CURRENT_PLAIN = """
CREATE VIEW current AS SELECT * EXCLUDE (is_further, batch_no), 1::BIGINT AS revisions FROM articles
"""


class CorpusReader:
    """The corpus at a version set, as DuckDB views `articles items decisions mentions texts current`.

    `versions` maps tables to Delta versions (a `Commit` or `Snapshot` has them); a table that is not in it is
    empty. Texts are not pinned: pass the newest committed set for them as `texts_version`.
    """

    def __init__(
        self,
        folder: Path,
        versions: Mapping[str, int],
        *,
        texts_version: int | None = None,
        memory_limit: str = MEMORY_LIMIT,
        threads: int = THREADS,
    ) -> None:
        self.folder = folder
        self.versions = dict(versions)
        if texts_version is not None:
            self.versions["texts"] = texts_version
        self._connection = _connect(memory_limit, threads)
        self._has_current = False
        try:
            for name in TABLES:
                self._make_view(name)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Give the memory back."""
        self._connection.close()

    def __enter__(self) -> CorpusReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB connection with all views; own tables may be added to it (it is in memory)."""
        self._make_current()
        return self._connection

    # -------------------------------------------------------------- asking

    def table(self, sql: str, values: Mapping[str, object] | None = None) -> pa.Table:
        """The answer to a query as an Arrow table; `$name` stands for a value."""
        if "current" in sql:
            self._make_current()
        with self._explained():
            return self._connection.sql(sql, params=dict(values) if values else None).to_arrow_table()

    def rows(self, sql: str, values: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """The answer to a query as dictionaries; times are aware and in UTC."""
        found: list[dict[str, Any]] = self.table(sql, values).to_pylist()
        return found

    def value(self, sql: str, values: Mapping[str, object] | None = None) -> Any:
        """The first column of the first row of a query, or None."""
        rows = self.rows(sql, values)
        return next(iter(rows[0].values())) if rows else None

    def batches(
        self, sql: str, values: Mapping[str, object] | None = None, *, rows: int = 10_000
    ) -> Iterator[pa.RecordBatch]:
        """The answer in pieces, for what does not fit into memory; use it up before the next query."""
        if "current" in sql:
            self._make_current()
        with self._explained():
            cursor = self._connection.cursor()
            try:
                relation = cursor.sql(sql, params=dict(values) if values else None)
                yield from relation.to_arrow_reader(rows)
            finally:
                cursor.close()

    # -------------------------------------------------------------- usual questions

    def list_pending(
        self, topic_id: str, profile_hash: str, *, rows: int = 2_000
    ) -> Iterator[list[dict[str, Any]]]:
        """Revisions that a profile was not asked about, with their texts, in pieces.

        Each has article_id, revision, month, outlet_id, title, lead, text, published_at, url_published_at and
        first_seen_at; an erased text comes as None.
        """
        sql = """
            SELECT a.article_id, a.revision, a.month, a.outlet_id, a.title, t.lead, t.text,
                   a.published_at, a.url_published_at, a.first_seen_at
            FROM articles a
            ANTI JOIN (SELECT article_id, revision FROM decisions
                       WHERE topic_id = $topic AND profile_hash = $profile) d USING (article_id, revision)
            LEFT JOIN texts t USING (text_hash)
        """
        for batch in self.batches(sql, {"topic": topic_id, "profile": profile_hash}, rows=rows):
            yield batch.to_pylist()

    # -------------------------------------------------------------- details

    def _make_view(self, name: str) -> None:
        schema = SCHEMAS[name]
        columns = ", ".join(f'"{column}"' for column in schema.names)
        files = self._list_files(name)
        with self._explained(name):
            if not files:
                self._connection.register("empty", schema.empty_table())
                self._connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM empty")
                self._connection.unregister("empty")
                return
            listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
            self._connection.execute(
                f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet([{listed}], "
                "hive_partitioning = true, hive_types = {'month': VARCHAR})"
            )

    def _list_files(self, name: str) -> list[Path]:
        version = self.versions.get(name)
        if not version:  # version 0 is the empty table
            return []
        path = tables.table_folder(self.folder, name).absolute()
        return tables.list_files(tables.open_table(self.folder, name, version), path)

    def _make_current(self) -> None:
        if self._has_current:
            return
        with self._explained("articles"):
            self._connection.execute(_CARE.replace("{stated}", _STATED))
            (odd,) = self._connection.execute("SELECT count(*) FROM care").fetchone() or (0,)
            self._connection.execute(_CURRENT if odd else _CURRENT_PLAIN)
        self._has_current = True

    @contextmanager
    def _explained(self, name: str | None = None) -> Iterator[None]:
        import duckdb

        try:
            yield
        except DiembaoError:
            raise
        except (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException) as error:
            place = self.folder if name is None else tables.table_folder(self.folder, name)
            raise explain_damage(place, error) from error
        except (duckdb.OutOfMemoryException, pa.ArrowInvalid) as error:
            raise explain_store(self.folder, error) from error


def _connect(memory_limit: str, threads: int) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory_limit,
            "threads": str(threads),
            # nothing is ever fetched from the network
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection
