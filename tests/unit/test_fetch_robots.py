"""What robots.txt files allow, and what follows when there is none."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from diembao.fetch.robots import MAX_ROBOTS_BYTES, check_robots, judge_robots, robots_url, tdmrep_url
from diembao.types import Exchange, Fetched, FetchOutcome

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def ask(text: str | bytes, *paths: str) -> tuple[bool, ...]:
    body = text.encode() if isinstance(text, str) else text
    return check_robots(body, urls=[f"https://bao.example{path}" for path in paths]).allowed


def ended(outcome: FetchOutcome, status: int | None) -> Fetched:
    exchange = Exchange("https://bao.example/robots.txt", "GET", (), NOW, NOW, outcome, status)
    return Fetched("https://bao.example/robots.txt", "", outcome, (exchange,) if status else ())


def test_the_longest_rule_wins_and_allow_wins_a_tie() -> None:
    """RFC 9309: the most specific match decides, Allow when equal."""
    text = "User-agent: *\nDisallow: /a/\nAllow: /a/b\nDisallow: /tie\nAllow: /tie\n"
    assert ask(text, "/a/x", "/a/b/c", "/tie", "/") == (False, True, True, True)


def test_marks_and_encodings() -> None:
    """`*` and `$` are read; percent-encoded and plain letters are one."""
    text = "User-agent: *\nDisallow: /*.pdf$\nDisallow: /tìm\nDisallow: /%7Ea\nDisallow: /*?page=*&sort\n"
    assert ask(text, "/x.pdf", "/x.pdf?1", "/t%C3%ACm/1", "/~a", "/a?page=2&sort=x", "/b") == (
        False, True, False, False, False, True,
    )  # fmt: skip


def test_our_group_goes_before_the_one_for_all() -> None:
    """A group that names us holds alone, in any case; groups of others do not concern us."""
    text = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: DIEMBAO\nDisallow: /x\n"
    assert ask(text, "/", "/x") == (True, False)
    assert ask("User-agent: Googlebot\nDisallow: /\n", "/") == (True,)
    assert ask("User-agent: a\nUser-agent: *\nUser-agent: b\nDisallow: /\n", "/") == (False,)
    assert ask("User-agent: b\nDisallow: /\n\nUser-agent: a\nUser-agent: *\nDisallow: /x\n", "/", "/x") == (
        True,
        False,
    )


def test_no_rules_allow_everything() -> None:
    """An empty file, a web page and binary rubbish contain no rule."""
    for body in (b"", b"<html><title>404</title></html>", bytes(range(256)) * 10, "﻿".encode()):
        assert ask(body, "/a") == (True,)


def test_byte_order_marks_and_line_ends() -> None:
    """A BOM does not hide the first line; CR, LF and CRLF end lines."""
    for end in ("\n", "\r\n", "\r"):
        assert ask("\ufeff" + end.join(["User-agent: *", "Disallow: /x", ""]), "/x", "/y") == (False, True)


def test_delay_and_sitemaps_are_told() -> None:
    """Crawl-delay of our group and all sitemaps come back; nonsense and floods do not."""
    answer = check_robots(
        b"Sitemap: https://bao.example/s.xml\nUser-agent: *\nCrawl-delay: 7.5\nDisallow:\n"
        + b"".join(b"Sitemap: https://bao.example/%d.xml\n" % n for n in range(1000))
        + b"Sitemap: https://bao.example/" + b"a" * 5000 + b"\n"
    )  # fmt: skip
    assert answer.crawl_delay_s == 7.5
    assert answer.sitemaps[0] == "https://bao.example/s.xml"
    assert len(answer.sitemaps) == 200
    for delay in (b"nan", b"-1", b"inf", b"soon"):
        assert check_robots(b"User-agent: *\nCrawl-delay: " + delay).crawl_delay_s is None


def test_the_first_500_kib_count() -> None:
    """Rules up to 500 KiB hold, the half line there and what follows do not."""
    start = b"User-agent: *\nDisallow: /a\n"
    filler = b"#" + b"x" * 98 + b"\n"
    body = start + filler * ((MAX_ROBOTS_BYTES - len(start) - 20) // len(filler))
    body += b" " * (MAX_ROBOTS_BYTES - len(body) - 11) + b"Disallow: /bcd\nDisallow: /e\n"
    answer = check_robots(body, urls=[f"https://bao.example{path}" for path in ("/a", "/b", "/bcd", "/e")])
    assert answer.allowed == (False, True, True, True)
    assert answer.is_cut


def test_hostile_files_cost_little() -> None:
    """Thousands of groups, wildcards without end and deep patterns are answered in bounded time."""
    many = b"".join(b"User-agent: a%d\n" % n for n in range(15_000))
    rules = b"".join(b"Disallow: /%d\n" % n for n in range(15_000))
    stars = b"User-agent: *\n" + b"Disallow: /" + b"*a" * 200_000 + b"\n"
    mixed = b"".join(b"User-agent: a%d\nDisallow: /%d\n" % (n, n) for n in range(14_000))
    for body in (
        many + rules,
        stars,
        mixed,
        many + b"User-agent: *\n" + rules,
        b"\n" * 400_000,
        b"\0" * 400_000,
    ):
        started = time.process_time()
        answer = check_robots(body, urls=["https://bao.example/" + "a" * 2000] * 20)
        assert len(answer.allowed) == 20
        assert time.process_time() - started < 15  # a bound against a hang (quadratic would be minutes)


@pytest.mark.parametrize(
    ("outcome", "status", "verdict"),
    [
        ("ok", 200, "rules"),
        ("gone", 404, "allow_all"),
        ("gone", 410, "allow_all"),
        ("blocked", 401, "allow_all"),
        ("blocked", 403, "allow_all"),
        ("http_error", 418, "allow_all"),
        ("rate_limited", 429, "disallow_all"),
        ("unavailable", 500, "disallow_all"),
        ("unavailable", 503, "disallow_all"),
        ("blocked", 503, "disallow_all"),
        ("blocked", 200, "disallow_all"),
        ("redirect_loop", 302, "disallow_all"),
        ("redirect_away", 301, "disallow_all"),
        ("truncated", 200, "disallow_all"),
        ("too_large", 200, "disallow_all"),
        ("timeout", None, "disallow_all"),
        ("dns", None, "disallow_all"),
        ("tls", None, "disallow_all"),
    ],
)
def test_what_follows_from_how_fetching_ended(
    outcome: FetchOutcome, status: int | None, verdict: str
) -> None:
    """4xx allows everything, 5xx and trouble forbid everything; an answer holds for a day, trouble for an hour."""
    policy = judge_robots(ended(outcome, status), host="bao.example", now=NOW)
    assert policy.verdict == verdict
    hours = 1 if verdict == "disallow_all" else 24
    assert policy.is_fresh(NOW + timedelta(hours=hours, seconds=-1))
    assert not policy.is_fresh(NOW + timedelta(hours=hours))
    assert not policy.is_fresh(NOW - timedelta(seconds=1))


def test_where_the_files_lie() -> None:
    """robots.txt and tdmrep.json lie at the root of scheme, host and port."""
    assert robots_url("https://bao.example:8443/a/b?c#d") == "https://bao.example:8443/robots.txt"
    assert tdmrep_url("http://bao.example/a") == "http://bao.example/.well-known/tdmrep.json"
