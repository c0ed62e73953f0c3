"""Where candidate articles come from: feed histories, article files, clipping lists, outlet lists,
feeds, sitemaps and saved pages."""

from diembao.sources.clips import ClipRow, read_clips
from diembao.sources.configured import ConfiguredFeed, read_feeds
from diembao.sources.directory import (
    DirectoryEntry,
    filter_directory,
    load_directory,
    make_from_directory,
    read_directory,
    suggest_id,
)
from diembao.sources.discover import find_feed_links, guess_addresses
from diembao.sources.feeds import parse_feed_body
from diembao.sources.histories import HistoryRow, read_history
from diembao.sources.hosts import check_host, refused_host
from diembao.sources.mapping import Mapping, parse_mapping
from diembao.sources.opml import OpmlFeed, parse_opml, write_opml
from diembao.sources.outlets import OutletIndex, make_outlet, resolve_outlet, slug_of
from diembao.sources.pages import SavedOrigin, SavedPage, find_saved_url, list_saved_pages
from diembao.sources.runs import read_runs, split_file_column
from diembao.sources.sitemaps import parse_sitemap
from diembao.sources.tables import Row, read_rows
from diembao.sources.walkback import WalkPlan, order_sitemaps

__all__ = [
    "ClipRow",
    "ConfiguredFeed",
    "DirectoryEntry",
    "HistoryRow",
    "Mapping",
    "OpmlFeed",
    "OutletIndex",
    "Row",
    "SavedOrigin",
    "SavedPage",
    "WalkPlan",
    "check_host",
    "filter_directory",
    "find_feed_links",
    "find_saved_url",
    "guess_addresses",
    "list_saved_pages",
    "load_directory",
    "make_from_directory",
    "make_outlet",
    "order_sitemaps",
    "parse_feed_body",
    "parse_mapping",
    "parse_opml",
    "parse_sitemap",
    "read_clips",
    "read_directory",
    "read_feeds",
    "read_history",
    "read_rows",
    "read_runs",
    "refused_host",
    "resolve_outlet",
    "slug_of",
    "split_file_column",
    "suggest_id",
    "write_opml",
]
