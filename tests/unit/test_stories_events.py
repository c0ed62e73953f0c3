"""Stories: texts about one event come together, others stay apart, and what a person changed stays changed."""

from __future__ import annotations

import importlib.util
import json
import lzma
import unicodedata
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import diembao.stories
from diembao.errors import CorpusError, UsageError
from diembao.stories.events import (
    StoryEdits,
    StoryMerge,
    StoryPin,
    StorySplit,
    StoryText,
    describe_story,
    find_stories,
    find_vanished,
    group_stories,
)
from diembao.stories.events.features import BITS, MAX_FEATURES, pack_background, unpack_background, weigh_text
from diembao.stories.events.linkage import Graph
from diembao.stories.events.measures import measure_agreement
from diembao.stories.events.pairs import damp_topics
from diembao.stories.events.records import read_story_texts
from diembao.types import StoryMember

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 8 o'clock in Hanoi

FIRE = [
    (
        "Cháy kho phế liệu ở phường Kỳ Lừa, hai người bị thương",
        "Rạng sáng 2/3, lửa bùng lên ở kho phế liệu phường Kỳ Lừa.",
    ),
    (
        "Kho phế liệu phường Kỳ Lừa bốc cháy dữ dội lúc rạng sáng",
        "Hai công nhân bị thương khi kho phế liệu ở Kỳ Lừa cháy.",
    ),
    (
        "Điều tra nguyên nhân cháy kho phế liệu ở Kỳ Lừa",
        "Công an khám nghiệm hiện trường kho phế liệu phường Kỳ Lừa.",
    ),
]
BRIDGE = [
    (
        "Thông xe cầu Bản Trại bắc qua sông Kỳ Cùng",
        "Sáng nay cầu Bản Trại nối hai bờ sông Kỳ Cùng được thông xe.",
    ),
    (
        "Cầu Bản Trại thông xe sau ba năm xây dựng",
        "Cầu Bản Trại dài 300 m qua sông Kỳ Cùng bắt đầu phục vụ người dân.",
    ),
]
OTHER_FIRE = (
    "Cháy rừng thông ở xã Hữu Lũng",
    "Trưa nay lửa lan trên đồi thông xã Hữu Lũng, dân quân dập lửa.",
)


def text(unit_id: str, words: tuple[str, str], hours: float = 0.0, outlet: str = "a") -> StoryText:
    return StoryText(unit_id, words[0], words[1], "", START + timedelta(hours=hours), outlet)


def two_events() -> list[StoryText]:
    return [
        text("f1", FIRE[0], 0),
        text("b1", BRIDGE[0], 1),
        text("f2", FIRE[1], 2, "b"),
        text("o1", OTHER_FIRE, 3),
        text("b2", BRIDGE[1], 5, "b"),
        text("f3", FIRE[2], 26),
    ]


def groups(stories: dict[str, str]) -> set[frozenset[str]]:
    by_story: dict[str, set[str]] = {}
    for unit, story in stories.items():
        by_story.setdefault(story, set()).add(unit)
    return set(map(frozenset, by_story.values()))


# ------------------------------------------------------------------ grouping


def test_texts_about_one_event_are_one_story() -> None:
    """Two events and a text of the same kind of event elsewhere are three stories, named by their first texts."""
    assert group_stories(two_events()) == {
        "f1": "s-f1", "f2": "s-f1", "f3": "s-f1", "b1": "s-b1", "b2": "s-b1", "o1": "s-o1"
    }  # fmt: skip


def test_strangers_may_hand_over_mappings() -> None:
    """The public function takes plain rows and gives the same stories as for records."""
    rows = [
        {
            "id": unit.unit_id,
            "title": unit.title,
            "text": unit.lead,
            "published": unit.at.isoformat() if unit.at else None,
        }
        for unit in two_events()
    ]
    assert groups(diembao.stories.group_stories(rows)) == groups(group_stories(two_events()))
    rows[0]["published"] = "2/3/2026 08:00"  # Vietnam's way of writing, Vietnam's time
    assert groups(diembao.stories.group_stories(rows)) == groups(group_stories(two_events()))


@pytest.mark.parametrize(
    "published", [date(2026, 3, 2), datetime(2026, 3, 2, 8), "2026-03-02", 1772413200, None, ""]
)
def test_a_time_may_be_given_in_any_usual_way(published: object) -> None:
    """Dates, times without a zone, texts, seconds since 1970, or no time at all."""
    rows = [
        {"id": 1, "title": FIRE[0][0], "lead": FIRE[0][1], "published": published},
        {"id": 2, "title": FIRE[1][0], "lead": FIRE[1][1], "published": published},
        {"id": 3, "title": BRIDGE[0][0], "lead": BRIDGE[0][1], "published": published},
    ]
    assert groups(group_stories(rows)) == {frozenset({"1", "2"}), frozenset({"3"})}


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([{"title": "x"}], "events.no_id"),
        ([{"id": "a"}, {"id": "a"}], "events.double_id"),
        ([{"id": "a", "published": "hôm kia"}], "events.bad_time"),
        ([{"id": "a", "published": 1e300}], "events.bad_time"),
        ([{"id": "a", "published": ["2026"]}], "events.bad_time"),
        ([{"id": "a", "published": datetime.max}], "events.bad_time"),
        ([{"id": "a", "published": True}], "events.bad_time"),
    ],
)
def test_rows_that_mean_nothing_are_refused(rows: list[dict[str, object]], key: str) -> None:
    """A row without an id, with a double id or an unreadable time is an error that names the row."""
    with pytest.raises(UsageError) as caught:
        group_stories(rows)
    assert caught.value.key == key
    assert str(len(rows)) in str(caught.value)


def test_a_record_without_a_zone_is_in_the_time_of_vietnam() -> None:
    """A naive time means the same on every machine."""
    naive = StoryText("1", "", "", "", datetime(2026, 3, 2, 0, 30))
    (read,) = read_story_texts([naive])
    assert read.at == datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    (day,) = read_story_texts([{"id": "1", "published": "2026-03-02"}])
    assert day.at == datetime(2026, 3, 2, 5, tzinfo=UTC)  # noon


def test_names_of_a_row_may_be_one_or_several() -> None:
    """One name given as a string is one name, not its letters."""
    one, several = read_story_texts([{"id": "1", "names": "Mẫu Sơn"}, {"id": "2", "names": ["Mẫu Sơn", 1]}])
    assert (one.names, several.names) == (("Mẫu Sơn",), ("Mẫu Sơn", "1"))


def test_the_same_words_a_month_later_are_another_event() -> None:
    """What happens again after weeks is another story; after two days it is the same."""
    again = [text("f1", FIRE[0]), text("f2", FIRE[1], 24 * 30)]
    assert len(groups(group_stories(again))) == 2
    assert len(groups(group_stories([text("f1", FIRE[0]), text("f2", FIRE[1], 48)]))) == 1


def test_a_running_story_lasts_longer_than_the_window() -> None:
    """A case that is written about every three days stays one story for a month."""
    row = [text(f"f{n}", FIRE[n % 3], 72 * n) for n in range(10)]
    assert set(group_stories(row).values()) == {"s-f0"}


def test_an_empty_text_is_a_story_of_its_own() -> None:
    """Texts without words are like nothing, not like each other."""
    rows = [StoryText(str(n), "", "", "", START) for n in range(3)]
    assert len(groups(group_stories([*rows, text("f1", FIRE[0])]))) == 4
    assert group_stories([]) == {}


def test_ten_thousand_identical_texts_are_one_story() -> None:
    """A flood of one text ends in one story and counts as one text beside another."""
    rows = [text(f"{n:05}", FIRE[0], n / 1000) for n in range(10_000)]
    stories = group_stories([*rows, text("f2", FIRE[1], 11)])
    assert set(stories.values()) == {"s-00000"}


def test_a_mass_of_near_copies_does_not_cost_its_square() -> None:
    """Five thousand texts that differ in a number are one story."""
    rows = [
        text(f"{n:05}", (FIRE[0][0], f"{FIRE[0][1]} Bản tin số {n + 1_000}."), n / 1000) for n in range(5_000)
    ]
    assert set(group_stories(rows).values()) == {"s-00000"}


def test_a_huge_text_is_read_at_its_top() -> None:
    """Five million characters cost no more than the first thousands, and words without end are cut."""
    huge = StoryText("h", FIRE[0][0], FIRE[0][1], "lời kể dài " * 500_000, START)
    assert len(weigh_text(huge).columns) <= MAX_FEATURES
    assert len(groups(group_stories([huge, text("f2", FIRE[1])]))) == 1
    assert len(weigh_text(StoryText("w", "x" * 5_000_000, "", "", None)).columns) == 1


def test_encoding_and_place_of_tones_make_no_difference() -> None:
    """NFD, the newer place of tones and capitals throughout give the words of the plain title."""
    plain = weigh_text(StoryText("1", "Khánh thành nhà máy thủy điện Hòa Bình", "", "", None))
    nfd = weigh_text(
        StoryText("2", unicodedata.normalize("NFD", "Khánh thành nhà máy thuỷ điện Hoà Bình"), "", "", None)
    )
    assert plain.columns.tolist() == nfd.columns.tolist() and plain.weights.tolist() == nfd.weights.tolist()
    large = weigh_text(StoryText("3", "KHÁNH THÀNH NHÀ MÁY THỦY ĐIỆN HÒA BÌNH", "", "", None))
    assert large.columns.tolist() == plain.columns.tolist()


def test_the_top_of_a_text_without_a_lead_is_its_lead() -> None:
    """A lead that stands at the top of the text weighs as if it had been stated."""
    lead = "Sáng nay cây cầu nối hai bờ sông được thông xe sau ba năm xây dựng. " * 3
    stated = weigh_text(StoryText("1", "Thông xe cầu Bản Trại", " ".join(lead.split()[:40]), "", None))
    inside = weigh_text(StoryText("2", "Thông xe cầu Bản Trại", " ", " ".join(lead.split()[:40]), None))
    assert stated.columns.tolist() == inside.columns.tolist()
    assert stated.weights.tolist() == inside.weights.tolist()


def test_names_help_like_words_of_the_lead() -> None:
    """A place that is given beside the text counts."""
    bare = StoryText("1", "Lễ hội đầu xuân", "", "", START)
    named = StoryText("2", "Lễ hội đầu xuân", "", "", START, names=("Mẫu Sơn",))
    assert set(weigh_text(bare).columns.tolist()) < set(weigh_text(named).columns.tolist())


def test_a_topic_of_the_day_weighs_less_among_many_texts() -> None:
    """What a thousand texts write about these days is damped; among few texts nothing is."""
    topic = [weigh_text(StoryText(str(n), f"Giải Sao Khuê {n}", "", "", None)) for n in range(1_000)]
    few, many = damp_topics(topic[:20]), damp_topics(topic)
    assert few[0].max() == pytest.approx(float(topic[0].weights.max()), abs=1e-6)
    assert (many @ many.T)[0, 1] < (few @ few.T)[0, 1]
    lengths = np.sqrt(many.multiply(many).sum(1)).A1
    assert lengths.tolist() == pytest.approx([1.0] * 1_000, abs=1e-5)


# ------------------------------------------------------------------ from day to day


def test_day_by_day_gives_what_one_run_gives() -> None:
    """Handing over each day with what is known ends in the stories of a run over all."""
    units = [*two_events(), *(text(f"g{n}", FIRE[n % 3], 40 + 20 * n) for n in range(6))]
    known: dict[str, str] = {}
    seen: list[StoryText] = []
    for day in sorted({unit.at.date() for unit in units if unit.at}):
        seen += [unit for unit in units if unit.at and unit.at.date() == day]
        known = group_stories(seen, known=known)
    assert known == group_stories(units)


def test_a_story_keeps_its_id_when_more_is_written() -> None:
    """As long as its earliest text stays, a story has one id, however it grows."""
    before = group_stories(two_events()[:2])
    after = group_stories(two_events())
    assert all(after[unit] == story for unit, story in before.items())


def test_a_late_text_moves_nothing_that_is_known() -> None:
    """A text that comes late, even an earlier one, joins the story under its known id."""
    known = group_stories(two_events())
    late = text("f0", FIRE[1], -3, "c")
    after = group_stories([late, *two_events()], known=known)
    assert after == {**known, "f0": "s-f1"}


def test_known_stories_that_are_joined_keep_the_earlier_id() -> None:
    """When what was thought two stories turns out to be one, the id of the earlier stays."""
    known = {"f1": "s-f1", "f2": "s-f2"}
    edits = StoryEdits(merges=(StoryMerge(1, ("f1", "f2")),))
    assert set(group_stories(two_events(), known=known, edits=edits).values()) == {"s-f1", "s-b1", "s-o1"}


# ------------------------------------------------------------------ what people change


def test_a_split_survives_more_texts() -> None:
    """What a person took out of a story stays out, also when new texts lie between the two."""
    edits = StoryEdits(splits=(StorySplit(1, ("f3",), ("f1", "f2")),))
    for units in (two_events(), [*two_events(), text("f4", FIRE[0], 27), text("f5", FIRE[2], 28)]):
        stories = group_stories(units, edits=edits)
        assert stories["f1"] == stories["f2"] == "s-f1"
        assert stories["f3"] != "s-f1"


def test_a_split_is_done_to_known_stories_too() -> None:
    """Known stories are parted by an edit made since; the part with the earliest text keeps the id."""
    known = group_stories(two_events())
    edits = StoryEdits(splits=(StorySplit(1, ("f1",), ("f2", "f3")),))
    after = group_stories(two_events(), known=known, edits=edits)
    assert after == {**known, "f2": "s-f2", "f3": "s-f2"}


def test_a_merge_survives_a_re_run() -> None:
    """What a person put together stays together though the texts share nothing, and across any gap of time."""
    far = text("x1", ("Hội đồng họp phiên bất thường", "Bàn về ngân sách."), 24 * 60)
    edits = StoryEdits(merges=(StoryMerge(1, ("f1", "x1")),))
    stories = group_stories([*two_events(), far], edits=edits)
    assert stories["x1"] == stories["f1"] == stories["f2"]


def test_a_pinned_story_keeps_its_id() -> None:
    """A pin holds its units together under one id even when an earlier text turns up."""
    edits = StoryEdits(pins=(StoryPin(1, ("f2", "f3"), "s-f2"),))
    stories = group_stories(two_events(), edits=edits)
    assert stories["f1"] == stories["f2"] == stories["f3"] == "s-f2"


def test_the_later_edit_wins() -> None:
    """A split after a merge parts, a merge after a split joins; the order of the tuple says nothing."""
    merge, split = ("f1", "b1"), (("b1",), ("f1",))
    parted = StoryEdits(merges=(StoryMerge(1, merge),), splits=(StorySplit(2, *split),))
    joined = StoryEdits(merges=(StoryMerge(3, merge),), splits=(StorySplit(2, *split),))
    assert group_stories(two_events(), edits=parted)["b1"] != "s-f1"
    assert group_stories(two_events(), edits=joined)["b1"] == "s-f1"


def test_a_later_split_leaves_the_rest_of_a_merge() -> None:
    """One unit taken out of a merge of three: the other two stay merged."""
    edits = StoryEdits(
        merges=(StoryMerge(1, ("f1", "b1", "o1")),), splits=(StorySplit(2, ("f1",), ("b1", "o1")),)
    )
    stories = group_stories(two_events(), edits=edits)
    assert stories["b1"] == stories["o1"] != stories["f1"]


def test_edits_about_vanished_units_are_ignored_and_told() -> None:
    """An edit counts for the units that are there; the others are listed by edit."""
    edits = StoryEdits(
        merges=(StoryMerge(1, ("f1", "gone", "b1")),), splits=(StorySplit(2, ("lost",), ("f1", "f2")),)
    )
    stories = group_stories(two_events(), edits=edits)
    assert stories["f1"] == stories["b1"] == stories["f2"]
    assert find_vanished(edits, stories) == {1: ("gone",), 2: ("lost",)}


# ------------------------------------------------------------------ a story as it is shown


def test_a_story_is_described_by_its_own_texts() -> None:
    """Title of a member, first publisher, days in Vietnam's time, outlets, texts and appearances."""
    units = {unit.unit_id: unit for unit in two_events()}
    members = [member for member in find_stories(units.values()) if member.story_id == "s-f1"]
    copies = [text("f1-copy", FIRE[0], 1, "c"), text("f1-copy2", FIRE[0], 20, "a")]
    view = describe_story(members, units, reprints={"f1": copies})
    assert (view.story_id, view.first_id, view.first_outlet_id) == ("s-f1", "f1", "a")
    assert view.title == units[view.title_of].title
    assert (view.texts, view.appearances, view.outlets) == (3, 5, ("a", "c", "b"))
    assert [(day.day, day.unit_ids, day.appearances) for day in view.days] == [
        (date(2026, 3, 2), ("f1", "f2"), 3),
        (date(2026, 3, 3), ("f3",), 2),
    ]
    assert (view.first_at, view.last_at, view.undated) == (START, START + timedelta(hours=26), ())


def test_the_title_is_of_the_text_most_like_the_others() -> None:
    """Of equals the earliest; a text without a title gives way; nothing is invented."""
    texts = {"1": text("1", ("", "")), "2": text("2", ("Hai", ""), 1), "3": text("3", ("Ba", ""), 2)}
    members = [StoryMember("1", "s-1", 0.9), StoryMember("2", "s-1", 0.5), StoryMember("3", "s-1", 0.5)]
    assert describe_story(members, texts).title == "Hai"
    undated = StoryText("1", "Một", "", "", None, "a")
    view = describe_story(members[:1], {"1": undated})
    assert (view.first_at, view.days, view.undated) == (None, (), ("1",))
    with pytest.raises(UsageError):
        describe_story([], {})


def test_likeness_is_the_mean_cosine_with_the_others() -> None:
    """A member's similarity is that of its vector with each other member's, averaged; alone it is 1."""
    rows = two_events()
    found = {member.unit_id: member.similarity for member in find_stories(rows)}
    assert found["o1"] == 1.0
    one, other = (weigh_text(row) for row in rows if row.unit_id in ("b1", "b2"))
    both, left, right = np.intersect1d(one.columns, other.columns, return_indices=True)
    assert len(both)
    cosine = float(one.weights[left].astype(float) @ other.weights[right].astype(float))
    assert found["b1"] == pytest.approx(cosine, abs=1e-6) and found["b2"] == pytest.approx(cosine, abs=1e-6)


# ------------------------------------------------------------------ parts


def test_average_linkage_does_not_chain() -> None:
    """Of a – b – c with a and c unlike, only the likelier pair is joined; the mean decides, not the best pair."""
    edges = (np.array([0, 1]), np.array([1, 2]), np.array([600_000, 500_000]))
    graph = Graph(*edges, {0: 1, 1: 1, 2: 1})
    assert list(graph.join_alike([0, 1, 2], 0.4, lambda one, other: True)) == [(0, 1)]
    assert graph.link(0, 2) == 0.25


def test_stories_that_nothing_touches_are_left_alone() -> None:
    """Only what a new text touches is joined, and what is thereby touched."""
    edges = (np.array([0, 2, 1]), np.array([1, 3, 4]), np.array([900_000] * 3))
    graph = Graph(*edges, dict.fromkeys(range(5), 1))
    assert list(graph.join_alike([3], 0.4, lambda one, other: True)) == [(2, 3)]


def test_a_background_is_packed_and_read_back() -> None:
    """Counts come back within half a step; what is no table is refused."""
    counts = np.zeros(2**BITS, np.int64)
    counts[:3] = [50_000, 700, 3]
    idf = unpack_background(pack_background(counts, 55_000))
    assert idf[0] == pytest.approx(np.log(55_001 / 50_001), abs=0.1)
    assert idf[1] == pytest.approx(np.log(55_001 / 701), abs=0.1)
    assert idf[2] == idf[3] == idf.max()
    for broken in (b"", b"no table", lzma.compress(b"\0" * 99)):
        with pytest.raises(CorpusError):
            unpack_background(broken)


# ------------------------------------------------------------------ measures


def test_measures_by_a_worked_example() -> None:
    """Events {1,2,3} {4,5} {6}; stories {1,2} {3,4,5} {6}: B-cubed, pairs and ARI computed by hand."""
    events = {"1": "a", "2": "a", "3": "a", "4": "b", "5": "b", "6": "c"}
    stories = {"1": "x", "2": "x", "3": "y", "4": "y", "5": "y", "6": "z"}
    found = measure_agreement(events, stories)
    # precision: 1, 1, 1/3, 2/3, 2/3, 1; recall: 2/3, 2/3, 1/3, 1, 1, 1
    assert found.bcubed_precision == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3 + 1) / 6)
    assert found.bcubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6)
    assert found.bcubed_f1 == pytest.approx(7 / 9)
    # pairs: 4 in stories, 4 in events, 2 in both
    assert (found.pair_precision, found.pair_recall) == (0.5, 0.5)
    # expected 4·4/15, most (4+4)/2
    assert found.ari == pytest.approx((2 - 16 / 15) / (4 - 16 / 15))
    assert (found.texts, found.events, found.stories) == (6, 3, 3)


def test_measures_at_their_ends() -> None:
    """Equal groupings score 1 under any names; all alone and all in one score as they should."""
    events = {str(n): "ab"[n // 3] for n in range(6)}
    same = measure_agreement(events, {unit: label * 2 for unit, label in events.items()})
    assert (same.bcubed_f1, same.ari, same.pair_precision, same.pair_recall) == (1, 1, 1, 1)
    alone = measure_agreement(events, {unit: unit for unit in events})
    assert (alone.bcubed_precision, alone.bcubed_recall, alone.ari) == (1, pytest.approx(1 / 3), 0)
    assert (alone.pair_precision, alone.pair_recall) == (1, 0)
    one = measure_agreement(events, dict.fromkeys(events, "s"))
    assert (one.bcubed_precision, one.bcubed_recall, one.ari) == (0.5, 1, 0)
    assert measure_agreement({"1": "a"}, {"1": "x", "2": "x"}).ari == 1
    with pytest.raises(UsageError):
        measure_agreement({"1": "a"}, {"2": "x"})
    with pytest.raises(UsageError):
        measure_agreement({}, {})


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_stories", ROOT / "tools" / "score_stories.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_scores_a_labelled_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows with an event give all measures as JSON; a row without one is an error in one sentence."""
    rows = [
        {
            "id": unit.unit_id,
            "title": unit.title,
            "text": unit.lead,
            "published": str(unit.at),
            "event": unit.unit_id[0],
        }
        for unit in two_events()
    ]
    path = tmp_path / "labelled.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    script = load_script()
    assert script.main([str(path), "--stories", str(tmp_path / "out.jsonl")]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert (scores["bcubed_f1"], scores["ari"], scores["events"], scores["texts"]) == (1.0, 1.0, 3, 6)
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 6
    for broken in ('{"id": "1", "title": "x"}', "{", "[1]"):
        path.write_text(broken, encoding="utf-8")
        assert script.main([str(path)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
