"""A folder of saved pages: what is a page, where it came from, and what is refused."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diembao.errors import SourceError
from diembao.sources import pages
from diembao.sources.pages import SavedOrigin, find_saved_url, list_saved_pages

SITE = "https://baolangson.vn"
OG_B = '<meta property="og:url" content="https://baolangson.vn/b.html">'
CANONICAL = '<link rel="canonical" href="https://baolangson.vn/a.html">'


# ------------------------------------------------------------------ the folder


def test_pages_are_listed_in_order(tmp_path: Path) -> None:
    """Pages of all sub-folders come sorted, with size and time; what belongs to pages is passed over."""
    for name in ("b.html", "a/x.htm", "a/style.css", "a/pic.jpg", "c.tpo", "d", ".hidden.html", "e.bin"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"\x00\x01" if name == "e.bin" else b"<!DOCTYPE html><html>")
    os.utime(tmp_path / "b.html", (1_764_000_000, 1_764_000_000))
    found = list(list_saved_pages(tmp_path))
    assert [(page.path, page.reason) for page in found] == [
        ("a/x.htm", ""),
        ("b.html", ""),
        ("c.tpo", ""),
        ("d", ""),
        ("e.bin", "not_html"),
    ]
    assert found[1].saved_at == datetime.fromtimestamp(1_764_000_000, UTC) and found[1].size == 21


def test_links_are_never_followed(tmp_path: Path) -> None:
    """A link out of the folder is refused, a linked folder is not entered."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.html").write_text("<html>")
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "link.html").symlink_to(outside / "secret.html")
    (folder / "dir").symlink_to(outside)
    (folder / "loop.html").symlink_to(folder)
    assert {(page.path, page.reason) for page in list_saved_pages(folder)} == {
        ("dir", "link"),
        ("link.html", "link"),
        ("loop.html", "link"),
    }


def test_what_cannot_be_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty files, files over the limit, pipes and archives of many files are refused with a reason."""
    monkeypatch.setattr(pages, "MAX_FILE_BYTES", 100)
    (tmp_path / "empty.html").touch()
    (tmp_path / "large.html").write_bytes(b"<html>" + b"x" * 200)
    (tmp_path / "all.mhtml").write_text("MIME-Version: 1.0")
    os.mkfifo(tmp_path / "pipe.html")
    assert {page.path: page.reason for page in list_saved_pages(tmp_path)} == {
        "all.mhtml": "archive",
        "empty.html": "empty",
        "large.html": "too_large",
        "pipe.html": "special",
    }


def test_folders_are_bounded(tmp_path: Path) -> None:
    """A folder that is none, and one with more pages than may be, raise."""
    with pytest.raises(SourceError) as caught:
        list(list_saved_pages(tmp_path / "none"))
    assert caught.value.key == "sources.no_folder"
    for number in range(4):
        (tmp_path / f"{number}.html").write_text("<html>")
    with pytest.raises(SourceError) as caught:
        list(list_saved_pages(tmp_path, max_files=3))
    assert caught.value.key == "sources.too_many_pages"


def test_deep_folders_end(tmp_path: Path) -> None:
    """Below 64 levels nothing is read, and that is said."""
    deep = tmp_path.joinpath(*["d"] * 70)
    deep.mkdir(parents=True)
    (deep / "x.html").write_text("<html>")
    assert [page.reason for page in list_saved_pages(tmp_path)] == ["unreadable"]


# ------------------------------------------------------------------ where it came from


@pytest.mark.parametrize(
    ("html", "path", "source"),
    [
        ("<!-- saved from url=(0041)https://baolangson.vn/x/a.html#y -->\r\n<p>", "/x/a.html", "saved_from"),
        ("<p>\n<!-- saved from url=(0014)about:internet -->" + CANONICAL, "/a.html", "canonical"),
        (CANONICAL + OG_B, "/a.html", "canonical"),
        ('<link rel="canonical" href="https://baolangson.vn/">' + OG_B, "/b.html", "og_url"),
        ('<base href="https://baolangson.vn/c.html">', "/c.html", "base"),
        ('<link rel="canonical" href="/relative"><link rel=canonical href=javascript:1>', "", ""),
        ('<base href="https://baolangson.vn/">', "", ""),
        ("<a href='https://baolangson.vn/a.html'>x</a>", "", ""),
        ("", "", ""),
    ],
)
def test_the_page_says_where_it_is_from(html: str, path: str, source: str) -> None:
    """The saving program is believed first, then what the page says; a link to the front page says nothing."""
    assert find_saved_url(html.encode()) == SavedOrigin(SITE + path if path else "", None, source)


def test_single_file_states_address_and_time() -> None:
    """SingleFile's comment gives the address and the moment of saving."""
    html = (
        "<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: https://baolangson.vn/a.html?x=1 \n"
        " saved date: Mon Nov 24 2025 10:00:00 GMT+0700 (Indochina Time)\n-->" + CANONICAL
    )
    at = datetime(2025, 11, 24, 3, tzinfo=UTC)
    assert find_saved_url(html.encode()) == SavedOrigin("https://baolangson.vn/a.html?x=1", at, "single_file")


def test_httrack_states_address_and_time() -> None:
    """HTTrack's comment gives both as well, without the scheme."""
    html = "<!-- Mirrored from baolangson.vn/a.html by HTTrack Website Copier/3.x [XR&CO'2014], Mon, 24 Nov 2025 03:00:00 GMT -->"
    at = datetime(2025, 11, 24, 3, tzinfo=UTC)
    assert find_saved_url(html.encode()) == SavedOrigin("https://baolangson.vn/a.html", at, "httrack")


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("baolangson.vn/thoi-su/a.html", "https://baolangson.vn/thoi-su/a.html"),
        ("luu/baolangson.vn/a.html", "https://baolangson.vn/a.html"),
        ("http/baolangson.vn/a.html", "http://baolangson.vn/a.html"),
        ("baolangson.vn+8080/index.html", "https://baolangson.vn:8080/"),
        ("baolangson.vn/a.php?id=5.html", "https://baolangson.vn/a.php?id=5"),
        ("baolangson.vn\\a.php@id=5", "https://baolangson.vn/a.php?id=5"),
        ("baolangson.vn/b\u00e0i m\u1edbi.html", "https://baolangson.vn/b%C3%A0i%20m%E1%BB%9Bi.html"),
        ("a.html", ""),
        ("thoi-su/a.html", ""),
        ("com.vn/a.html", ""),
        ("trang.html/a.html", ""),
        ("../../etc/passwd", ""),
    ],
)
def test_folders_of_wget_say_it_too(path: str, url: str) -> None:
    """The folder named like a host and what lies below it are the address."""
    assert find_saved_url(b"<html>x", path=path).url == url


def test_only_the_outlets_domains_count() -> None:
    """What leads elsewhere is passed over for what leads to the outlet."""
    html = CANONICAL.encode()
    assert (
        find_saved_url(html, path="baocaobang.vn/b.html", domains=["baocaobang.vn"]).url
        == "https://baocaobang.vn/b.html"
    )
    assert find_saved_url(html, domains=["langson.vn"]).url == ""
    assert (
        find_saved_url(html.replace(b"//", b"//en."), domains=["baolangson.vn"]).url
        == "https://en.baolangson.vn/a.html"
    )


@pytest.mark.parametrize(
    "start",
    [
        b"<!-- saved from url=(0032)",
        b"<!-- Page saved with SingleFile ",
        b"<!-- Mirrored from ",
        b"<link rel=canonical href=",
    ],
)
def test_repeated_beginnings_cost_nothing(start: bytes) -> None:
    """A page of unfinished comments is read in linear time and names nothing."""
    assert find_saved_url(start * 50_000).url == ""


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=300),
    st.text(max_size=60),
    st.sampled_from([b"", b"<!-- saved from url=(1)", CANONICAL.encode()]),
)
def test_any_bytes_give_an_origin(tail: bytes, path: str, head: bytes) -> None:
    """Whatever comes, the outcome is a record that can be encoded."""
    found = find_saved_url(head + tail, path=path)
    assert msgspec.json.decode(msgspec.json.encode(found), type=SavedOrigin) == found
