"""One bar cut into shares, with a line of words, count and share for each part."""

from __future__ import annotations

from collections.abc import Sequence

from diembao.report.markup import Child, Safe, join, tag
from diembao.report.model import Number
from diembao.report.printer import Printer
from diembao.report.svg import (
    GREY,
    INK,
    RULE,
    SOFT_INK,
    Canvas,
    both_canvases,
    frame,
    label,
    mark,
    number_label,
    text_width,
)

Part = tuple[str, Number, Number]

#: dark to light, so that order shows without colour; the undecided part is dotted
_TONES = ("#0b4468", "#2f77a6", "#7fb0d0", "#bdd7e7", "#dbe7ef")
_LIGHT_FROM = 2
_BAR = 34.0


def draw_strip(printer: Printer, name: str, parts: Sequence[Part], *, title: str, undecided: str) -> Safe:
    """Both drawings of a strip; `parts` are (words, count, share); the part `undecided` is dotted."""
    return join(_draw(printer, canvas, parts, title, undecided) for canvas in both_canvases(name))


def _draw(printer: Printer, canvas: Canvas, parts: Sequence[Part], title: str, undecided: str) -> Safe:
    fills = _fills(canvas, parts, undecided)
    step = canvas.size * 2.1
    height = _BAR + 16 + len(parts) * step
    return frame(
        canvas,
        height,
        title,
        printer.word("chart.strip_about"),
        _dots(canvas),
        _bar(printer, canvas, parts, fills),
        *(
            _line(printer, canvas, part, fills[place], _BAR + 16 + place * step)
            for place, part in enumerate(parts)
        ),
    )


def _fills(canvas: Canvas, parts: Sequence[Part], undecided: str) -> list[str]:
    return [
        f"url(#dots-{canvas.name})" if words == undecided else _TONES[place % len(_TONES)]
        for place, (words, _, _) in enumerate(parts)
    ]


def _dots(canvas: Canvas) -> Safe:
    dot = tag("circle", cx=2.5, cy=2.5, r="0.9", fill=GREY)
    ground = tag("rect", width=5, height=5, fill="#f3f5f7")
    pattern = tag(
        "pattern", ground, dot, id=f"dots-{canvas.name}", width=5, height=5, patternUnits="userSpaceOnUse"
    )
    return tag("defs", pattern)


def _bar(printer: Printer, canvas: Canvas, parts: Sequence[Part], fills: Sequence[str]) -> Safe:
    drawn: list[Child] = []
    x = 0.0
    whole = sum(share.value or 0 for _, _, share in parts) or 1
    for place, (words, _, share) in enumerate(parts):
        width = (share.value or 0) / whole * canvas.width
        if width <= 0:
            continue
        box = tag("rect", x=x, y=0, width=max(width - 1.5, 0.8), height=_BAR, fill=fills[place])
        drawn.append(mark(printer, share, words, box))
        if not fills[place].startswith("url") and text_width(printer.value(share), 13) + 10 < width:
            ink = "#fff" if place < _LIGHT_FROM else INK
            drawn.append(number_label(printer, share, x + (width - 1.5) / 2, 22, anchor="middle", fill=ink))
        x += width
    return tag("g", *drawn)


def _line(printer: Printer, canvas: Canvas, part: Part, fill: str, y: float) -> Safe:
    words, count, share = part
    right = canvas.width
    base = y + canvas.size * 1.35
    swatch = tag(
        "rect", x=0, y=base - 11, width=14, height=14, fill=fill, stroke=SOFT_INK, stroke_width="0.5"
    )
    rule = tag("path", d=f"M0 {y + canvas.size * 2.05:.1f}H{right:g}", stroke=RULE)
    return tag(
        "g",
        rule,
        swatch,
        label(22, base, words, fill=INK),
        number_label(printer, count, right - 56, base, anchor="end"),
        number_label(printer, share, right, base, anchor="end", weight=None, fill=SOFT_INK),
    )
