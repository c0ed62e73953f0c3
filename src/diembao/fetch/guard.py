"""Where a connection may go: public addresses only, judged at the moment of connecting, on every hop.

A name is looked up once, every address it leads to is judged, and the connection is made to exactly one of
those (never to the name again), so that an answer that changes between check and use has nothing to win.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

PORTS = frozenset({80, 443, 8080, 8443})

#: addresses at which clouds answer with secrets, named first so that the reason is told exactly
_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in ("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
)
_REFUSED_V4 = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link_local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "reserved"),
        ("192.52.193.0/24", "reserved"),
        ("192.88.99.0/24", "6to4"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "reserved"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_REFUSED_V6 = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "nat64"),
        ("100::/64", "discard"),
        ("2001::/32", "teredo"),
        ("2001:2::/48", "benchmarking"),
        ("2001:db8::/32", "documentation"),
        ("2001::/23", "reserved"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link_local"),
        ("fec0::/10", "site_local"),
        ("ff00::/8", "multicast"),
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
#: interface ids of ISATAP: `0000:5efe` or `0200:5efe`, then an IPv4 address
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})

_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
_QUAD = re.compile(r"(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}", re.ASCII)
_NAME = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    re.ASCII,
)
#: names that no public resolver answers for, or that lead into the machine or its network
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa", "onion")


@lru_cache(maxsize=4096)
def refuse_address(address: str) -> str | None:
    """Why no connection may be made to this address, in one word, or None when it is a public one.

    Only plain spellings are read; every other one (octal, hexadecimal, short, with brackets, a zone or a final
    dot) is refused as odd, because readers of addresses disagree about what it means.
    """
    if "%" in address:
        return "zone"
    if "[" in address or address.endswith("."):
        return "odd_literal"
    if ":" not in address and not _QUAD.fullmatch(address):
        return "odd_literal"
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "odd_literal"
    return _refuse_v4(parsed) if isinstance(parsed, IPv4Address) else _refuse_v6(parsed)


def refuse_host(host: str) -> str | None:
    """Why a host of an address (a name or a literal, without brackets and port) is refused before any lookup."""
    if ":" in host or "%" in host or "[" in host:
        return refuse_address(host)
    labels = host.lower().removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return refuse_address(host)
    name = ".".join(labels)
    if any(name == local or name.endswith("." + local) for local in _LOCAL_NAMES):
        return "local_name"
    return None if _NAME.fullmatch(name) else "bad_name"


def refuse_endpoint(host: str, port: int) -> str | None:
    """Why a host and port are refused before any lookup, or None."""
    return refuse_host(host) or (None if port in PORTS else "port")


def _refuse_v4(address: IPv4Address) -> str | None:
    if address in _METADATA:
        return "metadata"
    for network, reason in _REFUSED_V4:
        if address in network:
            return reason
    return None if address.is_global else "not_public"


def _refuse_v6(address: IPv6Address) -> str | None:
    if address in _METADATA:
        return "metadata"
    if address.ipv4_mapped is not None:
        return _refuse_v4(address.ipv4_mapped)
    if address in _NAT64:  # networks without IPv4 reach every IPv4 host through it: judge that host
        return _refuse_v4(IPv4Address(int(address) & 0xFFFFFFFF))
    for network, reason in _REFUSED_V6:
        if address in network:
            return reason
    if address not in _UNICAST_V6:  # also `::a.b.c.d` and `::ffff:0:a.b.c.d`, which hide an IPv4 address
        return "reserved"
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return "isatap"
    return None if address.is_global else "not_public"
