"""The report in a real browser, in both languages, on a desk and on a telephone."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from diembao.app.process import process_project
from diembao.app.reports import build_report
from diembao.app.topics import new_topic
from tests.app.conftest import make_project, write_files
from tests.conftest import skip_or_fail
from tests.e2e.browser import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LANGUAGES = ("vi", "en")
WIDTHS = (1280, 390)
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        skip_or_fail("no Chromium on this machine: install it (Debian: apt install chromium)")
    assert program is not None
    with Browser(program, tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of a small report in each language."""
    folder = tmp_path_factory.mktemp("seen")
    project = make_project(folder / "project", write_files(folder / "files"))
    new_topic(project, place="Lạng Sơn")
    process_project(project)
    return {
        language: Path(
            build_report(
                project,
                topic_id="lang-son",
                start=date(2026, 2, 9),
                end=date(2026, 3, 8),
                compare="2026-01-12..2026-02-08",
                language=language,
            )["folder"]
        )
        / "report.html"
        for language in LANGUAGES
    }


@pytest.fixture(scope="session", params=[(lang, w) for lang in LANGUAGES for w in WIDTHS], ids=str)
def page(request: pytest.FixtureRequest, browser: Browser, reports: dict[str, Path]) -> Page:
    """The opened page; the tests of one page run one after the other."""
    language, width = request.param
    return Page(browser, reports[language].as_uri(), width)


def test_nothing_scrolls_sideways(page: Page) -> None:
    """Neither the page nor any open table is wider than its room."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    wide = """[...document.querySelectorAll('main .scroll')]
        .filter(box => !box.closest('details') && box.scrollWidth > box.clientWidth + 1)
        .map(box => box.getAttribute('aria-label') + ' ' + box.scrollWidth + '>' + box.clientWidth)"""
    assert page.evaluate(wide) == []


def test_one_drawing_of_each_chart_is_shown(page: Page) -> None:
    """Wide drawings on a desk, narrow ones on a telephone, never both, and none is cut off."""
    shown = """[...document.querySelectorAll('main svg')]
        .map(svg => [svg.getAttribute('class'), svg.getBoundingClientRect()])
        .filter(([kind, box]) => box.width > 0)
        .map(([kind, box]) => [kind, box.right <= window.innerWidth])"""
    drawings = page.evaluate(shown)
    assert len(drawings) >= 5
    assert len({kind for kind, _ in drawings}) == 1
    assert all(fits for _, fits in drawings)


def test_the_page_asks_for_nothing_and_complains_of_nothing(page: Page) -> None:
    """The file itself is the only request, fonts are inside, and the console stays empty."""
    asked = [url for url in page.list_requests() if not url.startswith("data:")]
    assert asked == [page.evaluate("location.href")]
    assert page.list_complaints() == []


def test_every_inner_link_has_its_target(page: Page) -> None:
    """Each link into the page finds an element that the browser knows and can show."""
    dead = """[...document.querySelectorAll('a[href^="#"]')]
        .map(link => link.getAttribute('href').slice(1))
        .filter(name => document.getElementById(name) === null)"""
    assert page.evaluate("document.querySelectorAll('a[href^=\"#\"]').length") > 100
    assert page.evaluate(dead) == []


def test_letters_are_drawn_in_the_fonts_that_travel_along(page: Page) -> None:
    """All faces load, and each accented letter has its own glyph: with either fallback it is equally wide."""
    assert page.evaluate("[...document.fonts].map(face => face.status)") == ["loaded"] * 3
    letters = {unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in TONES}
    letters |= {"đ"} | {letter.upper() for letter in letters}
    for face in ('400 40px "Diembao Sans"', '600 40px "Diembao Sans"', '600 40px "Diembao Serif"'):
        measure = f"""(() => {{
            const pen = document.createElement('canvas').getContext('2d');
            const width = (text, family) => {{ pen.font = family; return pen.measureText(text).width; }};
            const face = '{face}', bare = face.replace(/"[^"]+"/, 'monospace');
            const own = text => width(text, face + ', monospace') === width(text, face + ', serif');
            return {{
                strange: [...'{"".join(sorted(letters))}'].filter(letter => !own(letter)),
                differs: width('Lạng Sơn ế ộ ữ', face) !== width('Lạng Sơn ế ộ ữ', bare),
            }};
        }})()"""
        assert page.evaluate(measure) == {"strange": [], "differs": True}
