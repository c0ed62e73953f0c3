"""Dates as printed beside the title: short date elements and `time` elements, and nothing of the running text."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from diembao.extract.markup import text_of

MAX_LABEL_CHARS = 160
MAX_LEVELS = 6
MAX_LABELS = 12
#: a wider part of the page than this is no head of an article
MAX_SCOPE_ELEMENTS = 1_500
_CANDIDATES = etree.XPath(".//*[self::time or @class or @id or @itemprop or @data-role]")
_DATE_NAME = re.compile(r"date|time|publish|posted|updated?|meta|ngay|thoi-?gian|cap-?nhat|info", re.I)
_LOOKS_DATED = re.compile(
    r"\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}|\d{4}-\d\d?-\d\d?|tháng\s+\d|\d{1,2}\s+\w{3,9}\.?,?\s+\d{4}"
    r"|\w{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,\s+\d{4}",
    re.I,
)
_UPDATE_NAME = re.compile(r"updat|modif|cap-?nhat", re.I)
_UPDATE_TEXT = re.compile(r"cập\s+nhật|cap\s+nhat|updated|modified", re.I)
_OUTSIDE = frozenset({"li", "aside", "footer", "nav", "form", "td"})


def find_labels(heading: Any) -> tuple[list[str], list[tuple[str, bool]]]:
    """Texts of date labels, and values of `time` elements with whether they state an update.

    The search climbs from the main heading and ends at the first level that holds a date.
    """
    scope = heading
    for _ in range(MAX_LEVELS):
        parent = scope.getparent()
        if parent is None or parent.tag == "html":
            break
        scope = parent
        labels, times = _find_in(scope, heading)
        if labels or times:
            return labels, times
    return [], []


def _find_in(scope: Any, heading: Any) -> tuple[list[str], list[tuple[str, bool]]]:
    labels: list[str] = []
    times: list[tuple[str, bool]] = []
    for number, element in enumerate(_CANDIDATES(scope)):
        if number > MAX_SCOPE_ELEMENTS or len(labels) + len(times) >= MAX_LABELS:
            break
        names = " ".join(element.get(key) or "" for key in ("class", "id", "itemprop", "data-role"))
        is_time = element.tag == "time"
        if not is_time and not _DATE_NAME.search(names):
            continue
        stamp = element.get("datetime") or element.get("content") or ""
        text = text_of(element) if len(element) < 20 else ""
        if not (text or stamp) or len(text) > MAX_LABEL_CHARS or _is_outside(element, scope):
            continue
        before = _text_before(element)
        is_update = bool(_UPDATE_NAME.search(names) or _UPDATE_TEXT.search(before))
        if is_time and stamp:
            times.append((stamp[:64], is_update or bool(_UPDATE_TEXT.search(text))))
        elif _LOOKS_DATED.search(text):
            labels.append(f"cập nhật {text}" if is_update and not _UPDATE_TEXT.search(text) else text)
    return labels, times


def _is_outside(element: Any, scope: Any) -> bool:
    """Whether a list, a table or a margin lies between the element and the scope."""
    step = element
    while step is not None and step is not scope:
        if step.tag in _OUTSIDE:
            return True
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
