"""Text reuse: what is found among texts, what is not, and that order and encodings make no difference."""

from __future__ import annotations

import random
import subprocess
import sys
import unicodedata

import pytest
from tests.reuse_fixture import make_text, pair_set

from diembao.errors import UsageError
from diembao.stories import cluster_reprints, expand_pairs, find_reuse
from diembao.stories.reuse.runs import encode_texts, hash_batch
from diembao.text.prints import fingerprint
from diembao.types import ReuseEdge


def find(texts: dict[str, str], **options: float) -> list[ReuseEdge]:
    return list(find_reuse(texts.items(), **options))


# ------------------------------------------------------------------ what is found


def test_copy_with_another_encoding_of_accents_is_a_whole_copy() -> None:
    """Decomposed accents, tones in the newer place and capitals make no difference."""
    text = make_text(1)
    edges = find({"a": text, "b": unicodedata.normalize("NFD", text).upper(), "c": text.replace("úy", "uý")})
    assert pair_set(edges) == {("a", "b"), ("a", "c"), ("b", "c")}
    assert all(edge.containment_a == edge.containment_b == 1.0 for edge in edges)
    assert {edge.shared for edge in edges} == {196}


def test_short_piece_inside_a_long_text_is_found_from_its_side() -> None:
    """The larger containment decides; both are told, each of its own text."""
    piece, host = make_text(2, 60), make_text(3, 400)
    (edge,) = find({"host": host, "piece": f"{host[:700]} {piece} {host[700:]}", "z": piece})[1:2]
    assert (edge.a, edge.b, edge.containment_b) == ("piece", "z", 1.0)
    assert 0.1 < edge.containment_a < 0.15
    assert edge.shared == 56


def test_containment_is_counted_over_whole_sets() -> None:
    """Half a text gives exactly the share of its different runs."""
    words = make_text(4, 104).split()
    (edge,) = find({"a": " ".join(words), "b": " ".join(words[:54])})
    assert (edge.containment_a, edge.containment_b, edge.shared) == (0.5, 1.0, 50)


def test_least_containment_is_honoured() -> None:
    """A pair below `min_containment` has no edge, one at it has."""
    words, other = make_text(5, 104).split(), make_text(6, 104).split()
    texts = {"a": " ".join(words), "b": " ".join(words[:24] + other[24:])}
    assert [edge.shared for edge in find(texts, min_containment=0.2)] == [20]
    assert find(texts, min_containment=0.21) == []


def test_every_copy_in_a_mass_is_found() -> None:
    """150 copies, each with another lead or footer, are found with each other: no list is cut for being long."""
    story = make_text(7, 150)
    texts = {f"m{n}": f"{make_text(100 + n, 20)} {story}" for n in range(75)}
    texts |= {f"n{n}": f"{story} {make_text(300 + n, 20)}" for n in range(75)}
    texts |= {f"other{n}": make_text(500 + n) for n in range(50)}
    pairs = pair_set(find(texts))
    assert len(pairs) == 150 * 149 // 2
    assert not any("other" in a + b for a, b in pairs)
    assert len(set(cluster_reprints(find(texts), texts).values())) == 51


def test_partial_use_by_many_is_found() -> None:
    """A story of which 60 papers use 40 % each does not vanish for being frequent."""
    story = make_text(8, 300).split()
    texts = {f"p{n}": " ".join(story[n : n + 120]) + " " + make_text(700 + n, 180) for n in range(60)}
    assert len(pair_set(find(texts))) == 60 * 59 // 2


# ------------------------------------------------------------------ what is not


def test_footer_in_many_texts_makes_no_reprints() -> None:
    """40 words that close 60 short texts are a footer."""
    footer = make_text(9, 40)
    assert find({f"t{n}": f"{make_text(1000 + n, 90)} {footer}" for n in range(60)}) == []


def test_forms_make_no_reprints() -> None:
    """Notices filled in on one form share half of their runs and are no copies; a real copy of one still is."""
    parts = [make_text(2000 + n, 12) for n in range(6)]
    texts = {
        f"f{n}": " ".join(f"{part} {make_text(3000 + 50 * n + at, 4)}" for at, part in enumerate(parts))
        for n in range(50)
    }
    assert pair_set(find(texts | {"copy": texts["f7"] + " " + make_text(4, 3)})) == {("copy", "f7")}


def test_few_texts_on_one_form_are_told() -> None:
    """What only a few texts share is reuse, however it is cut up."""
    parts = [make_text(2000 + n, 12) for n in range(6)]
    texts = {
        f"f{n}": " ".join(f"{part} {make_text(3000 + 50 * n + at, 4)}" for at, part in enumerate(parts))
        for n in range(4)
    }
    assert len(find(texts)) == 6


def test_one_phrase_is_no_reuse() -> None:
    """Nine words in a row that two short texts share are not enough."""
    phrase = make_text(10, 9)
    assert find({"a": f"{make_text(11, 20)} {phrase}", "b": f"{phrase} {make_text(12, 20)}"}) == []


# ------------------------------------------------------------------ any input


def test_odd_input_harms_nothing() -> None:
    """Empty texts, four words, lone surrogates, other scripts and a text beyond the limit are taken in."""
    khmer = "ព្រះរាជាណាចក្រកម្ពុជា ជាតិ សាសនា ព្រះមហាក្សត្រ " * 20
    han = "中国和越南同意加强双边关系并扩大贸易往来" * 3
    texts = {"empty": "", "four": "một hai ba bốn", "lone": "\ud800 " + make_text(13), "same": make_text(13)}
    texts |= {"k1": khmer, "k2": khmer + "ភ្នំពេញ", "h1": han, "h2": "今天" + han, "emoji": "😀😀 " * 50}
    texts["long"] = make_text(14, 300) * 1_000
    pairs = pair_set(find(texts))
    assert {("lone", "same"), ("k1", "k2"), ("h1", "h2")} <= pairs
    assert not any(key in pair for pair in pairs for key in ("empty", "four", "emoji"))


def test_many_identical_texts_have_one_edge_each() -> None:
    """A copy has an edge to the least id; the pairs follow from it."""
    text = make_text(15)
    edges = find({f"{n:04}": text for n in range(500)} | {"part": text[:300]})
    assert len(edges) == 500
    assert sum(1 for _ in expand_pairs(edges)) == 501 * 500 // 2
    assert {edge.a for edge in edges if edge.containment_b == 1.0 and edge.containment_a == 1.0} == {"0000"}


def test_nothing_in_nothing_out() -> None:
    """No texts give no edges, and a containment that cannot be meant is refused."""
    assert find({}) == []
    with pytest.raises(UsageError):
        find({"a": "x"}, min_containment=0.0)


def test_order_of_texts_makes_no_difference() -> None:
    """The same edges, whatever order the texts come in."""
    texts = {f"s{n}": make_text(n % 7, 120) + " " + make_text(40 + n, 30) for n in range(40)}
    texts |= {f"c{n}": texts[f"s{n}"] for n in range(5)}
    keys = list(texts)
    expected = set(find(texts))
    for seed in range(3):
        random.Random(seed).shuffle(keys)
        assert set(find_reuse((key, texts[key]) for key in keys)) == expected


def test_loading_the_room_takes_no_numpy() -> None:
    """The room is imported without numpy; it comes with the first function used."""
    code = "import sys, diembao.stories; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_runs_are_those_of_stored_prints() -> None:
    """Of all runs the lowest eighth are the prints that the corpus stores, text by text."""
    texts = [
        make_text(1),
        "",
        "a b c d",
        "đ Ð ð ƒ x y z",
        "中文字符测试一 word 12,5%",
        "e\u0302\u0301 a b c d \u200be f",
    ]
    batch = hash_batch(encode_texts(texts))
    stops = batch.counts.cumsum().tolist()
    for text, stop, count in zip(texts, stops, batch.counts.tolist(), strict=True):
        hashes = batch.hashes[stop - count : stop].tolist()
        assert fingerprint(text) == tuple(sorted({value for value in hashes if value < 2**61}))


# ------------------------------------------------------------------ clusters


def edge(a: str, b: str, of_a: float, of_b: float) -> ReuseEdge:
    return ReuseEdge(a, b, of_a, of_b, 100)


def test_clusters_do_not_chain() -> None:
    """a-b-c-d in a row, each like the next only: nobody counts as a text it does not resemble."""
    edges = [edge("a", "b", 0.9, 0.9), edge("b", "c", 0.9, 0.9), edge("c", "d", 0.9, 0.9)]
    assert cluster_reprints(edges, "abcde") == {"a": "b", "b": "b", "c": "b", "d": "d", "e": "e"}


def test_both_ways_count_for_a_cluster() -> None:
    """A short text whole inside a long one is not the same text."""
    assert cluster_reprints([edge("a", "b", 1.0, 0.3)], "ab") == {"a": "a", "b": "b"}
    assert cluster_reprints([edge("a", "b", 0.7, 0.75)], "ab", threshold=0.7) == {"a": "a", "b": "a"}


def test_copies_count_in_full_and_follow_their_lead() -> None:
    """Copies of a text are in its cluster, though their edges lead to the lead only."""
    edges = [edge("m", "x", 1.0, 1.0), edge("m", "y", 1.0, 1.0), edge("a", "m", 0.85, 0.9)]
    assert cluster_reprints(edges, "amxyz") == {"a": "a", "m": "a", "x": "a", "y": "a", "z": "z"}
    assert pair_set(edges) == {("m", "x"), ("m", "y"), ("x", "y"), ("a", "m"), ("a", "x"), ("a", "y")}


def test_clusters_do_not_depend_on_order() -> None:
    """Shuffled edges and ids give the same clusters."""
    dice = random.Random(1)
    ids = [f"t{n}" for n in range(40)]
    edges = [
        edge(*sorted(dice.sample(ids, 2)), dice.choice((0.7, 0.85, 1.0)), dice.choice((0.82, 1.0)))
        for _ in range(90)
    ]
    expected = cluster_reprints(edges, ids)
    for _ in range(5):
        dice.shuffle(edges)
        dice.shuffle(ids)
        assert cluster_reprints(edges, ids) == expected


def test_ids_outside_are_passed_over() -> None:
    """Edges to texts that are not asked about do not matter, nor make them appear."""
    assert cluster_reprints([edge("a", "b", 0.9, 0.9), edge("b", "c", 0.9, 0.9)], "ac") == {
        "a": "a",
        "c": "c",
    }
