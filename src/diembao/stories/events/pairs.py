"""Which texts are alike, and how much: cosines of texts that lie close in time, less the more days are between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diembao.stories.events.features import Vector, read_background, stack
from diembao.stories.events.linkage import UNIT

#: pairs that are less alike count as not alike at all
LEAST_LIKE = 0.12
#: so many days apart two texts count as of the same hour; thereafter likeness fades by 1/e in `FADING` days
SAME_DAYS, FADING = 1.0, 6.0
#: a topic of the day is damped as if there were so many texts more, and only where it is so much too frequent
FEW, LEEWAY = 3_000, 1.5
#: as many texts as one event may well have in a week: a feature in no more than these is never damped
FREE = 20
#: pairs of which the time of one is unknown
UNDATED = 0.9
#: a text keeps its likeness to so many others, the most alike: a mass of near copies must not cost its square
MOST_PAIRS = 300
#: texts of one day from this cosine on are the same told twice, and count once
SAME = 0.8
#: rows compared at a time: 256 against 35,000, a week of 5,000 texts a day, take 150 MB at worst
BLOCK = 256

_Ints = NDArray[np.int64]
Pairs = tuple[_Ints, _Ints, _Ints]


def compare_texts(
    rows: Sequence[int], others: Sequence[int], vectors: Callable[[int], Vector], times: NDArray[np.float64]
) -> Pairs:
    """Pairs (row, other, likeness in millionths) of texts by number; a pair within `rows` comes once.

    `times` are days (any zero point) by number of the text, NaN where unknown. `others` holds `rows`.
    """
    far = np.asarray(others, np.int64)
    damped = damp_topics([vectors(number) for number in others])
    place = {number: index for index, number in enumerate(others)}
    table = damped.T.tocsr()
    found: list[Pairs] = []
    inside = np.isin(far, np.asarray(rows, np.int64))
    for start in range(0, len(rows), BLOCK):
        near = np.asarray(rows[start : start + BLOCK], np.int64)
        product = (damped[[place[number] for number in near.tolist()]] @ table).tocoo()
        alike = np.flatnonzero(product.data >= LEAST_LIKE)
        one, column = near[product.row[alike]], product.col[alike]
        other, cosine = far[column], product.data[alike].astype(np.float64)
        once = np.where(inside[column], other < one, True)
        one, other, cosine = one[once], other[once], cosine[once]
        likeness = np.minimum(cosine, 1.0) * fade(times[one], times[other])
        kept = likeness >= LEAST_LIKE
        found.append(_keep_best(one[kept], other[kept], np.round(likeness[kept] * UNIT).astype(np.int64)))
    empty = np.zeros(0, np.int64)
    parts = list(zip(*found, strict=True)) or [(empty,), (empty,), (empty,)]
    first, second, likeness = (np.concatenate(part) for part in parts)
    return first, second, likeness


def find_twins(numbers: Sequence[int], vectors: Callable[[int], Vector]) -> dict[int, int]:
    """Of texts in order of time each that says the same as an earlier one, and that one, which is none itself."""
    matrix, _ = stack([vectors(number) for number in numbers])
    firsts: list[int] = []
    twins: dict[int, int] = {}
    for start in range(0, len(numbers), BLOCK):
        rows = list(range(start, min(start + BLOCK, len(numbers))))
        columns = firsts + rows
        product = (matrix[rows] @ matrix[columns].T.tocsr()).tocoo()
        same = product.data >= SAME
        row, column = product.row[same] + start, np.asarray(columns, np.int64)[product.col[same]]
        order = np.lexsort((column, row))
        alike: dict[int, list[int]] = {}
        for one, other in zip(row[order].tolist(), column[order].tolist(), strict=True):
            if other < one:
                alike.setdefault(one, []).append(other)
        for one in rows:
            first = next((other for other in alike.get(one, ()) if numbers[other] not in twins), None)
            if first is None:
                firsts.append(one)
            else:
                twins[numbers[one]] = numbers[first]
    return twins


def _keep_best(one: _Ints, other: _Ints, likeness: _Ints) -> Pairs:
    """For each `one` its `MOST_PAIRS` most alike, of equals the earlier."""
    order = np.lexsort((other, -likeness, one))
    one, other, likeness = one[order], other[order], likeness[order]
    first = np.searchsorted(one, one)
    kept = np.arange(len(one)) - first < MOST_PAIRS
    return one[kept], other[kept], likeness[kept]


def damp_topics(vectors: Sequence[Vector]) -> Any:
    """The vectors as rows of a matrix, what half the papers write about these days weighing less.

    A feature in n of N texts gets at most the idf ln((N + FEW) / (1 + max(0, n - FREE))) + LEEWAY: a championship of
    two weeks would otherwise make one story of all its matches.
    """
    matrix, columns = stack(vectors)
    counts = np.bincount(matrix.indices, minlength=len(columns))
    texts = sum(1 for vector in vectors if len(vector.columns))
    most = np.log((texts + FEW) / (1.0 + np.maximum(counts - FREE, 0))) + LEEWAY
    factor = np.minimum(1.0, most / np.maximum(read_background()[columns], 1.0)).astype(np.float32)
    if not (factor < 1.0).any():
        return matrix
    matrix.data *= factor[matrix.indices]
    lengths = np.sqrt(
        np.add.reduceat(np.append(matrix.data.astype(np.float64) ** 2, 0.0), matrix.indptr[:-1])
    )
    lengths[np.diff(matrix.indptr) == 0] = 1.0
    matrix.data /= np.repeat(lengths, np.diff(matrix.indptr)).astype(np.float32)
    return matrix


def fade(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """By what the likeness of texts of these days is multiplied."""
    apart = np.abs(one - other)
    faded: NDArray[np.float64] = np.exp(-np.maximum(apart - SAME_DAYS, 0.0) / FADING)
    return np.where(np.isnan(apart), UNDATED, faded)
