"""Dates printed on pages whose head and address state none: `time` elements and short labels.

As `extract.labels` reads them beside the title, over lexbor's tree: here in the order of the page, boxes and
lists left out.
"""

from __future__ import annotations

import re
from typing import Any

MAX_CANDIDATES = 60
MAX_LABELS = 12
MAX_LABEL_CHARS = 160
_CANDIDATES = 'time,[class*="date"],[class*="time"],[itemprop*="date"],[data-role="publishdate"]'
_LOOKS_DATED = re.compile(
    r"\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}|\d{4}-\d\d?-\d\d?|tháng\s+\d|\d{1,2}\s+\w{3,9}\.?,?\s+\d{4}"
    r"|\w{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,\s+\d{4}",
    re.I,
)
_UPDATE = re.compile(r"updat|modif|cap-?nhat|cập\s+nhật", re.I)
_OUTSIDE = frozenset({"li", "aside", "footer", "nav", "form", "td"})


def find_quick_labels(tree: Any) -> tuple[list[str], list[tuple[str, bool]]]:
    """Texts of date labels, and values of `time` elements with whether they state an update."""
    labels: list[str] = []
    times: list[tuple[str, bool]] = []
    for node in tree.css(_CANDIDATES)[:MAX_CANDIDATES]:
        if len(labels) + len(times) >= MAX_LABELS:
            break
        attributes = node.attributes
        text = " ".join(node.text().split())
        stamp = attributes.get("datetime") or attributes.get("content") or ""
        if len(text) > MAX_LABEL_CHARS or not (text or stamp) or _is_outside(node):
            continue
        names = " ".join(attributes.get(key) or "" for key in ("class", "id", "itemprop", "data-role"))
        is_update = _UPDATE.search(names) is not None
        if node.tag == "time" and stamp:
            times.append((stamp[:64], is_update or _UPDATE.search(text) is not None))
        elif _LOOKS_DATED.search(text):
            labels.append(f"cập nhật {text}" if is_update and not _UPDATE.search(text) else text)
    return labels, times


def _is_outside(node: Any) -> bool:
    step = node
    while step is not None:
        if step.tag in _OUTSIDE:
            return True
        step = step.parent
    return False
