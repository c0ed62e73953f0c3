"""What a gap or a clock finding rests on, in words: a few facts, each a sentence with its figures.

The CSV files hold the evidence as recorded; what only says how a test was made stays there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from diembao.report.figures import Figure

#: a reader takes in no more beside one finding
MOST_FACTS = 4
#: fewer visits than this tell a reader nothing
_SOME_VISITS = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence `report.evidence.<key>` with the figures it takes."""

    key: str
    values: Mapping[str, Figure]


def list_facts(kind: str, evidence: Mapping[str, str]) -> list[Fact]:
    """The facts that help a reader of a finding of this kind, the most telling first."""
    tell = _TELLERS.get(kind)
    return [fact for fact in tell(_Evidence(evidence)) if fact is not None][:MOST_FACTS] if tell else []


class _Evidence:
    """Recorded evidence, read as figures; what is missing or no figure gives None."""

    def __init__(self, recorded: Mapping[str, str]) -> None:
        self.recorded = recorded

    def read(self, name: str) -> float | None:
        """The recorded figure."""
        try:
            value = float(self.recorded.get(name, ""))
        except ValueError:
            return None
        return value if math.isfinite(value) else None

    def is_set(self, name: str) -> bool:
        """Whether a mark was recorded."""
        return self.recorded.get(name) == "True"

    def whole(self, name: str) -> Figure | None:
        """A count."""
        return _figure(self.read(name), 0)

    def tenths(self, name: str) -> Figure | None:
        """Hours to a tenth, without a sign: the sentence says the direction."""
        value = self.read(name)
        return _figure(None if value is None else abs(value), 1)

    def hours(self, name: str) -> Figure | None:
        """A length in hours: whole ones from ten on, and where there is nothing behind the comma."""
        value = self.read(name)
        if value is None:
            return None
        return _figure(value, 0 if abs(value) >= 10 or abs(value - round(value)) < 0.05 else 1)

    def share(self, name: str) -> Figure | None:
        """A share as a whole percentage; some is never printed as none, and most never as all."""
        value = self.read(name)
        if value is None:
            return None
        return Figure(min(max(value, 0.01), 0.99) if 0 < value < 1 else value, 0, is_share=True)


def _figure(value: float | None, decimals: int) -> Figure | None:
    return None if value is None else Figure(value, decimals)


def _say(key: str, **values: Figure | None) -> Fact | None:
    """The fact, unless one of its figures was not recorded."""
    known = {name: value for name, value in values.items() if value is not None}
    return Fact(key, known) if len(known) == len(values) else None


# ------------------------------------------------------------------ gaps

Facts = Iterator[Fact | None]


def _tell_pause(found: _Evidence) -> Facts:
    yield _say("pause", hours=found.hours("pause_h"), usual=found.hours("usual_pause_h"))
    if found.is_set("still_stopped"):
        yield _say("still_stopped")
    if found.is_set("runs_inferred"):
        yield _say("runs_inferred")


def _tell_never(found: _Evidence) -> Facts:
    yield _say("never", runs=found.whole("runs"))


def _tell_silence(found: _Evidence) -> Facts:
    yield _say("no_news", runs=found.whole("runs"))
    yield _say("expected", items=found.whole("expected_items"))
    yield _say("answered", times=found.whole("answers_without_news"))
    if found.is_set("until_the_end"):
        yield _say("until_the_end")
    if found.is_set("before_first_item"):
        yield _say("before_first_item")


def _tell_full(found: _Evidence) -> Facts:
    yield _say("window", items=found.whole("cap"))
    yield _say("full", times=found.whole("runs_at_cap"), visits=found.whole("runs_with_items"))
    if found.is_set("no_known_entry"):
        yield _say("no_known_entry")


def _tell_failures(found: _Evidence) -> Facts:
    yield _say("tries", times=found.whole("tries"))
    if found.is_set("until_the_end"):
        yield _say("until_the_end")


def _tell_reserved(found: _Evidence) -> Facts:
    yield _say("reserved_pages", pages=found.whole("pages"))


def _tell_low(found: _Evidence) -> Facts:
    yield _say("low", items=found.whole("observed"), days=found.whole("days"), usual=found.whole("usual"))


def _tell_partial(found: _Evidence) -> Facts:
    side = found.recorded.get("side")
    if side in ("first", "last"):
        yield _say(f"partial_{side}", share=found.share("covered_share"))


# ------------------------------------------------------------------ clocks


def _tell_shift(found: _Evidence) -> Facts:
    least = found.read("lag_min_h")
    if found.recorded.get("pattern") == "twelve_hour":
        yield _say(
            "afternoon",
            stated=found.share("stated_after_noon_share"),
            seen=found.share("seen_after_noon_share"),
        )
        yield _say("half_day_late", articles=found.whole("rows_12h_late"))
    elif least is not None and least < 0:
        yield _say("ahead", share=found.share("in_future_share"), hours=found.tenths("lag_min_h"))
    else:
        yield _say("behind", hours=found.tenths("lag_min_h"), middle=found.tenths("lag_q50_h"))
    edge = found.read("address_edge_h")
    if edge is not None:
        yield _say(
            "address_later" if edge < 0 else "address_earlier",
            hours=found.tenths("address_edge_h"),
            articles=found.whole("address_rows"),
        )
    yield _say(
        "address_days",
        before=found.share("same_date_share"),
        after=found.share("same_date_corrected_share"),
        articles=found.whole("address_dates"),
    )
    yield _say("on_days", days=found.whole("days"))


def _tell_fetch(found: _Evidence) -> Facts:
    within = found.read("same_within_s")
    share = found.share("same_share")
    if within is not None and within <= 1:
        yield _say("same_second", share=share)
    else:
        yield _say(
            "same_time", share=share, seconds=_figure(None if within is None else math.ceil(within), 0)
        )
    yield _say(
        "address_earlier",
        hours=found.tenths("address_earlier_h"),
        articles=found.whole("address_rows"),
    )
    if (found.read("visits_of_three") or 0) >= _SOME_VISITS:
        yield _say(
            "same_minute", times=found.whole("visits_at_one_minute"), visits=found.whole("visits_of_three")
        )


def _tell_offset(found: _Evidence) -> Facts:
    yield _say("odd", articles=found.whole("rows"), all=found.whole("rows_of_outlet"))
    written, nearest = found.read("offset_s"), found.read("nearest_offset_s")
    if written is not None and nearest is not None:
        yield _say("offset", hours=Figure(written / 3600, 2), nearest=Figure(nearest / 3600, 1))


_TELLERS: dict[str, Callable[[_Evidence], Facts]] = {
    "not_running": _tell_pause,
    "never_delivered": _tell_never,
    "silent": _tell_silence,
    "frozen": _tell_silence,
    "overflow": _tell_full,
    "unreachable": _tell_failures,
    "refused": _tell_failures,
    "reserved": _tell_reserved,
    "low_volume": _tell_low,
    "partial": _tell_partial,
    "shift": _tell_shift,
    "fetch_time": _tell_fetch,
    "odd_offset": _tell_offset,
}
