"""The frame of a report: every candidate of both periods, in one stable order, with ordinals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from diembao.app.reporting.tracing import trace_texts
from diembao.app.view import View
from diembao.report.model import ArticleRow, FormulaValue, Number, ReportSpec, RowsRef, Span


@dataclass(frozen=True)
class Frame:
    """All candidates (about, mentions, unclear) of the period and of the one it is compared with."""

    spec: ReportSpec
    profile_hash: str
    articles: tuple[ArticleRow, ...]

    def pick(self, span: Span | None = None) -> list[ArticleRow]:
        """The articles of a span (the period's own if None)."""
        span = span or self.spec.period
        return [a for a in self.articles if span.first <= a.published <= span.last]

    def spans(self) -> list[tuple[str, Span]]:
        """The period (suffix "") and the one it is compared with (suffix ".then"), where there is one."""
        return [("", self.spec.period), *([(".then", self.spec.compare)] if self.spec.compare else [])]


def read_frame(view: View, spec: ReportSpec, profile_hash: str) -> Frame:
    """Read the frame; ordinals count from 1 by (day, outlet, id) over both periods."""
    spans = [spec.period, *([spec.compare] if spec.compare else [])]
    days = " OR ".join(f"d.day BETWEEN DATE '{s.first}' AND DATE '{s.last}'" for s in spans)
    names = view.outlet_names
    rows = view.rows(
        f"""
        SELECT d.article_id, d.revision, d.outlet_id, d.title, d.url, d.day, d.precision_ AS precision,
               d.is_corrected, x.decision, x.stratum, x.rule, x.places
        FROM dated d JOIN decisions x USING (article_no, revision_no)
        WHERE x.topic_id = $topic AND x.profile_hash = $profile AND x.decision <> 'not' AND ({days})
        ORDER BY d.day, d.outlet_id, d.article_id
        """,
        {"topic": spec.topic_id, "profile": profile_hash},
    )
    articles = tuple(
        ArticleRow(
            ordinal=number,
            article_id=row["article_id"],
            revision=row["revision"],
            outlet_id=row["outlet_id"],
            outlet_name=names.get(row["outlet_id"], row["outlet_id"]),
            title=row["title"],
            url=row["url"],
            published=row["day"],
            decision=row["decision"],
            stratum=row["stratum"],
            rule=row["rule"],
            places=tuple(row["places"] or ()),
            precision=row["precision"] or "unknown",
            is_corrected=bool(row["is_corrected"]),
            in_comparison=not spec.period.first <= row["day"] <= spec.period.last,
        )
        for number, row in enumerate(rows, start=1)
    )
    return Frame(spec, profile_hash, trace_texts(view, articles))


class Ledger:
    """Makes the numbers of a report: one id, one value; the same id twice must mean the same number."""

    def __init__(self) -> None:
        self.numbers: dict[str, Number] = {}

    def add(self, number: Number) -> Number:
        """Record a number and hand it back."""
        known = self.numbers.setdefault(number.number_id, number)
        if known != number:
            raise AssertionError(f"two different numbers are called {number.number_id}")
        return known

    def count(
        self,
        number_id: str,
        articles: Iterable[ArticleRow],
        formula: str,
        values: Mapping[str, FormulaValue],
        *,
        at_least: bool = False,
        is_collected: bool = True,
    ) -> Number:
        """A count of articles of the frame, by the matching rule.

        Nothing counted where nothing was collected is no zero: it has no value.
        """
        ordinals = tuple(article.ordinal for article in articles)
        return self.add(
            Number(
                number_id,
                len(ordinals) if ordinals or is_collected else None,
                "rule_count",
                "articles",
                formula,
                formula_values=values,
                rows=RowsRef(articles=ordinals),
                at_least=at_least,
                missing="" if ordinals or is_collected else "not_collected",
            )
        )

    def share(self, number_id: str, part: Number, whole: Number) -> Number:
        """One number divided by another that contains it; without a whole it has no value.

        Written in whole per cent, and to a tenth where it would else be printed as nothing or as all.
        """
        is_defined = bool(whole.value) and part.value is not None
        value = part.value / whole.value if is_defined and part.value is not None and whole.value else None
        return self.add(
            Number(
                number_id,
                value,
                "share",
                "share",
                "share",
                inputs=(part.number_id, whole.number_id),
                decimals=1 if value is not None and (0 < value < 0.005 or 0.995 <= value < 1) else 0,
                missing="" if is_defined else "too_few",
            )
        )


# ------------------------------------------------------------------ spans


def list_week_spans(span: Span) -> list[Span]:
    """Weeks from Monday that touch a span, cut at its ends."""
    weeks, first = [], span.first
    while first <= span.last:
        last = min(first + timedelta(days=6 - first.weekday()), span.last)
        weeks.append(Span(first, last))
        first = last + timedelta(days=1)
    return weeks


def list_month_spans(span: Span) -> list[Span]:
    """Months that touch a span, cut at its ends."""
    months, first = [], span.first
    while first <= span.last:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        last = min(following - timedelta(days=1), span.last)
        months.append(Span(first, last))
        first = following
    return months


def group_by(
    articles: Sequence[ArticleRow], key: Callable[[ArticleRow], Iterable[str]]
) -> dict[str, list[ArticleRow]]:
    """Articles by each key they have, in order of the articles."""
    groups: dict[str, list[ArticleRow]] = {}
    for article in articles:
        for name in key(article):
            groups.setdefault(name, []).append(article)
    return groups
