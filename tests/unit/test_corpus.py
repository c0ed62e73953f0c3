"""The corpus: writing, reading pinned versions, searching, checking, erasing, recovering."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from diembao.corpus import (
    Arrival,
    CorpusReader,
    CorpusWriter,
    Decided,
    SearchIndex,
    check_project,
    create_snapshot,
    find_changes,
    hash_text,
    open_snapshot,
    tables,
)
from diembao.desk import Desk, copy_desk, name_article, steps
from diembao.errors import CorpusError, LockedError, StorageError
from diembao.types import Article, Mention, Moment, Outlet, Refusal, Sighting, TopicMatch

START = datetime(2025, 8, 30, 5, tzinfo=UTC)
OUTLETS = [
    Outlet("mau", "Báo Mẫu", ("mau.example",), "central"),
    Outlet("xa", "Báo Xa", ("xa.example",), "foreign", timezone="America/New_York"),
]


def arrive(
    slug: str,
    title: str = "Mở lại cầu Kỳ Cùng",
    *,
    lead: str = "",
    text: str = "",
    hours: float = 0,
    feed: str | None = "mau/tin",
    published: int | None = 0,
    outlet: str = "mau",
    canonical: str | None = None,
) -> Arrival:
    """A row as a source would yield it."""
    key = f"{outlet}.example/{slug}"
    revision = hashlib.sha256(f"{title}\0{lead}\0{text}".encode()).hexdigest()[:16]
    moment = None if published is None else Moment(START + timedelta(hours=published), "second", "feed", "r")
    article_id = name_article(key)
    article = Article(
        article_id,
        revision,
        outlet,
        f"https://{key}",
        key,
        title,
        lead,
        text,
        "vi",
        "feed_item",
        moment,
        None,
    )
    seen = Sighting(article_id, revision, outlet, feed, START + timedelta(hours=hours))
    return Arrival(article, seen, canonical)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The desk of an empty project."""
    with Desk.open(tmp_path) as opened:
        opened.outlets.put(OUTLETS)
        yield opened
    steps.listener = None


def add(
    folder: Path, desk: Desk, rows: Sequence[Arrival], *, kind: str = "history", name: str = "a.csv"
) -> Any:
    """Import the rows as one file."""
    with CorpusWriter.open(folder, desk) as writer:
        run = desk.imports.start(kind, name, file_sha256=name, file_size=1, mapping={})
        info = writer.add_articles(rows, run=run)
        desk.imports.finish(run.import_id)
    return info


def read(folder: Path, desk: Desk) -> CorpusReader:
    """A reader of the newest committed set."""
    commit = desk.commits.last()
    assert commit is not None
    return CorpusReader(folder, commit.versions)


def broken_rules(folder: Path, desk: Desk) -> list[str]:
    """The rules that do not hold."""
    return [check.rule for check in check_project(folder, desk) if not check.ok]


# ------------------------------------------------------------------ writing


def test_the_same_file_again_brings_nothing(tmp_path: Path, desk: Desk) -> None:
    """Importing twice, under another name too, stores nothing new and counts every row as known."""
    rows = [arrive("1"), arrive("2"), arrive("1")]
    first = add(tmp_path, desk, rows)
    assert (first.accepted, first.known) == (2, 1)
    again = add(tmp_path, desk, rows, name="copy.csv")
    assert (again.accepted, again.known, again.batch_no) == (0, 3, None)
    assert desk.imports.list_runs()[1].rows == 3


def test_a_clipping_never_hides_a_sighting_of_the_collector(tmp_path: Path, desk: Desk) -> None:
    """The same article at the same time from a clipping list is a sighting of its own."""
    add(tmp_path, desk, [arrive("1", feed=None)])
    assert add(tmp_path, desk, [arrive("1", feed=None)], kind="clips", name="b.xlsx").accepted == 1
    with read(tmp_path, desk) as reader:
        assert reader.value("SELECT count(*) FROM items") == 2
        assert reader.value("SELECT count(*) FROM articles") == 1


def test_canonical_addresses_become_aliases(tmp_path: Path, desk: Desk) -> None:
    """A new address with a known canonical one joins that article; ids never change."""
    add(tmp_path, desk, [arrive("goc")])
    add(
        tmp_path,
        desk,
        [arrive("ban-sao", canonical="mau.example/goc"), arrive("x", canonical="mau.example/y")],
    )
    origin = name_article("mau.example/goc")
    assert desk.addresses.find("mau.example/ban-sao") == origin
    assert desk.addresses.list_aliases(origin) == ["mau.example/ban-sao"]
    add(tmp_path, desk, [arrive("y", title="khác")])
    with read(tmp_path, desk) as reader:
        ids = {row["article_id"] for row in reader.rows("SELECT article_id FROM articles")}
    assert ids == {origin, name_article("mau.example/x")}
    assert broken_rules(tmp_path, desk) == []


def test_current_shows_one_row_per_article_whatever_the_order_of_import(tmp_path: Path, desk: Desk) -> None:
    """Latest revision by first sighting, earliest sighting with its feed, earliest stated publication."""
    late = [arrive("1", "Bản hai", hours=9, published=8, feed="mau/b")]
    early = [arrive("1", "Bản một", hours=1, published=2, feed="mau/a"), arrive("2", hours=3)]
    add(tmp_path, desk, late)
    add(tmp_path, desk, early)
    add(tmp_path, desk, [arrive("1", "Bản hai", hours=5, published=8, feed="mau/c"), arrive("2", hours=2)])
    with read(tmp_path, desk) as reader:
        one, two = reader.rows("SELECT * FROM current ORDER BY key")
    assert (one["title"], one["revisions"], one["feed_id"]) == ("Bản hai", 2, "mau/a")
    assert one["first_seen_at"] == START + timedelta(hours=1)
    assert one["published_at"] == START + timedelta(hours=2)
    assert two["first_seen_at"] == START + timedelta(hours=2)


def test_a_pinned_version_does_not_change(tmp_path: Path, desk: Desk) -> None:
    """What a snapshot pinned reads the same after more imports, compaction and erasure; hashes still hold."""
    add(tmp_path, desk, [arrive("1", lead="một"), arrive("2", lead="hai")])
    snapshot = create_snapshot(tmp_path, desk, hashes={"settings": "x"}, code_version="1")
    assert create_snapshot(tmp_path, desk, hashes={"settings": "x"}, code_version="1") == snapshot
    for n in range(3, 6):
        add(tmp_path, desk, [arrive(str(n), lead=str(n))])
    with CorpusWriter.open(tmp_path, desk) as writer:
        writer.tidy(many_files=1)
        writer.erase_texts([hash_text("một", "")], "asked for")
    with open_snapshot(tmp_path, desk, snapshot) as reader:
        assert find_changes(reader, snapshot) == []
        assert reader.value("SELECT count(*) FROM current") == 2
    with read(tmp_path, desk) as reader:
        assert find_changes(reader, snapshot) == ["content", "files"]


def test_an_erased_text_is_gone_and_does_not_come_back(tmp_path: Path, desk: Desk) -> None:
    """Erasing removes the text from every file and the index, leaves a tombstone, and outlives a new import."""
    secret = "bimatkhongthetimthay"
    rows = [arrive("1", lead=secret), arrive("2", lead="còn lại")]
    add(tmp_path, desk, rows)
    index = SearchIndex(tmp_path)
    with read(tmp_path, desk) as reader:
        index.catch_up(reader, desk)
    assert index.search(secret).total == 1
    with CorpusWriter.open(tmp_path, desk) as writer:
        assert writer.erase_texts([hash_text(secret, "")], "asked for") == 1
        assert writer.erase_texts([hash_text(secret, "")], "asked for") == 0
    add(tmp_path, desk, [*rows, arrive("3", "Tựa khác", lead=secret)])
    with read(tmp_path, desk) as reader:
        assert reader.rows("SELECT lead FROM texts") == [{"lead": "còn lại"}]
        index.catch_up(reader, desk)
    assert index.search(secret).total == 0
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes(), file
    assert broken_rules(tmp_path, desk) == []


def test_decisions_are_asked_once(tmp_path: Path, desk: Desk) -> None:
    """Pending shows what a profile was not asked about; storing the same decision again changes nothing."""
    add(tmp_path, desk, [arrive("1"), arrive("2")])
    profile = desk.profiles.put("cau", "text", "v1")
    match = TopicMatch("about", 1.0, "title", (Mention("title", 7, 10, "cầu", "p1", "title"),))
    with read(tmp_path, desk) as reader:
        (pending,) = reader.list_pending("cau", profile.profile_hash)
    decided = [
        Decided("cau", profile.profile_hash, row["article_id"], row["revision"], row["month"], match, "title")
        for row in pending
    ]
    with CorpusWriter.open(tmp_path, desk) as writer:
        assert writer.add_decisions(decided).accepted == 2
        assert writer.add_decisions(decided).known == 2
    with read(tmp_path, desk) as reader:
        assert list(reader.list_pending("cau", profile.profile_hash)) == []
        assert reader.rows("SELECT places, count(*) AS n FROM decisions GROUP BY ALL") == [
            {"places": ["p1"], "n": 2}
        ]
        assert reader.value("SELECT count(*) FROM mentions") == 2


def test_lone_surrogates_do_not_stop_an_import(tmp_path: Path, desk: Desk) -> None:
    """Half of a character in a title is stored as U+FFFD."""
    add(tmp_path, desk, [replace(arrive("1"), article=replace(arrive("1").article, title="a\ud83d b"))])
    with read(tmp_path, desk) as reader:
        assert "\ufffd" in reader.value("SELECT title FROM articles")


def test_folders_with_unusual_names_work(tmp_path: Path) -> None:
    """Spaces, accents, brackets and equal signs in the path are no obstacle; a misread path is refused."""
    for name in ("Báo chí (2025) #1 a=b, 50% {x} 'y'", "100%25", "bản [1]"):
        folder = tmp_path / name
        folder.mkdir()
        with Desk.open(folder) as desk:
            desk.outlets.put(OUTLETS)
            if not name.startswith("Báo"):
                with pytest.raises(CorpusError) as caught:
                    add(folder, desk, [arrive("1")])
                assert caught.value.key == "corpus.bad_path"
                continue
            add(folder, desk, [arrive("1")])
            with read(folder, desk) as reader:
                found = reader.rows("SELECT month, count(*) AS n FROM current GROUP BY month")
            assert found == [{"month": "2025-08", "n": 1}]
            assert broken_rules(folder, desk) == []


# ------------------------------------------------------------------ failing


def test_a_second_writer_is_told_to_wait(tmp_path: Path, desk: Desk) -> None:
    """The corpus has one writer; the desk and readers are not held up by it."""
    with CorpusWriter.open(tmp_path, desk), Desk.open(tmp_path) as other:
        with pytest.raises(LockedError):
            CorpusWriter.open(tmp_path, other)
        other.profiles.put("t", "x", "v")
    CorpusWriter.open(tmp_path, desk).close()


def test_a_broken_writer_must_be_opened_again(tmp_path: Path, desk: Desk) -> None:
    """After a failed append the writer refuses to go on; opened again it holds what was committed."""

    def fail(name: str) -> None:
        if name == "fsync.before _delta_log/":
            raise OSError(28, "No space left on device")

    with CorpusWriter.open(tmp_path, desk) as writer:
        run = desk.imports.start("history", "a", file_sha256="", file_size=0, mapping={})
        steps.listener = fail
        with pytest.raises(StorageError) as caught:
            writer.add_articles([arrive("1")], run=run)
        assert caught.value.key == "corpus.full"
        steps.listener = None
        with pytest.raises(CorpusError):
            writer.add_articles([arrive("1")], run=run)
    assert add(tmp_path, desk, [arrive("2")]).accepted == 1
    with read(tmp_path, desk) as reader:
        assert reader.rows("SELECT key FROM articles") == [{"key": "mau.example/2"}]


def test_a_read_only_folder_is_one_sentence(tmp_path: Path, desk: Desk) -> None:
    """Where the corpus folder may not be written the writer says so."""
    (tmp_path / "corpus").write_text("a file where a folder must be")
    with pytest.raises(StorageError) as caught:
        add(tmp_path, desk, [arrive("1")])
    assert caught.value.key == "corpus.unwritable"


def test_a_log_entry_cut_off_by_a_power_cut_is_set_aside(tmp_path: Path, desk: Desk) -> None:
    """An uncommitted entry that cannot be read does not block the next import."""
    add(tmp_path, desk, [arrive("1")])
    log = tables.table_folder(tmp_path, "articles") / "_delta_log"
    for text in ("", '{"add":{"path":"mon'):
        version = tables.list_versions(log.parent)[-1] + 1
        (log / f"{version:020d}.json").write_text(text)
        add(tmp_path, desk, [arrive(str(version))])
    with read(tmp_path, desk) as reader:
        assert reader.value("SELECT count(*) FROM articles") == 3


def test_a_cut_off_checkpoint_is_set_aside(tmp_path: Path, desk: Desk) -> None:
    """A broken checkpoint is rebuilt from the log, which keeps everything."""
    add(tmp_path, desk, [arrive("1")])
    with CorpusWriter.open(tmp_path, desk) as writer:
        writer.tidy()
    log = tables.table_folder(tmp_path, "items") / "_delta_log"
    (checkpoint,) = log.glob("*.checkpoint.parquet")
    checkpoint.write_bytes(b"PAR1")
    assert "versions_readable" in broken_rules(tmp_path, desk)
    add(tmp_path, desk, [arrive("2")])
    assert broken_rules(tmp_path, desk) == []


def test_an_older_desk_is_never_mixed_with_newer_tables(tmp_path: Path, desk: Desk) -> None:
    """A desk from a backup beside newer tables is refused instead of rolling acknowledged batches back."""
    backup = tmp_path / "backup"
    backup.mkdir()
    add(tmp_path, desk, [arrive("1")])
    desk.connection.execute("VACUUM INTO ?", (str(backup / "desk.sqlite"),))
    for n in range(3):
        add(tmp_path, desk, [arrive(f"n{n}")])
    for name in ("corpus", "texts"):
        (tmp_path / name).rename(backup / name)
    with Desk.open(backup) as older, pytest.raises(CorpusError) as caught:
        CorpusWriter.open(backup, older)
    assert caught.value.key == "corpus.older_desk"


# ------------------------------------------------------------------ checking


def test_verify_finds_damage(tmp_path: Path, desk: Desk) -> None:
    """A sound project breaks no rule; a missing file, a cut file and an unregistered outlet are named."""
    add(tmp_path, desk, [arrive("1"), arrive("2", outlet="xa")])
    with read(tmp_path, desk) as reader:
        SearchIndex(tmp_path).catch_up(reader, desk)
    assert broken_rules(tmp_path, desk) == []
    add(tmp_path, desk, [arrive("3", outlet="la")])
    assert broken_rules(tmp_path, desk) == ["outlets_registered"]
    file = min(tables.table_folder(tmp_path, "texts").glob("month=*/*.parquet"))
    file.write_bytes(file.read_bytes()[:-20])
    assert broken_rules(tmp_path, desk) == ["row_counts", "corpus_opens"]
    file.unlink()
    assert broken_rules(tmp_path, desk) == ["versions_readable", "row_counts", "corpus_opens"]


def test_verify_finds_wrong_counts(tmp_path: Path, desk: Desk) -> None:
    """Rows behind the desk's back, and refusals without a reason, break a rule."""
    add(tmp_path, desk, [arrive("1")])
    desk.connection.execute("DROP TRIGGER sightings_no_delete")
    desk.connection.execute("DELETE FROM sightings")
    desk.connection.execute("DROP TRIGGER refusals_no_delete")
    run = desk.imports.list_runs()[0]
    desk.imports.count(run.import_id, batch_no=None, accepted=0, known=0, refusals=[Refusal(2, "no_url")])
    desk.connection.execute("DELETE FROM refusals")
    assert {"import_counts", "known_matches_stored"} <= set(broken_rules(tmp_path, desk))


# ------------------------------------------------------------------ searching


@pytest.fixture
def index(tmp_path: Path, desk: Desk) -> SearchIndex:
    """An index of four articles."""
    rows = [
        arrive("1", "Cao tốc qua Chi Lăng", text="Đà Nẵng cũng có", published=0),
        arrive("2", "Cáo tộc trong rừng", lead="hoà bình", published=24),
        arrive("3", "Xe chạy", text="đường cao tốc thông xe", published=48),
        arrive("4", "Da Nang from afar", outlet="xa", feed=None, published=72),
    ]
    add(tmp_path, desk, rows)
    index = SearchIndex(tmp_path)
    with read(tmp_path, desk) as reader:
        assert index.catch_up(reader, desk) == 4
        assert index.catch_up(reader, desk) == 0
    return index


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ('"cao tốc"', ["3", "1"]),
        ('"cao toc"', ["3", "2", "1"]),
        ('"cao tốc" -"Chi Lăng"', ["3"]),
        ('title:"cao toc"', ["2", "1"]),
        ("text:da lead:x", []),
        ('"da nang"', ["4", "1"]),
        ('"đà nẵng"', ["1"]),
        ("hòa", ["2"]),
        ("outlet:xa", ["4"]),
        ("-cao -da", []),
        ("-tộc -chi -nang", ["3"]),
    ],
)
def test_searching_finds_what_is_meant(index: SearchIndex, query: str, slugs: list[str]) -> None:
    """Phrases, exclusion, fields, accents and the lack of them; newest first."""
    found = index.search(query)
    ids = {name_article(f"{o}.example/{n}"): str(n) for n in range(5) for o in ("mau", "xa")}
    assert [ids[hit.article_id] for hit in found.hits] == slugs
    assert found.total == len(slugs)


def test_search_is_limited_by_day_and_outlet(index: SearchIndex) -> None:
    """Days are those of the outlet's own zone, both ends included."""
    assert index.search("-x", first_day=date(2025, 8, 31), last_day=date(2025, 9, 1)).total == 2
    assert [hit.day for hit in index.search("-x", outlets=("xa",)).hits] == [date(2025, 9, 2)]
    assert index.search("-x", limit=1, offset=1).hits[0].day == date(2025, 9, 1)


def test_the_index_follows_a_new_revision(tmp_path: Path, desk: Desk, index: SearchIndex) -> None:
    """An article is found by its current words only."""
    add(tmp_path, desk, [arrive("3", "Xe dừng", text="đường vòng", hours=99, published=48)])
    with read(tmp_path, desk) as reader:
        assert index.catch_up(reader, desk) == 1
    assert index.search('"đường vòng"').total == 1
    assert index.search('"cao tốc" thông').total == 0


def test_a_broken_index_is_built_again(tmp_path: Path, desk: Desk, index: SearchIndex) -> None:
    """Damage to the index, which is derived, costs a rebuild and nothing else."""
    for file in (tmp_path / "search").iterdir():
        if file.suffix not in (".lock",):
            file.write_bytes(b"broken")
    fresh = SearchIndex(tmp_path)
    assert fresh.state() is None
    with pytest.raises(CorpusError):
        fresh.search("cao")
    with read(tmp_path, desk) as reader:
        assert fresh.catch_up(reader, desk) == 4
    assert fresh.search('"cao tốc"').total == 2
    assert broken_rules(tmp_path, desk) == []


def test_verify_tells_an_index_of_another_history_from_one_that_lags(tmp_path: Path, desk: Desk) -> None:
    """An index behind the corpus is no damage; one that stands at a batch never committed here is."""
    add(tmp_path, desk, [arrive("1")])
    with read(tmp_path, desk) as reader:
        SearchIndex(tmp_path).catch_up(reader, desk)
    add(tmp_path, desk, [arrive("2")])
    assert broken_rules(tmp_path, desk) == []
    other = tmp_path / "other"
    other.mkdir()
    with Desk.open(other) as second:
        second.outlets.put(OUTLETS)
        add(other, second, [arrive("3")])
        shutil.copytree(tmp_path / "search", other / "search")
        assert broken_rules(other, second) == ["search_follows"]


def test_verify_finds_a_desk_older_than_its_tables(tmp_path: Path, desk: Desk) -> None:
    """A desk restored from an older backup than the tables is named, before a writer refuses it."""
    add(tmp_path, desk, [arrive("1")])
    copy_desk(desk.connection, tmp_path / "old.sqlite")
    add(tmp_path, desk, [arrive("2")])
    add(tmp_path, desk, [arrive("3")])
    assert broken_rules(tmp_path, desk) == []
    desk.close()
    for name in ("desk.sqlite", "desk.sqlite-wal", "desk.sqlite-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "old.sqlite").rename(tmp_path / "desk.sqlite")
    with Desk.open(tmp_path) as older:
        assert "desk_and_tables_of_one_age" in broken_rules(tmp_path, older)
