"""Which headlines over one text say different things, and which only differ in wording."""

from __future__ import annotations

from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diembao.stories import headlines
from diembao.stories.headlines import changes_sense
from diembao.text.normal import place_tones
from diembao.topics.gazetteer import parse_gazetteer

CHANGED = [
    ("Xã Tân Lập xả thải ra suối", "Xã Tân Lập bác bỏ chuyện xả thải ra suối"),
    ("Cầu Bản Vàng sắp sập", "Không có chuyện cầu Bản Vàng sắp sập"),
    ("Bắt cóc trẻ em ở chợ Đông", "Thông tin bắt cóc trẻ em ở chợ Đông là sai sự thật"),
    ("Giá vé phà tăng gấp đôi", "Đính chính: giá vé phà không tăng gấp đôi"),
    ("Tăng giá điện từ tháng 6", "Chưa tăng giá điện từ tháng 6"),
    ("Học sinh vùng cao được nghỉ học", "Học sinh vùng cao không được nghỉ học"),
    ("Cầu Bản Vàng xuống cấp nghiêm trọng", "Cầu Bản Vàng xuống cấp nghiêm trọng?"),
    ("5 người chết trong vụ lật thuyền", "7 người chết trong vụ lật thuyền"),
    ("Hai người chết trong vụ lật thuyền", "3 người chết trong vụ lật thuyền"),
    ("Đầu tư 100 tỷ đồng làm đường biên giới", "Đầu tư 250 tỉ đồng làm đường biên giới"),
    ("Giá lợn hơi ngày 3/5", "Giá lợn hơi ngày 4/5"),
    ("Giá lợn hơi tăng mạnh", "Giá lợn hơi giảm mạnh"),
    ("Cháy chợ trung tâm ở Lạng Sơn", "Cháy chợ trung tâm ở Cao Bằng"),
    ("Flood kills 5 people in the north", "Flood kills 9 people in the north"),
    ("Bridge closed after flood", "Ministry denies bridge closed after flood"),
]

SAME = [
    ("Mưa lớn gây ngập ở vùng núi", "Vùng núi ngập nặng vì mưa lớn"),
    ("Khánh thành cầu Bản Vàng", "KHÁNH THÀNH CẦU BẢN VÀNG"),
    ("Hòa giải ở cơ sở", "Hoà giải ở cơ sở"),
    ("Xã Tân Lập bác bỏ chuyện xả thải", "Xã Tân Lập phủ nhận chuyện xả thải"),
    ("Cấm đốt pháo dịp Tết", "Không được đốt pháo dịp Tết"),
    ("Hàng không tăng chuyến dịp lễ", "Hãng bay tăng chuyến dịp lễ"),
    ("Không chỉ nông dân hưởng lợi từ hồ chứa", "Nông dân hưởng lợi từ hồ chứa"),
    ("Vì sao giá lợn hơi tăng mạnh?", "Giá lợn hơi tăng mạnh"),
    ("5 người chết trong vụ lật thuyền", "Lật thuyền, 5 người chết"),
    ("Hai người chết trong vụ lật thuyền", "2 người chết trong vụ lật thuyền"),
    ("5 người chết, 3 người bị thương vì lật thuyền", "5 người chết vì lật thuyền"),
    ("Đầu tư hơn 100 tỷ đồng làm đường biên giới", "Đầu tư 105 tỷ đồng làm đường biên giới"),
    ("Đầu tư 1.500 tỷ đồng làm đường", "Đầu tư 1500 tỷ đồng làm đường"),
    ("3 điều cần biết về vụ lật thuyền", "Vụ lật thuyền: 5 người chết"),
    ("Phạt 2 năm tù kẻ trộm trâu năm 2026", "Phạt 2 năm tù kẻ trộm trâu"),
    ("Cháy chợ trung tâm ở Lạng Sơn", "Cháy chợ trung tâm ở Đồng Đăng"),
    ("Cháy chợ trung tâm ở Bắc Giang", "Cháy chợ trung tâm ở Bắc Ninh"),
    ("Cháy chợ trung tâm", "Cháy chợ trung tâm ở Cao Bằng"),
    ("Bão vào Thái Bình Dương gây mưa", "Bão vào Cao Bằng gây mưa"),
    ("", "Không có chuyện cầu Bản Vàng sắp sập"),
    ("Tin", "Tin?"),
    ("Ban quản lý cảnh cáo chủ bãi vàng", "Cảnh cáo chủ bãi vàng"),
    ("Lật thuyền chưa rõ nguyên nhân", "Lật thuyền trên hồ, tìm nguyên nhân"),
]


@pytest.mark.parametrize(("a", "b"), CHANGED)
def test_another_sense(a: str, b: str) -> None:
    """A denial, a negation, a question, another number of the same thing or another province changes the sense."""
    assert changes_sense(a, b)
    assert changes_sense(b, a)


@pytest.mark.parametrize(("a", "b"), SAME)
def test_another_wording_only(a: str, b: str) -> None:
    """Other words, rounded numbers, details left out and merged provinces are no other sense."""
    assert not changes_sense(a, b)
    assert not changes_sense(b, a)


def test_the_provinces_are_those_of_the_gazetteer() -> None:
    """The names of provinces and their mergers of July 2025 are those of the gazetteer, and all of them."""
    packed = (resources.files("diembao") / "assets" / "gazetteer" / "vietnam.jsonl.xz").read_bytes()
    places = parse_gazetteer(packed)
    units = [place for place in places.places.values() if places.level(place) == "province"]
    expected = {}
    for unit in units:
        now = places.get_place(unit.successors[0]) if unit.successors else unit
        expected[place_tones(unit.name)] = place_tones(now.name)
    names = headlines._province_names()
    assert {name: place_tones(names[name]) for name in expected} == expected
    assert len(set(names.values())) == 34


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_headlines_are_judged_alike_from_both_sides(a: str, b: str) -> None:
    """Whatever the characters: no error, and the order of the two does not matter."""
    assert changes_sense(a, b) == changes_sense(b, a)
    assert not changes_sense(a, a)
