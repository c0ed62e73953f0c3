"""Reading single pages and feeds for users of the library: in the sandbox, with typed errors."""

from __future__ import annotations

import atexit
import threading

from diembao.errors import UsageError
from diembao.sandbox import Sandbox
from diembao.types import ExtractedArticle, ParsedFeed

_lock = threading.Lock()
_box: Sandbox | None = None


def extract_article(
    body: bytes, url: str, *, content_type: str | None = None, timezone: str = "Asia/Ho_Chi_Minh"
) -> ExtractedArticle:
    """What a page says of itself: title, lead, text, language, times with their sources, kind of page.

    `body` are the bytes as received (decompressed), `content_type` the header if there was one, `timezone` the
    zone of the outlet's clock. It runs in a worker process; `SandboxKilledError` or `SandboxRefusedError` (both
    `SandboxError`) are raised when the page takes too long, too much memory, or is over a limit.
    """
    return _sandbox().call(
        "diembao.app.collecting.worker:extract_article_body",
        _check_bytes(body),
        returns=ExtractedArticle,
        url=url,
        content_type=content_type,
        timezone=timezone,
    )


def parse_feed(body: bytes, url: str, *, timezone: str = "Asia/Ho_Chi_Minh") -> ParsedFeed:
    """The entries of an RSS, Atom or JSON feed; `url` is where it came from, `timezone` the outlet's zone.

    An entry without a usable address or title is kept, with an empty field and the reason among its flags; a
    collection drops and counts it. HTML and everything else that is no feed raises `SourceError`. It runs in a worker process, see
    `extract_article`.
    """
    return _sandbox().call(
        "diembao.sources.feeds:parse_feed_body",
        _check_bytes(body),
        returns=ParsedFeed,
        url=url,
        timezone=timezone,
        usable_only=False,
    )


def _check_bytes(body: object) -> bytes:
    """The body as bytes; text would have to be decoded and encoded again, and anything else is a mistake."""
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    raise UsageError(
        "a page or feed is read from bytes, not from {kind}",
        key="app.no_bytes",
        next_step="pass the bytes as they were received, for instance `path.read_bytes()`",
        kind=type(body).__name__,
    )


def _sandbox() -> Sandbox:
    """The one worker of this process, started when it is first needed and ended with it."""
    global _box  # noqa: PLW0603  # one worker for the library's callers, however many threads they have
    with _lock:
        if _box is None:
            _box = Sandbox()
            atexit.register(_box.close)
        return _box
