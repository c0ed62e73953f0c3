"""What must hold for any report: sums, links, escaping, and that what is printed reads back."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.report_fixture import build_model

from diembao.report.bundle import check_report, make_report
from diembao.report.layout_cells import list_runs
from diembao.report.numbers import check_model
from diembao.report.page import write_page
from diembao.report.svg import nice_ticks

FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(seed=st.integers(0, 10_000), mean=st.floats(0, 4))
def test_any_articles_give_a_report_that_adds_up(seed: int, mean: float) -> None:
    """Whatever the articles are, totals equal the sum of their parts and all links lead somewhere."""
    model = build_model(seed=seed, mean=mean)
    check_model(model)
    page = write_page(model, "en")
    ids = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids


@FEW
@given(text=st.text(max_size=60), outlet=st.text(max_size=30))
def test_any_text_reads_back_true(text: str, outlet: str) -> None:
    """Whatever titles and names hold, the files read back as printed and hold no markup of theirs."""
    model = build_model(mean=0.6, title=text, outlet=outlet, phrase=text)
    files = make_report(model, "vi")
    assert check_report(files, model) == []


@given(st.lists(st.integers(1, 400)))
def test_runs_hold_the_same_ordinals(ordinals: list[int]) -> None:
    """Writing ordinals as runs loses none and adds none."""
    assert [n for a, b in list_runs(ordinals) for n in range(a, b + 1)] == sorted(set(ordinals))


@given(st.integers(0, 10**9))
def test_scales_reach_the_top_in_few_steps(top: int) -> None:
    """A scale starts at zero, covers the highest value and has at most a handful of ticks."""
    ticks = nice_ticks(top)
    assert ticks[0] == 0 and ticks[-1] >= top and 2 <= len(ticks) <= 6
