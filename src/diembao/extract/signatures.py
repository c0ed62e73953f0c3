"""Lines that name who wrote an article, cut before anything is stored. A credit to an agency stays.

Cut are lines at the end (or the top) that say so ("Thực hiện: …", "By …"), and short ones in the form of a
name: set apart by the page, or beginning with a Vietnamese family name.
"""

from __future__ import annotations

import re

MAX_SIGNATURE_CHARS = 120
#: lines at the end and at the top that may be a signature
_LAST, _FIRST = 4, 3
_JOINERS = re.compile(r"\s*[-–—,;&/+|]\s*|\s+(?:và|and)\s+|\s+")
_FAMILY_WORDS = """
    Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Trịnh Lương Mai Đào Tô
    Trương Lâm Hà Cao Tạ Phùng Vương Chu Nông Triệu Hứa Lưu Quách Thái Tống Vi Hoàng
"""
_FAMILY = frozenset(_FAMILY_WORDS.split())
_AGENCY_WORDS = (
    r"TTXVN|Vietnam\+|VietnamPlus|VOV\w*|VTV\w*|VTC\w*|VGP|AFP|AP|Reuters|Xinhua|Tân Hoa Xã|Yonhap|Kyodo|TASS|BBC|CNN"
    r"|Bloomberg|(?:Báo|Tạp chí|Đài|Cổng|Thông tấn xã)\s.{2,60}|[A-Z]{2,}[A-Z+]*"
)
_AGENCY = re.compile(rf"(?:{_AGENCY_WORDS})")
_CREDIT = re.compile(r"\W*(?:Theo|Nguồn|Source)\b", re.I)
_ROLE_WORDS = (
    r"bài|tin|ảnh|thực hiện|tác giả|người viết|nội dung|đồ họa|đồ hoạ|trình bày|thiết kế|biên tập|biên dịch|dịch"
    r"|clip|video|nhóm (?:pv|phóng viên)|phóng viên|cộng tác viên"
)
_ROLE = re.compile(
    rf"\W*(?:(?:{_ROLE_WORDS})(?:\s*(?:,|và|-|&|/)\s*(?:bài|tin|ảnh|đồ họa|clip|video|dịch))*\s*:"
    r"|(?:P\.?V\.?|CTV|BTV|nhóm pv|nhóm phóng viên)\b)",
    re.I,
)
_BY = re.compile(
    r"(?:[Rr]eport(?:ing|ed) by|[Ee]dit(?:ing|ed) by|[Ww]ritten by|[Ww]ords by|[Pp]hotos? by|By)\s+(\w)"
)
_SENTENCE_END = re.compile(r"[.?!…:;”\"]\s*$")


def cut_signatures(text: str, marked: frozenset[str] | set[str] = frozenset()) -> str:
    """The text without its signature lines; `marked` are short lines that the page sets apart."""
    lines = text.split("\n")
    last = len(lines)
    seen = 0
    while last > 0 and seen < _LAST:
        line = lines[last - 1].strip()
        if line:
            seen += 1
            kept = _read_line(line, line in marked)
            if kept == line and not _CREDIT.match(line):
                break
            lines[last - 1] = kept
        last -= 1
    first = 0
    while first < min(len(lines), _FIRST):
        line = lines[first].strip()
        if line and _is_top_signature(line, line in marked):
            lines[first] = ""
        first += 1
    return "\n".join(line for line in lines if line.strip())


def _read_line(line: str, is_marked: bool) -> str:
    """What stays of one line: all of it, its agency, or nothing."""
    bare = line.strip(" ()[]–—-*./|")
    if len(bare) > MAX_SIGNATURE_CHARS or not bare:
        return line
    if _CREDIT.match(line):
        return _credit(line)
    by = _BY.match(line)
    if by is not None and by[1].isupper() and len(line) <= 80:
        return ""
    if _ROLE.match(line) and not (len(bare) > 60 and _SENTENCE_END.search(line)):
        return _agency_of(line)
    if _SENTENCE_END.search(line) and not re.search(r"\b[A-ZĐ]\.\s*$", line):
        return line
    names, agency = _split_agency(bare)
    if agency and (not names or _is_only_names(names)):
        return agency if names else line
    if _is_only_names(bare) and _is_name(bare, is_marked):
        return ""
    return line


def _is_only_names(text: str) -> bool:
    """Whether every word begins with a capital, as in names; initials and joining words may stand between."""
    words = [word for word in _JOINERS.split(text.strip(" .,:;*()[]–—-")) if word]
    if not words or len(words) > 14:
        return False
    return all(word[0].isupper() and (word[1:].islower() or word.isupper() or "." in word) for word in words)


def _is_name(bare: str, is_marked: bool) -> bool:
    words = re.findall(r"[^\W\d_]+", bare)
    if len(words) > 14:
        return False
    return bool(words) and (is_marked or (len(words) >= 2 and words[0].capitalize() in _FAMILY))


def _split_agency(bare: str) -> tuple[str, str]:
    """`Tên Người (TTXVN)`, `Tên Người/VOV` in name and agency; the agency is empty when none stands there."""
    for pattern in (
        r"^(.*?)\s*\(([^()]{2,60})\)?$",
        r"^(.*?)\s*/\s*([^/]{2,60})$",
        r"^(.*?)\s+[-–—]\s+([^-–—]{2,60})$",
    ):
        found = re.match(pattern, bare)
        if found is not None and _AGENCY.fullmatch(found[2].strip().removeprefix("Theo ").strip()):
            return found[1].strip(), found[2].strip()
    return ("", bare) if _AGENCY.fullmatch(bare) and bare.isupper() else (bare, "")


def _credit(line: str) -> str:
    """A credit line; a person named before the agency is left out, one that names only a person goes."""
    bare = line.strip()
    _, agency = _split_agency(bare.rstrip(" ."))
    head = bare.partition(" ")[0]
    if agency and "/" in bare:
        return f"{head} {agency}"
    rest = re.sub(r"^\W*(?:Theo|Nguồn|Source)\b[\s:]*", "", bare, flags=re.I).strip(" ().")
    words = re.findall(r"[^\W\d_]+", rest)
    if (
        _is_only_names(rest)
        and 2 <= len(words) <= 4
        and words[0].capitalize() in _FAMILY
        and not _AGENCY.search(rest)
    ):
        return ""
    return line


def _agency_of(line: str) -> str:
    bare = line.strip(" ()[]–—-*.|")
    return "" if _ROLE.fullmatch(bare) else _split_agency(bare)[1]


def _is_top_signature(line: str, is_marked: bool) -> bool:
    if len(line) > MAX_SIGNATURE_CHARS or _CREDIT.match(line):
        return False
    if _SENTENCE_END.search(line):
        return False
    bare = line.strip(" ()[]–—-*./|")
    by = _BY.match(line)
    if by is not None and by[1].isupper() and len(line) <= 80:
        return True
    if _ROLE.match(line) and len(bare) <= 60:
        return not _AGENCY.fullmatch(bare) or bare.upper().startswith(("PV", "P.V", "CTV", "BTV"))
    words = re.findall(r"[^\W\d_]+", bare)
    return _is_only_names(bare) and 2 <= len(words) <= 4 and words[0].capitalize() in _FAMILY and is_marked
