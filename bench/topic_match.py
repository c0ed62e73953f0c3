"""Topic match over 17,720 real articles in MB/s, beside pyahocorasick with the same names in the same run.

    python -m bench.topic_match     prints JSON; needs the evaluation data beside the clone

Both sides get the same texts in memory and the same written forms. Ours decides (fold, find, read, judge);
the reference only finds, with the word boundary checked, on text that it takes to NFC first.
"""

from __future__ import annotations

import json
import lzma
import os
import resource
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = "data/evaluate_only/vn_baomoi_2017_half/articles.jsonl.xz"
ROUNDS = 3
Rows = list[tuple[str, str, str]]


def run() -> dict[str, Any]:
    """Rates, ratios and memory of this machine."""
    from diembao.topics import Matcher, TopicsMatcher, parse_gazetteer, place_topic
    from diembao.topics.atlas import open_atlas

    rows = read_rows()
    size_mb = sum(len(part.encode()) for row in rows for part in row) / 1e6
    loaded_mb = peak_mb()
    packed = resources.files("diembao").joinpath("assets", "gazetteer", "vietnam.jsonl.xz").read_bytes()
    started = time.perf_counter()
    gazetteer = parse_gazetteer(packed)
    topic = place_topic(gazetteer, "Lạng Sơn")
    matcher = Matcher(topic, gazetteer)
    matcher.match(title="Lạng Sơn", text="")
    ready_s = time.perf_counter() - started
    provinces = [p for p in gazetteer.places.values() if p.parent_id is None and p.valid_to is None]
    many = TopicsMatcher([place_topic(gazetteer, p.name) for p in provinces], gazetteer)
    one_names = {a.surface for p in topic.places for a in p.aliases}
    all_names = set(gazetteer.by_name)
    finder = open_atlas(gazetteer).finder
    on = date(2017, 5, 1)
    decisions: Counter[str] = Counter()

    def match_one() -> None:
        decisions.clear()
        for title, lead, text in rows:
            decisions[matcher.match(title=title, lead=lead, text=text, published_on=on).decision] += 1

    def match_many() -> None:
        for title, lead, text in rows:
            many.match(title=title, lead=lead, text=text, published_on=on)

    def find_all() -> None:
        for row in rows:
            for part in row:
                finder.find(part)

    jobs: dict[str, Callable[[], None]] = {
        "match_one_province": match_one,
        "pyahocorasick_one_province": reference(one_names, rows),
        "find_all_names": find_all,
        "pyahocorasick_all_names": reference(all_names, rows),
        "match_34_provinces": match_many,
    }
    best = {name: min(timed(job) for _ in range(ROUNDS)) for name, job in jobs.items()}
    rates = {name: round(size_mb / seconds, 1) for name, seconds in best.items()}
    return {
        "articles": len(rows),
        "size_mb": round(size_mb, 1),
        "mb_per_s": rates,
        "ratio_one_province": round(rates["match_one_province"] / rates["pyahocorasick_one_province"], 2),
        "ratio_all_names": round(rates["find_all_names"] / rates["pyahocorasick_all_names"], 2),
        "decisions": dict(decisions),
        "ready_s": round(ready_s, 2),
        "peak_mb_texts_loaded": loaded_mb,
        "peak_mb": peak_mb(),
        "aim_mb_per_s": 15,
    }


def read_rows() -> Rows:
    """The articles, from the evaluation data."""
    shared = Path(os.environ.get("DIEMBAO_SHARED", ROOT.parent / "shared"))
    with lzma.open(shared / DATA, "rt", encoding="utf-8") as lines:
        return [(row["title"], row["summary"], row["text"]) for row in map(json.loads, lines)]


def reference(names: set[str], rows: Rows) -> Callable[[], None]:
    """pyahocorasick over the same written forms: NFC, find, whole words."""
    import ahocorasick

    from diembao.topics.names import written_forms

    automaton = ahocorasick.Automaton()
    for name in names:
        for form, _ in written_forms(name):
            automaton.add_word(form, len(form))
    automaton.make_automaton()

    def find() -> None:
        for row in rows:
            for part in row:
                text = unicodedata.normalize("NFC", part)
                for last, length in automaton.iter(text):
                    start = last + 1 - length
                    if (start and text[start - 1].isalnum()) or text[last + 1 : last + 2].isalnum():
                        continue

    return find


def timed(job: Callable[[], None]) -> float:
    """Seconds of one run."""
    started = time.perf_counter()
    job()
    return time.perf_counter() - started


def peak_mb() -> int:
    """Peak resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
