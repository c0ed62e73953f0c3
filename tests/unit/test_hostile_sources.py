"""Hostile bodies of our own making, each through every reader of strangers' bytes: a bounded record or a typed error."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import msgspec
import pytest

from diembao.errors import SourceError
from diembao.sources.discover import MAX_FOUND, find_feed_links
from diembao.sources.feeds import parse_feed_body
from diembao.sources.pages import find_saved_url
from diembao.sources.sitemaps import parse_sitemap

URL = "https://baolangson.vn/x"
ITEM = "<item><title>T</title><link>https://baolangson.vn/1</link>{}</item>"
ENTRY = "<entry><title>T</title><link href='https://baolangson.vn/1'/>{}</entry>"
PAGE = "<url><loc>https://baolangson.vn/1</loc>{}</url>"
JSON_FEED = '{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[%s]}'
JSON_ITEM = '{"id":"1","url":"https://baolangson.vn/1","title":"T"%s}'


def rss(inside: str, before: str = "") -> str:
    return f"{before}<rss version='2.0'><channel>{inside}</channel></rss>"


def atom(inside: str, before: str = "") -> str:
    return f"{before}<feed xmlns='http://www.w3.org/2005/Atom'>{inside}</feed>"


def urlset(inside: str, before: str = "") -> str:
    return f"{before}<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{inside}</urlset>"


def laughs(levels: int, width: int = 10) -> str:
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * width}">' for n in range(1, levels))
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{steps}]>'


BLOWUP = f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'
SHORT_ENTITY = f'<!DOCTYPE x [<!ENTITY a "{"a" * 100}">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "http://127.0.0.1:1/">]>'
OUTSIDE_DTD = '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'
PARAMETERS = (
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p; <!ENTITY % q "<!ENTITY z \'%p;\'>"> %q;]>'
)
XINCLUDE = "<x:include xmlns:x='http://www.w3.org/2001/XInclude' href='file:///etc/passwd' parse='text'/>"


def wrap_all(make: Callable[[Callable[[str, str], str], str], str]) -> dict[str, str]:
    """The same attack as RSS, Atom and sitemap."""
    kinds = {"rss": (rss, ITEM), "atom": (atom, ENTRY), "sitemap": (urlset, PAGE)}
    return {name: make(outer, entry) for name, (outer, entry) in kinds.items()}  # type: ignore[arg-type]


ATTACKS: dict[str, Callable[..., str]] = {
    "laughs": lambda outer, entry: outer(entry.format("&l9;"), laughs(10)),
    "wide_laughs": lambda outer, entry: outer(entry.format("&l2;" * 100), laughs(3, 1000)),
    "blowup": lambda outer, entry: outer(entry.format("&a;" * 50_000), BLOWUP),
    "short_blowup": lambda outer, entry: outer(entry.format("&a;" * 50_000), SHORT_ENTITY),
    "outside_entity": lambda outer, entry: outer(entry.format("&x;&y;"), OUTSIDE),
    "outside_dtd": lambda outer, entry: outer(entry.format("&x;"), OUTSIDE_DTD),
    "parameter_entity": lambda outer, entry: outer(entry.format("&z;"), PARAMETERS),
    "recursive_entity": lambda outer, entry: outer(entry.format("&a;"), '<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'),
    "xinclude": lambda outer, entry: outer(entry.format(XINCLUDE)),
    "stylesheet": lambda outer, entry: outer(entry.format(""), '<?xml-stylesheet href="file:///etc/passwd"?>'),
    "deep": lambda outer, entry: outer(entry.format("<a>" * 5000 + "</a>" * 5000)),
    "deep_open": lambda outer, entry: outer(entry.format("<a>" * 5000)),
    "many_attributes": lambda outer, entry: outer(entry.format("<a " + " ".join(f"b{n}='1'" for n in range(50_000)) + "/>")),
    "same_attribute": lambda outer, entry: outer(entry.format("<a " + "b='1' " * 50_000 + "/>")),
    "giant_attribute": lambda outer, entry: outer(entry.format(f"<a b='{'x' * 1_000_000}'/>")),
    "giant_name": lambda outer, entry: outer(entry.format(f"<{'a' * 500_000}/>")),
    "giant_text": lambda outer, entry: outer(entry.format("x" * 1_000_000)),
    "many_namespaces": lambda outer, entry: outer(entry.format("".join(f"<a xmlns:n{n}='u{n}'/>" for n in range(800)))),
    "many_elements": lambda outer, entry: outer(entry.format("<a/>" * 10_000)),
    "many_entries": lambda outer, entry: outer(entry.format("") * 6_000),
    "nested_entries": lambda outer, entry: outer(entry.replace("{}", entry.format("")).format("") * 50),
    "zeros": lambda outer, entry: outer(entry.format("\x00" * 1000)),
    "controls": lambda outer, entry: outer(entry.format("".join(map(chr, range(1, 32))) * 50)),
    "surrogates": lambda outer, entry: outer(entry.format("&#xD800;&#xFFFF;&#x110000;&#0;")),
    "escaped_references": lambda outer, entry: outer(entry.format("<title>&amp;#xD800;&amp;#0;&amp;#x110000;x</title>")),
    "giant_reference": lambda outer, entry: outer(entry.format("&#" + "9" * 100_000 + ";")),
    "open_cdata": lambda outer, entry: outer(entry.format("<![CDATA[" * 10_000)),
    "open_comments": lambda outer, entry: outer(entry.format("<!--" * 10_000)),
    "open_instructions": lambda outer, entry: outer(entry.format("<?a " * 10_000)),
    "angles": lambda outer, entry: outer(entry.format("<" * 50_000)),
    "ampersands": lambda outer, entry: outer(entry.format("&" * 50_000)),
    "quotes": lambda outer, entry: outer(entry.format("<a b='" * 5_000)),
    "closers": lambda outer, entry: outer(entry.format("</a>" * 20_000)),
    "two_roots": lambda outer, entry: outer(entry.format("")) * 20,
    "html_after": lambda outer, entry: outer(entry.format("")) + "<html><script>alert(1)</script>",
    "script": lambda outer, entry: outer(entry.format("<script>alert(1)</script>")),
    "right_to_left": lambda outer, entry: outer(entry.format("\u202e\u2066\u200b\ufeff" * 500)),
}  # fmt: skip

BODIES: dict[str, bytes] = {
    f"{name}-{kind}": text.encode("utf-8", "surrogatepass")
    for name, attack in ATTACKS.items()
    for kind, text in wrap_all(attack).items()  # type: ignore[arg-type]
}
BODIES |= {
    "many_categories": rss(ITEM.format("".join(f"<category>{n}</category>" for n in range(2000)))).encode(),
    "many_links": atom(ENTRY.format("<link href='/x'/>" * 5_000)).encode(),
    "many_contents": atom(ENTRY.format("<content type='html'>x</content>" * 1000)).encode(),
    "many_dates": rss(ITEM.format("<pubDate>" + "1 Jan 2025 " * 20_000 + "</pubDate>")).encode(),
    "digit_date": rss(ITEM.format("<pubDate>" + "1" * 200_000 + "</pubDate>")).encode(),
    "base64": atom("<entry><title type='application/octet-stream'>" + "A" * 100_000 + "</title></entry>").encode(),
    "bad_bases": atom("".join(f"<entry xml:base='{n}:'>" for n in range(500))).encode(),
    "javascript_base": atom(ENTRY.format("").replace("<entry", "<entry xml:base='javascript:'")).encode(),
    "utf16_zeros": b"\xff\xfe" + b"\x00" * 1001,
    "utf16_odd": b"\xff\xfe" + rss(ITEM.format("")).encode("utf-16-le")[:-1],
    "utf32": rss(ITEM.format("")).encode("utf-32"),
    "utf7": b"<?xml version='1.0' encoding='utf-7'?>+ADw-script+AD4-" + rss(ITEM.format("")).encode(),
    "idna": b"<?xml version='1.0' encoding='idna'?>" + b"\xff" + rss("a" * 100_000).encode(),
    "punycode": b"<?xml version='1.0' encoding='punycode'?>" + b"\xff" + rss("a-" * 50_000).encode(),
    "rot13": b"<?xml version='1.0' encoding='rot13'?>\xff" + rss("").encode(),
    "zip": b"<?xml version='1.0' encoding='zip'?>\xff" + rss("").encode(),
    "long_charset": b"<?xml version='1.0' encoding='" + b"a" * 100_000 + b"'?>\xff" + rss("").encode(),
    "mixed": rss(ITEM.format("Lạng Sơn")).encode() + "Lạng Sơn".encode("utf-16") + b"\xff\xfe\xfd" * 100,
    "broken_utf8": rss(ITEM.format("")).encode().replace(b"T", b"\xc3\x28\xe1\xba\xff"),
    "all_bytes": bytes(range(256)) * 100,
    "declarations": b"<?xml version='1.0'?>" * 10_000,
    "doctypes": b"<!DOCTYPE " * 10_000 + rss("").encode(),
    "open_subset": b"<!DOCTYPE x [" * 5_000 + rss("").encode(),
    "comments_before": b"<!-- x -->" * 10_000 + rss(ITEM.format("")).encode(),
    "spaces_before": b" " * 1_000_000 + rss(ITEM.format("")).encode(),
    "root_only": b"<rss",
    "roots": b"<rss>" * 3_000,
    "deep_json": b"[" * 500_000,
    "deep_json_object": b'{"a":' * 200_000,
    "deep_json_feed": (JSON_FEED % (JSON_ITEM % (',"x":' + "[" * 100_000))).encode(),
    "long_number": (JSON_FEED % (JSON_ITEM % (',"n":' + "9" * 100_000))).encode(),
    "long_exponent": (JSON_FEED % (JSON_ITEM % ',"n":1e999999999')).encode(),
    "number_as_id": (JSON_FEED % ('{"id":' + "9" * 20_000 + ',"url":"https://a.vn","title":"T"}')).encode(),
    "numbers_as_texts": (JSON_FEED % '{"id":1e308,"url":2,"title":3,"date_published":4}').encode(),
    "lists_as_texts": (JSON_FEED % '{"id":[],"url":{},"title":[[]],"date_published":null}').encode(),
    "doubled_keys": (JSON_FEED % ("{" + ",".join('"title":"T","url":"https://a.vn"' for _ in range(20_000)) + "}")).encode(),
    "many_keys": (JSON_FEED % ("{" + ",".join(f'"k{n}":{n}' for n in range(50_000)) + "}")).encode(),
    "many_items": (JSON_FEED % ",".join([JSON_ITEM % ""] * 30_000)).encode(),
    "nan": (JSON_FEED % '{"id":NaN,"url":Infinity}').encode(),
    "json_surrogate": (JSON_FEED % '{"id":"\\ud800","url":"https://a.vn","title":"\\udfff"}').encode(),
    "json_zeros": (JSON_FEED % '{"id":"\\u0000","url":"https://a.vn/\\u0000","title":"a\\u0000b"}').encode(),
    "json_cut": (JSON_FEED % (JSON_ITEM % ""))[:-5].encode(),
    "json_list": json.dumps([{"version": "https://jsonfeed.org/version/1"}]).encode(),
    "html_in_json": (JSON_FEED % (JSON_ITEM % (',"content_html":"' + "<a" * 50_000 + '"'))).encode(),
    "gzip_bomb": gzip.compress(b"\x00" * 60 * 2**20, 1),
    "gzip_in_gzip": gzip.compress(gzip.compress(urlset(PAGE.format("")).encode())),
    "gzip_parts": gzip.compress(b"") * 5000,
    "gzip_header": b"\x1f\x8b\x08\x1f" + b"\xff" * 1000,
    "text_lines": b"https://baolangson.vn/1\n" * 60_000,
    "text_long_line": b"https://baolangson.vn/" + b"a" * 1_000_000,
    "text_schemes": b"https://a.vn\njavascript:alert(1)\nfile:///etc/passwd\ndata:,x\nhttp://[::1\n",
    "anchors": b"".join(b"<a href='/%d.rss'>t</a>" % n for n in range(20_000)),
    "long_href": b"<a href='/" + b"a" * 1_000_000 + b".rss'>t</a>",
    "open_anchors": b"<a href='/x.rss'>" * 1000,
    "nested_tables": b"<table><tr><td>" * 500 + b"<a href='/x.rss'>",
    "evil_schemes": b"<a href='javascript:x.rss'><a href='data:,x.rss'><a href='vbscript:/x.rss'><a href='file:///x.rss'>",
    "evil_bases": b"<base href='javascript:'><base href='https://[::1'><a href='x.rss'>",
    "evil_canonical": b"<link rel=canonical href='javascript:alert(1)'><meta property='og:url' content='file:///etc/passwd'>",
    "unfinished": b"<link rel=alternate type='application/rss+xml' href='",
    "deep_html": b"<div>" * 1500 + b"<a href='/x.rss'>",
    "formatting": b"<b><i><u>" * 500 + b"</b></i></u>" * 500,
}  # fmt: skip

READERS: dict[str, Callable[[bytes], object]] = {
    "feed": lambda body: parse_feed_body(body, url=URL),
    "sitemap": lambda body: parse_sitemap(body, url=URL, max_entries=1000),
    "links": lambda body: find_feed_links(body, url=URL),
    "origin": lambda body: find_saved_url(body, path="baolangson.vn/a.html"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", BODIES)
def test_outcome_is_typed_and_bounded(name: str, reader: str) -> None:
    """No body hangs, grows or escapes: what comes back can be encoded, is small and leaks no file."""
    try:
        found = READERS[reader](BODIES[name])
    except SourceError as error:
        assert error.key is not None and error.key.startswith(("sources.", "sandbox."))
        assert len(str(error)) < 500
        return
    encoded = msgspec.json.encode(found)
    assert len(encoded) < 4_000_000
    assert b"root:" not in encoded
    for entry in getattr(found, "entries", found if isinstance(found, list) else ()):
        assert entry.url.startswith(("https://", "http://"))
    if isinstance(found, list):
        assert len(found) <= MAX_FOUND


@pytest.mark.parametrize("kind", ["rss", "atom"])
@pytest.mark.parametrize(
    "attack", ["laughs", "outside_entity", "parameter_entity", "deep", "many_attributes", "zeros"]
)
def test_the_entry_beside_an_attack_is_still_read(attack: str, kind: str) -> None:
    """What is harmless in a hostile feed is kept."""
    feed = parse_feed_body(BODIES[f"{attack}-{kind}"], url=URL)
    assert [entry.url for entry in feed.entries] == ["https://baolangson.vn/1"]
    assert feed.entries[0].title == "T"


@pytest.mark.parametrize(
    "attack", ["laughs", "outside_entity", "parameter_entity", "deep", "many_attributes", "zeros"]
)
def test_the_page_beside_an_attack_is_still_read(attack: str) -> None:
    """Likewise in a hostile sitemap."""
    assert [e.url for e in parse_sitemap(BODIES[f"{attack}-sitemap"], url=URL).entries] == [
        "https://baolangson.vn/1"
    ]


@pytest.mark.parametrize(
    ("name", "kept", "dropped"), [("many_items", 2000, 28_000), ("many_entries-rss", 2000, 4_000)]
)
def test_floods_are_counted(name: str, kept: int, dropped: int) -> None:
    """in = entries + dropped in a feed with far too many entries."""
    feed = parse_feed_body(BODIES[name], url=URL)
    assert len(feed.entries) == kept and feed.dropped == {"over_limit": dropped}
