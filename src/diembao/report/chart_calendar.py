"""The calendar of collection: outlet by day, hatched where nothing or too little was collected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby

from diembao.i18n.formats import find_monday
from diembao.report.markup import Child, Safe, join, tag
from diembao.report.model import HealthRow, OutletDay, Span
from diembao.report.printer import Printer
from diembao.report.svg import (
    AMBER,
    GREY,
    INK,
    PALE_AMBER,
    RULE,
    Canvas,
    both_canvases,
    count_key_rows,
    day_tick,
    frame,
    key,
    label,
    mark,
    number_label,
    shorten,
    text_width,
)

#: beyond so many days a week is one field
DAYS_DRAWN = 190
#: beyond so many outlets only those with the fewest good days are drawn
ROWS_DRAWN = 40
#: a week is drawn as good when at least this share of its days is
_GOOD_WEEK = 0.8

_GOOD, _QUIET = "#9cc2da", "#e9ecef"
_ORDER = ("good", "low", "gap", "quiet", "unknown")
_DRAWN_AS = {"partial": "low"}


def choose_rows(rows: Sequence[HealthRow]) -> tuple[HealthRow, ...]:
    """The rows that are drawn, in the order given: all, or those with the fewest good days."""
    if len(rows) <= ROWS_DRAWN:
        return tuple(rows)
    worst = sorted(rows, key=lambda row: row.good_days.value or 0)[:ROWS_DRAWN]
    kept = {row.outlet_id for row in worst}
    return tuple(row for row in rows if row.outlet_id in kept)


def draw_calendar(printer: Printer, rows: Sequence[HealthRow]) -> Safe:
    """Both drawings of the calendar."""
    drawn = choose_rows(rows)
    return join(_draw(printer, canvas, drawn) for canvas in both_canvases("calendar"))


def _draw(printer: Printer, canvas: Canvas, rows: Sequence[HealthRow]) -> Safe:
    cells = [_cells(row.days) for row in rows]
    states = [state for state in _ORDER if any(state == cell[0] for row in cells for cell in row)]
    entries = [(_sample(canvas, state), printer.word(f"day.{state}")) for state in states]
    top = count_key_rows([words for _, words in entries], canvas) * canvas.size * 1.6 + 26
    names = 0.0 if canvas.is_narrow else min(200.0, 14 + max(text_width(row.outlet_name, 13) for row in rows))
    room = canvas.width - names - 34
    first, last = rows[0].days[0].day, rows[0].days[-1].day
    scale = room / ((last - first).days + 1)
    step = 36.0 if canvas.is_narrow else 22.0
    height = top + len(rows) * step + 4
    lines = [
        _row(printer, canvas, row, runs, (names, top + place * step), (scale, first))
        for place, (row, runs) in enumerate(zip(rows, cells, strict=True))
    ]
    return frame(
        canvas,
        height,
        printer.word("chart.calendar"),
        printer.word("chart.calendar_about"),
        key(*entries, canvas=canvas, y=canvas.size),
        _months(printer, (first, last), (names, top, height), scale),
        *lines,
    )


def _cells(days: Sequence[OutletDay]) -> list[tuple[str, date, int]]:
    """Runs of days (or of weeks, drawn as their days) in one state: state, first day, length in days."""
    drawn = [(day.day, _DRAWN_AS.get(day.state, day.state)) for day in days]
    if len(days) > DAYS_DRAWN:
        drawn = list(_by_week(drawn))
    runs = []
    for state, group in groupby(drawn, key=lambda day: day[1]):
        members = list(group)
        runs.append((state, members[0][0], len(members)))
    return runs


def _by_week(days: Iterable[tuple[date, str]]) -> Iterable[tuple[date, str]]:
    for _, group in groupby(days, key=lambda day: find_monday(day[0])):
        week = list(group)
        states = [state for _, state in week]
        usable = [state for state in states if state in ("good", "quiet")]
        state = (
            "good"
            if len(usable) >= _GOOD_WEEK * len(week)
            else max(set(states) - {"good", "quiet"}, key=lambda name: (states.count(name), name))
        )
        yield from ((day, state) for day, _ in week)


def _months(printer: Printer, span: tuple[date, date], box: tuple[float, float, float], scale: float) -> Safe:
    """A line and a name at the start of each month that has room for it."""
    first, last = span
    left, top, bottom = box
    parts: list[Child] = []
    day, free_from = first, 0.0
    while day <= last:
        x = left + (day - first).days * scale
        parts.append(tag("path", d=f"M{x:.1f} {top - 4:g}V{bottom - 4:g}", stroke=RULE))
        if x >= free_from and x < left + (last - first).days * scale - 20:
            parts.append(tag("g", day_tick(printer, Span(day, day), x + 24, top - 9, is_month=True)))
            free_from = x + 62
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return tag("g", *parts)


def _row(
    printer: Printer,
    canvas: Canvas,
    row: HealthRow,
    runs: Sequence[tuple[str, date, int]],
    at: tuple[float, float],
    time: tuple[float, date],
) -> Safe:
    (x, y), (scale, first) = at, time
    parts: list[Child] = []
    if canvas.is_narrow:
        parts.append(label(0, y + 12, shorten(row.outlet_name, canvas.width, canvas.size), fill=INK))
        y += 17
    else:
        parts.append(label(0, y + 14, shorten(row.outlet_name, x - 8, canvas.size), fill=INK))
        y += 3
    shapes = [
        _field(canvas, state, x + (day - first).days * scale, y, length * scale)
        for state, day, length in runs
    ]
    parts.append(mark(printer, row.good_days, row.outlet_name, *shapes))
    parts.append(number_label(printer, row.good_days, canvas.width, y + 11.5, anchor="end", weight=None))
    return tag("g", *parts)


def _field(canvas: Canvas, state: str, x: float, y: float, width: float) -> Safe:
    """One field: states differ in form as well as in colour."""
    match state:
        case "good":
            return tag("rect", x=x, y=y, width=width, height=14, fill=_GOOD)
        case "quiet":
            return tag("rect", x=x, y=y, width=width, height=14, fill=_QUIET)
        case "low":
            foot = tag("rect", x=x, y=y + 9, width=width, height=5, fill=_GOOD)
            return join([tag("rect", x=x, y=y, width=width, height=9, fill=PALE_AMBER), foot])
        case "gap":
            return tag(
                "rect", x=x, y=y, width=width, height=14, fill=canvas.hatch, stroke=AMBER, stroke_width="0.7"
            )
    line = f"M{x:.1f} {y + 7:.1f}h{width:.1f}"
    return tag("path", d=line, stroke=GREY, stroke_width="1.5", stroke_dasharray="1.5 3")


def _sample(canvas: Canvas, state: str) -> Safe:
    return _field(canvas, state, 0, -7, 20)


__all__ = ["DAYS_DRAWN", "ROWS_DRAWN", "choose_rows", "draw_calendar"]
