"""How the command line speaks: results to stdout, everything else to stderr, in the person's language."""

from __future__ import annotations

import json
import os
import sys
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diembao.errors import DiembaoError
from diembao.i18n import Language, Words, has_key

if TYPE_CHECKING:
    from diembao.progress import Tally


def find_language(preferred: str = "") -> Language:
    """The language of messages: the setting, else DIEMBAO_LANGUAGE, else the environment's locale."""
    for candidate in (preferred, *(os.environ.get(k, "") for k in ("DIEMBAO_LANGUAGE", "LC_ALL", "LANG"))):
        if candidate:
            return "vi" if candidate.lower().startswith("vi") else "en"
    return "en"


@dataclass(slots=True)
class Voice:
    """How this run speaks; kept outside Click's context because errors are told after it has ended."""

    language: Language = "en"
    quiet: bool = False


VOICE = Voice()


def get_words() -> Words:
    """The words for messages of this run."""
    return Words(VOICE.language)


def describe_error(error: DiembaoError, words: Words) -> tuple[str, str | None]:
    """The sentence and the next step of an error in a language; English stands in where a key is missing."""
    sentence, step = str(error), error.next_step
    if error.key:
        key = f"errors_{error.key.partition('.')[0]}.{error.key}"
        if has_key(words.language, key):
            sentence = words(key, **error.values)
        if step and has_key(words.language, key + "_next"):
            step = words(key + "_next", **error.values)
    return sentence, step


def print_error(error: DiembaoError, words: Words | None = None) -> None:
    """Write an error as one sentence and its next step to stderr."""
    words = words or get_words()
    sentence, step = describe_error(error, words)
    click.echo(f"{words('cli.error')}: {sentence}", err=True)
    if step:
        click.echo(f"  {words('cli.next')}: {step}", err=True)


def say(text: str) -> None:
    """A message that is no result: to stderr, unless -q."""
    if not VOICE.quiet:
        click.echo(text, err=True)


def to_plain(value: Any) -> Any:
    """A value as JSON can hold it: records as objects, moments as ISO 8601 with offset."""
    if is_dataclass(value) and not isinstance(value, type):
        return to_plain(asdict(value))
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_plain(v) for v in value]
    return value


def print_json(value: Any) -> None:
    """A result as JSON on stdout."""
    click.echo(json.dumps(to_plain(value), ensure_ascii=False, indent=2))


def print_jsonl(values: Iterable[Any]) -> None:
    """Results as one JSON object a line on stdout."""
    for value in values:
        click.echo(json.dumps(to_plain(value), ensure_ascii=False))


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def make_printable(text: str) -> str:
    """Text from strangers, safe for a terminal: no control characters, one line."""
    return "".join(c if c.isprintable() else " " for c in text)


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]], *, limit: int = 72) -> None:
    """A plain table on stdout: columns aligned by display width, long cells cut with an ellipsis."""
    cells = [[make_printable("" if value is None else str(value)) for value in row] for row in rows]
    cells = [[cell if len(cell) <= limit else cell[: limit - 1] + "…" for cell in row] for row in cells]
    widths = [max([_width(h), *(_width(row[i]) for row in cells)]) for i, h in enumerate(head)]
    for row in ([*head], ["-" * w for w in widths], *cells):
        line = "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True))
        click.echo(line.rstrip())


class Progress:
    """Counts on stderr: rewritten in place on a terminal, one line each ten seconds otherwise."""

    def __init__(self, label: str) -> None:
        self.label = label
        self._last = time.monotonic()
        self._inline = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __call__(self, tally: Tally) -> None:
        """Show the tally if enough time has passed."""
        now = time.monotonic()
        if now - self._last < (0.2 if self._inline else 10):
            return
        self._last = now
        dropped = sum(tally.dropped.values())
        line = f"{self.label}: {tally.total:,} · {tally.passed:,} · {dropped:,}"
        if not VOICE.quiet:
            click.echo(("\r" + line) if self._inline else line, err=True, nl=not self._inline)

    def close(self) -> None:
        """End the line that was rewritten in place."""
        if self._inline:
            click.echo("\r" + " " * 60 + "\r", err=True, nl=False)
