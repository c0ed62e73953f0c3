"""Build the shipped gazetteer of Vietnam from open data sets; same input, same bytes.

    python tools/build_gazetteer.py [DATA]                 DATA holds gazetteer_*, default ../shared/data/open
    python tools/build_gazetteer.py --count CORPUS.jsonl.xz  renew tools/gazetteer_counts.csv (counts only)

Authority: the dvhcvn map of 1 July 2025, made from the resolutions. The others fill in earlier layers and
cross-check; where they disagree, dvhcvn is kept and the row goes to docs/reference/gazetteer-conflicts.csv.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import lzma
import re
import sys
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from diembao.text.normal import place_tones, strip_accents, tone_spellings  # noqa: E402
from diembao.topics.persons import looks_like_person  # noqa: E402

ASSETS = ROOT / "src" / "diembao" / "assets" / "gazetteer"
CONFLICTS = ROOT / "docs" / "reference" / "gazetteer-conflicts.csv"
COUNTS = ROOT / "tools" / "gazetteer_counts.csv"
CURATED = ROOT / "tools" / "gazetteer_curated.toml"
LAST_OLD_DAY, FIRST_NEW_DAY = "2025-06-30", "2025-07-01"
KINDS = ("thành phố", "thị trấn", "thị xã", "đặc khu", "phường", "huyện", "quận", "tỉnh", "xã")
Unit = dict[str, Any]


def clean(name: str) -> str:
    """One spelling: NFC, single spaces, tones in one place, straight hyphens and apostrophes."""
    name = unicodedata.normalize("NFC", name).replace("<br>", " ").replace("’", "'").replace("–", "-")
    return place_tones(" ".join(name.split()))


def split_kind(full: str) -> tuple[str, str]:
    """("xã", "Tân Thanh") from "Xã Tân Thanh"; numbered units keep the kind in the name."""
    name = clean(full)
    for kind in KINDS:
        if name.lower().startswith(kind + " "):
            short = name[len(kind) + 1 :]
            return kind, (f"{kind.capitalize()} {int(short)}" if short.isdigit() else short)
    return "tỉnh", name


def compact(name: str) -> str:
    """Accent-free, lower case, letters and digits only: the key form of one of the sources."""
    return re.sub(r"[^a-z0-9]", "", strip_accents(name).lower())


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


class Sources:
    """The open data sets, read once."""

    def __init__(self, data: Path) -> None:
        mapping = data / "gazetteer_dvhcvn_20250701" / "mapping"
        admin = data / "gazetteer_vietnamadminunits" / "data"
        self.splits = json.loads((mapping / "splits.json").read_text("utf-8"))["data"]
        self.merges = json.loads((mapping / "merges.json").read_text("utf-8"))["data"]
        snapshot = next((data / "gazetteer_thanglequoc_pre2025" / "json").glob("*.json"))
        self.snapshot = json.loads(snapshot.read_text("utf-8"))
        self.gso = read_csv(next((admin / "raw").glob("*_ward_2025-07-18.csv")))
        self.converted = read_csv(admin / "interim" / "convert_legacy_2025_simple.csv")
        self.located = read_csv(next((admin / "processed").glob("2025_34*.csv")))
        self.former_wards = read_csv(admin / "alias_keywords" / "legacy" / "alias_ward.csv")
        listed = (data / "gazetteer_dvhcvn_20250701" / "input" / "docs" / "1027_CTK-CSCL.md").read_text(
            "utf-8"
        )
        self.official = dict(re.findall(r"^\| *\d+ *\| (\d{5}) \| ([^|]+?) *\|", listed, re.M))


class Builder:
    """Collects units, links and conflicts."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.units: dict[str, Unit] = {}
        self.conflicts: list[tuple[str, str, str, str, str]] = []
        self.curated = tomllib.loads(CURATED.read_text("utf-8"))
        self.new_codes = {p["level1_id"] for p in sources.merges}
        self.old_province: dict[str, str] = {}  # old code -> id

    def add(self, unit_id: str, full: str, parent: str | None, start: str | None, end: str | None) -> Unit:
        kind, name = split_kind(full)
        if parent is None:
            name = clean(name)
        unit: Unit = {"id": unit_id, "name": name, "kind": kind, "parent": parent, "from": start, "to": end}
        if unit_id in self.units:
            raise SystemExit(f"two units with id {unit_id}")
        self.units[unit_id] = unit | {"succ": []}
        return self.units[unit_id]

    def conflict(self, what: str, unit: str, authority: str, other: str, decided: str) -> None:
        self.conflicts.append((what, unit, authority, other, decided))

    def link(self, old: str, new: str) -> None:
        if new not in self.units[old]["succ"]:
            self.units[old]["succ"].append(new)

    # ---------------------------------------------------------------- layers

    def add_provinces(self) -> None:
        merged = {p["level1_id"]: p for p in self.sources.merges}
        for province in self.sources.merges:
            alone = [m["old_id"] for m in province["merges"]] == [province["level1_id"]]
            self.add(
                f"VN-{province['level1_id']}", province["name"], None, None if alone else FIRST_NEW_DAY, None
            )
        for province in self.sources.splits:
            code = province["level1_id"]
            new = province["splits"][0]["new_id"]
            if len(merged[new]["merges"]) == 1:
                self.old_province[code] = f"VN-{new}"
                continue
            unit_id = f"VN-{code}-o" if code in self.new_codes else f"VN-{code}"
            self.add(unit_id, province["name"], None, None, LAST_OLD_DAY)
            self.old_province[code] = unit_id
            self.link(unit_id, f"VN-{new}")

    def add_old_layer(self) -> None:
        known = {
            w["level3_id"]: (p["level1_id"], w["name"]) for p in self.sources.splits for w in p["level3s"]
        }
        for province in self.sources.snapshot:
            code = province["Code"]
            for district in province["District"]:
                district_id = f"VN-{code}-d{district['Code']}"
                self.add(district_id, district["FullName"], self.old_province[code], None, LAST_OLD_DAY)
                for ward in district.get("Ward") or []:
                    name = known.get(ward["Code"], (code, ward["FullName"]))[1]
                    if clean(name).lower() != clean(ward["FullName"]).lower():
                        self.conflict(
                            "name", ward["Code"], name, ward["FullName"], "GSO and snapshot agree: theirs"
                        )
                    self.add(f"VN-{code}-o{ward['Code']}", ward["FullName"], district_id, None, LAST_OLD_DAY)
        here = {unit_id[-5:] for unit_id in self.units if "-o" in unit_id and len(unit_id) > 8}
        for code, (province_code, name) in sorted(known.items()):
            if code not in here:
                unit = self.add(
                    f"VN-{province_code}-o{code}", name, self.old_province[province_code], None, "2024-12-31"
                )
                unit["approx"] = True
                self.conflict(
                    "unit",
                    code,
                    name,
                    "absent from GSO and snapshot of March 2025",
                    "kept, ended before 2025",
                )
        for row in self.sources.gso:
            unit = self.units.get(f"VN-{row['Mã TP']}-o{row['Mã']}")
            if unit is None:
                self.conflict("unit", row["Mã"], "absent", row["Tên"], "left out")
            elif clean(row["Tên"]).lower() != clean(self.full(unit)).lower():
                self.conflict("name", row["Mã"], self.full(unit), row["Tên"], "snapshot of March 2025")

    @staticmethod
    def full(unit: Unit) -> str:
        name: str = unit["name"]
        return name if name.lower().startswith(unit["kind"]) else f"{unit['kind']} {name}"

    def add_new_layer(self) -> None:
        located = {f"{int(row['wardCode']):05d}": row["ward"] for row in self.sources.located}
        for province in self.sources.merges:
            for ward in province["level2s"]:
                code, name = ward["level2_id"], ward["name"]
                self.add(
                    f"VN-{province['level1_id']}-n{code}",
                    name,
                    f"VN-{province['level1_id']}",
                    FIRST_NEW_DAY,
                    None,
                )
                official = self.sources.official.get(code)
                if official is None or clean(official).lower() != clean(name).lower():
                    self.conflict("name", code, name, official or "absent from document 1027", "dvhcvn")
                if clean(located.get(code, "")).lower() != clean(name).lower():
                    self.conflict("name", code, name, located.get(code, "absent from sapnhap list"), "dvhcvn")

    def add_links(self) -> None:
        by_code = {unit_id.rsplit("-", 1)[1]: unit_id for unit_id in self.units if unit_id.count("-") > 1}
        split = {
            (w["level3_id"], s["new_id"])
            for p in self.sources.splits
            for w in p["level3s"]
            for s in w["splits"]
        }
        merged = {
            (m["old_id"], w["level2_id"])
            for p in self.sources.merges
            for w in p["level2s"]
            for m in w["merges"]
        }
        other = {
            (f"{int(float(row['wardCode'])):05d}", row["newWardCode"])
            for row in self.sources.converted
            if row["wardCode"] and row["newWardCode"]
        }
        for old, new in sorted(split | merged):
            # five island districts had no communes: there the district itself is the predecessor
            self.link(by_code.get(f"o{old}") or by_code[f"d{old}"], by_code[f"n{new}"])
        for old, new in sorted(merged - split):
            self.conflict(
                "link", old, f"{old}->{new} in merges", "absent from splits", "kept (union of both files)"
            )
        for old, new in sorted((split | merged) - other):
            self.conflict(
                "link", old, f"{old}->{new}", "absent from vietnamadminunits", "kept: resolutions decide"
            )
        for old, new in sorted(other - split - merged):
            note = "; law: Hồng Phong of Bình Gia only to 06079" if old == "06079" else ""
            self.conflict(
                "link",
                old,
                "absent",
                f"{old}->{new} in vietnamadminunits",
                f"left out: resolutions decide{note}",
            )

    # ---------------------------------------------------------------- what ended earlier

    def add_earlier(self) -> None:
        """Communes that merged in 2019-2025: the source gives accent-free keys, spelled back where unique."""
        spellings: dict[str, Counter[str]] = defaultdict(Counter)
        for unit in self.units.values():
            if unit["kind"] in ("xã", "phường", "thị trấn"):
                spellings[compact(unit["name"])][unit["name"]] += 1
        wards: dict[tuple[str, str, str], str] = {}
        for unit in self.units.values():
            parent = self.units.get(unit["parent"] or "")
            if parent and parent["parent"] and "-o" in unit["id"]:
                top = self.units[parent["parent"]]
                wards[(compact(self.full(top)), compact(self.full(parent)), compact(self.full(unit)))] = unit[
                    "id"
                ]
        seen, lost = set(), 0
        for row in self.sources.former_wards:
            target = wards.get((row["province_key"], row["district_key"], row["ward_key"]))
            if target is None or row["source"] == "typing":
                continue
            kind, key = self.former_kind(row["alias_keyword"], self.units[target]["kind"])
            if (target, key) in seen or key == compact(self.units[target]["name"]):
                continue
            seen.add((target, key))
            # one spelling in use, by at least three units: a rare name may only look alike
            known = spellings.get(key, Counter())
            if len(known) != 1 or max(known.values()) < 3:
                lost += not key.isdigit()
                continue
            name = next(iter(known))
            unit = self.add(
                f"{target}-{key}", f"{kind} {name}", self.units[target]["parent"], None, self.ended(row)
            )
            unit["approx"] = True
            self.link(unit["id"], target)
        self.conflict(
            "unit", "", "", f"{lost} names of communes that ended in 2019-2025", "accents not known: left out"
        )
        for unit_id, (name, kind, parent, last) in self.curated["abolished"].items():
            self.add(unit_id, name if name.startswith("Quận ") else f"{kind} {name}", parent, None, last)

    @staticmethod
    def former_kind(keyword: str, kind: str) -> tuple[str, str]:
        for written, meant in (("thitran", "thị trấn"), ("phuong", "phường"), ("xa", "xã")):
            if keyword.startswith(written) and len(keyword) > len(written) + 2:
                return meant, keyword[len(written) :]
        return kind, keyword

    @staticmethod
    def ended(row: dict[str, str]) -> str:
        return f"{row['year']}-12-31" if row["year"].isdigit() else "2024-12-31"

    # ---------------------------------------------------------------- names and classes

    def add_spots(self) -> None:
        for spot in self.curated["spots"]:
            forms = [[spot["name"], spot["bare"]], *map(list, spot.get("also", {}).items())]
            unit: Unit = {
                "id": spot["id"],
                "name": spot["name"],
                "kind": spot["kind"],
                "parent": spot["parent"],
            }
            self.units[spot["id"]] = unit | {"from": None, "to": None, "succ": [], "aliases": forms}

    def province_of(self, unit: Unit) -> str:
        """The province's oldest id, so that a name before and after 1 July 2025 counts once."""
        while unit["parent"]:
            unit = self.units[unit["parent"]]
        return str(unit["id"])

    def add_classes(self) -> None:
        where: dict[str, set[str]] = defaultdict(set)
        ends = {u["id"]: u["succ"][0] for u in self.units.values() if not u["parent"] and u["succ"]}
        for unit in self.units.values():
            top = self.province_of(unit)
            where[unit["name"]].add(ends.get(top, top))
        provinces = {u["name"] for u in self.units.values() if not u["parent"]}
        counts = {
            (r["name"], r["province"]): (int(r["articles"]), int(r["with_province"]), int(r["lower_case"]))
            for r in (read_csv(COUNTS) if COUNTS.exists() else [])
        }
        bare = self.curated["bare"]
        for unit in self.units.values():
            if "aliases" in unit:
                continue
            if not unit["parent"]:
                forced = bare.get(unit["id"]) or bare.get(self.same_name_successor(unit))
                unit["aliases"] = [[unit["name"], forced or "A"]]
                continue
            top = self.units[self.province_of(unit)]["name"]
            seen = counts.get((unit["name"], top), (0, 0, 0))
            level = "district" if unit["kind"] in ("huyện", "quận", "thị xã", "thành phố") else "commune"
            level = "city" if unit["kind"] == "thành phố" else level
            chosen = alias_class(unit["name"], level, len(where[unit["name"]]), seen)
            if unit["name"] in provinces and unit["name"] != top:
                chosen = "C"
            unit["aliases"] = [[unit["name"], chosen]]
        for unit_id, names in self.curated["names"].items():
            targets = [
                unit_id,
                *(
                    u["id"]
                    for u in self.units.values()
                    if unit_id in u["succ"] and u["name"] == self.units[unit_id]["name"]
                ),
            ]
            for target in targets:
                self.units[target]["aliases"] += [[surface, cls] for surface, cls in names.items()]

    def same_name_successor(self, unit: Unit) -> str:
        return next((s for s in unit["succ"] if self.units[s]["name"] == unit["name"]), "")

    def build(self) -> list[Unit]:
        self.add_provinces()
        self.add_old_layer()
        self.add_new_layer()
        self.add_links()
        self.add_earlier()
        self.add_spots()
        self.add_classes()
        return [self.units[key] for key in sorted(self.units)]


def alias_class(name: str, level: str, provinces: int, counted: tuple[int, int, int]) -> str:
    """A, B or C for a bare short name (docs/reference/gazetteer.md states the rule in words)."""
    articles, with_province, lower = counted
    if (" " not in name and "-" not in name and len(name) < 6) or any(c.isdigit() for c in name):
        return "C"
    # "Đà Lạt", "Nha Trang": cities better known than their province stand alone
    if level == "city":
        if provinces <= 2 or (provinces <= 4 and articles >= 20):
            return "A"
        level = "district"
    if lower >= 3 and lower >= articles / 5:
        return "C"
    if articles >= 8:
        share = with_province / articles
        if level == "district" or provinces == 1:
            return "A" if share >= 0.6 and provinces <= 2 else "B" if share >= 0.1 else "C"
        return "B" if share >= 0.3 else "C"
    if looks_like_person(name):
        return "C"
    if level == "district":
        return "A" if provinces == 1 else "B" if provinces <= 3 else "C"
    return "B" if provinces <= 2 else "C"


# -------------------------------------------------------------------- counting names in a corpus


def count_names(units: list[Unit], corpus: Path) -> None:
    """Write how often each name stands in a corpus, alone and together with its province; no text is kept."""
    import ahocorasick

    tops = {u["id"]: u for u in units}
    named: dict[str, set[str]] = defaultdict(set)
    for unit in units:
        top = unit
        while top["parent"]:
            top = tops[top["parent"]]
        if " " in unit["name"]:
            named[unit["name"]].add(top["name"])
    automaton = ahocorasick.Automaton()
    for name in named:
        for spelling in tone_spellings(name):
            automaton.add_word(spelling, (name, False))
            automaton.add_word(spelling.lower(), (name, True))
    for top in {t for tops_of in named.values() for t in tops_of}:
        automaton.add_word(top, (top, False))
    automaton.make_automaton()
    articles: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for text in read_texts(corpus):
        found, low = set(), set()
        for end, (name, is_lower) in automaton.iter(text):
            start = end - len(name) + 1
            if (start and text[start - 1].isalnum()) or text[end + 1 : end + 2].isalnum():
                continue
            (low if is_lower else found).add(name)
        articles.update(found)
        lower.update(low)
        together.update((name, top) for name in found if name in named for top in named[name] & found)
    with COUNTS.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["name", "province", "articles", "with_province", "lower_case"])
        for name in sorted(named):
            for top in sorted(named[name]):
                if articles[name] >= 8 or lower[name] >= 3:
                    writer.writerow([name, top, articles[name], together[name, top], lower[name]])


def read_texts(corpus: Path) -> Iterator[str]:
    with lzma.open(corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield unicodedata.normalize("NFC", "\n".join((row["title"], row["summary"], row["text"])))


# -------------------------------------------------------------------- writing


def write_gazetteer(
    units: list[Unit], conflicts: list[tuple[str, str, str, str, str]], assets: Path, listing: Path
) -> None:
    lines = []
    for unit in units:
        lines.append(
            json.dumps(
                {k: v for k, v in unit.items() if v not in (None, [])},
                ensure_ascii=False,
                separators=(",", ":"),
            )
        )
    body = "\n".join(lines) + "\n"
    version = "2025-07-01+" + hashlib.sha256(body.encode()).hexdigest()[:12]
    head = {"format": "diembao-gazetteer/1", "version": version, "units": len(units), "sources": [
        "dvhcvn/20250701@dd94887", "ThangLeQuoc/vietnamese-provinces-database@fac6308",
        "tranngocminhhieu/vietnamadminunits@780c279", "tools/gazetteer_curated.toml"]}  # fmt: skip
    data = (json.dumps(head, ensure_ascii=False) + "\n" + body).encode()
    assets.mkdir(parents=True, exist_ok=True)
    (assets / "vietnam.jsonl.xz").write_bytes(lzma.compress(data, format=lzma.FORMAT_XZ, preset=9))
    listing.parent.mkdir(parents=True, exist_ok=True)
    with listing.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["what", "unit", "authority", "other", "decided"])
        writer.writerows(sorted(conflicts))
    print(
        version,
        len(units),
        "units",
        len(conflicts),
        "conflicts",
        (assets / "vietnam.jsonl.xz").stat().st_size,
        "bytes",
    )


def write_notice(data: Path, assets: Path) -> None:
    parts = ["Derived from three MIT-licensed data sets, changed by tools/build_gazetteer.py.\n"]
    for folder in (
        "gazetteer_dvhcvn_20250701",
        "gazetteer_thanglequoc_pre2025",
        "gazetteer_vietnamadminunits",
    ):
        commit = re.search(
            r"github (\S+) @ ?(\w+)|github (\S+) @ (\w+)", (data / folder / "SOURCE.md").read_text("utf-8")
        )
        where = f"https://github.com/{commit[1]} at {commit[2]}" if commit else folder
        parts.append(f"== {where} ==\n\n{(data / folder / 'LICENSE').read_text('utf-8').strip()}\n")
    (assets / "NOTICE").write_text("\n".join(parts), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data" / "open")
    parser.add_argument("--count", type=Path, help="a JSONL.xz corpus with title, summary, text")
    parser.add_argument("--output", type=Path, help="write there instead of into the source tree")
    args = parser.parse_args()
    if not args.data.is_dir():
        raise SystemExit(f"no folder {args.data}")
    builder = Builder(Sources(args.data))
    units = builder.build()
    if args.count:
        count_names(units, args.count)
        builder = Builder(Sources(args.data))
        units = builder.build()
    assets, listing = ASSETS, CONFLICTS
    if args.output:
        assets, listing = args.output, args.output / CONFLICTS.name
    write_gazetteer(units, builder.conflicts, assets, listing)
    write_notice(args.data, assets)


if __name__ == "__main__":
    main()
