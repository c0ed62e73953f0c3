"""Reading pages from the archive: those that were kept and never read, and those that new topics may be in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from diembao.app.collecting.batch import ReadingBatch
from diembao.app.collecting.evidence import load_capture
from diembao.app.collecting.readings import Reader
from diembao.desk import Desk
from diembao.desk.captures import Kept
from diembao.desk.readings import Reading
from diembao.errors import CorpusError


class Rereader:
    """Reads captured pages again."""

    def __init__(self, folder: Path, desk: Desk, reader: Reader) -> None:
        self._folder = folder
        self._desk = desk
        self._reader = reader

    def read_unread(
        self, batch: ReadingBatch, now: datetime, *, is_imported: bool, import_id: int = 0
    ) -> int:
        """Read pages that nothing was read from yet (collected ones, or those of one import); how many."""
        done = 0
        for piece in self._desk.captures.list_unread("page", is_imported=is_imported):
            for kept in piece:
                if not is_imported or kept.import_id == import_id:
                    self._read(batch, kept, now)
                    done += 1
            batch.flush()
        return done

    def read_looked(self, batch: ReadingBatch, basis: str, now: datetime) -> int:
        """Look again at pages that were only looked at for other topics; how many."""
        done = 0
        for piece in self._desk.readings.list_looked(basis):
            for kept in piece:
                self._read(batch, kept, now, is_known=True)
            done += len(piece)
            batch.flush()
        return done

    def _read(self, batch: ReadingBatch, kept: Kept, now: datetime, *, is_known: bool = False) -> None:
        try:
            body = load_capture(self._folder, self._desk, kept).body
        except CorpusError as error:
            batch.add_page(damaged_reading(kept, error), None, now)
            return
        asked = find_asked_url(self._desk, kept)
        page = self._reader.parse_page(kept, body)
        asked = asked if asked != kept.capture.url else ""
        reading, arrival = self._reader.read_page(kept, page, asked_url=asked)
        # a second look brings the revision that the first one brought
        batch.add_page(reading, None if is_known and reading.outcome == "look" else arrival, now)


def damaged_reading(kept: Kept, error: CorpusError) -> Reading:
    """The reading of a capture whose evidence is damaged."""
    return Reading(kept.capture_id, "damaged", detail={"error": str(error)[:300]})


def find_asked_url(desk: Desk, kept: Kept) -> str:
    """The address that was asked for; after a redirect it is not the capture's own."""
    if kept.attempt_id is None:
        return kept.capture.url
    return desk.captures.get_attempt(kept.attempt_id).url
