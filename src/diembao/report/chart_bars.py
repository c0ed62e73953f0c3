"""Horizontal bars of outlets or classes, the earlier period as a thin hollow bar beneath."""

from __future__ import annotations

from collections.abc import Sequence

from diembao.report.markup import Child, Safe, join, tag
from diembao.report.model import Number
from diembao.report.printer import Printer
from diembao.report.svg import (
    AMBER,
    BLUE,
    GREY,
    INK,
    RULE,
    Canvas,
    both_canvases,
    frame,
    key,
    label,
    mark,
    number_label,
    shorten,
    text_width,
)

Bar = tuple[str, Number, Number | None]


def draw_bars(
    printer: Printer, name: str, bars: Sequence[Bar], *, title: str, name_now: str, name_then: str | None
) -> Safe:
    """Both drawings of the bars, in the order given (none without bars); `title` is the accessible title."""
    if not bars:
        return join(())
    canvases = both_canvases(name)
    return join(_draw(printer, canvas, bars, title, name_now, name_then) for canvas in canvases)


def _draw(
    printer: Printer, canvas: Canvas, bars: Sequence[Bar], title: str, name_now: str, name_then: str | None
) -> Safe:
    has_then = name_then is not None and any(then for _, _, then in bars)
    top = canvas.size * 2.2 if has_then else 4.0
    labels = (
        0.0 if canvas.is_narrow else min(230.0, 18 + max(text_width(bar[0], canvas.size) for bar in bars))
    )
    room = canvas.width - labels - 64
    most = (
        max((number.value or 0 for _, now, then in bars for number in (now, then) if number), default=1) or 1
    )
    step = (46.0 if canvas.is_narrow else 30.0) if has_then else (40.0 if canvas.is_narrow else 25.0)
    rows = [
        _row(printer, canvas, bar, (labels, top + place * step), room / most, has_then)
        for place, bar in enumerate(bars)
    ]
    height = top + len(bars) * step + 4
    axis = tag("path", d=f"M{labels:g} {top:g}V{height - 4:g}", stroke=RULE)
    words = _key(canvas, name_now, name_then) if has_then and name_then else None
    return frame(canvas, height, title, printer.word("chart.bars_about"), words, axis, *rows)


def _row(
    printer: Printer, canvas: Canvas, bar: Bar, at: tuple[float, float], scale: float, has_then: bool
) -> Safe:
    name, now, then = bar
    x, y = at
    parts: list[Child] = []
    if canvas.is_narrow:
        parts.append(label(0, y + canvas.size, shorten(name, canvas.width, canvas.size), fill=INK))
        y += canvas.size + 6
    else:
        middle = y + (16 if has_then else 15)
        parts.append(label(0, middle, shorten(name, x - 10, canvas.size), fill=INK))
        y += 4
    is_missing = now.value is None  # nothing was collected: a hatched stub and the words, never a bar of none
    width = 14.0 if is_missing else max((now.value or 0) * scale, 1.0)
    fill = canvas.hatch if is_missing else BLUE
    edge = AMBER if is_missing else None
    shape = tag("rect", x=x, y=y, width=width, height=14, fill=fill, stroke=edge)
    parts.append(mark(printer, now, name, shape))
    if is_missing:
        parts.append(number_label(printer, now, x + width + 6, y + 11.5, weight=None, fill=AMBER))
    else:
        parts.append(number_label(printer, now, x + width + 6, y + 11.5))
    if has_then and then is not None and then.value is not None:
        thin = max((then.value or 0) * scale, 1.0)
        hollow = tag(
            "rect", x=x, y=y + 16, width=thin, height=5, fill="#fff", stroke=GREY, stroke_width="1.2"
        )
        parts.append(mark(printer, then, name, hollow))
    return tag("g", *parts)


def _key(canvas: Canvas, name_now: str, name_then: str) -> Safe:
    full = tag("rect", x=0, y=-6, width=20, height=12, fill=BLUE)
    hollow = tag("rect", x=0, y=-3, width=20, height=5, fill="#fff", stroke=GREY, stroke_width="1.2")
    return key((full, name_now), (hollow, name_then), canvas=canvas, y=canvas.size)
