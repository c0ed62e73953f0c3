"""Hostile feeds: one poisoned entry between two good ones, in RSS, Atom, RDF and JSON; lying heads and encodings."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable

from tests.hostile.lists import BEFORE, HEAVY, INSIDE, USES
from tests.hostile.making import Hostile, as_text, bomb, cut_at, name_all, pack, say

URL = "https://bao.example/rss"
FIRST, LAST = "https://bao.example/tin-dau.html", "https://bao.example/tin-cuoi.html"
_DATE = "<pubDate>Mon, 02 Mar 2026 08:30:00 +0700</pubDate>"


def _item(link: str, inside: str = "", title: str = "Chợ phiên mở sớm") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{inside}</item>"


def rss(inside: str, before: str = "") -> str:
    entries = _item(FIRST, _DATE) + _item("https://bao.example/tin-giua.html", inside) + _item(LAST, _DATE)
    return f"{before}<rss version='2.0'><channel><title>Báo mẫu</title>{entries}</channel></rss>"


def _entry(link: str, inside: str = "") -> str:
    return f"<entry><title>Chợ phiên mở sớm</title><link href='{link}'/>{inside}</entry>"


def atom(inside: str, before: str = "") -> str:
    entries = _entry(FIRST) + _entry("https://bao.example/tin-giua.html", inside) + _entry(LAST)
    return f"{before}<feed xmlns='http://www.w3.org/2005/Atom'><title>Báo mẫu</title>{entries}</feed>"


def rdf(inside: str, before: str = "") -> str:
    entries = _item(FIRST) + _item("https://bao.example/tin-giua.html", inside) + _item(LAST)
    kinds = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
    return f"{before}<rdf:RDF {kinds}><channel><title>x</title></channel>{entries}</rdf:RDF>"


def json_feed(items: str) -> str:
    good = [f'{{"id":"{n}","url":"{url}","title":"Chợ phiên"}}' for n, url in enumerate((FIRST, LAST))]
    return (
        f'{{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{good[0]},{items},{good[1]}]}}'
    )


_SHAPES = {"rss": rss, "atom": atom, "rdf": rdf}
_XML = [
    Hostile(f"{name}-{shape}", as_text(lambda write=write, poison=poison: write(poison())), name in HEAVY or shape == "rdf")  # type: ignore[misc]
    for name, poison in INSIDE.items()
    for shape, write in _SHAPES.items()
]  # fmt: skip
_HEADED = [
    Hostile(f"before_{name}-{shape}", as_text(lambda write=write, poison=poison: write(USES, poison())))  # type: ignore[misc]
    for name, poison in BEFORE.items()
    for shape, write in (("rss", rss), ("atom", atom))
]


def _dated(text: str) -> Callable[[], bytes]:
    return as_text(
        lambda: rss(
            f"<pubDate>{text}</pubDate><dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>{text}</dc:date>"
        )
    )


_ITEM = '{"id":"1","url":"https://bao.example/1","title":"T"%s}'
OTHERS: dict[str, Callable[[], bytes]] = {
    "date_digits": _dated("1" * 1_000_000),
    "date_digits_10_mb": _dated("1" * 5_000_000),
    "date_far": _dated("Mon, 02 Mar 99999 08:30:00 +0700"),
    "date_negative": _dated("-0001-03-02T00:00:00Z"),
    "date_zone": _dated("Mon, 02 Mar 2026 08:30:00 +999999"),
    "date_colons": _dated("1:" * 200_000),
    "date_spaces": _dated("Mon," + " " * 500_000 + "02"),
    "date_months": _dated("Jan " * 100_000),
    "date_w3": _dated("2026-03-02T08:30:00." + "9" * 100_000 + "Z"),
    "date_greek": _dated("Κυρ, 11 Ιούλ 2004 12:00:00 EST"),
    "date_korean": _dated("2004년 05월 28일 오후 99:99:99"),
    "entries": as_text(lambda: rss("</item>" + _item("https://bao.example/x.html") * 100_000 + "<item>")),
    "entries_million": as_text(lambda: rss("</item>" + "<item/>" * 1_000_000 + "<item>")),
    "entries_nested": as_text(lambda: rss("<item>" * 5_000)),
    "categories": as_text(lambda: rss("<category>x</category>" * 50_000)),
    "enclosures": as_text(lambda: rss("<enclosure url='x' length='1e999'/>" * 20_000)),
    "contents": as_text(lambda: atom("<content type='html'>&lt;p&gt;x</content>" * 10_000)),
    "content_base64": as_text(lambda: atom(f"<content type='application/x'>{'A' * 2_000_000}</content>")),
    "content_xhtml": as_text(lambda: atom("<content type='xhtml'><div>" + "<b>" * 50_000 + "</div></content>")),
    "links": as_text(lambda: atom("<link rel='alternate' href='/x'/>" * 50_000)),
    "authors": as_text(lambda: atom("<author><name>x</name><email>a@b.example</email></author>" * 20_000)),
    "title_of_1_mb": as_text(lambda: rss(f"<title>{'Tin ' * 250_000}</title>")),
    "title_html": as_text(lambda: rss("<title>" + "&lt;b onclick=x&gt;" * 50_000 + "</title>")),
    "link_javascript": as_text(lambda: rss("<link>javascript:alert(1)</link>")),
    "link_private": as_text(lambda: rss("<link>http://169.254.169.254/latest</link>")),
    "link_of_2_mb": as_text(lambda: rss(f"<link>https://bao.example/{'a' * 2_000_000}</link>")),
    "link_broken": as_text(lambda: rss("<link>https://[bao.example/%zz</link>")),
    "link_bytes": as_text(lambda: rss("<link>https://bao.example/\0\r\n\u202e</link>")),
    "guid_of_1_mb": as_text(lambda: rss(f"<guid isPermaLink='true'>{'/a' * 500_000}</guid>")),
    "geo": as_text(lambda: rss("<georss:point xmlns:georss='http://www.georss.org/georss'>" + "1 " * 200_000 + "</georss:point>")),
    "media": as_text(lambda: rss("<media:content xmlns:media='http://search.yahoo.com/mrss/' url='x'/>" * 20_000)),
    "itunes": as_text(lambda: rss("<itunes:duration xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'>" + "9:" * 99_000)),
    "psc": as_text(lambda: rss("<psc:chapter xmlns:psc='http://podlove.org/simple-chapters' start='" + "9" * 100_000 + ":x'/>")),
    "rss_0_90": say("<rdf:RDF xmlns:rdf='x' xmlns='http://my.netscape.com/rdf/simple/0.9/'>" + "<item/>" * 1_000),
    "cdf": say("<channel href='x'>" + "<item href='x'/>" * 10_000 + "</channel>"),
    "opml": say("<opml><body>" + "<outline xmlUrl='https://bao.example/rss'/>" * 10_000 + "</body></opml>"),
    "html": say("<!DOCTYPE html><html><body><rss>"),
    "html_many": say("<html>" + "<div>" * 100_000),
    "empty": say(""),
    "spaces": say(" " * 500_000),
    "root_only": say("<rss>"),
    "root_cut": say("<rss version='2"),
    "zeros": say(b"\0" * 500_000),
    "gzip": lambda: pack(rss("").encode()),
    "gzip_bomb": lambda: bomb(before=b"<rss>"),
    "pdf": say(b"%PDF-1.7\n<rss>"),
    "two_roots": as_text(lambda: rss("") * 200),
    "script_after": as_text(lambda: rss("") + "<script>alert(1)</script>" * 1_000),
    "utf16": lambda: rss("").encode("utf-16"),
    "utf16_without_mark": lambda: rss("").encode("utf-16-le"),
    "utf16_odd": lambda: rss("").encode("utf-16")[:-1],
    "utf32": lambda: rss("").encode("utf-32"),
    "utf7": lambda: b"<?xml version='1.0' encoding='utf-7'?>+ADw-script+AD4-" + rss("").encode(),
    "windows_1258": lambda: b"<?xml version='1.0' encoding='windows-1258'?>" + rss("").encode("cp1258", "xmlcharrefreplace"),
    "ebcdic": lambda: ("<?xml version='1.0' encoding='cp037'?>" + rss("")).encode("cp037", "xmlcharrefreplace"),
    "idna": lambda: b"<?xml version='1.0' encoding='idna'?>\xff" + rss("a" * 100_000).encode(),
    "punycode": lambda: b"<?xml version='1.0' encoding='punycode'?>\xff" + rss("a-" * 50_000).encode(),
    "unicode_escape": lambda: b"<?xml version='1.0' encoding='unicode_escape'?>\xff\\u003c" + rss("").encode(),
    "bad_bytes": lambda: rss("").encode().replace(b" ", b"\xff "),
    "says_gb18030": lambda: b"<?xml version='1.0' encoding='gb18030'?>" + rss("").encode(),
    "json_deep": say("[" * 100_000 + "]" * 100_000),
    "json_deep_item": as_text(lambda: json_feed(_ITEM % (',"x":' + '{"a":' * 50_000 + "1" + "}" * 50_000))),
    "json_number": as_text(lambda: json_feed(_ITEM % (',"x":' + "9" * 100_000))),
    "json_nan": as_text(lambda: json_feed(_ITEM % ',"date_published":NaN')),
    "json_kinds": as_text(lambda: json_feed('7,null,[],"x",{"id":{},"url":[],"title":{"a":1},"date_published":7}')),
    "json_items": as_text(lambda: json_feed(",".join([_ITEM % ""] * 50_000))),
    "json_keys": as_text(lambda: json_feed(_ITEM % (',"title":"T"' * 50_000))),
    "json_surrogates": as_text(lambda: json_feed(_ITEM % ',"summary":"\\ud800\\u0000\\udfff"')),
    "json_html": as_text(lambda: json_feed(_ITEM % (',"content_html":' + json.dumps("<div>" * 100_000)))),
    "json_open": as_text(lambda: json_feed(_ITEM % (',"summary":"' + "x" * 500_000))),
    "json_version": say('{"version":{"a":1},"items":{}}'),
    "json_mark": lambda: codecs.BOM_UTF8 + json_feed(_ITEM % "").encode(),
}  # fmt: skip
CUTS = cut_at(lambda: rss(_DATE).encode(), (5, 20, 40, 60, 80, 95, 99))
CASES = [*_XML, *_HEADED, *name_all(OTHERS, ("entries_million", "date_digits_10_mb")), *name_all(CUTS)]
GOOD = rss(_DATE).encode()
