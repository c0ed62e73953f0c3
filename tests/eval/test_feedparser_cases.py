"""How feeds are read, against the cases of feedparser's own tests: dates, links, titles, summaries, encodings.

Each case states in its leading comment what feedparser must find. What concerns our records is translated
and asserted; every other case stands in the table of exclusions with its reason. Markup in an expected
value is read by the standard library's HTML parser, because our titles and summaries are plain text.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from fnmatch import fnmatch
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from diembao.errors import SourceError
from diembao.sources.feeds import parse_feed_body
from diembao.types import FeedEntry, ParsedFeed

DATA = "data/open/feeds_feedparser_tests/tests"
DATA_SHA256 = "9f89e7b749eebdf5e59a3ab248db92fc0f6b81bfb0f692a6e6190a6051c6e483"
BASE = "http://127.0.0.1:8097"

#: measured: 1,163 of 2,010 cases concern our fields and hold; a floor goes down only on purpose
COVERED_FLOOR = 1_163
FLOORS = (
    ("entities/*", 254),
    ("*title*", 126),
    ("*link*", 40),
    ("*_parsed*", 9),
    ("*guid*", 11),
    ("*base*", 37),
    ("*summary*", 61),
    ("wellformed/sanitize/*", 608),
    ("wellformed/amp/*", 70),
    ("wellformed/r[sd][sf]/*", 61),
    ("wellformed/atom*/*", 110),
)

#: files (in their folder) that are left out whole, and why
EXCLUDED_FILES: tuple[tuple[str, str], ...] = (
    ("compression/*", "no feed: compressed bodies, which are unpacked where they are fetched"),
    ("http/*", "statuses and redirects of HTTP, which belong to fetching"),
    ("wellformed/http/*", "headers of HTTP, which belong to fetching"),
    ("wellformed/cdf/*", "CDF of 1997 is no longer read"),
    ("wellformed/base/http_*_content_location.xml", "Content-Location no longer sets the base (RFC 7231)"),
    ("wellformed/lang/http_content_language*.xml", "the language is the feed's own, not that of a header"),
    ("wellformed/*_content_mode_*.xml", "state `1` only; their values are asserted by the cases beside them"),
    ("wellformed/base/http_entry_id_base_docuri.xml", "an id is kept as written, so that it stays the same"),
    ("wellformed/rss/rss_version_091_netscape.xml", "is told by the document type, which is taken out"),
    ("wellformed/sanitize/xml_malicious_comment.xml", "comments end as HTML says, not as SGML did"),
)

#: what an expectation is about, where that is no field of ours, and why it is none
EXCLUDED_FIELDS: tuple[tuple[str, str], ...] = (
    (r"author|contributor|publisher|media_credit", "people are never read"),
    (r"'source'|\.source", "the feed that an entry was taken over from is not kept"),
    (r"copyright|rights|license", "licences are judged by the publisher's pages, not kept from feeds"),
    (
        r"^(?:not bozo and )?feed\['(?:tagline|subtitle|info|description)",
        "of the feed we keep title and language",
    ),
    (
        r"\['title_detail'\]\['(?:type|base|language)",
        "how a title was written is not kept, only what it says",
    ),
    (r"\['(?:summary_detail|content)'\](?:\[\d\])?\['(?:type|base|language|src)", "same for a summary"),
    (
        r"itunes|entries\[0\]\['subtitle'|media_|psc_|'where'|enclosures|'enclosure'",
        "podcasts, media and places on maps are not kept",
    ),
    (r"tags|categor", "an outlet's own categories are not kept"),
    (
        r"image|icon|logo|cloud|textinput|docs|generator|ttl|errorreportsto",
        "how the feed is made is not kept",
    ),
    (r"comments|wfw_|thr_", "comments are never read"),
    (r"feed(?:\.|\[')(?:link|links|id|guid|href)\b", "of the feed we keep title and language"),
    (r"feed\['(?:published|updated|created|validity)", "times of the whole feed say nothing of an article"),
    (r"'created|'expired", "publication and change are kept, not drafting and expiry"),
    (r"entries\[0\]\['updated'\]", "a time of change is kept as a moment, not as written"),
    (r"'links'\]", "one address is kept, the article's; its attributes and other links are not"),
    (r"'guidislink'", "not kept; the address it leads to is asserted by the cases beside it"),
    (r"entries\[0\]\['language'\]", "the language is told from the text"),
    (
        r"feed\['[a-z]+_[a-z_]+'\]|'abcdefg'|'madeup_element'|newlocation",
        "elements of unknown vocabularies are not kept",
    ),
    (r"^1$", "states `1` only"),
    (r"Crazy HTML", "markup no browser reads alike; it is taken out, not sanitised"),
)

pytestmark = pytest.mark.shared


class _Text(HTMLParser):
    """Text as a reader sees it: no scripts, no styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def read_text(markup: str) -> str:
    parser = _Text()
    parser.feed(markup)
    parser.close()
    return "".join(parser.pieces)


def squeeze(text: str) -> str:
    return "".join(text.split())


def same_text(ours: str, expected: str) -> bool:
    """Whether our plain text is what the expected value says, with or without its markup."""
    return squeeze(ours) in (squeeze(expected), squeeze(read_text(expected)))


def same_time(ours: datetime | None, expected: Any) -> bool:
    if expected is None:
        return ours is None
    return ours == datetime(*expected[:6], tzinfo=UTC)


# ------------------------------------------------------------------ one case


def read_case(path: Path) -> tuple[bytes, str, dict[str, str]]:
    """The bytes, the expectation and the headers of a case; an empty expectation where it states none."""
    body = path.read_bytes()
    for charset in ("utf-8", "utf-16", "utf-32", "cp037", "latin-1"):
        try:
            text = body.decode(charset)
        except UnicodeError:
            continue
        found = re.search(r"Expect:\s*(.*?)\s*-->", text, re.DOTALL)
        if found:
            headers = dict(re.findall(r"^Header:\s*([\w-]+):\s*(.*?)\s*$", text, re.MULTILINE))
            return body, " ".join(found[1].split("\n")), headers
    return body, "", {}


def parse_case(path: Path, root: Path) -> ParsedFeed:
    body, _, headers = read_case(path)
    url = f"{BASE}/{path.relative_to(root.parent).as_posix()}"
    stated = {name.lower(): value for name, value in headers.items()}
    return parse_feed_body(
        body, url=url, timezone="UTC", content_type=stated.get("content-type"), usable_only=False
    )


def list_clauses(expectation: str) -> list[ast.expr]:
    tree = ast.parse(expectation.strip(), mode="eval").body
    return tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]


Check = Callable[[ParsedFeed], bool]


def entry_checks(expected: Any) -> dict[str, Callable[[FeedEntry], bool]]:
    return {
        "title": lambda e: same_text(e.title, expected),
        "title_detail.value": lambda e: same_text(e.title, expected),
        "summary": lambda e: same_text(e.summary, expected),
        "description": lambda e: same_text(e.summary, expected),
        "summary_detail.value": lambda e: same_text(e.summary, expected),
        "content.0.value": lambda e: same_text(e.summary, expected),
        "link": lambda e: e.url == expected,
        "links.0.href": lambda e: e.url == expected,
        "id": lambda e: e.id == expected,
        "guid": lambda e: e.id == expected,
        "published": lambda e: e.published_raw == expected,
        "published_parsed": lambda e: same_time(e.published_at, expected),
        "updated_parsed": lambda e: same_time(e.updated_at, expected),
    }


def feed_checks(expected: Any) -> dict[str, Check]:
    return {
        "feed.title": lambda f: same_text(f.title, expected),
        "feed.title_detail.value": lambda f: same_text(f.title, expected),
        "feed.language": lambda f: f.language == expected,
        "version": lambda f: f.kind == expected,
        "encoding": lambda f: f.encoding == expected,
    }


def dotted(node: ast.expr) -> str:
    """`entries[0]['title']` as `entries.0.title`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return f"{dotted(node.value)}.{node.slice.value}"
    return "?"


def translate(clause: ast.expr, expectation: str) -> list[Check]:
    """What a clause demands of our record; nothing where it concerns none of its fields."""
    if isinstance(clause, ast.BoolOp) and isinstance(clause.op, ast.Or):
        ways = [
            translate(way, expectation) for part in clause.values for way in list_clauses(ast.unparse(part))
        ]
        return [lambda feed: any(check(feed) for way in ways for check in way)]
    if expectation.strip() == "not bozo":
        return [lambda feed: "damaged" not in feed.flags]
    if ast.unparse(clause) == "not feed.has_key('language')":
        return [lambda feed: feed.language == ""]
    if isinstance(clause, ast.UnaryOp) and ast.unparse(clause) == "not entries[0].has_key('link')":
        return [lambda feed: feed.entries[0].url == ""]
    if not (isinstance(clause, ast.Compare) and all(isinstance(op, ast.Eq) for op in clause.ops)):
        return []
    *named, value = clause.left, *clause.comparators
    try:
        expected = ast.literal_eval(value)
    except ValueError:
        return []
    return [check for node in named if (check := find_check(dotted(node), expected, expectation)) is not None]


def find_check(name: str, expected: Any, expectation: str) -> Check | None:
    if name in feed_checks(None):
        return feed_checks(expected)[name]
    found = re.fullmatch(r"entries\.(\d)\.(.+)", name)
    if found is None or found[2] not in entry_checks(None):
        return None
    if found[2] == "links.0.href" and re.search(r"'rel'\] == '(?!alternate)", expectation):
        return None  # not the article's address
    if found[2] == "content.0.value" and re.search(r"'(?:summary|description)'\]", expectation):
        return None  # there is a summary, which is the one we keep
    number, check = int(found[1]), entry_checks(expected)[found[2]]
    return lambda feed: check(feed.entries[number])


def judge_case(path: Path, root: Path) -> str:
    """ "covered", the pattern that excludes the case, or what is wrong with it."""
    name = path.relative_to(root).as_posix()
    for pattern, _ in EXCLUDED_FILES:
        if fnmatch(name, pattern):
            return pattern
    _, expectation, _ = read_case(path)
    clauses = list_clauses(expectation)
    checks = [check for clause in clauses for check in translate(clause, expectation)]
    if not checks:
        return next((field for field, _ in EXCLUDED_FIELDS if re.search(field, expectation)), "! no reason")
    feed = parse_case(path, root)
    if any(ast.unparse(clause) == "not bozo" for clause in clauses) and "damaged" in feed.flags:
        return "! damaged"
    return "covered" if all(check(feed) for check in checks) else "! other values"


@pytest.fixture(scope="module")
def verdicts(shared: Path) -> dict[str, str]:
    """What became of each case."""
    root = shared / DATA
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): judge_case(path, root) for path in files}


def test_the_data_is_the_one_that_was_measured(shared: Path) -> None:
    """The counts of this file belong to one version of the data."""
    root = shared / DATA
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    assert digest.hexdigest() == DATA_SHA256


def test_every_case_is_covered_or_excluded_with_a_reason(verdicts: dict[str, str]) -> None:
    """No case fails, none is skipped silently: covered and excluded make up all of them."""
    assert {name: verdict for name, verdict in verdicts.items() if verdict.startswith("!")} == {}
    counts = Counter(verdicts.values())
    reasons = dict(EXCLUDED_FILES) | dict(EXCLUDED_FIELDS)
    excluded = {pattern: number for pattern, number in counts.items() if pattern != "covered"}
    assert set(excluded) == set(reasons), "a row of the tables that excludes nothing, or the other way round"
    assert counts["covered"] + sum(excluded.values()) == len(verdicts)
    assert counts["covered"] >= COVERED_FLOOR


@pytest.mark.parametrize(("pattern", "floor"), FLOORS)
def test_what_matters_is_covered(verdicts: dict[str, str], pattern: str, floor: int) -> None:
    """Titles, links, times, entities and addresses are each covered by as many cases as were measured."""
    covered = [name for name, verdict in verdicts.items() if verdict == "covered" and fnmatch(name, pattern)]
    assert len(covered) >= floor


def test_old_channel_definitions_are_refused(shared: Path) -> None:
    """CDF is no feed for us, and says so instead of giving an empty one."""
    for path in sorted((shared / DATA / "wellformed" / "cdf").glob("*.xml")):
        with pytest.raises(SourceError) as caught:
            parse_case(path, shared / DATA)
        assert caught.value.key in ("sources.not_a_feed", "sources.feed_is_html")
