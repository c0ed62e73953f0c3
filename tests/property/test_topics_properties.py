"""What must hold of matching for any text, in any normal form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date
from functools import cache
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.text.normal import fold_text, strip_accents
from diembao.topics import (
    Gazetteer,
    Matcher,
    TopicsMatcher,
    contexts,
    free_topic,
    parse_gazetteer,
    parse_profile,
    place_topic,
)
from diembao.topics.profile import format_profile
from diembao.types import Alias

PIECES = [
    "Lạng Sơn", "LẠNG SƠN", "Lang Son", "xứ Lạng", "Cao Lộc", "Hữu Lũng", "Chi Lăng", "Thái Bình", "Hoà Bình", "Hòa Bình",
    "Đoàn Kết", "tỉnh", "huyện", "xã", "H.", "TP.", "đường", "phố", "quê", "(", ")", ",", " - ", "–", "và", "Hà Nội",
    "Bắc Giang", "Chi Lăng", "Tân Thanh", "Châu Thành", "khởi nghĩa", "Bắc Sơn", ";", "từ", "đến", "nối", "biển số",
    "học phí", "\u00a0", "\u200b", "\n", "1.200 xe", "Ông Nguyễn", "\ud800", "ð", "e\u0323\u0302",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)
ANY = st.one_of(TEXTS, st.text(max_size=80))


@cache
def gazetteer() -> Gazetteer:
    packed = resources.files("diembao").joinpath("assets", "gazetteer", "vietnam.jsonl.xz").read_bytes()
    return parse_gazetteer(packed)


@cache
def matcher(kind: str = "place") -> Matcher:
    if kind == "free":
        return Matcher(free_topic("học phí", ["học phí", "xứ Lạng"]), gazetteer())
    topic = place_topic(gazetteer(), "Lạng Sơn")
    if kind == "more":
        bare = tuple(
            Alias(strip_accents(a.surface), a.alias_class, True)
            for p in topic.places if p.place_id == "VN-20" for a in p.aliases
        )  # fmt: skip
        places = tuple(
            replace(p, aliases=p.aliases + bare) if p.place_id == "VN-20" else p for p in topic.places
        )
        topic = replace(topic, places=places)
    return Matcher(topic, gazetteer())


@given(title=ANY, lead=ANY, text=ANY, kind=st.sampled_from(["place", "free"]))
@settings(max_examples=250, deadline=None)
def test_spans_slice_to_the_surface(title: str, lead: str, text: str, kind: str) -> None:
    """A mention's span cuts its surface out of the field as given, whatever the input."""
    found = matcher(kind).explain(title=title, lead=lead, text=text)
    fields = {"title": title, "lead": lead, "text": text}
    for mention in found.mentions:
        assert 0 <= mention.start < mention.end <= len(fields[mention.field])
        assert fields[mention.field][mention.start : mention.end] == mention.surface


@given(title=TEXTS, lead=TEXTS, text=TEXTS)
@settings(max_examples=250, deadline=None)
def test_normal_form_changes_no_decision(title: str, lead: str, text: str) -> None:
    """NFC, NFD and no-break spaces give the same decision, score, rule and places."""
    seen = []
    for form in ("NFC", "NFD", "NBSP"):
        fields = [
            (t.replace(" ", "\u00a0") if form == "NBSP" else unicodedata.normalize(form, t))
            for t in (title, lead, text)
        ]
        found = matcher().match(title=fields[0], lead=fields[1], text=fields[2])
        places = [(m.field, fold_text(m.surface).text, m.place_id, m.rule) for m in found.mentions]
        seen.append((found.decision, found.score, found.rule, places))
    assert seen[0] == seen[1] == seen[2]


@given(title=TEXTS, text=TEXTS)
@settings(max_examples=250, deadline=None)
def test_accent_free_alias_never_removes_a_hit(title: str, text: str) -> None:
    """Giving the place its names without accents too keeps every hit."""
    before = matcher().explain(title=title, text=text).mentions
    after = matcher("more").explain(title=title, text=text).mentions
    assert {(m.field, m.start, m.end) for m in before} <= {(m.field, m.start, m.end) for m in after}


@given(phrases=st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=4), title=st.text(max_size=20))
@settings(max_examples=150, deadline=None)
def test_any_accepted_profile_survives_its_file(phrases: list[str], title: str) -> None:
    """A profile that is accepted reads back as the same topic; all others raise TopicError."""
    from diembao.errors import TopicError

    try:
        topic = free_topic(title, phrases)
        text = format_profile(topic)
    except TopicError:
        return
    assert format_profile(parse_profile(text)) == text


@cache
def all_provinces() -> tuple[TopicsMatcher, dict[str, Matcher]]:
    names = [p.name for p in gazetteer().places.values() if p.parent_id is None and p.valid_to is None]
    topics = [place_topic(gazetteer(), name) for name in (*names, "Hà Giang", "Bắc Giang")]
    return TopicsMatcher(topics, gazetteer()), {t.topic_id: Matcher(t, gazetteer()) for t in topics}


@given(title=TEXTS, lead=TEXTS, text=TEXTS, on=st.sampled_from([None, date(2024, 5, 1), date(2025, 10, 1)]))
@settings(max_examples=120, deadline=None)
def test_many_topics_at_once_agree_with_each_alone(title: str, lead: str, text: str, on: date | None) -> None:
    """The shared pass over all provinces gives what each topic alone gives, mentions and rules included."""
    many, single = all_provinces()
    alone = {i: m.match(title=title, lead=lead, text=text, published_on=on) for i, m in single.items()}
    found = many.match(title=title, lead=lead, text=text, published_on=on)
    assert found == {i: match for i, match in alone.items() if match.decision != "not"}


@given(title=TEXTS, lead=TEXTS, text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_explaining_changes_no_decision(title: str, lead: str, text: str) -> None:
    """`explain` decides as `match` does and only adds what was set aside."""
    shown = matcher().explain(title=title, lead=lead, text=text)
    found = matcher().match(title=title, lead=lead, text=text)
    kept = tuple(m for m in shown.mentions if not m.rule.startswith("blocked:"))
    assert (shown.decision, shown.score) == (found.decision, found.score)
    assert kept == found.mentions


GUARDED = {
    "street": (contexts._STREET, lambda left: contexts._may_end(left, contexts._STREET_ENDS)),
    "people": (contexts._PEOPLE, lambda left: contexts._may_end(left, contexts._PEOPLE_ENDS)),
    "plate": (contexts._PLATE, lambda left: contexts._may_hold(left.lower(), contexts._PLATE_PARTS)),
    "origin": (contexts._ORIGIN, lambda left: contexts._may_hold(left.lower(), contexts._ORIGIN_PARTS)),
    "delegate": (contexts._DELEGATE, lambda left: contexts._may_hold(left.lower(), contexts._DELEGATE_PARTS)),
    "named": (
        contexts._DELEGATE_NAMED,
        lambda left: contexts._may_hold(left.lower(), contexts._DELEGATE_PARTS),
    ),
    "any": (
        contexts._ANY_DELEGATION,
        lambda left: contexts._may_hold(left.lower(), contexts._DELEGATE_PARTS),
    ),
}


@pytest.mark.parametrize("name", GUARDED)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_quick_look_never_hides_a_match(name: str, data: st.DataObject) -> None:
    """Where the quick look at words says no, the expression it stands before does not match."""
    pattern, look = GUARDED[name]
    words = sorted(
        {w for part in re.split(r"[|()?:]", pattern.pattern) if (w := part.strip()) and "\\" not in w}
    )
    left = (
        " ".join(data.draw(st.lists(st.sampled_from([*words, "1990", "(", ",", "T.", "tỉnh"]), max_size=4)))
        + " "
    )
    assert look(left) or pattern.search(left) is None
