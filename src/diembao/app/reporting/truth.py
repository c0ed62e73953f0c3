"""Numbers of a sample press beside the answer that its generator wrote down: does it work?"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from diembao.app.reporting.collected import Collected
from diembao.app.reporting.frame import Frame, Ledger
from diembao.app.reporting.truth_numbers import TrueArticle, state_aim, state_truth
from diembao.app.reporting.truth_texts import tell_reuse
from diembao.app.reporting.volumes import tell_imputed
from diembao.app.view import View
from diembao.estimates.volume import impute_totals
from diembao.report.model import Number, RowsRef, Span, TruthRow
from diembao.text.addresses import article_key
from diembao.types import Gap

#: where a sample project keeps the truth of its press
TRUTH_FILES = ("sample/truth.json", "sample/truth_articles.jsonl.gz")
#: what the matching rule is asked to reach (docs/explanation/places.md)
RECALL_AIM = 0.80
PRECISION_AIM = 0.85
#: a planted gap counts as found when this share of it (within the period) is covered
FOUND_SHARE = 0.8


def compare_truth(view: View, frame: Frame, ledger: Ledger, collected: Collected) -> tuple[TruthRow, ...]:
    """Empty for a real press: only the sample press knows its truth."""
    folder = view.project.folder
    if not all((folder / name).is_file() for name in TRUTH_FILES):
        return ()
    facts = json.loads((folder / TRUTH_FILES[0]).read_bytes())
    articles = read_articles(folder / TRUTH_FILES[1], str(frame.spec.timezone))
    teller = _Teller(view, frame, ledger)
    return (
        *teller.tell_rule(articles),
        *teller.tell_gaps(facts, collected),
        *teller.tell_clocks(facts),
        teller.tell_refused(facts),
        *tell_reuse(view, frame, ledger, articles),
        *teller.tell_totals(articles, collected),
    )


@lru_cache(maxsize=2)
def read_articles(path: Path, timezone: str) -> tuple[TrueArticle, ...]:
    """Every article of the sample press with its truth."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(timezone)
    found = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            found.append(
                TrueArticle(
                    key=article_key(row["url"]),
                    outlet_id=row["outlet_id"],
                    day=datetime.fromisoformat(row["published_at"]).astimezone(zone).date(),
                    decision=row["decision"],
                    is_seen=row["seen"],
                    is_shown=row["where"] != "text" or row["read"],
                    number=row["number"],
                    published_at=datetime.fromisoformat(row["published_at"]),
                    is_read=row["read"],
                    origin=row["origin"],
                    source=row["source"],
                    release_id=row["release_id"],
                )
            )
    return tuple(found)


@dataclass
class _Teller:
    view: View
    frame: Frame
    ledger: Ledger

    # -------------------------------------------------------------- the rule

    def tell_rule(self, articles: tuple[TrueArticle, ...]) -> list[TruthRow]:
        """What the rule calls "about" against what is: counted, found of the true ones, true of the found ones."""
        span = self.frame.spec.period
        truly = {
            a.key
            for a in articles
            if a.decision == "about" and a.is_seen and a.is_shown and _is_in(a.day, span)
        }
        found = [a for a in self.frame.pick() if a.decision == "about"]
        keys = self._keys([a.article_id for a in found])
        right = [a for a in found if keys.get(a.article_id) in truly]
        whole = state_truth(self.ledger, "truth.about", len(truly))
        count = self.ledger.numbers["decision.about"]
        hits = self.ledger.count("truth.hits", right, "truth_hits", {"span": span})
        recall = self.ledger.share("truth.recall", hits, whole)
        precision = self.ledger.share("truth.precision", hits, count)
        return [
            TruthRow(
                "recall",
                recall,
                state_aim(self.ledger, "truth.recall.aim", RECALL_AIM),
                (recall.value or 0) >= RECALL_AIM,
            ),
            TruthRow(
                "precision",
                precision,
                state_aim(self.ledger, "truth.precision.aim", PRECISION_AIM),
                (precision.value or 0) >= PRECISION_AIM,
            ),
            TruthRow("about", count, whole, is_met=_near(count, whole, 0.1)),
        ]

    def _keys(self, article_ids: list[str]) -> dict[str, str]:
        rows = self.view.rows(
            "SELECT article_id, key FROM articles WHERE article_id IN (SELECT unnest($ids)) "
            "ORDER BY first_seen_at DESC",
            {"ids": article_ids},
        )
        return {row["article_id"]: row["key"] for row in rows}

    # -------------------------------------------------------------- totals with imputed days

    def tell_totals(self, articles: tuple[TrueArticle, ...], collected: Collected) -> list[TruthRow]:
        """All articles of each period with lost outlet-days imputed, against all that was published.

        Counted without the matching rule, so that imputing alone is judged. An outlet without one good day in
        a period is not part of the total, nor is one that was first asked within it: nothing is known of its share.
        """
        rows = []
        for suffix, span in self.frame.spans():
            outlets = sorted(
                o for o in _list_known(collected, span) if collected.is_known_throughout(o, span)
            )
            days = collected.list_days(span)
            if not outlets:
                continue
            cells = [[collected.of(o, d) for d in days] for o in outlets]
            total = impute_totals(
                [[cell.observed if cell else 0 for cell in row] for row in cells],
                [[collected.is_good(o, d) for d in days] for o in outlets],
                has_bursts=True,
            )
            number = tell_imputed(f"truth.imputed{suffix}.found", total, span, self.ledger)
            truth = sum(a.outlet_id in outlets and _is_in(a.day, span) for a in articles)
            known = state_truth(self.ledger, f"truth.imputed{suffix}", truth)
            rows.append(TruthRow("imputed", number, known, _holds(number, truth), name=span))
        return rows

    # -------------------------------------------------------------- collection

    def tell_clocks(self, facts: Mapping[str, Any]) -> list[TruthRow]:
        """Each planted wrong clock against the shift that was found."""
        rows = []
        names = self.view.outlet_names
        for place, planted in enumerate(facts["clocks"], start=1):
            if planted["kind"] != "shift":
                continue
            found = [
                (number, f)
                for number, f in enumerate(self.view.findings, start=1)
                if f.outlet_id == planted["outlet_id"] and f.kind == "shift"
            ]
            truth = planted["shift_s"] / 3600
            measured = (
                self.ledger.numbers[f"clock.{found[0][0]}.shift"]
                if found
                else state_truth(self.ledger, f"truth.clock.{place}.none", None, "hours")
            )
            rows.append(
                TruthRow(
                    "clock_shift",
                    measured,
                    state_truth(self.ledger, f"truth.clock.{place}", truth, "hours"),
                    is_met=len(found) == 1 and measured.value == truth,
                    name=names.get(planted["outlet_id"], planted["outlet_id"]),
                )
            )
        return rows

    def tell_gaps(self, facts: Mapping[str, Any], collected: Collected) -> list[TruthRow]:
        """How many of the planted gaps that touch the period or the earlier one were found."""
        spans = [span for _, span in self.frame.spans()]
        planted = [gap for gap in facts["gaps"] if any(_touches(gap, span, collected) for span in spans)]
        found = sum(_is_found(gap, collected.gaps) for gap in planted)
        measured = self.ledger.add(
            Number(
                "truth.gaps.found",
                found,
                "full_count",
                "gaps",
                "gaps_found",
                rows=RowsRef(command="diembao outlet gaps"),
            )
        )
        truth = state_truth(self.ledger, "truth.gaps", len(planted), "gaps")
        return [TruthRow("gaps_found", measured, truth, is_met=found == len(planted))]

    def tell_refused(self, facts: Mapping[str, Any]) -> TruthRow:
        """Rows that an import must refuse against those that it refused."""
        truth = sum(facts["refused"].values())
        refused = sum(
            run.refused
            for run in self.view.desk.imports.list_runs(at=self.view.state.seq)
            if run.kind == "history"
        )
        measured = self.ledger.add(
            Number(
                "truth.refused.found",
                refused,
                "full_count",
                "rows",
                "rows_refused",
                rows=RowsRef(table="accounts"),
            )
        )
        return TruthRow(
            "refused",
            measured,
            state_truth(self.ledger, "truth.refused", truth, "rows"),
            is_met=refused == truth,
        )


def _list_known(collected: Collected, span: Span) -> frozenset[str]:
    """Outlets with at least one good day in a span."""
    return frozenset(
        outlet.outlet_id
        for outlet in collected.outlets
        if any(collected.is_good(outlet.outlet_id, day) for day in collected.list_days(span))
    )


def _is_in(day: date, span: Span) -> bool:
    return span.first <= day <= span.last


def _near(measured: Number, truth: Number, tolerance: float) -> bool:
    return abs((measured.value or 0) - (truth.value or 0)) <= tolerance * (truth.value or 0)


def _holds(number: Number, truth: int) -> bool:
    low = number.value if number.low is None else number.low
    high = number.value if number.high is None else number.high
    return low is not None and high is not None and low <= truth <= high


def _touches(planted: Mapping[str, Any], span: Span, collected: Collected) -> bool:
    first = datetime.fromisoformat(planted["start"]).astimezone(collected.zone).date()
    last = datetime.fromisoformat(planted["end"]).astimezone(collected.zone).date()
    return first <= span.last and last >= span.first


def _is_found(planted: Mapping[str, Any], gaps: tuple[Gap, ...]) -> bool:
    """Whether gaps of the same kind and outlet cover most of the planted one."""
    start, end = datetime.fromisoformat(planted["start"]), datetime.fromisoformat(planted["end"])
    covered = sum(
        max((min(gap.end, end) - max(gap.start, start)).total_seconds(), 0.0)
        for gap in gaps
        if gap.kind == planted["kind"]
        and gap.outlet_id == planted["outlet_id"]
        and planted["feed_id"] in (None, gap.feed_id)
    )
    return covered >= FOUND_SHARE * (end - start).total_seconds()
