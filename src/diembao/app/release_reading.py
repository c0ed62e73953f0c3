"""One press release from its bytes, HTML included; run in the sandbox, opens no file."""

from __future__ import annotations

from diembao.sources.letterhead import is_kind_line
from diembao.sources.releases import (
    MAX_TEXT_CHARS,
    MIN_WORDS,
    ReleaseDraft,
    ReleaseLines,
    check_length,
    find_kind,
    make_draft,
    read_release_lines,
)
from diembao.types import Moment


def read_release_file(
    body: bytes, *, name: str, timezone: str = "Asia/Ho_Chi_Minh", url: str = ""
) -> ReleaseDraft:
    """The release in a DOCX, PDF, text or HTML file, typed for old fonts (TCVN3, VNI) or in Unicode."""
    if find_kind(body, name=name) == "html":
        return _read_page(body, name, timezone, url)
    read, flags = _modernise(read_release_lines(body, name=name))
    return make_draft(read, name=name, timezone=timezone, flags=flags)


def _modernise(read: ReleaseLines) -> tuple[ReleaseLines, tuple[str, ...]]:
    """Lines typed for the fonts of the 1990s, in Unicode."""
    from diembao.extract.legacy import convert_legacy

    text, encoding = convert_legacy("\n".join(read.lines)[: 2 * MAX_TEXT_CHARS])
    if not encoding:
        return read, ()
    return ReleaseLines(tuple(text.split("\n")), read.kind, read.flags), ("legacy_encoding",)


def _read_page(body: bytes, name: str, timezone: str, url: str) -> ReleaseDraft:
    """A saved page: its title, date and running text by the extractor, its whole text where that finds little."""
    from diembao.extract.careful import extract_page
    from diembao.sources.decoding import decode_body
    from diembao.text.markup import plain_text

    shown = plain_text(decode_body(body).text)
    check_length(len(shown), name)  # before the extractor, which takes half a minute for 5 MB of paragraphs
    page = extract_page(body, url=url, timezone=timezone)
    text = "\n".join(part for part in (page.lead, page.text) if part)
    if len(text.split()) < MIN_WORDS:
        text = shown
    title = "" if is_kind_line(page.title) else page.title
    published = page.published_at
    issued = None if published is None else Moment(published, page.published_precision, page.published_source)
    return make_draft(
        ReleaseLines(tuple(text.splitlines()), "html"),
        name=name,
        timezone=timezone,
        title=title,
        issued=issued,
    )
