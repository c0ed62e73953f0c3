"""Names of files as they can be stored and shown, whatever bytes they are made of."""

from __future__ import annotations


def show_name(name: str, *, longest: int = 255) -> str:
    """The name on one line: control and direction characters, and bytes that are no UTF-8, as U+FFFD."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:longest])
