"""What stands around a name: kinds of unit before it, what makes it another thing, what makes it weak."""

from __future__ import annotations

import re
from dataclasses import dataclass

from diembao.text.normal import strip_accents
from diembao.topics.persons import STRONG_SURNAMES, SURNAMES

#: capitals of Vietnamese (in Unicode they alternate with the small letters, so no range will do)
UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯ" + "".join(chr(c) for c in range(0x1EA0, 0x1EF9, 2))
_LOWER = "a-zàáâãèéêìíòóôõùúýăđĩũơư" + "".join(chr(c) for c in range(0x1EA1, 0x1EFA, 2))
#: characters to the left that are looked at for a kind or a blocker
REACH = 60

_KINDS = {
    "tỉnh": "tỉnh", "t.": "tỉnh", "thành phố": "thành phố", "tp": "thành phố", "t.p": "thành phố",
    "huyện": "huyện", "h.": "huyện", "quận": "quận", "q.": "quận", "thị xã": "thị xã", "tx": "thị xã",
    "thị trấn": "thị trấn", "tt": "thị trấn", "xã": "xã", "x.": "xã", "phường": "phường", "p.": "phường",
    "đặc khu": "đặc khu", "cửa khẩu": "cửa khẩu", "ck": "cửa khẩu", "ga": "ga", "núi": "núi", "đỉnh": "núi",
    "đỉnh núi": "núi", "dãy núi": "núi", "khu du lịch": "khu du lịch", "động": "động", "ải": "ải", "chợ": "chợ",
    "chợ đêm": "chợ", "vịnh": "vịnh", "thác": "thác", "phố cổ": "phố cổ", "vườn quốc gia": "vườn quốc gia",
}  # fmt: skip
_GATE = r"(?: quốc tế| chính| phụ| song phương| đường bộ| đường sắt)*"
_KIND_WORDS = sorted((k for k in _KINDS if len(k) > 2), key=len, reverse=True)
_KIND = re.compile(
    rf"(?:^|[^\w])((?i:{'|'.join(map(re.escape, _KIND_WORDS))}|ga|núi|ải)(?i:{_GATE})\s+"
    r"|(?i:t\.p|tp|tx|tt|ck)[.\s]\s*|[THQXPthqxp]\.\s*|(?i:thành phố|thị trấn|thị xã|huyện|quận|phường|tỉnh|xã)\s*)$"
)
_BARE_KINDS = {strip_accents(k): v for k, v in _KINDS.items()}
_BARE_WORDS = sorted((k for k in _BARE_KINDS if len(k) > 2 or k == "xa"), key=len, reverse=True)
_BARE_KIND = re.compile(
    rf"(?:^|[^\w])((?i:{'|'.join(map(re.escape, _BARE_WORDS))})(?i:{strip_accents(_GATE)})\s+"
    r"|(?:Ai|Ga)\s+|(?i:t\.p|tp|tx|tt|ck)[.\s]\s*|[THQXPthqxp]\.\s*)$"
)

#: "sân vận động", "hợp tác xã": the last syllable is no kind of unit there
_NO_KIND = re.compile(r"(?i)(?:vận|hoạt|lao|hành|biến|khởi|phát|tác|an|bất) (?:động|xã)\s*$|(?:van) dong\s*$")
_STREET = re.compile(
    r"(?i)(?<!\w)(?:(?<!tuyến )(?<!cao tốc )(?<!mía )(?<!tiểu )(?<!chặng )đường|(?<!thành )(?<!khu )phố|"
    r"ngõ|hẻm|ngách|đại lộ|xa lộ|xa lo|cầu vượt|cầu|hầm chui|"
    r"ngã tư|ngã ba|ngã năm|vòng xoay|bùng binh|quảng trường|công viên|(?<!thanh )pho|duong)\s+$"
)
_VILLAGE = re.compile(r"(?i)(?<!\w)(?:thôn|bản|làng|ấp|xóm|buôn|sóc|khối phố|khu phố|tổ dân phố|khu|tổ)\s+$")
_HOUSE = re.compile(
    r"(?<!\w)(?i:khách sạn|nhà hàng|quán|chung cư|tòa nhà|toà nhà|công ty|tập đoàn|ngân hàng|doanh nghiệp|"
    r"sân vận động|svđ|sân|rạp|nhà hát|nhà thi đấu|bệnh viện|phòng khám|trường|học viện|thpt|thcs|tiểu học|"
    r"mầm non|đại học|cao đẳng|khu đô thị|khu công nghiệp|kcn|cụm công nghiệp|nhà máy|thủy điện|cảng|sân bay|đài|"
    r"đài truyền hình|báo|tạp chí|nhà xuất bản|nxb|giải|cúp|clb|câu lạc bộ|đội|hồ|sông|suối|chùa|đền|đình|miếu|"
    r"nhà thờ|bến xe|tàu|trung tâm|công trình|dự án|đoàn kịch|họ|dòng họ|benh vien|truong|cong ty|khach san|"
    rf"san van dong)(?:\s+[{_LOWER}&]+){{0,3}}\s+$"
)
_PRIVATE_HOUSE = re.compile(
    r"(?<!\w)(?i:khách sạn|nhà hàng|quán(?: \w+)?|chung cư|tòa nhà|toà nhà|rạp|khu đô thị|nobel)\s+$"
)
_HISTORY = re.compile(
    r"(?i)(?<!\w)(?:khởi nghĩa|cuộc khởi nghĩa|chiến dịch|chiến thắng|trận|phong trào|du kích|đội du kích|"
    r"hiệp định|nghị quyết|khoi nghia|chien thang|chien dich)\s+$"
)
#: their last words, looked at first because that is quick
_EVENT_WORDS = frozenset(
    ["nghĩa", "dịch", "thắng", "trận", "trào", "kích", "định", "quyết", "nghia", "thang", "dich"]
)
_NAMED_STREET = re.compile(r"(?i)(?<!\w)(?:đường|phố|ngõ|hẻm|đại lộ|quảng trường)\s+(?:[^\W\d_]+\s+){1,3}$")
#: a plate, or "biển" alone soon after a vehicle: by itself it is the sea ("biển Sầm Sơn")
_PLATE = re.compile(
    r"(?i)(?<!\w)(?:(?:biển|bien) (?:số|kiểm soát|đăng ký|so|kiem soat|dang ky)|bks|bs|"
    r"(?:xe|ô tô|ôtô|o tô|oto|o to|mô tô|môtô|container|taxi|bán tải|rơ moóc|mang|gắn|đeo|treo)(?: [^\s,.;:()]+){0,4}?"
    r"(?<!bãi)(?<!bờ)(?<!ra)(?<!ven)(?<!vùng)(?<!về)(?<!đi)(?<!đến)(?<!tới)(?<!xuống)(?<!gần)(?<!bai)(?<!bo)"
    r" (?:biển|bien)(?: hiệu| xanh| trắng| vàng| đỏ)?)(?: của| của tỉnh| tỉnh| thuộc| ở)?\s*:?\s+$"
)
_ORIGIN = re.compile(
    r"(?i)(?<!\w)(?:(?<!làng )(?<!đồng )(?<!miền )(?<!vùng )(?<!hương )quê(?: quán| gốc| nhà| hương| nội| ngoại)?|"
    # "bán trú", "nội trú" are words of schools, "lưu trú" one of hotels
    r"nguyên quán|trú quán|sinh quán|(?<!bán )(?<!nội )(?<!ngoại )(?<!lưu )(?<!di )(?:tạm |thường |cư |hiện )*trú|"
    r"hộ khẩu(?: thường trú)?|hktt|đkhktt|ngụ|sinh ra(?: và lớn lên)?|sinh sống|lớn lên|đến từ|xuất thân|"
    r"(?<!nguồn )gốc|(?<!lang )(?<!dong )(?<!mien )(?<!vung )que|ngu|(?<!ban )(?<!noi )(?<!ngoai )(?<!luu )(?<!di )tru|"
    r"người gốc|người dân tộc (?:tày|nùng|dao|kinh|mông|hoa)|(?:sn|sinh năm|s\.n\.?)\s*\d{4}|"
    r"(?<!dưới )(?<!trên )\d+ tuổi(?=\s*[,:;(]|\s+(?:quê|trú|ngụ|ở|tại|người|từ)(?!\w)))"
    r"(?:\s*[,:;]\s*|\s+)(?:(?:cùng |đều |hiện |cũng |cùng ở |là người |là )*(?:quê|trú|ngụ|ở|tại|người|từ|o|tai|tạm trú|"
    r"thường trú|ngụ tại|hktt|nơi ở)(?:\s+(?:ở|tại|quán|o|tai))?\s*:?\s*){0,3}(?:\(\s*)?$"
)
_PEOPLE = re.compile(
    r"(?i)(?<!\w)(?:người đẹp|người mẫu|chàng trai|cô gái|thiếu nữ|thí sinh|hoa hậu|hoa khôi|á hậu|nam vương|ca sĩ|"
    r"nghệ sĩ|diễn viên|cầu thủ|thủ môn|tiền đạo|tiền vệ|trung vệ|võ sĩ|vận động viên|vđv|hlv|huấn luyện viên|"
    r"hot girl|hot boy|gái|trai|nàng dâu|con gái|con trai|đồng hương|cựu binh|doanh nhân|nữ sinh|nam sinh|(?-i:(?<=\w )người)|"
    r"người con|người đàn ông|người phụ nữ|đàn ông|phụ nữ|nguoi dep|co gai|chang trai|nguoi)"
    r"\s+(?:tỉnh |quê |gốc |đất |đến từ )?$"
)
#: "(Thu Hà, Lạng Sơn)": the signature of a reader's letter
_SIGNED = re.compile(rf"\((?:[{UPPER}][^\W\d_]*\.?\s*){{1,4}}(?:,\s*\d+ tuổi)?,\s*$")
#: a measured temperature or rainfall after the name
_MEASURED = re.compile(r"(?i)^\)?[^.;:\n]{0,22}?\d+(?:[.,]\d+)?\s*(?:độ(?!\w)|°|mm(?!\w))")
_DELEGATE = re.compile(
    r"(?i)(?<!\w)(?:đại biểu(?: quốc hội)?|đbqh|đb|đoàn(?: đbqh| đại biểu(?: quốc hội)?))(?: tỉnh| tp\.?| thành phố)?\s*$"
)
_DELEGATE_NAMED = re.compile(
    rf"(?i)(?:đại biểu|đbqh|đb|dai bieu|nghị sĩ)(?:[^.;()]|(?<=(?-i:[{UPPER}]))\.){{3,60}}\((?:đoàn |tỉnh |đbqh |tp\.? ?)*$"
)
#: a bare "đoàn" may be the youth union, a team, guests: parliament has to be spoken of
_ANY_DELEGATION = re.compile(r"(?i)(?<!\w)(?<!phái )đoàn(?: tỉnh| tp\.?| thành phố)?\s*$")
_PARLIAMENT = re.compile(
    r"(?i)(?<!\w)(?:quốc hội|đbqh|đại biểu|nghị trường|chất vấn|thảo luận|kỳ họp|đề nghị|kiến nghị|cử tri|bộ trưởng|"
    r"dự án luật|dự thảo luật|góp ý)(?!\w)"
)
_BELOW_PROVINCE = re.compile(r"(?i)(?:xã|phường|thị trấn|thị xã|huyện|quận|[xphq]\.|t[tx][. ])")
_LABELLED = re.compile(rf"((?:[{UPPER}][^\W\d_]*\.?\s+){{1,3}}[{UPPER}][^\W\d_]*)\s*\((?:đoàn |tỉnh )?$")
#: "tài xế (Trà Vinh)", "thầy giáo T.V.N. (Cao Bằng)", "T.V.N. (Cao Bằng)"; "Việt Anh (" is none
_ROLES = (
    "tài xế|lái xe|phụ xe|công nhân|thợ hồ|thầy giáo|cô giáo|giáo viên|nam sinh|nữ sinh|kỹ sư|nghệ nhân|nông dân|bác sĩ|"
    "điều dưỡng|cầu thủ|thí sinh|vận động viên|võ sĩ|ca sĩ|diễn viên|nhà thơ|nhạc sĩ|họa sĩ|luật sư|bạn đọc|"
    "ông|bà|anh|chị|em|cháu|cụ"
)
_ROLE_LABELLED = re.compile(
    rf"(?:(?:^|(?<!\w))(?:{_ROLES}|(?:(?<=[.:;!?\n]\s)|^)(?i:{_ROLES}))(?:\s+(?:[{UPPER}]\.){{1,4}}[{UPPER}]?)?|"
    rf"(?<!\w)(?:[{UPPER}]\.){{2,4}}[{UPPER}]?)(?:,? \d+ tuổi,?)?\s*\((?i:tỉnh |huyện |ở )?$"
)
#: what is named after them is no person, whatever it looks like
_PLACE_WORD = re.compile(
    r"(?i)(?<!\w)(?:thôn|bản|làng|ấp|xóm|buôn|khu|tổ|xã|phường|huyện|tỉnh|chùa|đền|đình|nhà thờ|trường|học viện|đại học|cao đẳng|"
    r"thpt|thcs|tiểu học|mầm non|mẫu giáo|bệnh viện|công ty|tập đoàn|núi|đèo|đồi|hồ|sông|suối|cầu|đường|phố|chợ|ga|cảng|đảo|bãi|"
    r"hang|động|thác|khách sạn|đồn|hợp tác xã|htx)(?: [^\W\d_]+){0,2}?\s*$"
)
#: the units above follow up to the closing bracket: "Văn Lãng, Lạng Sơn)"
_CLOSES = re.compile(r"(?:,[^();.\n]{2,30}){0,3}\)")
_ADDRESSED = re.compile(
    rf"(?:^|[^\w])(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Cc]ụ|[Cc]ô|[Cc]hú|[Đđ]ồng chí)\s+(?:[{UPPER}][^\W\d_]*\s+){{1,3}}$"
)
_LAST_WORD = re.compile(r"([^\W\d_]+)\s$")
#: surnames that nothing else is called in accent-free writing ("Duong" may be a street, "Truong" a school)
_PLAIN_SURNAMES = frozenset(
    ("Nguyen", "Tran", "Pham", "Huynh", "Phan", "Vu", "Dang", "Bui", "Ngo", "Trinh", "Hoang")
)
_RUNS_ON = re.compile(rf"^ (?![IVX]+\b|TP|TX|TT|H\.|Q\.|X\.|P\.)[{UPPER}][^\W\d_]*")
_RUNS_IN = re.compile(rf"[^\W\d_] [{UPPER}][^\W\d_]*[{_LOWER}] $")
_ROUTE_LEFT = re.compile(r"[\w)]\s?[-–—/]\s?$")
_ROUTE_RIGHT = re.compile(rf"^\s?[-–—/]\s?[{UPPER}]")
#: between the two ends of "từ X đến Y"
_TRAVEL = re.compile(
    r"(?i)\s+(?:đi|về|đến|tới|ra|vào|xuống|lên|qua|sang|di|ve|den|toi|len)(?:\s+(?:tỉnh|tp\.?|thành phố))?\s*"
)
#: between the two ends of "nối X với Y"
_LINK = re.compile(r"(?i)\s+(?:với|đến|tới|và|sang|lên|voi|den|va)(?:\s+(?:tỉnh|tp\.?|thành phố))?\s*")
_LINK_LEFT = re.compile(
    r"(?i)(?<!\w)(?:nối|noi)(?: liền| thông| từ| lien| tu)?(?: tỉnh| tp\.?| thành phố)?\s+$"
)
#: between an institution and where it stands: "Trường Hà Tĩnh (quận 3", "Trường đua Phú Thọ ở quận 11"
_SEAT = re.compile(r"(?i)\s*\(\s*|\s+(?:ở|o)\s+")
_PROJECT = re.compile(r"(?i)(?<!\w)(?:dự án|công trình|tuyến|đường|du an|duong)(?:\s+[^\W\d_]+){0,3}\s+$")
_TRAVEL_LEFT = re.compile(r"(?i)(?:từ|tu)\s+(?:tỉnh |tp\.? ?)?$")
_TRAVEL_RIGHT = re.compile(
    rf"^\s+(?:đi|về|đến|tới|ra|vào|xuống|lên|qua|di|ve|den)(?:\s+(?i:tỉnh|tp\.?|thành phố))?\s+[{UPPER}]"
)
_ROAD_WORDS = re.compile(
    r"(?i)(?<!\w)(?:quốc lộ|tỉnh lộ|ql|cao tốc|tuyến|hướng|đường|chặng|chuyến|xe khách|tàu|nối|hành trình|lộ trình|"
    r"cung đường|quoc lo|cao toc|tuyen|huong)(?!\w)"
)

# Without one of these parts the expression of the same name cannot match; looking for them is ten times
# quicker. Written in lower case.
_STREET_ENDS = (
    "đường", "phố", "ngõ", "hẻm", "ngách", "lộ", "lo", "vượt", "cầu", "chui", "tư", "ba", "năm", "xoay", "binh", "trường",
    "viên", "pho", "duong",
)  # fmt: skip
_PEOPLE_ENDS = (
    "đẹp", "mẫu", "trai", "gái", "nữ", "sinh", "hậu", "khôi", "vương", "sĩ", "viên", "thủ", "môn", "đạo", "vệ", "vđv",
    "hlv", "girl", "boy", "dâu", "hương", "binh", "nhân", "người", "con", "ông", "dep", "gai", "nguoi", "tỉnh", "quê",
    "gốc", "đất", "từ",
)  # fmt: skip
_PLATE_PARTS = ("biển", "bien", "bks", "bs")
_ORIGIN_PARTS = (
    "quê", "quán", "trú", "hộ khẩu", "hktt", "ngụ", "sinh", "lớn lên", "đến từ", "xuất thân", "gốc", "que", "ngu", "tru",
    "dân tộc", "sn", "s.n", "tuổi",
)  # fmt: skip
_DELEGATE_PARTS = ("đại biểu", "đbqh", "đb", "đoàn", "dai bieu", "nghị sĩ")


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of unit written before a name, and where that word begins."""

    name: str
    start: int


def find_kind(text: str, start: int, *, accented: bool) -> Kind | None:
    """The kind of unit written directly before `start` ("huyện", "TP.", "H."), or None."""
    left = text[max(0, start - 34) : start]
    match = (_KIND if accented else _BARE_KIND).search(left)
    if match is None or _NO_KIND.search(left[: match.end(1)]) is not None:
        return None
    word = " ".join(match[1].lower().split())
    table = _KINDS if accented else _BARE_KINDS
    begin = start - len(left) + match.start(1)
    for candidate in (word, word.rstrip("."), word if word.endswith(".") else word + "."):
        if candidate in table:
            return Kind(table[candidate], begin)
    first = next((k for k in ("cửa khẩu", "cua khau") if word.startswith(k)), None)
    return Kind("cửa khẩu", begin) if first else None


def find_blocker(text: str, start: int, *, weakest: bool) -> str | None:
    """Why the name is another thing here (street, village, institution, person), or None.

    `weakest` names (shared, or no province) are also claimed by institutions; a province's or a
    well-known district's name in "bệnh viện …" still says where.
    """
    left = text[max(0, start - REACH) : start]
    # "xứ Thanh": nobody calls a street so
    if _may_end(left, _STREET_ENDS) and _STREET.search(left) and not text[start].islower():
        return "street"
    if _PRIVATE_HOUSE.search(left):
        return "house"
    if _is_person_part(left):
        return "person"
    if weakest and _VILLAGE.search(left):
        return "village"
    if weakest and _HOUSE.search(left):
        return "institution"
    return None


def _is_person_part(left: str) -> bool:
    word = _LAST_WORD.search(left)
    if word is None:
        return False
    if word[1] in _PLAIN_SURNAMES and strip_accents(left) == left:
        return True
    return word[1] in STRONG_SURNAMES or _ADDRESSED.search(left) is not None


def find_weakness(text: str, start: int, end: int, *, first: int) -> str | None:
    """Why a hit says little about the place (plate, origin, delegate, people, history), or None.

    `first` is where the chain of units that the hit belongs to begins ("xã X, huyện Y, tỉnh Z").
    """
    left = text[max(0, start - REACH) : start]
    before = text[max(0, first - REACH) : first]
    if is_history(text, start):
        return "history"
    lower = text[max(0, first - REACH) : start].lower()
    if _may_hold(lower, _PLATE_PARTS) and (_PLATE.search(left) or _PLATE.search(before)):
        return "plate"
    if _may_hold(lower, _ORIGIN_PARTS) and _ORIGIN.search(before):
        return "origin"
    if _may_end(before, _PEOPLE_ENDS) and _PEOPLE.search(before):
        return "people"
    if _may_hold(lower, _DELEGATE_PARTS) and (
        _DELEGATE.search(before) or _DELEGATE_NAMED.search(left) or _is_delegation(text, before, first)
    ):
        return "delegate"
    if (
        "(" in before
        and (bracket := _CLOSES.match(text, end))
        and _labels_person(before, closed=bracket.end() == end + 1)
    ):
        return "person_label"
    return None


def _may_end(left: str, ends: tuple[str, ...]) -> bool:
    return left.rstrip().lower().endswith(ends)


def _may_hold(lower: str, parts: tuple[str, ...]) -> bool:
    return any(part in lower for part in parts)


def _is_delegation(text: str, before: str, first: int) -> bool:
    return (
        _ANY_DELEGATION.search(before) is not None
        and _BELOW_PROVINCE.match(text, first) is None
        and _PARLIAMENT.search(text[max(0, first - 2 * REACH) : first + 2 * REACH]) is not None
    )


def is_measured(text: str, end: int) -> bool:
    """Whether a temperature or an amount of rain follows: a weather report reading off stations."""
    return _MEASURED.search(text[end : end + 40]) is not None


def is_part_of_name(text: str, start: int, end: int) -> bool:
    """Whether the name runs on with another capitalised word ("Gia Cát Lượng", "bác sĩ Vũ Sơn Tùng")."""
    return (
        _RUNS_ON.search(text[end : end + 12]) is not None
        or _RUNS_IN.search(text[max(0, start - 14) : start]) is not None
    )


def is_history(text: str, start: int) -> bool:
    """Whether a battle, rising or campaign is named after the place."""
    word = _LAST_WORD.search(text, max(0, start - 12), start)
    if word is None or word[1].lower() not in _EVENT_WORDS:
        return False
    left = text[max(0, start - REACH) : start]
    return _HISTORY.search(left) is not None and _NAMED_STREET.search(left) is None


def _labels_person(before: str, *, closed: bool) -> bool:
    """Whether a bracket opens after a person: a role, initials, or what is written like a name."""
    if _ROLE_LABELLED.search(before) or (closed and _SIGNED.search(before)):
        return True
    match = _LABELLED.search(before)
    if match is None or _PLACE_WORD.search(before, 0, match.start()):
        return False
    return any(word in SURNAMES for word in match[1].split()[:2])


def is_joined(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether a dash joins the name to something on its left, and to a capital on its right."""
    return (
        _ROUTE_LEFT.search(text[max(0, start - 4) : start]) is not None,
        _ROUTE_RIGHT.search(text[end : end + 5]) is not None,
    )


def has_road_word(text: str, start: int) -> bool:
    """Whether a road, line or direction is spoken of shortly before."""
    return _ROAD_WORDS.search(text[max(0, start - 45) : start]) is not None


def is_journey(text: str, start: int, end: int) -> bool:
    """Whether the name is one end of "từ X đi Y"."""
    return (
        _TRAVEL_LEFT.search(text[max(0, start - 14) : start]) is not None
        and _TRAVEL_RIGHT.search(text[end : end + 24]) is not None
    )


def is_travelled(text: str, first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether two names (their spans with the kind) are the ends of "từ X đến Y"."""
    return (
        _TRAVEL.fullmatch(text, first[1], second[0]) is not None
        and _TRAVEL_LEFT.search(text[max(0, first[0] - 14) : first[0]]) is not None
    )


def is_linked(text: str, first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether something links two names: "nối X với Y"."""
    return (
        _LINK.fullmatch(text, first[1], second[0]) is not None
        and _LINK_LEFT.search(text[max(0, first[0] - 30) : first[0]]) is not None
    )


def is_seated(text: str, start: int, end: int, other: int) -> bool:
    """Whether the name belongs to an institution, and the place at `other` says where that stands."""
    return (
        _SEAT.fullmatch(text, end, other) is not None
        and _HOUSE.search(text[max(0, start - REACH) : start]) is not None
    )


def is_project(text: str, start: int) -> bool:
    """Whether a project or a road is spoken of, which may be called after its two ends."""
    return _PROJECT.search(text[max(0, start - REACH) : start]) is not None
