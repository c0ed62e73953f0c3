"""One report, put together: every section from the same frame, the same outlet-days and one ledger."""

from __future__ import annotations

from datetime import datetime

from diembao.app.reporting.account import (
    compare_clips,
    list_key_figures,
    tell_limits,
    tell_method,
)
from diembao.app.reporting.collected import count_lost, read_collected, tell_collection, tell_health
from diembao.app.reporting.frame import Ledger, read_frame
from diembao.app.reporting.notices import list_notices
from diembao.app.reporting.pickup import count_pickup
from diembao.app.reporting.stories import count_stories
from diembao.app.reporting.texts import count_texts
from diembao.app.reporting.topicality import (
    count_classes,
    count_decisions,
    count_outlets,
    count_places,
    count_strata,
    count_units,
    find_busiest,
)
from diembao.app.reporting.truth import compare_truth
from diembao.app.reporting.volumes import compare_periods, count_volume
from diembao.app.view import View
from diembao.report.model import ReportModel, ReportSpec
from diembao.types import Snapshot, Topic


def compose_report(
    view: View, spec: ReportSpec, topic: Topic, profile_hash: str, snapshot: Snapshot, created_at: datetime
) -> ReportModel:
    """The model of a report: a function of the pinned state behind `view` and of what was asked for."""
    settings = view.project.settings
    ledger = Ledger()
    frame = read_frame(view, spec, profile_hash)
    collected = read_collected(view, frame)
    volume = count_volume(frame, ledger, collected)
    comparison = compare_periods(frame, ledger, collected)
    decisions = count_decisions(frame, ledger, volume.total)
    strata = count_strata(frame, ledger, volume.total)
    health = tell_health(frame, ledger, collected)
    lost, possible = count_lost(frame, ledger, health)
    collection = tell_collection(view, frame, ledger, collected)
    outlets = count_outlets(
        frame,
        ledger,
        view.outlets,
        collected=collected,
        good_days={row.outlet_id: row.good_days for row in health},
        lower_bounds=frozenset(bound.outlet_id for bound in collection.lower_bounds),
    )
    places = count_places(frame, ledger, topic)
    definitions = view.desk.outlets.list_classes(at=view.state.seq)
    classes = count_classes(frame, ledger, outlets, definitions, volume.total, collected)
    return ReportModel(
        spec=spec,
        created_at=created_at,
        key_figures=list_key_figures(
            frame, ledger, view, total=volume.total, lost=lost, possible=possible, comparison=comparison
        ),
        volume=volume,
        method=tell_method(view, frame, ledger, topic, snapshot),
        notices=list_notices(
            frame,
            ledger,
            view,
            collected,
            collected.gaps_in(spec.period),
            total=volume.total,
            few=int(settings.number("numbers.few_articles")),
            lost=lost,
            possible=possible,
        ),
        comparison=comparison,
        collection=collection,
        health=health,
        outlets=outlets,
        classes=classes,
        texts=count_texts(view, frame, ledger, outlets, classes),
        stories=count_stories(view, frame, ledger),
        pickup=count_pickup(view, frame, ledger, outlets, classes),
        decisions=decisions,
        strata=strata,
        places=places,
        units_current=count_units(ledger, places, is_former=False),
        units_former=count_units(ledger, places, is_former=True),
        busiest=find_busiest(
            frame, ledger, days=int(settings.number("report.busiest_days")), thin=collected.thin_days
        ),
        clips=compare_clips(view, frame, ledger, collected),
        truth=compare_truth(view, frame, ledger, collected),
        limits=tell_limits(view, topic, snapshot.hashes.get("audit", "")),
        articles=frame.articles,
        more_numbers=tuple(ledger.numbers.values()),
    )
