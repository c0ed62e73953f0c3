"""Page rules of single outlets: the file's form, the shipped ones on saved pages, and the general rules beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree
from tests.extract_fixture import PARAGRAPHS, make_page, read

from diembao.errors import SettingsError
from diembao.extract.overrides import (
    find_shipped,
    list_shipped,
    load_overrides,
    parse_overrides,
    selector_path,
)

PAGES = Path(__file__).parent.parent / "pages"
#: of our own writing, in the structure of six layouts
TITLE = "Hai xã giáp ranh - Một chợ phiên: 5 việc làm ngay"
LEAD = (
    "Sáng 22/9, hai xã giáp ranh ký chương trình sửa đường và mở chợ phiên chung, bắt đầu ngay trong quý này."
)
TEXT = [
    "Theo chương trình, hai bên cùng sửa 14 km đường nối các thôn, bắt đầu từ đoạn hay sạt lở mỗi mùa mưa.",
    "Việc thứ hai là mở chung một đường dây nóng cho người dân hỏi về thủ tục đất đai.",
    "Ngắn.",
    "Theo TTXVN",
]


def test_every_shipped_file_has_its_saved_page_and_the_other_way_round() -> None:
    """An outlet that needs special care is one small file and a page that shows it."""
    assert list_shipped() == tuple(sorted(page.stem for page in PAGES.glob("*.html")))
    assert len(list_shipped()) >= 6


@pytest.mark.parametrize("domain", list_shipped())
@pytest.mark.parametrize("with_rules", [True, False], ids=["rules", "general"])
def test_saved_pages_are_read_with_and_without_their_rules(domain: str, with_rules: bool) -> None:
    """Title, lead, text and time come out whole; the general rules manage the same layouts."""
    body = (PAGES / f"{domain}.html").read_bytes()
    rules = find_shipped(domain)
    assert rules is not None
    article = read(
        body, url=f"https://{domain}/mot-bai-mau-ve-cho-phien.html", overrides=rules if with_rules else None
    )
    assert article.title == TITLE
    assert article.lead.endswith(LEAD)
    assert article.text.split("\n") == TEXT
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2025-09-22T03:14:00+00:00"
    assert ("rules" in article.flags) == with_rules
    assert "PV" not in article.text + article.lead


def test_rules_name_what_the_general_ones_cannot_know() -> None:
    """A body under names that mean nothing, a box without a label, and a kind of page."""
    odd = (
        '<i class="k7">'
        + "".join(f"<b>{text}</b><br>" for text in PARAGRAPHS[:2])
        + '<u class="k9">Rao vặt</u></i>'
    )
    rules = load_overrides(
        '[[layout]]\nbody = ["i.k7"]\nremove = ["u.k9"]\ntitle = ["div > em"]\n[kinds]\nphoto = ["i[class^=k7]"]\n'
    )
    page = f"<html><body><div><em>Một tiêu đề lạ</em></div>{odd}</body></html>"
    article = read(page, overrides=rules)
    assert (article.title, article.page_type, article.extractor) == ("Một tiêu đề lạ", "photo", "rules")
    assert article.text.split("\n") == list(PARAGRAPHS[:2])
    assert "kind:rules" in article.flags


def test_a_layout_that_does_not_fit_leaves_the_general_rules() -> None:
    """Rules for yesterday's template do no harm to today's page; the second layout is tried when the first fails."""
    rules = load_overrides('[[layout]]\nbody = ["div.old"]\n[[layout]]\nbody = ["div.detail-content"]\n')
    assert "rules" in read(make_page(), overrides=rules).flags
    rules = load_overrides('[[layout]]\nbody = ["div.old"]\n')
    article = read(make_page(), overrides=rules)
    assert "rules" not in article.flags
    assert article.text == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "text",
    [
        "not toml [",
        "[other]\na = 1",
        "[[layout]]\nbody = 1",
        "[[layout]]\ntitle = ['h1']",
        "[[layout]]\nbody = ['a{}']",
        "[[layout]]\nbody = ['> a']",
        "[[layout]]\nauthor = ['p']\nbody = ['p']",
        "layout = 3",
        "layout = [1]",
        "[kinds]\nnonsense = ['p']",
        "[kinds]\nlive = [1]",
        "a = '" + "x" * 60_000 + "'",
    ],
)
def test_files_that_cannot_be_meant_are_refused(text: str) -> None:
    """Each mistake is one typed error that names the file; an author cannot be asked for."""
    with pytest.raises(SettingsError) as caught:
        parse_overrides(text, name="bao-mau.toml")
    assert caught.value.key == "extract.overrides"
    assert "bao-mau.toml" in str(caught.value)


def test_plain_selectors_become_xpath() -> None:
    """Tags, classes, ids and attributes, inside and directly inside; everything else is refused."""
    page = etree.fromstring('<d><p class="a b" id="x"><i k="v w">1</i></p><p class="ab"/></d>')
    for selector, found in {
        "p.a": 1,
        "p": 2,
        "d > p": 0,
        "p > i": 1,
        "#x i": 1,
        "[k]": 1,
        "[k^=v]": 1,
        "i[k*=w]": 1,
    }.items():
        path = selector_path(selector)
        assert path is not None
        assert len(page.xpath(path)) == found, selector
    assert [selector_path(s) for s in ("", ">", "p >", "p:hover", "p,a", "a[k='']()", "é")] == [None] * 7


def test_unknown_domains_have_no_rules() -> None:
    """A name that is no domain opens no file."""
    assert find_shipped("khong-co.example") is None
    assert find_shipped("../overrides/vnexpress.net") is None
