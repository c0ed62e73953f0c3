"""The lead (sapo) as printed, and the text without it and without the repeated title.

A lead is an element beside the title that says it is one, or the first paragraph when the page's description
begins it. A description that readers do not see on the page is no lead.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from diembao.extract.markup import climb, link_share, text_of
from diembao.text.normal import exact_key

MAX_LEAD_CHARS = 5_000
MIN_LEAD_CHARS = 25
MAX_FIRST_PARAGRAPH = 900
MAX_LINES = 6
_NAMED = etree.XPath("descendant-or-self::*[@class or @id or @itemprop or @data-role]")
#: names that only a lead has, and names that need the page's description beside them
_SURE = re.compile(r"(?:^|[\s_-])(?:sapo|chapeau|standfirst|tom-?tat|trich-?dan)(?:$|[\s_-])")
_MAYBE = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|dek|deck|summary|description|desc|intro|subtitle|sub-?head(?:line|ing)?|excerpt)(?:$|[\s_-])"
)
_LEVELS = 5
_ELLIPSIS = re.compile(r"\s*(?:\.\.\.|…|\[…\]|\[\.\.\.\])\s*$")
_WORD = re.compile(r"\w+")


def find_sapo(heading: Any, description: str) -> str:
    """The text of the lead element beside the main heading; empty when there is none."""
    for level, around in enumerate(climb(heading, _LEVELS)):
        for part in around:
            # right beside the heading a summary is the lead also where no description supports it
            found = _find_in(part, description, is_near=level == 0 and not description)
            if found:
                return found
    return ""


def _find_in(part: Any, description: str, *, is_near: bool) -> str:
    maybe = ""
    for element in _NAMED(part)[:400]:
        names = (
            f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}".lower()
        )
        is_sure = _SURE.search(names)
        if not is_sure and (maybe or not _MAYBE.search(names)):
            continue
        text = text_of(element)
        if not MIN_LEAD_CHARS <= len(text) <= 1_500 or link_share(element, len(text)) > 0.4:
            continue
        if is_sure:
            return text
        if (is_near and element is part) or _share_words(text, description) >= 0.5:
            maybe = text
    return maybe


def _share_words(text: str, description: str) -> float:
    words, other = set(_WORD.findall(exact_key(text))), set(_WORD.findall(exact_key(description)))
    return len(words & other) / max(1, min(len(words), len(other))) if len(other) >= 4 else 0.0


def split_lead(text: str, *, title: str, sapo: str, descriptions: tuple[str, ...]) -> tuple[str, str]:
    """The lead and the text without it. `sapo` is the lead element's text, `descriptions` what metas state."""
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if line]
    lines = _drop_title(lines, title)
    if sapo:
        return sapo[:MAX_LEAD_CHARS], "\n".join(_drop_lead(lines, sapo))
    for description in descriptions:
        if lines and _begins(lines[0], description):
            return lines[0][:MAX_LEAD_CHARS], "\n".join(lines[1:])
    return "", "\n".join(lines)


def _key(text: str) -> str:
    return " ".join(_WORD.findall(exact_key(text)))


def _drop_title(lines: list[str], title: str) -> list[str]:
    key = _key(title)
    for number, line in enumerate(lines[:3]):
        if key and _key(line) == key:
            return lines[:number] + lines[number + 1 :]
    return lines


def _drop_lead(lines: list[str], sapo: str) -> list[str]:
    """The lines without the lead, which may stand in one line or in several among the first."""
    wanted = _key(sapo)
    if not wanted:
        return lines
    for start in range(min(len(lines), MAX_LINES)):
        joined = ""
        for end in range(start, min(len(lines), start + MAX_LINES)):
            joined = f"{joined} {_key(lines[end])}".strip()
            if joined == wanted:
                return lines[:start] + lines[end + 1 :]
            if not wanted.startswith(joined):
                break
    return lines


def _begins(paragraph: str, description: str) -> bool:
    """Whether the description is the paragraph, or its beginning cut off."""
    wanted = _key(_ELLIPSIS.sub("", description))
    if len(wanted) < MIN_LEAD_CHARS or len(paragraph) > MAX_FIRST_PARAGRAPH:
        return False
    found = _key(paragraph)
    return found == wanted or (found.startswith(wanted.rpartition(" ")[0]) and len(wanted) > 0.3 * len(found))
