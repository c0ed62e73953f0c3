"""When the sample press writes much or little: weekdays, Tết, holidays and weeks full of one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_WEEKDAY = (1.08, 1.06, 1.05, 1.04, 1.02, 0.68, 0.52)
_TET = ((date(2025, 1, 26), date(2025, 2, 2)), (date(2026, 2, 14), date(2026, 2, 22)))
_HOLIDAYS = ((1, 1), (4, 30), (5, 1), (9, 2))


@dataclass(frozen=True, slots=True)
class Burst:
    """A week in which one matter in Lạng Sơn fills the pages."""

    name: str
    subject: str
    tone: str
    first: date
    last: date
    factor: float


BURSTS: tuple[Burst, ...] = (
    Burst("flood-2024", "weather", "bad", date(2024, 7, 22), date(2024, 7, 28), 2.6),
    Burst("festival-2025", "culture", "good", date(2025, 2, 18), date(2025, 2, 24), 2.0),
    Burst("jam-2025", "border", "bad", date(2025, 5, 12), date(2025, 5, 18), 2.4),
    Burst("festival-2026", "culture", "good", date(2026, 3, 9), date(2026, 3, 15), 2.2),
    Burst("jam-2026", "border", "bad", date(2026, 4, 20), date(2026, 4, 26), 2.6),
    Burst("flood-2026", "weather", "bad", date(2026, 6, 8), date(2026, 6, 14), 3.0),
)


def day_factor(day: date) -> float:
    """How much is written on a day against an average day."""
    if any(first <= day <= last for first, last in _TET):
        return 0.25
    factor = _WEEKDAY[day.weekday()]
    return factor * 0.55 if (day.month, day.day) in _HOLIDAYS else factor


def find_burst(day: date) -> Burst | None:
    """The burst that a day belongs to, if any."""
    return next((burst for burst in BURSTS if burst.first <= day <= burst.last), None)


def subject_weight(subject: str, month: int) -> float:
    """How often a subject comes up in a month of the year."""
    seasons = {
        "weather": (1.4, 1.2, 1.0, 0.9, 1.1, 1.5, 1.7, 1.7, 1.5, 0.9, 0.8, 1.2),
        "farm": (0.8, 0.8, 0.9, 0.9, 1.0, 1.2, 1.4, 1.6, 1.4, 1.2, 1.1, 0.9),
        "school": (0.9, 0.8, 1.0, 1.0, 1.3, 1.0, 0.7, 1.2, 1.6, 1.1, 1.1, 1.0),
        "culture": (1.2, 1.9, 1.7, 1.0, 0.8, 0.7, 0.7, 0.8, 0.9, 1.0, 1.0, 1.0),
        "tourism": (0.9, 1.2, 1.2, 1.4, 1.2, 1.1, 1.0, 1.0, 1.1, 1.1, 1.0, 0.9),
        "forest": (1.1, 1.3, 1.3, 1.1, 0.9, 0.8, 0.8, 0.8, 0.8, 0.9, 1.0, 1.1),
    }
    return seasons.get(subject, (1.0,) * 12)[month - 1]
