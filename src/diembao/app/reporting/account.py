"""The rest of a report: method with its accounts, limits, key figures and clippings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from diembao.app.reporting.collected import Collected
from diembao.app.reporting.frame import Frame, Ledger, group_by
from diembao.app.view import View
from diembao.desk import Clip, ImportRun
from diembao.i18n import has_key
from diembao.report.model import (
    Account,
    ClipRow,
    ClipsComparison,
    FormulaValue,
    KeyFigure,
    Limits,
    Method,
    Number,
    OutletNote,
    RowsRef,
    VolumeComparison,
    Word,
)
from diembao.types import Snapshot, Topic

# ------------------------------------------------------------------ method and limits


def tell_method(view: View, frame: Frame, ledger: Ledger, topic: Topic, snapshot: Snapshot) -> Method:
    """The accounts of every import and of the match, and which rule decided how many articles."""
    runs = view.desk.imports.list_runs(at=view.state.seq)
    accounts = [_account_import(view, ledger, place, run) for place, run in enumerate(runs, start=1)]
    accounts.append(_account_match(view, frame, ledger, topic))
    rules = group_by(frame.pick(), lambda a: (a.rule,))
    return Method(
        snapshot=snapshot,
        profile_hash=frame.profile_hash,
        gazetteer_version=topic.gazetteer_version,
        accounts=tuple(accounts),
        rules=tuple(
            (
                rule,
                ledger.count(
                    f"rule.{place}", rules[rule], "count_rule", {"rule": rule, "span": frame.spec.period}
                ),
            )
            for place, rule in enumerate(sorted(rules, key=lambda r: (-len(rules[r]), r)), start=1)
        ),
    )


def name_drop(reason: str) -> FormulaValue:
    """The words of a reason; one that the catalogue does not know goes as it is."""
    return Word(f"report.drop.{reason}") if has_key("vi", f"report.drop.{reason}") else reason


def _account_import(view: View, ledger: Ledger, place: int, run: ImportRun) -> Account:
    label = _name_run(run, ZoneInfo(view.project.settings.text("project.timezone")))
    name = f"{place}. {label}"
    rows = RowsRef(table="accounts", where=(("name", name),))

    def tell(suffix: str, value: int, formula: str, **values: FormulaValue) -> Number:
        return ledger.add(
            Number(
                f"import.{place}.{suffix}",
                value,
                "full_count",
                "rows",
                formula,
                {"name": label, **values},
                rows=rows,
            )
        )

    reasons = view.desk.imports.count_refusals(run.import_id, at=view.state.seq)
    dropped = [("known", tell("known", run.known, "account_dropped", reason=name_drop("known")))]
    dropped += [
        (reason, tell(reason, number, "account_dropped", reason=name_drop(reason)))
        for reason, number in reasons.items()
    ]
    return Account(
        stage="import",
        name=name,
        total=tell("total", run.rows, "account_total"),
        passed=tell("passed", run.accepted, "account_passed"),
        dropped=tuple(pair for pair in dropped if pair[1].value),
    )


def _name_run(run: ImportRun, zone: ZoneInfo) -> str:
    """The file that was imported; a collection has no file but a beginning, told in local time."""
    if run.kind != "collect":
        return run.file_name
    began = datetime.fromisoformat(run.file_name).astimezone(zone)
    return f"diembao collect {began:%Y-%m-%d %H:%M}"


def _account_match(view: View, frame: Frame, ledger: Ledger, topic: Topic) -> Account:
    rows = view.rows(
        "SELECT count(*) AS total, count(*) FILTER (WHERE x.decision = 'not') AS no FROM dated d "
        "JOIN decisions x USING (article_no, revision_no) "
        "WHERE x.topic_id = $topic AND x.profile_hash = $profile",
        {"topic": topic.topic_id, "profile": frame.profile_hash},
    )[0]
    passed = len(frame.pick())
    command = f"diembao articles list --topic {topic.topic_id}"

    def tell(suffix: str, value: int, formula: str, **values: FormulaValue) -> Number:
        number_id = f"match.{suffix}"
        rows = RowsRef(command=command)
        return ledger.add(
            Number(
                number_id, value, "rule_count", "rows", formula, {"name": topic.title, **values}, rows=rows
            )
        )

    outside = rows["total"] - rows["no"] - passed
    return Account(
        stage="process",
        name=topic.title,
        total=tell("total", rows["total"], "account_total"),
        passed=tell("passed", passed, "account_passed"),
        dropped=(
            ("not", tell("not", rows["no"], "account_dropped", reason=name_drop("not"))),
            (
                "outside_period",
                tell("outside", outside, "account_dropped", reason=name_drop("outside_period")),
            ),
        ),
    )


def tell_limits(view: View, topic: Topic, audit_head: str) -> Limits:
    """Everything that was looked for, every outlet that is not in the figures."""
    unverified = [o for o in view.outlets if o.status == "unverified"]
    return Limits(
        phrases=topic.phrases,
        exclusions=topic.exclusions,
        aliases=tuple(
            (place.name, alias.surface, alias.alias_class)
            for place in topic.places
            for alias in place.aliases
        ),
        unverified=tuple(OutletNote(o.outlet_id, o.name, "never_delivered") for o in unverified),
        audit_head=audit_head,
    )


# ------------------------------------------------------------------ head


def list_key_figures(
    frame: Frame,
    ledger: Ledger,
    view: View,
    *,
    total: Number,
    lost: Number,
    possible: Number,
    comparison: VolumeComparison | None,
) -> tuple[KeyFigure, ...]:
    """The leading figures; all but the last are of the period alone."""
    delivered = _count_outlets(frame, ledger, view)
    numbers = ledger.numbers
    figures = [KeyFigure("matched", total, {"outlets": delivered})]
    if total.value and numbers["decision.about"].value != total.value:  # else one figure would stand twice
        figures.append(
            KeyFigure("about", numbers["decision.about"], {"share": numbers["decision.about.share"]})
        )
        parts = {"share": numbers["decision.mentions.share"]}
        if numbers["decision.unclear"].value:  # without them the parts would not add up to the frame
            parts |= {
                "unclear": numbers["decision.unclear"],
                "unclear_share": numbers["decision.unclear.share"],
            }
        figures.append(KeyFigure("mentions", numbers["decision.mentions"], parts))
    if comparison is not None and comparison.is_comparable:
        figures.append(
            KeyFigure(
                "matched_now",
                comparison.matched_now,
                {
                    "then": comparison.matched_then,
                    "days": comparison.matched_days,
                    "possible": comparison.possible_days,
                },
            )
        )
    figures.append(
        KeyFigure(
            "outlets",
            delivered,
            {
                "registered": ledger.add(
                    Number(
                        "outlets.registered",
                        len(view.outlets),
                        "full_count",
                        "outlets",
                        "outlets_registered",
                        rows=RowsRef(table="outlets", command="diembao outlet list"),
                    )
                )
            },
        )
    )
    figures.append(KeyFigure("gap_days", lost, {"possible": possible}))
    return tuple(figures)


def _count_outlets(frame: Frame, ledger: Ledger, view: View) -> Number:
    """Outlets of which anything at all was received in the period."""
    span = frame.spec.period
    value = view.reader.value(
        "SELECT count(DISTINCT outlet_id) FROM dated WHERE day BETWEEN $first AND $last",
        {"first": span.first, "last": span.last},
    )
    return ledger.add(
        Number(
            "outlets.delivered",
            int(value or 0),
            "full_count",
            "outlets",
            "outlets_delivered",
            {"span": span},
            rows=RowsRef(table="outlet_days"),
        )
    )


# ------------------------------------------------------------------ clippings


def compare_clips(view: View, frame: Frame, ledger: Ledger, collected: Collected) -> ClipsComparison | None:
    """What an office's list of the period and the collection each missed; clippings are never counted."""
    span = frame.spec.period
    clips: dict[str, Clip] = {}
    for clip in view.desk.clips.list_clips(at=view.state.seq):
        if clip.day is not None and span.first <= clip.day <= span.last:
            clips.setdefault(clip.key, clip)
    if not clips:
        return None
    articles = view.desk.addresses.find_many(sorted(clips))
    in_frame = {a.article_id: a for a in frame.pick()}
    elsewhere = {a.article_id for a in frame.articles} - set(in_frame)
    held = _find_held(view, sorted(articles.values()))
    both = [in_frame[articles[key]] for key in clips if articles.get(key) in in_frame]
    both_ids = {a.article_id for a in both}
    missed = []
    for key, clip in clips.items():
        article_id = articles.get(key)
        if article_id in in_frame:
            continue
        missed.append(
            ClipRow(
                title=clip.title,
                url=clip.url,
                outlet_name=clip.outlet_name,
                day=clip.day,
                reason=_why_missed(clip, article_id, held, elsewhere, collected),
            )
        )
    values = {"span": span}
    where = RowsRef(table="clips")
    return ClipsComparison(
        files=tuple(sorted({clip.file_name for clip in clips.values()})),
        clips=ledger.add(
            Number("clips.total", len(clips), "given", "articles", "clips_total", values, rows=where)
        ),
        both=ledger.count("clips.both", sorted(both, key=lambda a: a.ordinal), "clips_both", values),
        only_clips=ledger.add(
            Number(
                "clips.only_clips", len(missed), "given", "articles", "clips_only_clips", values, rows=where
            )
        ),
        only_collection=ledger.count(
            "clips.only_collection",
            [a for a in frame.pick() if a.article_id not in both_ids],
            "clips_only_collection",
            values,
        ),
        missed=tuple(missed),
    )


def _find_held(view: View, article_ids: Sequence[str]) -> set[str]:
    rows = view.rows(
        "SELECT article_id FROM dated WHERE article_id IN (SELECT unnest($ids))", {"ids": list(article_ids)}
    )
    return {row["article_id"] for row in rows}


def _why_missed(
    clip: Clip, article_id: str | None, held: set[str], elsewhere: set[str], collected: Collected
) -> str:
    if clip.outlet_id is None:
        return "outlet_unknown"
    if article_id in held:
        return "outside_period" if article_id in elsewhere else "not_matched"
    if clip.day is not None and not collected.is_good(clip.outlet_id, clip.day):
        return "in_gap"
    return "not_collected"
