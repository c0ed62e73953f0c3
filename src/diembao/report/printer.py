"""Printing one value at a time in one language: each figure with its link, each date machine-readable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from string import Formatter

from diembao.i18n import Language, Words, has_key
from diembao.i18n.formats import format_date, format_moment, format_span
from diembao.report.evidence import list_facts
from diembao.report.figures import Figure
from diembao.report.markup import Safe, clean, escape, find_web_address, join, tag
from diembao.report.model import FormulaValue, Number, ReportModel, Span, Word
from diembao.report.numbers import format_bounds, format_figure, format_value, write_machine
from diembao.report.periods import name_month, name_period

#: no more of a title is quoted (TRUST: exports quote at most 300 characters)
TITLE_LIMIT = 300

Value = FormulaValue | Number | Figure


class Printer:
    """Writes the values of one report in one language; knows nothing of sections."""

    def __init__(self, model: ReportModel, language: Language) -> None:
        self.model = model
        self.language = language
        self.words = Words(language)

    # -------------------------------------------------------------- plain text

    def word(self, key: str) -> str:
        """The words of `report.<key>`."""
        return self.words(f"report.{key}")

    def code(self, table: str, code: str) -> str:
        """The words of `report.<table>.<code>`; a code without words is shown as it is.

        What the matcher decided on is told in the words of its own catalogue.
        """
        if table == "rule":
            return self._rule(code)
        key = f"report.{table}.{code}"
        return self.words(key) if has_key(self.language, key) else code

    def _rule(self, code: str) -> str:
        """`only_weak: weak:route` in words: why, and through what kind of mention."""
        because, _, through = code.partition(": ")
        keys = [f"topics.because.{because}", f"topics.rule.{through.replace(':', '.')}"]
        told = [self.words(key) for key in keys if has_key(self.language, key)]
        return ": ".join(told) if told else code

    def value(self, number: Number) -> str:
        """The figure as people read it."""
        return format_value(number, self.language)

    def bounds(self, number: Number) -> str:
        """The interval as people read it, empty where there is none."""
        return format_bounds(number, self.language)

    def text(self, value: Value) -> str:
        """A value inside a plain sentence."""
        match value:
            case Number():
                return self.value(value)
            case Figure():
                return format_figure(value, self.language)
            case Word():
                return self.words(value.key)
            case Span():
                return format_span(value.first, value.last, self.language)
            case date():
                return format_date(value, self.language)
        return clean(value)

    def say(self, key: str, values: Mapping[str, Value] | None = None) -> str:
        """The plain sentence of `report.<key>`."""
        return "".join(
            literal if value is None else self.text(value)
            for literal, value in self._parts(key, values or {})
        )

    def say_proof(self, kind: str, recorded: Mapping[str, str]) -> str:
        """The facts that a finding rests on."""
        return "; ".join(self.say(f"evidence.{fact.key}", fact.values) for fact in list_facts(kind, recorded))

    def moment(self, at: datetime) -> str:
        """A moment in the report's time zone."""
        return format_moment(at, self.language, self.model.spec.timezone)

    def cut_title(self, title: str) -> str:
        """A title as received, cut at the length that may be quoted."""
        return title if len(title) <= TITLE_LIMIT else title[: TITLE_LIMIT - 1] + "…"

    # -------------------------------------------------------------- markup

    def number(self, number: Number) -> Safe:
        """The figure, linked to the place that says where it comes from."""
        data = tag("data", self.value(number), value=write_machine(number.value))
        return tag("a", data, class_="n", href=f"#n-{number.number_id}")

    def figure(self, figure: Figure) -> Safe:
        """A figure of evidence: its rounded value stands beside the words, so that both can be checked."""
        value = f"{figure.value:.{figure.decimals + 2 * figure.is_share}f}"
        kind = "f p" if figure.is_share else "f"
        return tag("data", format_figure(figure, self.language), class_=kind, value=value)

    def tell_proof(self, kind: str, recorded: Mapping[str, str]) -> Safe:
        """The facts that a finding rests on, as markup."""
        facts = list_facts(kind, recorded)
        return join((self.tell(f"evidence.{fact.key}", fact.values) for fact in facts), "; ")

    def interval(self, number: Number) -> Safe:
        """The interval in small print, or nothing."""
        bounds = self.bounds(number)
        return tag("span", bounds, class_="ci", data_n=number.number_id) if bounds else Safe("")

    def day(self, day: date) -> Safe:
        """A day."""
        return tag("time", format_date(day, self.language), datetime=day.isoformat())

    def span(self, span: Span) -> Safe:
        """A span of days."""
        text = format_span(span.first, span.last, self.language)
        return tag("span", text, data_span=write_span(span))

    def month(self, span: Span) -> Safe:
        """A month, or the part of it that belongs to the period."""
        return tag("span", name_month(span, self.language), data_month=write_span(span))

    def period(self, span: Span) -> Safe:
        """A period by its name."""
        return tag("span", name_period(span, self.language), data_period=write_span(span))

    def at(self, moment: datetime) -> Safe:
        """A moment."""
        return tag("time", self.moment(moment), datetime=moment.isoformat())

    def received(self, text: str) -> Safe:
        """Text from outside, set apart so that its direction and figures are its own."""
        return tag("bdi", text)

    def link(self, url: str, text: str) -> Safe:
        """A title with its address, linked only where the address is a plain web address."""
        address = find_web_address(url)
        shown = self.received(self.cut_title(text) or url)
        if address is None:
            return shown
        return tag("a", shown, href=address, rel="noopener noreferrer nofollow")

    def markup(self, value: Value) -> Safe:
        """A value inside a sentence of the page."""
        match value:
            case Number():
                return self.number(value)
            case Figure():
                return self.figure(value)
            case Word():
                return escape(self.words(value.key))
            case Span():
                return self.span(value)
            case date():
                return self.day(value)
        return value if isinstance(value, Safe) else self.received(value)

    def tell(self, key: str, values: Mapping[str, Value] | None = None) -> Safe:
        """The sentence of `report.<key>` as markup: every figure linked, every name set apart."""
        return join(
            escape(literal) if value is None else self.markup(value)
            for literal, value in self._parts(key, values or {})
        )

    def _parts(self, key: str, values: Mapping[str, Value]) -> Iterator[tuple[str, Value | None]]:
        """The literal pieces and the values of a sentence; `<key>.one` is taken when its number is one."""
        full = f"report.{key}"
        counts = [value for value in values.values() if isinstance(value, Number)]
        n = values.get("n", counts[0] if counts else None)
        if has_key(self.language, f"{full}.other"):
            full += ".one" if isinstance(n, Number) and n.value == 1 else ".other"
        for literal, name, _, _ in Formatter().parse(self.words(full)):
            if literal:
                yield literal, None
            if name is not None:
                yield "", values[name]


def write_span(span: Span) -> str:
    """A span as `2026-07-01/2026-09-30`."""
    return f"{span.first.isoformat()}/{span.last.isoformat()}"
