"""Where the letterhead of a press release ends: its title, the day it was issued, its text without signature.

Vietnamese offices head a release with the names of the office and of the one above it, the motto of the state,
a number, place and day, and the words THÔNG CÁO BÁO CHÍ; none of these is its title. They close it with
"Nơi nhận:" and a signature, which are no text that a newspaper could use, and hold names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from diembao.text.normal import fold_text, folded_key, is_all_caps
from diembao.text.times import parse_moment
from diembao.types import Moment

MAX_TITLE_CHARS = 300
#: so many lines with words in them may belong to a letterhead
HEAD_LINES = 25
_TAIL_LINES = 15
#: a release says something before it is signed
_WORDS_BEFORE = 20
_KIND_WORDS = (
    r"(?:ban )?(?:thong cao|thong tin|tin|ban tin)(?: (?:cung cap )?(?:cho )?bao chi| bao chi)|thong cao"
    r"|(?:for immediate )?(?:press|media|news) release|for immediate release|press statement"
)
_KIND = re.compile(rf"\W*(?:{_KIND_WORDS})(?: so)?\W*\d{{0,4}}(?:\s*/\s*[\w-]{{1,30}})?\W*")
_MOTTO = re.compile(r"cong hoa xa hoi chu nghia|doc lap\W{1,5}tu do\W{1,5}hanh phuc|dang cong san viet nam$")
_NUMBER = re.compile(
    r"\W*(?:so|no)\s*[:.]?\s*[\d.…_ ]{0,20}/[\s\w-]{1,30}?(?=\s{2,}|$|\s+[\w\s.]{2,40},\s*ngay\b)"
)
_DAY = re.compile(
    r"(?:(?<=[\s,;(])|^)ngày\s*(\d{1,2})\s*(?:tháng|/|-|\.)\s*(\d{1,2})\s*(?:năm|/|-|\.)\s*(\d{4})[\s.)]*$",
    re.I,
)
_BLANK_DAY = re.compile(r"(?:^|[\s,])ngay[\s.…_]{0,20}thang[\s.…_\d]{1,20}nam[\s.…_\d]{1,12}$")
_RULE = re.compile(r"[\W_]*(?:o0o|ooo)?[\W_]*", re.I)
_ADDRESSEE = re.compile(r"kinh gui\b|\W*(?:hoa toc|khan|du thao|mat|thuong khan)\W*$|.{0,20}\bto:|embargo")
_OFFICE = re.compile(
    r"(?:ubnd|hdnd|uy ban|hoi dong nhan dan|so|bo|cong an|tinh|thanh pho|tp|huyen|thi xa|phuong|tinh uy|thanh uy"
    r"|huyen uy|dang uy|van phong|trung tam|cong thong tin|chi cuc|cuc|tong cuc|mat tran|lien doan|hoi lien hiep"
    r"|tap doan|cong ty|truong|benh vien|bo chi huy|toa an|vien kiem sat|kho bac|ngan hang|bao hiem|ban"
    r" (?:thuong vu|chi dao|to chuc|tuyen giao|quan ly|dan toc|chap hanh))\b"
)
_RECIPIENTS = re.compile(r"\W*noi nhan\b")
_SIGNED = re.compile(r"(?:tm|kt|tl|tuq|q)\s*\.\s*\w|\W*\(?\s*(?:da ky|ky ten|ky, ghi ro)\b|nguoi phat ngon$")
_END_MARK = re.compile(r"\s*(?:\./\.?|\.-|-{2,}|\*{3,}|#{3,}|/\.)\s*$")


@dataclass(frozen=True, slots=True)
class SplitRelease:
    """A release without letterhead and signature; `issued` comes from the line of place and day, if there is one."""

    title: str
    lines: tuple[str, ...]
    issued: Moment | None
    flags: tuple[str, ...] = ()


def split_release(
    lines: Sequence[str], *, timezone: str = "Asia/Ho_Chi_Minh", title: str = ""
) -> SplitRelease:
    """Title, text and day of issue of a release given as lines or paragraphs; a `title` known already is kept.

    Where no line can be a title, the first sentence stands for it (flag `title_from_text`) and stays in the text.
    """
    plain = [" ".join(fold_text(line).text.split()) for line in lines]
    wide = [fold_text(line).text.strip() for line in lines]
    start = _find_start(plain)
    issued = _find_day(wide, timezone)
    flags: tuple[str, ...] = ()
    if title:
        body = plain[start:]
    else:
        title, after = _take_title(plain, start)
        body = plain[after:]
        if not title:
            title, flags = _first_sentence(body), ("title_from_text",)
    return SplitRelease(title[:MAX_TITLE_CHARS], tuple(_cut_tail(body)), issued, flags)


def is_kind_line(line: str) -> bool:
    """Whether a line only says what the document is: THÔNG CÁO BÁO CHÍ, PRESS RELEASE."""
    return _KIND.fullmatch(_key(line)) is not None


def _key(line: str) -> str:
    return folded_key(line[:400]).strip()


# ------------------------------------------------------------------ the head


def _find_start(lines: Sequence[str]) -> int:
    """The first line behind the letterhead."""
    head = [number for number, line in enumerate(lines) if line][:HEAD_LINES]
    keys = {number: _key(lines[number]) for number in head}
    start, has_office = 0, any(_is_day_line(lines[number]) for number in head[:12])
    for number in head:
        if _KIND.fullmatch(keys[number]):
            start, has_office = number + 1, False  # names of offices stand above it
            break
        if number in head[:12] and _is_mark(keys[number]):
            start, has_office = number + 1, True
    for number in head:
        if number >= start:
            if not _is_head(lines[number], keys[number], has_office=has_office):
                return number
            start = number + 1
    return start


def _is_mark(key: str) -> bool:
    """Lines that stand in a letterhead only: motto and number."""
    return _MOTTO.search(key) is not None or _NUMBER.match(key) is not None


def _is_head(line: str, key: str, *, has_office: bool) -> bool:
    if _is_mark(key) or _KIND.fullmatch(key) or _RULE.fullmatch(line) or _ADDRESSEE.match(key):
        return True
    if _is_day_line(line) or _BLANK_DAY.search(key):
        return True
    return (
        is_all_caps(line) and len(key.split()) <= (9 if has_office else 5) and _OFFICE.match(key) is not None
    )


def _is_day_line(line: str) -> bool:
    """`Lạng Sơn, ngày 2 tháng 9 năm 2026` on a line of its own, or behind the number in the other column."""
    found = _DAY.search(line)
    if found is None:
        return False
    before = line[: found.start()].rstrip()
    is_place = before.endswith((",", "(", ";")) and len(before.split()) <= 8
    return not before or is_place or _NUMBER.match(_key(line)) is not None


def _find_day(lines: Sequence[str], timezone: str) -> Moment | None:
    """The day on the line of place and day: at the head, or above the signature."""
    worded = [line for line in lines if line]
    for line in (*worded[:HEAD_LINES], *worded[HEAD_LINES:][-_TAIL_LINES:]):
        if len(line) <= 200 and _is_day_line(line):
            found = _DAY.search(line)
            if found is not None:
                return parse_moment(
                    f"{found[1]}/{found[2]}/{found[3]}", timezone=timezone, source="letterhead"
                )
    return None


# ------------------------------------------------------------------ the title


def _take_title(lines: Sequence[str], start: int) -> tuple[str, int]:
    """The title and the line behind it; "" where the first line is a paragraph of text."""
    while start < len(lines) and not lines[start]:
        start += 1
    if start >= len(lines) or len(lines[start]) > MAX_TITLE_CHARS:
        return "", start
    title, after = lines[start], start + 1
    while (
        after < len(lines)
        and _goes_on(title, lines[after])
        and len(title) + len(lines[after]) < MAX_TITLE_CHARS
    ):
        title, after = f"{title} {lines[after]}", after + 1
    if not any(lines[after:]):
        return "", start  # one paragraph is all there is
    return title, after


def _goes_on(title: str, line: str) -> bool:
    """Whether a title was broken here: what follows begins in lower case, or both are in capitals."""
    if not line:
        return False
    return line[0].islower() or (is_all_caps(title) and is_all_caps(line) and len(line.split()) <= 20)


def _first_sentence(lines: Sequence[str]) -> str:
    text = next((line for line in lines if line), "")
    sentence = re.split(r"(?<=[.!?…])\s+(?=\w)", text, maxsplit=1)[0]
    if len(sentence) <= 150:
        return sentence
    return sentence[:150].rsplit(" ", 1)[0] + "…"


# ------------------------------------------------------------------ the end


def _cut_tail(lines: Sequence[str]) -> list[str]:
    """The lines without recipients and signature."""
    kept = list(lines)
    worded = [number for number, line in enumerate(kept) if line]
    words = 0
    for place, number in enumerate(worded):
        key = _key(kept[number])
        is_end = _RECIPIENTS.match(key) or (
            place >= len(worded) - 8 and _SIGNED.match(key) and len(key.split()) <= 12
        )
        if is_end and words >= _WORDS_BEFORE:
            kept = kept[:number]
            break
        words += len(key.split())
    while len(kept) > 1 and _is_tail(kept[-1]):
        kept.pop()
    while len(kept) > 1 and not kept[0]:
        kept.pop(0)
    if kept:
        bare = _END_MARK.sub("", kept[-1])
        kept[-1] = f"{bare}." if bare != kept[-1] and bare[-1:].isalnum() else bare
    return kept


def _is_tail(line: str) -> bool:
    if not line or _RULE.fullmatch(line):
        return True
    return (is_all_caps(line) and len(line.split()) <= 8) or _is_day_line(line)
