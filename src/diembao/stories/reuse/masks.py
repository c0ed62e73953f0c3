"""Which runs do not count: formulas of all texts, and those of the outlets that published a text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diembao.stories.reuse.formulas import learn_formulas
from diembao.stories.reuse.measure import Flags, spread
from diembao.stories.reuse.runs import Counts, Runs, Wide
from diembao.stories.reuse.texts import TextRuns

#: an outlet's formulas are learned from so many of its texts: those of the lowest ranks
OUTLET_SAMPLE = 200
#: an outlet's formula stands in so many texts of the sample, and in this share of it
OUTLET_TEXTS, OUTLET_SHARE = 8, 0.05
_SHIFT = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Masks:
    """What is taken out of which texts before runs are counted."""

    #: ascending runs of formulas, and (texts,) whether they are taken out of a text
    formulas: Runs
    masked: Flags
    #: ascending values: number of the outlet, then run
    of_outlets: Wide
    #: ascending values: number of the text, then number of an outlet that published it
    published: Wide

    def apply(self, texts: Counts, runs: Runs, counts: Counts) -> tuple[Runs, Counts]:
        """The runs of the texts without what is masked."""
        owners = np.repeat(np.arange(len(texts)), counts)
        dropped = self.masked[texts][owners] & is_among(runs, self.formulas)
        if len(self.of_outlets):
            dropped |= self._of_outlets(texts, runs, counts)
        if not dropped.any():
            return runs, counts
        return runs[~dropped], np.bincount(owners[~dropped], minlength=len(texts))

    def _of_outlets(self, texts: Counts, runs: Runs, counts: Counts) -> Flags:
        low = np.searchsorted(self.published, texts.astype(np.uint64) << _SHIFT)
        high = np.searchsorted(self.published, (texts.astype(np.uint64) + np.uint64(1)) << _SHIFT)
        outlets = self.published[spread(low, high - low)] & np.uint64(0xFFFFFFFF)
        rows = np.repeat(np.arange(len(texts)), high - low)
        places = spread((np.cumsum(counts) - counts)[rows], counts[rows])
        keys = (np.repeat(outlets, counts[rows]) << _SHIFT) | runs[places]
        dropped = np.zeros(len(runs), dtype=bool)
        dropped[places[is_among(keys, self.of_outlets)]] = True
        return dropped


def masked_sets(texts: TextRuns, masks: Masks, numbers: Counts) -> tuple[Runs, Counts]:
    """The runs of texts that count (some perhaps twice)."""
    return masks.apply(numbers, *texts.read(numbers))


def learn_outlets(published: Wide, outlets: Counts, texts: TextRuns) -> Wide:
    """The formulas of some outlets as ascending values: number of the outlet, then run."""
    of = (published & np.uint64(0xFFFFFFFF)).astype(np.int64)
    numbers = (published >> _SHIFT).astype(np.int64)
    wanted = np.isin(of, outlets)
    of, numbers = of[wanted], numbers[wanted]
    order = np.lexsort((texts.ranks[numbers], of))
    of, numbers = of[order], numbers[order]
    found = [np.empty(0, np.uint64)]
    for outlet in np.unique(of).tolist():
        begin, end = np.searchsorted(of, [outlet, outlet + 1])
        sample = np.sort(numbers[begin : min(end, begin + OUTLET_SAMPLE)])
        many = max(OUTLET_TEXTS, int(np.ceil(OUTLET_SHARE * len(sample))))
        runs = learn_formulas(*texts.read(sample), many=many)
        found.append((np.uint64(outlet) << _SHIFT) | runs.astype(np.uint64))
    return np.concatenate(found)


def is_among(values: NDArray[np.generic], known: NDArray[np.generic]) -> Flags:
    """Which values are among the ascending known ones."""
    if not len(known):
        return np.zeros(len(values), dtype=bool)
    places = np.searchsorted(known, values)
    places[places == len(known)] = 0
    among: Flags = known[places] == values
    return among
