"""The paragraphs of a Word document, tables and text boxes in their place; headers, notes and comments left out."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from diembao.errors import SandboxRefusedError
from diembao.sandbox.prescan import prescan_markup
from diembao.sources.releases import damaged, too_dense

MAX_ENTRIES = 3_000
MAX_UNPACKED_BYTES = 200 * 2**20
MAX_XML_BYTES = 24 * 2**20
#: Word's own XML packs 10 to 30 times
MAX_EXPANSION = 200
MAX_PARAGRAPHS = 50_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PARAGRAPH, _RUN, _TEXT = f"{_W}p", f"{_W}r", f"{_W}t"
_BREAKS = frozenset((f"{_W}br", f"{_W}cr"))
_TAB, _HYPHEN = f"{_W}tab", f"{_W}noBreakHyphen"
#: what a reader of the document does not see: text moved away, deleted, hidden
_UNSEEN = frozenset((_FALLBACK, f"{_W}del", f"{_W}moveFrom"))


def read_docx_lines(body: bytes, *, name: str) -> list[str]:
    """The lines of a DOCX file from top to bottom; raises `SourceError` where it is damaged or a bomb."""
    _check_package(body, name)
    import docx

    try:
        document = docx.Document(io.BytesIO(body))
        root = document.element.body
    except MemoryError:
        raise
    except Exception as error:  # the library promises nothing about hostile input
        raise damaged(name, _name_error(error)) from error
    if root is None:
        raise damaged(name, "its document has no body")
    lines: list[str] = []
    for paragraph in _list_paragraphs(root):
        lines += _read_paragraph(paragraph).split("\n")
        if len(lines) > MAX_PARAGRAPHS:
            break
    return lines


def _name_error(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:160]


def _check_package(body: bytes, name: str) -> None:
    """Refuse what is no Word package, unpacks to far more than it holds, or would hang a reader of XML."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            entries = package.infolist()
            _check_sizes(entries, name)
            if "word/document.xml" not in {entry.filename for entry in entries}:
                raise damaged(name, "it holds no Word document")
            for entry in entries:
                if entry.filename.lower().endswith((".xml", ".rels")):
                    _check_xml(package.read(entry), name)
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        zlib.error,
    ) as error:
        raise damaged(name, _name_error(error)) from error
    except SandboxRefusedError as error:
        raise too_dense(name) from error


def _check_sizes(entries: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    of_xml = sum(entry.file_size for entry in entries if entry.filename.lower().endswith((".xml", ".rels")))
    is_dense = any(
        entry.file_size > 2**20 and entry.file_size > MAX_EXPANSION * max(entry.compress_size, 1)
        for entry in entries
    )
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or of_xml > MAX_XML_BYTES or is_dense:
        raise too_dense(name)


def _check_xml(part: bytes, name: str) -> None:
    """The packaging standard (ECMA-376, part 2) allows no document type; entities could unfold without end."""
    head = part[:4096].replace(b"\0", b"").upper()
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise damaged(name, "it declares entities, which no Word document does")
    prescan_markup(part)


def _list_paragraphs(root: Any) -> Iterator[Any]:
    """Paragraphs in their order; those inside unseen parts are left out."""
    stack = [iter(root)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag == _PARAGRAPH:
            yield element
            stack.append(_find_boxes(element))
        elif element.tag not in _UNSEEN:
            stack.append(iter(element))


def _find_boxes(paragraph: Any) -> Iterator[Any]:
    """The contents of text boxes that are anchored in a paragraph; of two forms of one box the first."""
    for box in paragraph.iter(f"{_W}txbxContent"):
        above = box.getparent()
        while above is not paragraph and above.tag not in _UNSEEN and above.tag != f"{_W}txbxContent":
            above = above.getparent()
        if above is paragraph:
            yield box


def _read_paragraph(paragraph: Any) -> str:
    """The visible text of one paragraph without its text boxes."""
    parts: list[str] = []
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag == _TEXT:
            parts.append(element.text or "")
        elif element.tag in _BREAKS:
            parts.append("\n")
        elif element.tag == _TAB:
            parts.append("   ")  # what stands behind a tab is another column
        elif element.tag == _HYPHEN:
            parts.append("-")
        elif element.tag not in _UNSEEN and element.tag != f"{_W}txbxContent" and not _is_hidden(element):
            stack.append(iter(element))
    return "".join(parts)


def _is_hidden(element: Any) -> bool:
    if element.tag != _RUN:
        return False
    mark = element.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off")
