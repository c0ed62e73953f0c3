"""How numbers, intervals and dates are written in Vietnamese and English (INTERFACE: charts and numbers)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

MINUS = "−"
EN_DASH = "–"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_number(value: float, language: str, decimals: int = 0, *, signed: bool = False) -> str:
    """`1.234,5` in Vietnamese, `1,234.5` in English; a true minus sign; `signed` writes a plus too."""
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else ("+" if signed and rounded > 0 else "")
    text = f"{abs(rounded):,.{decimals}f}"
    if language == "vi":
        text = text.replace(",", "\0").replace(".", ",").replace("\0", ".")
    return sign + text


def format_percent(share: float, language: str, decimals: int = 0) -> str:
    """A share (0 to 1) as `31%`."""
    return format_number(share * 100, language, decimals) + "%"


def format_interval(
    low: float, high: float, language: str, decimals: int = 0, *, signed: bool = False
) -> str:
    """`421–477`; with signs `−7,9 đến +1,9` (vi) or `−7.9 to +1.9` (en)."""
    a = format_number(low, language, decimals, signed=signed)
    b = format_number(high, language, decimals, signed=signed)
    if signed or low < 0:
        return f"{a} đến {b}" if language == "vi" else f"{a} to {b}"
    return f"{a}{EN_DASH}{b}"


def format_percent_interval(low: float, high: float, language: str, decimals: int = 0) -> str:
    """Shares (0 to 1) as `27–35%`."""
    return format_interval(low * 100, high * 100, language, decimals) + "%"


def format_date(day: date, language: str) -> str:
    """`2/9/2026` in Vietnamese, `2 Sep 2026` in English."""
    if language == "vi":
        return f"{day.day}/{day.month}/{day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def format_day_month(day: date, language: str) -> str:
    """`2/9` in Vietnamese, `2 Sep` in English."""
    return f"{day.day}/{day.month}" if language == "vi" else f"{day.day} {_MONTHS[day.month - 1]}"


def format_month(day: date, language: str) -> str:
    """`9/2026` in Vietnamese, `Sep 2026` in English."""
    return f"{day.month}/{day.year}" if language == "vi" else f"{_MONTHS[day.month - 1]} {day.year}"


def format_span(start: date, end: date, language: str) -> str:
    """A period with both days included: `1/7–30/9/2026`, `1 Jul–30 Sep 2026`."""
    first = format_day_month(start, language) if start.year == end.year else format_date(start, language)
    return f"{first}{EN_DASH}{format_date(end, language)}"


def format_moment(at: datetime, language: str, timezone: str = "Asia/Ho_Chi_Minh") -> str:
    """Local date and time to the minute: `14:05 2/9/2026`."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%H:%M} {format_date(local.date(), language)}"


def list_months(start: date, end: date) -> list[date]:
    """First days of the months touched by [start, end], in order."""
    months = []
    day = start.replace(day=1)
    while day <= end:
        months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return months


def find_monday(day: date) -> date:
    """The Monday of the week that `day` lies in (weeks start on Monday)."""
    return day - timedelta(days=day.weekday())
