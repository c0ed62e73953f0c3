"""Score the grouping into stories on a labelled set: B-cubed, adjusted Rand index, pairs; prints JSON.

    python tools/score_stories.py FILE.jsonl [--threshold T] [--stories OUT.jsonl]

A row is {"id", "title", "text", "published", "event"}, optionally "lead" and "outlet"; rows with the same "event" are
about one event. FILE may be packed (.xz, .gz) and "-" is the standard input. `--stories` writes the stories found.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from diembao.errors import DiembaoError, UsageError  # noqa: E402
from diembao.stories.events import STORIES_VERSION, THRESHOLD, group_stories  # noqa: E402
from diembao.stories.events.measures import measure_agreement  # noqa: E402


@contextmanager
def open_lines(name: str) -> Iterator[IO[str]]:
    """The lines of a file, of a packed one, or of the standard input."""
    if name == "-":
        yield sys.stdin
        return
    opener = {".xz": lzma.open, ".gz": gzip.open}.get(Path(name).suffix, open)
    with opener(name, "rt", encoding="utf-8") as lines:
        yield lines


def read_labelled(lines: IO[str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The rows, and the label of each by its id."""
    rows: list[dict[str, Any]] = []
    events: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError("line {number} is not JSON: {reason}", number=number, reason=error) from error
        if not isinstance(row, dict):
            raise UsageError("line {number} is not a JSON object", number=number)
        if row.get("event") in (None, ""):
            raise UsageError(
                "row {number} has no event",
                key="events.no_label",
                next_step='give each row an "event": any text or number that is the same for all texts about one event',
                number=number,
            )
        rows.append(row)
        events[str(row.get("id"))] = str(row["event"])
    return rows, events


def main(arguments: list[str] | None = None) -> int:
    """Read, group, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--threshold", type=float, default=THRESHOLD)
    parser.add_argument("--stories", type=Path)
    asked = parser.parse_args(arguments)
    try:
        with open_lines(asked.file) as lines:
            rows, events = read_labelled(lines)
        stories = group_stories(rows, threshold=asked.threshold)
        scores = asdict(measure_agreement(events, stories))
    except (DiembaoError, OSError, UnicodeDecodeError) as error:
        print(f"score_stories: {error}", file=sys.stderr)
        return 2
    if asked.stories:
        with asked.stories.open("w", encoding="utf-8") as out:
            for unit_id, story_id in stories.items():
                out.write(json.dumps({"id": unit_id, "story": story_id, "event": events[unit_id]}) + "\n")
    rounded = {name: round(value, 4) if isinstance(value, float) else value for name, value in scores.items()}
    print(json.dumps({**rounded, "threshold": asked.threshold, "version": STORIES_VERSION}, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
