"""On real pages: the cheap first look loses nothing that the careful reading would match, and says the same of a page."""

from __future__ import annotations

import gzip
import hashlib
import html
import random
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from diembao.errors import DiembaoError
from diembao.extract.careful import extract_page
from diembao.extract.look import look_page
from diembao.text.normal import strip_accents
from diembao.text.prints import fingerprint
from diembao.topics import Matcher, free_topic, parse_gazetteer, place_topic
from diembao.topics.scan import Scanner
from diembao.types import ExtractedArticle, Topic

pytestmark = [pytest.mark.shared, pytest.mark.xdist_group("first_look")]

SETS = {
    "html_article_extraction_benchmark": "ac91d7ea372f",
    "html_trafilatura_eval_third": "d168b10308cf",
}
URL = "https://bao.example/tin-tuc/mot-bai-bao-mau-123456.html"
_TAG = re.compile(rb"<[^>]*>")
_WORD = re.compile(r"[^\W\d_]{2,}(?:\s+[^\W\d_]{2,}){1,3}")


def read_pages(shared: Path, name: str) -> list[tuple[str, bytes]]:
    """The pages of a set by file name, unpacked."""
    files = sorted((shared / "data" / "open" / name / "html").rglob("*"))
    found = []
    for file in files:
        if file.is_file():
            data = file.read_bytes()
            found.append((file.name, gzip.decompress(data) if file.suffix == ".gz" else data))
    return found


@cache
def gazetteer() -> object:
    packed = resources.files("diembao").joinpath("assets", "gazetteer", "vietnam.jsonl.xz").read_bytes()
    return parse_gazetteer(packed)


def read_carefully(page: bytes) -> ExtractedArticle | None:
    """The careful reading, or None where the page is refused."""
    try:
        return extract_page(page, url=URL)
    except DiembaoError:
        return None


def match(topic: Topic, article: ExtractedArticle) -> str:
    matcher = Matcher(topic, gazetteer())  # type: ignore[arg-type]
    return matcher.match(title=article.title, lead=article.lead, text=article.text).decision


def pick_phrases(article: ExtractedArticle, page: bytes, dice: random.Random) -> list[str]:
    """Phrases of two to four words of one line of the careful text that stand in the page, tags taken out.

    Where the careful reading leaves something out, words meet that stand apart on the page; together they are
    no phrase of it.
    """
    lines = f"{article.title}\n{article.lead}\n{article.text}".splitlines()
    found = [phrase for line in lines for phrase in _WORD.findall(" ".join(line.split()))]
    raw = [html.unescape(_TAG.sub(by, page).decode("utf-8", "replace")) for by in (b" ", b"")]
    plain = [" ".join(text.split()) for text in raw]
    return [
        phrase for phrase in dice.sample(found, min(5, len(found))) if any(phrase in text for text in plain)
    ]


@pytest.mark.parametrize("name", SETS)
def test_what_careful_reading_matches_the_look_may_match(shared: Path, name: str) -> None:
    """Phrases out of the careful text, as topics: the look names each, or is in doubt. No page is lost."""
    dice = random.Random(7)
    asked = lost = 0
    examples = []
    for file, page in read_pages(shared, name)[::2]:
        article = read_carefully(page)
        if article is None:
            continue
        topics = []
        for number, phrase in enumerate(pick_phrases(article, page, dice)):
            try:
                topics.append(free_topic(f"t {number}", [phrase]))
            except DiembaoError:  # looks like a person's name: no topic at all
                continue
        topics = [topic for topic in topics if match(topic, article) != "not"]
        scanner = Scanner(topics, gazetteer())  # type: ignore[arg-type]
        look = look_page(page, url=URL, may_match=scanner.find)
        asked += len(topics)
        if look.in_doubt:
            continue
        missing = {topic.topic_id for topic in topics} - set(look.may_match)
        lost += len(missing)
        examples += [(file, topic.phrases[0].text) for topic in topics if topic.topic_id in missing]
    assert asked > 200
    assert not lost, examples[:5]


def write_forms(name: str) -> Iterator[tuple[str, bytes, str]]:
    """A name as pages write it: label, bytes to plant, and the charset that the page states."""
    yield "nfc", name.encode(), "utf-8"
    yield "nfd", unicodedata.normalize("NFD", name).encode(), "utf-8"
    yield "upper", name.upper().encode(), "utf-8"
    yield "ascii", strip_accents(name).encode(), "utf-8"
    yield "no-break space", name.replace(" ", "\u00a0").encode(), "utf-8"
    yield "no-break entity", name.replace(" ", "&nbsp;").encode(), "utf-8"
    yield "numeric entities", "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in name).encode(), "utf-8"
    yield "hex entities", "".join(f"&#x{ord(c):X};" if ord(c) > 127 else c for c in name).encode(), "utf-8"
    yield "named entities", html.escape(name).replace("á", "&aacute;").encode(), "utf-8"
    yield "inline tags", name.replace(" ", " <b>", 1).encode() + b"</b>", "utf-8"
    yield "tag in a word", (name[:2] + "<i>" + name[2:] + "</i>").encode(), "utf-8"
    yield (
        "windows-1258",
        unicodedata.normalize("NFD", name).encode("cp1258", "xmlcharrefreplace"),
        "windows-1258",
    )
    yield "zero width", name.replace(" ", "\u200b ").encode(), "utf-8"
    yield "over two lines", name.replace(" ", "\n   ").encode(), "utf-8"


@pytest.mark.parametrize("name", SETS)
def test_a_place_named_in_any_form_is_found_where_careful_reading_finds_it(shared: Path, name: str) -> None:
    """A paragraph with the place's name, in every encoding and form, planted into real pages: nothing is lost."""
    topic = place_topic(gazetteer(), "Lạng Sơn")  # type: ignore[arg-type]
    scanner = Scanner([topic], gazetteer())  # type: ignore[arg-type]
    found = 0
    lost = []
    pages = [page for page in read_pages(shared, name) if page[1].count(b"</p>") > 3][::6]
    for number, (file, page) in enumerate(pages):
        forms = list(write_forms("Lạng Sơn"))
        for label, written, charset in (forms[number % len(forms)], forms[(number * 5 + 3) % len(forms)]):
            sentence = (
                b"<p>Hom qua tai tinh "
                + written
                + b", nhieu nguoi den du hoi cho va xem hat then rat vui.</p>"
            )
            at = page.find(b"</p>", len(page) // 3)
            planted = page[: at + 4] + sentence * 3 + page[at + 4 :]
            content_type = f"text/html; charset={charset}" if charset != "utf-8" else None
            article = extract_page(planted, url=URL, content_type=content_type)
            if match(topic, article) == "not":
                continue
            found += 1
            look = look_page(planted, url=URL, content_type=content_type, may_match=scanner.find)
            if not (look.may_match or look.in_doubt):
                lost.append((file, label))
    assert found > 10
    assert not lost


def test_both_looks_say_the_same_of_a_page(shared: Path) -> None:
    """Title, day of publication and whether it is an article agree; the cheap prints hold most of the careful text's."""
    same_title = same_day = dated = pages = careful_articles = cheap_articles = doubts = 0
    held = []
    for name in SETS:
        for _, page in read_pages(shared, name)[::3]:
            article = read_carefully(page)
            if article is None:
                continue
            look = look_page(page, url=URL)
            pages += 1
            doubts += bool(look.in_doubt)
            same_title += look.title == article.title
            if article.published_at is not None:
                dated += 1
                same_day += (
                    look.published_at is not None and look.published_at.date() == article.published_at.date()
                )
            if article.page_type == "article":
                careful_articles += 1
                cheap_articles += look.page_type == "article"
                prints = set(fingerprint(f"{article.lead}\n{article.text}"))
                if len(prints) >= 10:
                    held.append(len(prints & set(look.text_prints)) / len(prints))
    held.sort()
    figures = {
        "title": same_title / pages,
        "day": same_day / dated,
        "article": cheap_articles / careful_articles,
        "prints": held[len(held) // 2],
        "doubt": doubts / pages,
    }
    floors = {"title": 0.98, "day": 0.9, "article": 0.97, "prints": 0.89}
    assert all(figures[key] >= floor for key, floor in floors.items()), figures
    assert figures["doubt"] <= 0.03, figures


@pytest.mark.parametrize("name", SETS)
def test_the_pages_are_the_ones_that_were_measured(shared: Path, name: str) -> None:
    """The figures above belong to these pages."""
    digest = hashlib.sha256()
    for file, page in read_pages(shared, name):
        digest.update(f"{file} {hashlib.sha256(page).hexdigest()}\n".encode())
    assert digest.hexdigest()[:12] == SETS[name]
