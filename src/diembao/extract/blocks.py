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
    found = _vote(*_read_paragraphs(tree))
    if sum(map(len, found)) >= _LITTLE:
        return found
    nodes = tree.css(_OTHER_BLOCKS)
    other = _vote(nodes, [node.text(deep=False) for node in nodes], [0] * len(nodes))
    return max(found, other, key=lambda blocks: sum(map(len, blocks)))


def _read_paragraphs(tree: Any) -> tuple[list[Any], list[str], list[int]]:
    """Paragraphs, their texts, and how many characters of each stand in links."""
    nodes: list[Any] = []
    texts: list[str] = []
    linked: list[int] = []
    for node in tree.css("p,p > a"):
        if node.tag == "p":
            nodes.append(node)
            texts.append(node.text())
            linked.append(0)
        else:
            linked[-1] += len(node.text())
    return nodes, texts, linked


def _vote(nodes: list[Any], texts: list[str], linked: list[int]) -> list[str]:
    """The texts of the blocks under the element with most text directly below it or one step further.

    Characters in links hold no vote: a list of links is no running text.
    """
    votes: dict[int, float] = {}
    above: dict[int, int] = {}
    kept: list[tuple[str, int, int]] = []
    for node, raw, in_links in zip(nodes, texts, linked, strict=True):
        text = raw.strip()
        if len(text) < _SHORT:
            continue
        parent = node.parent
        first = parent.mem_id
        second = above.get(first)
        if second is None:
            grandparent = parent.parent
            second = above[first] = 0 if grandparent is None else grandparent.mem_id
        size = len(text) - in_links
        votes[first] = votes.get(first, 0) + size
        votes[second] = votes.get(second, 0) + size * 0.6
        kept.append((text, first, second))
    if not kept:
        return []
    winner = max(votes, key=votes.__getitem__)
    return [" ".join(text.split()) for text, first, second in kept if winner in (first, second)]
