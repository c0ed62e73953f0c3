"""Small pieces of markup and the ways of writing a moment that the sites of the live press share."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from html.entities import codepoint2name
from typing import Any

from diembao.sample.forms import HANOI

SAMPLE_VI = (
    "Báo chí mẫu: mọi cơ quan báo chí, bài và con số ở đây đều do phần mềm Diembao đặt ra, không có thật."
)
SAMPLE_EN = "Sample press: every outlet, article and figure here is made up by the software Diembao."
SAMPLE = f"{SAMPLE_VI} {SAMPLE_EN}"
_DAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")


def escape(text: str) -> str:
    """Text as it may stand in an element or a quoted attribute."""
    return html.escape(text, quote=True)


def tag(name: str, inner: str = "", **attributes: str) -> str:
    """An element; `class_` and other names with `_` are written as HTML has them; empty values are left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value
    )
    return f"<{name}{written}>{inner}</{name}>"


def link(address: str, text: str, class_: str = "") -> str:
    """A link."""
    return tag("a", escape(text), class_=class_, href=address, title=text)


def meta(name: str, content: str, kind: str = "name") -> str:
    """A `meta` element."""
    return f'<meta {kind}="{escape(name)}" content="{escape(content)}">'


def json_ld(value: Mapping[str, Any]) -> str:
    """A block of linked data, in ASCII, so that no charset can hurt it."""
    body = json.dumps({"@context": "https://schema.org", **value}).replace("<", "\\u003c")
    return f'<script type="application/ld+json">{body}</script>'


def wrap_all(name: str, items: Iterable[str], class_: str = "") -> str:
    """A list of elements of one kind."""
    return "".join(tag(name, item, class_=class_) for item in items)


def as_entities(document: str, kind: str) -> str:
    """The document in ASCII, every other letter as an entity."""

    def write(letter: str) -> str:
        code = ord(letter)
        if code < 128:
            return letter
        if kind == "hex":
            return f"&#x{code:X};"
        if kind == "named" and code in codepoint2name:
            return f"&{codepoint2name[code]};"
        return f"&#{code};"

    return "".join(map(write, document))


# ------------------------------------------------------------------ moments


def iso_time(at: datetime, form: str = "iso") -> str:
    """ISO 8601 in Hanoi time; form "utc" ends in Z, "day" has no time."""
    if form == "utc":
        return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
    local = at.astimezone(HANOI)
    return f"{local:%Y-%m-%d}" if form == "day" else local.isoformat(timespec="seconds")


def mail_time(at: datetime) -> str:
    """As RSS writes it, in Hanoi time."""
    return format_datetime(at.astimezone(HANOI).replace(microsecond=0))


def http_time(at: datetime) -> str:
    """As headers write it."""
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)


def label_time(at: datetime, form: str, language: str, *, is_day: bool = False) -> str:
    """A moment as readers see it above an article."""
    local = at.astimezone(HANOI)
    if language == "en":
        return f"{local:%d} {local:%b} {local:%Y}, {local:%H:%M} (GMT+7)"
    day = f"{local.day:02d}/{local.month:02d}/{local.year}"
    if is_day:
        return f"Ngày {day}"
    clock = f"{local:%H:%M}"
    if form == "weekday":
        return f"{_DAYS[local.weekday()]}, {local.day}/{local.month}/{local.year}, {clock} (GMT+7)"
    if form == "dash":
        return f"{_DAYS[local.weekday()]}, {day} - {clock}"
    if form == "bar":
        return f"{clock} | {day}"
    return f"{day} {clock} GMT+7" if form == "plain" else f"{clock}, {day}"
