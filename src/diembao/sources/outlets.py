"""Outlets in a user's words, checked: own domains only, a known class, feeds that belong to the outlet."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from diembao.errors import OutletError, SourceError
from diembao.sources.hosts import check_host, refused_host
from diembao.text.addresses import belongs_to, host_of, normal_host, registrable_domain
from diembao.text.normal import folded_key
from diembao.types import OUTLET_CLASSES, UNCLASSED, Feed, Outlet, OutletStatus

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
MAX_NAME_CHARS = 120


def make_outlet(
    *,
    outlet_id: str,
    name: str,
    domains: Iterable[str],
    outlet_class: str = UNCLASSED,
    place: str | None = None,
    timezone: str = "Asia/Ho_Chi_Minh",
    language: str = "vi",
    feeds: Iterable[tuple[str, str]] = (),
    sitemaps: Iterable[str] = (),
    custom_classes: Mapping[str, str] | None = None,
    feed_hosts: Iterable[str] = (),
    status: OutletStatus = "unverified",
    note: str = "",
) -> Outlet:
    """The outlet with these properties, or an `OutletError` that names what cannot be.

    `feeds` are pairs of name and address; `custom_classes` are further classes with their definitions;
    `feed_hosts` are hosts other than the outlet's that may serve its feeds, stated one by one.
    """
    if _SLUG.fullmatch(outlet_id) is None:
        raise _fail(
            "id", "{value} is no outlet id", "use a-z, 0-9 and -, for example bao-lang-son", value=outlet_id
        )
    shown = " ".join(name.split())
    if not shown or len(shown) > MAX_NAME_CHARS:
        raise _fail(
            "name",
            "outlet {outlet} needs a name of 1 to {limit} characters",
            "write the name as the outlet writes it",
            outlet=outlet_id,
            limit=MAX_NAME_CHARS,
        )
    own = _check_domains(outlet_id, domains)
    served = (*own, *(_check_domain(host) for host in feed_hosts))
    _check_class(outlet_class, custom_classes or {})
    _check_zone(timezone)
    if _LANGUAGE.fullmatch(language) is None:
        raise _fail("language", "{value} is no language code", "write for example vi or en", value=language)
    return Outlet(
        outlet_id=outlet_id,
        name=shown,
        domains=own,
        outlet_class=outlet_class,
        place=place or None,
        timezone=timezone,
        language=language,
        feeds=_make_feeds(outlet_id, feeds, served),
        sitemaps=tuple(_check_address(url, served) for url in sitemaps),
        status=status,
        note=note,
    )


def slug_of(words: str) -> str:
    """An id made of words or a domain: `vnexpress-net`, `bao-lang-son`; "" when no letter is left."""
    return re.sub(r"[^a-z0-9]+", "-", folded_key(words)).strip("-")[:64].strip("-")


class OutletIndex:
    """Finds the registered outlet of a host; the most specific domain wins."""

    def __init__(self, outlets: Iterable[Outlet]) -> None:
        self._by_domain: dict[str, Outlet] = {}
        self._known: dict[str, Outlet | None] = {}
        for outlet in outlets:
            for domain in outlet.domains:
                other = self._by_domain.setdefault(domain, outlet)
                if other.outlet_id != outlet.outlet_id:
                    raise _fail(
                        "domain_twice",
                        "{domain} belongs to two outlets, {first} and {second}",
                        "give the domain to one of them",
                        domain=domain,
                        first=other.outlet_id,
                        second=outlet.outlet_id,
                    )

    def resolve(self, host: str) -> Outlet | None:
        """The outlet to which a host (as `host_of` gives it) belongs, or None; refused hosts have none."""
        if host not in self._known:
            if len(self._known) > 100_000:  # hosts come from strangers
                self._known.clear()
            self._known[host] = self._find(host)
        return self._known[host]

    def _find(self, host: str) -> Outlet | None:
        if refused_host(host) is not None:
            return None
        name = host
        while name:
            if name in self._by_domain:
                return self._by_domain[name]
            name = name.partition(".")[2]
        return None


def resolve_outlet(host: str, outlets: Iterable[Outlet]) -> Outlet | None:
    """The registered outlet to which a host belongs; for many hosts make an `OutletIndex` once."""
    return OutletIndex(outlets).resolve(host)


# ------------------------------------------------------------------ checks


def _check_domains(outlet_id: str, domains: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(_check_domain(domain) for domain in domains))
    if not found:
        raise _fail("no_domain", "outlet {outlet} has no domain", "add its domain, for example baolangson.vn",
                    outlet=outlet_id)  # fmt: skip
    return found


def _check_domain(domain: str) -> str:
    """The domain in the form keys use; refused hosts, numbers and public suffixes raise."""
    given = domain.strip()
    try:
        host = host_of(given) if "//" in given else normal_host(given.rstrip("/"))
    except SourceError:
        host = None
    if host is None:
        raise _fail(
            "domain", "{value} is no domain", "write it without path, for example baolangson.vn", value=given
        )
    if ":" in host or host.replace(".", "").isdecimal():
        raise _fail(
            "domain_number", "{value} is a number, not a domain", "write the outlet's domain", value=given
        )
    check_host(host)
    if registrable_domain(host) is None:
        raise _fail(
            "domain_suffix",
            "{value} is not the domain of one owner",
            "write the outlet's own domain",
            value=given,
        )
    return host


def _check_class(outlet_class: str, custom: Mapping[str, str]) -> None:
    known = (*OUTLET_CLASSES, UNCLASSED, *custom)
    if outlet_class not in known:
        nearest = difflib.get_close_matches(outlet_class, known, n=1, cutoff=0.0)
        raise _fail(
            "class",
            "there is no outlet class {value}; the nearest is {nearest}",
            "use one of {known}, or define a class of your own",
            value=outlet_class,
            nearest=nearest[0] if nearest else known[0],
            known=", ".join(known),
        )
    if outlet_class in custom and not custom[outlet_class].strip():
        raise _fail("class_undefined", "outlet class {value} has no definition",
                    "say which outlets belong there, and why", value=outlet_class)  # fmt: skip


def _check_zone(timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (ValueError, OSError, LookupError) as error:
        raise _fail(
            "zone",
            "there is no time zone {value}",
            "name a zone of the tz database, for example Asia/Ho_Chi_Minh",
            value=timezone,
        ) from error


def _make_feeds(
    outlet_id: str, feeds: Iterable[tuple[str, str]], served: tuple[str, ...]
) -> tuple[Feed, ...]:
    found: dict[str, Feed] = {}
    ids: set[str] = set()
    for name, url in feeds:
        address = _check_address(url, served)
        if address in found:
            continue
        base = slug_of(name) or slug_of(address.rpartition("//")[2].partition("/")[2]) or "feed"
        slug, count = base, 1
        while slug in ids:
            count += 1
            slug = f"{base}-{count}"
        ids.add(slug)
        found[address] = Feed(
            f"{outlet_id}/{slug}", outlet_id, address, " ".join(name.split())[:MAX_NAME_CHARS]
        )
    return tuple(found.values())


def _check_address(url: str, served: tuple[str, ...]) -> str:
    address = url.strip()
    host = host_of(address)
    check_host(host)
    if not belongs_to(host, served):
        raise _fail(
            "feed_host",
            "{value} is not on a domain of the outlet ({domains})",
            "correct the address, or state its host as a feed host of the outlet",
            value=address[:200],
            domains=", ".join(served),
        )
    return address


def _fail(reason: str, message: str, next_step: str, **values: object) -> OutletError:
    shown = {name: repr(value[:200]) if name == "value" and isinstance(value, str) else value
             for name, value in values.items()}  # fmt: skip
    return OutletError(message, key=f"sources.outlet_{reason}", next_step=next_step, **shown)
