"""The careful reading of a page: what belongs to the article's text, and what never does."""

from __future__ import annotations

import unicodedata

import pytest
from tests.extract_fixture import LEAD, PARAGRAPHS, TITLE, URL, make_page, paragraphs, read

from diembao.errors import SandboxRefusedError
from diembao.sandbox import Sandbox
from diembao.types import ExtractedArticle

LINKS = "".join(
    f'<li><a href="/bai-{n}.html">Hà Giang mở hội hoa tam giác mạch lần thứ {n}</a></li>' for n in range(5)
)


def test_a_plain_page_gives_title_lead_and_text() -> None:
    """Title and lead as printed; the text holds the paragraphs in order, without title and lead."""
    article = read(make_page())
    assert article.title == TITLE
    assert article.lead == LEAD
    assert article.text == "\n".join(PARAGRAPHS)
    assert article.language == "vi"
    assert article.page_type == "article"
    assert article.extractor.startswith("trafilatura 2.")
    assert article.url == URL


@pytest.mark.parametrize(
    "box",
    [
        f"<div hidden><p>{PARAGRAPHS[0]} MOCK</p></div>",
        f'<div style="color:red; DISPLAY : none">{paragraphs("Đồng Văn MOCK")}</div>',
        '<p style="visibility:hidden">Đồng Văn MOCK, Mèo Vạc MOCK</p>',
        '<div aria-hidden="true"><p>Đồng Văn MOCK, mẫu tin chờ nạp</p></div>',
        '<div class="d-none"><p>Đồng Văn MOCK</p></div>',
        "<noscript><p>Đồng Văn MOCK</p></noscript>",
        "<template><p>Đồng Văn MOCK</p></template>",
        '<div class="box-comment" id="box_comment"><p>Bạn đọc: quê tôi MOCK cũng vậy</p></div>',
        '<section id="comments"><p>Quê tôi MOCK cũng vậy, mong báo về viết bài.</p></section>',
        f'<div class="box-tinlienquan"><ul>{LINKS.replace("Hà Giang", "MOCK")}</ul></div>',
        f"<div><h3>Tin liên quan</h3><ul>{LINKS.replace('Hà Giang', 'MOCK')}</ul></div>",
        f"<div><p><strong>Đọc thêm:</strong></p><ul>{LINKS.replace('Hà Giang', 'MOCK')}</ul></div>",
        '<p>Xem thêm: <a href="/a-1.html">MOCK hội hoa tam giác mạch ở Hà Giang</a></p>',
        '<p>&gt;&gt; <a href="/a-1.html">MOCK hội hoa tam giác mạch ở Hà Giang</a></p>',
        '<div class="social-share"><span>Chia sẻ MOCK</span></div>',
        "<amp-ad><p>MOCK</p></amp-ad><amp-sidebar><p>MOCK</p></amp-sidebar>",
        '<figure><img src="a.jpg"><figcaption>MOCK trong sương. Ảnh: PV</figcaption></figure>',
        '<div class="PhotoCMS_Caption"><p>MOCK trong sương</p></div>',
        "<script>var a = 'MOCK';</script><style>.MOCK{}</style><!-- MOCK -->",
    ],
)
def test_what_is_none_of_the_article_stays_out(box: str) -> None:
    """Hidden blocks, comments, boxes of other articles, share buttons, captions and scripts give no word."""
    inside = read(make_page(body=paragraphs(*PARAGRAPHS[:2]) + box + paragraphs(*PARAGRAPHS[2:])))
    assert inside.text == "\n".join(PARAGRAPHS), inside.text
    behind = read(make_page(after=box))
    assert "MOCK" not in behind.text + behind.lead + behind.title
    assert all(part in behind.text for part in PARAGRAPHS)


def test_repeated_paragraphs_survive() -> None:
    """A paragraph that stands twice, in a row or apart, stands twice in the text."""
    body = paragraphs(PARAGRAPHS[0], PARAGRAPHS[0], PARAGRAPHS[1], PARAGRAPHS[0], PARAGRAPHS[2])
    text = read(make_page(body=body)).text
    assert text.split("\n") == [PARAGRAPHS[k] for k in (0, 0, 1, 0, 2)]


def test_a_hidden_page_that_only_scripts_show_is_still_read() -> None:
    """An element that holds the main heading is no hidden block, whatever its style says."""
    page = make_page().replace('<div class="page">', '<div class="page" style="display:none">')
    assert read(page).text == "\n".join(PARAGRAPHS)


def test_a_box_class_on_the_body_itself_does_not_empty_the_article() -> None:
    """`detail-content read-more` is the article, not a box."""
    page = make_page().replace('class="detail-content"', 'class="detail-content content-read-more related"')
    assert read(page).text == "\n".join(PARAGRAPHS)


#: the usual stand-in for a name, as John Doe is in English
NAME = "Nguyễn Văn A"
SIGNED = (
    f'<p style="text-align:right"><strong>{NAME}</strong></p>',
    f"<p>{NAME}</p>",
    f'<p class="author">{NAME}</p>',
    f'<div class="detail-author-bio"><b>{NAME}</b><p>Phóng viên thường trú tại Lạng Sơn</p></div>',
    f'<p align="right">Bài và ảnh: {NAME}</p>',
    f"<p>Thực hiện: {NAME}</p>",
    f"<p><b>PV - {NAME}</b></p>",
    f'<span itemprop="author"><span itemprop="name">{NAME}</span></span>',
    f'<a rel="author" href="/tac-gia/1">{NAME}</a>',
)


@pytest.mark.parametrize("signature", SIGNED)
def test_signatures_are_cut(signature: str) -> None:
    """However the page marks it, a line that names the author is not in the text, at its end or its top."""
    at_end = read(make_page(body=paragraphs() + signature))
    assert at_end.text == "\n".join(PARAGRAPHS)
    at_top = read(make_page(body=signature + paragraphs()))
    assert "\n".join(PARAGRAPHS) in at_top.text
    if signature != SIGNED[1]:  # a bare name at the top may be the article's subject
        assert NAME not in at_top.text


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Theo TTXVN", "Theo TTXVN"),
        ("(Theo VOV)", "(Theo VOV)"),
        (f"{NAME} (TTXVN)", "TTXVN"),
        (f"{NAME}/VOV", "VOV"),
        (f"Theo {NAME}/Báo Tin Mẫu", "Theo Báo Tin Mẫu"),
        ("Công trình dự kiến xong trong năm sau.", "Công trình dự kiến xong trong năm sau."),
    ],
)
def test_agency_credits_stay(line: str, kept: str) -> None:
    """Whom the text was taken from is not a person; the person beside the agency is left out."""
    assert read(make_page(body=paragraphs() + f"<p>{line}</p>")).text.split("\n")[-1] == kept


def test_no_author_is_read_from_anywhere() -> None:
    """Author metas, JSON-LD and printed bylines leave no trace in any field."""
    head = (
        f'<meta name="author" content="{NAME}"><meta property="article:author" content="{NAME}">'
        f'<meta name="dc.creator" content="{NAME}"><meta name="twitter:data1" content="{NAME}">'
        '<script type="application/ld+json">{"@context":"https://schema.org","@graph":['
        f'{{"@type":"Person","name":"{NAME}","description":"{NAME}"}},'
        f'{{"@type":"NewsArticle","headline":"{TITLE}","author":{{"@type":"Person","name":"{NAME}"}},'
        '"datePublished":"2025-09-22T10:14:00+07:00"}]}</script>'
    )
    top = f'<div class="author-date"><span class="author">{NAME}</span> <span class="date">10:14 22/09/2025</span></div>'
    article = read(make_page(head=head, body=top + paragraphs() + SIGNED[0]))
    assert article.published_at is not None
    assert NAME not in repr(article)
    assert not any(part in repr(article) for part in ("Văn A", "Nguyễn"))


def test_a_lead_that_opens_the_body_is_taken_out_once() -> None:
    """Without a lead element, the first paragraph that the description begins is the lead."""
    head = f'<meta name="description" content="{LEAD[:90]}...">'
    article = read(make_page(head=head, lead="", body=paragraphs(LEAD, *PARAGRAPHS)))
    assert article.lead == LEAD
    assert article.text == "\n".join(PARAGRAPHS)


def test_a_description_that_is_not_printed_is_no_lead() -> None:
    """What only search engines see does not become a part of the article."""
    head = '<meta name="description" content="Tin nhanh hợp tác hai tỉnh miền núi phía Bắc mới nhất hôm nay">'
    article = read(make_page(head=head, lead=""))
    assert article.lead == ""
    assert article.text == "\n".join(PARAGRAPHS)


def test_deep_pages_are_flagged_and_read() -> None:
    """Text below nesting depth 255, where readers stop, is still read."""
    page = make_page(body="<div>" * 400 + paragraphs() + "</div>" * 400)
    article = read(page)
    assert "deep" in article.flags
    assert PARAGRAPHS[3] in article.text


def test_layout_tables_are_no_tables() -> None:
    """A page laid out by a table gives paragraphs; a table of figures gives its rows as plain text."""
    rows = (
        f'<table><tr><td class="tieude"><h1>{TITLE}</h1></td></tr><tr><td class="ngaydang">10:14 | 22/09/2025</td></tr>'
        f'<tr><td class="noidung">{paragraphs()}<table><tr><th>Xã</th><th>Số hộ</th></tr>'
        "<tr><td>Chi Lăng</td><td>120</td></tr></table></td></tr></table>"
    )
    page = f"<html><head><title>{TITLE}</title></head><body>{rows}</body></html>"
    article = read(page)
    assert article.published_source == "label"
    assert article.text.split("\n")[:4] == list(PARAGRAPHS)
    assert "Chi Lăng | 120" in article.text
    assert "|--" not in article.text


def test_output_is_nfc_without_control_characters() -> None:
    """Decomposed letters are composed; zero-width and control characters and odd spaces are gone."""
    spoiled = (
        unicodedata.normalize("NFD", PARAGRAPHS[0]).replace(" ", "\u00a0", 1).replace("km", "k\u200bm\x07")
    )
    article = read(make_page(body=paragraphs(spoiled, *PARAGRAPHS[1:])))
    assert article.text == "\n".join(PARAGRAPHS)


def test_fields_are_capped() -> None:
    """No page makes a field longer than its cap, and a cut text says so."""
    long = "chữ " * 300_000
    page = make_page(title="T " * 3_000, lead="L " * 1_200, body=paragraphs(*[long] * 3))
    article = read(page)
    assert len(article.title) <= 1_000
    assert len(article.lead) <= 5_000
    assert len(article.text.encode()) <= 2_000_000
    assert "text_cut" in article.flags


def test_two_extractors_that_disagree_flag_the_article() -> None:
    """A page on which the two find different words asks to be looked at; a plain one does not."""
    assert "extractors_disagree" not in read(make_page()).flags
    blocks = "".join(
        f"<article>{paragraphs(*(f'{text} ({k})' for text in PARAGRAPHS))}</article>" for k in range(4)
    )
    page = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{blocks}</body></html>"
    assert "extractors_disagree" in read(page).flags


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (" ".join(PARAGRAPHS), "vi"),
        (
            "The two provinces signed a plan on Monday to repair roads and to share data on rain and floods.",
            "en",
        ),
        ("12/9", "und"),
    ],
)
def test_languages_are_told(text: str, language: str) -> None:
    """Vietnamese and English are told apart; too little text is neither."""
    from diembao.extract.language import detect_language

    assert detect_language(text) == language


def test_the_reading_runs_in_the_sandbox() -> None:
    """The worker that may die gives the same record; what no parser should see is refused with its own error."""
    page = make_page(head='<meta name="x-release-date" content="posted 12 Mar 2020">').encode()
    with Sandbox() as box:
        function = "diembao.extract.careful:extract_page"
        assert box.call(function, page, returns=ExtractedArticle, url=URL) == read(page)
        with pytest.raises(SandboxRefusedError):
            box.call(function, b"<div>" * 5_000, returns=ExtractedArticle, url=URL)
