"""What every chart is drawn with: frame, text, hatching, scales, and marks that lead to their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diembao.i18n.formats import format_day_month, format_month, format_number
from diembao.report.markup import Child, Safe, tag
from diembao.report.model import Number, Span
from diembao.report.numbers import write_machine
from diembao.report.printer import Printer, write_span

#: one blue, one grey, one amber: told apart by lightness and form as well, also without colour
BLUE, GREY, AMBER = "#0b5a8c", "#5b6673", "#8a4b08"
PALE_BLUE, PALE_GREY, PALE_AMBER = "#dbe7ef", "#e9ecef", "#fdf4e7"
INK, SOFT_INK, RULE = "#1a1f26", "#4d5763", "#d5dae0"


@dataclass(frozen=True, slots=True)
class Canvas:
    """One drawing: `width` in user units, 1 unit = 1 px at its intended size; `size` of its text."""

    name: str
    width: float
    size: float
    is_narrow: bool

    @property
    def hatch(self) -> str:
        """The paint that fills what was not collected."""
        return f"url(#hatch-{self.name})"


def both_canvases(name: str) -> tuple[Canvas, Canvas]:
    """The wide drawing and the narrow one; the style sheet shows one of them.

    Two drawings and not one that shrinks: at 390 px a shrunk drawing would print 6 px letters.
    """
    return Canvas(f"{name}-w", 720, 13, False), Canvas(f"{name}-n", 320, 13, True)


def frame(canvas: Canvas, height: float, title: str, description: str, *children: Child) -> Safe:
    """The drawing with its title, description and hatching.

    A group and not an image: an image may hold no links. Its links stay out of the tab order, for the table
    behind each drawing has the same ones; scales and keys are for the eye only.
    """
    return tag(
        "svg",
        tag("title", title, id=f"{canvas.name}-t"),
        tag("desc", description, id=f"{canvas.name}-d"),
        _hatching(canvas),
        *children,
        class_="narrow" if canvas.is_narrow else "wide",
        viewBox=f"0 0 {canvas.width:g} {height:g}",
        role="group",
        aria_labelledby=f"{canvas.name}-t",
        aria_describedby=f"{canvas.name}-d",
        font_size=canvas.size,
    )


def _hatching(canvas: Canvas) -> Safe:
    lines = tag("path", d="M0 6 6 0M-1 1 1 -1M5 7 7 5", stroke=AMBER, stroke_width="1", opacity="0.55")
    ground = tag("rect", width=6, height=6, fill=PALE_AMBER)
    pattern = tag(
        "pattern",
        ground,
        lines,
        id=f"hatch-{canvas.name}",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )
    return tag("defs", pattern)


def label(
    x: float,
    y: float,
    text: Child,
    *,
    fill: str = SOFT_INK,
    anchor: str | None = None,
    weight: int | None = None,
    **attributes: str | int | float | None,
) -> Safe:
    """Text as text; a pale outline keeps it readable over lines."""
    return tag("text", text, x=x, y=y, fill=fill, text_anchor=anchor, font_weight=weight, **attributes)


def number_label(
    printer: Printer,
    number: Number,
    x: float,
    y: float,
    *,
    anchor: str | None = None,
    weight: int | None = 600,
    fill: str = INK,
    size: float | None = None,
    halo: str | None = None,
) -> Safe:
    """A printed number that leads to where it comes from; a halo keeps it readable over hatching."""
    text = label(
        x,
        y,
        printer.value(number),
        fill=fill,
        anchor=anchor,
        weight=weight,
        font_size=size,
        stroke=halo,
        stroke_width=3 if halo else None,
        paint_order="stroke" if halo else None,
        data_n=number.number_id,
        data_v=write_machine(number.value),
    )
    return tag("a", text, href=f"#n-{number.number_id}", tabindex=-1)


def mark(printer: Printer, number: Number, about: Span | str, *shapes: Child) -> Safe:
    """Shapes that lead to their number; pointing at them says value and what it is about."""
    if isinstance(about, Span):
        said, span = printer.text(about), write_span(about)
    else:
        said, span = about, None
    title = tag("title", f"{printer.value(number)} · {said}")
    return tag(
        "a",
        title,
        *shapes,
        href=f"#n-{number.number_id}",
        tabindex=-1,
        data_n=number.number_id,
        data_v=write_machine(number.value),
        data_span=span,
    )


def tick(printer: Printer, value: int, x: float, y: float, *, anchor: str = "end") -> Safe:
    """A figure of a scale."""
    return label(x, y, format_number(value, printer.language), anchor=anchor, data_tick=value)


def day_tick(printer: Printer, span: Span, x: float, y: float, *, is_month: bool) -> Safe:
    """A month, or the first day of a week, under an axis."""
    if is_month:
        text, attribute = format_month(span.first, printer.language), "data_axis_month"
    else:
        text, attribute = format_day_month(span.first, printer.language), "data_axis_day"
    return label(x, y, text, anchor="middle", **{attribute: span.first.isoformat()})  # type: ignore[arg-type]


def path(points: Sequence[tuple[float, float]]) -> str:
    """A line through points as path data."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def nice_ticks(top: float, wanted: int = 5) -> list[int]:
    """Whole, round figures from zero to at least `top`."""
    step = next(
        factor * 10**power
        for power in range(16)
        for factor in (1, 2, 5)
        if factor * 10**power * wanted >= top
    )
    return [step * place for place in range(max(1, -(-int(top) // step)) + 1)]


def text_width(text: str, size: float) -> float:
    """About how wide text will be: enough to keep labels apart, no measure."""
    return len(text) * size * 0.5


def shorten(text: str, width: float, size: float) -> str:
    """A name that would run into its mark, cut in the middle: long names often differ at their ends."""
    letters = max(7, int(width / (size * 0.5)))
    if len(text) <= letters:
        return text
    tail = letters // 3
    return f"{text[: letters - tail - 1].rstrip()}…{text[-tail:].lstrip()}"


def key(*entries: tuple[Safe, str], canvas: Canvas, y: float) -> Safe:
    """The key of a drawing: samples with their words, in rows that fit."""
    x, placed = 0.0, []
    for sample, words in entries:
        width = 26 + text_width(words, canvas.size) + 18
        if x + width > canvas.width + 18 and x > 0:
            x, y = 0.0, y + canvas.size * 1.6
        placed.append(tag("g", sample, transform=f"translate({x:g} {y - canvas.size * 0.36:g})"))
        placed.append(label(x + 26, y, words))
        x += width
    return tag("g", *placed, aria_hidden="true")


def count_key_rows(entries: Sequence[str], canvas: Canvas) -> int:
    """How many rows the key takes."""
    x, rows = 0.0, 1
    for words in entries:
        width = 26 + text_width(words, canvas.size) + 18
        if x + width > canvas.width + 18 and x > 0:
            x, rows = 0.0, rows + 1
        x += width
    return rows
