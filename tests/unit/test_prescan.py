"""The look over markup before a parser sees it: what is refused, what is flagged, what passes."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest

from diembao.errors import SandboxRefusedError
from diembao.sandbox import prescan, prescan_markup

PAGE = (
    b"<!DOCTYPE html><html><head><meta charset=utf-8><script>if (a<b && c>d) x='<div>';</script></head><body>"
    + b"<div class='a'><p>one<br>two<img src=x></p><ul><li>a<li>b</ul></div>" * 300
    + b"</body></html>"
)


def refuse(body: bytes, *, thorough: bool = False) -> str:
    """The key of the refusal."""
    with pytest.raises(SandboxRefusedError) as caught:
        prescan_markup(body, thorough=thorough)
    assert caught.value.key is not None
    return caught.value.key


@pytest.mark.parametrize("thorough", [False, True])
def test_an_ordinary_page_has_no_flags(thorough: bool) -> None:
    """Hundreds of images, line breaks and scripts are not depth."""
    assert prescan_markup(PAGE, thorough=thorough) == ()
    assert prescan_markup(b"") == ()
    assert prescan_markup("chỉ là chữ".encode(), thorough=thorough) == ()


def test_depth_that_lxml_drops_is_flagged() -> None:
    """Before level 255 a reader must know that lxml alone would lose the text."""
    assert prescan_markup(b"<div>" * 240 + b"x" + b"</div>" * 240) == ()
    assert prescan_markup(b"<div>" * 241 + b"x" + b"</div>" * 241) == ("deep",)
    assert prescan_markup(b"</p>" * 500 + b"<DIV a='>'>" * 256) == ("deep",)


def test_absurd_depth_is_refused() -> None:
    """Nesting beyond what any page needs never reaches a parser."""
    assert refuse(b"<div>" * 2001) == "sandbox.too_deep"
    assert refuse(b"<a><b>" * 100_000) == "sandbox.too_deep"


@pytest.mark.parametrize("item", [b"<p>x", b"<li>x", b"<tr><td>x", b"<option>x", b"<dd>x"])
def test_a_long_list_without_end_tags_is_not_absurd(item: bytes) -> None:
    """Old pages leave out end tags; the next item ends the one before."""
    assert prescan_markup(item * 5000) == ()
    assert prescan_markup((b"<table>" + item) * 200) == ("deep",)


@pytest.mark.parametrize(
    "text", [b"<br>", b"<IMG src=x>", b"<path d='M'/>", b"a < b ", b"<!-- <div> -->", b"</div>"]
)
def test_what_opens_nothing_adds_no_depth(text: bytes) -> None:
    """Void and self-closing elements, comments and stray end tags."""
    assert prescan_markup(text * 5000, thorough=True) == ()


def test_markup_inside_scripts_is_not_markup() -> None:
    """What a script writes or compares is its own affair."""
    assert prescan_markup(b"<script>" + b"x = '<div>' + a<b;" * 3000 + b"</script>", thorough=True) == ()
    assert prescan_markup(b"<script>x</script>" + b"<div>" * 300, thorough=True) == ("deep",)


@pytest.mark.parametrize(
    "attributes",
    [
        b"".join(b' a%d="x"' % number for number in range(30_000)),
        b"".join(b" a%d" % number for number in range(30_000)),
        b"".join(b"/a%d" % number for number in range(30_000)),
        b"".join(b" a%d='>'" % number for number in range(30_000)),
        b"".join(b' a%d="<"' % number for number in range(30_000)),
    ],
)
def test_thousands_of_attributes_are_refused(attributes: bytes) -> None:
    """Quoted, bare, without spaces, with brackets in the values, closed or not."""
    assert refuse(b"<p>x</p><div" + attributes + b">x</div>") == "sandbox.too_many_attributes"
    assert refuse(b"<p>x</p><div" + attributes) == "sandbox.too_many_attributes"


def test_many_elements_with_hundreds_of_attributes_are_refused() -> None:
    """The work of a parser adds up over elements."""
    element = b"<i" + b"".join(b" a%d=x" % number for number in range(900)) + b"></i>"
    assert prescan_markup(element * 3, thorough=True) == ()
    assert refuse(element * 30) == "sandbox.too_many_attributes"


def test_markup_that_looks_harmless_is_found_by_the_thorough_look() -> None:
    """Whole tags inside the values of attributes deceive the first step only."""
    hidden = b"<a" + b"".join(b' a%d="<b>" b%d="</b>"' % (number, number) for number in range(5000)) + b">"
    assert refuse(hidden, thorough=True) == "sandbox.too_many_attributes"


def test_one_long_value_is_not_many_attributes() -> None:
    """Pictures written into the page are long and harmless, up to what libxml2 takes."""
    assert prescan_markup(b'<img src="data:image/png;base64,' + b"iVBORw0KGgo=" * 50_000 + b'">') == ()
    assert refuse(b'<img src="' + b"A" * (9 << 20) + b'">') == "sandbox.too_long_tag"


def test_a_body_that_is_too_long_is_refused() -> None:
    """More than 24 MiB is never parsed at once."""
    assert refuse(bytes(prescan.MAX_SIZE + 1)) == "sandbox.too_long"


def test_zeros_are_flagged_few_and_refused_many() -> None:
    """Some parsers stop at a zero; a body full of them is not text. UTF-16 is."""
    assert prescan_markup(b"<p>a\0b</p>") == ("zeros",)
    assert refuse(b"<html>" + bytes(100_000)) == "sandbox.binary"
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        assert prescan_markup(("<p>tin</p>" * 1000).encode(encoding)) == ()
        assert prescan_markup(("<div>" * 300).encode(encoding)) == ("deep",)


def test_entities_that_unfold_are_refused() -> None:
    """Declarations that refer to each other or could fill the memory; harmless ones are flagged."""
    head = b"<?xml version='1.0'?><!DOCTYPE rss ["
    laughs = b"<!ENTITY a 'ha'>" + b"".join(b"<!ENTITY b%d '&a;&a;'>" % number for number in range(9))
    assert refuse(head + laughs + b"]><rss>&b8;</rss>") == "sandbox.entities"
    assert refuse(head + b"<!ENTITY % p '<!ENTITY q \"x\">'>%p;]><rss/>") == "sandbox.entities"
    assert (
        refuse(head + b'<!ENTITY a "' + b"x" * 50_000 + b'">]><rss>' + b"&a;" * 50_000) == "sandbox.entities"
    )
    assert refuse(head + b"<!ENTITY a 'x'>" * 501 + b"]><rss/>") == "sandbox.entities"
    plain = b"<!ENTITY nbsp '&#160;'><!ENTITY org 'A &amp; B'><!ENTITY x SYSTEM 'file:///etc/passwd'>"
    assert prescan_markup(head + plain + b"]><rss>&org;</rss>") == ("entities",)


SEEDS = {
    "brackets": b"<",
    "names": b"<a",
    "quotes": b'<a x="',
    "bare quotes": b'<a "',
    "mixed quotes": b"<a x='\"",
    "comments": b"<!--",
    "dashes": b"<!-- -",
    "sections": b"<![CDATA[]",
    "scripts": b"<script>",
    "open scripts": b"<script ",
    "equals": b"<a = ",
    "slashes": b"<a /",
    "ends": b"</p>",
    "breaks": b"<br>",
    "entities": b"<!DOCTYPE<!ENTITY ",
    "parameters": b"<!DOCTYPE<!ENTITY % a '",
    "references": b"<!DOCTYPE<!ENTITY a '&&&&&&",
    "zeros": b"<p>\0",
    "spaces": b"<a                ",
}


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_no_body_takes_long(seed: bytes) -> None:
    """A million bytes of anything take well under the limit of a call; a square would take many minutes."""
    body = seed * (1_000_000 // len(seed))
    for text in (body, seed + b" " * 1_000_000, seed + seed[-1:] * 1_000_000):
        began = time.monotonic()
        for thorough in (False, True):
            try:
                prescan_markup(text, thorough=thorough)
            except SandboxRefusedError as refusal:
                assert refusal.key
        assert time.monotonic() - began < 15


@pytest.mark.shared
def test_real_pages_pass(shared: Path) -> None:
    """No page of the evaluation sets is refused, and the two steps agree."""
    pages = sorted((shared / "data" / "open").glob("html_*/**/*.gz"))[::5]
    assert len(pages) > 50
    for path in pages:
        body = gzip.decompress(path.read_bytes())
        assert prescan_markup(body) == prescan_markup(body, thorough=True)
