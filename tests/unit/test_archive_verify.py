"""`verify` of the evidence: both ways, and each planted harm is found under its name."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.archive_fixture import FixedClock, make_exchange, make_foreign

from diembao.archive import ArchiveWriter, read_batch
from diembao.archive.verify import KINDS, Problem, Seen, verify_archive
from diembao.i18n import LANGUAGES, has_key
from diembao.types import Capture

Ledger = tuple[list[Capture], dict[str, int]]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A project with responses, a revisit, a reserved body and an imported record, in several files."""
    source = tmp_path / "source.warc"
    source.write_bytes(make_foreign(1, digests=False))
    imported = read_batch(b"", path=str(source)).records[0]
    with ArchiveWriter.open(tmp_path, {}, clock=FixedClock(), rotate_bytes=3_000) as writer:
        captures = [writer.append([make_exchange(number)])[0] for number in range(6)]
        captures += writer.append([make_exchange(7)], revisit_of=captures[0])
        captures += writer.append([make_exchange(8)], keep_body=False)
        captures.append(writer.copy_record(imported))
        empty = make_exchange(9, status=500, outcome="unavailable", body=b"", raw_body=b"", headers=())
        captures += writer.append([empty])
        writer.sync()
        return captures, writer.committed_ends()


def check(folder: Path, ledger: Ledger) -> list[Problem]:
    """All problems."""
    captures = sorted(ledger[0], key=lambda capture: (capture.file, capture.offset))
    return list(verify_archive(folder, captures, ledger[1], lookup=find_in(ledger)))


def find_in(ledger: Ledger) -> Callable[[str], Capture | None]:
    """Finds a capture by its record id, as the desk does."""
    return {capture.record_id: capture for capture in ledger[0]}.get


def test_an_untouched_archive_has_no_problem(tmp_path: Path, ledger: Ledger) -> None:
    """What was written and acknowledged is found again, record by record."""
    seen = Seen()
    assert list(verify_archive(tmp_path, ledger[0], ledger[1], lookup=find_in(ledger), seen=seen)) == []
    assert len(ledger[1]) > 1
    assert {capture.kind for capture in ledger[0]} == {"response", "revisit", "tdm"}
    assert (seen.files, seen.captures) == (len(ledger[1]), len(ledger[0]))
    assert seen.size_bytes == sum(ledger[1].values())
    assert seen.unacknowledged_bytes == 0


def test_bytes_beyond_the_end_are_only_not_acknowledged(tmp_path: Path, ledger: Ledger) -> None:
    """A tail or a file that was never committed is counted, and is no problem."""
    last = tmp_path / "archive" / max(ledger[1])
    last.write_bytes(last.read_bytes() + b"half a record")
    (tmp_path / "archive" / "new.warc.gz").write_bytes(b"12345")
    seen = Seen()
    assert list(verify_archive(tmp_path, ledger[0], ledger[1], lookup=find_in(ledger), seen=seen)) == []
    assert seen.unacknowledged_bytes == len(b"half a record") + 5


def test_any_changed_byte_is_found(tmp_path: Path, ledger: Ledger) -> None:
    """Whatever byte of the committed part changes, something is reported (all bytes of gzip headers but those
    without meaning are covered by the ledger's digest of the whole member).
    """
    name = ledger[0][0].file
    path = tmp_path / "archive" / name
    whole = path.read_bytes()
    unseen = []
    for at in range(0, len(whole), 29):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :])
        if not check(tmp_path, ledger):
            unseen.append(at)
    assert [at for at in unseen if not _is_idle(whole, at, ledger[0], name)] == []


def _is_idle(whole: bytes, at: int, captures: list[Capture], name: str) -> bool:
    """Whether the byte is in the gzip header (time, system) of a record that has no row: nothing hangs on it."""
    inside = [row for row in captures if row.file == name and row.offset <= at < row.offset + row.length]
    start = whole.rfind(b"\x1f\x8b\x08", 0, at + 1)
    return not inside and 3 <= at - start < 10


def _drop_row(folder: Path, ledger: Ledger) -> Ledger:
    return ledger[0][1:], ledger[1]


def _double_row(folder: Path, ledger: Ledger) -> Ledger:
    return [ledger[0][0], *ledger[0]], ledger[1]


def _invent_row(folder: Path, ledger: Ledger) -> Ledger:
    row = replace(ledger[0][0], offset=ledger[0][0].offset + 1, length=5)
    return [*ledger[0], row], ledger[1]


def _row_beyond_end(folder: Path, ledger: Ledger) -> Ledger:
    row = replace(ledger[0][0], offset=10**9)
    return [*ledger[0], row], ledger[1]


def _remove_file(folder: Path, ledger: Ledger) -> Ledger:
    (folder / "archive" / ledger[0][0].file).unlink()
    return ledger


def _shorten_file(folder: Path, ledger: Ledger) -> Ledger:
    path = folder / "archive" / ledger[0][0].file
    path.write_bytes(path.read_bytes()[:-1])
    return ledger


def _flip_byte(folder: Path, ledger: Ledger) -> Ledger:
    path = folder / "archive" / ledger[0][0].file
    content = bytearray(path.read_bytes())
    content[ledger[0][0].offset + 30] ^= 1
    path.write_bytes(content)
    return ledger


def _other_body(folder: Path, ledger: Ledger) -> Ledger:
    return [replace(ledger[0][0], payload_sha256="0" * 64), *ledger[0][1:]], ledger[1]


def _forget_earlier(folder: Path, ledger: Ledger) -> Ledger:
    """Take out a record that a revisit points to, whole, as if its row had never been."""
    earlier = ledger[0][0]
    path = folder / "archive" / earlier.file
    whole = path.read_bytes()
    end = earlier.offset + earlier.length
    path.write_bytes(whole[: earlier.offset] + whole[end:])
    rows = [
        replace(row, offset=row.offset - earlier.length) if row.file == earlier.file else row
        for row in ledger[0][1:]
    ]
    return rows, ledger[1] | {earlier.file: ledger[1][earlier.file] - earlier.length}


def _point_elsewhere(folder: Path, ledger: Ledger) -> Ledger:
    return [
        replace(row, refers_to=ledger[0][1].record_id) if row.kind == "revisit" else row for row in ledger[0]
    ], ledger[1]


def _remove_response(folder: Path, ledger: Ledger) -> Ledger:
    """Take a response out of the last file, whole, and its row with it."""
    row = ledger[0][-1]
    path = folder / "archive" / row.file
    path.write_bytes(path.read_bytes()[: row.offset])
    return ledger[0][:-1], ledger[1] | {row.file: row.offset}


@pytest.mark.parametrize(
    ("harm", "kind"),
    [
        (_drop_row, "no_row"),
        (_double_row, "doubled"),
        (_invent_row, "no_record"),
        (_row_beyond_end, "not_committed"),
        (_remove_file, "missing_file"),
        (_shorten_file, "shorter"),
        (_flip_byte, "damaged"),
        (_other_body, "changed"),
        (_remove_response, "alone"),
        (_forget_earlier, "no_earlier"),
        (_point_elsewhere, "changed"),
    ],
)
def test_each_harm_is_found_under_its_name(
    tmp_path: Path, ledger: Ledger, harm: Callable[[Path, Ledger], Ledger], kind: str
) -> None:
    """A lost, doubled, invented, changed or lonely record is reported."""
    problems = check(tmp_path, harm(tmp_path, ledger))
    assert kind in {problem.kind for problem in problems}
    assert len(problems) <= 3


def test_a_record_written_again_with_other_bytes_is_found(tmp_path: Path, ledger: Ledger) -> None:
    """A forged record whose own digests agree still differs from the ledger."""
    row = ledger[0][0]
    path = tmp_path / "archive" / row.file
    whole = path.read_bytes()
    member = whole[row.offset : row.offset + row.length]
    content = zlib.decompress(member, zlib.MAX_WBITS | 16)
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    forged = packer.compress(content) + packer.flush()
    path.write_bytes(whole[: row.offset] + forged + whole[row.offset + row.length :])
    ends = ledger[1] | {row.file: ledger[1][row.file] + len(forged) - len(member)}
    assert "changed" in {problem.kind for problem in check(tmp_path, (ledger[0], ends))}


def test_every_kind_has_its_sentence() -> None:
    """Each kind of problem is said in both languages."""
    for language in LANGUAGES:
        assert all(has_key(language, f"archive.problem.{kind}") for kind in KINDS)


def test_rows_out_of_order_are_refused(tmp_path: Path, ledger: Ledger) -> None:
    """Only one file's rows are held, so they must come file by file."""
    captures, ends = ledger
    with pytest.raises(ValueError, match="ordered"):
        list(verify_archive(tmp_path, [captures[0], captures[-1], captures[0]], ends, lookup=find_in(ledger)))
