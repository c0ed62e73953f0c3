"""What stories are made of: the text of a unit, what a person changed, and a story as it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from diembao.errors import UsageError
from diembao.text.times import parse_moment

#: stories are made day by day in Vietnam's time, which knows no summer time
LOCAL = timezone(timedelta(hours=7))
#: a time beyond these is a mistake, and no calendar could add a day to it
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoryText:
    """A unit (a text counted once) as stories see it. `at` is aware, or None where no time is known.

    `names` are further names that the unit is about (places, institutions), read like words of the lead.
    """

    unit_id: str
    title: str
    lead: str
    text: str
    at: datetime | None
    outlet_id: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryMerge:
    """A person put these units into one story. `seq` is the edit's place in the order of all edits."""

    seq: int
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StorySplit:
    """A person took `units` out of a story, in which `rest` remained: they are two stories."""

    seq: int
    units: tuple[str, ...]
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoryPin:
    """A person fixed that these units are one story and that it keeps the id `story_id`."""

    seq: int
    units: tuple[str, ...]
    story_id: str


@dataclass(frozen=True, slots=True)
class StoryEdits:
    """All that people changed; the order is that of `seq`, the later edit wins."""

    splits: tuple[StorySplit, ...] = ()
    merges: tuple[StoryMerge, ...] = ()
    pins: tuple[StoryPin, ...] = ()

    def in_order(self) -> list[StorySplit | StoryMerge | StoryPin]:
        """All edits, the earliest first."""
        return sorted([*self.splits, *self.merges, *self.pins], key=lambda edit: edit.seq)


@dataclass(frozen=True, slots=True)
class StoryDay:
    """A day of a story (in Vietnam's time): its units in order of time, and all appearances with reprints."""

    day: date
    unit_ids: tuple[str, ...]
    appearances: int


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story as it is shown. `title` stands over one of its texts, word for word, and `title_of` is that unit.

    `first_id` and `first_outlet_id` are of the earliest dated text; `texts` counts units, `appearances` all
    articles. `undated` units have no day.
    """

    story_id: str
    title: str
    title_of: str
    first_id: str
    first_outlet_id: str
    first_at: datetime | None
    last_at: datetime | None
    outlets: tuple[str, ...]
    texts: int
    appearances: int
    days: tuple[StoryDay, ...] = ()
    undated: tuple[str, ...] = ()


def local_day(at: datetime) -> date:
    """The day of a moment in Vietnam's time."""
    return at.astimezone(LOCAL).date()


def read_story_texts(rows: Iterable[StoryText | Mapping[str, Any]]) -> Iterator[StoryText]:
    """Units from records or mappings, one by one; see `group_stories` for the keys.

    :raises UsageError: a row without an id, with an id that came before, or with a time that cannot be read
    """
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        text = _check_time(row, number) if isinstance(row, StoryText) else _read_row(row, number)
        if text.unit_id in seen:
            raise UsageError(
                "row {number} has the id {id!r}, which came before",
                key="events.double_id",
                next_step="give every text one id, and fold reprints first",
                number=number,
                id=text.unit_id,
            )
        seen.add(text.unit_id)
        yield text


def _check_time(text: StoryText, number: int) -> StoryText:
    at = text.at and _read_time(text.at, number)
    return text if at is text.at else replace(text, at=at)


def _read_row(row: Mapping[str, Any], number: int) -> StoryText:
    unit_id = row.get("id", row.get("unit_id"))
    if unit_id is None or unit_id == "":
        raise UsageError(
            "row {number} has no id",
            key="events.no_id",
            next_step='give each row an "id"',
            number=number,
        )
    title, lead, text = (str(row.get(name) or "") for name in ("title", "lead", "text"))
    outlet = str(row.get("outlet_id") or row.get("outlet") or "")
    at = _read_time(row.get("published", row.get("at")), number)
    names = row.get("names") or ()
    names = (names,) if isinstance(names, str) else tuple(map(str, names))
    return StoryText(str(unit_id), title, lead, text, at, outlet, names)


def _read_time(value: object, number: int) -> datetime | None:
    """A time as given; without a zone it is Vietnam's, a day alone is its noon. Tables write "none" as NaN or NaT."""
    if value is None or str(value) in ("", "nan", "NaT"):
        return None
    try:
        moment = _to_moment(value)
    except (OverflowError, OSError, ValueError):
        moment = None
    if moment is None or not _FIRST <= moment <= _LAST:
        raise _bad_time(value, number)
    return moment


def _to_moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=LOCAL)
    if isinstance(value, date):
        return datetime.combine(value, time(12), LOCAL)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    moment = parse_moment(str(value), timezone="Asia/Ho_Chi_Minh", source="row")
    if moment is None:
        return None
    return moment.at + timedelta(hours=12) if moment.precision == "day" else moment.at


def _bad_time(value: object, number: int) -> UsageError:
    return UsageError(
        "row {number} has the time {value!r}, which cannot be read",
        key="events.bad_time",
        next_step="write times like 2026-01-31T08:00:00+07:00, or leave them out",
        number=number,
        value=value,
    )
