"""What publishers say about text and data mining, and how it is read."""

from __future__ import annotations

import json
import time

import pytest

from diembao.errors import SourceError
from diembao.fetch.signals import match_tdm, parse_tdmrep, read_header_signals, read_signals


@pytest.mark.parametrize(
    ("value", "reserved"), [("1", True), (" 1 ", True), ("0", False), ("true", None), ("", None), ("2", None)]
)
def test_the_header_says_it(value: str, reserved: bool | None) -> None:
    """1 reserves, 0 does not, anything else says nothing."""
    signals = read_header_signals(
        [("TDM-Reservation", value), ("tdm-policy", "https://bao.example/tdm.json")]
    )
    assert signals.reserved is reserved
    assert signals.tdm_reserved is (reserved is True)
    assert signals.policy == ("" if reserved is None else "https://bao.example/tdm.json")


@pytest.mark.parametrize(
    ("head", "reserved"),
    [
        (b'<meta name="tdm-reservation" content="1">', True),
        (b"<META CONTENT='1' NAME='TDM-Reservation'/>", True),
        (b"<meta name=tdm-reservation content=1 >", True),
        (b'<meta\n name = "tdm-reservation"\n content = "0">', False),
        (b'<meta name="tdm-policy" content="https://bao.example/p">', None),
        (b'<meta property="tdm-reservation" content="1">', None),
        (b'<p>meta name="tdm-reservation" content="1"</p>', None),
        (b"x" * 70_000 + b'<meta name="tdm-reservation" content="1">', None),
        (b'<meta name="tdm-reservation" content="1"', None),
    ],
)
def test_the_page_says_it(head: bytes, reserved: bool | None) -> None:
    """The meta element is found however it is written, in the first 64 KB."""
    assert read_signals(b"<!doctype html><head>" + head).reserved is reserved


def test_the_page_goes_before_the_header() -> None:
    """Of two statements the nearer one holds."""
    page = b'<meta name="tdm-reservation" content="0">'
    signals = read_signals(page, headers=[("tdm-reservation", "1")])
    assert (signals.reserved, signals.source) == (False, "meta")
    assert read_signals(b"", headers=[("tdm-reservation", "1")]).source == "header"


def test_noarchive_is_told() -> None:
    """A wish not to be archived is told, from header or page."""
    assert read_signals(b"", headers=[("x-robots-tag", "noindex"), ("X-Robots-Tag", "NoArchive")]).no_archive
    assert read_signals(b'<meta name="robots" content="index, noarchive">').no_archive
    assert not read_signals(b'<meta name="robots" content="index">').no_archive


def test_hostile_heads_cost_little() -> None:
    """64 KB of broken elements are read in bounded time."""
    for head in (
        b"<meta " * 12_000,
        b"<meta a=" * 9000,
        b'<meta name="' * 6000,
        b"<meta " + b"a" * 65_000,
        b"<" * 65_536,
    ):
        started = time.process_time()
        assert read_signals(head).reserved is None
        assert time.process_time() - started < 5


RULES = [
    {"location": "/mở/", "tdm-reservation": 0},
    {"location": "/images/*.jpg$", "tdm-reservation": 0},
    {"location": "/tin/", "tdm-reservation": 1, "tdm-policy": "https://bao.example/p.json"},
    {"location": "/x%2A", "tdm-reservation": 1},
    {"location": "/odd", "tdm-reservation": "yes"},
    {"location": "/tin/free", "tdm-reservation": 0},
    {"location": 5},
    "nonsense",
]


@pytest.mark.parametrize(
    ("path", "reserved"),
    [
        ("/tin/1.html", True),
        ("/tin/free", True),
        ("/%74%69n/1", True),
        ("/m%e1%bb%9F/1", False),
        ("/images/a/b.jpg", False),
        ("/images/a.jpg?x", None),
        ("/x*y", True),
        ("/xy", None),
        ("/odd", None),
        ("/", None),
        ("", None),
    ],
)
def test_the_file_says_it_for_paths(path: str, reserved: bool | None) -> None:
    """The first rule that matches holds; one spelling for encoded and plain letters."""
    rules = parse_tdmrep(json.dumps(RULES).encode())
    assert (len(rules.rules), rules.dropped) == (6, 2)
    assert match_tdm(rules.rules, f"https://bao.example{path}").reserved is reserved


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[" * 100_000,
        b"5",
        b'"x"',
        b"\xff\xfe[]",
        b"[" + b" " * 600_000 + b"]",
        b"9" * 100_000,
    ],
)
def test_what_is_no_such_file_is_refused(body: bytes) -> None:
    """Whatever is not a list of rules is one error of our own."""
    with pytest.raises(SourceError):
        parse_tdmrep(body)


def test_a_file_with_a_flood_of_rules_is_bounded() -> None:
    """At most 1,000 rules are kept, and matching a hostile pattern is linear."""
    flood = json.dumps([{"location": "/" + "*a" * 900, "tdm-reservation": 1}] * 250).encode()
    rules = parse_tdmrep(flood)
    assert match_tdm(rules.rules, "https://bao.example/" + "a" * 2000).reserved is True
    assert match_tdm(rules.rules, "https://bao.example/" + "ab" * 400).reserved is None
    many = parse_tdmrep(json.dumps([{"location": "/"}] * 5000).encode())
    assert (len(many.rules), many.dropped) == (1000, 4000)
