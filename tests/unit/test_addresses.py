"""The identity of addresses: what merges, what stays apart, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from diembao.errors import SourceError
from diembao.text.addresses import (
    address_time,
    article_key,
    belongs_to,
    host_of,
    normal_host,
    registrable_domain,
)

BASE = "https://bao.example.vn/tin/Bai-1.html"


@pytest.mark.parametrize(
    "same",
    [
        "http://bao.example.vn/tin/Bai-1.html",
        "HTTPS://BAO.Example.VN/tin/Bai-1.html",
        "https://bao.example.vn./tin/Bai-1.html",
        "https://bao.example.vn:443/tin/Bai-1.html",
        "http://bao.example.vn:80/tin/Bai-1.html",
        "https://reader:secret@bao.example.vn/tin/Bai-1.html",
        "https://www.bao.example.vn/tin/Bai-1.html",
        "https://m.bao.example.vn/tin/Bai-1.html",
        "https://mobile.bao.example.vn/tin/Bai-1.html",
        "https://amp.bao.example.vn/tin/Bai-1.html",
        "https://www.m.bao.example.vn/tin/Bai-1.html",
        "https://bao.example.vn/tin/Bai-1.html#binh-luan",
        "https://bao.example.vn/tin/Bai-1.html?",
        "https://bao.example.vn/tin/Bai-1.html/",
        "https://bao.example.vn//tin/Bai-1.html",
        "https://bao.example.vn/x/../tin/./Bai-1.html",
        "https://bao.example.vn/tin/%42ai-1%2ehtml",
        "https://bao.example.vn/tin/Bai-1.html?utm_source=rss&UTM_Medium=feed",
        "https://bao.example.vn/tin/Bai-1.html?fbclid=IwAR0&gclid=1&zarsrc=30&zalo=1&zaloid=2&gidzl=x",
        "https://bao.example.vn/tin/Bai-1.html?_ga=1&mc_cid=2&igshid=3&ref=facebook",
        "https://bao.example.vn/tin/Bai-1.html?utm_source=a&amp;utm_medium=b",
        "https://bao.example.vn/tin/Bai-1.html;jsessionid=A1B2",
        "https://bao.example.vn/tin/Bai-1.html;PHPSESSID=a1?jsessionid=1&PHPSESSID=2",
        "https://bao.example.vn/tin/Bai-1.html?sid=0123456789abcdef0123456789abcdef",
        "https://bao.example.vn/(S(abcdefghij0123456789abcd))/tin/Bai-1.html",
        "https://bao.example.vn/amp/tin/Bai-1.html",
        "https://bao.example.vn/tin/Bai-1.html/amp",
        "https://bao.example.vn/tin/Bai-1.html/amp/",
        "https://bao.example.vn/tin/Bai-1.html.amp",
        "https://bao.example.vn/tin/Bai-1.amp.html",
        "https://bao.example.vn/tin/Bai-1.html/amp.html",
        "https://bao.example.vn/tin/Bai-1.html?amp",
        "https://bao.example.vn/tin/Bai-1.html?amp=1",
        "https://bao.example.vn/tin/Bai-1.html?outputType=amp",
        " https://bao.example.vn/tin/Bai-1.html\n",
        "https:\\\\bao.example.vn\\tin\\Bai-1.html",
    ],
)
def test_spellings_of_one_address_have_one_key(same: str) -> None:
    """Scheme, port, leading labels, tracking, session and AMP forms do not make another article."""
    assert article_key(same) == BASE


@pytest.mark.parametrize(
    "other",
    [
        "https://bao.example.vn/tin/bai-1.html",
        "https://bao.example.vn/tin/Bai-2.html",
        "https://bao.example.vn/tin/Bai-1",
        "https://bao.example.vn/Tin/Bai-1.html",
        "https://thanhhoa.bao.example.vn/tin/Bai-1.html",
        "https://english.bao.example.vn/tin/Bai-1.html",
        "https://bao.example.vn:8080/tin/Bai-1.html",
        "https://bao.example.vn/tin/Bai-1.html?cid=1",
        "https://bao.example.vn/tin/Bai-1.html?id=1",
        "https://bao.example.vn/tin/Bai-1.html?p=1",
        "https://bao.example.vn/tin/Bai-1.html?page=2",
        "https://bao.example.vn/tin/Bai-1.html?ref=1234",
        "https://bao.example.vn/tin/Bai-1.html?sid=1234",
        "https://bao.example.vn/tin/Bai-1.html?amp=12",
        "https://bao.example.vn/tin/Bai-1.html?m=1",
        "https://bao.example.vn/camp/tin/Bai-1.html",
        "https://bao.example.vn/tin%2FBai-1.html",
        "https://bao.example.vn/tin/Bai-1-amp.html",
    ],
)
def test_addresses_that_may_be_other_articles_stay_apart(other: str) -> None:
    """Letter case of the path, other sub-domains and parameters that select content make another article."""
    assert article_key(other) != BASE
    assert article_key(article_key(other)) == article_key(other)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://m.vn/a", "https://m.vn/a"),
        ("https://www.m.vn/a", "https://m.vn/a"),
        ("https://amp.com.vn/a", "https://amp.com.vn/a"),
        ("https://m.langson.vn/a", "https://m.langson.vn/a"),
        ("https://m.co.uk/a", "https://m.co.uk/a"),
        ("https://www.thanhhoa.dcs.vn/a", "https://thanhhoa.dcs.vn/a"),
        ("https://m.bao.vn", "https://bao.vn/"),
        ("https://www/", "https://www/"),
        ("https://[2001:DB8::1]:443/a", "https://[2001:db8::1]/a"),
        (
            "https://Báo.vn/đường?từ=khoá",
            "https://xn--bo-mia.vn/%C4%91%C6%B0%E1%BB%9Dng?t%E1%BB%AB=kho%C3%A1",
        ),
        ("https://bao.vn/%zz%e1", "https://bao.vn/%25zz%E1"),
        ("https://bao.vn/?b=2&a=1&b=1", "https://bao.vn/?a=1&b=1&b=2"),
        ("https://bao.vn/?q=a+b", "https://bao.vn/?q=a%20b"),
        ("https://outlet.vn@evil.example/a", "https://evil.example/a"),
        ("https://evil.example\\@outlet.vn/a", "https://evil.example/@outlet.vn/a"),
        ("https://bao.vn/..amp", "https://bao.vn/"),
        ("https://bao.vn/a/..;sid=1/b", "https://bao.vn/b"),
        ("https://bao.vn/amp", "https://bao.vn/"),
    ],
)
def test_key_is_written_in_one_form(url: str, key: str) -> None:
    """A key is a full https address; leading labels stay where only a public suffix would remain."""
    assert article_key(url) == key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "https://vnexpress.net/mot-tua-de-4924696.html",
            "https://vnexpress.net/the-thao/tua-moi-4924696.html",
        ),
        (
            "https://tuoitre.vn/a-20250809082258963.htm",
            "https://m.tuoitre.vn/b-20250809082258963.htm?fbclid=1",
        ),
        ("https://thanhnien.vn/a-185250809085607116.htm", "https://thanhnien.vn/b/c-185250809085607116.htm"),
        ("https://nld.com.vn/a-196250809085607116.htm", "https://nld.com.vn/b-196250809085607116.htm"),
        (
            "https://dantri.com.vn/xa-hoi/a-20250809085607116.htm",
            "https://dantri.com.vn/b-20250809085607116.htm",
        ),
        ("https://vietnamnet.vn/a-2400001.html", "https://vietnamnet.vn/b-2400001.html"),
        ("https://laodong.vn/xa-hoi/a-1400001.ldo", "https://laodong.vn/thoi-su/b-1400001.ldo"),
        ("https://tienphong.vn/a-post1700001.tpo", "https://tienphong.vn/b-post1700001.amp"),
        ("https://www.vietnamplus.vn/a-post900001.vnp", "https://www.vietnamplus.vn/b-post900001.vnp"),
        ("https://vov.vn/xa-hoi/a-post1100001.vov", "https://vov.vn/b-post1100001.vov"),
        ("https://www.qdnd.vn/chinh-tri/a-800001", "https://www.qdnd.vn/van-hoa/b-800001"),
        ("https://cand.vn/a-i700001/", "https://cand.vn/b-i700001/"),
        ("https://www.24h.com.vn/bong-da/a-c48a1600001.html", "https://www.24h.com.vn/b-c46a1600001.html"),
        ("https://baomoi.com/a-c50000001.epi", "https://baomoi.com/b-c50000001.epi"),
        ("https://vietnamnews.vn/society/1700001/a.html", "https://vietnamnews.vn/politics/1700001/b.html"),
    ],
)
def test_number_survives_a_changed_slug_on_listed_sites(first: str, second: str) -> None:
    """An article number identifies the article where the site's form is listed; the key is its own key."""
    assert article_key(first) == article_key(second)
    assert article_key(article_key(first)) == article_key(first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://bao.example.vn/a-4924696.html", "https://bao.example.vn/b-4924696.html"),
        ("https://vnexpress.net/world-cup-2026.html", "https://vnexpress.net/bau-cu-2026.html"),
        ("https://vnexpress.net/topic/a-4924696", "https://vnexpress.net/topic/b-4924696"),
        ("https://vnexpress.net/a-4924696.html", "https://vnexpress.net/a-4924697.html"),
        ("https://vnexpress.net/a-4924696.html", "https://e.vnexpress.net/a-4924696.html"),
        ("https://vnexpress.net/a-4924696.html?page=2", "https://vnexpress.net/b-4924696.html"),
        ("https://tuoitre.vn/a-2026.htm", "https://tuoitre.vn/b-2026.htm"),
        (
            "https://vnexpress.net.evil.example/a-4924696.html",
            "https://vnexpress.net.evil.example/b-4924696.html",
        ),
    ],
)
def test_trailing_digits_alone_never_merge(first: str, second: str) -> None:
    """Digits at the end of an address are an article number only in a listed form on a listed host."""
    assert article_key(first) != article_key(second)


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        ("", "sources.address_empty"),
        ("  \n", "sources.address_empty"),
        ("javascript:alert(1)", "sources.address_scheme"),
        ("mailto:toa-soan@bao.vn", "sources.address_scheme"),
        ("data:text/html,x", "sources.address_scheme"),
        ("ftp://bao.vn/a", "sources.address_scheme"),
        ("/tin/bai.html", "sources.address_relative"),
        ("//bao.vn/tin/bai.html", "sources.address_relative"),
        ("bao.vn/tin", "sources.address_relative"),
        ("https:///tin", "sources.address_no_host"),
        ("https:tin", "sources.address_no_host"),
        ("https://?q=1", "sources.address_no_host"),
        ("https://a..b/", "sources.address_no_host"),
        ("https://-/", "sources.address_no_host"),
        ("https://[::1/", "sources.address_no_host"),
        ("https://1.2.3/", "sources.address_no_host"),
        ("https://%ff.vn/", "sources.address_no_host"),
        ("https://bao vn/", "sources.address_no_host"),
        ("https://" + "a" * 64 + ".vn/", "sources.address_no_host"),
        ("https://bao.vn:0/", "sources.address_port"),
        ("https://bao.vn:99999/", "sources.address_port"),
        ("https://bao.vn:٣/", "sources.address_port"),
        ("https://bao.vn/" + "a" * 9000, "sources.address_too_long"),
    ],
)
def test_what_is_no_address_is_refused_with_a_reason(bad: str, key: str) -> None:
    """An input that is no web address raises one sentence with a next step, of bounded length."""
    with pytest.raises(SourceError) as caught:
        article_key(bad)
    assert caught.value.key == key
    assert caught.value.next_step
    assert len(str(caught.value)) < 300
    with pytest.raises(SourceError):
        host_of(bad)
    assert address_time(bad) is None


def test_hosts_and_domains() -> None:
    """A host belongs to a domain when it is the domain or below it, never when it only ends alike."""
    assert host_of("https://www.En.baolangson.vn:8443/x") == "en.baolangson.vn"
    assert registrable_domain("en.baolangson.vn") == "baolangson.vn"
    assert registrable_domain("a.b.nld.com.vn") == "nld.com.vn"
    assert registrable_domain("com.vn") is None
    assert registrable_domain("192.0.2.1") is None
    assert belongs_to("thanhhoa.dcs.vn", ["dcs.vn"])
    assert not belongs_to("xdcs.vn", ["dcs.vn"])
    assert not belongs_to("dcs.vn", ["thanhhoa.dcs.vn"])
    assert normal_host("WWW.Bao.vn.") == "bao.vn"
    assert normal_host("bao vn") is None


@pytest.mark.parametrize(
    ("url", "local", "precision"),
    [
        ("https://tuoitre.vn/a-20250809082258963.htm", "2025-08-09T01:22:58", "second"),
        ("https://tuoitre.vn/a-202508090822589.htm", "2025-08-09T01:22:58", "second"),
        ("https://tuoitre.vn/a-20250809082258.htm", "2025-08-09T01:22:58", "second"),
        ("https://thanhnien.vn/a-185250809085607116.htm", "2025-08-09T01:56:07", "second"),
        ("https://thanhnien.vn/a-18525080908560711.htm", "2025-08-09T01:56:07", "second"),
        ("https://bao.example.vn/a-20250809081835337.htm", "2025-08-09T01:18:35", "second"),
        ("https://bao.example.vn/2025/08/09/a.html", "2025-08-08T17:00:00", "day"),
        ("https://bao.example.vn/tin/20250809/a.html?x=1", "2025-08-08T17:00:00", "day"),
        ("https://bao.example.vn/tin/2025-08-09/a.html", "2025-08-08T17:00:00", "day"),
    ],
)
def test_listed_forms_state_a_time(url: str, local: str, precision: str) -> None:
    """The time in an address is the outlet's wall clock, with the precision of its form."""
    moment = address_time(url, "Asia/Ho_Chi_Minh")
    assert moment is not None
    assert moment.at == datetime.fromisoformat(local).replace(tzinfo=UTC)
    assert moment.precision == precision
    assert moment.source == "address"


@pytest.mark.parametrize(
    "url",
    [
        "https://vnexpress.net/a-4924696.html",
        "https://tuoitre.vn/a-20251309082258963.htm",
        "https://tuoitre.vn/a-20250809252258963.htm",
        "https://bao.example.vn/a-185250809085607116.htm",
        "https://bao.example.vn/a-20250809.htm",
        "https://bao.example.vn/20250809",
        "https://bao.example.vn/20250809/",
        "https://bao.example.vn/2025/13/09/a.html",
        "https://bao.example.vn/2025/02/30/a.html",
        "https://bao.example.vn/1985/02/03/a.html",
        "https://bao.example.vn/99/01/01/a.html",
        "https://bao.example.vn/a?d=20250809081835337.htm",
    ],
)
def test_other_digits_state_no_time(url: str) -> None:
    """Digits out of range or in no listed form are no time."""
    assert address_time(url) is None
