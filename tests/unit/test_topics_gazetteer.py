"""The gazetteer: layers in time, links, classes, and the script that builds it."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from test_topics_matcher import gazetteer

from diembao.app.topics import find_gazetteer_version
from diembao.errors import TopicError
from diembao.text.normal import place_tones
from diembao.topics import parse_gazetteer, read_gazetteer_version
from diembao.topics.gazetteer import is_valid

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    ("day", "provinces", "districts", "communes"),
    [(date(2025, 6, 30), 63, 696, 10_035), (date(2025, 7, 1), 34, 0, 3_321)],
)
def test_layers_hold_the_official_numbers(day: date, provinces: int, districts: int, communes: int) -> None:
    """On the last day before the reform and on its first day the counts are those of the law."""
    places = gazetteer()
    count = Counter(places.level(p) for p in places.places.values() if is_valid(p, day))
    assert (count["province"], count["district"], count["commune"]) == (provinces, districts, communes)


def test_lang_son_has_its_units() -> None:
    """Lạng Sơn: 11 districts and 194 communes before, 65 communes after."""
    places = gazetteer()
    ours = [p for i, p in places.places.items() if places.province_of(i) == "VN-20"]
    before = Counter(places.level(p) for p in ours if is_valid(p, date(2025, 6, 30)))
    after = Counter(places.level(p) for p in ours if is_valid(p, date(2025, 7, 1)))
    assert (before["district"], before["commune"], after["commune"]) == (11, 194, 65)


def test_links_are_many_to_many_and_agree_both_ways() -> None:
    """Predecessors mirror successors; 460 old communes were divided."""
    places = gazetteer().places
    divided = 0
    for place in places.values():
        for successor in place.successors:
            assert place.place_id in places[successor].predecessors
        divided += "-o" in place.place_id and place.parent_id is not None and len(place.successors) > 1
    assert divided >= 460
    assert set(places["VN-20-n06154"].predecessors) == {
        i for i, p in places.items() if "VN-20-n06154" in p.successors
    }


def test_known_error_of_a_source_is_not_taken_over() -> None:
    """Hồng Phong of Bình Gia went to 06079 only; one map also sends it to Đồng Đăng, and that is listed."""
    assert gazetteer().places["VN-20-o06079"].successors == ("VN-20-n06079",)
    with (ROOT / "docs/reference/gazetteer-conflicts.csv").open(encoding="utf-8", newline="") as rows:
        listed = [r for r in csv.DictReader(rows) if r["unit"] == "06079"]
    assert any("06184" in row["other"] and "left out" in row["decided"] for row in listed)


@pytest.mark.parametrize(
    ("place_id", "name", "alias_class"),
    [
        ("VN-20", "Lạng Sơn", "A"),
        ("VN-20", "xứ Lạng", "A"),
        ("VN-20-d183", "Cao Lộc", "A"),
        ("VN-20-d186", "Hữu Lũng", "A"),
        ("VN-20-d185", "Bắc Sơn", "C"),
        ("VN-20-o06001", "Đoàn Kết", "C"),
        ("VN-20-n05983", "Lương Văn Tri", "C"),
        ("VN-20-n06616", "Thái Bình", "C"),
    ],
)
def test_classes_follow_the_rule(place_id: str, name: str, alias_class: str) -> None:
    """Well-known districts stand alone; shared names, words and persons' names do not."""
    aliases = {a.surface: a.alias_class for a in gazetteer().places[place_id].aliases}
    assert aliases[name] == alias_class


def test_every_province_is_found_by_its_bare_name() -> None:
    """Each of the 63 and of the 34 provinces is among the places of its name."""
    places = gazetteer()
    for place in [p for p in places.places.values() if p.parent_id is None]:
        assert place in places.find_places(place.name)


def test_names_are_written_one_way() -> None:
    """Names and aliases carry their tones in one place, so that they can be looked up."""
    for place in gazetteer().places.values():
        assert place_tones(place.name) == place.name
        assert place.aliases


def test_unknown_id_is_an_error_with_a_next_step() -> None:
    """Asking for an id that no place has says how ids look."""
    with pytest.raises(TopicError) as caught:
        gazetteer().get_place("VN-0")
    assert caught.value.next_step


@pytest.mark.parametrize("data", [b"", b"{}", b"\xfd7zXZ\x00broken", b"\xff\xfe", b'{"format":"other/1"}'])
def test_broken_gazetteer_is_refused(data: bytes) -> None:
    """Bytes that are no gazetteer raise a TopicError, whatever they are."""
    with pytest.raises(TopicError) as caught:
        parse_gazetteer(data)
    assert caught.value.key == "topic.gazetteer_broken"
    with pytest.raises(TopicError):
        read_gazetteer_version(data)


def test_the_version_is_known_without_the_places() -> None:
    """The first line alone gives the version that the whole gazetteer has."""
    assert find_gazetteer_version() == gazetteer().version


@pytest.mark.shared
def test_build_gives_the_shipped_bytes(shared: Path, tmp_path: Path) -> None:
    """The shipped file is what the script makes from the open data, byte for byte."""
    done = subprocess.run(
        [sys.executable, "tools/build_gazetteer.py", str(shared / "data" / "open"), "--output", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert "units" in done.stdout
    for made, kept in (
        ("vietnam.jsonl.xz", "src/diembao/assets/gazetteer/vietnam.jsonl.xz"),
        ("NOTICE", "src/diembao/assets/gazetteer/NOTICE"),
        ("gazetteer-conflicts.csv", "docs/reference/gazetteer-conflicts.csv"),
    ):
        assert (tmp_path / made).read_bytes() == (ROOT / kept).read_bytes()
