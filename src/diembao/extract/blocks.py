"""The running text of a page by its paragraphs alone: cheap, for fingerprints and for telling pages apart.

Paragraphs vote for the element that holds them (after Arc90's Readability); those of the winner are the text.
"""

from __future__ import annotations

from typing import Any

#: where no running text stands
_AROUND = ["nav", "footer", "aside", "button", "select", "noscript", "figcaption"]
#: a paragraph of fewer characters does not vote
_SHORT = 25
#: below this the page is taken to use other elements than paragraphs
_LITTLE = 300
_OTHER_BLOCKS = "div,td,section,article,main,blockquote,pre,span,font,li"


def read_blocks(tree: Any) -> list[str]:
    """The paragraphs of the running text; what stands around it is removed from the tree for good."""
    tree.strip_tags(_AROUND, recursive=True)
    linked: dict[int, int] = {}
    for link in tree.css("p > a"):
        above = link.parent.mem_id
        linked[above] = linked.get(above, 0) + len(link.text())
    found = _vote([(node, node.text()) for node in tree.css("p")], linked)
    if sum(map(len, found)) >= _LITTLE:
        return found
    other = _vote([(node, node.text(deep=False)) for node in tree.css(_OTHER_BLOCKS)], {})
    return max(found, other, key=lambda blocks: sum(map(len, blocks)))


def _vote(nodes: list[tuple[Any, str]], linked: dict[int, int]) -> list[str]:
    """The texts of the blocks under the element with most text directly below it or one step further.

    Characters in links (`linked`, by block) hold no vote: a list of links is no running text.
    """
    votes: dict[int, float] = {}
    above: dict[int, int] = {}
    kept: list[tuple[str, int, int]] = []
    for node, raw in nodes:
        if len(raw) < _SHORT:
            continue
        text = " ".join(raw.split())
        if len(text) < _SHORT:
            continue
        parent = node.parent
        first = parent.mem_id
        second = above.get(first)
        if second is None:
            grandparent = parent.parent
            second = above[first] = 0 if grandparent is None else grandparent.mem_id
        size = len(text) - (linked.get(node.mem_id, 0) if linked else 0)
        votes[first] = votes.get(first, 0) + size
        votes[second] = votes.get(second, 0) + size * 0.6
        kept.append((text, first, second))
    if not kept:
        return []
    winner = max(votes, key=lambda element: votes[element])
    return [text for text, first, second in kept if winner in (first, second)]
