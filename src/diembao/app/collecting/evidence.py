"""Evidence before anything else: a response is in the archive and synced, then the desk knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from diembao.archive.reader import CaptureBytes, read_capture
from diembao.archive.recovery import FOLDER
from diembao.archive.trouble import half_way
from diembao.archive.writer import ArchiveWriter
from diembao.desk import Desk
from diembao.desk.captures import Attempt, Kept
from diembao.desk.readings import Reading
from diembao.types import Capture, Fetched, FetchPurpose


@dataclass
class EvidenceRoom:
    """The archive together with its ledger on the desk."""

    folder: Path
    desk: Desk
    archive: ArchiveWriter

    def write(self, fetched: Fetched, *, keep_body: bool) -> list[Capture]:
        """Append every hop and sync; nothing is acknowledged yet.

        An answer that says or shows that nothing changed is written as a revisit of the one before.
        """
        if not fetched.exchanges:
            return []
        self._refuse_gap()
        last = fetched.exchanges[-1]
        known = self.desk.captures.find_last(last.url) if keep_body else None
        captures = self.archive.append(
            fetched.exchanges, revisit_of=known.capture if known is not None else None, keep_body=keep_body
        )
        self.archive.sync()
        return captures

    def _refuse_gap(self) -> None:
        """Write nothing after a record that the ledger refused: the next end would acknowledge it without a row.

        Several addresses are under way at once, so that another may come before the collection has ended.
        """
        ends = self.archive.committed_ends()
        newest = max(ends, default=None)
        if newest is not None and not self.desk.captures.has_end(newest, ends[newest]):
            raise half_way(self.folder / FOLDER / newest)

    def record(self, attempt: Attempt, captures: list[Capture], *, is_read: bool) -> Kept | None:
        """Record an attempt with its captures (in the caller's transaction); the capture that is to be read.

        `is_read`: the last response holds nothing to read, its outcome says all. Hops before it never do.
        """
        _, kept = self.desk.captures.add_attempt(attempt, captures, self.archive.committed_ends())
        done = kept if is_read else kept[:-1]
        if done:
            last = kept[-1].capture_id
            self.desk.readings.add(
                Reading(k.capture_id, attempt.outcome if k.capture_id == last else "redirected") for k in done
            )
        return kept[-1] if kept and not is_read else None


def make_attempt(
    fetched: Fetched, *, purpose: FetchPurpose, outlet_id: str, feed_id: str | None, now: datetime
) -> Attempt:
    """The attempt as the ledger keeps it; `now` stands in where nothing was sent."""
    hops = fetched.exchanges
    return Attempt(
        purpose=purpose,
        outlet_id=outlet_id,
        feed_id=feed_id,
        url=fetched.url,
        started_at=hops[0].started_at if hops else now,
        ended_at=hops[-1].ended_at if hops else now,
        outcome=fetched.outcome,
        status=hops[-1].status if hops else None,
        bytes=sum(len(hop.raw_body) for hop in hops),
        hops=len(hops),
        detail=fetched.detail,
    )


def load_capture(folder: Path, desk: Desk, kept: Kept) -> CaptureBytes:
    """The response of a capture, from the archive, checked against the ledger."""

    def find(record_id: str) -> Capture | None:
        found = desk.captures.find_record(record_id)
        return None if found is None else found.capture

    return read_capture(folder, kept.capture, lookup=find)
