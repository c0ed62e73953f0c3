"""Hostile rows: one poisoned line of JSONL or CSV among good ones, and files that are packed, coded or shaped wrong."""

from __future__ import annotations

import bz2
import codecs
import json
import lzma
from collections.abc import Callable

from diembao.sources.streams import MAX_LINE_BYTES
from tests.hostile.making import MIB, Hostile, as_text, bomb, name_all, pack, say

MAPPING = "title=title,url=link,summary=summary,published=published,fetched=fetched"
FIRST, LAST = "https://bao.example/tin-dau.html", "https://bao.example/tin-cuoi.html"
MIDDLE = "https://bao.example/tin-giua.html"
#: characters of a value with which a line is just short enough to be read
LONG = MAX_LINE_BYTES - 100_000


def line(url: str = MIDDLE, **values: object) -> str:
    row = {
        "title": "Chợ phiên mở sớm",
        "link": url,
        "summary": "Bài mẫu.",
        "published": "2026-03-02T08:30:00Z",
    }
    return json.dumps({**row, "fetched": "2026-03-02T09:00:00Z", **values}, ensure_ascii=False)


def jsonl(*poison: str) -> str:
    return "\n".join((line(FIRST), *poison, line(LAST))) + "\n"


HEADER = "title,link,summary,published,fetched"


def csv_line(url: str = MIDDLE, title: str = "Chợ phiên") -> str:
    return f"{title},{url},Bài mẫu.,2026-03-02T08:30:00Z,2026-03-02T09:00:00Z"


def csv(*poison: str, header: str = HEADER) -> str:
    return "\n".join((header, csv_line(FIRST), *poison, csv_line(LAST))) + "\n"


JSON_LINES: dict[str, Callable[[], str]] = {
    "deep_lists": lambda: "[" * 200_000 + "]" * 200_000,
    "deep_objects": lambda: '{"a":' * 100_000 + "1" + "}" * 100_000,
    "deep_value": lambda: '{"link":"https://bao.example/x","title":' + "[" * 50_000 + "]" * 50_000 + "}",
    "long_title": lambda: line(title="x" * LONG),
    "long_line": lambda: line(title="x" * (5 * MIB)),
    "long_line_20_mb": lambda: line(title="x" * (20 * MIB)),
    "long_number": lambda: '{"title":' + "9" * 1_000_000 + "}",
    "number_title": lambda: line(title=7),
    "exponent": lambda: '{"title":1e999999,"link":-1e-99999}',
    "nan": lambda: line(title=float("nan")),
    "keys": lambda: json.dumps({f"k{n}": 1 for n in range(100_000)}),
    "values_lists": lambda: '{"title":"a","link":"' + MIDDLE + '","x":[' + "[]," * 1_300_000 + "1]}",
    "values_objects": lambda: '{"title":"a","link":"' + MIDDLE + '","x":[' + "{}," * 1_300_000 + "1]}",
    "values_numbers": lambda: '{"title":"a","link":"' + MIDDLE + '","x":[' + "12," * 1_300_000 + "1]}",
    "values_texts": lambda: '{"title":"a","link":"' + MIDDLE + '","x":[' + '"ab",' * 780_000 + "1]}",
    "values_deep": lambda: '{"title":"a","link":"' + MIDDLE + '","x":[' + "[[[[1]]]]," * 400_000 + "1]}",
    "title_wide": lambda: line(title="x" * LONG + "😀"),
    "titles_wide": lambda: "\n".join([line(title="x" * LONG + "😀")] * 12),
    "summary_wide": lambda: line(summary="<p>x</p>" * (LONG // 8) + "😀&amp;"),
    "keys_wide": lambda: "\n".join(json.dumps({f"k{n}" * 1_000: 1 for n in range(900)}) for _ in range(20)),
    "infinity": lambda: '{"title":"x","link":"' + MIDDLE + '","published":-Infinity}',
    "published_astronomic": lambda: "\n".join(
        line(published=said) for said in (1e308, -1, 10**30, "NaN", "10000-01-01", "9999-12-31T23:59:59-23:59")
    ),
    "keys_doubled": lambda: "{" + '"title":"x",' * 100_000 + '"link":"https://bao.example/y"}',
    "key_long": lambda: json.dumps({"a" * 1_000_000: 1}),
    "zeros": lambda: line(title="a\0b"),
    "zeros_raw": lambda: "\0" * 100_000,
    "zeros_in_line": lambda: line().replace("C", "\0"),
    "controls": lambda: line().replace("phiên", "\x01\x1b[2J"),
    "surrogates": lambda: '{"title":"\\ud800\\udc00\\udfff","link":"https://bao.example/z"}',
    "not_closed": lambda: line()[:-1],
    "string_not_closed": lambda: '{"title":"x',
    "two_objects": lambda: line() + line(),
    "comment": lambda: "// x",
    "list_inside": lambda: "[" + line() + "]",
    "text_inside": lambda: '"x"',
    "null": lambda: "null",
    "values_of_all_kinds": lambda: line(title={"a": 1}, link=["https://bao.example/k"], published=[1], fetched=True),
    "list_of_texts": lambda: line(title=["a", "b"] * 100_000),
    "url_private": lambda: line("http://169.254.169.254/latest"),
    "url_javascript": lambda: line("javascript:alert(1)"),
    "url_of_3_mb": lambda: line("https://bao.example/" + "a" * 3_000_000),
    "url_broken": lambda: line("https://[x/%zz"),
    "url_idn": lambda: line("https://" + "ạ" * 50_000 + ".example/"),
    "url_dots": lambda: line("https://" + "a." * 100_000),
    "url_digits": lambda: line("https://" + "9" * 100_000 + "/"),
    "url_port": lambda: line("https://bao.example:" + "9" * 10_000 + "/"),
    "published_digits": lambda: line(published="1" * 3_000_000),
    "published_far": lambda: line(published="99999-01-01"),
    "published_negative": lambda: line(published="-0001-01-01T00:00:00Z"),
    "published_words": lambda: line(published="ngày " * 100_000),
    "published_slashes": lambda: line(published="1/" * 100_000),
    "fetched_far": lambda: line(fetched="9999-12-31T23:59:59-14:00"),
    "fetched_digits": lambda: line(fetched="9" * 5_000),
    "summary_html": lambda: line(summary="<div>" * 300_000),
    "summary_angles": lambda: line(summary="<" * 1_000_000),
    "summary_scripts": lambda: line(summary="<script>" * 200_000),
    "summary_comments": lambda: line(summary="<!--" * 300_000),
    "summary_entities": lambda: line(summary="&" * 1_000_000),
    "summary_entity_digits": lambda: line(summary="&#" + "9" * 1_000_000 + ";"),
    "summary_references": lambda: line(summary="&#x110000;&#xD800;&#0;" * 20_000),
    "summary_spaces": lambda: line(summary=" \n" * 1_000_000),
    "summary_breaks": lambda: line(summary="<br>" * 300_000),
    "formula": lambda: line(title="=HYPERLINK(\"http://khac.example\")"),
    "bidi": lambda: line(title="\u202e\u200b" * 100_000),
    "blank": lambda: "\n" * 500_000,
    "spaces": lambda: " " * 3_000_000,
    "braces": lambda: "{" * 1_000_000,
    "quotes": lambda: '"' * 1_000_000,
    "backslashes": lambda: '{"title":"' + "\\" * 1_000_000,
    "line_ends": lambda: "\r\n\x0b\x0c\x1c\x85\u2028\u2029",
}  # fmt: skip
CSV_LINES: dict[str, Callable[[], str]] = {
    "quote_open": lambda: '"Chợ,' + MIDDLE,
    "quotes_open": lambda: "\n".join(['"x'] * 20_001),
    "quotes_open_many": lambda: "\n".join(['a,"x'] * 60_001),
    "quotes": lambda: '"' * 1_000_000,
    "quote_of_300000_lines": lambda: '"' + "x\n" * 300_000 + '"',
    "quote_inside": lambda: 'x"y"z,' + MIDDLE + ",a,b,c",
    "fields": lambda: "," * 1_000_000,
    "fields_4_mb": lambda: ",ab" * 1_390_000,
    "field_wide": lambda: csv_line(title="x" * LONG + "😀"),
    "field_of_3_mb": lambda: csv_line(title="x" * 3_000_000),
    "line_of_5_mb": lambda: csv_line(title="x" * (5 * MIB)),
    "few_fields": lambda: "x",
    "zeros": lambda: csv_line(title="a\0b"),
    "zeros_1_mb": lambda: "\0" * 1_000_000,
    "controls": lambda: csv_line(title="\x01\x1b\x7f"),
    "formula": lambda: csv_line(title="=cmd|' /C calc'!A0"),
    "line_ends": lambda: csv_line(title="a\rb\x0bc\u2028d"),
    "tabs": lambda: "\t" * 500_000,
    "blank": lambda: "\n" * 500_000,
    "url_javascript": lambda: csv_line("javascript:alert(1)"),
    "date_digits": lambda: csv_line().replace("2026-03-02T08:30:00Z", "1" * 1_000_000),
}
FILES: dict[str, Callable[[], bytes]] = {
    "empty.jsonl": say(""),
    "blank_file.csv": say("\n\n\n"),
    "header.csv": say(HEADER),
    "one_list.json": as_text(lambda: "[\n" + ",\n".join([line()] * 20_000) + "\n]"),
    "one_list_flat.json": as_text(lambda: "[" + ",".join([line()] * 20_000) + "]"),
    "one_line.jsonl": as_text(lambda: "x" * (30 * MIB)),
    "zeros_file.jsonl": say(b"\0" * (5 * MIB)),
    "zeros_file.csv": say(b"\0" * (5 * MIB)),
    "mark.jsonl": lambda: codecs.BOM_UTF8 + jsonl().encode(),
    "marks.jsonl": lambda: codecs.BOM_UTF8 * 3 + jsonl().encode(),
    "utf16.jsonl": lambda: jsonl(line()).encode("utf-16"),
    "utf16_odd.csv": lambda: csv(csv_line()).encode("utf-16")[:-1],
    "utf16_zeros.csv": say(codecs.BOM_UTF16_LE + b"\0" * 1_000_001),
    "utf32.csv": lambda: csv(csv_line()).encode("utf-32"),
    "utf32_bad.csv": say(codecs.BOM_UTF32_LE + b"\xff" * 1_000_001),
    "cp1258.csv": lambda: csv(csv_line()).encode("cp1258", "xmlcharrefreplace"),
    "bad_bytes.jsonl": lambda: jsonl(line()).encode().replace(b"giua", b"gi\xffa"),
    "bad_bytes.csv": lambda: csv(csv_line()).encode().replace(b"giua", b"gi\xffa"),
    "random.csv": lambda: bytes((n * n * 31 + n // 7) % 255 + 1 for n in range(500_000)),
    "gzip.jsonl.gz": lambda: pack(jsonl(line()).encode()),
    "gzip_cut.jsonl.gz": lambda: pack(jsonl(*[line()] * 500).encode())[:-30],
    "gzip_crc.jsonl.gz": lambda: pack(jsonl(line()).encode())[:-8] + b"\0" * 8,
    "gzip_noise.jsonl.gz": lambda: pack(jsonl(line()).encode()) + b"noise" * 100,
    "gzip_bomb.jsonl.gz": bomb,
    "gzip_bomb_lines.jsonl.gz": lambda: bomb(fill=b"{}      \n".rjust(16)),
    "gzip_bomb_blank.csv.gz": lambda: bomb(fill=b"\n"),
    "gzip_bomb_csv.csv.gz": lambda: bomb(before=f"{HEADER}\n".encode(), fill=b'"x\n     '),
    "xz_bomb.jsonl.xz": lambda: lzma.compress(b"\0" * (100 * MIB)),
    "bz2_bomb.csv.bz2": lambda: bz2.compress(b"\n" * (60 * MIB)),
    "xz_cut.jsonl.xz": lambda: lzma.compress(jsonl(line()).encode())[:-20],
    "zip.csv": say(b"PK\x03\x04" + b"\0" * 1_000),
    "zstd.jsonl": say(b"\x28\xb5\x2f\xfd" + b"\0" * 1_000),
    "html.csv": say("<!DOCTYPE html>\n<html>\n" + "<p>x</p>\n" * 20_000),
    "pdf.jsonl": say(b"%PDF-1.7\n" + b"x\n" * 5_000),
    "header_wide.csv": as_text(lambda: ",".join(f"c{n}" for n in range(50_000)) + "\n" + csv_line()),
    "header_doubled.csv": as_text(lambda: csv(header=",".join(["title"] * 900))),
    "header_other.csv": as_text(lambda: csv(header="a,b,c,d,e")),
    "sep_line.csv": as_text(lambda: "sep=;\n" + csv().replace(",", ";")),
    "old_mac.csv": as_text(lambda: csv(csv_line()).replace("\n", "\r")),
    "lines_200000.jsonl": as_text(lambda: "{}\n" * 200_000),
    "lines_bad_200000.jsonl": as_text(lambda: "x\n" * 200_000),
}  # fmt: skip
_HEAVY = ("gzip_bomb_lines.jsonl.gz", "one_line.jsonl", "gzip_bomb_blank.csv.gz")
CASES: list[Hostile] = [
    *(
        Hostile(
            f"{name}.jsonl",
            as_text(lambda poison=poison: jsonl(poison())),
            # twelve long lines: after hundreds of other inputs the allocator keeps what each of them took
            name in ("long_line_20_mb", "titles_wide"),
        )  # type: ignore[misc]
        for name, poison in JSON_LINES.items()
    ),
    *(
        Hostile(f"{name}.csv", as_text(lambda poison=poison: csv(poison())))  # type: ignore[misc]
        for name, poison in CSV_LINES.items()
    ),
    *name_all(FILES, _HEAVY),
]
