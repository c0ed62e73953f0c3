"""Everything a page shows or says of itself, as one text for scanning: more than a careful reading can use.

Pieces are set apart by `CUT`. Hidden text, menus and boxes of related articles are in it: what is too much costs
a careful reading, what is too little would lose an article.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from diembao.extract.head import HeadData
from diembao.text.markup import read_entities
from diembao.text.pieces import CUT

#: characters that are scanned; a page that shows more is read carefully
MAX_SHOWN_CHARS = 1_000_000
#: metas from which no title, lead or text is ever taken
_IDLE_METAS = re.compile(
    r"keywords|(?:^|:)tag$|viewport|robots|generator|charset|refresh|url$|image|locale|app[:_-]|verification|csrf|token"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.S)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")


def read_visible(tree: Any, *, with_templates: bool) -> str:
    """The text of a lexbor tree with `CUT` where markup stands, and that of its templates if it has any.

    Scripts and styles are removed from the tree for good.
    """
    tree.strip_tags(["script", "style"], recursive=True)
    root = tree.root
    if root is None:
        return ""
    parts = [root.text(separator=CUT)]
    if with_templates:
        parts += [fragment.text(separator=CUT) for fragment in tree.template_fragments()]
    return CUT.join(parts)


def gather_shown(visible: str, head: HeadData) -> str:
    """The visible text with what the head states: metas and JSON-LD, escapes and entities read."""
    stated = [value for name, value in head.metas if len(value) > 3 and not _is_idle(name)]
    linked = [_read_json_text(script) for script in head.json_ld]
    shown = CUT.join((visible, *stated, *linked))
    if "&" in shown and _ENTITY.search(shown) is not None:
        shown = f"{shown}{CUT}{read_entities(shown)}"
    return shown


@lru_cache(maxsize=4_096)  # pages share their names
def _is_idle(name: str) -> bool:
    return _IDLE_METAS.search(name) is not None


def _read_json_text(script: str) -> str:
    """A JSON text to be read as words: escapes resolved, markup inside its strings cut out."""
    text = script.replace('"', CUT)
    if "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
        # a pair of surrogates is one character
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _TAG.sub(CUT, text) if "<" in text else text


def _unescape(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return {"n": "\n", "t": "\t", "r": "\n", "b": " ", "f": " "}.get(match[2], match[2])
