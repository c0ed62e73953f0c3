"""The forms of chart a report has; each returns accessible SVG, one wide and one narrow drawing."""

from diembao.report.chart_bars import draw_bars
from diembao.report.chart_calendar import choose_rows, draw_calendar
from diembao.report.chart_strip import draw_strip
from diembao.report.chart_volume import draw_volume

__all__ = ["choose_rows", "draw_bars", "draw_calendar", "draw_strip", "draw_volume"]
