"""Search, list and show articles. There is no filter by tone, none by author, and there never will be."""

from __future__ import annotations

from datetime import date
from typing import Any

from diembao.app.process import is_processed, record_profile
from diembao.app.project import Project
from diembao.app.topics import get_topic
from diembao.app.view import open_view
from diembao.errors import LockedError, SourceError, StorageError, TopicError


def list_articles(
    project: Project,
    *,
    start: date | None = None,
    end: date | None = None,
    outlet_id: str | None = None,
    topic_id: str | None = None,
    decision: str | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Articles by day of publication, outlet and id; with a topic, its candidates and their decision."""
    where = ["TRUE"]
    values: dict[str, object] = {"limit": limit}
    for condition, name, value in (
        ("d.day >= $start", "start", start),
        ("d.day <= $end", "end", end),
        ("d.outlet_id = $outlet", "outlet", outlet_id),
    ):
        if value is not None:
            where.append(condition)
            values[name] = value
    with project.open_desk() as desk:
        if outlet_id is not None:
            desk.outlets.get(outlet_id)
        join, extra = "", ""
        if topic_id is not None:
            profile = record_profile(desk, get_topic(project, topic_id))
            if not is_processed(project, desk, topic_id):
                raise TopicError(
                    "topic {topic_id!r} was not matched with every article yet",
                    key="app.not_processed",
                    next_step="run `diembao process`, then list again",
                    topic_id=topic_id,
                )
            join = "JOIN decisions x USING (article_no, revision_no)"
            extra = ", x.decision, x.rule, x.stratum"
            where += ["x.topic_id = $topic", "x.profile_hash = $profile"]
            values |= {"topic": topic_id, "profile": profile.profile_hash}
            if decision is None:
                where.append("x.decision <> 'not'")
            else:
                where.append("x.decision = $decision")
                values["decision"] = decision
        with open_view(project, desk) as view:
            return view.rows(
                f"""
                SELECT strftime(d.day, '%Y-%m-%d') AS day, d.outlet_id, d.article_id, d.revision, d.title,
                       d.url, d.dated_at AS published_at, d.precision_ AS precision, d.is_corrected{extra}
                FROM dated d {join} WHERE {" AND ".join(where)}
                ORDER BY d.day, d.outlet_id, d.article_id LIMIT $limit
                """,
                values,
            )


def search_articles(
    project: Project,
    query: str,
    *,
    start: date | None = None,
    end: date | None = None,
    outlet_id: str | None = None,
    limit: int = 20,
) -> dict[str, Any]:
    """Articles whose words fit a query, newest first, each with a snippet."""
    from diembao.corpus.query import parse_query
    from diembao.corpus.read import CorpusReader
    from diembao.corpus.search import SearchIndex
    from diembao.corpus.snippet import make_snippet

    parsed = parse_query(query)
    with project.open_desk(read_only=True) as desk:
        if outlet_id is not None:
            desk.outlets.get(outlet_id)
        index = SearchIndex(project.folder)
        last = desk.commits.last()
        if last is None:
            return {"query": query, "total": 0, "hits": [], "behind": False}
        is_behind = False
        with CorpusReader(project.folder, last.versions) as reader:
            try:
                index.catch_up(reader, desk, zone=project.settings.text("project.timezone"))
            except (LockedError, StorageError):
                if index.state() is None:
                    raise
                is_behind = True  # reading goes on with the index as it stands, and says so
        found = index.search(
            parsed,
            first_day=start,
            last_day=end,
            outlets=(outlet_id,) if outlet_id else (),
            limit=limit,
        )
        ids = [hit.article_id for hit in found.hits]
        with open_view(project, desk) as view:
            rows = {
                row["article_id"]: row
                for row in view.rows(
                    "SELECT d.article_id, strftime(d.day, '%Y-%m-%d') AS day, d.outlet_id, d.title, d.url, "
                    "t.lead, t.text FROM dated d LEFT JOIN texts t USING (text_hash) "
                    "WHERE d.article_id IN (SELECT unnest($ids))",
                    {"ids": ids},
                )
            }
    hits = []
    for row in (rows[article_id] for article_id in ids if article_id in rows):
        lead, text = row.pop("lead") or "", row.pop("text") or ""
        snippet = make_snippet(lead, parsed, "lead")
        if not snippet.spans and text:
            snippet = make_snippet(text, parsed, "text")
        hits.append({**row, "snippet": snippet.text, "highlights": [list(span) for span in snippet.spans]})
    return {"query": query, "total": found.total, "hits": hits, "behind": is_behind}


def show_article(project: Project, article_id: str) -> dict[str, Any]:
    """Everything known of one article: times with their sources, sightings, revisions, why topics matched."""
    with project.open_desk(read_only=True) as desk, open_view(project, desk) as view:
        values: dict[str, object] = {"id": article_id}
        found = view.rows("SELECT * FROM dated WHERE article_id = $id", values)
        if not found:
            raise SourceError(
                "no article {article_id!r} in this project",
                key="app.no_article",
                next_step="`diembao articles search` and `diembao articles list` print ids",
                article_id=article_id,
            )
        row = found[0]
        sightings = view.rows(
            "SELECT seen_at, feed_id, source, revision FROM items WHERE article_id = $id "
            "ORDER BY seen_at, source",
            values,
        )
        revisions = view.rows(
            "SELECT revision, first_seen_at, title, published_raw, flags FROM articles "
            "WHERE article_id = $id ORDER BY first_seen_at, revision",
            values,
        )
        matches = view.rows(
            'SELECT m.topic_id, x.decision, x.score, m.field, m.start, m."end", m.surface, m.place_id, '
            "m.rule FROM mentions m JOIN decisions x USING (topic_id, profile_hash, article_id, revision) "
            "WHERE m.article_id = $id AND m.revision = $revision ORDER BY ALL",
            {**values, "revision": row["revision"]},
        )
        texts = view.rows(
            "SELECT lead, text FROM texts WHERE text_hash = $hash LIMIT 1", {"hash": row["text_hash"]}
        )
        return {
            "article_id": article_id,
            "outlet": view.outlet_names.get(row["outlet_id"], row["outlet_id"]),
            "title": row["title"],
            "url": row["url"],
            "aliases": desk.addresses.list_aliases(article_id),
            "published": row["dated_at"],
            "precision": row["precision_"],
            "corrected": row["is_corrected"],
            "as_stated": row["published_raw"],
            "stated_in": row["published_source"],
            "in_address": row["url_published_at"],
            "first_seen": row["first_seen_at"],
            "flags": row["flags"],
            "lead": texts[0]["lead"] if texts else None,
            "text": texts[0]["text"] if texts else None,
            "sightings": sightings,
            "revisions": revisions,
            "matches": matches,
        }


def list_evidence(project: Project, article_id: str) -> list[dict[str, Any]]:
    """Where the pages lie that an article was read from; each record is checked against the ledger now."""
    from diembao.app.collecting.evidence import load_capture
    from diembao.errors import CorpusError

    rows = []
    with project.open_desk(read_only=True) as desk:
        for kept, reading in desk.readings.list_evidence(article_id):
            capture = kept.capture
            try:
                load_capture(project.folder, desk, kept)
                state = "intact"
            except CorpusError as error:
                state = str(error)
            rows.append(
                {
                    "fetched": capture.fetched_at,
                    "url": capture.url,
                    "file": capture.file,
                    "offset": capture.offset,
                    "length": capture.length,
                    "record": capture.record_id,
                    "sha256": capture.payload_sha256,
                    "read_as": reading.outcome,
                    "revision": reading.revision,
                    "state": state,
                }
            )
    return rows
