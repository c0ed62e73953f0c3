"""The line of articles a week or month, two periods, broken and hatched where collection was thin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diembao.report.markup import Child, Safe, join, tag
from diembao.report.model import Bin, BinPair
from diembao.report.periods import is_cut_month
from diembao.report.printer import Printer
from diembao.report.svg import (
    AMBER,
    BLUE,
    GREY,
    PALE_AMBER,
    PALE_BLUE,
    PALE_GREY,
    RULE,
    SOFT_INK,
    Canvas,
    both_canvases,
    count_key_rows,
    day_tick,
    frame,
    key,
    label,
    mark,
    nice_ticks,
    number_label,
    path,
    text_width,
    tick,
)

_LEFT, _RIGHT, _STRIP = 40.0, 10.0, 22.0


def _small(canvas: Canvas) -> float:
    """Size of the text of the strips: at 320 px, where the narrow drawing shrinks to 0.9, still 11 px."""
    return 12.5 if canvas.is_narrow else 11.5


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where things stand in one drawing."""

    canvas: Canvas
    bins: int
    top: float
    height: float
    ticks: Sequence[int]

    @property
    def step(self) -> float:
        return (self.canvas.width - _LEFT - _RIGHT) / self.bins

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def x(self, place: int) -> float:
        """The middle of a bin."""
        return _LEFT + (place + 0.5) * self.step

    def y(self, value: float) -> float:
        return self.bottom - value / self.ticks[-1] * self.height


def draw_volume(
    printer: Printer, pairs: Sequence[BinPair], *, unit: str, name_now: str, name_then: str | None
) -> Safe:
    """Both drawings of the line; `unit` is "week" or "month"."""
    canvases = both_canvases(f"volume-{unit}")
    return join(_draw(printer, canvas, pairs, unit, name_now, name_then) for canvas in canvases)


def _draw(
    printer: Printer,
    canvas: Canvas,
    pairs: Sequence[BinPair],
    unit: str,
    name_now: str,
    name_then: str | None,
) -> Safe:
    entries = _entries(printer, pairs, canvas, name_now, name_then)
    key_height = count_key_rows([words for _, words in entries], canvas) * canvas.size * 1.6
    counts = [bin_.count.value or 0 for bin_ in _all_bins(pairs) if bin_.count]
    plot = _Plot(
        canvas,
        len(pairs),
        top=key_height + 18,
        height=170 if canvas.is_narrow else 210,
        ticks=nice_ticks(max(counts, default=1)),
    )
    now = [pair.now for pair in pairs]
    then = [pair.then for pair in pairs]
    strips, height = _strips(printer, plot, now, then, name_now, name_then)
    return frame(
        canvas,
        height,
        printer.word(f"chart.volume_{unit}"),
        printer.word("chart.volume_about"),
        key(*entries, canvas=canvas, y=canvas.size),
        _grid(printer, plot),
        _bands(plot, now),
        _line(printer, plot, then, unit, is_now=False),
        _line(printer, plot, now, unit, is_now=True),
        _days(printer, plot, now, unit),
        strips,
    )


def _all_bins(pairs: Sequence[BinPair]) -> list[Bin]:
    return [bin_ for pair in pairs for bin_ in (pair.now, pair.then) if bin_ is not None]


def _entries(
    printer: Printer, pairs: Sequence[BinPair], canvas: Canvas, name_now: str, name_then: str | None
) -> list[tuple[Safe, str]]:
    entries = [(_sample(is_now=True), name_now)]
    if name_then is not None:
        entries.append((_sample(is_now=False), name_then))
    if any(pair.now.is_thin for pair in pairs):
        box = tag("rect", x=0, y=-6, width=20, height=12, fill=canvas.hatch, stroke=AMBER, stroke_width="0.6")
        entries.append((box, printer.word("chart.thin")))
    return entries


def _sample(*, is_now: bool) -> Safe:
    line = tag("path", d="M0 0H20", **_stroke(is_now=is_now))
    return join([line, _dot(10, 0, is_now=is_now)])


def _stroke(*, is_now: bool) -> dict[str, str | None]:
    return {
        "fill": "none",
        "stroke": BLUE if is_now else GREY,
        "stroke_width": "2.2" if is_now else "1.6",
        "stroke_dasharray": None if is_now else "5 3",
    }


def _dot(x: float, y: float, *, is_now: bool, is_thin: bool = False, is_cut: bool = False) -> Safe:
    """Filled = this period, hollow = the earlier one; diamond = thin, square = a cut bin."""
    if is_thin:
        shape = f"M{x:.1f} {y - 4.5:.1f}l4.5 4.5l-4.5 4.5l-4.5 -4.5z"
        return tag("path", d=shape, fill="#fff", stroke=BLUE if is_now else GREY, stroke_width="1.4")
    if is_cut:
        shape = f"M{x - 3.4:.1f} {y - 3.4:.1f}h6.8v6.8h-6.8z"
        return tag("path", d=shape, fill="#fff", stroke=BLUE if is_now else GREY, stroke_width="1.4")
    if is_now:
        return tag("circle", cx=x, cy=y, r="4.2", fill=BLUE, stroke="#fff", stroke_width="1.2")
    return tag("circle", cx=x, cy=y, r="3.4", fill="#fff", stroke=GREY, stroke_width="1.5")


def _grid(printer: Printer, plot: _Plot) -> Safe:
    parts: list[Child] = []
    for value in plot.ticks:
        y = plot.y(value)
        stroke = SOFT_INK if value == 0 else RULE
        parts.append(tag("path", d=f"M{_LEFT:g} {y:.1f}H{plot.canvas.width - _RIGHT:g}", stroke=stroke))
        parts.append(tick(printer, value, _LEFT - 7, y + 4.5))
    return tag("g", *parts, aria_hidden="true")


def _bands(plot: _Plot, now: Sequence[Bin]) -> Safe:
    """Hatching over each run of bins in which too little was collected."""
    bands: list[Child] = []
    start = None
    for place in range(len(now) + 1):
        is_thin = place < len(now) and now[place].is_thin
        if is_thin and start is None:
            start = place
        elif not is_thin and start is not None:
            x, width = _LEFT + start * plot.step, (place - start) * plot.step
            bands.append(
                tag(
                    "rect", x=x, y=plot.top - 10, width=width, height=plot.height + 10, fill=plot.canvas.hatch
                )
            )
            start = None
    return tag("g", *bands)


def _line(printer: Printer, plot: _Plot, bins: Sequence[Bin | None], unit: str, *, is_now: bool) -> Safe:
    """The line without thin and cut bins, then the marks, each leading to its number."""
    lines: list[Child] = []
    marks: list[Child] = []
    run: list[tuple[float, float]] = []
    for place, bin_ in enumerate(bins):
        if bin_ is None or bin_.count is None or bin_.count.value is None:
            run = _end_run(run, lines, is_now)
            continue
        x, y = plot.x(place), plot.y(bin_.count.value)
        is_cut = is_cut_bin(bin_, unit)
        if bin_.is_thin or is_cut:
            run = _end_run(run, lines, is_now)
        else:
            run.append((x, y))
        reach = tag("circle", cx=x, cy=y, r=10, fill="transparent")
        dot = _dot(x, y, is_now=is_now, is_thin=bin_.is_thin, is_cut=is_cut)
        marks.append(mark(printer, bin_.count, bin_.span, reach, dot))
    _end_run(run, lines, is_now)
    return tag("g", *lines, *marks, _peak(printer, plot, bins) if is_now else None)


def is_cut_bin(bin_: Bin, unit: str) -> bool:
    """Whether a week or month is not whole, so that its count compares with no other."""
    if unit == "month":
        return is_cut_month(bin_.span)
    return (bin_.span.last - bin_.span.first).days < 6


def _end_run(run: list[tuple[float, float]], lines: list[Child], is_now: bool) -> list[tuple[float, float]]:
    if len(run) > 1:
        lines.append(tag("path", d=path(run), **_stroke(is_now=is_now)))
    return []


def _peak(printer: Printer, plot: _Plot, bins: Sequence[Bin | None]) -> Safe | None:
    """The value beside the highest mark."""
    counted = [
        (bin_.count.value, -place, bin_.count)
        for place, bin_ in enumerate(bins)
        if bin_ is not None and bin_.count is not None and bin_.count.value and not bin_.is_thin
    ]
    if not counted:
        return None
    value, place, number = max(counted, key=lambda entry: entry[:2])
    return number_label(printer, number, plot.x(-place), plot.y(value) - 9, anchor="middle", halo="#fff")


def _days(printer: Printer, plot: _Plot, now: Sequence[Bin], unit: str) -> Safe:
    """Days or months under the axis, as many as fit."""
    room = 52 if unit == "month" else 46
    every = max(1, -(-room // max(1, int(plot.step))))
    y = plot.bottom + 18
    ticks = [
        day_tick(printer, bin_.span, plot.x(place), y, is_month=unit == "month")
        for place, bin_ in enumerate(now)
        if place % every == 0
    ]
    return tag("g", *ticks, aria_hidden="true")


def _strips(
    printer: Printer,
    plot: _Plot,
    now: Sequence[Bin],
    then: Sequence[Bin | None],
    name_now: str,
    name_then: str | None,
) -> tuple[Safe, float]:
    """Under the plot: how much of the expected volume was collected, one strip a period."""
    y = plot.bottom + 34
    parts: list[Child] = []
    rows: list[tuple[Sequence[Bin | None], str]] = [(now, name_now)]
    if name_then is not None:
        rows.append((then, name_then))
    for bins, name in rows:
        if not any(bin_ is not None and bin_.coverage is not None for bin_ in bins):
            continue
        words = printer.say("chart.coverage_of", {"period": name})
        parts.append(label(0 if plot.canvas.is_narrow else _LEFT, y + 12, words, font_size=12.5))
        parts.extend(_strip_cell(printer, plot, bin_, place, y + 18) for place, bin_ in enumerate(bins))
        y += _STRIP + 26
    return tag("g", *parts), y + 2


def _strip_cell(printer: Printer, plot: _Plot, bin_: Bin | None, place: int, y: float) -> Safe | None:
    if bin_ is None or bin_.coverage is None:
        return None
    x = _LEFT + place * plot.step
    ground = plot.canvas.hatch if bin_.is_thin else PALE_GREY
    share = min(1.0, max(0.0, bin_.coverage.value or 0.0))
    full = _STRIP * share
    width = plot.step - 1.4
    # filled from below as far as was collected: readable also where no figure fits
    cell = join(
        [
            tag("rect", x=x + 0.7, y=y, width=width, height=_STRIP, fill=ground),
            tag("rect", x=x + 0.7, y=y + _STRIP - full, width=width, height=full, fill=PALE_BLUE),
        ]
    )
    # all or only the thin ones: a strip labelled here and there reads as if the rest were unknown
    widest = "100%" if not bin_.is_thin else printer.value(bin_.coverage)
    text = None
    if text_width(widest, _small(plot.canvas)) * 1.12 < plot.step - 2:
        text = number_label(
            printer,
            bin_.coverage,
            x + plot.step / 2,
            y + 15.5,
            anchor="middle",
            weight=600 if bin_.is_thin else None,
            fill=AMBER if bin_.is_thin else SOFT_INK,
            size=_small(plot.canvas),
            halo=PALE_AMBER if bin_.is_thin else None,
        )
    return join([mark(printer, bin_.coverage, bin_.span, cell), text])
