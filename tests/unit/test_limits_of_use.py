"""The limits of use: each test fails when the limit is lifted (docs/explanation/limits-of-use.md)."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import click
import pytest

from diembao import types
from diembao.app.imports import import_articles, import_clips, import_history
from diembao.app.outlets import add_from_directory, add_outlet, import_opml, list_outlets
from diembao.app.project import Project, init_project
from diembao.app.topics import new_topic, place_topic
from diembao.cli.root import cli
from diembao.corpus.schemas import SCHEMAS
from diembao.errors import OutletError, TopicError
from diembao.report import model as report_model
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
