"""Which articles share wording with press releases: releases are few, so every article is compared with all of them.

Counted are different runs of five syllables, as for reuse among articles (`reuse/runs.py`). Two things count nowhere,
neither as shared nor in the size of a release: what stands in many releases without being their text (the description
of an office, closing sentences), learned from the releases as in `reuse/formulas.py`; and the names of laws and
decisions with their numbers, which everybody writes in the same words. An article uses a release when they share

- at least `MIN_SHARED` runs (about 34 words), and
- at least `MIN_SHARE` of the article's runs or of the release's, and
- a passage of `PASSAGE` runs without a break (24 words, a long sentence), or else `LARGE_SHARE` of either, for texts
  in which words were changed throughout. Reports on one event share many short phrases, but no such passage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from diembao.stories.reuse.formulas import learn_formulas
from diembao.stories.reuse.measure import split_pairs, spread
from diembao.stories.reuse.runs import RUN_BITS, Counts, Runs, encode_texts, hash_batch
from diembao.text.normal import to_nfc
from diembao.types import Release, ReuseEdge

#: shared runs below which nothing was used
MIN_SHARED = 30
#: share of the article or of the release, whichever is larger, below which nothing was used
MIN_SHARE = 0.10
#: runs in a row that no two people write by chance
PASSAGE = 20
#: share from which it does not matter that no passage is long; with every seventh word changed .44 of the runs stay
LARGE_SHARE = 0.30
#: a passage that stands in so many releases may be a formula
FORMULA_RELEASES = 5
#: "Nghị quyết số 202/2025/QH15 ngày … của Quốc hội về việc …", to the next sign
_CITED = re.compile(
    r"\b(?:nghị quyết|quyết định|nghị định|thông tư|chỉ thị|công văn|công điện|kế hoạch|luật|pháp lệnh|tờ trình"
    r"|văn bản|hướng dẫn|kết luận)\s+(?:liên tịch\s+)?số\s*:?\s*\d[^,.;:()“”\"\n]{0,250}",
    re.IGNORECASE,
)
_SIEVE_SHIFT = 10
_BATCH_TEXTS = 2_000
_BATCH_CHARS = 4_000_000

Texts = Iterable[tuple[str, str]]


def find_release_uses(
    releases: Iterable[Release],
    articles: Texts | Callable[[], Texts],
    *,
    min_shared: int = MIN_SHARED,
    min_share: float = MIN_SHARE,
) -> Iterator[ReuseEdge]:
    """Every use of a release: `a` is the release, `b` the article, in the order of the articles.

    `articles` are (id, text), read once; memory holds the releases' runs and one batch of articles. An edge's
    `containment_a` is the share of the release that was used, `containment_b` the share of the article that comes
    from it. A title is no part of either text. The order in which articles come changes no edge.
    """
    shelf = _Shelf([*releases])
    if not len(shelf.runs):
        return
    for batch in _batches(articles() if callable(articles) else articles):
        yield from shelf.look_up(batch, min_shared, min_share)


def _batches(articles: Texts) -> Iterator[list[tuple[str, str]]]:
    batch: list[tuple[str, str]] = []
    chars = 0
    for article in articles:
        batch.append(article)
        chars += len(article[1])
        if len(batch) >= _BATCH_TEXTS or chars >= _BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


class _Shelf:
    """The runs of all releases without their formulas, each with the releases that it stands in."""

    def __init__(self, releases: Sequence[Release]) -> None:
        self.ids = [release.release_id for release in releases]
        hashed, counts = _hash([_CITED.sub("\n", to_nfc(release.text)) for release in releases])
        formulas = learn_formulas(hashed, counts, many=FORMULA_RELEASES)
        keys = _different(hashed, counts)  # (release, run)
        if len(formulas):
            keys = keys[~np.isin(keys.astype(np.uint32), formulas)]
        #: (releases,) different runs of each
        self.sizes: Counts = np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=len(self.ids))
        owners = (keys >> np.uint64(32)).astype(np.int64)
        runs = keys.astype(np.uint32)
        order = np.argsort(runs, kind="stable")
        self._owners: Counts = owners[order]
        #: (different runs,) ascending, and where in `_owners` the releases of each begin
        self.runs: Runs
        self.runs, self._starts, self._held = np.unique(runs[order], return_index=True, return_counts=True)
        self._sieve = np.zeros(1 << (RUN_BITS - _SIEVE_SHIFT), dtype=bool)
        self._sieve[self.runs >> _SIEVE_SHIFT] = True
        self._sets = np.split(runs, np.cumsum(self.sizes)[:-1])

    def look_up(
        self, batch: Sequence[tuple[str, str]], min_shared: int, min_share: float
    ) -> Iterator[ReuseEdge]:
        """The edges of a batch of articles."""
        hashed, counts = _hash([text for _, text in batch])
        # one look into a table tells of nine runs in ten that no release has them
        at = np.flatnonzero(self._sieve[hashed >> _SIEVE_SHIFT])
        places = np.searchsorted(self.runs, hashed[at])
        places[places == len(self.runs)] = 0
        is_met = self.runs[places] == hashed[at]
        stops = np.cumsum(counts)
        texts = np.searchsorted(stops, at, side="right")
        # only articles that could reach the least number are counted run by run
        is_met &= (np.bincount(texts[is_met], minlength=len(batch)) >= min_shared)[texts]
        if not is_met.any():
            return
        keys = np.unique(texts[is_met] * np.int64(len(self.runs)) + places[is_met])
        of_text, of_run = keys // len(self.runs), keys % len(self.runs)
        _, firsts, sizes = np.unique(of_text, return_index=True, return_counts=True)
        costs = np.add.reduceat(self._held[of_run], firsts)
        for some in split_pairs(costs):  # releases of one form may share their runs by the thousand
            begin, end = firsts[some.start], firsts[some.stop - 1] + sizes[some.stop - 1]
            values, shared = self._count_pairs(of_text[begin:end], of_run[begin:end])
            chosen = shared >= min_shared
            for value, both in zip(values[chosen].tolist(), shared[chosen].tolist(), strict=True):
                text, release = divmod(value, len(self.ids))
                edge = self._judge(release, hashed[stops[text] - counts[text] : stops[text]], both, min_share)
                if edge is not None:
                    yield ReuseEdge(self.ids[release], batch[text][0], *edge, both)

    def _count_pairs(self, of_text: Counts, of_run: Counts) -> tuple[Counts, Counts]:
        """text * releases + release of each pair that shares something, and how many runs it shares."""
        held = self._held[of_run]
        owners = self._owners[spread(self._starts[of_run], held)]
        return np.unique(np.repeat(of_text, held) * np.int64(len(self.ids)) + owners, return_counts=True)

    def _judge(self, release: int, article: Runs, both: int, min_share: float) -> tuple[float, float] | None:
        """The shares of release and article, or None where this is no use."""
        of_release, of_article = both / int(self.sizes[release]), both / len(np.unique(article))
        larger = max(of_release, of_article)
        is_use = larger >= LARGE_SHARE or _longest(article, self._sets[release]) >= PASSAGE
        return (of_release, of_article) if larger >= min_share and is_use else None


def _hash(texts: Sequence[str]) -> tuple[Runs, Counts]:
    """All runs of the texts one after the other, and how many each has."""
    if not texts:
        return np.empty(0, np.uint32), np.empty(0, np.int64)
    hashed = hash_batch(encode_texts(texts))
    return (hashed.hashes >> np.uint64(64 - RUN_BITS)).astype(np.uint32), hashed.counts


def _different(hashed: Runs, counts: Counts) -> NDArray[np.uint64]:
    """(text << 32) | run of each text's different runs, ascending."""
    texts = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
    return np.unique((texts << np.uint64(32)) | hashed)


def _longest(article: Runs, release: Runs) -> int:
    """The most runs in a row of an article that stand in a release."""
    edges = np.flatnonzero(np.diff(np.isin(article, release).astype(np.int8), prepend=0, append=0))
    return int((edges[1::2] - edges[::2]).max(initial=0))
