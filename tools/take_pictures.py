"""Remake the pictures of the docs from the demo's report: both languages, 1280 and 390 px wide.

    python tools/take_pictures.py            builds the demo in a temporary folder and takes the pictures
    python tools/take_pictures.py FOLDER     takes them of the demo that is in FOLDER

Needs Chromium on the PATH. Nothing is fetched.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
MAX_BYTES = 250_000
#: file, language, width and height of the window
SHOTS = (
    ("report-vi.png", "vi", 1280, 1000),
    ("report-en.png", "en", 1280, 1000),
    ("report-vi-390.png", "vi", 390, 1200),
    ("report-en-390.png", "en", 390, 1200),
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
    "--hide-scrollbars",
)


def find_browser() -> str:
    """The browser that takes the pictures."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise SystemExit("no Chromium on the PATH: install chromium, then run this again")


def take(browser: str, page: Path, picture: Path, width: int, height: int) -> None:
    """One picture; windows are at least 500 px wide, so a narrow page stands in a frame."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        address = page.resolve().as_uri()
        if width < 500:
            frame = Path(folder) / "frame.html"
            style = f"display:block;margin:auto;border:0;width:{width}px;height:{height}px"
            body = f'<iframe src="{address}" style="{style}"></iframe>'
            frame.write_text(f'<body style="margin:0;background:#e8e8e8">{body}')
            address = frame.as_uri()
        subprocess.run(
            [
                browser,
                *FLAGS,
                f"--user-data-dir={folder}/profile",
                f"--window-size={max(width, 500)},{height}",
                f"--screenshot={picture}",
                address,
            ],
            check=True,
            stderr=subprocess.DEVNULL,
            timeout=120,
        )
    if picture.stat().st_size > MAX_BYTES:
        raise SystemExit(f"{picture.name} has {picture.stat().st_size} bytes; make its window smaller")


def main(arguments: list[str]) -> int:
    """Take every picture."""
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        demo = Path(arguments[0]) if arguments else Path(folder) / "demo"
        if not arguments:
            subprocess.run(
                [sys.executable, "-m", "diembao", "demo", str(demo), "--no-open"], check=True, timeout=600
            )
        PICTURES.mkdir(parents=True, exist_ok=True)
        for name, language, width, height in SHOTS:
            (page,) = demo.glob(f"reports/*_{language}/report.html")
            take(browser, page, PICTURES / name, width, height)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
