"""A folder of saved pages: which files are pages, and from which address each was saved."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from diembao.errors import SandboxRefusedError, SourceError
from diembao.sandbox.prescan import prescan_markup
from diembao.sources.decoding import decode_body
from diembao.sources.drafts import absolute_address
from diembao.sources.xmltext import shorten_tags
from diembao.text.addresses import host_of
from diembao.text.suffixes import is_public_suffix

MAX_FILE_BYTES = 20 * 2**20
MAX_FILES = 1_000_000
MAX_DEPTH = 64
_ENDINGS = frozenset((".html", ".htm", ".xhtml", ".shtml", ".mhtml", ".mht"))
#: what belongs to saved pages and is none: passed over without being counted
_PART_NAMES = """
    css js mjs map json xml rss txt png jpg jpeg gif svg webp avif ico bmp tif tiff woff woff2 ttf otf eot
    mp3 mp4 m4a m4v webm ogg wav pdf doc docx xls xlsx zip gz swf
"""
_PARTS = frozenset("." + name for name in _PART_NAMES.split())
_LOOKS_LIKE_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b|<!--\s*saved from url", re.I)
_ARCHIVES = frozenset((".mhtml", ".mht"))
#: browsers and SingleFile write where a page came from at its beginning
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A file of the folder. `path` is relative to it, with `/`; `reason` says why it cannot be read.

    Reasons: `too_large`, `empty`, `link` (leads out of the folder), `special` (a device or pipe),
    `unreadable`, `archive` (MHTML, which packs many files into one), `not_html`. `saved_at` is the file's own time.
    """

    path: str
    size: int
    saved_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SavedOrigin:
    """Where a saved page came from; `url` is empty when nothing says so. `source` is where it was said."""

    url: str
    saved_at: datetime | None = None
    source: str = ""


# ------------------------------------------------------------------ the folder


def list_saved_pages(folder: Path, *, max_files: int = MAX_FILES) -> Iterator[SavedPage]:
    """The pages of a folder and its sub-folders, sorted by path; what cannot be read says why.

    Links are not followed. Pictures, styles, scripts and the like are passed over. A file with another ending
    (`tin-post123.tpo`, or none at all) is a page when it begins as one, else `not_html`.
    """
    if not folder.is_dir():
        raise SourceError(
            "there is no folder {folder}",
            key="sources.no_folder",
            next_step="give the folder that holds the saved pages",
            folder=str(folder),
        )
    for count, page in enumerate(_walk(folder, PurePosixPath(), 0)):
        if count >= max_files:
            raise SourceError(
                "{folder} holds more than {limit} pages",
                key="sources.too_many_pages",
                next_step="split the folder and import the parts one after the other",
                folder=str(folder),
                limit=max_files,
            )
        yield page


def read_saved_page(folder: Path, page: SavedPage) -> bytes:
    """The bytes of a page that `list_saved_pages` named.

    Raises OSError if it is gone, or has become a link, a pipe or a file over the limit since it was listed.
    """
    body = _read_start(folder / page.path, MAX_FILE_BYTES + 1)
    if len(body) > MAX_FILE_BYTES:
        raise OSError(errno.EFBIG, "it grew over the limit")
    return body


def _read_start(path: Path, size: int) -> bytes:
    """The beginning of a regular file; never waits for a pipe or device, and follows no link."""
    flags = sum(getattr(os, name, 0) for name in ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        return file.read(size)


def _walk(folder: Path, inside: PurePosixPath, depth: int) -> Iterator[SavedPage]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        yield SavedPage(str(inside), 0, datetime.fromtimestamp(0, UTC), "unreadable")
        return
    for entry in entries:
        path = inside / entry.name
        if entry.is_dir(follow_symlinks=False):
            if depth < MAX_DEPTH:
                yield from _walk(Path(entry.path), path, depth + 1)
            else:
                yield SavedPage(str(path), 0, datetime.fromtimestamp(0, UTC), "unreadable")
        elif PurePosixPath(entry.name.lower()).suffix not in _PARTS and not entry.name.startswith("."):
            yield _judge_file(entry, str(path))


def _judge_file(entry: os.DirEntry[str], path: str) -> SavedPage:
    try:
        state = entry.stat(follow_symlinks=False)
    except OSError:
        return SavedPage(path, 0, datetime.fromtimestamp(0, UTC), "unreadable")
    reason = ""
    if stat.S_ISLNK(state.st_mode):
        reason = "link"
    elif not stat.S_ISREG(state.st_mode):
        reason = "special"
    elif PurePosixPath(path.lower()).suffix in _ARCHIVES:
        reason = "archive"
    elif state.st_size > MAX_FILE_BYTES:
        reason = "too_large"
    elif state.st_size == 0:
        reason = "empty"
    else:
        reason = _sniff_file(Path(entry.path))
    return SavedPage(path, state.st_size, _file_time(state.st_mtime), reason)


def _sniff_file(path: Path) -> str:
    """Why a regular file cannot be read as a page, or nothing."""
    try:
        head = _read_start(path, 4096)
    except OSError:
        return "unreadable"
    if path.suffix.lower() in _ENDINGS or _LOOKS_LIKE_PAGE.search(head.replace(b"\0", b"")):
        return ""
    return "not_html"


def _file_time(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


# ------------------------------------------------------------------ where a page came from

#: Internet Explorer and Chrome: <!-- saved from url=(0042)https://... -->
_SAVED_FROM = re.compile(r"<!--\s{0,20}saved from url=\(\d{1,6}\)\s{0,20}(\S{1,8192}?)\s{0,20}-->", re.I)
#: SingleFile: a comment with `url: ...` and `saved date: Mon Nov 24 2025 10:00:00 GMT+0700 (...)`
_SINGLE_FILE = re.compile(r"<!--\s{0,20}Page saved with SingleFile\b(.{0,20000}?)-->", re.I | re.DOTALL)
_SINGLE_URL = re.compile(r"^[ \t]*url:[ \t]*(\S{1,8192})[ \t\r]*$", re.I | re.MULTILINE)
_SINGLE_DATE = re.compile(
    r"^[ \t]*saved date:[ \t]*\w{3} (\w{3} \d{2} \d{4} \d{2}:\d{2}:\d{2}) GMT([+-]\d{4})", re.I | re.MULTILINE
)
#: HTTrack: <!-- Mirrored from baolangson.vn/a.html by HTTrack Website Copier/3.x, Mon, 24 Nov 2025 03:00:00 GMT -->
_HTTRACK = re.compile(
    r"<!--\s{0,20}Mirrored from (\S{1,8192}) by HTTrack[^,>]{0,200},\s*([^>]{0,60}?)\s*-->", re.I
)
_HOST_NAME = re.compile(
    r"(?!.*\.(?:html?|php|aspx|files)$)(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?:[:+]\d{1,5})?", re.I
)


def find_saved_url(
    body: bytes, *, path: str = "", domains: tuple[str, ...] | list[str] = (), content_type: str | None = None
) -> SavedOrigin:
    """The address from which a page was saved: what the saving program wrote, else what the page says.

    In this order: the comment of the program (Chrome, Internet Explorer, SingleFile, HTTrack), the canonical
    address, `og:url`, a `<base>` that names a page, the folders of the file from the first that is a host name
    on (as wget writes them); what leads to a front page only comes last.
    With `domains`, what names a host of none of them is passed over.
    """
    text = decode_body(body, content_type).text
    noted = _find_note(text[:_HEAD])
    from_path = _read_path(path)
    stated = [*_find_stated(text), *([from_path] if from_path else ())]
    stated.sort(key=_names_no_page)  # stable: a careless canonical that leads to the front page comes last
    for origin in [*([noted] if noted else ()), *stated]:
        address, reason = absolute_address(origin.url, "")
        if not reason and _belongs(address, domains):
            saved_at = noted.saved_at if noted else None
            return SavedOrigin(address.partition("#")[0], saved_at, origin.source)
    return SavedOrigin("", noted.saved_at if noted else None)


def _names_no_page(origin: SavedOrigin) -> bool:
    try:
        parts = urlsplit(origin.url)
    except ValueError:
        return True
    return parts.path in ("", "/") and not parts.query


def _belongs(address: str, domains: tuple[str, ...] | list[str]) -> bool:
    host = host_of(address)
    return not domains or any(host == domain or host.endswith("." + domain) for domain in domains)


def _find_note(head: str) -> SavedOrigin | None:
    found = _SINGLE_FILE.search(head)
    if found is not None:
        address = _SINGLE_URL.search(found[1])
        if address is not None:
            return SavedOrigin(address[1], _single_date(found[1]), "single_file")
    found = _SAVED_FROM.search(head)
    if found is not None:
        return SavedOrigin(found[1], None, "saved_from")
    found = _HTTRACK.search(head)
    if found is not None:
        address_text = found[1] if "://" in found[1] else f"https://{found[1]}"
        return SavedOrigin(address_text, _http_date(found[2]), "httrack")
    return None


def _single_date(note: str) -> datetime | None:
    found = _SINGLE_DATE.search(note)
    return None if found is None else _http_date(f"{found[1][4:6]} {found[1][:3]} {found[1][7:]} {found[2]}")


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
        return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _find_stated(text: str) -> list[SavedOrigin]:
    """What the page says of itself, best first."""
    from selectolax.lexbor import LexborHTMLParser

    markup = shorten_tags(text.replace("\x00", ""))
    try:
        prescan_markup(markup.encode("utf-8", "replace"), thorough=True)
    except SandboxRefusedError:
        return []  # what would hang a parser is told again when the page is read
    page = LexborHTMLParser(markup)
    found: dict[str, str] = {}
    for number, node in enumerate(page.css("link[rel][href], meta[property][content], base[href]")):
        if number >= 10_000:
            break
        attributes = node.attributes
        if node.tag == "link" and "canonical" in (attributes.get("rel") or "").lower().split():
            found.setdefault("canonical", attributes.get("href") or "")
        elif node.tag == "meta" and (attributes.get("property") or "").lower() == "og:url":
            found.setdefault("og_url", attributes.get("content") or "")
        elif node.tag == "base":
            href = attributes.get("href") or ""
            found.setdefault("base", "" if href.endswith("/") else href)
    return [
        SavedOrigin(found[name].strip(), None, name)
        for name in ("canonical", "og_url", "base")
        if found.get(name, "").strip()
    ]


def _read_path(path: str) -> SavedOrigin | None:
    """`baolangson.vn/thoi-su/a.html` as wget -r writes it; the first folder that is a host counts."""
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    for number, part in enumerate(parts[:-1]):
        if _HOST_NAME.fullmatch(part) and not is_public_suffix(part.lower()):
            scheme = "http" if number and parts[number - 1].lower() == "http" else "https"
            page, query = _split_name("/".join(parts[number + 1 :]))
            address = f"{scheme}://{part.replace('+', ':')}/{_requote(page)}"
            return SavedOrigin(f"{address}?{_requote(query)}" if query else address, None, "path")
    return None


def _split_name(name: str) -> tuple[str, str]:
    """Path and query of a file name; on Windows wget writes `@` for `?`, and it may add `.html`."""
    found = re.fullmatch(r"([^?]*?)(?:\?|@(?=[\w-]{1,60}=))(.*)", name)
    if found is not None:
        return found[1], found[2].removesuffix(".html")
    return re.sub(r"(^|/)index\.html$", r"\1", name), ""


def _requote(text: str) -> str:
    return quote(unquote(text), safe="/-._~!$&'()*+,;=:@")
