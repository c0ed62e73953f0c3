"""Press releases are read from DOCX, PDF, HTML and text: title, text and day without letterhead and signature."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from tests.release_fixture import (
    BODY,
    LETTERHEAD,
    PLAIN,
    TAIL,
    TITLE,
    change_part,
    make_docx,
    make_pdf,
    save_docx,
)

from diembao.app.release_reading import read_release_file
from diembao.errors import DiembaoError, SourceError
from diembao.sandbox import Sandbox
from diembao.sources.letterhead import split_release
from diembao.sources.releases import REASONS, ReleaseDraft, normal_text, read_release

TEXT = "\n".join(BODY)
DAY = datetime(2026, 9, 1, 17, tzinfo=UTC)  # the second of September begins in Vietnam
PAGE = (
    f"<html><head><title>Thông cáo</title></head><body><p>UBND TỈNH LẠNG SƠN</p><p>Số: 12/TC-UBND</p>"
    f"<p>Lạng Sơn, ngày 2 tháng 9 năm 2026</p><h1>THÔNG CÁO BÁO CHÍ</h1><p><b>{TITLE}</b></p>"
    + "".join(f"<p>{paragraph}</p>" for paragraph in BODY)
    + "</body></html>"
)


def refused(body: bytes, name: str = "a") -> str:
    """The reason for which a document is refused."""
    with pytest.raises(SourceError) as caught:
        read_release_file(body, name=name)
    assert name in str(caught.value) and caught.value.next_step
    return REASONS[caught.value.key or ""]


# ------------------------------------------------------------------ the four forms


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("tc.docx", make_docx),
        ("tc.txt", PLAIN.encode),
        ("tc.txt", lambda: normalize("NFD", PLAIN).encode("utf-16")),
        ("tc.pdf", lambda: make_pdf([[*LETTERHEAD, TITLE, *BODY[:2], "1"], [BODY[2], *TAIL, "Trang 2/2"]])),
        ("tc.pdf", lambda: make_pdf([[*LETTERHEAD, TITLE, *BODY[:2]], [BODY[2], *TAIL]], is_torn=True)),
        ("tc.html", PAGE.encode),
        ("no-ending", PAGE.encode),
    ],
    ids=[
        "docx",
        "text",
        "text in UTF-16, decomposed",
        "pdf",
        "pdf of two fonts",
        "html",
        "html without its ending",
    ],
)
def test_every_form_gives_the_same_release(name: str, make: Callable[[], bytes]) -> None:
    """Whatever form a release has, its title, text and day are the same, without letterhead and signature."""
    draft = read_release_file(make(), name=name)
    assert (draft.title, draft.text) == (TITLE, TEXT)
    assert (draft.issued_at, draft.precision) == (DAY, "day")


def test_reading_runs_in_the_sandbox() -> None:
    """The reader is a function that a worker runs: results and errors come back typed."""
    with Sandbox() as box:
        for body, name in (
            (make_docx(), "tc.docx"),
            (make_pdf([[TITLE, *BODY]]), "tc.pdf"),
            (PAGE.encode(), "a.html"),
        ):
            draft = box.call(
                "diembao.app.release_reading:read_release_file", body, returns=ReleaseDraft, name=name
            )
            assert draft.title == TITLE
        with pytest.raises(SourceError, match="old Word"):
            box.call(
                "diembao.sources.releases:read_release",
                b"\xd0\xcf\x11\xe0" * 9,
                returns=ReleaseDraft,
                name="a.doc",
            )


def test_old_fonts_are_read_as_unicode() -> None:
    """A release typed in TCVN3, the encoding of offices until about 2010, gives Vietnamese letters."""
    words = (
        "H«m nay t¹i L¹ng S¬n, ñy ban nh©n d©n tØnh ®· häp vÒ viÖc c¸c x· ®­îc giao ®Êt trong n¨m 2026 vµ kh«ng ®­îc "
        "b¸n l¹i cho ng­êi kh¸c. Ngµy h«m sau, nh÷ng ng­êi ®Õn häp ®· ®­îc tr¶ lêi víi tõng viÖc mét."
    )
    draft = read_release_file(make_docx([words], title=""), name="a.docx")
    assert "Lạng Sơn" in draft.text and "legacy_encoding" in draft.flags


# ------------------------------------------------------------------ letterhead


@pytest.mark.parametrize(
    "head",
    [
        [
            "UBND TỈNH LẠNG SƠN",
            "SỞ VĂN HÓA, THỂ THAO",
            "VÀ DU LỊCH",
            "Số: 45 /TC-SVHTTDL",
            "THÔNG CÁO BÁO CHÍ SỐ 5",
        ],
        [
            "BỘ CÔNG AN",
            "CÔNG AN TỈNH LẠNG SƠN",
            "-----",
            "Số:     /TC-CAT",
            "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        ],
        [
            "ĐẢNG CỘNG SẢN VIỆT NAM",
            "TỈNH ỦY LẠNG SƠN",
            "*",
            "THÔNG TIN BÁO CHÍ",
            "Kính gửi: Các cơ quan báo chí",
        ],
        ["(Hỏa tốc)", "Thông cáo báo chí", "Lạng Sơn, ngày     tháng 9 năm 2026"],
        ["PRESS RELEASE", "FOR IMMEDIATE RELEASE"],
        [],
    ],
)
def test_letterheads_are_no_title(head: list[str]) -> None:
    """Names of offices, motto, number, place and day, addressee and the kind of document come before the title."""
    split = split_release([*head, TITLE, *BODY])
    assert (split.title, split.lines, split.flags) == (TITLE, BODY, ())


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (
            ["HỘI CHỢ VÙNG CAO 2026", "CHÍNH THỨC KHAI MẠC TẠI LẠNG SƠN"],
            "HỘI CHỢ VÙNG CAO 2026 CHÍNH THỨC KHAI MẠC TẠI LẠNG SƠN",
        ),
        (["Về việc tổ chức hội chợ", "vùng cao năm 2026"], "Về việc tổ chức hội chợ vùng cao năm 2026"),
        (
            ["Thông cáo báo chí về tình hình kinh tế tháng 8"],
            "Thông cáo báo chí về tình hình kinh tế tháng 8",
        ),
    ],
)
def test_broken_titles_are_joined(lines: list[str], title: str) -> None:
    """A title on two lines is one; one that names the kind of document and goes on stays whole."""
    split = split_release([*LETTERHEAD, *lines, *BODY])
    assert (split.title, split.lines) == (title, BODY)


def test_a_release_of_one_paragraph_has_its_first_sentence_as_title() -> None:
    """Where no line can be a title, the first sentence stands for it and stays in the text."""
    split = split_release(["THÔNG CÁO BÁO CHÍ", " ".join(BODY)])
    assert (split.title, split.flags) == (BODY[0], ("title_from_text",))
    assert split.lines == (" ".join(BODY),)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Lạng Sơn, ngày 2 tháng 9 năm 2026", 2),
        ("Lạng Sơn, ngày 02/9/2026", 2),
        ("Số: 12/TC-UBND      Lạng Sơn, ngày 12 tháng 9 năm 2026", 12),
        ("Lạng Sơn, ngày 32 tháng 9 năm 2026", None),
        ("Lạng Sơn, ngày    tháng 9 năm 2026", None),
    ],
)
def test_the_day_is_read_from_its_line(line: str, day: int | None) -> None:
    """The line of place and day gives the day; one that is left blank or cannot be gives none."""
    issued = split_release(["UBND TỈNH LẠNG SƠN", line, "THÔNG CÁO BÁO CHÍ", TITLE, *BODY]).issued
    assert (None if issued is None else (issued.at.day + 1, issued.precision)) == (
        None if day is None else (day, "day")
    )


def test_a_day_in_the_text_is_not_the_day_of_issue() -> None:
    """A sentence that ends with a day does not say when the release was issued."""
    sentence = "Hội chợ lần trước của tỉnh đã được tổ chức tại huyện Chi Lăng từ ngày 2 tháng 9 năm 2025"
    assert split_release([TITLE, sentence, *BODY]).issued is None


def test_the_signature_is_no_text() -> None:
    """Recipients, signature and the mark of the end are cut; names of signers thereby are not kept."""
    ends = (
        TAIL,
        ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Một Người Ký"),
        ("TRUNG TÂM BÁO CHÍ",),
        ("Lạng Sơn, ngày 2 tháng 9 năm 2026",),
    )
    for tail in ends:
        assert split_release([TITLE, *BODY[:2], BODY[2] + "./.", "", *tail]).lines == BODY


# ------------------------------------------------------------------ Word


def test_word_shows_what_a_reader_sees() -> None:
    """Inserted words and text boxes are read once; deleted and hidden ones and notes are not."""
    document = docx.Document()
    document.add_paragraph(TITLE)
    paragraph = document.add_paragraph("Sáng nay, ")
    space = nsdecls("w")
    for piece in (
        f'<w:ins {space} w:id="1"><w:r><w:t>Ủy ban nhân dân </w:t></w:r></w:ins>',
        f'<w:del {space} w:id="2"><w:r><w:delText>xóa</w:delText></w:r></w:del>',
        f"<w:r {space}><w:rPr><w:vanish/></w:rPr><w:t>ẩn</w:t></w:r>",
        f"<w:smartTag {space}><w:r><w:t>tỉnh khai mạc</w:t></w:r></w:smartTag>",
    ):
        paragraph._p.append(parse_xml(piece))
    boxes = (
        f'<w:r {space} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        "<mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>Trong khung</w:t></w:r></w:p></w:txbxContent>"
        "</mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>Trong khung</w:t></w:r></w:p></w:txbxContent>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )
    document.add_paragraph(BODY[1])._p.append(parse_xml(boxes))
    document.sections[0].header.paragraphs[0].text = "Đầu trang"
    read = read_release(save_docx(document), name="a.docx").text
    assert read == f"Sáng nay, Ủy ban nhân dân tỉnh khai mạc\n{BODY[1]}\nTrong khung"


# ------------------------------------------------------------------ what cannot be read


def damaged_docx() -> dict[str, tuple[bytes, str]]:
    whole = make_docx()
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"<w:document>" + b" " * 30_000_000)
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as package:
        for number in range(4000):
            package.writestr(f"word/{number}.xml", b"")
    entities = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><w:document '
    wide = b"<w:body " + b" ".join(b"a%d='1'" % number for number in range(9000)) + b">"
    nested = b"<w:body>" + b"<w:tbl><w:tr><w:tc>" * 30_000
    return {
        "cut": (whole[: len(whole) // 2], "damaged"),
        "no document": (zip_of({"a.txt": b"x"}), "damaged"),
        "not XML": (change_part(whole, "word/document.xml", b"</w:p>", b"</w:q>"), "damaged"),
        "entities": (change_part(whole, "word/document.xml", b"<w:document ", entities), "damaged"),
        "deep": (change_part(whole, "word/document.xml", b"<w:body>", nested), "bomb"),
        "wide": (change_part(whole, "word/document.xml", b"<w:body>", wide), "bomb"),
        "bomb": (bomb.getvalue(), "bomb"),
        "many parts": (many.getvalue(), "bomb"),
    }


def zip_of(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    "case", ["cut", "no document", "not XML", "entities", "deep", "wide", "bomb", "many parts"]
)
def test_damaged_and_hostile_word_files_are_refused(case: str) -> None:
    """A Word file that is cut, no Word file, or made to hang its reader gives a sentence, at once."""
    body, reason = damaged_docx()[case]
    assert refused(body, "a.docx") == reason


def test_a_scanned_pdf_says_so() -> None:
    """A PDF of pictures has no text: the sentence tells to run OCR first. A stamp of signing is no text either."""
    assert refused(make_pdf([[], []]), "quet.pdf") == "scanned"
    assert refused(make_pdf([["Ký bởi: Cổng Thông tin điện tử"], []]), "quet.pdf") == "scanned"
    with pytest.raises(SourceError, match="no text in it") as caught:
        read_release(make_pdf([[]]), name="quet.pdf")
    assert "OCR" in (caught.value.next_step or "")


def test_a_protected_pdf_says_so() -> None:
    """A PDF that opens with a password only is told apart from a damaged one."""
    keys = (
        b"/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -44/O(" + b"a" * 32 + b")/U(" + b"b" * 32 + b")>>"
    )
    body = make_pdf([[TITLE, *BODY]], extra=keys + b"/ID[(0123456789abcdef)(0123456789abcdef)]")
    assert refused(body, "kin.pdf") == "protected"


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body[:300],
        lambda body: b"%PDF-1.7\n" + b"\xff" * 5000,
        lambda body: body.replace(b"/Kids[", b"/Kids[2 0 R "),
        lambda body: body.replace(b"/Type/Catalog/Pages 2 0 R", b"/Type/Catalog/Pages 1 0 R"),
        lambda body: b"%PDF-",
    ],
    ids=["cut", "noise", "pages within themselves", "no pages", "mark only"],
)
def test_damaged_pdfs_give_a_sentence(change: Any) -> None:
    """Whatever is wrong inside a PDF, the error is one of ours."""
    with pytest.raises(SourceError):
        read_release_file(change(make_pdf([[TITLE, *BODY]])), name="a.pdf")


def test_of_a_long_pdf_the_first_pages_are_read() -> None:
    """A PDF of more pages than a release has is read as far as the cap, and says so."""
    draft = read_release(make_pdf([[TITLE, *BODY], *[[f"Phụ lục {n}."] for n in range(120)]]), name="a.pdf")
    assert "pages_cut" in draft.flags and "Phụ lục 98." in draft.text and "Phụ lục 99." not in draft.text


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t\r\n", "empty"),
        ("a.txt", b"Ba ch\xe1\xbb\xaf th\xc3\xb4i", "too_short"),
        ("a.txt", ("chữ " * 1_300_000).encode(), "too_long"),
        ("a.html", b"<html><body>" + b"<p>tin</p>" * 500_000, "too_long"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_word"),
        ("a.rtf", b"{\\rtf1 x}", "old_word"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(99), "other_kind"),
        ("a.txt", bytes(range(256)) * 20, "other_kind"),
        ("a.xlsx", zip_of({"xl/workbook.xml": b""}), "other_kind"),
        ("a.xml", b"<?xml version='1.0'?><rss version='2.0'><channel/></rss>", "other_kind"),
    ],
)
def test_what_is_no_release_is_refused_with_its_reason(name: str, body: bytes, reason: str) -> None:
    """Empty, too short, 5 MB, old Word, pictures, noise, spreadsheets, feeds: each has its own sentence."""
    assert refused(body, name) == reason


def test_hostile_text_is_read_in_linear_time() -> None:
    """Runs that make patterns go back and forth are read like any text (a stuck pattern would never end)."""
    for piece in (
        "Số: " * 400,
        "ngày " * 300,
        "-" * 1500,
        "ỦY BAN " * 200,
        "\u0301" * 1500,
        "Số:" + " " * 1500 + "/",
    ):
        assert split_release([piece] * 2000).issued is None


def test_the_same_text_is_recognised() -> None:
    """Spaces, case, the accents' encoding and the place of a tone do not make another text."""
    assert normal_text("Hòa  Bình\nthuỷ") == normal_text(normalize("NFD", "hoà bình THỦY"))
    assert normal_text("hòa bình") != normal_text("hoa binh")


def test_errors_are_of_the_tree() -> None:
    """No reason is without a key of the catalogue."""
    assert all(key.startswith("sources.release_") for key in REASONS)
    assert issubclass(SourceError, DiembaoError)
