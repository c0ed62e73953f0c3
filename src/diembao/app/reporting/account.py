"""The rest of a report: method with its accounts, limits, notices, clippings, and numbers beside truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

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
    Notice,
    Number,
    OutletNote,
    RowsRef,
    Span,
    VolumeComparison,
    Word,
)
from diembao.types import Gap, Snapshot, Topic

#: a month with fewer articles than this is too small for any reading
FEW_A_MONTH = 30
#: lost outlet-days above this share are announced before everything else
MANY_LOST = 0.05


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
    name = f"{place}. {run.file_name}"
    rows = RowsRef(table="accounts", where=(("name", name),))

    def tell(suffix: str, value: int, formula: str, **values: FormulaValue) -> Number:
        return ledger.add(
            Number(
                f"import.{place}.{suffix}",
                value,
                "full_count",
                "rows",
                formula,
                {"name": run.file_name, **values},
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


def list_notices(
    frame: Frame,
    ledger: Ledger,
    view: View,
    collected: Collected,
    gaps: Sequence[Gap],
    *,
    total: Number,
    few: int,
    lost: Number,
    possible: Number,
) -> tuple[Notice, ...]:
    """What a reader must know before the first number."""
    span = frame.spec.period
    found = []
    months = {k: n for k, n in ledger.numbers.items() if _is_whole_month(k) and n.value is not None}
    if (total.value or 0) < few:
        found.append(Notice("few_articles", {"n": total}))
    elif months:
        smallest = min(months.values(), key=lambda n: (n.value or 0, n.number_id))
        if (smallest.value or 0) < FEW_A_MONTH:
            found.append(Notice("few_a_month", {"n": smallest}))
    if collected.first_run is not None and span.first < collected.first_run:
        unknown = Span(span.first, min(span.last, date.fromordinal(collected.first_run.toordinal() - 1)))
        found.append(Notice("partly_unknown", {}, {"span": unknown}))
    if collected.last_run is not None and span.last > collected.last_run:
        unknown = Span(max(span.first, date.fromordinal(collected.last_run.toordinal() + 1)), span.last)
        found.append(Notice("not_yet_known", {}, {"span": unknown}))
    if collected.first_run is None:
        found.append(Notice("collection_unknown"))
    found += _notice_dead(collected, ledger, span)
    found += _notice_late(collected, ledger, frame)
    if possible.value and (lost.value or 0) / possible.value > MANY_LOST:
        found.append(Notice("many_gaps", {"lost": lost, "possible": possible}))
    found += _notice_feeds(frame, ledger, view, collected, gaps)
    return tuple(found)


def _notice_dead(collected: Collected, ledger: Ledger, span: Span) -> list[Notice]:
    """Outlets without a single good day: their articles are in no total, and nothing is imputed for them."""
    dead = collected.list_dead(span)
    if not dead:
        return []
    number = Number(
        "outlets.no_good_day",
        len(dead),
        "full_count",
        "outlets",
        "outlets_no_good_day",
        {"span": span},
        rows=RowsRef(table="health", where=(("good_days", "0"),)),
    )
    return [Notice("no_good_day", {"n": ledger.add(number)}, {"outlets": ", ".join(o.name for o in dead)})]


def _notice_late(collected: Collected, ledger: Ledger, frame: Frame) -> list[Notice]:
    """Outlets that were first asked later than others: more of them may look like more articles."""
    spans = [span for _, span in frame.spans()]
    late = [o for o in collected.outlets if any(collected.was_added(o.outlet_id, span) for span in spans)]
    if not late:
        return []
    number = Number(
        "outlets.late",
        len(late),
        "full_count",
        "outlets",
        "outlets_late",
        {"span": frame.spec.period},
        rows=RowsRef(table="outlet_days"),
    )
    return [Notice("late_outlets", {"n": ledger.add(number)}, {"outlets": ", ".join(o.name for o in late)})]


def _is_whole_month(number_id: str) -> bool:
    return number_id.startswith("volume.month.") and number_id.count(".") == 2


def _notice_feeds(
    frame: Frame, ledger: Ledger, view: View, collected: Collected, gaps: Sequence[Gap]
) -> list[Notice]:
    span = frame.spec.period
    found = []

    def tell(number_id: str, value: int, unit: str, formula: str, rows: RowsRef) -> Number:
        values = {"span": span}
        return ledger.add(Number(number_id, value, "full_count", unit, formula, values, rows=rows))  # type: ignore[arg-type]

    stopped = {
        day
        for gap in gaps
        if gap.kind == "not_running"
        for day in collected.list_days(span)
        if gap.start.astimezone(collected.zone).date() <= day <= gap.end.astimezone(collected.zone).date()
    }
    if stopped:
        rows = RowsRef(table="gaps", where=(("kind", "not_running"),))
        days = tell("gap.not_running.days", len(stopped), "days", "days_not_running", rows)
        found.append(Notice("not_running", {"days": days}))
    waiting = sum(outlet.status == "unverified" for outlet in view.outlets)
    if waiting:
        rows = RowsRef(command="diembao outlet list")
        found.append(
            Notice(
                "unverified",
                {"outlets": tell("outlets.unverified", waiting, "outlets", "outlets_unverified", rows)},
            )
        )
    silent = {(gap.outlet_id, gap.feed_id) for gap in gaps if gap.kind == "never_delivered"}
    if silent:
        feeds = view.desk.runs.list_feeds(at=view.state.seq)
        rows = RowsRef(table="gaps", where=(("kind", "never_delivered"),))
        found.append(
            Notice(
                "never_delivered",
                {
                    "feeds": tell("feeds.never", len(silent), "feeds", "feeds_never_delivered", rows),
                    "configured": tell(
                        "feeds.configured",
                        len(feeds),
                        "feeds",
                        "feeds_configured",
                        RowsRef(command="diembao outlet list"),
                    ),
                },
            )
        )
    full = set(collected.full_in(span))
    if full:
        rows = RowsRef(table="gaps", where=(("kind", "overflow"),))
        found.append(
            Notice("lower_bound", {"feeds": tell("feeds.full", len(full), "feeds", "feeds_full", rows)})
        )
    return found


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
