"""Reprints and uses of releases that were found in a sample press, against those that were planted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from diembao.app.reporting.frame import Frame, Ledger
from diembao.app.reporting.truth_numbers import TrueArticle, state_aim
from diembao.app.view import View
from diembao.report.model import ArticleRow, TruthRow

#: how much of what was planted is to be found, and how much of what was found is to be planted: sentences of the
#: sample press come from one grammar, so that some articles have wording in common which nobody copied
FOUND_AIM, CALLED_AIM = 0.95, 0.90


def tell_reuse(view: View, frame: Frame, ledger: Ledger, truth: Sequence[TrueArticle]) -> list[TruthRow]:
    """Shares of planted reprints found, of found ones planted, and of uses given the right release."""
    found = frame.pick()
    known = match_truth(view, found, truth)
    if not known:
        return []
    families = Families(truth)
    seen = {known[a.article_id].number for a in frame.articles if a.article_id in known}
    planted = [a for a in found if (t := known.get(a.article_id)) and families.can_be_found(t, seen)]
    called = [a for a in found if a.role in ("reprint", "partial") and a.article_id in known]
    right = [a for a in called if families.is_reuse(known[a.article_id])]
    using = [a for a in found if (t := known.get(a.article_id)) and t.release_id and t.is_read]
    given = [a for a in using if a.release_id == known[a.article_id].release_id]
    rows = [
        _tell(ledger, "reused", planted, [a for a in planted if a.role in ("reprint", "partial", "unknown")]),
        _tell(ledger, "called", called, right),
    ]
    return [row for row in (*rows, _tell(ledger, "uses", using, given)) if row is not None]


def _tell(
    ledger: Ledger, subject: str, whole: Iterable[ArticleRow], part: Iterable[ArticleRow]
) -> TruthRow | None:
    name = f"truth.{subject}"
    aim = CALLED_AIM if subject == "called" else FOUND_AIM
    total = ledger.count(name, whole, f"truth_{subject}", {})
    if not total.value:
        return None
    share = ledger.share(f"{name}.share", ledger.count(f"{name}.found", part, f"found_{subject}", {}), total)
    return TruthRow(subject, share, state_aim(ledger, f"{name}.aim", aim), is_met=(share.value or 0) >= aim)


def match_truth(
    view: View, articles: Iterable[ArticleRow], truth: Iterable[TrueArticle]
) -> dict[str, TrueArticle]:
    """The truth of articles by their id."""
    by_key = {article.key: article for article in truth}
    rows = view.rows(
        "SELECT DISTINCT article_id, key FROM articles WHERE article_id IN (SELECT unnest($ids))",
        {"ids": [article.article_id for article in articles]},
    )
    return {row["article_id"]: by_key[row["key"]] for row in rows if row["key"] in by_key}


class Families:
    """Articles that carry passages of one text: an article with all that took from it, a release with its users."""

    def __init__(self, truth: Iterable[TrueArticle]) -> None:
        self._by_number = {article.number: article for article in truth}
        self._members: dict[str, list[TrueArticle]] = {}
        for article in self._by_number.values():
            self._members.setdefault(self.name(article), []).append(article)

    def name(self, article: TrueArticle) -> str:
        """The text at the root of an article's wording."""
        while article.source is not None and article.source in self._by_number:
            article = self._by_number[article.source]
        return article.release_id or str(article.number)

    def is_reuse(self, article: TrueArticle) -> bool:
        """Whether its wording is another's: planted as such, or one of several users of a release."""
        return article.origin != "original"

    def can_be_found(self, article: TrueArticle, seen: set[int]) -> bool:
        """Whether it is a planted reprint whose text was collected, and so was an earlier one of its family."""
        return (
            article.origin != "original"
            and article.is_read
            and any(
                other.number != article.number
                and other.number in seen
                and other.is_read
                and other.published_at < article.published_at
                for other in self._members[self.name(article)]
            )
        )
