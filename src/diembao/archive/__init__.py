"""Evidence: WARC files written so that nothing acknowledged is lost, and read so that nothing cut or lying counts."""

from __future__ import annotations

from diembao.archive.foreign import ForeignRecord, RecordBatch, read_batch
from diembao.archive.reader import CaptureBytes, read_capture
from diembao.archive.writer import ArchiveWriter

__all__ = [
    "ArchiveWriter",
    "CaptureBytes",
    "ForeignRecord",
    "RecordBatch",
    "read_batch",
    "read_capture",
]
