"""Pages to articles, driven by a topic: our two looks beside trafilatura (fast, with metadata) on every page.

    python -m bench.archive     prints JSON; needs the evaluation data beside the clone

Both sides hold the same 511 real pages in a process of their own and take turns, fifty pages each; what counts is
processor time. Every reading has an address of its own, so that nothing is remembered of an earlier round. One page
in a hundred, small and large ones alike, is made to name the topic's place. Ours looks at each page (head, title,
date, kind, language, fingerprints, scan for the topic) and reads carefully the ones that may match or are in doubt.
"""

from __future__ import annotations

import gzip
import itertools
import json
import multiprocessing
import os
import resource
import statistics
import time
from collections import Counter
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("html_article_extraction_benchmark", "html_trafilatura_eval_third")
EVERY = 100
ROUNDS = 3
TURN = 50
#: what pages of Vietnamese papers weigh
TYPICAL = range(120_000, 240_000)
PLANTED = b"<p>UBND tinh Lang Son</p></body>"
URL = "https://bao.example/tin-tuc/mot-bai-bao-mau-{}.html"
#: page and address to what was done with it
Way = Callable[[bytes, str], str]


def run() -> dict[str, Any]:
    """Ratios, rates and memory of this machine."""
    pages = read_pages()
    typical = [at for at, page in enumerate(pages) if len(page) in TYPICAL]
    with Side("ours") as ours, Side("trafilatura") as peer:
        results = {
            "all_pages": compare(list(range(len(pages))), ours, peer),
            "pages_of_120_to_240_kb": compare(typical, ours, peer),
        }
        memory = {"ours": ours.ask("memory"), "trafilatura": peer.ask("memory")}
    return {
        "pages": len(pages),
        "mean_kb": round(statistics.mean(map(len, pages)) / 1e3),
        **results,
        "peak_mb_above_pages": memory,
        "aim_ratio": 8,
    }


def compare(numbers: list[int], ours: Side, peer: Side) -> dict[str, Any]:
    """Both ways over the same pages, in turns."""
    seconds = {"ours": 0.0, "trafilatura": 0.0}
    done: Counter[str] = Counter()
    for turn in range(ROUNDS):
        for start in range(0, len(numbers), TURN):
            some = numbers[start : start + TURN]
            for side in (ours, peer) if turn % 2 else (peer, ours):
                spent, counts = side.ask(some)
                seconds[side.name] += spent
                done.update(counts if side is ours and not turn else {})
    each = ROUNDS * len(numbers)
    return {
        "pages": len(numbers),
        "ours_ms": round(1e3 * seconds["ours"] / each, 2),
        "trafilatura_ms": round(1e3 * seconds["trafilatura"] / each, 2),
        "ours_pages_per_s": round(each / seconds["ours"]),
        "ratio": round(seconds["trafilatura"] / seconds["ours"], 1),
        "pages_by_way": dict(done),
    }


# ------------------------------------------------------------------ one side


class Side:
    """A process that reads pages one way when asked."""

    def __init__(self, name: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.name = name
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=serve, args=(name, there), daemon=True)

    def __enter__(self) -> Side:
        self._process.start()
        self._pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(None)
        self._process.join(10)

    def ask(self, question: Any) -> Any:
        """Numbers of pages: processor seconds and counts. "memory": MB beyond the pages themselves."""
        self._pipe.send(question)
        return self._pipe.recv()


def serve(name: str, pipe: Any) -> None:
    """Read pages until told to stop."""
    pages = read_pages()
    plant(pages)
    loaded = peak_mb()
    way = our_way() if name == "ours" else their_way()
    addresses = map(URL.format, itertools.count(100_000))
    for page in pages[:5]:  # imports and tables are made once a process
        way(page, next(addresses))
    pipe.send("ready")
    while (question := pipe.recv()) is not None:
        if question == "memory":
            pipe.send(peak_mb() - loaded)
            continue
        started = time.process_time()
        counts = Counter([way(pages[number], next(addresses)) for number in question])
        pipe.send((time.process_time() - started, counts))


def read_pages() -> list[bytes]:
    """The pages of both public benchmarks, from the evaluation data."""
    shared = Path(os.environ.get("DIEMBAO_SHARED", ROOT.parent / "shared"))
    files = [f for folder in FOLDERS for f in sorted((shared / "data/open" / folder / "html").iterdir())]
    return [gzip.decompress(f.read_bytes()) if f.suffix == ".gz" else f.read_bytes() for f in files]


def plant(pages: list[bytes]) -> None:
    """Let one page in a hundred name the place, spread evenly over the pages in order of length."""
    by_length = sorted(range(len(pages)), key=lambda at: len(pages[at]))
    for at in by_length[EVERY // 2 :: EVERY]:
        pages[at] = pages[at].replace(b"</body>", PLANTED, 1) + (b"" if b"</body>" in pages[at] else PLANTED)


def our_way() -> Way:
    """Look, and read carefully what may match or is in doubt."""
    from diembao.extract.careful import extract_page
    from diembao.extract.look import look_page
    from diembao.topics import parse_gazetteer, place_topic
    from diembao.topics.scan import Scanner

    packed = resources.files("diembao").joinpath("assets", "gazetteer", "vietnam.jsonl.xz").read_bytes()
    gazetteer = parse_gazetteer(packed)
    scanner = Scanner([place_topic(gazetteer, "Lạng Sơn")], gazetteer)

    def read(page: bytes, url: str) -> str:
        seen = look_page(page, url=url, may_match=scanner.find)
        if not (seen.may_match or seen.in_doubt):
            return "looked_at_only"
        extract_page(page, url=url)
        return "may_match" if seen.may_match else "in_doubt"

    return read


def their_way() -> Way:
    """Every page read."""
    import trafilatura

    def read(page: bytes, url: str) -> str:
        trafilatura.bare_extraction(page, url=url, fast=True, with_metadata=True)
        return "read"

    return read


def peak_mb() -> int:
    """Peak resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
