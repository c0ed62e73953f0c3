"""Registered outlets only: whose domain is whose, and which hosts are never an outlet."""

from __future__ import annotations

from typing import Any

import pytest

from diembao.errors import DiembaoError, OutletError, SourceError, UsageError
from diembao.i18n import Words, has_key
from diembao.sources.directory import (
    filter_directory,
    load_directory,
    make_from_directory,
    read_directory,
    suggest_id,
)
from diembao.sources.hosts import REASONS, check_host, list_refused, refused_host
from diembao.sources.outlets import OutletIndex, make_outlet, resolve_outlet, slug_of
from diembao.text.addresses import host_of, normal_host
from diembao.types import OUTLET_CLASSES, Outlet


def _check_words(error: DiembaoError) -> None:
    for language in ("vi", "en"):
        assert has_key(language, f"errors_sources.{error.key}"), error.key
        words = Words(language)  # type: ignore[arg-type]
        assert words(f"errors_sources.{error.key}", **error.values)
        assert words(f"errors_sources.{error.key}_next", **error.values)


# ------------------------------------------------------------------ refused hosts


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://www.facebook.com/bao/posts/1", "social"),
        ("https://m.facebook.com/1", "social"),
        ("https://vi-vn.facebook.com/1", "social"),
        ("https://fb.watch/x", "video"),
        ("https://FB.com./x", "social"),
        ("https://user@facebook.com:443/x", "social"),
        ("https://instagram.com/x", "social"),
        ("https://x.com/a/status/1", "social"),
        ("https://mobile.twitter.com/a", "social"),
        ("https://www.threads.net/@a", "social"),
        ("https://www.threads.com/@a", "social"),
        ("https://old.reddit.com/r/a", "social"),
        ("https://vk.com/a", "social"),
        ("https://weibo.com/a", "social"),
        ("https://mastodon.social/@a", "social"),
        ("https://bsky.app/profile/a", "social"),
        ("https://zalo.me/1", "messenger"),
        ("https://t.me/s/a", "messenger"),
        ("https://chat.whatsapp.com/a", "messenger"),
        ("https://discord.gg/a", "messenger"),
        ("https://m.me/a", "messenger"),
        ("https://youtube.com/watch?v=1", "video"),
        ("https://youtu.be/1", "video"),
        ("https://www.tiktok.com/@a/video/1", "video"),
        ("https://voz.vn/t/a.1", "forum"),
        ("https://www.otofun.net/threads/1", "forum"),
        ("https://webtretho.com/f/1", "forum"),
        ("https://tinhte.vn/thread/1", "forum"),
        ("https://bao.disqus.com/1", "comments"),
        ("https://ai-do.blogspot.com/2026/01/a.html", "shared_blog"),
        ("https://ai-do.blogspot.com.vn/2026/01/a.html", "shared_blog"),
        ("https://ai-do.blogspot.sg/a.html", "shared_blog"),
        ("https://ai-do.wordpress.com/a", "shared_blog"),
        ("https://medium.com/@a/b", "shared_blog"),
        ("https://a.substack.com/p/b", "shared_blog"),
        ("https://a.tumblr.com/1", "social"),
        ("https://sites.google.com/view/a", "shared_host"),
        ("https://a.github.io/b", "shared_host"),
        ("https://a.wixsite.com/b", "shared_host"),
        ("https://a.weebly.com/b", "shared_host"),
        ("https://docs.google.com/document/d/1", "files"),
        ("https://drive.google.com/file/d/1", "files"),
        ("https://bit.ly/1", "shortener"),
        ("https://t.co/1", "shortener"),
        ("https://web.archive.org/web/2026/https://bao.vn", "copies"),
        ("https://bao-vn.cdn.ampproject.org/c/s/bao.vn/a", "copies"),
    ],
)
def test_shared_hosts_are_refused_with_their_reason(url: str, reason: str) -> None:
    """Social networks, messengers, video, forums, comments and shared hosts are refused in every spelling."""
    assert refused_host(host_of(url)) == reason
    with pytest.raises(OutletError) as caught:
        check_host(host_of(url))
    _check_words(caught.value)


@pytest.mark.parametrize(
    "host",
    ["baolangson.vn", "thanhhoa.dcs.vn", "notfacebook.com", "x.com.vn", "facebook.com.bao.vn", "t.me.vn", "blogspot.bao.vn",
     "mail.com", "google.com", "vn", "com.vn", "netflix.com", "line.vn"],
)  # fmt: skip
def test_other_hosts_are_not_refused(host: str) -> None:
    """A host that only looks like one of the list is not on it."""
    assert refused_host(host) is None


def test_list_of_refused_hosts_is_in_order() -> None:
    """Every refused host is written as hosts are, once, with a known reason that has its words."""
    refused = list_refused()
    assert len(refused) > 400
    assert set(refused.values()) == set(REASONS)
    for host, reason in refused.items():
        assert host.endswith(".*") or normal_host(host) == host, host
        assert has_key("vi", f"errors_sources.sources.refused_{reason}")


# ------------------------------------------------------------------ outlets


def _outlet(**values: Any) -> Outlet:
    given: dict[str, Any] = {
        "outlet_id": "bao-a",
        "name": "Báo A",
        "domains": ["baoa.vn"],
        "outlet_class": "central",
    }
    return make_outlet(**(given | values))


def test_outlet_is_written_in_one_form() -> None:
    """Domains lose www and case, feeds get ids that never depend on their order's neighbours' names."""
    outlet = _outlet(
        domains=["WWW.BaoA.vn", "https://en.baoa.vn/", "baoa.vn"],
        feeds=[("Tin mới", "https://www.baoa.vn/rss/1"), ("Tin mới", "https://baoa.vn/rss/2"), ("", "https://baoa.vn/x.rss")],
    )  # fmt: skip
    assert outlet.domains == ("baoa.vn", "en.baoa.vn")
    assert [feed.feed_id for feed in outlet.feeds] == ["bao-a/tin-moi", "bao-a/tin-moi-2", "bao-a/x-rss"]
    assert outlet.status == "unverified"


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"outlet_id": "Báo A"}, "outlet_id"),
        ({"outlet_id": "-a"}, "outlet_id"),
        ({"outlet_id": "../a"}, "outlet_id"),
        ({"name": "  "}, "outlet_name"),
        ({"name": "x" * 500}, "outlet_name"),
        ({"domains": []}, "outlet_no_domain"),
        ({"domains": ["bao a"]}, "outlet_domain"),
        ({"domains": ["ftp://baoa.vn"]}, "outlet_domain"),
        ({"domains": [""]}, "outlet_domain"),
        ({"domains": ["192.0.2.1"]}, "outlet_domain_number"),
        ({"domains": ["[::1]"]}, "outlet_domain"),
        ({"domains": ["http://[::1]/"]}, "outlet_domain_number"),
        ({"domains": ["com.vn"]}, "outlet_domain_suffix"),
        ({"domains": ["vn"]}, "outlet_domain_suffix"),
        ({"domains": ["langson.vn"]}, "outlet_domain_suffix"),
        ({"domains": ["localhost"]}, "outlet_domain_suffix"),
        ({"domains": ["baoa.vn", "m.facebook.com"]}, "refused_social"),
        ({"domains": ["baoa.blogspot.com"]}, "refused_shared_blog"),
        ({"domains": ["baoa.github.io"]}, "refused_shared_host"),
        ({"outlet_class": "provincal"}, "outlet_class"),
        ({"outlet_class": "hostile"}, "outlet_class"),
        ({"outlet_class": "own", "custom_classes": {"own": " "}}, "outlet_class_undefined"),
        ({"timezone": "Asia/Hanoi"}, "outlet_zone"),
        ({"timezone": "../x"}, "outlet_zone"),
        ({"language": "Tiếng Việt"}, "outlet_language"),
        ({"feeds": [("", "https://baob.vn/rss")]}, "outlet_feed_host"),
        ({"feeds": [("", "https://xbaoa.vn/rss")]}, "outlet_feed_host"),
        ({"feeds": [("", "https://facebook.com/rss")]}, "refused_social"),
        ({"feeds": [("", "https://x/rss")], "feed_hosts": ["youtube.com"]}, "refused_video"),
        ({"sitemaps": ["https://baob.vn/sitemap.xml"]}, "outlet_feed_host"),
    ],
)  # fmt: skip
def test_outlet_that_cannot_be_is_refused(values: dict[str, Any], key: str) -> None:
    """What makes no outlet raises one sentence in both languages; there is no override for refused hosts."""
    with pytest.raises(OutletError) as caught:
        _outlet(**values)
    assert caught.value.key == f"sources.{key}"
    _check_words(caught.value)


def test_feed_address_that_is_none_is_refused() -> None:
    """A feed needs a web address."""
    with pytest.raises(SourceError):
        _outlet(feeds=[("", "rss.xml")])


def test_stated_feed_hosts_and_own_classes_are_taken() -> None:
    """A feed may lie on a host that is stated, and a class may be the user's own when it is defined."""
    outlet = _outlet(
        outlet_class="own",
        custom_classes={"own": "outlets of the ministry"},
        feeds=[("", "https://feeds.example.org/a")],
        feed_hosts=["feeds.example.org"],
    )
    assert outlet.feeds[0].url == "https://feeds.example.org/a"


def test_most_specific_domain_wins() -> None:
    """thanhhoa.dcs.vn is an outlet of its own beside dcs.vn; a look-alike belongs to nobody."""
    whole = _outlet(outlet_id="dcs", domains=["dcs.vn"])
    part = _outlet(outlet_id="dcs-thanhhoa", domains=["thanhhoa.dcs.vn"])
    outlets = [whole, part]
    assert resolve_outlet(host_of("https://www.thanhhoa.dcs.vn/a"), outlets) is part
    assert resolve_outlet("x.thanhhoa.dcs.vn", outlets) is part
    assert resolve_outlet("hanoi.dcs.vn", outlets) is whole
    assert resolve_outlet("xdcs.vn", outlets) is None
    assert resolve_outlet("vn", outlets) is None


def test_refused_hosts_never_resolve() -> None:
    """Even a record that names a social network as its domain gives it no articles."""
    forged = Outlet("x", "X", ("facebook.com", "baoa.vn"), "central")
    index = OutletIndex([forged])
    assert index.resolve("facebook.com") is None
    assert index.resolve("m.facebook.com") is None
    assert index.resolve("baoa.vn") is forged


def test_one_domain_belongs_to_one_outlet() -> None:
    """Two outlets with the same domain are refused."""
    with pytest.raises(OutletError) as caught:
        OutletIndex([_outlet(), _outlet(outlet_id="bao-b")])
    _check_words(caught.value)


def test_slugs_are_plain() -> None:
    """Ids are made of words or domains, without accents."""
    assert slug_of("Báo Lạng Sơn") == "bao-lang-son"
    assert slug_of("e.vnexpress.net") == "e-vnexpress-net"
    assert slug_of("…") == ""
    assert suggest_id("a.vn", ["a-vn"]) == "a-vn-2"


# ------------------------------------------------------------------ directory


def test_every_entry_of_the_directory_makes_an_outlet() -> None:
    """The shipped directory holds valid, unverified outlets with ids and domains of their own."""
    entries = read_directory("vn")
    assert len(entries) == 84
    outlets = [make_from_directory(entry) for entry in entries]
    OutletIndex(outlets)
    assert len({outlet.outlet_id for outlet in outlets}) == 84
    assert {outlet.outlet_class for outlet in outlets} <= set(OUTLET_CLASSES)
    assert {outlet.status for outlet in outlets} == {"unverified"}


@pytest.mark.parametrize(
    "place", ["Lạng Sơn", "lang son", "LẠNG SƠN", "tỉnh Lạng Sơn", "La\u0323ng So\u031bn"]
)
def test_directory_is_filtered_by_place_in_any_spelling(place: str) -> None:
    """Accents, case, NFD and the word for province do not matter."""
    found = filter_directory(read_directory(), outlet_class="provincial", place=place)
    assert [entry.domains[0] for entry in found] == ["baolangson.vn"]


def test_directory_is_filtered_by_domain_and_class() -> None:
    """A domain finds the outlet that it belongs to, an unknown class is refused."""
    entries = read_directory()
    assert [entry.name for entry in filter_directory(entries, domain="https://www.cand.com.vn/a")] == [
        "Công an Nhân dân"
    ]
    assert {e.place for e in filter_directory(entries, place="TP. Hồ Chí Minh")} == {"Thành phố Hồ Chí Minh"}
    assert filter_directory(entries, domain="nobody.vn") == []
    for call in (lambda: filter_directory(entries, outlet_class="provincal"), lambda: read_directory("xx")):
        with pytest.raises(UsageError) as caught:
            call()
        _check_words(caught.value)


@pytest.mark.parametrize("data", [b"\xff", b"a,b\n1,2\n", b'id\n"x'])
def test_damaged_directory_is_one_sentence(data: bytes) -> None:
    """A directory file that is damaged raises one sentence."""
    with pytest.raises(SourceError) as caught:
        load_directory(data)
    _check_words(caught.value)
