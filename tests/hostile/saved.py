"""Hostile saved pages: what they say about where they were saved from lies, floods or leads elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.article import GOOD_PAGE, URL, write_page
from tests.hostile.making import Hostile, as_text, bomb, name_all, say


def _from(address: str, number: str = "0042") -> Callable[[], bytes]:
    return as_text(lambda: f"<!DOCTYPE html>\n<!-- saved from url=({number}){address} -->\n" + write_page())


def _single(note: str) -> Callable[[], bytes]:
    return as_text(lambda: f"<!DOCTYPE html><!--\n Page saved with SingleFile \n{note}\n-->" + write_page())


def _track(note: str) -> Callable[[], bytes]:
    return as_text(lambda: f"<!-- Mirrored from {note} -->" + write_page())


OTHERS: dict[str, Callable[[], bytes]] = {
    "from_true": _from(URL),
    "from_elsewhere": _from("https://khac.example/tin.html"),
    "from_private": _from("http://169.254.169.254/latest"),
    "from_file": _from("file:///etc/passwd"),
    "from_javascript": _from("javascript:alert(1)"),
    "from_blank": _from("about:internet"),
    "from_user": _from("https://bao.example@khac.example/tin.html"),
    "from_like": _from("https://bao.example.khac.example/tin.html"),
    "from_broken": _from("https://[bao.example/"),
    "from_port": _from("https://bao.example:99999999/x"),
    "from_of_9_kb": _from("https://bao.example/" + "a" * 9_000),
    "from_of_1_mb": _from("https://bao.example/" + "a" * 1_000_000),
    "from_number": _from(URL, "9" * 100_000),
    "from_open": as_text(lambda: "<!-- saved from url=(1)" + "a" * 60_000),
    "from_spaces": as_text(lambda: "<!--" + " " * 60_000 + "saved from url=(1)x"),
    "from_many": as_text(lambda: "<!-- saved from url=(1)https://khac.example/ -->" * 10_000 + write_page()),
    "from_many_open": as_text(lambda: "<!-- saved from url=(1) " * 10_000 + write_page()),
    "from_bidi": _from("https://bao.example/\u202e\u200bx"),
    "from_zeros": _from("https://bao.example/\0x"),
    "from_late": as_text(lambda: " " * 70_000 + f"<!-- saved from url=(1){URL} -->" + write_page()),
    "single_true": _single(f" url: {URL}\n saved date: Mon Mar 02 2026 08:30:00 GMT+0700 (x)"),
    "single_date": _single(f" url: {URL}\n saved date: Xxx Xxx 99 9999 99:99:99 GMT+9999"),
    "single_far": _single(f" url: {URL}\n saved date: Mon Mar 02 9999 23:59:59 GMT-1400"),
    "single_first": _single(f" url: {URL}\n saved date: Mon Jan 01 0001 00:00:00 GMT+1400"),
    "single_open": as_text(lambda: "<!-- Page saved with SingleFile " + "url: x\n" * 9_000),
    "single_many": as_text(lambda: "<!-- Page saved with SingleFile url: " * 2_000),
    "single_lines": _single("\n" * 19_000 + "url: x"),
    "single_private": _single(" url: http://[::1]/"),
    "track_true": _track("bao.example/tin.html by HTTrack Website Copier/3.x, Mon, 02 Mar 2026 03:00:00 GMT"),
    "track_date": _track("bao.example/tin.html by HTTrack Website Copier/3.x, " + "9" * 50),
    "track_open": as_text(lambda: "<!-- Mirrored from " * 3_000),
    "track_scheme": _track("javascript://bao.example/%0aalert(1) by HTTrack x, Mon"),
    "canonical_elsewhere": as_text(lambda: write_page(usual_head="<link rel=canonical href='https://khac.example/x'>")),
    "canonical_many": as_text(lambda: write_page(usual_head=f"<link rel=canonical href='{URL}'>" * 50_000)),
    "canonical_attributes": as_text(lambda: write_page(head="<link " + "".join(f"a{n}=1 " for n in range(30_000)) + ">")),
    "canonical_deep": as_text(lambda: "<div>" * 50_000 + f"<link rel=canonical href='{URL}'>"),
    "canonical_deep_fonts": as_text(lambda: "<font><b>" * 10_000 + f"<link rel=canonical href='{URL}'>"),
    "attributes_behind": as_text(lambda: "<p a='>' " + "".join(f"a{n}=1 " for n in range(30_000)) + ">" + write_page()),
    "base_elsewhere": as_text(lambda: write_page(usual_head="<base href='https://khac.example/x.html'>")),
    "nothing_said": as_text(lambda: write_page(usual_head="<title>x</title>")),
    "utf16": lambda: f"<!-- saved from url=(1){URL} -->{write_page()}".encode("utf-16"),
    "bad_bytes": lambda: f"<!-- saved from url=(1){URL} -->".encode() + b"\xff" * 100_000,
    "zeros": say(b"\0" * 500_000),
    "empty": say(""),
    "gzip_bomb": bomb,
    "pdf": lambda: b"%PDF-1.7" + GOOD_PAGE,
}  # fmt: skip
#: names of files, with a page that says nothing
_PATHS = (
    "../../../etc/passwd.html", "/etc/passwd", "bao.example/../../khac.example/x.html", "khac.example/bao.example/x.html",
    "bao.example/" + "a/" * 2_000 + "x.html", "bao.example/%2e%2e/%00.html", "bao.example\\..\\x.html", "C:\\bao.example\\x.html",
    "bao.example@khac.example/x.html", "bao.example+99999999/x.html", "http/127.0.0.1/x.html", "169.254.169.254/x.html",
    "bao.example/" + "?" * 2_000 + ".html", "bao.example/x@a=" + "@b=" * 2_000 + ".html",
    "." * 5_000 + "/x.html", "a." * 3_000 + "/x.html",
    "bao.example/\u202elmth.x", "bao.example/\udcff.html", "", "/", "vn/x.html",
)  # fmt: skip
_SAYS_NOTHING = as_text(lambda: write_page(usual_head="<title>x</title>"))
CASES: list[Hostile] = [
    *name_all(OTHERS),
    *(Hostile(f"path_{number}", _SAYS_NOTHING, told={"path": path}) for number, path in enumerate(_PATHS)),
]
