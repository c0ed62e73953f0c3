"""The use of press releases: how many were used, by how many articles, how much of them and how soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from diembao.app.reporting.frame import Frame, Ledger, group_by
from diembao.app.view import View
from diembao.report.model import ArticleRow, ClassRow, FormulaValue, Number, OutletRow, RowsRef, Span, Word
from diembao.report.model_texts import Pickup, ReleaseClassRow, ReleaseRow
from diembao.stories.pickup import MOSTLY, WHOLE
from diembao.types import Release


def count_pickup(
    view: View, frame: Frame, ledger: Ledger, outlets: Sequence[OutletRow], classes: Sequence[ClassRow]
) -> Pickup | None:
    """The releases issued in the period and their use by articles of the frame; None without releases."""
    span = frame.spec.period
    zone = ZoneInfo(frame.spec.timezone)
    releases = [r for r in view.desk.releases.list_releases(at=view.state.seq) if _is_in(r, span, zone)]
    if not releases:
        return None
    articles = {article.article_id: article for article in frame.pick()}
    uses = [
        row
        for row in view.rows("SELECT * EXCLUDE (batch_no, month) FROM uses WHERE is_origin")
        if row["article_id"] in articles and row["release_id"] in {r.release_id for r in releases}
    ]
    best = _pick_best(uses)
    teller = _Teller(ledger, span, articles, uses, best)
    return Pickup(
        releases=teller.tell_releases("releases", len(releases), "count_releases"),
        used=teller.tell_releases(
            "releases.used", len({use["release_id"] for use in uses}), "count_releases_used"
        ),
        articles=teller.count("releases.articles", list(best), "count_using"),
        mostly=teller.count("releases.mostly", _pick_mostly(best), "count_mostly"),
        median_share=teller.tell_median("releases.share", best.values(), "share_of_article", "median_share"),
        median_days=teller.tell_median("releases.days", best.values(), "days_after", "median_days"),
        classes=teller.tell_classes(outlets, classes),
        rows=tuple(
            sorted(
                (teller.tell_release(release, zone) for release in releases),
                key=lambda row: (-(row.used.value or 0), row.issued or date.min, row.release_id),
            )
        ),
    )


def _is_in(release: Release, span: Span, zone: ZoneInfo) -> bool:
    return release.issued_at is not None and span.first <= _day(release, zone) <= span.last


def _day(release: Release, zone: ZoneInfo) -> date:
    assert release.issued_at is not None
    return release.issued_at.astimezone(zone).date()


def _pick_best(uses: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of each article its best release among those of the period."""
    best: dict[str, dict[str, Any]] = {}
    for use in sorted(uses, key=lambda u: (-u["share_of_article"], u["release_id"])):
        best.setdefault(use["article_id"], use)
    return best


def _pick_mostly(best: dict[str, dict[str, Any]]) -> list[str]:
    return [article_id for article_id, use in best.items() if use["share_of_article"] >= MOSTLY]


class _Teller:
    """Makes the numbers of the section from one list of uses."""

    def __init__(
        self,
        ledger: Ledger,
        span: Span,
        articles: dict[str, ArticleRow],
        uses: Sequence[dict[str, Any]],
        best: dict[str, dict[str, Any]],
    ) -> None:
        self.ledger, self.span, self.articles = ledger, span, articles
        self.uses, self.best = uses, best

    def count(self, number_id: str, ids: Sequence[str], formula: str, **values: FormulaValue) -> Number:
        """A count of articles of the frame."""
        picked = sorted((self.articles[i] for i in set(ids)), key=lambda a: a.ordinal)
        return self.ledger.count(number_id, picked, formula, {**values, "span": self.span})

    def tell_releases(self, number_id: str, value: int, formula: str) -> Number:
        """A count of releases."""
        rows = RowsRef(table="releases", command="diembao releases list")
        return self.ledger.add(
            Number(number_id, value, "full_count", "releases", formula, {"span": self.span}, rows=rows)
        )

    def tell_median(
        self, number_id: str, uses: Any, column: str, formula: str, **values: FormulaValue
    ) -> Number | None:
        """The middle value of a column over some uses; None where there is none."""
        found = [(use[column], use["article_id"]) for use in uses if use[column] is not None]
        if not found:
            return None
        is_share = column == "share_of_article"
        ordinals = tuple(sorted({self.articles[article_id].ordinal for _, article_id in found}))
        return self.ledger.add(
            Number(
                number_id,
                round(float(median(value for value, _ in found)), 6),
                "full_count",
                "share" if is_share else "days",
                formula,
                values,
                rows=RowsRef(articles=ordinals),
                decimals=0 if is_share else 1,
            )
        )

    def tell_classes(
        self, outlets: Sequence[OutletRow], classes: Sequence[ClassRow]
    ) -> tuple[ReleaseClassRow, ...]:
        """By class of outlets."""
        of = {row.outlet_id: row.outlet_class for row in outlets}
        groups = group_by(
            [self.articles[article_id] for article_id in self.best], lambda a: (of.get(a.outlet_id, ""),)
        )
        mostly = set(_pick_mostly(self.best))
        rows = []
        for row in classes:
            if row.is_custom or not row.count.value:
                continue
            ids = [article.article_id for article in groups.get(row.outlet_class, ())]
            values = {"class": Word(f"report.class.{row.outlet_class}")}
            name = f"releases.class.{row.outlet_class}"
            using = self.count(name, ids, "count_using_class", **values)
            copied = self.count(
                f"{name}.mostly", [i for i in ids if i in mostly], "count_mostly_class", **values
            )
            share = self.ledger.share(f"{name}.share", copied, row.count)
            rows.append(ReleaseClassRow(row.outlet_class, row.count, using, copied, share))
        return tuple(rows)

    def tell_release(self, release: Release, zone: ZoneInfo) -> ReleaseRow:
        """What became of one release."""
        uses = [use for use in self.uses if use["release_id"] == release.release_id]
        name, values = f"release.{release.release_id}", {"release": release.title}
        whole = [u for u in uses if u["share_of_release"] >= WHOLE]
        days = [use["days_after"] for use in uses if use["days_after"] is not None]
        used = self.count(name, [u["article_id"] for u in uses], "count_using_release", **values)
        first = (
            self.ledger.add(
                Number(
                    f"{name}.days",
                    round(max(0.0, min(days)), 6),
                    "full_count",
                    "days",
                    "first_days",
                    rows=RowsRef(
                        articles=used.rows.articles, command=f"diembao releases show {release.release_id}"
                    ),
                    decimals=1,
                )
            )
            if days
            else None
        )
        return ReleaseRow(
            release_id=release.release_id,
            title=release.title,
            issued=_day(release, zone),
            used=used,
            whole=self.count(
                f"{name}.whole", [u["article_id"] for u in whole], "count_whole_release", **values
            ),
            share=self.tell_median(
                f"{name}.share", uses, "share_of_article", "median_share_release", **values
            ),
            days=first,
            articles=used.rows.articles,
        )
