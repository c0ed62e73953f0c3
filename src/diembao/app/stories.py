"""Stories as people see and correct them: list, show, merge, split, pin, and taking an edit back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from diembao.app.clustering import METHOD
from diembao.app.process import cluster_texts
from diembao.app.project import Project
from diembao.app.view import View, open_view
from diembao.corpus.writer import CorpusWriter
from diembao.desk.stories import StoryEdit
from diembao.errors import SourceError, UsageError

#: one row per candidate, with the unit it counts as
_MEMBERS = """
SELECT s.story_id, d.article_id, coalesce(r.unit_id, d.article_id) AS unit_id, coalesce(r.role, 'original') AS role,
       d.outlet_id, d.title, d.url, d.day, d.dated_at, s.similarity
FROM stories s JOIN dated d USING (article_no) LEFT JOIN reprints r USING (article_no)
"""


def list_stories(
    project: Project,
    *,
    start: date | None = None,
    end: date | None = None,
    topic_id: str | None = None,
    least_texts: int = 2,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Stories with so many texts or more in the period, the largest first."""
    where, values = ["TRUE"], dict[str, object](limit=limit, least=least_texts)
    for condition, name, value in (("m.day >= $start", "start", start), ("m.day <= $end", "end", end)):
        if value is not None:
            where.append(condition)
            values[name] = value
    if topic_id is not None:
        where.append(
            "m.article_id IN (SELECT article_id FROM decisions WHERE topic_id = $topic AND decision <> 'not')"
        )
        values["topic"] = topic_id
    with project.open_desk(read_only=True) as desk, open_view(project, desk) as view:
        _check_clustered(view)
        return view.rows(
            f"""
            WITH m AS (SELECT * FROM ({_MEMBERS}) m WHERE {" AND ".join(where)})
            SELECT story_id, first(title ORDER BY dated_at, article_id) AS title,
                   strftime(min(day), '%Y-%m-%d') AS first, strftime(max(day), '%Y-%m-%d') AS last,
                   count(DISTINCT unit_id) AS texts, count(*) AS articles, count(DISTINCT outlet_id) AS outlets
            FROM m GROUP BY story_id HAVING count(DISTINCT unit_id) >= $least
            ORDER BY texts DESC, articles DESC, first, story_id LIMIT $limit
            """,
            values,
        )


def show_story(project: Project, story_id: str) -> dict[str, Any]:
    """One story: who was first, its texts day by day with reprints folded, and the edits that touch it."""
    with project.open_desk(read_only=True) as desk, open_view(project, desk) as view:
        rows = _read_members(view, story_id)
        units: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            units.setdefault(row["unit_id"], []).append(row)
        texts = [_tell_unit(unit_id, members) for unit_id, members in units.items()]
        days: dict[str, list[str]] = {}
        for text in texts:
            days.setdefault(text["day"], []).append(text["unit_id"])
        touched = set(units)
        return {
            "story_id": story_id,
            "title": rows[0]["title"],
            "first": {k: rows[0][k] for k in ("article_id", "outlet_id", "dated_at", "url")},
            "outlets": sorted({row["outlet_id"] for row in rows}),
            "texts": texts,
            "articles": len(rows),
            "timeline": [{"day": day, "texts": found} for day, found in sorted(days.items())],
            "edits": [
                _tell_edit(edit)
                for edit in desk.stories.list_edits(at=view.state.seq)
                if touched & {*edit.units, *edit.rest}
            ],
        }


def merge_stories(project: Project, story_ids: Sequence[str], *, note: str = "") -> dict[str, Any]:
    """Say that several stories are one; the edit survives re-runs."""
    if len(set(story_ids)) < 2:
        raise UsageError(
            "a merge needs two different stories",
            key="stories.merge_two",
            next_step="`diembao stories list` prints their ids",
        )
    units = [unit for story_id in dict.fromkeys(story_ids) for unit in _list_units(project, story_id)]
    return _edit(project, "merge", units, note=note)


def split_story(
    project: Project, story_id: str, article_ids: Sequence[str], *, note: str = ""
) -> dict[str, Any]:
    """Say that some texts of a story are about something else; reprints go with their text."""
    members = _list_units(project, story_id)
    taken: list[str] = []
    for article_id in dict.fromkeys(article_ids):
        unit = next((u for u, ids in members.items() if article_id in ids), None)
        if unit is None:
            raise SourceError(
                "article {article_id} is not in story {story_id}",
                key="stories.not_in_story",
                next_step="`diembao stories show {story_id}` lists its articles",
                article_id=article_id,
                story_id=story_id,
            )
        taken.append(unit)
    rest = [unit for unit in members if unit not in taken]
    if not taken or not rest:
        raise UsageError(
            "a split must take some texts out and leave some in story {story_id}",
            key="stories.split_some",
            next_step="name the articles that belong elsewhere: `diembao stories split STORY ARTICLE…`",
            story_id=story_id,
        )
    return _edit(project, "split", taken, rest=rest, note=note)


def pin_story(project: Project, story_id: str, *, note: str = "") -> dict[str, Any]:
    """Say that the texts of a story stay together under its id, whatever comes."""
    return _edit(project, "pin", list(_list_units(project, story_id)), story_id=story_id, note=note)


def withdraw_edit(project: Project, edit_id: int, *, note: str = "") -> dict[str, Any]:
    """Take an edit back; it stays on record."""
    with project.open_desk() as desk:
        if edit_id not in {edit.edit_id for edit in desk.stories.list_edits()}:
            raise UsageError(
                "there is no edit {edit_id} in force",
                key="stories.no_edit",
                next_step="`diembao stories edits` lists those in force",
                edit_id=edit_id,
            )
        desk.stories.withdraw_edit(edit_id, note=note)
    return {"withdrawn": edit_id, **_regroup(project)}


def list_edits(project: Project) -> list[dict[str, Any]]:
    """The edits in force, in order."""
    with project.open_desk(read_only=True) as desk:
        return [_tell_edit(edit) for edit in desk.stories.list_edits()]


# ------------------------------------------------------------------ details


def _edit(
    project: Project,
    kind: Any,
    units: Sequence[str],
    *,
    rest: Sequence[str] = (),
    story_id: str | None = None,
    note: str = "",
) -> dict[str, Any]:
    with project.open_desk() as desk:
        edit = desk.stories.add_edit(kind, units, rest=rest, story_id=story_id, note=note)
    return {**_tell_edit(edit), **_regroup(project)}


def _regroup(project: Project) -> dict[str, Any]:
    """Make the clustering that follows from the edits; reports built before keep theirs."""
    with project.open_desk() as desk, CorpusWriter.open(project.folder, desk) as writer:
        counts = cluster_texts(project, desk, writer)
    return {"stories": counts["stories"], "method": METHOD}


def _list_units(project: Project, story_id: str) -> Mapping[str, set[str]]:
    """The units of a story with the articles that count as each."""
    units: dict[str, set[str]] = {}
    with project.open_desk(read_only=True) as desk, open_view(project, desk) as view:
        for row in _read_members(view, story_id):
            units.setdefault(row["unit_id"], {row["unit_id"]}).add(row["article_id"])
    return units


def _read_members(view: View, story_id: str) -> list[dict[str, Any]]:
    _check_clustered(view)
    rows = view.rows(
        f"SELECT * FROM ({_MEMBERS}) WHERE story_id = $story ORDER BY dated_at, article_id",
        {"story": story_id},
    )
    if not rows:
        raise SourceError(
            "no story {story_id!r} in this project",
            key="stories.no_story",
            next_step="`diembao stories list` prints ids",
            story_id=story_id,
        )
    return rows


def _check_clustered(view: View) -> None:
    if view.desk.stories.find_clustering(at=view.state.seq) is None:
        raise SourceError(
            "texts were not compared yet in {folder}",
            key="stories.not_yet",
            next_step="run `diembao process` first",
            folder=str(view.project.folder),
        )


def _tell_unit(unit_id: str, members: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    head = members[0]
    return {
        "unit_id": unit_id,
        "day": head["day"].isoformat(),
        "title": head["title"],
        "outlet_id": head["outlet_id"],
        "url": head["url"],
        "articles": [member["article_id"] for member in members],
    }


def _tell_edit(edit: StoryEdit) -> dict[str, Any]:
    told: dict[str, Any] = {"edit": edit.edit_id, "kind": edit.kind, "units": list(edit.units)}
    if edit.rest:
        told["rest"] = list(edit.rest)
    if edit.story_id:
        told["story_id"] = edit.story_id
    if edit.note:
        told["note"] = edit.note
    return told
