"""Title, canonical address and times: which source is believed, and what is flagged."""

# ruff: noqa: E501  (tables of cases read best with one case a line)

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from tests.extract_fixture import TITLE, URL, make_page, paragraphs, read

from diembao.extract.canonical import choose_canonical
from diembao.extract.dates import choose_dates
from diembao.extract.head import HeadData, make_head
from diembao.extract.linked import LinkedArticle, read_linked
from diembao.extract.titles import choose_title

OUTLET = "Báo Lạng Sơn"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def linked_script(**fields: object) -> str:
    value = json.dumps({"@type": "NewsArticle"} | fields, ensure_ascii=False)
    return f'<script type="application/ld+json">{value}</script>'


# ------------------------------------------------------------------ titles


@pytest.mark.parametrize(
    ("headings", "og", "tag", "wanted"),
    [
        # the dash belongs to the title
        (["Lạng Sơn - Cao Bằng ký kết hợp tác"], "Lạng Sơn - Cao Bằng ký kết hợp tác", "", "Lạng Sơn - Cao Bằng ký kết hợp tác"),
        ([], "", "Lạng Sơn - Cao Bằng ký kết hợp tác", "Lạng Sơn - Cao Bằng ký kết hợp tác"),
        (["Lạng Sơn"], "Lạng Sơn - Cao Bằng ký kết hợp tác", "Lạng Sơn - Cao Bằng ký kết hợp tác", "Lạng Sơn - Cao Bằng ký kết hợp tác"),
        # an outlet's name behind it goes when another source states the title without it
        (["Mưa lớn | Sạt lở trên quốc lộ 4B"], "", "Mưa lớn | Sạt lở trên quốc lộ 4B | Báo Lạng Sơn", "Mưa lớn | Sạt lở trên quốc lộ 4B"),
        ([], "Giá hồi tăng: người trồng vui", f"Giá hồi tăng: người trồng vui - Thời sự - {OUTLET}", "Giá hồi tăng: người trồng vui"),
        ([], "", f"Giá hồi tăng ở Văn Quan - {OUTLET}", f"Giá hồi tăng ở Văn Quan - {OUTLET}"),
        ([], f"Giá hồi tăng ở Văn Quan - {OUTLET}", f"Giá hồi tăng ở Văn Quan - {OUTLET}", f"Giá hồi tăng ở Văn Quan - {OUTLET}"),
        # the logo is a heading, too
        ([OUTLET, "Giá hồi tăng ở Văn Quan"], "Giá hồi tăng ở Văn Quan", "", "Giá hồi tăng ở Văn Quan"),
        # a cut title gives way to the printed one
        (["Giá hồi ở Văn Quan tăng gấp đôi sau ba tháng"], "Giá hồi ở Văn Quan tăng gấp đôi...", "", "Giá hồi ở Văn Quan tăng gấp đôi sau ba tháng"),
        (["Chuyên đề Giá hồi tăng ở Văn Quan"], "Giá hồi tăng ở Văn Quan", "", "Giá hồi tăng ở Văn Quan"),
        ([], "", "", ""),
    ],
)  # fmt: skip
def test_titles_are_chosen(headings: list[str], og: str, tag: str, wanted: str) -> None:
    """Dashes, colons and bars of the title survive; an ending goes only when another source agrees."""
    head = make_head(title=tag, metas=[("og:title", og)])
    assert choose_title(headings, head, LinkedArticle()) == wanted


def test_json_ld_headline_and_entities() -> None:
    """The headline of JSON-LD is a source as others are; entities in it are read."""
    head = make_head(title=f"Giá hồi & quế tăng ở Văn Quan - {OUTLET}")
    linked = read_linked(['{"@type":"NewsArticle","headline":"Giá hồi &amp; quế tăng ở Văn Quan"}'])
    assert choose_title([], head, linked) == "Giá hồi & quế tăng ở Văn Quan"


# ------------------------------------------------------------------ canonical addresses


@pytest.mark.parametrize(
    ("href", "canonical", "flags"),
    [
        ("https://baolangson.vn/lang-son-cao-bang-ky-ket-hop-tac-5060001.html#top", URL, ()),
        ("/lang-son-cao-bang-ky-ket-hop-tac-5060001.html", URL, ()),
        ("https://m.baolangson.vn/khac-ten-bai-viet-nay-5060002.html", "https://m.baolangson.vn/khac-ten-bai-viet-nay-5060002.html", ()),
        ("https://vnexpress.net/lang-son-cao-bang-ky-ket-hop-tac-5060001.html", None, ("canonical_other_domain",)),
        ("https://baolangson.vn.evil.example/lang-son-cao-bang-ky-ket-hop-tac-5060001.html", None, ("canonical_other_domain",)),
        ("https://baolangson.vn/", None, ("canonical_home",)),
        ("https://baolangson.vn/index.html", None, ("canonical_home",)),
        ("https://baolangson.vn/kinh-te", None, ("canonical_list",)),
        ("https://baolangson.vn/tag/lang-son-cao-bang-hop-tac-5060001", None, ("canonical_list",)),
        ("javascript:alert(1)", None, ("canonical_bad",)),
        ("ftp://baolangson.vn/lang-son-cao-bang-ky-ket-hop-tac-5060001.html", None, ("canonical_bad",)),
        ("http://[bad", None, ("canonical_bad",)),
        ("", None, ()),
    ],
)  # fmt: skip
def test_canonical_addresses_are_believed_on_the_own_domain_only(
    href: str, canonical: str | None, flags: tuple[str, ...]
) -> None:
    """Other domains, home pages, lists and what is no web address are refused with a flag."""
    assert choose_canonical(make_head(links=[("canonical", href)]), URL) == (canonical, flags)


def test_two_different_canonical_addresses_are_none() -> None:
    """A page that names two addresses as its own has none that can be believed."""
    links = [("canonical", URL), ("canonical", "https://baolangson.vn/mot-bai-khac-han-5060009.html")]
    assert choose_canonical(make_head(links=links), URL) == (None, ("canonical_many",))


# ------------------------------------------------------------------ times

MORNING = at(2025, 9, 22, 3, 14)


@pytest.mark.parametrize(
    ("head", "top", "moment", "source", "precision"),
    [
        (linked_script(datePublished="2025-09-22T10:14:05+07:00"), "", at(2025, 9, 22, 3, 14, 5), "json_ld", "second"),
        (linked_script(datePublished="2025-09-21T17:30Z"), "", at(2025, 9, 21, 17, 30), "json_ld", "minute"),
        (linked_script(datePublished="2025-09-22"), "", at(2025, 9, 21, 17), "json_ld", "day"),
        (linked_script(**{"@type": "BlogPosting", "datePublished": "2025-09-22T10:14"}), "", MORNING, "json_ld", "minute"),
        (linked_script(**{"@type": ["Thing", "LiveBlogPosting"], "datePublished": "2025-09-22T10:14"}), "", MORNING, "json_ld", "minute"),
        (linked_script(**{"@type": "VideoObject", "uploadDate": "2025-09-22T10:14"}), "", MORNING, "json_ld", "minute"),
        ('<script type="application/ld+json">[{"@graph":[{"@type":"WebSite"},{"@type":"NewsArticle","datePublished":"2025-09-22T10:14",}]}]</script>', "", MORNING, "json_ld", "minute"),
        ('<script type="application/ld+json">{"@type":"NewsArticle","headline":"a "quoted" b","datePublished":"2025-09-22T10:14"</script>', "", MORNING, "json_ld", "minute"),
        ('<meta property="article:published_time" content="2025-09-22T10:14:00+07:00">', "", MORNING, "meta", "second"),
        ('<meta name="pubdate" content="9/22/2025 10:14:00 AM">', "", MORNING, "meta", "second"),
        ('<meta name="DC.date" content="2025-09-22">', "", at(2025, 9, 21, 17), "meta", "day"),
        ('<meta itemprop="datePublished" content="2025-09-22T10:14:00+07:00">', "", MORNING, "meta", "second"),
        ("", '<time datetime="2025-09-22T10:14:00+07:00">hôm qua</time>', MORNING, "time_element", "second"),
        ("", '<span class="date">Thứ Hai, 22/09/2025 - 10:14</span>', MORNING, "label", "minute"),
        ("", '<div data-role="publishdate">Đăng lúc 10:14 22/09/2025 (GMT+7)</div>', MORNING, "label", "minute"),
        ("", '<div class="post-date">Cập nhật lúc: 11:00, 22/09/2025 - Đăng lúc: 10:14, 22/09/2025</div>', MORNING, "label", "minute"),
        # a day in one source and the time of that day in another
        ('<meta name="DC.date" content="2025-09-22">', '<span class="date">22/09/2025 10:14</span>', MORNING, "label", "minute"),
    ],
)  # fmt: skip
def test_publication_times(head: str, top: str, moment: datetime, source: str, precision: str) -> None:
    """Each way in which pages state their publication is read in the outlet's zone, with source and precision."""
    article = read(make_page(head=head, body=paragraphs()).replace("</h1>", f"</h1>{top}"))
    assert (article.published_at, article.published_source) == (moment, source)
    assert article.published_precision == precision
    assert article.published_raw


def test_the_address_states_the_time_before_the_label_does() -> None:
    """Addresses with a stamp of the outlet's clock are a source of their own."""
    url = "https://tuoitre.vn/lang-son-cao-bang-ky-ket-hop-tac-20250922101405123.htm"
    article = read(make_page(), url=url)
    assert (article.published_at, article.published_source) == (at(2025, 9, 22, 3, 14, 5), "url")


@pytest.mark.parametrize(
    "label",
    [
        '<span class="date">Cập nhật: 10:14 22/09/2025</span>',
        '<div class="meta">Cập nhật lần cuối <span class="time">10:14 22/09/2025</span></div>',
        '<time class="updated" datetime="2025-09-22T10:14+07:00">x</time>',
        '<span class="date-modified">22/09/2025 10:14</span>',
    ],
)
def test_an_update_is_no_publication(label: str) -> None:
    """What is labelled as an update goes to `updated_at` and nowhere else."""
    article = read(make_page().replace("</h1>", f"</h1>{label}"))
    assert article.published_at is None
    assert article.updated_at == MORNING


def test_updates_are_kept_apart() -> None:
    """`dateModified` is the update; one that repeats the publication is none."""
    fields = {"datePublished": "2025-09-22T10:14:00+07:00", "dateModified": "2025-09-22T15:00:00+07:00"}
    article = read(make_page(head=linked_script(**fields)))
    assert (article.published_at, article.updated_at) == (MORNING, at(2025, 9, 22, 8))
    assert article.updated_source == "json_ld"
    fields["dateModified"] = fields["datePublished"]
    assert read(make_page(head=linked_script(**fields))).updated_at is None


@pytest.mark.parametrize(
    "body",
    [
        "<p>Ngày 20/09/2025, đoàn công tác đến Lạng Sơn và làm việc với các xã giáp biên trong hai ngày liền.</p>",
        "<p>20/09/2025</p>",
        '<p>Theo kế hoạch <time datetime="2025-09-20">ngày 20/9</time> sẽ khởi công đoạn đường đầu tiên.</p>',
        '<div class="related"><span class="date">20/09/2025 07:00</span><a href="/x-1.html">Bài khác</a></div>',
    ],
)
def test_no_date_is_read_from_the_running_text(body: str) -> None:
    """A date in the text is about the event, not about the publication."""
    page = make_page(body=paragraphs() + body).replace("</h1>", "</h1><div class='top'>Lạng Sơn</div>")
    assert read(page).published_at is None


def test_contradictions_are_flagged_and_the_first_source_holds() -> None:
    """Two sources that cannot both be right are flagged; JSON-LD goes first."""
    head = linked_script(datePublished="2025-09-22T10:14:00+07:00")
    other = '<meta property="article:published_time" content="2025-09-22T03:14:00+07:00">'
    article = read(make_page(head=head + other))
    assert article.published_at == MORNING
    assert "dates_disagree" in article.flags
    same = '<meta property="article:published_time" content="2025-09-22T03:14:30Z">'
    assert "dates_disagree" not in read(make_page(head=head + same)).flags


def test_implausible_times_are_left_out() -> None:
    """Zero dates of content systems are no publication."""
    head = linked_script(datePublished="1970-01-01T00:00:00Z")
    article = read(make_page(head=head + '<meta name="pubdate" content="2025-09-22T10:14:00+07:00">'))
    assert (article.published_at, article.published_source) == (MORNING, "meta")
    assert "date_implausible" in article.flags


def test_a_meta_of_an_unknown_name_is_a_guess() -> None:
    """As a last resort a date in a meta nobody listed is taken, by its day, and says so."""
    dates = choose_dates(
        make_head(metas=[("x-release-date", "2025-09-22")]),
        LinkedArticle(),
        url=URL,
        timezone="Asia/Ho_Chi_Minh",
    )
    assert dates.published is not None
    assert dates.published.precision == "day"
    assert "date_guessed" in dates.flags


def test_the_zone_is_the_outlets() -> None:
    """A time without a zone is the outlet's wall clock."""
    head = linked_script(datePublished="2025-09-22T10:14:00")
    assert read(make_page(head=head), timezone="Asia/Tokyo").published_at == at(2025, 9, 22, 1, 14)


# ------------------------------------------------------------------ the head as data


def test_personal_fields_never_enter_the_head() -> None:
    """Author fields are dropped before anything can read them."""
    metas = [
        ("author", "x"),
        ("article:author", "x"),
        ("DC.Creator", "x"),
        ("twitter:creator", "x"),
        ("description", "y"),
    ]
    assert make_head(metas=metas) == HeadData(metas=(("description", "y"),))


@pytest.mark.parametrize("value", [False, "False", "false"])
def test_pages_that_are_not_free_say_so(value: object) -> None:
    """A paywall that JSON-LD declares is flagged; the part that is free stays an article."""
    article = read(make_page(head=linked_script(isAccessibleForFree=value, headline=TITLE)))
    assert "paywalled" in article.flags
    assert article.page_type == "article"
