"""Texts counted once and every appearance: which articles carry whose text, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from diembao.app.reporting.frame import Frame, Ledger, group_by, list_month_spans
from diembao.app.view import View
from diembao.report.model import ArticleRow, ClassRow, Number, OutletRow, RowsRef, Span, Word
from diembao.report.model_texts import ROLES, ReprintedText, RoleClassRow, RoleRow, Texts, TextsMonth

#: a text is listed among the most reprinted from so many appearances on
CARRIED = 3
MOST = 10


def count_texts(
    view: View, frame: Frame, ledger: Ledger, outlets: Sequence[OutletRow], classes: Sequence[ClassRow]
) -> Texts | None:
    """Texts against appearances; None where nothing was compared yet or the frame is empty."""
    if not frame.pick() or not is_compared(view):
        return None
    total = ledger.numbers["volume.total"]
    texts = [_count_texts(ledger, f"texts{suffix}", frame.pick(span), span) for suffix, span in frame.spans()]
    then = frame.spec.compare
    return Texts(
        appearances=total,
        texts=texts[0],
        months=tuple(_count_month(frame, ledger, span) for span in list_month_spans(frame.spec.period)),
        roles=_count_roles(frame, ledger, total),
        classes=_count_classes(frame, ledger, outlets, classes),
        most_reprinted=_find_carried(view, frame, ledger),
        appearances_then=ledger.numbers["volume.total.then"] if then else None,
        texts_then=texts[1] if then else None,
        method=read_method(view),
    )


def is_compared(view: View) -> bool:
    """Whether a clustering was made of this state."""
    return view.desk.stories.find_clustering(at=view.state.seq) is not None


def read_method(view: View) -> str:
    """The versions of the rules behind the clustering of this state."""
    made = view.desk.stories.find_clustering(at=view.state.seq)
    return made.method if made is not None else ""


def list_units(articles: Iterable[ArticleRow]) -> dict[int, list[ArticleRow]]:
    """The articles of a period by the ordinal of the article they count as."""
    return {
        int(first): members
        for first, members in group_by(list(articles), lambda a: (str(a.text_of or a.ordinal),)).items()
    }


def _count_texts(ledger: Ledger, number_id: str, articles: Iterable[ArticleRow], span: Span) -> Number:
    firsts = tuple(sorted(list_units(articles)))
    return ledger.add(
        Number(
            number_id,
            len(firsts),
            "full_count",
            "texts",
            "count_texts",
            {"span": span},
            rows=RowsRef(articles=firsts),
        )
    )


def _count_month(frame: Frame, ledger: Ledger, span: Span) -> TextsMonth:
    month = f"{span.first:%Y-%m}"
    began = [article for article in frame.pick(span) if article.text_of is None]
    firsts = tuple(article.ordinal for article in began)
    texts = Number(
        f"texts.month.{month}",
        len(firsts),
        "full_count",
        "texts",
        "count_texts",
        {"span": span},
        rows=RowsRef(articles=firsts),
    )
    appearances = ledger.count(f"appearances.month.{month}", frame.pick(span), "count_span", {"span": span})
    return TextsMonth(span, appearances, ledger.add(texts))


def _count_roles(frame: Frame, ledger: Ledger, total: Number) -> tuple[RoleRow, ...]:
    rows = []
    for role in ROLES:
        counts = [
            ledger.count(
                f"role.{role}{suffix}",
                [a for a in frame.pick(span) if a.role == role],
                "count_role",
                {"role": Word(f"report.role.{role}"), "span": span},
            )
            for suffix, span in frame.spans()
        ]
        share = ledger.share(f"role.{role}.share", counts[0], total)
        rows.append(RoleRow(role, counts[0], share, counts[1] if len(counts) > 1 else None))
    return tuple(rows)


def _count_classes(
    frame: Frame, ledger: Ledger, outlets: Sequence[OutletRow], classes: Sequence[ClassRow]
) -> tuple[RoleClassRow, ...]:
    of = {row.outlet_id: row.outlet_class for row in outlets}
    groups = group_by(frame.pick(), lambda a: (of.get(a.outlet_id, ""),))
    rows = []
    for row in classes:
        if row.is_custom:
            continue
        counts = {
            role: ledger.count(
                f"role.{role}.class.{row.outlet_class}",
                [a for a in groups.get(row.outlet_class, ()) if a.role == role],
                "count_role_class",
                {
                    "class": Word(f"report.class.{row.outlet_class}"),
                    "role": Word(f"report.role.{role}"),
                    "span": frame.spec.period,
                },
            )
            for role in ROLES
        }
        rows.append(RoleClassRow(row.outlet_class, row.count, *(counts[role] for role in ROLES)))
    return tuple(rows)


def _find_carried(view: View, frame: Frame, ledger: Ledger) -> tuple[ReprintedText, ...]:
    units = list_units(frame.pick())
    most = sorted(units, key=lambda first: (-len(units[first]), first))[:MOST]
    return tuple(
        _tell_carried(view, frame, ledger, first, units[first])
        for first in most
        if len(units[first]) >= CARRIED
    )


def _tell_carried(
    view: View, frame: Frame, ledger: Ledger, first: int, members: Sequence[ArticleRow]
) -> ReprintedText:
    head = next(article for article in members if article.ordinal == first)
    name = f"text.{head.article_id}"
    values = {"span": frame.spec.period}
    ordinals = tuple(sorted(article.ordinal for article in members))
    shares = view.rows(
        "SELECT min(share) AS least FROM reprints WHERE source_id IS NOT NULL "
        "AND article_id IN (SELECT unnest($ids))",
        {"ids": [article.article_id for article in members]},
    )
    least = shares[0]["least"]
    return ReprintedText(
        first=first,
        appearances=ledger.count(f"{name}.appearances", members, "count_carried", values),
        outlets=count_distinct(ledger, f"{name}.outlets", members, "count_carriers", values["span"]),
        least_share=ledger.add(
            Number(
                f"{name}.least",
                float(least),
                "full_count",
                "share",
                "least_share",
                rows=RowsRef(
                    articles=ordinals, command=f"diembao articles show {head.article_id} --reprints"
                ),
            )
        )
        if least is not None
        else None,
        articles=ordinals,
    )


def count_distinct(
    ledger: Ledger, number_id: str, articles: Iterable[ArticleRow], formula: str, span: Span
) -> Number:
    """How many outlets some articles stand in."""
    kept = list(articles)
    return ledger.add(
        Number(
            number_id,
            len({article.outlet_id for article in kept}),
            "full_count",
            "outlets",
            formula,
            {"span": span},
            rows=RowsRef(articles=tuple(sorted(article.ordinal for article in kept))),
        )
    )
