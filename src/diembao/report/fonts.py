"""The fonts that travel inside a report, as a style sheet without any request."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from importlib import resources

_FACES = (
    ("Diembao Sans", 400, "diembao-sans-400"),
    ("Diembao Sans", 600, "diembao-sans-600"),
    ("Diembao Serif", 600, "diembao-serif-600"),
)


@cache
def write_font_faces() -> str:
    """`@font-face` rules with the fonts as data."""
    folder = resources.files("diembao").joinpath("assets", "fonts")
    rules = []
    for family, weight, name in _FACES:
        data = b64encode(folder.joinpath(f"{name}.woff2").read_bytes()).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:normal;font-display:block;'
            f'src:url("data:font/woff2;base64,{data}") format("woff2")}}'
        )
    return "\n".join(rules)
