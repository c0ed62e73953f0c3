"""Whether two headlines over one text say different things: then the texts are not counted as one.

Wording alone never counts. What does: one denies, negates or asks what the other states; another number of the
same thing; another province. Each but the denial asks that the rest of the headlines is nearly the same, because
the same words in another sentence tell nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from diembao.text.normal import exact_key, fold_text, place_tones

MAX_HEADLINE_CHARS = 500
#: share of the shorter headline's words that must stand in the other
SAME_REST = 0.8
#: a rounded number ("hơn 100") and an exact one may differ by this and mean the same
ROUNDED = 0.2

_DENIALS = (
    "bác bỏ", "bác tin", "phủ nhận", "không có chuyện", "không có việc", "không có thật", "sai sự thật",
    "không đúng sự thật", "đính chính", "cải chính", "tin giả", "tin bịa đặt", "bịa đặt", "thất thiệt", "tin thất thiệt",
    "denies", "denied", "deny", "refutes", "refuted", "dismisses", "hoax", "fake news", "untrue", "correction",
)  # fmt: skip
#: "không" and "chưa" where they negate nothing
_NOT_NEGATING = (
    "hàng không", "không gian", "không khí", "không quân", "không kích", "không phận", "không lưu", "trên không",
    "phòng không", "không trung", "không chỉ", "không ngừng", "không ít", "không chừng", "không đâu", "chưa từng có",
    "không đồng", "số không", "không chuyên", "đường không", "chưa rõ", "không rõ", "chưa biết", "not only",
)  # fmt: skip
_NEGATION_WORDS = "không chưa chẳng đừng cấm dừng ngừng hủy hoãn not never banned cancels cancelled"
#: a ban and a stop say the same as a negation: "cấm đốt pháo", "không được đốt pháo";
#: English "no" and "ban" are left out, because they are Vietnamese words of another sense
_NEGATIONS = frozenset(_NEGATION_WORDS.split())
_OPPOSITES = (
    ("tăng", "giảm"),
    ("thắng", "thua"),
    ("đồng ý", "từ chối"),
    ("có tội", "vô tội"),
    ("rises", "falls"),
)
#: questions that take the statement for granted: "vì sao giá tăng?" says that it did
_ASKING_WORDS = (
    "vì sao", "tại sao", "thế nào", "ra sao", "bao giờ", "khi nào", "bao nhiêu", "bao lâu", "ai", "gì", "đâu", "nào",
    "mấy", "why", "how", "when", "what", "who", "where", "which",
)  # fmt: skip
_NUMBER_WORDS = {"hai": 2, "ba": 3, "bốn": 4, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10}
_ABOUT_WORDS = "hơn gần khoảng trên dưới ngót chừng about over nearly almost"
_ABOUT = frozenset(_ABOUT_WORDS.split())
_LABEL_WORDS = "ngày tháng năm quý thứ số kỳ tập vòng đợt khóa hạng lô tuổi article round"
#: words before a number that say what it is the number of
_LABELS_BEFORE = frozenset(_LABEL_WORDS.split())
_JOINING_WORDS = "và đến tới ở tại của là trong từ cho về bị được có đã sẽ cùng or and to in at of"
#: words after a number that are not what it counts
_NO_UNITS = frozenset(_JOINING_WORDS.split())
_NUMBER = re.compile(r"\d+(?:[.,/:-]\d+)*")
_TOKEN = re.compile(r"\d+(?:[.,/:-]\d+)*|%|[^\W\d_]+")
_TI = re.compile(r"\btỉ\b")
_END = re.compile(r"[\s\"'“”‘’)\]]+$")

#: the provinces of 2025 with the older ones that went into them: merged ones are no different places
_PROVINCES = """
    Hà Nội | Huế, Thừa Thiên Huế, Thừa Thiên - Huế | Lai Châu | Điện Biên | Sơn La | Lạng Sơn | Quảng Ninh | Thanh Hóa
    | Nghệ An | Hà Tĩnh | Cao Bằng | Tuyên Quang, Hà Giang | Lào Cai, Yên Bái | Thái Nguyên, Bắc Kạn
    | Phú Thọ, Hòa Bình, Vĩnh Phúc | Bắc Ninh, Bắc Giang | Hưng Yên, Thái Bình | Hải Phòng, Hải Dương
    | Ninh Bình, Hà Nam, Nam Định | Quảng Trị, Quảng Bình | Đà Nẵng, Quảng Nam | Quảng Ngãi, Kon Tum
    | Gia Lai, Bình Định | Khánh Hòa, Ninh Thuận | Lâm Đồng, Đắk Nông, Bình Thuận | Đắk Lắk, Phú Yên
    | Hồ Chí Minh, TP.HCM, TPHCM, Sài Gòn, Bình Dương, Bà Rịa - Vũng Tàu | Đồng Nai, Bình Phước | Tây Ninh, Long An
    | Cần Thơ, Sóc Trăng, Hậu Giang | Vĩnh Long, Bến Tre, Trà Vinh | Đồng Tháp, Tiền Giang | Cà Mau, Bạc Liêu
    | An Giang, Kiên Giang
"""
#: two provinces' names stand in it
_OCEAN = "Thái Bình Dương"


@dataclass(frozen=True, slots=True)
class Headline:
    """What a headline says as far as it can change the sense of the text below it."""

    words: frozenset[str]
    denies: bool
    negates: bool
    asks: bool
    opposites: tuple[str, ...]
    #: what is counted, how many, and whether the number is rounded
    numbers: frozenset[tuple[str, float | str, bool]]
    provinces: frozenset[str]

    #: all of these but the words: headlines of equal sense never differ
    sense: tuple[object, ...]


def changes_sense(a: str, b: str) -> bool:
    """Whether headlines `a` and `b` say different things of one text; False in doubt and where one is empty."""
    return a != b and differ(read_headline(a), read_headline(b))


def differ(a: Headline, b: Headline) -> bool:
    """`changes_sense` for headlines that were read already."""
    if a == b or not a.words or not b.words:
        return False
    if a.denies != b.denies:
        return True
    if min(len(a.words), len(b.words)) < 2 or _overlap(a.words, b.words) < SAME_REST:
        return False
    if a.negates != b.negates and not a.denies:
        return True
    if a.asks != b.asks and not a.denies:
        return True
    if any(left != right for left, right in zip(a.opposites, b.opposites, strict=True) if left and right):
        return True
    if a.provinces and b.provinces and not a.provinces & b.provinces:
        return True
    return _count_differently(a.numbers, b.numbers)


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / min(len(a), len(b))


def _count_differently(
    a: frozenset[tuple[str, float | str, bool]], b: frozenset[tuple[str, float | str, bool]]
) -> bool:
    """Whether the same thing is counted in both, and each has a number of it that the other has not."""
    for unit in {label for label, _, _ in a} & {label for label, _, _ in b}:
        left = [(value, rounded) for label, value, rounded in a if label == unit]
        right = [(value, rounded) for label, value, rounded in b if label == unit]
        lacks = [
            any(not any(_is_same(x, y) for y in there) for x in here)
            for here, there in ((left, right), (right, left))
        ]
        if all(lacks):
            return True
    return False


def _is_same(x: tuple[float | str, bool], y: tuple[float | str, bool]) -> bool:
    if x[0] == y[0]:
        return True
    if isinstance(x[0], str) or isinstance(y[0], str) or not (x[1] or y[1]):
        return False
    return abs(x[0] - y[0]) <= ROUNDED * max(x[0], y[0])


def read_headline(title: str) -> Headline:
    """What the headline says; at most its first `MAX_HEADLINE_CHARS` characters are read."""
    plain = place_tones(fold_text(title[:MAX_HEADLINE_CHARS]).text)
    provinces, plain_rest = _take_provinces(plain)
    lower = " ".join(_TI.sub("tỷ", exact_key(plain_rest)).split())
    asks_at_all = _END.sub("", lower).endswith("?")
    bare = lower
    for phrase in _NOT_NEGATING:
        bare = bare.replace(phrase, " ")
    is_yes_no = asks_at_all and not _has_any(lower, _ASKING_WORDS)
    if asks_at_all:  # the last "không" and "chưa" of a question only ask
        bare = re.sub(r"\b(?:không|chưa)\b\W*$", "", bare)
    words = _TOKEN.findall(bare)
    numbers = _read_numbers(_TOKEN.findall(lower))
    kept = [
        w
        for w in words
        if w not in _NEGATIONS and not _NUMBER.fullmatch(w) and w not in _ABOUT and w not in _NUMBER_WORDS
    ]
    opposed = {word for pair in _OPPOSITES for phrase in pair for word in phrase.split()}
    facts = (
        _has_any(lower, _DENIALS),
        any(word in _NEGATIONS for word in words),
        is_yes_no,
        tuple(_side(lower, pair) for pair in _OPPOSITES),
        numbers,
        provinces,
    )
    return Headline(frozenset(kept) - opposed, *facts, facts)


def _has_any(lower: str, phrases: tuple[str, ...]) -> bool:
    return _any_of(phrases).search(lower) is not None


@cache
def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, phrases))})(?!\w)")


def _side(lower: str, pair: tuple[str, str]) -> str:
    """Which of two opposites stands in the headline; empty for neither and for both."""
    found = [phrase for phrase in pair if _has_any(lower, (phrase,))]
    return found[0] if len(found) == 1 else ""


def _read_numbers(words: list[str]) -> frozenset[tuple[str, float | str, bool]]:
    found = set()
    for at, word in enumerate(words):
        value = _value(word)
        if value is None:
            continue
        before = words[at - 1] if at else ""
        after = words[at + 1] if at + 1 < len(words) else ""
        if before in _LABELS_BEFORE and word[0].isdigit():
            label = f"{before} #"  # "năm 2026" is no "2 năm"
        elif after and after not in _NO_UNITS and not after[0].isdigit():
            label = after
        else:
            continue
        found.add((label, value, before in _ABOUT))
    return frozenset(found)


def _value(word: str) -> float | str | None:
    """The number a word says: 1.500 is 1500 and 1,5 is 1.5, as Vietnamese writes them; dates and ranges stay as
    written; None for a word."""
    if word in _NUMBER_WORDS:
        return float(_NUMBER_WORDS[word])
    if not _NUMBER.fullmatch(word) or not word.isascii():
        return None
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", word):
        return float(word.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d+(?:[.,]\d+)?", word):
        return float(word.replace(",", "."))
    return word


def _take_provinces(plain: str) -> tuple[frozenset[str], str]:
    """The provinces that are named (with capitals, as names are), and the headline without their names."""
    found: set[str] = set()

    def take(match: re.Match[str]) -> str:
        province = _province_names().get(match[0])
        if province is None:
            return match[0]
        found.add(province)
        return " "

    rest = _province_pattern().sub(take, plain)
    return frozenset(found), rest


@cache
def _province_names() -> dict[str, str]:
    """Each name, old and new, and the province that its land belongs to since July 2025."""
    names: dict[str, str] = {}
    for group in _PROVINCES.split("|"):
        spellings = [" ".join(name.split()) for name in group.split(",")]
        names |= dict.fromkeys((place_tones(name) for name in spellings), spellings[0])
    return names


@cache
def _province_pattern() -> re.Pattern[str]:
    names = sorted((*_province_names(), _OCEAN), key=len, reverse=True)
    # a name that goes on with another capital is another name: "Hòa Bình Minh"
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)(?!\s[A-ZĐÀ-Ỹ][a-zà-ỹ])")
