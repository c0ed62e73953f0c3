"""Dates as printed beside the title: short date elements and `time` elements, and nothing of the running text."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from diembao.extract.boxes import is_aside
from diembao.extract.markup import climb, text_of

MAX_LABEL_CHARS = 160
MAX_LEVELS = 6
MAX_LABELS = 12
#: a wider part of the page than this is no head of an article
MAX_SCOPE_ELEMENTS = 1_500
_CANDIDATES = etree.XPath("descendant-or-self::*[self::time or @class or @id or @itemprop or @data-role]")
_DATE_NAME = re.compile(r"date|time|publish|posted|updated?|meta|ngay|thoi-?gian|cap-?nhat|info", re.I)
_LOOKS_DATED = re.compile(
    r"\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}|\d{4}-\d\d?-\d\d?|tháng\s+\d|\d{1,2}\.?\s+\w{3,9}\.?,?\s+\d{4}"
    r"|\w{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,\s+\d{4}",
    re.I,
)
_UPDATE_NAME = re.compile(r"updat|modif|cap-?nhat", re.I)
_UPDATE_TEXT = re.compile(r"cập\s+nhật|cap\s+nhat|updated|modified", re.I)
_OUTSIDE = frozenset({"li", "aside", "footer", "nav", "form"})


def find_labels(heading: Any) -> tuple[list[str], list[tuple[str, bool]]]:
    """Texts of date labels, and values of `time` elements with whether they state an update.

    The search climbs from the main heading and ends at the first level that holds a date.
    """
    for around in climb(heading, MAX_LEVELS):
        labels: list[str] = []
        times: list[tuple[str, bool]] = []
        for part in around:
            _read_part(part, labels, times)
        if labels or times:
            return labels[:MAX_LABELS], times[:MAX_LABELS]
    return [], []


def _read_part(part: Any, labels: list[str], times: list[tuple[str, bool]]) -> None:
    # several articles beside the heading are a live report's entries or teasers, with times of their own
    outside = _OUTSIDE | {"article"} if len(list(part.iter("article"))) > 1 else _OUTSIDE
    for element in _CANDIDATES(part)[:MAX_SCOPE_ELEMENTS]:
        is_time = element.tag == "time"
        names = " ".join(element.get(key) or "" for key in ("class", "id", "itemprop", "data-role"))
        if not is_time and not _DATE_NAME.search(names):
            continue
        stamp = element.get("datetime") or ""
        text = text_of(element) if len(element) < 20 else ""
        if not (text or stamp) or len(text) > MAX_LABEL_CHARS or _is_outside(element, part, outside):
            continue
        before = _text_before(element)
        is_update = bool(_UPDATE_NAME.search(names) or _UPDATE_TEXT.search(before))
        if is_time and stamp:
            times.append((stamp[:64], is_update or bool(_UPDATE_TEXT.search(text))))
        elif _LOOKS_DATED.search(text):
            labels.append(f"cập nhật {text}" if is_update and not _UPDATE_TEXT.search(text) else text)
        if len(labels) + len(times) >= MAX_LABELS:
            return


def _is_outside(element: Any, part: Any, outside: frozenset[str]) -> bool:
    """Whether a list, a margin, a box or the running text lies around the element within its part of the page."""
    step = element
    while step is not None:
        if step.tag in outside or is_aside(step):
            return True
        if step is part:
            return False
        step = step.getparent()
    return False


def _text_before(element: Any) -> str:
    """The last words before an element within its parent: the label of a date is often a neighbour."""
    parent = element.getparent()
    before = element.getprevious()
    if parent is None:
        return ""
    if before is None:
        return (parent.text or "")[-40:]
    tail = before.tail or ""
    if any(char.isdigit() for char in tail):
        return tail[-20:]
    words = text_of(before) if len(before) < 5 else ""
    return "" if any(char.isdigit() for char in words) else (words + " " + tail)[-60:]
