"""Profiles: from a place or phrases to a file that a person edits, and back."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from test_topics_matcher import gazetteer, topic

from diembao.errors import TopicError
from diembao.topics import Matcher, format_profile, free_topic, parse_profile, place_topic, profile_hash
from diembao.topics.persons import looks_like_person
from diembao.types import Phrase, Topic


def test_bare_province_name_means_the_province() -> None:
    """A province's name without a kind is the province, today's one with its forerunner of the same name."""
    made = topic("Lạng Sơn")
    assert (made.topic_id, made.place_id, made.title) == ("lang-son", "VN-20", "Lạng Sơn")
    assert {"VN-20-d178", "VN-20-n06187", "VN-20-o06079", "VN-20-s-huu-nghi"} <= {
        p.place_id for p in made.places
    }


def test_merged_province_takes_its_new_land_from_that_day() -> None:
    """Units of a province that was merged in belong to the topic from the day of the merger."""
    since = {p.place_id: p.belongs_from for p in topic("Tuyên Quang").places}
    assert since["VN-08"] is None and since["VN-08-o"] is None
    assert since["VN-02"] == date(2025, 7, 1)


def test_ended_province_keeps_its_land() -> None:
    """A province that was merged away is a topic still, with the new communes on its land."""
    made = topic("Hà Giang")
    assert made.place_id == "VN-02"
    assert any("-n" in p.place_id for p in made.places)


def test_ambiguous_name_lists_what_to_say_for_each() -> None:
    """A name of several places raises with every candidate and how to name it."""
    with pytest.raises(TopicError) as caught:
        place_topic(gazetteer(), "Hữu Lũng")
    message = str(caught.value)
    assert caught.value.key == "topic.ambiguous_place"
    assert "kind='huyện', within='Lạng Sơn'" in message and "kind='xã', within='Lạng Sơn'" in message


@pytest.mark.parametrize(
    ("name", "kind", "within", "place_id"),
    [
        ("huyện Hữu Lũng", None, None, "VN-20-d186"),
        ("Hữu Lũng", "huyện", None, "VN-20-d186"),
        ("Hữu Lũng", "district", None, "VN-20-d186"),
        ("TP. Lạng Sơn", None, None, "VN-20-d178"),
        ("lang son", None, None, "VN-20"),
        ("LẠNG SƠN", None, None, "VN-20"),
        (unicodedata.normalize("NFD", "Lạng Sơn"), None, None, "VN-20"),
        ("Hoà Bình", None, None, "VN-17"),
        ("Hồng Phong", "xã", "huyện Bình Gia", "VN-20-o06079"),
        ("TP.HCM", None, None, "VN-79"),
    ],
)
def test_place_is_found_however_it_is_said(
    name: str, kind: str | None, within: str | None, place_id: str
) -> None:
    """Kind words, levels, normal forms, capitals and short forms lead to the same place."""
    assert place_topic(gazetteer(), name, kind=kind, within=within).place_id == place_id


def test_unknown_place_is_refused() -> None:
    """A name that no place has raises and says what to try."""
    with pytest.raises(TopicError, match="no place is called"):
        place_topic(gazetteer(), "Lạng Sen")


@pytest.mark.parametrize("name", ["Lạng Sơn", "Tuyên Quang", "Hồ Chí Minh"])
def test_profile_survives_writing_and_reading(name: str) -> None:
    """A profile read back is the same topic with the same hash."""
    made = topic(name)
    again = parse_profile(format_profile(made))
    assert again == made and profile_hash(again) == profile_hash(made)


def test_free_profile_survives_writing_and_reading() -> None:
    """Phrases with stated kinds and exclusions come back as they were."""
    made = free_topic("Học phí", ["học phí", Phrase("Lê Lợi", "street")], exclusions=["học phí cao học"])
    assert parse_profile(format_profile(made)) == made


def test_hash_changes_with_the_profile() -> None:
    """Whatever can change a decision changes the hash."""
    made = topic("Lạng Sơn")
    assert profile_hash(replace(made, exclusions=(Phrase("chợ"),))) != profile_hash(made)
    assert profile_hash(replace(made, places=made.places[1:])) != profile_hash(made)


def test_name_added_by_hand_is_found() -> None:
    """An alias written into the profile is searched for, with its class."""
    text = format_profile(topic("Lạng Sơn")).replace("[aliases]", '[aliases]\n"miền hoa hồi" = "A"')
    edited = parse_profile(text)
    found = Matcher(edited, gazetteer()).match(title="Về miền hoa hồi mùa lúa", text="")
    assert found.decision == "about" and found.mentions[0].surface == "miền hoa hồi"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("kind = ", "kin = "), "topic.unknown_key"),
        (('kind = "place"', "kind = ["), "topic.not_toml"),
        (('"Lạng Sơn" = "A"', '"Lạng Sơn" = "D"'), "topic.wrong_value"),
        (("to = 2025-06-30", 'to = "soon"'), "topic.wrong_value"),
        (('place = "VN-20"', 'place = "VN-99"'), "topic.wrong_value"),
    ],
)
def test_broken_profile_says_what_is_wrong(change: tuple[str, str], key: str) -> None:
    """Wrong keys, syntax, classes and days raise a TopicError with its key."""
    text = format_profile(topic("Lạng Sơn")).replace(*change, 1)
    with pytest.raises(TopicError) as caught:
        parse_profile(text)
    assert caught.value.key == key and caught.value.next_step


PERSONS = [
    "Nguyễn Văn A",
    "NGUYỄN VĂN A",
    "nguyen van an",
    "Tran Thi Bich",
    "Lương Văn Tri",
    "vụ án Lê Thị B",
]


@pytest.mark.parametrize("name", [*PERSONS, unicodedata.normalize("NFD", "Phạm Thị Hoa"), "ông Hoàng"])
def test_person_is_no_topic(name: str) -> None:
    """What looks like a person's name is refused without a stated kind, as phrase and as title."""
    assert looks_like_person(name)
    for build in (lambda: free_topic("chủ đề", [name]), lambda: free_topic(name, ["học phí"])):
        with pytest.raises(TopicError) as caught:
            build()
        assert caught.value.key == "topic.looks_like_person"


@pytest.mark.parametrize(
    "phrase",
    ["chủ tịch tỉnh", "Chủ tịch UBND tỉnh", "bảo hiểm y tế", "Luật Đất đai", "cao tốc Bắc - Nam", "giá vàng", "AI",
     "Quốc hội", "Bộ Giáo dục và Đào tạo", "học phí", "World Cup", "đường sắt tốc độ cao", "Hà Nội", "Tết Nguyên đán"],
)  # fmt: skip
def test_office_and_matter_are_topics(phrase: str) -> None:
    """Public offices and matters pass without a stated kind."""
    assert free_topic(phrase, [phrase]).phrases == (Phrase(phrase),)


def test_stated_kind_lets_a_name_pass_but_not_every_kind() -> None:
    """A street or work may bear a person's name; the kind 'person' is refused."""
    assert free_topic("Lê Lợi", [Phrase("Lê Lợi", "street")]).topic_id == "le-loi"
    with pytest.raises(TopicError) as caught:
        free_topic("chủ đề", [Phrase("Lê Lợi", "person")])
    assert caught.value.key == "topic.kind_refused"


def test_person_is_refused_in_a_profile_file_too() -> None:
    """Editing the file is no way around the rule: aliases and phrases are checked when read."""
    text = format_profile(topic("Lạng Sơn")).replace("[aliases]", '[aliases]\n"Nguyễn Văn A" = "A"')
    with pytest.raises(TopicError):
        parse_profile(text)
    free = format_profile(free_topic("học phí", ["học phí"])).replace('"học phí",', '"Nguyễn Văn A",')
    with pytest.raises(TopicError):
        parse_profile(free)


def test_topic_without_phrase_is_refused() -> None:
    """A free topic that can find nothing raises."""
    with pytest.raises(TopicError):
        free_topic("trống", [])
    with pytest.raises(TopicError):
        parse_profile(format_profile(Topic("a", "trống", "free")))
