"""Dates beside the title for pages whose head and address state none: `time` elements and short labels.

As `extract.labels`, over lexbor's tree: the search climbs from the main heading and ends at the first level
that holds a date.
"""

from __future__ import annotations

import re
from typing import Any

MAX_LEVELS = 6
MAX_CANDIDATES = 60
MAX_LABEL_CHARS = 160
_CANDIDATES = (
    'time,[class*="date" i],[class*="time" i],[class*="publish" i],[class*="posted" i],[class*="meta" i],'
    '[class*="ngay" i],[class*="info" i],[itemprop*="date" i],[data-role*="date" i],[id*="date" i]'
)
_LOOKS_DATED = re.compile(
    r"\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}|\d{4}-\d\d?-\d\d?|tháng\s+\d|\d{1,2}\s+\w{3,9}\.?,?\s+\d{4}"
    r"|\w{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,\s+\d{4}",
    re.I,
)
_UPDATE = re.compile(r"updat|modif|cap-?nhat|cập\s+nhật", re.I)
_OUTSIDE = frozenset({"li", "aside", "footer", "nav", "form", "td"})


def find_quick_labels(tree: Any) -> tuple[list[str], list[tuple[str, bool]]]:
    """Texts of date labels, and values of `time` elements with whether they state an update."""
    scope = tree.css_first("h1")
    for _ in range(MAX_LEVELS):
        scope = None if scope is None else scope.parent
        if scope is None or scope.tag == "html":
            break
        labels, times = _find_in(scope)
        if labels or times:
            return labels, times
    return [], []


def _find_in(scope: Any) -> tuple[list[str], list[tuple[str, bool]]]:
    labels: list[str] = []
    times: list[tuple[str, bool]] = []
    for node in scope.css(_CANDIDATES)[:MAX_CANDIDATES]:
        attributes = node.attributes
        text = " ".join(node.text().split())
        stamp = attributes.get("datetime") or attributes.get("content") or ""
        if len(text) > MAX_LABEL_CHARS or not (text or stamp) or _is_outside(node, scope):
            continue
        names = " ".join(attributes.get(key) or "" for key in ("class", "id", "itemprop", "data-role"))
        is_update = _UPDATE.search(names) is not None
        if node.tag == "time" and stamp:
            times.append((stamp[:64], is_update or _UPDATE.search(text) is not None))
        elif _LOOKS_DATED.search(text):
            labels.append(f"cập nhật {text}" if is_update and not _UPDATE.search(text) else text)
    return labels, times


def _is_outside(node: Any, scope: Any) -> bool:
    step = node
    while step is not None and step.mem_id != scope.mem_id:
        if step.tag in _OUTSIDE:
            return True
        step = step.parent
    return False
