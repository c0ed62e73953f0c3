"""The search index: words with accents and without; derived from the corpus, and rebuilt when in doubt.

Only words are kept, no text and no byline; snippets are cut from the texts table (`snippet.py`).
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from diembao.corpus.lock import SEARCH_FILE_NAME, WriterLock
from diembao.corpus.query import FIELDS, SearchQuery, Term, parse_query, split_words
from diembao.corpus.read import CorpusReader
from diembao.corpus.trouble import explain_store, explain_system
from diembao.desk import Desk
from diembao.desk.steps import step
from diembao.errors import CorpusError, LockedError, StorageError
from diembao.text.normal import strip_accents, to_nfc

if TYPE_CHECKING:
    import tantivy

#: changes when the fields or the way words are cut change; an index of another form is rebuilt
FORM = 1
_STATE_ID = "state"
_HEAP_BYTES = 64 * 1024 * 1024
_DAY_UNKNOWN = 0
#: marks that no letter took up
_LOOSE_MARK = re.compile("[\u0300-\u036f]")

#: the day as stated by the source (or the address, or the first sighting), in the outlet's zone
_DOCUMENTS = """
SELECT c.article_id, c.outlet_id, c.title, t.lead, t.text,
       strftime(timezone(coalesce(z.zone, $zone),
                         coalesce(c.published_at, c.url_published_at, c.first_seen_at)),
                '%Y%m%d')::INTEGER AS day
FROM current c
LEFT JOIN texts t USING (text_hash)
LEFT JOIN (SELECT unnest($outlets) AS outlet_id, unnest($zones) AS zone) z USING (outlet_id)
"""
_CHANGED = """
SEMI JOIN (SELECT article_id FROM articles WHERE batch_no > $batch
           UNION SELECT article_id FROM items WHERE out_of_order AND batch_no > $batch) USING (article_id)
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found; `day` is its day of publication as stated."""

    article_id: str
    outlet_id: str
    day: date | None
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, and how many there are in all."""

    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class IndexState:
    """Up to which committed batch the index goes, and how many erasures it knows."""

    batch_no: int
    batch_id: str
    erased: int


class SearchIndex:
    """The index in the folder `search` of a project."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "search"
        self._lock = WriterLock(folder / "corpus", SEARCH_FILE_NAME)
        self._index: tantivy.Index | None = None

    # -------------------------------------------------------------- searching

    def search(
        self,
        query: str | SearchQuery,
        *,
        first_day: date | None = None,
        last_day: date | None = None,
        outlets: tuple[str, ...] = (),
        limit: int = 20,
        offset: int = 0,
        order: Literal["day", "score"] = "day",
    ) -> Found:
        """The articles that a query finds, newest first (or best first)."""
        import tantivy

        parsed = parse_query(query) if isinstance(query, str) else query
        index = self._get_index()
        built = self._build_query(index.schema, parsed, first_day, last_day, outlets)
        try:
            searcher = index.searcher()
            options: dict[str, Any] = {"count": True, "offset": offset}
            if order == "day":
                options |= {"order_by_field": "day", "order": tantivy.Order.Desc}
            result = searcher.search(built, max(1, limit), **options)
            hits = [_read_hit(searcher.doc(address).to_dict(), score) for score, address in result.hits]
        except ValueError as error:
            raise explain_store(self._path, error) from error
        return Found(int(getattr(result, "count", 0) or 0), tuple(hits[:limit]))

    def state(self) -> IndexState | None:
        """How far the index goes; None when there is no usable one."""
        try:
            return self._read_state(self._get_index())
        except CorpusError:
            return None

    # -------------------------------------------------------------- keeping up

    def catch_up(
        self, reader: CorpusReader, desk: Desk, *, zone: str = "Asia/Ho_Chi_Minh", rebuild: bool = False
    ) -> int:
        """Add what was committed since the last time (or build anew where needed); how many articles.

        `reader` must stand at the newest committed set. A missing or broken index, one of another form, one
        that knows of batches that the desk does not, and any erasure since lead to a new one.
        """
        last = desk.commits.last()
        if last is None:
            return 0
        wanted = IndexState(last.batch_no, last.batch_id, len(desk.erasures.list_tombstones()))
        if not rebuild and self.state() == wanted:
            return 0
        zones = {outlet.outlet_id: outlet.timezone for outlet in desk.outlets.list_outlets()}
        with self._locked():
            return self._bring_up(reader, desk, zone, zones, wanted, rebuild=rebuild)

    def _bring_up(
        self,
        reader: CorpusReader,
        desk: Desk,
        zone: str,
        zones: Mapping[str, str],
        wanted: IndexState,
        *,
        rebuild: bool,
    ) -> int:
        self._index = None  # another process may have built it anew meanwhile
        state = None if rebuild else self.state()
        if state == wanted:
            return 0
        if state is not None and self._can_continue(state, wanted, desk):
            try:
                return self._write(reader, zone, zones, wanted, after=state.batch_no)
            except CorpusError:
                pass  # it is derived: a broken one is thrown away
        self._remove()
        return self._write(reader, zone, zones, wanted, after=None)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock of the index: an index that another process is building must not be thrown away."""
        try:
            self._lock.take()
        except LockedError as error:
            raise self._explain(RuntimeError("LockBusy")) from error
        try:
            yield
        finally:
            self._lock.release()

    def _can_continue(self, state: IndexState, wanted: IndexState, desk: Desk) -> bool:
        if state.erased != wanted.erased or state.batch_no > wanted.batch_no:
            return False
        return desk.commits.has_batch(state.batch_no, state.batch_id)

    def _write(
        self,
        reader: CorpusReader,
        zone: str,
        zones: Mapping[str, str],
        wanted: IndexState,
        *,
        after: int | None,
    ) -> int:
        import tantivy

        index = self._get_index(create=True)
        values: dict[str, object] = {"zone": zone, "outlets": list(zones), "zones": list(zones.values())}
        sql = _DOCUMENTS
        if after is not None:
            sql, values = _DOCUMENTS + _CHANGED, {**values, "batch": after}
        written = 0
        step("search.before")
        try:
            writer = index.writer(_HEAP_BYTES, 1)
            for batch in reader.batches(sql, values, rows=5_000):
                for row in batch.to_pylist():
                    if after is not None:
                        writer.delete_documents_by_term("article_id", row["article_id"])
                    writer.add_document(_make_document(row))
                    written += 1
            writer.delete_documents_by_term("article_id", _STATE_ID)
            state = [FORM, wanted.batch_no, wanted.batch_id, wanted.erased]
            writer.add_document(tantivy.Document(article_id=_STATE_ID, state=json.dumps(state)))
            step("search.before_commit")
            writer.commit()
            step("search.after_commit")
            writer.wait_merging_threads()
            index.reload()
        except ValueError as error:
            # tantivy says no more than this when its thread could not write
            if "writer was killed" in str(error):
                raise explain_system(self._path, OSError(0, str(error))) from error
            explained = explain_store(self._path, error)
            raise (explained if isinstance(explained, StorageError) else self._explain(error)) from error
        except OSError as error:
            raise explain_system(self._path, error) from error
        return written

    # -------------------------------------------------------------- details

    def _get_index(self, *, create: bool = False) -> tantivy.Index:
        import tantivy

        if self._index is not None:
            return self._index
        schema = _make_schema()
        try:
            if create:
                self._path.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(schema, path=str(self._path), reuse=True)
            elif tantivy.Index.exists(str(self._path)):
                self._index = tantivy.Index.open(str(self._path))
            else:
                raise self._explain(FileNotFoundError("there is no index yet"))
            words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
            self._index.register_tokenizer("words", words)
        except OSError as error:
            raise explain_system(self._path, error) from error
        except ValueError as error:
            raise self._explain(error) from error
        return self._index

    def _remove(self) -> None:
        self._index = None
        try:
            if self._path.exists():
                shutil.rmtree(self._path)
        except OSError as error:
            raise explain_system(self._path, error) from error

    def _read_state(self, index: tantivy.Index) -> IndexState | None:
        import tantivy

        try:
            searcher = index.searcher()
            query = tantivy.Query.term_query(index.schema, "article_id", _STATE_ID)
            hits = searcher.search(query, 1).hits
            if not hits:
                return None
            form, batch_no, batch_id, erased = json.loads(searcher.doc(hits[0][1]).to_dict()["state"][0])
        except (ValueError, KeyError, TypeError) as error:
            raise self._explain(error) from error
        return IndexState(batch_no, batch_id, erased) if form == FORM else None

    def _explain(self, error: Exception) -> CorpusError | LockedError:
        if "LockBusy" in str(error) or "acquire Lockfile" in str(error):
            return LockedError(
                "another diembao command is writing the search index",
                key="corpus.search_locked",
                next_step="wait until it has ended, then search again",
            )
        return CorpusError(
            "the search index in {folder} is missing or broken: {reason}",
            key="corpus.search_broken",
            next_step="run `diembao doctor`, it builds the index again from the corpus",
            folder=str(self._path),
            reason=str(error),
        )

    def _build_query(
        self,
        schema: tantivy.Schema,
        parsed: SearchQuery,
        first_day: date | None,
        last_day: date | None,
        outlets: tuple[str, ...],
    ) -> tantivy.Query:
        import tantivy

        must, must_not = tantivy.Occur.Must, tantivy.Occur.MustNot
        clauses = [(must_not if t.is_excluded else must, _term_query(schema, t)) for t in parsed.terms]
        for wanted in (parsed.outlets, outlets):
            if wanted:
                clauses.append((must, tantivy.Query.term_set_query(schema, "outlet", list(wanted))))
        if parsed.excluded_outlets:
            excluded = list(parsed.excluded_outlets)
            clauses.append((must_not, tantivy.Query.term_set_query(schema, "outlet", excluded)))
        if first_day is not None or last_day is not None:
            low = _number_day(first_day) if first_day else 1
            high = _number_day(last_day) if last_day else 99991231
            field_type = tantivy.FieldType.Integer
            clauses.append((must, tantivy.Query.range_query(schema, "day", field_type, low, high)))
        if all(occur == must_not for occur, _ in clauses):
            clauses.append((must, tantivy.Query.all_query()))
        state = tantivy.Query.term_query(schema, "article_id", _STATE_ID)
        return tantivy.Query.boolean_query([*clauses, (must_not, state)])


def _make_schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("article_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("outlet", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("day", stored=True, indexed=True, fast=True)
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    for field in FIELDS:
        for form in ("exact", "folded"):
            builder.add_text_field(f"{field}_{form}", tokenizer_name="words", index_option="position")
    return builder.build()


def _make_document(row: Mapping[str, Any]) -> tantivy.Document:
    import tantivy

    document = tantivy.Document()
    document.add_text("article_id", row["article_id"])
    document.add_text("outlet", row["outlet_id"])
    document.add_integer("day", row["day"] or _DAY_UNKNOWN)
    for field in FIELDS:
        given = row[field]
        if given:
            words = " ".join(split_words(given, is_exact=True))
            document.add_text(f"{field}_exact", words)
            document.add_text(f"{field}_folded", _fold_words(given, words))
    return document


def _fold_words(given: str, words: str) -> str:
    """The words without accents; taken from the exact ones unless a loose mark would cut them otherwise."""
    if _LOOSE_MARK.search(to_nfc(given)):
        return " ".join(split_words(given, is_exact=False))
    return strip_accents(words)


def _term_query(schema: tantivy.Schema, term: Term) -> tantivy.Query:
    import tantivy

    form = "exact" if term.is_exact else "folded"
    fields = FIELDS if term.field is None else (term.field,)
    queries = [_words_query(schema, f"{field}_{form}", term.words) for field in fields]
    if len(queries) == 1:
        return queries[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _words_query(schema: tantivy.Schema, field: str, words: tuple[str, ...]) -> tantivy.Query:
    import tantivy

    if len(words) == 1:
        return tantivy.Query.term_query(schema, field, words[0])
    return tantivy.Query.phrase_query(schema, field, list(words))


def _number_day(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _read_hit(document: Mapping[str, list[Any]], score: float) -> Hit:
    number = document["day"][0]
    day = None if number == _DAY_UNKNOWN else date(number // 10_000, number // 100 % 100, number % 100)
    return Hit(document["article_id"][0], document["outlet"][0], day, float(score))
