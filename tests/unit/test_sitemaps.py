"""Sitemaps of every kind, packed or not: entries with times and how exactly they are known, and what is dropped."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.errors import SourceError
from diembao.i18n import Words, has_key
from diembao.sources.sitemaps import MAX_SITEMAP_BYTES, parse_sitemap
from diembao.types import ParsedSitemap, SitemapEntry

URL = "https://baolangson.vn/sitemap.xml"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)


def pages(inside: str) -> bytes:
    return f"{HEAD}{inside}</urlset>".encode()


def only(body: bytes) -> SitemapEntry:
    (entry,) = parse_sitemap(body, url=URL).entries
    return entry


def refuse(body: bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        parse_sitemap(body, url=URL)
    error = caught.value
    assert has_key("vi", f"errors_sources.{error.key}")
    assert Words("en")(f"errors_sources.{error.key}", **error.values) == str(error)
    assert Words("en")(f"errors_sources.{error.key}_next", **error.values) == error.next_step
    return error


def test_news_sitemap_gives_title_time_and_language() -> None:
    """What a news sitemap says of an article is read; addresses of its pictures are not its own."""
    entry = only(
        pages(
            "<url><image:image><image:loc>https://cdn.vn/1.jpg</image:loc></image:image>"
            "<loc>\n https://baolangson.vn/a.html?x=1&amp;y=2 </loc><lastmod>2025-03-01</lastmod>"
            "<news:news><news:publication><news:name>Báo</news:name><news:language>vi</news:language>"
            "</news:publication><news:publication_date>2025-03-01T17:30:00Z</news:publication_date>"
            '<news:title><![CDATA[Lạng Sơn: "A" & B]]></news:title></news:news></url>'
        )
    )
    assert entry.url == "https://baolangson.vn/a.html?x=1&y=2"
    assert (entry.title, entry.language) == ('Lạng Sơn: "A" & B', "vi")
    assert entry.published_at == datetime(2025, 3, 1, 17, 30, tzinfo=UTC)
    assert (entry.published_precision, entry.published_raw) == ("second", "2025-03-01T17:30:00Z")
    assert (entry.modified_at, entry.modified_precision) == (datetime(2025, 2, 28, 17, tzinfo=UTC), "day")


def test_prefixes_do_not_matter() -> None:
    """Sites that write every element with a prefix are read as well, and so are undeclared prefixes."""
    body = (
        b"<s:urlset xmlns:s='http://www.sitemaps.org/schemas/sitemap/0.9'><s:url><s:loc>https://a.vn/1</s:loc>"
        b"<news:news><news:title>T</news:title></news:news></s:url></s:urlset>"
    )
    assert (only(body).url, only(body).title) == ("https://a.vn/1", "T")


def test_index_lists_sitemaps() -> None:
    """An index names further sitemaps with the time of their last change."""
    index = parse_sitemap(
        b"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        b"<sitemap><loc>https://baolangson.vn/s-2025-03.xml.gz</loc><lastmod>2025-03-31T23:00:00+07:00</lastmod>"
        b"</sitemap><sitemap><loc>/s-2025-02.xml</loc></sitemap></sitemapindex>",
        url=URL,
    )
    assert index.kind == "index"
    assert [entry.url for entry in index.entries] == [
        "https://baolangson.vn/s-2025-03.xml.gz",
        "https://baolangson.vn/s-2025-02.xml",
    ]
    assert index.entries[0].modified_at == datetime(2025, 3, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize("parts", [1, 3])
def test_packed_sitemaps_are_unpacked(parts: int) -> None:
    """A .xml.gz is read like the file inside, also when it was packed in several parts."""
    body = pages("<url><loc>https://baolangson.vn/a</loc></url>")
    size = len(body) // parts + 1
    packed = b"".join(gzip.compress(body[n : n + size]) for n in range(0, len(body), size))
    assert parse_sitemap(packed, url=URL) == parse_sitemap(body, url=URL)


@pytest.mark.parametrize("left", [5, 12, 40, 100])
def test_packed_sitemap_that_breaks_off_is_refused(left: int) -> None:
    """A packed body that lacks its end is never taken for a whole one."""
    packed = gzip.compress(pages("<url><loc>https://baolangson.vn/a</loc></url>" * 50))
    assert refuse(packed[:left]).key == "sources.sitemap_cut"
    assert refuse(packed[:-1]).key == "sources.sitemap_cut"


def test_packed_sitemap_with_wrong_bytes_is_refused() -> None:
    """A packed body whose checksum does not fit is never read."""
    packed = bytearray(gzip.compress(pages("<url><loc>https://baolangson.vn/a</loc></url>" * 50)))
    packed[-5] ^= 255
    assert refuse(bytes(packed)).key == "sources.sitemap_broken"


@pytest.mark.parametrize("packed", [True, False])
def test_what_grows_beyond_the_protocol_is_refused(packed: bool) -> None:
    """More than 50 MB unpacked is no sitemap; a bomb is stopped there."""
    body = b" " * (MAX_SITEMAP_BYTES + 1)
    assert refuse(gzip.compress(body, 1) if packed else body).key == "sources.sitemap_too_large"


def test_plain_text_lists_addresses() -> None:
    """A text sitemap is one address a line; other lines are counted."""
    found = parse_sitemap(b"\xef\xbb\xbfhttps://a.vn/1\r\n\nhttps://a.vn/2\nfoo\nhttps://\n", url=URL)
    assert [entry.url for entry in found.entries] == ["https://a.vn/1", "https://a.vn/2"]
    assert found.kind == "pages" and found.dropped == {"bad_link": 2}


def test_feed_as_sitemap() -> None:
    """RSS and Atom are sitemaps by the protocol; here an entry needs no title."""
    found = parse_sitemap(
        b"<rss version='2.0'><channel><item><link>https://a.vn/1</link>"
        b"<pubDate>Mon, 24 Nov 2025 10:00:00 +0700</pubDate></item><item><title>x</title></item></channel></rss>",
        url=URL,
    )
    assert [entry.url for entry in found.entries] == ["https://a.vn/1"]
    assert found.entries[0].published_at == datetime(2025, 11, 24, 3, tzinfo=UTC)
    assert found.dropped == {"no_link": 1}


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<url></url>", "no_link"),
        ("<url><loc/></url>", "no_link"),
        ("<url><loc>javascript:alert(1)</loc></url>", "not_http"),
        ("<url><loc>data:text/html,x</loc></url>", "not_http"),
        ("<url><loc>https://</loc></url>", "bad_link"),
        (f"<url><loc>https://baolangson.vn/{'a' * 9000}</loc></url>", "bad_link"),
    ],
)
def test_unusable_addresses_are_counted(inside: str, reason: str) -> None:
    """in = entries + dropped."""
    found = parse_sitemap(pages(inside + "<url><loc>https://baolangson.vn/a</loc></url>"), url=URL)
    assert len(found.entries) == 1 and found.dropped == {reason: 1}


def test_entries_over_the_limit_are_counted() -> None:
    """What is over the limit is counted and flagged."""
    body = pages("".join(f"<url><loc>https://baolangson.vn/{n}</loc></url>" for n in range(50)))
    found = parse_sitemap(body, url=URL, max_entries=20)
    assert (
        len(found.entries) == 20 and found.dropped == {"over_limit": 30} and found.flags == ("cut_entries",)
    )


def test_unescaped_ampersands_do_not_change_addresses() -> None:
    """`?id=1&page=2` written carelessly stays the same address, and the sitemap is flagged."""
    found = parse_sitemap(
        pages(
            "<url><loc>https://a.vn/?id=1&page=2</loc></url><url><loc><![CDATA[https://a.vn/?a=1&b=2]]></loc></url>"
        ),
        url=URL,
    )
    assert [entry.url for entry in found.entries] == ["https://a.vn/?id=1&page=2", "https://a.vn/?a=1&b=2"]
    assert found.flags == ("damaged",)


@pytest.mark.parametrize(
    "body",
    [
        pages("<url><loc>https://a.vn/1</loc></url><url><loc>https://a.vn/2")[:-9],
        pages("<url><loc>https://a.vn/1</loc></url><url></lok>"),
        pages("<url><loc>https://a.vn/1</loc></url>") + b"<more/>",
        pages("<url><loc>https://a.vn/1\x0b</loc></url>"),
    ],
)
def test_damage_is_flagged(body: bytes) -> None:
    """A sitemap that is not well-formed is read as far as it goes, and says so."""
    found = parse_sitemap(body, url=URL)
    assert "damaged" in found.flags
    assert found.entries[0].url == "https://a.vn/1"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "sources.sitemap_empty"),
        (gzip.compress(b" ", mtime=0), "sources.sitemap_empty"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "sources.sitemap_is_html"),
        (gzip.compress(b"<html>", mtime=0), "sources.sitemap_is_html"),
        (b'{"a": 1}', "sources.not_a_sitemap"),
        (b"User-agent: *", "sources.not_a_sitemap"),
        (b"<opml/>", "sources.not_a_sitemap"),
        (b"\x1f\x8b\x08broken", "sources.sitemap_broken"),
    ],
)
def test_what_is_no_sitemap_says_so(body: bytes, key: str) -> None:
    """Each body that is no sitemap raises its own error, with what to do."""
    assert (
        refuse(body).key in (key, "sources.sitemap_cut")
        if key.endswith("broken")
        else refuse(body).key == key
    )


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", pages("")[:-9], b"\x1f\x8b\x08\x00", b"https://a.vn/", b"<rss>"]),
)
def test_any_bytes_give_a_sitemap_or_a_typed_error(tail: bytes, head: bytes) -> None:
    """Whatever comes, the outcome is a record that can be encoded or a SourceError."""
    try:
        found = parse_sitemap(head + tail, url=URL)
    except SourceError:
        return
    assert msgspec.json.decode(msgspec.json.encode(found), type=ParsedSitemap) == found
