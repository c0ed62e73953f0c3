"""The sample press served on loopback: feeds, sitemaps and pages as they stand at a moment of a clock."""

from diembao.sample.live.direct import DirectBackend
from diembao.sample.live.newsroom import LIVE_FROM, Newsroom, build_newsroom
from diembao.sample.live.routes import Answer, answer
from diembao.sample.live.served import list_live_gaps, note_served
from diembao.sample.live.server import LivePress, LiveRequest
from diembao.sample.live.sites import Site, list_live_outlets, list_sites
from diembao.sample.live.truth import (
    ExpectedPage,
    ExpectedVersion,
    count_live,
    describe_live,
    expect_feeds,
    expect_live,
    write_live_truth,
)

__all__ = [
    "LIVE_FROM",
    "Answer",
    "DirectBackend",
    "ExpectedPage",
    "ExpectedVersion",
    "LivePress",
    "LiveRequest",
    "Newsroom",
    "Site",
    "answer",
    "build_newsroom",
    "count_live",
    "describe_live",
    "expect_feeds",
    "expect_live",
    "list_live_gaps",
    "list_live_outlets",
    "list_sites",
    "note_served",
    "write_live_truth",
]
