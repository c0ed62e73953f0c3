"""Count in how many articles each feature stands: the background by which stories weigh words. Counts only.

    python tools/build_story_background.py FILE.jsonl[.xz] … [--before YYYY-MM-DD] [--without KEYS.csv]

A row is {"title", "lead" or "summary", "text"}, and for --before {"fetched"}; `--without` leaves out the rows whose
address or id hashes to a `key` of the file, so that what serves for judging is not counted. Features are hashed and
only counts of `LEAST` and more are kept, in coarse steps: no text can be read from the table. Same input, same bytes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import lzma
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from diembao.stories.events.features import BITS, list_columns, pack_background  # noqa: E402

TABLE = ROOT / "src" / "diembao" / "assets" / "stories" / "background.xz"


def hash_key(row: dict[str, str]) -> str:
    """What stands for an article in a file of labels: SHA-1 of its address, or else of its id."""
    return hashlib.sha1(str(row.get("link") or row["id"]).encode(), usedforsecurity=False).hexdigest()[:20]


def read_rows(paths: list[Path], before: str, without: frozenset[str]) -> Iterator[dict[str, str]]:
    """The rows that count."""
    for path in paths:
        opener = lzma.open if path.suffix == ".xz" else open
        with opener(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if not (before and row.get("fetched", "") >= before) and hash_key(row) not in without:
                    yield row


def main() -> int:
    """Count, write the table and say what it holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--before", default="")
    parser.add_argument("--without", type=Path)
    asked = parser.parse_args()
    without: frozenset[str] = frozenset()
    if asked.without:
        with asked.without.open(encoding="utf-8", newline="") as lines:
            without = frozenset(row["key"] for row in csv.DictReader(lines))
    counts, articles = np.zeros(2**BITS, np.int64), 0
    for row in read_rows(asked.files, asked.before, without):
        counts[
            list_columns(row["title"], row.get("lead") or row.get("summary") or "", row.get("text") or "")
        ] += 1
        articles += 1
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_bytes(pack_background(counts, articles))
    print(
        json.dumps({"articles": articles, "columns": int((counts > 0).sum()), "bytes": TABLE.stat().st_size})
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
