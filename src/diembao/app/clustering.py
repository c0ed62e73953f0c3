"""One clustering of a state: shared passages, what each article counts as, stories, and the use of releases.

It is a function of the committed rows, the findings on clocks, the releases and the edits of people. A new one
replaces the rows of the derived tables for all periods at once; a report that was built before pins the old ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from diembao.app.view import View
from diembao.corpus.batch import to_number, to_table
from diembao.types import DatedText, ReleaseUse, Reprint, ReuseEdge

if TYPE_CHECKING:
    from diembao.stories.events import StoryEdits

#: changes with any rule below that may move a row
METHOD = "reuse 1, units 1, stories 1, releases 1"
#: lead and text shorter than this (about 25 words) say too little to be called somebody's wording
LEAST_CHARS = 120
#: edges below this share of the smaller text are not kept
LEAST_SHARE = 0.15
#: below this share, so many runs of five words must be shared: one sentence in common is nobody's text
SURE_SHARE, LEAST_RUNS = 0.3, 40
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Dated:
    """What is known of an article that takes part: its times, and the month its rows are filed under."""

    text: DatedText
    month: str


def describe_basis(view: View) -> dict[str, object]:
    """What a clustering is computed from: where nothing of it changed, nothing is computed again."""
    state, desk = view.state, view.desk
    return {
        "method": METHOD,
        "articles": state.versions.get("articles", 0),
        "items": state.versions.get("items", 0),
        "decisions": state.versions.get("decisions", 0),
        "texts": state.texts_version,
        "clocks": [[f.outlet_id, f.feed_id, f.kind, f.shift_s, f.first.isoformat(), f.last.isoformat()]
                   for f in view.findings],
        "releases": [[r.release_id, r.sha256, r.issued_at and r.issued_at.isoformat()]
                     for r in desk.releases.list_releases(at=state.seq)],
        "edits": [edit.edit_id for edit in desk.stories.list_edits(at=state.seq)],
        "outlets": [[outlet.outlet_id, outlet.name] for outlet in view.outlets],
    }  # fmt: skip


def make_clustering(view: View) -> dict[str, pa.Table]:
    """The rows of the four derived tables for the state behind `view`."""
    from diembao.stories import find_reuse

    edges = [edge for edge in find_reuse(read_texts(view), min_containment=LEAST_SHARE) if _is_reuse(edge)]
    dated = date_articles(view, {text for edge in edges for text in edge})
    reprints = place_articles(view, edges, dated)
    candidates = list_candidates(view)
    told = tell_stories(view, candidates, reprints)
    uses = find_uses(view)
    months = _find_months(view, [*candidates, *(use.article_id for use in uses)])
    months |= {article_id: one.month for article_id, one in dated.items()}
    return {
        "reuse": to_table("reuse", [_edge_row(edge, months) for edge in edges]),
        "reprints": to_table("reprints", [_reprint_row(row, months) for row in reprints.values()]),
        "stories": to_table("stories", [_story_row(*row, months) for row in told]),
        "uses": to_table("uses", [_use_row(use, months) for use in uses]),
    }


def find_differences(view: View) -> list[tuple[str, int]]:
    """Derived tables whose pinned rows are not those that the state gives, each with how many rows differ."""
    found = []
    for name, wanted in make_clustering(view).items():
        columns = [column for column in wanted.column_names if column != "month"]
        held = view.reader.table(f"SELECT {', '.join(columns)} FROM {name}").cast(
            wanted.select(columns).schema
        )
        differing = Counter(map(repr, held.to_pylist()))
        differing.subtract(Counter(map(repr, wanted.select(columns).to_pylist())))
        count = sum(abs(n) for n in differing.values())
        if count:
            found.append((name, count))
    return found


def count_rows(tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """What a clustering found, as `process` tells it."""
    roles = tables["reprints"].column("role").to_pylist()
    stories: dict[str, int] = {}
    for story_id in tables["stories"].column("story_id").to_pylist():
        stories[story_id] = stories.get(story_id, 0) + 1
    return {
        "reprints": roles.count("reprint"),
        "partial": roles.count("partial"),
        "stories": sum(size > 1 for size in stories.values()),
        "release_uses": sum(tables["uses"].column("is_best").to_pylist()),
    }


def _is_reuse(edge: ReuseEdge) -> bool:
    return max(edge.containment_a, edge.containment_b) >= SURE_SHARE or edge.shared >= LEAST_RUNS


# ------------------------------------------------------------------ texts


def read_texts(view: View) -> Iterator[tuple[str, str]]:
    """Article id and wording (lead and text) of every present article that has enough of it."""
    sql = """
        SELECT d.article_id, t.lead, t.text FROM current d JOIN texts t USING (text_hash)
        WHERE d.lead_chars + d.text_chars >= $least
    """
    for batch in view.reader.batches(sql, {"least": LEAST_CHARS}, rows=_BATCH):
        for row in batch.to_pylist():
            yield row["article_id"], join_wording(row["lead"], row["text"])


def join_wording(lead: str | None, text: str | None) -> str:
    """The wording of an article: what is compared, and what passages count in."""
    return "\n".join(part for part in (lead, text) if part)


def date_articles(view: View, ids: Iterable[str]) -> dict[str, Dated]:
    """Times, titles and credited sources of articles."""
    from diembao.stories.credits import find_credits, name_outlets

    names = name_outlets(view.outlets)
    found = {}
    for row in view.rows(
        """
        SELECT d.article_id, d.outlet_id, d.title, d.dated_at, d.precision_ AS precision, d.first_seen_at, d.key,
               d.month, t.lead, t.text
        FROM dated d LEFT JOIN texts t USING (text_hash) WHERE d.article_id IN (SELECT unnest($ids))
        """,
        {"ids": sorted(set(ids))},
    ):
        found[row["article_id"]] = Dated(
            DatedText(
                text_id=row["article_id"],
                outlet_id=row["outlet_id"],
                title=row["title"] or "",
                published_at=row["dated_at"],
                precision=row["precision"] or "unknown",
                first_seen_at=row["first_seen_at"],
                key=row["key"],
                credits=find_credits(join_wording(row["lead"], row["text"]), names),
            ),
            row["month"],
        )
    return found


def place_articles(view: View, edges: Iterable[ReuseEdge], dated: Mapping[str, Dated]) -> dict[str, Reprint]:
    """What every article that shares passages counts as, and where its text comes from."""
    from diembao.stories.credits import name_agencies
    from diembao.stories.units import assign_units

    return assign_units(
        edges,
        {article_id: one.text for article_id, one in dated.items()},
        agencies=name_agencies(view.outlets),
        timezone=view.project.settings.text("project.timezone"),
    )


# ------------------------------------------------------------------ stories


def list_candidates(view: View) -> list[str]:
    """Articles that any topic ever took for a candidate: stories are told of these."""
    return [
        row["article_id"]
        for row in view.rows(
            "SELECT DISTINCT d.article_id FROM decisions d JOIN current USING (article_no, revision_no) "
            "WHERE d.decision <> 'not' ORDER BY d.article_id"
        )
    ]


def tell_stories(
    view: View, candidates: Iterable[str], reprints: Mapping[str, Reprint]
) -> list[tuple[str, str, float]]:
    """(article, story, similarity) of every candidate; reprints go with the unit they count as."""
    from diembao.stories.events import StoryText, find_stories

    units = {article_id: _unit_of(article_id, reprints) for article_id in candidates}
    wanted = sorted(set(units.values()))
    rows = view.rows(
        """
        SELECT d.article_id, d.title, t.lead, t.text, d.dated_at, d.outlet_id
        FROM dated d LEFT JOIN texts t USING (text_hash) WHERE d.article_id IN (SELECT unnest($ids))
        ORDER BY d.article_id
        """,
        {"ids": wanted},
    )
    texts = [
        StoryText(
            unit_id=row["article_id"],
            title=row["title"] or "",
            lead=row["lead"] or "",
            text=row["text"] or "",
            at=row["dated_at"],
            outlet_id=row["outlet_id"],
        )
        for row in rows
    ]
    members = {member.unit_id: member for member in find_stories(texts, read_edits(view))}
    return [
        (article_id, members[unit_id].story_id, members[unit_id].similarity)
        for article_id, unit_id in units.items()
        if unit_id in members
    ]


def read_edits(view: View) -> StoryEdits:
    """What people said about stories, as of the state."""
    from diembao.stories.events import StoryEdits, StoryMerge, StoryPin, StorySplit

    edits = view.desk.stories.list_edits(at=view.state.seq)
    return StoryEdits(
        splits=tuple(StorySplit(e.seq, e.units, e.rest) for e in edits if e.kind == "split"),
        merges=tuple(StoryMerge(e.seq, e.units) for e in edits if e.kind == "merge"),
        pins=tuple(StoryPin(e.seq, e.units, e.story_id) for e in edits if e.kind == "pin" and e.story_id),
    )


def _unit_of(article_id: str, reprints: Mapping[str, Reprint]) -> str:
    row = reprints.get(article_id)
    return row.unit_id if row is not None else article_id


# ------------------------------------------------------------------ releases


def find_uses(view: View) -> list[ReleaseUse]:
    """Which articles use which releases."""
    releases = view.desk.releases.list_releases(at=view.state.seq)
    if not releases:
        return []
    from diembao.stories.pickup import find_release_uses, judge_uses

    edges = list(find_release_uses(releases, partial(read_texts, view)))
    articles = date_articles(view, {article for _, article in ((e.a, e.b) for e in edges)})
    return judge_uses(
        edges,
        releases,
        {article_id: one.text for article_id, one in articles.items()},
        timezone=view.project.settings.text("project.timezone"),
    )


# ------------------------------------------------------------------ rows


def _find_months(view: View, ids: Iterable[str]) -> dict[str, str]:
    rows = view.rows(
        "SELECT article_id, month FROM current WHERE article_id IN (SELECT unnest($ids))",
        {"ids": sorted(set(ids))},
    )
    return {row["article_id"]: row["month"] for row in rows}


def _edge_row(edge: ReuseEdge, months: Mapping[str, str]) -> dict[str, Any]:
    return {
        "a_id": edge.a,
        "b_id": edge.b,
        "containment_a": edge.containment_a,
        "containment_b": edge.containment_b,
        "shared": edge.shared,
        "method": METHOD,
        "month": max(months[edge.a], months[edge.b]),
    }


def _reprint_row(row: Reprint, months: Mapping[str, str]) -> dict[str, Any]:
    return {
        "article_id": row.text_id,
        "unit_id": row.unit_id,
        "role": row.role,
        "source_id": row.source_id,
        "share": row.share,
        "confidence": row.confidence,
        "basis": list(row.basis),
        **_of_article(row.text_id, months),
    }


def _story_row(
    article_id: str, story_id: str, similarity: float, months: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "story_id": story_id,
        "similarity": similarity,
        **_of_article(article_id, months),
    }


def _use_row(use: ReleaseUse, months: Mapping[str, str]) -> dict[str, Any]:
    return {
        "release_id": use.release_id,
        "share_of_article": use.share_of_article,
        "share_of_release": use.share_of_release,
        "shared": use.shared,
        "is_origin": use.is_origin,
        "days_after": use.days_after,
        "is_best": use.is_best,
        "article_id": use.article_id,
        **_of_article(use.article_id, months),
    }


def _of_article(article_id: str, months: Mapping[str, str]) -> dict[str, Any]:
    return {"article_no": to_number(article_id), "month": months[article_id], "method": METHOD}
