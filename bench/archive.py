"""Pages to articles, driven by a topic: our two looks beside trafilatura (fast, with metadata) on every page.

    python -m bench.archive     prints JSON; needs the evaluation data beside the clone

Both sides get the same 511 real pages in memory and take turns in one process; what counts is processor time. Every
hundredth page is made to name the topic's place. Ours looks at each page (head, title, date, kind, language,
fingerprints, scan for the topic) and reads carefully the ones that may match or are in doubt.
"""

from __future__ import annotations

import gzip
import json
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
ROUNDS = 2
PLANTED = b"<p>UBND tinh Lang Son</p></body>"
URL = "https://bao.example/tin-tuc/mot-bai-bao-mau-123456.html"


def run() -> dict[str, Any]:
    """Ratios, rates and memory of this machine."""
    pages = read_pages()
    plant(pages)
    ready = peak_mb()
    look = make_look()
    counts: Counter[str] = Counter()
    results = {
        "all_pages": compare(pages, look, counts),
        "pages_of_120_to_240_kb": compare([p for p in pages if 120_000 < len(p) < 240_000], look, Counter()),
    }
    return {
        "pages": len(pages),
        "mean_kb": round(statistics.mean(map(len, pages)) / 1e3),
        **results,
        "read_carefully": dict(counts),
        "peak_mb_pages_loaded": ready,
        "aim_ratio": 8,
    }


def read_pages() -> list[bytes]:
    """The pages of both public benchmarks, from the evaluation data."""
    shared = Path(os.environ.get("DIEMBAO_SHARED", ROOT.parent / "shared"))
    files = [f for folder in FOLDERS for f in sorted((shared / "data/open" / folder / "html").iterdir())]
    return [gzip.decompress(f.read_bytes()) if f.suffix == ".gz" else f.read_bytes() for f in files]


def plant(pages: list[bytes]) -> None:
    """Let one page in a hundred name the place."""
    for at in range(EVERY // 2, len(pages), EVERY):
        pages[at] = pages[at].replace(b"</body>", PLANTED, 1) + (b"" if b"</body>" in pages[at] else PLANTED)


def make_look() -> Callable[[bytes, Counter[str]], None]:
    """Our way through one page."""
    from diembao.extract.careful import extract_page
    from diembao.extract.look import look_page
    from diembao.topics import parse_gazetteer, place_topic
    from diembao.topics.scan import Scanner

    packed = resources.files("diembao").joinpath("assets", "gazetteer", "vietnam.jsonl.xz").read_bytes()
    gazetteer = parse_gazetteer(packed)
    scanner = Scanner([place_topic(gazetteer, "Lạng Sơn")], gazetteer)

    def look(page: bytes, counts: Counter[str]) -> None:
        seen = look_page(page, url=URL, may_match=scanner.find)
        counts["looked_at"] += 1
        counts["prints"] += len(seen.text_prints)
        if seen.may_match or seen.in_doubt:
            counts["may_match" if seen.may_match else "in_doubt"] += 1
            extract_page(page, url=URL)

    return look


def compare(
    pages: list[bytes], look: Callable[[bytes, Counter[str]], None], counts: Counter[str]
) -> dict[str, Any]:
    """Both ways over the same pages, in turns."""
    import trafilatura

    ours = theirs = 0.0
    for page in pages[:5]:  # imports and tables are made once a process
        look(page, Counter())
        trafilatura.bare_extraction(page, fast=True, with_metadata=True)
    for _ in range(ROUNDS):
        counts.clear()
        started = time.process_time()
        for page in pages:
            look(page, counts)
        ours += time.process_time() - started
        memory = peak_mb()
        started = time.process_time()
        for page in pages:
            trafilatura.bare_extraction(page, fast=True, with_metadata=True)
        theirs += time.process_time() - started
    each = ROUNDS * len(pages)
    return {
        "pages": len(pages),
        "ours_ms": round(1e3 * ours / each, 2),
        "trafilatura_ms": round(1e3 * theirs / each, 2),
        "ours_pages_per_s": round(each / ours),
        "ratio": round(theirs / ours, 1),
        "peak_mb": memory,
    }


def peak_mb() -> int:
    """Peak resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
