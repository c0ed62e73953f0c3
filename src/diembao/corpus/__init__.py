"""Articles stored, searchable and pinned."""

from __future__ import annotations

from diembao.corpus.batch import Arrival, Batch, Decided, hash_text, prepare_batch, prepare_decisions
from diembao.corpus.check import Check, check_project
from diembao.corpus.query import SearchQuery, parse_query
from diembao.corpus.read import CorpusReader
from diembao.corpus.search import Found, Hit, SearchIndex
from diembao.corpus.snapshot import create_snapshot, find_changes, hash_content, hash_files, open_snapshot
from diembao.corpus.snippet import Snippet, find_spans, make_snippet
from diembao.corpus.writer import CommitInfo, CorpusWriter

__all__ = [
    "Arrival",
    "Batch",
    "Check",
    "CommitInfo",
    "CorpusReader",
    "CorpusWriter",
    "Decided",
    "Found",
    "Hit",
    "SearchIndex",
    "SearchQuery",
    "Snippet",
    "check_project",
    "create_snapshot",
    "find_changes",
    "find_spans",
    "hash_content",
    "hash_files",
    "hash_text",
    "make_snippet",
    "open_snapshot",
    "parse_query",
    "prepare_batch",
    "prepare_decisions",
]
