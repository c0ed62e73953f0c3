"""Uses of releases are found wherever a passage of theirs stands, and common phrases are none."""

from __future__ import annotations

import random
from collections.abc import Sequence
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.sample import build_press
from diembao.stories.pickup import find_release_uses
from diembao.types import Release, ReuseEdge

LETTERS = """
    tỉnh huyện xã chợ đường cầu sông núi rừng lúa ngô hồi na quýt trâu bò khách du lịch cửa khẩu xuất nhập hàng hóa nông
    dân thợ trường học thầy cô bệnh viện bác sĩ mưa nắng gió bão lũ đêm ngày tháng năm mới cũ lớn nhỏ mở đóng xây sửa
"""
WORDS = LETTERS.split()
DECISION = (
    "Nghị quyết số 1672/NQ-UBTVQH15 ngày 16 tháng 6 năm 2025 của Ủy ban Thường vụ Quốc hội về việc sắp xếp các đơn vị "
    "hành chính cấp xã của tỉnh Lạng Sơn năm 2025"
)
CLOSING = (
    "Trân trọng đề nghị các cơ quan báo chí trung ương và địa phương quan tâm phối hợp đưa tin, thông tin chi tiết xin "
    "liên hệ Văn phòng Ủy ban nhân dân tỉnh trong giờ hành chính các ngày làm việc trong tuần."
)


def write(seed: int, words: int) -> str:
    """A text of words in random order, in sentences of twenty."""
    dice = random.Random(seed)
    found = [dice.choice(WORDS) for _ in range(words)]
    return " ".join(word + ("." if place % 20 == 19 else "") for place, word in enumerate(found))


def release(release_id: str, text: str) -> Release:
    return Release(release_id, "", text, None, "unknown", "", "")


RELEASE = release("tc", write(1, 300))


def find(*texts: str, releases: Sequence[Release] = (RELEASE,)) -> list[ReuseEdge]:
    return list(find_release_uses(releases, [(str(n), text) for n, text in enumerate(texts)]))


# ------------------------------------------------------------------ what is a use


def cut(text: str, first: int, last: int) -> str:
    return " ".join(text.split()[first:last])


@pytest.mark.parametrize(
    ("text", "of_release", "of_article"),
    [
        (RELEASE.text, 1, 1),
        (normalize("NFD", RELEASE.text.upper()), 1, 1),
        (f"{write(2, 300)} {RELEASE.text}", 1, 0.5),
        (cut(RELEASE.text, 0, 180), 0.6, 1),
        (f"{write(3, 150)} {cut(RELEASE.text, 100, 175)} {write(4, 75)}", 0.25, 0.25),
        (f"{write(5, 30)} {cut(RELEASE.text, 150, 300)} {cut(RELEASE.text, 0, 150)}", 1, 0.9),
    ],
    ids=[
        "whole",
        "decomposed capitals",
        "inside a longer one",
        "cut",
        "a quarter among other text",
        "swapped",
    ],
)
def test_uses_are_found_with_both_shares(text: str, of_release: float, of_article: float) -> None:
    """Whole, cut, inside another text, in another order: the shares are of runs, so they are near those of words."""
    (edge,) = find(write(9, 400), text)
    assert (edge.a, edge.b) == ("tc", "1")
    assert edge.containment_a == pytest.approx(of_release, abs=0.03)
    assert edge.containment_b == pytest.approx(of_article, abs=0.03)


def test_words_changed_throughout_are_still_a_use() -> None:
    """With 15 % of the words others, no passage is long, but the share is far beyond chance."""
    dice = random.Random(5)
    words = [word if dice.random() > 0.15 else "khác" for word in RELEASE.text.split()]
    (edge,) = find(" ".join(words))
    assert 0.3 < edge.containment_a < 0.6


def test_what_is_short_or_scattered_is_no_use() -> None:
    """A sentence of facts, many short phrases in common, an empty article: none uses the release."""
    words = RELEASE.text.split()
    phrases = [" ".join((*words[at : at + 8], write(at, 14))) for at in range(0, 280, 14)]
    assert find(f"{write(6, 300)} {cut(RELEASE.text, 40, 70)}", " ".join(phrases), "", "một hai") == []


def test_the_name_of_a_decision_is_no_use() -> None:
    """Everybody names a decision in the same words; who only does that used no release."""
    named = release("tc", f"{write(1, 150)} Thực hiện {DECISION}, {write(2, 150)}")
    assert find(f"{write(7, 100)} Theo {DECISION}, {write(8, 50)}", releases=[named]) == []
    (edge,) = find(named.text, releases=[named])
    assert edge.containment_a > 0.97


def test_formulas_of_an_office_are_no_use() -> None:
    """What closes every release is learned from them; an article that carries it used none of them."""
    office = [release(f"tc-{n}", f"{write(n, 200)} {CLOSING}") for n in range(12)]
    assert find(f"{write(99, 60)} {CLOSING}", releases=office) == []
    (edge,) = find(write(3, 200), releases=office)
    assert edge.a == "tc-3" and edge.containment_a > 0.97


def test_a_release_that_many_releases_repeat_stays_a_text() -> None:
    """A long text that an office issues again and again with small changes is no formula."""
    again = [release(f"tc-{n}", f"{write(1, 250)} {write(100 + n, 30)}") for n in range(12)]
    assert len(find(write(1, 250), releases=again)) == 12


def test_without_releases_or_articles_there_is_nothing() -> None:
    """Nothing given, nothing found."""
    assert find("x", releases=[]) == [] and find() == []
    assert find("x y z", releases=[release("tc", "ngắn")]) == []


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(12)), st.integers(1, 12))
def test_order_and_portions_change_nothing(order: list[int], split: int) -> None:
    """A new day's articles against the same releases give what all at once give, in whatever order."""
    texts = [
        (str(n), f"{write(50 + n, 100)} {cut(RELEASE.text, 20 * n, 20 * n + 70)}" if n % 2 else write(n, 100))
        for n in range(12)
    ]
    whole = sorted(find_release_uses([RELEASE], texts), key=lambda edge: edge.b)
    mixed = [texts[n] for n in order]
    parts = [
        *find_release_uses([RELEASE], mixed[:split]),
        *find_release_uses([RELEASE], lambda: mixed[split:]),
    ]
    assert sorted(parts, key=lambda edge: edge.b) == whole and whole


# ------------------------------------------------------------------ the sample press


@pytest.mark.parametrize("seed", [20260630])
def test_pickups_of_the_sample_press_are_found(seed: int) -> None:
    """Of the articles that truly use a release at least 97 % are found, and 97 % of those found are true."""
    press = build_press(seed)
    releases = [release(one.release_id, one.text) for one in press.releases]
    texts = [(str(article.number), f"{article.lead}\n{article.text}") for article in press.articles]
    truth = {(one.truth.release_id, str(one.number)) for one in press.articles if one.truth.release_id}
    found = {(edge.a, edge.b) for edge in find_release_uses(releases, texts)}
    assert len(truth) > 80
    assert len(found & truth) >= 0.97 * len(truth)
    assert len(found & truth) >= 0.97 * len(found)
