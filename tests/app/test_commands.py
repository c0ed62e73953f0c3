"""The command line as a person uses it: results on stdout, one sentence for each mistake, the right exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from diembao.app.project import Project
from diembao.cli import run
from diembao.corpus.writer import CorpusWriter
from tests.app.conftest import MAPPING, Files

Told = tuple[int, str, str]


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """Run one command line; its exit code, stdout and stderr."""
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("DIEMBAO_LANGUAGE", raising=False)
    monkeypatch.delenv("LC_ALL", raising=False)

    def call(*arguments: str | Path) -> Told:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_the_whole_way_from_an_empty_folder(tell: Callable[..., Told], tmp_path: Path, files: Files) -> None:
    """init, import, topic, process, gaps, build and verify work as the reference page says."""
    folder = tmp_path / "moi"
    assert tell("init", folder)[0] == 0
    here = ("-C", folder)
    code, out, _ = tell(*here, "import", "history", files.history, "--map", MAPPING, "--runs", files.runs,
                        "--feeds", files.feeds, "--json")  # fmt: skip
    assert code == 0
    assert json.loads(out)["accepted"] == files.rows
    assert tell(*here, "topic", "new", "--place", "Lạng Sơn")[0] == 0
    code, out, _ = tell(*here, "process", "--json")
    assert json.loads(out)["topics"][0]["about"] == files.about
    code, out, _ = tell(*here, "outlet", "gaps", "--json")
    kinds = {gap["kind"] for gap in json.loads(out)}
    assert "never_delivered" in kinds
    code, out, _ = tell(*here, "report", "build", "--topic", "lang-son", "--from", "2026-02-09", "--to",
                        "2026-03-08", "--output", tmp_path / "out", "--json")  # fmt: skip
    assert code == 0
    assert tell(*here, "report", "verify", tmp_path / "out")[0] == 0
    assert tell(*here, "verify")[0] == 0
    assert tell(*here, "doctor")[0] == 0
    code, out, _ = tell(*here, "data", "snapshot")
    assert len(out.strip()) == 16


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("report", "build", "--topic", "none", "--from", "2026-02-01", "--to", "2026-02-28"), 3, "lang-son"),
        (
            ("report", "build", "--topic", "lang-son", "--from", "2026-02-28", "--to", "2026-02-01"),
            2,
            "before",
        ),
        (
            ("report", "build", "--topic", "lang-son", "--from", "2026-13-01", "--to", "2026-02-28"),
            2,
            "2026-03-01",
        ),
        (
            ("report", "build", "--topic", "lang-son", "--from", "2031-01-01", "--to", "2031-02-01"),
            1,
            "nothing",
        ),
        (("topic", "new", "--phrase", "Nguyễn Văn A"), 3, "person"),
        (("topic", "new", "--place", "Tân Thanh"), 3, "within"),
        (("topic", "new", "--place", "Atlantis"), 3, "Atlantis"),
        (("topic", "new", "--place", "Lạng Sơn"), 3, "lang-son"),
        (("outlet", "add", "--domain", "facebook.com", "--class", "central"), 3, "facebook.com"),
        (("outlet", "add", "--domain", "moi.example", "--class", "lokal"), 3, "local"),
        (("outlet", "gaps", "--outlet", "none"), 3, "none"),
        (("import", "history", "nofile.jsonl", "--map", "url=link"), 3, "nofile.jsonl"),
        (("import", "history", "nofile.jsonl", "--map", "link"), 2, "url=link"),
        (("articles", "show", "ffffffffffffffff"), 3, "ffffffffffffffff"),
        (("articles", "search", '"cao tốc'), 2, "quotation"),
        (("articles", "list", "--decision", "about"), 2, "--topic"),
        (("report", "verify", "nofolder"), 1, "nofolder"),
        (("init", "."), 3, "already"),
        (("nonsense",), 2, "nonsense"),
    ],
)
def test_each_mistake_is_one_sentence_with_its_exit_code(
    tell: Callable[..., Told],
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    """Wrong use ends with a sentence that names the matter, the documented exit code, and nothing on stdout."""
    monkeypatch.chdir(project.folder)
    got, out, err = tell(*arguments)
    assert got == code, err
    assert words in err
    assert "Traceback" not in err
    assert out == ""
    assert tell("verify")[0] == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [("[report\n", "TOML"), ("[report]\nlangauge = 'vi'\n", "report.language"), ("\x00\xff", "TOML")],
)
def test_a_broken_project_file_harms_nothing(
    tell: Callable[..., Told], project: Project, text: str, words: str
) -> None:
    """A broken diembao.toml stops every command with a sentence; put right, all is as before."""
    path = project.folder / "diembao.toml"
    before = path.read_bytes()
    path.write_text(text, encoding="latin-1")
    code, out, err = tell("-C", project.folder, "process")
    assert (code, out) == (3, "")
    assert words in err
    path.write_bytes(before)
    assert tell("-C", project.folder, "verify")[0] == 0


def test_without_a_project_the_error_says_how_to_make_one(tell: Callable[..., Told], tmp_path: Path) -> None:
    """Outside any project every command points to `diembao init`."""
    code, _, err = tell("-C", tmp_path, "process")
    assert code == 3
    assert "diembao init" in err


def test_messages_speak_vietnamese_where_wanted(
    tell: Callable[..., Told], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DIEMBAO_INTERFACE_LANGUAGE=vi turns messages and errors into Vietnamese."""
    monkeypatch.setenv("DIEMBAO_INTERFACE_LANGUAGE", "vi")
    _, _, err = tell("-C", project.folder, "topic", "test", "x", "--topic", "none")
    assert "lỗi" in err
    assert "chủ đề" in err


def test_a_second_writer_is_told_who_waits(tell: Callable[..., Told], project: Project, files: Files) -> None:
    """While one process writes, another import is refused with exit code 6, and reading goes on."""
    with project.open_desk() as desk, CorpusWriter.open(project.folder, desk):
        code, _, err = tell("-C", project.folder, "import", "history", files.history, "--map", MAPPING)
        assert code == 6, err
        assert tell("-C", project.folder, "articles", "list", "--limit", "1")[0] == 0
    assert tell("-C", project.folder, "import", "history", files.history, "--map", MAPPING)[0] == 0


def test_bad_rows_are_refused_one_by_one(tell: Callable[..., Told], project: Project, tmp_path: Path) -> None:
    """A row without a link, a wrong date and a social-network address are refused with line and reason; the rest is taken."""
    rows = [
        {"link": "https://mot.example/tot-1.html", "title": "Tốt", "published": "2026-02-10T01:00:00Z"},
        {"link": "", "title": "Không có liên kết", "published": "2026-02-10T01:00:00Z"},
        {"link": "https://mot.example/sai-ngay.html", "title": "Sai ngày", "published": "hôm qua lúc nãy"},
        {"link": "https://mot.example/nam-0.html", "title": "Năm không", "published": "0001-01-01T00:00:00Z"},
        {
            "link": "https://www.facebook.com/bai/1",
            "title": "Mạng xã hội",
            "published": "2026-02-10T01:00:00Z",
        },
        {"link": "https://mot.example/khong-ten.html", "title": "", "published": "2026-02-10T01:00:00Z"},
        {"link": "javascript:alert(1)", "title": "Mã", "published": "2026-02-10T01:00:00Z"},
        {"link": "https://mot.example/tot-2.html", "title": "Tốt nữa", "published": "2026-02-10T02:00:00Z"},
    ]
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps({**row, "fetched": "2026-02-10T03:00:00Z"}) for row in rows]
    path.write_text("\n".join([*lines, "{not json"]) + "\n", encoding="utf-8")
    code, out, _ = tell("-C", project.folder, "import", "history", path, "--map",
                        "url=link,title=title,published=published,fetched=fetched", "--json")  # fmt: skip
    told = json.loads(out)
    assert code == 0
    assert (told["read"], told["accepted"], told["known"], told["refused"]) == (9, 2, 0, 7)
    lines_by_reason = {reason: [r["line"] for r in examples] for reason, examples in told["examples"].items()}
    assert lines_by_reason["no_link"] == [2]
    assert lines_by_reason["bad_date"] == [3, 4]
    assert lines_by_reason["not_json"] == [9]
    assert sum(told["reasons"].values()) == 7
    assert tell("-C", project.folder, "verify")[0] == 0


FULL_DISK = """
import resource, sys
from diembao.cli import run
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.exit(run(sys.argv[2:]))
"""


@pytest.mark.skipif(os.name != "posix", reason="file size limits are POSIX only")
@pytest.mark.parametrize("limit", [4_096, 65_536, 400_000])
def test_a_full_disk_is_a_sentence_and_harms_nothing(
    tell: Callable[..., Told], project: Project, tmp_path: Path, limit: int
) -> None:
    """When a write finds no space the command says so with exit code 5; afterwards the data is whole."""
    path = tmp_path / "many.jsonl"
    row = {"title": "Tin mẫu " * 20, "published": "2026-02-10T01:00:00Z", "fetched": "2026-02-10T02:00:00Z"}
    path.write_text(
        "\n".join(json.dumps({**row, "link": f"https://mot.example/nua-{n}.html"}) for n in range(3_000)),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(limit), "-C", str(project.folder), "import", "history", str(path), "--map",
         "url=link,title=title,published=published,fetched=fetched"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "Traceback" not in done.stderr
    assert "error" in done.stderr
    assert tell("-C", project.folder, "verify")[0] == 0
    code, out, _ = tell("-C", project.folder, "import", "history", path, "--map",
                        "url=link,title=title,published=published,fetched=fetched", "--json")  # fmt: skip
    told = json.loads(out)
    assert (code, told["accepted"] + told["known"]) == (0, 3_000)
    assert tell("-C", project.folder, "verify")[0] == 0


def test_a_fault_of_the_software_is_a_sentence_too(
    tell: Callable[..., Told], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw ends with one sentence and exit code 70, with the traceback only under -v."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("không lường trước")

    monkeypatch.setattr("diembao.app.articles.list_articles", fail)
    code, out, err = tell("-C", project.folder, "articles", "list")
    assert (code, out) == (70, "")
    assert "không lường trước" in err
    assert "Traceback" not in err
    with pytest.raises(ZeroDivisionError):
        tell("-v", "-C", project.folder, "articles", "list")
