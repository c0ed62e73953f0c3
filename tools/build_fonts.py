"""Cut the fonts of reports to the letters they need: `python tools/build_fonts.py DIR` writes assets/fonts.

DIR holds the unpacked npm packages of the two families (OFL 1.1), which carry the full TrueType files:

    npm pack source-sans@3.52.0 source-serif@4.5.1
    mkdir sans serif && tar xzf source-sans-*.tgz -C sans && tar xzf source-serif-*.tgz -C serif

The licence reserves the name "Source" for unmodified fonts, so the cut files carry names of our own.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ASSETS = Path(__file__).resolve().parent.parent / "src" / "diembao" / "assets" / "fonts"

#: what the report prints, beyond what titles bring: arrows and signs, the đồng and euro signs, alpha
RANGES = (
    (0x20, 0x7E),
    (0xA0, 0x17F),  # Latin-1 and Latin Extended-A: names in European languages
    (0x1A0, 0x1A1),
    (0x1AF, 0x1B0),
    (0x1EA0, 0x1EF9),  # Vietnamese
    (0x2010, 0x2027),
    (0x2030, 0x203A),
)
SINGLE = "αđĐ₫€−×≈≠≤≥←↑→↓↩°·™\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323\u202f\u2009\u200b"
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "tnum", "lnum", "pnum"]

#: file written, its source, family and style of the renamed font
CUTS = (
    ("diembao-sans-400", "sans", "SourceSans3-Regular", "Diembao Sans", "Regular"),
    ("diembao-sans-600", "sans", "SourceSans3-Semibold", "Diembao Sans", "Semibold"),
    ("diembao-serif-600", "serif", "SourceSerif4-Semibold", "Diembao Serif", "Semibold"),
)


def cut_font(source: Path, target: Path, family: str, style: str) -> None:
    """Write the subset of `source` as WOFF2 under its own name."""
    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = FEATURES
    options.name_IDs = [0, 1, 2, 4, 5, 6, 11, 13, 14]  # keep copyright, vendor address and licence
    options.notdef_outline = True
    options.hinting = False  # screens that read this smooth their type; hints are a third of the bytes
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    letters = {code for first, last in RANGES for code in range(first, last + 1)}
    cutter.populate(unicodes=letters | {ord(letter) for letter in SINGLE})
    cutter.subset(font)
    rename_font(font, family, style)
    subset.save_font(font, str(target), options)


def rename_font(font: TTFont, family: str, style: str) -> None:
    """Give the font the name `family`; its copyright and licence records stay."""
    postscript = f"{family.replace(' ', '')}-{style}"
    own = {1: family, 2: "Regular", 4: f"{family} {style}", 6: postscript}
    for record in list(font["name"].names):
        if record.nameID in own:
            font["name"].setName(
                own[record.nameID], record.nameID, record.platformID, record.platEncID, record.langID
            )
        elif record.nameID in (3, 16, 17, 25):
            font["name"].removeNames(record.nameID)


def find_source(folder: Path, stem: str) -> Path:
    """The TrueType file of that name somewhere below `folder`."""
    found = sorted(folder.rglob(f"{stem}.ttf"))
    if not found:
        raise SystemExit(f"no {stem}.ttf below {folder}: unpack the npm packages there first")
    return found[0]


def main(folder: Path) -> None:
    """Cut all fonts and copy the licences."""
    ASSETS.mkdir(parents=True, exist_ok=True)
    for name, _, stem, family, style in CUTS:
        target = ASSETS / f"{name}.woff2"
        cut_font(find_source(folder, stem), target, family, style)
        print(f"{target.name}\t{target.stat().st_size} bytes")
    for part, stem in (("sans", "SourceSans3-Regular"), ("serif", "SourceSerif4-Semibold")):
        licence = find_source(folder, stem).parent.parent / "LICENSE.md"
        (ASSETS / f"OFL-{part}.txt").write_bytes(licence.read_bytes().replace(b"\r\n", b"\n"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
