"""Moments as the desk keeps them: whole microseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    """Microseconds since 1970; a moment without a zone is an error of the caller."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs its zone: {moment.isoformat()}")
    return (moment - _EPOCH) // _MICROSECOND


def from_us(microseconds: int) -> datetime:
    """The UTC moment."""
    return _EPOCH + microseconds * _MICROSECOND


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)
