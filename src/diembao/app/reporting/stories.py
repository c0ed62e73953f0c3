"""Stories of the period: texts of the frame about one event, reprints folded."""

from __future__ import annotations

from collections.abc import Sequence

from diembao.app.reporting.frame import Frame, Ledger, group_by
from diembao.app.reporting.texts import count_distinct, is_compared
from diembao.app.view import View
from diembao.report.model import ArticleRow, Number, RowsRef, Span
from diembao.report.model_texts import Stories, StoryRow

#: more are in the CSV of articles only
MOST = 50
#: a text alone is no story
LEAST_TEXTS = 2


def count_stories(view: View, frame: Frame, ledger: Ledger) -> Stories | None:
    """Stories of at least two texts in the period, the largest first; None where nothing was grouped."""
    articles = frame.pick()
    if not articles or not is_compared(view):
        return None
    told = {
        row["article_id"]: row["story_id"]
        for row in view.rows(
            "SELECT article_id, story_id FROM stories WHERE article_id IN (SELECT unnest($ids))",
            {"ids": [article.article_id for article in articles]},
        )
    }
    groups = group_by(articles, lambda a: (told.get(a.article_id, a.article_id),))
    sizes = {name: len({a.text_of or a.ordinal for a in members}) for name, members in groups.items()}
    large = sorted(
        (name for name, size in sizes.items() if size >= LEAST_TEXTS),
        key=lambda name: (-sizes[name], -len(groups[name]), groups[name][0].ordinal),
    )
    alone = [groups[name][0].ordinal for name, size in sizes.items() if size < LEAST_TEXTS]
    span = frame.spec.period
    return Stories(
        stories=_add(ledger, "stories", len(large), "stories", "count_stories", span, ()),
        texts_alone=_add(
            ledger, "stories.alone", len(alone), "texts", "count_alone", span, _firsts(articles, alone)
        ),
        rows=tuple(_tell(ledger, name, groups[name], span) for name in large[:MOST]),
    )


def _firsts(articles: Sequence[ArticleRow], ordinals: Sequence[int]) -> tuple[int, ...]:
    """The article each of them counts as."""
    of = {article.ordinal: article.text_of or article.ordinal for article in articles}
    return tuple(sorted(of[ordinal] for ordinal in ordinals))


def _tell(ledger: Ledger, story_id: str, members: Sequence[ArticleRow], span: Span) -> StoryRow:
    firsts = tuple(sorted({article.text_of or article.ordinal for article in members}))
    ordered = sorted(members, key=lambda a: a.ordinal)
    return StoryRow(
        story_id=story_id,
        first=ordered[0].ordinal,
        span=Span(ordered[0].published, ordered[-1].published),
        texts=_add(
            ledger, f"story.{story_id}.texts", len(firsts), "texts", "count_story_texts", span, firsts
        ),
        appearances=ledger.count(f"story.{story_id}", ordered, "count_story", {"span": span}),
        outlets=count_distinct(ledger, f"story.{story_id}.outlets", ordered, "count_story_outlets", span),
        articles=tuple(article.ordinal for article in ordered),
    )


def _add(
    ledger: Ledger,
    number_id: str,
    value: int,
    unit: str,
    formula: str,
    span: Span,
    articles: tuple[int, ...],
) -> Number:
    rows = RowsRef(articles=articles) if articles else RowsRef(table="stories")
    return ledger.add(
        Number(number_id, value, "full_count", unit, formula, {"span": span}, rows=rows)  # type: ignore[arg-type]
    )
