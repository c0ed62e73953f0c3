"""The page: one file, no script, no request, every link resolved, everything from outside escaped."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise

import pytest
from tests.report_fixture import build_model

from diembao.i18n import LANGUAGES, Language, Words, _room
from diembao.report.chart_bars import draw_bars
from diembao.report.markup import find_web_address
from diembao.report.model import Collection, Limits, ReportModel, RowsRef, Span
from diembao.report.page import write_page
from diembao.report.periods import name_period
from diembao.report.printer import Printer

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</svg><script>alert(1)</script>",
    "<iframe src=//evil.example>",
    "<a href=javascript:alert(1)>x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--<script>-->",
    "]]><script>alert(1)</script>",
    "<math><mtext></mtext><script>",
    "\u202eevil\u202c <b>bold</b>",
    "<base href=//evil.example>",
    "\x00<scr\x00ipt>alert(1)</script>\ud800",
    "{0.__class__} {topic} %s ${x}",
)


class Reader(HTMLParser):
    """Collects what a page holds."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def model() -> ReportModel:
    return build_model()


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request: pytest.FixtureRequest, model: ReportModel) -> str:
    return write_page(model, request.param)


def test_every_inner_link_leads_somewhere(page: str) -> None:
    """Each href to the page itself meets exactly one id."""
    tags = Reader(page).tags
    ids = Counter(attributes["id"] for _, attributes in tags if "id" in attributes)
    assert [name for name, n in ids.items() if n > 1] == []
    targets = {attributes["href"] for _, attributes in tags if (attributes.get("href") or "").startswith("#")}
    assert [target for target in targets if target and target[1:] not in ids] == []


def test_nothing_is_loaded_from_outside(page: str) -> None:
    """No script, frame, image or style from elsewhere; web addresses stand in links only."""
    for tag, attributes in Reader(page).tags:
        assert tag not in {"script", "iframe", "img", "link", "object", "embed", "base", "form"}
        assert not [name for name in attributes if name.startswith("on")]
        for name, value in attributes.items():
            if re.search(r"https?:|//", value or "") and (tag, name) != ("a", "href"):
                raise AssertionError((tag, name, value))
    style = page[page.index("<style>") : page.index("</style>")]
    assert set(re.findall(r"url\(\"?(\w+)", style)) == {"data"}
    assert "@import" not in style


def test_outside_links_give_nothing_away(page: str) -> None:
    """A link to an article opens without referrer, opener or endorsement."""
    links = [a for tag, a in Reader(page).tags if tag == "a" and (a.get("href") or "").startswith("http")]
    assert links
    assert {a.get("rel") for a in links} == {"noopener noreferrer nofollow"}


def test_page_has_language_landmarks_and_ordered_headings(page: str) -> None:
    """Readers by ear get a language, a skip link, landmarks, one h1 and no skipped level."""
    tags = Reader(page).tags
    names = [tag for tag, _ in tags]
    assert dict(tags)["html"]["lang"] in LANGUAGES
    assert {"main", "header", "footer", "nav", "aside"} <= set(names)
    assert any(a.get("class") == "skip" and a.get("href") == "#main" for _, a in tags)
    levels = [int(tag[1]) for tag in names if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_have_captions_and_scopes(page: str) -> None:
    """Each table has a caption, and each of its heads a scope."""
    tags = Reader(page).tags
    names = [tag for tag, _ in tags]
    assert names.count("table") == names.count("caption") > 5
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in tags if tag == "th")


def test_drawings_have_titles_descriptions_and_both_widths(page: str) -> None:
    """Each chart is drawn twice, has title and description, and no letter under 11 px."""
    drawings = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(drawings) >= 10 and len(drawings) % 2 == 0
    for drawing in drawings:
        assert 'role="group"' in drawing and "<title id=" in drawing and "<desc id=" in drawing
        assert "<script" not in drawing and "<image" not in drawing
        assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', drawing)) >= 11
    assert sum('class="narrow"' in drawing for drawing in drawings) * 2 == len(drawings)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_from_outside_is_never_markup(payload: str) -> None:
    """A title, an outlet's name, a phrase, a topic or a feed that holds markup is shown as text."""
    # articles of one title are folded, so the harmless page has one title too
    harmless_model = build_model(mean=0.6, title="Chợ phiên", outlet="Báo Xứ Hồi")
    harmless = Counter(tag for tag, _ in Reader(write_page(harmless_model, "vi")).tags)
    model = build_model(mean=0.6, title=payload, outlet=payload, phrase=payload)
    spec = replace(model.spec, topic_title=payload, build_command=payload)
    page = write_page(replace(model, spec=spec), "vi")
    page.encode("utf-8")
    assert Counter(tag for tag, _ in Reader(page).tags) == harmless


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt://x%0aalert(1)",
        "data:text/html,x",
        "http://",
        "//x.example/",
        'https://x.example/"onmouseover=alert(1)',
        "https://[::1",
        "https://x.example/a\nb",
        "ftp://x.example/",
        "",
    ],
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    """Anything but a clean http or https address is printed without a link."""
    assert find_web_address(url) is None


def test_plain_web_addresses_become_links() -> None:
    """An ordinary address stays as it is."""
    assert find_web_address("https://x.example/a?b=c&d=é") == "https://x.example/a?b=c&d=é"


def test_titles_are_quoted_to_300_characters() -> None:
    """No more of a title than may be quoted is printed."""
    page = write_page(build_model(mean=0.6, title="ạ" * 400), "vi")
    assert "ạ" * 299 + "…" in page
    assert "ạ" * 300 not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_counts_by_rule_never_speak_of_rise_or_fall(language: Language) -> None:
    """The words for change wait for coding; the label says that a machine counted."""
    words = " ".join(_room(language, "report").values()).lower()
    page = re.sub(r"<bdi.*?</bdi>", "", write_page(build_model(), language)).lower()
    page = page[page.index("<body>") :]
    banned = (
        ("tăng", "giảm", "sụt", "đa số")
        if language == "vi"
        else ("increase", "decrease", "rise", "fell", "drop in")
    )
    assert [
        word for word in banned if re.search(rf"\b{word}\b", words) or re.search(rf"\b{word}\b", page)
    ] == []
    assert Words(language)("report.basis.rule_count").lower() in page


def test_sentences_of_the_catalogue_hold_no_figures() -> None:
    """Every figure on the page comes through a number: the catalogue itself has none."""
    for language in LANGUAGES:
        assert [key for key, text in _room(language, "report").items() if re.search(r"\d", text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_report_says_so(language: Language) -> None:
    """A topic nobody wrote about gives a page without error, and without invented figures."""
    model = build_model(mean=0.0)
    spec = replace(model.spec, compare=None, sample_press=False)
    bare = replace(model, spec=spec, comparison=None, collection=Collection(), limits=Limits())
    bare = replace(bare, health=(), clips=None, truth=(), busiest=())
    page = write_page(bare, language)
    assert Words(language)("report.word.no_articles") in page
    assert Words(language)("report.word.nothing_found") in page


@pytest.mark.parametrize(
    ("first", "last", "vi", "en"),
    [
        ("2026-07-01", "2026-09-30", "quý III/2026", "quarter III of 2026"),
        ("2026-02-01", "2026-02-28", "tháng 2/2026", "Feb 2026"),
        ("2025-01-01", "2025-12-31", "năm 2025", "2025"),
        ("2026-07-02", "2026-09-30", "2/7–30/9/2026", "2 Jul–30 Sep 2026"),
        ("2026-01-01", "2026-06-30", "sáu tháng đầu năm 2026", "first half of 2026"),
        ("2025-07-01", "2025-12-31", "sáu tháng cuối năm 2025", "second half of 2025"),
        ("2025-08-01", "2026-01-31", "tháng 8/2025 đến tháng 1/2026", "Aug 2025 to Jan 2026"),
        ("2025-12-31", "2026-01-30", "31/12/2025–30/1/2026", "31 Dec 2025–30 Jan 2026"),
    ],
)
def test_periods_have_their_names(first: str, last: str, vi: str, en: str) -> None:
    """A quarter, a month and a year are called so; other spans by their days."""
    from datetime import date

    span = Span(date.fromisoformat(first), date.fromisoformat(last))
    assert (name_period(span, "vi"), name_period(span, "en")) == (vi, en)


def test_the_same_model_gives_the_same_page(model: ReportModel) -> None:
    """A report is a pure function of its model."""
    assert write_page(model, "vi") == write_page(build_model(), "vi")


def test_a_large_report_stays_small_and_quick() -> None:
    """Ten thousand articles and two hundred numbers stay far below 12 MB, every article listed."""
    model = build_model(mean=58.0)
    page = write_page(model, "vi")
    assert len(model.articles) > 9_500
    assert len(page.encode()) < 8_000_000
    assert page.count('<li id="a-') == len(model.articles)


def test_fonts_hold_every_vietnamese_letter_and_even_figures() -> None:
    """All 134 accented letters are in each font, figures share one width, and the fonts stay light."""
    import unicodedata
    from io import BytesIO

    from fontTools.ttLib import TTFont

    tones = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    letters = {unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in tones}
    letters = (letters - set("aeiouy")) | {"đ"}
    letters |= {letter.upper() for letter in letters}
    assert len(letters) == 134
    total = 0
    for entry in resources.files("diembao").joinpath("assets", "fonts").iterdir():
        if not entry.name.endswith(".woff2"):
            continue
        data = entry.read_bytes()
        total += len(data)
        font = TTFont(BytesIO(data))
        cmap = font.getBestCmap()
        assert [letter for letter in letters if ord(letter) not in cmap] == []
        assert [sign for sign in "≥−–…“”·€₫" if ord(sign) not in cmap] == []
        if "sans" in entry.name:
            assert len({font["hmtx"][cmap[ord(figure)]][0] for figure in "0123456789"}) == 1
        assert "Source" not in (font["name"].getDebugName(1) or "")  # the name is reserved by the licence
    assert 0 < total < 250_000


def test_titles_of_one_day_that_differ_in_accents_only_stand_once(model: ReportModel) -> None:
    """Reprints of a day are told once, the accented title first, and every article stays linked."""
    day = model.busiest[0]
    first, second = day.articles[:2]
    titles = {first: "Cho phien HOP som", second: "Chợ  phiên họp sớm"}
    articles = tuple(replace(row, title=titles.get(row.ordinal, row.title)) for row in model.articles)
    page = write_page(replace(model, articles=articles, busiest=(day,)), "vi")
    section = page[page.index('<section id="busiest"') : page.index('<section id="clips"')]
    assert "Chợ  phiên họp sớm" in section and "Cho phien HOP som" not in section
    linked = {int(n) for n in re.findall(r'href="#a-(\d+)"', section)}
    runs = {int(n) for a, b in re.findall(r">(\d+)–(\d+)<", section) for n in range(int(a), int(b) + 1)}
    assert set(day.articles) <= linked | runs


def test_few_figures_lead_and_their_parts_add_up(model: ReportModel, page: str) -> None:
    """At most six leading figures; what the rule could not decide is told beside the mentions."""
    key = page[page.index('<section id="key"') : page.index('<ul class="notices"')]
    assert key.count("<dt>") <= 6
    assert all(f'href="#n-decision.{name}"' in key for name in ("about", "mentions", "unclear"))


def test_paper_leaves_the_long_lists_to_the_screen(page: str) -> None:
    """In print the numbers and the articles of the earlier period give way to a line that says where they are."""
    numbers = page[page.index('<section id="numbers"') :]
    assert 'class="paper"' in numbers and 'class="nums screen"' in numbers
    articles = page[page.index('<section id="articles"') : page.index('<section id="numbers"')]
    assert 'class="paper"' in articles
    assert 'class="chunk"' in articles and 'class="chunk screen"' in articles
    assert ".screen,aside nav,.skip { display:none; }" in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_collected_is_said_in_words(model: ReportModel, language: Language) -> None:
    """An outlet without collection has no bar of none and no zero: drawing and table say it in words."""
    silent = replace(model.outlets[0].count, value=None, missing="not_collected", rows=RowsRef())
    rows = (replace(model.outlets[0], count=silent), *model.outlets[1:3])
    drawing = draw_bars(
        Printer(model, language), "b", [(row.name, row.count, None) for row in rows], title="t",
        name_now="a", name_then=None,
    )  # fmt: skip
    words = Words(language)("report.missing.not_collected")
    assert drawing.count(f">{words}<") == 2  # the wide drawing and the narrow one
    assert "url(#hatch-b-w)" in drawing and ">0<" not in drawing


def test_current_and_former_units_stand_apart(page: str, model: ReportModel) -> None:
    """Two tables of units; a former one names its successors."""
    section = page[page.index('<section id="places"') : page.index('<section id="busiest"')]
    current, former = section.split("<h3>")[1:]
    gone = [row.name for row in model.places if row.valid_to]
    assert all(f">{name}<" in former and f">{name}<" not in current for name in gone)
    assert "phường Kỳ Lừa; xã Đồng Đăng" in former
