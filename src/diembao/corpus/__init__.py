"""Articles stored, searchable and pinned."""

from __future__ import annotations

from diembao.corpus.batch import Arrival, Batch, Decided, hash_text, prepare_batch, prepare_decisions
from diembao.corpus.read import CorpusReader
from diembao.corpus.writer import CommitInfo, CorpusWriter

__all__ = [
    "Arrival",
    "Batch",
    "CommitInfo",
    "CorpusReader",
    "CorpusWriter",
    "Decided",
    "hash_text",
    "prepare_batch",
    "prepare_decisions",
]
