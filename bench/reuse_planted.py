"""Reuse planted in real text, nine kinds of it and two masses of copies: how much is found, how much of it is right.

    python -m bench.reuse_planted     prints JSON; needs the evaluation data beside the clone

The generator draws sources and hosts with a fixed seed. What counts as right is judged apart from the product: plain
Python sets of five words in a row.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bench.topic_match import peak_mb, read_rows

SEED = 20170501
SOURCES = 300
#: a reported pair is right from this share of the smaller text's five-word runs on
RIGHT = 0.08
MASSES = (150, 1000)
Texts = dict[str, str]
Pairs = set[tuple[str, str]]


# ------------------------------------------------------------------ the nine kinds


def split_sentences(text: str) -> list[str]:
    """Sentences, each with its final mark."""
    return [part for part in re.split(r"(?<=[.!?…])\s+", text) if part]


def copy_whole(text: str, _: str, dice: random.Random) -> str:
    """Another agency line and a line at the end."""
    return f"({dice.choice(('TTXVN', 'Chinhphu.vn', 'PV'))}) - {text}\nTheo {dice.choice(('TTXVN', 'Dân Việt', 'Tiền Phong'))}"


def cut_forty(text: str, _: str, dice: random.Random) -> str:
    """Four tenths of the sentences left out, anywhere."""
    parts = split_sentences(text)
    kept = sorted(dice.sample(range(len(parts)), max(1, round(len(parts) * 0.6))))
    return " ".join(parts[at] for at in kept)


def change_lead(text: str, other: str, _: random.Random) -> str:
    """The first fifth of the words replaced by words of another article."""
    words = text.split()
    cut = len(words) // 5
    return " ".join(other.split()[:cut] + words[cut:])


def swap_paragraphs(text: str, _: str, dice: random.Random) -> str:
    """Blocks of about 40 words in another order."""
    words = text.split()
    blocks = [words[at : at + 40] for at in range(0, len(words), 40)]
    dice.shuffle(blocks)
    return " ".join(word for block in blocks for word in block)


def change_words(text: str, other: str, dice: random.Random) -> str:
    """15 words of 100 replaced, evenly at random."""
    words, new = text.split(), other.split() or ["khác"]
    for at in dice.sample(range(len(words)), round(len(words) * 0.15)):
        words[at] = dice.choice(new)
    return " ".join(words)


def merge_two(text: str, other: str, dice: random.Random) -> str:
    """Two articles as one, their sentences in turn by threes."""
    ours, theirs = split_sentences(text), split_sentences(other)
    merged: list[str] = []
    for at in range(0, max(len(ours), len(theirs)), 3):
        merged += ours[at : at + 3] + theirs[at : at + 3]
    return " ".join(merged)


def quote_quarter(text: str, other: str, dice: random.Random) -> str:
    """A quarter of the words, in one piece, within another article."""
    words, host = text.split(), other.split()
    size = max(10, len(words) // 4)
    start = dice.randrange(len(words) - size + 1)
    at = dice.randrange(len(host) + 1)
    return " ".join(host[:at] + words[start : start + size] + host[at:])


def hold_whole(text: str, other: str, dice: random.Random) -> str:
    """The whole piece within an article three times as long (as one four times as long)."""
    words, host = text.split(), other.split()
    host = (host * (3 * len(words) // max(1, len(host)) + 1))[: 3 * len(words)]
    at = dice.randrange(len(host) + 1)
    return " ".join(host[:at] + words + host[at:])


def encode_otherwise(text: str, _: str, dice: random.Random) -> str:
    """Decomposed accents, tones in the newer place, capitals, and a tenth of the words without accents."""
    moved = text
    for old, new in (("òa", "oà"), ("óa", "oá"), ("ủy", "uỷ"), ("úy", "uý"), ("ũy", "uỹ"), ("ọa", "oạ")):
        moved = moved.replace(old, new)
    words = moved.split(" ")
    for at in dice.sample(range(len(words)), len(words) // 10):
        plain = unicodedata.normalize("NFD", words[at])
        words[at] = (
            "".join(c for c in plain if not unicodedata.combining(c)).replace("đ", "d").replace("Đ", "D")
        )
    half = len(words) // 2
    return unicodedata.normalize("NFD", " ".join(words[:half]).upper() + " " + " ".join(words[half:]))


KINDS: dict[str, Callable[[str, str, random.Random], str]] = {
    "full copy": copy_whole,
    "40 % cut": cut_forty,
    "new lead": change_lead,
    "swapped paragraphs": swap_paragraphs,
    "15 % of words changed": change_words,
    "two articles merged": merge_two,
    "25 % excerpt in another article": quote_quarter,
    "whole inside one four times as long": hold_whole,
    "another encoding of accents": encode_otherwise,
}


# ------------------------------------------------------------------ planting


def plant(
    base: Texts, sources: int, dice: random.Random, *, masses: Iterable[int] = MASSES
) -> tuple[Texts, dict[str, Pairs]]:
    """The texts with all that was planted, in random order; and the pairs that must be found, by kind."""
    long_enough = [key for key, text in base.items() if len(text.split()) >= 100]
    short = [key for key in long_enough if len(base[key].split()) <= 300]
    hosts = [key for key, text in base.items() if 200 <= len(text.split()) <= 800]
    texts, pairs = dict(base), {kind: set[tuple[str, str]]() for kind in KINDS}
    for kind, change in KINDS.items():
        pool = short if change is hold_whole else long_enough
        for source in dice.sample(pool, sources):
            host = dice.choice(hosts)
            made = f"{kind}/{source}"
            texts[made] = change(base[source], base[host], dice)
            pairs[kind].add(order(source, made))
            if change is merge_two:
                pairs[kind].add(order(host, made))
    for mass in masses:
        source = dice.choice(long_enough)
        copies = [source]
        for number in range(mass):
            made = f"mass {mass}/{number}"
            lead, foot = base[dice.choice(hosts)].split(), base[dice.choice(hosts)].split()
            size = len(base[source].split()) // 10
            words = lead[:size] + base[source].split() if number % 2 else base[source].split() + foot[-size:]
            texts[made] = " ".join(words)
            copies.append(made)
        pairs[f"{mass} copies"] = {order(a, b) for at, a in enumerate(copies) for b in copies[at + 1 :]}
    keys = list(texts)
    dice.shuffle(keys)
    return {key: texts[key] for key in keys}, pairs


def order(a: str, b: str) -> tuple[str, str]:
    """The pair with its lesser id first."""
    return (a, b) if a < b else (b, a)


# ------------------------------------------------------------------ judging


def plain_runs(text: str) -> set[tuple[str, ...]]:
    """Five words in a row, in lower case, accents left out."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    words = re.findall(r"\w+", bare.replace("đ", "d"))
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def judge_pairs(found: Iterable[tuple[str, str]], texts: Texts) -> Iterator[bool]:
    """For each reported pair whether it is right."""
    runs: dict[str, set[tuple[str, ...]]] = {}
    for a, b in found:
        for key in (a, b):
            if key not in runs:
                runs[key] = plain_runs(texts[key])
        smaller = min(len(runs[a]), len(runs[b]))
        yield bool(smaller) and len(runs[a] & runs[b]) >= RIGHT * smaller


def measure(base: Texts, sources: int, *, masses: Iterable[int] = MASSES, seed: int = SEED) -> dict[str, Any]:
    """Recall by kind and precision of all reported pairs, and what it took."""
    from diembao.stories import expand_pairs, find_reuse

    texts, wanted = plant(base, sources, random.Random(seed), masses=masses)
    started, used = time.perf_counter(), os.times()
    edges = list(find_reuse(texts.items()))
    seconds, after = time.perf_counter() - started, os.times()
    found = {order(*pair) for pair in expand_pairs(edges)}
    judged = list(judge_pairs(sorted(found), texts))
    return {
        "texts": len(texts),
        "edges": len(edges),
        "pairs": len(found),
        "recall": {kind: round(len(pairs & found) / len(pairs), 4) for kind, pairs in wanted.items()},
        "precision": round(sum(judged) / len(judged), 4),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(after.user + after.system - used.user - used.system, 2),
        "peak_mb": peak_mb(),
    }


def read_base() -> Texts:
    """The real articles, by number."""
    return {str(number): f"{title}\n{lead}\n{text}" for number, (title, lead, text) in enumerate(read_rows())}


if __name__ == "__main__":
    print(json.dumps(measure(read_base(), SOURCES), ensure_ascii=False, indent=1))
