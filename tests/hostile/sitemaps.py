"""Hostile sitemaps: poisoned entries between good ones, packed bombs, lists without end, indexes in a circle."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from tests.hostile.lists import BEFORE, HEAVY, INSIDE, USES
from tests.hostile.making import Hostile, as_text, bomb, cut_at, name_all, pack, say

URL = "https://bao.example/sitemap.xml"
FIRST, LAST = "https://bao.example/tin-dau.html", "https://bao.example/tin-cuoi.html"
_KIND = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"


def _url(address: str, inside: str = "") -> str:
    return f"<url><loc>{address}</loc>{inside}</url>"


def urlset(inside: str, before: str = "") -> str:
    middle = _url("https://bao.example/tin-giua.html", inside)
    return f"{before}<urlset {_KIND}>{_url(FIRST)}{middle}{_url(LAST)}</urlset>"


def index(inside: str) -> str:
    return f"<sitemapindex {_KIND}>{inside}</sitemapindex>"


def _dated(text: str) -> Callable[[], bytes]:
    news = f"<news:news><news:publication_date>{text}</news:publication_date></news:news>"
    return as_text(lambda: urlset(f"<lastmod>{text}</lastmod>{news}"))


_TITLED = f"<news:news><news:title>{'chợ ' * 250}</news:title></news:news>"
GOOD = urlset("<lastmod>2026-03-02</lastmod>").encode()
OTHERS: dict[str, Callable[[], bytes]] = {
    "date_digits": _dated("1" * 1_000_000),
    "date_far": _dated("99999-03-02"),
    "date_negative": _dated("-2026-03-02"),
    "date_zone": _dated("2026-03-02T08:30:00+99:99"),
    "date_fraction": _dated("2026-03-02T08:30:00." + "1" * 100_000 + "Z"),
    "date_words": _dated("hôm qua " * 10_000),
    "entries_50000": as_text(lambda: urlset("</url>" + _url("https://bao.example/x.html") * 50_000 + "<url>")),
    "entries_long": as_text(lambda: urlset("</url>" + _url(f"https://bao.example/{'a' * 900}") * 40_000 + "<url>")),
    "entries_million": as_text(lambda: urlset("</url>" + "<url/>" * 1_000_000 + "<url>")),
    "news_titles_22_mb": as_text(
        lambda: urlset(
            "</url>" + "".join(_url(f"https://bao.example/{'a' * 900}{n}", _TITLED) for n in range(9_000)) + "<url>"
        )
    ),
    "news_titles": as_text(lambda: urlset("</url>" + _url("https://bao.example/y", _TITLED) * 15_000 + "<url>")),
    "news_title_of_1_mb": as_text(lambda: urlset(f"<news:news><news:title>{'chợ ' * 250_000}</news:title></news:news>")),
    "locs": as_text(lambda: urlset("<loc>https://bao.example/z</loc>" * 50_000)),
    "loc_of_2_mb": as_text(lambda: urlset(f"</url><url><loc>https://bao.example/{'a' * 2_000_000}</loc>")),
    "loc_markup": as_text(lambda: urlset("</url><url><loc>https://bao.example/<b>x</b>y</loc>")),
    "loc_javascript": as_text(lambda: urlset("</url><url><loc>javascript:alert(1)</loc>")),
    "loc_private": as_text(lambda: urlset("</url><url><loc>http://[::ffff:169.254.169.254]/</loc>")),
    "loc_file": as_text(lambda: urlset("</url><url><loc>file:///etc/passwd</loc>")),
    "loc_user": as_text(lambda: urlset("</url><url><loc>https://bao.example:x@khac.example/</loc>")),
    "loc_port": as_text(lambda: urlset("</url><url><loc>https://bao.example:99999999999/</loc>")),
    "loc_spaces": as_text(lambda: urlset("</url><url><loc>" + " \n" * 500_000 + "</loc>")),
    "loc_idn": as_text(lambda: urlset("</url><url><loc>https://" + "ạ" * 60_000 + ".example/</loc>")),
    "loc_labels": as_text(lambda: urlset("</url><url><loc>https://" + "a." * 100_000 + "example/</loc>")),
    "loc_percent": as_text(lambda: urlset("</url><url><loc>https://bao.example/" + "%25" * 100_000 + "</loc>")),
    "index_of_itself": as_text(lambda: index(f"<sitemap><loc>{URL}</loc></sitemap>" * 20_000)),
    "index_elsewhere": as_text(lambda: index("<sitemap><loc>http://127.0.0.1/s.xml</loc></sitemap>" * 1_000)),
    "index_of_pages": as_text(lambda: index(_url(FIRST) * 100)),
    "index_nested": as_text(lambda: index("<sitemap>" * 5_000)),
    "lines": as_text(lambda: f"{FIRST}\n" * 100_000 + LAST),
    "line_of_5_mb": as_text(lambda: FIRST + "a" * 5_000_000),
    "lines_of_nothing": as_text(lambda: FIRST + "\n" * 2_000_000),
    "lines_of_noise": as_text(lambda: FIRST + "\n" + "x\n" * 500_000),
    "html": say("<!DOCTYPE html><html><urlset>"),
    "html_deep": say("<html>" + "<div>" * 200_000),
    "empty": say(""),
    "root_only": say("<urlset>"),
    "root_cut": say("<urlset xmlns='"),
    "zeros_only": say(b"\0" * 500_000),
    "prefixes": as_text(lambda: "<s:urlset xmlns:s='x'>" + f"<s:url><s:loc>{FIRST}</s:loc></s:url>" * 100 + "</s:urlset>"),
    "prefix_unknown": as_text(lambda: "<urlset>" + f"<q:url><q:loc>{FIRST}</q:loc></q:url>" * 1_000 + "</urlset>"),
    "rss_instead": as_text(lambda: "<rss><channel>" + f"<item><link>{FIRST}</link></item>" * 20_000 + "</channel></rss>"),
    "two_roots": lambda: GOOD * 500,
    "utf16": lambda: GOOD.decode().encode("utf-16"),
    "utf32": lambda: GOOD.decode().encode("utf-32"),
    "bad_bytes": lambda: GOOD.replace(b"tin", b"t\xff\xfein"),
    "says_utf7": lambda: b"<?xml version='1.0' encoding='utf-7'?>" + GOOD,
    "gzip_whole": lambda: pack(GOOD),
    "gzip_bomb": lambda: bomb(before=b"<urlset>"),
    "gzip_bomb_spaces": lambda: bomb(before=b"<urlset>", fill=b" "),
    "gzip_bomb_49_mb": lambda: bomb(49, before=b"<urlset>", fill=b"<url/>  "),
    "gzip_bomb_deep": lambda: bomb(40, before=b"<urlset>", fill=b"<urlset>"),
    "gzip_in_gzip": lambda: pack(pack(GOOD)),
    "gzip_in_gzip_bomb": lambda: pack(bomb()),
    "gzip_many": lambda: pack(b"") * 200_000,
    "gzip_many_whole": lambda: pack(GOOD) * 3_000,
    "gzip_cut": lambda: pack(GOOD)[:-5],
    "gzip_cut_early": lambda: pack(GOOD)[:12],
    "gzip_crc": lambda: pack(GOOD)[:-8] + b"\0" * 8,
    "gzip_length": lambda: pack(GOOD)[:-4] + b"\xff" * 4,
    "gzip_head": say(b"\x1f\x8b\x08"),
    "gzip_method": say(b"\x1f\x8b\x07" + b"\0" * 200),
    "gzip_name_of_1_mb": lambda: b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + b"a" * 1_000_000,
    "gzip_then_noise": lambda: pack(GOOD) + b"noise" * 1_000,
    "zlib": lambda: zlib.compress(GOOD),
    "too_long": lambda: GOOD + b" " * (25 * 1024 * 1024),
}  # fmt: skip
_HEAVY = ("entries_million", "entries_long", "news_titles", "gzip_bomb_49_mb", "gzip_bomb_deep", "too_long")
_CUTS = cut_at(lambda: GOOD, (5, 20, 40, 60, 80, 95, 99))
CASES = [
    *(
        Hostile(name, as_text(lambda poison=poison: urlset(poison())), name in HEAVY)  # type: ignore[misc]
        for name, poison in INSIDE.items()
    ),
    *(
        Hostile(f"before_{name}", as_text(lambda poison=poison: urlset(USES, poison())))  # type: ignore[misc]
        for name, poison in BEFORE.items()
    ),
    *name_all(OTHERS, _HEAVY),
    *name_all(_CUTS),
]
