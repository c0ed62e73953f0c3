"""Kinds of page: what is no article is told apart by its reason, and an article is never taken for one."""

from __future__ import annotations

import pytest
from tests.extract_fixture import PARAGRAPHS, TITLE, make_page, paragraphs, read

LIST = "".join(
    f'<div class="item"><h3><a href="/bai-so-{n}.html">Bài số {n} kể chuyện làm đường ở xã vùng cao</a></h3></div>'
    for n in range(40)
)


#: more words beside the links than in them, as on the front pages of papers
TEASERS = "".join(
    f'<article><h3><a href="/bai-{n}.html">Bài số {n} kể chuyện làm đường</a></h3><p>{text}</p></article>'
    for n, text in enumerate(PARAGRAPHS * 4)
)


def bare(title: str, body: str, head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


REDIRECT = '<meta http-equiv="Refresh" content="0; URL=https://baolangson.vn/moi">'
PASSWORD = '<form><input name="u"><input type="password" name="p"><button>Đăng nhập</button></form>'


@pytest.mark.parametrize(
    ("kind", "page", "url"),
    [
        ("challenge", bare("Just a moment...", "<p>Enable JavaScript and cookies to continue</p>"), ""),
        ("challenge", bare("Attention Required! | Cloudflare", "<h1>Sorry, you have been blocked</h1>"), ""),
        ("challenge", bare("baolangson.vn", "<div id='cf-chl-widget'></div><script>window._cf_chl_opt={}</script>"), ""),
        ("challenge", bare("", "<script>document.cookie='D1N=abc';window.location.reload(true);</script>"), ""),
        ("challenge", bare("Xác minh bạn không phải là robot", "<div class='g-recaptcha'></div>"), ""),
        ("login", bare("Đăng nhập - Báo Mẫu", PASSWORD), ""),
        ("login", make_page(body=f"<p>Vui lòng đăng nhập để đọc tiếp bài này.</p>{PASSWORD}"), ""),
        ("login", bare("Báo Mẫu", f"<h1>Tài khoản</h1>{PASSWORD}"), ""),
        ("soft_404", bare("404 - Không tìm thấy trang", "<p>Trang bạn tìm không tồn tại</p>"), ""),
        ("soft_404", bare("Báo Mẫu", "<p>Bài viết không tồn tại hoặc đã bị xóa.</p>"), ""),
        ("soft_404", bare("Page not found", "<p>Sorry.</p>"), ""),
        ("redirect", bare("", "<p>Đang chuyển trang</p>", REDIRECT), ""),
        ("redirect", bare("", "<script>location.replace('/moi')</script>"), ""),
        ("empty", "", ""),
        ("empty", "   \n ", ""),
        ("empty", bare("", ""), ""),
        ("list", bare("Báo Mẫu", f"<main>{LIST}</main>"), "https://baolangson.vn/"),
        ("list", bare("Thời sự - Báo Mẫu", f"<h1>Thời sự</h1>{LIST}"), "https://baolangson.vn/thoi-su"),
        ("list", bare("Thời sự", f"<h1>Thời sự</h1>{TEASERS}"), "https://baolangson.vn/thoi-su"),
        ("list", bare("Lạng Sơn", f"<h1>Lạng Sơn</h1>{LIST}"), "https://baolangson.vn/tag/lang-son"),
        ("live", make_page(head='<script type="application/ld+json">{"@type":"LiveBlogPosting"}</script>'), ""),
        ("live", make_page(title="Trực tiếp: Hội nghị ký kết hợp tác giữa hai tỉnh"), ""),
        ("live", make_page(body=f'<div class="live-blog">{paragraphs()}</div>'), ""),
        ("video", make_page(body="<video src='a.mp4'></video><p>Lễ ký kết sáng nay.</p>", lead=""), ""),
        ("video", make_page(head='<script type="application/ld+json">{"@type":"VideoObject","name":"x"}</script>'), ""),
        ("article", make_page(), ""),
        ("article", make_page(after=LIST + PASSWORD), ""),
        ("article", make_page(after=TEASERS), ""),
        ("article", make_page(after="<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"), ""),
        ("article", make_page(title="Lỗi 404 và chuyện làm báo ở một xã vùng cao của Lạng Sơn"), ""),
        ("other", bare("Liên hệ", "<h1>Liên hệ</h1><p>Số 1 đường Hùng Vương</p>"), ""),
        ("other", "%PDF-1.7 ...", ""),
        ("other", '{"a": 1}', ""),
        ("other", '<?xml version="1.0"?><rss><channel><title>x</title></channel></rss>', ""),
    ],
)  # fmt: skip
def test_kinds_are_told_apart(kind: str, page: str, url: str) -> None:
    """Walls, error pages, redirects, lists, live pages and films are named; articles beside all that stay articles."""
    article = read(page, **({"url": url} if url else {}))
    assert article.page_type == kind, article.flags
    if page.strip():
        assert any(flag.startswith("kind:") or flag == "not_html" for flag in article.flags)


@pytest.mark.parametrize("kind", ["challenge", "login", "soft_404", "redirect", "list"])
def test_what_is_no_article_has_no_text(kind: str) -> None:
    """The words of a wall, an error page or a list of teasers are nobody's article."""
    pages = {
        "challenge": bare("Just a moment...", paragraphs(PARAGRAPHS[0])),
        "login": make_page(body=f"<p>Vui lòng đăng nhập để đọc tiếp.</p>{PASSWORD}"),
        "soft_404": bare("404", paragraphs("Không tìm thấy trang")),
        "redirect": bare("", "<p>Đang chuyển trang</p>", REDIRECT),
        "list": bare("Thời sự", LIST),
    }
    url = "https://baolangson.vn/thoi-su"
    article = read(pages[kind], url=url)
    assert (article.page_type, article.text, article.lead) == (kind, "", "")


def test_a_picture_story_keeps_its_captions_without_credits() -> None:
    """Where captions are the article they are its text, in their place, and without the photographer."""
    pieces = "".join(
        f'<p>{text}</p><figure><img src="{k}.jpg"><figcaption>Ảnh chụp đoạn đường số {k} sáng 22/9. Ảnh: PV</figcaption></figure>'
        for k, text in enumerate((*PARAGRAPHS, *PARAGRAPHS[:2]))
    )
    url = "https://baolangson.vn/photo/duong-vung-cao-5060003.html"
    article = read(make_page(body=pieces), url=url)
    assert article.page_type == "photo"
    assert "captions_as_text" in article.flags
    lines = article.text.split("\n")
    assert lines[:2] == [PARAGRAPHS[0], "Ảnh chụp đoạn đường số 0 sáng 22/9"]
    assert "Ảnh: PV" not in article.text


def test_the_reason_is_always_given() -> None:
    """Every page that is HTML says why it was taken for what it is."""
    assert "kind:stated" in read(make_page()).flags
    assert "kind:text" in read(bare(TITLE, f"<h1>{TITLE}</h1>{paragraphs()}")).flags


def test_content_type_can_say_that_it_is_no_page() -> None:
    """A picture under an article's address is no article."""
    article = read(make_page(), content_type="image/jpeg")
    assert (article.page_type, article.text, article.flags) == ("other", "", ("not_html",))
