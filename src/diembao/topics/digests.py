"""Titles over several pieces of news: "Điểm tin sáng", "Bản tin 6h", items set apart by semicolons."""

from __future__ import annotations

import re

from diembao.text.normal import strip_accents

#: what opens a digest always, and what opens one only where a time is named with it
_ALWAYS = r"điểm tin|điểm báo|tin vắn|tin ngắn|tổng hợp tin|tin (?:sáng|trưa|chiều|tối|đêm)"
_TIMED = r"tin tức|tin nóng|tin nổi bật|tin nhanh|tin mới|tin đáng chú ý|bản tin|thời sự"
_TIME = (
    r"hôm nay|hôm qua|trong ngày|cuối ngày|cuối tuần|tuần qua|tuần này|thời sự|sáng|trưa|chiều|tối|đêm|"
    r"24/7|\d{1,2}\s?(?:h|giờ)|\d{1,2}[/.-]\d{1,2}|ngày \d"
)
#: between the opening and a place of which the whole digest is
_OF = r"\s*(?:nhanh |nóng |mới |nổi bật )?(?:về |của |từ |tại |ở )?"


def _compile(*, bare: bool) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    always, timed, time, of = ((strip_accents(p) if bare else p) for p in (_ALWAYS, _TIMED, _TIME, _OF))
    head = rf"(?i)\W*(?:(?P<always>{always})|(?P<timed>{timed}))(?!\w)"
    return re.compile(head), re.compile(rf"(?i)(?<!\w)(?:{time})(?!\w)"), re.compile(f"(?i){of}")


_ACCENTED, _BARE = _compile(bare=False), _compile(bare=True)


def is_digest(title: str, at: int | None, *, accented: bool) -> bool:
    """Whether the title opens a digest that is not of the place whose name begins at `at` ("Tin tức X hôm nay")."""
    head, time, of = _ACCENTED if accented else _BARE
    opening = head.match(title)
    if opening is None or (
        opening["timed"] and time.search(title, opening.end(), opening.end() + 50) is None
    ):
        return False
    return at is None or of.fullmatch(title, opening.end(), at) is None


def is_enumeration(title: str, hits: list[tuple[int, int]], *, names_others: bool) -> bool:
    """Whether the title sets several pieces of news apart by semicolons, not all of them of the place.

    `hits` are the spans of the place in the title; "X: …; …" is of X alone unless other places are named.
    """
    parts = [part for part in title.split(";") if part.strip()]
    if len(parts) < 2 or not hits:
        return False
    if names_others:
        return True
    colon = title.find(":")
    first = title.find(";")
    if 0 <= hits[0][1] <= colon < first:
        return False
    return len(parts) > 2 and len({title.count(";", 0, start) for start, _ in hits}) == 1
