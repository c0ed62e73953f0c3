"""The tables of a report as columns and cells: page, workbook and CSV files print the same ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from diembao.report.layout_cells import Cell, Code, Link, Proof, Said, Table, list_runs
from diembao.report.layout_texts import (
    most_reprinted,
    release_classes,
    releases,
    stories,
    text_classes,
    text_months,
    text_roles,
    text_sources,
)
from diembao.report.model import Bin, BinPair, Number, ReportModel, Span
from diembao.report.numbers import collect_numbers

#: the paragraphs of the method, in order of reading
METHOD_STEPS = ("frame", "rule", "volume", "gaps", "day", "period", "compare")


def list_tables(model: ReportModel) -> dict[str, Table]:
    """All tables of a report by name, those without rows left out."""
    return {name: table for name, table in list_all_tables(model).items() if table.rows}


def list_all_tables(model: ReportModel) -> dict[str, Table]:
    """All tables of a report by name, empty ones too: programs find the same files in every report."""
    return {table.name: table for table in (make(model) for make in _MAKERS)}


def join_names(names: Iterable[str]) -> str:
    """Several names in one cell."""
    return "; ".join(names)


def write_evidence(evidence: Mapping[str, str]) -> str:
    """What was recorded as evidence, `name=value; …`."""
    return "; ".join(f"{name}={value}" for name, value in evidence.items())


# ------------------------------------------------------------------ one function a table


def key_figures(model: ReportModel) -> Table:
    """The leading figures."""
    rows = tuple(
        (Code("key", row.kind), row.number, Code("basis", row.number.basis)) for row in model.key_figures
    )
    return Table("key_figures", ("figure", "value", "basis"), rows)


def volume_months(model: ReportModel) -> Table:
    """Articles a month."""
    return _volume("volume_months", "month", model.volume.months)


def volume_weeks(model: ReportModel) -> Table:
    """Articles a week."""
    return _volume("volume_weeks", "week", model.volume.weeks)


def _volume(name: str, unit: str, pairs: tuple[BinPair, ...]) -> Table:
    columns: tuple[str, ...] = (unit, "count", "coverage", "state")
    with_then = any(pair.then for pair in pairs)
    if with_then:
        columns += (f"{unit}_then", "count_then", "coverage_then", "state_then")
    rows: list[tuple[Cell, ...]] = []
    for pair in pairs:
        row = _bin(pair.now)
        if with_then:
            row += _bin(pair.then) if pair.then else (None, None, None, None)
        rows.append(row)
    return Table(name, columns, tuple(rows))


def _bin(bin_: Bin) -> tuple[Cell, ...]:
    return bin_.span, bin_.count, bin_.coverage, Code("bin", "thin" if bin_.is_thin else "whole")


def comparison(model: ReportModel) -> Table:
    """The two periods side by side: matched, imputed, observed."""
    made = model.comparison
    if made is None or not made.is_comparable:
        return Table("comparison", ("way", "now", "then", "ratio"), ())
    rows: list[tuple[Cell, ...]] = [
        (Code("way", "matched"), made.matched_now, made.matched_then, made.matched_ratio)
    ]
    if made.imputed_now is not None and made.imputed_then is not None:
        rows.append((Code("way", "imputed"), made.imputed_now, made.imputed_then, made.imputed_ratio))
    rows.append((Code("way", "observed"), made.observed_now, made.observed_then, None))
    return Table("comparison", ("way", "now", "then", "ratio"), tuple(rows))


def gap_summary(model: ReportModel) -> Table:
    """Kinds of gaps."""
    rows = tuple(
        (Code("gap", row.kind), row.gaps, row.outlets, row.outlet_days)
        for row in model.collection.gap_summary
    )
    return Table("gap_summary", ("kind", "gaps", "outlets", "outlet_days"), rows)


def gaps(model: ReportModel) -> Table:
    """All gaps."""
    rows = tuple(
        (
            Code("everyone", "*") if row.outlet_id == "*" else row.outlet_name,
            row.outlet_id,
            row.feed_id,
            row.start,
            row.end,
            Code("gap", row.kind),
            Proof(row.kind, row.evidence),
        )
        for row in model.collection.gaps
    )
    columns = ("outlet", "outlet_id", "feed_id", "from", "to", "kind", "evidence")
    return Table("gaps", columns, rows)


def clocks(model: ReportModel) -> Table:
    """Clocks found wrong."""
    rows = tuple(
        (
            row.outlet_name,
            row.outlet_id,
            row.feed_id,
            Code("clock", row.kind),
            row.shift,
            row.articles,
            row.first,
            row.last,
            Proof(row.kind, row.evidence),
        )
        for row in model.collection.clocks
    )
    columns = (
        "outlet",
        "outlet_id",
        "feed_id",
        "finding",
        "shift",
        "articles_touched",
        "from",
        "to",
        "evidence",
    )
    return Table("clocks", columns, rows)


def lower_bounds(model: ReportModel) -> Table:
    """Feeds whose counts are lower bounds."""
    rows = tuple(
        (row.outlet_name, row.outlet_id, row.feed_id, row.times) for row in model.collection.lower_bounds
    )
    return Table("lower_bounds", ("outlet", "outlet_id", "feed_id", "times_full"), rows)


def health(model: ReportModel) -> Table:
    """Good days of each outlet."""
    rows = tuple((row.outlet_name, row.outlet_id, row.good_days, row.possible_days) for row in model.health)
    return Table("health", ("outlet", "outlet_id", "good_days", "possible_days"), rows)


def outlets(model: ReportModel) -> Table:
    """Articles of each outlet."""
    with_then = any(row.count_then for row in model.outlets)
    columns = (
        "outlet",
        "outlet_id",
        "outlet_class",
        "count",
        *(("count_then",) if with_then else ()),
        "good_days",
    )
    rows = tuple(
        (
            row.name,
            row.outlet_id,
            Code("class", row.outlet_class),
            row.count,
            *((row.count_then,) if with_then else ()),
            row.good_days,
        )
        for row in model.outlets
    )
    return Table("outlets", columns, rows)


def outlet_domains(model: ReportModel) -> Table:
    """The domains of each outlet: with them the report shows what it took in."""
    rows = tuple(
        (
            row.name,
            row.outlet_id,
            Code("class", row.outlet_class),
            join_names(row.domains),
            Code("status", row.status),
        )
        for row in model.outlets
    )
    return Table("outlet_domains", ("outlet", "outlet_id", "outlet_class", "domains", "status"), rows)


def classes(model: ReportModel) -> Table:
    """Articles of each class of outlets."""
    rows = [
        (Code("class", row.outlet_class), row.outlets, row.count, row.share, row.count_then)
        for row in model.classes
    ]
    return _split("classes", ("outlet_class", "outlets", "count", "share", "count_then"), rows)


def class_members(model: ReportModel) -> Table:
    """Custom classes with their definition and members."""
    rows = tuple(
        (Code("class", row.outlet_class), row.definition, join_names(row.members))
        for row in model.classes
        if row.is_custom
    )
    return Table("class_members", ("outlet_class", "definition", "members"), rows)


def decisions(model: ReportModel) -> Table:
    """About, mentions, unclear."""
    rows = [(Code("decision", row.decision), row.count, row.share, row.count_then) for row in model.decisions]
    return _split("decisions", ("decision", "count", "share", "count_then"), rows)


def strata(model: ReportModel) -> Table:
    """Where in the text the topic stands."""
    rows = [(Code("stratum", row.stratum), row.count, row.share, row.count_then) for row in model.strata]
    return _split("strata", ("stratum", "count", "share", "count_then"), rows)


def _split(name: str, columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """A table whose last column, the earlier period, is left out where it is empty."""
    kept = tuple(rows)
    if all(row[-1] is None for row in kept):
        return Table(name, columns[:-1], tuple(row[:-1] for row in kept))
    return Table(name, columns, kept)


def places(model: ReportModel) -> Table:
    """Units of the place, those of today and former ones."""
    rows = tuple(
        (
            row.name,
            Code("place_kind", row.kind),
            Code("unit", "topic" if row.is_topic else "former" if row.valid_to else "current"),
            row.valid_from,
            row.valid_to,
            join_names(row.successors),
            row.count,
        )
        for row in model.places
    )
    columns = ("place", "place_kind", "unit_state", "valid_from", "valid_to", "successors", "count")
    return Table("places", columns, rows)


def busiest(model: ReportModel) -> Table:
    """The days with most articles."""
    rows = tuple(
        (row.day, row.count, Code("bin", "thin" if row.is_thin else "whole")) for row in model.busiest
    )
    return Table("busiest", ("day", "count", "state"), rows)


def clips(model: ReportModel) -> Table:
    """The list of clippings against the collection."""
    made = model.clips
    rows: tuple[tuple[Cell, ...], ...] = ()
    if made is not None:
        rows = (
            (Code("clips", "all"), made.clips),
            (Code("clips", "both"), made.both),
            (Code("clips", "only_clips"), made.only_clips),
            (Code("clips", "only_collection"), made.only_collection),
        )
    return Table("clips", ("clips_part", "count"), rows)


def clips_missed(model: ReportModel) -> Table:
    """Clippings that the collection does not hold."""
    missed = model.clips.missed if model.clips else ()
    rows = tuple(
        (row.day, row.outlet_name, Link(row.title, row.url), Code("clip_reason", row.reason))
        for row in missed
    )
    return Table("clips_missed", ("day", "outlet", "article", "reason"), rows)


def truth(model: ReportModel) -> Table:
    """Numbers beside the truth."""
    rows: list[tuple[Cell, ...]] = []
    for row in model.truth:
        name: Cell = row.name if isinstance(row.name, str | date | Span) else row.name.key
        rows.append(
            (Code("truth", row.subject), name, row.measured, row.truth, Code("met", str(row.is_met).lower()))
        )
    return Table("truth", ("subject", "of", "measured", "truth", "met"), tuple(rows))


def accounts(model: ReportModel) -> Table:
    """In = passed on + dropped, each drop with a reason."""
    rows: list[tuple[Cell, ...]] = []
    for account in model.method.accounts:
        head: tuple[Cell, ...] = (account.name, Code("stage", account.stage))
        rows.append((*head, Code("account", "total"), None, account.total))
        rows.append((*head, Code("account", "passed"), None, account.passed))
        rows.extend(
            (*head, Code("account", "dropped"), Code("drop", reason), n) for reason, n in account.dropped
        )
    return Table("accounts", ("name", "stage", "account", "reason", "rows"), tuple(rows))


def rules(model: ReportModel) -> Table:
    """Which rule of the matcher decided how many articles."""
    rows = tuple((Code("rule", rule), number) for rule, number in model.method.rules)
    return Table("rules", ("rule", "count"), rows)


def phrases(model: ReportModel) -> Table:
    """Everything that was looked for and excluded."""
    limits = model.limits
    rows: list[tuple[Cell, ...]] = [
        (Code("phrase", part), phrase.text, Code("phrase_kind", phrase.stated_kind or "plain"))
        for part, listed in (("phrase", limits.phrases), ("exclusion", limits.exclusions))
        for phrase in listed
    ]
    rows += [
        (Code("phrase", "alias"), f"{alias} ({place})", Code("alias", kind))
        for place, alias, kind in limits.aliases
    ]
    return Table("phrases", ("role", "phrase", "phrase_kind"), tuple(rows))


def outlets_left_out(model: ReportModel) -> Table:
    """Outlets left out of the counts, and those not yet verified."""
    rows: list[tuple[Cell, ...]] = [
        (note.name, note.outlet_id, Code("left_out_as", part), Code("left_out", note.reason))
        for part, notes in (("left_out", model.limits.left_out), ("unverified", model.limits.unverified))
        for note in notes
    ]
    return Table("outlets_left_out", ("outlet", "outlet_id", "left_out_as", "reason"), tuple(rows))


def articles(model: ReportModel) -> Table:
    """All articles of the frame with their addresses."""
    rows = tuple(
        (
            row.ordinal,
            row.published,
            row.outlet_name,
            Link(row.title, row.url),
            Code("decision", row.decision),
            Code("stratum", row.stratum),
            Code("rule", row.rule),
            join_names(row.places),
            Code("precision", row.precision),
            Code("clock_state", "corrected" if row.is_corrected else "as_stated"),
            Code("in_period", "then" if row.in_comparison else "now"),
            row.outlet_id,
            row.article_id,
            row.revision,
        )
        for row in model.articles
    )
    columns = (
        "ordinal", "published", "outlet", "article", "decision", "stratum", "rule", "places", "precision",
        "clock_state", "in_period", "outlet_id", "article_id", "revision",
    )  # fmt: skip
    return Table("articles", columns, rows)


def numbers(model: ReportModel) -> Table:
    """Every number with its formula, inputs and rows."""
    rows = tuple(
        (
            number.number_id,
            number,
            Code("unit_of", number.unit),
            Code("basis", number.basis),
            Said(number.formula, f"formula.{number.formula}", number.formula_values),
            join_names(number.inputs),
            write_rows(number),
            number.rows.command,
        )
        for number in collect_numbers(model).values()
    )
    columns = ("number", "value", "measured_in", "basis", "formula", "inputs", "rows_behind", "command")
    return Table("numbers", columns, rows)


def write_rows(number: Number) -> str:
    """The rows behind a number in one line: `articles 1-45 47`, `outlet_days outlet_id=a state=good`."""
    rows = number.rows
    parts = []
    if rows.articles:
        parts.append(
            "articles " + " ".join(f"{a}-{b}" if a != b else str(a) for a, b in list_runs(rows.articles))
        )
    if rows.table:
        parts.append(" ".join([rows.table, *(f"{column}={value}" for column, value in rows.where)]))
    return "; ".join(parts)


_MAKERS: tuple[Callable[[ReportModel], Table], ...] = (
    key_figures, volume_months, volume_weeks, comparison, gap_summary, gaps, clocks, lower_bounds, health,
    outlets, outlet_domains, classes, class_members, decisions, strata, places, busiest, clips, clips_missed,
    text_months, text_roles, text_classes, most_reprinted, text_sources, stories, releases, release_classes,
    truth, accounts, rules, phrases, outlets_left_out, articles, numbers,
)  # fmt: skip
