"""A page that somebody saved, as a WARC resource record: evidence of what the file holds, not of a response."""

from __future__ import annotations

from datetime import datetime

from diembao.archive.compose import compress_record, format_date, make_record_id, state_digest
from diembao.archive.foreign import ForeignRecord


def compose_saved(body: bytes, *, url: str, saved_at: datetime, file_name: str) -> ForeignRecord:
    """The record for a saved page, ready to be copied into the archive."""
    record_id = make_record_id()
    fields = {
        "WARC-Record-ID": record_id,
        "WARC-Date": format_date(saved_at),
        "WARC-Target-URI": url,
        "WARC-Payload-Digest": state_digest(body),
        "WARC-Filename": file_name[:500],
    }
    return ForeignRecord(
        url=url,
        fetched_at=saved_at,
        status=200,
        headers=(),
        body=body,
        content_type="text/html",
        offset=0,
        length=0,
        digest="true",
        record_id=record_id,
        kind="resource",
        evidence=compress_record("resource", fields, body, "text/html"),
    )
