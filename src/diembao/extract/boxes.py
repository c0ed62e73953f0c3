"""What stands around an article on its page and is none of it: taken out of the tree before the text is read.

Comments, boxes of related articles, share buttons, captions and all elements that name an author. Captions
are no running text and carry photographers' names; only a picture story keeps them (`captions`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml import etree

from diembao.extract.markup import drop, link_share, raw_text, text_of

_NAMED = etree.XPath("//*[@class or @id or @rel or @itemprop]")
_PROTECTED = etree.XPath("boolean(.//h1 or self::h1)")
_COMMENTS = re.compile(
    r"(?:^|[\s_-])(?:comments?|cmt|replies)(?:$|[\s_-]|list|box|area|section|wrap)|commentlist|binh-?luan|ykien|y-kien"
    r"|disqus|(?:^|\s)respond(?:\s|$)"
)
_RELATED = re.compile(
    r"related|tin-?lien-?quan|lien-?quan|tinlq|doc-?them|xem-?them|read-?more|cung-?chuyen-?muc|tin-?khac|tin-?moi"
    r"|recommend|tin-?de-?xuat|you-?may|most-?(?:read|popular|viewed)|doc-?nhieu|xem-?nhieu|more-?news|see-?more"
)
_SHARE = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|addthis|fb-like|zalo)(?:$|[\s_-]|s|bar|box|buttons?|tools)"
)
_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:authors?|bylines?|tac-?gia|but-?danh|nguoi-?viet|ky-?ten|writers?|reporters?|contributors?"
    r"|signature)(?:$|[\s_-]|name|info|box|bio|wrap|avatar|link|card)|(?:^|[\s_-])(?:post|article|detail|news|cms)-?authors?"
    r"|vcard|journalist"
)
_CAPTION = re.compile(
    r"caption|chu-?thich|pic[_-]desc|image[_-]desc|photo[_-]desc|img[_-]desc|photo-?credit|image-?credit"
)
#: the article's own container, whatever else its class says (`entry-content-read-more`)
_BODY = re.compile(
    r"(?:entry|article|post|page|story|detail|news|main|singular|cms)[_-]*(?:content|body|text)|articlebody|hentry|fck_detail"
)
_REASONS = (
    ("author", _AUTHOR),
    ("comments", _COMMENTS),
    ("related", _RELATED),
    ("share", _SHARE),
    ("caption", _CAPTION),
)
_NEVER = frozenset({"html", "body", "main", "article", "head", "link", "meta", "form"})
#: the words over a box of links, and before a single one
_LABEL_WORDS = (
    r"(?:(?:các )?(?:tin|bài)(?: viết)?(?: bài)? (?:liên quan|cùng (?:chuyên mục|chủ đề)|khác|mới(?: nhất)?|nổi bật|đọc nhiều)"
    r"|đọc (?:thêm|tiếp|nhiều)|xem (?:thêm|tiếp|nhiều)|có thể bạn quan tâm|bạn có thể quan tâm"
    r"|mời (?:quý )?(?:độc giả|bạn(?: đọc)?)(?: xem| đọc| theo dõi)?(?: thêm)?|cùng chuyên mục|tin tức liên quan|chủ đề liên quan"
    r"|related (?:articles?|stories|news|topics?|content|posts)|read (?:more|also|next)|more (?:stories|on this story|from \w+)"
    r"|see also|you (?:may|might) (?:also )?(?:like|be interested in)|recommended(?: for you)?|most (?:read|popular|viewed)"
    r"|don'?t miss|also read)"
)
_FIRST_WORDS = frozenset(
    "các tin bài đọc xem có bạn mời cùng chủ related read more see you recommended most don't dont also".split()  # noqa: SIM905
)
_LABEL = re.compile(rf"\W*{_LABEL_WORDS}\s*[:.…»>]*\W*", re.I)
_LABEL_BEFORE = re.compile(rf"\s*(?:(?:>>+|»|👉|➤|▶|\*)\s*|\W*{_LABEL_WORDS}\s*[:.–-])", re.I)
_RIGHT = re.compile(r"text-align\s*:\s*right", re.I)
_RIGHT_CLASS = re.compile(r"(?:^|\s)(?:text-right|text-end|align-?right|right)(?:\s|$)", re.I)
_WEIGHT = ("strong", "b", "em", "i")
_WEIGHT_INSIDE = frozenset({*_WEIGHT, "br", "span"})
_LABEL_TAGS = frozenset(
    {"h2", "h3", "h4", "h5", "h6", "p", "div", "span", "strong", "b", "a", "li", "em", "td", "dt"}
)
#: characters without a meaning that keep trafilatura from folding a paragraph into its twin; it drops them itself
_MARK_FIRST, _MARKS = 0xE000, 6_000

#: each label costs a look at its surroundings; a page with more of them was made to be slow
MAX_LABELS, MAX_SIBLINGS = 300, 60


@dataclass(slots=True)
class Cleaned:
    """What was taken out, counted, and the short lines that look like a signature by their form."""

    removed: dict[str, int] = field(default_factory=dict)
    signature_lines: set[str] = field(default_factory=set)
    captions: list[str] = field(default_factory=list)

    def count(self, reason: str) -> None:
        """Note one removed element."""
        self.removed[reason] = self.removed.get(reason, 0) + 1


def clean_tree(root: Any, *, keep_captions: bool = False) -> Cleaned:
    """Remove the boxes in place. Nothing that holds the main heading or half of the page's text is removed."""
    report = Cleaned()
    total = len(raw_text(root))
    for element in _NAMED(root):
        reason = _judge(element)
        if reason == "caption":
            if element.tag != "figcaption":
                report.captions.append(text_of(element)[:2_000])
            if keep_captions or element.tag == "figcaption":
                continue
        if reason and not _is_needed(element, total, reason):
            drop(element)
            report.count(reason)
    for element in list(root.iter("figcaption")):
        report.captions.append(text_of(element)[:2_000])
        if not keep_captions:
            drop(element)
    if keep_captions:
        _open_figures(root)
    _open_layout_tables(root)
    _drop_labelled(root, report, total)
    _collect_signatures(root, report)
    _keep_repeats(root)
    return report


def _judge(element: Any) -> str:
    """Why an element does not belong to the article, by its names; empty when it may."""
    get = element.get
    if "author" in (get("itemprop") or "") or "author" in (get("rel") or ""):
        return "author"
    if element.tag in _NEVER:
        return ""
    return _judge_names(f"{get('class') or ''} {get('id') or ''}")


@lru_cache(maxsize=8_192)
def _judge_names(names: str) -> str:
    folded = names[:400].lower()
    if _BODY.search(folded):
        return ""
    return next((reason for reason, pattern in _REASONS if pattern.search(folded)), "")


def is_aside(element: Any) -> bool:
    """Whether an element is a box around the article, or the article's own body, by its names."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    return len(names) > 2 and (
        _BODY.search(names) is not None or _judge_names(names) in ("related", "comments")
    )


def _is_needed(element: Any, total: int, reason: str = "") -> bool:
    """Whether an element must stay: it holds the heading, half of the text, or prose where links are expected."""
    if _PROTECTED(element):
        return True
    length = len(raw_text(element))
    if length > 0.5 * total:
        return True
    return reason in ("related", "share") and length > 600 and link_share(element) < 0.25


def _open_figures(root: Any) -> None:
    """Make captions plain paragraphs: extractors leave out whatever is called a figure or a caption."""
    for element in list(root.iter("figure", "figcaption")):
        element.tag = "div" if element.tag == "figure" or element.find(".//p") is not None else "p"
        element.attrib.clear()
    for element in _NAMED(root):
        if _CAPTION.search(f"{element.get('class') or ''} {element.get('id') or ''}".lower()):
            element.attrib.clear()


def _open_layout_tables(root: Any) -> None:
    """Turn tables that only lay out the page into plain blocks: they hold the heading or paragraphs in a cell."""
    for table in list(root.iter("table")):
        cells = [cell for cell in table.iter("td", "th") if next(cell.iterancestors("table")) is table]
        if not (
            _PROTECTED(table)
            or any(len(cell.findall("p")) > 1 or len(cell.findall("div")) > 1 for cell in cells)
        ):
            continue
        parts = list(table.iter("tbody", "thead", "tfoot", "tr", "td", "th", "center"))
        for part in parts:
            if next(part.iterancestors("table")) is table:
                part.tag = "div"
        table.tag = "div"


def _drop_labelled(root: Any, report: Cleaned, total: int) -> None:
    """Boxes that only their heading names, and single lines such as "Xem thêm: …"."""
    labels = 0
    for element in list(root.iter(*_LABEL_TAGS)):
        if labels >= MAX_LABELS:
            break
        text = element.text
        if not text or len(text) > 200 or not _begins_like_label(text):
            continue
        labels += 1
        if _LABEL.fullmatch(text):
            _drop_box(element, report, total)
        elif element.tag in ("p", "div", "li", "strong", "em") and _LABEL_BEFORE.match(text):
            length = len(text_of(element))
            if length < 400 and link_share(element, length) > 0.5:
                drop(element)
                report.count("related")


def _begins_like_label(text: str) -> bool:
    """A cheap check before the patterns: the first word of a label, or an arrow."""
    words = text.lower().split(None, 1)
    first = words[0].strip("[]()*•-–:·|\"'") if words else ""
    return first in _FIRST_WORDS or first.startswith((">", "»", "👉", "➤", "▶"))


def _drop_box(label: Any, report: Cleaned, total: int) -> None:
    words = text_of(label)
    if not words or len(words) > 80:
        rest = len(words)
        if rest < 400 and link_share(label, rest) > 0.5:
            drop(label)
            report.count("related")
        return
    block = label
    while (parent := block.getparent()) is not None and parent.tag not in ("body", "html"):
        if len(raw_text(parent)) > 3 * len(words) + 200 or text_of(parent) != words:
            break
        block = parent
    box = block.getparent()
    if box is None:
        return
    length = len(raw_text(box)) - len(words)
    is_own = box.tag not in ("body", "html", "article", "main") and 0 < length <= 0.5 * total
    if is_own and not _PROTECTED(box) and link_share(box) > 0.6:
        drop(box)
        report.count("related")
        return
    for sibling in list(block.itersiblings())[:MAX_SIBLINGS]:
        size = len(text_of(sibling))
        if size and link_share(sibling, size) < 0.7:
            break
        drop(sibling)
    drop(block)
    report.count("related")


def _collect_signatures(root: Any, report: Cleaned) -> None:
    """Short lines set to the right, or in bold or italics throughout."""
    for element in root.iter("p", "div", "td"):
        if _is_right(element) or _is_weighted(element):
            text = text_of(element)
            if 2 <= len(text) <= 120:
                report.signature_lines.add(text)


def _is_right(element: Any) -> bool:
    get = element.get
    return bool(
        (get("align") or "").lower() == "right"
        or _RIGHT.search(get("style") or "")
        or _RIGHT_CLASS.search(get("class") or "")
    )


def _is_weighted(element: Any) -> bool:
    if len(element) == 0 or len(element) > 6 or (element.text or "").strip():
        return False
    if any(child.tag not in _WEIGHT_INSIDE or (child.tail or "").strip() for child in element):
        return False
    return next(element.iter(*_WEIGHT), None) is not None


def _keep_repeats(root: Any) -> None:
    """Make each repetition of a paragraph different from the one before, by characters that show nothing."""
    seen: dict[str, int] = {}
    for element in root.iter("p", "li"):
        if element.tag == "li" and element.find(".//p") is not None:
            continue
        text = raw_text(element)
        if not text or text.isspace():
            continue
        text = text.strip()
        times = seen.get(text, 0)
        seen[text] = times + 1
        if times:
            _append(element, chr(_MARK_FIRST + times % _MARKS))


def _append(element: Any, mark: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + mark
    else:
        element.text = (element.text or "") + mark
