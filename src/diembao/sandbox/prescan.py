"""A look over markup before a parser sees it: what would hang a parser is refused, what would fool it is flagged.

Linear in the length for any input, in two steps. The first asks numpy whether the markup could reach any
limit at all (0.16 ms for a page of 170 KB; six pages of seven end there). The second reads tag by tag with
one pattern that never goes back (1.1 ms). Both look at markup as HTML; feeds and sitemaps pass as well.

Why these limits: 30,000 attributes in one element hang lxml for 35 s (the time grows with the square), lxml
drops what is nested deeper than 255, lexbor needs 6 s for 50,000 nested elements (the square again), and a
small document can declare entities that unfold to gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Any

from diembao.errors import SandboxRefusedError

MAX_SIZE = 24 * 1024 * 1024
#: lxml reads down to 255; how deep it takes a page to be differs by ten levels at most from what is counted here
DEEP = 240
MAX_DEPTH = 2000
MAX_ATTRIBUTES = 2000
#: sum over all elements of (attributes squared): about a second of lxml
MAX_ATTRIBUTE_WORK = 20_000_000
MAX_TAG = 8 * 1024 * 1024
MAX_ENTITIES = 500
MAX_UNFOLDED = 32 * 1024 * 1024
MAX_ZEROS = 1000

#: elements without content: they open nothing
_VOID = frozenset(
    b"area base br col embed hr img input link meta param source track wbr basefont bgsound frame keygen".split()
)
#: elements that the next of their kind ends: many without an end tag are a long list, not a deep one
_ENDED_BY_NEXT = frozenset(b"p li dt dd tr td th tbody thead tfoot option optgroup rp rt colgroup".split())
_WHOLE, _ENDINGS = frozenset((b"html", b"body")), frozenset((b"/html", b"/body"))
_OPENS, _BEGINS, _ENDS, _CLOSES = 2, 1, -1, -2
#: tbody, tr, td and p are the most of them that lie within each other
_ITEM_LEVELS = 4
#: so short a tag has no number of attributes worth counting
_FEW = 120
_MOST_NAMES = 1000
_VALUE = rb"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)"""
_ATTRIBUTES = rb"(?:[^>=/]++|/(?!>)|=\s*+" + _VALUE + rb"?+)*+"
_TAG = re.compile(
    rb"<(?:"
    rb"(?:(?:script|style)(?=[\s/>])" + _ATTRIBUTES + rb"(?:>[^<]*+(?:<(?!/(?:script|style))[^<]*+)*+|/>|\Z))"
    rb"|!--(?:-?>|[^-]*+(?:-(?!-!?>)[^-]*+)*+)"
    rb"|!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+"
    rb"|(/?[a-z][^\s/>]*+)(" + _ATTRIBUTES + rb"/?)(?:>|\Z))",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(rb"[^\s/=>]++\s*+(?:=\s*+" + _VALUE + rb"?+)?+")
_ENTITY = re.compile(rb"""<!ENTITY\s++(%\s)?\s*+[^\s"'<>]++\s++(?:"([^"]*+)"|'([^']*+)')?+""")
_NESTED = re.compile(rb"[&%][^#\s;&%]++;")
_PREDEFINED = re.compile(rb"&(?:amp|lt|gt|quot|apos);")


def prescan_markup(body: bytes, *, thorough: bool = False) -> tuple[str, ...]:
    """Flags for the reader of a page or feed: "deep" (deeper than lxml may read), "entities", "zeros";
    `thorough` adds "unfinished" (it opens html or body and closes neither).

    Raises SandboxRefusedError for what no parser should be given. `thorough` always takes the second step:
    markup made to look harmless to the first (whole tags inside the values of attributes) is found then.
    """
    if len(body) > MAX_SIZE:
        raise SandboxRefusedError(
            "{size} bytes are more than may be parsed at once ({limit})",
            key="sandbox.too_long",
            next_step="check what it is; a page or feed for people is far shorter",
            size=len(body),
            limit=MAX_SIZE,
        )
    flags: list[str] = []
    if 0 in body:
        body = _drop_zeros(body, flags)
    if body.find(b"<!ENTITY") >= 0 and body.find(b"<!DOCTYPE") >= 0:
        _check_entities(body)
        flags.append("entities")
    if thorough or not _is_plain(body):
        depth, is_finished = _measure(body)
        if depth > DEEP:
            flags.append("deep")
        if thorough and not is_finished:
            flags.append("unfinished")
    return tuple(flags)


def _drop_zeros(body: bytes, flags: list[str]) -> bytes:
    """UTF-16 and UTF-32 as their ASCII part; elsewhere zeros end the text for some parsers."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or 0 in body[:4]:
        return body.replace(b"\0", b"")
    zeros = body.count(0)
    if zeros > max(MAX_ZEROS, len(body) // 100):
        raise SandboxRefusedError(
            "{count} of {size} bytes are zero; that is not text",
            key="sandbox.binary",
            next_step="check that it is a page or feed, not a picture or an archive",
            count=zeros,
            size=len(body),
        )
    flags.append("zeros")
    return body


def _check_entities(body: bytes) -> None:
    """Refuse declarations that refer to each other, or that could unfold to far more than was sent."""
    longest = 0
    for count, (parameter, *values) in enumerate(_ENTITY.findall(body), start=1):
        value = _PREDEFINED.sub(b"", values[0] or values[1])
        longest = max(longest, len(value))
        if count > MAX_ENTITIES or _NESTED.search(value) or (parameter and value):
            break
    else:
        if longest * body.count(b"&") <= MAX_UNFOLDED:
            return
    raise SandboxRefusedError(
        "the document declares entities of its own ({count}); such a document is not read",
        key="sandbox.entities",
        next_step="leave it out; a page or feed for people has nothing like this",
        count=body.count(b"<!ENTITY"),
    )


def _is_plain(body: bytes) -> bool:
    """True when no element can be nested or filled so much that it matters, whatever is text and what is not."""
    import numpy as np

    codes = np.frombuffer(body, np.uint8)
    starts = np.flatnonzero(codes[:-1] == ord("<"))
    if not len(starts):
        return True
    steps = _tag_steps()[codes[starts + 1]]
    level = np.cumsum(steps, dtype=np.int32)
    if int(level.max()) - min(0, int(level.min())) > DEEP:
        return False
    ends = np.append(np.flatnonzero(codes == ord(">")), len(body))
    if len(ends) - len(starts) > MAX_ATTRIBUTES:  # ">" may hide in the values of attributes
        return False
    opening = starts[steps > 0]
    lengths = (ends[np.searchsorted(ends, opening)] - opening).astype(np.float64)
    # an attribute takes three bytes or more
    return float(lengths @ lengths) < MAX_ATTRIBUTE_WORK * 9


@lru_cache(maxsize=1)
def _tag_steps() -> Any:
    """Character after "<" → +1 for an opening tag, -1 for a closing one, 0 for anything else."""
    import numpy as np

    steps = np.zeros(256, np.int8)
    for code in range(256):
        if chr(code).isascii() and chr(code).isalpha():
            steps[code] = 1
    steps[ord("/")] = -1
    return steps


def _measure(body: bytes) -> tuple[int, bool]:
    """The greatest depth, and whether the page is closed that it opens; raises at the limits."""
    depth = deepest = floor = work = 0
    outer: list[tuple[int, int]] = []
    kinds = {b"": 0}  # comments and scripts have no name
    for name, rest in _read_tags(body):
        if len(rest) > _FEW:
            work += _check_tag(rest, work)
        kind = kinds.get(name)
        if kind is None:
            kind = _name_kind(name)
            if len(kinds) < _MOST_NAMES or name.lower() in _WHOLE | _ENDINGS:
                kinds[name[:40]] = kind
        if kind == _CLOSES:
            if outer:
                depth, floor = outer.pop()
        elif kind == _ENDS:
            depth = max(floor, depth - 1)
        elif kind and rest[-1:] != b"/":
            if kind == _OPENS:
                outer.append((depth, floor))
                depth = floor = depth + 1
                if len(outer) > MAX_DEPTH:
                    raise _too_deep(len(outer))
            elif depth - floor < _ITEM_LEVELS:
                depth += 1
            deepest = max(deepest, depth)
    names = {name.lower() for name in kinds}
    return deepest, _WHOLE.isdisjoint(names) or not _ENDINGS.isdisjoint(names)


def _name_kind(name: bytes) -> int:
    """Whether a tag of this name opens or closes an element, and whether one that stays open counts as nested."""
    plain = name.lstrip(b"/").lower()
    if name.startswith(b"/"):
        return _ENDS if plain in _ENDED_BY_NEXT else _CLOSES
    if plain in _VOID:
        return 0
    return _BEGINS if plain in _ENDED_BY_NEXT else _OPENS


def _read_tags(body: bytes) -> Iterable[tuple[bytes, bytes]]:
    """Name and attributes of each tag; a list is faster, where it cannot grow large."""
    if len(body) <= 1024 * 1024:
        return _TAG.findall(body)
    return ((match[1], match[2]) for match in _TAG.finditer(body) if match[1] is not None)


def _check_tag(rest: bytes, work: int) -> int:
    """The square of the number of attributes; raises when there are too many, here or so far."""
    if len(rest) > MAX_TAG:
        raise SandboxRefusedError(
            "a tag is {size} bytes long; nothing over {limit} is read",
            key="sandbox.too_long_tag",
            next_step="leave it out; a page or feed for people has nothing like this",
            size=len(rest),
            limit=MAX_TAG,
        )
    count = sum(1 for _ in islice(_ATTRIBUTE.finditer(rest), MAX_ATTRIBUTES + 1))
    if count > MAX_ATTRIBUTES or work + count * count > MAX_ATTRIBUTE_WORK:
        raise SandboxRefusedError(
            "an element has {count} attributes or more, or many have hundreds; nothing over {limit} is read",
            key="sandbox.too_many_attributes",
            next_step="leave it out; a page or feed for people has nothing like this",
            count=count,
            limit=MAX_ATTRIBUTES,
        )
    return count * count


def _too_deep(depth: int) -> SandboxRefusedError:
    return SandboxRefusedError(
        "elements are nested {depth} deep or more; nothing over {limit} is read",
        key="sandbox.too_deep",
        next_step="leave it out; a page or feed for people has nothing like this",
        depth=depth,
        limit=MAX_DEPTH,
    )
