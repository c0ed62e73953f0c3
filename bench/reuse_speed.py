"""Search for shared passages: documents per second beside datasketch and rensa, and growth to a million articles.

    python -m bench.reuse_speed              growth: 10,000, 100,000, 1,000,000 articles, each in a process of its own
    python -m bench.reuse_speed 100000       one size
    python -m bench.reuse_speed beside       the same texts through datasketch and rensa; both must be importable:
                                             python -m venv ENV; ENV/bin/pip install numpy scipy datasketch rensa;
                                             PYTHONPATH=src ENV/bin/python -m bench.reuse_speed beside

Prints JSON; needs the evaluation data beside the clone. The articles are the real ones, then ones as long as real
ones, put together from real sentences: the first half of one drawn at random, the second half of another. Each half
stands in about fifty articles of a million, as stock phrases do. Every tenth article is a copy of an earlier one with
other sentences around it. Making them is counted, too, and told apart.
"""

from __future__ import annotations

import json
import os
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench.reuse_planted import KINDS, order, plant, read_base

SIZES = (10_000, 100_000, 1_000_000)
SEED = 7
#: characters of a sentence that is drawn (longer ones are lists and tables, passages in their own right)
LONGEST = 400


def make_articles(base: dict[str, str], count: int) -> Iterator[tuple[str, str]]:
    """The first `count` articles: the real ones first."""
    dice = random.Random(SEED)
    for number, text in enumerate(base.values()):
        if number == count:
            return
        yield str(number), text
    split = [re.split(r"(?<=[.!?…])\s+", text) for text in base.values()]
    sentences = [sentence for parts in split for sentence in parts if 20 < len(sentence) <= LONGEST]
    cuts = [sentence.find(" ", len(sentence) // 2) for sentence in sentences]
    heads = [sentence[:cut] for sentence, cut in zip(sentences, cuts, strict=True)]
    tails = [sentence[cut:] for sentence, cut in zip(sentences, cuts, strict=True)]
    lengths = [max(8, len(text) // 130) for text in base.values()]
    kept: list[str] = []
    for number in range(len(base), count):
        size = dice.choice(lengths)
        parts = list(map(str.__add__, dice.choices(heads, k=size), dice.choices(tails, k=size)))
        if number % 10 == 0 and kept:
            text = " ".join([*parts[:3], dice.choice(kept), *parts[3:5]])
        else:
            text = " ".join(parts)
            if number % 9 == 0:  # a source to copy; the last 5,000 are at hand
                kept.append(text)
                del kept[:-5_000]
        yield str(number), text


def measure(count: int) -> dict[str, Any]:
    """One size: seconds of both cores and by the clock, and memory at its highest."""
    from diembao.stories import find_reuse

    base = read_base()
    loaded = peak_mb()
    before, started = os.times(), time.perf_counter()
    making = 0.0

    def timed_articles() -> Iterator[tuple[str, str]]:
        nonlocal making
        source = make_articles(base, count)
        while True:
            begun = time.thread_time()
            article = next(source, None)
            making += time.thread_time() - begun
            if article is None:
                return
            yield article

    edges = sum(1 for _ in find_reuse(timed_articles()))
    seconds, after = time.perf_counter() - started, os.times()
    used = after.user + after.system - before.user - before.system
    return {
        "articles": count,
        "edges": edges,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(used, 1),
        "of_it_making_articles": round(making, 1),
        "peak_mb": peak_mb(),
        "peak_mb_before": loaded,
    }


def peak_mb() -> int:
    """Peak resident memory of this process, in MB (there are no others)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


# ------------------------------------------------------------------ beside MinHash libraries


def compare(sources: int = 300) -> dict[str, Any]:
    """Documents per second of processor time, and recall by kind, of three ways over the same planted texts."""
    texts, wanted = plant(read_base(), sources, random.Random(SEED), masses=())
    ways = {"diembao": find_ours, "datasketch": find_datasketch, "rensa": find_rensa}
    result: dict[str, Any] = {"texts": len(texts)}
    for name, way in ways.items():
        started, clock = time.process_time(), time.perf_counter()
        found = way(texts)
        used, seconds = time.process_time() - started, time.perf_counter() - clock
        result[name] = {
            "docs_per_cpu_s": round(len(texts) / used),
            "docs_per_s": round(len(texts) / seconds),
            "recall": {kind: round(len(wanted[kind] & found) / len(wanted[kind]), 3) for kind in KINDS},
        }
    return result


def find_ours(texts: dict[str, str]) -> set[tuple[str, str]]:
    """The pairs of the product."""
    from diembao.stories import expand_pairs, find_reuse

    return {order(pair.a, pair.b) for pair in expand_pairs(find_reuse(texts.items()))}


def shingles(text: str) -> list[str]:
    """Five words in a row, in lower case."""
    words = text.lower().split()
    return [" ".join(words[at : at + 5]) for at in range(len(words) - 4)]


def find_datasketch(texts: dict[str, str]) -> set[tuple[str, str]]:
    """MinHash of 128 permutations in an LSH index at Jaccard .2, as its documentation has it."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.2, num_perm=128)
    found: set[tuple[str, str]] = set()
    for key, text in texts.items():
        sketch = MinHash(num_perm=128)
        sketch.update_batch([part.encode("utf-8", "surrogatepass") for part in shingles(text)])
        found |= {order(key, other) for other in index.query(sketch)}
        index.insert(key, sketch)
    return found


def find_rensa(texts: dict[str, str]) -> set[tuple[str, str]]:
    """R-MinHash of 128 permutations in an LSH index at Jaccard .2."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=0.2, num_perm=128, num_bands=64)
    keys = list(texts)
    found: set[tuple[str, str]] = set()
    for number, key in enumerate(keys):
        sketch = RMinHash(num_perm=128, seed=42)
        sketch.update(shingles(texts[key]))
        found |= {order(key, keys[other]) for other in index.query(sketch)}
        index.insert(number, sketch)
    return found


def run(arguments: list[str]) -> dict[str, Any]:
    """What was asked for."""
    if arguments == ["beside"]:
        return compare()
    if arguments:
        return measure(int(arguments[0]))
    growth: list[Any] = []
    for size in SIZES:
        done = subprocess.run(
            [sys.executable, "-m", "bench.reuse_speed", str(size)], capture_output=True, text=True, check=True
        )
        growth.append(json.loads(done.stdout))
    return {"growth": growth}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1:]), ensure_ascii=False, indent=1))
