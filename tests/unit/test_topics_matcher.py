"""The matcher decides by kind, hierarchy, neighbours and day, and says why."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from diembao.topics import (
    Gazetteer,
    Matcher,
    TopicsMatcher,
    free_topic,
    match_stratum,
    parse_gazetteer,
    place_topic,
)
from diembao.types import Topic, TopicMatch

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
FORMS = {
    "as_given": lambda text: text,
    "nfd": lambda text: unicodedata.normalize("NFD", text),
    "no_break_space": lambda text: text.replace(" ", "\u00a0"),
}


@cache
def gazetteer() -> Gazetteer:
    packed = resources.files("diembao").joinpath("assets", "gazetteer", "vietnam.jsonl.xz").read_bytes()
    return parse_gazetteer(packed)


@cache
def topic(name: str, kind: str | None = None, within: str | None = None) -> Topic:
    return place_topic(gazetteer(), name, kind=kind, within=within)


@cache
def matcher(name: str, kind: str | None = None, within: str | None = None) -> Matcher:
    return Matcher(topic(name, kind, within), gazetteer())


def match(name: str, title: str, *, text: str = "", lead: str = "", on: date | None = None) -> TopicMatch:
    return matcher(name).match(title=title, text=text, lead=lead, published_on=on)


def read_cases(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (GOLDEN / name).read_text("utf-8").splitlines()]


CASES = [{"topic": "Lạng Sơn", **case} for case in read_cases("place_unit_cases.jsonl")]
CASES += read_cases("place_cases.jsonl")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CASES, ids=[f"{case['topic']}: {case['text'][:40]}" for case in CASES])
def test_golden_case_holds_in_every_normal_form(case: dict[str, str], form: str) -> None:
    """Each written case gets its label as given, decomposed, and with no-break spaces."""
    title = FORMS[form](case["text"])
    fields = {
        "title": title,
        "lead": FORMS[form](case.get("lead", "")),
        "text": FORMS[form](case.get("body", "")),
    }
    found = matcher(case["topic"], case.get("kind"), case.get("within")).match(
        **fields, published_on=date.fromisoformat(case["date"])
    )
    assert found.decision == case["label"], (found.rule, found.mentions)
    for mention in found.mentions:
        assert fields[mention.field][mention.start : mention.end] == mention.surface
    if case.get("hit"):
        surfaces = {
            unicodedata.normalize("NFC", m.surface).replace("\u00a0", " ").lower() for m in found.mentions
        }
        assert unicodedata.normalize("NFC", case["hit"]).replace("\u00a0", " ").lower() in surfaces


def test_more_than_sixty_cases_come_from_other_provinces() -> None:
    """The rules are general: most of the written cases are not of Lạng Sơn."""
    assert sum(case["topic"] != "Lạng Sơn" for case in CASES) >= 60


def test_every_mention_names_its_rule_and_place() -> None:
    """A reader can ask of each mention which unit it means and which rule said so."""
    found = match("Lạng Sơn", "Huyện Cao Lộc, tỉnh Lạng Sơn: xe biển Lạng Sơn chờ thông quan")
    assert [(m.place_id, m.rule) for m in found.mentions] == [
        ("VN-20-d183", "chain"),
        ("VN-20", "typed"),
        ("VN-20", "weak:plate"),
    ]


def test_old_names_match_and_are_marked_former() -> None:
    """An abolished district still counts after its end, and the rule says that it is former."""
    found = match("Lạng Sơn", "Huyện Hữu Lũng cũ có bốn xã mới", on=date(2025, 8, 1))
    assert found.decision == "about" and found.mentions[0].rule.endswith("+former")


def test_a_unit_that_does_not_exist_yet_is_no_hit() -> None:
    """A ward of 2025 cannot be meant in 2024."""
    assert match("Lạng Sơn", "Phường Kỳ Lừa họp dân", on=date(2024, 1, 1)).decision == "not"
    assert match("Lạng Sơn", "Phường Kỳ Lừa họp dân", on=date(2025, 8, 1)).decision == "about"


def test_feed_item_with_the_place_in_the_summary_only() -> None:
    """A summary that names the place alone makes a short item about it; among other places it is a mention."""
    alone = match("Lạng Sơn", "Bảy học sinh được khen", lead="UBND tỉnh Lạng Sơn vừa khen bảy học sinh.")
    among = match(
        "Lạng Sơn", "Trời trở lạnh", lead="Hà Nội mưa nhỏ; vùng núi Lạng Sơn rét; Cao Bằng có sương."
    )
    assert (alone.decision, among.decision) == ("about", "mentions")


def test_one_naming_is_counted_once() -> None:
    """ "xã X, huyện Y, tỉnh Z" late in a long body is one naming, so the article only mentions the place."""
    text = "Câu chuyện ở Hà Nội. " * 60 + "Trước đó ở xã Mai Pha, thành phố Lạng Sơn, tỉnh Lạng Sơn cũng vậy."
    assert match("Lạng Sơn", "Chuyện phố phường", text=text).decision == "mentions"


def test_other_provinces_prevail_in_the_body() -> None:
    """An article that names many places is about none of them in particular."""
    text = "Đoàn đi qua Hà Nội. Rồi Bắc Giang. Rồi Hải Dương. Đến Lạng Sơn. Về Hải Phòng. Sang Quảng Ninh."
    assert match("Lạng Sơn", "Chuyến đi dài", text=text).decision == "mentions"


@pytest.mark.parametrize(
    ("title", "lead", "text", "stratum"),
    [
        ("Lạng Sơn mở chợ", "", "", "title"),
        ("Mở chợ", "Chợ ở Lạng Sơn mở lại.", "Chợ đông.", "lead"),
        ("Mở chợ", "", "Lạng Sơn mở chợ. Người Hà Nội lên Lạng Sơn chơi.", "body2"),
        ("Mở chợ", "", "Chợ ở Hà Nội. " * 90 + "Như ở Lạng Sơn.", "body1"),
        ("Xã Đoàn Kết mở chợ", "", "", "unclear"),
        ("Hà Nội mở chợ", "", "", "none"),
    ],
)
def test_stratum_says_where_the_topic_stands(title: str, lead: str, text: str, stratum: str) -> None:
    """Strata of a first coding wave follow the highest field in which the topic stands."""
    found = match("Lạng Sơn", title, lead=lead, text=text, on=date(2025, 8, 1))
    assert match_stratum(found) == stratum


def test_explain_shows_what_was_set_aside() -> None:
    """`explain` keeps the hits that are another thing, with the reason; `match` does not."""
    title = "Cháy nhà trên phố Lạng Sơn, quận Hoàn Kiếm"
    assert match("Lạng Sơn", title).mentions == ()
    shown = matcher("Lạng Sơn").explain(title=title, text="").mentions
    assert [(m.surface, m.rule, m.place_id) for m in shown] == [("Lạng Sơn", "blocked:street", None)]


def test_many_topics_read_an_article_once_and_agree_with_one() -> None:
    """The matcher of many topics gives the same decisions as each topic alone."""
    names = ("Lạng Sơn", "Hà Nội", "Bắc Giang")
    many = TopicsMatcher([topic(n) for n in names] + [free_topic("cao tốc", ["cao tốc"])], gazetteer())
    title = "Cao tốc Bắc Giang - Lạng Sơn: Hà Nội góp vốn"
    found = many.match(title=title, text="")
    for name in names:
        assert found[topic(name).topic_id] == match(name, title)
    assert found["cao-toc"].decision == "about"


def test_free_topic_follows_case_and_accents() -> None:
    """A lower-case phrase is found in any case, a capitalised one only so; accents must agree."""
    plain = Matcher(free_topic("bảo hiểm", ["bảo hiểm y tế"]), gazetteer())
    named = Matcher(free_topic("Luật", ["Luật Đất đai"]), gazetteer())
    assert plain.match(title="BẢO HIỂM Y TẾ cho học sinh", text="").decision == "about"
    assert plain.match(title="Bao hiem y te cho hoc sinh", text="").decision == "about"
    assert plain.match(title="Bảo hiểm y tá", text="").decision == "not"
    assert named.match(title="Sửa Luật Đất đai", text="").decision == "about"
    assert named.match(title="Sửa luật đất đai", text="").decision == "not"


def test_exclusion_takes_the_hit_or_the_article() -> None:
    """An exclusion that contains a phrase takes away that hit, any other the whole article."""
    made = free_topic("cao tốc", ["cao tốc"], exclusions=["cao tốc độ", "Chi Lăng"])
    found = Matcher(made, gazetteer())
    assert found.match(title="Xe chạy cao tốc độ", text="").decision == "not"
    assert found.match(title="Mở cao tốc, không để xe cao tốc độ", text="").decision == "about"
    assert found.match(title="Cao tốc qua Chi Lăng", text="").decision == "not"


@pytest.mark.parametrize("title", ["", " ", "\ud800", "\x00\x01", "Lạng Sơn\ud800", "ạ" * 1_000_000, "("])
def test_odd_input_gives_a_decision(title: str) -> None:
    """Empty, broken and huge input is decided, never an error."""
    assert match("Lạng Sơn", title, text=title, lead=title).decision in (
        "about",
        "mentions",
        "not",
        "unclear",
    )
