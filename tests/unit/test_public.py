"""What `import diembao` offers: the listed names, loaded when first used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import diembao


def test_every_offered_name_can_be_loaded() -> None:
    """The public list and what can be loaded are the same."""
    assert sorted(diembao._OFFERED) == sorted(diembao.__all__)
    for name in diembao.__all__:
        assert getattr(diembao, name).__name__ == name


def test_importing_the_package_loads_nothing_heavy() -> None:
    """`import diembao` alone loads no numpy, no DuckDB and no gazetteer."""
    code = (
        "import sys, diembao\n"
        "heavy = {'numpy', 'duckdb', 'pyarrow', 'deltalake', 'tantivy', 'click'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_bare_province_name_means_the_province() -> None:
    """The stable functions work together as the documentation shows them."""
    topic = diembao.place_topic("Lạng Sơn")
    match = diembao.match_topic(topic, title="Lạng Sơn mở chợ đêm Kỳ Lừa", text="")
    assert match.decision == "about"
    hit = match.mentions[0]
    assert (hit.field, hit.start, hit.end, hit.surface) == ("title", 0, 8, "Lạng Sơn")
    assert diembao.article_key("https://m.bao.example/tin-1.html?utm_source=zalo") == diembao.article_key(
        "http://bao.example/tin-1.html"
    )


PAGE = (
    """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Lạng Sơn - Cao Bằng ký kết - Báo Mẫu</title>
<meta property="og:title" content="Lạng Sơn - Cao Bằng ký kết">
<meta property="article:published_time" content="2026-06-29T17:30:00Z"></head><body><article>
<h1>Lạng Sơn - Cao Bằng ký kết</h1><p class="sapo">Hai tỉnh ký kết ghi nhớ về đường bộ.</p>
"""
    + "".join(
        f"<p>Đoạn {n}: hai tỉnh bàn về con đường mẫu và các cây cầu mẫu, bài này không có thật.</p>"
        for n in range(9)
    )
    + ("</article></body></html>")
)


def test_a_page_is_read_from_its_bytes() -> None:
    """`extract_article` gives title, text, language and the time with its source, in the sandbox."""
    page = diembao.extract_article(PAGE.encode(), "https://bao.example/tin-1.html")
    assert page.title == "Lạng Sơn - Cao Bằng ký kết"
    assert "con đường mẫu" in page.text
    assert (page.language, page.page_type) == ("vi", "article")
    assert page.published_at is not None
    assert page.published_at.isoformat() == "2026-06-29T17:30:00+00:00"
    assert (page.published_source, page.published_precision) == ("meta", "second")


def test_a_feed_is_read_from_its_bytes_and_a_page_is_none() -> None:
    """`parse_feed` gives entries; HTML raises SourceError."""
    feed = diembao.parse_feed(
        b"<rss version='2.0'><channel><title>t</title><item><title>Tin</title><link>/tin-1.html</link>"
        b"<pubDate>Tue, 30 Jun 2026 08:00:00 GMT+7</pubDate></item></channel></rss>",
        "https://bao.example/rss/home.rss",
    )
    (entry,) = feed.entries
    assert (entry.url, entry.title) == ("https://bao.example/tin-1.html", "Tin")
    assert entry.published_at is not None
    assert entry.published_at.isoformat() == "2026-06-30T01:00:00+00:00"
    with pytest.raises(diembao.SourceError):
        diembao.parse_feed(PAGE.encode(), "https://bao.example/rss")
