"""The identity of a web address: which spellings lead to the same article, and to which domain it belongs.

A key is written as an address, `https://<host>[:port]<path>[?<parameters>]`, and is its own key. The rules:

scheme      http and https are one; anything else is refused
host        lower case, punycode, without user name, final dot and default ports; the leading labels www, m,
            mobile and amp are left out as long as a registrable domain remains; other sub-domains stay
path        percent-encoding in one form; `.`, `..`, doubled slashes and the final slash are resolved;
            session ids and AMP forms are left out; letter case stays
number      on listed sites (sites.py) the slug before an article number is left out
parameters  those that only track a reader or name a session are left out, the rest is sorted; values stay
fragment    left out
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from datetime import UTC
from functools import lru_cache
from typing import NoReturn, cast
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from diembao.errors import SourceError
from diembao.text.sites import read_path_time, shorten_path
from diembao.text.suffixes import is_public_suffix, public_suffix
from diembao.types import Moment, Precision

MAX_ADDRESS_CHARS = 8192
LEADING_LABELS = frozenset({"www", "m", "mobile", "amp"})

#: parameters that follow the reader and never choose the content
_TRACKING_NAMES = """
    fbclid fb_action_ids fb_action_types fb_source fb_ref fbc_id mibextid sfnsn extid rdid
    gclid gclsrc dclid gbraid wbraid _ga _gl _gac gad_source gad_campaignid srsltid
    msclkid yclid ysclid _openstat twclid ttclid li_fat_id igshid igsh epik
    mc_cid mc_eid mkt_tok vero_id vero_conv _hsenc _hsmi __hssc __hstc __hsfp hsctatracking
    oly_enc_id oly_anon_id wickedid _branch_match_id _branch_referrer ref_src ref_url cmpid s_cid xtor
    at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4 at_format at_link_id at_link_type
    at_ptr_name
    itm_source itm_medium itm_campaign itm_content itm_term
    pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content pk_cid
    zarsrc gidzl vn_source vn_medium vn_campaign vn_term vn_content vn_aid
    dt_source dt_medium dt_campaign dt_content
    amp_js_v amp_gsa amp_latest_update_time usqp
"""
TRACKING = frozenset(_TRACKING_NAMES.split())
TRACKING_PREFIXES = ("utm_", "zalo", "mtm_", "hsa_", "aspsessionid")
SESSION = frozenset({"jsessionid", "phpsessid", "cfid", "cftoken"})
#: names that are a session only when the value looks like a token; `?sid=123` may be a story's number
_MAYBE_SESSION = frozenset({"sid", "session", "sessionid", "session_id", "sessid"})
_TOKEN = re.compile(r"(?=[^a-zA-Z]*[a-zA-Z])(?=\D*\d)[0-9a-zA-Z_-]{20,}", re.ASCII)
#: `ref` names a referrer only with these values; otherwise it may select content
_REFERRER_WORDS = """
    facebook fb zalo twitter x google rss feed newsletter email share social telegram messenger linkedin home
    homepage
"""
_REFERRERS = frozenset(_REFERRER_WORDS.split())
_AMP_SWITCHES = frozenset({"amp", "_amp", "isamp"})
_AMP_FORMATS = frozenset({"outputtype", "output"})
_YES = frozenset({"", "1", "true", "yes", "on", "amp"})

_SIMPLE = re.compile(r"https?://([a-z0-9.-]+)(/[A-Za-z0-9_~./-]*)", re.ASCII)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*",
    re.ASCII,
)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|([^A-Za-z0-9._~!$&'()*+,;=:@/?-])", re.ASCII | re.DOTALL)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_ASP_SESSION = re.compile(r"/\([SAF]\([0-9a-z]{20,32}\)\)(?=/|$)", re.ASCII | re.IGNORECASE)
#: feeds escape & twice: `?id=1&amp;utm_source=rss`
_ESCAPED_TWICE = re.compile(r"^(?:amp;)+")
_AMP_ENDING = re.compile(r"\.amp(\.html?)?$")


def article_key(url: str) -> str:
    """The identity of an article's address, written as an address; a bad address raises `SourceError`."""
    simple = _SIMPLE.fullmatch(url) if isinstance(url, str) and len(url) <= MAX_ADDRESS_CHARS else None
    if simple is not None:
        path = simple[2]
        if not ("//" in path or "/." in path or "amp" in path or path[-1] == "/"):
            host = _known_host(simple[1]) or _fail("no_host", url)
            return "https://" + host + shorten_path(host, path)
    host, port, path, query = _split(url)
    path = shorten_path(host, _clean_path(path))
    kept = _keep_parameters(query)
    shown = f"[{host}]" if ":" in host else host
    return f"https://{shown}{port}{path}" + (f"?{kept}" if kept else "")


def host_of(url: str) -> str:
    """The host of an address as keys write it: lower case, without www, m, mobile, amp and port."""
    simple = _SIMPLE.match(url) if isinstance(url, str) and len(url) <= MAX_ADDRESS_CHARS else None
    if simple is not None and (len(url) == simple.end() or url[simple.end()] in "?#%;,"):
        return _known_host(simple[1]) or _fail("no_host", url)
    return _split(url)[0]


def normal_host(host: str) -> str | None:
    """A bare host in the form keys use, or None when it is none (`normal_host("WWW.Báo.vn.")`)."""
    return _known_host(host)


def registrable_domain(host: str) -> str | None:
    """The domain its owner registered (`baolangson.vn` of `en.baolangson.vn`); None for a suffix or an IP."""
    suffix = public_suffix(host)
    if host == suffix or ":" in host or host.replace(".", "").isdecimal():
        return None
    return host[: -len(suffix) - 1].rpartition(".")[2] + "." + suffix


def belongs_to(host: str, domains: Iterable[str]) -> bool:
    """Whether the host is one of the domains or a sub-domain of one."""
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def address_time(url: str, timezone: str = "Asia/Ho_Chi_Minh") -> Moment | None:
    """The time that a listed form of address states, in the outlet's zone; None when it states none."""
    simple = _SIMPLE.fullmatch(url) if isinstance(url, str) and len(url) <= MAX_ADDRESS_CHARS else None
    try:
        if simple is not None:
            host, path = _known_host(simple[1]) or "", simple[2]
        else:
            host, _, path, _ = _split(url)
            path = _clean_path(path)
    except SourceError:
        return None
    found = read_path_time(host, path)
    if found is None:
        return None
    wall, precision = found
    at = wall.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    return Moment(at, cast(Precision, precision), "address", path.rpartition("/")[2][-64:])


# ------------------------------------------------------------------ parts


def _split(url: str) -> tuple[str, str, str, str]:
    """Host, port (":8080" or ""), path and query of an address."""
    text = re.sub(r"[\t\r\n]", "", url).strip(" \x00\ufeff\u200b\xa0") if isinstance(url, str) else ""
    if not text:
        _fail("empty", str(url))
    if len(text) > MAX_ADDRESS_CHARS:
        _fail("too_long", text)
    parts = _SCHEME.fullmatch(text)
    if parts is None:
        _fail("relative", text)
    if parts[1].lower() not in ("http", "https"):
        _fail("scheme", text)
    rest, _, _ = parts[2].partition("#")
    rest, _, query = rest.partition("?")
    rest = rest.replace("\\", "/")  # as browsers do: evil.example\@outlet.vn leads to evil.example
    if not rest.startswith("//"):
        _fail("no_host", text)
    authority, slash, path = rest[2:].partition("/")
    name, port = _split_port(authority.rpartition("@")[2], text)
    host = _known_host(unquote(name, errors="replace") if "%" in name and name.isascii() else name)
    if host is None:
        _fail("no_host", text)
    return host, port, slash + path, query


def _split_port(authority: str, url: str) -> tuple[str, str]:
    if authority.startswith("["):
        name, bracket, port = authority[1:].partition("]")
        if not bracket or (port and not port.startswith(":")) or ":" not in name:
            _fail("no_host", url)
        port = port[1:]
    else:
        name, _, port = authority.partition(":")
    if not port:
        return name, ""
    if not (port.isascii() and port.isdecimal() and len(port) <= 8 and 0 < int(port) < 65536):
        _fail("port", url)
    # both default ports are dropped under either scheme, because the schemes are one
    return name, "" if int(port) in (80, 443) else f":{int(port)}"


@lru_cache(maxsize=8192)
def _known_host(name: str) -> str | None:
    """The host in the form keys use, or None when it cannot be one."""
    name = name.removesuffix(".")
    if len(name) > 1000:
        return None
    if ":" in name or name.replace(".", "").isdecimal():
        try:
            return str(ipaddress.ip_address(name))
        except ValueError:
            return None
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    name = name.lower()
    if _HOST.fullmatch(name) is None or name.rpartition(".")[2].isdecimal():
        return None
    first, _, rest = name.partition(".")
    while first in LEADING_LABELS and rest and not is_public_suffix(rest):
        name = rest
        first, _, rest = name.partition(".")
    return name


def _normal_escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return "".join(f"%{byte:02X}" for byte in found[2].encode("utf-8", "replace"))
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else "%" + found[1].upper()


def _clean_path(path: str) -> str:
    """The path without what does not choose the content; repeated, as one rule makes room for another."""
    path = _ESCAPE.sub(_normal_escape, path)
    before = None
    while path != before:
        before = path
        path = _ASP_SESSION.sub("", _PATH_SESSION.sub("", path))
        kept: list[str] = []
        for segment in path.split("/"):
            if segment == "..":
                del kept[-1:]
            elif segment not in ("", ".", "amp"):
                kept.append(segment)
        if kept:
            kept[-1] = "" if kept[-1] == "amp.html" else _AMP_ENDING.sub(r"\1", kept[-1])
        path = "/" + "/".join(kept)
    return path


def _keep_parameters(query: str) -> str:
    kept = set()
    for piece in query.split("&"):
        piece = _ESCAPED_TWICE.sub("", piece).replace("+", "%20")  # noqa: PLW2901
        name, _, value = piece.partition("=")
        name = _ESCAPE.sub(_normal_escape, name)
        value = _ESCAPE.sub(_normal_escape, value)
        if name and not _is_dropped(name.lower(), value):
            kept.add(f"{name}={value}" if value else name)
    return "&".join(sorted(kept))


def _is_dropped(name: str, value: str) -> bool:
    if name in TRACKING or name in SESSION or name.startswith(TRACKING_PREFIXES):
        return True
    if name in _AMP_SWITCHES:
        return value.lower() in _YES
    if name in _AMP_FORMATS:
        return value.lower() == "amp"
    if name in _MAYBE_SESSION:
        return _TOKEN.fullmatch(value) is not None
    return name == "ref" and value.lower() in _REFERRERS


_REASONS = {
    "empty": "the address is empty",
    "too_long": "the address {url} is longer than {limit} characters",
    "relative": "{url} is not a full web address",
    "scheme": "{url} is not a web address: it does not begin with http:// or https://",
    "no_host": "the address {url} names no host",
    "port": "the address {url} has a port that cannot be",
}


def _fail(reason: str, url: str) -> NoReturn:
    shown = repr(url if len(url) <= 120 else url[:120] + "…")
    raise SourceError(
        _REASONS[reason],
        key=f"sources.address_{reason}",
        next_step="give the full address of the article, beginning with https://",
        url=shown,
        limit=MAX_ADDRESS_CHARS,
    ) from None
