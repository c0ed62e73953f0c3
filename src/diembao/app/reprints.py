"""The texts an article shares passages with, and the passages side by side."""

from __future__ import annotations

from typing import Any

from diembao.app.clustering import join_wording
from diembao.app.passages import quote_passages
from diembao.app.project import Project
from diembao.app.view import View, open_view
from diembao.errors import SourceError

#: keys of the wording of a passage: as it stands here, and in the other text
_NAMES = ("text", "other_text")


def show_reprints(project: Project, article_id: str, *, passages: int = 5) -> dict[str, Any]:
    """What an article counts as, where its text comes from, and every article it shares passages with.

    Of each the longest passages are quoted (`passages` of them, cut), with their places in both texts.
    """
    with project.open_desk(read_only=True) as desk, open_view(project, desk) as view:
        wording = read_wording(view, article_id)
        place = view.rows(
            "SELECT unit_id, role, source_id, share, confidence, basis FROM reprints WHERE article_id = $id",
            {"id": article_id},
        )
        others = _read_others(view, article_id)
        uses = view.rows(
            "SELECT release_id, share_of_article, share_of_release, is_origin, days_after, is_best FROM uses "
            "WHERE article_id = $id ORDER BY share_of_article DESC, release_id",
            {"id": article_id},
        )
        releases = {r.release_id: r.text for r in desk.releases.list_releases(at=view.state.seq)}
        return {
            "article_id": article_id,
            **(place[0] if place else {"unit_id": article_id, "role": "original", "source_id": None}),
            "shares_with": [
                {
                    **row,
                    "passages": quote_passages(
                        wording, read_wording(view, row["article_id"]), passages, names=_NAMES
                    ),
                }
                for row in others
            ],
            "releases": [
                {
                    **row,
                    "passages": quote_passages(
                        wording, releases.get(row["release_id"], ""), passages, names=_NAMES
                    ),
                }
                for row in uses
            ],
        }


def read_wording(view: View, article_id: str) -> str:
    """What is compared of an article; "" where it was erased or nothing of it was read."""
    rows = view.rows(
        "SELECT d.article_id, t.lead, t.text FROM current d LEFT JOIN texts t USING (text_hash) "
        "WHERE d.article_id = $id",
        {"id": article_id},
    )
    if not rows:
        raise SourceError(
            "no article {article_id!r} in this project",
            key="app.no_article",
            next_step="`diembao articles search` and `diembao articles list` print ids",
            article_id=article_id,
        )
    return join_wording(rows[0]["lead"], rows[0]["text"])


def _read_others(view: View, article_id: str) -> list[dict[str, Any]]:
    """Articles with a verified edge to this one, or to the text this one is a copy of; the most alike first."""
    return view.rows(
        """
        WITH pairs AS (
          SELECT b_id AS other, containment_a AS mine, containment_b AS theirs, shared FROM reuse WHERE a_id = $id
          UNION ALL
          SELECT a_id, containment_b, containment_a, shared FROM reuse WHERE b_id = $id
        ),
        mates AS (
          SELECT r.article_id AS other, NULL::DOUBLE AS mine, NULL::DOUBLE AS theirs, NULL::INTEGER AS shared
          FROM reprints r WHERE r.unit_id = (SELECT unit_id FROM reprints WHERE article_id = $id)
            AND r.article_id <> $id AND r.article_id NOT IN (SELECT other FROM pairs)
        )
        SELECT d.article_id, d.outlet_id, d.title, d.url, d.dated_at AS published, d.precision_ AS precision,
               p.mine AS share_of_this, p.theirs AS share_of_other, p.shared AS shared_runs
        FROM (SELECT * FROM pairs UNION ALL SELECT * FROM mates) p JOIN dated d ON d.article_id = p.other
        ORDER BY p.mine DESC NULLS LAST, d.dated_at, d.article_id LIMIT 200
        """,
        {"id": article_id},
    )
