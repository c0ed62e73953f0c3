"""The fictional sample press of the demo: two years of made-up outlets and articles whose truth is known."""

from diembao.sample.history import HistoryFiles, write_history
from diembao.sample.model import SampleArticle, SamplePress, SampleRelease, Truth
from diembao.sample.press import SEED, build_press
from diembao.sample.truth import count_true, describe_period, describe_truth, list_true, map_truth

__all__ = [
    "SEED",
    "HistoryFiles",
    "SampleArticle",
    "SamplePress",
    "SampleRelease",
    "Truth",
    "build_press",
    "count_true",
    "describe_period",
    "describe_truth",
    "list_true",
    "map_truth",
    "write_history",
]
