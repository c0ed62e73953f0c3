"""Reuse does not depend on the order of arrival: an index grown in any batches equals one search over all."""

from __future__ import annotations

import random
import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reuse_fixture import make_text, pair_set

from diembao.stories import ReuseIndex, cluster_reprints, expand_pairs, find_reuse
from diembao.types import ReuseEdge

#: passages that texts are put together from: a footer, pieces of a form, stories and parts of them
_FOOTER = make_text(1, 40)
_FORM = [make_text(10 + n, 12) for n in range(5)]
_STORIES = [make_text(20 + n, 90) for n in range(6)]


@st.composite
def corpora(draw: st.DrawFn) -> dict[str, str]:
    """Up to 90 texts: many on one form, many with one footer, copies, excerpts and mixtures of few stories."""
    dice = random.Random(draw(st.integers(0, 10**9)))
    count = draw(st.integers(1, 90))
    kinds = draw(
        st.lists(st.sampled_from(["form", "footer", "copy", "part", "mixed", "new"]), min_size=1, max_size=6)
    )
    texts: dict[str, str] = {}
    for number in range(count):
        own = make_text(1000 + dice.randrange(10**6), 40)
        story = dice.choice(_STORIES)
        words = story.split()
        at = dice.randrange(60)
        texts[f"t{dice.randrange(10**6)}-{number}"] = {
            "form": " ".join(f"{part} {own[9 * n : 9 * n + 20]}" for n, part in enumerate(_FORM)),
            "footer": f"{own} {_FOOTER}",
            "copy": story if number % 3 else f"{own[:60]} {story}",
            "part": f"{own} {' '.join(words[at : at + 30])}",
            "mixed": f"{' '.join(words[:45])} {dice.choice(_STORIES)[:200]}",
            "new": own,
        }[dice.choice(kinds)]
    return texts


def batches(texts: dict[str, str], cuts: list[int], seed: int) -> list[dict[str, str]]:
    keys = list(texts)
    random.Random(seed).shuffle(keys)
    bounds = sorted({0, len(keys), *(cut % (len(keys) + 1) for cut in cuts)})
    return [{key: texts[key] for key in keys[a:b]} for a, b in pairwise(bounds)]


def grow(parts: list[dict[str, str]], outlets: dict[str, str]) -> tuple[set[ReuseEdge], set[tuple[str, str]]]:
    """All edges of an index that was opened anew for each batch; and the pairs that `add` told one by one."""
    told: set[tuple[str, str]] = set()
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            with ReuseIndex(Path(folder)) as index:
                told |= {(edge.a, edge.b) for edge in index.add(part.items(), outlets=outlets)}
                assert all(key in index for key in part)
        with ReuseIndex(Path(folder)) as index:
            return set(index.edges()), told


@settings(max_examples=15, deadline=None)
@given(corpora(), st.lists(st.integers(0, 200), max_size=4), st.integers(0, 99))
def test_grown_index_equals_one_search(texts: dict[str, str], cuts: list[int], seed: int) -> None:
    """The same edges, pairs and clusters, whatever batches the texts come in and in whatever order."""
    expected = list(find_reuse(texts.items()))
    edges, _ = grow(batches(texts, cuts, seed), {})
    assert edges == set(expected)
    assert pair_set(list(edges)) == pair_set(expected)
    assert cluster_reprints(edges, texts) == cluster_reprints(expected, texts)


@settings(max_examples=10, deadline=None)
@given(corpora(), st.lists(st.integers(0, 200), max_size=4), st.integers(0, 99))
def test_outlets_make_no_order_either(texts: dict[str, str], cuts: list[int], seed: int) -> None:
    """With outlets, too, an index grown in batches equals one built at once."""
    dice = random.Random(seed)
    outlets = {key: dice.choice("abc") for key in texts if dice.random() < 0.9}
    grown, _ = grow(batches(texts, cuts, seed), outlets)
    whole, _ = grow([texts], outlets)
    assert grown == whole


@settings(max_examples=10, deadline=None)
@given(corpora(), st.integers(0, 99))
def test_every_pair_holds_what_it_says(texts: dict[str, str], seed: int) -> None:
    """Containments lie between 0 and 1, the larger reaches the least that was asked for, no text pairs with itself."""
    for edge in expand_pairs(find_reuse(texts.items(), min_containment=0.3)):
        assert edge.a < edge.b
        assert 0.3 - 1e-9 <= max(edge.containment_a, edge.containment_b) <= 1.0
        assert edge.shared >= 1
