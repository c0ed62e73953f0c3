"""The WARC and ARC samples of warcio: what is read of each, beside warcio's own reading."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from diembao.archive import read_batch

pytestmark = pytest.mark.shared

#: file: (records met, passed on, of these without a digest, dropped by reason)
EXPECTED: dict[str, tuple[int, int, int, dict[str, int]]] = {
    "example-digest.warc": (4, 0, 0, {"not_a_response": 4}),
    "example-iana.org-chunked.warc": (3, 1, 0, {"not_a_response": 2}),
    "example-resource.warc.gz": (3, 1, 0, {"not_a_response": 2}),
    "example-space-in-target-uri.warc.gz": (2, 0, 0, {"not_a_response": 2}),
    "example-wget-bad-target-uri.warc.gz": (6, 1, 0, {"not_a_response": 5}),
    "example.arc": (2, 1, 1, {"not_a_response": 1}),
    "example.arc.gz": (2, 1, 1, {"not_a_response": 1}),
    "example.warc": (6, 1, 0, {"not_a_response": 4, "revisit": 1}),
    "example.warc.gz": (6, 1, 0, {"not_a_response": 4, "revisit": 1}),
    "post-test.warc.gz": (6, 3, 0, {"not_a_response": 3}),
}


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    """The folder of the samples."""
    return shared / "data" / "open" / "warc_warcio_testdata"


def test_every_sample_is_expected(samples: Path) -> None:
    """No sample is left out."""
    found = {path.name for path in samples.iterdir() if ".warc" in path.name or ".arc" in path.name}
    assert found == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_sample_is_read_as_warcio_reads_it(samples: Path, name: str) -> None:
    """As many records as warcio meets; the same addresses, statuses and bodies; each drop with its reason."""
    read, passed, bare, dropped = EXPECTED[name]
    batch = read_batch(b"", path=str(samples / name))
    assert (batch.read, len(batch.records), dict(batch.dropped)) == (read, passed, dropped)
    assert batch.is_end
    assert batch.notes == ()
    assert sum(record.digest == "none" for record in batch.records) == bare
    assert all(record.digest in ("true", "none") for record in batch.records)
    theirs = []
    met: Counter[str] = Counter()
    with (samples / name).open("rb") as file:
        for record in ArchiveIterator(file, arc2warc=True, check_digests=True):
            met[record.rec_type] += 1
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            if record.rec_type in ("response", "resource") and url.startswith("http"):
                status = int(record.http_headers.get_statuscode()) if record.http_headers else 200
                theirs.append((url, status, record.content_stream().read()))
                assert record.digest_checker.passed is (None if bare else True)
    assert met.total() == read
    assert [(record.url, record.status, record.body) for record in batch.records] == theirs
