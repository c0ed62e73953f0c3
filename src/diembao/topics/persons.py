"""Names of persons are not topics: recognising what looks like one, and what a stated kind allows."""

from __future__ import annotations

import re

from diembao.errors import TopicError
from diembao.text.normal import fold_text, place_tones, strip_accents

#: kinds under which a phrase that looks like a name may stand; anything else is refused
STATED_KINDS = ("office", "street", "institution", "work", "event", "product")

_COMMON_SURNAMES = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trương Lương Đào "
    "Đoàn Phùng Mai Tô Trịnh Hà Cao Chu Tống Quách Lâm Mạc Nông Hứa Lưu Triệu Thái Tạ Tôn Thân "
    "Khổng Đàm Kiều Doãn Nghiêm Giáp Lục Lò Vàng Giàng Sùng Thào Bế Viên Châu Văn Âu Đường Ninh "
    "Phí Thạch Danh Sơn Kim Vương Quan Từ Đới Ma Lù Vừ Cà Lường Quàng Hạng Mùa Cứ Tráng Ung Ông "
    "Bạch Cù Cung Đồng Hán Khuất Khúc Lại Lều Mẫn Tiêu Trà Trang Tăng Ưng Vi La Uông Bàn Chẩu Phù "
    "Chương Đậu Đăng Cấn Thiều Thi"
)
SURNAMES = frozenset(_COMMON_SURNAMES.split(" "))
#: surnames that begin few other names: enough for a name of two syllables, or to claim the word after them
_STRONG = "Nguyễn Trần Lê Phạm Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Ngô Dương Lý Đinh Trương Trịnh Tạ Phùng Hoàng"
STRONG_SURNAMES = frozenset(_STRONG.split(" "))
_GIVEN = "Văn Thị Hữu Đức Thanh Minh Quang Ngọc Xuân Đình Công Quốc Thế Kim Anh Duy Trọng Hồng"
_MIDDLE = frozenset(_GIVEN.split(" "))
_BARE_SURNAMES = frozenset(strip_accents(s) for s in SURNAMES)
_BARE_STRONG = frozenset(strip_accents(s) for s in STRONG_SURNAMES)
_BARE_MIDDLE = frozenset(strip_accents(s) for s in _MIDDLE)

#: forms of address and titles before a name
ADDRESS = re.compile(
    r"(?i)\b(?:ông|bà|anh|chị|em|cô|chú|bác|cụ|cháu|bé|ong|ba|co|chu|cu|mr|mrs|ms|tiến sĩ|giáo sư|nhà báo|ca sĩ|"
    r"diễn viên|nhạc sĩ|nhà thơ|nghệ sĩ|đồng chí|phóng viên|bác sĩ|luật sư|đại tá|thượng tá|trung tá|"
    r"thiếu tá|đại úy|thượng úy|thiếu tướng|trung tướng|pgs\.?|gs\.?|ts\.?)\s+$"
)
_WORD = re.compile(r"[^\W\d_]+")


def looks_like_person(text: str) -> bool:
    """Whether the phrase is, or contains, what is written like a Vietnamese person's name.

    A surname followed by given names, all capitalised: three or more syllables after any surname, two after
    a common one. Accent-free, decomposed and all-caps writing count too.
    """
    plain = place_tones(fold_text(text).text)
    ascii_only = strip_accents(plain) == plain
    words = [m[0] for m in _WORD.finditer(plain)]
    lower_case = ascii_only and plain.islower()
    shouting = plain.isupper()
    for at, word in enumerate(words):
        run = 0
        while at + run < len(words) and (lower_case or words[at + run][0].isupper()):
            run += 1
        if _begins_name(
            [_cased(w, shouting or lower_case) for w in words[at : at + min(run, 5)]], ascii_only
        ):
            return True
        if ADDRESS.search(plain[: plain.find(word)] or "") and word[0].isupper() and not lower_case:
            return True
    return False


def _cased(word: str, shouting: bool) -> str:
    return word.capitalize() if shouting else word


def _begins_name(words: list[str], ascii_only: bool) -> bool:
    if len(words) < 2:
        return False
    strong, surnames, middle = (
        (_BARE_STRONG, _BARE_SURNAMES, _BARE_MIDDLE) if ascii_only else (STRONG_SURNAMES, SURNAMES, _MIDDLE)
    )
    if words[0] in strong and not (
        ascii_only and words[0] in ("Le", "Do", "Ly", "Ta", "Vo") and len(words) < 3
    ):
        return True
    return words[0] in surnames and len(words) >= 3 and (words[1] in middle or len(words) in (3, 4))


def check_phrase(text: str, stated_kind: str | None) -> None:
    """Raise TopicError where a phrase names a person, or looks like it and no kind is stated."""
    if stated_kind is not None and stated_kind not in STATED_KINDS:
        raise TopicError(
            "a phrase of kind {kind!r} is refused: {phrase!r}",
            key="topic.kind_refused",
            next_step="state one of these kinds: {kinds}; persons are not topics",
            kind=stated_kind,
            phrase=text,
            kinds=", ".join(STATED_KINDS),
        )
    if stated_kind is None and looks_like_person(text):
        raise TopicError(
            "{phrase!r} looks like a person's name, and persons are not topics",
            key="topic.looks_like_person",
            next_step="if it names something else state its kind: {kinds}; an office is a topic ('chủ tịch tỉnh')",
            phrase=text,
            kinds=", ".join(STATED_KINDS),
        )
