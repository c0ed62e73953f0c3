"""Damaged archives: every intact record is found, no damaged one is taken, and everything is counted."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.archive_fixture import make_arc, make_block, make_foreign, read_all

from diembao.archive import frames

FEW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Sample:
    """A small archive: its bytes, and where each page lies (start, end) by its body."""

    name: str
    content: bytes
    pages: dict[bytes, tuple[int, int]]


def build(name: str, pieces: list[bytes], pages: dict[int, bytes], pack: bool) -> Sample:
    """The pieces one after another, each its own gzip member where `pack`."""
    content = b""
    places: dict[bytes, tuple[int, int]] = {}
    for number, piece in enumerate(pieces):
        packed = gzip.compress(piece, mtime=0) if pack else piece
        if number in pages:
            places[pages[number]] = (len(content), len(content) + len(packed))
        content += packed
    return Sample(name, content, places)


def make_sample(form: str, *, digests: bool = True) -> Sample:
    """Pages among a warcinfo, requests and a revisit, as strangers' crawlers write them."""
    pack = form.endswith(".gz")
    pages: dict[int, bytes] = {}
    if form.startswith("arc"):
        filedesc = b"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n"
        line = b"filedesc://test.arc 0.0.0.0 20260301000000 text/plain %d\n" % len(filedesc)
        pieces = [line + filedesc + b"\n"]
        for number in range(1, 7):
            pages[len(pieces)] = b"<p>%d</p>" % number * 20
            pieces.append(make_arc(number))
        return build(f"sample.{form}", pieces, pages, pack)
    pieces = [make_foreign(90, b"software: test\r\n", kind="warcinfo", digests=False)]
    for number in range(1, 7):
        request = b"GET /%d.html HTTP/1.1\r\nHost: bao.example\r\n\r\n" % number
        pieces.append(make_foreign(20 + number, request, kind="request", digests=False))
        pages[len(pieces)] = b"<p>%d</p>" % number * 20
        pieces.append(make_foreign(number, digests=digests))
    pieces.append(make_foreign(50, make_block(b""), kind="revisit", digests=False))
    return build(f"sample.{form}", pieces, pages, pack)


WITH_DIGESTS = ["warc", "warc.gz"]
ALL = [*WITH_DIGESTS, "arc", "arc.gz", "bare warc", "bare warc.gz"]


def sample_of(form: str) -> Sample:
    """The sample by name; bare ones state no digests."""
    return make_sample(form.removeprefix("bare "), digests=not form.startswith("bare"))


def read_bodies(folder: Path, sample: Sample, content: bytes) -> Counter[bytes]:
    """The bodies taken from a changed sample, by the batch and record for record alike."""
    path = folder / sample.name
    path.write_bytes(content)
    records, dropped, met = read_all(path)
    again, dropped_again, met_again = read_all(path, max_bytes=1)
    assert [record.body for record in again] == [record.body for record in records]
    assert (dropped_again, met_again) == (dropped, met)
    return Counter(record.body for record in records)


@pytest.mark.parametrize("form", ALL)
def test_a_whole_file_gives_every_page(tmp_path: Path, form: str) -> None:
    """Undamaged, each page is taken once."""
    sample = sample_of(form)
    assert read_bodies(tmp_path, sample, sample.content) == Counter(list(sample.pages))


@pytest.mark.parametrize("form", ALL)
def test_a_cut_file_gives_the_pages_before_the_cut(tmp_path: Path, form: str) -> None:
    """Cut at each fiftieth of the file: pages wholly before the cut are taken, the one it goes through is not.

    A page without digests needs the bytes behind it as proof; only that one may be missing too.
    """
    sample = sample_of(form)
    for part in range(51):
        cut = len(sample.content) * part // 50
        if cut == 0:
            continue
        taken = read_bodies(tmp_path, sample, sample.content[:cut])
        whole = [body for body, (_, end) in sample.pages.items() if end <= cut]
        ends_in_trailer = [body for body, (_, end) in sample.pages.items() if end - 4 <= cut < end]
        unproven = 1 if form in ("arc", "bare warc") else 0
        assert set(taken) <= {*whole, *ends_in_trailer}, cut
        assert len(whole) - unproven <= taken.total() <= len(whole) + len(ends_in_trailer), cut


@FEW
@given(data=st.data(), form=st.sampled_from(ALL))
def test_one_changed_stretch_costs_only_what_it_touches(
    tmp_path: Path, data: st.DataObject, form: str
) -> None:
    """Bytes overwritten, put in or taken out anywhere: all untouched pages are taken, and no body is taken that
    was not written (where digests or the sums of gzip cover it).
    """
    sample = sample_of(form)
    start = data.draw(st.integers(1, len(sample.content) - 1))
    count = data.draw(st.integers(0, 60))
    piece = data.draw(
        st.binary(max_size=60) | st.sampled_from([b"\0" * 40, b"\r\n\r\n", b"WARC/1.0\r\n", b"\n"])
    )
    content = sample.content[:start] + piece + sample.content[start + count :]
    taken = read_bodies(tmp_path, sample, content)
    end = start + count
    untouched = [body for body, (first, last) in sample.pages.items() if last <= start or first >= end]
    if form in ("arc", "bare warc"):  # without digests a page next to the harm cannot be proven whole
        assert sum(body not in taken for body in untouched) <= 1
    else:
        assert set(untouched) <= set(taken)
        assert set(taken) <= set(sample.pages)
    assert max(taken.values(), default=1) == 1


@FEW
@given(
    length=st.integers(0, 4000), number=st.integers(0, 5), form=st.sampled_from([*WITH_DIGESTS, "bare warc"])
)
def test_a_lying_length_swallows_nothing(tmp_path: Path, length: int, number: int, form: str) -> None:
    """Whatever Content-Length one record states, its neighbours are all taken, and it is taken only if it is true."""
    digests = not form.startswith("bare")
    body = b"<p>%d</p>" % number * 20
    right = len(make_block(body))
    pieces = [make_foreign(n, digests=digests, length=length if n == number else None) for n in range(6)]
    bodies = {n: b"<p>%d</p>" % n * 20 for n in range(6)}
    sample = build(f"lie.{form.removeprefix('bare ')}", pieces, bodies, form.endswith("gz"))
    taken = read_bodies(tmp_path, sample, sample.content)
    expected = {value for n, value in bodies.items() if n != number or length == right}
    assert set(taken) == expected
    assert taken.total() == len(expected)


@pytest.mark.parametrize("form", WITH_DIGESTS)
@pytest.mark.parametrize("swallowed", [1, 2, 3])
def test_a_length_that_ends_at_a_later_record_swallows_nothing(
    tmp_path: Path, form: str, swallowed: int
) -> None:
    """Even a length that ends exactly where a later record ends hides nothing, with or without digests."""
    for digests in (True, False):
        pieces = [make_foreign(number, digests=digests) for number in range(6)]
        reach = len(make_block(b"<p>1</p>" * 20)) + sum(len(piece) for piece in pieces[2 : 2 + swallowed])
        pieces[1] = make_foreign(1, digests=digests, length=reach)
        sample = build(f"reach.{form}", pieces, {}, form.endswith("gz"))
        taken = read_bodies(tmp_path, sample, sample.content)
        assert set(taken) == {b"<p>%d</p>" % n * 20 for n in range(6) if n != 1}


GARBAGE = {
    "zeros": b"\0" * 5000,
    "page": b"<html><body>no archive</body></html>\r\n\r\n" * 50,
    "no line end": b"garbage",
    "half a head": b"WARC/1.0\r\nWARC-Type: response\r\nContent-Le",
    "endless head": b"WARC/1.0\r\n" + b"X-A: b\r\n" * 200_000,
    "long line": b"WARC/1.0\r\nX-A: " + b"a" * 10_000_000,
    "gzip starts": b"\x1f\x8b\x08\0" * 5000,
    "two lengths": b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    "negative length": b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: -5\r\n\r\n",
    "huge length": b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 999999999999999\r\n\r\n",
}


@pytest.mark.parametrize("form", ["warc", "warc.gz", "arc", "arc.gz"])
@pytest.mark.parametrize("garbage", sorted(GARBAGE))
def test_garbage_between_records_costs_nothing_else(tmp_path: Path, form: str, garbage: str) -> None:
    """Foreign bytes between records, raw or compressed: every page is still taken, and the garbage is counted.

    In an ARC a page next to garbage cannot be proven whole, and a page is looked for at the start of a line.
    """
    sample = sample_of(form)
    places = sorted(sample.pages.values())
    at = places[2][1]
    pieces = [GARBAGE[garbage]]
    if form.endswith(".gz"):
        pieces.append(gzip.compress(GARBAGE[garbage], mtime=0))
    for piece in pieces:
        path = tmp_path / sample.name
        path.write_bytes(sample.content[:at] + piece + sample.content[at:])
        records, dropped, _ = read_all(path)
        missing = set(sample.pages) - {record.body for record in records}
        assert len(missing) <= (2 if form == "arc" else 0)
        assert sum(dropped.values()) > sum(read_all(_write(tmp_path, sample))[1].values())


def _write(folder: Path, sample: Sample) -> Path:
    path = folder / f"whole-{sample.name}"
    path.write_bytes(sample.content)
    return path


def _swap_digests(piece: bytes) -> bytes:
    return (
        piece.replace(b"WARC-Block-Digest", b"@")
        .replace(b"WARC-Payload-Digest", b"WARC-Block-Digest")
        .replace(b"@", b"WARC-Payload-Digest")
    )


def _spoil_block_digest(piece: bytes) -> bytes:
    return piece.replace(b"WARC-Block-Digest: sha1:", b"WARC-Block-Digest: sha1:AAAA", 1)


def _spoil_payload_digest(piece: bytes) -> bytes:
    start = piece.index(b"WARC-Payload-Digest: sha1:") + 26
    other = b"B" if piece[start : start + 1] != b"B" else b"C"
    return piece[:start] + other + piece[start + 1 :]


def _change_body(piece: bytes) -> bytes:
    return piece.replace(b"<p>3</p>", b"<p>8</p>", 1)


@pytest.mark.parametrize("form", WITH_DIGESTS)
@pytest.mark.parametrize("harm", [_swap_digests, _spoil_block_digest, _spoil_payload_digest, _change_body])
def test_a_record_whose_digest_is_not_true_is_dropped(
    tmp_path: Path, form: str, harm: Callable[[bytes], bytes]
) -> None:
    """Swapped, spoiled or outdated digests: the record is dropped as digest_false, its neighbours stay."""
    pieces = [make_foreign(number) for number in range(6)]
    pieces[3] = harm(pieces[3])
    sample = build(f"digest.{form}", pieces, {}, form.endswith("gz"))
    path = tmp_path / sample.name
    path.write_bytes(sample.content)
    records, dropped, _ = read_all(path)
    assert {record.body for record in records} == {b"<p>%d</p>" % n * 20 for n in range(6) if n != 3}
    assert dropped == Counter({"digest_false": 1})


PLANTED: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "digests are not compared": lambda patch: patch.setattr(frames, "judge_record", lambda record: "true"),
    "the end of a record is not proven": lambda patch: patch.setattr(frames, "_is_proven", lambda *_: True),
    "after damage the stated length is believed": lambda patch: patch.setattr(
        frames,
        "_resync",
        lambda span, form, at, is_lost, stated_end=-1: frames.Step(max(at, stated_end), True),
    ),
}


@pytest.mark.parametrize("bug", sorted(PLANTED))
def test_a_planted_bug_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    """With one of these bugs in the reader, a page that was swallowed or changed goes unnoticed: the tests above see it."""
    wrong = [
        [make_foreign(1), _change_body(make_foreign(3)), make_foreign(5)],
        [
            make_foreign(1, digests=False),
            make_foreign(3, digests=False, length=len(make_block(b"<p>3</p>" * 20)) - 1),
            make_foreign(5),
        ],
        [make_foreign(1), make_foreign(3, length=len(make_foreign(5)) + 300), make_foreign(5)],
    ]

    def read(pieces: list[bytes]) -> set[bytes]:
        path = tmp_path / "planted.warc"
        path.write_bytes(b"".join(pieces) + make_foreign(7))
        return {record.body for record in read_all(path)[0]}

    right = {b"<p>%d</p>" % number * 20 for number in (1, 5, 7)}
    assert [read(pieces) for pieces in wrong] == [right] * 3
    PLANTED[bug](monkeypatch)
    assert [read(pieces) for pieces in wrong] != [right] * 3
