"""Strangers' archives: bodies behind codings, bombs, domains, containers, and what an unreadable file says."""

from __future__ import annotations

import base64
import gzip
import hashlib
import tracemalloc
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.archive_fixture import FixedClock, make_arc, make_block, make_foreign, read_all
from warcio.archiveiterator import ArchiveIterator

from diembao.archive import ArchiveWriter, RecordBatch, http, read_batch, read_capture
from diembao.archive.digests import judge_digest
from diembao.archive.foreign import RECORD_BYTES
from diembao.errors import SourceError
from diembao.i18n import LANGUAGES, has_key
from diembao.sandbox import Sandbox

PAGE = b"<html>" + b"m\xe1\xba\xb7t tr\xe1\xba\xadn " * 100 + b"</html>"
PACKED = gzip.compress(PAGE, mtime=0)


def write(folder: Path, *pieces: bytes, name: str = "a.warc") -> Path:
    """The pieces as a file; each its own gzip member if the name says so."""
    path = folder / name
    packed = [gzip.compress(piece, mtime=0) if name.endswith(".gz") else piece for piece in pieces]
    path.write_bytes(b"".join(packed))
    return path


def chunk(body: bytes, *, size: int = 100, end: bytes = b"0\r\n\r\n") -> bytes:
    """The body in chunks."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + end


BODIES: dict[str, tuple[bytes, tuple[str, ...], bytes | str]] = {
    "plain": (PAGE, (), PAGE),
    "gzip": (PACKED, ("Content-Encoding: gzip",), PAGE),
    "two gzip members": (PACKED + PACKED, ("Content-Encoding: x-gzip",), PAGE + PAGE),
    "deflate": (zlib.compress(PAGE), ("Content-Encoding: deflate",), PAGE),
    "raw deflate": (zlib.compress(PAGE)[2:-4], ("Content-Encoding: deflate",), PAGE),
    "chunked": (chunk(PAGE), ("Transfer-Encoding: chunked",), PAGE),
    "chunked gzip": (chunk(PACKED), ("Transfer-Encoding: chunked", "Content-Encoding: gzip"), PAGE),
    "said to be chunked": (PAGE, ("Transfer-Encoding: chunked",), PAGE),
    "said to be gzip": (PAGE, ("Content-Encoding: gzip",), PAGE),
    "decoded below its old length": (PAGE, ("Content-Encoding: gzip", "Content-Length: 40"), PAGE),
    "brotli": (b"\x1b\x05", ("Content-Encoding: br",), "encoding"),
    "five codings": (PACKED, ("Content-Encoding: gzip, gzip, gzip, gzip, gzip",), "encoding"),
    "cut gzip": (PACKED[:-9], ("Content-Encoding: gzip",), "truncated"),
    "broken gzip": (PACKED[:-8] + b"\xff" * 8, ("Content-Encoding: gzip",), "encoding"),
    "cut deflate": (zlib.compress(PAGE)[:-20], ("Content-Encoding: deflate",), "truncated"),
    "cut chunk": (chunk(PAGE)[:-60], ("Transfer-Encoding: chunked",), "truncated"),
    "no last chunk": (chunk(PAGE, end=b""), ("Transfer-Encoding: chunked",), "truncated"),
    "wrong chunk": (chunk(PAGE[:100], end=b"zz\r\n"), ("Transfer-Encoding: chunked",), "chunking"),
    "shorter than stated": (PAGE, (f"Content-Length: {len(PAGE) + 1}",), "truncated"),
    "bomb": (gzip.compress(b"\0" * 20_000_001), ("Content-Encoding: gzip",), "too_large"),
    "bomb in a bomb": (
        gzip.compress(gzip.compress(b"\0" * 30_000_000)),
        ("Content-Encoding: gzip, gzip",),
        "too_large",
    ),
    "a million members": (gzip.compress(b"") * 50_000, ("Content-Encoding: gzip",), "encoding"),
}


@pytest.mark.parametrize("case", sorted(BODIES))
def test_a_body_comes_whole_or_with_a_reason(tmp_path: Path, case: str) -> None:
    """Each coding is taken off; what is cut, broken, too large or in an unknown coding is counted, never passed on."""
    stored, headers, expected = BODIES[case]
    path = write(tmp_path, make_foreign(1, make_block(stored, *headers)), make_foreign(2))
    records, dropped, _ = read_all(path)
    assert [record.url for record in records][-1].endswith("/2.html")
    if isinstance(expected, str):
        assert dropped == Counter({expected: 1})
    else:
        assert records[0].body == expected
        assert dropped == Counter()


@given(
    payload=st.binary(max_size=300), prefix=st.sampled_from([b"", b"5\r\n", PACKED[:40], chunk(PAGE)[:200]])
)
def test_any_payload_is_decoded_or_refused(payload: bytes, prefix: bytes) -> None:
    """Whatever bytes stand below whatever coding: a body or a reason, never another error."""
    for header in ("gzip", "deflate", "br", "", "gzip, deflate"):
        for transfer in ("chunked", ""):
            message = http.Message(
                200, "", (("content-encoding", header), ("transfer-encoding", transfer)), prefix + payload
            )
            try:
                http.decode_body(message)
            except http.BodyError as error:
                assert error.reason in ("truncated", "encoding", "chunking", "too_large")


def test_records_the_archiver_cut_are_dropped(tmp_path: Path) -> None:
    """A record that says itself that it is truncated never becomes a page."""
    path = write(tmp_path, make_foreign(1, fields="WARC-Truncated: length\r\n"))
    assert read_all(path)[1] == Counter({"truncated": 1})


def test_only_the_wanted_domains_are_passed_on(tmp_path: Path) -> None:
    """Records of other domains are counted by registrable domain, sub-domains of wanted ones are taken."""
    hosts = ["bao.example", "www.bao.example", "m.khac.com.vn", "khac.com.vn", "xbao.example", "192.0.2.1"]
    path = write(tmp_path, *(make_foreign(number, host=host) for number, host in enumerate(hosts)))
    batch = read_batch(b"", path=str(path), hosts=["bao.example"])
    assert [record.url for record in batch.records] == [
        "https://bao.example/0.html",
        "https://www.bao.example/1.html",
    ]
    assert dict(batch.dropped) == {"unknown_outlet": 4}
    assert dict(batch.unknown_outlets) == {"khac.com.vn": 2, "xbao.example": 1, "192.0.2.1": 1}
    assert read_batch(b"", path=str(path), hosts=[]).records == ()


@pytest.mark.parametrize(
    ("piece", "reason"),
    [
        (make_foreign(1, host="bad host"), "address"),
        (make_foreign(1, host="x" * 5000), "address"),
        (make_foreign(1).replace(b"https://", b"dns:", 1), "not_a_response"),
        (make_foreign(1).replace(b"2026-03-01", b"2026-99-01", 1), "no_date"),
        (make_foreign(1, b"no http at all", digests=False), "not_http"),
        (make_foreign(1, fields="WARC-Segment-Number: 1\r\n"), "segmented"),
        (make_foreign(1, kind="conversion"), "not_a_response"),
    ],
)
def test_records_that_cannot_be_pages_have_their_reason(tmp_path: Path, piece: bytes, reason: str) -> None:
    """Each record that is not passed on is counted under why."""
    assert read_all(write(tmp_path, piece))[1] == Counter({reason: 1})


def test_a_record_that_is_too_large_is_counted_and_passed_over(tmp_path: Path) -> None:
    """A record beyond the limit costs no memory and hides nothing, plain or compressed."""
    large = make_foreign(1, make_block(b"\0" * 40_000_000), digests=False)
    for name in ("large.warc", "large.warc.gz"):
        records, dropped, met = read_all(write(tmp_path, make_foreign(0), large, make_foreign(2), name=name))
        assert [record.url[-6:] for record in records] == ["0.html", "2.html"]
        assert dropped == Counter({"too_large": 1})
        assert met == 3


def test_many_bombs_in_one_member_are_bounded(tmp_path: Path) -> None:
    """Records of one gzip member unpack to a bounded total; the rest is counted."""
    bomb = make_block(gzip.compress(b"\0" * 2_000_000), "Content-Encoding: gzip")
    path = write(tmp_path, b"".join(make_foreign(number, bomb) for number in range(30)), name="b.warc.gz")
    batch = read_batch(b"", path=str(path))
    assert sum(len(record.body) for record in batch.records) < 16_000_000
    assert batch.dropped["too_large"] == 30 - len(batch.records) > 20
    large = [make_foreign(number, make_block(bytes(11_000_000))) for number in range(3)]
    batch = read_batch(b"", path=str(write(tmp_path, *large)))
    assert (len(batch.records), batch.is_end) == (1, False)


@pytest.mark.parametrize("outer_is_whole", [True, False])
def test_a_file_inside_a_page_is_not_mistaken_for_records(tmp_path: Path, outer_is_whole: bool) -> None:
    """Records inside a whole record's body are its body; found behind damage, they are flagged."""
    inner = make_foreign(7, host="other.example")
    outer = make_foreign(1, make_block(b"<i>how to write</i>" + inner))
    if not outer_is_whole:
        outer = outer.replace(b"<i>", b"<b>", 1)
    records, _, _ = read_all(write(tmp_path, outer, make_foreign(2)))
    found = {record.url: record.flags for record in records}
    if outer_is_whole:
        assert set(found) == {"https://bao.example/1.html", "https://bao.example/2.html"}
        assert set(found.values()) == {()}
    else:
        assert found["https://other.example/7.html"] == ("after_damage",)
    nested = gzip.compress(gzip.compress(inner))
    whole = read_all(write(tmp_path, make_foreign(1, make_block(nested)), name="nested.warc.gz"))
    assert [record.body for record in whole[0]] == [nested]


def test_several_records_in_one_member_are_all_read(tmp_path: Path) -> None:
    """A small file compressed in one piece is read; a large one says how to unpack it."""
    path = write(tmp_path, b"".join(make_foreign(number) for number in range(5)), name="one.warc.gz")
    assert len(read_all(path)[0]) == 5
    large = [make_foreign(number, make_block(b"\0" * 5_000_000)) for number in range(8)]
    with pytest.raises(SourceError) as caught:
        read_all(write(tmp_path, b"".join(large), name="large.warc.gz"))
    assert caught.value.key == "archive.not_per_record"


def test_wacz_is_read_in_place(tmp_path: Path) -> None:
    """The WARC files of a WACZ are read one after another, and nothing else in it."""
    members = [gzip.compress(make_foreign(number)) for number in range(4)]
    path = tmp_path / "pages.wacz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("archive/data-0.warc.gz", members[0] + members[1])
        archive.writestr("archive/data-1.warc", make_foreign(2))
        archive.writestr("indexes/index.cdx", "x" * 100)
        archive.writestr("archive/data-2.warc.gz", members[3][:-5])
    for size in (1, 10**7):
        records, dropped, met = read_all(path, max_bytes=size)
        assert [record.url[-6:] for record in records] == ["0.html", "1.html", "2.html"]
        assert (dropped, met) == (Counter({"cut": 1}), 4)
    content = path.read_bytes()
    first = records[0]
    assert content[first.offset : first.offset + first.length] == members[0] == first.evidence


def _zip(path: Path, name: str, method: int) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(name, make_foreign(1) * 3)


def test_files_that_cannot_be_read_say_what_to_do(tmp_path: Path) -> None:
    """Each file that is no archive, or of a kind that cannot be read, is one sentence in both languages."""
    contents = {
        "empty.warc": b"",
        "page.html": b"<html></html>",
        "page.gz": gzip.compress(b"<html></html>"),
        "a.warc.zst": b"\x28\xb5\x2f\xfd123",
        "bad.wacz": b"PK\x03\x04" + b"\0" * 200,
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    _zip(tmp_path / "packed.wacz", "archive/a.warc", zipfile.ZIP_DEFLATED)
    _zip(tmp_path / "other.zip", "a.warc", zipfile.ZIP_STORED)
    expected = {
        "empty.warc": "archive.empty",
        "page.html": "archive.not_an_archive",
        "page.gz": "archive.not_an_archive",
        "a.warc.zst": "archive.zstd",
        "bad.wacz": "archive.bad_wacz",
        "packed.wacz": "archive.packed_wacz",
        "other.zip": "archive.no_warc",
        "missing.warc": "archive.unreadable",
    }
    for name, key in expected.items():
        with pytest.raises(SourceError) as caught:
            read_batch(b"", path=str(tmp_path / name))
        assert caught.value.key == key
        assert caught.value.next_step
        for language in LANGUAGES:
            assert has_key(language, f"errors_archive.{key}")
            assert has_key(language, f"errors_archive.{key}_next")


def test_a_file_damaged_at_its_first_byte_is_known_by_its_name(tmp_path: Path) -> None:
    """The beginning may be broken; what follows is still read."""
    for name in ("a.warc", "a.warc.gz"):
        path = write(tmp_path, make_foreign(1), make_foreign(2), name=name)
        path.write_bytes(b"?" + path.read_bytes()[1:])
        records, dropped, _ = read_all(path)
        assert [record.url[-6:] for record in records] == ["2.html"]
        assert dropped == Counter({"garbage": 1})


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.arc", "a.arc.gz"])
def test_a_foreign_record_is_kept_as_evidence(tmp_path: Path, name: str) -> None:
    """Copied into the archive, a record is read back with the same body; of a gzip member the bytes are the same."""
    is_arc = ".arc" in name
    filedesc = b"filedesc://a.arc 0.0.0.0 20260301000000 text/plain 3\nabc\n"
    pieces = [filedesc, make_arc(1)] if is_arc else [make_foreign(1)]
    path = write(tmp_path, *pieces, name=name)
    (record,) = read_all(path)[0]
    assert record.digest == ("none" if is_arc else "true")
    assert record.flags == (("no_digest",) if is_arc else ())
    with ArchiveWriter.open(tmp_path, {}, clock=FixedClock()) as writer:
        capture = writer.copy_record(record)
        writer.sync()
    read = read_capture(tmp_path, capture)
    assert (read.status, read.body, read.url) == (200, b"<p>1</p>" * 20, record.url)
    assert (capture.fetched_at, capture.record_id) == (record.fetched_at, record.record_id)
    archive = (tmp_path / "archive" / capture.file).read_bytes()
    kept = archive[capture.offset : capture.offset + capture.length]
    if name == "a.warc.gz":
        assert kept in path.read_bytes()
    with (tmp_path / "archive" / capture.file).open("rb") as file:
        theirs = [item for item in ArchiveIterator(file) if item.rec_type == "response"]
    if is_arc:
        line = theirs[0].rec_headers.get_header("Diembao-ARC-Header")
        assert make_arc(1).startswith(line.encode() + b"\n")
    assert read_all(path)[0][0].record_id == record.record_id


def test_reading_in_the_sandbox_gives_the_same(tmp_path: Path) -> None:
    """The worker reads the file itself and hands back records and counts; its errors come through."""
    path = write(tmp_path, *(make_foreign(number) for number in range(5)), b"garbage", name="a.warc.gz")
    with Sandbox() as box:
        batch = box.call(
            "diembao.archive.foreign:read_batch",
            b"stretch",
            returns=RecordBatch,
            path=str(path),
            hosts=["bao.example"],
        )
        assert batch == read_batch(b"", path=str(path), hosts=["bao.example"])
        large = write(
            tmp_path, make_foreign(1, make_block(bytes(RECORD_BYTES - 4_000_000))), name="large.warc"
        )
        batch = box.call("diembao.archive.foreign:read_batch", b"large", returns=RecordBatch, path=str(large))
        assert len(batch.records) == 1
        with pytest.raises(SourceError) as caught:
            box.call(
                "diembao.archive.foreign:read_batch",
                b"none",
                returns=RecordBatch,
                path=str(tmp_path / "no.warc"),
            )
        assert caught.value.key == "archive.unreadable"


FORMS = ["hex", "HEX", "base32", "bare base32", "base64", "bare base64", "urlsafe"]


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256", "sha-256", "sha512", "SHA1"])
@pytest.mark.parametrize("form", FORMS)
def test_digests_are_known_in_every_form(name: str, form: str) -> None:
    """Hex, base32 and base64 with and without padding are compared by their bytes; one bit makes them false."""
    algorithm = name.lower().replace("-", "")
    for number in range(20):
        content = b"%d" % number
        digest = hashlib.new(algorithm, content).digest()
        value = {
            "hex": digest.hex(),
            "HEX": digest.hex().upper(),
            "base32": base64.b32encode(digest).decode(),
            "bare base32": base64.b32encode(digest).decode().rstrip("="),
            "base64": base64.b64encode(digest).decode(),
            "bare base64": base64.b64encode(digest).decode().rstrip("="),
            "urlsafe": base64.urlsafe_b64encode(digest).decode(),
        }[form]
        assert judge_digest(f"{name}:{value}", b"other", content) is True
        assert judge_digest(f"{name}:{value}", b"other") is False
    assert judge_digest(f"{name}:{value.rstrip('=')[:-3]}", content) is False
    assert judge_digest(f"crc32:{value}", content) is None


def test_a_digest_of_an_unknown_kind_is_none(tmp_path: Path) -> None:
    """A record with an algorithm that cannot be checked is taken by its framing alone, and flagged."""
    piece = make_foreign(1).replace(b"sha1:", b"blake9:")
    (record,) = read_all(write(tmp_path, piece, make_foreign(2)))[0][:1]
    assert (record.digest, record.flags) == ("unknown", ("no_digest",))


FLOODS = {
    "false magic.warc.gz": b"\x1f\x8b\x08\x00" * 400_000,
    "cut members.warc.gz": gzip.compress(make_foreign(3), mtime=0)[:-9] * 4_000,
    "bombs.warc.gz": gzip.compress(b"WARC/1.0\r\n" + bytes(80_000_000)) * 2,
    "bad heads.warc": b"WARC/1.0\r\nA:" * 4_000,
    "versions.warc": b"WARC/1.0\r\n" * 1_000_000,
    "empty records.warc": b"WARC/1.0\r\nWARC-Type: x\r\nContent-Length: 0\r\n\r\n\r\n\r\n" * 20_000,
    "overlapping lies.warc": make_foreign(3, length=999_999) * 3_000,
}


@pytest.mark.parametrize("name", sorted(FLOODS))
def test_a_flood_made_to_waste_time_ends(tmp_path: Path, name: str) -> None:
    """Files of nothing but false starts are walked through in batches of bounded work, and everything is counted."""
    end = gzip.compress if name.endswith(".gz") else bytes
    path = tmp_path / name
    path.write_bytes(end(make_foreign(1)) + FLOODS[name] + end(make_foreign(2)))
    records, dropped, _ = read_all(path)
    assert [record.url[-6:] for record in records][:1] == ["1.html"]
    assert sum(dropped.values()) > 0
    if "too_damaged" not in dropped:
        assert [record.url[-6:] for record in records] == ["1.html", "2.html"]


def test_overlapping_lies_are_given_up_and_said(tmp_path: Path) -> None:
    """Where only work on purpose stands, a stretch is left out, counted and named; behind it reading goes on."""
    lies = make_foreign(3, length=20_000_000) * 40_000
    path = write(tmp_path, make_foreign(1), lies, make_foreign(2))
    notes: list[str] = []
    offset, is_lost, urls, dropped = 0, False, [], Counter[str]()
    while True:
        batch = read_batch(b"", path=str(path), offset=offset, is_lost=is_lost)
        urls += [record.url[-6:] for record in batch.records]
        dropped += Counter(batch.dropped)
        notes += batch.notes
        if batch.is_end:
            break
        offset, is_lost = batch.next_offset, batch.is_lost
    assert urls[0] == "1.html"
    assert dropped["too_damaged"] >= 1
    assert any(note.startswith("too_damaged at byte") for note in notes)


def test_reading_keeps_its_memory(tmp_path: Path) -> None:
    """However long the file, reading it in batches holds little more than one batch."""
    pages = [make_foreign(number, make_block(b"%d" % number * 40_000)) for number in range(10)]
    path = tmp_path / "long.warc.gz"
    path.write_bytes(b"".join(gzip.compress(page, 1) for page in pages) * 40)
    tracemalloc.start()
    try:
        offset, count = 0, 0
        while True:
            batch = read_batch(b"", path=str(path), offset=offset)
            count += len(batch.records)
            if batch.is_end:
                break
            offset = batch.next_offset
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 400
    assert peak < 16_000_000
