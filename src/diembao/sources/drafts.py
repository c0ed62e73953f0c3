"""An entry of a feed before it is judged, and what makes an address usable."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urljoin

from diembao.errors import SourceError
from diembao.text.addresses import MAX_ADDRESS_CHARS, host_of

MAX_TITLE_CHARS = 1000
MAX_SUMMARY_CHARS = 20_000
MAX_ID_CHARS = 2000
#: markup is cut here before it is read, so that one entry cannot cost the time of a thousand
MAX_MARKUP_CHARS = 400_000


class Draft(NamedTuple):
    """An entry before it is judged: texts without markup, addresses and times as written."""

    id: str
    link: str
    title: str
    summary: str
    published: str
    updated: str
    flags: tuple[str, ...] = ()
    #: what the library made of the two times, for forms that only it reads
    published_else: tuple[int, ...] | None = None
    updated_else: tuple[int, ...] | None = None


def absolute_address(link: str, base: str) -> tuple[str, str]:
    """The full address and no reason, or nothing and the reason why it cannot be used."""
    # as browsers do: line breaks within an address are dropped, spaces are written out
    link = re.sub(r"[\t\r\n]+", "", link[: MAX_ADDRESS_CHARS + 1].strip()).replace(" ", "%20")
    if not link or link.startswith("#"):
        return "", "no_link"
    try:
        # joined with a base, `https://` alone would lead to the feed itself
        address = link if re.match("https?:", link, re.I) else urljoin(base, link)
        host_of(address)
    except SourceError as error:
        return "", "not_http" if error.key == "sources.address_scheme" else "bad_link"
    except ValueError:
        return "", "bad_link"
    return address, ""


def refuse_feed(url: str, *, is_html: bool) -> SourceError:
    """The error for a body that is no feed."""
    if is_html:
        return SourceError(
            "no feed at {url}: it is an HTML page",
            key="sources.feed_is_html",
            next_step="run diembao outlet discover {url} to find the feeds of the site",
            url=url,
        )
    return SourceError(
        "no feed at {url}: it is neither RSS, Atom nor JSON Feed",
        key="sources.not_a_feed",
        next_step="run diembao outlet discover {url} to find the feeds of the site",
        url=url,
    )
