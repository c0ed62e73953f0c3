"""What a publisher says about text and data mining: headers, a page's head and `/.well-known/tdmrep.json`.

After the TDM Reservation Protocol: 1 means reserved, 0 not reserved, anything else says nothing; the page's head
goes before the header, the header before the file; in the file the first rule that matches holds. A request not
to archive (`noarchive`) is told, not judged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from diembao.errors import SourceError

HEAD_BYTES = 64 * 1024
MAX_FILE_BYTES = 500 * 1024
MAX_RULES = 1000
_MAX_PATTERN_CHARS = 2000

_META = re.compile(rb"<meta\b([^<>]{1,1000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    rb"""([a-z-]{1,20})\s{0,9}=\s{0,9}(?:"([^"]{0,300})"|'([^']{0,300})'|([^\s"'>]{1,300}))""", re.I
)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Signals:
    """`reserved` is None where nothing was said; `source` tells where ("meta", "header", "file")."""

    reserved: bool | None = None
    source: str = ""
    policy: str = ""
    no_archive: bool = False

    @property
    def tdm_reserved(self) -> bool:
        """Whether mining is reserved as far as these signals say."""
        return self.reserved is True


@dataclass(frozen=True, slots=True)
class TdmRule:
    """One rule of a `tdmrep.json`: a path pattern with `*` and a final `$`."""

    pattern: str
    reserved: bool | None
    policy: str = ""


@dataclass(frozen=True, slots=True)
class TdmRules:
    """A `tdmrep.json` as read; `dropped` counts entries that are no rules."""

    rules: tuple[TdmRule, ...] = ()
    dropped: int = 0


def read_signals(body: bytes, *, headers: Sequence[Sequence[str]] = ()) -> Signals:
    """The signals of one response: its headers and the first 64 KB of its body."""
    found = _read_meta(body[:HEAD_BYTES])
    told = _read_headers(headers)
    reserved = _value(found.get("tdm-reservation"))
    header_reserved = _value(told.get("tdm-reservation"))
    source = "meta" if reserved is not None else "header" if header_reserved is not None else ""
    policy = (found if source == "meta" else told).get("tdm-policy", "") if source else ""
    return Signals(
        reserved=reserved if reserved is not None else header_reserved,
        source=source,
        policy=policy[:500],
        no_archive=any("noarchive" in words.get("robots", "").lower() for words in (found, told)),
    )


def read_header_signals(headers: Sequence[Sequence[str]]) -> Signals:
    """The signals of a response's headers alone."""
    return read_signals(b"", headers=headers)


def parse_tdmrep(body: bytes) -> TdmRules:
    """The rules of a `/.well-known/tdmrep.json`."""
    if len(body) > MAX_FILE_BYTES:
        raise _no_rules(f"{len(body)} bytes")
    try:
        entries = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _no_rules(type(error).__name__) from error
    if isinstance(entries, dict):
        entries = [entries]
    if not isinstance(entries, list):
        raise _no_rules(f"a {type(entries).__name__}")
    rules = [rule for entry in entries[:MAX_RULES] if (rule := _read_rule(entry)) is not None]
    return TdmRules(tuple(rules), len(entries) - len(rules))


def match_tdm(rules: Iterable[TdmRule], url: str) -> Signals:
    """What a file's rules say about an address: the first rule that matches holds."""
    parts = urlsplit(url)
    path = _plain(f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/")
    path = path.replace("*", "%2A").replace("$", "%24")
    for rule in rules:
        if _matches(_plain(rule.pattern), path):
            return Signals(rule.reserved, "file" if rule.reserved is not None else "", rule.policy)
    return Signals()


def _read_rule(entry: object) -> TdmRule | None:
    if not isinstance(entry, dict):
        return None
    location, policy = entry.get("location"), entry.get("tdm-policy")
    if not isinstance(location, str) or not 0 < len(location) <= _MAX_PATTERN_CHARS:
        return None
    stated = entry.get("tdm-reservation")
    value = None if isinstance(stated, bool) else _value(str(stated))
    return TdmRule(location, value, policy[:500] if isinstance(policy, str) else "")


def _matches(pattern: str, path: str) -> bool:
    """Whether a path begins as the pattern says; linear, whatever the pattern."""
    is_whole = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not is_whole or path == first
    at = len(first)
    for piece in rest[:-1] if is_whole else rest:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not is_whole or (path.endswith(rest[-1]) and len(path) - len(rest[-1]) >= at)


def _plain(text: str) -> str:
    """One spelling for percent-encoded and plain characters; encoded marks of patterns stay encoded."""
    decoded = _ESCAPE.sub(lambda found: _decode_unreserved(found[1]), text)
    return quote(decoded, safe="!#$%&'()*+,/:;=?@[]~")


def _decode_unreserved(digits: str) -> str:
    character = chr(int(digits, 16))
    is_unreserved = character.isascii() and (character.isalnum() or character in "-._~")
    return character if is_unreserved else f"%{digits.upper()}"


def _read_headers(headers: Sequence[Sequence[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        if key in ("tdm-reservation", "tdm-policy"):
            found.setdefault(key, value.strip())
        elif key == "x-robots-tag":
            found["robots"] = f"{found.get('robots', '')},{value}"[:2000]
    return found


def _read_meta(head: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in _META.finditer(head):
        values = {
            match[1].lower(): next(part for part in match.groups()[1:] if part is not None)
            for match in _ATTRIBUTE.finditer(tag[1])
        }
        name = values.get(b"name", b"").strip().lower().decode("latin-1")
        if name in ("tdm-reservation", "tdm-policy", "robots"):
            found.setdefault(name, values.get(b"content", b"").strip().decode("utf-8", "replace"))
    return found


def _value(text: str | None) -> bool | None:
    return {"1": True, "0": False}.get((text or "").strip())


def _no_rules(what: str) -> SourceError:
    return SourceError(
        "no rules in tdmrep.json: {what}",
        key="fetch.no_tdm_rules",
        next_step="nothing needs doing here: headers and pages are read all the same",
        what=what,
    )
