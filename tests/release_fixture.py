"""Press releases made for tests: an office's letterhead, Word files, and PDFs written by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from itertools import groupby

import docx

TITLE = "Lạng Sơn khai mạc hội chợ vùng cao năm 2026 với hơn hai trăm gian hàng"
BODY = (
    "Sáng nay, Ủy ban nhân dân tỉnh tổ chức khai mạc hội chợ vùng cao với hơn hai trăm gian hàng của các xã.",
    "Hội chợ kéo dài năm ngày tại quảng trường trung tâm, dự kiến đón khoảng ba mươi nghìn lượt khách tham quan.",
    "Ban tổ chức bố trí khu trưng bày riêng cho na, hồng không hạt và các sản phẩm hồi của tỉnh.",
)
#: as office staff type it: two columns on one line, then the kind of document
LETTERHEAD = (
    "ỦY BAN NHÂN DÂN          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "TỈNH LẠNG SƠN               Độc lập - Tự do - Hạnh phúc",
    "Số: 123/TC-UBND          Lạng Sơn, ngày 2 tháng 9 năm 2026",
    "",
    "THÔNG CÁO BÁO CHÍ",
)
TAIL = ("Nơi nhận:", "- Các cơ quan báo chí;", "- Lưu: VT.", "TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG")
PLAIN = "\n".join((*LETTERHEAD, TITLE, "", *BODY, "", *TAIL))


def make_docx(body: Sequence[str] = BODY, *, title: str = TITLE) -> bytes:
    """A Word file with the letterhead in a table without lines, as offices make it."""
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "ỦY BAN NHÂN DÂN\nTỈNH LẠNG SƠN\nSố: 123/TC-UBND"
    table.cell(
        0, 1
    ).text = (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nLạng Sơn, ngày 2 tháng 9 năm 2026"
    )
    document.add_paragraph("THÔNG CÁO BÁO CHÍ")
    if title:
        document.add_paragraph(title)
    for paragraph in body:
        document.add_paragraph(paragraph)
    end = document.add_table(rows=1, cols=2)
    end.cell(0, 0).text = "Nơi nhận:\n- Các cơ quan báo chí;\n- Lưu: VT."
    end.cell(0, 1).text = "TL. CHỦ TỊCH\nCHÁNH VĂN PHÒNG"
    return save_docx(document)


def save_docx(document: object) -> bytes:
    target = io.BytesIO()
    document.save(target)  # type: ignore[attr-defined]
    return target.getvalue()


def change_part(package: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The same Word file with bytes of one part replaced."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as given,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for entry in given.infolist():
            content = given.read(entry)
            if entry.filename == part:
                assert old in content
                content = content.replace(old, new, 1)
            made.writestr(entry.filename, content)
    return target.getvalue()


def make_pdf(pages: Sequence[Sequence[str]], *, extra: bytes = b"", is_torn: bool = False) -> bytes:
    """A PDF that shows the lines of each page; its letters are mapped by a table, as Vietnamese fonts need it.

    Torn: letters that Western fonts lack are shown one by one from a second font, as browsers do.
    """
    letters = sorted({letter for lines in pages for line in lines for letter in line})
    code = {letter: number + 1 for number, letter in enumerate(letters)}
    rows = "\n".join(f"<{code[letter]:04x}> <{ord(letter):04x}>" for letter in letters)
    chunks = [rows.split("\n")[n : n + 100] for n in range(0, len(letters), 100)]
    table = "".join(f"{len(chunk)} beginbfchar\n" + "\n".join(chunk) + "\nendbfchar\n" for chunk in chunks)
    unicode = f"begincmap\n1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{table}endcmap".encode()
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"", b"", b"", _stream(unicode)]
    objects[2] = (
        b"<</Type/Font/Subtype/Type0/BaseFont/Sample/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 6 0 R>>"
    )
    objects[3] = (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Sample/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/FontDescriptor 5 0 R/DW 500/W[1[" + b"500 " * len(letters) + b"]]>>"
    )
    objects[4] = (
        b"<</Type/FontDescriptor/FontName/Sample/Flags 4/FontBBox[0 0 500 700]/ItalicAngle 0/Ascent 700/Descent 0"
        b"/CapHeight 700/StemV 80>>"
    )
    kids = []
    for lines in pages:
        show = _show_torn if is_torn else _show_lines
        objects.append(
            _stream(show([[f"{code[letter]:04x}" for letter in line] for line in lines], lines).encode())
        )
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {len(objects)} 0 R"
            "/Resources<</Font<</F1 3 0 R/F2 3 0 R>>>>>>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    return _assemble(objects, extra)


def _show_lines(codes: Sequence[Sequence[str]], lines: Sequence[str]) -> str:
    shown = "".join(f"<{''.join(line)}> Tj T*\n" for line in codes if line)
    return f"BT /F1 10 Tf 12 TL 40 800 Td\n{shown}ET"


def _show_torn(codes: Sequence[Sequence[str]], lines: Sequence[str]) -> str:
    parts = []
    for row, (line, text) in enumerate(zip(codes, lines, strict=True)):
        at = 0
        for is_plain, letters in groupby(zip(line, text, strict=True), lambda pair: ord(pair[1]) < 256):
            stretch = [letter for letter, _ in letters]
            font, x, y = ("F1" if is_plain else "F2"), 40 + 5 * at, 800 - 12 * row
            parts.append(f"BT /{font} 10 Tf 1 0 0 1 40 {y} Tm {x - 40} 0 Td <{''.join(stretch)}> Tj ET\n")
            at += len(stretch)
    return "".join(parts)


def _stream(content: bytes) -> bytes:
    return f"<</Length {len(content)}>>stream\n".encode() + content + b"\nendstream"


def _assemble(objects: Sequence[bytes], extra: bytes) -> bytes:
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(made))
        made += f"{number} 0 obj".encode() + content + b"\nendobj\n"
    start = len(made)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    made += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    return made + (
        f"trailer<</Size {len(objects) + 1}/Root 1 0 R".encode()
        + extra
        + f">>\nstartxref\n{start}\n%%EOF".encode()
    )
