"""The limits of use: each test fails when the limit is lifted (docs/explanation/limits-of-use.md)."""

from __future__ import annotations

import dataclasses
import gzip
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

import click
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from diembao import types
from diembao.app.archives import import_html, import_warc
from diembao.app.articles import list_articles, search_articles, show_article
from diembao.app.collect import collect
from diembao.app.imports import import_articles, import_clips, import_history
from diembao.app.outlets import add_from_directory, add_outlet, import_opml, list_outlets
from diembao.app.project import Project, init_project, open_project
from diembao.app.topics import new_topic, place_topic
from diembao.app.visits import discover
from diembao.cli.root import cli
from diembao.corpus.schemas import SCHEMAS
from diembao.errors import OutletError, SettingsError, TopicError
from diembao.fetch.backends import LoopbackBackend
from diembao.report import model as report_model
from diembao.settings import KEYS
from diembao.sources.hosts import list_refused
from diembao.sources.mapping import TARGETS

SOCIAL = ["facebook.com", "m.facebook.com", "tiktok.com", "youtube.com", "zalo.me", "t.me", "x.com", "voz.vn",
          "someone.blogspot.com", "someone.wordpress.com", "bit.ly"]  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = init_project(tmp_path / "project")
    add_outlet(made, outlet_id="bao-mot", name="Báo Một", domains=["mot.example"], outlet_class="central")
    return made


def write_rows(folder: Path, urls: list[str]) -> Path:
    path = folder / "rows.jsonl"
    rows = [
        {
            "url": url,
            "title": "Tin mẫu",
            "published": "2026-01-05T01:00:00Z",
            "fetched": "2026-01-05T02:00:00Z",
        }
        for url in urls
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


# ------------------------------------------------------------------ registered outlets only


@pytest.mark.parametrize("host", SOCIAL)
def test_a_social_host_cannot_be_registered(project: Project, host: str) -> None:
    """Social networks, messengers, video platforms, forums and shared blogs are refused as outlets."""
    with pytest.raises(OutletError):
        add_outlet(project, domains=[host], outlet_class="central")
    assert [outlet.outlet_id for outlet in list_outlets(project)] == ["bao-mot"]


@pytest.mark.parametrize("door", ["history", "articles"])
def test_rows_of_social_hosts_and_unknown_domains_are_refused(
    project: Project, tmp_path: Path, door: str
) -> None:
    """Each imported row resolves to a registered domain or is refused; nothing of it is stored."""
    urls = [f"https://{host}/bai/1" for host in SOCIAL] + ["https://la.example/1", "https://mot.example/1"]
    path = write_rows(tmp_path, urls)
    mapping = "url=url,title=title,published=published,fetched=fetched"
    read = import_history if door == "history" else import_articles
    result = read(project, path, mapping)
    assert (result.accepted, result.refused) == (1, len(urls) - 1)
    assert result.reasons["unknown_outlet"] == 1


def test_a_feed_list_registers_no_social_host(project: Project, tmp_path: Path) -> None:
    """The list of configured feeds is a door too: a social host in it is refused and said."""
    feeds = tmp_path / "feeds.json"
    sources = [{"name": host, "url": f"https://{host}/rss"} for host in SOCIAL]
    feeds.write_text(
        json.dumps([*sources, {"name": "Báo Hai", "url": "https://hai.example/rss"}]), encoding="utf-8"
    )
    result = import_history(project, write_rows(tmp_path, ["https://mot.example/1"]), "url=url,title=title,fetched=fetched",
                            feeds=feeds)  # fmt: skip
    assert {outlet.outlet_id for outlet in list_outlets(project)} == {"bao-mot", "hai-example"}
    assert sum("refused" in note for note in result.notes) >= len(SOCIAL)


def test_clippings_and_opml_refuse_social_hosts(project: Project, tmp_path: Path) -> None:
    """Clipping lists and OPML files ask the same list."""
    clips = tmp_path / "clips.csv"
    clips.write_text(
        "Tiêu đề,Báo,Ngày đăng,Link\n"
        + "\n".join(f"Tin,M,2026-01-05,https://{host}/1" for host in SOCIAL)
        + "\n",
        encoding="utf-8",
    )
    assert import_clips(project, clips).accepted == 0
    opml = tmp_path / "feeds.opml"
    rows = "".join(f'<outline text="x" xmlUrl="https://{host}/rss"/>' for host in SOCIAL)
    opml.write_text(f'<opml version="2.0"><body>{rows}</body></opml>', encoding="utf-8")
    assert {row["result"] for row in import_opml(project, opml)} == {"refused"}
    assert len(list_outlets(project)) == 1


def test_the_list_of_refused_hosts_has_no_override() -> None:
    """No setting and no option lets a refused host in."""
    assert len(list_refused()) > 100
    options = {p.name for _, command in walk(cli) for p in command.params}
    assert not {name for name in options if name and re.search(r"allow|force|override|unsafe", name)}


def test_an_outlet_that_never_delivered_is_not_counted(project: Project) -> None:
    """What comes from the starter directory stays unverified until it has delivered on this machine."""
    add_from_directory(project, place="Lạng Sơn", outlet_class="provincial")
    added = [outlet for outlet in list_outlets(project) if outlet.outlet_id != "bao-mot"]
    assert added
    assert {outlet.status for outlet in added} == {"unverified"}


# ------------------------------------------------------------------ the doors of collecting

BYLINE = "Nguyễn Văn A"
STRANGERS = [f"https://{host}/bai-viet/1" for host in SOCIAL] + ["https://la.example/bai-viet/1"]


def make_page(address: str, title: str = "Chợ phiên mở lại") -> str:
    text = "".join(
        f"<p>Phiên chợ thứ {n} đông người mua bán, hàng quán mở từ sáng sớm.</p>" for n in range(12)
    )
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>'
        f'<link rel="canonical" href="{address}"><meta name="author" content="{BYLINE}">'
        '<meta property="og:type" content="article">'
        f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{title}",'
        f'"datePublished":"2026-01-05T08:00:00+07:00","author":{{"@type":"Person","name":"{BYLINE}"}}}}</script>'
        f'</head><body><article><h1>{title}</h1><p class="byline author">Tác giả: {BYLINE}</p>{text}'
        f'<p class="author" style="text-align:right"><strong>{BYLINE}</strong></p></article></body></html>'
    )


def make_feed(addresses: list[str]) -> str:
    items = "".join(
        f"<item><title>Chợ phiên {n}</title><link>{address}</link><dc:creator>{BYLINE}</dc:creator>"
        f"<author>a@mot.example ({BYLINE})</author><pubDate>Mon, 05 Jan 2026 08:00:00 +0700</pubDate></item>"
        for n, address in enumerate(addresses)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Báo Một</title>{items}</channel></rss>'
    )


@contextmanager
def serve(pages: dict[str, tuple[int, str, str]]) -> Iterator[tuple[LoopbackBackend, list[str]]]:
    """A press on loopback: path to (status, body, redirect); everything else is 404. Hosts asked are noted."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Host"])
            status, text, target = pages.get(self.path, (404, "", ""))
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8" if "<html" in text else "text/xml")
            if target:
                self.send_header("Location", target)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield LoopbackBackend(server.server_port), asked
        finally:
            server.shutdown()
            thread.join(5)


@pytest.fixture
def collecting(project: Project) -> Project:
    path = project.folder / "diembao.toml"
    text = path.read_text(encoding="utf-8").replace('contact = ""', 'contact = "toa-soan@example.org"')
    path.write_text(text, encoding="utf-8")
    return open_project(project.folder)


def register(project: Project, **lists: list[str]) -> None:
    add_outlet(
        project, outlet_id="bao-mot", name="Báo Một", domains=["mot.example"], outlet_class="central", **lists
    )


def test_a_feed_leads_to_no_stranger(collecting: Project) -> None:
    """An entry of a feed that leads to a social host or to an unregistered domain is refused and never asked for."""
    register(collecting, feeds=["https://mot.example/rss"])
    own = "https://mot.example/tin-1.html"
    pages = {"/rss": (200, make_feed([own, *STRANGERS]), ""), "/tin-1.html": (200, make_page(own), "")}
    with serve(pages) as (backend, asked):
        result = collect(collecting, backend=backend)
    assert result.refused == len(STRANGERS)
    assert result.reasons["unknown_outlet"] == 1
    assert {host.partition(":")[0] for host in asked} == {"mot.example"}
    assert {row["outlet_id"] for row in list_articles(collecting)} == {"bao-mot"}


def test_a_sitemap_leads_to_no_stranger(collecting: Project) -> None:
    """An address of a sitemap that belongs to a social host or to an unregistered domain is refused, never asked for."""
    register(collecting, sitemaps=["https://mot.example/sitemap.xml"])
    own = "https://mot.example/tin-1.html"
    listed = "".join(f"<url><loc>{url}</loc></url>" for url in (own, *STRANGERS))
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'
    pages = {"/sitemap.xml": (200, sitemap, ""), "/tin-1.html": (200, make_page(own), "")}
    with serve(pages) as (backend, asked):
        result = collect(collecting, backend=backend)
    assert result.refused == len(STRANGERS)
    assert {host.partition(":")[0] for host in asked} == {"mot.example"}
    assert len(list_articles(collecting)) == 1


@pytest.mark.parametrize("target", ["https://www.facebook.com/1", "https://t.me/s/1", "https://la.example/1"])
def test_a_redirect_leads_to_no_stranger(collecting: Project, target: str) -> None:
    """A page that redirects to a social host or to an unregistered domain is given up; the target is not asked."""
    register(collecting, feeds=["https://mot.example/rss"])
    pages = {
        "/rss": (200, make_feed(["https://mot.example/tin-1.html"]), ""),
        "/tin-1.html": (302, "", target),
    }
    with serve(pages) as (backend, asked):
        result = collect(collecting, backend=backend)
    assert result.outcomes["page:redirect_away"] == 1
    assert {host.partition(":")[0] for host in asked} == {"mot.example"}


def test_discovery_asks_no_social_host(collecting: Project) -> None:
    """Feeds are looked for on no refused host: nothing is sent."""
    with serve({}) as (backend, asked):
        for host in SOCIAL:
            with pytest.raises(OutletError):
                discover(collecting, f"https://{host}/trang", backend=backend)
    assert not asked


def test_records_of_strangers_in_an_archive_are_passed_over(project: Project, tmp_path: Path) -> None:
    """Of an archive only records of registered outlets are taken; the others are counted and nothing is kept."""
    own = "https://mot.example/tin-1.html"
    with (tmp_path / "a.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url in (own, *STRANGERS):
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], "HTTP/1.1")
            body = BytesIO(make_page(url).encode())
            writer.write_record(writer.create_warc_record(url, "response", payload=body, http_headers=head))
    result = import_warc(project, tmp_path / "a.warc.gz")
    assert (result.read, result.accepted) == (1, 1)
    assert result.passed_over["unknown_outlet"] == len(STRANGERS)
    with project.open_desk(read_only=True) as desk:
        assert [kept.capture.url for kept in desk.captures.list_captures()] == [own]


def test_saved_pages_of_strangers_are_refused(project: Project, tmp_path: Path) -> None:
    """A saved page that says it came from a social host or another site is refused, whatever outlet is named."""
    folder = tmp_path / "saved"
    folder.mkdir()
    for number, url in enumerate(STRANGERS):
        (folder / f"{number}.html").write_text(make_page(url), encoding="utf-8")
    result = import_html(project, folder, "bao-mot")
    assert (result.accepted, result.refused, result.reasons["no_url"]) == (0, len(STRANGERS), len(STRANGERS))


def test_bylines_of_feeds_and_pages_are_not_stored(collecting: Project) -> None:
    """An author named in a feed, a page's head, its byline and its signature is neither stored nor found."""
    new_topic(collecting, phrases=("phiên chợ",))  # so that the page is read carefully
    register(collecting, feeds=["https://mot.example/rss"])
    own = "https://mot.example/tin-1.html"
    pages = {"/rss": (200, make_feed([own]), ""), "/tin-1.html": (200, make_page(own), "")}
    with serve(pages) as (backend, _):
        assert collect(collecting, backend=backend).pages == {"article": 1}
    (row,) = list_articles(collecting)
    shown = show_article(collecting, row["article_id"])
    assert "hàng quán mở từ sáng sớm" in shown["text"]
    assert BYLINE not in json.dumps(shown, ensure_ascii=False, default=str)
    assert search_articles(collecting, f'"{BYLINE}"')["total"] == 0
    with collecting.open_desk(read_only=True) as desk:
        assert not any(BYLINE in line for line in desk.connection.iterdump())


# ------------------------------------------------------------------ no evasion


def test_nothing_is_asked_for_without_a_contact(project: Project) -> None:
    """Without a contact nothing is sent, neither to collect nor to discover."""
    register(project, feeds=["https://mot.example/rss"])
    with serve({"/rss": (200, make_feed([]), "")}) as (backend, asked):
        with pytest.raises(SettingsError):
            collect(project, backend=backend)
        with pytest.raises(SettingsError):
            discover(project, "https://mot.example", backend=backend)
    assert not asked


def test_a_robots_txt_that_says_no_is_obeyed(collecting: Project) -> None:
    """Where robots.txt forbids it, nothing but robots.txt itself is asked for, and the outcome says so."""
    register(collecting, feeds=["https://mot.example/rss"])
    pages = {"/robots.txt": (200, "User-agent: *\nDisallow: /\n", ""), "/rss": (200, make_feed([]), "")}
    with serve(pages) as (backend, _):
        result = collect(collecting, backend=backend)
    assert result.outcomes["feed:robots"] == 1
    assert not any(kind == "feed:ok" for kind in result.outcomes)


def test_a_reserved_page_is_not_kept(collecting: Project) -> None:
    """Where text and data mining is reserved, the body lies neither in the corpus nor in the archive."""
    register(collecting, feeds=["https://mot.example/rss"])
    own = "https://mot.example/tin-1.html"
    page = make_page(own).replace("</head>", '<meta name="tdm-reservation" content="1"></head>')
    with serve({"/rss": (200, make_feed([own]), ""), "/tin-1.html": (200, page, "")}) as (backend, _):
        result = collect(collecting, backend=backend)
    assert result.outcomes["page:reserved"] == 1
    kept = b"".join(
        gzip.decompress(path.read_bytes()) for path in (collecting.folder / "archive").glob("*.gz")
    )
    assert own.encode() in kept
    assert "hàng quán mở từ sáng sớm".encode() not in kept


def test_no_option_evades_anything() -> None:
    """No setting and no option ignores robots.txt, poses as a browser, or passes a wall."""
    words = re.compile(r"robots|user.?agent|browser|cookie|proxy|password|ignore|bypass|captcha|stealth")
    names = {p.name or "" for _, command in walk(cli) for p in command.params} | {key.name for key in KEYS}
    assert not [name for name in names if words.search(name)]


# ------------------------------------------------------------------ no persons


@pytest.mark.parametrize("phrase", ["Nguyễn Văn A", "Trần Thị Bích", "Tran Van Hung", "ông Lê Văn Tám"])
def test_a_person_is_no_topic(project: Project, phrase: str) -> None:
    """A phrase that looks like a name is refused without a stated kind, and a person is no kind."""
    with pytest.raises(TopicError):
        new_topic(project, phrases=(phrase,))
    with pytest.raises(TopicError):
        new_topic(project, phrases=(f"{phrase}=person",))


def test_an_office_and_a_street_are_topics(project: Project) -> None:
    """A public office needs nothing; a street named after a person states its kind."""
    assert new_topic(project, phrases=("chủ tịch tỉnh",))["topic_id"] == "chu-tich-tinh"
    assert new_topic(project, phrases=("Hoàng Văn Thụ=street",), topic_id="duong")["topic_id"] == "duong"


def test_bylines_have_no_place() -> None:
    """No import target, record, table column or search field holds an author."""
    names = set(TARGETS)
    for module in (types, report_model):
        for thing in vars(module).values():
            if dataclasses.is_dataclass(thing):
                names |= {field.name for field in dataclasses.fields(thing)}
    for schema in SCHEMAS.values():
        names |= set(schema.names)
    assert not {
        name for name in names if re.search(r"author|byline|journalist|reporter|writer|tac_gia", name)
    }


# ------------------------------------------------------------------ no lists by tone, no posting


def walk(command: click.Command, prefix: str = "") -> list[tuple[str, click.Command]]:
    found = [(prefix or "diembao", command)]
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            found += walk(child, f"{prefix} {name}".strip())
    return found


def test_no_command_filters_or_lists_by_tone_or_author() -> None:
    """No option, argument or command asks for tone, sentiment, author, score or ranking."""
    words = re.compile(r"tone|sentiment|negative|positive|author|byline|journalist|rank|score", re.IGNORECASE)
    for name, command in walk(cli):
        assert not words.search(name), name
        for parameter in command.params:
            assert not words.search(parameter.name or ""), f"{name} {parameter.name}"


def test_no_command_posts_or_asks_for_removal() -> None:
    """Nothing in the software writes to a service, asks for a removal or boosts anything."""
    words = re.compile(r"^(post|publish|send|share|boost|report-abuse|takedown|sanction|complain|flag)$")
    assert not [name for name, _ in walk(cli) if words.search(name.rpartition(" ")[2])]


def test_every_name_and_phrase_of_a_profile_is_known() -> None:
    """A place topic carries every unit and alias it looks for, so that a report can print them all."""
    topic = place_topic("Lạng Sơn")
    assert any(alias.surface == "xứ Lạng" for place in topic.places for alias in place.aliases)
    assert len(topic.places) > 200
