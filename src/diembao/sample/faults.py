"""What is wrong on purpose: when the collector stood still, which feeds failed, whose clocks lie."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from diembao.sample.forms import HANOI
from diembao.sample.model import FIRST_DAY, LAST_DAY, PlantedClock, PlantedGap

COLLECTION_START = datetime(2024, 7, 1, 9, 10, tzinfo=HANOI)
COLLECTION_END = datetime(2026, 6, 30, 23, 30, tzinfo=HANOI)

#: no run of the collector at all
OUTAGE = (datetime(2025, 4, 14, 5, 0, tzinfo=HANOI), datetime(2025, 4, 25, 5, 0, tzinfo=HANOI))
#: from here on the feed answers with an empty list
DEAD_FEED = "bao-mau-nui-coc/tin-moi"
DEAD_FROM = datetime(2025, 11, 20, 8, 0, tzinfo=HANOI)
#: configured, and never delivered anything
MUTE_FEED = "trang-mau-huu-lung/truyen-hinh"
#: the feed answers with the same old items
FROZEN_FEED = "bao-mau-nong-thon/tin-moi"
FROZEN = (datetime(2026, 4, 6, 0, 0, tzinfo=HANOI), datetime(2026, 4, 27, 0, 0, tzinfo=HANOI))
#: the day's articles come out in one go into a feed that holds only five
BATCH_OUTLET = "ban-mai-mau"
BATCH = (datetime(2026, 5, 11, 0, 0, tzinfo=HANOI), datetime(2026, 6, 8, 0, 0, tzinfo=HANOI))
BATCH_WINDOW = 5

_ALL = (datetime.combine(FIRST_DAY, time(), HANOI), datetime.combine(LAST_DAY + timedelta(1), time(), HANOI))
_CLOCKS = (
    # shows UTC and calls it Hanoi time
    PlantedClock("thoi-cuoc-mau", "shift", 7 * 3600, *_ALL),
    # one hour ahead since a system was changed
    PlantedClock("bao-mau-song-bang", "shift", -3600, datetime(2026, 2, 1, 0, 0, tzinfo=HANOI), _ALL[1]),
    # "published" is the moment of the request; the address carries the true time
    PlantedClock("bao-mau-song-thuong", "fetch_time", 0, *_ALL),
)


def list_clocks() -> tuple[PlantedClock, ...]:
    """Every wrong clock."""
    return _CLOCKS


def _outlet_of(feed_id: str) -> str:
    return feed_id.partition("/")[0]


def list_gaps() -> tuple[PlantedGap, ...]:
    """Every hole that we made."""
    return (
        PlantedGap("*", None, "not_running", *OUTAGE),
        PlantedGap(_outlet_of(DEAD_FEED), DEAD_FEED, "silent", DEAD_FROM, COLLECTION_END),
        PlantedGap(_outlet_of(MUTE_FEED), MUTE_FEED, "never_delivered", COLLECTION_START, COLLECTION_END),
        PlantedGap(_outlet_of(FROZEN_FEED), FROZEN_FEED, "frozen", *FROZEN),
        PlantedGap(BATCH_OUTLET, None, "overflow", *BATCH),
    )


def show_clock(outlet_id: str, at: datetime) -> datetime:
    """What the outlet's clock shows at a true time."""
    for clock in _CLOCKS:
        if clock.kind == "shift" and clock.outlet_id == outlet_id and clock.start <= at < clock.end:
            return at - timedelta(seconds=clock.shift_s)
    return at


def is_batch_day(outlet_id: str, day: date) -> bool:
    """Whether the outlet puts everything out at once on this day."""
    return outlet_id == BATCH_OUTLET and BATCH[0].date() <= day < BATCH[1].date()
