"""Whose text each article of a report carries: its role, the article it counts as, its source and its release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from diembao.app.view import View
from diembao.report.model import ArticleRow
from diembao.stories.units import first_members


def trace_texts(view: View, articles: Sequence[ArticleRow]) -> tuple[ArticleRow, ...]:
    """The articles with where their text comes from: role, the article they count as, source, release.

    Units are local to a period: in each of the two an article counts as the unit's first article there.
    """
    ids = [article.article_id for article in articles]
    found = {
        row["article_id"]: row
        for row in view.rows(
            "SELECT article_id, unit_id, role, source_id FROM reprints "
            "WHERE article_id IN (SELECT unnest($ids))",
            {"ids": ids},
        )
    }
    releases = {
        row["article_id"]: row["release_id"]
        for row in view.rows(
            "SELECT article_id, release_id FROM uses WHERE is_best AND is_origin "
            "AND article_id IN (SELECT unnest($ids))",
            {"ids": ids},
        )
    }
    ordinals = {article.article_id: article.ordinal for article in articles}
    units = {
        article.article_id: found[article.article_id]["unit_id"]
        if article.article_id in found
        else article.article_id
        for article in articles
    }
    firsts = {
        (is_then, unit.unit_id): ordinals[unit.first_id]
        for is_then in (False, True)
        for unit in first_members(
            (a.article_id, a.published, units[a.article_id]) for a in articles if a.in_comparison == is_then
        ).values()
    }
    traced = []
    for article in articles:
        row = found.get(article.article_id)
        first = firsts[article.in_comparison, units[article.article_id]]
        traced.append(
            replace(
                article,
                role=row["role"] if row else "original",
                text_of=first if first != article.ordinal else None,
                source=ordinals.get(row["source_id"]) if row else None,
                release_id=releases.get(article.article_id, ""),
            )
        )
    return tuple(traced)
