"""Bodies: whole or not at all, counted exactly."""

from __future__ import annotations

import gzip
import itertools
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diembao.fetch.body import Body, read_encoding
from diembao.fetch.trouble import ExchangeError


def read(
    pieces: list[bytes], encoding: str = "", *, max_raw: int = 1000, max_decoded: int = 2000
) -> tuple[bytes, bytes]:
    body = Body(encoding, max_raw=max_raw, max_decoded=max_decoded)
    for piece in pieces:
        body.feed(piece)
    return body.finish()


@given(
    content=st.binary(max_size=900),
    cuts=st.lists(st.integers(0, 1000), max_size=8),
    encoding=st.sampled_from(["", "gzip", "deflate"]),
)
def test_any_division_into_pieces_gives_the_same_body(content: bytes, cuts: list[int], encoding: str) -> None:
    """How a body is cut on its way does not matter."""
    sent = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress}[encoding](content)
    edges = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    pieces = [sent[start:end] for start, end in itertools.pairwise(edges)]
    assert read(pieces, encoding) == (sent, content)


@given(
    content=st.binary(min_size=1, max_size=500),
    lost=st.integers(1, 600),
    encoding=st.sampled_from(["gzip", "deflate"]),
)
def test_no_cut_body_is_whole(content: bytes, lost: int, encoding: str) -> None:
    """However many bytes are missing at the end, a compressed body is not taken for whole."""
    sent = {"gzip": gzip.compress, "deflate": zlib.compress}[encoding](content)
    with pytest.raises(ExchangeError) as caught:
        read([sent[: max(len(sent) - lost, 0)]], encoding)
    assert caught.value.outcome == "truncated"


@given(content=st.binary(min_size=20, max_size=300), at=st.integers(0, 400), flip=st.integers(1, 255))
def test_no_damaged_gzip_gives_another_text(content: bytes, at: int, flip: int) -> None:
    """A changed byte either is noticed or changes nothing of the text (as in the header's time)."""
    sent = bytearray(gzip.compress(content))
    sent[at % len(sent)] ^= flip
    try:
        assert read([bytes(sent)], "gzip", max_raw=10_000, max_decoded=100_000)[1] == content
    except ExchangeError as error:
        assert error.outcome in ("bad_encoding", "truncated", "too_large")


def test_caps_hold_exactly() -> None:
    """The cap itself passes, a byte more does not: raw and decoded, in one piece and in many."""
    assert read([b"x" * 1000])[1] == b"x" * 1000
    for pieces in ([b"x" * 1001], [b"x"] * 1001):
        with pytest.raises(ExchangeError, match="too_large"):
            read(pieces)
    assert len(read([gzip.compress(bytes(2000))], "gzip")[1]) == 2000
    with pytest.raises(ExchangeError, match="too_large"):
        read([gzip.compress(bytes(2001))], "gzip")


@pytest.mark.parametrize(
    ("value", "encoding"),
    [("", ""), ("identity", ""), ("gzip", "gzip"), (" GZIP ", "gzip"), ("x-gzip", "gzip"), ("deflate", "deflate"),
     ("identity, gzip", "gzip"), (",", "")],
)  # fmt: skip
def test_encodings_that_are_read(value: str, encoding: str) -> None:
    """gzip under its names, and deflate, which some send all the same."""
    assert read_encoding(value) == encoding


@pytest.mark.parametrize(
    "value", ["br", "zstd", "gzip, gzip", "gzip, br", "compress", "aes128gcm", "gzip;q=1"]
)
def test_encodings_that_are_not(value: str) -> None:
    """What was not asked for, or was packed twice, is refused by name."""
    with pytest.raises(ExchangeError, match="bad_encoding"):
        read_encoding(value)
