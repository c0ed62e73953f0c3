"""What became of the releases of a project: the table of pick-up, and each article that uses one, with passages.

The uses themselves are computed with the rest of a clustering by `diembao process`.
"""

from __future__ import annotations

from typing import Any

from diembao.app.passages import quote_passages
from diembao.app.project import Project
from diembao.app.view import open_view
from diembao.stories.pickup import Pickup, summarise_uses
from diembao.types import ReleaseUse

#: keys of the wording of a passage
_NAMES = ("release", "article")
_USES = """
SELECT release_id, article_id, share_of_article, share_of_release, shared, is_origin, days_after, is_best FROM uses
"""


def count_pickup(project: Project) -> Pickup:
    """The table of pick-up over everything collected, as of the last `process`; withdrawn releases are left out."""
    with project.open_desk(read_only=True) as desk, open_view(project, desk) as view:
        releases = desk.releases.list_releases(at=view.state.seq)
        ids = {release.release_id for release in releases}
        uses = [ReleaseUse(**row) for row in view.rows(_USES) if row["release_id"] in ids]
        rows = view.rows(
            "SELECT article_id, outlet_id FROM current WHERE article_id IN (SELECT unnest($ids))",
            {"ids": sorted({use.article_id for use in uses})},
        )
        return summarise_uses(
            uses,
            releases,
            outlets={row["article_id"]: row["outlet_id"] for row in rows},
            classes={outlet.outlet_id: outlet.outlet_class for outlet in view.outlets},
        )


def list_uses(project: Project, release_id: str, *, passages: int = 3) -> list[dict[str, Any]]:
    """Every article that shares wording with a release, by time, with the longest shared passages of both.

    A passage has its places in the release (`at`) and in the article's lead and text (`there`), in code points.
    """
    with project.open_desk(read_only=True) as desk, open_view(project, desk) as view:
        text = desk.releases.get(release_id).text
        rows = view.rows(
            f"""
            SELECT d.article_id, d.outlet_id, d.title, d.url, d.day, d.dated_at AS published, u.share_of_article,
                   u.share_of_release, u.shared, u.is_origin, u.days_after, u.is_best,
                   concat_ws(chr(10), nullif(t.lead, ''), nullif(t.text, '')) AS wording
            FROM ({_USES}) u JOIN dated d USING (article_id) LEFT JOIN texts t USING (text_hash)
            WHERE u.release_id = $id
            ORDER BY d.dated_at, d.article_id
            """,
            {"id": release_id},
        )
    # of an erased article nothing is left to quote
    return [
        {**row, "passages": quote_passages(text, row.pop("wording") or "", passages, names=_NAMES)}
        for row in rows
    ]
