"""Hostile `tdmrep.json`: deep, wide, of the wrong kind, and patterns made to match slowly."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.hostile.making import Hostile, as_text, bomb, name_all, pack, say

GOOD = b'[{"location":"/rieng/*","tdm-reservation":1},{"location":"/","tdm-reservation":0}]'


def _rule(**values: object) -> str:
    return json.dumps({"location": "/", "tdm-reservation": 1, **values})


OTHERS: dict[str, Callable[[], bytes]] = {
    "deep": as_text(lambda: "[" * 200_000 + "]" * 200_000),
    "deep_objects": as_text(lambda: '{"a":' * 60_000 + "1" + "}" * 60_000),
    "deep_location": as_text(lambda: '[{"location":' + "[" * 100_000 + "]" * 100_000 + "}]"),
    "rules": as_text(lambda: "[" + ",".join([_rule()] * 10_000) + "]"),
    "empties": as_text(lambda: "[" + ",".join(["{}"] * 150_000) + "]"),
    "numbers": as_text(lambda: "[" + ",".join(["1"] * 200_000) + "]"),
    "number_huge": as_text(lambda: "[" + "9" * 400_000 + "]"),
    "reservation_huge": as_text(lambda: '[{"location":"/","tdm-reservation":' + "9" * 4_000 + "}]"),
    "reservation_digits": as_text(lambda: '[{"location":"/","tdm-reservation":' + "9" * 400_000 + "}]"),
    "reservation_true": as_text(lambda: "[" + _rule(**{"tdm-reservation": True}) + "]"),
    "reservation_list": as_text(lambda: "[" + _rule(**{"tdm-reservation": [1] * 1_000}) + "]"),
    "reservation_nan": say('[{"location":"/","tdm-reservation":NaN}]'),
    "reservation_float": say('[{"location":"/","tdm-reservation":1.0}]'),
    "location_number": as_text(lambda: "[" + _rule(location=7) + "]"),
    "location_empty": as_text(lambda: "[" + _rule(location="") + "]"),
    "location_long": as_text(lambda: "[" + _rule(location="/" + "a" * 400_000) + "]"),
    "location_stars": as_text(lambda: "[" + ",".join([_rule(location="/" + "*a" * 900 + "$")] * 200) + "]"),
    "location_surrogates": say('[{"location":"/\\ud800\\u0000","tdm-reservation":1}]'),
    "policy_object": as_text(lambda: "[" + _rule(**{"tdm-policy": {"a": 1}}) + "]"),
    "policy_long": as_text(lambda: "[" + _rule(**{"tdm-policy": "https://" + "a" * 300_000}) + "]"),
    "policy_javascript": as_text(lambda: "[" + _rule(**{"tdm-policy": "javascript:alert(1)"}) + "]"),
    "keys_doubled": as_text(
        lambda: '[{"location":"/",' + '"tdm-reservation":0,' * 20_000 + '"tdm-reservation":1}]'
    ),
    "text": say('"reserved"'),
    "null": say("null"),
    "nan": say("NaN"),
    "object": as_text(_rule),
    "open": say('[{"location":"/'),
    "open_string": as_text(lambda: '["' + "\\" * 300_000),
    "html": say("<!DOCTYPE html><html><body>404</body></html>" * 1_000),
    "empty": say(""),
    "zeros": say(b"\0" * 300_000),
    "marks": lambda: b"\xef\xbb\xbf" * 3 + GOOD,
    "utf16": lambda: GOOD.decode().encode("utf-16"),
    "bad_bytes": lambda: GOOD.replace(b"rieng", b"ri\xffng"),
    "comment": lambda: b"// x\n" + GOOD,
    "gzip": lambda: pack(GOOD),
    "gzip_bomb": bomb,
    "too_long": lambda: GOOD + b" " * (600 * 1024),
    "spaces": lambda: b" " * 400_000 + GOOD,
}
CASES: list[Hostile] = name_all(OTHERS)
