"""One press release from its bytes: DOCX, PDF or plain text, as title, text and moment of issue.

`read_release` and `read_release_lines` run in the sandbox and open no file. HTML is told apart here and read by
whoever may use an extractor. The caps are far above what an office issues: 40 MB a file, 200,000 characters of
text (about 60 pages); a text of fewer than 20 words cannot be found again in articles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Literal

from diembao.errors import SourceError
from diembao.sources.decoding import decode_body
from diembao.sources.letterhead import split_release
from diembao.sources.tables import clean_text
from diembao.text.normal import exact_key, to_nfc
from diembao.types import Moment, Precision

MAX_FILE_BYTES = 40 * 2**20
MAX_TEXT_CHARS = 200_000
MIN_WORDS = 20

Kind = Literal["docx", "pdf", "html", "text"]

_HTML = re.compile(
    rb"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|div|p|h1|table)\b", re.I | re.S
)
FEED = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:rss|feed|rdf:RDF)\b", re.I | re.S
)
_SPREADSHEET = (".xls", ".xlsx", ".ods", ".csv", ".tsv")
_NO_TEXT = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"II*\x00",
    b"MM\x00*",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"ID3",
)


@dataclass(frozen=True, slots=True)
class ReleaseDraft:
    """A release as read; `text` has no letterhead, title or signature. Times are UTC.

    Flags: those of decoding and letterhead, `pages_cut` (a PDF of more pages than are read), `torn_words` (a PDF that
    gave spaces within words: its shares are too small), `legacy_encoding` (typed for fonts of the 1990s).
    """

    title: str
    text: str
    issued_at: datetime | None
    precision: Precision
    kind: Kind
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseLines:
    """The lines or paragraphs of a document, from top to bottom."""

    lines: tuple[str, ...]
    kind: Kind
    flags: tuple[str, ...] = ()


def read_release(body: bytes, *, name: str, timezone: str = "Asia/Ho_Chi_Minh") -> ReleaseDraft:
    """The release in the bytes of a DOCX, PDF or text file; `timezone` is that of the office.

    Raises `SourceError`: empty, an old or protected document, damaged, scanned, too long, too short, no document.
    """
    return make_draft(read_release_lines(body, name=name), name=name, timezone=timezone)


def find_kind(body: bytes, *, name: str) -> Kind:
    """What the bytes are, told by themselves and not by the name; what no release can be read from raises."""
    ending = PurePath(name.lower()).suffix
    if not body.strip(b"\x00 \t\r\n"):
        raise _refuse("empty", "{file} is empty", "get the file again", name)
    if b"%PDF-" in body[:1024]:
        return "pdf"
    if body.startswith(b"PK\x03\x04"):
        if ending in _SPREADSHEET:
            raise _no_document(name)
        return "docx"
    if body.startswith((b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        raise _refuse(
            "old_word",
            "{file} is an old Word document (.doc, .rtf) or protected by a password",
            "open it in Word, save it as DOCX without a password, and import that",
            name,
        )
    if body.startswith(_NO_TEXT) or ending in _SPREADSHEET or FEED.match(body[:4096]):
        raise _no_document(name)
    if _HTML.match(body[:4096].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")):
        return "html"
    return "text"


def read_release_lines(body: bytes, *, name: str) -> ReleaseLines:
    """The lines of a document that is no HTML, with nothing decided yet about its letterhead."""
    if len(body) > MAX_FILE_BYTES:
        raise _refuse(
            "too_large",
            "{file} is larger than {size} MB",
            "save it without its pictures",
            name,
            size=MAX_FILE_BYTES // 2**20,
        )
    kind = find_kind(body, name=name)
    if kind == "docx":
        from diembao.sources.releases_docx import read_docx_lines

        return ReleaseLines(tuple(read_docx_lines(body, name=name)), kind)
    if kind == "pdf":
        from diembao.sources.releases_pdf import read_pdf_lines

        lines, flags = read_pdf_lines(body, name=name)
        return ReleaseLines(tuple(lines), kind, flags)
    text, _, flags = decode_body(body)
    if text[:4096].count("\x00") or text[:4096].count("\ufffd") > 40:
        raise _no_document(name)
    return ReleaseLines(tuple(to_nfc(text).splitlines()), kind, flags)


def make_draft(
    read: ReleaseLines,
    *,
    name: str,
    timezone: str = "Asia/Ho_Chi_Minh",
    title: str = "",
    issued: Moment | None = None,
    flags: tuple[str, ...] = (),
) -> ReleaseDraft:
    """The release that lines make up; a title or moment known from elsewhere goes before the letterhead's."""
    check_length(sum(map(len, read.lines)), name)
    split = split_release([clean_text(line) for line in read.lines], timezone=timezone, title=title)
    lines = unwrap(split.lines) if read.kind == "pdf" else split.lines
    text = re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()
    check_words(text, name)
    when = issued or split.issued
    return ReleaseDraft(
        title=split.title,
        text=text,
        issued_at=when.at if when else None,
        precision=when.precision if when else "unknown",
        kind=read.kind,
        flags=tuple(dict.fromkeys((*read.flags, *flags, *split.flags))),
    )


def unwrap(lines: tuple[str, ...]) -> list[str]:
    """Lines of a printed page as paragraphs: a line that ends in the middle of a sentence goes on in the next."""
    joined: list[str] = []
    for line in lines:
        before = joined[-1] if joined else ""
        if line and len(before) > 40 and not before.endswith((".", "!", "?", ":", ";", "…", "”", '"')):
            joined[-1] = f"{before} {line}"
        else:
            joined.append(line)
    return joined


def check_length(chars: int, name: str) -> None:
    """Raise `SourceError` where a text is longer than any release."""
    if chars > MAX_TEXT_CHARS:
        raise _refuse(
            "too_long",
            "{file} holds {chars} characters of text, a release at most {limit}",
            "check that it is one release; split a file that holds several",
            name,
            chars=chars,
            limit=MAX_TEXT_CHARS,
        )


def check_words(text: str, name: str) -> None:
    """Raise `SourceError` where a text is too short to be found again in articles."""
    words = len(text.split())
    if words < MIN_WORDS:
        raise _refuse(
            "too_short",
            "{file} holds {words} words besides letterhead and title, too few to be found in articles (needed: {limit})",
            "check that the file holds the whole text of the release",
            name,
            words=words,
            limit=MIN_WORDS,
        )


def normal_text(text: str) -> str:
    """The form over which a release is recognised as the same: accents' encoding, tones, case and spaces are one."""
    return " ".join(exact_key(text).split())


_KEYS = {
    "empty": "sources.release_empty",
    "too_large": "sources.release_too_large",
    "too_long": "sources.release_too_long",
    "too_short": "sources.release_too_short",
    "old_word": "sources.release_old_word",
    "other_kind": "sources.release_other_kind",
    "damaged": "sources.release_damaged",
    "bomb": "sources.release_bomb",
    "scanned": "sources.release_scanned",
    "protected": "sources.release_protected",
}
#: the reason under which a file of a folder is refused, by the key of the error
REASONS = {key: reason for reason, key in _KEYS.items()}


def _refuse(kind: str, sentence: str, next_step: str, name: str, **values: object) -> SourceError:
    return SourceError(sentence, key=_KEYS[kind], next_step=next_step, file=PurePath(name).name, **values)


def _no_document(name: str) -> SourceError:
    return _refuse(
        "other_kind",
        "{file} is no document that a release can be read from",
        "give releases as DOCX, PDF with text, HTML or plain text; a list as CSV, JSONL or feed is given by itself",
        name,
    )


def damaged(name: str, reason: str) -> SourceError:
    """A document that says what it is and cannot be read as that."""
    return _refuse(
        "damaged",
        "{file} is damaged and cannot be read: {reason}",
        "open it in its program and save it again, as DOCX or as plain text",
        name,
        reason=reason[:200],
    )


def too_dense(name: str) -> SourceError:
    """A document that unpacks to far more than it holds."""
    return _refuse(
        "bomb",
        "{file} unpacks to far more than a release needs",
        "copy its text to a new document and save that",
        name,
    )


def scanned(name: str, pages: int) -> SourceError:
    """A PDF of pictures of pages."""
    return _refuse(
        "scanned",
        "{file} has no text in it, only pictures of pages ({pages})",
        "run OCR first, or import the document from which it was printed as DOCX",
        name,
        pages=pages,
    )


def locked(name: str) -> SourceError:
    """A document that opens with a password only."""
    return _refuse(
        "protected",
        "{file} is protected by a password",
        "save a copy without a password and import that",
        name,
    )
