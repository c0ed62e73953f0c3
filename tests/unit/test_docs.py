"""The docs are true: commands parse and run, links lead somewhere, generated pages are fresh, nothing is missing."""

from __future__ import annotations

import ast
import csv
import importlib.util
import io
import json
import re
import shlex
import shutil
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import get_args

import click
import pytest

from diembao.archive.foreign import _DAMAGE
from diembao.cli import run
from diembao.cli.root import EXIT_HELP, cli
from diembao.settings import KEYS
from diembao.sources.hosts import list_refused
from diembao.sources.releases import REASONS
from diembao.types import FetchOutcome, GapKind, PageType

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")], key=str
)
GUIDES = [
    ROOT / "README.md",
    *sorted((DOCS / "tutorial").glob("*.md")),
    *sorted((DOCS / "how-to").glob("*.md")),
]
_CATALOGUE = ROOT / "src" / "diembao" / "i18n" / "en"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.xdist_group("docs")


def name_page(path: Path) -> str:
    return str(path.relative_to(ROOT))


def list_lines(path: Path) -> list[str]:
    """The shell lines of a page's ```sh blocks, continuations joined, comments left out."""
    lines: list[str] = []
    for language, body in FENCE.findall(path.read_text(encoding="utf-8")):
        if language == "sh":
            joined = body.replace("\\\n", " ")
            lines += [line.strip() for line in joined.splitlines() if line.strip()]
    return lines


def split_line(line: str) -> list[str]:
    """The words of a shell line up to a redirection."""
    words = shlex.split(line, comments=True)
    return words[: words.index(">")] if ">" in words else words


def find_command(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words after `diembao` name, and what follows it."""
    command: click.Command = cli
    while isinstance(command, click.Group):
        context = click.Context(command)
        _, words, _ = command.make_parser(context).parse_args(args=list(words))
        assert words, f"{command.name} needs a sub-command"
        found = command.get_command(context, words[0])
        assert found is not None, f"there is no command {words[0]!r}"
        command, words = found, words[1:]
    return command, words


def list_code_spans(text: str) -> Iterator[str]:
    without_blocks = FENCE.sub("", text)
    yield from re.findall(r"`(diembao [^`\n]+)`", without_blocks)


# ------------------------------------------------------------------ commands


@pytest.mark.parametrize("page", GUIDES, ids=name_page)
def test_every_command_line_parses(page: Path) -> None:
    """Each `diembao …` line of README, tutorial and how-tos names a command with options and values it knows."""
    for line in list_lines(page):
        words = split_line(line)
        if words and words[0] == "diembao":
            command, arguments = find_command(words[1:])
            command.make_context(command.name, arguments).close()


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_every_command_in_running_text_exists(page: Path) -> None:
    """A command named in a sentence exists, and so do its options; values may be left out there."""
    for span in list_code_spans(page.read_text(encoding="utf-8")):
        words = [word for word in span.split()[1:] if word not in ("…", "COMMAND", "LỆNH")]
        command: click.Command = cli
        known = {option for parameter in cli.params for option in parameter.opts} | {"--help"}
        for word in words:
            if isinstance(command, click.Group) and word in command.commands:
                command = command.commands[word]
                known |= {option for parameter in command.params for option in parameter.opts}
            elif word.startswith("-"):
                assert word.partition("=")[0] in known, f"{span}: no option {word}"


def test_generated_pages_are_fresh() -> None:
    """Commands, settings, records and tables say what the software says; else run tools/build_reference.py."""
    for path, content in load_tool("build_reference").build_pages().items():
        assert path.read_text(encoding="utf-8") == content, (
            f"{name_page(path)} is out of date: run python tools/build_reference.py"
        )


def load_tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ------------------------------------------------------------------ completeness


def test_every_setting_is_on_its_page() -> None:
    """No setting is missing from the reference page, and the file of a new project holds no other."""
    page = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
    for key in KEYS:
        assert f"`{key.name}`" in page
        assert f"`DIEMBAO_{key.name.upper().replace('.', '_')}`" in page


#: rooms whose refusals are of pages, not of rows of a file
_OF_PAGES = ("app/archives.py", "sources/pages.py")
#: rooms whose refusals are of press releases
_OF_RELEASES = ("app/releases.py", "sources/releases_folder.py", "sources/releases_lists.py")


def list_reasons(paths: Iterator[Path]) -> set[str]:
    """Every reason for which these files refuse something, read from their source."""
    reasons: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (isinstance(node.func, ast.Name | ast.Attribute)):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                place = {
                    "Refusal": 1,
                    "_BrokenRowError": 0,
                    "refuse": 0,
                    "SavedPage": 3,
                    "ReleaseFile": 2,
                }.get(name)
                if place is not None and len(node.args) > place:
                    reason = node.args[place]
                    if isinstance(reason, ast.Constant) and isinstance(reason.value, str):
                        reasons.add(reason.value)
            is_choice = isinstance(node, ast.IfExp) and isinstance(node.orelse, ast.Constant)
            if is_choice and path.name == "tables.py" and str(node.orelse.value).endswith("quotes"):
                reasons.add(str(node.orelse.value))
    return reasons


def list_sources(*, of_pages: bool) -> Iterator[Path]:
    """The files that refuse rows, or those that refuse pages."""
    source = ROOT / "src" / "diembao"
    for folder in ("sources", "app"):
        for path in (source / folder).glob("*.py"):
            name = path.relative_to(source).as_posix()
            if name not in _OF_RELEASES and (name in _OF_PAGES) == of_pages:
                yield path


@pytest.mark.parametrize("page", ["how-to/import-a-history.md", "reference/errors.md"])
def test_every_refusal_reason_is_explained(page: str) -> None:
    """Every reason for a refused row stands on the how-to (with what to do) and on the page of errors."""
    text = (DOCS / page).read_text(encoding="utf-8")
    reasons = list_reasons(list_sources(of_pages=False))
    reasons |= {f"{category}_host" for category in set(list_refused().values())}
    assert len(reasons) > 20
    assert not [reason for reason in sorted(reasons) if f"`{reason}`" not in text]


@pytest.mark.parametrize("page", ["how-to/import-archives.md", "reference/errors.md"])
def test_every_reason_for_a_refused_page_is_explained(page: str) -> None:
    """Every reason for a refused page of an archive or folder stands on the how-to and on the page of errors."""
    text = (DOCS / page).read_text(encoding="utf-8")
    reasons = list_reasons(list_sources(of_pages=True))
    assert {"no_host", "reserved", "no_url", "unreadable"} <= reasons
    reasons |= {"http_status", "not_html", "unreadable_stretch"}  # passed over, not refused
    assert not [reason for reason in sorted(reasons) if f"`{reason}`" not in text]


@pytest.mark.parametrize("page", ["how-to/measure-release-pickup.md", "reference/errors.md"])
def test_every_reason_for_a_refused_release_is_explained(page: str) -> None:
    """Every reason for a refused press release stands on its how-to and on the page of errors."""
    text = (DOCS / page).read_text(encoding="utf-8")
    folder = ROOT / "src" / "diembao"
    reasons = list_reasons(folder / name for name in _OF_RELEASES) | set(REASONS.values())
    reasons |= {"other_text", "same_text", "link", "special"}
    assert {"future_date", "no_text", "scanned", "too_long", "file_outside"} <= reasons
    assert not [reason for reason in sorted(reasons) if f"`{reason}`" not in text]


def test_every_drop_of_an_archive_is_explained() -> None:
    """Every reason for which a record of a strangers' archive is passed over stands on its how-to."""
    text = (DOCS / "how-to" / "import-archives.md").read_text(encoding="utf-8")
    folder = ROOT / "src" / "diembao" / "archive"
    reasons = set(_DAMAGE)
    for name in ("foreign.py", "frames.py", "http.py"):
        source = (folder / name).read_text(encoding="utf-8")
        reasons |= set(re.findall(r'(?:BodyError\(|return |Loss\([\w.]+, )"([a-z_]{3,})"', source))
    assert {"cut", "digest_false", "revisit", "truncated", "unknown_outlet"} <= reasons
    assert not [reason for reason in sorted(reasons) if f"`{reason}`" not in text]


def test_every_outcome_of_collecting_is_explained() -> None:
    """Every outcome of an attempt, kind of page, and sandbox or source error as a reading stands on the how-to."""
    text = (DOCS / "how-to" / "collect-from-outlets.md").read_text(encoding="utf-8")
    names = {*get_args(FetchOutcome), *get_args(PageType)}
    names |= set(tomllib.loads(_CATALOGUE.joinpath("errors_sandbox.toml").read_text("utf-8"))["sandbox"])
    sources = tomllib.loads(_CATALOGUE.joinpath("errors_sources.toml").read_text("utf-8"))["sources"]
    names |= {name for name in sources if re.match(r"(feed_(is|em|br|too)|sitemap_|not_a_)", name)}
    wanted = {name for name in names if not name.endswith("_next")} - {"no_worker"}
    assert len(wanted) > 50
    assert not [name for name in sorted(wanted) if f"`{name}`" not in text and f"page:{name}" not in text]


def test_every_gap_kind_and_error_is_explained() -> None:
    """Every kind of gap, every exit code and every class of the error tree stands on the page of errors."""
    from diembao import errors

    text = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
    assert not [kind for kind in get_args(GapKind) if f"`{kind}`" not in text]
    for code in re.findall(r"\b\d+\b", EXIT_HELP):
        assert f"| {code} |" in text, f"exit code {code} is not on the page of errors"
    tree = (errors.__doc__ or "").partition("An error keeps")[0].split("\n\n")[1]
    for line in tree.splitlines():
        assert line.strip() in text


def test_stable_page_names_what_the_package_offers() -> None:
    """Every public function of the package stands on the page of what is stable."""
    import diembao

    text = (DOCS / "reference" / "stable.md").read_text(encoding="utf-8")
    functions = [name for name in diembao.__all__ if name.islower()]
    assert functions and not [name for name in functions if name not in text]
    for _, body in (block for block in FENCE.findall(text) if block[0] == "python"):
        exec(compile(body, "stable.md", "exec"), {})


# ------------------------------------------------------------------ text


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_links_lead_somewhere(page: Path) -> None:
    """Each link inside the repository leads to a file that exists, and to a heading or anchor in it."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), f"{target} leads nowhere"
        if anchor:
            there = path.read_text(encoding="utf-8")
            slugs = {slug_heading(line) for line in there.splitlines() if line.startswith("#")}
            assert f'<a id="{anchor}">' in there or anchor in slugs, f"{target}: no such heading"


def slug_heading(line: str) -> str:
    words = unicodedata.normalize("NFC", line.lstrip("#").strip().lower())
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_pages_name_no_machine_and_no_registry(page: Path) -> None:
    """No page holds a path of the machine it was written on, or the host of a package registry."""
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"(?<![\w.])/(?:work|tmp|root|home)/|\b(?:pypi|npmjs|crates)\.\w", text)


def test_every_page_is_in_the_index() -> None:
    """The index of the docs leads to every page."""
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if path.name != "README.md"]
    assert not [page for page in pages if f"({page})" not in index]


def test_limits_page_keeps_its_promise() -> None:
    """The page of limits names the file that tests them, and that file is there."""
    page = (DOCS / "explanation" / "limits-of-use.md").read_text(encoding="utf-8")
    for name in set(re.findall(r"`(tests/[\w/]+\.py)`", page)):
        assert (ROOT / name).is_file()
    assert "`tests/unit/test_limits_of_use.py`" in page


# ------------------------------------------------------------------ the tours run


FIRST, LAST = date(2025, 1, 1), date(2026, 6, 30)
OUTLETS = {"bao-mau-ky-cung.example": "Báo Mẫu Sông Kỳ Cùng", "thong-tan-mau.example": "Thông tấn Mẫu"}
OUTLETS["diem-tin-mau.example"] = "Điểm tin Mẫu"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small stand-in for what the demo leaves in demo-project/sample: same names, same columns."""
    folder = tmp_path_factory.mktemp("tour") / "demo-project" / "sample"
    folder.mkdir(parents=True)
    rows, runs = [], []
    for number in range((LAST - FIRST).days + 1):
        day = datetime(FIRST.year, FIRST.month, FIRST.day, 3, tzinfo=UTC) + timedelta(days=number)
        runs += [(day + timedelta(hours=hour)).isoformat() for hour in (0, 6, 12, 18)]
        for place, (domain, name) in enumerate(OUTLETS.items()):
            title = (
                f"Lạng Sơn mở cửa khẩu phiên {number}" if number % 5 == place else f"Chợ quê phiên {number}"
            )
            rows.append(
                {
                    "source": name,
                    "feed": f"https://{domain}/rss/tin-moi.rss",
                    "title": title,
                    "summary": "Bài mẫu.",
                    "link": f"https://{domain}/tin-{number}.html",
                    "published": (day + timedelta(minutes=10 + number % 200)).isoformat(),
                    "fetched": (day + timedelta(hours=6, seconds=number % 60)).isoformat(),
                }
            )
    import gzip

    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "history.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    (folder / "runs.csv").write_text("run_at\n" + "\n".join(runs) + "\n", encoding="utf-8")
    feeds = [{"name": name, "url": f"https://{domain}/rss/tin-moi.rss"} for domain, name in OUTLETS.items()]
    (folder / "feeds.json").write_text(json.dumps({"sources": feeds}), encoding="utf-8")
    clip = f"1,3/1/2026,Thông tấn Mẫu,Bài đã chọn,https://thong-tan-mau.example/tin-{367}.html\n"
    (folder / "clips.csv").write_text(
        "STT,Ngày đăng,Cơ quan báo chí,Tiêu đề,Đường dẫn\n" + clip, encoding="utf-8"
    )
    return folder


def walk_tour(page: Path, folder: Path, sample: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run a page's commands one after another as printed; the folder in which they end."""
    shutil.copytree(sample, folder / "demo-project" / "sample")
    monkeypatch.chdir(folder)
    here = folder
    for line in list_lines(page):
        words = split_line(line)
        # making the environment and the demo itself have tests of their own
        if not words or words[0] in ("make", ".") or words[1:2] == ["demo"] or words[2:3] == ["demo-project"]:
            continue
        if words[0] == "cd":
            here = here / words[1]
            monkeypatch.chdir(here)
            continue
        assert words[0] == "diembao", line
        assert run(words[1:]) == 0, line
    return here


def test_the_tour_of_the_readme_runs(
    tmp_path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The README's tour, run as printed, ends with a report that verifies."""
    here = walk_tour(ROOT / "README.md", tmp_path, sample, monkeypatch)
    (report,) = here.glob("reports/*/report.html")
    assert report.is_file()
    check_csv_page(report.parent)


def test_the_tutorial_runs(
    tmp_path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tutorial, run as printed; then the backup page's way: a copy of the folder verifies elsewhere."""
    here = walk_tour(DOCS / "tutorial" / "first-report.md", tmp_path, sample, monkeypatch)
    (report,) = here.glob("reports/*/report.html")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(here, "restored")
    shutil.rmtree(here)
    moved = Path("restored") / report.parent.relative_to(here)
    assert run(["-C", "restored", "verify"]) == 0
    assert run(["-C", "restored", "report", "verify", str(moved)]) == 0


def check_csv_page(folder: Path) -> None:
    """Every CSV of a report and each of its columns stand on the page of files."""
    page = (DOCS / "reference" / "files.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+\.csv)` \| (.*) \|$", page, re.MULTILINE))
    suffix = re.compile(r"_(id|low|high|level|at_least|missing)$")
    for path in (folder / "csv").glob("*.csv"):
        assert path.name in told, f"{path.name} is not on the page of files"
        columns = next(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        known = set(re.findall(r"`(\w+)`", told[path.name]))
        # a table without rows does not know that a column holds spans
        known |= {name.removesuffix("_first") for name in known}
        missing = [name for name in columns if name not in known and suffix.sub("", name) not in known]
        assert not missing, f"{path.name}: {missing}"
