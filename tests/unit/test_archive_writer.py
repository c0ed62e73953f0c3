"""The writer of evidence: records that other readers verify, and order of writing that loses nothing."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.archive_fixture import PAGE, FixedClock, judge_with_fastwarc, judge_with_warcio, make_exchange

from diembao.archive import ArchiveWriter, read_capture
from diembao.archive.compose import DISCARDED_DIGEST
from diembao.archive.reader import read_record
from diembao.desk import steps
from diembao.errors import CorpusError, StorageError
from diembao.types import Capture


def open_writer(folder: Path, committed: dict[str, int] | None = None, rotate: int = 10**9) -> ArchiveWriter:
    """A writer with the clock of the tests."""
    return ArchiveWriter.open(folder, committed or {}, clock=FixedClock(), rotate_bytes=rotate)


@pytest.fixture
def listening() -> Iterator[Callable[[Callable[[str], None]], None]]:
    """Sets the listener of the write points and takes it away afterwards."""

    def listen(function: Callable[[str], None]) -> None:
        steps.listener = function

    yield listen
    steps.listener = None


def only_file(folder: Path) -> Path:
    """The one WARC file of a project folder."""
    (path,) = (folder / "archive").glob("*.warc.gz")
    return path


def test_every_record_verifies_in_warcio_and_fastwarc(tmp_path: Path) -> None:
    """Warcinfo first, then request and response of each hop; both readers say exactly True of every digest."""
    hop = make_exchange(1, body=b"", raw_body=b"", status=301, headers=(("location", "/tin-2.html"),))
    with open_writer(tmp_path) as writer:
        captures = writer.append([hop, make_exchange(2)])
        writer.sync()
    path = only_file(tmp_path)
    kinds = ["warcinfo", "request", "response", "request", "response"]
    assert judge_with_warcio(path) == [(kind, True) for kind in kinds]
    assert [(kind, block) for kind, block, _ in judge_with_fastwarc(path)] == [(kind, True) for kind in kinds]
    assert {payload for _, _, payload in judge_with_fastwarc(path)} == {None, True}
    assert [capture.status for capture in captures] == [301, 200]


def test_a_capture_says_where_its_record_lies(tmp_path: Path) -> None:
    """(file, offset, length, sha256) of a capture are those of its compressed record, and its body comes back."""
    with open_writer(tmp_path) as writer:
        (capture,) = writer.append([make_exchange(2)])
        writer.sync()
        ends = writer.committed_ends()
    content = (tmp_path / "archive" / capture.file).read_bytes()
    member = content[capture.offset : capture.offset + capture.length]
    assert hashlib.sha256(member).hexdigest() == capture.record_sha256
    assert capture.payload_sha256 == hashlib.sha256(PAGE).hexdigest()
    assert ends == {capture.file: len(content)} == {capture.file: capture.offset + capture.length}
    read = read_capture(tmp_path, capture)
    assert (read.status, read.body, read.url) == (200, PAGE, capture.url)
    assert dict(read.headers)["x-title"] == "Báo"
    assert "transfer-encoding" not in dict(read.headers)
    assert read.content_type == capture.content_type == "text/html; charset=utf-8"


def test_an_unanswered_hop_leaves_no_record(tmp_path: Path) -> None:
    """Where nothing came back there is nothing to keep."""
    silent = make_exchange(1, status=None, outcome="timeout", body=b"", raw_body=b"")
    with open_writer(tmp_path) as writer:
        assert writer.append([silent]) == []
        assert writer.committed_ends() == {}
    assert list((tmp_path / "archive").iterdir()) == []


def test_not_modified_becomes_a_revisit_that_leads_to_the_body(tmp_path: Path) -> None:
    """A 304 is kept as a revisit; read through the ledger it has its own head and the earlier body."""
    again = make_exchange(1, status=304, reason="Not Modified", body=b"", raw_body=b"")
    with open_writer(tmp_path) as writer:
        (first,) = writer.append([make_exchange(1)])
        (second,) = writer.append([again], revisit_of=first)
        (third,) = writer.append([again], revisit_of=second)
        writer.sync()
    assert (second.kind, second.refers_to) == ("revisit", first.record_id)
    assert third.refers_to == first.record_id
    assert second.payload_sha256 == first.payload_sha256
    read = read_capture(tmp_path, third, lookup={first.record_id: first}.get)
    assert (read.status, read.body) == (304, PAGE)
    assert read_capture(tmp_path, second).body == b""
    with pytest.raises(CorpusError) as caught:
        read_capture(tmp_path, second, lookup={}.get)
    assert caught.value.key == "archive.damaged"
    assert {passed for kind, passed, _ in judge_with_fastwarc(only_file(tmp_path))} == {True}
    head = read_record(tmp_path, second).head
    assert head.field("WARC-Profile").endswith("/server-not-modified")


def test_the_same_bytes_again_become_a_revisit_and_others_do_not(tmp_path: Path) -> None:
    """Only a body that is the same byte for byte as transferred is pointed to; any other is written in full."""
    plain = make_exchange(3, raw_body=PAGE, headers=(("content-type", "text/html"),))
    with open_writer(tmp_path) as writer:
        (first,) = writer.append([make_exchange(1)])
        (same,) = writer.append([make_exchange(2)], revisit_of=first)
        (other_form,) = writer.append([plain], revisit_of=first)
        (changed,) = writer.append([make_exchange(4, body=PAGE + b"!")], revisit_of=first)
        writer.sync()
    assert [capture.kind for capture in (same, other_form, changed)] == ["revisit", "response", "response"]
    head = read_record(tmp_path, same).head
    assert head.field("WARC-Profile").endswith("/identical-payload-digest")
    earlier = read_record(tmp_path, first).head
    assert head.field("WARC-Payload-Digest") == earlier.field("WARC-Payload-Digest")
    assert read_capture(tmp_path, same, lookup={first.record_id: first}.get).body == PAGE


def test_a_reserved_body_is_not_kept_but_its_digest_is(tmp_path: Path) -> None:
    """Under a TDM reservation the archive has the head and the digest, and no byte of the body."""
    with open_writer(tmp_path) as writer:
        (capture,) = writer.append([make_exchange(1, raw_body=PAGE)], keep_body=False)
        writer.sync()
    assert capture.kind == "tdm"
    record = read_record(tmp_path, capture)
    assert PAGE not in record.block
    assert record.head.field(DISCARDED_DIGEST) == f"sha256:{hashlib.sha256(PAGE).hexdigest()}"
    assert capture.payload_sha256 == hashlib.sha256(PAGE).hexdigest()
    read = read_capture(tmp_path, capture)
    assert (read.body, read.truncated, read.status) == (b"", "unspecified", 200)
    assert {verdict[1] for verdict in judge_with_fastwarc(only_file(tmp_path))} == {True}
    assert {passed for _, passed in judge_with_warcio(only_file(tmp_path))} == {True}


def test_strangers_line_breaks_do_not_make_fields(tmp_path: Path) -> None:
    """A header or reason with line breaks in it cannot add a header or end the head."""
    bad = make_exchange(
        1,
        url="https://bao.example/a\r\nWARC-Type: warcinfo",
        reason="OK\r\n\r\n<html>",
        headers=(("x-a\r\nset", "1\r\n\r\nbody"), ("\r\n", "2"), ("content-type", "text/html\0")),
        raw_body=PAGE,
    )
    with open_writer(tmp_path) as writer:
        (capture,) = writer.append([bad])
        writer.sync()
    record = read_record(tmp_path, capture)
    assert record.head.kind == "response"
    assert record.message is not None
    assert record.message.payload == PAGE
    assert judge_with_warcio(only_file(tmp_path))[-1] == ("response", True)


def test_a_full_file_is_followed_by_a_new_one(tmp_path: Path) -> None:
    """Rotation: each file begins with its warcinfo, and request and response stay together."""
    with open_writer(tmp_path, rotate=2_000) as writer:
        captures = [writer.append([make_exchange(number)])[0] for number in range(8)]
        writer.sync()
        ends = writer.committed_ends()
    files = sorted((tmp_path / "archive").glob("*.warc.gz"))
    assert len(files) > 2
    assert {path.name: path.stat().st_size for path in files} == ends
    for path in files:
        kinds = [kind for kind, passed in judge_with_warcio(path) if passed is True]
        assert kinds[0] == "warcinfo"
        assert kinds.count("request") == kinds.count("response") >= 1
    assert all(read_capture(tmp_path, capture).body == PAGE for capture in captures)


def test_a_new_writer_goes_on_in_the_last_file(tmp_path: Path) -> None:
    """A restart does not begin a new file."""
    ends: dict[str, int] = {}
    for number in range(3):
        with open_writer(tmp_path, ends) as writer:
            writer.append([make_exchange(number)])
            writer.sync()
            ends = writer.committed_ends()
    assert [kind for kind, _ in judge_with_warcio(only_file(tmp_path))].count("warcinfo") == 1


def test_any_uncommitted_tail_is_moved_aside(tmp_path: Path) -> None:
    """Cut the uncommitted tail at any byte: opening gives back exactly the committed bytes, the rest lies aside."""
    with open_writer(tmp_path) as writer:
        writer.append([make_exchange(1)])
        writer.sync()
        committed = writer.committed_ends()
        writer.append([make_exchange(2, body=b"x" * 50)])
        writer.sync()
    path = only_file(tmp_path)
    whole = path.read_bytes()
    end = committed[path.name]
    for cut in range(end, len(whole) + 1, 13):
        path.write_bytes(whole[:cut])
        open_writer(tmp_path, committed).close()
        assert path.read_bytes() == whole[:end]
    tails = list((tmp_path / "archive" / "aside").iterdir())
    assert len(tails) == len(range(end, len(whole) + 1, 13)) - 1
    assert all(whole[end:].startswith(tail.read_bytes()) for tail in tails)
    assert {tail.name.rpartition(".")[0] for tail in tails} == {f"{path.name}.{end}"}


def test_a_file_the_ledger_does_not_know_is_moved_aside_whole(tmp_path: Path) -> None:
    """A file that was begun but never acknowledged is not trusted, and its name can be used again."""
    with open_writer(tmp_path) as writer:
        writer.append([make_exchange(1)])
        writer.sync()
    name = only_file(tmp_path).name
    with open_writer(tmp_path) as writer:
        (capture,) = writer.append([make_exchange(2)])
        writer.sync()
    assert capture.file == name
    assert [path.name for path in (tmp_path / "archive" / "aside").iterdir()] == [f"{name}.0.1"]
    assert len(judge_with_warcio(only_file(tmp_path))) == 3


@pytest.mark.parametrize("harm", ["missing", "short"])
def test_lost_evidence_is_said_at_once(tmp_path: Path, harm: str) -> None:
    """An acknowledged file that is missing or too short stops the writer with a sentence."""
    with open_writer(tmp_path) as writer:
        writer.append([make_exchange(1)])
        writer.sync()
        ends = writer.committed_ends()
    path = only_file(tmp_path)
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CorpusError) as caught:
        open_writer(tmp_path, ends)
    assert caught.value.key == ("archive.missing_file" if harm == "missing" else "archive.shorter")


def play(
    folder: Path, committed: dict[str, int], listening: Callable[[Callable[[str], None]], None]
) -> list[str]:
    """The points that one append and one sync pass in a fresh folder, in order."""
    seen: list[str] = []
    listening(seen.append)
    with open_writer(folder, committed) as writer:
        writer.append([make_exchange(1)])
        writer.sync()
    return seen


def test_bytes_and_name_are_synced_after_the_last_write(
    tmp_path: Path, listening: Callable[[Callable[[str], None]], None]
) -> None:
    """The name of a new file is on the disk, and the file is synced after its last write, when sync returns."""
    seen = play(tmp_path, {}, listening)
    name = only_file(tmp_path).name
    last_write = max(at for at, point in enumerate(seen) if point == f"archive.write.after {name}")
    assert seen.index(f"fsync.after {name}") > last_write
    assert seen.index("fsync.after archive/") > seen.index(f"archive.create.after {name}")


def test_a_writer_that_skips_fsync_is_noticed(
    tmp_path: Path, listening: Callable[[Callable[[str], None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted bug: without its fsync the points of a write end with the write."""
    monkeypatch.setattr(ArchiveWriter, "_sync_file", lambda self: None)
    assert not any(point.startswith("fsync.after diembao-") for point in play(tmp_path, {}, listening))


def test_every_point_may_fail_once(
    tmp_path: Path, listening: Callable[[Callable[[str], None]], None]
) -> None:
    """At each point of a write the disk may say no: one sentence, nothing acknowledged is lost, reopening heals."""
    points = play(tmp_path / "probe", {}, listening)
    assert len(points) >= 8
    for number in range(len(points)):
        folder = tmp_path / str(number)
        ends, kept = _fail_at(folder, number, listening)
        listening(lambda point: None)
        with open_writer(folder, ends) as writer:
            (capture,) = writer.append([make_exchange(9)])
            writer.sync()
        for known in [*kept, capture]:
            assert read_capture(folder, known).body == PAGE
        for path in (folder / "archive").glob("*.warc.gz"):
            assert {passed for _, passed in judge_with_warcio(path)} == {True}


def _fail_at(
    folder: Path, number: int, listening: Callable[[Callable[[str], None]], None]
) -> tuple[dict[str, int], list[Capture]]:
    """Write until point `number` refuses; what was acknowledged before."""
    count = 0

    def refuse(point: str) -> None:
        nonlocal count
        count += 1
        if count == number + 1:
            raise OSError(errno.ENOSPC, "No space left on device")

    listening(refuse)
    ends: dict[str, int] = {}
    kept: list[Capture] = []
    with pytest.raises(StorageError) as caught:
        writer = open_writer(folder, ends)
        try:
            while True:
                captures = writer.append([make_exchange(1)])
                writer.sync()
                kept += captures
                ends = writer.committed_ends()
        except StorageError:
            with pytest.raises(StorageError) as again:
                writer.append([make_exchange(2)])
            assert again.value.key == "archive.half_way"
            with pytest.raises(StorageError):
                writer.sync()
            writer.close()
            raise
    assert caught.value.key == "archive.full"
    return ends, kept


def test_a_short_write_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that takes only part of the bytes is continued, not believed."""
    with open_writer(tmp_path) as writer:
        writer.append([make_exchange(1)])
        real = writer._file
        assert real is not None

        class Slow:
            def write(self, data: memoryview) -> int:
                return real.write(data[:7])

            def __getattr__(self, name: str) -> object:
                return getattr(real, name)

        monkeypatch.setattr(writer, "_file", Slow())
        (capture,) = writer.append([make_exchange(2)])
        writer.sync()
    assert read_capture(tmp_path, capture).body == PAGE


@pytest.mark.parametrize("harm", ["byte", "offset", "length", "sha", "payload", "path"])
def test_changed_evidence_is_refused(tmp_path: Path, harm: str) -> None:
    """A changed byte, or a ledger row that does not fit, raises instead of giving a body."""
    with open_writer(tmp_path) as writer:
        (capture,) = writer.append([make_exchange(1)])
        writer.sync()
    path = only_file(tmp_path)
    if harm == "byte":
        content = bytearray(path.read_bytes())
        content[capture.offset + 40] ^= 1
        path.write_bytes(content)
    changed = {
        "byte": capture,
        "offset": replace(capture, offset=capture.offset - 1),
        "length": replace(capture, length=capture.length + 1),
        "sha": replace(capture, record_sha256="0" * 64),
        "payload": replace(capture, payload_sha256="0" * 64),
        "path": replace(capture, file="../archive/" + capture.file),
    }[harm]
    with pytest.raises(CorpusError) as caught:
        read_capture(tmp_path, changed)
    assert caught.value.key == "archive.damaged"
