"""Which addresses and hosts are refused before any connection."""

from __future__ import annotations

import ipaddress

import pytest

from diembao.fetch.guard import refuse_address, refuse_endpoint, refuse_host
from diembao.fetch.targets import read_target
from diembao.fetch.trouble import ExchangeError

REASONS = {
    "loopback": "127.0.0.1 127.255.255.254 ::1 ::ffff:127.0.0.1 64:ff9b::7f00:1",
    "private": "10.0.0.0 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 fc00::1 fdff::1 ::ffff:a00:1",
    "shared": "100.64.0.0 100.127.255.255",
    "link_local": "169.254.0.1 fe80::1 febf::1",
    "metadata": "169.254.169.254 168.63.129.16 100.100.100.200 192.0.0.192 fd00:ec2::254 ::ffff:168.63.129.16",
    "site_local": "fec0::1 feff::1",
    "multicast": "224.0.0.1 239.255.255.255 ff02::1 ff0e::1",
    "broadcast": "255.255.255.255",
    "reserved": "240.0.0.1 192.0.0.1 ::7f00:1 ::8.8.8.8 ::ffff:0:8.8.8.8 2001:20::1 5f00::1 4000::1",
    "unspecified": "0.0.0.0 0.1.2.3 ::",
    "documentation": "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1",
    "benchmarking": "198.18.0.1 198.19.255.255 2001:2::1",
    "6to4": "192.88.99.1 2002:808:808::1 2002:7f00:1::",
    "teredo": "2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "nat64": "64:ff9b:1::1 64:ff9b:1:ffff::8.8.8.8",
    "isatap": "2606:4700::5efe:808:808 2606:4700::200:5efe:a00:1",
    "discard": "100::1",
    "zone": "fe80::1%eth0 2606:4700::1%1 ::1%25lo",
    "odd_literal": "127.1 0x7f000001 0x7f.0.0.1 0177.0.0.1 2130706433 127.0.0.1. [::1] 1.2.3 1.2.3.4.5 08.8.8.8 8.8.8.08"
    " 256.1.1.1 ١.٢.٣.٤ 1.2.3.4:80 ::g abc 12345678901234567890",
}


@pytest.mark.parametrize("reason", REASONS)
def test_addresses_that_are_not_public_are_refused_with_their_reason(reason: str) -> None:
    """Each kind of address inside, reserved or oddly spelt is refused, and told apart."""
    for address in REASONS[reason].split():
        assert refuse_address(address) == reason, address
        assert refuse_host(address) is not None, address


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946", "2405:4800::1"]
)
def test_public_addresses_pass(address: str) -> None:
    """Ordinary addresses of the public internet pass; through a translator too, when they lie behind one."""
    assert refuse_address(address) is None
    if ":" not in address:
        assert refuse_address(f"::ffff:{address}") is None
        assert refuse_address(f"64:ff9b::{address}") is None


def test_every_block_that_python_calls_private_is_refused() -> None:
    """The table is at least as strict as the standard library's, at both ends of every block it lists."""
    for text in ("_private_networks", "_reserved_network", "_linklocal_network", "_multicast_network"):
        for constants in (ipaddress._IPv4Constants, ipaddress._IPv6Constants):  # type: ignore[attr-defined]
            found = getattr(constants, text, [])
            for network in found if isinstance(found, list) else [found]:
                for address in (network[0], network[-1]):
                    assert refuse_address(str(address)) is not None, address


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("localhost", "local_name"),
        ("a.localhost.", "local_name"),
        ("printer.local", "local_name"),
        ("metadata.google.internal", "local_name"),
        ("intranet", "local_name"),
        ("server", "bad_name"),
        ("", "bad_name"),
        ("a..vn", "bad_name"),
        ("-a.vn", "bad_name"),
        ("a b.vn", "bad_name"),
        ("a.vn\x00.evil.vn", "bad_name"),
        ("a" * 64 + ".vn", "bad_name"),
        ("a.0x7f", "odd_literal"),
        ("a.127", "odd_literal"),
        ("baolangson.vn", None),
        ("www.BaoLangSon.vn.", None),
        ("xn--bo-mia.vn", None),
        ("a_b.bao.vn", None),
        ("127.0.0.1.nip.io", None),
    ],
)
def test_hosts_are_judged_before_any_lookup(host: str, reason: str | None) -> None:
    """Names that lead into the machine or its network, and what is no name, are refused; the rest is looked up."""
    assert refuse_host(host) == reason


def test_only_the_ports_of_the_web() -> None:
    """80, 443, 8080 and 8443; no mail server, no database."""
    assert [port for port in range(70_000) if refuse_endpoint("bao.vn", port) is None] == [
        80,
        443,
        8080,
        8443,
    ]
    assert refuse_endpoint("127.0.0.1", 80) == "loopback"


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://báo.vn/bài viết?a=ê#x", "xn--bo-mia.vn", 443, b"/b%C3%A0i%20vi%E1%BA%BFt?a=%C3%AA"),
        ("HTTP://WWW.Bao.VN.:8080", "www.bao.vn", 8080, b"/"),
        ("https://user:secret@bao.vn:443/a%2Fb?q#f", "bao.vn", 443, b"/a%2Fb?q"),
        ("http://bao.vn\\@evil.example/", "evil.example", 80, b"/"),
        ("  https://bao.vn/a  ", "bao.vn", 443, b"/a"),
    ],
)
def test_one_reading_of_an_address(url: str, host: str, port: int, path: bytes) -> None:
    """Host, port and path come from one reading, without user name and fragment, in ASCII."""
    target = read_target(url)
    assert (target.host, target.port, target.path) == (host, port, path)
    assert "secret" not in target.url
    assert "#" not in target.url


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("ftp://bao.vn/", "refused_scheme"),
        ("bao.vn/a", "refused_scheme"),
        ("", "refused_scheme"),
        ("https:///a", "refused_address"),
        ("https://bao.vn/\r\nX-Injected: 1", "refused_address"),
        ("https://bao.vn:port/", "refused_address"),
        ("https://[::1/", "refused_address"),
        ("https://①②⑦.0.0.1/", "refused_address"),
        ("https://bao.vn/" + "a" * 9000, "refused_address"),
        ("https://\ud800.vn/", "refused_address"),
    ],
)
def test_what_is_no_address_is_refused(url: str, outcome: str) -> None:
    """Whatever cannot be asked over HTTP is a typed refusal, never an exception of a library."""
    with pytest.raises(ExchangeError) as caught:
        read_target(url)
    assert caught.value.outcome == outcome
