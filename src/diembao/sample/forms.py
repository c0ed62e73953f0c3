"""How outlets write: addresses, stated times and the forms of Vietnamese that a program must survive."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

from diembao.sample.dice import Dice
from diembao.sample.places import fold

HANOI = timezone(timedelta(hours=7))
_WORD = re.compile(r"[a-z0-9]+")
#: "hòa" and "hoà" are one word: new and old place of the tone mark in open syllables
_TONES = {
    "òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ",
    "òe": "oè", "óe": "oé", "ỏe": "oẻ", "ọe": "oẹ",
    "ùy": "uỳ", "úy": "uý", "ủy": "uỷ", "ũy": "uỹ", "ụy": "uỵ",
}  # fmt: skip
_TONE = re.compile(rf"(?<![qQ])({'|'.join(_TONES)})(?!\w)", re.IGNORECASE)
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def make_slug(title: str) -> str:
    """The headline as an address says it."""
    return "-".join(_WORD.findall(fold(title).lower())[:11])


def make_address(domain: str, form: str, title: str, number: int, at: datetime) -> str:
    """The article's own address; forms "stamp" and "daypath" carry the true local time or day."""
    local = at.astimezone(HANOI)
    slug = make_slug(title)
    if form == "stamp":
        return f"https://{domain}/{slug}-{local:%Y%m%d%H%M%S}{number % 1000:03d}.htm"
    if form == "daypath":
        return f"https://{domain}/{local:%Y/%m/%d}/{slug}-{number}.html"
    if form == "query":
        return f"https://{domain}/tin-tuc?id={100000 + number}"
    if form == "section":
        return f"https://{domain}/tin/{slug}-post{200000 + number}.html"
    return f"https://{domain}/{slug}-{4300000 + number}.html"


def state_time(form: str, at: datetime) -> str:
    """The publication time as a feed of this form states it, from what its clock shows."""
    local = at.astimezone(HANOI)
    if form == "gmt7":
        return (
            f"{_DAYS[local.weekday()]}, {local.day:02d} {_MONTHS[local.month - 1]} {local.year} "
            f"{local:%H:%M:%S} GMT+7"
        )
    if form == "utc":
        return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
    if form == "day":
        return f"{local:%Y-%m-%d}"
    return local.isoformat()


def old_tones(text: str) -> str:
    """The text with tone marks in the old place: "hòa" -> "hoà"."""

    def swap(match: re.Match[str]) -> str:
        found = match[1]
        moved = _TONES[found.lower()]
        return (
            moved
            if found.islower()
            else "".join(new.upper() if old.isupper() else new for old, new in zip(found, moved, strict=True))
        )

    return _TONE.sub(swap, text)


def break_norm(text: str) -> str:
    """The text in decomposed form, as some systems deliver it."""
    return unicodedata.normalize("NFD", text)


def glue_name(text: str) -> str:
    """No-break spaces in a two-syllable name and after the first word."""
    return text.replace("Lạng Sơn", "Lạng\u00a0Sơn").replace(" ", "\u00a0", 1)


def choose_forms(outlet_id: str, dice: Dice) -> tuple[str, ...]:
    """The ways in which an article of this outlet departs from plain NFC Vietnamese."""
    if outlet_id == "trang-mau-ky-lua":
        return ("nfd",)
    if outlet_id == "dai-mau-na-sam":
        return ("old_tones",)
    roll = dice.roll()
    if outlet_id == "diem-tin-mau" and roll < 0.2:
        return ("ascii_title",)
    if roll < 0.012:
        return ("caps_title",)
    if roll < 0.024:
        return ("nbsp",)
    if roll < 0.03:
        return ("ascii_title",)
    return ()


def apply_forms(forms: tuple[str, ...], title: str, lead: str, text: str) -> tuple[str, str, str]:
    """Headline, lead and text as typed by the outlet."""
    if "nfd" in forms:
        return break_norm(title), break_norm(lead), break_norm(text)
    if "old_tones" in forms:
        return old_tones(title), old_tones(lead), old_tones(text)
    if "ascii_title" in forms:
        return fold(title), lead, text
    if "caps_title" in forms:
        return title.upper(), lead, text
    if "nbsp" in forms:
        return glue_name(title), glue_name(lead), text
    return title, lead, text
