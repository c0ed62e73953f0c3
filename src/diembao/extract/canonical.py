"""The address that a page states as its own, when it can be believed.

Only an address of the same registrable domain that is neither the home page nor a list is taken: a template
that names its home page as canonical would melt all articles of an outlet into one.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from diembao.errors import SourceError
from diembao.extract.head import HeadData
from diembao.text.addresses import MAX_ADDRESS_CHARS, article_key, host_of, registrable_domain

_HOME = re.compile(r"/*(?:(?:index|default|home|trang-chu)(?:\.\w{2,5})?)?/*", re.I)
#: what joining would leave as it is
_FULL = re.compile(r"https?://[\w.-]+(?:/[\w~-]+)*(?:\.\w+)?/?", re.ASCII)
#: an article's last segment carries a number, or a slug of several words
_ARTICLE_LIKE = re.compile(r"\d{4,}|[^/]+-[^/]+-[^/]+-[^/]+")
_LIST_WORDS = re.compile(r"/(?:tag|tags|chu-de|category|chuyen-muc|search|tim-kiem|page|trang)(?:/|$)", re.I)


def choose_canonical(head: HeadData, url: str) -> tuple[str | None, tuple[str, ...]]:
    """The canonical address (absolute, without fragment) or None, and the flags that say why not."""
    stated = [href for rel, href in head.links if "canonical" in rel.split() and href]
    if not stated and head.meta("og:url"):
        stated = [head.meta("og:url")]
    if not stated:
        return None, ()
    try:
        targets = [_join(url, href) for href in stated[:5]]
        keys = {article_key(target) for target in targets}
        page_key, page_domain = article_key(url), _domain(url)
    except (SourceError, ValueError):
        return None, ("canonical_bad",)
    if len(keys) > 1:
        return None, ("canonical_many",)
    target = targets[0][:MAX_ADDRESS_CHARS]
    if page_key in keys:
        return target, ()
    reason = _why_not(target, url, page_domain)
    return (None, (reason,)) if reason else (target, ())


def _join(url: str, href: str) -> str:
    """The stated address in full, without fragment."""
    return href if _FULL.fullmatch(href) else urljoin(url, href).partition("#")[0]


def _domain(url: str) -> str:
    host = host_of(url)
    return registrable_domain(host) or host


def _why_not(target: str, url: str, page_domain: str) -> str:
    if _domain(target) != page_domain:
        return "canonical_other_domain"
    path = urlsplit(target).path
    if _HOME.fullmatch(path) and not urlsplit(target).query:
        return "canonical_home"
    page_path = urlsplit(url).path
    is_section = page_path.startswith(path.rstrip("/") + "/") and not _ARTICLE_LIKE.search(_last(path))
    if is_section or _LIST_WORDS.search(path):
        return "canonical_list"
    if _ARTICLE_LIKE.search(_last(page_path)) and not _ARTICLE_LIKE.search(_last(path)):
        return "canonical_list"
    return ""


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]
