"""Edges from counted pairs: texts by their ids, copies by the least id among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from diembao.stories.reuse.measure import Flags, Measured, Sets, unique_runs
from diembao.stories.reuse.runs import Counts
from diembao.types import ReuseEdge

#: runs that two texts must share at least (ten words in a row), unless one of them is shorter
MIN_SHARED = 6


def name_leads(ids: Sequence[str], first: Counts) -> dict[int, str]:
    """For each text that is the first of its copies the least id among them; `first` as `fold_copies` gives it."""
    leads: dict[int, str] = {}
    for text_id, lead in zip(ids, first.tolist(), strict=True):
        if lead >= 0 and text_id <= leads.get(lead, text_id):
            leads[lead] = text_id
    return leads


def copy_edges(ids: Sequence[str], first: Counts, leads: dict[int, str], sets: Sets) -> Iterator[ReuseEdge]:
    """An edge from each copy to the one that stands for all."""
    copied = np.flatnonzero((first >= 0) & (first != np.arange(len(first))))
    lead_texts = np.unique(first[copied])
    for at in range(0, len(lead_texts), 1000):
        some = lead_texts[at : at + 1000]
        sizes = dict(zip(some.tolist(), unique_runs(*sets(some))[1].tolist(), strict=True))
        for text in np.flatnonzero(np.isin(first, some)).tolist():
            lead = int(first[text])
            if ids[text] != leads[lead]:
                yield ReuseEdge(leads[lead], ids[text], 1.0, 1.0, sizes[lead])


def pair_edges(
    a: Counts, b: Counts, found: Measured, leads: dict[int, str], min_containment: float
) -> Iterator[ReuseEdge]:
    """The edges of the pairs that share enough."""
    good = is_edge(found, min_containment)
    columns = (a[good], b[good], found.size_a[good], found.size_b[good], found.shared[good])
    for left, right, size_a, size_b, shared in zip(*(column.tolist() for column in columns), strict=True):
        id_a, id_b = leads[left], leads[right]
        if id_a < id_b:
            yield ReuseEdge(id_a, id_b, shared / size_a, shared / size_b, shared)
        elif id_b < id_a:
            yield ReuseEdge(id_b, id_a, shared / size_b, shared / size_a, shared)


def is_edge(found: Measured, min_containment: float) -> Flags:
    """Which pairs share enough: `min_containment` of the smaller text's runs, and ten words in a row."""
    smaller = np.minimum(found.size_a, found.size_b)
    enough = np.maximum(np.minimum(MIN_SHARED, smaller), min_containment * smaller - 1e-9)
    good: Flags = (found.shared >= enough) & (smaller > 0)
    return good
