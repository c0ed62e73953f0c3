"""Hostile pages: a news page with poison in its head, before, inside or after the article; lies of all kinds."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable

from tests.hostile.article import DATE, GOOD_PAGE, TITLE, URL, write_page
from tests.hostile.making import Hostile, as_text, bomb, cut_at, name_all, pack, say

Maker = Callable[[], bytes]


def repeat(piece: str, count: int) -> Callable[[], str]:
    return lambda: piece * count


def number_all(form: str, count: int) -> Callable[[], str]:
    return lambda: "".join(form.format(n) for n in range(count))


#: what is put into a page; each stands in four places
POISON: dict[str, Callable[[], str]] = {
    "deep_300": lambda: "<div>" * 300 + "x" + "</div>" * 300,
    "deep_1900": lambda: "<div>" * 1900 + "x" + "</div>" * 1900,
    "deep_50000": lambda: "<div>" * 50_000 + "x" + "</div>" * 50_000,
    "deep_open": repeat("<div>", 20_000),
    "deep_fonts": repeat("<font color=red><b><i>", 3_000),
    "deep_tables": repeat("<table><tr><td>", 3_000),
    "deep_lists": repeat("<ul><li>", 5_000),
    "deep_forms": repeat("<a href=x><nobr><button>", 1_500),
    "deep_in_attributes": lambda: "<div title='" + "<div>" * 5_000 + "'>x</div>",
    "deep_templates": repeat("<template>", 5_000),
    "deep_svg": repeat("<svg><g><foreignObject>", 1_000),
    "deep_select": repeat("<select><optgroup><option>", 5_000),
    "attributes_1500": lambda: f"<p {number_all('a{}=1 ', 1_500)()}>x</p>",
    "attributes_30000": lambda: f"<p {number_all('a{}=1 ', 30_000)()}>x</p>",
    "attributes_bare": lambda: f"<p {number_all('a{} ', 50_000)()}>x</p>",
    "attributes_same": lambda: f"<p {'a=1 ' * 50_000}>x</p>",
    "attributes_hidden": lambda: "<p title='>' " + number_all("a{}=1 ", 30_000)() + ">x</p>",
    "attributes_everywhere": lambda: f"<p {number_all('a{}=1 ', 200)()}>x</p>" * 300,
    "attribute_of_4_mb": lambda: f"<p title='{'x' * 4_000_000}'>x</p>",
    "attribute_of_10_mb": lambda: f"<p title='{'x' * 10_000_000}'>x</p>",
    "attribute_open": lambda: "<p title='" + "x " * 100_000,
    "name_of_1_mb": lambda: f"<{'a' * 1_000_000}>x",
    "text_of_5_mb": lambda: "<p>" + "chữ " * 1_000_000 + "</p>",
    "text_without_spaces": lambda: "<p>" + "x" * 5_000_000 + "</p>",
    "lines_of_spaces": lambda: "<p>" + " \n\t" * 500_000 + "</p>",
    "tiny_elements": repeat("<i></i>", 200_000),
    "tiny_paragraphs": repeat("<p>x</p>", 100_000),
    "tiny_elements_2_million": repeat("<b>x", 2_000_000),
    "breaks": repeat("<br>", 300_000),
    "links": number_all("<a href='/tin-{0}.html'>Tin {0}</a>", 50_000),
    "links_in_million": number_all("<a href=/{0}>{0}</a>", 700_000),
    "images": number_all("<img src='/a{0}.jpg' alt='ảnh {0}'>", 30_000),
    "headings": number_all("<h1>Đầu đề {0}</h1>", 5_000),
    "figures": number_all("<figure><figcaption>Ảnh {0}</figcaption></figure>", 10_000),
    "comment_open": lambda: "<!-- ",
    "comment_of_2_mb": lambda: f"<!--{'x-' * 1_000_000}-->",
    "comments": repeat("<!--x-->", 100_000),
    "comment_ends": repeat("-->", 100_000),
    "comment_bangs": repeat("<!", 100_000),
    "cdata_open": lambda: "<![CDATA[",
    "cdata": repeat("<![CDATA[<p>x]]>", 20_000),
    "script_open": lambda: "<script>var a = '",
    "script_double_escape": lambda: "<script><!--<script>",
    "script_of_5_mb": lambda: f"<script>{'a=1;' * 1_250_000}</script>",
    "scripts": repeat("<script>a</script>", 30_000),
    "style_open": lambda: "<style>",
    "style_of_2_mb": lambda: f"<style>{'a{b:c}' * 350_000}</style>",
    "textarea_open": lambda: "<textarea>",
    "title_open": lambda: "<title>",
    "plaintext": lambda: "<plaintext>",
    "noscript_open": lambda: "<noscript><!--",
    "frameset": lambda: "<frameset><frame src=/a></frameset>",
    "closers": repeat("</p></div></article>", 30_000),
    "end_of_body": lambda: "</body></html>",
    "second_page": GOOD_PAGE.decode,
    "angles": repeat("<", 200_000),
    "ampersands": repeat("&", 200_000),
    "entities": repeat("&amp;&lt;&#65;&nosuch;", 50_000),
    "entity_of_digits": lambda: "&#" + "9" * 500_000 + ";",
    "entity_numbers": number_all("&#{0};", 70_000),
    "quotes": repeat("<a b='", 20_000),
    "slashes": repeat("<a/////b//", 20_000),
    "equals": repeat("<a ======", 20_000),
    "zeros": repeat("\0", 500),
    "zeros_1_mb": repeat("\0", 1_000_000),
    "controls": lambda: "".join(map(chr, range(1, 32))) * 2_000,
    "surrogates": repeat("\ud800", 5_000),
    "bidi": repeat("\u202e\u2066\u2069\u202c", 50_000),
    "zero_width": repeat("\u200b\u200d\ufeff\u00ad", 50_000),
    "combining": lambda: "a" + "\u0301" * 300_000,
    "combining_mixed": lambda: "a" + "\u0323\u0301" * 150_000,
    "hangul": repeat("\u1100\u1161\u11a8", 100_000),
    "astral": repeat("𝕬𒀀🤖", 50_000),
    "soft_hyphens": lambda: "<p>" + "chợ\u00ad" * 100_000 + "</p>",
    "instructions": repeat("<?php echo 1 ?>", 20_000),
    "xml_inside": lambda: "<?xml version='1.0'?><rss><channel><item><title>x</title></item></channel></rss>",
    "xinclude": lambda: "<x:include xmlns:x='http://www.w3.org/2001/XInclude' href='file:///etc/passwd'/>",
    "doctype_inside": lambda: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>&a;',
    "math": repeat("<math><mtext><table><mglyph><style><!--", 500),
    "dates": number_all("<time datetime='20{0:05d}-99-99'>{0}/13/9999</time>", 5_000),
    "date_words": repeat("<span class='date'>Thứ hai, ngày 31/02/2026, 25:61 GMT+99</span>", 3_000),
    "digits": lambda: "<span class='date'>" + "1" * 5_000_000 + "</span>",
    "digits_spread": lambda: "<span class='date'>" + "1/" * 500_000 + "</span>",
    "times_nested": lambda: "<time>" * 3_000 + "2026-03-02",
    "signature_words": repeat("<p><strong>Theo báo </strong></p>", 20_000),
    "hidden_blocks": repeat("<div style='display:none' class='hidden'>x</div>", 20_000),
    "hidden_style_of_1_mb": lambda: f"<div style='{'display :' * 110_000}'>x</div>",
    "classes_of_1_mb": lambda: f"<div class='{'box-related content ' * 50_000}'>x</div>",
    "ids": number_all("<div id='{0}' class='c{0} article-content'>x</div>", 20_000),
    "base_javascript": lambda: "<base href='javascript:alert(1)//'>",
    "base_elsewhere": lambda: "<base href='http://127.0.0.1/'>",
    "refresh": repeat(f"<meta http-equiv='refresh' content='0;url={URL}'>", 2_000),
    "metas": number_all("<meta property='og:x{0}' content='{0}'>", 50_000),
    "passwords": repeat("<form><input type=password></form>", 2_000),
    "events": repeat("<p onclick='alert(1)' onmouseover=alert(2)>x</p>", 5_000),
    "custom": number_all("<x-{0}>x</x-{0}>", 50_000),
    "addresses": lambda: "<p>" + "http://a." * 200_000 + "</p>",
    "data_image": lambda: f"<img src='data:image/png;base64,{'A' * 3_000_000}'>",
    "blockquotes": repeat("<blockquote><p>x", 1_500),
    "percent": repeat("<a href='%%%2%25%zz'>x</a>", 5_000),
}
PLACES = ("head", "before", "inside", "after")
HEAVY_POISON = frozenset(
    {
        "tiny_paragraphs",
        "tiny_elements_2_million",
        "links_in_million",
        "attribute_of_10_mb",
        "digits",
        "text_without_spaces",
    }
)


def _poisoned() -> list[Hostile]:
    return [
        Hostile(
            f"{name}-{place}",
            as_text(lambda place=place, poison=poison: write_page(**{place: poison()})),  # type: ignore[misc]
            name in HEAVY_POISON or (place in ("head", "after") and name not in LIGHT),
        )
        for name, poison in POISON.items()
        for place in PLACES
    ]


#: poison that matters wherever it stands
LIGHT = frozenset(
    [
        "comment_open",
        "cdata_open",
        "script_open",
        "script_double_escape",
        "style_open",
        "textarea_open",
        "title_open",
        "plaintext",
        "noscript_open",
        "frameset",
        "end_of_body",
        "second_page",
        "surrogates",
        "zeros",
        "xml_inside",
        "doctype_inside",
        "base_javascript",
        "base_elsewhere",
        "quotes",
        "deep_300",
        "attributes_30000",
        "attribute_open",
        "controls",
        "bidi",
    ]
)


def _linked(value: object) -> Maker:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return as_text(lambda: write_page(head=f"<script type='application/ld+json'>{text}</script>"))


def _headed(usual_head: str = "", **parts: str) -> Maker:
    return as_text(lambda: write_page(usual_head=usual_head or f"<title>{TITLE}</title>", **parts))


_NEWS = {"@type": "NewsArticle", "headline": TITLE, "datePublished": DATE}
LINKED: dict[str, Maker] = {
    "deep_lists": _linked("[" * 100_000 + "]" * 100_000),
    "deep_objects": _linked('{"a":' * 100_000 + "1" + "}" * 100_000),
    "deep_graph_10000": _linked('{"@graph":[' * 10_000 + "]}" * 10_000),
    "body_of_controls": _linked({**_NEWS, "articleBody": "x\u202e\x07\x1b[2J " * 50_000}),
    "formula": _linked({**_NEWS, "headline": "=cmd|' /C calc'!A0\x1b[2J\u202e"}),
    "deep_graph": _linked('{"@graph":[' * 900 + "]}" * 900),
    "huge_number": _linked('{"@type":"NewsArticle","datePublished":' + "9" * 400_000 + "}"),
    "huge_exponent": _linked('{"@type":"NewsArticle","datePublished":1e999999,"x":-1e-999999}'),
    "nan": _linked('{"@type":"NewsArticle","datePublished":NaN,"headline":Infinity}'),
    "cyclic": _linked({"@graph": [{"@id": "#a", "mainEntity": {"@id": "#b"}}, {"@id": "#b", "mainEntity": {"@id": "#a"}}]}),
    "wide_graph": _linked({"@graph": [_NEWS] * 5_000}),
    "many_types": _linked({"@type": ["NewsArticle"] * 20_000, "datePublished": DATE}),
    "wrong_kinds": _linked({"@type": {"a": 1}, "headline": [[[]]], "datePublished": {"@value": [1]}, "description": 7}),
    "null": _linked("null"),
    "bare_text": _linked('"NewsArticle"'),
    "list_of_null": _linked([None, True, 1, "x", [], {}]),
    "doubled_keys": _linked('{"@type":"NewsArticle",' + f'"datePublished":"{DATE}",' * 5_000 + '"x":1}'),
    "open": _linked('{"@type":"NewsArticle","headline":"' + "x" * 400_000),
    "commas": _linked('{"@type":"NewsArticle"' + "," * 200_000 + "}"),
    "commas_spread": _linked('{"@type":"NewsArticle"' + ", " * 100_000 + "}"),
    "backslashes": _linked('{"headline":"' + "\\\\" * 200_000),
    "surrogates": _linked('{"@type":"NewsArticle","headline":"\\ud800\\udfff\\ud834 tin"}'),
    "controls": _linked('{"@type":"NewsArticle","headline":"\\u0000\\u0007\\u202e tin"}'),
    "wrappers": _linked("<!--" * 50_000 + "{}" + "-->" * 50_000),
    "comment_slashes": _linked("//" + " " * 400_000 + "x"),
    "scraped_fields": _linked('"headline":"x" ' * 30_000),
    "scraped_spaces": _linked('"headline"' + " " * 400_000),
    "another_title": _linked({**_NEWS, "headline": "Tin khác hẳn " * 500}),
    "year_9999": _linked({**_NEWS, "datePublished": "9999-12-31T23:59:59+14:00"}),
    "year_1": _linked({**_NEWS, "datePublished": "0001-01-01T00:00:00+14:00"}),
    "negative_year": _linked({**_NEWS, "datePublished": "-2026-03-02"}),
    "offset_99": _linked({**_NEWS, "datePublished": "2026-03-02T08:30:00+99:99"}),
    "date_of_digits": _linked({**_NEWS, "datePublished": "1" * 300_000}),
    "date_list": _linked({**_NEWS, "datePublished": [DATE] * 10_000}),
    "not_free": _linked({**_NEWS, "isAccessibleForFree": "FALSE "}),
    "live": _linked({"@type": "LiveBlogPosting", "liveBlogUpdate": [_NEWS] * 3_000}),
    "html_inside": _linked({**_NEWS, "headline": "&lt;script&gt;alert(1)&lt;/script&gt;" * 1_000}),
}  # fmt: skip

HEADS: dict[str, Maker] = {
    "title_of_1_mb": _headed(f"<title>{'Tin ' * 250_000}</title>"),
    "title_without_end": _headed("<title>Tin "),
    "title_empty": _headed("<title></title>", title=""),
    "title_markup": _headed("<title><b>Tin</b> &lt;script&gt;</title>"),
    "title_of_bidi": _headed("<title>\u202e\u202d" + "tin" * 10 + "\u2066</title>"),
    "title_of_zero_width": _headed("<title>" + "\u200b" * 5_000 + "</title>", title="\u200b"),
    "titles": _headed("<title>Tin</title>" * 5_000),
    "h1_of_1_mb": _headed(title="Tin " * 250_000),
    "canonical_elsewhere": _headed("<link rel=canonical href='https://khac.example/x'>"),
    "canonical_private": _headed("<link rel=canonical href='http://169.254.169.254/latest/meta-data'>"),
    "canonical_loopback": _headed("<link rel=canonical href='http://[::1]:22/'>"),
    "canonical_javascript": _headed("<link rel=canonical href='javascript:alert(1)'>"),
    "canonical_file": _headed("<link rel=canonical href='file:///etc/passwd'>"),
    "canonical_user": _headed("<link rel=canonical href='https://bao.example@khac.example/'>"),
    "canonical_of_1_mb": _headed(f"<link rel=canonical href='{URL}?{'a=1&' * 250_000}'>"),
    "canonical_broken": _headed("<link rel=canonical href='https://[bao.example/%zz\\\\..//'>"),
    "canonical_front": _headed("<link rel=canonical href='https://bao.example/'>"),
    "canonical_many": _headed(f"<link rel=canonical href='{URL}?'>" * 20_000),
    "canonical_newlines": _headed("<link rel=canonical href='https://bao.example/\n\r\t\0x'>"),
    "base_and_relative": _headed("<base href='//khac.example/'><link rel=canonical href='a.html'>"),
    "date_of_10_mb": _headed(f"<meta property='article:published_time' content='{'1' * 7_900_000}'>"),
    "date_far": _headed("<meta property='article:published_time' content='99999-01-01T00:00:00Z'>"),
    "date_negative": _headed("<meta property='article:published_time' content='-1'>"),
    "date_epoch_huge": _headed("<meta property='article:published_time' content='99999999999999999999'>"),
    "date_words": _headed("<meta property='article:published_time' content='hôm qua lúc nào đó'>"),
    "date_many": _headed(f"<meta property='article:published_time' content='{DATE}'>" * 20_000),
    "date_half_zone": _headed("<meta property='article:published_time' content='2026-03-02T08:30:00+'>"),
    "date_leap_second": _headed("<meta property='article:published_time' content='2026-03-02T23:59:60Z'>"),
    "date_fraction": _headed(f"<meta property='article:published_time' content='2026-03-02T08:30:00.{'1' * 5_000}Z'>"),
    "language_of_1_mb": as_text(lambda: write_page().replace("lang='vi'", f"lang='{'vi-' * 300_000}'")),
    "description_of_3_mb": _headed(f"<meta name=description content='{'tin ' * 750_000}'>"),
    "refresh_to_self": _headed(f"<meta http-equiv=refresh content='0;url={URL}'>"),
    "refresh_to_file": _headed("<meta http-equiv=refresh content='0;url=file:///etc/passwd'>"),
    "robots_everything": _headed("<meta name=robots content='noindex,noarchive,none,nosnippet'>"),
    "csp": _headed("<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"),
    "login_title": _headed("<title>Đăng nhập</title>", before="<form><input type=password></form>"),
    "challenge_title": _headed("<title>Just a moment...</title>", before="<div id='cf-challenge'></div>"),
    "alternates": _headed("<link rel=alternate hreflang=x href=/a>" * 20_000),
}  # fmt: skip


def _meta(name: str) -> str:
    return write_page(mark=f"<meta charset='{name}'>")


def _encoded(name: str, stated: str = "", errors: str = "xmlcharrefreplace") -> Maker:
    return lambda: _meta(stated or name).encode(name, errors)


_NAMES = [
    "utf-7",
    "utf-16",
    "utf-32",
    "unicode",
    "x-user-defined",
    "iso-8859-1",
    "windows-1252",
    "windows-1258",
    "tcvn-5712",
    "viscii",
    "gb18030",
    "gb2312",
    "shift_jis",
    "euc-jp",
    "iso-2022-jp",
    "iso-2022-kr",
    "hz-gb-2312",
    "big5",
    "koi8-r",
    "cp037",
    "punycode",
    "idna",
    "base64",
    "zlib",
    "rot13",
    "hex",
    "bz2",
    "uu",
    "unicode_escape",
    "raw_unicode_escape",
    "undefined",
    "mbcs",
    "oem",
    "utf-8-sig",
    "no-such-charset",
    "replacement",
]
CHARSETS: dict[str, Maker] = {f"says_{name}": as_text(lambda name=name: _meta(name)) for name in _NAMES}  # type: ignore[misc]
CHARSETS |= {
    "utf16_without_mark": lambda: _meta("utf-16").encode("utf-16-le"),
    "utf16_other_way": lambda: codecs.BOM_UTF16_BE + _meta("utf-16").encode("utf-16-le"),
    "utf16_odd": lambda: (codecs.BOM_UTF16_LE + _meta("utf-16").encode("utf-16-le"))[:-1],
    "utf16_surrogates": lambda: codecs.BOM_UTF16_LE + b"\x00\xd8" * 5_000 + _meta("x").encode("utf-16-le"),
    "utf16_mark_only": say(codecs.BOM_UTF16_LE),
    "utf32": lambda: codecs.BOM_UTF32_LE + _meta("utf-32").encode("utf-32-le"),
    "utf32_bad": lambda: codecs.BOM_UTF32_LE + b"\xff\xff\xff\xff" * 1_000,
    "utf8_mark_thrice": lambda: codecs.BOM_UTF8 * 3 + write_page().encode(),
    "utf7_attack": lambda: b"<meta charset=utf-7>+ADw-script+AD4-alert(1)+ADw-/script+AD4-" + write_page().encode(),
    "windows_1258": _encoded("cp1258", "windows-1258"),
    "windows_1258_unsaid": lambda: write_page(mark="").encode("cp1258", "xmlcharrefreplace"),
    "gb18030": _encoded("gb18030"),
    "shift_jis": _encoded("shift_jis"),
    "ebcdic": lambda: write_page().encode("cp037", "xmlcharrefreplace"),
    "latin_of_utf8": lambda: write_page().encode().decode("latin-1").encode(),
    "invalid_everywhere": lambda: GOOD_PAGE.replace(b" ", b" \xff"),
    "invalid_now_and_then": lambda: GOOD_PAGE.replace("phiên".encode(), b"phi\xean"),
    "invalid_in_tags": lambda: GOOD_PAGE.replace(b"<p>", b"<p\xfe>"),
    "overlong": lambda: GOOD_PAGE.replace(b"<p>", b"<p>\xc0\xbcscript\xc0\xbe"),
    "truncated_letters": lambda: GOOD_PAGE.replace("ợ".encode(), "ợ".encode()[:2]),
    "surrogates_in_utf8": lambda: GOOD_PAGE.replace(b"<p>", b"<p>\xed\xa0\x80"),
    "two_encodings": lambda: GOOD_PAGE + write_page().encode("cp1258", "replace"),
    "many_metas": as_text(lambda: write_page(mark="<meta charset=koi8-r>" * 5_000 + "<meta charset=utf-8>")),
    "meta_late": as_text(lambda: write_page(mark=" " * 50_000 + "<meta charset=koi8-r>")),
    "random_bytes": lambda: bytes((n * n * 31 + n // 7) % 256 for n in range(200_000)),
    "escapes_iso2022": lambda: b"\x1b$B" * 50_000 + write_page().encode(),
}  # fmt: skip

OTHERS: dict[str, Maker] = {
    "empty": say(""),
    "spaces": say(" \n" * 100_000),
    "one_byte": say("<"),
    "zeros_only": say(b"\0" * 500_000),
    "no_markup": as_text(lambda: "\n\n".join(["chỉ có chữ"] * 20_000)),
    "pdf": say(b"%PDF-1.7\n" + b"1 0 obj<<>>endobj\n" * 2_000),
    "pdf_then_page": lambda: b"%PDF-1.7\n" + GOOD_PAGE,
    "png": say(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 500),
    "gif_polyglot": lambda: b"GIF89a/*" + GOOD_PAGE + b"*/=1",
    "jpeg_then_page": lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + GOOD_PAGE,
    "gzip_of_page": lambda: pack(GOOD_PAGE),
    "gzip_bomb": bomb,
    "zip_then_page": lambda: b"PK\x03\x04" + b"\0" * 26 + GOOD_PAGE,
    "page_then_zip": lambda: GOOD_PAGE + b"PK\x05\x06" + b"\0" * 18,
    "elf_then_page": lambda: b"\x7fELF" + b"\x02" * 200 + GOOD_PAGE,
    "riff": say(b"RIFF\0\0\0\0WEBP" + b"\1" * 1_000),
    "feed": say("<rss version='2.0'><channel><item><title>x</title></item></channel></rss>"),
    "feed_then_page": lambda: b"<rss/>" + GOOD_PAGE,
    "comment_before_feed": as_text(lambda: "<!-- " + "x" * 100_000 + " --><rss/>"),
    "sitemap": say("<urlset><url><loc>https://bao.example/</loc></url></urlset>"),
    "svg": say("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script><text>tin</text></svg>"),
    "json": say('{"html": "<html>"}'),
    "json_of_page": as_text(lambda: json.dumps(GOOD_PAGE.decode())),
    "javascript": say("document.write('<html>')" * 5_000),
    "xhtml_bomb": as_text(
        lambda: write_page(
            start='<?xml version="1.0"?><!DOCTYPE html ['
            + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
            + ']>',
            inside="&l9;",
        )
    ),
    "entity_outside": as_text(
        lambda: write_page(start='<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>', inside="&x;")
    ),
    "entity_parameter": as_text(
        lambda: write_page(start='<!DOCTYPE html [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>')
    ),
    "entity_long": as_text(
        lambda: write_page(start=f'<!DOCTYPE html [<!ENTITY a "{"a" * 50_000}">]>', inside="&a;" * 20_000)
    ),
    "doctype_of_1_mb": as_text(lambda: write_page(start=f"<!DOCTYPE html {'x ' * 500_000}>")),
    "doctype_open": as_text(lambda: write_page(start="<!DOCTYPE html [")),
    "page_20_times": lambda: GOOD_PAGE * 20,
    "no_body": as_text(lambda: write_page().replace("<body>", "").replace("</body>", "")),
    "backwards": lambda: GOOD_PAGE[::-1],
    "carriage_returns": lambda: GOOD_PAGE.replace(b"</p>", b"</p>" + b"\r" * 20_000),
    "wml": say("<?xml version='1.0'?><wml><card><p>tin</p></card></wml>"),
    "mhtml": lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n\r\n" + GOOD_PAGE,
    "http_inside": lambda: b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + GOOD_PAGE,
    "too_long": lambda: GOOD_PAGE + b" " * (25 * 1024 * 1024),
    "twenty_mb": lambda: GOOD_PAGE.replace(b"</body>", b"<p>x" * 5_000_000 + b"</body>"),
}  # fmt: skip
_HEAVY_OTHERS = ("too_long", "twenty_mb", "xhtml_bomb")

CUTS = cut_at(lambda: GOOD_PAGE, (1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99))

CASES: list[Hostile] = [
    *_poisoned(),
    *(Hostile(f"linked-{name}", make) for name, make in LINKED.items()),
    *(Hostile(f"head-{name}", make, name == "date_of_10_mb") for name, make in HEADS.items()),
    *(Hostile(f"charset-{name}", make) for name, make in CHARSETS.items()),
    *name_all(OTHERS, _HEAVY_OTHERS),
    *name_all(CUTS),
]
#: said by the server of a page that is whole: none of it may change what is read, or hang
CONTENT_TYPES = (
    "text/html; charset=utf-7", "text/html; charset=" + "a" * 5_000, "image/png", "text/html;charset=\"", "application/pdf",
    "text/plain", "\0", "text/html; charset=base64", "multipart/mixed; boundary=x", "text/html; charset=utf-16",
)  # fmt: skip
CASES += [
    Hostile(f"type-{number}", lambda: GOOD_PAGE, told={"content_type": said})
    for number, said in enumerate(CONTENT_TYPES)
]
