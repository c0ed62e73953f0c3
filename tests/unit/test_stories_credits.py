"""Which sources a text credits: agencies and registered outlets in their usual forms, never persons."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.sources.directory import make_from_directory, read_directory
from diembao.stories.credits import Credit, find_credits, list_credits, name_agencies, name_outlets
from diembao.types import Outlet

OUTLETS = [
    Outlet("vnexpress-net", "VnExpress", ("vnexpress.net",), "central"),
    Outlet("tuoitre-vn", "Tuổi Trẻ", ("tuoitre.vn",), "central"),
    Outlet("dantri-com-vn", "Dân Trí", ("dantri.com.vn",), "central"),
    Outlet("baochinhphu-vn", "Báo Chính phủ", ("baochinhphu.vn",), "central"),
    Outlet("thanhtra-com-vn", "Thanh tra", ("thanhtra.com.vn",), "sector"),
    Outlet("suckhoedoisong-vn", "Sức khỏe & Đời sống", ("suckhoedoisong.vn",), "sector"),
    Outlet("baolangson-vn", "Báo Lạng Sơn", ("baolangson.vn",), "provincial", place="Lạng Sơn"),
    Outlet("vietnamplus-vn", "VietnamPlus", ("vietnamplus.vn",), "central"),
]
NAMES = name_outlets(OUTLETS)
BODY = (
    "Sáng nay, cầu Bản Vàng được khánh thành sau hai năm xây dựng.\nNgười dân hai bờ đi lại thuận tiện hơn."
)
TTXVN = ("agency:ttxvn",)

ENDINGS = [
    ("\nTheo TTXVN", TTXVN),
    ("\nTheo TTXVN.", TTXVN),
    (" (TTXVN)", TTXVN),
    (" (TTXVN).", TTXVN),
    (" (Theo TTXVN)", TTXVN),
    ("\nPV (Theo TTXVN)", TTXVN),
    ("\n(Theo Thông tấn xã Việt Nam/VietnamPlus)", ("agency:ttxvn", "vietnamplus-vn")),
    ("\nNguồn: TTXVN", TTXVN),
    ("\nNguồn: Báo Tuổi Trẻ", ("tuoitre-vn",)),
    ("\nNguồn tin: baolangson.vn", ("baolangson-vn",)),
    (" Theo VnExpress", ("vnexpress-net",)),
    (" theo vnexpress", ("vnexpress-net",)),
    ("\ntheo baochinhphu.vn", ("baochinhphu-vn",)),
    ("\nTheo https://www.baochinhphu.vn/", ("baochinhphu-vn",)),
    ("\n(Theo Báo Chính phủ)", ("baochinhphu-vn",)),
    ("\n(Theo Báo điện tử Chính phủ)", ("baochinhphu-vn",)),
    ("\nDẫn theo Dân trí", ("dantri-com-vn",)),
    (" (Theo AFP, Reuters)", ("agency:afp", "agency:reuters")),
    ("\nTổng hợp từ AFP và Reuters", ("agency:afp", "agency:reuters")),
    ("\nTheo Sức khoẻ & Đời sống", ("suckhoedoisong-vn",)),
    ("\nTheo Sức khỏe và Đời sống", ("suckhoedoisong-vn",)),
    ("\nTheo Tân Hoa Xã", ("agency:xinhua",)),
    ("\nSource: VNA", TTXVN),
    (" (VNA)", TTXVN),
    (" (Vietnam News Agency)", TTXVN),
    ("\nTTXVN/VnExpress", ("agency:ttxvn", "vnexpress-net")),
    ("\nTTXVN", TTXVN),
    ("\nTin, ảnh: TTXVN", TTXVN),
    ("\nTheo Dân trí. Ảnh: AFP", ("dantri-com-vn",)),
    ("\nTheo Báo Lạng Sơn", ("baolangson-vn",)),
    (" Nguyễn Văn A (TTXVN)", TTXVN),
    (" N.T.A (TTXVN)", TTXVN),
    (" Tin, ảnh: Nguyễn A (TTXVN)", TTXVN),
    (" Bài và ảnh: Nguyễn A (TTXVN)", TTXVN),
    (" TTXVN/Dân trí", ("agency:ttxvn", "dantri-com-vn")),
    (" Nguyễn A - Theo VnExpress", ("vnexpress-net",)),
    (" Ảnh: AFP Theo VnExpress", ("vnexpress-net",)),
]

HEADS = [
    ("Hà Nội (TTXVN) - ", TTXVN),
    ("Hà Nội, 12/3 (TTXVN) – ", TTXVN),
    ("HANOI (VNA) - ", TTXVN),
    ("Washington, March 3 (Reuters) — ", ("agency:reuters",)),
    ("(TTXVN) ", TTXVN),
    ("(Dân trí) - ", ("dantri-com-vn",)),
    ("TTXVN - ", TTXVN),
    ("BEIJING, Nov. 3 (Xinhua) -- ", ("agency:xinhua",)),
]

NOTHING = [
    "\nTheo Nguyễn Văn A",
    "\nNguồn: Trần Thị B",
    "\nNguyễn Văn A",
    "\n(Nguyễn Văn A)",
    "\nTheo quy định của pháp luật.",
    "\nNguồn: Internet",
    "\nẢnh: TTXVN",
    "\nẢnh: Nguyễn Văn A/TTXVN",
    " (Ảnh: TTXVN)",
    "\nẢnh minh họa. (Nguồn ảnh: TTXVN)",
    "\nVideo: VnExpress",
    "\nCông trình ở tỉnh biên giới (Lạng Sơn).",
    "\nTheo Thanh tra tỉnh, công trình đúng tiến độ.",
    "\nĐó là tin của Thông tấn xã Việt Nam (TTXVN).",
    "\nTheo Ấp Bắc",
    "\nAp",
]


@pytest.mark.parametrize(("ending", "expected"), ENDINGS)
def test_a_credit_at_the_end(ending: str, expected: tuple[str, ...]) -> None:
    """The usual forms at the end of a text give the agencies and outlets that they name, whatever the accents' form."""
    for form in ("NFC", "NFD"):
        assert find_credits(unicodedata.normalize(form, BODY + ending), NAMES) == expected


@pytest.mark.parametrize(("head", "expected"), HEADS)
def test_a_credit_in_the_dateline(head: str, expected: tuple[str, ...]) -> None:
    """The usual datelines give the agency or outlet that they name, in the lead or at the head of the text."""
    assert find_credits(head + BODY, NAMES) == expected
    assert find_credits(f"Cầu mới được khánh thành.\n{head}{BODY}", NAMES) == expected
    assert list_credits(head + BODY, NAMES)[0].place == "dateline"


@pytest.mark.parametrize("ending", NOTHING)
def test_what_is_no_credit(ending: str) -> None:
    """Persons, pictures, provinces, offices and explanations are no credits."""
    assert find_credits(BODY + ending, NAMES) == ()


def test_a_person_beside_an_outlet_is_left_out() -> None:
    """Of a person and an outlet in one line only the outlet is returned."""
    for line in ("Theo Nguyễn Văn A (Dân trí)", "Theo Nguyễn Văn A/Dân trí", "Nguyễn Văn A - Dân trí"):
        assert find_credits(f"{BODY}\n{line}", NAMES) == ("dantri-com-vn",)


def test_a_quotation_is_weak() -> None:
    """A sentence that quotes a source is returned as running and is no credit."""
    for sentence in (
        "Theo TTXVN, hôm qua mưa lớn ở vùng núi.",
        "Cầu sẽ thu phí, theo báo Tuổi Trẻ đưa tin.",
        "The bridge is closed, according to Reuters.",
        "Theo phóng viên TTXVN tại hiện trường, cầu đã thông.",
    ):
        text = f"{BODY}\n{sentence}\nXe cộ qua lại bình thường trong cả ngày hôm nay ở cả hai đầu cầu mới."
        assert find_credits(text, NAMES) == ()
        assert {credit.place for credit in list_credits(text, NAMES)} == {"running"}


def test_an_office_in_a_sentence_is_no_outlet() -> None:
    """Words that are also an outlet's name count in a sentence only with a press word before them."""
    for sentence in (
        "Theo Thanh tra Chính phủ, có sai phạm.",
        "Theo thanh tra, có sai phạm.",
        "Theo Báo Thanh tra Giao thông, có.",
    ):
        assert list_credits(f"{BODY}\n{sentence}\n{BODY}", NAMES) == ()
    said = list_credits(f"{BODY}\nTheo Báo Thanh tra, có sai phạm.\n{BODY}", NAMES)
    assert said == (Credit("thanhtra-com-vn", "running"),)


def test_a_line_in_the_middle_is_weak() -> None:
    """A line "Nguồn: X" in the middle belongs to a picture or a table as often as to the text."""
    text = f"{BODY}\nNguồn: TTXVN\n{BODY}\n{BODY}"
    assert list_credits(text, NAMES) == (Credit("agency:ttxvn", "running"),)


def test_a_registered_outlet_goes_before_the_agency() -> None:
    """VietnamPlus is the agency's where it is not registered, and an outlet where it is."""
    assert find_credits(f"{BODY}\nTheo VietnamPlus", {}) == TTXVN
    assert find_credits(f"{BODY}\nTheo VietnamPlus", NAMES) == ("vietnamplus-vn",)
    assert name_agencies(OUTLETS) == {"vietnamplus-vn": "agency:ttxvn"}


def test_a_name_that_two_outlets_share_names_nobody() -> None:
    """A form that would name two outlets is left out; their domains still name each."""
    pair = [
        Outlet("a", "Báo Công lý", ("congly.vn",), "sector"),
        Outlet("b", "Tạp chí Công lý", ("conglynews.vn",), "sector"),
    ]
    names = name_outlets(pair)
    assert "cong ly" not in names
    assert find_credits(f"{BODY}\nTheo congly.vn", names) == ("a",)
    assert find_credits(f"{BODY}\nTheo conglynews.vn", names) == ("b",)


def test_every_outlet_of_the_directory_is_found() -> None:
    """Every outlet of the starter directory is found by its own name with "Báo" before it and by its domain."""
    outlets = [make_from_directory(entry) for entry in read_directory()]
    names = name_outlets(outlets)
    for outlet in outlets:
        name = outlet.name if outlet.name.startswith(("Báo", "Tạp chí")) else f"Báo {outlet.name}"
        assert find_credits(f"{BODY}\nTheo {name}", names) == (outlet.outlet_id,)
        assert find_credits(f"{BODY}\nNguồn: {outlet.domains[0]}", names) == (outlet.outlet_id,)


@pytest.mark.parametrize(
    "text",
    [
        "theo " * 400_000,
        "(" * 300_000,
        ")" * 300_000,
        "(a" * 100_000 + ")" * 100_000,
        "\n" * 300_000,
        "Theo\n" * 100_000,
        "dẫn" + " " * 300_000 + "lời",
        "." * 300_000 + "(TTXVN",
        "Theo " + "/" * 300_000,
        "a.b." * 100_000,
        "- " * 200_000,
    ],
    ids=range(11),
)
def test_hostile_texts_end(text: str) -> None:
    """Endless repetitions of what credits begin with are read in bounded steps and credit nobody."""
    assert find_credits(text, NAMES) == ()


@given(st.text(alphabet="Theo TXVN()/.,:-–\n“” aăbBáoNguồn", max_size=200))
@settings(max_examples=300, deadline=None)
def test_only_known_names_are_returned(text: str) -> None:
    """Whatever the text: only ids of the outlets given or of agencies come out, each once."""
    found = find_credits(text, NAMES)
    assert set(found) <= {*NAMES.values(), *TTXVN}
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "form", ["Theo {}", "(Theo {})", "Nguồn: {}", "{}", "PV {}", "Bài, ảnh: {}", "Source: {}", "{}/{}"]
)
def test_persons_are_never_returned(form: str) -> None:
    """A person in any form of credit gives nothing, and neither do several."""
    for person in ("Nguyễn Văn A", "TRẦN THỊ B", "Lê C.", "V.A", "N.T.A"):
        assert list_credits(f"{BODY}\n{form.format(person, person)}", NAMES) == ()
