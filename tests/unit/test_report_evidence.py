"""Evidence in words: a few facts a finding, figures in the language's form, technical keys in the CSV only."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest
from tests.report_fixture import build_model

from diembao.i18n import LANGUAGES, Language, _room
from diembao.report import evidence
from diembao.report.evidence import MOST_FACTS, list_facts
from diembao.report.printer import Printer

CASES = {
    "shift": {
        "lag_min_h": "7.024",
        "lag_q50_h": "7.6",
        "address_edge_h": "-7.003",
        "address_rows": "1358",
        "sharpness": "0.879",
        "feeds": "{'a/b': {'rows': 8}}",
        "days": "697",
    },
    "overflow": {"cap": "15", "runs_at_cap": "1259", "runs_with_items": "2054", "share": "0.613"},
    "silent": {"runs": "2651", "expected_items": "199.6", "probability": "1.2e-69"},
    "not_running": {"pause_h": "266.0", "usual_pause_h": "2.0", "longest_usual_h": "2.21"},
}


@pytest.mark.parametrize(
    ("kind", "language", "words"),
    [
        (
            "shift",
            "vi",
            "giờ ghi sớm hơn lần đầu thấy ít nhất 7,0 giờ ở mọi bài (giữa: 7,6 giờ); "
            "giờ trong địa chỉ muộn hơn giờ ghi chừng 7,0 giờ (1.358 bài); thấy ở 697 ngày khác nhau",
        ),
        ("overflow", "vi", "danh sách chỉ giữ 15 tin; đầy 1.259 trên 2.054 lần có tin"),
        ("silent", "vi", "2.651 lần chạy liền không có tin mới; lẽ ra khoảng 200 tin"),
        ("not_running", "en", "stopped for 266 hours, usually 2 hours between runs"),
    ],
)
def test_evidence_is_told_in_words(kind: str, language: Language, words: str) -> None:
    """A finding says what it rests on as a reader would, not as a developer would."""
    assert Printer(build_model(mean=0.2), language).say_proof(kind, CASES[kind]) == words


def test_what_is_missing_or_damaged_is_left_out() -> None:
    """A figure that was not recorded, or is none, drops its own fact and nothing else."""
    assert [fact.key for fact in list_facts("overflow", {"cap": "nan", "runs_at_cap": "3"})] == []
    assert [fact.key for fact in list_facts("silent", {"runs": "3", "expected_items": "x"})] == ["no_news"]
    assert list_facts("unheard_of", {"runs": "3"}) == []


def test_most_is_never_printed_as_all() -> None:
    """A share just below one or above none keeps its distance from 100% and 0%."""
    printer = Printer(build_model(mean=0.2), "en")
    assert printer.say_proof("partial", {"side": "last", "covered_share": "0.999"}).startswith("only 99%")
    assert printer.say_proof("partial", {"side": "last", "covered_share": "0.001"}).startswith("only 1%")


def test_every_sentence_of_the_catalogue_is_told_with_its_figures() -> None:
    """Facts and catalogue agree: no sentence without a fact, no fact without a sentence, few a finding."""
    source = ast.parse(Path(evidence.__file__).read_text(encoding="utf-8"))
    told: dict[str, set[str]] = {}
    for call in ast.walk(source):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_say"):
            continue
        names = {keyword.arg or "" for keyword in call.keywords}
        for node in ast.walk(call.args[0]):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                keys = ["partial_first", "partial_last"] if node.value == "partial_" else [node.value]
                told |= dict.fromkeys(keys, names)
    for language in LANGUAGES:
        room = _room(language, "report")
        said = {
            key.removeprefix("evidence."): {name for _, name, _, _ in Formatter().parse(text) if name}
            for key, text in room.items()
            if key.startswith("evidence.")
        }
        assert said == told
    assert all(len(list_facts(kind, recorded)) <= MOST_FACTS for kind, recorded in CASES.items())
