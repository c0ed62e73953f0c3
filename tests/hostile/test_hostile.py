"""Every hostile input through its real door: a typed outcome, in time, in bounds, with nothing lost in silence.

By default an evenly spread part of each family runs, without the heavy ones; `DIEMBAO_HOSTILE=whole` runs all
of them under the product's own limits.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from time import process_time

import pytest

import diembao
from diembao.app.collecting.worker import PageReading
from diembao.errors import SandboxKilledError, SandboxRefusedError, SourceError, UsageError
from diembao.fetch.robots import RobotsAnswer
from diembao.fetch.signals import TdmRules
from diembao.sandbox import Limits, Sandbox
from diembao.text.normal import MAX_MARKS, fold_text, to_nfc
from diembao.types import ParsedFeed, ParsedSitemap
from tests.hostile import article, doors, feeds, pages, robots, sitemaps, tdmrep
from tests.hostile.doors import FAMILIES, Family, Outcome, knock
from tests.hostile.making import Hostile
from tests.hostile.memory import forget_peak, held_mb, peak_mb

IS_WHOLE = os.environ.get("DIEMBAO_HOSTILE") == "whole"
#: one of so many inputs of a family runs by default; those of the same text stand side by side in its list
STRIDES = {"pages": 5, "looks": 6, "feeds": 3, "sitemaps": 2, "warcs": 3, "rows": 2}
#: by the processor, so that a busy machine changes nothing
QUICK = Limits(cpu_s=3)
CHUNK = 40
GROWTH_MB = 64
#: processor time that this process may take for one input: more is a hang
CPU_S = 20

#: memory is measured in this process: no other test may run in it meanwhile, and the sandbox is shared
pytestmark = pytest.mark.xdist_group("hostile")


def _choose(family: Family) -> list[Hostile]:
    if IS_WHOLE:
        return list(family.cases)
    return [case for case in family.cases if not case.heavy][:: STRIDES.get(family.name, 1)]


CHUNKS = [
    pytest.param(name, cases[start : start + CHUNK], id=f"{name}-{start}")
    for name, family in FAMILIES.items()
    for cases in [_choose(family)]
    for start in range(0, len(cases), CHUNK)
]


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """A sandbox with the limits that the product has, or with shorter ones."""
    with Sandbox(limits=Limits() if IS_WHOLE else QUICK) as made:
        gc.collect()
        gc.freeze()  # what other tests left is looked through no more
        yield made
        gc.unfreeze()


def test_there_are_enough_of_them() -> None:
    """At least 300 hostile inputs, each with a name of its own in its family."""
    for family in FAMILIES.values():
        names = [case.name for case in family.cases]
        assert len(set(names)) == len(names), family.name
    assert sum(len(family.cases) for family in FAMILIES.values()) - len(pages.CASES) >= 1_000
    assert sum(len(_choose(family)) for family in FAMILIES.values() if family.name != "looks") >= 300


@pytest.mark.parametrize(("name", "cases"), CHUNKS)
def test_each_has_a_typed_outcome(box: Sandbox, name: str, cases: list[Hostile]) -> None:
    """A result or an error raised on purpose, within the time; the main process stays small; the next input is well."""
    family = FAMILIES[name]
    check_good(box, name)
    before, complaints = held_mb(), list[str]()
    for case in cases:
        body = case.make()
        held = held_mb()
        forget_peak()
        begun = process_time()
        outcome = knock(family.door, box, case, body)
        grown = peak_mb() - held
        outcome.check(grown <= GROWTH_MB, f"the main process grew by {grown} MB")
        outcome.check(process_time() - begun <= CPU_S, f"{process_time() - begun:.1f} s")
        if outcome.kind == "SandboxKilledError":
            check_set_aside(box, family, case, body, outcome)
        if outcome.kind != "result":
            check_good(box, name)
        complaints += outcome.wrong
    check_good(box, name)
    grown = held_mb() - before
    assert grown <= GROWTH_MB, f"{grown} MB stayed"
    assert complaints == []


def check_set_aside(box: Sandbox, family: Family, case: Hostile, body: bytes, outcome: Outcome) -> None:
    """An input over which workers died is refused without trying after two deaths, unless it is read after all."""
    for _ in range(2):
        again = knock(family.door, box, case, body)
        if again.kind != "SandboxKilledError":
            return
    outcome.check(False, "it is tried again and again")


def check_good(box: Sandbox, name: str) -> None:
    """A good input gives its right answer, whatever came before it."""
    family = FAMILIES[name]
    match name:
        case "pages" | "looks":
            check_page(box, careful=name == "pages")
        case "feeds":
            feed = box.call(
                "diembao.sources.feeds:parse_feed_body", family.good, returns=ParsedFeed, url=feeds.URL
            )
            assert [entry.url for entry in feed.entries][::2] == [feeds.FIRST, feeds.LAST]
        case "sitemaps":
            found = box.call(
                "diembao.sources.sitemaps:parse_sitemap", family.good, returns=ParsedSitemap, url=sitemaps.URL
            )
            assert [entry.url for entry in found.entries][::2] == [sitemaps.FIRST, sitemaps.LAST]
        case "robots":
            answer = box.call(
                "diembao.fetch.robots:check_robots",
                robots.GOOD,
                returns=RobotsAnswer,
                urls=["https://bao.example/rieng/x", "https://bao.example/tin.html"],
            )
            assert (answer.allowed, answer.crawl_delay_s) == ((False, True), 7.0)
        case "tdmrep":
            rules = box.call("diembao.fetch.signals:parse_tdmrep", tdmrep.GOOD, returns=TdmRules)
            assert [rule.reserved for rule in rules.rules] == [True, False]
        case _:
            check_page(box, careful=False)


def check_page(box: Sandbox, *, careful: bool) -> None:
    """The plain news page, with its title and, if read carefully, every sentence in order."""
    reading = box.call(
        "diembao.app.collecting.worker:read_page",
        article.GOOD_PAGE,
        returns=PageReading,
        url=article.URL,
        careful=careful,
    )
    assert reading.look.title == article.TITLE
    if careful:
        assert reading.article is not None
        assert article.is_whole(f"{reading.article.lead}\n{reading.article.text}")


_ADDRESSES = (
    "", "x", "//", "\0", "http://[", "https://[::1", "javascript:alert(1)", "file:///etc/passwd", "https://bao.example:9999999/",
    "https://bao.example/\ud800", "https://" + "a." * 50_000, "https://bao.example/" + "a" * 1_000_000, "https://\u202ebao.example/",
)  # fmt: skip


@pytest.mark.parametrize("url", _ADDRESSES, ids=lambda url: ascii(url)[:30])
def test_an_address_may_be_anything(url: str) -> None:
    """Addresses come from strangers too: whatever they are, the page and the feed are read."""
    assert article.is_whole(diembao.extract_article(article.GOOD_PAGE, url).text)
    assert feeds.FIRST in {entry.url for entry in diembao.parse_feed(feeds.GOOD, url).entries}


@pytest.mark.parametrize("said", pages.CONTENT_TYPES, ids=lambda said: ascii(said)[:30])
def test_a_content_type_may_be_anything(said: str) -> None:
    """A header that lies or is no header never keeps a page from being answered."""
    assert diembao.extract_article(article.GOOD_PAGE, article.URL, content_type=said).url == article.URL


@pytest.mark.parametrize("body", ["text", None, 5, ["x"]])
def test_what_is_no_bytes_is_a_usage_error(body: object) -> None:
    """Text, a path or nothing in the place of bytes is told in a sentence with the next step."""
    for read in (diembao.extract_article, diembao.parse_feed):
        with pytest.raises(UsageError) as caught:
            read(body, article.URL)  # type: ignore[operator]
        assert caught.value.next_step
    assert article.is_whole(diembao.extract_article(bytearray(article.GOOD_PAGE), article.URL).text)


@pytest.mark.parametrize("percent", [30, 50, 70, 90])
def test_a_page_that_breaks_off_says_so(percent: int) -> None:
    """A page that was cut off is never a whole article: it is flagged; the same page to its end is not."""
    body = article.GOOD_PAGE
    cut = diembao.extract_article(body[: len(body) * percent // 100], article.URL)
    assert "unfinished" in cut.flags
    assert "unfinished" not in diembao.extract_article(body, article.URL).flags


def test_what_follows_a_stray_end_of_the_page_is_read() -> None:
    """`</body></html>` in the middle ends the page for libxml2, for no browser and not for us."""
    page = article.write_page(inside="</body></html>").encode()
    assert article.is_whole(diembao.extract_article(page, article.URL).text)


def test_a_page_with_hidden_attributes_is_refused() -> None:
    """Thirty thousand attributes behind a `>` in a value hang parsers; a careful reading refuses them."""
    poison = "<p title='>' " + " ".join(f"a{n}=1" for n in range(30_000)) + ">x</p>"
    with pytest.raises(SandboxRefusedError):
        diembao.extract_article(article.write_page(inside=poison).encode(), article.URL)


def test_a_feed_with_hidden_attributes_keeps_its_good_entries() -> None:
    """The library's feed reader takes the attributes of the bad entry away and reads the others."""
    case = next(case for case in feeds.CASES if case.name == "attributes_behind-rss")
    feed = diembao.parse_feed(case.make(), feeds.URL)
    assert {feeds.FIRST, feeds.LAST} <= {entry.url for entry in feed.entries}


def test_a_long_page_beyond_the_basic_plane_has_prints() -> None:
    """A text of more than 100,000 characters with one emoji among them is read like any other."""
    case = next(case for case in pages.CASES if case.name == "astral-inside")
    with Sandbox() as box:
        outcome = knock(FAMILIES["pages"].door, box, case, case.make())
    assert (outcome.kind, outcome.wrong) == ("result", [])


@pytest.mark.parametrize("marks", ["\u0301", "\u0323\u0301", "\u05b0\u0591"])
def test_endless_marks_are_cut(marks: str) -> None:
    """A million combining marks are normalized at once, to the same text wherever they stand; spans lead back."""
    given = "chợ" + marks * 500_000 + " phiên"
    plain = to_nfc(given)
    assert len(plain) <= MAX_MARKS + 10
    folded = fold_text(given)
    start = folded.text.index("phiên")
    first, last = folded.given_span(start, start + 5)
    assert given[first:last] == "phiên"


def test_a_deadly_page_is_set_aside() -> None:
    """Killed, killed, refused without trying; the page after it is read by a fresh worker."""
    body = article.write_page(inside="<p>x</p>" * 100_000).encode()
    with Sandbox(limits=Limits(wall_s=1.0)) as box:
        kinds = [knock(doors.FAMILIES["pages"].door, box, Hostile("x", bytes), body).kind for _ in range(3)]
    assert kinds == ["SandboxKilledError", "SandboxKilledError", "SandboxRefusedError"]
    with Sandbox(limits=Limits(memory_mb=400)) as box, pytest.raises((SandboxKilledError, SourceError)):
        box.call(
            "diembao.app.collecting.worker:extract_article_body",
            article.write_page(inside="<b>x" * 3_000_000).encode(),
            returns=PageReading,
            url=article.URL,
        )
    with Sandbox() as box:
        check_page(box, careful=True)
