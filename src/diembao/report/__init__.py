"""From numbers to a document: one HTML page, a workbook and CSV files that can be read back and checked."""

from diembao.report.bundle import check_report, make_report, read_report, save_report
from diembao.report.manifest import Manifest, read_manifest
from diembao.report.model import Number, ReportModel, ReportSpec, RowsRef, Span, Word
from diembao.report.numbers import check_model, collect_numbers
from diembao.report.page import write_page
from diembao.report.printed import Mismatch
from diembao.report.tables import write_tables
from diembao.report.workbook import write_workbook

__all__ = [
    "Manifest",
    "Mismatch",
    "Number",
    "ReportModel",
    "ReportSpec",
    "RowsRef",
    "Span",
    "Word",
    "check_model",
    "check_report",
    "collect_numbers",
    "make_report",
    "read_manifest",
    "read_report",
    "save_report",
    "write_page",
    "write_tables",
    "write_workbook",
]
