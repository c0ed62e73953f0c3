"""What one outlet's pages need said: a small TOML file of selectors, tried layout by layout.

    [[layout]]
    when = "article.fck_detail"             # the layout is used when this is found (default: the body)
    title = ["h1.title-detail"]             # the first selector that finds text wins
    lead = ["p.description"]
    body = ["article.fck_detail"]
    remove = ["div.box-tinlienquanv2", "p.author_mail"]
    published = ["span.date"]               # read as visible labels
    updated = ["span.updated"]

    [kinds]                                 # a page with such an element is of this kind
    live = ["div.live-blog"]
    video = ["div#video_parent"]
    photo = []

An outlet that changes its templates gets a second layout; old pages are still read by the first. Selectors
are the plain part of CSS: `tag`, `.class`, `#id`, `[name]`, `[name=value]`, `[name^=value]`, `[name*=value]`,
joined by a space (inside) or `>` (directly inside).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, NoReturn, cast, get_args

from diembao.errors import SettingsError
from diembao.types import PageType

MAX_FILE_CHARS = 50_000
MAX_LAYOUTS = 20
MAX_SELECTORS = 30
FIELDS = ("title", "lead", "body", "remove", "published", "updated")
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)
_STEP = re.compile(
    r"(?P<tag>[a-z][a-z0-9-]*|\*)?(?P<rest>(?:[.#][A-Za-z0-9_-]+|\[[a-z][a-z0-9_:-]*(?:[\^*]?=\"?[^\]\"']{1,80}\"?)?\])*)",
    re.ASCII,
)
_PART = re.compile(r"([.#])([A-Za-z0-9_-]+)|\[([a-z][a-z0-9_:-]*)(?:([\^*]?)=\"?([^\]\"']*)\"?)?\]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Layout:
    """One template of an outlet: XPath expressions made of its selectors."""

    when: str
    title: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overrides:
    """All layouts of one outlet, and the elements that tell its kinds of page."""

    layouts: tuple[Layout, ...] = ()
    kinds: tuple[tuple[str, PageType], ...] = ()


def parse_overrides(text: str, *, name: str = "overrides") -> Overrides:
    """The rules of one TOML file; a file that says something unknown raises `SettingsError`."""
    return read_overrides(load_overrides(text, name=name), name=name)


def load_overrides(text: str, *, name: str = "overrides") -> dict[str, Any]:
    """The file as plain data, checked; this is what travels to the worker that reads pages."""
    if len(text) > MAX_FILE_CHARS:
        _refuse(name, f"it is longer than {MAX_FILE_CHARS} characters")
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        _refuse(name, f"it is no TOML: {str(error)[:120]}")
    read_overrides(data, name=name)
    return data


def read_overrides(data: Mapping[str, Any] | None, *, name: str = "overrides") -> Overrides:
    """The rules as typed records; None gives no rules."""
    if not data:
        return Overrides()
    for key in data:
        if key not in ("layout", "kinds"):
            _refuse(name, f"it has an unknown part {str(key)[:40]!r}; known are layout and kinds")
    layouts, kinds = data.get("layout", []), data.get("kinds", {})
    if not isinstance(layouts, list) or not isinstance(kinds, Mapping) or len(layouts) > MAX_LAYOUTS:
        _refuse(name, f"layout must be at most {MAX_LAYOUTS} tables [[layout]], kinds one table [kinds]")
    return Overrides(
        tuple(_read_layout(layout, name) for layout in layouts),
        tuple(
            (path, cast(PageType, kind))
            for kind, selectors in kinds.items()
            for path in _read_selectors(selectors, _known_kind(kind, name), name)
        ),
    )


def _known_kind(kind: str, name: str) -> str:
    if kind not in get_args(PageType):
        _refuse(name, f"there is no kind of page {kind[:40]!r}; known are {', '.join(get_args(PageType))}")
    return kind


def _read_layout(layout: Any, name: str) -> Layout:
    if not isinstance(layout, Mapping):
        _refuse(name, "layout must be a table [[layout]]")
    for key in layout:
        if key not in (*FIELDS, "when"):
            _refuse(name, f"a layout has no {str(key)[:40]!r}; known are when, {', '.join(FIELDS)}")
    fields = {field: _read_selectors(layout.get(field, []), field, name) for field in FIELDS}
    when = layout.get("when")
    if when is None:
        if not fields["body"]:
            _refuse(name, "a layout needs body, or when")
        return Layout(fields["body"][0], **fields)
    return Layout(_read_selectors([when], "when", name)[0], **fields)


def _read_selectors(values: Any, field: str, name: str) -> tuple[str, ...]:
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, list) or len(values) > MAX_SELECTORS:
        _refuse(name, f"{field} must be a list of at most {MAX_SELECTORS} selectors")
    return tuple(_read_selector(value, field, name) for value in values)


def _read_selector(value: Any, field: str, name: str) -> str:
    path = selector_path(value) if isinstance(value, str) and len(value) <= 200 else None
    if path is None:
        _refuse(name, f"{field} has a selector that cannot be read: {str(value)[:80]!r}")
    return path


@lru_cache(maxsize=1024)
def selector_path(selector: str) -> str | None:
    """The XPath of a plain CSS selector; None when it is none."""
    path, axis = "", ".//"
    for word in selector.replace(">", " > ").split():
        if word == ">":
            if not path or axis == "/":
                return None
            axis = "/"
            continue
        step = _STEP.fullmatch(word)
        if step is None:
            return None
        path += (axis if axis == ".//" and not path else "//" if axis != "/" else "/") + (step["tag"] or "*")
        path += "".join(_condition(part) for part in _PART.finditer(step["rest"]))
        axis = ".//"
    return path if path and axis != "/" else None


def _condition(part: re.Match[str]) -> str:
    sign, word, attribute, how, value = part.groups()
    if sign == ".":
        return f"[contains(concat(' ',normalize-space(@class),' '),' {word} ')]"
    if sign == "#":
        return f"[@id='{word}']"
    if value is None:
        return f"[@{attribute}]"
    if how == "^":
        return f"[starts-with(@{attribute},'{value}')]"
    return f"[contains(@{attribute},'{value}')]" if how == "*" else f"[@{attribute}='{value}']"


def _refuse(name: str, reason: str) -> NoReturn:
    raise SettingsError(
        "the page rules {name} cannot be used: {reason}",
        key="extract.overrides",
        next_step="correct the file, or remove it: pages are then read by the general rules",
        name=name[:200],
        reason=reason,
    ) from None


def list_shipped() -> tuple[str, ...]:
    """Domains whose layouts come with the package."""
    folder = resources.files("diembao") / "assets" / "overrides"
    names = (entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in names))


def find_shipped(domain: str) -> dict[str, Any] | None:
    """The shipped rules for a registrable domain as plain data, or None. Reads a file: not for the worker."""
    if _DOMAIN.fullmatch(domain) is None:
        return None
    file = resources.files("diembao") / "assets" / "overrides" / f"{domain}.toml"
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return None
    return load_overrides(text, name=f"{domain}.toml")
