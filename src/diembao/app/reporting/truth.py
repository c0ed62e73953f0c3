"""Numbers of a sample press beside the answer that its generator wrote down."""

from __future__ import annotations

from diembao.app.reporting.collected import Collected
from diembao.app.reporting.frame import Frame, Ledger
from diembao.app.view import View
from diembao.report.model import TruthRow


def compare_truth(view: View, frame: Frame, ledger: Ledger, collected: Collected) -> tuple[TruthRow, ...]:
    """Empty for a real press: only the sample press knows its truth."""
    return ()
