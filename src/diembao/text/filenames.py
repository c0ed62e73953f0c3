"""Names of files as they can be stored and shown, whatever bytes they are made of."""

from __future__ import annotations

_LONGEST = 255


def show_name(name: str) -> str:
    """The name on one line: control and direction characters, and bytes that are no UTF-8, as U+FFFD."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:_LONGEST])
