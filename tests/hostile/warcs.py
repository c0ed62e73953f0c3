"""Hostile archives: one poisoned record between two good ones, plain and packed; bombs, lies, and odd containers."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable

from tests.hostile.article import GOOD_PAGE
from tests.hostile.making import Hostile, bomb, cut_at, name_all, pack, say

FIRST, LAST = "https://bao.example/tin-dau.html", "https://bao.example/tin-cuoi.html"
MIDDLE = "https://bao.example/tin-giua.html"
DATE = "2026-03-02T01:30:00Z"


def digest(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def block(body: bytes = GOOD_PAGE, *headers: str, status: str = "200 OK") -> bytes:
    lines = (f"HTTP/1.1 {status}", "Content-Type: text/html; charset=utf-8", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def record(
    url: str = MIDDLE,
    body: bytes | None = None,
    *headers: str,
    length: str = "",
    version: str = "WARC/1.0",
    kind: str = "response",
    date: str = DATE,
    with_digest: bool = True,
    drop: str = "",
) -> bytes:
    """A record; `headers` come after the usual ones, `length` is stated in place of the true one."""
    data = block() if body is None else body
    usual = [
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: {url}",
        f"WARC-Date: {date}",
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{hashlib.sha256(url.encode()).hexdigest()[:12]}>",
        "Content-Type: application/http; msgtype=response",
        *([f"WARC-Block-Digest: {digest(data)}"] if with_digest else []),
        f"Content-Length: {length or len(data)}",
    ]
    lines = [version, *(line for line in usual if not drop or not line.startswith(drop)), *headers]
    return "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + data + b"\r\n\r\n"


def around(*poison: bytes) -> bytes:
    """The poison between two good records, not packed."""
    return record(FIRST) + b"".join(poison) + record(LAST)


def around_packed(*poison: bytes) -> bytes:
    """The poison as members of its own between two good ones."""
    return pack(record(FIRST)) + b"".join(poison) + pack(record(LAST))


_TRUE = len(block())
_LENGTHS = {
    "short": str(_TRUE - 100), "one_short": str(_TRUE - 1), "one_long": str(_TRUE + 1), "long": str(_TRUE + 300),
    "over_next": str(_TRUE + 900), "to_end": str(_TRUE * 10), "negative": "-1", "huge": "9" * 15,
    "huger": "9" * 400, "zero": "0", "float": "12.5", "hex": "0x100", "plus": f"+{_TRUE}", "words": "nhiều",
    "empty": " ", "unicode_digits": "١٢٣", "spaces": f"{_TRUE} {_TRUE}",
}  # fmt: skip

#: the poison, which stands both plain and packed
RECORDS: dict[str, Callable[[], bytes]] = {
    **{f"length_{name}": lambda said=said: record(length=said) for name, said in _LENGTHS.items()},  # type: ignore[misc]
    **{
        f"length_{name}_without_digest": lambda said=said: record(length=said, with_digest=False)  # type: ignore[misc]
        for name, said in _LENGTHS.items()
    },
    "length_twice": lambda: record(MIDDLE, None, "Content-Length: 5"),
    "length_twice_same": lambda: record(MIDDLE, None, f"Content-Length: {_TRUE}"),
    "length_missing": lambda: record(drop="Content-Length"),
    "digest_wrong": lambda: record(MIDDLE, None, "WARC-Payload-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    "digest_short": lambda: record(MIDDLE, None, "WARC-Payload-Digest: sha1:AAAA"),
    "digest_unknown": lambda: record(MIDDLE, None, "WARC-Payload-Digest: blake9:AAAA", with_digest=False),
    "digest_of_1_mb": lambda: record(MIDDLE, None, f"WARC-Payload-Digest: sha1:{'A' * 50_000}"),
    "digest_of_other_bytes": lambda: record(MIDDLE, None, f"WARC-Payload-Digest: {digest(b'x')}", with_digest=False),
    "head_of_1_mb": lambda: record(MIDDLE, None, f"X-A: {'a' * 1_000_000}"),
    "head_fields": lambda: record(MIDDLE, None, *(f"X-{n}: 1" for n in range(4_000))),
    "head_fields_100000": lambda: record(MIDDLE, None, *(f"X-{n}: 1" for n in range(100_000))),
    "head_folded": lambda: record(MIDDLE, None, "X-A: 1", *[" more"] * 6_000),
    "head_colons": lambda: record(MIDDLE, None, ":" * 50_000),
    "head_zeros": lambda: record(MIDDLE, None, "X-A: \0\0\0"),
    "head_bad_utf8": lambda: record(MIDDLE, None, "X-A: \udcff"),
    "head_lf_only": lambda: record().replace(b"\r\n", b"\n", 8),
    "head_without_type": lambda: record(drop="WARC-Type"),
    "head_without_url": lambda: record(drop="WARC-Target-URI"),
    "head_without_date": lambda: record(drop="WARC-Date"),
    "head_without_id": lambda: record(drop="WARC-Record-ID"),
    "head_two_urls": lambda: record(MIDDLE, None, "WARC-Target-URI: http://127.0.0.1/"),
    "version_9": lambda: record(version="WARC/9.9"),
    "version_none": lambda: record(version="X"),
    "version_0_17": lambda: record(version="WARC/0.17"),
    "kind_unknown": lambda: record(kind="bomb"),
    "kind_revisit": lambda: record(kind="revisit"),
    "kind_resource": lambda: record(body=GOOD_PAGE, kind="resource"),
    "kind_conversion": lambda: record(kind="conversion"),
    "kind_of_50_kb": lambda: record(kind="a" * 50_000),
    "segment": lambda: record(MIDDLE, None, "WARC-Segment-Number: 2"),
    "truncated": lambda: record(MIDDLE, None, "WARC-Truncated: length"),
    "date_far": lambda: record(date="99999-01-01T00:00:00Z"),
    "date_9999": lambda: record(date="9999-12-31T23:59:59-14:00"),
    "date_1": lambda: record(date="0001-01-01T00:00:00+14:00"),
    "date_digits": lambda: record(date="1" * 60_000),
    "url_private": lambda: record("http://169.254.169.254/latest"),
    "url_file": lambda: record("file:///etc/passwd"),
    "url_javascript": lambda: record("javascript:alert(1)"),
    "url_of_60_kb": lambda: record("https://bao.example/" + "a" * 60_000),
    "url_broken": lambda: record("https://[bao.example/%zz"),
    "url_newline": lambda: record("https://bao.example/\rx"),
    "url_idn": lambda: record("https://" + "ạ" * 300 + ".example/"),
    "url_elsewhere": lambda: record("https://bao.example.khac.example/"),
    "url_user": lambda: record("https://bao.example@khac.example/"),
    "http_none": lambda: record(body=GOOD_PAGE),
    "http_head_only": lambda: record(body=b"HTTP/1.1 200 OK\r\n"),
    "http_status_huge": lambda: record(body=block(GOOD_PAGE, status="99999999999 OK")),
    "http_status_negative": lambda: record(body=block(GOOD_PAGE, status="-1")),
    "http_headers": lambda: record(body=block(GOOD_PAGE, *(f"X-{n}: 1" for n in range(20_000)))),
    "http_header_of_1_mb": lambda: record(body=block(GOOD_PAGE, f"X-A: {'a' * 1_000_000}")),
    "http_length_long": lambda: record(body=block(GOOD_PAGE, f"Content-Length: {len(GOOD_PAGE) + 7}")),
    "http_length_short": lambda: record(body=block(GOOD_PAGE, "Content-Length: 10")),
    "http_length_twice": lambda: record(body=block(GOOD_PAGE, "Content-Length: 10", "Content-Length: 11")),
    "http_length_words": lambda: record(body=block(GOOD_PAGE, "Content-Length: x")),
    "http_cut_gzip": lambda: record(body=block(pack(GOOD_PAGE)[:-20], "Content-Encoding: gzip")),
    "http_cut_gzip_tail": lambda: record(body=block(pack(GOOD_PAGE)[:-4], "Content-Encoding: gzip")),
    "http_gzip_crc": lambda: record(body=block(pack(GOOD_PAGE)[:-8] + b"\0" * 8, "Content-Encoding: gzip")),
    "http_gzip_bomb": lambda: record(body=block(bomb(), "Content-Encoding: gzip")),
    "http_gzip_bomb_in_bomb": lambda: record(body=block(pack(bomb()), "Content-Encoding: gzip, gzip")),
    "http_gzip_members": lambda: record(body=block(pack(b"") * 50_000, "Content-Encoding: gzip")),
    "http_codings": lambda: record(body=block(GOOD_PAGE, "Content-Encoding: " + "gzip, " * 5_000)),
    "http_coding_unknown": lambda: record(body=block(GOOD_PAGE, "Content-Encoding: zstd")),
    "http_brotli": lambda: record(body=block(b"\x1b\x05", "Content-Encoding: br")),
    "http_chunks_cut": lambda: record(body=block(b"5\r\nabcde\r\n", "Transfer-Encoding: chunked")),
    "http_chunks_tiny": lambda: record(body=block(b"1\r\na\r\n" * 300_000 + b"0\r\n\r\n", "Transfer-Encoding: chunked")),
    "http_chunk_huge": lambda: record(body=block(b"ffffffff\r\nabc", "Transfer-Encoding: chunked")),
    "http_chunk_digits": lambda: record(body=block(b"0" * 500_000 + b"1\r\na\r\n0\r\n\r\n", "Transfer-Encoding: chunked")),
    "http_chunk_extension": lambda: record(body=block(b"1;" + b"a" * 500_000 + b"\r\na\r\n", "Transfer-Encoding: chunked")),
    "body_of_30_mb": lambda: record(body=block(b"x" * 30_000_000)),
    "body_of_nothing": lambda: record(body=block(b"")),
    "body_is_a_record": lambda: record(body=block(record(FIRST, block(b"<p>cut")))),
    "body_is_an_archive": lambda: record(body=block(record("https://bao.example/trong.html") * 200)),
    "body_is_packed_archive": lambda: record(body=block(pack(record("https://bao.example/trong.html")) * 200)),
    "body_of_marks": lambda: record(body=block(b"WARC/1.0\r\nA: 1\r\n" * 20_000)),
    "noise": lambda: b"noise \xff\0" * 50_000,
    "noise_of_marks": lambda: b"WARC/1.0\r\n" * 50_000,
    "noise_of_heads": lambda: record(length="999999") * 300,
    "noise_of_gzip_marks": lambda: b"\x1f\x8b\x08" * 100_000,
    "blank_lines": lambda: b"\r\n" * 500_000,
    "zeros": lambda: b"\0" * 3_000_000,
    "cut_head": lambda: record()[:60],
    "cut_block": lambda: record()[:-300],
    "cut_block_without_digest": lambda: record(with_digest=False)[:-300],
    "cut_end": lambda: record()[:-3],
    "end_missing": lambda: record()[:-4],
    "end_long": lambda: record() + b"\r\n" * 20,
    "records": lambda: record(kind="warcinfo", body=b"x") * 20_000,
}  # fmt: skip


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 2, 0, 0, 0)), data, compress_type=method)
    return made.getvalue()


def _arc_line(url: str, length: object, date: str = "20260302013000") -> bytes:
    return f"{url} 192.0.2.1 {date} text/html {length}\n".encode()


def _arc(*middle: bytes) -> bytes:
    head = b"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n"
    start = _arc_line("filedesc://a.arc", len(head)) + head + b"\n"
    good = [_arc_line(url, _TRUE) + block() + b"\n" for url in (FIRST, LAST)]
    return start + good[0] + b"".join(middle) + good[1]


def _in_pieces(make: Callable[[], bytes]) -> bytes:
    data = make()
    return b"".join(pack(data[at : at + 997]) for at in range(0, len(data), 997))


def _overlap() -> bytes:
    """Every entry of the directory leads to the same stretch."""
    names = [f"archive/{n:04d}.warc" for n in range(500)]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(names[0], around(record()))
        first = archive.infolist()[0]
        for name in names[1:]:
            copy = zipfile.ZipInfo(name)
            copy.header_offset, copy.file_size, copy.compress_size, copy.CRC = (
                first.header_offset, first.file_size, first.compress_size, first.CRC,
            )  # fmt: skip
            archive.filelist.append(copy)
            archive.NameToInfo[name] = copy
    return made.getvalue()


#: whole files; the ending of the name says what they claim to be
FILES: dict[str, Callable[[], bytes]] = {
    "empty_file.warc": say(""),
    "zeros_file.warc": say(b"\0" * 1_000_000),
    "html.warc": lambda: GOOD_PAGE,
    "json.warc.gz": say('{"a": 1}'),
    "noise_file.warc.gz": lambda: bytes((n * n * 7 + n) % 251 for n in range(300_000)),
    "gzip_in_one.warc.gz": lambda: pack(around(record())),
    "gzip_in_pieces.warc.gz": lambda: _in_pieces(lambda: around(record())),
    "gzip_in_gzip.warc.gz": lambda: pack(pack(record(FIRST)) + pack(record(LAST))),
    "gzip_bomb.warc.gz": lambda: bomb(before=record(FIRST)),
    "gzip_bomb_member.warc.gz": lambda: around_packed(bomb()),
    "gzip_bomb_block.warc.gz": lambda: around_packed(bomb(before=record(length=str(300 << 20))[:-_TRUE])),
    "gzip_bombs.warc.gz": lambda: around_packed(bomb(20) * 200),
    "gzip_empty_members.warc.gz": lambda: around_packed(pack(b"") * 100_000),
    "gzip_cut_member.warc.gz": lambda: around_packed(pack(record())[:-9]),
    "gzip_cut_head.warc.gz": lambda: around_packed(pack(record())[:7]),
    "gzip_crc.warc.gz": lambda: around_packed(pack(record())[:-8] + b"\0" * 8),
    "gzip_length.warc.gz": lambda: around_packed(pack(record())[:-4] + b"\xff" * 4),
    "gzip_name_of_1_mb.warc.gz": lambda: around_packed(b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + b"a" * 1_000_000),
    "gzip_two_records.warc.gz": lambda: around_packed(pack(record() + record(f"{MIDDLE}?2"))),
    "gzip_many_records.warc.gz": lambda: around_packed(pack(record(kind="warcinfo", body=b"x") * 30_000)),
    "gzip_tail.warc.gz": lambda: around_packed(pack(record()) + b"\r\n\r\n"),
    "plain_named_gzip.warc.gz": lambda: around(record()),
    "gzip_named_plain.warc": lambda: around_packed(pack(record())),
    "zstd.warc.zst": say(b"\x28\xb5\x2f\xfd" + b"\0" * 100),
    "arc.arc": _arc,
    "arc_length_long.arc": lambda: _arc(_arc_line(MIDDLE, _TRUE + 500) + block() + b"\n"),
    "arc_length_short.arc": lambda: _arc(_arc_line(MIDDLE, 300) + block() + b"\n"),
    "arc_length_huge.arc": lambda: _arc(_arc_line(MIDDLE, "9" * 12) + block() + b"\n"),
    "arc_length_negative.arc": lambda: _arc(_arc_line(MIDDLE, -5) + block() + b"\n"),
    "arc_date.arc": lambda: _arc(_arc_line(MIDDLE, _TRUE, "99999999999999") + block() + b"\n"),
    "arc_spaces.arc": lambda: _arc(_arc_line("http://bao.example/a b c", _TRUE) + block() + b"\n"),
    "arc_line_of_1_mb.arc": lambda: _arc(_arc_line("http://bao.example/" + "a" * 1_000_000, _TRUE) + block() + b"\n"),
    "arc_lines.arc": lambda: _arc(_arc_line(MIDDLE, 999_999) * 20_000),
    "arc_http_0_9.arc": lambda: _arc(_arc_line(MIDDLE, len(GOOD_PAGE)) + GOOD_PAGE + b"\n"),
    "arc_headless.arc": lambda: b"".join(_arc_line(url, _TRUE) + block() + b"\n" for url in (FIRST, MIDDLE, LAST)),
    "arc_bomb.arc.gz": lambda: pack(_arc()) + bomb(),
    "arc_named_warc.warc": _arc,
    "warc_named_arc.arc": lambda: around(record()),
    "wacz.wacz": lambda: _zip({"archive/a.warc": around(record())}),
    "wacz_slip.wacz": lambda: _zip({"archive/../../../tmp/slip.warc": around(), "/archive/b.warc": around()}),
    "wacz_absolute.wacz": lambda: _zip({"archive//etc/x.warc": around(), "archive/\\..\\x.warc": around()}),
    "wacz_bomb.wacz": lambda: _zip({"archive/a.warc": b"\0" * (100 << 20)}, zipfile.ZIP_DEFLATED),
    "wacz_bomb_inside.wacz": lambda: _zip({"archive/a.warc.gz": around_packed(bomb())}),
    "wacz_empty.wacz": lambda: _zip({}),
    "wacz_no_archive.wacz": lambda: _zip({"pages/pages.jsonl": b"{}", "a.warc": around()}),
    "wacz_members.wacz": lambda: _zip({f"archive/{n}.warc": b"" for n in range(12_000)} | {"archive/z.warc": around()}),
    "wacz_cut.wacz": lambda: _zip({"archive/a.warc": around()})[:-40],
    "wacz_overlap.wacz": _overlap,
    "wacz_offset.wacz": lambda: _zip({"archive/a.warc": around()}).replace(b"PK\x03\x04", b"PK\x03\x05", 1),
    "wacz_comment.wacz": lambda: _zip({"archive/a.warc": around()}) + b"PK\x05\x06" * 20_000,
    "wacz_nested.wacz": lambda: _zip({"archive/a.warc": _zip({"archive/a.warc": around()})}),
    "zip_of_html.wacz": lambda: _zip({"index.html": GOOD_PAGE}),
}  # fmt: skip


_PERCENTS = (3, 20, 34, 50, 65, 80, 95, 99)
_CUTS = {
    **cut_at(lambda: around(record()), _PERCENTS, ".warc"),
    **cut_at(lambda: around_packed(pack(record())), _PERCENTS, ".warc.gz"),
}
CASES: list[Hostile] = [
    *(Hostile(f"{name}.warc", lambda poison=poison: around(poison())) for name, poison in RECORDS.items()),  # type: ignore[misc]
    *(
        Hostile(f"{name}.warc.gz", lambda poison=poison: around_packed(pack(poison())))  # type: ignore[misc]
        for name, poison in RECORDS.items()
    ),
    *name_all(FILES),
    *name_all(_CUTS),
]
