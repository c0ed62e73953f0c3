"""What the articles of the frame are like: decisions, positions, units, outlets, classes, busiest days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from diembao.app.reporting.collected import Collected
from diembao.app.reporting.frame import Frame, Ledger, group_by
from diembao.report.model import (
    ArticleRow,
    BusyDay,
    ClassRow,
    DecisionRow,
    FormulaValue,
    Number,
    OutletRow,
    PlaceRow,
    RowsRef,
    Span,
    StratumRow,
    Word,
)
from diembao.types import OUTLET_CLASSES, UNCLASSED, Decision, MatchStratum, Outlet, Topic

DECISIONS: tuple[Decision, ...] = ("about", "mentions", "unclear")
STRATA: tuple[MatchStratum, ...] = ("title", "lead", "body2", "body1", "unclear", "none")


def _count_groups(
    frame: Frame,
    ledger: Ledger,
    *,
    prefix: str,
    names: Iterable[str],
    key: Callable[[ArticleRow], Iterable[str]],
    formula: str,
    describe: Callable[[str], Mapping[str, FormulaValue]],
    at_least: frozenset[str] = frozenset(),
    is_collected: Callable[[str, Span], bool] = lambda name, span: True,
) -> dict[str, tuple[Number, Number | None]]:
    """For each name the count of its articles in the period, and in the one compared with."""
    counts: dict[str, list[Number]] = {name: [] for name in names}
    for suffix, span in frame.spans():
        groups = group_by(frame.pick(span), key)
        for name, numbers in counts.items():
            numbers.append(
                ledger.count(
                    f"{prefix}.{name}{suffix}",
                    groups.get(name, ()),
                    formula,
                    {**describe(name), "span": span},
                    at_least=name in at_least,
                    is_collected=is_collected(name, span),
                )
            )
    return {name: (numbers[0], numbers[1] if len(numbers) > 1 else None) for name, numbers in counts.items()}


def _count_shares(
    frame: Frame,
    ledger: Ledger,
    total: Number,
    *,
    prefix: str,
    names: Iterable[str],
    key: Callable[[ArticleRow], Iterable[str]],
) -> dict[str, tuple[Number, Number, Number | None]]:
    """For each code of the catalogue: its count, its share of the total, and its count in the earlier period."""
    counts = _count_groups(
        frame,
        ledger,
        prefix=prefix,
        names=names,
        key=key,
        formula=f"count_{prefix}",
        describe=lambda name: {prefix: Word(f"report.{prefix}.{name}")},
    )
    return {
        name: (count, ledger.share(f"{prefix}.{name}.share", count, total), then)
        for name, (count, then) in counts.items()
    }


def count_decisions(frame: Frame, ledger: Ledger, total: Number) -> tuple[DecisionRow, ...]:
    """Articles by decision of the rule; the parts add up to the frame."""
    counted = _count_shares(
        frame, ledger, total, prefix="decision", names=DECISIONS, key=lambda a: (a.decision,)
    )
    return tuple(DecisionRow(name, *counted[name]) for name in DECISIONS)


def count_strata(frame: Frame, ledger: Ledger, total: Number) -> tuple[StratumRow, ...]:
    """Articles by the most prominent position of the topic; the parts add up to the frame."""
    present = {article.stratum for article in frame.articles}
    names = [name for name in STRATA if name != "none" or name in present]
    counted = _count_shares(frame, ledger, total, prefix="stratum", names=names, key=lambda a: (a.stratum,))
    return tuple(StratumRow(name, *counted[name]) for name in names)


def count_places(frame: Frame, ledger: Ledger, topic: Topic) -> tuple[PlaceRow, ...]:
    """Units of the topic's place, most named first; an article counts for each unit that it names."""
    places = {place.place_id: place for place in topic.places}
    groups = group_by(frame.pick(), lambda a: a.places)
    rows = []
    for place_id in sorted(set(groups) & set(places), key=lambda p: (-len(groups[p]), p)):
        place = places[place_id]
        values: dict[str, FormulaValue] = {"place": place.name, "span": frame.spec.period}
        rows.append(
            PlaceRow(
                place_id=place_id,
                name=place.name,
                kind=place.kind,
                count=ledger.count(f"place.{place_id}", groups[place_id], "count_place", values),
                valid_from=place.valid_from,
                valid_to=place.valid_to,
                successors=tuple(places[s].name for s in place.successors if s in places),
                is_topic=place_id == topic.place_id,
            )
        )
    return tuple(rows)


def count_units(ledger: Ledger, places: Sequence[PlaceRow], *, is_former: bool) -> Number | None:
    """How many units are named, of those of today or of the former ones; the topic's own place is none."""
    if not places:
        return None
    kind = "former" if is_former else "current"
    units = [row for row in places if not row.is_topic and bool(row.valid_to) == is_former]
    return ledger.add(
        Number(
            f"places.{kind}",
            len(units),
            "full_count",
            "places",
            f"units_{kind}",
            rows=RowsRef(table="places", where=(("unit_state", kind),)),
        )
    )


def count_outlets(
    frame: Frame,
    ledger: Ledger,
    outlets: Sequence[Outlet],
    *,
    collected: Collected,
    good_days: Mapping[str, Number],
    lower_bounds: frozenset[str],
) -> tuple[OutletRow, ...]:
    """Articles by outlet that has delivered, most first; the parts add up to the frame."""
    seen = {article.outlet_id for article in frame.articles}
    counted = {o.outlet_id: o for o in outlets if o.status != "unverified" or o.outlet_id in seen}
    counts = _count_groups(
        frame,
        ledger,
        prefix="outlet",
        names=counted,
        key=lambda a: (a.outlet_id,),
        formula="count_outlet",
        describe=lambda name: {"outlet": counted[name].name},
        at_least=lower_bounds,
        is_collected=lambda name, span: _has_good_day(collected, name, span),
    )
    return tuple(
        OutletRow(
            outlet_id=name,
            name=counted[name].name,
            outlet_class=counted[name].outlet_class,
            count=counts[name][0],
            domains=counted[name].domains,
            status=counted[name].status,
            count_then=counts[name][1],
            good_days=good_days.get(name),
        )
        for name in sorted(counted, key=lambda n: (-int(counts[n][0].value or 0), n))
    )


def _has_good_day(collected: Collected, outlet_id: str, span: Span) -> bool:
    return any(collected.is_good(outlet_id, day) for day in collected.list_days(span))


def _share(ledger: Ledger, number_id: str, part: Number, whole: Number) -> Number:
    """The share of a part; of one that was not collected it says so."""
    if part.value is not None:
        return ledger.share(number_id, part, whole)
    inputs = (part.number_id, whole.number_id)
    return ledger.add(Number(number_id, None, "share", "share", "share", inputs=inputs, missing=part.missing))


def name_class(outlet_class: str) -> FormulaValue:
    """The words of a built-in class; a class of the project's own goes by its name."""
    known = outlet_class in (*OUTLET_CLASSES, UNCLASSED)
    return Word(f"report.class.{outlet_class}") if known else outlet_class


def count_classes(
    frame: Frame,
    ledger: Ledger,
    outlets: Sequence[OutletRow],
    definitions: Mapping[str, str],
    total: Number,
    collected: Collected,
) -> tuple[ClassRow, ...]:
    """Articles by class of outlet; a class of the project's own prints its definition and members."""
    class_of = {outlet.outlet_id: outlet.outlet_class for outlet in outlets}
    order = [*OUTLET_CLASSES, *sorted(definitions), UNCLASSED]
    present = set(class_of.values())
    counts = _count_groups(
        frame,
        ledger,
        prefix="class",
        names=[name for name in order if name in present],
        key=lambda a: (class_of[a.outlet_id],) if a.outlet_id in class_of else (),
        formula="count_class",
        describe=lambda name: {"class": name_class(name)},
        is_collected=lambda name, span: any(
            _has_good_day(collected, outlet_id, span) for outlet_id, own in class_of.items() if own == name
        ),
    )
    rows = []
    for name, (count, then) in counts.items():
        members = tuple(outlet.name for outlet in outlets if outlet.outlet_class == name)
        number = Number(
            f"class.{name}.outlets",
            len(members),
            "full_count",
            "outlets",
            "outlets_in_class",
            formula_values={"class": name_class(name)},
            rows=RowsRef(table="outlets", where=(("outlet_class", name),)),
        )
        rows.append(
            ClassRow(
                outlet_class=name,
                outlets=ledger.add(number),
                count=count,
                share=_share(ledger, f"class.{name}.share", count, total),
                count_then=then,
                is_custom=name in definitions,
                definition=definitions.get(name, ""),
                members=members,
            )
        )
    return tuple(rows)


def find_busiest(frame: Frame, ledger: Ledger, *, days: int, thin: frozenset[date]) -> tuple[BusyDay, ...]:
    """The days with most articles, most first, earlier first among equals."""
    groups = group_by(frame.pick(), lambda a: (a.published.isoformat(),))
    chosen = sorted(groups, key=lambda day: (-len(groups[day]), day))[:days]
    return tuple(
        BusyDay(
            day=date.fromisoformat(day),
            count=ledger.count(f"day.{day}", groups[day], "count_day", {"day": date.fromisoformat(day)}),
            articles=tuple(article.ordinal for article in groups[day]),
            is_thin=date.fromisoformat(day) in thin,
        )
        for day in chosen
    )
