"""The desk: versions by sequence number, append-only tables, migrations, errors, the audit chain."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from diembao.desk import Desk, ReportRecord, migrations, steps
from diembao.desk.database import FILE_NAME
from diembao.errors import CorpusError, LockedError, OutletError, StorageError
from diembao.types import ClockFinding, Feed, Gap, Outlet, Refusal

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
OUTLET = Outlet("mau", "Báo Mẫu", ("mau.example",), "central", feeds=(Feed("mau/tin", "mau", "https://f"),))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty desk."""
    with Desk.open(tmp_path) as opened:
        yield opened
    steps.listener = None


def test_an_outlet_is_read_as_it_was_at_a_sequence_number(desk: Desk) -> None:
    """A later version of an outlet does not change what an earlier sequence number shows."""
    desk.outlets.put([OUTLET])
    before = desk.seq
    desk.outlets.put([replace(OUTLET, outlet_class="local")])
    assert desk.outlets.get("mau") == replace(OUTLET, outlet_class="local")
    assert desk.outlets.get("mau", at=before) == OUTLET
    assert desk.outlets.find("mau", at=0) is None


def test_writing_the_same_again_uses_no_sequence_number(desk: Desk) -> None:
    """Putting what is there already changes nothing, not even the sequence number."""
    first, last = NOON, NOON + timedelta(hours=1)
    gaps = [Gap("mau", None, first, last, "silent", {"runs": 3})]
    clocks = [ClockFinding("mau", None, "shift", -3600, first, last, 5, {})]

    def write() -> None:
        desk.outlets.put([OUTLET])
        desk.outlets.put_classes({"border": "on the border"})
        desk.runs.add("may-1", [first, last, first])
        desk.runs.add_feeds("may-1", OUTLET.feeds)
        desk.findings.put_gaps(gaps, basis={"commit": 1})
        desk.findings.put_clocks(clocks, basis={"commit": 1})
        desk.profiles.put("t", "text", "v1")

    write()
    seq = desk.seq
    write()
    assert desk.seq == seq
    assert desk.runs.list_moments() == [first, last]
    assert desk.runs.list_feeds("may-1") == list(OUTLET.feeds)
    assert (desk.findings.list_gaps(), desk.findings.list_clocks()) == (gaps, clocks)
    assert desk.outlets.list_classes() == {"border": "on the border"}


def test_a_new_list_of_gaps_replaces_the_old_one_which_stays(desk: Desk) -> None:
    """Findings hold as a whole list; the list before is still there for its sequence number."""
    gap = Gap("mau", "mau/tin", NOON, NOON + timedelta(days=1), "frozen", {})
    desk.findings.put_gaps([gap], basis={})
    before = desk.seq
    desk.findings.put_gaps([], basis={})
    assert desk.findings.list_gaps() == []
    assert desk.findings.list_gaps(at=before) == [gap]


def test_inputs_to_numbers_cannot_be_changed_or_removed(desk: Desk) -> None:
    """Every table refuses UPDATE and DELETE, but for those that only say what the collector does next."""
    steering = {"plans", "page_queue", "quarantine"}
    names = [row[0] for row in desk.rows("SELECT name FROM sqlite_master WHERE type = 'table' "
                                         "AND name NOT LIKE 'sqlite_%'")]  # fmt: skip
    triggers = {row[0] for row in desk.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert triggers == {
        f"{name}_no_{verb}" for name in set(names) - steering for verb in ("update", "delete")
    }
    desk.outlets.put([OUTLET])
    with pytest.raises(CorpusError, match="append-only"):
        desk.write("UPDATE outlet_versions SET outlet_class = 'foreign'")


def test_an_import_accounts_for_every_row(desk: Desk) -> None:
    """Rows read = accepted + known + refused, over all batches; refusals keep line and reason."""
    run = desk.imports.start("history", "a.csv", file_sha256="x", file_size=9, mapping={"title": "t"})
    refusals = [Refusal(3, "no_url", ""), Refusal(7, "bad_time", "32/13")]
    desk.imports.count(run.import_id, batch_no=1, accepted=4, known=1, refusals=refusals)
    desk.imports.count(run.import_id, batch_no=2, accepted=0, known=5)
    assert desk.imports.get(run.import_id).finished_at is None
    done = desk.imports.finish(run.import_id)
    assert (done.rows, done.accepted, done.known, done.refused) == (12, 4, 6, 2)
    assert done.finished_at is not None
    assert desk.imports.list_refusals(run.import_id) == refusals
    assert desk.imports.count_refusals() == {"bad_time": 1, "no_url": 1}
    assert done.source == "history:a.csv"


def test_thousands_of_addresses_are_found_at_once(desk: Desk) -> None:
    """A lookup is not limited by the number of values a statement takes."""
    keys = {f"mau.example/{n}": f"{n:016x}" for n in range(12_000)}
    with desk.transaction():
        desk.addresses.add(keys, desk.next_seq("identity"))
    assert desk.addresses.find_many([*keys, "mau.example/x"]) == keys
    assert (
        desk.addresses.add_aliases([("mau.example/x", f"{1:016x}"), ("mau.example/2", "f" * 16)], desk.seq)
        == 1
    )
    assert desk.addresses.find("mau.example/2") == f"{2:016x}"
    assert desk.addresses.list_aliases(f"{1:016x}") == ["mau.example/x"]


def test_a_failing_transaction_leaves_nothing(desk: Desk) -> None:
    """All rows of a transaction come or none, inner ones included, and no sequence number is used up."""
    seq = desk.seq
    with pytest.raises(ValueError, match="stop"), desk.transaction():
        desk.outlets.put([OUTLET])
        raise ValueError("stop")
    assert desk.outlets.list_outlets() == []
    assert desk.seq == seq


def test_an_unknown_outlet_is_an_error(desk: Desk) -> None:
    """Asking for an outlet that is not registered names it."""
    with pytest.raises(OutletError) as caught:
        desk.outlets.get("ai-do")
    assert caught.value.values == {"outlet_id": "ai-do"}


def test_a_snapshot_of_the_same_state_is_the_same(desk: Desk) -> None:
    """The id of a snapshot follows from what it pins; a report of the same content can be recorded twice."""
    desk.commits.add("create", batch_no=0, batch_id="", versions={"articles": 0}, rows={})
    state = {"commit_no": 1, "versions": {"articles": 0}, "desk_seq": 1, "hashes": {}, "code_version": "1"}
    first, second = desk.snapshots.put(**state), desk.snapshots.put(**state)  # type: ignore[arg-type]
    assert first == second == desk.snapshots.get(first.snapshot_id)
    report = ReportRecord("r1", first.snapshot_id, "t", {"from": "2026-01-01"}, {"numbers": "x"}, NOON)
    desk.reports.put(report)
    desk.reports.put(report)
    assert desk.reports.list_reports("t") == [report]
    with pytest.raises(CorpusError):
        desk.reports.put(replace(report, results={"numbers": "y"}))


# ------------------------------------------------------------------ audit


def _forge(desk: Desk, sql: str) -> None:
    for verb in ("update", "delete"):
        desk.connection.execute(f"DROP TRIGGER IF EXISTS audit_no_{verb}")
    desk.connection.execute(sql)


@pytest.mark.parametrize(
    "forgery",
    [
        'UPDATE audit SET payload = \'{"who":"b"}\' WHERE n = 2',
        "UPDATE audit SET at_us = at_us + 1 WHERE n = 3",
        "DELETE FROM audit WHERE n = 2",
        "DELETE FROM audit WHERE n = 5",
        "UPDATE audit SET n = CASE n WHEN 2 THEN -3 ELSE -2 END WHERE n IN (2, 3)",
    ],
)
def test_any_change_of_the_audit_chain_is_found(desk: Desk, forgery: str) -> None:
    """A changed, removed or moved entry and a cut tail break the chain against a published head."""
    for n in range(5):
        desk.audit.append("coded", {"who": "người a", "n": n})
    head = desk.audit.head()
    assert desk.audit.verify_chain(published_heads=(head,)).is_intact
    _forge(desk, forgery)
    assert not desk.audit.verify_chain(published_heads=(head,)).is_intact


# ------------------------------------------------------------------ opening


def test_a_failed_migration_leaves_the_file_usable(tmp_path: Path) -> None:
    """A migration that fails half-way changes nothing; a copy of the file from before lies beside it."""
    with Desk.open(tmp_path) as desk:
        desk.outlets.put([OUTLET])
    path = tmp_path / FILE_NAME
    known = migrations.list_migrations()
    newest = known[-1][0]
    sql = "CREATE TABLE more (x INT);\nINSERT INTO nowhere VALUES (1);"
    broken = [*known, (newest + 1, sql)]
    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(CorpusError, match="left as it was"):
        migrations.migrate(connection, path, broken)
    connection.close()
    with Desk.open(tmp_path) as desk:
        assert desk.outlets.list_outlets() == [OUTLET]
        assert desk.row("SELECT 1 FROM sqlite_master WHERE name = 'more'") is None
    copy = tmp_path / "copy"
    copy.mkdir()
    (tmp_path / f"{FILE_NAME}.v{newest}.bak").rename(copy / FILE_NAME)
    with Desk.open(copy) as desk:
        assert desk.outlets.list_outlets() == [OUTLET]


def test_a_desk_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """Tables of a version that this code does not know are left alone."""
    Desk.open(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    for read_only in (False, True):
        with pytest.raises(CorpusError) as caught:
            Desk.open(tmp_path, read_only=read_only)
        assert caught.value.key == "desk.too_new"


def test_a_damaged_desk_is_one_sentence(tmp_path: Path) -> None:
    """A file that is no SQLite file is reported as damaged."""
    (tmp_path / FILE_NAME).write_bytes(b"this is not a database at all" * 200)
    with pytest.raises(CorpusError) as caught:
        Desk.open(tmp_path)
    assert caught.value.key == "desk.damaged"


def test_a_missing_desk_is_one_sentence(tmp_path: Path) -> None:
    """Reading where nothing was ever written says so."""
    with pytest.raises(CorpusError) as caught:
        Desk.open(tmp_path, read_only=True)
    assert caught.value.key == "desk.missing"


def test_a_read_only_folder_can_be_read(tmp_path: Path) -> None:
    """A desk that was closed well opens for reading in a folder without the right to write."""
    with Desk.open(tmp_path) as desk:
        desk.outlets.put([OUTLET])
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with Desk.open(tmp_path, read_only=True) as desk:
            assert desk.outlets.list_outlets() == [OUTLET]
            with pytest.raises(StorageError):
                desk.outlets.put([replace(OUTLET, name="x")])
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_a_busy_desk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction of another process that does not end is reported as held."""
    monkeypatch.setattr("diembao.desk.database.BUSY_TIMEOUT_S", 0.05)
    with Desk.open(tmp_path) as one, Desk.open(tmp_path) as other, one.transaction():
        one.outlets.put([OUTLET])
        with pytest.raises(LockedError):
            other.outlets.put([OUTLET])
        assert other.outlets.list_outlets() == []  # reading works meanwhile


def test_a_full_disk_is_one_sentence(desk: Desk) -> None:
    """When SQLite finds no space the error says so and what was there stays."""
    desk.outlets.put([OUTLET])
    pages = desk.connection.execute("PRAGMA page_count").fetchone()[0]
    desk.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError) as caught:
        desk.profiles.put("t", "x" * 500_000, "v")
    assert caught.value.key == "desk.full"
    assert desk.outlets.list_outlets() == [OUTLET]
