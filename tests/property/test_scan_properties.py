"""The scan of all that a page shows misses nothing that matching a part of it would find."""

from __future__ import annotations

import json
import random
import unicodedata
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diembao.text.normal import strip_accents
from diembao.text.pieces import CUT, Pieces
from diembao.topics import Gazetteer, Matcher, free_topic, parse_gazetteer, place_topic
from diembao.topics.scan import Scanner

GOLDEN = Path(__file__).parent.parent / "golden"
WORDS = [
    "Lạng Sơn", "LẠNG SƠN", "Lang Son", "lang son", "xứ Lạng", "Cao Lộc", "Hữu Lũng", "Chi Lăng", "Hoà Bình", "Tân Thanh",
    "Đoàn Kết", "Doan Ket", "DOAN KET", "tỉnh", "huyện", "xã", "xa", "H.", "TP.", "đường", "quê", "(", ")", ",", " - ", "|",
    "Hà Nội", "Ha Noi", "Bắc Sơn", "Bac Son", "khởi nghĩa", "trận", "Quận 1", "Q.1", "Báo Mẫu", "học phí", "HOC PHI", "hoc phi",
    "\u00a0", "\u200b", "\n", "  ", "1.200 xe", "Ông Nguyễn", "ð", "e\u0323\u0302", "mưa", "Mưa Lũ", "mua", "Mua Lu",
]  # fmt: skip
FIELD = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
ANY = st.one_of(FIELD, FIELD, st.text(max_size=30))
PLACES = ("Lạng Sơn", "Cao Lộc", "TP.HCM", "Hà Giang")
PHRASES = ["học phí", "Mưa Lũ", "Hoc Phi", "mưa"]


@cache
def gazetteer() -> Gazetteer:
    packed = resources.files("diembao").joinpath("assets", "gazetteer", "vietnam.jsonl.xz").read_bytes()
    return parse_gazetteer(packed)


@cache
def matchers() -> dict[str, Matcher]:
    found = {}
    for name in PLACES:
        try:
            topic = place_topic(gazetteer(), name)
        except Exception:  # a name that the gazetteer does not know is no topic
            continue
        found[topic.topic_id] = Matcher(topic, gazetteer())
    free = free_topic("học phí", PHRASES)
    return found | {free.topic_id: Matcher(free, gazetteer())}


@cache
def scanner() -> Scanner:
    return Scanner([m.topic for m in matchers().values()], gazetteer())


def scatter(text: str, chance: random.Random) -> str:
    """The text as a page might hold it: cuts anywhere, spaces doubled or broken over lines."""
    parts = []
    for char in text:
        parts.append(CUT if chance.random() < 0.08 else "")
        parts.append(chance.choice([" ", "\n  ", f" {CUT}", f"{CUT} ", "\u00a0"]) if char == " " else char)
    return "".join(parts)


@given(title=ANY, lead=ANY, text=ANY, around=st.tuples(ANY, ANY, ANY), seed=st.integers(0, 2**16))
@settings(max_examples=400, deadline=None)
@example(title="Hoc phi tang", lead="", text="", around=("Báo ", "", "Học kỳ mới"), seed=1)
@example(title="", lead="", text="xa Doan Ket\nH. Cao Loc", around=("Tỉnh", "", "Hà Nội"), seed=2)
def test_nothing_found_in_a_part_is_missed_in_the_whole(
    title: str, lead: str, text: str, around: tuple[str, str, str], seed: int
) -> None:
    """Whatever stands around title, lead and text, and however markup cuts them, a match is announced."""
    chance = random.Random(seed)
    fields = [scatter(field, chance) for field in (title, lead, text)]
    glue = chance.choice([CUT, f"\n{CUT}", f" - {CUT}"])
    shown = glue.join(part for pair in zip(around, fields, strict=True) for part in pair) + glue
    announced = scanner().find(shown)
    for on in (None, date(2024, 5, 1), date(2025, 10, 1)):
        for topic_id, matcher in matchers().items():
            if matcher.match(title=title, lead=lead, text=text, published_on=on).decision != "not":
                assert topic_id in announced
                assert matcher.may_match(shown)


@pytest.mark.parametrize("form", ["NFC", "NFD", "upper", "bare"])
@pytest.mark.parametrize("file", ["place_cases.jsonl", "place_unit_cases.jsonl"])
def test_every_golden_case_is_announced(file: str, form: str) -> None:
    """Each saved case that a province's topic matches is announced, in any way of writing it."""
    checked = 0
    for line in (GOLDEN / file).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text = " ".join(str(row.get(name, "")) for name in ("title", "lead", "text"))
        text = {"upper": text.upper(), "bare": strip_accents(text)}.get(
            form, unicodedata.normalize(form, text) if form.startswith("NF") else text
        )
        for topic_id, matcher in matchers().items():
            if matcher.match(title=text, text="").decision != "not":
                checked += 1
                assert matcher.may_match(f"Báo mẫu{CUT}{text}{CUT}Tin khác")
                assert topic_id in scanner().find(f"Hà Nội{CUT}{text}")
    assert checked > 10


def test_names_elsewhere_on_the_page_are_not_announced() -> None:
    """A page of another province, or with a phrase's letters inside other words, is left alone."""
    topic = place_topic(gazetteer(), "Lạng Sơn")
    matcher = Matcher(topic, gazetteer())
    assert not matcher.may_match(f"Hà Nội mưa lớn{CUT}Bão số 3 vào Quảng Ninh")
    assert not matcher.may_match("")
    free = Matcher(free_topic("học phí", ["học phí"]), gazetteer())
    assert not free.may_match(f"hoá học{CUT}phía bắc")
    assert not free.may_match("Giá vé và hoc phi tăng mạnh từ tháng này")


@given(text=st.text(alphabet=st.sampled_from(f"aạ{CUT} \n\u0323b.\u200b"), max_size=40))
@settings(max_examples=200, deadline=None)
def test_pieces_answer_for_any_text(text: str) -> None:
    """Places and pieces can be asked for anywhere, whatever the text is made of."""
    pieces = Pieces(text)
    for at in range(len(pieces.text) + 1):
        assert pieces.begins(at) in (True, False)
        assert pieces.before(at, 10)
        assert isinstance(pieces.whole(at, min(at + 3, len(pieces.text))), str)
