"""Feeds as real outlets write them: entries, addresses, times in the outlet's zone, and what is dropped."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.errors import SourceError
from diembao.i18n import Words, has_key
from diembao.sources.feeds import parse_feed_body
from diembao.types import FeedEntry, ParsedFeed

URL = "https://baolangson.vn/rss/home.rss"


def rss(items: str, head: str = "<title>Báo</title>", root: str = 'rss version="2.0"') -> bytes:
    return f"<?xml version='1.0' encoding='utf-8'?><{root}><channel>{head}{items}</channel></rss>".encode()


def item(title: str = "Tiêu đề", link: str = "https://baolangson.vn/a.html", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def only(body: bytes, **options: object) -> FeedEntry:
    (entry,) = parse_feed_body(body, url=URL, **options).entries  # type: ignore[arg-type]
    return entry


def dated(raw: str, **options: object) -> FeedEntry:
    return only(rss(item(more=f"<pubDate>{raw}</pubDate>")), **options)


def check_words(error: SourceError) -> None:
    assert has_key("vi", f"errors_sources.{error.key}")
    assert Words("en")(f"errors_sources.{error.key}", **error.values) == str(error)
    assert Words("en")(f"errors_sources.{error.key}_next", **error.values) == error.next_step


# ------------------------------------------------------------------ kinds


def test_rss_says_what_it_is() -> None:
    """Kind, title, language and encoding of the feed are kept; entries keep their order."""
    feed = parse_feed_body(
        rss(item("A") + item("B"), "<title>Báo &amp; Đài</title><language>vi-vn</language>"), url=URL
    )
    assert (feed.kind, feed.title, feed.language, feed.encoding) == ("rss20", "Báo & Đài", "vi-vn", "utf-8")
    assert [entry.title for entry in feed.entries] == ["A", "B"]
    assert feed.flags == () and feed.dropped == {}


def test_atom_takes_the_alternate_link_and_both_times() -> None:
    """An Atom entry's address is its alternate link, whatever other links stand before it."""
    entry = only(
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>tag:baolangson.vn,2025:1</id>"
        b"<title type='text'>1 &lt; 2 &amp;amp; &lt;b&gt;</title>"
        b"<link rel='edit' href='/edit/1'/><link rel='enclosure' href='/a.mp3'/>"
        b"<link rel='alternate' type='text/html' href='../tin/1.html'/>"
        b"<published>2025-11-24T10:00:00+07:00</published><updated>2025-11-24T05:00:00Z</updated>"
        b"<summary type='html'>M\xe1\xbb\x99t &lt;b&gt;hai&lt;/b&gt;</summary></entry></feed>"
    )
    assert entry.url == "https://baolangson.vn/tin/1.html"
    assert entry.id == "tag:baolangson.vn,2025:1"
    assert entry.title == "1 < 2 &amp; <b>"
    assert entry.summary == "Một hai"
    assert entry.published_at == datetime(2025, 11, 24, 3, tzinfo=UTC)
    assert entry.updated_at == datetime(2025, 11, 24, 5, tzinfo=UTC)


def test_atom_without_publication_time_has_none() -> None:
    """A time of change is never taken for the publication time."""
    entry = only(
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title><link href='/1'/>"
        b"<updated>2025-11-24T05:00:00Z</updated></entry></feed>"
    )
    assert entry.published_at is None and entry.published_raw == ""
    assert entry.updated_at == datetime(2025, 11, 24, 5, tzinfo=UTC)


def test_rss_1_knows_one_time_only() -> None:
    """`dc:date` is the time of an RSS 1.0 item, and the flag says that it was used."""
    entry = only(
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
        b"xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>T</title></channel>"
        b"<item rdf:about='https://baolangson.vn/1'><title>A</title><link>https://baolangson.vn/1</link>"
        b"<dc:date>2025-11-24T10:00:00+07:00</dc:date></item></rdf:RDF>"
    )
    assert entry.published_at == entry.updated_at == datetime(2025, 11, 24, 3, tzinfo=UTC)
    assert "dc_date" in entry.flags


def test_json_feed_reads_like_the_others() -> None:
    """JSON Feed 1.1: numbers as ids, HTML as plain text, authors never."""
    feed = parse_feed_body(
        msgspec.json.encode(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "Báo",
                "language": "vi",
                "items": [
                    {
                        "id": 7,
                        "url": "/tin/7.html",
                        "title": " Một\n hai ",
                        "content_html": "<p>Ba &amp; bốn</p><script>x()</script>",
                        "date_published": "2025-11-24T10:00:00+07:00",
                        "date_modified": "2025-11-24T11:00:00+07:00",
                        "authors": [{"name": "Người Viết"}],
                    },
                    {"id": "8", "title": "Không có địa chỉ"},
                    "no object",
                ],
            }
        ),
        url=URL,
    )
    (entry,) = feed.entries
    assert (feed.kind, feed.title, feed.language) == ("json11", "Báo", "vi")
    assert (entry.id, entry.url, entry.title) == ("7", "https://baolangson.vn/tin/7.html", "Một hai")
    assert entry.summary == "Ba & bốn"
    assert entry.published_at == datetime(2025, 11, 24, 3, tzinfo=UTC)
    assert entry.updated_at == datetime(2025, 11, 24, 4, tzinfo=UTC)
    assert feed.dropped == {"no_link": 1, "no_object": 1}


def test_authors_are_never_kept() -> None:
    """No form of byline reaches the record."""
    more = (
        "<author>nguoiviet@bao.vn (Người Viết)</author><dc:creator>Người Viết</dc:creator>"
        "<media:credit role='author'>Người Viết</media:credit>"
    )
    root = 'rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    feed = parse_feed_body(rss(item(more=more), root=root), url=URL)
    assert len(feed.entries) == 1
    assert "Người Viết" not in msgspec.json.encode(feed).decode()


# ------------------------------------------------------------------ titles and summaries


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<![CDATA[Giá xăng &quot;tăng&quot; <b>mạnh</b>]]>", 'Giá xăng "tăng" mạnh'),
        ("Lạng Sơn &amp;amp; Cao Bằng", "Lạng Sơn & Cao Bằng"),
        ("L&#7841;ng S&#417;n", "Lạng Sơn"),
        ("5 &lt; 6", "5 < 6"),
        ("  Hai\n\t dòng ", "Hai dòng"),
        ("<![CDATA[Một<br>hai]]>", "Một hai"),
        ("La\u0323ng So\u031bn", "La\u0323ng So\u031bn"),
    ],
)
def test_titles_are_plain_text(written: str, read: str) -> None:
    """Markup and entities are read, spaces collapsed; what accents are made of stays."""
    assert only(rss(item(written))).title == read


def test_summary_is_readable_text() -> None:
    """Pictures, links and scripts of a summary are left out; a full text stands in where there is none."""
    summary = (
        "<description><![CDATA[<a href='x'><img src='y'/></a>Hôm nay<script>x()</script>]]></description>"
    )
    assert only(rss(item(more=summary))).summary == "Hôm nay"
    full = "<content:encoded><![CDATA[<p>Toàn văn</p>]]></content:encoded>"
    root = 'rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    assert only(rss(item(more=full), root=root)).summary == "Toàn văn"


def test_lengths_are_capped() -> None:
    """A title has at most 1,000 characters, a summary 20,000, an id 2,000."""
    more = f"<guid isPermaLink='false'>{'g' * 9000}</guid><description>{'s' * 90_000}</description>"
    entry = only(rss(item("t" * 9000, more=more)))
    assert (len(entry.title), len(entry.summary), len(entry.id)) == (1000, 20_000, 2000)


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<link>/tin/a.html</link>", "https://baolangson.vn/tin/a.html"),
        ("<link>a.html</link>", "https://baolangson.vn/rss/a.html"),
        ("<link>//m.baolangson.vn/a</link>", "https://m.baolangson.vn/a"),
        ("<link> https://baolangson.vn/a?x=1&amp;y=2\n</link>", "https://baolangson.vn/a?x=1&y=2"),
        ("<link>https://baolangson.vn/a?x=1&y=2</link>", "https://baolangson.vn/a?x=1&y=2"),
        ("<link>https://baolangson.vn/tin tuc/a</link>", "https://baolangson.vn/tin%20tuc/a"),
        ("<guid>https://baolangson.vn/g</guid>", "https://baolangson.vn/g"),
        ("<guid isPermaLink='true'>/g</guid>", "https://baolangson.vn/g"),
        ("<link>https://l/</link><guid>https://baolangson.vn/g</guid>", "https://l/"),
        (
            "<link>https://feedproxy.google.com/~r/x</link><feedburner:origLink>https://baolangson.vn/o"
            "</feedburner:origLink>",
            "https://baolangson.vn/o",
        ),
    ],
)
def test_addresses_are_absolute(inside: str, url: str) -> None:
    """Relative links, permanent ids and FeedBurner's detours lead to the article's own address."""
    root = 'rss version="2.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    assert only(rss(f"<item><title>A</title>{inside}</item>", root=root)).url == url


def test_base_of_the_feed_counts() -> None:
    """`xml:base` is what relative links start from, and itself starts from the feed's address."""
    for base, url in (
        ("https://baolangson.vn/x/", "https://baolangson.vn/x/1"),
        ("/y/", "https://baolangson.vn/y/1"),
    ):
        entry = only(
            f"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='{base}'><entry><title>A</title>"
            "<link href='1'/></entry></feed>".encode()
        )
        assert entry.url == url


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<title>A</title>", "no_link"),
        ("<title>A</title><guid>12345</guid>", "no_link"),
        ("<title>A</title><guid isPermaLink='false'>https://baolangson.vn/g</guid>", "no_link"),
        ("<title>A</title><link>javascript:alert(1)</link>", "not_http"),
        ("<title>A</title><link>data:text/html,x</link>", "not_http"),
        ("<title>A</title><link>ftp://baolangson.vn/a</link>", "not_http"),
        ("<title>A</title><link>https://</link>", "bad_link"),
        ("<title>A</title><link>https://[::1/a</link>", "bad_link"),
        (f"<title>A</title><link>https://baolangson.vn/{'a' * 9000}</link>", "bad_link"),
        ("<link>https://baolangson.vn/a</link>", "no_title"),
        ("<title> &lt;b&gt;&lt;/b&gt; </title><link>https://baolangson.vn/a</link>", "no_title"),
    ],
)
def test_unusable_entries_are_counted(inside: str, reason: str) -> None:
    """An entry without an address of the web or a title is dropped under its reason, or kept with it as flag."""
    body = rss(f"<item>{inside}</item>" + item("Có"))
    feed = parse_feed_body(body, url=URL)
    assert [entry.title for entry in feed.entries] == ["Có"]
    assert feed.dropped == {reason: 1}
    kept = parse_feed_body(body, url=URL, usable_only=False)
    assert reason in kept.entries[0].flags and kept.dropped == {}


# ------------------------------------------------------------------ times


@pytest.mark.parametrize(
    ("raw", "at", "precision"),
    [
        ("Mon, 24 Nov 2025 10:12:00 GMT+7", (2025, 11, 24, 3, 12), "second"),
        ("Mon, 24 Nov 2025 10:12:00 +0700", (2025, 11, 24, 3, 12), "second"),
        ("Mon, 24 Nov 25 10:12:00 +0700", (2025, 11, 24, 3, 12), "second"),
        ("Mon, 24 Nov 25 10:12:00 GMT+7", (2025, 11, 24, 3, 12), "second"),
        ("Mon, 24 Nov 2025 10:12:00", (2025, 11, 24, 3, 12), "second"),
        ("Mon, 24 Nov 2025 10:12:00 Z", (2025, 11, 24, 10, 12), "second"),
        ("Sat, 31 Jan 2004 23:48:00 -0700 (PDT)", (2004, 2, 1, 6, 48), "second"),
        ("Thứ Hai, 24/11/2025 10:12 GMT+7", (2025, 11, 24, 3, 12), "minute"),
        ("24/11/2025 10:12:00 SA", (2025, 11, 24, 3, 12), "second"),
        ("24/11/2025 05:12:00 PM", (2025, 11, 24, 10, 12), "second"),
        ("2025-11-24 10:12:00", (2025, 11, 24, 3, 12), "second"),
        ("2025-11-24", (2025, 11, 23, 17, 0), "day"),
        ("2025-11-24T10:12:00+07:07", (2025, 11, 24, 3, 12), "second"),
        ("Mon Nov 24 10:12:00 2025", (2025, 11, 24, 3, 12), "second"),
        ("Thu, 01 Jan 04 19:48:21 EST", (2004, 1, 2, 0, 48, 21), "second"),
    ],
)
def test_times_are_read_in_the_outlets_zone(raw: str, at: tuple[int, ...], precision: str) -> None:
    """Every form that outlets write; a time without a zone is the outlet's wall clock."""
    entry = dated(raw)
    assert entry.published_at == datetime(*at, tzinfo=UTC)  # type: ignore[misc]
    assert (entry.published_precision, entry.published_raw) == (precision, raw)


def test_zone_of_the_outlet_counts() -> None:
    """The same wall clock in another zone is another moment."""
    entry = dated("Mon, 24 Nov 2025 10:12:00", timezone="Asia/Tokyo")
    assert entry.published_at == datetime(2025, 11, 24, 1, 12, tzinfo=UTC)
    assert "naive" in entry.flags


@pytest.mark.parametrize(
    "raw",
    ["2004", "2004-02", "2004-335", "hôm qua", "Thu, 32 Jan 2025 10:00:00 +0700", "2025-02-30T10:00:00Z",
     "01 Jan 2004 19:48:21 EAT", "2004년 05월 28일  오후 12:31:01", "24 foo 2025 10:00", "9" * 5000],
)  # fmt: skip
def test_what_is_not_understood_gives_no_time(raw: str) -> None:
    """A wrong date is worse than a missing one: nothing is filled in, and the flag says so."""
    entry = dated(raw)
    assert entry.published_at is None and entry.published_precision == "unknown"
    assert "unread_date" in entry.flags and entry.published_raw == raw[:64]


def test_months_first_where_the_feed_shows_it() -> None:
    """One 11/24/2025 in a feed tells how its 11/9/2025 is meant; one 24/11/2025 tells the contrary."""

    def days(*raws: str) -> list[str]:
        body = rss(
            "".join(item(link=f"/{n}", more=f"<pubDate>{raw}</pubDate>") for n, raw in enumerate(raws))
        )
        return [str(e.published_at)[:10] for e in parse_feed_body(body, url=URL).entries]

    assert days("11/24/2025 3:12:00 PM", "11/9/2025 3:12:00 PM") == ["2025-11-24", "2025-11-09"]
    assert days("24/11/2025 3:12:00 PM", "11/9/2025 3:12:00 PM") == ["2025-11-24", "2025-09-11"]
    assert days("11/9/2025 3:12:00 PM") == ["2025-09-11"]


# ------------------------------------------------------------------ limits and damage


def test_long_text_after_a_lone_angle_is_no_giant_tag() -> None:
    """What looks like an endless element inside CDATA does not swallow the end of its section."""
    long = "<![CDATA[a <b " + "x=1 " * 6000 + "]]>"
    feed = parse_feed_body(rss(item(more=f"<description>{long}</description>") + item("B")), url=URL)
    assert [entry.title for entry in feed.entries] == ["Tiêu đề", "B"] and feed.flags == ()


def test_pictures_within_a_summary_do_not_damage_it() -> None:
    """A picture written into its address is left out, the text around it stays."""
    picture = (
        f"<description><![CDATA[Trước <img src='data:image/png;base64,{'A' * 50_000}'/> sau]]></description>"
    )
    feed = parse_feed_body(rss(item(more=picture)), url=URL)
    assert feed.entries[0].summary == "Trước sau" and feed.flags == ()


def test_entries_over_the_limit_are_counted() -> None:
    """in = entries + dropped, also where the feed is longer than the limit."""
    feed = parse_feed_body(rss("".join(item(str(n), f"/{n}") for n in range(50))), url=URL, max_entries=20)
    assert [entry.title for entry in feed.entries] == [str(n) for n in range(20)]
    assert feed.dropped == {"over_limit": 30} and feed.flags == ("cut_entries",)


@pytest.mark.parametrize("cut", [300, 120, 60])
def test_a_feed_cut_short_is_read_as_far_as_it_goes(cut: int) -> None:
    """What breaks off is flagged as damaged and keeps the entries before the break."""
    body = rss("".join(item(str(n), f"/{n}") for n in range(50)))
    feed = parse_feed_body(body[:-cut], url=URL)
    assert "damaged" in feed.flags
    assert len(feed.entries) >= 40


def test_a_warning_before_the_feed_does_not_hide_it() -> None:
    """What a server prints before the root is left out, and the feed flagged."""
    feed = parse_feed_body(
        b"<br />\n<b>Warning</b>: include() failed in /x.php<br />\n" + rss(item()), url=URL
    )
    assert len(feed.entries) == 1 and "damaged" in feed.flags


def test_short_entities_of_a_document_type_are_filled() -> None:
    """`&copy;`-like entities that a feed declares are text; the declaration never reaches the parser."""
    body = (
        b'<!DOCTYPE rss [<!ENTITY tp "Th\xc3\xa0nh ph\xe1\xbb\x91"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    )
    feed = parse_feed_body(body + rss(item("&tp; L&#7841;ng S&#417;n &x;"))[38:], url=URL)
    assert feed.entries[0].title == "Thành phố Lạng Sơn &x;"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"", "sources.feed_empty"),
        (b" \r\n\x00", "sources.feed_empty"),
        (b"\xef\xbb\xbf", "sources.feed_empty"),
        (b"<!DOCTYPE html><html><head><title>RSS</title></head></html>", "sources.feed_is_html"),
        (
            b"<html><body><form>\xc4\x90\xc4\x83ng nh\xe1\xba\xadp</form></body></html>",
            "sources.feed_is_html",
        ),
        (b"<HTML>" + rss(item()), "sources.feed_is_html"),
        ("<!DOCTYPE html><html></html>".encode("utf-16"), "sources.feed_is_html"),
        (b'{"error": "not found"}', "sources.not_a_feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": 3}', "sources.not_a_feed"),
        (b"[]", "sources.not_a_feed"),
        (b"404 page not found", "sources.not_a_feed"),
        (b"<opml version='2.0'><body/></opml>", "sources.not_a_feed"),
        (b"<urlset><url><loc>https://a.vn</loc></url></urlset>", "sources.not_a_feed"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "sources.not_a_feed"),
        (b"/etc/passwd", "sources.not_a_feed"),
        (b"https://baolangson.vn/rss", "sources.not_a_feed"),
    ],
)
def test_what_is_no_feed_says_so(body: bytes, key: str) -> None:
    """Each body that is no feed raises its own error, with what to do; a path or an address is opened by nobody."""
    with pytest.raises(SourceError) as caught:
        parse_feed_body(body, url=URL)
    assert caught.value.key == key
    check_words(caught.value)


def test_a_feed_without_entries_is_a_feed() -> None:
    """An outlet may have nothing new: that is no error."""
    assert parse_feed_body(rss(""), url=URL).entries == ()


def test_too_large_is_refused() -> None:
    """A body over 20 MB is not parsed."""
    with pytest.raises(SourceError) as caught:
        parse_feed_body(b" " * (20 * 2**20 + 1), url=URL)
    assert caught.value.key == "sources.feed_too_large"
    check_words(caught.value)


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", rss("")[:60], b"<feed><entry>", b'{"version":', b"\xff\xfe<\x00r\x00"]),
)
def test_any_bytes_give_a_feed_or_a_typed_error(tail: bytes, head: bytes) -> None:
    """Whatever comes, the outcome is a record that can be encoded or a SourceError."""
    try:
        feed = parse_feed_body(head + tail, url=URL)
    except SourceError:
        return
    assert msgspec.json.decode(msgspec.json.encode(feed), type=ParsedFeed) == feed
