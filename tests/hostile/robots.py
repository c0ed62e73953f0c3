"""Hostile robots.txt: lines without end, wildcards that hang matchers, files that are something else."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.making import Hostile, as_text, bomb, name_all, pack, say

#: asked of every file: the last two are made to match slowly
ASKED = (
    "https://bao.example/tin-1.html",
    f"https://bao.example/{'a' * 1_800}b",
    f"https://bao.example/{'/a=' * 600}",
)
GOOD = b"User-agent: *\nDisallow: /rieng/\nAllow: /\nCrawl-delay: 7\nSitemap: https://bao.example/s.xml\n"


def _rules(lines: str) -> Callable[[], bytes]:
    return as_text(lambda: f"User-agent: *\n{lines}\n")


OTHERS: dict[str, Callable[[], bytes]] = {
    "stars": _rules("Disallow: /" + "*a" * 1_000 + "c"),
    "stars_run": _rules("Disallow: /" + "*" * 100_000 + "x"),
    "stars_run_end": _rules("Disallow: " + "*" * 30 + "$"),
    "stars_many": _rules("\n".join("Disallow: /" + "*a" * 40 + f"{n}" for n in range(4_000))),
    "stars_and_ends": _rules("\n".join(f"Disallow: /*a*{n}*$" for n in range(20_000))),
    "dollars": _rules("Disallow: /" + "$" * 50_000),
    "brackets": _rules("Disallow: /" + "(a+)+[" * 10_000),
    "percent": _rules("Disallow: /" + "%" * 100_000),
    "percent_codes": _rules("Disallow: /" + "%2F%00%ff" * 10_000),
    "rules": _rules("\n".join(f"Disallow: /{n}" for n in range(40_000))),
    "rules_same": _rules("Disallow: /a\n" * 35_000),
    "allows": _rules("Allow: /\nDisallow: /\n" * 12_000),
    "groups": as_text(lambda: "\n".join(f"User-agent: a{n}\nDisallow: /\n" for n in range(20_000))),
    "agents": as_text(lambda: "\n".join(f"User-agent: a{n}" for n in range(30_000)) + "\nDisallow: /"),
    "agents_like_ours": as_text(
        lambda: "\n".join(f"User-agent: {'diembao'[: n % 7 + 1]}*" for n in range(25_000)) + "\nDisallow: /x"
    ),
    "agents_all": as_text(lambda: "User-agent: *\n" * 30_000 + "Disallow: /x"),
    "agent_of_400_kb": as_text(lambda: f"User-agent: {'a' * 400_000}\nDisallow: /"),
    "agent_stars": as_text(lambda: f"User-agent: {'*' * 400_000}\nDisallow: /"),
    "agent_spaces": as_text(lambda: "User-agent" + " " * 400_000 + ":*\nDisallow: /"),
    "agent_tabs": as_text(lambda: "\n".join("user agent" + "\t" * 50 + "x" for _ in range(7_000))),
    "line_of_600_kb": _rules("Disallow: /" + "a" * 600_000),
    "line_of_10_mb": _rules("Disallow: /" + "a" * 10_000_000),
    "lines_empty": as_text(lambda: "\n" * 500_000 + "User-agent: *\nDisallow: /"),
    "lines_colons": as_text(lambda: ":" * 500_000),
    "lines_of_colons": as_text(lambda: ":\n" * 200_000),
    "lines_hashes": as_text(lambda: "#" * 500_000),
    "line_ends_strange": as_text(lambda: "User-agent: *\x0bDisallow: /\x0c\x1c\x85\u2028Disallow: /x"),
    "line_ends_cr": say(b"User-agent: *\rDisallow: /rieng/\r"),
    "delay_huge": _rules("Crawl-delay: 1e308"),
    "delay_infinite": _rules("Crawl-delay: inf"),
    "delay_nan": _rules("Crawl-delay: nan"),
    "delay_negative": _rules("Crawl-delay: -5"),
    "delay_digits": _rules("Crawl-delay: " + "9" * 400_000),
    "delay_words": _rules("Crawl-delay: mười giây"),
    "delay_hex": _rules("Crawl-delay: 0x10_0"),
    "rates": _rules("Request-rate: 1/" + "9" * 100_000 + "s 2500-9999\n" * 100),
    "rate_zero": _rules("Request-rate: 1/0\nRequest-rate: 0/0h\nVisit-time: 9999-0000"),
    "visit_time": _rules("Visit-time: " + "9" * 100_000 + "-x"),
    "sitemaps": as_text(lambda: "\n".join(f"Sitemap: https://bao.example/{n}.xml" for n in range(12_000))),
    "sitemap_of_400_kb": _rules("Sitemap: https://bao.example/" + "a" * 400_000),
    "sitemap_private": _rules("Sitemap: http://169.254.169.254/\nSitemap: file:///etc/passwd\nSitemap: javascript:x"),
    "sitemap_broken": _rules("Sitemap: https://[bao/\nSitemap: http://\0/\nSitemap: //"),
    "host": _rules("Host: " + "bao.example." * 20_000 + "\nClean-param: " + "a&" * 100_000),
    "zeros": say(b"\0" * 400_000),
    "zeros_between": say(b"U\0s\0e\0r\0-\0a\0g\0e\0n\0t\0:\0 \0*\0\n\0" * 1_000),
    "utf16": lambda: GOOD.decode().encode("utf-16"),
    "utf32": lambda: GOOD.decode().encode("utf-32"),
    "bad_bytes": lambda: GOOD.replace(b" ", b" \xff"),
    "marks": lambda: b"\xef\xbb\xbf" * 1_000 + GOOD,
    "bidi": _rules("Disallow: /" + "\u202e\u200b" * 50_000),
    "html": say("<!DOCTYPE html><html><body>User-agent: *<br>Disallow: /</body></html>" * 2_000),
    "html_page": say("<html>\nUser-agent: *\nDisallow: /\n</html>"),
    "json": say('{"User-agent": "*", "Disallow": ["/"]}'),
    "gzip": lambda: pack(GOOD),
    "gzip_bomb": bomb,
    "empty": say(""),
    "half_a_rule": as_text(lambda: "User-agent: *\nDisallow: /\n" + "#" * (500 * 1024 - 40) + "\nAllow: /tin-1.html"),
    "cut_inside_rule": as_text(lambda: "User-agent: *\n" + "#" * (500 * 1024 - 30) + "\nDisallow: /tin-1.html/abc"),
    "no_agent": say("Disallow: /\nAllow: /x\n" * 10_000),
    "address_as_rule": _rules("Disallow: https://bao.example/\nDisallow: //[x\nDisallow: \\\\"),
}  # fmt: skip
CASES: list[Hostile] = name_all(OTHERS, ("line_of_10_mb",))
