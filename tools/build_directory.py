"""Build the starter directory of the Vietnamese press from the collected facts.

    python tools/build_directory.py ../shared/data/open/vn_press_directory/outlets.csv

Writes src/diembao/assets/directory/vn.csv. A domain under which an outlet was published before (named in its
note, or by the host of its feed) is added to its domains unless another entry has it; every entry must make a
valid outlet, or the build fails.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from diembao.sources.directory import COLUMNS, load_directory, make_from_directory, suggest_id
from diembao.sources.outlets import OutletIndex
from diembao.text.addresses import host_of

TARGET = Path(__file__).resolve().parent.parent / "src" / "diembao" / "assets" / "directory" / "vn.csv"
_DOMAIN = re.compile(r"(?<![/\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)+\b")


def build_rows(source: Path) -> list[dict[str, str]]:
    """The rows of the directory in the order of the source."""
    with source.open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    taken = {fact["domain"] for fact in facts}
    rows = []
    for fact in facts:
        domains = [fact["domain"]]
        earlier = _DOMAIN.findall(fact["note"])
        if fact["feed"]:
            earlier.append(host_of(fact["feed"]))
        for domain in earlier:
            if domain not in taken:
                taken.add(domain)
                domains.append(domain)
        rows.append(
            {
                "id": suggest_id(fact["domain"]),
                "name": fact["name"],
                "domains": " ".join(domains),
                "class": fact["class"],
                "place": fact["place_since_2025_07_01"],
                "language": fact["language"],
                "feed": fact["feed"],
                "note": fact["note"],
            }
        )
    return rows


def main() -> None:
    """Build, check and write the directory."""
    rows = build_rows(Path(sys.argv[1]))
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    entries = load_directory(TARGET.read_bytes())
    OutletIndex(make_from_directory(entry) for entry in entries)
    print(f"{len(entries)} outlets in {TARGET.name}")


if __name__ == "__main__":
    main()
