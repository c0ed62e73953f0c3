"""Texts taken in batch by batch: hashed by two threads while the next ones are read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from diembao.errors import UsageError
from diembao.stories.reuse.lists import MAX_TEXTS, SKETCH_LIMIT, count_prints, make_postings
from diembao.stories.reuse.runs import Counts, Runs, Wide, encode_texts, hash_batch
from diembao.stories.reuse.texts import below

#: characters and texts of a batch: large enough that threads seldom wait for Python's lock
_BATCH_CHARS = 200_000
_BATCH_TEXTS = 4_000
_THREADS = 2
#: batches that may wait to be hashed or stored
_WAITING = 8


@dataclass(frozen=True, slots=True)
class TakenTexts:
    """A batch of texts: all runs text after text, their prints as postings, their sketches, and numbers of each text."""

    runs: Runs
    postings: Wide
    sketches: Runs
    #: (texts,) runs, different prints, runs of the sketch, and the digest of each
    counts: Counts
    printed: Counts
    sketched: Counts
    digests: Wide


def take_texts(texts: Iterable[str], first: int) -> Iterator[TakenTexts]:
    """The texts in their order, numbered from `first` on."""
    waiting: deque[Future[TakenTexts]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        for encoded in _batch_texts(texts):
            waiting.append(pool.submit(_take_batch, encoded, first))
            first += len(encoded)
            while waiting and (len(waiting) > _WAITING or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    check_number(first)


def _batch_texts(texts: Iterable[str]) -> Iterator[list[bytes]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= _BATCH_CHARS or len(batch) >= _BATCH_TEXTS:
            yield encode_texts(batch)
            batch, size = [], 0
    if batch:
        yield encode_texts(batch)


def _take_batch(encoded: Sequence[bytes], first: int) -> TakenTexts:
    batch = hash_batch(encoded)
    runs = batch.runs
    postings = make_postings(batch.hashes, batch.counts, first)
    printed = count_prints(postings, first, len(encoded))
    sketches, sketched = below(runs, batch.counts, SKETCH_LIMIT)
    return TakenTexts(runs, postings, sketches, batch.counts, printed, sketched, batch.digests)


def check_number(count: int) -> None:
    """Refuse more texts than postings can number."""
    if count >= MAX_TEXTS:
        raise UsageError(
            "{count} texts are more than one search can number", key="reuse.too_many", count=count
        )
